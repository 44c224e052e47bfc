#include "meta/byline.h"

#include "util/utf8.h"

enum { LINE_BYTES = 200 };

/* One run of text in a byline's box. */
struct segment {
	struct view text;
	uint32_t link; /* end of the link it stands in; 0: none */
};

enum { SEGMENTS = 32, NAME_LINE_BYTES = 100, HANDLE_BYTES = 30, HOUSE_BYTES = 40 };

/* A link to all that is filed under a word: no person's name. */
static bool leads_to_topic(const struct decide *d, uint32_t link)
{
	static const char *const paths[] = { "/category/", "/categories/", "/tag/", "/tags/", "/topic/", "/topics/",
		"/thema/", "/themen/", "/rubrik/", "/kategorie/", "/categorie/", "/categoria/", "/schlagwort/",
		"/section/", NULL };
	struct view rel = dom_attr(d->dom, link, DOM_ATTR_REL), href = dom_attr(d->dom, link, DOM_ATTR_HREF);
	if (dom_has_token(rel, VIEW("tag")) || dom_has_token(rel, VIEW("category")))
		return true;
	for (size_t i = 0; paths[i]; i++)
		if (view_find(href, view_of(paths[i])) < href.n)
			return true;
	return false;
}

/* Said to screen readers alone, as "Post" is in front of "by". */
static bool is_for_readers(const struct decide *d, uint32_t node)
{
	static const struct view words[] = { VIEW("sr-only"), VIEW("screen-reader-text"), VIEW("visually-hidden"),
		VIEW("visuallyhidden"), VIEW("u-srOnly"), VIEW("element-invisible"), VIEW("screenreader") };
	struct view class = dom_attr(d->dom, node, DOM_ATTR_CLASS);
	for (size_t i = 0; class.n && i < sizeof(words) / sizeof(words[0]); i++)
		if (dom_has_token(class, words[i]))
			return true;
	return false;
}

/* What only screen readers hear in the box, and neither a name in full nor the word in front of one. */
static bool is_unnamed(const struct decide *d, uint32_t box, uint32_t node)
{
	if (node == box || !is_for_readers(d, node))
		return false;
	struct view text = dom_text(d->page, node, LINE_BYTES);
	return !names_introduced(text) && !byline_is_name(text);
}

static size_t segments_of(const struct decide *d, uint32_t node, struct segment *out)
{
	const struct dom_node *nodes = d->dom->nodes;
	size_t count = 0;
	uint32_t link_end = 0;
	for (uint32_t i = node; i < nodes[node].end && count < SEGMENTS; i++) {
		if (!nodes[i].is_text) {
			if (nodes[i].tag == DOM_a ? leads_to_topic(d, i) : is_unnamed(d, node, i))
				i = nodes[i].end - 1;
			else if (nodes[i].tag == DOM_a)
				link_end = nodes[i].end;
			continue;
		}
		struct view text = ld_plain(&d->page->arena, nodes[i].text, LINE_BYTES);
		if (text.n)
			out[count++] = (struct segment){ text, i < link_end ? link_end : 0 };
	}
	return count;
}

static bool is_single_word(struct view v)
{
	return v.n > 1 && v.n < 24 && view_find_byte(v, ' ') == v.n && (v.p[0] < 0 || (v.p[0] >= 'A' && v.p[0] <= 'Z'));
}

