/* The page as a sequence of text blocks: what stands between two block-level borders, with the boxes
 * (block-level elements) it stands in. Words are never glued or split at inline tags. */
#ifndef GARNER_EXTRACT_BLOCKS_H
#define GARNER_EXTRACT_BLOCKS_H

#include "dom/dom.h"
#include "page.h"

/* What the walk knows of a block; all but the first five are inherited from elements around it. */
enum text_flag {
	TEXT_GAP = 1 << 0,	  /* a paragraph border stands before it, not only a line break */
	TEXT_LINE = 1 << 1,	  /* begins or ends at a <br> */
	TEXT_ITEM_FIRST = 1 << 2, /* the first block of its list item */
	TEXT_ORDERED = 1 << 3,	  /* item of an <ol> */
	TEXT_HEAD_ROW = 1 << 4,	  /* table row of <th> cells */
	TEXT_QUOTE = 1 << 5,	  /* inside <blockquote> */
	TEXT_CAPTION = 1 << 6,	  /* inside <figcaption> or <caption> */
	TEXT_FIGURE = 1 << 7,	  /* inside <figure>, <picture> */
	TEXT_BUTTON = 1 << 8,	  /* inside <button> */
	TEXT_HIDDEN = 1 << 9,	  /* hidden attribute, or display:none or visibility:hidden in its style */
	TEXT_ARIA_HIDDEN = 1 << 10,
	TEXT_NOSCRIPT = 1 << 11,
	TEXT_DETAILS = 1 << 12, /* inside <details>, not its summary */
	TEXT_FORM = 1 << 13,
	TEXT_TABLE = 1 << 14, /* inside a table that is no data table */
	TEXT_LABEL = 1 << 15, /* inside <label>, <legend>, <summary> */
};

enum { BLOCK_SLACK = 64 };

struct text_block {
	/* spaces collapsed, trimmed, never empty; code keeps its lines; BLOCK_SLACK bytes behind can be read */
	struct view text;
	uint32_t node;				     /* its first text node */
	uint32_t last;				     /* its last text node */
	uint32_t box;				     /* innermost box, index into boxes */
	uint32_t flags;				     /* enum text_flag */
	uint8_t kind;				     /* enum block_kind */
	uint8_t level;				     /* of headings, items */
	uint16_t links;				     /* anchors that begin or go on in it */
	uint32_t link_bytes, bold_bytes, time_bytes; /* of the text, inside <a href>, <b> and <strong>, <time> */
};

/* A block-level element that holds text. Box 0 is the page; a parent stands before its children. */
struct box {
	uint32_t node;
	uint32_t parent;
	uint32_t first, end; /* blocks inside: [first, end) */
};

struct text_blocks {
	struct text_block *items;
	uint32_t count;
	struct box *boxes;
	uint32_t box_count;
	bool cut; /* the page has more than LIMIT_BLOCKS blocks; the others are not in */
};

/* Reads page->dom. Everything in page->arena. 0, or page_full. Linear in the tree. */
int blocks_read(struct page *page, struct text_blocks *ret_blocks);

#endif
