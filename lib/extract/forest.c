/* Vectors go through in batches of 64, bit-sliced: a question of a tree, asked of all 64, is one word of answers, and
 * the answers on the way down are chosen by whole words. Per tree and vector that is about 8 instructions with AVX-512,
 * 15 with AVX2, and 45 for the walk. After Lucchesi et al. 2015 (QuickScorer) in its aim, not in its tables: trees so
 * shallow are cheaper asked in full. */
#include "extract/forest.h"

#include <string.h>

enum { BATCH = 64, DEPTH = 6, NODES = (1 << DEPTH) - 1, LEAVES = 1 << DEPTH };

/* With @depth known to the compiler the steps are unrolled. */
static inline __attribute__((always_inline)) void walk_batch(
	const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret, uint32_t depth)
{
	size_t nodes = ((size_t)1 << depth) - 1;
	for (uint32_t i = 0; i < count; i++)
		ret[i] = f->base;
	for (uint32_t t = 0; t < f->trees; t++) {
		const uint16_t *feature = f->features + t * nodes;
		const uint8_t *threshold = f->thresholds + t * nodes;
		const int16_t *leaf = f->leaves + t * (nodes + 1);
		for (uint32_t i = 0; i < count; i++) {
			const uint8_t *v = x + i * stride;
			size_t at = 0;
			for (uint32_t d = 0; d < depth; d++)
				at = 2 * at + 1 + (v[feature[at]] >= threshold[at]);
			ret[i] += leaf[at - nodes];
		}
	}
}

void forest_score_plain(const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	for (uint32_t i = 0; i < count; i += BATCH) {
		uint32_t n = count - i < BATCH ? count - i : BATCH;
		if (f->depth == DEPTH)
			walk_batch(f, x + i * stride, stride, n, ret_scores + i, DEPTH);
		else
			walk_batch(f, x + i * stride, stride, n, ret_scores + i, f->depth);
	}
}

#ifdef __x86_64__
#include <immintrin.h>

/* 16 x 16 bytes: four perfect shuffles exchange rows and columns. */
static void transpose16(const uint8_t *const rows[16], size_t at, uint8_t *out)
{
	__m128i a[16], b[16];
	for (int i = 0; i < 16; i++)
		a[i] = _mm_loadu_si128((const __m128i *)(rows[i] + at));
	for (int step = 0; step < 2; step++) {
		for (int i = 0; i < 8; i++) {
			b[2 * i] = _mm_unpacklo_epi8(a[i], a[i + 8]);
			b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + 8]);
		}
		for (int i = 0; i < 8; i++) {
			a[2 * i] = _mm_unpacklo_epi8(b[i], b[i + 8]);
			a[2 * i + 1] = _mm_unpackhi_epi8(b[i], b[i + 8]);
		}
	}
	for (int i = 0; i < 16; i++)
		_mm_store_si128((__m128i *)(out + i * BATCH), a[i]);
}

/* The columns of at most 64 vectors: 64 bytes a feature, zeros beyond @count. */
static void make_columns(const uint8_t *x, size_t stride, uint32_t count, uint8_t *out)
{
	static const uint8_t zeros[FOREST_COLUMNS_MAX];
	for (uint32_t from = 0; from < BATCH; from += 16) {
		const uint8_t *rows[16];
		for (uint32_t i = 0; i < 16; i++)
			rows[i] = from + i < count ? x + (from + i) * stride : zeros;
		size_t at = 0;
		for (; at + 16 <= stride; at += 16)
			transpose16(rows, at, out + at * BATCH + from);
		for (; at < stride; at++)
			for (uint32_t i = 0; i < 16; i++)
				out[at * BATCH + from + i] = rows[i][at];
	}
}

/* The way down: the root's answer is the first plane, and chooses between the answers of its two halves, which are
 * then a tree of one level less. */
static inline __attribute__((always_inline)) void choose(uint64_t answers[NODES], uint64_t ret_planes[DEPTH])
{
	for (int k = 0; k < DEPTH; k++) {
		uint64_t right = ret_planes[k] = answers[0];
		for (size_t width = 1; width < (size_t)LEAVES >> (k + 1); width *= 2) {
			uint64_t *to = answers + width - 1;
			const uint64_t *from = answers + 2 * width - 1;
			for (size_t i = 0; i < width; i++)
				to[i] = from[i] ^ ((from[i] ^ from[i + width]) & right);
		}
	}
}

/* Adds a tree's leaves to the sums of the 64 vectors in @columns. */
typedef void tree_fn(const uint16_t *features, const uint8_t *thresholds, const int16_t *leaves, const uint8_t *columns,
	int32_t *sums);