/* A first name and a last name in elements of their own: one word each, or all that is in a link. */
static bool goes_on(const struct segment *first, const struct segment *next)
{
	if (!is_single_word(next->text) || is_single_word(first->text))
		return is_single_word(next->text);
	size_t space = view_find_byte(first->text, ' ');
	bool two = space < first->text.n && is_single_word(view_first(first->text, space)) &&
		   is_single_word(view_from(first->text, space + 1));
	return two && first->link && first->link == next->link && !names_is_role(next->text) &&
	       !names_is_nobody(next->text);
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
void byline_box(const struct decide *d, struct names *names, uint32_t node, bool named)
{
	struct segment list[SEGMENTS] = { 0 };
	size_t first = names->count, count = segments_of(d, node, list);
	bool introduced = false, separated = false, linked = false, all = all_names(list, count);
	for (size_t i = 0; i < count; i++) {
		bool any = names->count > first, dated;
		struct view text = before_date(d, list[i].text, &dated);
		/* "In: Recipes" behind the name is of something else. */
		bool labelled = view_find_byte(text, ':') < text.n && !names_introduced(text);
		if (names_ends_byline(text) || (any && (text.n > NAME_LINE_BYTES || labelled)))
			break;
		if (labelled)
			continue;
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
		/* A linked word is what the author calls himself, capital or not. */
		bool handle = count == 1 && list[i].link && text.n < HANDLE_BYTES &&
			      view_find_byte(text, ' ') == text.n && !names_has_role(text);
		bool house = count == 1 && names_is_house(text);
		if ((any || !(introduced || named || handle || house)) && names_is_role(text) &&
			!names_introduced(text))
			continue;
		if (i + 1 < count && !dated && goes_on(&list[i], &list[i + 1])) {
			char *joined = arena_printf(&d->page->arena, "%.*s %.*s", (int)text.n, text.p,
				(int)list[i + 1].text.n, list[i + 1].text.p);
			text = joined ? view_of(joined) : text;
			i++;
		}
		size_t before = names->count;
		bool loose = named || introduced || names_introduced(text) || (list[i].link && !any);
		names_read(names, &d->page->arena, text, d->dates.lang,
			house		? NAMES_HOUSE
			: loose && !any ? NAMES_LOOSE
					: 0);
		if (names->count > before && !any)
			linked = list[i].link;
		separated = false;
		if (dated && names->count > first)
			break;
	}
}

static bool has_space(struct view v)
{
	return view_find_byte(v, ' ') < v.n;
}

/* Two to four words with capitals and nothing else. */
bool byline_is_name(struct view v)
{
	const struct segment twice[2] = { { v, 0 }, { v, 0 } };
	return v.n < 60 && all_names(twice, 2);
}

/* A row of links is a menu. What a time element says is a date. */
static bool is_one_text(const struct decide *d, const struct block *b)
{
	const struct dom_node *nodes = d->dom->nodes;
	size_t texts = 0;
	for (uint32_t i = b->node; i <= b->last_node; i++)
		texts += nodes[i].is_text && view_trim(nodes[i].text).n > 0 && nodes[nodes[i].parent].tag != DOM_time;
	return texts < 2;
}

/* "Ann Lee | 5 min read": the part in front of the next mark. */
static struct view first_part(struct view text)
{
	static const struct view marks[] = { { " | ", 3 }, { " \xC2\xB7 ", 4 }, { " \xE2\x80\xA2 ", 5 },
		{ " \xE2\x80\x93 ", 5 }, { " \xE2\x80\x94 ", 5 }, { " - ", 3 }, { " / ", 3 } };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		text = view_first(text, view_find(text, marks[i]));
	return view_trim(text);
}

/* "13:30" or "9.05" in front. */
static size_t clock_length(struct view v)
{
	size_t hour = 0;
	while (hour < v.n && hour < 2 && ascii_is_digit(v.p[hour]))
		hour++;
	if (hour == 0 || v.n < hour + 3 || (v.p[hour] != ':' && v.p[hour] != '.'))
		return 0;
	bool minutes = ascii_is_digit(v.p[hour + 1]) && ascii_is_digit(v.p[hour + 2]);
	return minutes && (v.n == hour + 3 || !ascii_is_digit(v.p[hour + 3])) ? hour + 3 : 0;
}

/* What stands behind a date, without the marks between them and words of the clock. */
static struct view behind_date(struct view text)
{
	static const struct view marks[] = { { "|", 1 }, { "-", 1 }, { "/", 1 }, { ",", 1 }, { "\xC2\xB7", 2 },
		{ "\xE2\x80\x93", 3 }, { "\xE2\x80\x94", 3 }, { "\xE2\x80\xA2", 3 }, { "Uhr", 3 }, { "h ", 2 } };
	for (bool again = true; again;) {
		text = view_trim(text);
		size_t clock = clock_length(text);
		again = clock > 0;
		text = view_from(text, clock);
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
			if (!view_starts(text, marks[i]))
				continue;
			text = view_from(text, marks[i].n);
			again = true;
		}
	}
	return text;
}

