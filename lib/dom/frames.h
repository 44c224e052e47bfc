/* What a page of frames says to those who see none. */
#ifndef GARNER_DOM_FRAMES_H
#define GARNER_DOM_FRAMES_H

#include "dom/dom.h"

/* page->dom is a page of frames. */
bool frames_are_all(const struct dom *dom);
/* A copy of page->utf8 in the arena without the tags of frames and of noframes: what stood in noframes is the page.
 * VIEW_NONE: there is no noframes, or no memory for it. */
struct view frames_opened(struct page *page);

#endif
