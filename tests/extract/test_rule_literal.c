#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "extract/rule_literal.h"
#include "extract/rule_pattern.h"
#include "extract/rule_prefix.h"
#include "util/buf.h"

/* The needed strings of a pattern, joined by bars, in the order in which they are found; "-": nothing is known. */
static const char *needed(const char *source, char out[512])
{
	struct pattern_facts facts;
	size_t n = 0;
	if (!pattern_read(view_of(source), false, &facts) || !facts.needed.n)
		return "-";
	for (size_t i = 0; i < facts.needed.n; i++)
		n += (size_t)snprintf(
			out + n, 512 - n, "%s%.*s", i ? "|" : "", facts.needed.item[i].n, facts.needed.item[i].p);
	return out;
}

static void knows_what_a_match_must_contain(void **state)
{
	(void)state;
	static const char *const cases[][2] = { { "share this", "share this" },
		{ "(?:share|send) this", "share this|send this" }, { "shares?", "shares|share" },
		{ ".{0,20}reserved.*", "reserved" }, { "\\d+ comments?", " comments| comment" },
		{ "(?:read )*more", "more" }, { "(?:ab){2,3}", "ab" }, { "(?<fact>by .+) reports", " reports" },
		{ "gr[ae]y", "gray|grey" }, { "a|.*", "-" }, { ".*", "-" }, { "x?", "-" }, { "(?i)share", "-" },
		{ "(?:share){2}{0}", "-" }, { "(\\w)\\1share", "-" }, { "share(?! this)", "share" },
		{ "sha\\Qre\\E", "-" },
		{ "fran\xC3\xA7"
		  "ais",
			"fran\xC3\xA7"
			"ais" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char out[512];
		assert_string_equal(needed(cases[i][0], out), cases[i][1]);
	}
}

/* Of the needed strings of a pattern, those before which no letter of ASCII stands in any match: "^" before them. */
static const char *fronts(const char *source, char out[512])
{
	struct pattern_facts facts;
	size_t n = 0;
	assert_true(pattern_read(view_of(source), false, &facts));
	for (size_t i = 0; i < facts.needed.n; i++)
		n += (size_t)snprintf(out + n, 512 - n, "%s%s%.*s", i ? "|" : "", facts.needed.item[i].front ? "^" : "",
			facts.needed.item[i].n, facts.needed.item[i].p);
	return out;
}

static void knows_which_strings_begin_a_word(void **state)
{
	(void)state;
	static const char *const cases[][2] = { { "share this", "^share this" }, { ".{0,20}share", "share" },
		{ ".{0,20}\\bshare", "^share" }, { ".{0,20}(?<![a-z])share", "^share" },
		{ ".{0,20}(?<![a-y])share", "share" }, { ".{0,20}\\Bshare", "share" }, { "\\w+share", "share" },
		{ "\\d+share", "^share" }, { "\\d+ ?share", "^ share|^share" }, { "\\d+[ /]*share", "^share" },
		{ "\\d+[ a]*share", "share" }, { "\\d+[^ ]share", "share" }, { "\\d+[!-~]share", "share" },
		{ "(?:now |here )*share", "^share" }, { "(?:now |here)*share", "share" }, { "(?:.. )?share", "^share" },
		{ ".*[.!](?:share|send)", ".share|.send|!share|!send" }, { ".*(?:\\b|x)share", "^share|xshare" },
		{ "(?:share|.*send) it.", "^share|send" }, { ".*\\b(?:share.*|send)", "^share|^send" },
		{ ".(?:share)+", "share" }, { "(?:share)+", "^share" }, { ".*?\\bx?share", "^xshare|^share" },
		{ "^share", "^share" }, { ".*(?= )share", "share" }, { ".*\xC3\xA9?share", "\xC3\xA9share|share" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char out[512];
		assert_string_equal(fronts(cases[i][0], out), cases[i][1]);
	}
}

/* "X" is no small letter, and where the string is looked for it is one. */
static void a_capital_before_a_string_is_a_letter_of_the_folded_line(void **state)
{
	(void)state;
	struct pattern_facts facts;
	assert_true(pattern_read(view_of(".*(?<![a-z])share"), true, &facts));
	assert_false(facts.needed.item[0].front);
	assert_true(pattern_read(view_of(".*\\bshare"), true, &facts));
	assert_true(facts.needed.item[0].front);
}

/* The beginnings of a pattern, joined by bars; "-": nothing is known. */
static const char *beginnings(const char *source, unsigned width, char out[512])
{
	struct prefix set[PREFIX_SET_MAX];
	bool looks;
	size_t count = pattern_prefixes(view_of(source), false, width, set, &looks), n = 0;
	for (size_t i = 0; i < count; i++)
		n += (size_t)snprintf(out + n, 512 - n, "%s%.*s", i ? "|" : "", set[i].n, set[i].p);
	return count ? out : "-";
}

static void knows_how_a_match_begins(void **state)
{
	(void)state;
	static const char *const cases[][2] = { { "share this", "shar" }, { "(?:by|from) .*", "by |from" },
		{ "(?:all |the )*more", "all |the |more" }, { "\\(?ab", "(ab|ab" }, { "(?:ab|c){2,3}", "ab|c" },
		{ "(?:ab){0,3}c", "ab|c" }, { "[ab]{2}", "a|b" }, { "[(\\[]x", "(x|[x" }, { "(?!abc)ab+", "ab" },
		{ "[\xC3\xA9x]y", "\xC3\xA9"
				  "y|xy" },
		{ "(?:sharing|shares?) it", "shar" }, { "a?", "-" }, { ".a", "-" }, { "[^a]b", "-" }, { "\\wa", "-" },
		{ "(?:ab)*", "-" }, { "a|.*", "-" }, { "(?:ab){2}{0,1}", "-" }, { "(?:at )?\\bnoon", "at n|noon" },
		{ "\\Bnoon", "-" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char out[512];
		assert_string_equal(beginnings(cases[i][0], PREFIX_SHORT, out), cases[i][1]);
	}
}

/* Folded lines have digits of ASCII alone, others have those of all scripts. */
static void a_digit_of_a_line_as_it_stands_may_be_of_any_script(void **state)
{
	(void)state;
	struct prefix set[PREFIX_SET_MAX];
	bool looks;
	assert_int_equal(pattern_prefixes(view_of("\\d+ views"), true, PREFIX_SHORT, set, &looks), 0);
	assert_int_equal(pattern_prefixes(view_of("[\\da]x"), true, PREFIX_BYTES, set, &looks), 0);
	assert_int_equal(pattern_prefixes(view_of("/\\d"), true, PREFIX_BYTES, set, &looks), 1);
	assert_int_equal(set[0].n, 1);
	assert_int_equal(pattern_prefixes(view_of("/\\d"), false, PREFIX_BYTES, set, &looks), 1);
	assert_int_equal(set[0].n, 2);
}

static void knows_longer_beginnings_with_all_digits_alike(void **state)
{
	(void)state;
	static const char *const cases[][2] = { { "share this", "share th" }, { "(?:by|from) .*", "by |from " },
		{ "(?:all |the )*more", "all more|the more|all all |all the |the all |the the |more" },
		{ "\\d{1,3} ago", "0 ago|00 ago|000 ago" },
		{ "7|\\d+x", "0|0x|00x|000x|0000x|00000x|000000x|0000000x|00000000" }, { "[\\d.]a", "0a|.a" },
		{ "(?:ab){2}c", "ababc" }, { "(?:ab){2,}c", "ababc|abababc|abababab" },
		{ "(?:ab)?c{2,3}", "abcc|abccc|cc|ccc" }, { "a{0}b", "a|b" },
		{ "[a-z]{2}", "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q|r|s|t|u|v|w|x|y|z" }, { "a?", "-" },
		{ "a{,2}", "-" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char out[512];
		assert_string_equal(beginnings(cases[i][0], PREFIX_BYTES, out), cases[i][1]);
	}
}

static void too_many_beginnings_become_shorter(void **state)
{
	(void)state;
	struct prefix set[PREFIX_SET_MAX];
	bool looks;
	/* 26 * 26 of two bytes are too many, those of one are not; 8 * 64 of eight bytes are, 8 of six are not. */
	assert_int_equal(pattern_prefixes(view_of("[a-z][a-z]x"), false, PREFIX_BYTES, set, &looks), 26);
	assert_int_equal(set[0].n, 1);
	size_t n = pattern_prefixes(view_of("(?:a|b|c|d|e|f|g|h)share[a-h][a-h]x"), false, PREFIX_BYTES, set, &looks);
	assert_int_equal(n, 64);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(set[i].n, 7);
}

static void a_digit_is_a_zero_and_nothing_else_is(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		uint64_t bytes = c * 0x0101010101010101u ^ 0x7800000000780000u;
		uint64_t want = 0;
		for (int i = 0; i < 8; i++) {
			unsigned b = bytes >> (8 * i) & 0xFF;
			want |= (uint64_t)(b >= '0' && b <= '9' ? '0' : b) << (8 * i);
		}
		assert_true(prefix_digits(bytes) == want);
	}
}

static void knows_how_long_a_match_can_be(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		uint32_t longest;
	} cases[] = { { "share", 5 }, { "a|bcd|ef", 3 }, { "(?:ab){2,3}c?", 7 }, { "a*", UINT32_MAX },
		{ "ab+", UINT32_MAX }, { "a{2,}", UINT32_MAX }, { "a{,2}", UINT32_MAX }, { ".{0,3}", 12 },
		{ "[a-z]\\d", 8 }, { "(?=abc)a", 1 }, { "\\X", UINT32_MAX }, { "(?i)a", UINT32_MAX },
		{ "(?:(?:(?:a{1000}){1000}){1000}){1000}", UINT32_MAX }, { "a{2}{3}", UINT32_MAX } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pattern_facts facts;
		pattern_read(view_of(cases[i].source), false, &facts);
		assert_int_equal(facts.longest, cases[i].longest);
	}
}

static void knows_a_mark_that_every_match_has(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		char must;
	} cases[] = { { "[a-z]+@[a-z]+", '@' }, { "a:b|c:d", ':' }, { "a:b|c", 0 }, { "(?:a:)?b", 0 },
		{ "(?:a:)+b", ':' }, { "(?!a:)b", 0 }, { "a b", 0 }, { "(?i)a:b", 0 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pattern_facts facts;
		pattern_read(view_of(cases[i].source), false, &facts);
		assert_int_equal(facts.must, cases[i].must);
	}
}

/* @v with its digits as 0. */
static struct view zeros(struct view v, char out[64])
{
	assert_true(v.n <= 64);
	for (size_t i = 0; i < v.n; i++)
		out[i] = v.p[i] >= '0' && v.p[i] <= '9' ? '0' : v.p[i];
	return view_make(out, v.n);
}

/* Does @v begin as one of @set; where nothing is known, every line does. */
static bool begins(struct view v, const struct prefix *set, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (view_starts(v, view_make(set[i].p, set[i].n)))
			return true;
	return count == 0;
}

/* Patterns and subjects at random, of the signs that the reader knows: what matches keeps what was said. */
static void nothing_that_matches_is_ruled_out(void **state)
{
	(void)state;
	static const char *const pieces[] = { "a", "b", "ab", "ba ", "(?:", ")", "|", "?", "+", "*", "{2}", "{0,2}",
		"{1,3}", "{2,}", "[\\da]", "[ab]", "[^a]", "[a-c]", ".", "\\d", "\\w", "\\b", "(?=", "(?!", "(", " ",
		"c", "1", "\xC3\xA9", "[\xC3\xA9-\xC3\xBC]", "{0}", "[a\xC3\xA9]", ":" };
	static const char *const letters[] = { "a", "b", "c", " ", "1", "\xC3\xA9", "ab", "ba", ":", "\u0663" };
	struct matcher *matcher = matcher_new();
	uint64_t seed = 42;
	size_t compiled = 0, matches = 0;
	assert_non_null(matcher);
	for (int round = 0; round < 20000; round++) {
		struct buf source = BUF_INIT(4096);
		struct pattern *pattern = NULL;
		struct pattern_facts facts;
		struct error error = { 0 };
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		for (uint64_t left = 1 + (seed >> 60); left; left--) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			buf_puts(&source, pieces[(seed >> 33) % (sizeof(pieces) / sizeof(*pieces))]);
		}
		if (pattern_compile(buf_view(&source), "t:1", &pattern, &error) == 0) {
			compiled++;
			struct prefix set[PREFIX_SET_MAX], many[PREFIX_SET_MAX], raw[PREFIX_SET_MAX];
			bool looks;
			size_t prefixes = pattern_prefixes(buf_view(&source), false, PREFIX_SHORT, set, &looks),
			       long_ones = pattern_long_prefixes(buf_view(&source), false, many);
			size_t raws = pattern_long_prefixes(buf_view(&source), true, raw);
			assert_true(long_ones || !prefixes);
			pattern_read(buf_view(&source), false, &facts);
			for (int k = 0; k < 20; k++) {
				struct buf text = BUF_INIT(4096);
				seed = seed * 6364136223846793005u + 1442695040888963407u;
				for (uint64_t left = 1 + (seed >> 62) * 2; left; left--) {
					seed = seed * 6364136223846793005u + 1442695040888963407u;
					buf_puts(&text, letters[(seed >> 33) % (sizeof(letters) / sizeof(*letters))]);
				}
				struct view v = buf_view(&text);
				if (pattern_match(matcher, pattern, v)) {
					bool found = facts.needed.n == 0;
					unsigned char first = (unsigned char)v.p[0];
					for (size_t i = 0; i < facts.needed.n; i++)
						found |= view_find(v, view_make(facts.needed.item[i].p,
									      facts.needed.item[i].n)) < v.n;
					char digits[64];
					bool folded = view_find(v, VIEW("\u0663")) == v.n;
					found = found && v.n <= facts.longest && begins(zeros(v, digits), raw, raws) &&
						(!folded || (begins(v, set, prefixes) &&
								    begins(zeros(v, digits), many, long_ones))) &&
						(!facts.must || view_find_byte(v, facts.must) < v.n);
					if (!found || !(facts.first[first / 64] >> (first % 64) & 1))
						fail_msg("%.*s matches %.*s", (int)source.n, source.p, (int)v.n, v.p);
					matches++;
				}
				buf_free(&text);
			}
			pattern_free(pattern);
		}
		buf_free(&source);
	}
	matcher_free(matcher);
	assert_true(compiled > 2000 && matches > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_a_match_must_contain),
		cmocka_unit_test(knows_which_strings_begin_a_word),
		cmocka_unit_test(a_capital_before_a_string_is_a_letter_of_the_folded_line),
		cmocka_unit_test(knows_how_a_match_begins),
		cmocka_unit_test(a_digit_of_a_line_as_it_stands_may_be_of_any_script),
		cmocka_unit_test(knows_longer_beginnings_with_all_digits_alike),
		cmocka_unit_test(too_many_beginnings_become_shorter),
		cmocka_unit_test(a_digit_is_a_zero_and_nothing_else_is),
		cmocka_unit_test(knows_how_long_a_match_can_be),
		cmocka_unit_test(knows_a_mark_that_every_match_has),
		cmocka_unit_test(nothing_that_matches_is_ruled_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
