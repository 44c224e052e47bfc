#include "meta/author.h"

#include "meta/byline.h"

enum { LINE_BYTES = 200, LABEL_BYTES = 80, FIELDS_BYTES = 160, LABEL_BLOCKS = 400, LEAST_SCORE = 20 };

/* A label's line, and the line that holds the name. */
struct label {
	struct view text;
	size_t block;
	bool several; /* the page has others, of other names */
};

/* Bytes of a colon at @at, a wide one too; 0: none. */
static size_t colon_at(struct view text, size_t at)
{
	static const struct view wide = VIEW("\xEF\xBC\x9A");
	return text.p[at] == ':' ? 1 : view_starts(view_from(text, at), wide) ? wide.n : 0;
}

/* Two colons at least, in a line that begins with no author. */
static bool has_fields(struct view text)
{
	size_t colons = 0;
	for (size_t i = 0; i < text.n; i++)
		colons += colon_at(text, i) > 0;
	return colons > 1 && !names_introduced(text);
}

/* A field of a line of several, up to the next mark: "Date: 5 May | Author: Ada Muster | Views: 12". A name of Han
 * letters ends with its word. */
static struct view field_in(struct view text)
{
	static const struct view marks[] = { VIEW(" | "), VIEW("\n"), VIEW(" \xE2\x80\xA2 "), VIEW(" \xC2\xB7 ") };
	size_t at = 1, n = 0;
	while (at < text.n && (text.p[at - 1] != ' ' || !names_is_labelled(view_from(text, at))))
		at++;
	while (at < text.n && (n = colon_at(text, at)) == 0)
		at++;
	struct view name = view_trim(view_from(text, at + n));
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		name = view_first(name, view_find(name, marks[i]));
	struct view word = view_first(name, view_find_byte(name, ' '));
	if (names_is_full(word))
		return word;
	return byline_is_name(name) ? name : VIEW_NONE;
}

/* "Autorin: Ada Muster", or "Autorin:" with the name in the next line. */
static struct view label_at(const struct decide *d, size_t at, size_t *ret_block)
{
	const struct page *page = d->page;
	struct view text = page->blocks[at].text;
	/* Most lines begin with no word that introduces anybody. */
	*ret_block = at;
	if (text.n <= FIELDS_BYTES && has_fields(text))
		return field_in(text);
	if (text.n > LABEL_BYTES || !names_introduced(text))
		return VIEW_NONE;
	if (names_is_labelled(text))
		return text;
	bool noun = text.n > 4 && (text.p[text.n - 1] == ':' || names_is_noun(text));
	if (!noun || !names_is_intro(text) || at + 1 >= page->block_count)
		return VIEW_NONE;
	*ret_block = at + 1;
	struct view next = page->blocks[at + 1].text;
	struct view name = view_trim(view_first(next, view_find_byte(next, '/')));
	return byline_is_name(name) ? name : VIEW_NONE;
}

static void offer_label(struct authors *a, const struct label *label, bool aside, int score)
{
	a->label = label->text.n ? label->block : a->label;
	if (label->text.n && !label->several)
		author_read(a, label->text, NAMES_LOOSE | (names_introduced(label->text) ? NAMES_MARKED : 0));
	author_offer(a, AUTHOR_LABEL, author_weigh(a, score, 0))->foot = aside;
}

/* Such a label wherever it stands, if the page has only one; beside the text apart from it. */
static void from_labels(struct authors *a)
{
	const struct decide *d = a->d;
	struct label labels[2] = { 0 };
	for (size_t i = 0; i < d->page->block_count && i < LABEL_BLOCKS; i++) {
		size_t block;
		struct view text = label_at(d, i, &block);
		if (text.n == 0)
			continue;
		/* Where a block stands costs more to know than what it says. */
		struct label *label = &labels[decide_is_aside(d, d->page->blocks[i].node)];
		if (label->text.n == 0)
			*label = (struct label){ text, block, false };
		else
			label->several |= !view_eq(label->text, text);
	}
	offer_label(a, &labels[false], false, 52);
	offer_label(a, &labels[true], true, 44);
}

/* A name that stands alone, set off by its type, at the end or the beginning of the body. */
static void from_signature(struct authors *a)
{
	const struct decide *d = a->d;
	bool article = d->main ? d->main->class == LD_ARTICLE : d->published.year >= 0;
	if (d->first == SIZE_MAX)
		return;
	for (size_t i = d->last; i < d->page->block_count && i <= d->last + 2 && a->scratch->names.count == 0; i++) {
		bool right = byline_is_at_right(d, i);
		if (article || right)
			byline_signature(d, &a->scratch->names, i);
		a->scratch->right = right && a->scratch->names.count;
	}
	author_offer(a, AUTHOR_SIGNATURE, author_weigh(a, 48, 0));
	if (!article)
		return;
	for (size_t i = d->first > 2 ? d->first - 2 : 0; i <= d->first && a->scratch->names.count == 0; i++)
		byline_signature(d, &a->scratch->names, i);
	author_offer(a, AUTHOR_SIGNATURE, author_weigh(a, 47, 0));
}

/* "Ann Lee" in a line by itself behind the body, and then "Ann Lee is a …" or her picture. */
static void from_bio(struct authors *a)
{
	enum { REACH = 12 };
	const struct decide *d = a->d;
	for (size_t i = d->last; d->last != SIZE_MAX && i + 1 < d->page->block_count && i <= d->last + REACH; i++) {
		struct view name = d->page->blocks[i].text, next = d->page->blocks[i + 1].text;
		if (!byline_is_name(name) || decide_is_aside(d, d->page->blocks[i].node))
			continue;
		bool bio = next.n > name.n + 40 && view_starts(next, view_first(name, view_find_byte(name, ' ')));
		if (!bio && !byline_is_pictured(d, i))
			continue;
		author_read(a, name, 0);
		break;
	}
	author_offer(a, AUTHOR_SIGNATURE, author_weigh(a, 46, 0))->foot = true;
}