void byline_dated(const struct decide *d, struct names *names, const struct block *b)
{
	struct view text = b->text;
	struct view span, head;
	struct date date;
	if (text.n > 120 || !date_find(&d->dates, text, &date, &span))
		return;
	head = view_trim(view_make(text.p, (size_t)(span.p - text.p)));
	/* "Day of entry: 2 November 2021" */
	if (head.n && head.p[head.n - 1] == ':' && !names_introduced(head))
		return;
	size_t before = names->count;
	names_read(names, &d->page->arena, head, d->dates.lang, 0);
	for (size_t i = before; i < names->count; i++)
		if (!has_space(names->list[i]))
			names->count = before;
	struct view tail = behind_date(view_make(span.p + span.n, (size_t)(text.p + text.n - span.p) - span.n));
	if (names->count > before || names_ends_byline(tail))
		return;
	if (names_introduced(tail) && tail.n < NAME_LINE_BYTES)
		names_read(names, &d->page->arena, tail, d->dates.lang, NAMES_MARKED);
	else if (head.n == 0 && byline_is_name(first_part(tail)) && is_one_text(d, b))
		names_read(names, &d->page->arena, first_part(tail), d->dates.lang, 0);
}

static bool in_topic_link(const struct decide *d, uint32_t node)
{
	const struct dom_node *nodes = d->dom->nodes;
	for (int i = 0; i < 4 && node != 0; i++, node = nodes[node].parent)
		if (!nodes[node].is_text && nodes[node].tag == DOM_a)
			return leads_to_topic(d, node);
	return false;
}

bool byline_is_pictured(const struct decide *d, size_t at)
{
	enum { BEFORE = 30, BEHIND = 12, MORE_BYTES = 32 };
	const struct block *b = &d->page->blocks[at];
	uint32_t end = b->last_node + BEHIND < d->dom->count ? b->last_node + BEHIND : d->dom->count;
	for (uint32_t i = b->node > BEFORE ? b->node - BEFORE : 1; i < end; i++) {
		if (d->dom->nodes[i].is_text || d->dom->nodes[i].tag != DOM_img)
			continue;
		struct view alt = dom_attr(d->dom, i, DOM_ATTR_ALT);
		if (alt.n >= b->text.n && alt.n <= b->text.n + MORE_BYTES && view_find(alt, b->text) < alt.n)
			return true;
	}
	return false;
}

/* The line before or behind has a date. */
static bool is_dated_near(const struct decide *d, size_t at)
{
	enum { DATED_BYTES = 80 };
	const struct block *b = d->page->blocks;
	struct date date;
	return (at + 1 < d->page->block_count && b[at + 1].text.n < DATED_BYTES &&
		       date_find(&d->dates, b[at + 1].text, &date, NULL)) ||
	       (at > 0 && b[at - 1].text.n < DATED_BYTES && date_find(&d->dates, b[at - 1].text, &date, NULL));
}

/* Where the address of a letter's sender begins: "Ada Muster <ada@mail.example>", "Ada Muster ada at mail.example" as a
 * link. text.n: there is none. */
static size_t sender_address(const struct decide *d, const struct block *b, struct view text)
{
	size_t at = view_find_byte(text, '<');
	if (at < text.n)
		return view_find_byte(text, '>') < text.n ? at : text.n;
	for (uint32_t i = b->node; i <= b->last_node; i++) {
		const struct dom_node *n = &d->dom->nodes[i];
		if (n->is_text || n->tag != DOM_a ||
			!view_starts_nocase(dom_attr(d->dom, i, DOM_ATTR_HREF), VIEW("mailto:")))
			continue;
		struct view link = dom_text(d->page, i, LINE_BYTES);
		return link.n ? view_find(text, link) : text.n;
	}
	return text.n;
}

