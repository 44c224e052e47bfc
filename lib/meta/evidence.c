#include "meta/evidence.h"

#include <errno.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "meta/metakeys.h"
#include "meta/naming.h"
#include "meta/names.h"
#include "util/limits.h"
#include "util/utf8.h"

/* Elements side by side are named alike: what a name says is found by looking at it once. */
enum { NAMINGS = 256 };
struct naming {
	struct view name;
	unsigned words;
};

struct gather {
	struct page *page;
	const struct dom *dom;
	struct detail *detail;
	char card; /* number of the twitter:label that says "written by"; 0: none */
	struct naming namings[NAMINGS];
};

static void add(
	struct gather *g, enum clue_fact fact, enum clue_origin origin, unsigned rank, uint32_t node, struct view value)
{
	struct detail *d = g->detail;
	if (d->count == LIMIT_CLUES)
		return;
	d->clues[d->count++] = (struct clue){ .value = view_trim(value),
		.node = node,
		.fact = (uint8_t)fact,
		.origin = (uint8_t)origin,
		.rank = (uint8_t)rank };
}

static void add_value(
	struct gather *g, enum clue_fact fact, enum clue_origin origin, unsigned rank, uint32_t node, struct view value)
{
	/* Templates that went out unfilled are no values. */
	value = view_trim(utf8_first(value, LIMIT_FACT_BYTES));
	if (value.n == 0 || view_starts(value, VIEW("{{")) || view_eq_nocase(value, VIEW("null")) ||
		view_eq_nocase(value, VIEW("undefined")) || view_eq_nocase(value, VIEW("none")))
		return;
	add(g, fact, origin, rank, node, value);
}

static void read_itemprop(struct gather *g, uint32_t node, struct view names);

/* twitter:label1 names what twitter:data1 holds: "Written by", "Geschrieben von" … */
static bool read_card(struct gather *g, uint32_t node, struct view content)
{
	struct view key = dom_attr(g->dom, node, DOM_ATTR_NAME);
	if (view_starts_nocase(key, VIEW("twitter:label"))) {
		g->card = names_is_intro(content) ? key.p[key.n - 1] : 0;
		return true;
	}
	if (!view_starts_nocase(key, VIEW("twitter:data")))
		return false;
	if (g->card && key.p[key.n - 1] == g->card)
		add_value(g, CLUE_AUTHOR, FROM_META, 1, node, content);
	return true;
}

static void read_meta(struct gather *g, uint32_t node)
{
	struct view content = dom_attr(g->dom, node, DOM_ATTR_CONTENT);
	if (content.n == 0 || read_card(g, node, content))
		return;
	static const enum dom_attr_name keys[] = { DOM_ATTR_PROPERTY, DOM_ATTR_NAME, DOM_ATTR_HTTP_EQUIV };
	const struct metakey *meta;
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		struct view rest = dom_attr(g->dom, node, keys[k]), key;
		rest = view_trim(rest);
		while (view_next_token(&rest, ' ', &key))
			if (key.n && (meta = metakeys_find(key)))
				add_value(g, meta->fact, meta->origin, meta->rank, node, content);
	}
}

static void read_link(struct gather *g, uint32_t node)
{
	struct view rel = dom_attr(g->dom, node, DOM_ATTR_REL), href = dom_attr(g->dom, node, DOM_ATTR_HREF);
	if (href.n == 0 || href.n > LIMIT_URL_BYTES)
		return;
	if (dom_has_token(rel, VIEW("canonical")))
		add(g, CLUE_CANONICAL, FROM_REL, 0, node, href);
	else if (dom_has_token(rel, VIEW("license")))
		add(g, CLUE_LICENCE, FROM_REL, 0, node, href);
	else if (dom_has_token(rel, VIEW("image_src")))
		add(g, CLUE_IMAGE, FROM_REL, 2, node, href);
}

