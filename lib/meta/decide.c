#include "meta/decide.h"

#include "meta/fold.h"
#include "util/limits.h"
#include "util/utf8.h"

double title_overlap(struct view a, struct view b)
{
	uint32_t wa[TITLE_WORDS], wb[TITLE_WORDS];
	size_t na = fold_hashes(a, wa, TITLE_WORDS), nb = fold_hashes(b, wb, TITLE_WORDS), hits = 0;
	if (na == 0 || nb == 0)
		return 0;
	const uint32_t *few = na < nb ? wa : wb;
	uint32_t *many = na < nb ? wb : wa;
	size_t few_n = na < nb ? na : nb, many_n = na < nb ? nb : na;
	for (size_t i = 0; i < few_n; i++) {
		for (size_t k = 0; k < many_n; k++) {
			if (many[k] != few[i])
				continue;
			hits++;
			many[k] = many[--many_n];
			break;
		}
	}
	return (double)hits / (double)few_n;
}

bool title_same(struct view a, struct view b)
{
	uint32_t wa[TITLE_WORDS], wb[TITLE_WORDS];
	size_t na = fold_hashes(a, wa, TITLE_WORDS), nb = fold_hashes(b, wb, TITLE_WORDS);
	return na == nb && na > 0 && memcmp(wa, wb, na * sizeof(wa[0])) == 0;
}

const char *decide_str(struct decide *d, struct view v)
{
	return page_str(d->page, v);
}

static bool has_any(struct view v, const struct view *needles, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (view_find_nocase(v, needles[i]) < v.n)
			return true;
	return false;
}

/* Class words of boxes that show other pages or people's answers. */
static bool names_aside(struct view v)
{
	static const struct view words[] = { { "related", 7 }, { "comment", 7 }, { "sidebar", 7 }, { "recommend", 9 },
		{ "promo", 5 }, { "popular", 7 }, { "trending", 8 }, { "footer", 6 }, { "similar", 7 }, { "reply", 5 },
		{ "carousel", 8 }, { "read-next", 9 }, { "newsletter", 10 }, { "most-read", 9 }, { "recent-", 7 } };
	return has_any(v, words, sizeof(words) / sizeof(words[0]));
}

static bool names_comment(struct view type)
{
	return view_ends(type, VIEW("/Comment")) || view_ends(type, VIEW("/Review")) ||
	       view_ends(type, VIEW("/UserComments"));
}

bool decide_is_aside(const struct decide *d, uint32_t node)
{
	const struct dom_node *nodes = d->dom->nodes;
	for (uint32_t n = node; n != 0; n = nodes[n].parent) {
		/* A box that holds the headline or half of the page is not a side show. */
		bool holds = d->headline && n <= d->headline && d->headline < nodes[n].end;
		if (holds || nodes[n].tag == DOM_body || nodes[n].tag == DOM_html)
			return false;
		if (nodes[n].tag == DOM_aside || nodes[n].tag == DOM_nav || nodes[n].tag == DOM_footer)
			return nodes[n].tag != DOM_footer || nodes[nodes[n].parent].tag != DOM_article;
		if (names_comment(dom_attr(d->dom, n, DOM_ATTR_ITEMTYPE)))
			return true;
		if (names_aside(dom_attr(d->dom, n, DOM_ATTR_CLASS)) || names_aside(dom_attr(d->dom, n, DOM_ATTR_ID)))
			return true;
	}
	return false;
}

/* Nodes that one line of text takes at most. */
enum { BLOCK_NODES = 60 };

size_t decide_block_of(const struct decide *d, uint32_t node)
{
	const struct block *blocks = d->page->blocks;
	size_t low = 0, high = d->page->block_count;
	while (low < high) { /* blocks stand in the order of their nodes */
		size_t middle = low + (high - low) / 2;
		if (blocks[middle].node < node)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < d->page->block_count && blocks[low].node < d->dom->nodes[node].end)
		return low;
	/* The node can stand inside of the block before: a block is a run of inline elements. */
	return low > 0 && node < blocks[low - 1].node + BLOCK_NODES ? low - 1 : SIZE_MAX;
}

void decide_places(struct decide *d)
{
	const struct page *page = d->page;
	d->first = d->last = d->head_block = SIZE_MAX;
	for (size_t i = 0; i < page->block_count; i++) {
		const struct block *b = &page->blocks[i];
		if (b->cut || b->kind == BLOCK_HEADING || b->text.n < 60)
			continue;
		if (d->first == SIZE_MAX)
			d->first = i;
		d->last = i;
	}
	if (d->headline && d->dom)
		d->head_block = decide_block_of(d, d->headline);
}
