/* Signatures against planted pairs: edits, wire copies under other leads, and pairs that only share a subject, a
 * quotation or their content in another language. Everything is made from a seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "../texts.h"
#include "dedup/dedup.h"
#include "dedup/shingle.h"
#include "store/near.h"
#include "util/hash.h"
#include "util/word_bits.h"

enum { WORDS_MAX = 2400, PARAGRAPHS_MAX = 24, VOCABULARY = 20000, SUBJECT_WORDS = 300 };

/* A document as numbers of words; the numbers of a translation are shifted. */
struct text {
	uint32_t words[WORDS_MAX];
	size_t n;
	size_t paragraphs[PARAGRAPHS_MAX + 1]; /* where each begins */
	size_t paragraph_count;
};

static uint32_t dice(uint64_t *seed, uint32_t sides)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((*seed >> 33) % sides);
}

/* Few words make most of a text, as in any language: rank falls off like 1 / rank. */
static uint32_t draw_word(uint64_t *seed, uint32_t subject)
{
	double u = (dice(seed, 1000000) + 1) / 1000001.0;
	uint32_t rank = (uint32_t)pow(VOCABULARY, u) - 1;
	if (rank > 200 && dice(seed, 3) == 0)
		return VOCABULARY + subject * SUBJECT_WORDS + rank % SUBJECT_WORDS;
	return rank;
}

static void add_paragraph(struct text *text, uint64_t *seed, uint32_t subject)
{
	size_t n = 25 + dice(seed, 70);
	text->paragraphs[text->paragraph_count++] = text->n;
	for (size_t i = 0; i < n; i++)
		text->words[text->n++] = draw_word(seed, subject);
	text->paragraphs[text->paragraph_count] = text->n;
}

static void write_text(struct text *text, uint64_t *seed, uint32_t subject)
{
	size_t count = 5 + dice(seed, 10);
	text->n = text->paragraph_count = 0;
	while (text->paragraph_count < count)
		add_paragraph(text, seed, subject);
}

static void copy_paragraph(struct text *to, const struct text *from, size_t paragraph)
{
	size_t start = from->paragraphs[paragraph], n = from->paragraphs[paragraph + 1] - start;
	to->paragraphs[to->paragraph_count++] = to->n;
	memcpy(to->words + to->n, from->words + start, n * sizeof(to->words[0]));
	to->n += n;
	to->paragraphs[to->paragraph_count] = to->n;
}

/* A later edition: up to seven words in a hundred replaced, cut or put in; now and then a paragraph more. */
static void edit(struct text *to, const struct text *from, uint64_t *seed, uint32_t subject)
{
	uint32_t rate = 1 + dice(seed, 7);
	to->n = to->paragraph_count = 0;
	for (size_t p = 0; p < from->paragraph_count; p++) {
		to->paragraphs[to->paragraph_count++] = to->n;
		for (size_t i = from->paragraphs[p]; i < from->paragraphs[p + 1]; i++) {
			uint32_t change = dice(seed, 100) < rate ? 1 + dice(seed, 3) : 0;
			if (change == 1)
				continue;
			to->words[to->n++] = change == 2 ? draw_word(seed, subject) : from->words[i];
			if (change == 3)
				to->words[to->n++] = draw_word(seed, subject);
		}
		to->paragraphs[to->paragraph_count] = to->n;
	}
	if (dice(seed, 4) == 0 && to->n > 600)
		add_paragraph(to, seed, subject);
}

/* The agency's text under another paper's lead and with its credit line; half of them cut it at the end. */
static void wire_copy(struct text *to, const struct text *from, uint64_t *seed, uint32_t subject)
{
	to->n = to->paragraph_count = 0;
	to->paragraphs[to->paragraph_count++] = 0;
	size_t lead = from->n / 25 + dice(seed, (uint32_t)(from->n / 8));
	for (size_t i = 0; i < lead; i++)
		to->words[to->n++] = draw_word(seed, subject);
	to->paragraphs[to->paragraph_count] = to->n;
	size_t kept = from->paragraph_count - (from->paragraph_count > 7 ? dice(seed, 2) : 0);
	for (size_t p = 0; p < kept; p++)
		copy_paragraph(to, from, p);
	for (size_t i = 0; i < 8; i++)
		to->words[to->n++] = draw_word(seed, subject);
	to->paragraphs[to->paragraph_count] = to->n;
}

