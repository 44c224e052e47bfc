#include "dedup/shingle.h"

void shingle_words_plain(struct shingle_batch *batch)
{
	for (unsigned i = 0; i < batch->count; i++) {
		uint64_t h = SHINGLE_TOKEN_START;
		if (batch->lengths[i] == 0)
			continue;
		for (unsigned at = 0; at < batch->lengths[i]; at++)
			h = shingle_character(h, (uint8_t)(batch->letters[at / 8][i] >> at % 8 * 8));
		batch->hashes[SHINGLE_BEFORE + i] = h;
	}
}

void shingle_triples_plain(const struct shingle_batch *batch, uint64_t ret_shingles[SHINGLE_BATCH])
{
	for (unsigned i = 0; i < batch->count; i++)
		ret_shingles[i] = shingle_of(batch->hashes + SHINGLE_BEFORE + i + 1, SHINGLE_WORDS);
}

#ifdef __x86_64__
#include <immintrin.h>

/* A letter waits for the one before it, and how long a word is can't be foretold: four or eight words side by side take
 * the time of one. */

#define AVX2 __attribute__((target("avx2")))

/* @x by SHINGLE_TOKEN_STEP, which is 2^40 and 0x1B3. */
AVX2 static inline __m256i step4(__m256i x)
{
	const __m256i low = _mm256_set1_epi64x(0x1B3);
	__m256i upper = _mm256_slli_epi64(_mm256_mul_epu32(_mm256_srli_epi64(x, 32), low), 32);
	return _mm256_add_epi64(_mm256_add_epi64(_mm256_mul_epu32(x, low), upper), _mm256_slli_epi64(x, 40));
}

AVX2 static inline __m256i add_letters4(__m256i h, __m256i letters, __m256i lengths, unsigned from)
{
	const __m256i byte = _mm256_set1_epi64x(0xFF);
	for (unsigned at = 0; at < 8; at++, letters = _mm256_srli_epi64(letters, 8)) {
		__m256i more = _mm256_cmpgt_epi64(lengths, _mm256_set1_epi64x(from + at));
		__m256i next = step4(_mm256_xor_si256(h, _mm256_and_si256(letters, byte)));
		h = _mm256_blendv_epi8(h, next, more);
	}
	return h;
}

AVX2 static inline void word4(struct shingle_batch *batch, unsigned i)
{
	__m256i *to = (__m256i *)(batch->hashes + SHINGLE_BEFORE + i);
	__m256i lengths = _mm256_loadu_si256((const __m256i *)(batch->lengths + i));
	__m256i made = _mm256_cmpeq_epi64(lengths, _mm256_setzero_si256());
	__m256i more = _mm256_cmpgt_epi64(lengths, _mm256_set1_epi64x(8));
	__m256i h = _mm256_set1_epi64x((long long)SHINGLE_TOKEN_START);
	h = add_letters4(h, _mm256_loadu_si256((const __m256i *)(batch->letters[0] + i)), lengths, 0);
	if (!_mm256_testz_si256(more, more))
		h = add_letters4(h, _mm256_loadu_si256((const __m256i *)(batch->letters[1] + i)), lengths, 8);
	_mm256_storeu_si256(to, _mm256_blendv_epi8(h, _mm256_loadu_si256(to), made));
}

AVX2 static void words_avx2(struct shingle_batch *batch)
{
	for (unsigned i = 0; i < batch->count; i += 4)
		word4(batch, i);
}

#define AVX512 __attribute__((target("avx512f,avx512dq")))

AVX512 static inline __m512i add_letters(__m512i h, __m512i letters, __m512i lengths, unsigned from)
{
	const __m512i step = _mm512_set1_epi64((long long)SHINGLE_TOKEN_STEP), byte = _mm512_set1_epi64(0xFF);
	for (unsigned at = 0; at < 8; at++, letters = _mm512_srli_epi64(letters, 8)) {
		__mmask8 more = _mm512_cmpgt_epu64_mask(lengths, _mm512_set1_epi64(from + at));
		__m512i x = _mm512_xor_si512(h, _mm512_and_si512(letters, byte));
		h = _mm512_mask_mullo_epi64(h, more, x, step);
	}
	return h;
}

AVX512 static void words_avx512(struct shingle_batch *batch)
{
	for (unsigned i = 0; i < batch->count; i += 8) {
		__m512i lengths = _mm512_loadu_si512(batch->lengths + i);
		__m512i h = _mm512_set1_epi64((long long)SHINGLE_TOKEN_START);
		h = add_letters(h, _mm512_loadu_si512(batch->letters[0] + i), lengths, 0);
		if (_mm512_cmpgt_epu64_mask(lengths, _mm512_set1_epi64(8)))
			h = add_letters(h, _mm512_loadu_si512(batch->letters[1] + i), lengths, 8);
		_mm512_mask_storeu_epi64(
			batch->hashes + SHINGLE_BEFORE + i, _mm512_test_epi64_mask(lengths, lengths), h);
	}
}

AVX512 static inline __m512i add_token(__m512i h, const uint64_t *tokens)
{
	__m512i x = _mm512_xor_si512(h, _mm512_loadu_si512(tokens));
	x = _mm512_mullo_epi64(x, _mm512_set1_epi64((long long)SHINGLE_STEP));
	return _mm512_add_epi64(x, _mm512_srli_epi64(h, 29));
}

AVX512 static inline __m512i mix(__m512i h)
{
	h = _mm512_xor_si512(h, _mm512_srli_epi64(h, 33));
	h = _mm512_mullo_epi64(h, _mm512_set1_epi64((long long)UINT64_C(0xFF51AFD7ED558CCD)));
	h = _mm512_xor_si512(h, _mm512_srli_epi64(h, 33));
	h = _mm512_mullo_epi64(h, _mm512_set1_epi64((long long)UINT64_C(0xC4CEB9FE1A85EC53)));
	return _mm512_xor_si512(h, _mm512_srli_epi64(h, 33));
}

AVX512 static void triples_avx512(const struct shingle_batch *batch, uint64_t ret_shingles[SHINGLE_BATCH])
{
	const uint64_t *first = batch->hashes + SHINGLE_BEFORE - 2;
	for (unsigned i = 0; i < batch->count; i += 8) {
		__m512i h = add_token(_mm512_set1_epi64(SHINGLE_WORDS), first + i);
		h = add_token(add_token(h, first + i + 1), first + i + 2);
		_mm512_storeu_si512(ret_shingles + i, mix(h));
	}
}

static bool is_wide(void)
{
	return __builtin_cpu_supports("avx512dq");
}

void shingle_words(struct shingle_batch *batch)
{
	/* What is left of the last eight is written past the last token, or not at all. */
	for (unsigned i = batch->count; i % 8; i++)
		batch->lengths[i] = 0;
	if (is_wide())
		words_avx512(batch);
	else if (__builtin_cpu_supports("avx2"))
		words_avx2(batch);
	else
		shingle_words_plain(batch);
}

void shingle_triples(const struct shingle_batch *batch, uint64_t ret_shingles[SHINGLE_BATCH])
{
	if (is_wide())
		triples_avx512(batch, ret_shingles);
	else
		shingle_triples_plain(batch, ret_shingles);
}
#else
void shingle_words(struct shingle_batch *batch)
{
	shingle_words_plain(batch);
}

void shingle_triples(const struct shingle_batch *batch, uint64_t ret_shingles[SHINGLE_BATCH])
{
	shingle_triples_plain(batch, ret_shingles);
}
#endif
