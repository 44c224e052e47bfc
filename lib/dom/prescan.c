#include "dom/prescan.h"

#include <stdlib.h>
#include "dom/charref.h"
#include "dom/content.h"
#include "dom/nesting.h"
#include "dom/script.h"
#include "dom/token.h"
#include "dom/tree.h"
#include "util/limits.h"

/* An element that is open. */
struct frame {
	uint32_t event;	    /* its EVENT_OPEN */
	uint32_t out, mark; /* where it begins in the skeleton and among the marks */
	uint8_t tag, class;
	bool alone; /* a stand-in may take its place */
};

enum phase { PHASE_START, PHASE_HEAD, PHASE_BETWEEN, PHASE_BODY };
enum answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };
enum quirks { QUIRKS_YES, QUIRKS_NO, QUIRKS_UNKNOWN };

struct prescan {
	struct dom_scratch *s;
	struct page *page;
	const char *p;
	size_t n;
	size_t depth;
	size_t certain;	  /* frames from here on hold nothing but tags in order */
	bool bottom_sure; /* below the first frame stands body and nothing else */
	bool blind;	  /* the open elements are unknown: everything is handed on */
	bool unsure;	  /* give up */
	bool head_noscript;
	bool skip_newline; /* a pre or textarea has just begun */
	bool form_unknown;
	bool select_seen; /* while blind */
	bool html_seen, full;
	bool unsettled; /* a text was handed on since the last comment */
	enum phase phase;
	enum quirks quirks;
	unsigned fragile; /* open frames whose state a wild tag could change out of sight */
	unsigned forms;
	unsigned letters;
	struct nesting nesting;
	struct frame stack[LIMIT_DOM_DEPTH]; /* not zeroed */
};

/* ---- output ------------------------------------------------------------------------------------------ */

static void *grown(struct prescan *ps, void *old, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return old;
	size_t more = *cap ? *cap * 2 : 4096;
	while (more < need)
		more *= 2;
	void *p = realloc(old, more * size);
	if (!p) {
		ps->full = ps->unsure = true;
		return old;
	}
	*cap = more;
	return p;
}

static void put(struct prescan *ps, const char *p, size_t n)
{
	struct dom_scratch *s = ps->s;
	s->skeleton = grown(ps, s->skeleton, &s->skeleton_cap, s->skeleton_n + n, 1);
	if (ps->full)
		return;
	memcpy(s->skeleton + s->skeleton_n, p, n);
	s->skeleton_n += n;
}

static uint32_t add_event(struct prescan *ps, enum event_kind kind, enum dom_tag tag, size_t at, size_t end)
{
	struct dom_scratch *s = ps->s;
	s->events = grown(ps, s->events, &s->event_cap, s->event_count + 1, sizeof(*s->events));
	if (ps->full)
		return 0;
	s->events[s->event_count] =
		(struct event){ .at = (uint32_t)at, .end = (uint32_t)end, .kind = (uint8_t)kind, .tag = (uint8_t)tag };
	return (uint32_t)s->event_count++;
}

static uint32_t add_tag(struct prescan *ps, enum event_kind kind, const struct token *token)
{
	uint32_t event = add_event(ps, kind, token->tag, token->begin, token->end);
	size_t name_n = token->name_end - token->name_at;
	ps->unsure |= name_n > UINT8_MAX;
	if (!ps->full)
		ps->s->events[event].name_n = (uint8_t)name_n;
	return event;
}

static uint32_t add_text(struct prescan *ps, size_t at, size_t end, enum charref_context context)
{
	uint32_t event = add_event(ps, EVENT_TEXT, DOM_OTHER, at, end);
	if (!ps->full)
		ps->s->events[event].context = (uint8_t)context;
	return event;
}

static void add_mark(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count, char letter)
{
	struct dom_scratch *s = ps->s;
	s->marks = grown(ps, s->marks, &s->mark_cap, s->mark_count + 1, sizeof(*s->marks));
	if (!ps->full)
		s->marks[s->mark_count++] = (struct mark){ .at = (uint32_t)s->skeleton_n,
			.first = first,
			.count = count,
			.kind = (uint8_t)kind,
			.letter = letter };
}

static bool is_table_part(const struct frame *frame)
{
	return frame->class == CONTENT_TABLE_PART && frame->tag != DOM_td && frame->tag != DOM_th &&
	       frame->tag != DOM_caption;
}

/* The innermost open element takes rows, columns and the like only. */
static bool in_table_structure(const struct prescan *ps)
{
	if (ps->depth == 0)
		return false;
	const struct frame *top = &ps->stack[ps->depth - 1];
	return top->class == CONTENT_TABLE || is_table_part(top);
}

/* The stand-in before the end of the skeleton also stands for the events that follow its own. */
static bool extend_mark(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count)
{
	static const uint8_t sizes[] = { [MARK_TEXT] = 1, [MARK_SPACE] = 1, [MARK_BLOCK] = 4, [MARK_HEAD] = 6 };
	struct dom_scratch *s = ps->s;
	if (ps->blind || s->mark_count == 0 || ps->phase == PHASE_START || ps->phase == PHASE_BETWEEN)
		return false;
	struct mark *last = &s->marks[s->mark_count - 1];
	if (last->kind == MARK_TAG || last->at + sizes[last->kind] != s->skeleton_n ||
		last->first + last->count != first)
		return false;
	if (ps->phase == PHASE_HEAD && last->kind != MARK_HEAD)
		return false;
	if (ps->phase == PHASE_BODY && (in_table_structure(ps) || last->kind == MARK_HEAD))
		return false;
	if (kind == MARK_BLOCK && last->kind != MARK_BLOCK)
		return false;
	if (last->kind == MARK_SPACE && kind == MARK_TEXT)
		return false;
	last->count += count;
	return true;
}

static void stand_in(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	static const struct view texts[] = {
		[MARK_SPACE] = { " ", 1 }, [MARK_BLOCK] = { "<hr>", 4 }, [MARK_HEAD] = { "<meta>", 6 }
	};
	if (extend_mark(ps, kind, first, count))
		return;
	char letter = kind == MARK_TEXT ? letters[ps->letters++ % (sizeof(letters) - 1)] : ' ';
	add_mark(ps, kind, first, count, letter);
	ps->unsettled |= kind == MARK_TEXT || kind == MARK_SPACE;
	if (kind == MARK_TEXT)
		put(ps, &letter, 1);
	else
		put(ps, texts[kind].p, texts[kind].n);
}

