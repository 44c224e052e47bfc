#include "dom/dom.h"
#include "dom/limit.h"
#include "dom/script.h"
#include "dom/tree.h"

static int parse_full(struct page *page)
{
	struct view html;
	int result = limit_markup(page, &html);
	return result ? result : tree_build(page, html);
}

int dom_parse(struct page *page)
{
	page->dom = arena_calloc(&page->arena, 1, sizeof(*page->dom));
	if (!page->dom)
		return page_full(page);
	int result = script_collect(page);
	return result ? result : parse_full(page);
}
