#include "dom/limit.h"

#include "dom/names.h"
#include "dom/token.h"
#include "util/limits.h"

enum {
	DROPPED_BUCKETS = 64,
	/* Sum of the depth over all tokens. gumbo took 20 ns for each in the worst pages; a usual page has 200,000. */
	WORK_MAX = 20000000,
};

/* The elements that stand open, as a rough tree builder sees them: good enough to know how deep the
 * real one would be. Names are enum dom_tag, or a hash with the top bit set. */
struct nesting {
	uint32_t open[LIMIT_DOM_DEPTH];
	size_t depth;
	uint32_t dropped[DROPPED_BUCKETS]; /* start tags left out, whose end tags go too */
	size_t dropped_count;
	size_t work;
	bool flattened;
};

struct edit {
	struct page *page;
	struct view html;
	char *out; /* NULL while nothing has changed */
	size_t n, cap;
	size_t from; /* bytes of html before it are in @out */
	bool full;
};

static bool edit_room(struct edit *edit, size_t more)
{
	if (edit->n + more <= edit->cap)
		return true;
	size_t cap = edit->cap ? edit->cap * 2 : edit->html.n + edit->html.n / 8 + 256;
	while (cap < edit->n + more)
		cap *= 2;
	char *out = arena_grow(&edit->page->arena, edit->out, edit->cap, cap);
	edit->full |= !out;
	if (!out)
		return false;
	edit->out = out;
	edit->cap = cap;
	return true;
}

static void edit_put(struct edit *edit, const char *p, size_t n)
{
	if (!n || !edit_room(edit, n))
		return;
	memcpy(edit->out + edit->n, p, n);
	edit->n += n;
}

/* Bytes @at to @to of the page become @text. */
static void edit_replace(struct edit *edit, size_t at, size_t to, struct view text)
{
	edit_put(edit, edit->html.p + edit->from, at - edit->from);
	edit_put(edit, text.p, text.n);
	edit->from = to;
}

static bool is_void(enum dom_tag tag)
{
	switch (tag) {
	case DOM_area:
	case DOM_base:
	case DOM_br:
	case DOM_col:
	case DOM_embed:
	case DOM_hr:
	case DOM_img:
	case DOM_input:
	case DOM_link:
	case DOM_meta:
	case DOM_param:
	case DOM_source:
	case DOM_track:
	case DOM_wbr:
	case DOM_frame:
	case DOM_html:
	case DOM_head:
	case DOM_body: return true;
	default: return false;
	}
}

/* Elements that the search for an element to close does not cross (13.2.4.2, scopes). */
static bool is_wall(uint32_t name)
{
	return name == DOM_table || name == DOM_td || name == DOM_th || name == DOM_caption || name == DOM_button ||
	       name == DOM_object || name == DOM_applet || name == DOM_marquee || name == DOM_template;
}

static bool closes_p(enum dom_tag tag)
{
	return (tag >= DOM_article && tag <= DOM_div) || tag == DOM_table || tag == DOM_form || tag == DOM_fieldset ||
	       tag == DOM_details || tag == DOM_summary || tag == DOM_dialog || tag == DOM_menu || tag == DOM_center ||
	       tag == DOM_dir || tag == DOM_listing || tag == DOM_xmp || tag == DOM_plaintext;
}

static void pop_to(struct nesting *nesting, uint32_t name, const uint32_t *walls, size_t wall_count)
{
	for (size_t i = nesting->depth; i-- > 0;) {
		if (nesting->open[i] == name) {
			nesting->depth = i;
			return;
		}
		for (size_t k = 0; k < wall_count; k++)
			if (nesting->open[i] == walls[k])
				return;
		if (!wall_count && is_wall(nesting->open[i]))
			return;
	}
}

