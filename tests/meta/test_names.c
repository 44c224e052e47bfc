/* Names out of bylines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "meta/names.h"
#include "meta/namewords.h"
#include "util/buf.h"
#include "util/limits.h"

static void check(const char *lang, const char *line, int flags, const char *want)
{
	struct arena arena;
	struct names names = { .count = 0 };
	struct buf got = BUF_INIT(4096);
	arena_init(&arena, MIB(1));
	names_read(&names, &arena, view_of(line), view_of(lang), flags);
	for (size_t i = 0; i < names.count; i++) {
		buf_puts(&got, i ? "; " : "");
		buf_putv(&got, names.list[i]);
	}
	const char *text = got.n ? buf_str(&got) : "";
	if (strcmp(text, want) != 0)
		fail_msg("%s: [%s], not [%s]", line, text, want);
	buf_free(&got);
	arena_free(&arena);
}

static void cuts_what_introduces_a_name(void **state)
{
	(void)state;
	static const char *const table[][3] = { { "en", "By Ann Lee", "Ann Lee" },
		{ "en", "Written by: Ann Lee", "Ann Lee" }, { "en", "ByAnn Lee", "Ann Lee" },
		{ "de", "Von Änne Müßig", "Änne Müßig" }, { "de", "Ein Beitrag von Änne Müßig", "Änne Müßig" },
		{ "fr", "Par Élodie Aubé", "Élodie Aubé" }, { "es", "Por José Niño", "José Niño" },
		{ "it", "di Ugo Neri", "Ugo Neri" }, { "ru", "Автор: Анна Белова", "Анна Белова" },
		{ "el", "Του Νίκου Ψαρά", "Νίκου Ψαρά" }, { "el", "Της Άννας Ψαρά", "Άννας Ψαρά" },
		{ "el", "ΤΗΣ ΑΝΝΑΣ ΨΑΡΑ", "ΑΝΝΑΣ ΨΑΡΑ" }, { "ar", "بقلم سليم حداد", "سليم حداد" },
		{ "ja", "記者 山本花子", "山本花子" }, { "zh", "作者：李小明", "李小明" },
		{ "en", "Byron Lake", "Byron Lake" }, { "no", "Per-Arne Vik", "Per-Arne Vik" } };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check(table[i][0], table[i][1], 0, table[i][2]);
}

static void splits_lists_of_names(void **state)
{
	(void)state;
	check("en", "By Ann Lee and Bo Chu", 0, "Ann Lee; Bo Chu");
	check("en", "Ann Lee, Bo Chu, Cy Dow", 0, "Ann Lee; Bo Chu; Cy Dow");
	check("de", "Von Ada Kurz, Bert Lang und Cora Weit", 0, "Ada Kurz; Bert Lang; Cora Weit");
	check("es", "José Niño y Ana Gil", 0, "José Niño; Ana Gil");
	check("it", "Ugo Neri e Ada Bianchi", 0, "Ugo Neri; Ada Bianchi");
	check("ru", "Анна Белова и Пётр Серый", 0, "Анна Белова; Пётр Серый");
	check("ja", "山本花子、田中一郎", 0, "山本花子; 田中一郎");
	check("en", "Ann Lee; Ann Lee", 0, "Ann Lee");
}

static void leaves_roles_addresses_and_dates_out(void **state)
{
	(void)state;
	check("en", "By Ann Lee, Staff Writer", 0, "Ann Lee");
	check("en", "Ann Lee, MD, PhD", 0, "Ann Lee");
	check("en", "By Ann Lee in Paris", 0, "Ann Lee");
	check("en", "By Ann Lee (Example News)", 0, "Ann Lee");
	check("en", "ann@example.org", NAMES_LOOSE, "");
	check("en", "https://example.org/people/ann", NAMES_LOOSE, "");
	check("en", "By Ann Lee | 5 comments", 0, "Ann Lee");
	check("en", "By Ann (Annie) Lee", 0, "Ann (Annie) Lee");
	check("ko", "오세린 기자", 0, "오세린");
	check("zh", "王小明 记者 李华", 0, "王小明");
	check("es", "Enviado por Ana Gil el Mar,", 0, "Ana Gil");
	check("en", "Omar el Tayeb", 0, "Omar el Tayeb");
	check("fa", "نوشته شده توسط کاوه مرادی در سه‌شنبه", 0, "کاوه مرادی");
	check("en", "Courtesy", NAMES_LOOSE, "");
	check("it", "ALL RIGHTS RESERVED", NAMES_LOOSE, "");
	check("de", "Redakteurin Ada Kurz", 0, "Ada Kurz");
	check("en", "admin", NAMES_LOOSE, "");
	check("en", "Monday", NAMES_LOOSE, "");
	check("en", "staff", NAMES_LOOSE, "");
	check("en", "read all of this today", 0, "");
}

static void fields_for_authors_hold_handles_too(void **state)
{
	(void)state;
	check("en", "blue_owl7", NAMES_LOOSE, "blue_owl7");
	check("en", "blue_owl7", NAMES_MARKED, "");
	check("en", "Lee, Ann", NAMES_LOOSE | NAMES_INVERTED, "Ann Lee");
	check("en", "Institute for Light and Sound", NAMES_LOOSE, "Institute for Light and Sound");
	check("en", "Ann Lee", NAMES_MARKED, "");
	check("en", "By Ann Lee", NAMES_MARKED, "Ann Lee");
}

static void every_latin_beginning_of_a_byline_is_found(void **state)
{
	const struct view *intros;
	size_t count = namewords_intros(&intros);
	(void)state;
	assert_true(count > 100);
	for (size_t i = 0; i < count; i++) {
		char line[128];
		if ((unsigned char)intros[i].p[0] >= 0x80)
			continue; /* those are all walked */
		snprintf(line, sizeof(line), "%.*s Ada", (int)intros[i].n, intros[i].p);
		if (namewords_intro(view_of(line)) == 0)
			fail_msg("\"%s\" is no byline", line);
	}
	assert_int_equal(namewords_intro(VIEW("Escrito por Ada")), 11);
	assert_int_equal(namewords_intro(VIEW("\xC3\x89"
					      "crit par Ada")),
		10);
	assert_int_equal(namewords_intro(VIEW("Bytes are counted")), 0);
	assert_int_equal(namewords_intro(VIEW("Zebra")), 0);
}

static void a_house_is_told_from_a_job(void **state)
{
	(void)state;
	assert_true(names_is_house(VIEW("The Daily Net Team")));
	assert_true(names_is_house(VIEW("Kurier Redaktion")));
	assert_false(names_is_house(VIEW("Staff")));
	assert_false(names_is_house(VIEW("Senior Editorial Staff")));
	assert_false(names_is_house(VIEW("Ann Lee")));
	assert_true(names_are_helpers(VIEW("Contributions from:")));
	assert_true(names_are_helpers(VIEW("\xE2\x80\x93 Unter Mitarbeit von")));
	assert_false(names_are_helpers(VIEW("By")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_what_introduces_a_name),
		cmocka_unit_test(every_latin_beginning_of_a_byline_is_found),
		cmocka_unit_test(splits_lists_of_names),
		cmocka_unit_test(leaves_roles_addresses_and_dates_out),
		cmocka_unit_test(a_house_is_told_from_a_job),
		cmocka_unit_test(fields_for_authors_hold_handles_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
