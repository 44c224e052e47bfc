#include "meta/byline.h"
#include "util/utf8.h"

enum { GROUPS = 24, LINE_BYTES = 200, LABEL_BYTES = 80, LABEL_BLOCKS = 400 };

/* Names of one kind of evidence. */
struct group {
	struct names names;
	int score;
};

struct authors {
	struct decide *d;
	struct group *groups; /* GROUPS of them, in the order of the evidence */
	size_t count;
	struct group *scratch; /* the next one, being filled */
};

/* A field of the head with nothing but the site's address, its name in one word, a ministry or an institute says whose
 * the site is, not who wrote: it counts only where a byline says the same. */
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
static void offer(struct authors *a, int score)
{
	if (a->scratch->names.count && score > 0 && a->count + 1 < GROUPS) {
		a->scratch->score = score;
		a->count++;
		a->scratch++;
	}
	a->scratch->names.count = 0;
}

static void read(struct authors *a, struct view text, int flags)
{
	names_read(&a->scratch->names, &a->d->page->arena, text, a->d->dates.lang, flags);
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

static int weigh(const struct authors *a, int score, int site_score)
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
		read(a, name, NAMES_LOOSE | (single ? NAMES_WHOLE : 0));
	}
	int score = item->class <= LD_WORK ? 90 : 76;
	bool news = view_ends(item->type, VIEW("NewsArticle"));
	offer(a, !news && is_imprint(a, !persons) ? 0 : weigh(a, persons ? score : 50, 45));
}

static void from_head(struct authors *a, enum clue_origin origin, int score, int flags)
{
	const struct detail *detail = a->d->detail;
	for (unsigned rank = 0; rank < 3; rank++) {
		for (size_t i = 0; i < detail->count; i++) {
			const struct clue *c = &detail->clues[i];
			if (c->fact != CLUE_AUTHOR || c->origin != origin || c->rank != rank)
				continue;
			size_t before = a->scratch->names.count;
			read(a, ld_plain(&a->d->page->arena, c->value, LIMIT_FACT_BYTES), flags);
			cut_address(a, before);
		}
		offer(a, is_imprint(a, false) ? 0 : weigh(a, score - (int)rank * 3, 40));
	}
}

/* 2: between a little above the headline and the beginning of the body; 1: behind the body; 0: elsewhere. */
static int place(const struct decide *d, uint32_t node)
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

/* Answers and comments carry the same property as the text: only names near the first one are of the same byline. */
enum { PROPERTY_NODES = 60 };

static void from_property(struct authors *a, enum clue_origin origin, int score)
{
	const struct decide *d = a->d;
	for (int want = 2; want >= 1; want--) {
		uint32_t last = 0;
		for (size_t i = 0; i < d->detail->count; i++) {
			const struct clue *c = &d->detail->clues[i];
			if (c->fact != CLUE_AUTHOR || c->origin != origin || c->value.n > LINE_BYTES ||
				place(d, c->node) != want)
				continue;
			if (a->scratch->names.count && c->node > last + PROPERTY_NODES)
				break;
			last = c->node;
			if (d->dom->nodes[c->node].tag == DOM_meta || c->rank == 0)
				read(a, c->value, NAMES_LOOSE);
			else
				byline_box(d, &a->scratch->names, c->node, true);
		}
		offer(a, weigh(a, want == 2 ? score : score - 12, 35));
	}
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
			byline_box(d, &a->scratch->names, c->node, false);
			if (a->scratch->names.count > before)
				done = c->node;
			/* Behind the body the first box is the article's, the next ones are of other articles. */
			if (want == 1 && done)
				break;
		}
		offer(a, weigh(a, want == 2 ? 70 : 56, 30));
	}
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
		if (names_is_intro(text) && i + 1 < d->page->block_count && text.n > 4) {
			/* "Written by" in one line, the name in the next. */
			if (byline_is_name(d->page->blocks[i + 1].text))
				read(a, d->page->blocks[i + 1].text, 0);
			break;
		}
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
		byline_dated(d, &a->scratch->names, &d->page->blocks[i]);
	offer(a, weigh(a, 58, 0));
	for (size_t i = head + 1; i < to && i < d->page->block_count && i < head + 8 && a->scratch->names.count == 0;
		i++)
		byline_lone(d, &a->scratch->names, i);
	offer(a, weigh(a, 54, 0));
}

