#include "meta/author.h"

#include "meta/byline.h"
#include "util/utf8.h"

enum {
	LINE_BYTES = 200,
	BYLINE_BYTES = 120,
	REPORTER_BYTES = 60,
	HANDLE_LINE_BYTES = 24,
	STANDFIRST = 3,
	IMPRINT_SCORE = 10
};

/* A field of the head with nothing but the site's address, its name in one word, a ministry or an institute says whose
 * the site is, and seldom who wrote: anything else goes before. */
static bool is_imprint(const struct authors *a, bool organisation)
{
	const struct names *names = &a->scratch->names;
	for (size_t i = 0; i < names->count; i++) {
		struct view name = names->list[i];
		bool person = view_find_byte(name, ' ') < name.n && view_find_byte(name, '.') == name.n;
		if (names_is_body(name))
			continue;
		if (!decide_is_site(a->d, name) || (person && !organisation))
			return false;
	}
	return true;
}

/* What was gathered becomes a group of its own. */
struct author_group *author_offer(struct authors *a, enum author_kind kind, int score)
{
	struct author_group *g = a->scratch;
	if (g->names.count && score > 0 && a->count + 1 < AUTHOR_GROUPS) {
		g->kind = (uint8_t)kind;
		g->score = score;
		a->count++;
		*++a->scratch = (struct author_group){ 0 };
	} else {
		g->names.count = 0;
		g->linked = g->right = false;
	}
	return g;
}

void author_read(struct authors *a, struct view text, int flags)
{
	names_read(&a->scratch->names, &a->d->page->arena, text, a->d->dates.lang, flags);
}

/* "The Garden Expert": what sounds like a job belongs to the site's own name. */
static int with_site(const struct authors *a, struct view value, int flags)
{
	return flags | (names_has_role(value) && decide_is_site(a->d, value) ? NAMES_HOUSE : 0);
}

/* "The Daily News, Hamburg, Germany": behind the site's own name in one value come addresses, not persons. */
static void cut_address(struct authors *a, size_t before)
{
	struct names *names = &a->scratch->names;
	if (names->count > before + 1 && decide_is_site(a->d, names->list[before]))
		names->count = before + 1;
}

/* The site's own name is a weak author: a person who is named elsewhere goes before. */
static int weigh_names(const struct authors *a, const struct names *names, int score, int site_score)
{
	for (size_t i = 0; i < names->count; i++)
		if (!decide_is_site(a->d, names->list[i]))
			return score;
	return site_score;
}

int author_weigh(const struct authors *a, int score, int site_score)
{
	return weigh_names(a, &a->scratch->names, score, site_score);
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
		author_read(a, name, with_site(a, name, NAMES_LOOSE | (single ? NAMES_WHOLE : 0)));
	}
	int score = item->class <= LD_WORK ? 90 : 76;
	bool news = view_ends(item->type, VIEW("NewsArticle"));
	author_offer(a, AUTHOR_LD,
		!news && is_imprint(a, !persons) ? IMPRINT_SCORE : author_weigh(a, persons ? score : 49, 45));
}

static void from_head(struct authors *a, enum clue_origin origin, enum author_kind kind, int score, int flags)
{
	const struct detail *detail = a->d->detail;
	for (unsigned rank = 0; rank < 3; rank++) {
		for (size_t i = 0; i < detail->count; i++) {
			const struct clue *c = &detail->clues[i];
			if (c->fact != CLUE_AUTHOR || c->origin != origin || c->rank != rank)
				continue;
			size_t before = a->scratch->names.count;
			struct view value = ld_plain(&a->d->page->arena, c->value, LIMIT_FACT_BYTES);
			author_read(a, title_cut(a->d, value), with_site(a, value, flags));
			cut_address(a, before);
		}
		author_offer(a, kind, is_imprint(a, false) ? IMPRINT_SCORE : author_weigh(a, score - (int)rank * 3, 40))
			->rank = (uint8_t)rank;
	}
}

