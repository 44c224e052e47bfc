#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "extract/word_read.h"
#include "extract/words.h"

static struct arena arena;

static uint32_t next_number(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* What texts are made of: letters of several scripts, what joins them, what parts them. */
static const char *const pieces[] = { "a", "b", "river", "Harbour", "the", "X", "7", "2024", "_", "'", "\u2019", " ",
	" ", " ", " ", "\n", "\t", "\v", ".", ",", ":", "|", "$", "\"", "-", "\u00A0", "\u200B", "é", "Ü", "straße",
	"река", "Δ", "\u00A3", "\u20AC", "日", "本", "ไทย", "ا", "،", "।", "\U0001F600", "\U00020000", "\uFF11",
	"\u3000", "\u00B7", "o'clock", "12:30", "extraordinarily", "antidisestablishmentarianism" };

static size_t make_text(char *out, size_t max, uint32_t *seed, uint32_t kinds)
{
	size_t n = 0;
	for (;;) {
		const char *piece = pieces[next_number(seed) % kinds];
		size_t size = strlen(piece);
		if (n + size > max)
			return n;
		memcpy(out + n, piece, size);
		n += size;
	}
}

typedef void scan_fn(const struct word_set *, struct view, struct echo *, uint32_t, struct text_stats *);

static void scan_all(scan_fn *scan, const struct view *texts, uint32_t count, struct text_stats *stats)
{
	struct word_set set;
	struct echo echo;
	assert_true(words_init(&set, &arena, 4000));
	assert_true(echo_init(&echo, &arena, 100000));
	words_add(&set, VIEW("The river, a Harbour: o'clock"), WORD_TITLE, 0);
	words_add(&set, VIEW("extraordinarily straße 日本 the river the"), WORD_BODY, WORD_BODY_PAIR);
	for (uint32_t i = 0; i < count; i++)
		scan(&set, texts[i], &echo, i, stats);
}

static void counts_the_same_by_masks_and_by_characters(void **state)
{
	(void)state;
	enum { TEXTS = 60 };
	static char room[TEXTS][400 + WORD_SLACK];
	static struct text_stats a[TEXTS], b[TEXTS], c[TEXTS];
	struct view texts[TEXTS];
	uint32_t seed = 3, words = 0, hits = 0, echoes = 0;
	arena_init(&arena, 64 << 20);
	for (int round = 0; round < 60; round++) {
		uint32_t kinds = round % 3 == 0 ? 27 : sizeof(pieces) / sizeof(pieces[0]);
		memset(a, 0, sizeof(a));
		memset(b, 0, sizeof(b));
		memset(c, 0, sizeof(c));
		for (int i = 0; i < TEXTS; i++) {
			size_t max = next_number(&seed) % (i % 2 ? 400 : 140);
			memset(room[i], 'w', sizeof(room[i])); /* what stands behind is no part of a word */
			texts[i] = view_make(room[i], make_text(room[i], max, &seed, kinds));
		}
		scan_all(words_scan_plain, texts, TEXTS, a);
		scan_all(words_scan, texts, TEXTS, b);
		scan_all(words_scan_any, texts, TEXTS, c);
		for (int i = 0; i < TEXTS; i++) {
			assert_memory_equal(&a[i], &b[i], sizeof(a[i]));
			assert_memory_equal(&a[i], &c[i], sizeof(a[i]));
			words += a[i].words;
			hits += a[i].title_hits + a[i].body_pairs;
			echoes += a[i].echo_before;
		}
		arena_reset(&arena);
	}
	assert_true(words > 10000 && hits > 500 && echoes > 20);
	arena_free(&arena);
}

static void masks_agree_with_the_table_of_characters(void **state)
{
	(void)state;
	char text[64 + WORD_SLACK];
	uint32_t seed = 9;
	for (int round = 0; round < 2000; round++) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = (char)(round < 4 ? (int)i + 64 * round : (int)next_number(&seed));
		size_t n = round < 4 ? 64 : next_number(&seed) % 65;
		struct word_masks a = word_masks_plain(text, n), b = word_masks_of(text, n);
		assert_memory_equal(&a, &b, sizeof(a));
	}
}

static struct text_stats stats_of(const char *text)
{
	char room[300] = { 0 };
	struct word_set set = { 0 };
	struct echo echo;
	struct text_stats s = { 0 };
	strcpy(room, text);
	arena_init(&arena, 1 << 20);
	assert_true(echo_init(&echo, &arena, 300));
	words_scan(&set, view_make(room, strlen(text)), &echo, 0, &s);
	arena_free(&arena);
	return s;
}

static void counts_words_letters_and_signs(void **state)
{
	(void)state;
	struct text_stats s = stats_of("At 9:45 the Mayor's _own_ list, \"Nine Bridges\", cost $12! Really?");
	assert_int_equal(s.words, 12);
	assert_int_equal(s.chars, 55);
	assert_int_equal(s.digits, 5);
	assert_int_equal(s.upper, 5);
	assert_int_equal(s.capitals, 5);
	assert_int_equal(s.numbers, 3);
	assert_int_equal(s.sentences, 2);
	assert_int_equal(s.commas, 2);
	assert_int_equal(s.quotes, 2);
	assert_int_equal(s.colons, 1);
	assert_int_equal(s.longest, 7);
	assert_true(s.money && s.clock && !s.year && !s.mark);
}

static void a_word_is_the_same_with_and_without_its_apostrophe(void **state)
{
	(void)state;
	uint32_t hash = stats_of("dont").hash;
	assert_int_equal(stats_of("don't").hash, hash);
	assert_int_equal(stats_of("DON\u2019T").hash, hash);
	assert_int_not_equal(stats_of("donu").hash, hash);
	assert_int_not_equal(stats_of("don t").hash, hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_the_same_by_masks_and_by_characters),
		cmocka_unit_test(masks_agree_with_the_table_of_characters),
		cmocka_unit_test(counts_words_letters_and_signs),
		cmocka_unit_test(a_word_is_the_same_with_and_without_its_apostrophe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