/* End tags that may be left out (13.1.2.4): the start of @tag closes what it ends. */
static void close_implied(struct nesting *nesting, enum dom_tag tag)
{
	static const uint32_t lists[] = { DOM_ul, DOM_ol, DOM_menu, DOM_dir, DOM_table, DOM_td, DOM_th };
	static const uint32_t tables[] = { DOM_table, DOM_template };
	static const uint32_t rows[] = { DOM_tr, DOM_table, DOM_template };
	if (closes_p(tag))
		pop_to(nesting, DOM_p, NULL, 0);
	switch (tag) {
	case DOM_li: pop_to(nesting, DOM_li, lists, sizeof(lists) / sizeof(lists[0])); break;
	case DOM_dt:
	case DOM_dd:
		pop_to(nesting, DOM_dt, NULL, 0);
		pop_to(nesting, DOM_dd, NULL, 0);
		break;
	case DOM_td:
	case DOM_th:
		pop_to(nesting, DOM_td, rows, 3);
		pop_to(nesting, DOM_th, rows, 3);
		break;
	case DOM_tr: pop_to(nesting, DOM_tr, tables, 2); break;
	case DOM_tbody:
	case DOM_thead:
	case DOM_tfoot:
	case DOM_caption:
	case DOM_colgroup:
		pop_to(nesting, DOM_tbody, tables, 2);
		pop_to(nesting, DOM_thead, tables, 2);
		pop_to(nesting, DOM_tfoot, tables, 2);
		pop_to(nesting, DOM_caption, tables, 2);
		pop_to(nesting, DOM_colgroup, tables, 2);
		break;
	case DOM_p:
	case DOM_option:
	case DOM_a:
	case DOM_nobr: pop_to(nesting, tag, NULL, 0); break;
	default: break;
	}
}

static uint32_t name_of(const char *p, const struct token *token)
{
	if (token->tag != DOM_OTHER)
		return token->tag;
	uint32_t hash = 2166136261u;
	for (size_t i = token->name_at; i < token->name_end; i++)
		hash = (hash ^ (unsigned char)ascii_lower(p[i])) * 16777619u;
	return hash | UINT32_C(1) << 31;
}

/* True: this start tag stays. */
static bool nesting_open(struct nesting *nesting, uint32_t name, enum dom_tag tag)
{
	if (is_void(tag))
		return true;
	close_implied(nesting, tag);
	if (nesting->depth < LIMIT_DOM_DEPTH) {
		nesting->open[nesting->depth++] = name;
		return true;
	}
	nesting->flattened = true;
	nesting->dropped[name % DROPPED_BUCKETS]++;
	nesting->dropped_count++;
	return false;
}

static bool nesting_close(struct nesting *nesting, uint32_t name)
{
	uint32_t *dropped = &nesting->dropped[name % DROPPED_BUCKETS];
	if (nesting->dropped_count && *dropped) {
		--*dropped;
		nesting->dropped_count--;
		return false;
	}
	for (size_t i = nesting->depth; i-- > 0;)
		if (nesting->open[i] == name) {
			nesting->depth = i;
			break;
		}
	return true;
}

static void limit_attributes(struct edit *edit, const struct token *token)
{
	struct token_attr attr;
	size_t at = token->name_end;
	for (size_t count = 0; count < LIMIT_ATTRIBUTES; count++)
		if (!token_attr_read(edit->html.p, token, &at, &attr))
			return;
	size_t end = at;
	if (token_attr_read(edit->html.p, token, &at, &attr))
		edit_replace(edit, end, token->end, token->self_closing ? VIEW(" />") : VIEW(">"));
}

static void limit_open(struct edit *edit, struct nesting *nesting, const struct token *token)
{
	if (!nesting_open(nesting, name_of(edit->html.p, token), token->tag))
		edit_replace(edit, token->begin, token->end, VIEW(""));
	else if (token->end - token->name_end > 2 * LIMIT_ATTRIBUTES)
		limit_attributes(edit, token);
}

static void limit_close(struct edit *edit, struct nesting *nesting, const struct token *token)
{
	if (!nesting_close(nesting, name_of(edit->html.p, token)))
		edit_replace(edit, token->begin, token->end, VIEW(""));
	else if (token->tag == DOM_form)
		edit_replace(edit, token->begin, token->begin, VIEW("<!---->"));
}

