#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "normalise/normalise.h"
#include "normalise/unicode.h"
#include "util/utf8.h"

typedef int normalise_fn(enum garner_profile, struct arena *, struct view, struct view *);

static void expect(normalise_fn *normalise, enum garner_profile profile, const char *in, const char *want)
{
	struct arena arena;
	struct view out, again;
	arena_init(&arena, (size_t)64 << 20);
	assert_int_equal(normalise(profile, &arena, view_of(in), &out), 0);
	assert_string_equal(arena_strdup_view(&arena, out), want);
	assert_int_equal(normalise(profile, &arena, out, &again), 0);
	assert_true(view_eq(out, again));
	arena_free(&arena);
}

#define CLEAN(in, want)	 expect(normalise_text, GARNER_PROFILE_CLEAN, in, want)
#define KEEP(in, want)	 expect(normalise_text, GARNER_PROFILE_KEEP, in, want)
#define SEARCH(in, want) expect(normalise_text, GARNER_PROFILE_SEARCH, in, want)

static void spaces_of_every_kind_become_one(void **state)
{
	(void)state;
	CLEAN("a\u00A0b\u2003\u2009c\td  e", "a b c d e");
	CLEAN("\u3000\u65E5\u672C\u3000\u8A9E\u3000", "\u65E5\u672C \u8A9E");
	CLEAN("length.\u00A0 \n\nHowever", "length.\n\nHowever");
	CLEAN("  first\n second \n", "first\nsecond");
}

static void at_most_one_blank_line_stands_in_a_row(void **state)
{
	(void)state;
	CLEAN("\n\n\na\n\n\n\nb\n \n\t\nc\n\n", "a\n\nb\n\nc");
	KEEP("\n\na\r\n\r\n\r\nb  \n    indented  text\n", "a\n\nb\n    indented  text");
	CLEAN("a\u2028b\u2029c\x0B"
	      "d\r\ne\rf\xC2\x85g",
		"a\nb\nc\nd\ne\nf\ng");
	CLEAN(" \n \n", "");
}

static void invisible_characters_go(void **state)
{
	(void)state;
	CLEAN("\uFEFFco\u00ADop\u200B\u2060er\x07"
	      "ate\uFFFC",
		"cooperate");
	CLEAN("\uFB01re and o\uFB03ce", "fire and office");
	KEEP("\uFEFFco\u00ADop", "\uFEFFco\u00ADop");
}

static void joiners_stay_where_a_script_needs_them(void **state)
{
	(void)state;
	CLEAN("\u0645\u06CC\u200C\u0631\u0648\u0645", "\u0645\u06CC\u200C\u0631\u0648\u0645");
	CLEAN("\u0645\u06CC\u200C \u0631", "\u0645\u06CC \u0631");
	CLEAN("\u0995\u09CD\u200D\u09AF", "\u0995\u09CD\u200D\u09AF");
	CLEAN("la\u200Ctin\u200D", "latin");
	CLEAN("\U0001F469\u200D\U0001F4BB", "\U0001F469\u200D\U0001F4BB");
	CLEAN("a\u200D\U0001F4BB", "a\U0001F4BB");
	CLEAN("\u1780\u200B\u1781 x\u200By", "\u1780\u200B\u1781 xy");
}

static void bidi_marks_stay_in_lines_that_need_them(void **state)
{
	(void)state;
	CLEAN("plain\u200E (text)\u202C", "plain (text)");
	CLEAN("\u05E9\u05DC\u05D5\u05DD (C++\u200E)\nplain\u200E", "\u05E9\u05DC\u05D5\u05DD (C++\u200E)\nplain");
	CLEAN("\u202Eevil\u202C \u05D0", "evil\u202C \u05D0");
}

static void letters_and_marks_become_one(void **state)
{
	(void)state;
	CLEAN("Cafe\u0301", "Caf\u00E9");
	CLEAN("e\u0302\u0323", "\u1EC7");
	CLEAN("\u1112\u1161\u11AB", "\uD55C");
	CLEAN("\u0928\u093C", "\u0929");
	CLEAN("\u0995\u09BE \u0995\u09C7\u09BE", "\u0995\u09BE \u0995\u09CB");
	KEEP("\u212B\u2126", "\u00C5\u03A9");
}

