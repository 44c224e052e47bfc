#include "dom/limit.h"

#include "dom/content.h"
#include "dom/nesting.h"
#include "dom/token.h"
#include "util/limits.h"

struct edit {
	struct page *page;
	struct view html;
	char *out; /* NULL while nothing has changed */
	size_t n, cap;
	size_t from; /* bytes of html before it are in @out */
	bool full;
	bool after_text;   /* a text stood since the last comment put in */
	size_t foreign;	   /* svg and math that are open, as far as can be told */
	size_t foreign_at; /* the first of them among the open elements */
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

static bool is_repeated(const char *p, const struct token *token, const struct token_attr *attr)
{
	struct token_attr earlier;
	struct view name = view_make(p + attr->name_at, attr->name_end - attr->name_at);
	for (size_t at = token->name_end; token_attr_read(p, token, &at, &earlier) && earlier.name_at < attr->name_at;)
		if (view_eq_nocase(view_make(p + earlier.name_at, earlier.name_end - earlier.name_at), name))
			return true;
	return false;
}

/* gumbo 0.10.1 takes the name after a repeated attribute without a value for a part of that one's. */
static void limit_repeated(struct edit *edit, const struct token *token)
{
	struct token_attr attr;
	const char *p = edit->html.p;
	for (size_t at = token->name_end, count = 0; token_attr_read(p, token, &at, &attr) && count < LIMIT_ATTRIBUTES;
		count++)
		if (attr.value_at == 0 && is_repeated(p, token, &attr))
			edit_replace(edit, attr.name_at, attr.name_end, VIEW(""));
}

static void settle_text(struct edit *edit, const struct token *token)
{
	if (edit->after_text && !edit->foreign)
		edit_replace(edit, token->begin, token->begin, VIEW("<!---->"));
	edit->after_text = false;
}

static void limit_open(struct edit *edit, struct nesting *nesting, const struct token *token)
{
	if (!nesting_open(nesting, edit->html.p, token))
		edit_replace(edit, token->begin, token->end, VIEW(""));
	else {
		if (token->tag == DOM_a || token->tag == DOM_nobr)
			settle_text(edit, token);
		if (token->plain)
			return;
		limit_repeated(edit, token);
		if (token->end - token->name_end > 2 * LIMIT_ATTRIBUTES)
			limit_attributes(edit, token);
	}
}

static void limit_close(struct edit *edit, struct nesting *nesting, const struct token *token)
{
	if (!nesting_close(nesting, edit->html.p, token))
		edit_replace(edit, token->begin, token->end, VIEW(""));
	else if (token->tag == DOM_form || content_class(token->tag, NULL, 0) == CONTENT_FORMAT)
		settle_text(edit, token);
}

/* An end tag that is none of a drawing's closes what is open around the drawing, and the drawing with it; where nothing
 * of the name is open it is ignored. Headings end each other, and parts of a table stand open without a tag. In a
 * drawing names are compared, around it gumbo compares its numbers: all that it has none for are one (13.2.6.5). */
static bool closes_around(const struct edit *edit, const struct nesting *nesting, const struct token *token)
{
	enum dom_tag tag = token->tag;
	enum content_class class = content_class(tag, NULL, 0);
	bool ordinary = class == CONTENT_INLINE || class == CONTENT_FORMAT || class == CONTENT_RUBY_TEXT;
	uint32_t name = nesting_name(edit->html.p, token);
	bool unknown = nesting_is_unknown(name);
	for (size_t i = nesting->depth; i-- > 0;) {
		uint32_t open = nesting->open[i];
		bool heading = class == CONTENT_HEADING && open >= DOM_h1 && open <= DOM_h6;
		bool same = open == name || (unknown && i < edit->foreign_at && nesting_is_unknown(open));
		if (same || heading || (class == CONTENT_TABLE_PART && open == DOM_table))
			return i < edit->foreign_at;
		if (ordinary && i < edit->foreign_at && open < DOM_TAG_COUNT && content_is_special((enum dom_tag)open))
			return false;
	}
	return false;
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
	size_t n = edit->html.n;
	for (size_t at = 0; !edit->full && nesting->work < NESTING_WORK_MAX; at = token.end) {
		token_read(p, n, at, &token);
		nesting->work += nesting->depth;
		if (token.kind == TOKEN_END)
			return 0;
		/* gumbo 0.10.1 takes "</>" for the beginning of the next tag's name. */
		if (token.kind == TOKEN_NOTHING)
			edit_replace(edit, token.begin, token.end, VIEW("<!---->"));
		if (token.kind == TOKEN_CLOSE) {
			if (edit->foreign && closes_around(edit, nesting, &token))
				edit->foreign = 0;
			limit_close(edit, nesting, &token);
			edit->foreign -= edit->foreign > 0 && is_foreign(&token);
		}
		if (token.kind != TOKEN_OPEN) {
			edit->after_text |= token.kind == TOKEN_TEXT;
			continue;
		}
		if (edit->foreign && content_leaves_foreign(p, &token))
			edit->foreign = 0;
		/* In svg and math these names don't begin raw text: what follows is counted as markup there. */
		bool raw = edit->foreign == 0 && token_raw_kind(p, &token) != RAW_NO;
		if (!raw)
			limit_open(edit, nesting, &token);
		else
			token.end = token_raw_end(p, n, token.end, &token);
		if (is_foreign(&token) && !token.self_closing && edit->foreign++ == 0)
			edit->foreign_at = nesting->depth ? nesting->depth - 1 : 0;
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
