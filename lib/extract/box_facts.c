#include "extract/features.h"

#include "util/hash.h"

enum {
	BOX_TOKENS = 40,      /* looked at on one element */
	TOKEN_BYTES_MAX = 48, /* longer ones are generated */
	PART_BYTES_MIN = 3,   /* of the parts of a token */
};

/* Tokens of the same name with another number are one: letters lower, digits as one 0. */
static uint32_t token_hash(struct view token, uint32_t seed)
{
	uint32_t h = 0x811C9DC5u ^ seed;
	for (size_t i = 0; i < token.n; i++) {
		char c = ascii_lower(token.p[i]);
		if (ascii_is_digit(c)) {
			if (i && ascii_is_digit(token.p[i - 1]))
				continue;
			c = '0';
		}
		h = (h ^ (unsigned char)c) * 0x01000193u;
	}
	return h ? h : 1;
}

struct token_sink {
	struct page *page;
	struct features *f;
	size_t cap;
	uint32_t from;
	bool full;
};

static void add_token(struct token_sink *sink, uint32_t hash)
{
	struct features *f = sink->f;
	for (uint32_t i = sink->from; i < f->token_count; i++)
		if (f->tokens[i] == hash)
			return;
	if (f->token_count - sink->from >= BOX_TOKENS)
		return;
	if (f->token_count == sink->cap) {
		size_t more = sink->cap ? sink->cap * 2 : 1024;
		uint32_t *grown =
			arena_grow(&sink->page->arena, f->tokens, sink->cap * sizeof(*grown), more * sizeof(*grown));
		if (!grown) {
			sink->full = true;
			return;
		}
		f->tokens = grown;
		sink->cap = more;
	}
	f->tokens[f->token_count++] = hash;
}

static bool is_part_border(const char *p, size_t at)
{
	char c = p[at];
	if (!ascii_is_alpha(c))
		return true;
	return at && c >= 'A' && c <= 'Z' && p[at - 1] >= 'a' && p[at - 1] <= 'z';
}

/* article-body, articleBody and article_body have the parts article and body. */
static void add_parts(struct token_sink *sink, struct view token, uint32_t seed)
{
	size_t from = 0;
	for (size_t i = 0; i <= token.n; i++) {
		if (i < token.n && !is_part_border(token.p, i))
			continue;
		if (i - from >= PART_BYTES_MIN && i - from < token.n)
			add_token(sink, token_hash(view_make(token.p + from, i - from), seed ^ 0x5bd1e995u));
		from = i < token.n && ascii_is_alpha(token.p[i]) ? i : i + 1;
	}
}

static void add_list(struct token_sink *sink, struct view list, uint32_t seed)
{
	size_t at = 0;
	while (at < list.n) {
		while (at < list.n && ascii_is_space(list.p[at]))
			at++;
		size_t from = at;
		while (at < list.n && !ascii_is_space(list.p[at]))
			at++;
		struct view token = view_make(list.p + from, at - from);
		if (token.n < 2 || token.n > TOKEN_BYTES_MAX)
			continue;
		add_token(sink, token_hash(token, seed));
		add_parts(sink, token, 0);
	}
}

static void add_tokens(struct token_sink *sink, uint32_t node)
{
	const struct dom *dom = sink->page->dom;
	if (!dom->nodes[node].attr_count)
		return;
	add_list(sink, dom_attr(dom, node, DOM_ATTR_CLASS), 0);
	add_list(sink, dom_attr(dom, node, DOM_ATTR_ID), 0);
	add_list(sink, dom_attr(dom, node, DOM_ATTR_ROLE), 2);
	add_list(sink, dom_attr(dom, node, DOM_ATTR_ITEMPROP), 3);
	add_list(sink, dom_attr(dom, node, DOM_ATTR_DATA_TESTID), 0);
	add_list(sink, dom_attr(dom, node, DOM_ATTR_DATA_COMPONENT), 0);
}