/* gumbo 0.10.1 puts a text that stands right before a tag that moves elements about where that tag leads; a comment
 * in between settles the text. */
static void settle_text(struct prescan *ps)
{
	if (ps->unsettled)
		put(ps, "<!---->", 7);
	ps->unsettled = false;
}

/* The parser's time is quadratic in these, and the full parse cuts them at a limit. */
static bool has_few_attributes(const struct prescan *ps, const struct token *token)
{
	enum { FEW = 32 };
	struct token_attr attr;
	size_t count = 0;
	for (size_t at = token->name_end; count <= FEW && token_attr_read(ps->p, token, &at, &attr);)
		count++;
	return count <= FEW;
}

/* The start tag itself, without attributes except where the tree builder looks at them. */
static void pass_open(struct prescan *ps, const struct token *token, uint32_t event)
{
	const char *p = ps->p;
	if (token->tag == DOM_a || token->tag == DOM_nobr)
		settle_text(ps);
	add_mark(ps, MARK_TAG, event, 1, 0);
	put(ps, p + token->begin, token->name_end - token->begin);
	enum content_class class = content_class(token->tag, p + token->name_at, token->name_end - token->name_at);
	if (!token->plain && class == CONTENT_FORMAT && token->tag != DOM_a) {
		/* 13.2.4.3: no more than three alike are kept, and alike means the same attributes. */
		if (token->end - token->name_end > LIMIT_ATTRIBUTES && !has_few_attributes(ps, token))
			ps->unsure = true;
		put(ps, p + token->name_end, token->end - 1 - token->name_end);
		put(ps, " ", 1);
	}
	if (!token->plain && token->tag == DOM_input) {
		put(ps, p + token->name_end, token->end - 1 - token->name_end);
		put(ps, " ", 1);
		ps->unsure |= !has_few_attributes(ps, token);
	}
	put(ps, ">", 1);
}

static void pass_close(struct prescan *ps, const struct token *token)
{
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	if (class == CONTENT_FORMAT || class == CONTENT_FORM)
		settle_text(ps);
	put(ps, ps->p + token->begin, token->name_end - token->begin);
	put(ps, ">", 1);
}

/* ---- what is known of the open elements --------------------------------------------------------------- */

/* Something happened whose effect is not known. */
static void wild(struct prescan *ps)
{
	if (ps->fragile) {
		ps->blind = true;
		ps->depth = 0;
	}
	ps->form_unknown |= ps->forms > 0;
	ps->certain = ps->depth;
	ps->bottom_sure = false;
}

static bool is_fragile(enum content_class class)
{
	return class == CONTENT_FORMAT || class == CONTENT_TABLE || class == CONTENT_BUTTON ||
	       class == CONTENT_OBJECT || class == CONTENT_SELECT;
}

/* The same by a tag: one of these kinds may now be open unknown. */
static void wild_tag(struct prescan *ps, const struct token *token)
{
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	if (is_fragile(class) || class == CONTENT_TABLE_PART) {
		ps->blind = true;
		ps->depth = 0;
		ps->select_seen |= class == CONTENT_SELECT;
	}
	wild(ps);
}

static bool is_wall(const struct frame *frame)
{
	return frame->class == CONTENT_TABLE || frame->class == CONTENT_OBJECT ||
	       (frame->class == CONTENT_TABLE_PART && !is_table_part(frame));
}

/* This element's start closed any open p, and what was opened since is known. */
static bool closes_p(enum content_class class)
{
	return class == CONTENT_BLOCK || class == CONTENT_HEADING || class == CONTENT_PRE || class == CONTENT_LI ||
	       class == CONTENT_DD || class == CONTENT_FORM;
}