/* The way in and out of an account. */
static bool is_door(struct view text)
{
	static const struct view words[] = { { "log", 3 }, { "regist", 6 }, { "account", 7 }, { "sign", 4 },
		{ "anmeld", 6 }, { "konto", 5 }, { "list", 4 }, { "forgot", 6 }, { "inici", 5 }, { "connexion", 9 } };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (view_find_nocase(text, words[i]) < text.n)
			return true;
	return false;
}

/* A byline's box that stands neither near the headline nor behind the body: the page's first one. */
static void from_far_boxes(struct authors *a, enum clue_fact fact, enum author_kind kind, int score)
{
	const struct decide *d = a->d;
	for (size_t i = 0; i < d->detail->count && a->scratch->names.count == 0; i++) {
		const struct clue *c = &d->detail->clues[i];
		if (c->fact != fact || decide_is_aside(d, c->node))
			continue;
		byline_box(d, &a->scratch->names, c->node, fact == CLUE_USER);
		if (fact == CLUE_USER && a->scratch->names.count && is_door(a->scratch->names.list[0]))
			a->scratch->names.count = 0;
	}
	author_offer(a, kind, author_weigh(a, score, 24))->foot = true;
}

void author_starter(struct authors *a, int best)
{
	enum { SURE = 60, BEFORE = 12 }; /* the headline may stand in the post, behind who wrote it */
	const struct decide *d = a->d;
	if (best >= SURE || d->first == SIZE_MAX || !author_is_thread(page_address(d->page)))
		return;
	size_t head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	uint32_t from = d->page->blocks[head > BEFORE ? head - BEFORE : 0].node;
	uint32_t to = d->page->blocks[d->last].last_node;
	for (size_t i = 0; i < d->detail->count; i++) {
		const struct clue *c = &d->detail->clues[i];
		struct view text = c->fact == CLUE_USER ? dom_text(d->page, c->node, LINE_BYTES) : VIEW_NONE;
		if (c->node < from || c->node > to || text.n == 0 || is_door(text))
			continue;
		byline_box(d, &a->scratch->names, c->node, true);
		break;
	}
	author_offer(a, AUTHOR_USER, author_weigh(a, 62, 24));
}

static void from_far_properties(struct authors *a)
{
	const struct decide *d = a->d;
	for (size_t i = 0; i < d->detail->count && a->scratch->names.count == 0; i++) {
		const struct clue *c = &d->detail->clues[i];
		if (c->fact != CLUE_AUTHOR || (c->origin != FROM_ITEMPROP && c->origin != FROM_REL) ||
			c->value.n > LINE_BYTES || decide_is_aside(d, c->node))
			continue;
		author_read(a, c->value, NAMES_LOOSE);
	}
	author_offer(a, AUTHOR_ITEMPROP, author_weigh(a, 38, 24))->foot = true;
}

/* "By Ann Lee" by itself, the page's first. */
static void from_far_lines(struct authors *a)
{
	const struct decide *d = a->d;
	for (size_t i = 0; i < d->page->block_count && i < LABEL_BLOCKS && a->scratch->names.count == 0; i++) {
		const struct block *b = &d->page->blocks[i];
		if (b->text.n > LABEL_BYTES || !names_introduced(b->text) || decide_is_aside(d, b->node))
			continue;
		author_read_line(a, i);
	}
	author_offer(a, AUTHOR_LINE, author_weigh(a, 36, 0))->foot = true;
}

static bool reads_the_same(struct authors *a, const struct clue *c, struct names *first)
{
	struct names *names = &a->scratch->names;
	names->count = 0;
	if (c->fact == CLUE_BYLINE)
		byline_box(a->d, names, c->node, false);
	else if (c->value.n <= LINE_BYTES)
		author_read(a, c->value, NAMES_LOOSE);
	if (names->count == 0)
		return true;
	if (first->count == 0)
		*first = *names;
	return names->count == 1 && names_same(names->list[0], first->list[0]);
}

/* Boxes and properties stand beside the text or in the page's foot, but all of them name one and the same. */
static void from_only_name(struct authors *a)
{
	const struct decide *d = a->d;
	struct names *first = arena_calloc(&d->page->arena, 1, sizeof(*first));
	enum author_kind kind = AUTHOR_CLASS;
	for (size_t i = 0; first && i < d->detail->count; i++) {
		const struct clue *c = &d->detail->clues[i];
		bool property = c->fact == CLUE_AUTHOR && (c->origin == FROM_ITEMPROP || c->origin == FROM_REL);
		if (!property && c->fact != CLUE_BYLINE)
			continue;
		size_t before = first->count;
		if (!reads_the_same(a, c, first)) {
			first->count = 0;
			break;
		}
		if (before == 0 && property)
			kind = c->origin == FROM_REL ? AUTHOR_REL : AUTHOR_ITEMPROP;
	}
	a->scratch->names.count = 0;
	if (first && first->count == 1)
		a->scratch->names = *first;
	author_offer(a, kind, author_weigh(a, 33, 20))->foot = true;
}

void author_far(struct authors *a, int best)
{
	if (best >= 52)
		return;
	if (best < LEAST_SCORE)
		from_only_name(a);
	from_labels(a);
	from_signature(a);
	from_bio(a);
	from_far_properties(a);
	from_far_boxes(a, CLUE_BYLINE, AUTHOR_CLASS, 37);
	from_far_boxes(a, CLUE_USER, AUTHOR_USER, 34);
	from_far_lines(a);
}
