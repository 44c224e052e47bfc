#include <utf8proc.h>
#include "dedup/dedup.h"
#include "dedup/shingle.h"
#include "normalise/unicode.h"
#include "util/utf8.h"
#include "util/word_bits.h"

enum { BINS = MINHASH_BYTES };

#define EMPTY UINT64_MAX

struct shingler {
	struct view text;
	uint64_t tokens; /* of the batches before this one */
	struct shingle_batch batch;
	uint8_t spans[SHINGLE_BATCH]; /* of the shingle that ends with a token */
	bool mixed;		      /* not all are of words */
	uint64_t bins[BINS];	      /* smallest shingle hash of each bin */
};

static inline void put_shingle(struct shingler *s, uint64_t h)
{
	uint64_t *bin = &s->bins[h >> 56], value = h & (EMPTY >> 8), had = *bin;
	*bin = value < had ? value : had;
}

static void end_batch(struct shingler *s)
{
	uint64_t shingles[SHINGLE_BATCH];
	unsigned count = s->batch.count, i = 0;
	shingle_words(&s->batch);
	shingle_triples(&s->batch, shingles);
	for (; s->mixed && i < count; i++)
		if (s->spans[i] == SHINGLE_CHARACTERS && s->tokens + i + 1 >= SHINGLE_CHARACTERS)
			put_shingle(s, shingle_of(s->batch.hashes + SHINGLE_BEFORE + i + 1, SHINGLE_CHARACTERS));
		else if (s->spans[i] == SHINGLE_WORDS && s->tokens + i + 1 >= SHINGLE_WORDS)
			put_shingle(s, shingles[i]);
	if (i < count && s->tokens == 0)
		i = SHINGLE_WORDS - 1;
	for (; i < count; i++)
		put_shingle(s, shingles[i]);
	memmove(s->batch.hashes, s->batch.hashes + count, SHINGLE_BEFORE * sizeof(s->batch.hashes[0]));
	s->tokens += count;
	s->batch.count = 0;
	s->mixed = false;
}

/* A token of which shingles have @span. Returns its number in the batch. */
static inline unsigned new_token(struct shingler *s, unsigned span)
{
	if (s->batch.count == SHINGLE_BATCH)
		end_batch(s);
	s->spans[s->batch.count] = (uint8_t)span;
	return s->batch.count++;
}

static void add_token(struct shingler *s, uint64_t hash, unsigned span)
{
	unsigned token = new_token(s, span);
	s->batch.lengths[token] = 0;
	s->batch.hashes[SHINGLE_BEFORE + token] = hash;
	s->mixed |= span != SHINGLE_WORDS;
}

/* A run of ASCII letters and digits. */
static inline void add_word(struct shingler *s, size_t start, size_t end)
{
	size_t n = end - start;
	if (n > SHINGLE_LETTERS || s->text.n - start < SHINGLE_LETTERS) {
		uint64_t hash = SHINGLE_TOKEN_START;
		for (size_t at = start; at < end; at++)
			hash = shingle_character(hash, (unsigned char)(s->text.p[at] | 0x20));
		add_token(s, hash, SHINGLE_WORDS);
		return;
	}
	unsigned token = new_token(s, SHINGLE_WORDS);
	s->batch.lengths[token] = n;
	s->batch.letters[0][token] = word_letters(s->text.p + start);
	s->batch.letters[1][token] = word_letters(s->text.p + start + 8);
}

/* A run that has letters or signs beyond ASCII. */
static void add_run(struct shingler *s, struct view run)
{
	uint64_t word = SHINGLE_TOKEN_START;
	for (size_t at = 0; at < run.n;) {
		if ((unsigned char)run.p[at] < 0x80) {
			word = shingle_character(word, (unsigned char)(run.p[at++] | 0x20));
			continue;
		}
		uint32_t cp = utf8_next(run, &at);
		unsigned entry = unicode_entry(cp);
		bool letter = entry & UNICODE_WORD, alone = entry & (UNICODE_IDEOGRAPH | UNICODE_SPACELESS);
		if (letter && !alone) {
			word = shingle_character(word, (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp));
			continue;
		}
		if (word != SHINGLE_TOKEN_START)
			add_token(s, word, SHINGLE_WORDS);
		word = SHINGLE_TOKEN_START;
		if (letter)
			add_token(s, shingle_character(SHINGLE_TOKEN_START, cp), SHINGLE_CHARACTERS);
	}
	if (word != SHINGLE_TOKEN_START)
		add_token(s, word, SHINGLE_WORDS);
}

