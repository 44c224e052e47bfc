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

/* "The Daily News, Hamburg, Germany": behind the site's own name in one value come addresses, not persons. */
static void cut_address(struct authors *a, size_t before)
{
	struct names *names = &a->scratch->names;
	if (names->count > before + 1 && decide_is_site(a->d, names->list[before]))
		names->count = before + 1;
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
			if (c->fact != CLUE_AUTHOR || c->origin != origin || c->rank != rank)
				continue;
			size_t before = a->scratch->names.count;
			read(a, ld_plain(&a->d->page->arena, c->value, LIMIT_FACT_BYTES), flags);
			cut_address(a, before);
		}
		offer(a, weigh(a, score - (int)rank * 3, 40));
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
	if (at + 4 >= head && at <= first + 2 && at <= head + 30)
		return 2;
	return d->last != SIZE_MAX && at >= d->last && at <= d->last + 5 ? 1 : 0;
}

/* One run of text in a byline's box. */
struct segment {
	struct view text;
	bool link;
};

enum { SEGMENTS = 32, NAME_LINE_BYTES = 100 };

static size_t segments_of(const struct decide *d, uint32_t node, struct segment *out)
{
	const struct dom_node *nodes = d->dom->nodes;
	size_t count = 0;
	uint32_t link_end = 0;
	for (uint32_t i = node; i < nodes[node].end && count < SEGMENTS; i++) {
		if (!nodes[i].is_text) {
			if (nodes[i].tag == DOM_a)
				link_end = nodes[i].end;
			continue;
		}
		struct view text = ld_plain(&d->page->arena, nodes[i].text, LINE_BYTES);
		if (text.n)
			out[count++] = (struct segment){ text, i < link_end };
	}
	return count;
}

static bool is_single_word(struct view v)
{
	return v.n > 1 && v.n < 24 && view_find_byte(v, ' ') == v.n && (v.p[0] < 0 || (v.p[0] >= 'A' && v.p[0] <= 'Z'));
}

static bool is_separator(struct view v)
{
	static const char *const words[] = { ",", "and", "und", "&", "et", "y", "e", "en", "og", "och", "i", "ja", "/",
		";", "|", "+", "и", "и", "та", "і", "、", ", and", "و", NULL };
	for (size_t i = 0; words[i]; i++)
		if (view_eq_nocase(v, view_of(words[i])))
			return true;
	return false;
}

/* Without the date and what comes after it. */
static struct view before_date(const struct decide *d, struct view text, bool *dated)
{
	struct view span;
	struct date date;
	*dated = date_find(&d->dates, text, &date, &span);
	return *dated ? view_trim(view_make(text.p, (size_t)(span.p - text.p))) : text;
}

/* Every run is of two to four words with capitals: a box of nothing but names. */
static bool all_names(const struct segment *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct view rest = list[i].text, word;
		size_t words = 0;
		while (view_next_token(&rest, ' ', &word)) {
			if (word.n == 0 || (word.p[0] >= 'a' && word.p[0] <= 'z') || ascii_is_digit(word.p[0]))
				return false;
			words++;
		}
		if (words < 2 || words > 4 || names_is_role(list[i].text) || names_ends_byline(list[i].text))
			return false;
	}
	return count >= 2 && count <= 6;
}

/* Names in the box of a byline, run by run: what follows the first name is another author only behind a separator or,
 * like the first, in a link of its own. @named: the markup says that it is one. */
static void read_box(struct authors *a, uint32_t node, bool named)
{
	struct segment list[SEGMENTS];
	size_t count = segments_of(a->d, node, list), first = a->scratch->names.count;
	bool introduced = false, separated = false, linked = false, all = all_names(list, count);
	for (size_t i = 0; i < count; i++) {
		struct names *names = &a->scratch->names;
		bool any = names->count > first, dated;
		struct view text = before_date(a->d, list[i].text, &dated);
		if (names_ends_byline(text) || (text.n > NAME_LINE_BYTES && any))
			break;
		if (names_is_intro(text) || is_separator(text)) {
			introduced |= names_is_intro(text);
			separated |= any;
			continue;
		}
		if (text.n == 0 || text.n > NAME_LINE_BYTES) {
			if (any)
				break;
			continue;
		}
		if (any && !all && !separated && !(linked && list[i].link) && !is_separator(view_first(text, 1)))
			continue;
		if ((any || !(introduced || named)) && names_is_role(text) && !names_introduced(text))
			continue;
		if (is_single_word(text) && i + 1 < count && is_single_word(list[i + 1].text) && !dated) {
			char *joined = arena_printf(&a->d->page->arena, "%.*s %.*s", (int)text.n, text.p,
				(int)list[i + 1].text.n, list[i + 1].text.p);
			text = joined ? view_of(joined) : text;
			i++;
		}
		size_t before = names->count;
		bool loose = named || introduced || names_introduced(text) || (list[i].link && !any);
		read(a, text, loose && !any ? NAMES_LOOSE : 0);
		if (names->count > before && !any)
			linked = list[i].link;
		separated = false;
		if (dated && names->count > first)
			break;
	}
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
				read_box(a, c->node, true);
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
			read_box(a, c->node, false);
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

/* A name that stands alone next to a date between headline and body. */
static void from_lone_line(struct authors *a, size_t at)
{
	const struct block *b = &a->d->page->blocks[at];
	size_t count = a->d->page->block_count, spaces = 0;
	struct date date;
	for (size_t i = 0; i < b->text.n; i++)
		spaces += b->text.p[i] == ' ';
	if (b->text.n > 40 || spaces < 1 || spaces > 3 || b->kind == BLOCK_HEADING)
		return;
	bool dated = at + 1 < count && a->d->page->blocks[at + 1].text.n < 80 &&
		     date_find(&a->d->dates, a->d->page->blocks[at + 1].text, &date, NULL);
	dated |= at > 0 && a->d->page->blocks[at - 1].text.n < 80 &&
		 date_find(&a->d->dates, a->d->page->blocks[at - 1].text, &date, NULL);
	if (dated && !names_is_role(b->text) && !date_find(&a->d->dates, b->text, &date, NULL) &&
		!names_ends_byline(b->text))
		read(a, b->text, 0);
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
	for (size_t i = head + 1; i < to && i < d->page->block_count && i < head + 8 && a->scratch->names.count == 0;
		i++)
		from_lone_line(a, i);
	offer(a, weigh(a, 54, 0));
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