enum {
	IN_ARTICLE,
	IN_MAIN,
	IN_SECTION,
	IN_NAV,
	IN_ASIDE,
	IN_HEADER,
	IN_FOOTER,
	IN_LIST,
	IN_CELL,
	IN_DIALOG,
	IN_ADDRESS,
	BODY_PROP,
	ROLE_MAIN,
	ARTICLES
};

static int kind_of_tag(uint8_t tag)
{
	switch (tag) {
	case DOM_article: return IN_ARTICLE;
	case DOM_main: return IN_MAIN;
	case DOM_section: return IN_SECTION;
	case DOM_nav: return IN_NAV;
	case DOM_aside: return IN_ASIDE;
	case DOM_header: return IN_HEADER;
	case DOM_footer: return IN_FOOTER;
	case DOM_ul:
	case DOM_ol:
	case DOM_dl: return IN_LIST;
	case DOM_td:
	case DOM_th: return IN_CELL;
	case DOM_dialog: return IN_DIALOG;
	case DOM_address: return IN_ADDRESS;
	default: return -1;
	}
}

static int kind_of_role(struct view role)
{
	static const struct {
		struct view name;
		int kind;
	} roles[] = { { VIEW("main"), ROLE_MAIN }, { VIEW("article"), IN_ARTICLE }, { VIEW("navigation"), IN_NAV },
		{ VIEW("complementary"), IN_ASIDE }, { VIEW("banner"), IN_HEADER }, { VIEW("contentinfo"), IN_FOOTER },
		{ VIEW("dialog"), IN_DIALOG }, { VIEW("alertdialog"), IN_DIALOG }, { VIEW("menu"), IN_NAV },
		{ VIEW("list"), IN_LIST } };
	for (size_t i = 0; role.n && i < sizeof(roles) / sizeof(roles[0]); i++)
		if (view_eq_nocase(role, roles[i].name))
			return roles[i].kind;
	return -1;
}

static bool is_part(uint8_t tag)
{
	switch (tag) {
	case DOM_article:
	case DOM_section:
	case DOM_aside:
	case DOM_nav:
	case DOM_header:
	case DOM_footer:
	case DOM_form:
	case DOM_main:
	case DOM_table:
	case DOM_ul:
	case DOM_ol:
	case DOM_details:
	case DOM_figure:
	case DOM_blockquote: return true;
	default: return false;
	}
}

static bool is_body_prop(struct view itemprop)
{
	return itemprop.n && (dom_has_token(itemprop, VIEW("articleBody")) || dom_has_token(itemprop, VIEW("text")));
}

static void fill_box(struct features *f, uint32_t i)
{
	const struct dom *dom = f->page->dom;
	const struct box *box = &f->blocks->boxes[i];
	const struct dom_node *node = &dom->nodes[box->node];
	struct box_facts *own = &f->boxes[i];
	const struct box_facts *up = &f->boxes[box->parent];
	struct view class = VIEW_NONE, role = VIEW_NONE, itemprop = VIEW_NONE;
	if (node->attr_count) {
		class = dom_attr(dom, box->node, DOM_ATTR_CLASS);
		role = dom_attr(dom, box->node, DOM_ATTR_ROLE);
		itemprop = dom_attr(dom, box->node, DOM_ATTR_ITEMPROP);
	}
	own->tag = node->tag;
	own->look = (uint32_t)hash64(class, node->tag);
	uint32_t above = f->boxes[f->blocks->boxes[box->parent].parent].look;
	own->signature = own->look ^ (up->look << 7 | up->look >> 25) ^ (above << 14 | above >> 18);
	own->depth = (uint8_t)(up->depth + (i && up->depth < 255));
	own->part = i && !is_part(node->tag) ? up->part : i;
	own->article = node->tag == DOM_article ? i : i ? up->article : 0;
	for (int k = 0; k < ARTICLES; k++)
		own->in[k] = !i ? 255 : up->in[k] == 255 ? 255 : (uint8_t)(up->in[k] + (up->in[k] < 254));
	own->in[ARTICLES] = i ? up->in[ARTICLES] : 0;
	int kind = kind_of_tag(node->tag), by_role = kind_of_role(role);
	if (kind >= 0)
		own->in[kind] = 0;
	if (by_role >= 0)
		own->in[by_role] = 0;
	if (is_body_prop(itemprop))
		own->in[BODY_PROP] = 0;
	if (kind == IN_ARTICLE && own->in[ARTICLES] < 255)
		own->in[ARTICLES]++;
	if (i)
		f->boxes[box->parent].children++;
}

