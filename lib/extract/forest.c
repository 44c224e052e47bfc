/* Vectors go through in batches of 64, bit-sliced: a question of a tree, asked of all 64, is one word of answers, and
 * the answers on the way down are chosen by whole words. A tree and 64 vectors take 45 ns with AVX-512, 90 ns with AVX2
 * and 500 ns by the walk. After Lucchesi et al. 2015 (QuickScorer) in its aim, not in its tables: trees so
 * shallow are cheaper asked in full. */
#include "extract/forest.h"

#include <string.h>

/* There are kernels for trees of this depth and of one less. */
enum { BATCH = 64, DEPTH = 6, LEAVES = 1 << DEPTH };

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

static void score_plain(const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	for (uint32_t i = 0; i < count; i += BATCH) {
		uint32_t n = count - i < BATCH ? count - i : BATCH;
		if (f->depth == DEPTH)
			walk_batch(f, x + i * stride, stride, n, ret_scores + i, DEPTH);
		else if (f->depth == DEPTH - 1)
			walk_batch(f, x + i * stride, stride, n, ret_scores + i, DEPTH - 1);
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
		if (at < stride && stride >= 16) /* the last sixteen once more, as far as they are left */
			transpose16(rows, stride - 16, out + (stride - 16) * BATCH + from);
		else
			for (; at < stride; at++)
				for (uint32_t i = 0; i < 16; i++)
					out[at * BATCH + from + i] = rows[i][at];
	}
}

/* A tree's answers lie in order: the left half, the root, the right half, and so on inside the halves, so that what is
 * chosen between lies as far apart as it is wide. */
#define IN_ORDER(depth, level, i) ((2 * (i) + 1) * (1 << ((depth)-1 - (level))) - 1)

/* Sums of the leaves for the 64 vectors in @columns are added to @sums. */
typedef void batch_fn(const struct forest *forest, const uint8_t *columns, int32_t *sums);

__attribute__((target("avx2"), always_inline)) static inline void ask_avx2(
	const struct forest *f, uint32_t tree, const uint8_t *columns, uint64_t answers[LEAVES], int depth)
{
	const uint16_t *features = f->features + (size_t)tree * (((size_t)1 << depth) - 1);
	const uint8_t *thresholds = f->thresholds + (size_t)tree * (((size_t)1 << depth) - 1);
#pragma GCC unroll 6
	for (int level = 0; level < depth; level++) {
#pragma GCC unroll 32
		for (int i = 0; i < 1 << level; i++) {
			const __m256i *x = (const __m256i *)(columns + (size_t)*features++ * BATCH);
			__m256i t = _mm256_set1_epi8((char)*thresholds++), low = _mm256_load_si256(x),
				high = _mm256_load_si256(x + 1);
			uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(low, t), low));
			uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(high, t), high));
			answers[IN_ORDER(depth, level, i)] = a | (uint64_t)b << 32;
		}
	}
}

/* The way down: a root's answer chooses between those of its halves, which are then a tree of one level less. */
__attribute__((target("avx2"), always_inline)) static inline void choose_avx2(
	const uint64_t answers[LEAVES], uint64_t ret_planes[DEPTH], int depth)
{
	__m256i w[LEAVES / 4];
	int leaves = 1 << depth;
	for (int i = 0; i < leaves / 4; i++)
		w[i] = _mm256_load_si256((const __m256i *)answers + i);
	ret_planes[0] = answers[leaves / 2 - 1];
#pragma GCC unroll 4
	for (int k = 0; k < depth - 2; k++) {
		int half = leaves >> (k + 3);
		__m256i right = _mm256_set1_epi64x((long long)ret_planes[k]);
		for (int i = 0; i < half; i++)
			w[i] = _mm256_xor_si256(w[i], _mm256_and_si256(_mm256_xor_si256(w[i], w[i + half]), right));
		ret_planes[k + 1] = half > 1 ? (uint64_t)_mm256_extract_epi64(w[half / 2 - 1], 3)
					     : (uint64_t)_mm256_extract_epi64(w[0], 1);
	}
	/* w[0]: left, root, right */
	__m128i left = _mm256_castsi256_si128(w[0]), right = _mm256_extracti128_si256(w[0], 1);
	uint64_t a = (uint64_t)_mm_cvtsi128_si64(left), b = (uint64_t)_mm_cvtsi128_si64(right);
	ret_planes[depth - 1] = a ^ ((a ^ b) & ret_planes[depth - 2]);
}