/* Another text: of the same subject, with a paragraph quoted, or the same in another language. */
static void other(struct text *to, const struct text *from, uint64_t *seed, uint32_t subject)
{
	uint32_t kind = dice(seed, 3);
	if (kind == 0) {
		*to = *from;
		for (size_t i = 0; i < to->n; i++)
			to->words[i] += 10000000;
		return;
	}
	write_text(to, seed, subject);
	if (kind == 1)
		copy_paragraph(to, from, dice(seed, (uint32_t)from->paragraph_count));
}

static size_t spell(const struct text *text, char *out)
{
	static const char *const syllables[] = { "ka", "lo", "mi", "ter", "su", "ban", "do", "rie", "pe", "nu", "fal",
		"gi", "sto", "ve", "ha", "zin" };
	size_t n = 0, paragraph = 0;
	for (size_t i = 0; i < text->n; i++) {
		if (paragraph < text->paragraph_count && text->paragraphs[paragraph] == i) {
			paragraph++;
			if (i)
				n += (size_t)sprintf(out + n, "\n\n");
		} else if (i) {
			out[n++] = ' ';
		}
		uint32_t rest = text->words[i] + 1;
		for (; rest; rest /= 16)
			n += (size_t)sprintf(out + n, "%s", syllables[rest % 16]);
	}
	return n;
}

static void sign(const struct text *text, struct minhash *ret_signature)
{
	static char spelled[WORDS_MAX * 32];
	minhash_of(view_make(spelled, spell(text, spelled)), ret_signature);
}

static bool shares_band(const struct minhash *a, const struct minhash *b)
{
	for (unsigned band = 0; band < NEAR_BANDS; band++)
		if (minhash_band(a, band) == minhash_band(b, band))
			return true;
	return false;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static size_t shingles_of(const struct text *text, uint64_t *out)
{
	size_t n = 0, kept = 0;
	for (size_t i = 0; i + 2 < text->n; i++)
		out[n++] = hash64(view_make((const char *)&text->words[i], 3 * sizeof(text->words[0])), 1);
	qsort(out, n, sizeof(out[0]), by_value);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || out[i] != out[i - 1])
			out[kept++] = out[i];
	return kept;
}

static double true_similarity(const struct text *a, const struct text *b)
{
	static uint64_t x[WORDS_MAX], y[WORDS_MAX];
	size_t n = shingles_of(a, x), m = shingles_of(b, y), i = 0, j = 0, both = 0;
	while (i < n && j < m) {
		both += x[i] == y[j];
		uint64_t low = x[i] < y[j] ? x[i] : y[j];
		i += x[i] == low;
		j += y[j] == low;
	}
	return (double)both / (double)(n + m - both);
}

static void finds_planted_pairs_and_no_others(void **state)
{
	(void)state;
	enum { PAIRS = 10000 };
	static struct text a, b;
	uint64_t seed = 42;
	size_t planted = 0, found = 0, wrong = 0, by_kind[3] = { 0 }, missed[3] = { 0 };
	double error = 0;
	for (int i = 0; i < PAIRS; i++) {
		struct minhash x, y;
		uint32_t subject = dice(&seed, 50), kind = (uint32_t)i % 3;
		write_text(&a, &seed, subject);
		(kind == 0 ? edit : kind == 1 ? wire_copy : other)(&b, &a, &seed, subject);
		sign(&a, &x);
		sign(&b, &y);
		double score = minhash_similarity(&x, &y), truth = true_similarity(&a, &b);
		bool marked = score >= NEAR_SCORE && shares_band(&x, &y);
		error += (score - truth) * (score - truth);
		by_kind[kind]++;
		planted += kind < 2;
		found += marked && kind < 2;
		missed[kind] += !marked && kind < 2;
		wrong += marked && kind == 2;
	}
	double recall = (double)found / (double)planted, precision = (double)found / (double)(found + wrong);
	error = sqrt(error / PAIRS);
	print_message("%d pairs: recall %.4f (edits %.4f, wire copies %.4f), precision %.4f, standard error %.4f\n",
		PAIRS, recall, 1 - (double)missed[0] / (double)by_kind[0], 1 - (double)missed[1] / (double)by_kind[1],
		precision, error);
	assert_true(recall >= 0.95);
	assert_true(precision >= 0.99);
	assert_true(error <= 0.035);
}