/* <abbr class="published" title="2020-05-17T…">, a microformat. */
static struct view dated_title(const struct dom *dom, uint32_t node)
{
	struct view title = dom_attr(dom, node, DOM_ATTR_TITLE);
	bool dated = title.n >= 10 && ascii_is_digit(title.p[0]) && ascii_is_digit(title.p[3]) && title.p[4] == '-';
	return dated ? title : VIEW_NONE;
}

/* Value of a microdata or RDFa property (HTML standard, 5.2.4 "Values"). */
static struct view property_value(struct gather *g, uint32_t node)
{
	static const enum dom_attr_name attrs[] = { DOM_ATTR_CONTENT, DOM_ATTR_DATETIME };
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		struct view v = dom_attr(g->dom, node, attrs[i]);
		if (view_trim(v).n)
			return v;
	}
	struct view title = dated_title(g->dom, node);
	if (title.n)
		return title;
	return dom_text(g->page, node, 512);
}

static bool names_property(const struct dom *dom, uint32_t node, struct view name)
{
	return dom_has_token(dom_attr(dom, node, DOM_ATTR_ITEMPROP), name) ||
	       dom_has_token(dom_attr(dom, node, DOM_ATTR_PROPERTY), name);
}

/* An author's name: of the "name" inside, else the whole text. */
static void read_author_property(struct gather *g, uint32_t node)
{
	const struct dom *dom = g->dom;
	bool any = false;
	uint32_t end = dom->nodes[node].end, last = end - node > 64 ? node + 64 : end;
	for (uint32_t i = node + 1; i < last; i++) {
		if (dom->nodes[i].is_text || !names_property(dom, i, VIEW("name")))
			continue;
		any = true;
		add_value(g, CLUE_AUTHOR, FROM_ITEMPROP, 0, i, property_value(g, i));
	}
	if (!any)
		add_value(g, CLUE_AUTHOR, FROM_ITEMPROP, 1, node, property_value(g, node));
}

static struct view local_name(struct view name)
{
	for (size_t i = name.n; i-- > 0;)
		if (name.p[i] == ':' || name.p[i] == '/' || name.p[i] == '#')
			return view_from(name, i + 1);
	return name;
}

/* The item that a property belongs to (the nearest one around it, HTML standard, 5.2.2) is a picture or a
 * body: who made it, and when, says nothing of the page. */
static bool is_of_part(const struct dom *dom, uint32_t node)
{
	static const struct view parts[] = { { "ImageObject", 11 }, { "Organization", 12 },
		{ "NewsMediaOrganization", 21 } };
	enum { LEVELS = 24 };
	for (int i = 0; i < LEVELS && node != 0; i++) {
		node = dom->nodes[node].parent;
		struct view type = local_name(view_trim(dom_attr(dom, node, DOM_ATTR_ITEMTYPE)));
		if (type.n == 0)
			type = local_name(view_trim(dom_attr(dom, node, DOM_ATTR_TYPEOF)));
		for (size_t k = 0; k < sizeof(parts) / sizeof(parts[0]); k++)
			if (view_eq_nocase(type, parts[k]))
				return true;
		if (type.n || dom_has_attr(dom, node, DOM_ATTR_ITEMSCOPE))
			return false;
	}
	return false;
}

static void read_itemprop(struct gather *g, uint32_t node, struct view names)
{
	static const struct {
		struct view name;
		uint8_t fact, rank;
	} props[] = {
#define P(name, fact, rank) { { name, sizeof(name) - 1 }, fact, rank }
		P("datepublished", CLUE_PUBLISHED, 0),
		P("dateposted", CLUE_PUBLISHED, 0),
		P("datecreated", CLUE_PUBLISHED, 1),
		P("uploaddate", CLUE_PUBLISHED, 2),
		P("issued", CLUE_PUBLISHED, 1),
		P("datemodified", CLUE_MODIFIED, 0),
		P("headline", CLUE_TITLE, 0),
		P("articlesection", CLUE_SECTION, 0),
		P("license", CLUE_LICENCE, 0),
		P("isaccessibleforfree", CLUE_TIER, 1),
#undef P
	};
	struct view name;
	while (view_next_token(&names, ' ', &name)) {
		name = local_name(name);
		if (view_eq_nocase(name, VIEW("author")) || view_eq_nocase(name, VIEW("creator"))) {
			if (is_of_part(g->dom, node))
				continue;
			if (g->dom->nodes[node].tag != DOM_meta)
				read_author_property(g, node);
			else
				add_value(g, CLUE_AUTHOR, FROM_ITEMPROP, 0, node,
					dom_attr(g->dom, node, DOM_ATTR_CONTENT));
			continue;
		}
		for (size_t i = 0; i < sizeof(props) / sizeof(props[0]); i++)
			if (view_eq_nocase(name, props[i].name) && !is_of_part(g->dom, node))
				add_value(
					g, props[i].fact, FROM_ITEMPROP, props[i].rank, node, property_value(g, node));
	}
}

