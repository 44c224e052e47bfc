#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "../texts.h"
#include "meta/meta.h"
#include "util/utf8.h"

static void expect(struct view text, const char *want)
{
	double score = -1;
	const char *lang = lang_of(text, &score);
#ifndef HAVE_CLD2
	if (!lang)
		return; /* scripts alone: unknown is allowed, a wrong answer is not */
#endif
	assert_non_null(lang);
	assert_string_equal(lang, want);
	assert_true(score > 0 && score <= 1);
}

static void tells_the_language_of_each_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < OWN_TEXTS; i++)
		expect(view_of(own_texts[i].text), own_texts[i].lang);
}

static void tells_it_from_the_first_two_hundred_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < OWN_TEXTS; i++)
		expect(utf8_first(view_of(own_texts[i].text), 200), own_texts[i].lang);
}

static void what_stands_behind_a_text_does_not_count(void **state)
{
	(void)state;
	static const char *const behind[] = { "\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6\xD0\xB6",
		"the the the the ", "<p>&auml;<b> the", "                " };
	/* Also entities and tags that end too late: a reader of pages looks further there. */
	static const char *const ends[] = { "", ".", " ", " 5", "&", "&am", "<", "<a h", "\xC3\xA9", "\xD0\xB6", ">",
		"\"" };
	enum { BEHIND = sizeof(behind) / sizeof(*behind) };
	for (size_t i = 0; i < OWN_TEXTS * sizeof(ends) / sizeof(*ends); i++) {
		const char *end = ends[i / OWN_TEXTS];
		char room[600];
		struct view text = view_of(own_texts[i % OWN_TEXTS].text);
		for (size_t n = 40; n < 500 && n < text.n; n += 23) {
			struct view part = utf8_first(text, n);
			double first = -1;
			for (int k = 0; k < BEHIND; k++) {
				double score = -1;
				memcpy(room, part.p, part.n);
				memcpy(room + part.n, end, strlen(end));
				memcpy(room + part.n + strlen(end), behind[k], 16);
				lang_of(view_make(room, part.n + strlen(end)), &score);
				first = k ? first : score;
				assert_true(score >= first && score <= first);
			}
		}
	}
}

static void tells_it_from_the_middle_when_the_text_begins_in_another(void **state)
{
	(void)state;
	char text[16000];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s\n", own_texts[2].text);
	while (n < 14000)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\n", own_texts[1].text);
	expect(view_make(text, n), "de");
}

static void says_nothing_of_what_is_no_language(void **state)
{
	(void)state;
	double score;
	assert_null(lang_of(VIEW(""), &score));
	assert_null(lang_of(VIEW("12 34 567 8.90 --- ***"), &score));
	assert_null(lang_of(VIEW("\x01\x02 \xEF\xBF\xBE"), &score));
}

static void a_control_character_does_not_end_the_text(void **state)
{
	(void)state;
	char text[2000];
	snprintf(text, sizeof(text), "%s\x01 %s", own_texts[1].text, own_texts[1].text);
	expect(view_of(text), "de");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_language_of_each_text),
		cmocka_unit_test(tells_it_from_the_first_two_hundred_bytes),
		cmocka_unit_test(what_stands_behind_a_text_does_not_count),
		cmocka_unit_test(tells_it_from_the_middle_when_the_text_begins_in_another),
		cmocka_unit_test(says_nothing_of_what_is_no_language),
		cmocka_unit_test(a_control_character_does_not_end_the_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
