/* Pages whose body is not in their elements: built by script, or cut short. */
#ifndef GARNER_EXTRACT_FALLBACK_H
#define GARNER_EXTRACT_FALLBACK_H

#include "page.h"

/* When the blocks kept hold next to nothing of what JSON-LD articleBody (or, failing that, the page's embedded state)
 * says, that becomes the body and document.text_from says so. 0 or page_full. */
int fallback_body(struct page *page);

#endif
