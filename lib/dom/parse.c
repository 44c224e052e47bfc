#include "dom/dom.h"
#include "dom/limit.h"
#include "dom/script.h"
#include "dom/tree.h"

static int try_full(struct page *page, enum limit_mode mode)
{
	struct view html;
	struct dom *dom = page->dom;
	dom->nodes = NULL;
	dom->attrs = NULL;
	dom->count = dom->attr_count = dom->head = dom->body = 0;
	int result = limit_markup(page, mode, &html);
	return result ? TREE_FULL : (int)tree_build(page, html);
}

static int parse_full(struct page *page)
{
	struct arena_mark mark = arena_mark(&page->arena);
	if (try_full(page, LIMIT_NORMAL) == TREE_DONE)
		return 0;
	arena_rewind(&page->arena, mark);
	return try_full(page, LIMIT_STRICT) == TREE_DONE ? 0 : page_full(page);
}

int dom_parse(struct page *page)
{
	page->dom = arena_calloc(&page->arena, 1, sizeof(*page->dom));
	if (!page->dom)
		return page_full(page);
	int result = script_collect(page);
	return result ? result : parse_full(page);
}
