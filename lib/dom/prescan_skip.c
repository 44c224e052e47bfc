/* svg and template, which are passed over. */
#include "dom/prescan_inner.h"

#include "dom/script.h"

enum { SVG_DEPTH = 64 };

/* How a tag inside a drawing is read (13.2.6.5). */
enum drawn {
	DRAWN_PART,    /* an element of the drawing */
	DRAWN_LABEL,   /* title, desc: text in them is HTML */
	DRAWN_OUT,     /* the drawing ends before it */
	DRAWN_FOREIGN, /* foreignObject: HTML is in it */
};

static enum drawn drawn_kind(const struct prescan *ps, const struct token *token)
{
	struct view name = view_make(ps->p + token->name_at, token->name_end - token->name_at);
	if (content_leaves_foreign(ps->p, token))
		return DRAWN_OUT;
	switch ((enum dom_tag)token->tag) {
	case DOM_title: return DRAWN_LABEL;
	case DOM_OTHER:
		if (view_eq_nocase(name, VIEW("desc")))
			return DRAWN_LABEL;
		return view_eq_nocase(name, VIEW("foreignobject")) ? DRAWN_FOREIGN : DRAWN_PART;
	default: return DRAWN_PART;
	}
}

/* Behind a label whose start tag ends at @at and that holds nothing but text; 0: something else is in it. */
static size_t skip_label(struct prescan *ps, size_t at, struct view name, bool *ret_text)
{
	struct token token;
	for (;;) {
		token_read(ps->p, ps->n, at, &token);
		at = token.end;
		if (token.kind == TOKEN_CLOSE)
			return view_eq_nocase(view_make(ps->p + token.name_at, token.name_end - token.name_at), name)
				       ? at
				       : 0;
		if (token.kind != TOKEN_TEXT)
			return 0;
		*ret_text = true;
	}
}

/* An end tag of nothing in the drawing goes on to the elements around it. YES: it closes one of them and so
 * the drawing, NO: it is ignored. */
static enum answer closes_around(const struct prescan *ps, const struct token *token)
{
	size_t i;
	if (ps->blind || ps->phase != PHASE_BODY || prescan_in_table_structure(ps))
		return ANSWER_UNKNOWN;
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	enum answer answer = prescan_find_open(ps, token, class, &i);
	switch (class) {
	case CONTENT_FORMAT: return answer == ANSWER_NO && prescan_is_open(ps, token->tag) ? ANSWER_UNKNOWN : answer;
	case CONTENT_P: return answer == ANSWER_YES ? answer : ANSWER_UNKNOWN;
	case CONTENT_INLINE:
	case CONTENT_BLOCK:
	case CONTENT_HEADING:
	case CONTENT_LI:
	case CONTENT_DD: return answer;
	default: return ANSWER_UNKNOWN;
	}
}

static bool is_cdata(const struct prescan *ps, const struct token *token)
{
	return token->kind == TOKEN_COMMENT && ps->n - token->begin > 9 &&
	       memcmp(ps->p + token->begin, "<![CDATA[", 9) == 0;
}

/* Behind "]]>"; 0: there is none. */
static size_t skip_cdata(const struct prescan *ps, size_t at)
{
	const char *end = memmem(ps->p + at, ps->n - at, "]]>", 3);
	return end ? (size_t)(end - ps->p) + 3 : 0;
}

/* Behind a foreignObject whose start tag ends at @at and that holds nothing but empty boxes, as drawing programs write
 * them for what they can't draw; 0: something else is in it. */
static size_t skip_foreign(const struct prescan *ps, size_t at)
{
	size_t depth = 0;
	struct token token;
	if (ps->blind || ps->phase != PHASE_BODY || prescan_in_table_structure(ps))
		return 0;
	for (;;) {
		token_read(ps->p, ps->n, at, &token);
		at = token.end;
		struct view name = view_make(ps->p + token.name_at, token.name_end - token.name_at);
		if (token.kind == TOKEN_OPEN && token.tag == DOM_div && depth < SVG_DEPTH)
			depth++;
		else if (token.kind == TOKEN_CLOSE && token.tag == DOM_div && depth)
			depth--;
		else
			return token.kind == TOKEN_CLOSE && depth == 0 && view_eq_nocase(name, VIEW("foreignobject"))
				       ? at
				       : 0;
	}
}

/* Where the drawing whose start tag ends at @at is over: behind its </svg> or before a tag that ends it;
 * 0: not simple enough. */
static size_t skip_svg(struct prescan *ps, size_t at, bool *ret_text)
{
	struct view open[SVG_DEPTH];
	size_t depth = 1;
	struct token token;
	open[0] = VIEW("svg");
	while (depth) {
		token_read(ps->p, ps->n, at, &token);
		at = token.end;
		struct view name = view_make(ps->p + token.name_at, token.name_end - token.name_at);
		if (token.kind == TOKEN_END)
			return 0;
		if (is_cdata(ps, &token) && (at = skip_cdata(ps, token.begin)) == 0)
			return 0;
		if (token.kind == TOKEN_OPEN) {
			enum drawn kind = drawn_kind(ps, &token);
			if (kind == DRAWN_OUT)
				return token.begin;
			if (depth == SVG_DEPTH)
				return 0;
			if ((kind == DRAWN_LABEL || kind == DRAWN_FOREIGN) && !token.self_closing) {
				at = kind == DRAWN_LABEL ? skip_label(ps, at, name, ret_text) : skip_foreign(ps, at);
				if (at == 0)
					return 0;
			} else if (!token.self_closing) {
				open[depth++] = name;
			}
		} else if (token.kind == TOKEN_CLOSE) {
			size_t i = depth;
			while (i > 0 && !view_eq_nocase(open[i - 1], name))
				i--;
			enum answer answer = i ? ANSWER_NO : closes_around(ps, &token);
			if (answer == ANSWER_UNKNOWN)
				return 0;
			if (answer == ANSWER_YES)
				return token.begin;
			depth = i ? i - 1 : depth;
		}
	}
	return at;
}