/* 2: between a little above the headline and the beginning of the body; 1: behind the body; 0: elsewhere. */
int author_place(const struct decide *d, uint32_t node)
{
	if (decide_is_aside(d, node))
		return 0;
	if (d->dom->nodes[node].tag == DOM_meta)
		return 2;
	size_t at = decide_block_of(d, node), head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	if (at == SIZE_MAX || head == SIZE_MAX)
		return 0;
	size_t first = d->first != SIZE_MAX && d->first >= head ? d->first : head;
	if (at + 4 >= head && at <= first + 4 && (at <= head + 30 || at + 6 >= first))
		return 2;
	size_t reach = decide_in_box(d, node) ? 15 : 5;
	return d->last != SIZE_MAX && at >= d->last && at <= d->last + reach ? 1 : 0;
}

/* "Reviewed by" or "Contributions from:" stands in front of the box. */
static bool is_of_helpers(const struct decide *d, uint32_t node)
{
	enum { BEFORE = 12 };
	const struct dom_node *nodes = d->dom->nodes;
	for (uint32_t i = node; i > 0 && node - i < BEFORE;) {
		if (!nodes[--i].is_text)
			continue;
		struct view text = view_trim(nodes[i].text);
		if (text.n)
			return text.n < LINE_BYTES && (names_ends_byline(text) || names_are_helpers(text));
	}
	return false;
}

/* Answers and comments carry the same property as the text: only names near the first one are of the same byline. */
enum { PROPERTY_NODES = 60 };

static void from_property(struct authors *a, enum clue_origin origin, enum author_kind kind, int score)
{
	const struct decide *d = a->d;
	for (int want = 2; want >= 1; want--) {
		uint32_t last = 0;
		for (size_t i = 0; i < d->detail->count; i++) {
			const struct clue *c = &d->detail->clues[i];
			if (c->fact != CLUE_AUTHOR || c->origin != origin || c->value.n > LINE_BYTES ||
				author_place(d, c->node) != want)
				continue;
			if (a->scratch->names.count && (c->node > last + PROPERTY_NODES || is_of_helpers(d, c->node)))
				break;
			last = c->node;
			if (d->dom->nodes[c->node].tag == DOM_meta || c->rank == 0)
				author_read(a, c->value, NAMES_LOOSE);
			else
				byline_box(d, &a->scratch->names, c->node, true);
		}
		author_offer(a, kind, author_weigh(a, want == 2 ? score : score - 12, 35))->foot = want == 1;
	}
}

static bool inside(const struct decide *d, uint32_t node, uint32_t outer)
{
	return outer != 0 && node > outer && node < d->dom->nodes[outer].end;
}

static bool holds_link(const struct decide *d, uint32_t node)
{
	for (uint32_t i = node; i < d->dom->nodes[node].end; i++)
		if (!d->dom->nodes[i].is_text && d->dom->nodes[i].tag == DOM_a)
			return true;
	return false;
}

/* "by Ann Lee, 5 April": a box with a date of its own, and a word in front of its name, belongs to another text. */
static bool is_of_another(const struct decide *d, uint32_t node)
{
	struct view text = dom_text(d->page, node, LINE_BYTES);
	struct date date;
	return names_introduced(text) && date_find(&d->dates, text, &date, NULL);
}

static void from_classes(struct authors *a)
{
	const struct decide *d = a->d;
	for (int want = 2; want >= 1; want--) {
		uint32_t done = 0;
		for (size_t i = 0; i < d->detail->count; i++) {
			const struct clue *c = &d->detail->clues[i];
			if (c->fact != CLUE_BYLINE || inside(d, c->node, done) || author_place(d, c->node) != want)
				continue;
			size_t before = a->scratch->names.count;
			if (done && (c->node > done + PROPERTY_NODES || is_of_helpers(d, c->node) ||
					    is_of_another(d, c->node)))
				break;
			byline_box(d, &a->scratch->names, c->node, false);
			if (a->scratch->names.count > before) {
				done = c->node;
				a->scratch->linked |= holds_link(d, c->node);
			}
			/* Behind the body the first box is the article's, the next ones are of other articles. */
			if (want == 1 && done)
				break;
		}
		author_offer(a, AUTHOR_CLASS, author_weigh(a, want == 2 ? 70 : 56, 30))->foot = want == 1;
	}
}

