/* Scripts that hold data. */
#ifndef GARNER_DOM_SCRIPT_H
#define GARNER_DOM_SCRIPT_H

#include "dom/dom.h"
#include "dom/token.h"

/* Keeps the script whose start tag is @open and whose source is @source in page->dom when it holds data.
 * 0 or GARNER_TOO_COMPLEX. */
int script_keep(struct page *page, const struct token *open, struct view source);
/* Finds all scripts of page->utf8. 0 or GARNER_TOO_COMPLEX. */
int script_collect(struct page *page);

#endif