static unsigned naming_seen(struct gather *g, struct view v)
{
	uint32_t middle, last;
	if (v.n < sizeof(last))
		return naming_words(v);
	memcpy(&middle, v.p + v.n / 2 - 2, sizeof(middle));
	memcpy(&last, v.p + v.n - sizeof(last), sizeof(last));
	uint32_t hash = (middle ^ last * 0x85EBCA6Bu ^ (uint32_t)v.n) * 0x9E3779B1u;
	struct naming *slot = &g->namings[hash >> 24]; /* NAMINGS of them */
	if (!view_eq(slot->name, v))
		*slot = (struct naming){ v, naming_words(v) };
	return slot->words;
}

static void read_rel(struct gather *g, uint32_t node, struct view rel)
{
	enum dom_tag tag = g->dom->nodes[node].tag;
	if (tag != DOM_a)
		return;
	if (dom_has_token(rel, VIEW("author")))
		add_value(g, CLUE_AUTHOR, FROM_REL, 0, node, dom_text(g->page, node, 256));
	else if (dom_has_token(rel, VIEW("license")))
		add(g, CLUE_LICENCE, FROM_REL, 1, node, dom_attr(g->dom, node, DOM_ATTR_HREF));
	else if (dom_has_token(rel, VIEW("tag")))
		add_value(g, CLUE_TAG, FROM_REL, 0, node, dom_text(g->page, node, 128));
}

/* Folders of the pages of persons: those of authors, and those of whoever has an account. */
static unsigned folder_says(struct view name)
{
	static const struct {
		struct view name;
		unsigned word;
	} folders[] = { { { "author", 6 }, NAMING_BYLINE }, { { "authors", 7 }, NAMING_BYLINE },
		{ { "autor", 5 }, NAMING_BYLINE }, { { "autoren", 7 }, NAMING_BYLINE },
		{ { "auteur", 6 }, NAMING_BYLINE }, { { "auteurs", 7 }, NAMING_BYLINE },
		{ { "autore", 6 }, NAMING_BYLINE }, { { "autores", 7 }, NAMING_BYLINE },
		{ { "autori", 6 }, NAMING_BYLINE }, { { "profile", 7 }, NAMING_USER },
		{ { "profiles", 8 }, NAMING_USER }, { { "profil", 6 }, NAMING_USER }, { { "people", 6 }, NAMING_USER },
		{ { "person", 6 }, NAMING_USER }, { { "user", 4 }, NAMING_USER }, { { "users", 5 }, NAMING_USER },
		{ { "member", 6 }, NAMING_USER }, { { "members", 7 }, NAMING_USER }, { { "staff", 5 }, NAMING_USER },
		{ { "team", 4 }, NAMING_USER }, { { "contributors", 12 }, NAMING_USER },
		{ { "contributor", 11 }, NAMING_USER }, { { "writers", 7 }, NAMING_USER },
		{ { "writer", 6 }, NAMING_USER }, { { "columnist", 9 }, NAMING_USER },
		{ { "journalist", 10 }, NAMING_USER }, { { "by", 2 }, NAMING_USER }, { { "u", 1 }, NAMING_USER } };
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (name.n == folders[i].name.n && ascii_lower(name.p[0]) == folders[i].name.p[0] &&
			view_eq_nocase(name, folders[i].name))
			return folders[i].word;
	return 0;
}

