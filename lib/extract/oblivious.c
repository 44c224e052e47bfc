/* Answers are whole bytes: 32 vectors are asked at once, and their answers make the numbers of their leaves, of which
 * the lower four bits look up in a table of 16 and the others choose between tables. A tree and 64 vectors take 6 to 7
 * ns where a complete tree of that depth takes 90 (meta/forest.c). */
#include "extract/oblivious.h"

#include <string.h>

static void score_plain(const struct oblivious *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret)
{
	for (uint32_t i = 0; i < count; i++, x += stride) {
		int32_t sum = 0;
		for (uint32_t t = 0; t < f->trees; t++) {
			const struct oblivious_tree *tree = &f->tree[t];
			unsigned at = 0;
			for (int k = 0; k < OBLIVIOUS_DEPTH; k++)
				at = 2 * at + oblivious_answer(tree, k, x);
			sum += tree->leaves[at];
		}
		ret[i] = f->base + sum * f->step;
	}
}

#ifdef __x86_64__
#include <immintrin.h>

enum { BATCH = 64, LANE = 32 };
enum { GROUP = 254 }; /* trees whose leaves' sum fits in 16 bits; even */

#define AVX2	    __attribute__((target("avx2")))
#define AVX2_INLINE __attribute__((target("avx2"), always_inline)) static inline

/* Rows and columns of 16 x 16 bytes change places by four perfect shuffles: two such squares side by side, of rows i
 * and i + 16. What is less by 128 is compared with its sign, which is one step. */
AVX2_INLINE void turn(const uint8_t *const rows[LANE], size_t at, uint8_t *out)
{
	__m256i a[16], b[16];
	for (int i = 0; i < 16; i++)
		a[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(rows[i] + at))),
			_mm_loadu_si128((const __m128i *)(rows[i + 16] + at)), 1);
	for (int step = 0; step < 2; step++) {
		for (int i = 0; i < 8; i++) {
			b[2 * i] = _mm256_unpacklo_epi8(a[i], a[i + 8]);
			b[2 * i + 1] = _mm256_unpackhi_epi8(a[i], a[i + 8]);
		}
		for (int i = 0; i < 8; i++) {
			a[2 * i] = _mm256_unpacklo_epi8(b[i], b[i + 8]);
			a[2 * i + 1] = _mm256_unpackhi_epi8(b[i], b[i + 8]);
		}
	}
	for (int i = 0; i < 16; i++)
		_mm256_store_si256((__m256i *)(out + i * BATCH), _mm256_xor_si256(a[i], _mm256_set1_epi8(-128)));
}

/* The columns of at most 32 vectors, less 128: BATCH bytes a feature. */
AVX2 static void make_columns(const uint8_t *x, size_t stride, uint32_t count, uint32_t columns, uint8_t *out)
{
	static const uint8_t zeros[OBLIVIOUS_COLUMNS_MAX];
	const uint8_t *rows[LANE];
	for (uint32_t i = 0; i < LANE; i++)
		rows[i] = i < count ? x + i * stride : zeros;
	size_t at = 0;
	for (; at + 16 <= columns; at += 16)
		turn(rows, at, out + at * BATCH);
	if (at < columns && columns >= 16) /* the last sixteen once more, as far as they are left */
		turn(rows, columns - 16, out + (columns - 16) * BATCH);
	else
		for (; at < columns; at++)
			for (uint32_t i = 0; i < LANE; i++)
				out[at * BATCH + i] = rows[i][at] ^ 128;
}

/* The leaves that 32 vectors a lane come to. */
AVX2_INLINE void ask(const struct oblivious_tree *tree, const uint8_t *columns, int lanes, __m256i *ret)
{
	enum { TABLES = OBLIVIOUS_LEAVES / 16, UPPER = OBLIVIOUS_DEPTH - 4 };
	__m256i answer[2][OBLIVIOUS_DEPTH];
	for (int k = 0; k < OBLIVIOUS_DEPTH; k++) {
		const __m256i *x = (const __m256i *)(columns + (size_t)tree->features[k] * BATCH);
		__m256i threshold = _mm256_set1_epi8(tree->thresholds[k]);
		for (int l = 0; l < lanes; l++)
			answer[l][k] = _mm256_cmpgt_epi8(threshold, _mm256_load_si256(x + l));
	}
	for (int l = 0; l < lanes; l++) {
		__m256i leaf[TABLES], at = _mm256_sub_epi8(_mm256_setzero_si256(), answer[l][UPPER]);
		for (int k = UPPER + 1; k < OBLIVIOUS_DEPTH; k++)
			at = _mm256_sub_epi8(_mm256_add_epi8(at, at), answer[l][k]);
		for (int i = 0; i < TABLES; i++) {
			__m128i table = _mm_loadu_si128((const __m128i *)tree->leaves + i);
			leaf[i] = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), at);
		}
		for (int k = UPPER - 1; k >= 0; k--)
			for (int i = 0; i < 1 << k; i++)
				leaf[i] = _mm256_blendv_epi8(leaf[2 * i], leaf[2 * i + 1], answer[l][k]);
		ret[l] = leaf[0];
	}
}

