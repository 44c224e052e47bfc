/* Writing the node table. */
#ifndef GARNER_DOM_TABLE_H
#define GARNER_DOM_TABLE_H

#include "dom/charref.h"
#include "dom/scratch.h"
#include "dom/tree.h"
#include "util/limits.h"

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
bool table_room_for_node(struct table *table);
/* A new last child of the open element @parent; NULL on failure. In place: pages have thousands. */
static inline struct dom_node *table_add_node(struct table *table, uint32_t parent)
{
	struct dom *dom = table->dom;
	bool room = dom->count < table->node_cap && dom->count < LIMIT_DOM_NODES && !table->failed;
	if (!room && !table_room_for_node(table))
		return NULL;
	struct dom_node *node = &dom->nodes[dom->count++];
	unsigned depth = dom->count > 1 ? dom->nodes[parent].depth + 1u : 0;
	depth = depth < UINT16_MAX ? depth : UINT16_MAX;
	dom->depth = depth > dom->depth ? depth : dom->depth;
	*node = (struct dom_node){ .parent = parent, .end = dom->count, .depth = (uint16_t)depth, .text = VIEW_NONE };
	return node;
}

/* The same, an element; 0 on failure. The caller sets its end when it closes. */
static inline uint32_t table_element(struct table *table, uint32_t parent, enum dom_tag tag)
{
	struct dom *dom = table->dom;
	struct dom_node *node = table_add_node(table, parent);
	if (!node)
		return 0;
	uint32_t at = dom->count - 1;
	node->tag = (uint8_t)tag;
	node->attr_first = dom->attr_count;
	if (tag == DOM_head && !dom->head)
		dom->head = at;
	if (tag == DOM_body && !dom->body)
		dom->body = at;
	return at;
}

/* For the newest element only. */
void table_attribute(struct table *table, uint32_t node, enum dom_attr_name name, struct view value);
/* What @source, bytes of page->utf8, means, in the page's arena or where it stands. False: table->failed says why. */
bool table_resolve(struct table *table, struct view source, enum charref_context context, struct view *ret);
/* The kept attributes of the start tag @event of page->utf8, but those in *@seen, which takes them up: a bit each. */
void table_source_attributes(struct table *table, uint32_t node, const struct dom_scratch *scratch,
	const struct event *event, uint64_t *seen);
void table_join_text(struct table *table, struct dom_node *last, struct view text);
/* Joined to the text before it when nothing stands between them. */
static inline void table_text(struct table *table, uint32_t parent, struct view text)
{
	struct dom *dom = table->dom;
	if (text.n == 0 || table->failed)
		return;
	struct dom_node *last = &dom->nodes[dom->count - 1];
	dom->text_bytes += text.n;
	if (last->is_text && last->parent == parent) {
		table_join_text(table, last, text);
		return;
	}
	struct dom_node *node = table_add_node(table, parent);
	if (node) {
		dom->text_count++;
		node->is_text = 1;
		node->text = text;
	}
}

#endif
