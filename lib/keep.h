/* What of a finished page goes on to the writer. */
#ifndef GARNER_KEEP_H
#define GARNER_KEEP_H

#include "page.h"

/* Moves what a sink may ask for (the document, member, signature, words of a drop) from the arena of the stages into
 * page->arena, where the capture stands: a tenth of what the stages took. What only stages need is gone
 * afterwards. 0 or -ENOMEM with page->error. */
int keep_results(struct page *page);

#endif
