/* A passage that stands twice in a text: pages hold it once for wide screens and once for narrow ones, or show a tab's
 * text again. The later one goes. */
#ifndef GARNER_EXTRACT_TEXT_PASSAGE_H
#define GARNER_EXTRACT_TEXT_PASSAGE_H

#include "extract/text_work.h"

/* By live line: whether it is one of a passage that stands before, as one or in parts: PASSAGE_LINES lines in a row at
 * least, PASSAGE_WORDS words, half of them in prose. A quotation said again, a refrain and a table's heads are none.
 * NULL in *ret_again: there is none. 0 or page_full. */
enum { PASSAGE_LINES = 2, PASSAGE_WORDS = 60 };
int passage_find(struct work *work, bool **ret_again);

#endif