/* Who sent a letter that is kept in an archive. */
static struct view sender_of(const struct decide *d, const struct block *b)
{
	static const struct view marks = VIEW("From:");
	struct view text = b->text;
	if (text.n > NAME_LINE_BYTES || b->kind == BLOCK_CODE)
		return VIEW_NONE;
	if (view_starts_nocase(text, marks))
		text = view_trim(view_from(text, marks.n));
	size_t at = sender_address(d, b, text);
	struct view name = view_trim(view_first(text, at));
	return at < text.n && byline_is_name(name) ? name : VIEW_NONE;
}

/* A name that stands alone next to a date or a picture of who is called so, between headline and body. */
void byline_lone(const struct decide *d, struct names *names, size_t at)
{
	const struct block *b = &d->page->blocks[at];
	size_t spaces = 0;
	struct date date;
	for (size_t i = 0; i < b->text.n; i++)
		spaces += b->text.p[i] == ' ';
	struct view sender = sender_of(d, b);
	if (sender.n && is_dated_near(d, at)) {
		names_read(names, &d->page->arena, sender, d->dates.lang, 0);
		return;
	}
	bool labelled = view_find_byte(b->text, ':') < b->text.n && !names_introduced(b->text);
	if (labelled || b->text.n > 40 || spaces < 1 || spaces > 3 || b->kind == BLOCK_HEADING ||
		b->kind == BLOCK_CAPTION || !is_one_text(d, b) || in_topic_link(d, b->last_node))
		return;
	bool dated = is_dated_near(d, at) || (byline_is_name(b->text) && byline_is_pictured(d, at));
	if (dated && !names_is_role(b->text) && !names_is_agency(b->text) &&
		!date_find(&d->dates, b->text, &date, NULL) && !names_ends_byline(b->text))
		names_read(names, &d->page->arena, b->text, d->dates.lang, 0);
}

/* Every text of the block stands in an element that sets it off: em, strong … or is aligned to the right. */
static bool is_set_off(const struct decide *d, const struct block *b)
{
	const struct dom_node *nodes = d->dom->nodes;
	for (uint32_t i = b->node; i <= b->last_node; i++) {
		if (!nodes[i].is_text || view_trim(nodes[i].text).n == 0)
			continue;
		uint32_t n = nodes[i].parent;
		for (int up = 0; up < 4 && n != 0; up++, n = nodes[n].parent)
			if (nodes[n].tag == DOM_em || nodes[n].tag == DOM_i || nodes[n].tag == DOM_strong ||
				nodes[n].tag == DOM_b)
				break;
			else if (nodes[n].tag == DOM_p || nodes[n].tag == DOM_div)
				return false;
	}
	return true;
}

bool byline_is_at_right(const struct decide *d, size_t at)
{
	enum { UP = 4 };
	uint32_t n = d->page->blocks[at].node;
	for (int up = 0; up < UP && n != 0; up++, n = d->dom->nodes[n].parent) {
		struct view style = d->dom->nodes[n].is_text ? VIEW_NONE : dom_attr(d->dom, n, DOM_ATTR_STYLE);
		size_t align = view_find(style, VIEW("text-align"));
		if (align < style.n)
			return view_starts(view_trim(view_from(style, align + sizeof("text-align"))), VIEW("right"));
	}
	return false;
}

void byline_signature(const struct decide *d, struct names *names, size_t at)
{
	const struct block *b = &d->page->blocks[at];
	struct view rest = b->text, part;
	if (b->kind != BLOCK_PARAGRAPH || (b->cut && !decide_in_box(d, b->node)) || b->text.n > NAME_LINE_BYTES ||
		decide_is_aside(d, b->node) || !is_set_off(d, b))
		return;
	if (b->text.n <= HOUSE_BYTES && (names_is_house(b->text) || names_is_house_word(b->text))) {
		names_read(names, &d->page->arena, b->text, d->dates.lang, NAMES_HOUSE);
		return;
	}
	while (view_next_token(&rest, '/', &part)) {
		struct view words = view_trim(part), word;
		size_t count = 0;
		while (view_next_token(&words, ' ', &word))
			count++;
		if (!byline_is_name(view_trim(part)) || count > 3)
			return;
	}
	names_read(names, &d->page->arena, b->text, d->dates.lang, 0);
}