/* What stands beyond @i, the first frame that can't be looked behind. */
static enum answer beyond(const struct prescan *ps, size_t i)
{
	return i == 0 && ps->bottom_sure ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* Is a p open in button scope, and where? */
static enum answer find_p(const struct prescan *ps, size_t *ret)
{
	size_t i = ps->depth;
	while (i > ps->certain) {
		const struct frame *frame = &ps->stack[--i];
		if (frame->class == CONTENT_P) {
			*ret = i;
			return ANSWER_YES;
		}
		if (closes_p(frame->class) || is_wall(frame) || frame->class == CONTENT_BUTTON)
			return ANSWER_NO;
	}
	return beyond(ps, i);
}

/* gumbo takes all elements that it doesn't know for the same. */
static bool same_name(const struct prescan *ps, const struct frame *frame, const struct token *token)
{
	if (content_is_known((enum dom_tag)frame->tag) || content_is_known((enum dom_tag)token->tag))
		return frame->tag == token->tag;
	const struct event *event = &ps->s->events[frame->event];
	return tree_same_name(view_make(ps->p + event->at + 1, event->name_n),
		view_make(ps->p + token->name_at, token->name_end - token->name_at));
}

static bool same_kind(const struct prescan *ps, const struct frame *frame, const struct token *token)
{
	if (token->tag >= DOM_h1 && token->tag <= DOM_h6)
		return frame->class == CONTENT_HEADING;
	return same_name(ps, frame, token);
}

/* ---- opening and closing ------------------------------------------------------------------------------ */

static void on_open_blind(struct prescan *ps, const struct token *token, enum content_class class)
{
	ps->select_seen |= class == CONTENT_SELECT;
	if (class == CONTENT_PRE && ps->select_seen)
		ps->unsure = true;
	pass_open(ps, token, add_tag(ps, EVENT_LEAF, token));
}

static void push(struct prescan *ps, const struct token *token, enum content_class class, bool alone)
{
	if (ps->blind) {
		on_open_blind(ps, token, class);
		return;
	}
	if (ps->depth >= LIMIT_DOM_DEPTH) {
		ps->unsure = true;
		return;
	}
	struct dom_scratch *s = ps->s;
	uint32_t event = add_tag(ps, EVENT_OPEN, token);
	ps->stack[ps->depth++] = (struct frame){ .event = event,
		.out = (uint32_t)s->skeleton_n,
		.mark = (uint32_t)s->mark_count,
		.tag = token->tag,
		.class = (uint8_t) class,
		.alone = alone };
	ps->fragile += is_fragile(class);
	ps->forms += class == CONTENT_FORM;
	pass_open(ps, token, event);
}

/* An element that the tree builder makes without a tag. */
static void push_implied(struct prescan *ps, enum dom_tag tag)
{
	if (ps->depth >= LIMIT_DOM_DEPTH) {
		ps->unsure = true;
		return;
	}
	uint32_t event = add_event(ps, EVENT_OPEN, tag, 0, 0);
	ps->stack[ps->depth++] = (struct frame){ .event = event,
		.out = (uint32_t)ps->s->skeleton_n,
		.mark = (uint32_t)ps->s->mark_count,
		.tag = (uint8_t)tag,
		.class = CONTENT_TABLE_PART };
}

static enum mark_kind kind_of(const struct prescan *ps, const struct frame *frame)
{
	if (frame->class == CONTENT_TABLE)
		return ps->quirks == QUIRKS_NO ? MARK_BLOCK : MARK_TEXT;
	return closes_p(frame->class) || frame->class == CONTENT_P ? MARK_BLOCK : MARK_TEXT;
}

/* Closes the frames from @i on; @token is the end tag, NULL where there is none. */
static void close_to(struct prescan *ps, size_t i, const struct token *token)
{
	struct dom_scratch *s = ps->s;
	struct frame frame = ps->stack[i];
	while (ps->depth > i) {
		const struct frame *top = &ps->stack[--ps->depth];
		ps->fragile -= is_fragile(top->class);
		ps->forms -= top->class == CONTENT_FORM;
		add_event(ps, EVENT_CLOSE, top->tag, 0, 0);
	}
	if (i >= ps->certain && frame.alone && !ps->full) {
		s->skeleton_n = frame.out;
		s->mark_count = frame.mark;
		stand_in(ps, kind_of(ps, &frame), frame.event, (uint32_t)s->event_count - frame.event);
	} else if (token) {
		pass_close(ps, token);
	}
	if (ps->certain > i)
		ps->certain = i;
}

/* A tag handed on whose effect is not known. */
static void pass_wild_open(struct prescan *ps, const struct token *token)
{
	pass_open(ps, token, add_tag(ps, EVENT_LEAF, token));
	wild_tag(ps, token);
}

static void pass_wild_close(struct prescan *ps, const struct token *token)
{
	pass_close(ps, token);
	wild_tag(ps, token);
}

/* Between frame @i and the top stands an element whose being closed without its end tag has effects later. */
static bool leaves_traces(const struct prescan *ps, size_t i)
{
	for (size_t k = i + 1; k < ps->depth; k++)
		if (ps->stack[k].class == CONTENT_FORMAT || ps->stack[k].class == CONTENT_FORM ||
			ps->stack[k].class == CONTENT_SELECT || ps->stack[k].class == CONTENT_OBJECT)
			return true;
	return false;
}

/* The same where @i is a cell or a table, whose end forgets formatting elements. */
static bool leaves_form(const struct prescan *ps, size_t i)
{
	for (size_t k = i + 1; k < ps->depth; k++)
		if (ps->stack[k].class == CONTENT_FORM || ps->stack[k].class == CONTENT_OBJECT)
			return true;
	return false;
}

/* A tag may have closed something far below and all that is open since. */
static void doubt_open(struct prescan *ps)
{
	if (ps->depth > ps->certain)
		wild(ps);
}

/* The start of a block closes an open p. False: that was wild, @token is handed on. */
static bool close_p(struct prescan *ps, const struct token *token)
{
	size_t i;
	enum answer answer = find_p(ps, &i);
	if (answer == ANSWER_UNKNOWN)
		doubt_open(ps);
	if (answer != ANSWER_YES)
		return true;
	if (leaves_traces(ps, i)) {
		pass_wild_open(ps, token);
		return false;
	}
	close_to(ps, i, NULL);
	return true;
}

/* Anything that doesn't belong before the body begins it. */
static void begin_body(struct prescan *ps)
{
	if (ps->phase != PHASE_BODY)
		put(ps, "<body>", 6);
	ps->phase = PHASE_BODY;
	ps->head_noscript = false;
}

/* ---- text ----------------------------------------------------------------------------------------------- */

static size_t skip_spaces(const char *p, size_t at, size_t end)
{
	while (at < end && ascii_is_space(p[at]))
		at++;
	return at;
}

static void text_mark(struct prescan *ps, size_t at, size_t end, enum mark_kind kind)
{
	if (at < end)
		stand_in(ps, kind, add_text(ps, at, end, CHARREF_TEXT), 1);
}

static bool spaces_matter(const struct prescan *ps)
{
	return ps->blind || ps->phase != PHASE_BODY || in_table_structure(ps);
}

static void on_text(struct prescan *ps, size_t at, size_t end, bool after_pre)
{
	const char *p = ps->p;
	if (after_pre && p[at] == '\r')
		at += 1 + (at + 1 < end && p[at + 1] == '\n');
	else if (after_pre && p[at] == '\n')
		at++;
	size_t word = skip_spaces(p, at, end);
	if (word < end && p[word] == '&' && (after_pre || spaces_matter(ps)) &&
		charref_is_space(view_make(p + word, end - word))) {
		ps->unsure = true;
		return;
	}
	if (word == end) {
		text_mark(ps, at, end, MARK_SPACE);
		return;
	}
	if (spaces_matter(ps)) {
		text_mark(ps, at, word, MARK_SPACE);
		at = word;
	}
	begin_body(ps);
	text_mark(ps, at, end, MARK_TEXT);
	if (in_table_structure(ps))
		wild(ps);
}

/* ---- elements with raw text ----------------------------------------------------------------------------- */

/* Behind the end tag that begins at @at, or the end of the page. */
static size_t behind_close(const struct prescan *ps, size_t at)
{
	struct token close;
	token_read(ps->p, ps->n, at, &close);
	return close.end;
}

/* Script and style: nothing is handed on but where the empty element would change something. */
static void on_script(struct prescan *ps, struct token *token)
{
	size_t begin = token->end, end = token_raw_end(ps->p, ps->n, begin, token);
	if (token->tag == DOM_script && script_keep(ps->page, token, view_make(ps->p + begin, end - begin)))
		ps->unsure = true;
	token->end = behind_close(ps, end);
	bool table = in_table_structure(ps);
	if (ps->depth && ps->stack[ps->depth - 1].tag == DOM_colgroup)
		ps->unsure = true;
	if (ps->blind || ps->phase == PHASE_START || ps->head_noscript || table)
		put(ps, token->tag == DOM_script ? "<script></script>" : "<style></style>",
			token->tag == DOM_script ? 17 : 15);
	if (ps->phase == PHASE_START)
		ps->phase = PHASE_HEAD;
}

static bool is_raw_known(const struct prescan *ps)
{
	return !(ps->blind && ps->select_seen) &&
	       (ps->depth == 0 || (ps->stack[ps->depth - 1].class != CONTENT_SELECT &&
					  ps->stack[ps->depth - 1].class != CONTENT_OPTION));
}

/* title, textarea and iframe: an element, with a text or without one. */
static void on_raw_text(struct prescan *ps, struct token *token, enum content_class class)
{
	struct token open = *token;
	size_t begin = token->end, end = token_raw_end(ps->p, ps->n, begin, token);
	token->end = behind_close(ps, end);
	if (!is_raw_known(ps) || in_table_structure(ps) || (ps->phase == PHASE_START && class != CONTENT_TITLE)) {
		ps->unsure = true;
		return;
	}
	if (class == CONTENT_TEXTAREA && begin < end) {
		begin +=
			ps->p[begin] == '\r' ? 1 + (begin + 1 < end && ps->p[begin + 1] == '\n') : ps->p[begin] == '\n';
		if (begin < end && ps->p[begin] == '&' && charref_is_space(view_make(ps->p + begin, end - begin)))
			ps->unsure = true;
	}
	uint32_t first = add_tag(ps, EVENT_OPEN, &open);
	bool inside = class != CONTENT_FRAME_TEXT && begin < end;
	if (ps->blind || ps->phase != (class == CONTENT_TITLE ? PHASE_HEAD : PHASE_BODY)) {
		if (class != CONTENT_TITLE)
			begin_body(ps);
		else if (ps->phase == PHASE_START)
			ps->phase = PHASE_HEAD;
		pass_open(ps, &open, first);
		if (inside) {
			uint32_t text = add_text(ps, begin, end, CHARREF_TEXT);
			char letter = 'x';
			add_mark(ps, MARK_TEXT, text, 1, letter);
			put(ps, &letter, 1);
		}
		put(ps, "</", 2);
		put(ps, ps->p + open.name_at, open.name_end - open.name_at);
		put(ps, ">", 1);
		add_event(ps, EVENT_CLOSE, open.tag, 0, 0);
		return;
	}
	if (ps->head_noscript) {
		ps->unsure = true;
		return;
	}
	if (inside)
		add_text(ps, begin, end, CHARREF_TEXT);
	add_event(ps, EVENT_CLOSE, open.tag, 0, 0);
	stand_in(ps, ps->phase == PHASE_HEAD ? MARK_HEAD : MARK_TEXT, first, (uint32_t)ps->s->event_count - first);
}

/* ---- svg and template ------------------------------------------------------------------------------------ */

static bool is_open(const struct prescan *ps, enum dom_tag tag);
static enum answer find_open(
	const struct prescan *ps, const struct token *token, enum content_class class, size_t *ret);

enum { SVG_DEPTH = 64 };

/* How a tag inside a drawing is read (13.2.6.5). */
enum drawn {
	DRAWN_PART,    /* an element of the drawing */
	DRAWN_LABEL,   /* title, desc: text in them is HTML */
	DRAWN_OUT,     /* the drawing ends before it */
	DRAWN_UNKNOWN, /* foreignObject: too much can follow */
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
		return view_eq_nocase(name, VIEW("foreignobject")) ? DRAWN_UNKNOWN : DRAWN_PART;
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
	if (ps->blind || ps->phase != PHASE_BODY || in_table_structure(ps))
		return ANSWER_UNKNOWN;
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	enum answer answer = find_open(ps, token, class, &i);
	switch (class) {
	case CONTENT_FORMAT: return answer == ANSWER_NO && is_open(ps, token->tag) ? ANSWER_UNKNOWN : answer;
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
			if (kind == DRAWN_UNKNOWN || depth == SVG_DEPTH)
				return 0;
			if (kind == DRAWN_LABEL && !token.self_closing) {
				at = skip_label(ps, at, name, ret_text);
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

static void on_svg(struct prescan *ps, struct token *token)
{
	struct token open = *token;
	bool text = false;
	if (!is_raw_known(ps)) {
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
	uint32_t event = add_tag(ps, EVENT_LEAF, &open);
	bool odd = ps->blind || ps->phase != PHASE_BODY || in_table_structure(ps);
	if (!odd) {
		stand_in(ps, MARK_TEXT, event, 1);
		return;
	}
	begin_body(ps);
	add_mark(ps, MARK_TAG, event, 1, 0);
	/* Formatting elements that are to be opened again would be so in the label: tree.c looks whether it is whole.
	 */
	if (ps->blind && text)
		put(ps, "<svg><title>x</title></svg>", 27);
	else
		put(ps, "<svg/>", 6);
	if (in_table_structure(ps))
		wild(ps);
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
	case CONTENT_TABLE_PART:
	case CONTENT_SELECT:
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
static void on_template(struct prescan *ps, struct token *token)
{
	size_t depth = 1, at = token->end;
	bool formatted = false, handed = ps->blind || ps->phase == PHASE_START || in_table_structure(ps);
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
		put(ps, "<template></template>", 21);
	if (ps->phase == PHASE_START)
		ps->phase = PHASE_HEAD;
	token->end = ps->unsure ? ps->n : at;
}

/* ---- tables ------------------------------------------------------------------------------------------------ */

/* The innermost open table, part of one or cell; ps->depth when none is open. */
static size_t find_table_frame(const struct prescan *ps)
{
	for (size_t i = ps->depth; i-- > 0;)
		if (ps->stack[i].class == CONTENT_TABLE || ps->stack[i].class == CONTENT_TABLE_PART)
			return i;
	return ps->depth;
}

static bool is_section(enum dom_tag tag)
{
	return tag == DOM_tbody || tag == DOM_thead || tag == DOM_tfoot;
}

static bool is_cell(enum dom_tag tag)
{
	return tag == DOM_td || tag == DOM_th;
}

/* Closes parts of the innermost table until one that may hold @tag is on top. */
static enum dom_tag close_parts(struct prescan *ps, enum dom_tag tag)
{
	for (;;) {
		size_t i = find_table_frame(ps);
		enum dom_tag top = i < ps->depth ? ps->stack[i].tag : DOM_OTHER;
		bool over = is_cell(top) || top == DOM_colgroup || (top == DOM_tr && !is_cell(tag)) ||
			    (is_section(top) && !is_cell(tag) && tag != DOM_tr);
		if (!over || (top == DOM_colgroup && tag == DOM_col))
			return i + 1 == ps->depth ? top : DOM_OTHER;
		close_to(ps, i, NULL);
	}
}

static void on_table_part(struct prescan *ps, const struct token *token)
{
	enum dom_tag tag = token->tag;
	size_t i = find_table_frame(ps);
	if (i == ps->depth)
		return; /* without a table these tags are ignored */
	bool inside_cell = is_cell(ps->stack[i].tag);
	if (tag == DOM_caption || tag == DOM_colgroup || tag == DOM_col) {
		bool fits = i + 1 == ps->depth && (ps->stack[i].class == CONTENT_TABLE ||
							  (tag == DOM_col && ps->stack[i].tag == DOM_colgroup));
		if (!fits) {
			pass_wild_open(ps, token);
			return;
		}
	} else if (!inside_cell && i + 1 != ps->depth) {
		pass_wild_open(ps, token); /* in a caption */
		return;
	} else {
		if (ps->stack[i].tag == DOM_caption || leaves_form(ps, i)) {
			pass_wild_open(ps, token);
			return;
		}
		close_parts(ps, tag);
	}
	enum dom_tag top = ps->stack[ps->depth - 1].tag;
	if (tag == DOM_col && top == DOM_table)
		push_implied(ps, DOM_colgroup);
	if ((tag == DOM_tr || is_cell(tag)) && top == DOM_table)
		push_implied(ps, DOM_tbody);
	if (is_cell(tag) && top != DOM_tr)
		push_implied(ps, DOM_tr);
	if (tag == DOM_col)
		pass_open(ps, token, add_tag(ps, EVENT_LEAF, token));
	else
		push(ps, token, CONTENT_TABLE_PART, false);
}

static void on_table(struct prescan *ps, const struct token *token)
{
	size_t i;
	bool alone = true;
	switch (find_p(ps, &i)) {
	case ANSWER_YES:
		if (ps->quirks == QUIRKS_UNKNOWN) {
			pass_wild_open(ps, token);
			return;
		}
		if (ps->quirks == QUIRKS_NO && !close_p(ps, token))
			return;
		break;
	case ANSWER_UNKNOWN: alone = ps->quirks != QUIRKS_UNKNOWN; break;
	case ANSWER_NO: break;
	}
	push(ps, token, CONTENT_TABLE, alone);
}

/* The frame that the end tag of a table or of a part closes; ps->depth: the tag is ignored. */
static size_t find_part_to_close(const struct prescan *ps, enum dom_tag tag)
{
	for (size_t i = find_table_frame(ps); i < ps->depth; i--) {
		if (ps->stack[i].tag == tag)
			return i;
		if (ps->stack[i].class == CONTENT_TABLE || is_cell(tag) || ps->stack[i].tag == DOM_caption)
			return tag == DOM_table && ps->stack[i].tag == DOM_caption && i > 0 ? i - 1 : ps->depth;
	}
	return ps->depth;
}

static void on_table_close(struct prescan *ps, const struct token *token)
{
	size_t top = find_table_frame(ps), i = find_part_to_close(ps, token->tag);
	if (top < ps->depth && ps->stack[top].tag == DOM_colgroup && token->tag != DOM_colgroup &&
		token->tag != DOM_table && token->tag != DOM_col)
		pass_wild_close(ps, token);
	else if (i < ps->depth && leaves_form(ps, i))
		pass_wild_close(ps, token);
	else if (i < ps->depth)
		close_to(ps, i, token);
}

/* ---- start tags --------------------------------------------------------------------------------------------- */

static void on_li(struct prescan *ps, const struct token *token, enum content_class class)
{
	size_t i = ps->depth, p;
	bool sure = false, alone = true;
	while (i > ps->certain && !sure) {
		const struct frame *frame = &ps->stack[--i];
		bool match = frame->class == class; /* li, or dd and dt */
		if (match && leaves_traces(ps, i)) {
			pass_wild_open(ps, token);
			return;
		}
		/* One that was handed on is closed by this tag, which so has to be handed on too. */
		alone &= !match || frame->alone;
		if (match)
			close_to(ps, i, NULL);
		bool stops = content_is_special(frame->tag) && frame->tag != DOM_address && frame->tag != DOM_div &&
			     frame->tag != DOM_p;
		/* Closed with the p around it, it would not stop the search in the skeleton. */
		if (stops && !match && find_p(ps, &p) == ANSWER_YES && p < i) {
			pass_wild_open(ps, token);
			return;
		}
		sure = match || stops;
	}
	sure |= beyond(ps, i) == ANSWER_NO;
	if (!sure)
		doubt_open(ps);
	if (close_p(ps, token))
		push(ps, token, class, sure && alone);
}

static bool is_open(const struct prescan *ps, enum dom_tag tag)
{
	for (size_t i = ps->depth; i-- > 0 && !is_wall(&ps->stack[i]);)
		if (ps->stack[i].tag == tag)
			return true;
	return false;
}

static void on_heading(struct prescan *ps, const struct token *token)
{
	if (!close_p(ps, token))
		return;
	bool sure = ps->depth > ps->certain || (ps->depth == 0 && ps->bottom_sure);
	if (ps->depth && ps->stack[ps->depth - 1].class == CONTENT_HEADING) {
		bool alone = ps->stack[ps->depth - 1].alone;
		if (sure)
			close_to(ps, ps->depth - 1, NULL);
		else
			wild(ps);
		sure &= alone;
	}
	push(ps, token, CONTENT_HEADING, sure);
}

/* 13.2.4.3: a fourth one of a kind pushes the first out of the list of formatting elements. */
static bool is_fourth(const struct prescan *ps, enum dom_tag tag)
{
	unsigned count = 0;
	for (size_t i = ps->depth; i-- > 0 && !is_wall(&ps->stack[i]);)
		count += ps->stack[i].tag == tag;
	return count >= 3;
}

static void on_leaf(struct prescan *ps, const struct token *token, enum mark_kind kind)
{
	stand_in(ps, kind, add_tag(ps, EVENT_LEAF, token), 1);
}

static void on_ruby_text(struct prescan *ps, const struct token *token)
{
	size_t top = ps->depth;
	if (top > ps->certain && ps->stack[top - 1].class == CONTENT_RUBY_TEXT)
		top--;
	if (top <= ps->certain || ps->stack[top - 1].tag != DOM_ruby) {
		pass_wild_open(ps, token);
		return;
	}
	if (top < ps->depth)
		close_to(ps, top, NULL);
	push(ps, token, CONTENT_RUBY_TEXT, false);
}

static void on_form(struct prescan *ps, const struct token *token)
{
	if (ps->forms || ps->form_unknown) {
		pass_wild_open(ps, token);
		ps->form_unknown = true;
	} else if (close_p(ps, token)) {
		push(ps, token, CONTENT_FORM, true);
	}
}

/* Inside select: options and text, all other tags are ignored or beyond what is known here. */
static void on_open_in_select(struct prescan *ps, struct token *token, enum content_class class)
{
	struct frame *top = &ps->stack[ps->depth - 1];
	switch (class) {
	case CONTENT_SCRIPT: on_script(ps, token); break;
	case CONTENT_OPTION:
		if (top->tag == DOM_option)
			close_to(ps, ps->depth - 1, NULL);
		if (token->tag == DOM_optgroup && ps->stack[ps->depth - 1].tag == DOM_optgroup)
			close_to(ps, ps->depth - 1, NULL);
		push(ps, token, CONTENT_OPTION, false);
		break;
	case CONTENT_INLINE:
	case CONTENT_FORMAT:
	case CONTENT_BLOCK:
	case CONTENT_P:
	case CONTENT_LI: break;
	default: ps->unsure = true;
	}
}

static void on_open_in_body(struct prescan *ps, struct token *token, enum content_class class)
{
	switch (class) {
	case CONTENT_INLINE: push(ps, token, class, true); break;
	case CONTENT_FORMAT:
		if (((token->tag == DOM_a || token->tag == DOM_nobr) && is_open(ps, token->tag)) ||
			is_fourth(ps, token->tag))
			pass_wild_open(ps, token);
		else
			push(ps, token, class, true);
		break;
	case CONTENT_BLOCK:
	case CONTENT_P:
	case CONTENT_PRE:
		if (close_p(ps, token))
			push(ps, token, class, true);
		break;
	case CONTENT_HEADING: on_heading(ps, token); break;
	case CONTENT_LI:
	case CONTENT_DD: on_li(ps, token, class); break;
	case CONTENT_HR:
		if (close_p(ps, token))
			on_leaf(ps, token, MARK_BLOCK);
		break;
	case CONTENT_VOID:
	case CONTENT_VOID_META: on_leaf(ps, token, MARK_TEXT); break;
	case CONTENT_FORM: on_form(ps, token); break;
	case CONTENT_BUTTON:
		if (is_open(ps, DOM_button))
			pass_wild_open(ps, token);
		else
			push(ps, token, class, true);
		break;
	case CONTENT_OBJECT:
	case CONTENT_SELECT: push(ps, token, class, true); break;
	case CONTENT_RUBY_TEXT: on_ruby_text(ps, token); break;
	case CONTENT_TABLE: on_table(ps, token); break;
	default: pass_wild_open(ps, token);
	}
}

static bool in_select(const struct prescan *ps)
{
	return ps->depth &&
	       (ps->stack[ps->depth - 1].class == CONTENT_SELECT || ps->stack[ps->depth - 1].class == CONTENT_OPTION);
}

/* Before body: meta and its like stay in the head, any other tag begins the body. */
static bool on_open_before_body(struct prescan *ps, struct token *token, enum content_class class)
{
	if (class == CONTENT_VOID_META &&
		(token->tag == DOM_link || token->tag == DOM_meta || token->tag == DOM_base)) {
		if (ps->phase == PHASE_HEAD && !ps->head_noscript) {
			on_leaf(ps, token, MARK_HEAD);
		} else {
			pass_open(ps, token, add_tag(ps, EVENT_LEAF, token));
			if (ps->phase == PHASE_START)
				ps->phase = PHASE_HEAD;
		}
		return true;
	}
	if (token->tag == DOM_noscript && ps->phase == PHASE_HEAD && !ps->head_noscript) {
		ps->head_noscript = true;
		pass_open(ps, token, add_tag(ps, EVENT_LEAF, token));
		return true;
	}
	if (token->tag == DOM_noscript && ps->phase != PHASE_BETWEEN) {
		ps->unsure = true;
		return true;
	}
	begin_body(ps);
	return false;
}

/* Another html or body tag: the element that is there takes the attributes that it doesn't have. */
static void merge_later(struct prescan *ps, const struct token *token)
{
	struct dom_scratch *s = ps->s;
	if (s->later_count == SCRATCH_LATER || ps->select_seen ||
		(ps->depth && ps->stack[ps->depth - 1].tag == DOM_colgroup))
		ps->unsure = true;
	else
		s->later[s->later_count++] = add_tag(ps, EVENT_NOTHING, token);
	/* gumbo 0.10.1 keeps spaces before this tag that it drops before others. */
	if (ps->phase != PHASE_BODY || ps->blind)
		put(ps, token->tag == DOM_html ? "<html>" : "<body>", 6);
}

static bool on_open_document(struct prescan *ps, struct token *token, enum content_class class)
{
	if (class == CONTENT_HEAD) {
		if (ps->phase != PHASE_START)
			return true; /* ignored */
		ps->phase = PHASE_HEAD;
	} else if (class == CONTENT_HTML) {
		if (ps->html_seen || ps->phase != PHASE_START) {
			merge_later(ps, token);
			return true;
		}
		ps->html_seen = true;
	} else if (class == CONTENT_BODY) {
		if (ps->phase == PHASE_BODY) {
			merge_later(ps, token);
			return true;
		}
		ps->phase = PHASE_BODY;
		ps->head_noscript = false;
	} else {
		return false;
	}
	uint32_t event = add_tag(ps, EVENT_LEAF, token);
	pass_open(ps, token, event);
	if (class == CONTENT_HTML)
		ps->s->html = event + 1;
	if (class == CONTENT_BODY)
		ps->s->body = event + 1;
	return true;
}

static void on_open(struct prescan *ps, struct token *token)
{
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	if (class == CONTENT_STOP) {
		ps->unsure = true;
		return;
	}
	if (!ps->blind && in_select(ps)) {
		on_open_in_select(ps, token, class);
		return;
	}
	if (on_open_document(ps, token, class))
		return;
	switch (class) {
	case CONTENT_SCRIPT:
	case CONTENT_STYLE:
		if (class == CONTENT_STYLE && !is_raw_known(ps))
			ps->unsure = true;
		on_script(ps, token);
		return;
	case CONTENT_TEMPLATE: on_template(ps, token); return;
	case CONTENT_TITLE:
	case CONTENT_TEXTAREA:
	case CONTENT_FRAME_TEXT: on_raw_text(ps, token, class); return;
	case CONTENT_SVG: on_svg(ps, token); return;
	default: break;
	}
	if (ps->phase != PHASE_BODY && on_open_before_body(ps, token, class))
		return;
	ps->skip_newline = class == CONTENT_PRE;
	if (ps->blind)
		on_open_blind(ps, token, class);
	else if (class == CONTENT_TABLE_PART)
		on_table_part(ps, token);
	else if (in_table_structure(ps))
		pass_wild_open(ps, token);
	else
		on_open_in_body(ps, token, class);
}

/* ---- end tags ------------------------------------------------------------------------------------------------ */

/* The frame that the end tag closes: ANSWER_YES; ANSWER_NO: the tag is ignored. */
static enum answer find_open(const struct prescan *ps, const struct token *token, enum content_class class, size_t *ret)
{
	bool ordinary = class == CONTENT_INLINE || class == CONTENT_FORMAT || class == CONTENT_RUBY_TEXT;
	size_t i = ps->depth;
	while (i > ps->certain) {
		const struct frame *frame = &ps->stack[--i];
		if (same_kind(ps, frame, token)) {
			*ret = i;
			return ANSWER_YES;
		}
		if (is_wall(frame) || (ordinary && content_is_special(frame->tag)))
			return ANSWER_NO;
		if (class == CONTENT_P && frame->class == CONTENT_BUTTON)
			return ANSWER_NO;
		if (class == CONTENT_LI && (frame->tag == DOM_ul || frame->tag == DOM_ol))
			return ANSWER_NO;
	}
	return beyond(ps, i);
}

/* "</p>" without a p makes an empty one. */
static void on_p_close_alone(struct prescan *ps, const struct token *token)
{
	size_t i;
	if (find_p(ps, &i) != ANSWER_NO) {
		pass_wild_close(ps, token);
		return;
	}
	uint32_t first = add_event(ps, EVENT_LEAF, DOM_p, 0, 0);
	stand_in(ps, MARK_BLOCK, first, 1);
}

/* What is not in order on the way to an open element, wild: frames are closed as a guess. */
static void close_wild(struct prescan *ps, const struct token *token)
{
	for (size_t i = ps->depth; i-- > 0;) {
		if (same_kind(ps, &ps->stack[i], token)) {
			ps->depth = i;
			ps->fragile = ps->forms = 0;
			for (size_t k = 0; k < i; k++) {
				ps->fragile += is_fragile(ps->stack[k].class);
				ps->forms += ps->stack[k].class == CONTENT_FORM;
			}
			break;
		}
		if (is_wall(&ps->stack[i]))
			break;
	}
	pass_wild_close(ps, token);
}

static void on_close_in_body(struct prescan *ps, const struct token *token, enum content_class class)
{
	size_t i = 0;
	enum answer answer = find_open(ps, token, class, &i);
	if (class == CONTENT_FORM) {
		if (answer == ANSWER_YES && i + 1 == ps->depth && !ps->form_unknown) {
			close_to(ps, i, token);
			return;
		}
		ps->form_unknown = true;
		unsigned fragile = ps->fragile;
		close_wild(ps, token);
		if (fragile && !ps->blind)
			wild(ps);
		return;
	}
	if (class == CONTENT_FORMAT && answer != ANSWER_YES) {
		/* The list of formatting elements is known: the tag is ignored, or closes across a block. */
		if (!is_open(ps, token->tag))
			return;
	} else if (answer == ANSWER_NO) {
		if (class == CONTENT_P)
			on_p_close_alone(ps, token);
		return; /* ignored */
	}
	if (answer == ANSWER_YES && !leaves_traces(ps, i)) {
		close_to(ps, i, token);
		return;
	}
	/* Formatting elements closed out of order stay in a list that only the tree builder knows. */
	if (ps->fragile || class == CONTENT_FORMAT || answer == ANSWER_YES) {
		ps->blind = true;
		ps->depth = 0;
		pass_wild_close(ps, token);
		return;
	}
	close_wild(ps, token);
}

static void on_close_in_select(struct prescan *ps, const struct token *token, enum content_class class)
{
	size_t top = ps->depth - 1;
	if (class == CONTENT_TABLE || class == CONTENT_TABLE_PART) {
		ps->unsure = true;
	} else if (token->tag == DOM_option && ps->stack[top].tag == DOM_option) {
		close_to(ps, top, token);
	} else if (token->tag == DOM_optgroup) {
		if (ps->stack[top].tag == DOM_option && top && ps->stack[top - 1].tag == DOM_optgroup)
			top--;
		if (ps->stack[top].tag == DOM_optgroup)
			close_to(ps, top, token);
	} else if (token->tag == DOM_select) {
		while (ps->stack[top].class != CONTENT_SELECT)
			top--;
		close_to(ps, top, token);
	}
}

static void on_close_before_body(struct prescan *ps, const struct token *token, enum content_class class)
{
	if (token->tag == DOM_noscript && ps->head_noscript) {
		ps->head_noscript = false;
		pass_close(ps, token);
	} else if (ps->head_noscript) {
		ps->unsure |= token->tag == DOM_br;
	} else if (class == CONTENT_HEAD && ps->phase != PHASE_BETWEEN) {
		ps->phase = PHASE_BETWEEN;
		pass_close(ps, token);
	} else if (class == CONTENT_HTML || class == CONTENT_BODY || token->tag == DOM_br) {
		ps->unsure = true;
	}
}

static void on_close(struct prescan *ps, const struct token *token)
{
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	if (ps->phase != PHASE_BODY) {
		on_close_before_body(ps, token, class);
		return;
	}
	if (class == CONTENT_STOP) {
		ps->unsure = true;
		return;
	}
	if (ps->blind) {
		ps->select_seen &= token->tag != DOM_select;
		if (class != CONTENT_HTML && class != CONTENT_BODY)
			pass_close(ps, token);
		return;
	}
	if (in_select(ps)) {
		on_close_in_select(ps, token, class);
		return;
	}
	switch (class) {
	case CONTENT_TABLE:
	case CONTENT_TABLE_PART: on_table_close(ps, token); return;
	case CONTENT_HTML:
	case CONTENT_BODY:
	case CONTENT_HEAD:
	case CONTENT_SCRIPT:
	case CONTENT_STYLE:
	case CONTENT_TITLE:
	case CONTENT_TEXTAREA:
	case CONTENT_TEMPLATE:
	case CONTENT_FRAME_TEXT:
	case CONTENT_HR:
	case CONTENT_VOID:
	case CONTENT_VOID_META:
		/* Nothing such is ever open here. */
		if (token->tag == DOM_br || (ps->depth && ps->stack[ps->depth - 1].tag == DOM_colgroup))
			pass_wild_close(ps, token);
		return;
	case CONTENT_OPTION:
	case CONTENT_SELECT:
	case CONTENT_SVG:
	case CONTENT_ODD: pass_wild_close(ps, token); return;
	default: break;
	}
	if (in_table_structure(ps))
		pass_wild_close(ps, token);
	else
		on_close_in_body(ps, token, class);
}

/* ---- the pass -------------------------------------------------------------------------------------------------- */

/* 13.2.6.4.1: the common ones that don't call for quirks mode, in their regular form. */
static bool is_standard(struct view v)
{
	size_t quotes = 0;
	if (view_eq_nocase(v, VIEW("<!doctype html>")))
		return true;
	for (size_t i = 0; i < v.n; i++)
		quotes += v.p[i] == '"';
	return quotes == 4 && (view_starts_nocase(v, VIEW("<!doctype html public \"-//W3C//DTD XHTML 1.")) ||
				      view_starts_nocase(v, VIEW("<!doctype html public \"-//W3C//DTD HTML 4.01")));
}

static void on_doctype(struct prescan *ps, const struct token *token)
{
	struct view v = view_make(ps->p + token->begin, token->end - token->begin);
	if (ps->phase != PHASE_START || ps->html_seen)
		return;
	ps->quirks = ps->quirks == QUIRKS_YES && is_standard(v) ? QUIRKS_NO : QUIRKS_UNKNOWN;
	put(ps, v.p, v.n);
}

static void on_comment(struct prescan *ps)
{
	ps->unsettled |= ps->blind || in_table_structure(ps);
	settle_text(ps);
}

static void reset(struct dom_scratch *s)
{
	s->skeleton_n = s->event_count = s->mark_count = 0;
	s->html = s->body = s->later_count = 0;
}

static void on_tag(struct prescan *ps, struct token *token)
{
	size_t before = ps->s->skeleton_n;
	bool structure = ps->blind || in_table_structure(ps);
	if (token->kind == TOKEN_CLOSE) {
		ps->unsure |= !nesting_close(&ps->nesting, ps->p, token);
		on_close(ps, token);
	} else {
		if (token_raw_kind(ps->p, token) == RAW_NO && token->tag != DOM_svg && token->tag != DOM_template)
			ps->unsure |= !nesting_open(&ps->nesting, ps->p, token);
		on_open(ps, token);
	}
	/* In a table even a tag that is ignored parts the texts around it. */
	if (structure && ps->s->skeleton_n == before)
		on_comment(ps);
}

static bool step(struct prescan *ps, struct token *token)
{
	bool after_pre = ps->skip_newline;
	ps->skip_newline = false;
	switch ((enum token_kind)token->kind) {
	case TOKEN_END: return false;
	case TOKEN_TEXT: on_text(ps, token->begin, token->end, after_pre); break;
	case TOKEN_OPEN:
	case TOKEN_CLOSE: on_tag(ps, token); break;
	case TOKEN_NOTHING: /* limit.c hands the full parse a comment in its place */
	case TOKEN_COMMENT: on_comment(ps); break;
	case TOKEN_DOCTYPE: on_doctype(ps, token); break;
	}
	return !ps->unsure;
}

enum prescan_result prescan_run(struct dom_scratch *scratch, struct page *page)
{
	struct prescan *ps = arena_alloc(&page->arena, sizeof(*ps));
	struct token token;
	size_t at = 0;
	if (!ps)
		return PRESCAN_UNSURE;
	memset(ps, 0, offsetof(struct prescan, stack));
	ps->s = scratch;
	ps->page = page;
	ps->p = page->utf8.p;
	ps->n = page->utf8.n;
	ps->bottom_sure = true;
	reset(scratch);
	do {
		token_read(ps->p, ps->n, at, &token);
		ps->nesting.work += ps->nesting.depth;
	} while (step(ps, &token) && (at = token.end, true) && ps->nesting.work < NESTING_WORK_MAX);
	return ps->unsure || ps->nesting.work >= NESTING_WORK_MAX ? PRESCAN_UNSURE : PRESCAN_DONE;
}
