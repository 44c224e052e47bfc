#include "extract/html.h"

#include "extract/blocks.h"
#include "util/utf8.h"

/* ---- first version: the box that holds most of the running text --------------------------- */

static uint32_t chars_of(struct view text)
{
	return (uint32_t)utf8_count(text);
}

/* Running text: sentences with few links in them. */
static uint32_t good_text(const struct text_block *b)
{
	if (b->flags & (TEXT_HIDDEN | TEXT_BUTTON | TEXT_CAPTION | TEXT_NOSCRIPT) || b->kind == BLOCK_HEADING)
		return 0;
	uint32_t n = chars_of(b->text);
	bool wide = b->text.n > n * 2; /* three bytes a character: scripts that say more with fewer */
	if (n < (wide ? 30u : 80u) || b->link_bytes * 3 > b->text.n)
		return 0;
	return n;
}

static bool in_margin(const struct page *page, const struct text_blocks *blocks, uint32_t box, uint32_t main_box)
{
	for (; box && box != main_box; box = blocks->boxes[box].parent) {
		switch (page->dom->nodes[blocks->boxes[box].node].tag) {
		case DOM_nav:
		case DOM_aside:
		case DOM_footer:
		case DOM_form: return true;
		default: break;
		}
	}
	return false;
}

/* The deepest box with at least 7 tenths of all running text. */
static int find_main(struct page *page, const struct text_blocks *blocks, uint32_t *ret_box)
{
	uint32_t *good = arena_calloc(&page->arena, blocks->box_count + 1, sizeof(*good));
	if (!good)
		return page_full(page);
	for (uint32_t i = 0; i < blocks->count; i++)
		if (!in_margin(page, blocks, blocks->items[i].box, 0))
			good[blocks->items[i].box] += good_text(&blocks->items[i]);
	for (uint32_t i = blocks->box_count; i-- > 1;)
		good[blocks->boxes[i].parent] += good[i];
	*ret_box = 0;
	for (uint32_t i = 1; i < blocks->box_count; i++)
		if (good[0] && good[i] * 10ull >= good[0] * 7ull)
			*ret_box = i; /* nested in the one before: two apart can't both hold so much */
	return 0;
}

static const char *verdict(struct page *page, const struct text_blocks *blocks, uint32_t i, uint32_t main_box)
{
	const struct text_block *b = &blocks->items[i];
	if (i < blocks->boxes[main_box].first || i >= blocks->boxes[main_box].end)
		return "outside";
	if (b->flags & (TEXT_HIDDEN | TEXT_NOSCRIPT))
		return "hidden";
	if (b->flags & TEXT_BUTTON)
		return "button";
	if (b->kind == BLOCK_CAPTION || b->flags & TEXT_FIGURE)
		return "caption";
	if (b->kind == BLOCK_HEADING && b->level == 1)
		return "title";
	if (b->link_bytes * 2 > b->text.n)
		return "links";
	return in_margin(page, blocks, b->box, main_box) ? "margin" : NULL;
}

static int run(void *state, struct page *page)
{
	(void)state;
	struct text_blocks blocks;
	uint32_t main_box = 0;
	int result = blocks_read(page, &blocks);
	if (result == 0)
		result = find_main(page, &blocks, &main_box);
	if (result)
		return result;
	page->blocks = arena_calloc(&page->arena, blocks.count + 1, sizeof(*page->blocks));
	if (!page->blocks)
		return page_full(page);
	page->block_count = blocks.count;
	for (uint32_t i = 0; i < blocks.count; i++) {
		const struct text_block *b = &blocks.items[i];
		const char *reason = verdict(page, &blocks, i, main_box);
		page->blocks[i] = (struct block){ .text = b->text,
			.kind = b->kind,
			.level = b->level,
			.gap = b->flags & TEXT_GAP,
			.cut = reason != NULL,
			.at = i,
			.node = b->node,
			.score = -1,
			.reason = reason ? "model" : NULL,
			.cut_kind = reason };
	}
	return 0;
}

const struct stage extract_html_stage = { "extract", NULL, run, NULL };

int markdown_render(struct page *page, struct view *ret_text)
{
	(void)page;
	*ret_text = VIEW_NONE;
	return 0;
}
