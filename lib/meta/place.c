#include "meta/decide.h"

#include "util/utf8.h"

/* What a node by itself says of its place. */
enum verdict { UNSEEN, OPEN, ASIDE, INSIDE };

static bool goes_on(struct view v, size_t at, struct view rest)
{
	return view_starts_nocase(view_from(v, at + 2), rest);
}

/* Class words of boxes that show other pages or people's answers. One pass: the first two letters decide which words
 * can follow. */
static bool names_aside(struct view v)
{
	for (size_t i = 0; i + 4 < v.n; i++) {
		switch (ascii_lower(v.p[i]) << 8 | ascii_lower(v.p[i + 1])) {
		case 'r' << 8 | 'e':
			if (goes_on(v, i, VIEW("lated")) || goes_on(v, i, VIEW("commend")) ||
				goes_on(v, i, VIEW("ply")) || goes_on(v, i, VIEW("ad-next")) ||
				goes_on(v, i, VIEW("cent-")))
				return true;
			break;
		case 'c' << 8 | 'o':
			if (goes_on(v, i, VIEW("mment")))
				return true;
			break;
		case 'c' << 8 | 'a':
			if (goes_on(v, i, VIEW("rousel")))
				return true;
			break;
		case 's' << 8 | 'i':
			if (goes_on(v, i, VIEW("debar")) || goes_on(v, i, VIEW("milar")))
				return true;
			break;
		case 'p' << 8 | 'r':
			if (goes_on(v, i, VIEW("omo")))
				return true;
			break;
		case 'p' << 8 | 'o':
			if (goes_on(v, i, VIEW("pular")))
				return true;
			break;
		case 't' << 8 | 'r':
			if (goes_on(v, i, VIEW("ending")))
				return true;
			break;
		case 'f' << 8 | 'o':
			if (goes_on(v, i, VIEW("oter")))
				return true;
			break;
		case 'n' << 8 | 'e':
			if (goes_on(v, i, VIEW("wsletter")))
				return true;
			break;
		case 'm' << 8 | 'o':
			if (goes_on(v, i, VIEW("st-read")))
				return true;
			break;
		default: break;
		}
	}
	return false;
}

static bool names_comment(struct view type)
{
	return view_ends(type, VIEW("/Comment")) || view_ends(type, VIEW("/Review")) ||
	       view_ends(type, VIEW("/UserComments"));
}

static enum verdict verdict_of(const struct decide *d, uint32_t n)
{
	const struct dom_node *nodes = d->dom->nodes;
	/* A box that holds the headline is not a side show. */
	bool holds = d->headline && n <= d->headline && d->headline < nodes[n].end;
	if (holds || nodes[n].tag == DOM_body || nodes[n].tag == DOM_html)
		return INSIDE;
	if (nodes[n].tag == DOM_footer)
		return nodes[nodes[n].parent].tag != DOM_article ? ASIDE : INSIDE;
	if (nodes[n].tag == DOM_aside || nodes[n].tag == DOM_nav)
		return ASIDE;
	const struct dom_attr *attr = d->dom->attrs + nodes[n].attr_first;
	for (uint32_t i = 0; i < nodes[n].attr_count; i++, attr++) {
		if (attr->name == DOM_ATTR_ITEMTYPE ? names_comment(attr->value)
						    : (attr->name == DOM_ATTR_CLASS || attr->name == DOM_ATTR_ID) &&
							      names_aside(attr->value))
			return ASIDE;
	}
	return OPEN;
}

bool decide_is_aside(const struct decide *d, uint32_t node)
{
	const struct dom_node *nodes = d->dom->nodes;
	for (uint32_t n = node; n != 0; n = nodes[n].parent) {
		/* Boxes are asked again and again, by every clue in them. */
		uint8_t *seen = &d->verdicts[n];
		if (*seen == UNSEEN)
			*seen = (uint8_t)verdict_of(d, n);
		if (*seen != OPEN)
			return *seen == ASIDE;
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