/* "Autorin: Ada Muster" wherever it stands, if the page has only one such line. */
static void from_labels(struct authors *a)
{
	const struct decide *d = a->d;
	struct view found = VIEW_NONE;
	for (size_t i = 0; i < d->page->block_count && i < LABEL_BLOCKS; i++) {
		const struct block *b = &d->page->blocks[i];
		if (b->text.n > LABEL_BYTES || !names_is_labelled(b->text) || decide_is_aside(d, b->node))
			continue;
		if (found.n && !view_eq(found, b->text))
			return;
		found = b->text;
	}
	if (found.n)
		read(a, found, NAMES_MARKED | NAMES_LOOSE);
	offer(a, weigh(a, 52, 0));
}

/* A name that stands alone, set off by its type, at the end or the beginning of the body. */
static void from_signature(struct authors *a)
{
	const struct decide *d = a->d;
	bool article = d->main ? d->main->class == LD_ARTICLE : d->published.year >= 0;
	if (d->first == SIZE_MAX || !article)
		return;
	for (size_t i = d->last; i < d->page->block_count && i <= d->last + 2 && a->scratch->names.count == 0; i++)
		byline_signature(d, &a->scratch->names, i);
	offer(a, weigh(a, 48, 0));
	for (size_t i = d->first > 2 ? d->first - 2 : 0; i <= d->first && a->scratch->names.count == 0; i++)
		byline_signature(d, &a->scratch->names, i);
	offer(a, weigh(a, 47, 0));
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
static const struct names *complete_list(const struct authors *a, const struct names *best)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct names *other = &a->groups[i].names;
		bool longer = other->count > best->count && other->count <= best->count + 4;
		if (longer && holds_all(other, best) && votes(a, other) > 1 && !adds_the_site(a, other, best))
			return other;
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

static int set_authors(struct authors *a)
{
	struct garner_document *doc = &a->d->page->document;
	const struct group *best = NULL;
	for (size_t i = 0; i < a->count; i++)
		if (!best || a->groups[i].score > best->score)
			best = &a->groups[i];
	if (!best || doc->author_count)
		return 0;
	const struct names *names = complete_list(a, &best->names);
	const char **list = arena_calloc(&a->d->page->arena, names->count, sizeof(*list));
	if (!list)
		return page_full(a->d->page);
	/* Next to persons the site itself is no author. */
	bool persons = weigh_names(a, names, 1, 0) > 0;
	size_t count = 0;
	for (size_t i = 0; i < names->count; i++) {
		if (persons && decide_is_site(a->d, names->list[i]))
			continue;
		list[count] = decide_str(a->d, complete_name(a, names->list[i]));
		if (!list[count++])
			return page_full(a->d->page);
	}
	doc->authors = list;
	doc->author_count = count;
	return 0;
}

int author_decide(struct decide *d)
{
	if (!d->detail)
		return 0;
	struct group *groups = arena_calloc(&d->page->arena, GROUPS, sizeof(*groups));
	if (!groups)
		return page_full(d->page);
	struct authors a = { .d = d, .groups = groups, .scratch = groups };
	from_ld(&a);
	from_head(&a, FROM_META, 80, NAMES_LOOSE);
	from_head(&a, FROM_OG, 78, NAMES_LOOSE);
	from_head(&a, FROM_DC, 74, NAMES_LOOSE | NAMES_INVERTED);
	from_property(&a, FROM_ITEMPROP, 77);
	from_property(&a, FROM_REL, 72);
	from_classes(&a);
	from_blocks(&a);
	if (best_score(&a) < 52)
		from_labels(&a);
	if (best_score(&a) < 52)
		from_signature(&a);
	return set_authors(&a);
}
