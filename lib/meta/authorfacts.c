#include "meta/author.h"

#include "extract/quantise.h"
#include "meta/fold.h"
#include "meta/givennames.h"
#include "meta/namewords.h"
#include "normalise/normalise.h"
#include "util/utf8.h"

enum { NAME_WORDS = 8, UNKNOWN_DEPTH = 2 /* of most addresses */ };

/* What all groups share. */
struct shared {
	const struct authors *a;
	uint8_t dated, og_type, path, schema, forum;
	unsigned paragraphs, author_clues, byline_clues, date_clues, heading_clues, user_clues, persons, ld_fields;
	size_t body_bytes;
	uint32_t title[TITLE_WORDS], site[TITLE_WORDS];
	size_t title_n, site_n;
};

static uint8_t bool_of(bool b)
{
	return b ? 255 : 0;
}

/* Small counts apart, large ones together. */
static uint8_t few(size_t n)
{
	return q_count(n);
}

static uint8_t dated_by(const struct garner_document *doc)
{
	static const char *const from[] = { "text", "state", "url", "time", "microdata", "meta", "json-ld", NULL };
	if (!doc->published)
		return 0;
	for (uint8_t i = 0; from[i] && doc->published_from; i++)
		if (strcmp(doc->published_from, from[i]) == 0)
			return (uint8_t)(i + 2);
	return 1;
}

static uint8_t og_type_of(struct view type)
{
	if (type.n == 0)
		return 0;
	if (view_starts_nocase(type, VIEW("article")) || view_ends(type, VIEW(":article")))
		return 4;
	if (view_eq_nocase(type, VIEW("blog")))
		return 3;
	return view_starts_nocase(type, VIEW("website")) ? 2 : 1;
}

static uint8_t path_depth(struct view url)
{
	size_t at = view_find(url, VIEW("://"));
	unsigned slashes = 0;
	if (url_is_front_page(url))
		return 0;
	for (size_t i = at + 3; i < url.n && url.p[i] != '?' && url.p[i] != '#'; i++)
		slashes += url.p[i] == '/' && i + 1 < url.n;
	return few(slashes);
}

/* The address is of a thread, by the words that forums of any make use. */
bool author_is_thread(struct view url)
{
	static const struct view words[] = { { "forum", 5 }, { "thread", 6 }, { "topic", 5 }, { "/t/", 3 },
		{ "comments/", 9 }, { "discuss", 7 }, { "question", 8 }, { "community", 9 }, { "board", 5 },
		{ "/d/", 3 }, { "answers", 7 }, { "item?id=", 8 } };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (view_find_nocase(url, words[i]) < url.n)
			return true;
	return false;
}

/* Different names that properties and links of authors give: a list of texts, a thread of answers has many. */
static unsigned count_persons(const struct detail *detail)
{
	enum { ENOUGH = 8 };
	struct view seen[ENOUGH];
	unsigned n = 0;
	for (size_t i = 0; i < detail->count && n < ENOUGH; i++) {
		const struct clue *c = &detail->clues[i];
		if (c->fact != CLUE_AUTHOR || (c->origin != FROM_ITEMPROP && c->origin != FROM_REL))
			continue;
		unsigned k = 0;
		while (k < n && !view_eq(seen[k], c->value))
			k++;
		if (k == n)
			seen[n++] = c->value;
	}
	return n;
}

/* How much the JSON-LD item tells of its text. */
static unsigned count_fields(const struct ld_item *item)
{
	if (!item)
		return 0;
	const struct view fields[] = { item->headline, item->description, item->section, item->image, item->published,
		item->modified, item->body, item->lang, item->publisher, item->url, item->id };
	unsigned n = (item->is_free >= 0) + (item->tag_count > 0);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		n += fields[i].n > 0;
	return n;
}

static uint8_t schema_of(struct view type)
{
	static const struct {
		struct view end;
		uint8_t value;
	} kinds[] = { { { "Article", 7 }, 7 }, { { "Posting", 7 }, 6 }, { { "QAPage", 6 }, 5 },
		{ { "Question", 8 }, 5 }, { { "Recipe", 6 }, 4 }, { { "Product", 7 }, 3 }, { { "Blog", 4 }, 2 },
		{ { "Page", 4 }, 2 } };
	if (view_eq(type, VIEW("DiscussionForumPosting")))
		return 5;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (view_ends(type, kinds[i].end))
			return kinds[i].value;
	return type.n > 0;
}

