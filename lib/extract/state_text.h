/* The body of a page that is built by script, out of the JSON it was sent with. */
#ifndef GARNER_EXTRACT_STATE_TEXT_H
#define GARNER_EXTRACT_STATE_TEXT_H

#include "page.h"

/* The longest prose in the page's embedded JSON: one string, or the elements of a list in their order, each ended by
 * LF. Markup is in it as it stands. In the arena; VIEW_NONE: there is none, or no memory. Linear in the JSON, of which
 * LIMIT_STATE_BYTES are read. */
struct view state_text(struct page *page);

#endif
