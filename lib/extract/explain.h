/* Why the model cut a block, in words. */
#ifndef GARNER_EXTRACT_EXPLAIN_H
#define GARNER_EXTRACT_EXPLAIN_H

#include "extract/model.h"

/* Gives each cut block of page->blocks a reason like "model 0.03: box1_links -1.2, in_nav -0.8, chars -0.5": its score
 * and the features that moved the first pass most, in logits. For --explain: costs a hundred times the scoring. */
int explain_blocks(const struct model *model, const struct features *features, struct page *page);

#endif