/* Which of the first 64 bytes are slashes. */
static uint64_t slashes64(struct view v)
{
	uint64_t found = 0;
	size_t i = 0;
#ifdef __SSE2__
	for (; i < 64 && v.n - i >= 16; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(v.p + i));
		found |= (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('/'))) << i;
	}
#endif
	for (; i < 64 && i < v.n; i++)
		found |= (uint64_t)(v.p[i] == '/') << i;
	return found;
}

/* Programs of forums that show who has an account: "member.php?u=12", "user?id=ada". */
static unsigned program_says(struct view page)
{
	static const struct view names[] = { VIEW("member.php?"), VIEW("memberlist.php?mode=viewprofile"),
		VIEW("profile.php?"), VIEW("user?id="), VIEW("userinfo.php?"), VIEW("user.php?") };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (page.n > names[i].n && view_starts(page, names[i]))
			return NAMING_USER;
	bool index = view_starts(page, VIEW("index.php?"));
	return index && view_find(page, VIEW("action=profile;u=")) < page.n ? NAMING_USER : 0;
}

/* The page of a person on the same site: /author/ada-muster */
static unsigned leads_to_person(struct view href)
{
	/* By the first letter of the folders, how long they are: a bit each. */
	enum { LONGEST = 12 };
#define N(length) (1u << (length))
	static const uint16_t lengths[26] = { ['a' - 'a'] = N(5) | N(6) | N(7),
		['b' - 'a'] = N(2),
		['c' - 'a'] = N(9) | N(11) | N(12),
		['j' - 'a'] = N(10),
		['m' - 'a'] = N(6) | N(7),
		['p' - 'a'] = N(6) | N(7) | N(8),
		['s' - 'a'] = N(5),
		['t' - 'a'] = N(4),
		['u' - 'a'] = N(1) | N(4) | N(5),
		['w' - 'a'] = N(6) | N(7) };
#undef N
	enum { PROGRAMS = 1u << ('i' - 'a') | 1u << ('m' - 'a') | 1u << ('p' - 'a') | 1u << ('u' - 'a') };
	unsigned found = 0;
	size_t from = href.n; /* behind the last slash */
	for (size_t at = 0; at + 1 < href.n; at += 64)
		for (uint64_t slashes = slashes64(view_from(href, at)); slashes; slashes &= slashes - 1) {
			size_t slash = at + (size_t)__builtin_ctzll(slashes);
			unsigned letter = from < slash ? ((unsigned char)href.p[from] | 0x20u) - 'a' : 26;
			if (letter < 26 && slash - from <= LONGEST && (lengths[letter] >> (slash - from) & 1) &&
				slash + 1 < href.n)
				found |= folder_says(view_make(href.p + from, slash - from));
			from = slash + 1;
		}
	struct view page = view_from(href, from < href.n ? from : 0);
	unsigned letter = page.n ? (unsigned)(unsigned char)page.p[0] - 'a' : 26;
	bool program = letter < 26 && (PROGRAMS >> letter & 1), home = page.n > 1 && page.p[0] == '~';
	/* other sites have addresses of all kinds */
	if ((!program && !home) || view_find(href, VIEW("//")) < href.n)
		return found;
	return found | (home ? (unsigned)NAMING_USER : program_says(page));
}

#define A(name) (UINT64_C(1) << DOM_ATTR_##name)
_Static_assert(DOM_ATTR_COUNT < 64, "a bit each");

static void read_rare(struct gather *g, uint32_t node, const struct dom_attr *attr, unsigned *words)
{
	enum dom_tag tag = g->dom->nodes[node].tag;
	switch (attr->name) {
	case DOM_ATTR_ITEMPROP: read_itemprop(g, node, attr->value); break;
	case DOM_ATTR_PROPERTY:
		if (tag != DOM_meta)
			read_itemprop(g, node, attr->value);
		break;
	case DOM_ATTR_REL: read_rel(g, node, attr->value); break;
	case DOM_ATTR_HREF:
		if (tag == DOM_a)
			*words |= leads_to_person(attr->value);
		break;
	default: break;
	}
}

