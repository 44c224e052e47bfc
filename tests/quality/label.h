/* How much of each text block is in the truth: both as words, matched in order. */
#ifndef QUALITY_LABEL_H
#define QUALITY_LABEL_H

#include "extract/blocks.h"
#include "truth.h"

struct labels {
	float *share;		       /* by block: 0 to 1; -1 not known */
	uint32_t *words;	       /* by block: words as the score counts them */
	uint32_t truth_words, matched; /* words of the truth; those found in blocks */
};

/* Everything in @arena. Body truths know every block, snippet truths only those that hold one. */
bool labels_make(struct arena *arena, const struct truth *truth, const struct text_blocks *blocks, struct labels *ret);

#endif
