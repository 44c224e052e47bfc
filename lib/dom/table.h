/* Writing the node table. */
#ifndef GARNER_DOM_TABLE_H
#define GARNER_DOM_TABLE_H

#include "dom/charref.h"
#include "dom/scratch.h"
#include "dom/tree.h"

struct table {
	struct page *page;
	struct dom *dom;
	size_t node_cap, attr_cap;
	char *join; /* the newest text that was put together, with room behind it */
	size_t join_cap;
	enum tree_result failed; /* sticky */
};

/* Starts page->dom anew, with the document as node 0. @expected nodes are made room for. */
void table_begin(struct table *table, struct page *page, size_t expected);
/* A new last child of the open element @parent; 0 on failure. The caller sets its end when it closes. */
uint32_t table_element(struct table *table, uint32_t parent, enum dom_tag tag);
/* For the newest element only. */
void table_attribute(struct table *table, uint32_t node, enum dom_attr_name name, struct view value);
/* What @source, bytes of page->utf8, means, in the page's arena or where it stands. False: table->failed says why. */
bool table_resolve(struct table *table, struct view source, enum charref_context context, struct view *ret);
/* The kept attributes of the start tag @event of page->utf8, but those in *@seen, which takes them up: a bit each. */
void table_source_attributes(struct table *table, uint32_t node, const struct dom_scratch *scratch,
	const struct event *event, uint64_t *seen);
/* Joined to the text before it when nothing stands between them. */
void table_text(struct table *table, uint32_t parent, struct view text);

#endif
