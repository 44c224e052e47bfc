#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "extract/text_bits.h"
#include "extract/text_lines.h"
#include "normalise/normalise.h"
#include "util/buf.h"
#include "util/limits.h"

/* What stands in texts of several scripts, and what the normaliser or the fold changes. */
static const char *const pieces[] = { "a", "The ", "river ", "Zug", " ", "rose.", "3", "\xE2\x80\x99", "\xE2\x80\xA6",
	"\xC3\xA9", "\xC3\x9C", "\xD0\x9C\xD0\xBE\xD1\x81\xD1\x82 ", "\xE6\x98\x94\xE3\x81\xAE",
	"\xE0\xB8\x81\xE0\xB8\xB2", "\xD9\x83\xD9\x80\xD8\xAA", "\xD9\xA3", "\xE2\x80\x93", "\xEF\xBC\xA1",
	"\xE2\x80\x9C", "\xE3\x80\x82", "!", ":", "\xC2\xA0", "\xC2\xAD", "e\xCC\x81", "\t", "\xE2\x80\x89",
	"\xEF\xAC\x81", "\xF0\x9F\x98\x80", "\xE2\x80\xA2 " };
/* Of these the normaliser changes nothing but the space. */
enum { SETTLED_PIECES = 23 };

static uint64_t seed = 11;

static size_t random_below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static void same_view(struct view a, struct view b)
{
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
}

/* The slow way: what is written, and the line of that. */
static void read_slowly(struct arena *arena, struct view text, struct line *line)
{
	assert_int_equal(normalise_line(GARNER_PROFILE_CLEAN, arena, text, LIMIT_BODY_BYTES, &text), 0);
	assert_true(line_read(arena, text, line));
}

/* How many of the lines of @text the short ways take; each as the long way reads it. */
static size_t check_lines(struct arena *arena, struct view text)
{
	struct text_map map;
	size_t taken = 0;
	assert_true(text_map_read(arena, text, &map));
	for (struct view rest = text, part; view_next_line(&rest, &part);) {
		struct line got, want;
		part = line_trim(part);
		if (part.n == 0)
			continue;
		size_t from = (size_t)(part.p - text.p);
		struct text_kinds kinds = text_map_kinds(&map, from, from + part.n);
		if (kinds.twins)
			continue;
		if (!kinds.rough)
			line_read_plain(part, map.low + from, &kinds, &got);
		else if (!line_read_settled(&map, part, &kinds, GARNER_PROFILE_CLEAN, arena, &got))
			continue;
		read_slowly(arena, part, &want);
		same_view(got.text, want.text);
		same_view(got.key, want.key);
		same_view(got.core, want.core);
		assert_int_equal(got.words, want.words);
		/* The short ways know more of what is not there. */
		assert_int_equal(got.flags & ~(LINE_DIGITS | LINE_JOINTS), want.flags & ~(LINE_DIGITS | LINE_JOINTS));
		taken++;
	}
	return taken;
}

static void reads_lines_by_short_ways_as_by_the_long_one(void **state)
{
	(void)state;
	struct arena arena;
	size_t taken = 0, lines = 0;
	arena_init(&arena, MIB(16));
	for (int round = 0; round < 400; round++) {
		struct buf text = BUF_INIT(MIB(1));
		arena_reset(&arena);
		for (size_t left = 1 + random_below(12); left; left--, lines++) {
			size_t of = random_below(2) ? SETTLED_PIECES : sizeof(pieces) / sizeof(*pieces);
			for (size_t n = random_below(random_below(8) ? 12 : 200); n; n--)
				buf_puts(&text, pieces[random_below(of)]);
			buf_puts(&text, "\n");
		}
		taken += check_lines(&arena, buf_view(&text));
		buf_free(&text);
	}
	arena_free(&arena);
	assert_true(taken > lines / 8);
}

static void leaves_what_the_normaliser_changes_to_it(void **state)
{
	(void)state;
	static const char *const unsettled[] = { "so\xC2\xAD"
						 "ft",
		"e\xCC\x81", "\xEF\xAC\x81sh", "a\tb", "thin\xE2\x80\x89space", "zero\xE2\x80\x8Bwidth", "line\x7F" };
	struct arena arena;
	arena_init(&arena, MIB(1));
	for (size_t i = 0; i < sizeof(unsettled) / sizeof(*unsettled); i++) {
		struct view text = view_of(unsettled[i]);
		struct text_map map;
		struct line line;
		assert_true(text_map_read(&arena, text, &map));
		struct text_kinds kinds = text_map_kinds(&map, 0, text.n);
		assert_true(kinds.rough);
		assert_false(line_read_settled(&map, text, &kinds, GARNER_PROFILE_CLEAN, &arena, &line));
	}
	arena_free(&arena);
}

/* Known as well: as they are kept, they stay, and of what is longer than rules look at, the beginning is another one.
 */
static void leaves_no_break_spaces_that_it_may_not_change(void **state)
{
	(void)state;
	struct buf text = BUF_INIT(MIB(1));
	struct arena arena;
	arena_init(&arena, MIB(1));
	for (size_t words = 1; words <= LIMIT_RULE_LINE_BYTES; words += LIMIT_RULE_LINE_BYTES - 1) {
		for (size_t i = 0; i < words; i++)
			buf_puts(&text, "w\xC2\xA0x");
		struct text_map map;
		struct line line;
		assert_true(text_map_read(&arena, buf_view(&text), &map));
		struct text_kinds kinds = text_map_kinds(&map, 0, text.n);
		for (int profile = GARNER_PROFILE_CLEAN; profile <= GARNER_PROFILE_SEARCH; profile++)
			assert_int_equal(line_read_settled(&map, buf_view(&text), &kinds, (enum garner_profile)profile,
						 &arena, &line),
				words == 1 && profile != GARNER_PROFILE_KEEP);
		buf_reset(&text);
	}
	buf_free(&text);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines_by_short_ways_as_by_the_long_one),
		cmocka_unit_test(leaves_what_the_normaliser_changes_to_it),
		cmocka_unit_test(leaves_no_break_spaces_that_it_may_not_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