/* The names of a line that begins with "By" and the like, or of the next where it says no more than that. */
void author_read_line(struct authors *a, size_t at)
{
	const struct decide *d = a->d;
	struct view text = d->page->blocks[at].text, span;
	struct date date;
	if (text.n > BYLINE_BYTES)
		return;
	if (!names_introduced(text)) {
		struct view reporter = text.n <= REPORTER_BYTES ? names_of_reporter(text) : VIEW_NONE;
		if (reporter.n)
			author_read(a, reporter, NAMES_LOOSE);
		return;
	}
	if (names_is_intro(text) && at + 1 < d->page->block_count &&
		(text.n > 4 || byline_is_name(d->page->blocks[at + 1].text))) {
		/* "Written by" in one line, the name in the next. */
		if (byline_is_name(d->page->blocks[at + 1].text))
			author_read(a, d->page->blocks[at + 1].text, 0);
		return;
	}
	if (date_find(&d->dates, text, &date, &span))
		author_read(a, view_make(text.p, (size_t)(span.p - text.p)), NAMES_MARKED);
	if (a->scratch->names.count == 0)
		author_read(a, text, NAMES_MARKED | (text.n <= HANDLE_LINE_BYTES ? NAMES_LOOSE : 0));
}

/* Lines by themselves between headline and body, which may begin with what stands above the byline. */
static void from_lines(struct authors *a, size_t head, size_t to)
{
	size_t count = a->d->page->block_count, end = to + STANDFIRST < count ? to + STANDFIRST : count;
	for (size_t i = head > 3 ? head - 3 : 0; i < end && a->scratch->names.count == 0; i++)
		if (i != head)
			author_read_line(a, i);
	author_offer(a, AUTHOR_LINE, author_weigh(a, 66, 30));
	for (size_t i = head > 1 ? head - 1 : 0; i < to && i < head + 8 && a->scratch->names.count == 0; i++)
		byline_dated(a->d, &a->scratch->names, &a->d->page->blocks[i]);
	author_offer(a, AUTHOR_DATED, author_weigh(a, 58, 0));
	for (size_t i = head + 1; i < to && i < head + 8 && a->scratch->names.count == 0; i++)
		byline_lone(a->d, &a->scratch->names, i);
	author_offer(a, AUTHOR_LONE, author_weigh(a, 54, 0));
}

static void from_blocks(struct authors *a)
{
	const struct decide *d = a->d;
	size_t head = d->head_block != SIZE_MAX ? d->head_block : d->first, count = d->page->block_count;
	if (head == SIZE_MAX)
		return;
	size_t to = d->first != SIZE_MAX && d->first >= head ? d->first + 1 : head + 8;
	to = to < head + 30 ? to : head + 30;
	from_lines(a, head, to + STANDFIRST < count ? to : count > STANDFIRST ? count - STANDFIRST : 0);
	for (size_t i = d->last; d->last != SIZE_MAX && i < count && i < d->last + 4 && a->scratch->names.count == 0;
		i++)
		if (i >= to + STANDFIRST && !decide_is_aside(d, d->page->blocks[i].node))
			author_read_line(a, i);
	author_offer(a, AUTHOR_LINE, author_weigh(a, 50, 0))->foot = true;
}

static int best_score(const struct authors *a)
{
	int most = 0;
	for (size_t i = 0; i < a->count; i++)
		most = a->groups[i].score > most ? a->groups[i].score : most;
	return most;
}

static bool holds(const struct names *names, struct view name)
{
	for (size_t i = 0; i < names->count; i++)
		if (names_same(names->list[i], name))
			return true;
	return false;
}

static bool holds_all(const struct names *all, const struct names *some)
{
	for (size_t i = 0; i < some->count; i++)
		if (!holds(all, some->list[i]))
			return false;
	return true;
}

static size_t votes(const struct authors *a, const struct names *names)
{
	size_t n = 0;
	for (size_t i = 0; i < a->count; i++)
		n += a->groups[i].names.count == names->count && holds_all(&a->groups[i].names, names);
	return n;
}

static bool adds_the_site(const struct authors *a, const struct names *names, const struct names *best)
{
	for (size_t i = 0; i < names->count; i++)
		if (!holds(best, names->list[i]) && decide_is_site(a->d, names->list[i]))
			return true;
	return false;
}

/* One field for one name cuts a list short: two places that have the others too are believed. */
static struct author_group *complete_list(const struct authors *a, struct author_group *best)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct names *other = &a->groups[i].names;
		bool longer = other->count > best->names.count && other->count <= best->names.count + 4;
		if (longer && holds_all(other, &best->names) && votes(a, other) > 1 &&
			!adds_the_site(a, other, &best->names))
			return &a->groups[i];
	}
	return best;
}

