/* Hashes of words and of what three of them make: all a signature is made of, and most of its work. */
#ifndef GARNER_DEDUP_SHINGLE_H
#define GARNER_DEDUP_SHINGLE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SHINGLE_WORDS = 3,
	SHINGLE_CHARACTERS = 5,
	SHINGLE_BEFORE = SHINGLE_CHARACTERS - 1, /* tokens of which a shingle may begin with the first of a batch's */
	SHINGLE_BATCH = 64,
	SHINGLE_LETTERS = 16,
};

/* The next tokens of a text. */
struct shingle_batch {
	unsigned count;
	uint64_t hashes[SHINGLE_BEFORE +
			SHINGLE_BATCH];	    /* those of the last tokens of the batch before stand in front */
	uint64_t lengths[SHINGLE_BATCH];    /* letters; 0: the hash is made already */
	uint64_t letters[2][SHINGLE_BATCH]; /* in lower case, the first one in the lowest byte of [0] */
};

/* The finaliser of MurmurHash3: every input bit reaches every output bit. */
static inline uint64_t shingle_mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xFF51AFD7ED558CCD);
	h ^= h >> 33;
	h *= UINT64_C(0xC4CEB9FE1A85EC53);
	return h ^ h >> 33;
}

/* FNV-1a, of code points. */
#define SHINGLE_TOKEN_START UINT64_C(0xCBF29CE484222325)
#define SHINGLE_TOKEN_STEP  UINT64_C(0x100000001B3)
static inline uint64_t shingle_character(uint64_t hash, uint32_t cp)
{
	return (hash ^ cp) * SHINGLE_TOKEN_STEP;
}

#define SHINGLE_STEP UINT64_C(0x9E3779B97F4A7C15)
/* The shingle of @length tokens that ends before @end. */
static inline uint64_t shingle_of(const uint64_t *end, unsigned length)
{
	uint64_t h = length;
	for (unsigned i = 0; i < length; i++)
		h = (h ^ end[(int)i - (int)length]) * SHINGLE_STEP + (h >> 29);
	return shingle_mix(h);
}

/* Hashes of the words of up to SHINGLE_LETTERS letters. */
void shingle_words(struct shingle_batch *batch);
/* For each token the shingle of SHINGLE_WORDS that ends with it. Room behind the last one may be written. */
void shingle_triples(const struct shingle_batch *batch, uint64_t ret_shingles[SHINGLE_BATCH]);

/* What a CPU without wide vectors does; the same results. For tests. */
void shingle_words_plain(struct shingle_batch *batch);
void shingle_triples_plain(const struct shingle_batch *batch, uint64_t ret_shingles[SHINGLE_BATCH]);

#endif
