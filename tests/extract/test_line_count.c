#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "extract/line_count.h"
#include "extract/line_model.h"

enum { ROOM = 700 };

static uint64_t seed = 5;

static size_t random_below(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static size_t random_text(char *out, size_t n)
{
	static const char *const pieces[] = { "a", "Ab", "ten ", "42", "'", " ", ".", "! ", ", ", "$", "|", "@",
		"http://", "www.", ".com", "better", "bww", ".cow", "htt", "\xC3\xA9", "\xD0\x96", "\xD0\xB6",
		"\xE6\x9C\xA8", "\xE0\xB8\x81", "\xC2\xBB", "letters" };
	size_t at = 0, few = 1 + random_below(sizeof(pieces) / sizeof(*pieces));
	while (at < n) {
		const char *piece = pieces[random_below(few)];
		memcpy(out + at, piece, strlen(piece));
		at += strlen(piece);
	}
	return n;
}

static bool same(const struct letters *a, const struct letters *b)
{
	return a->letters == b->letters && a->upper == b->upper && a->digits == b->digits && a->marks == b->marks &&
	       a->commas == b->commas && a->sentences == b->sentences && a->words == b->words &&
	       a->capitals == b->capitals && a->joints == b->joints && a->wide == b->wide && a->money == b->money &&
	       a->address == b->address;
}

static void counts_alike_by_wide_and_by_narrow_code(void **state)
{
	(void)state;
	char text[ROOM];
	for (int round = 0; round < 4000; round++) {
		struct letters wide, narrow;
		size_t n = random_text(text, random_below(COUNT_BYTES + 100));
		letters_count(view_make(text, n), &wide);
		letters_count_plain(view_make(text, n), &narrow);
		assert_true(same(&wide, &narrow));
	}
}

static void counts_what_a_reader_counts(void **state)
{
	(void)state;
	struct letters l;
	letters_count(view_of("The Mill burned. Two men, 37 and 41, lost $900 | see www.mill.example"), &l);
	assert_int_equal(l.upper, 3);
	assert_int_equal(l.capitals, 3);
	assert_int_equal(l.digits, 7);
	assert_int_equal(l.commas, 2);
	assert_int_equal(l.sentences, 1);
	assert_int_equal(l.money, 1);
	assert_int_equal(l.marks, 1);
	assert_true(l.address);
	letters_count(view_of("A better letter: .common, wwwx, htt p"), &l);
	assert_true(l.address);
	letters_count(view_of("A better letter"), &l);
	assert_false(l.address);
	letters_count(view_of("no .co"), &l);
	assert_false(l.address);
}

static void walks_over_the_words_that_are_read_one_by_one(void **state)
{
	(void)state;
	char text[ROOM + LINE_SLACK] = { 0 };
	size_t words = 0;
	for (int round = 0; round < 4000; round++) {
		size_t n = random_text(text, random_below(ROOM - 20));
		struct view rest = view_make(text, n), one, other;
		struct word_walk walk = word_walk(rest);
		while (word_walk_next(&walk, &one)) {
			assert_true(line_next_word(&rest, &other));
			assert_ptr_equal(one.p, other.p);
			assert_int_equal(one.n, other.n);
			words++;
		}
		assert_true(walk.wide || !line_next_word(&rest, &other));
	}
	assert_true(words > 20000);
}

static void hashes_of_many_lines_are_those_of_each(void **state)
{
	(void)state;
	enum { LINES = 97 };
	static char texts[LINES][ROOM];
	struct line lines[LINES] = { 0 };
	struct line_own own[LINES] = { 0 };
	for (size_t count = 0; count <= LINES; count += 1 + count / 3) {
		for (size_t i = 0; i < count; i++)
			lines[i].core = view_make(texts[i], random_text(texts[i], random_below(i % 5 ? 60 : 500)));
		line_hash_cores(lines, own, count);
		for (size_t i = 0; i < count; i++)
			assert_true(lines[i].core.n == 0 || own[i].hash == line_word_hash(lines[i].core));
	}
}

/* The odds of a line that is one word. */
static int odds_of_word(const struct line_model *model, const char *word)
{
	char room[32 + LINE_SLACK] = { 0 };
	struct hits hits = { 0 };
	struct line_own own;
	struct line line = { .words = 1 };
	memcpy(room, word, strlen(word));
	line.text = line.key = line.core = view_make(room, strlen(word));
	line_features_own(&line, &hits, &model->odds, &own);
	return own.x[L_ODDS_MAX] - 128;
}

static void finds_the_odds_of_words_behind_full_buckets(void **state)
{
	(void)state;
	enum { WORDS = 6000 };
	static struct word_odds words[WORDS];
	struct line_model model = { 0 };
	char word[32];
	size_t full = 0;
	for (int i = 0; i < WORDS; i++) {
		snprintf(word, sizeof(word), "w%dx", i);
		words[i] = (struct word_odds){ line_word_hash(view_of(word)), (int8_t)(1 + i % 100) };
	}
	assert_int_equal(word_odds_make(words, WORDS, &model.odds), 0);
	for (size_t i = 0; i <= model.odds.mask; i++)
		full += model.odds.buckets[i].full;
	assert_true(full > 0);
	for (int i = 0; i < WORDS; i++) {
		snprintf(word, sizeof(word), "w%dx", i);
		assert_int_equal(odds_of_word(&model, word), 1 + i % 100);
		snprintf(word, sizeof(word), "v%dx", i);
		assert_int_equal(odds_of_word(&model, word), 0);
	}
	word_odds_free(&model.odds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_alike_by_wide_and_by_narrow_code),
		cmocka_unit_test(counts_what_a_reader_counts),
		cmocka_unit_test(walks_over_the_words_that_are_read_one_by_one),
		cmocka_unit_test(finds_the_odds_of_words_behind_full_buckets),
		cmocka_unit_test(hashes_of_many_lines_are_those_of_each),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