void prescan_on_svg(struct prescan *ps, struct token *token)
{
	struct token open = *token;
	bool text = false;
	if (!prescan_is_raw_known(ps)) {
		ps->unsure = true;
		return;
	}
	if (!token->self_closing) {
		token->end = skip_svg(ps, token->end, &text);
		if (token->end == 0) {
			token->end = ps->n;
			ps->unsure = true;
			return;
		}
	}
	uint32_t event = prescan_add_tag(ps, EVENT_LEAF, &open);
	bool odd = ps->blind || ps->phase != PHASE_BODY || prescan_in_table_structure(ps);
	if (!odd) {
		prescan_stand_in(ps, MARK_TEXT, event, 1);
		return;
	}
	prescan_begin_body(ps);
	prescan_add_mark(ps, MARK_TAG, event, 1, 0);
	/* Formatting elements that are to be opened again would be so in the label: tree.c looks whether it is whole.
	 */
	if (ps->blind && text)
		prescan_put(ps, "<svg><title>x</title></svg>", 27);
	else
		prescan_put(ps, "<svg/>", 6);
	if (prescan_in_table_structure(ps))
		prescan_wild(ps);
}

/* A drawing in a template. What closes around it isn't known, nor, behind a formatting element, what a label holds. */
static size_t skip_svg_in_template(struct prescan *ps, size_t at, bool formatted)
{
	bool text = false, blind = ps->blind;
	ps->blind = true;
	at = skip_svg(ps, at, &text);
	ps->blind = blind;
	return text && formatted ? 0 : at;
}

/* A select in a template: options and text are in it, and nothing else. */
static size_t skip_select(const struct prescan *ps, size_t at)
{
	struct token token;
	for (;;) {
		token_read(ps->p, ps->n, at, &token);
		at = token.end;
		if (token.kind == TOKEN_CLOSE && token.tag == DOM_select)
			return at;
		bool tag = token.kind == TOKEN_OPEN || token.kind == TOKEN_CLOSE;
		if (tag ? token.tag != DOM_option && token.tag != DOM_optgroup
			: token.kind != TOKEN_TEXT && token.kind != TOKEN_COMMENT)
			return 0;
	}
}

/* The contents of one start tag's element in a template, where they are raw or a drawing. Behind them; 0: unsure. */
static size_t skip_in_template(struct prescan *ps, const struct token *inner, size_t *depth, bool *formatted)
{
	size_t at = inner->end, end;
	switch (content_class(inner->tag, ps->p + inner->name_at, inner->name_end - inner->name_at)) {
	case CONTENT_TEMPLATE: ++*depth; return at;
	case CONTENT_FORMAT: *formatted = true; return at;
	case CONTENT_SCRIPT:
	case CONTENT_STYLE:
	case CONTENT_TITLE:
	case CONTENT_TEXTAREA:
	case CONTENT_FRAME_TEXT:
		end = token_raw_end(ps->p, ps->n, at, inner);
		if (inner->tag == DOM_script && script_keep(ps->page, inner, view_make(ps->p + at, end - at)))
			return 0;
		return end;
	case CONTENT_SVG: return inner->self_closing ? at : skip_svg_in_template(ps, at, *formatted);
	case CONTENT_SELECT: return skip_select(ps, at);
	case CONTENT_TABLE_PART:
	case CONTENT_OBJECT:
	case CONTENT_ODD:
	case CONTENT_HTML:
	case CONTENT_HEAD:
	case CONTENT_BODY:
	case CONTENT_STOP: return 0;
	default: return at;
	}
}

/* Templates hold no nodes. What is in one can't reach outside as long as its tags are ordinary ones. */
void prescan_on_template(struct prescan *ps, struct token *token)
{
	size_t depth = 1, at = token->end;
	bool formatted = false, handed = ps->blind || ps->phase == PHASE_START || prescan_in_table_structure(ps);
	struct token inner;
	if (ps->head_noscript || (ps->depth && ps->stack[ps->depth - 1].tag == DOM_colgroup))
		ps->unsure = true;
	while (depth && !ps->unsure) {
		token_read(ps->p, ps->n, at, &inner);
		at = inner.end;
		if (inner.kind == TOKEN_CLOSE && inner.tag == DOM_template)
			depth--;
		else if (inner.kind == TOKEN_OPEN)
			at = skip_in_template(ps, &inner, &depth, &formatted);
		ps->unsure |= inner.kind == TOKEN_END || at == 0;
	}
	if (handed)
		prescan_put(ps, "<template></template>", 21);
	if (ps->phase == PHASE_START)
		ps->phase = PHASE_HEAD;
	token->end = ps->unsure ? ps->n : at;
}
