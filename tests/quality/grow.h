/* Gradient boosted trees over one-byte features: histograms of 256 bins, depth by depth, second-order gains (Chen and
 * Guestrin 2016). Made for this matrix: its rows are the feature vectors as they are, leaves are rounded as they will
 * be evaluated before the next tree is grown, so what was learned is what runs. */
#ifndef QUALITY_GROW_H
#define QUALITY_GROW_H

#include "meta/forest.h"
#include "extract/oblivious.h"

struct boost_settings {
	int trees, depth, threads;
	double eta, subsample, columns, min_weight, lambda;
	int step; /* of an oblivious forest's leaves, 1/1024 logit */
	int seed;
};

struct grow_rows {
	const uint8_t *x; /* rows of @stride bytes */
	size_t stride, columns;
	const uint32_t *index; /* of the rows to learn from */
	const float *y, *w;    /* by row: soft label, weight > 0 */
	size_t count;
};

/* 0, or -1 without memory. The same forest every time, whatever the threads. */
int grow_forest(const struct boost_settings *settings, const struct grow_rows *rows, struct forest *ret);
void forest_clear(struct forest *forest);
/* The question of a level is the one with the largest sum of gains over its nodes; depth is OBLIVIOUS_DEPTH. */
int grow_oblivious(const struct boost_settings *settings, const struct grow_rows *rows, struct oblivious *ret);
void oblivious_clear(struct oblivious *forest);

#endif
