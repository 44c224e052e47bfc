/* Boosted trees over one-byte features whose nodes ask each their own question: evaluation only. The same sums on every
 * machine, for everything is an integer. */
#ifndef GARNER_META_FOREST_H
#define GARNER_META_FOREST_H

#include <stddef.h>
#include <stdint.h>

enum { FOREST_DEPTH_MAX = 8 };

/* Complete trees, one after the other: 2^depth - 1 nodes (to the right when x[feature] >= threshold; the children of
 * node i are 2i + 1 and 2i + 2), 2^depth leaves (1/1024 logit). */
struct forest {
	uint32_t trees, depth;
	int32_t base;
	const uint16_t *features;
	const uint8_t *thresholds;
	const int16_t *leaves;
};

/* Sums of the leaves and the base for @count vectors, @stride bytes apart. */
void forest_score(const struct forest *forest, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores);

#endif
