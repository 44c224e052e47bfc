#include "meta/author.h"

#include "extract/quantise.h"
#include "meta/fold.h"
#include "util/utf8.h"

enum { LINE_BYTES = 300, LINK_BYTES = 80 };

/* Lines of the page that hold the name as it is written, at most a few. */
struct counts {
	unsigned all, few_words, prose, credit, holder;
	unsigned surname; /* hold only its last word: who is written about */
	unsigned bio;	  /* begin with it and go on: "Ann Lee is a …" */
	unsigned lead;	  /* at the beginning of the body */
};

static bool holds_any(struct view text, const struct view *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (view_find_nocase(text, words[i]) < text.n)
			return true;
	return false;
}

/* Who made the picture: "Foto: Ann Lee". */
static bool is_credit(struct view text)
{
	static const struct view words[] = { { "foto", 4 }, { "photo", 5 }, { "bild:", 5 }, { "bild ", 5 },
		{ "image", 5 }, { "illustra", 8 }, { "picture", 7 }, { "credit", 6 }, { "quelle", 6 }, { "source", 6 },
		{ "grafik", 6 } };
	return holds_any(text, words, sizeof(words) / sizeof(words[0]));
}

static bool is_copyright(struct view text)
{
	static const struct view words[] = { { "\xC2\xA9", 2 }, { "(c)", 3 }, { "copyright", 9 } };
	return holds_any(text, words, sizeof(words) / sizeof(words[0]));
}

static struct view last_word(struct view name)
{
	size_t at = name.n;
	while (at > 0 && name.p[at - 1] != ' ')
		at--;
	return view_from(name, at);
}

static struct counts count_lines(const struct decide *d, struct view name)
{
	enum { ENOUGH = 8, SHORT_BYTES = 40, LAST_BYTES = 4, LEAD_BYTES = 120 };
	struct counts c = { 0 };
	struct view last = last_word(name);
	for (size_t i = 0; i < d->page->block_count && c.all < ENOUGH; i++) {
		const struct block *b = &d->page->blocks[i];
		struct view text = b->text;
		if (view_find(text, last) == text.n)
			continue;
		if (text.n < name.n || view_find(text, name) == text.n) {
			c.surname += c.surname < ENOUGH && !b->cut && last.n >= LAST_BYTES && last.n < name.n;
			continue;
		}
		c.all++;
		c.bio += text.n > name.n + SHORT_BYTES && view_starts(text, name);
		c.lead += !b->cut && text.n >= LEAD_BYTES && i >= d->first && i <= d->first + 1;
		c.few_words += text.n < name.n + SHORT_BYTES;
		c.prose += text.n > LINE_BYTES;
		c.credit += text.n < LINE_BYTES && is_credit(text);
		c.holder += text.n < LINE_BYTES && is_copyright(text);
	}
	return c;
}

/* A link whose text is the name leads to what somebody wrote, or elsewhere. */
static bool leads_to_person(struct view href)
{
	static const struct view words[] = { { "author", 6 }, { "autor", 5 }, { "profil", 6 }, { "people", 6 },
		{ "person", 6 }, { "user", 4 }, { "member", 6 }, { "redak", 5 }, { "journalist", 10 },
		{ "contributor", 11 }, { "staff", 5 }, { "team", 4 }, { "mailto:", 7 }, { "/bio", 4 }, { "writer", 6 },
		{ "/by/", 4 }, { "auteur", 6 }, { "about", 5 }, { "twitter.com", 11 } };
	return holds_any(href, words, sizeof(words) / sizeof(words[0]));
}

/* The first text of link @i; empty when it has none or is longer than a name. */
static struct view link_text(const struct dom *dom, uint32_t i)
{
	uint32_t end = dom->nodes[i].end;
	for (i++; i < end; i++) {
		struct view text = dom->nodes[i].is_text ? view_trim(dom->nodes[i].text) : VIEW_NONE;
		if (text.n)
			return text.n <= LINK_BYTES ? text : VIEW_NONE;
	}
	return VIEW_NONE;
}

/* The first group whose first name is that of group @g: what is read of it holds for both. */
static size_t twin_of(const struct authors *a, size_t g)
{
	size_t i = 0;
	while (i < g && !view_eq(a->groups[i].names.list[0], a->groups[g].names.list[0]))
		i++;
	return i;
}

/* Who is in a picture, and nothing else: "Portrait of Ann Lee". */
static void read_picture(const struct authors *a, const size_t *twins, struct view alt, unsigned *avatar)
{
	enum { MORE_BYTES = 24 };
	for (size_t g = 0; alt.n && g < a->count; g++) {
		struct view name = a->groups[g].names.list[0];
		avatar[g] += twins[g] == g && alt.n >= name.n && alt.n <= name.n + MORE_BYTES &&
			     view_find(alt, name) < alt.n;
	}
}

