#include <stdlib.h>

#include "dom/dom.h"
#include "dom/frames.h"
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

static int parse_once(struct dom_scratch *scratch, struct page *page)
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
	return result;
}

/* A page of frames is what it says to those who see none; a notice of a sentence or two is no page. */
static int parse_frames(struct dom_scratch *scratch, struct page *page)
{
	enum { NOTICE_BYTES = 250 };
	struct view source = page->utf8;
	struct dom *frames = page->dom;
	page->utf8 = frames_opened(page);
	int result = page->utf8.p ? parse_once(scratch, page) : 0;
	if (page->utf8.p && result == 0 && page->dom->text_bytes >= NOTICE_BYTES)
		return 0;
	page->utf8 = source;
	page->dom = frames;
	return result < 0 ? result : 0;
}

int dom_parse_with(struct dom_scratch *scratch, struct page *page)
{
	int result = parse_once(scratch, page);
	if (result == 0 && frames_are_all(page->dom))
		result = parse_frames(scratch, page);
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
