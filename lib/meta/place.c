#include "meta/decide.h"

#include "meta/letterpairs.h"
#include "util/utf8.h"

/* What a node by itself says of its place. */
enum verdict { UNSEEN, OPEN, FOOT, ASIDE, INSIDE };

static bool goes_on(struct view v, size_t at, struct view rest)
{
	return view_starts_nocase(view_from(v, at + 2), rest);
}

/* "post-footer", "article__footer": the foot of the text, not of the page. */
static bool is_foot_of_text(struct view v, size_t at)
{
	static const struct view words[] = { { "post", 4 }, { "article", 7 }, { "entry", 5 }, { "story", 5 },
		{ "content", 7 }, { "text", 4 }, { "news", 4 } };
	while (at > 0 && (v.p[at - 1] == '-' || v.p[at - 1] == '_'))
		at--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (at >= words[i].n && view_eq_nocase(view_make(v.p + at - words[i].n, words[i].n), words[i]))
			return true;
	return false;
}

/* What the word says that may begin at @i. */
static enum verdict word_at(struct view v, size_t i)
{
	bool aside = false;
	switch ((unsigned char)ascii_lower(v.p[i]) << 8 | (unsigned char)ascii_lower(v.p[i + 1])) {
	case 'r' << 8 | 'e':
		aside = goes_on(v, i, VIEW("lated")) || goes_on(v, i, VIEW("commend")) || goes_on(v, i, VIEW("ply")) ||
			goes_on(v, i, VIEW("ad-next")) || goes_on(v, i, VIEW("cent-"));
		break;
	case 'c' << 8 | 'o': aside = goes_on(v, i, VIEW("mment")); break;
	case 'k' << 8 | 'o': /* Kommentar, komentarz */
		aside = goes_on(v, i, VIEW("mmentar")) || goes_on(v, i, VIEW("mentar"));
		break;
	case 'c' << 8 | 'a': aside = goes_on(v, i, VIEW("rousel")); break;
	case 's' << 8 | 'i': aside = goes_on(v, i, VIEW("debar")) || goes_on(v, i, VIEW("milar")); break;
	case 'p' << 8 | 'r': aside = goes_on(v, i, VIEW("omo")); break;
	case 'p' << 8 | 'o': aside = goes_on(v, i, VIEW("pular")); break;
	case 't' << 8 | 'r': aside = goes_on(v, i, VIEW("ending")); break;
	case 'f' << 8 | 'o': return goes_on(v, i, VIEW("oter")) && !is_foot_of_text(v, i) ? FOOT : OPEN;
	case 'n' << 8 | 'e': aside = goes_on(v, i, VIEW("wsletter")); break;
	case 'm' << 8 | 'o': aside = goes_on(v, i, VIEW("st-read")); break;
	default: break;
	}
	return aside ? ASIDE : OPEN;
}

#define AT(letter) [(letter) - 'a' + 1]

/* Class words of boxes that show other pages or people's answers. */
static enum verdict naming(struct view v)
{
	enum { E = 1, O = 2, A = 4, I = 8, R = 16 }; /* the second letters */
	static const struct letterpairs pairs = {
		.first = { AT('r') = E, AT('c') = O | A, AT('k') = O, AT('s') = I, AT('p') = R | O, AT('t') = R,
			AT('f') = O, AT('n') = E, AT('m') = O },
		.second = { AT('e') = E, AT('o') = O, AT('a') = A, AT('i') = I, AT('r') = R },
	};
	enum verdict found = OPEN;
	for (size_t at = 0; at < v.n; at += 64)
		for (uint64_t places = letterpairs_find(&pairs, v, at); places; places &= places - 1) {
			enum verdict own = word_at(v, at + (size_t)__builtin_ctzll(places));
			if (own == ASIDE)
				return ASIDE;
			found = own == FOOT ? FOOT : found;
		}
	return found;
}

static bool names_comment(struct view type)
{
	return view_ends(type, VIEW("/Comment")) || view_ends(type, VIEW("/Review")) ||
	       view_ends(type, VIEW("/UserComments"));
}

bool decide_in_box(const struct decide *d, uint32_t node)
{
	return d->box && node > d->box && node < d->dom->nodes[d->box].end;
}

static enum verdict verdict_of(const struct decide *d, uint32_t n)
{
	const struct dom_node *nodes = d->dom->nodes;
	/* A box that holds the headline is not a side show. */
	bool holds = d->headline && n <= d->headline && d->headline < nodes[n].end;
	if (holds || nodes[n].tag == DOM_body || nodes[n].tag == DOM_html)
		return INSIDE;
	if (nodes[n].tag == DOM_footer)
		return nodes[nodes[n].parent].tag != DOM_article && !decide_in_box(d, n) ? ASIDE : INSIDE;
	if (nodes[n].tag == DOM_aside || nodes[n].tag == DOM_nav)
		return ASIDE;
	if (!nodes[n].attr_count)
		return OPEN; /* a page without attributes has no list of them */
	const struct dom_attr *attr = d->dom->attrs + nodes[n].attr_first;
	enum verdict most = OPEN;
	for (uint32_t i = 0; i < nodes[n].attr_count && most != ASIDE; i++, attr++) {
		enum verdict own = OPEN;
		if (attr->name == DOM_ATTR_ITEMTYPE)
			own = names_comment(attr->value) ? ASIDE : OPEN;
		else if (attr->name == DOM_ATTR_CLASS || attr->name == DOM_ATTR_ID)
			own = naming(attr->value);
		most = own > most ? own : most;
	}
	/* The foot of the article holds its byline, the foot of the page those of others. */
	return most != FOOT ? most : decide_in_box(d, n) ? OPEN : ASIDE;
}

bool decide_is_aside(const struct decide *d, uint32_t node)
{
	const struct dom_node *nodes = d->dom->nodes;
	uint32_t n = node;
	for (; n != 0; n = nodes[n].parent) {
		if (d->verdicts[n] == UNSEEN)
			d->verdicts[n] = (uint8_t)verdict_of(d, n);
		if (d->verdicts[n] != OPEN)
			break;
	}
	/* Boxes are asked again and again, by every clue and line in them: the way up is gone once. */
	uint8_t found = n != 0 ? d->verdicts[n] : INSIDE;
	for (; node != n; node = nodes[node].parent)
		d->verdicts[node] = found;
	return found == ASIDE;
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

/* The smallest element with the headline and the whole body; 0 when that is the page. */
static uint32_t box_of(const struct decide *d)
{
	const struct dom_node *nodes = d->dom->nodes;
	uint32_t first = d->page->blocks[d->first].node, last = d->page->blocks[d->last].node;
	uint32_t n = d->headline && d->headline < first ? d->headline : first;
	while (n != 0 && nodes[n].end <= last)
		n = nodes[n].parent;
	return nodes[n].tag == DOM_body || nodes[n].tag == DOM_html ? 0 : n;
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
	d->box = d->dom && d->first != SIZE_MAX ? box_of(d) : 0;
}
