/* Boosted oblivious trees over one-byte features: evaluation only. A tree asks one question a level, whatever was
 * answered before (Kohavi 1994), so its leaf's number is the answers side by side. The same sums on every machine and
 * by every kernel, for everything is an integer. */
#ifndef GARNER_EXTRACT_OBLIVIOUS_H
#define GARNER_EXTRACT_OBLIVIOUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	OBLIVIOUS_DEPTH = 6,
	OBLIVIOUS_LEAVES = 1 << OBLIVIOUS_DEPTH,
	OBLIVIOUS_TREES_MAX = 4000,
	OBLIVIOUS_COLUMNS_MAX = 512,
	OBLIVIOUS_STEP_MAX = 1024
};

/* The answer to a question is x[feature] - 128 < threshold; the first one's is the upper bit of the leaf's number. */
struct oblivious_tree {
	uint16_t features[OBLIVIOUS_DEPTH];
	int8_t thresholds[OBLIVIOUS_DEPTH];
	int8_t leaves[OBLIVIOUS_LEAVES];
};

struct oblivious {
	uint32_t trees, columns; /* no feature is as high as @columns */
	int32_t base, step;	 /* 1/1024 logit; what one of a leaf counts for */
	const struct oblivious_tree *tree;
};

static inline bool oblivious_answer(const struct oblivious_tree *tree, int level, const uint8_t *x)
{
	return x[tree->features[level]] - 128 < tree->thresholds[level];
}

/* Base and leaves' sums for @count vectors, at least forest->columns bytes each, @stride apart. */
void oblivious_score(
	const struct oblivious *forest, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores);

/* What oblivious_score() chooses from: each must give what the plain one gives, a vector at a time. */
enum oblivious_kernel { OBLIVIOUS_PLAIN, OBLIVIOUS_AVX2, OBLIVIOUS_KERNELS };
/* This machine has it. */
bool oblivious_has(enum oblivious_kernel kernel);
void oblivious_score_with(enum oblivious_kernel kernel, const struct oblivious *forest, const uint8_t *x, size_t stride,
	uint32_t count, int32_t *ret_scores);

#endif
