/* What of a finished page goes on to the writer. */
#ifndef GARNER_KEEP_H
#define GARNER_KEEP_H

#include "page.h"

/* Moves what a sink may ask for (the document, member, signature, words of a drop) from the arenas of the stages and of
 * the capture into page->arena: a tenth of what the stages took. What only stages need is gone afterwards; the capture
 * stays where it is. 0 or -ENOMEM with page->error. */
int keep_results(struct page *page);
/* Moves the capture into page->arena, too, all but the bytes of its body and its heads. */
int keep_capture(struct page *page);

#endif