static void read_attributes(struct gather *g, uint32_t node)
{
	/* Nobody foresees which comes next: two questions are fewer wrong guesses than a switch. */
	static const uint64_t named = A(CLASS) | A(ID) | A(DATA_TESTID) | A(DATA_COMPONENT),
			      rare = A(ITEMPROP) | A(PROPERTY) | A(REL) | A(HREF);
	const struct dom_node *n = &g->dom->nodes[node];
	const struct dom_attr *attr = g->dom->attrs + n->attr_first;
	unsigned words = 0;
	for (uint32_t i = 0; i < n->attr_count; i++, attr++) {
		uint64_t bit = UINT64_C(1) << attr->name;
		if (bit & named)
			words |= naming_seen(g, attr->value);
		else if (bit & rare)
			read_rare(g, node, attr, &words);
	}
	/* A container of half the page that is named so says nothing. */
	if (words == 0 || n->end - node > 80)
		return;
	if (words & NAMING_BYLINE)
		add(g, CLUE_BYLINE, FROM_CLASS, 0, node, VIEW_NONE);
	else if (words & NAMING_USER)
		add(g, CLUE_USER, FROM_CLASS, 0, node, VIEW_NONE);
	struct view title = words & NAMING_DATE ? dated_title(g->dom, node) : VIEW_NONE;
	if (title.n)
		add_value(g, CLUE_DATE, FROM_TIME, 1, node, title);
	else if (words & NAMING_DATE)
		add(g, CLUE_DATELINE, FROM_CLASS, 0, node, VIEW_NONE);
}

static void read_time(struct gather *g, uint32_t node)
{
	struct view when = dom_attr(g->dom, node, DOM_ATTR_DATETIME);
	if (view_trim(when).n < 4)
		when = dom_text(g->page, node, 128);
	bool pubdate = dom_has_attr(g->dom, node, DOM_ATTR_PUBDATE);
	add_value(g, CLUE_DATE, FROM_TIME, pubdate ? 0 : 1, node, when);
}

static void read_told(struct gather *g, struct evidence *evidence, uint32_t node)
{
	const struct dom *dom = g->dom;
	switch (dom->nodes[node].tag) {
	case DOM_html:
		g->detail->lang = dom_attr(dom, node, DOM_ATTR_LANG);
		if (g->detail->lang.n == 0)
			g->detail->lang = dom_attr(dom, node, DOM_ATTR_XML_LANG);
		break;
	case DOM_title:
		if (evidence->title_tag.n == 0)
			evidence->title_tag = dom_text(g->page, node, LIMIT_TITLE_BYTES);
		break;
	case DOM_base:
		if (g->detail->base.n == 0)
			g->detail->base = dom_attr(dom, node, DOM_ATTR_HREF);
		break;
	case DOM_meta: read_meta(g, node); break;
	case DOM_link: read_link(g, node); break;
	case DOM_time: read_time(g, node); break;
	case DOM_h1: add_value(g, CLUE_TITLE, FROM_HEADING, 0, node, dom_text(g->page, node, LIMIT_TITLE_BYTES)); break;
	default: break;
	}
}

enum looked_at { LOOKED_NO, LOOKED_LINK, LOOKED_TELLS };
/* Elements that tell something by what they are. */
static const uint8_t looked_at[DOM_TAG_COUNT] = {
	[DOM_html] = LOOKED_TELLS,
	[DOM_title] = LOOKED_TELLS,
	[DOM_base] = LOOKED_TELLS,
	[DOM_meta] = LOOKED_TELLS,
	[DOM_link] = LOOKED_TELLS,
	[DOM_time] = LOOKED_TELLS,
	[DOM_h1] = LOOKED_TELLS,
	[DOM_a] = LOOKED_LINK,
	[DOM_img] = LOOKED_LINK,
};