/* Inline elements between a block's first text and its box. */
static void add_inline(struct token_sink *sink, uint32_t block)
{
	const struct text_block *b = &sink->f->blocks->items[block];
	const struct dom *dom = sink->page->dom;
	uint32_t box = sink->f->blocks->boxes[b->box].node;
	uint32_t node = dom->nodes[b->node].parent;
	for (int i = 0; i < 4 && node != box && node; i++, node = dom->nodes[node].parent)
		add_tokens(sink, node);
}

int box_facts_read(struct features *f)
{
	const struct text_blocks *blocks = f->blocks;
	struct arena *arena = &f->page->arena;
	struct token_sink sink = { .page = f->page, .f = f };
	f->boxes = arena_calloc(arena, blocks->box_count + 1, sizeof(*f->boxes));
	f->inline_tokens = arena_calloc(arena, blocks->count + 2, sizeof(*f->inline_tokens));
	f->inline_odds = arena_calloc(arena, blocks->count + 1, sizeof(*f->inline_odds));
	if (!f->boxes || !f->inline_tokens || !f->inline_odds)
		return page_full(f->page);
	for (uint32_t i = 0; i < blocks->box_count; i++) {
		fill_box(f, i);
		sink.from = f->boxes[i].tokens = f->token_count;
		add_tokens(&sink, blocks->boxes[i].node);
		f->boxes[i].token_count = (uint8_t)(f->token_count - sink.from);
	}
	for (uint32_t i = 0; i < blocks->count; i++) {
		sink.from = f->inline_tokens[i] = f->token_count;
		add_inline(&sink, i);
	}
	f->inline_tokens[blocks->count] = f->token_count;
	return sink.full ? page_full(f->page) : 0;
}

/* ---- log-odds ------------------------------------------------------------------------------ */

static int lookup(const struct odds_table *table, uint32_t hash)
{
	uint32_t low = 0, high = table->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (table->items[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low < table->count && table->items[low].hash == hash ? table->items[low].value : 0;
}

static int8_t odds_of(const struct features *f, const struct odds_table *table, uint32_t from, uint32_t count)
{
	int sum = 0;
	for (uint32_t i = from; i < from + count; i++)
		sum += lookup(table, f->tokens[i]);
	return (int8_t)(sum < -127 ? -127 : sum > 127 ? 127 : sum);
}

void features_odds(struct features *f, const struct odds_table *table)
{
	for (uint32_t i = 0; i < f->blocks->box_count; i++) {
		struct box_facts *own = &f->boxes[i];
		const struct box_facts *up = &f->boxes[f->blocks->boxes[i].parent];
		own->odds = odds_of(f, table, own->tokens, own->token_count);
		int sum = i ? up->odds_sum + own->odds : own->odds;
		own->odds_sum = (int16_t)(sum < -2000 ? -2000 : sum > 2000 ? 2000 : sum);
		own->odds_min = i && up->odds_min < own->odds ? up->odds_min : own->odds;
		own->odds_max = i && up->odds_max > own->odds ? up->odds_max : own->odds;
		own->min_at = !i || own->odds <= up->odds_min ? 0 : (uint8_t)(up->min_at + (up->min_at < 255));
	}
	for (uint32_t i = 0; i < f->blocks->count; i++)
		f->inline_odds[i] =
			odds_of(f, table, f->inline_tokens[i], f->inline_tokens[i + 1] - f->inline_tokens[i]);
}