static void case_punctuation_and_spaces_do_not_count(void **state)
{
	(void)state;
	struct minhash a, b;
	minhash_of(VIEW("One sentence, with \u00C9tudes and more words; another one follows it here."), &a);
	minhash_of(VIEW("ONE  SENTENCE with \u00E9tudes\n\nand more words. Another one - follows it here"), &b);
	assert_memory_equal(&a, &b, sizeof(a));
	minhash_of(VIEW("Another sentence without any of those at all in its long way to the end."), &b);
	assert_true(minhash_similarity(&a, &b) < 0.2);
}

static void texts_in_every_script_are_like_themselves_only(void **state)
{
	(void)state;
	struct minhash signatures[OWN_TEXTS];
	for (size_t i = 0; i < OWN_TEXTS; i++)
		minhash_of(view_of(own_texts[i].text), &signatures[i]);
	for (size_t i = 0; i < OWN_TEXTS; i++) {
		assert_true(minhash_similarity(&signatures[i], &signatures[i]) == 1);
		for (size_t j = 0; j < i; j++)
			assert_true(minhash_similarity(&signatures[i], &signatures[j]) < 0.3);
		/* Its last sixth cut off. */
		struct view text = view_of(own_texts[i].text);
		struct minhash cut;
		text.n -= text.n / 6;
		while (((unsigned char)text.p[text.n] & 0xC0) == 0x80)
			text.n--;
		minhash_of(text, &cut);
		assert_true(minhash_similarity(&signatures[i], &cut) > 0.6);
	}
}

static void the_signature_is_the_same_on_every_machine(void **state)
{
	(void)state;
	struct minhash signature, none;
	uint8_t digest[32];
	char hex[65];
	minhash_of(view_of(own_texts[0].text), &signature);
	sha256_of(view_make((const char *)signature.bytes, MINHASH_BYTES), digest);
	hex_of(digest, 8, hex);
	/* Changes only with MINHASH_VERSION: stores hold such signatures. */
	assert_int_equal(MINHASH_VERSION, 1);
	assert_string_equal(hex, "4f663465f3a7a162");
	minhash_of(VIEW(" ... "), &none);
	assert_memory_equal(&none, &(struct minhash){ { 0 } }, sizeof(none));
}

/* Words of all lengths, with and without letters beyond ASCII, and what stands between them. */
static size_t write_mixture(uint64_t *seed, char *out, size_t room)
{
	static const char *const pieces[] = { "\u00E9", "\u2019", "\u201C", "\u65E5\u672C", "\u0E44\u0E17\u0E22",
		"\u0416\u0438", " \u2013 ", ". ", ", ", "\n\n", "-", "7", "2024", "'", "\xF0\x9F\x8C\x89", "_" };
	size_t n = 0;
	while (n + 64 < room) {
		uint32_t length = dice(seed, 8) ? dice(seed, 9) : dice(seed, 40);
		for (uint32_t i = 0; i < length; i++)
			out[n++] = (char)((dice(seed, 5) ? 'a' : 'A') + (int)dice(seed, 26));
		if (dice(seed, 4))
			out[n++] = ' ';
		else
			n += (size_t)sprintf(out + n, "%s", pieces[dice(seed, sizeof(pieces) / sizeof(pieces[0]))]);
	}
	return n;
}

