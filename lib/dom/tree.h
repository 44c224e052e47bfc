/* gumbo: from markup to the node table. The one place that knows the library. */
#ifndef GARNER_DOM_TREE_H
#define GARNER_DOM_TREE_H

#include "dom/dom.h"

enum tree_result {
	TREE_DONE,
	TREE_FULL, /* the page's memory is spent, or LIMIT_DOM_NODES */
	TREE_DEEP, /* elements nest deeper than gumbo bears */
};

/* Parses @html and fills nodes, attributes, head and body of page->dom; texts and values are in the arena. */
enum tree_result tree_build(struct page *page, struct view html);

#endif
