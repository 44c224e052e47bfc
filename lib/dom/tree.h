/* gumbo: from markup to the node table. The one place that knows the library. */
#ifndef GARNER_DOM_TREE_H
#define GARNER_DOM_TREE_H

#include "dom/dom.h"

/* Parses @html and fills nodes, attributes, head and body of page->dom; texts and values are in the arena.
 * 0 or GARNER_TOO_COMPLEX. */
int tree_build(struct page *page, struct view html);

#endif