/* Sums of the leaves of at most GROUP trees are added to @sums. */
AVX2_INLINE void add_group(
	const struct oblivious_tree *tree, uint32_t trees, const uint8_t *columns, int lanes, int32_t *sums)
{
	const __m256i ones = _mm256_set1_epi8(1);
	__m256i sum[2][2] = { 0 }, one[2], other[2] = { 0 };
	for (uint32_t t = 0; t < trees; t += 2) {
		ask(tree + t, columns, lanes, one);
		if (t + 1 < trees)
			ask(tree + t + 1, columns, lanes, other);
		else
			other[0] = other[1] = _mm256_setzero_si256();
		for (int l = 0; l < lanes; l++) {
			__m256i low = _mm256_unpacklo_epi8(one[l], other[l]),
				high = _mm256_unpackhi_epi8(one[l], other[l]);
			sum[l][0] = _mm256_add_epi16(sum[l][0], _mm256_maddubs_epi16(ones, low));
			sum[l][1] = _mm256_add_epi16(sum[l][1], _mm256_maddubs_epi16(ones, high));
		}
	}
	for (int l = 0; l < lanes; l++) {
		for (int k = 0; k < 2; k++) {
			int16_t part[16];
			_mm256_storeu_si256((__m256i *)part, sum[l][k]);
			for (int i = 0; i < 16; i++) /* by halves of 16 vectors */
				sums[LANE * l + 16 * (i / 8) + 8 * k + i % 8] += part[i];
		}
	}
}

AVX2 static void score_avx2(const struct oblivious *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret)
{
	_Alignas(BATCH) uint8_t columns[OBLIVIOUS_COLUMNS_MAX * BATCH];
	for (uint32_t from = 0; from < count; from += BATCH) {
		uint32_t n = count - from < BATCH ? count - from : BATCH;
		int32_t sums[BATCH] = { 0 };
		make_columns(x + from * stride, stride, n, f->columns, columns);
		if (n > LANE)
			make_columns(x + (from + LANE) * stride, stride, n - LANE, f->columns, columns + LANE);
		for (uint32_t t = 0; t < f->trees; t += GROUP) {
			uint32_t trees = f->trees - t < GROUP ? f->trees - t : GROUP;
			if (n > LANE)
				add_group(f->tree + t, trees, columns, 2, sums);
			else
				add_group(f->tree + t, trees, columns, 1, sums);
		}
		for (uint32_t i = 0; i < n; i++)
			ret[from + i] = f->base + sums[i] * f->step;
	}
}

bool oblivious_has(enum oblivious_kernel kernel)
{
	return kernel == OBLIVIOUS_AVX2 ? __builtin_cpu_supports("avx2") : kernel == OBLIVIOUS_PLAIN;
}
#else
static void score_avx2(const struct oblivious *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret)
{
	score_plain(f, x, stride, count, ret);
}

bool oblivious_has(enum oblivious_kernel kernel)
{
	return kernel == OBLIVIOUS_PLAIN;
}
#endif

void oblivious_score_with(enum oblivious_kernel kernel, const struct oblivious *f, const uint8_t *x, size_t stride,
	uint32_t count, int32_t *ret_scores)
{
	if (kernel == OBLIVIOUS_AVX2 && f->columns <= OBLIVIOUS_COLUMNS_MAX)
		score_avx2(f, x, stride, count, ret_scores);
	else
		score_plain(f, x, stride, count, ret_scores);
}

void oblivious_score(const struct oblivious *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	enum oblivious_kernel kernel = oblivious_has(OBLIVIOUS_AVX2) ? OBLIVIOUS_AVX2 : OBLIVIOUS_PLAIN;
	oblivious_score_with(kernel, f, x, stride, count, ret_scores);
}