static void read_shared(struct shared *s, const struct authors *a)
{
	const struct decide *d = a->d;
	const struct page *page = d->page;
	*s = (struct shared){ .a = a };
	s->dated = dated_by(&page->document);
	s->og_type = og_type_of(d->evidence->og_type);
	struct view address = page_address(page);
	s->path = address.n ? path_depth(address) : few(UNKNOWN_DEPTH);
	s->forum = bool_of(author_is_thread(address));
	for (size_t i = d->first; d->first != SIZE_MAX && i <= d->last; i++) {
		const struct block *b = &page->blocks[i];
		if (b->cut || b->text.n < 60)
			continue;
		s->paragraphs++;
		s->body_bytes += b->text.n;
	}
	for (size_t i = 0; i < d->detail->count; i++) {
		switch (d->detail->clues[i].fact) {
		case CLUE_AUTHOR: s->author_clues++; break;
		case CLUE_BYLINE: s->byline_clues++; break;
		case CLUE_USER: s->user_clues++; break;
		case CLUE_DATE:
		case CLUE_DATELINE: s->date_clues++; break;
		case CLUE_TITLE: s->heading_clues += d->detail->clues[i].origin == FROM_HEADING; break;
		default: break;
		}
	}
	s->persons = count_persons(d->detail);
	s->ld_fields = count_fields(d->main);
	s->schema = schema_of(d->evidence->schema_type);
	if (page->document.title)
		s->title_n = fold_hashes(view_of(page->document.title), s->title, TITLE_WORDS);
	for (size_t i = 0; i < d->site_count; i++)
		s->site_n += fold_hashes(d->sites[i], s->site + s->site_n, TITLE_WORDS - s->site_n);
}

static size_t hits(const uint32_t *words, size_t n, const uint32_t *in, size_t in_n)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < in_n; k++)
			if (in[k] == words[i]) {
				found++;
				break;
			}
	return found;
}

/* The shape of one name, added up over the group. */
static void read_shape(const struct decide *d, struct author_group *g, struct view name)
{
	struct view rest = name, word;
	unsigned words = 0, upper = 0, lower = 0, digits = 0, inner = 0, dots = 0;
	bool unspaced = false;
	while (view_next_token(&rest, ' ', &word)) {
		words += word.n > 0;
		for (size_t at = 0, k = 0; at < word.n; k++) {
			uint32_t cp = utf8_next(word, &at);
			bool capital = fold_letter(cp) != cp && cp < 0x80;
			upper += capital;
			lower += fold_is_letter(cp) && !capital;
			digits += cp < 0x80 && ascii_is_digit((char)cp);
			inner += capital && k > 0 && word.p[at - 2] >= 'a' && word.p[at - 2] <= 'z';
			dots += cp == '.' && at < word.n && k > 1;
			unspaced |= fold_is_unspaced(cp);
		}
	}
	uint8_t *x = g->x;
	if (words < x[AUTHOR_X_WORDS_MIN])
		x[AUTHOR_X_WORDS_MIN] = few(words);
	if (words > x[AUTHOR_X_WORDS_MAX])
		x[AUTHOR_X_WORDS_MAX] = few(words);
	x[AUTHOR_X_DIGITS] |= bool_of(digits > 0);
	x[AUTHOR_X_LOWER] |= bool_of(upper == 0 && (unsigned char)name.p[0] < 0x80);
	x[AUTHOR_X_UPPER] |= bool_of(upper > 1 && upper * 2 > lower + upper);
	x[AUTHOR_X_INNER] |= bool_of(inner > 0);
	x[AUTHOR_X_DOT] |= bool_of(dots > 0);
	x[AUTHOR_X_UNSPACED] |= bool_of(unspaced || names_is_full(name));
	x[AUTHOR_X_BODY] |= bool_of(names_is_body(name));
	x[AUTHOR_X_ROLE] |= bool_of(names_has_role(name));
	x[AUTHOR_X_SITE] |= bool_of(decide_is_site(d, name));
}

static bool in_host(struct view host, struct view name)
{
	char text[64];
	size_t n = fold_word(name, text, sizeof(text)), k = 0;
	for (size_t i = 0; i < n; i++)
		if (ascii_is_alpha(text[i]) || ascii_is_digit(text[i]))
			text[k++] = text[i];
	return k > 2 && view_find_nocase(host, view_make(text, k)) < host.n;
}

/* The first word that is no title ("Dr.", "Rechtsanwalt") is a common first name; a double one by its first half. */
static bool has_first_name(struct view name)
{
	struct view word;
	while (view_next_token(&name, ' ', &word)) {
		char text[GIVENNAMES_BYTES * 2];
		struct view f = { text, fold_word(view_first(word, view_find_byte(word, '-')), text, sizeof(text)) };
		if (f.n && f.p[f.n - 1] != '.' && !namewords_role(f) && !namewords_credential(f))
			return givennames_has(f);
	}
	return false;
}

