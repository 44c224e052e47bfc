/* The pages of the data sets, read by the library's own stages, with what training needs of them kept. */
#ifndef QUALITY_CORPUS_H
#define QUALITY_CORPUS_H

#include "extract/features.h"
#include "label.h"
#include "truth.h"

struct kept {
	struct page page; /* its arena holds everything below; no tree, no text */
	struct text_blocks blocks;
	struct features features;
	struct labels labels;
	const struct truth *truth;
	uint32_t *vocabulary, *vocabulary_at; /* words of each block as indices into the truth's; 0: not in it */
	uint32_t *truth_counts, truth_kinds;
	uint32_t fold;
	uint32_t row; /* of its first block in the matrix */
	float weight;
};

struct corpus {
	struct truths truths;
	struct kept *pages;
	uint32_t count, rows;
};

int corpus_read(struct corpus *corpus, const char *data);
void corpus_free(struct corpus *corpus);
/* Word F1 of the blocks marked in @keep. */
double corpus_f1(const struct kept *page, const uint8_t *keep, double *ret_precision, double *ret_recall);

#endif
