/* The texts that the scorer of plain-text lines learns from: what another extractor left (noise), and the
 * truth bodies themselves, in which every line is text. */
#ifndef QUALITY_LINES_H
#define QUALITY_LINES_H

#include "extract/line_model.h"
#include "truth.h"

enum { LINE_FOLDS = 5, LINE_SETS = 2 };

struct line_doc {
	struct page page; /* its arena holds everything below */
	struct work work;
	const struct truth *truth;
	struct view record, title;
	bool clean; /* a truth body */
	uint8_t fold;
	uint32_t row;		   /* of its first line in the matrix */
	uint32_t count;		   /* lines */
	float *y, *w;		   /* label 0 to 1 (1: text), weight */
	float *is_title, *title_w; /* the same for being the title */
};

struct line_corpus {
	struct truths truths;
	struct rules *rules;
	struct matcher *matcher;
	struct line_doc *docs;
	uint32_t count, rows;
};

/* NEWSROOM and WCXB of folder @data. 0, or < 0 with words on stderr. */
int lines_read(struct line_corpus *corpus, const char *data);
void lines_free(struct line_corpus *corpus);

#endif