static void search_folds_quotes_dashes_widths_and_arabic_variants(void **state)
{
	(void)state;
	SEARCH("\u201CA\u201D \u2018b\u2019 \u00ABc\u00BB\u2014d\u2026", "\"A\" 'b' \"c\"-d...");
	SEARCH("\uFF21\uFF22\uFF23\uFF11 \uFF76\uFF9E", "ABC1 \u30AC");
	SEARCH("\u0623\u064E\u062D\u0645\u0640\u062F \u0661\u06F2", "\u0627\u062D\u0645\u062F 12");
	SEARCH("\u06A9\u06CC", "\u0643\u064A");
	SEARCH("\uFEFB", "\u0644\u0627");
	CLEAN("\u201CA\u201D \u0623\u064E", "\u201CA\u201D \u0623\u064E");
}

static void code_keeps_its_inner_spaces(void **state)
{
	(void)state;
	expect(normalise_code, GARNER_PROFILE_CLEAN, "\nif (a)  {\u00A0\n\tb;  \n\n\n}\n", "if (a)  {\n\tb;\n\n}");
}

static void a_fact_is_one_line_and_has_a_ceiling(void **state)
{
	(void)state;
	struct arena arena;
	struct view out;
	arena_init(&arena, 1 << 20);
	assert_int_equal(normalise_line(GARNER_PROFILE_CLEAN, &arena, VIEW(" a\n\n b\u00A0c\r\n"), 100, &out), 0);
	assert_string_equal(arena_strdup_view(&arena, out), "a b c");
	assert_int_equal(normalise_line(GARNER_PROFILE_CLEAN, &arena, VIEW("ab\u20AC"), 4, &out), 0);
	assert_string_equal(arena_strdup_view(&arena, out), "ab");
	assert_int_equal(normalise_line(GARNER_PROFILE_CLEAN, &arena, VIEW("abc def"), 4, &out), 0);
	assert_string_equal(arena_strdup_view(&arena, out), "abc");
	arena_free(&arena);
}

static void a_clean_text_is_handed_back_as_it_is(void **state)
{
	(void)state;
	struct arena arena;
	struct view in = VIEW("Plain \u00E9t\u00E9 \u201Ctext\u201D.\n\n\u0645\u06CC\u062E \u65E5\u672C."), out;
	arena_init(&arena, 1 << 20);
	assert_int_equal(normalise_text(GARNER_PROFILE_CLEAN, &arena, in, &out), 0);
	assert_ptr_equal(out.p, in.p);
	assert_int_equal(out.n, in.n);
	arena_free(&arena);
}

static void words_are_counted_in_every_script(void **state)
{
	(void)state;
	assert_int_equal(unicode_words(VIEW("It's 3.14, isn\u2019t it? well-known")), 6);
	assert_int_equal(unicode_words(VIEW("\u65E5\u672C\u8A9E\u3067\u3059\u3002")), 5);
	assert_int_equal(unicode_words(VIEW("\u041F\u0440\u0438\u0432\u0435\u0442, \u043C\u0438\u0440!")), 2);
	assert_int_equal(unicode_words(VIEW("\u0645\u06CC\u200C\u0631\u0648\u0645 \u062E\u0627\u0646\u0647")), 2);
	assert_int_equal(unicode_words(VIEW("\uD55C\uAD6D\uC5B4 \uB2E8\uC5B4")), 2);
	assert_int_equal(unicode_words(VIEW("")), 0);
	assert_int_equal(unicode_words(VIEW("a\nb\tc d")), 4);
}

static uint32_t random_next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static void words_of_64_bytes_at_once_are_those_of_each_character(void **state)
{
	static const char *const parts[] = { "a", "B", "7", "word", " ", " ", "\n", "'", ".", ",", "-", "\t", "\x7f",
		"\x01", "_", "\u00e9", "\u2019", "\u65e5", "\u00a0", "\u200b", "\u00ad", "\u0416" };
	uint64_t seed = 7;
	char text[2048];
	(void)state;
	for (int round = 0; round < 4000; round++) {
		size_t n = 0, parts_n = random_next(&seed) % 400, few = random_next(&seed) % 2 ? 8 : 22;
		for (size_t i = 0; i < parts_n; i++) {
			const char *part = parts[random_next(&seed) % few];
			memcpy(text + n, part, strlen(part));
			n += strlen(part);
		}
		assert_int_equal(unicode_words(view_make(text, n)), unicode_words_plain(view_make(text, n)));
	}
}