__attribute__((target("avx2"))) static void tree_avx2(const uint16_t *features, const uint8_t *thresholds,
	const int16_t *leaves, const uint8_t *columns, int32_t *sums)
{
	const __m256i bits = _mm256_set1_epi64x((long long)0x8040201008040201ull);
	const __m256i bytes = _mm256_setr_epi8(
		0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
	uint64_t answers[NODES], planes[DEPTH];
	for (int i = 0; i < NODES; i++) {
		const __m256i *x = (const __m256i *)(columns + (size_t)features[i] * BATCH);
		__m256i t = _mm256_set1_epi8((char)thresholds[i]), low = _mm256_load_si256(x),
			high = _mm256_load_si256(x + 1);
		uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(low, t), low));
		uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(high, t), high));
		answers[i] = a | (uint64_t)b << 32;
	}
	choose(answers, planes);
	for (int half = 0; half < 2; half++) {
		__m256i index = _mm256_setzero_si256();
		uint8_t at[32];
		for (int k = 0; k < DEPTH; k++) {
			uint32_t plane = (uint32_t)(planes[k] >> (32 * half));
			__m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32((int)plane), bytes);
			__m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bits), bits);
			index = _mm256_sub_epi8(_mm256_add_epi8(index, index), set);
		}
		_mm256_storeu_si256((__m256i *)at, index);
		for (int i = 0; i < 32; i++)
			sums[32 * half + i] += leaves[at[i]];
	}
}

__attribute__((target("avx512bw"))) static void tree_avx512(const uint16_t *features, const uint8_t *thresholds,
	const int16_t *leaves, const uint8_t *columns, int32_t *sums)
{
	uint64_t answers[NODES], planes[DEPTH];
	__m512i low = _mm512_loadu_si512(leaves), high = _mm512_loadu_si512(leaves + LEAVES / 2);
	__m512i index = _mm512_setzero_si512();
#pragma GCC unroll 21
	for (int i = 0; i < NODES; i++)
		answers[i] = _mm512_cmpge_epu8_mask(_mm512_load_si512(columns + (size_t)features[i] * BATCH),
			_mm512_set1_epi8((char)thresholds[i]));
	choose(answers, planes);
	for (int k = 0; k < DEPTH; k++)
		index = _mm512_or_si512(index, _mm512_maskz_set1_epi8(planes[k], (char)(1 << (DEPTH - 1 - k))));
	for (int half = 0; half < 2; half++) {
		__m256i at = half ? _mm512_extracti64x4_epi64(index, 1) : _mm512_castsi512_si256(index);
		__m512i value = _mm512_permutex2var_epi16(low, _mm512_cvtepu8_epi16(at), high);
		int32_t *sum = sums + 32 * half;
		_mm512_storeu_si512(sum, _mm512_add_epi32(_mm512_loadu_si512(sum),
						 _mm512_cvtepi16_epi32(_mm512_castsi512_si256(value))));
		_mm512_storeu_si512(sum + 16, _mm512_add_epi32(_mm512_loadu_si512(sum + 16),
						      _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(value, 1))));
	}
}

static tree_fn *kernel(void)
{
	return __builtin_cpu_supports("avx512bw") ? tree_avx512 : __builtin_cpu_supports("avx2") ? tree_avx2 : NULL;
}

static void score_batch(
	const struct forest *f, tree_fn *tree, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret)
{
	_Alignas(BATCH) uint8_t columns[FOREST_COLUMNS_MAX * BATCH];
	int32_t sums[BATCH];
	make_columns(x, stride, count, columns);
	for (uint32_t i = 0; i < BATCH; i++)
		sums[i] = f->base;
	for (size_t t = 0; t < f->trees; t++)
		tree(f->features + t * NODES, f->thresholds + t * NODES, f->leaves + t * LEAVES, columns, sums);
	memcpy(ret, sums, count * sizeof(*ret));
}

void forest_score(const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	enum { FEW = 8 }; /* the rest of a page, for which the walk is cheaper */
	tree_fn *tree = f->depth == DEPTH && stride <= FOREST_COLUMNS_MAX ? kernel() : NULL;
	uint32_t at = 0;
	for (; tree && at < count && count - at >= FEW; at += BATCH)
		score_batch(f, tree, x + (size_t)at * stride, stride, count - at < BATCH ? count - at : BATCH,
			ret_scores + at);
	if (at < count)
		forest_score_plain(f, x + (size_t)at * stride, stride, count - at, ret_scores + at);
}
#else
void forest_score(const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	forest_score_plain(f, x, stride, count, ret_scores);
}
#endif
