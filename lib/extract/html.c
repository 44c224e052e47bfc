#include "extract/html.h"

#include "extract/decide.h"
#include "extract/explain.h"
#include "extract/fallback.h"

static int html_open(const struct engine *engine, void **ret_state, struct error *error)
{
	(void)error;
	*ret_state = (void *)engine->model; /* read only, by all threads */
	return 0;
}

/* What a block that was cut is, in a word: from what stands around it, the model says only how sure it is. */
static const char *kind_of_cut(const struct features *f, uint32_t i)
{
	const struct text_block *b = &f->blocks->items[i];
	const struct box_facts *box = &f->boxes[b->box];
	if (b->flags & (TEXT_HIDDEN | TEXT_NOSCRIPT))
		return "hidden";
	if (i == f->title_block)
		return "title";
	if (b->flags & (TEXT_BUTTON | TEXT_FORM))
		return "form";
	if (b->flags & (TEXT_CAPTION | TEXT_FIGURE))
		return "caption";
	if (box->in[F_IN_NAV - F_IN_ARTICLE] != 255)
		return "navigation";
	if (box->in[F_IN_FOOTER - F_IN_ARTICLE] != 255)
		return "footer";
	if (f->copy_first[i] < i)
		return "repeated";
	return b->link_bytes * 2ull > b->text.n ? "links" : "boilerplate";
}

/* Items of a list and rows of a table stand line under line. */
static bool has_gap(const struct text_blocks *blocks, uint32_t i)
{
	uint8_t kind = blocks->items[i].kind;
	if (i && (kind == BLOCK_ITEM || kind == BLOCK_ROW) && blocks->items[i - 1].kind == kind)
		return false;
	return blocks->items[i].flags & TEXT_GAP;
}

/* page->blocks stand before what the features need, which is given back. */
static void fill_blocks(struct page *page, const struct features *f, const uint16_t *p, const uint8_t *keep)
{
	const struct text_blocks *blocks = f->blocks;
	page->block_count = blocks->count;
	for (uint32_t i = 0; i < blocks->count; i++) {
		const struct text_block *b = &blocks->items[i];
		page->blocks[i] = (struct block){ .text = b->text,
			.kind = b->kind,
			.level = b->level,
			.gap = has_gap(blocks, i),
			.cut = !keep[i],
			.at = i,
			.node = b->node,
			.last_node = b->last,
			.score = (float)p[i] / 65535.0f,
			.reason = keep[i] ? NULL : "model",
			.cut_kind = keep[i] ? NULL : kind_of_cut(f, i) };
	}
}

/* options.threshold is in probability around one half, where a step of it is worth about 4 of logit; twice that,
 * because the decision follows the scores a good part of the way. */
static int32_t strictness(double threshold)
{
	double logit = threshold * 8 * 1024;
	return (int32_t)(logit > 65536 ? 65536 : logit < -65536 ? -65536 : logit);
}

static int run(void *state, struct page *page)
{
	const struct model *model = state;
	struct text_blocks blocks;
	struct features features;
	uint16_t *p;
	int32_t *first;
	int result = blocks_read(page, &blocks);
	if (result)
		return result;
	page->blocks = arena_alloc(&page->arena, ((size_t)blocks.count + 1) * sizeof(*page->blocks));
	uint8_t *keep = arena_calloc(&page->arena, blocks.count + 1, 1);
	if (!page->blocks || !keep)
		return page_full(page);
	if (blocks.cut)
		page_note(page, "only the first %u text blocks were looked at", blocks.count);
	struct arena_mark mark = arena_mark(&page->arena);
	result = features_read(page, &blocks, &features);
	if (result == 0)
		result = model_run(model, &features, strictness(page->options->threshold), &p, &first);
	if (result)
		return result;
	decide_body(&features, p, keep);
	fill_blocks(page, &features, p, keep);
	if (page->options->explain)
		result = explain_blocks(model, &features, page);
	else
		arena_rewind(&page->arena, mark);
	return result ? result : fallback_body(page);
}

const struct stage extract_html_stage = { "extract", html_open, run, NULL };