static uint8_t first_names(const struct names *names)
{
	unsigned known = 0;
	for (size_t i = 0; i < names->count; i++)
		known += has_first_name(names->list[i]);
	return q_ratio(known, names->count);
}

static void read_names(const struct shared *s, struct author_group *g)
{
	const struct decide *d = s->a->d;
	struct view first = g->names.list[0];
	uint32_t words[NAME_WORDS];
	size_t n = fold_hashes(first, words, NAME_WORDS);
	uint8_t *x = g->x;
	x[AUTHOR_X_NAMES] = few(g->names.count);
	x[AUTHOR_X_FIRST_NAMES] = first_names(&g->names);
	x[AUTHOR_X_WORDS_MIN] = 255;
	for (size_t i = 0; i < g->names.count; i++)
		read_shape(d, g, g->names.list[i]);
	x[AUTHOR_X_LENGTH] = q_count(utf8_count(first));
	x[AUTHOR_X_GIVEN] = bool_of(names_is_given(first));
	x[AUTHOR_X_AGENCY] = bool_of(names_is_agency(first));
	x[AUTHOR_X_SITE_WORDS] = q_ratio(hits(words, n, s->site, s->site_n), n);
	x[AUTHOR_X_TITLE_WORDS] = q_ratio(hits(words, n, s->title, s->title_n), n);
	x[AUTHOR_X_HOUSE] = bool_of(names_is_house(first) || names_has_house(first));
	x[AUTHOR_X_TITLE_TAG] = bool_of(
		view_starts(d->evidence->title_tag, first) || view_ends(view_trim(d->evidence->title_tag), first));
	x[AUTHOR_X_HOST] = bool_of(in_host(url_host(page_address(d->page)), first));
}

static bool has_key(const struct author_group *g, uint32_t key)
{
	for (size_t i = 0; i < g->names.count; i++)
		if (g->keys[i] == key)
			return true;
	return false;
}

static size_t shared_names(const struct author_group *a, const struct author_group *b)
{
	size_t n = 0;
	for (size_t i = 0; i < a->names.count; i++)
		n += has_key(b, a->keys[i]);
	return n;
}

static void compare(const struct authors *a, struct author_group *g)
{
	unsigned same = 0, head = 0, shown = 0, parts = 0, wholes = 0, rivals = 0, persons = 0;
	int same_best = 0, rival_best = 0, person_best = 0;
	for (size_t i = 0; i < a->count; i++) {
		const struct author_group *o = &a->groups[i];
		if (o == g)
			continue;
		size_t both = shared_names(g, o);
		if (both == g->names.count && both == o->names.count) {
			same++;
			bool in_head = o->kind <= AUTHOR_OG || o->kind == AUTHOR_DC;
			head += in_head;
			shown += !in_head;
			same_best = o->score > same_best ? o->score : same_best;
		} else if (both == o->names.count) {
			parts++;
		} else if (both == g->names.count) {
			wholes++;
		} else if (both == 0) {
			rivals++;
			rival_best = o->score > rival_best ? o->score : rival_best;
			bool person = !o->x[AUTHOR_X_SITE] && o->x[AUTHOR_X_WORDS_MIN] > 1;
			persons += person;
			person_best = person && o->score > person_best ? o->score : person_best;
		}
	}
	g->x[AUTHOR_X_SAME] = few(same);
	g->x[AUTHOR_X_SAME_HEAD] = few(head);
	g->x[AUTHOR_X_SAME_SEEN] = few(shown);
	g->x[AUTHOR_X_SAME_BEST] = q_count((size_t)same_best);
	g->x[AUTHOR_X_PARTS] = few(parts);
	g->x[AUTHOR_X_WHOLES] = few(wholes);
	g->x[AUTHOR_X_RIVALS] = few(rivals);
	g->x[AUTHOR_X_RIVAL_BEST] = q_count((size_t)rival_best);
	g->x[AUTHOR_X_RIVAL_PERSONS] = few(persons);
	g->x[AUTHOR_X_RIVAL_PERSON_BEST] = q_count((size_t)person_best);
	g->x[AUTHOR_X_GROUP_COUNT] = few(a->count);
}

static uint8_t generator_of(struct view generator)
{
	if (generator.n == 0)
		return 0;
	if (view_starts_nocase(generator, VIEW("wordpress")))
		return 3;
	return view_starts_nocase(generator, VIEW("blogger")) ? 2 : 1;
}

