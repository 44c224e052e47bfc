/* Boosted trees over one-byte features: evaluation only. The same sums on every machine and by every kernel, for
 * everything is an integer. */
#ifndef GARNER_EXTRACT_FOREST_H
#define GARNER_EXTRACT_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FOREST_DEPTH_MAX = 8, FOREST_TREES_MAX = 2000, FOREST_COLUMNS_MAX = 512 };

/* Complete trees, one after the other: 2^depth - 1 nodes (to the right when x[feature] >= threshold; the children of
 * node i are 2i + 1 and 2i + 2), 2^depth leaves (1/1024 logit). */
struct forest {
	uint32_t trees, depth;
	int32_t base;
	const uint16_t *features;
	const uint8_t *thresholds;
	const int16_t *leaves;
};

/* Sums of the leaves and the base for @count vectors of @stride bytes, at most FOREST_COLUMNS_MAX, side by side. */
void forest_score(const struct forest *forest, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores);

/* What forest_score() chooses from: each must give what the plain one gives, a vector and a step at a time. */
enum forest_kernel { FOREST_PLAIN, FOREST_AVX2, FOREST_AVX512, FOREST_KERNELS };
/* This machine has it. */
bool forest_has(enum forest_kernel kernel);
void forest_score_with(enum forest_kernel kernel, const struct forest *forest, const uint8_t *x, size_t stride,
	uint32_t count, int32_t *ret_scores);

#endif