/* Links whose text is the first of a group's names, and pictures that show who is called so. */
static void read_links(struct authors *a, const size_t *twins)
{
	enum { MORE = 8 };
	const struct dom *dom = a->d->dom;
	const struct detail *detail = a->d->detail;
	unsigned person[AUTHOR_GROUPS] = { 0 }, other[AUTHOR_GROUPS] = { 0 }, avatar[AUTHOR_GROUPS] = { 0 };
	size_t least = LINK_BYTES, most = 0;
	for (size_t g = 0; g < a->count; g++) {
		size_t n = a->groups[g].names.list[0].n;
		least = n < least ? n : least;
		most = n > most ? n : most;
	}
	for (size_t k = 0; k < detail->link_count; k++) {
		uint32_t i = detail->links[k];
		if (dom->nodes[i].tag == DOM_img) {
			read_picture(a, twins, dom_attr(dom, i, DOM_ATTR_ALT), avatar);
			continue;
		}
		struct view text = link_text(dom, i);
		if (text.n < least || text.n > most + MORE)
			continue;
		for (size_t g = 0; text.n && g < a->count; g++) {
			struct view name = a->groups[g].names.list[0];
			if (twins[g] != g || text.n < name.n || text.n > name.n + MORE ||
				view_find(text, name) == text.n)
				continue;
			bool leads = leads_to_person(dom_attr(dom, i, DOM_ATTR_HREF));
			person[g] += leads;
			other[g] += !leads;
		}
	}
	for (size_t g = 0; g < a->count; g++) {
		a->groups[g].x[AUTHOR_X_PERSON_LINKS] = q_count(person[twins[g]]);
		a->groups[g].x[AUTHOR_X_OTHER_LINKS] = q_count(other[twins[g]]);
		a->groups[g].x[AUTHOR_X_AVATAR] = q_count(avatar[twins[g]]);
	}
}

/* Links of bylines and users whose address has the group's first name in it: /author/ada-muster. */
static void read_paths(struct authors *a, const size_t *twins)
{
	enum { NAME_LETTERS = 64, HREF_BYTES = 256, LEAST = 4, PATHS = 64 };
	const struct dom *dom = a->d->dom;
	const struct detail *detail = a->d->detail;
	struct view names[AUTHOR_GROUPS];
	char letters[AUTHOR_GROUPS][NAME_LETTERS];
	unsigned found[AUTHOR_GROUPS] = { 0 }, paths = 0;
	for (size_t g = 0; g < a->count; g++)
		names[g] = view_make(letters[g], fold_squeeze(a->groups[g].names.list[0], letters[g], NAME_LETTERS));
	for (size_t i = 0; i < detail->count && paths < PATHS; i++) {
		const struct clue *c = &detail->clues[i];
		bool link = c->fact == CLUE_USER || c->fact == CLUE_BYLINE || c->fact == CLUE_AUTHOR;
		if (!link || c->node == 0 || dom->nodes[c->node].tag != DOM_a)
			continue;
		char text[HREF_BYTES];
		struct view href = utf8_first(dom_attr(dom, c->node, DOM_ATTR_HREF), sizeof(text));
		struct view path = { text, fold_squeeze(href, text, sizeof(text)) };
		paths++;
		for (size_t g = 0; g < a->count; g++)
			found[g] += twins[g] == g && names[g].n >= LEAST && view_find(path, names[g]) < path.n;
	}
	for (size_t g = 0; g < a->count; g++)
		a->groups[g].x[AUTHOR_X_PERSON_PATHS] = q_count(found[twins[g]]);
}

void author_marks(struct authors *a)
{
	struct counts counts[AUTHOR_GROUPS];
	size_t twins[AUTHOR_GROUPS];
	for (size_t i = 0; i < a->count; i++) {
		struct author_group *g = &a->groups[i];
		twins[i] = twin_of(a, i);
		counts[i] = twins[i] < i ? counts[twins[i]] : count_lines(a->d, g->names.list[0]);
		g->x[AUTHOR_X_SEEN_ALL] = q_count(counts[i].all);
		g->x[AUTHOR_X_SEEN_SHORT] = q_count(counts[i].few_words);
		g->x[AUTHOR_X_SEEN_PROSE] = q_count(counts[i].prose);
		g->x[AUTHOR_X_CREDIT] = q_count(counts[i].credit);
		g->x[AUTHOR_X_HOLDER] = q_count(counts[i].holder);
		g->x[AUTHOR_X_SURNAME] = q_count(counts[i].surname);
		g->x[AUTHOR_X_BIO] = q_count(counts[i].bio);
		g->x[AUTHOR_X_LEAD] = q_count(counts[i].lead);
	}
	read_links(a, twins);
	read_paths(a, twins);
}