/* Half of the code points from where the rules are, half from everywhere. */
static uint32_t random_code_point(uint64_t *seed)
{
	static const uint32_t bases[] = { 0x20, 0x80, 0x300, 0x590, 0x600, 0x640, 0x6C0, 0x900, 0x980, 0xE00, 0x1100,
		0x1160, 0x11A8, 0x1780, 0x2000, 0x2010, 0x2060, 0x3000, 0x3040, 0x3090, 0xAC00, 0xFB00, 0xFE00, 0xFE70,
		0xFEF0, 0xFF00, 0xFF60, 0x1D150, 0x1F3F0, 0x1F460, 0xE0060, 0xFFF0 };
	static const uint32_t joints[] = { ' ', '\n', '\r', '\t', 0xA0, 0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x202A,
		0x202E, 0x2028, 0x0301, 0x0323, 0x093C, 0xFE0F, 0xFEFF, 0x3099, 0x061C, 'e', 0x05D0, 0x0644 };
	uint32_t kind = random_next(seed) % 8, cp;
	if (kind < 3)
		return joints[random_next(seed) % (sizeof(joints) / sizeof(joints[0]))];
	if (kind < 6)
		return bases[random_next(seed) % (sizeof(bases) / sizeof(bases[0]))] + random_next(seed) % 64;
	do
		cp = random_next(seed) % (kind == 6 ? 0x3400 : 0x110000);
	while (cp >= 0xD800 && cp < 0xE000);
	return cp;
}

static void property_case(struct arena *arena, uint64_t *seed)
{
	char in[64];
	size_t n = 0, count = random_next(seed) % 12;
	for (size_t i = 0; i < count; i++)
		n += utf8_put(in + n, random_code_point(seed));
	static normalise_fn *const functions[] = { normalise_text, normalise_code };
	normalise_fn *normalise = functions[random_next(seed) % 8 == 0];
	enum garner_profile profile = (enum garner_profile)(random_next(seed) % 3);
	struct view once, twice;
	arena_reset(arena);
	if (normalise(profile, arena, view_make(in, n), &once) || normalise(profile, arena, once, &twice))
		fail_msg("out of memory");
	if (!utf8_is_valid(once) || once.n > 3 * n || !view_eq(once, twice)) {
		for (size_t at = 0; at < n;)
			fprintf(stderr, "U+%04X ", utf8_next(view_make(in, n), &at));
		fail_msg("profile %d: %zu bytes, then %zu, then %zu", profile, n, once.n, twice.n);
	}
}

static void random_text_is_stable_and_never_three_times_as_long(void **state)
{
	(void)state;
	const char *wanted = getenv("GARNER_TEST_CASES");
	uint64_t seed = 20261122, cases = wanted ? strtoull(wanted, NULL, 10) : 200000;
	struct arena arena;
	arena_init(&arena, (size_t)16 << 20);
	for (uint64_t i = 0; i < cases; i++)
		property_case(&arena, &seed);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spaces_of_every_kind_become_one),
		cmocka_unit_test(at_most_one_blank_line_stands_in_a_row),
		cmocka_unit_test(invisible_characters_go),
		cmocka_unit_test(joiners_stay_where_a_script_needs_them),
		cmocka_unit_test(bidi_marks_stay_in_lines_that_need_them),
		cmocka_unit_test(letters_and_marks_become_one),
		cmocka_unit_test(search_folds_quotes_dashes_widths_and_arabic_variants),
		cmocka_unit_test(code_keeps_its_inner_spaces),
		cmocka_unit_test(a_fact_is_one_line_and_has_a_ceiling),
		cmocka_unit_test(a_clean_text_is_handed_back_as_it_is),
		cmocka_unit_test(words_are_counted_in_every_script),
		cmocka_unit_test(words_of_64_bytes_at_once_are_those_of_each_character),
		cmocka_unit_test(random_text_is_stable_and_never_three_times_as_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
