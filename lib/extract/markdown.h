/* What the writers of Markdown share; inside extract/. */
#ifndef GARNER_EXTRACT_MARKDOWN_H
#define GARNER_EXTRACT_MARKDOWN_H

#include "dom/dom.h"
#include "util/buf.h"
#include "util/limits.h"

enum { MARKDOWN_MAX = 32 << 20, MARKDOWN_COLUMNS = 256, MARKDOWN_LEVELS = 10 };

struct markdown {
	struct page *page;
	const struct dom *dom;
	struct buf out, plain;
	struct view base; /* what relative addresses are relative to; empty: not known */
	/* the run being written */
	uint32_t link; /* node of the anchor that is open; 0 none */
	bool space;    /* one stands before what comes */
	size_t start;  /* of the text of the block or cell */
	/* the blocks before */
	struct {
		uint32_t list, item; /* nodes */
		uint32_t number;
	} lists[LIMIT_DOM_DEPTH + 1]; /* the ordered list of each depth: one in another has its own */
	uint32_t table;		      /* the one being written */
	uint32_t columns;
	uint16_t below[MARKDOWN_COLUMNS]; /* rows that a cell above reaches down */
	uint8_t kind;
	int quotes; /* depth of quotations */
	bool begun;
};

/* The page's address, or what its base element makes of it (HTML section 4.2.3). */
struct view markdown_base(struct page *page);
/* The texts of the block with links, emphasis and code, in one line. */
void markdown_inline(struct markdown *m, const struct block *block);
/* The same for a cell of a table. */
void markdown_cell(struct markdown *m, uint32_t cell);
/* Escaped, as it stands. */
void markdown_escape(struct buf *out, struct view text, bool cell);

#endif