static void every_length_of_text_keeps_its_signature(void **state)
{
	(void)state;
	static char text[4200];
	struct sha256 *all = sha256_new();
	struct minhash signature;
	uint8_t digest[32];
	char hex[65];
	uint64_t seed = 7;
	for (size_t room = 64; room <= 4164; room += 41) {
		/* Nothing behind the text is readable: a sanitizer would tell. */
		size_t n = write_mixture(&seed, text, room);
		char *exact = malloc(n);
		if (n)
			memcpy(exact, text, n);
		minhash_of(view_make(exact, n), &signature);
		sha256_update(all, view_make((const char *)signature.bytes, MINHASH_BYTES));
		free(exact);
	}
	sha256_final(all, digest);
	sha256_free(all);
	hex_of(digest, 8, hex);
	assert_string_equal(hex, "036bc5fbb450db69");
}

static void wide_vectors_hash_as_plain_words(void **state)
{
	(void)state;
	uint64_t seed = 3;
	for (unsigned count = 0; count <= SHINGLE_BATCH; count++) {
		struct shingle_batch wide = { .count = count }, plain;
		uint64_t a[SHINGLE_BATCH], b[SHINGLE_BATCH];
		for (unsigned i = 0; i < SHINGLE_BEFORE + count; i++)
			wide.hashes[i] = (uint64_t)dice(&seed, UINT32_MAX) << 32 | dice(&seed, UINT32_MAX);
		for (unsigned i = 0; i < count; i++) {
			wide.lengths[i] = dice(&seed, SHINGLE_LETTERS + 1);
			for (unsigned half = 0; half < 2; half++)
				wide.letters[half][i] =
					(uint64_t)dice(&seed, UINT32_MAX) << 32 | dice(&seed, UINT32_MAX);
		}
		plain = wide;
		shingle_words(&wide);
		shingle_words_plain(&plain);
		assert_memory_equal(wide.hashes, plain.hashes, (SHINGLE_BEFORE + count) * sizeof(wide.hashes[0]));
		shingle_triples(&wide, a);
		shingle_triples_plain(&plain, b);
		assert_memory_equal(a, b, count * sizeof(a[0]));
	}
}

static void bits_of_words_are_those_of_each_byte(void **state)
{
	(void)state;
	char bytes[WORD_BITS_BYTES];
	for (unsigned c = 0; c < 256; c++)
		for (unsigned at = 0; at < WORD_BITS_BYTES; at++) {
			memset(bytes, at % 2 ? ' ' : 'x', sizeof(bytes));
			bytes[at] = (char)c;
			struct word_bits fast = word_bits_of(bytes), plain = word_bits_plain(bytes);
			assert_memory_equal(&fast, &plain, sizeof(fast));
		}
}

static void something_begins_where_no_letter_goes_on(void **state)
{
	(void)state;
	static const char text[] =
		"the \xC3\xA9t\xC3\xA9's 20x, \xE6\x97\xA5, (c) a-b_c d: e.g. xyz..................abc";
	static const char begins[] = "1000101101101111010010111011111011011110100111111111111111111100";
	_Static_assert(sizeof(begins) == WORD_BITS_BYTES + 1, "a bit for each byte");
	uint64_t carry = 0;
	struct word_bits first = word_bits_of(text);
	uint64_t at = word_bits_begins(&first, &carry);
	for (size_t i = 0; i < WORD_BITS_BYTES; i++)
		assert_int_equal(at >> i & 1, begins[i] == '1');
	assert_int_equal(carry, 1);
	/* The word goes on. */
	char last[WORD_BITS_BYTES] = "fg hi";
	struct word_bits second = word_bits_of(last);
	assert_int_equal(word_bits_begins(&second, &carry) & 0x1F, 0x08);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_planted_pairs_and_no_others),
		cmocka_unit_test(case_punctuation_and_spaces_do_not_count),
		cmocka_unit_test(texts_in_every_script_are_like_themselves_only),
		cmocka_unit_test(the_signature_is_the_same_on_every_machine),
		cmocka_unit_test(every_length_of_text_keeps_its_signature),
		cmocka_unit_test(wide_vectors_hash_as_plain_words),
		cmocka_unit_test(bits_of_words_are_those_of_each_byte),
		cmocka_unit_test(something_begins_where_no_letter_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
