#include "meta/decide.h"
#include "meta/names.h"
#include "util/utf8.h"

enum { SOURCES = 16, LINE_BYTES = 200 };

/* Names of one kind of evidence. */
struct group {
	struct names names;
	int score;
};

struct authors {
	struct decide *d;
	struct group *best;
	struct group *scratch;
};

/* Keeps the group when it is stronger than what is there. */
static void offer(struct authors *a, int score)
{
	if (a->scratch->names.count == 0 || (a->best->names.count && a->best->score >= score)) {
		a->scratch->names.count = 0;
		return;
	}
	struct group *old = a->best;
	a->best = a->scratch;
	a->best->score = score;
	a->scratch = old;
	a->scratch->names.count = 0;
}

static void read(struct authors *a, struct view text, int flags)
{
	names_read(&a->scratch->names, &a->d->page->arena, text, a->d->dates.lang, flags);
}

/* The site's own name is a weak author: a person who is named elsewhere goes before. */
static int weigh(const struct authors *a, int score, int site_score)
{
	const struct names *names = &a->scratch->names;
	for (size_t i = 0; i < names->count; i++)
		if (!decide_is_site(a->d, names->list[i]))
			return score;
	return site_score;
}

static void from_ld(struct authors *a)
{
	const struct ld_item *item = a->d->main;
	if (!item)
		return;
	bool persons = false;
	for (size_t i = 0; i < item->author_count; i++)
		persons |= !item->authors[i].organisation;
	for (size_t i = 0; i < item->author_count; i++) {
		struct view name = item->authors[i].name;
		bool single = item->author_count > 1 || item->authors[i].organisation;
		read(a, name, NAMES_LOOSE | (single ? NAMES_WHOLE : 0));
	}
	int score = item->class <= LD_WORK ? 90 : 76;
	offer(a, weigh(a, persons ? score : 50, 45));
}

static void from_head(struct authors *a, enum clue_origin origin, int score, int flags)
{
	const struct detail *detail = a->d->detail;
	for (unsigned rank = 0; rank < 3; rank++) {
		for (size_t i = 0; i < detail->count; i++) {
			const struct clue *c = &detail->clues[i];
			if (c->fact == CLUE_AUTHOR && c->origin == origin && c->rank == rank)
				read(a, ld_plain(&a->d->page->arena, c->value, LIMIT_FACT_BYTES), flags);
		}
		offer(a, weigh(a, score - (int)rank * 3, 40));
	}
}

/* 2: between a little above the headline and the beginning of the body; 1: behind the body; 0: elsewhere. */
static int place(const struct decide *d, uint32_t node)
{
	if (decide_is_aside(d, node))
		return 0;
	size_t at = decide_block_of(d, node), head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	if (at == SIZE_MAX || head == SIZE_MAX)
		return 0;
	size_t first = d->first != SIZE_MAX && d->first >= head ? d->first : head;
	if (at + 4 >= head && at <= first + 2 && at <= head + 30)
		return 2;
	return d->last != SIZE_MAX && at >= d->last && at <= d->last + 5 ? 1 : 0;
}

static void from_property(struct authors *a, enum clue_origin origin, int score)
{
	const struct decide *d = a->d;
	for (int want = 2; want >= 1; want--) {
		for (size_t i = 0; i < d->detail->count; i++) {
			const struct clue *c = &d->detail->clues[i];
			if (c->fact != CLUE_AUTHOR || c->origin != origin || c->value.n > LINE_BYTES ||
				place(d, c->node) != want)
				continue;
			read(a, c->value, NAMES_LOOSE);
		}
		offer(a, weigh(a, want == 2 ? score : score - 12, 35));
	}
}

/* The links inside a byline are its authors when their address says so. */
static bool read_links(struct authors *a, uint32_t node)
{
	static const struct view hints[] = { { "auth", 4 }, { "autor", 5 }, { "profile", 7 }, { "people", 6 },
		{ "user", 4 }, { "staff", 5 }, { "team", 4 }, { "redak", 5 }, { "writer", 6 }, { "journal", 7 },
		{ "contributor", 11 }, { "/by/", 4 }, { "report", 6 }, { "person", 6 }, { "redac", 5 } };
	const struct decide *d = a->d;
	size_t before = a->scratch->names.count;
	for (uint32_t i = node; i < d->dom->nodes[node].end; i++) {
		if (d->dom->nodes[i].is_text || d->dom->nodes[i].tag != DOM_a)
			continue;
		struct view href = dom_attr(d->dom, i, DOM_ATTR_HREF);
		for (size_t k = 0; k < sizeof(hints) / sizeof(hints[0]); k++) {
			if (view_find_nocase(href, hints[k]) >= href.n)
				continue;
			read(a, dom_text(d->page, i, LINE_BYTES), NAMES_LOOSE);
			break;
		}
	}
	return a->scratch->names.count > before;
}