static void read_nodes(struct gather *g, struct evidence *evidence)
{
	const struct dom *dom = g->dom;
	size_t links = 0;
	for (uint32_t i = 1; i < dom->count; i++) {
		unsigned how = looked_at[dom->nodes[i].tag], attributes = dom->nodes[i].attr_count;
		if ((how | attributes) == 0) /* so are texts */
			continue;
		g->detail->links[links] = i;
		links += how == LOOKED_LINK;
		if (how == LOOKED_TELLS)
			read_told(g, evidence, i);
		if (attributes)
			read_attributes(g, i);
	}
	g->detail->link_count = links;
}

static struct view first_clue(const struct detail *detail, enum clue_fact fact, int origin)
{
	const struct clue *best = NULL;
	for (size_t i = 0; i < detail->count; i++) {
		const struct clue *c = &detail->clues[i];
		if (c->fact == fact && (origin < 0 || c->origin == origin) && (!best || c->rank < best->rank))
			best = c;
	}
	return best ? best->value : VIEW_NONE;
}

/* Type of the first microdata or RDFa item that is an article, else the first item's. */
static struct view microdata_type(const struct dom *dom)
{
	struct view first = VIEW_NONE;
	for (uint32_t i = 0; i < dom->attr_count; i++) {
		const struct dom_attr *attr = &dom->attrs[i];
		if (attr->name != DOM_ATTR_ITEMTYPE && attr->name != DOM_ATTR_TYPEOF)
			continue;
		struct view type = local_name(view_trim(attr->value));
		if (view_ends(type, VIEW("Article")) || view_ends(type, VIEW("Posting")))
			return type;
		if (first.n == 0)
			first = type;
	}
	return first;
}

static void summarise(struct page *page, struct evidence *evidence, const struct detail *detail)
{
	const struct ld *ld = &detail->ld;
	const struct ld_item *item = ld_first(ld);
	evidence->og_title = first_clue(detail, CLUE_TITLE, FROM_OG);
	evidence->h1 = first_clue(detail, CLUE_TITLE, FROM_HEADING);
	evidence->og_type = first_clue(detail, CLUE_TYPE, -1);
	evidence->generator = first_clue(detail, CLUE_GENERATOR, -1);
	evidence->author = first_clue(detail, CLUE_AUTHOR, -1);
	evidence->site = first_clue(detail, CLUE_SITE, -1);
	evidence->description = first_clue(detail, CLUE_DESCRIPTION, FROM_OG);
	if (evidence->description.n == 0)
		evidence->description = first_clue(detail, CLUE_DESCRIPTION, -1);
	if (item) {
		evidence->ld_headline = item->headline.n ? item->headline : item->name;
		evidence->schema_type = item->type;
		if (item->author_count && evidence->author.n == 0)
			evidence->author = item->authors[0].name;
		if (evidence->site.n == 0)
			evidence->site = item->publisher;
		if (evidence->description.n == 0)
			evidence->description = item->description;
	}
	for (size_t i = 0; i < ld->count; i++)
		if (ld->items[i]->body.n > evidence->article_body.n)
			evidence->article_body = ld->items[i]->body;
	if (evidence->schema_type.n == 0)
		evidence->schema_type = microdata_type(page->dom);
}

int evidence_read(struct page *page, struct evidence *evidence, struct detail *detail)
{
	struct gather g = { .page = page, .dom = page->dom, .detail = detail };
	detail->clues = arena_alloc(&page->arena, LIMIT_CLUES * sizeof(struct clue));
	/* one more than there can be: what is looked at is put down, links stay */
	detail->links = arena_alloc(&page->arena, (g.dom->count + 1) * sizeof(*detail->links));
	if (!detail->clues || !detail->links)
		return page_full(page);
	for (uint32_t i = 0; i < g.dom->script_count; i++)
		if (g.dom->scripts[i].type == DOM_SCRIPT_JSON_LD &&
			ld_read(&detail->ld, &page->arena, g.dom->scripts[i].text))
			return page_full(page);
	if (detail->ld.broken)
		page_note(page, "JSON-LD: %zu of the page's blocks can't be read", detail->ld.broken);
	read_nodes(&g, evidence);
	summarise(page, evidence, detail);
	return 0;
}