/* Bits from @from on and below @to, both up to 64. */
static inline uint64_t bits_between(size_t from, size_t to)
{
	uint64_t below = to < 64 ? (UINT64_C(1) << to) - 1 : UINT64_MAX;
	return from < 64 ? below & UINT64_MAX << from : 0;
}

/* Runs of what words are made of, and of all that is not ASCII. */
static void shingle(struct shingler *s)
{
	size_t start = 0;
	bool inside = false, beyond = false; /* of the run that the block before did not end */
	for (size_t base = 0; base < s->text.n; base += WORD_BITS_BYTES) {
		struct word_bits bits = word_bits_at(s->text, base);
		uint64_t runs = bits.words | bits.beyond, before = runs << 1 | inside;
		uint64_t starts = runs & ~before, ends = ~runs & before;
		if (!inside && starts) {
			start = base + (size_t)__builtin_ctzll(starts);
			starts &= starts - 1;
		}
		bool plain = !bits.beyond && !beyond; /* so are most */
		for (; ends; ends &= ends - 1, starts &= starts - 1) {
			size_t end = base + (size_t)__builtin_ctzll(ends);
			if (!plain &&
				(beyond || bits.beyond & bits_between(start > base ? start - base : 0, end - base)))
				add_run(s, view_make(s->text.p + start, end - start));
			else
				add_word(s, start, end);
			beyond = false;
			start = base + (starts ? (size_t)__builtin_ctzll(starts) : 0);
		}
		inside = runs >> 63;
		beyond = inside && (beyond || bits.beyond & bits_between(start > base ? start - base : 0, 64));
	}
	if (inside && beyond)
		add_run(s, view_from(s->text, start));
	else if (inside)
		add_word(s, start, s->text.n);
	end_batch(s);
	/* Too short for a shingle: what there is, as one. */
	if (s->tokens > 0 && s->tokens < SHINGLE_CHARACTERS)
		put_shingle(s, shingle_of(s->batch.hashes + SHINGLE_BEFORE, (unsigned)s->tokens));
}

/* An empty bin borrows from a full one, by its own sequence of tries, so that it agrees in two texts as often as
 * they are alike. */
static uint64_t borrowed(const struct shingler *s, unsigned bin)
{
	for (uint64_t attempt = 1;; attempt++) {
		uint64_t value = s->bins[shingle_mix((uint64_t)bin << 32 | attempt) % BINS];
		if (value != EMPTY)
			return value;
	}
}

void minhash_of(struct view text, struct minhash *ret_signature)
{
	struct shingler s;
	s.text = text;
	s.tokens = 0;
	s.batch.count = 0;
	s.mixed = false;
	memset(s.batch.hashes, 0, SHINGLE_BEFORE * sizeof(s.batch.hashes[0]));
	for (unsigned i = 0; i < BINS; i++)
		s.bins[i] = EMPTY;
	shingle(&s);
	*ret_signature = (struct minhash){ { 0 } };
	if (s.tokens == 0)
		return;
	for (unsigned i = 0; i < BINS; i++) {
		uint64_t value = s.bins[i] != EMPTY ? s.bins[i] : borrowed(&s, i);
		ret_signature->bytes[i] = (uint8_t)shingle_mix(value);
	}
}

double minhash_similarity(const struct minhash *a, const struct minhash *b)
{
	unsigned same = 0;
	for (unsigned i = 0; i < BINS; i++)
		same += a->bytes[i] == b->bytes[i];
	/* One byte agrees by accident once in 256. */
	double share = (double)same / BINS, accident = 1.0 / 256;
	return share <= accident ? 0 : (share - accident) / (1 - accident);
}

uint32_t minhash_band(const struct minhash *signature, unsigned band)
{
	const uint8_t *p = signature->bytes + (size_t)band * (MINHASH_BYTES / MINHASH_BANDS);
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