static bool is_foreign(const struct token *token)
{
	return token->tag == DOM_svg || token->tag == DOM_math;
}

static int edit_end(struct edit *edit, struct view *ret_html)
{
	size_t n = edit->html.n;
	*ret_html = edit->html;
	if (edit->out || edit->from) {
		edit_replace(edit, n, n, VIEW(""));
		*ret_html = view_make(edit->out ? edit->out : "", edit->n);
	}
	return edit->full ? LIMIT_TRY_STRICT : 0;
}

static int limit_normal(struct edit *edit, struct nesting *nesting)
{
	struct token token;
	const char *p = edit->html.p;
	size_t n = edit->html.n, foreign = 0;
	for (size_t at = 0; !edit->full && nesting->work < WORK_MAX; at = token.end) {
		token_read(p, n, at, &token);
		nesting->work += nesting->depth;
		if (token.kind == TOKEN_END)
			return 0;
		if (token.kind == TOKEN_CLOSE) {
			limit_close(edit, nesting, &token);
			foreign -= foreign > 0 && is_foreign(&token);
		}
		if (token.kind != TOKEN_OPEN)
			continue;
		/* In svg and math these names don't begin raw text: what follows is counted as markup there. */
		bool raw = foreign == 0 && token_raw_kind(p, &token) != RAW_NO;
		if (!raw)
			limit_open(edit, nesting, &token);
		else
			token.end = token_raw_end(p, n, token.end, &token);
		foreign += is_foreign(&token) && !token.self_closing;
	}
	return LIMIT_TRY_STRICT;
}

static bool is_kept_strict(enum dom_tag tag)
{
	return tag == DOM_title || tag == DOM_meta || tag == DOM_link || tag == DOM_base || tag == DOM_br ||
	       (tag >= DOM_h1 && tag <= DOM_h6);
}

static bool is_inline(enum dom_tag tag)
{
	return tag == DOM_OTHER || (tag >= DOM_a && tag <= DOM_wbr) || tag == DOM_ins || tag == DOM_del ||
	       tag == DOM_font || tag == DOM_strike || tag == DOM_tt || tag == DOM_big || tag == DOM_acronym ||
	       tag == DOM_nobr || tag == DOM_label;
}

static bool is_blank(struct view text)
{
	return view_trim(text).n == 0;
}

static int limit_strict(struct edit *edit)
{
	struct token token;
	const char *p = edit->html.p;
	size_t n = edit->html.n;
	bool boundary = false;
	for (size_t at = 0; !edit->full; at = token.end) {
		token_read(p, n, at, &token);
		size_t begin = token.begin;
		if (token.kind == TOKEN_END)
			return 0;
		if (token.kind == TOKEN_TEXT && boundary && !is_blank(view_make(p + begin, token.end - begin))) {
			edit_replace(edit, begin, begin, VIEW("<p>"));
			boundary = false;
		}
		if (token.kind != TOKEN_OPEN && token.kind != TOKEN_CLOSE)
			continue;
		if (token.kind == TOKEN_OPEN && token_raw_kind(p, &token) != RAW_NO)
			token.end = token_raw_end(p, n, token.end, &token);
		boundary |= !is_inline(token.tag);
		if (is_kept_strict(token.tag))
			boundary |= token.tag != DOM_br;
		else
			edit_replace(edit, begin, token.end, VIEW(""));
	}
	return LIMIT_TRY_STRICT;
}

int limit_markup(struct page *page, enum limit_mode mode, struct view *ret_html)
{
	struct edit edit = { .page = page, .html = page->utf8 };
	int result = LIMIT_TRY_STRICT;
	if (mode == LIMIT_STRICT) {
		result = limit_strict(&edit);
		page->dom->flattened = true;
	} else {
		struct nesting *nesting = arena_calloc(&page->arena, 1, sizeof(*nesting));
		if (nesting) {
			result = limit_normal(&edit, nesting);
			page->dom->flattened = nesting->flattened;
		}
	}
	return result ? result : edit_end(&edit, ret_html);
}
