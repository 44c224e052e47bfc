/* The texts that the scorer of plain-text lines learns from: what another extractor left (noise), and the
 * truth bodies themselves, in which every line is text. */
#ifndef QUALITY_LINES_H
#define QUALITY_LINES_H

#include "extract/line_model.h"
#include "truth.h"

enum { LINE_SETS = 2, LABELS = FOLDS + 1 };

enum line_origin {
	LINES_NOISE, /* what another extractor left */
	LINES_BODY,  /* a truth body: every line is text */
	LINES_PAGE,  /* of page_texts, with a truth */
	LINES_GUESS, /* of page_texts, the body is what a block model keeps */
};

struct line_doc {
	struct page page; /* its arena holds everything below */
	struct work work;
	const struct truth *truth;
	struct view record, title;
	uint8_t origin; /* enum line_origin */
	uint8_t fold;
	uint32_t row;	/* of its first line in the matrix */
	uint32_t count; /* lines */
	/* By the fold that is held out (FOLDS: none): label 0 to 1 (1: text), weight. All the same where there is a
	 * truth. */
	float *y[LABELS], *w[LABELS];
	float *is_title, *title_w; /* the same for being the title */
};

struct line_corpus {
	struct truths truths;
	struct rules *rules;
	struct matcher *matcher;
	struct line_doc *docs;
	uint32_t count, rows;
};

/* NEWSROOM and WCXB of folder @data, and what page_texts wrote to @pages (NULL: nothing). 0, or < 0 with words on
 * stderr. */
int lines_read(struct line_corpus *corpus, const char *data, const char *pages);
void lines_free(struct line_corpus *corpus);

#endif
