/* Folds, log-odds of tokens, and the two passes. A model that is measured on a fold has seen nothing of it:
 * neither its trees, nor its tokens, nor the first-pass scores that its second pass learned from. */
#ifndef QUALITY_LEARN_H
#define QUALITY_LEARN_H

#include <stdio.h>
#include "grow.h"
#include "corpus.h"

struct learner {
	struct corpus *corpus;
	struct boost_settings settings[2];
	uint8_t *x;	  /* rows of FEATURE_COUNT bytes */
	float *y, *w;	  /* by row; weight 0: not known */
	uint8_t *p_first; /* held-out scores of both passes, by row */
	uint16_t *p;
	FILE *dump;
};

int learner_open(struct learner *learner, struct corpus *corpus);
/* All folds, or one; @models: folder for the models of the folds, or NULL. */
int learner_cross_validate(struct learner *learner, int only_fold, const char *models);
/* All folds with 10 trainings instead of 20: the second pass of a fold learns from first-pass scores of models that
 * saw that fold. For trying things out. */
int learner_cross_validate_fast(struct learner *learner, const char *models);
/* Scores held-out pages with models that an earlier cross-validation left in @models. */
int learner_score(struct learner *learner, const char *models);
/* Trains on everything and writes C; the second pass learns from the held-out scores of a cross-validation, which
 * comes before. */
int learner_write(struct learner *learner, const char *path);
void learner_close(struct learner *learner);

#endif
