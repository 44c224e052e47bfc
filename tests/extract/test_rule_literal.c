#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "extract/rule_literal.h"
#include "extract/rule_pattern.h"
#include "util/buf.h"

/* The needed strings of a pattern, joined by bars, in the order in which they are found; "-": nothing is known. */
static const char *needed(const char *source, char out[512])
{
	struct pattern_facts facts;
	size_t n = 0;
	if (!pattern_read(view_of(source), &facts) || !facts.needed.n)
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
		{ "(\\w)\\1share", "-" }, { "share(?! this)", "share" }, { "sha\\Qre\\E", "-" },
		{ "fran\xC3\xA7"
		  "ais",
			"fran\xC3\xA7"
			"ais" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char out[512];
		assert_string_equal(needed(cases[i][0], out), cases[i][1]);
	}
}

/* Patterns and subjects at random, of the signs that the reader knows: what matches keeps what was said. */
static void nothing_that_matches_is_ruled_out(void **state)
{
	(void)state;
	static const char *const pieces[] = { "a", "b", "ab", "ba ", "(?:", ")", "|", "?", "+", "*", "{2}", "{0,2}",
		"[ab]", "[^a]", "[a-c]", ".", "\\d", "\\w", "\\b", "(?=", "(?!", "(", " ", "c", "1", "\xC3\xA9",
		"[\xC3\xA9-\xC3\xBC]" };
	static const char *const letters[] = { "a", "b", "c", " ", "1", "\xC3\xA9", "ab", "ba" };
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
			pattern_read(buf_view(&source), &facts);
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
		cmocka_unit_test(nothing_that_matches_is_ruled_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
