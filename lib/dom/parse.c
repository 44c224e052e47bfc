#include <stdlib.h>

#include "dom/dom.h"
#include "dom/limit.h"
#include "dom/prescan.h"
#include "dom/script.h"
#include "dom/tree.h"
#include "util/limits.h"

struct dom_scratch *dom_scratch_new(void)
{
	struct dom_scratch *scratch = calloc(1, sizeof(*scratch));
	if (scratch)
		arena_init(&scratch->tree, LIMIT_TREE_MEMORY);
	return scratch;
}

struct dom_scratch *dom_scratch_free(struct dom_scratch *scratch)
{
	if (scratch) {
		arena_free(&scratch->tree);
		free(scratch->skeleton);
		free(scratch->events);
		free(scratch->marks);
		free(scratch->kept);
		free(scratch);
	}
	return NULL;
}

/* After a large page its memory goes back. */
static void scratch_trim(struct dom_scratch *scratch)
{
	enum { KEEP = 1 << 20 };
	if (scratch->skeleton_cap + scratch->event_cap * sizeof(struct event) <= KEEP)
		return;
	free(scratch->skeleton);
	free(scratch->events);
	free(scratch->marks);
	free(scratch->kept);
	scratch->skeleton = NULL;
	scratch->events = NULL;
	scratch->marks = NULL;
	scratch->kept = NULL;
	scratch->skeleton_cap = scratch->event_cap = scratch->mark_cap = scratch->kept_cap = 0;
}

static int try_full(struct dom_scratch *scratch, struct page *page, enum limit_mode mode)
{
	struct view html;
	if (limit_markup(page, mode, &html))
		return TREE_FULL;
	return (int)tree_build(scratch, page, html);
}

static int parse_full(struct dom_scratch *scratch, struct page *page)
{
	int result = script_collect(page);
	if (result)
		return result;
	struct arena_mark mark = arena_mark(&page->arena);
	if (try_full(scratch, page, LIMIT_NORMAL) == TREE_DONE)
		return 0;
	arena_rewind(&page->arena, mark);
	return try_full(scratch, page, LIMIT_STRICT) == TREE_DONE ? 0 : page_full(page);
}

/* True: page->dom is complete. */
static bool parse_skeleton(struct dom_scratch *scratch, struct page *page)
{
	return prescan_run(scratch, page) == PRESCAN_DONE && tree_build_skeleton(scratch, page) == TREE_DONE;
}

int dom_parse_with(struct dom_scratch *scratch, struct page *page)
{
	page->dom = arena_calloc(&page->arena, 1, sizeof(*page->dom));
	if (!page->dom)
		return page_full(page);
	struct arena_mark mark = arena_mark(&page->arena);
	int result = 0;
	if (!page->options->full_parse && page->utf8.n < UINT32_MAX)
		page->dom->skeleton = parse_skeleton(scratch, page);
	if (!page->dom->skeleton) {
		*page->dom = (struct dom){ 0 };
		arena_rewind(&page->arena, mark);
		result = parse_full(scratch, page);
	}
	scratch_trim(scratch);
	return result;
}

int dom_parse(struct page *page)
{
	struct dom_scratch *scratch = dom_scratch_new();
	if (!scratch)
		return page_full(page);
	int result = dom_parse_with(scratch, page);
	dom_scratch_free(scratch);
	return result;
}
