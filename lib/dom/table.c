#include "dom/table.h"

#include "dom/charref_scan.h"
#include "dom/names.h"
#include "dom/token.h"
#include "util/limits.h"

static void *table_grow(struct table *table, void *old, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return old;
	size_t more = *cap ? *cap * 2 : 1024;
	void *p = arena_grow(&table->page->arena, old, *cap * size, more * size);
	if (!p) {
		table->failed = TREE_FULL;
		return NULL;
	}
	*cap = more;
	return p;
}

bool table_room_for_node(struct table *table)
{
	struct dom *dom = table->dom;
	if (dom->count >= LIMIT_DOM_NODES)
		table->failed = TREE_FULL;
	if (table->failed)
		return false;
	struct dom_node *nodes = table_grow(table, dom->nodes, dom->count, &table->node_cap, sizeof(*dom->nodes));
	dom->nodes = nodes ? nodes : dom->nodes;
	return nodes != NULL;
}

void table_begin(struct table *table, struct page *page, size_t expected)
{
	struct dom *dom = page->dom;
	*table = (struct table){ .page = page, .dom = dom };
	dom->nodes = NULL;
	dom->attrs = NULL;
	dom->count = dom->attr_count = dom->head = dom->body = dom->text_count = dom->depth = 0;
	dom->text_bytes = 0;
	if (expected) {
		dom->nodes = arena_alloc(&page->arena, expected * sizeof(*dom->nodes));
		table->node_cap = dom->nodes ? expected : 0;
	}
	table_add_node(table, 0);
}

static const uint8_t attr_marks[DOM_ATTR_COUNT] = {
	[DOM_ATTR_STYLE] = DOM_MARK_STYLE,
	[DOM_ATTR_HIDDEN] = DOM_MARK_HIDDEN,
	[DOM_ATTR_ARIA_HIDDEN] = DOM_MARK_HIDDEN,
	[DOM_ATTR_HREF] = DOM_MARK_HREF,
};

void table_attribute(struct table *table, uint32_t node, enum dom_attr_name name, struct view value)
{
	struct dom *dom = table->dom;
	struct dom_attr *attrs = table_grow(table, dom->attrs, dom->attr_count, &table->attr_cap, sizeof(*dom->attrs));
	if (!attrs)
		return;
	dom->attrs = attrs;
	dom->attrs[dom->attr_count++] = (struct dom_attr){ .name = (uint8_t)name, .value = value };
	dom->nodes[node].attr_count++;
	dom->nodes[node].marks |= attr_marks[name];
}

bool table_resolve(struct table *table, struct view source, enum charref_context context, struct view *ret)
{
	struct view page = table->page->utf8;
	if (charref_scan_in(source.p, source.n, (size_t)(page.p + page.n - source.p)) == source.n) {
		*ret = source;
		return true;
	}
	enum charref_result result = charref_resolve(&table->page->arena, source, context, ret);
	if (result != CHARREF_DONE)
		table->failed = result == CHARREF_FULL ? TREE_FULL : TREE_LOST;
	return result == CHARREF_DONE;
}

void table_source_attributes(struct table *table, uint32_t node, const struct dom_scratch *scratch,
	const struct event *event, uint64_t *seen)
{
	const char *p = table->page->utf8.p;
	const struct token_kept *kept = scratch->kept + event->kept, *end = kept + event->kept_n;
	for (; kept < end; kept++) {
		if (*seen >> kept->name & 1)
			continue;
		*seen |= (uint64_t)1 << kept->name;
		struct view value = VIEW("");
		if (kept->value_at < kept->value_end &&
			!table_resolve(table, view_make(p + kept->value_at, kept->value_end - kept->value_at),
				CHARREF_ATTRIBUTE, &value))
			return;
		table_attribute(table, node, (enum dom_attr_name)kept->name, value);
	}
}

void table_join_text(struct table *table, struct dom_node *last, struct view text)
{
	size_t n = last->text.n + text.n;
	if (last->text.p != table->join || n > table->join_cap) {
		char *join = arena_alloc(&table->page->arena, n * 2);
		if (!join) {
			table->failed = TREE_FULL;
			return;
		}
		memcpy(join, last->text.p, last->text.n);
		table->join = join;
		table->join_cap = n * 2;
	}
	memcpy(table->join + last->text.n, text.p, text.n);
	last->text = view_make(table->join, n);
}