static bool inside(const struct decide *d, uint32_t node, uint32_t outer)
{
	return outer != 0 && node > outer && node < d->dom->nodes[outer].end;
}

static void from_classes(struct authors *a)
{
	const struct decide *d = a->d;
	for (int want = 2; want >= 1; want--) {
		uint32_t done = 0;
		for (size_t i = 0; i < d->detail->count; i++) {
			const struct clue *c = &d->detail->clues[i];
			if (c->fact != CLUE_BYLINE || inside(d, c->node, done) || place(d, c->node) != want)
				continue;
			size_t before = a->scratch->names.count;
			struct view text = dom_text(d->page, c->node, LINE_BYTES);
			if (text.n < 2 || text.n >= LINE_BYTES || d->dom->nodes[c->node].tag == DOM_img)
				continue;
			struct view span;
			struct date date;
			if (!read_links(a, c->node)) {
				/* A date inside ends the byline, or stands in front of it. */
				if (date_find(&d->dates, text, &date, &span)) {
					struct view head = view_make(text.p, (size_t)(span.p - text.p));
					text = view_trim(head).n > 2
						       ? head
						       : view_from(text, (size_t)(span.p - text.p) + span.n);
				}
				read(a, text, names_introduced(text) ? NAMES_LOOSE : 0);
			}
			if (a->scratch->names.count > before)
				done = c->node;
		}
		offer(a, weigh(a, want == 2 ? 70 : 56, 30));
	}
}

/* A name and a date in one line under the headline: "Ada Muster | 05.04.2025". */
static void from_dated_line(struct authors *a, struct view text)
{
	struct view span, head;
	struct date date;
	if (text.n > 120 || !date_find(&a->d->dates, text, &date, &span))
		return;
	head = view_trim(view_make(text.p, (size_t)(span.p - text.p)));
	size_t before = a->scratch->names.count;
	read(a, head, 0);
	for (size_t i = before; i < a->scratch->names.count; i++)
		if (view_find_byte(a->scratch->names.list[i], ' ') == a->scratch->names.list[i].n)
			a->scratch->names.count = before;
}

/* Lines by themselves that begin with "By" and the like. */
static void from_blocks(struct authors *a)
{
	const struct decide *d = a->d;
	size_t head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	if (head == SIZE_MAX)
		return;
	size_t to = d->first != SIZE_MAX && d->first >= head ? d->first + 1 : head + 8;
	for (size_t i = head > 3 ? head - 3 : 0; i < to && i < d->page->block_count && i < head + 30; i++) {
		struct view text = d->page->blocks[i].text;
		if (i == head || text.n > 120 || !names_introduced(text))
			continue;
		struct view span;
		struct date date;
		if (date_find(&d->dates, text, &date, &span))
			text = view_make(text.p, (size_t)(span.p - text.p));
		read(a, text, NAMES_MARKED);
		if (a->scratch->names.count)
			break;
	}
	offer(a, weigh(a, 66, 30));
	for (size_t i = head + 1; i < to && i < d->page->block_count && i < head + 8 && a->scratch->names.count == 0;
		i++)
		from_dated_line(a, d->page->blocks[i].text);
	offer(a, weigh(a, 58, 0));
}

static int set_authors(struct authors *a)
{
	struct garner_document *doc = &a->d->page->document;
	const struct names *names = &a->best->names;
	if (names->count == 0 || doc->author_count)
		return 0;
	const char **list = arena_calloc(&a->d->page->arena, names->count, sizeof(*list));
	if (!list)
		return page_full(a->d->page);
	for (size_t i = 0; i < names->count; i++) {
		list[i] = decide_str(a->d, names->list[i]);
		if (!list[i])
			return page_full(a->d->page);
	}
	doc->authors = list;
	doc->author_count = names->count;
	return 0;
}

int author_decide(struct decide *d)
{
	struct group *groups = arena_calloc(&d->page->arena, 2, sizeof(*groups));
	if (!groups)
		return page_full(d->page);
	struct authors a = { .d = d, .best = &groups[0], .scratch = &groups[1] };
	if (!d->detail)
		return 0;
	from_ld(&a);
	from_head(&a, FROM_META, 80, NAMES_LOOSE);
	from_head(&a, FROM_OG, 78, NAMES_LOOSE);
	from_head(&a, FROM_DC, 74, NAMES_LOOSE | NAMES_INVERTED);
	from_property(&a, FROM_ITEMPROP, 77);
	from_property(&a, FROM_REL, 72);
	from_classes(&a);
	from_blocks(&a);
	return set_authors(&a);
}
