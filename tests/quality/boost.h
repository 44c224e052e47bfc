/* Training of one forest; the only file that knows libxgboost. */
#ifndef QUALITY_BOOST_H
#define QUALITY_BOOST_H

#include "extract/model.h"

struct boost_settings {
	int trees, depth, threads;
	double eta, subsample, columns, min_weight, lambda;
};

/* @x: @rows vectors of @columns floats; @y labels 0 to 1; @w weights. Fills @ret (free with forest_clear). */
int boost_train(const struct boost_settings *settings, const float *x, const float *y, const float *w, size_t rows,
	size_t columns, struct forest *ret);
void forest_clear(struct forest *forest);

#endif