static uint8_t news_of(struct view type)
{
	if (type.n == 0)
		return 0;
	if (view_ends(type, VIEW("NewsArticle")))
		return 4;
	if (view_eq(type, VIEW("Article")))
		return 3;
	return view_eq(type, VIEW("BlogPosting")) ? 2 : 1;
}

static void read_page(const struct shared *s, struct author_group *g)
{
	const struct decide *d = s->a->d;
	const struct ld_item *item = d->main;
	uint8_t *x = g->x;
	bool organisation = item && item->author_count, person = organisation, own = false;
	for (size_t i = 0; item && i < item->author_count; i++) {
		organisation &= item->authors[i].organisation;
		person &= item->authors[i].person;
		own |= item->authors[i].page;
	}
	x[AUTHOR_X_LD_PERSON] = bool_of(person);
	x[AUTHOR_X_LD_URL] = bool_of(own);
	x[AUTHOR_X_LD_HAS_PUBLISHER] = bool_of(item && item->publisher.n);
	x[AUTHOR_X_GENERATOR] = generator_of(d->evidence->generator);
	x[AUTHOR_X_LINKED] = bool_of(g->linked);
	x[AUTHOR_X_AT_RIGHT] = bool_of(g->right);
	x[AUTHOR_X_LD_CLASS] = item ? item->class : 255;
	x[AUTHOR_X_LD_NEWS] = news_of(item ? item->type : VIEW_NONE);
	x[AUTHOR_X_LD_ORGANISATION] = bool_of(organisation);
	x[AUTHOR_X_LD_PUBLISHER] = bool_of(item && item->publisher.n && names_same(item->publisher, g->names.list[0]));
	x[AUTHOR_X_DATED] = s->dated;
	x[AUTHOR_X_OG_TYPE] = s->og_type;
	x[AUTHOR_X_HEADLINE] = bool_of(d->head_block != SIZE_MAX);
	x[AUTHOR_X_PARAGRAPHS] = q_count(s->paragraphs);
	x[AUTHOR_X_BODY_BYTES] = q_log(s->body_bytes);
	x[AUTHOR_X_BLOCKS] = q_log(d->page->block_count);
	x[AUTHOR_X_AUTHOR_CLUES] = q_count(s->author_clues);
	x[AUTHOR_X_BYLINE_CLUES] = q_count(s->byline_clues);
	x[AUTHOR_X_DATE_CLUES] = q_count(s->date_clues);
	x[AUTHOR_X_HEADING_CLUES] = q_count(s->heading_clues);
	x[AUTHOR_X_LD_ITEMS] = q_count(d->detail->ld.count);
	x[AUTHOR_X_PATH] = s->path;
	x[AUTHOR_X_USER_CLUES] = q_count(s->user_clues);
	x[AUTHOR_X_PERSONS] = q_count(s->persons);
	x[AUTHOR_X_LD_FIELDS] = q_count(s->ld_fields);
	x[AUTHOR_X_SCHEMA] = s->schema;
	x[AUTHOR_X_FORUM] = s->forum;
	x[AUTHOR_X_LD_FREE] = bool_of(item && item->is_free >= 0);
	x[AUTHOR_X_LD_SECTION] = bool_of(item && item->section.n);
	x[AUTHOR_X_HAS_SITE] = bool_of(d->page->document.site);
}

static uint32_t key_of(struct view name)
{
	uint32_t words[16], key = 1;
	size_t n = fold_hashes(name, words, 16);
	for (size_t i = 0; i < n; i++)
		key = (key ^ words[i]) * 0x9E3779B1u + (key >> 15);
	return key;
}

void author_facts(struct authors *a)
{
	struct shared shared;
	if (!a->count)
		return;
	read_shared(&shared, a);
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < a->groups[i].names.count; k++)
			a->groups[i].keys[k] = key_of(a->groups[i].names.list[k]);
	for (size_t i = 0; i < a->count; i++) {
		struct author_group *g = &a->groups[i];
		g->x[AUTHOR_X_KIND] = g->kind;
		g->x[AUTHOR_X_SCORE] = q_count((size_t)g->score);
		g->x[AUTHOR_X_PICKED] = bool_of(g->picked);
		g->x[AUTHOR_X_RANK] = g->rank;
		g->x[AUTHOR_X_FOOT] = bool_of(g->foot);
		read_names(&shared, g);
		read_page(&shared, g);
	}
	for (size_t i = 0; i < a->count; i++)
		compare(a, &a->groups[i]);
}
