/* gumbo: from markup to the node table. The one place that knows the library. */
#ifndef GARNER_DOM_TREE_H
#define GARNER_DOM_TREE_H

#include "dom/scratch.h"

enum tree_result {
	TREE_DONE,
	TREE_FULL, /* the page's memory is spent, or LIMIT_DOM_NODES */
	TREE_DEEP, /* elements nest deeper than gumbo bears */
	TREE_LOST, /* of skeletons: something is there that the full parse has to settle */
};

/* Both fill nodes, attributes, head and body of page->dom; what they point to is in the page's arena or its bytes. */
enum tree_result tree_build(struct dom_scratch *scratch, struct page *page, struct view html);
/* The same from what prescan_run left in @scratch. */
enum tree_result tree_build_skeleton(struct dom_scratch *scratch, struct page *page);

/* gumbo takes the end tag @b for that of an element @a: names that it doesn't know are all the same to it. */
bool tree_same_name(struct view a, struct view b);
/* gumbo has a number of its own for this element. */
bool tree_knows_name(struct view name);

#endif