/* "Ada" in a field, "Ada Muster" in the byline. */
static struct view complete_name(const struct authors *a, struct view name)
{
	if (!names_is_given(name))
		return name;
	for (size_t i = 0; i < a->count; i++) {
		for (size_t k = 0; k < a->groups[i].names.count; k++) {
			struct view other = a->groups[i].names.list[k];
			size_t first = view_find_byte(other, ' ');
			if (first < other.n && names_same(view_first(other, first), name) &&
				names_is_given(view_from(other, first + 1)) && !decide_is_site(a->d, other))
				return other;
		}
	}
	return name;
}

/* Next to persons the site itself is no author; given names are completed. */
static void settle(struct authors *a)
{
	for (size_t i = 0; i < a->count; i++) {
		struct names *names = &a->groups[i].names;
		bool persons = weigh_names(a, names, 1, 0) > 0;
		size_t count = 0;
		for (size_t k = 0; k < names->count; k++)
			if (!persons || !decide_is_site(a->d, names->list[k]))
				names->list[count++] = complete_name(a, names->list[k]);
		names->count = count;
	}
}

static int set_authors(struct decide *d, const struct names *names)
{
	struct garner_document *doc = &d->page->document;
	const char **list = arena_calloc(&d->page->arena, names->count, sizeof(*list));
	if (!list)
		return page_full(d->page);
	for (size_t i = 0; i < names->count; i++)
		if (!(list[i] = decide_str(d, names->list[i])))
			return page_full(d->page);
	doc->authors = list;
	doc->author_count = names->count;
	return 0;
}

/* What only the head says and the page does not show is an account; a byline that it shows goes before. */
static bool is_hidden(const struct author_group *g)
{
	return (g->kind <= AUTHOR_OG || g->kind == AUTHOR_DC || g->kind == AUTHOR_ITEMPROP) &&
	       g->x[AUTHOR_X_SEEN_ALL] == 0;
}

static bool is_shown(const struct author_group *g)
{
	for (size_t i = 0; i < g->names.count; i++)
		if (!byline_is_name(g->names.list[i]))
			return false;
	return (g->kind == AUTHOR_CLASS || g->kind == AUTHOR_LINE) && g->score >= 66;
}

/* The group with the highest score, completed. */
static void pick(struct authors *a)
{
	struct author_group *best = NULL, *shown = NULL;
	for (size_t i = 0; i < a->count; i++) {
		struct author_group *g = &a->groups[i];
		if (!best || g->score > best->score)
			best = g;
		if (!shown && is_shown(g))
			shown = g;
	}
	if (best && shown && is_hidden(best))
		best = shown;
	if (best)
		complete_list(a, best)->picked = true;
}

int author_decide(struct decide *d)
{
	if (!d->detail)
		return author_of_text(d);
	struct authors *a = arena_calloc(&d->page->arena, 1, sizeof(*a));
	struct author_group *groups = arena_alloc(&d->page->arena, AUTHOR_GROUPS * sizeof(*groups));
	if (!a || !groups)
		return page_full(d->page);
	*groups = (struct author_group){ 0 };
	*a = (struct authors){ .d = d, .groups = groups, .scratch = groups };
	from_ld(a);
	from_head(a, FROM_META, AUTHOR_META, 80, NAMES_LOOSE);
	from_head(a, FROM_OG, AUTHOR_OG, 78, NAMES_LOOSE);
	from_head(a, FROM_DC, AUTHOR_DC, 74, NAMES_LOOSE | NAMES_INVERTED);
	from_property(a, FROM_ITEMPROP, AUTHOR_ITEMPROP, 77);
	from_property(a, FROM_REL, AUTHOR_REL, 72);
	from_classes(a);
	from_blocks(a);
	author_starter(a, best_score(a));
	author_far(a, best_score(a));
	settle(a);
	author_look(a);
	pick(a);
	author_facts(a);
	const struct author_group *best = author_believe(a);
	a->d = NULL; /* outlives it, for training */
	d->detail->authors = a;
	if (!best || d->page->document.author_count)
		return 0;
	author_cut_byline(d, &best->names);
	return set_authors(d, &best->names);
}
