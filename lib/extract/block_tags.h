/* What an element means for the blocks: a border, nothing to read, hidden, a table of data. */
#ifndef GARNER_EXTRACT_BLOCK_TAGS_H
#define GARNER_EXTRACT_BLOCK_TAGS_H

#include "extract/blocks.h"

extern const uint8_t block_tags[DOM_TAG_COUNT]; /* 1: block-level, a border at its start and end */
extern const uint8_t skip_tags[DOM_TAG_COUNT];	/* 1: its text is not text of the page */

enum { STYLE_HIDDEN = 1, STYLE_BLOCK = 2 };

/* What a style attribute says of an element's place, in one pass over its declarations. */
int style_of(struct view style);
/* TEXT_HIDDEN and TEXT_ARIA_HIDDEN by the element's own attributes, @style being what its style says. */
uint32_t hidden_flags(const struct dom *dom, uint32_t node, int style);
/* Cells of facts, not columns of a layout. Looks at the table's subtree up to a nested table. */
bool is_data_table(const struct dom *dom, uint32_t table);

#endif
