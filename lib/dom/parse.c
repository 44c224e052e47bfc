#include "dom/dom.h"

int dom_parse(struct page *page)
{
	page->dom = arena_calloc(&page->arena, 1, sizeof(*page->dom));
	return 0;
}