__attribute__((target("avx2"), always_inline)) static inline void add_avx2(
	const int16_t *leaves, const uint64_t planes[DEPTH], int32_t *sums, int depth)
{
	const __m256i bits = _mm256_set1_epi64x((long long)0x8040201008040201ull);
	const __m256i bytes = _mm256_setr_epi8(
		0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
	for (int half = 0; half < 2; half++) {
		__m256i index = _mm256_setzero_si256();
		uint8_t at[32];
		for (int k = 0; k < depth; k++) {
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

/* One tree is asked before the one before is chosen from: answers that have just been written word by word cannot be
 * read side by side yet. */
__attribute__((target("avx2"), always_inline)) static inline void sum_avx2(
	const struct forest *f, const uint8_t *columns, int32_t *sums, int depth)
{
	_Alignas(64) uint64_t answers[2][LEAVES] = { 0 };
	uint64_t planes[DEPTH];
	ask_avx2(f, 0, columns, answers[0], depth);
	for (uint32_t t = 0; t < f->trees; t++) {
		if (t + 1 < f->trees)
			ask_avx2(f, t + 1, columns, answers[(t + 1) & 1], depth);
		choose_avx2(answers[t & 1], planes, depth);
		add_avx2(f->leaves + ((size_t)t << depth), planes, sums, depth);
	}
}

__attribute__((target("avx2"))) static void batch_avx2(const struct forest *f, const uint8_t *columns, int32_t *sums)
{
	if (f->depth == DEPTH)
		sum_avx2(f, columns, sums, DEPTH);
	else
		sum_avx2(f, columns, sums, DEPTH - 1);
}

__attribute__((target("avx512bw"), always_inline)) static inline void ask_avx512(
	const struct forest *f, uint32_t tree, const uint8_t *columns, uint64_t answers[LEAVES], int depth)
{
	const uint16_t *features = f->features + (size_t)tree * (((size_t)1 << depth) - 1);
	const uint8_t *thresholds = f->thresholds + (size_t)tree * (((size_t)1 << depth) - 1);
#pragma GCC unroll 6
	for (int level = 0; level < depth; level++) {
#pragma GCC unroll 32
		for (int i = 0; i < 1 << level; i++)
			answers[IN_ORDER(depth, level, i)] =
				_mm512_cmple_epu8_mask(_mm512_set1_epi8((char)*thresholds++),
					_mm512_load_si512(columns + (size_t)*features++ * BATCH));
	}
}

/* The leaves that the 64 vectors come to, as @ret[0] their bytes' lower halves by lanes of 128 bits, @ret[1] the
 * upper. */
__attribute__((target("avx512bw"), always_inline)) static inline void choose_avx512(
	const int16_t *leaves, const uint64_t answers[LEAVES], __m512i ret[2], int depth)
{
	enum { CHOOSE = 0xCA }; /* the second where the first is set, otherwise the third */
	__m512i w[LEAVES / 8], index = _mm512_setzero_si512(), right;
	for (int i = 0; i < 1 << (depth - 3); i++)
		w[i] = _mm512_load_si512(answers + 8 * i);
	right = _mm512_set1_epi64((long long)answers[(1 << (depth - 1)) - 1]);
#define STEP(bit)                                                                                                      \
	index = _mm512_mask_add_epi8(                                                                                  \
		index, (__mmask64)_mm_cvtsi128_si64(_mm512_castsi512_si128(right)), index, _mm512_set1_epi8(bit))
	if (depth == DEPTH) {
		STEP(32);
		for (int i = 0; i < 4; i++)
			w[i] = _mm512_ternarylogic_epi64(right, w[i + 4], w[i], CHOOSE);
		right = _mm512_permutexvar_epi64(_mm512_set1_epi64(7), w[1]);
	}
	STEP(16);
	for (int i = 0; i < 2; i++)
		w[i] = _mm512_ternarylogic_epi64(right, w[i + 2], w[i], CHOOSE);
	right = _mm512_permutexvar_epi64(_mm512_set1_epi64(7), w[0]);
	STEP(8);
	w[0] = _mm512_ternarylogic_epi64(right, w[1], w[0], CHOOSE);
	right = _mm512_permutexvar_epi64(_mm512_set1_epi64(3), w[0]);
	STEP(4);
	w[0] = _mm512_ternarylogic_epi64(right, _mm512_alignr_epi64(w[0], w[0], 4), w[0], CHOOSE);
	right = _mm512_permutexvar_epi64(_mm512_set1_epi64(1), w[0]);
	STEP(2);
	right = _mm512_ternarylogic_epi64(right, _mm512_alignr_epi64(w[0], w[0], 2), w[0], CHOOSE);
	STEP(1);
#undef STEP
	const __m512i zero = _mm512_setzero_si512(), low = _mm512_loadu_si512(leaves);
	__m512i first = _mm512_unpacklo_epi8(index, zero), second = _mm512_unpackhi_epi8(index, zero);
	if (depth == DEPTH) {
		__m512i high = _mm512_loadu_si512(leaves + LEAVES / 2);
		ret[0] = _mm512_permutex2var_epi16(low, first, high);
		ret[1] = _mm512_permutex2var_epi16(low, second, high);
	} else {
		ret[0] = _mm512_permutexvar_epi16(first, low);
		ret[1] = _mm512_permutexvar_epi16(second, low);
	}
}

/* Two trees a turn: their leaves are added side by side. */
__attribute__((target("avx512bw"), always_inline)) static inline void sum_avx512(
	const struct forest *f, const uint8_t *columns, int32_t *sums, int depth)
{
	_Alignas(64) uint64_t answers[2][LEAVES] = { 0 };
	const __m512i ones = _mm512_set1_epi16(1);
	__m512i sum[4] = { 0 }, a[2], b[2];
	ask_avx512(f, 0, columns, answers[0], depth);
	for (uint32_t t = 0; t < f->trees; t += 2) {
		b[0] = b[1] = _mm512_setzero_si512();
		if (t + 1 < f->trees)
			ask_avx512(f, t + 1, columns, answers[1], depth);
		choose_avx512(f->leaves + ((size_t)t << depth), answers[0], a, depth);
		if (t + 2 < f->trees)
			ask_avx512(f, t + 2, columns, answers[0], depth);
		if (t + 1 < f->trees)
			choose_avx512(f->leaves + ((size_t)(t + 1) << depth), answers[1], b, depth);
		for (int i = 0; i < 2; i++) {
			__m512i low = _mm512_unpacklo_epi16(a[i], b[i]), high = _mm512_unpackhi_epi16(a[i], b[i]);
			sum[2 * i] = _mm512_add_epi32(sum[2 * i], _mm512_madd_epi16(low, ones));
			sum[2 * i + 1] = _mm512_add_epi32(sum[2 * i + 1], _mm512_madd_epi16(high, ones));
		}
	}
	for (int i = 0; i < 4; i++) {
		int32_t part[16];
		_mm512_storeu_si512(part, sum[i]);
		for (int k = 0; k < 16; k++)
			sums[16 * (k / 4) + 4 * i + k % 4] += part[k];
	}
}

__attribute__((target("avx512bw"))) static void batch_avx512(
	const struct forest *f, const uint8_t *columns, int32_t *sums)
{
	if (f->depth == DEPTH)
		sum_avx512(f, columns, sums, DEPTH);
	else
		sum_avx512(f, columns, sums, DEPTH - 1);
}

static void score_batches(
	const struct forest *f, batch_fn *batch, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret)
{
	_Alignas(BATCH) uint8_t columns[FOREST_COLUMNS_MAX * BATCH];
	int32_t sums[BATCH];
	for (uint32_t at = 0; at < count; at += BATCH) {
		uint32_t n = count - at < BATCH ? count - at : BATCH;
		make_columns(x + (size_t)at * stride, stride, n, columns);
		for (uint32_t i = 0; i < BATCH; i++)
			sums[i] = f->base;
		batch(f, columns, sums);
		memcpy(ret + at, sums, n * sizeof(*ret));
	}
}

bool forest_has(enum forest_kernel kernel)
{
	return kernel == FOREST_AVX512 ? __builtin_cpu_supports("avx512bw")
	       : kernel == FOREST_AVX2 ? __builtin_cpu_supports("avx2")
				       : kernel == FOREST_PLAIN;
}

static bool has_depth(const struct forest *f)
{
	return f->depth == DEPTH || f->depth == DEPTH - 1;
}

void forest_score_with(enum forest_kernel kernel, const struct forest *f, const uint8_t *x, size_t stride,
	uint32_t count, int32_t *ret_scores)
{
	if (kernel == FOREST_PLAIN || !has_depth(f) || !f->trees || stride > FOREST_COLUMNS_MAX)
		score_plain(f, x, stride, count, ret_scores);
	else
		score_batches(f, kernel == FOREST_AVX512 ? batch_avx512 : batch_avx2, x, stride, count, ret_scores);
}

void forest_score(const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	enum forest_kernel kernel = forest_has(FOREST_AVX512) ? FOREST_AVX512
				    : forest_has(FOREST_AVX2) ? FOREST_AVX2
							      : FOREST_PLAIN;
	uint32_t few = kernel == FOREST_AVX512 ? 6 : 14; /* for which the walk is cheaper */
	uint32_t rest = count % BATCH < few ? count % BATCH : 0, most = count - rest;
	forest_score_with(kernel, f, x, stride, most, ret_scores);
	if (rest)
		score_plain(f, x + (size_t)most * stride, stride, rest, ret_scores + most);
}
#else
bool forest_has(enum forest_kernel kernel)
{
	return kernel == FOREST_PLAIN;
}

void forest_score_with(enum forest_kernel kernel, const struct forest *f, const uint8_t *x, size_t stride,
	uint32_t count, int32_t *ret_scores)
{
	(void)kernel;
	score_plain(f, x, stride, count, ret_scores);
}

void forest_score(const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	score_plain(f, x, stride, count, ret_scores);
}
#endif
