/* What is known of the open elements; opening and closing them. */
#include "dom/prescan_inner.h"

#include "dom/tree.h"

/* Something happened whose effect is not known. */
void prescan_wild(struct prescan *ps)
{
	if (ps->fragile) {
		ps->blind = true;
		ps->depth = 0;
	}
	ps->form_unknown |= ps->forms > 0;
	ps->certain = ps->depth;
	ps->bottom_sure = false;
}

/* The same by a tag: one of these kinds may now be open unknown. */
static void wild_tag(struct prescan *ps, const struct token *token)
{
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	if (prescan_is_fragile(class) || class == CONTENT_TABLE_PART) {
		ps->blind = true;
		ps->depth = 0;
		ps->select_seen |= class == CONTENT_SELECT;
	}
	prescan_wild(ps);
}

/* This element's start closed any open p, and what was opened since is known. */
static bool closes_p(enum content_class class)
{
	return class == CONTENT_BLOCK || class == CONTENT_HEADING || class == CONTENT_PRE || class == CONTENT_LI ||
	       class == CONTENT_DD || class == CONTENT_FORM;
}

/* What stands beyond @i, the first frame that can't be looked behind. */
enum answer prescan_beyond(const struct prescan *ps, size_t i)
{
	return i == 0 && ps->bottom_sure ? ANSWER_NO : ANSWER_UNKNOWN;
}

/* Is a p open in button scope, and where? */
enum answer prescan_find_p(const struct prescan *ps, size_t *ret)
{
	size_t i = ps->depth;
	if (ps->opened[DOM_p] == 0 && ps->certain == 0 && ps->bottom_sure)
		return ANSWER_NO;
	while (i > ps->certain) {
		const struct frame *frame = &ps->stack[--i];
		if (frame->class == CONTENT_P) {
			*ret = i;
			return ANSWER_YES;
		}
		if (closes_p(frame->class) || prescan_is_wall(frame) || frame->class == CONTENT_BUTTON)
			return ANSWER_NO;
	}
	return prescan_beyond(ps, i);
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

bool prescan_same_kind(const struct prescan *ps, const struct frame *frame, const struct token *token)
{
	if (token->tag >= DOM_h1 && token->tag <= DOM_h6)
		return frame->class == CONTENT_HEADING;
	return same_name(ps, frame, token);
}

void prescan_on_open_blind(struct prescan *ps, const struct token *token, enum content_class class)
{
	ps->select_seen |= class == CONTENT_SELECT;
	if (class == CONTENT_PRE && ps->select_seen)
		ps->unsure = true;
	prescan_pass_open(ps, token, prescan_add_tag(ps, EVENT_LEAF, token));
}

static enum mode mode_of(enum content_class class, enum dom_tag tag)
{
	if (class == CONTENT_SELECT || class == CONTENT_OPTION)
		return MODE_SELECT;
	bool part = class == CONTENT_TABLE_PART && tag != DOM_td && tag != DOM_th && tag != DOM_caption;
	return part || class == CONTENT_TABLE ? MODE_TABLE : MODE_ALL;
}

void prescan_push(struct prescan *ps, const struct token *token, enum content_class class, bool alone)
{
	if (ps->blind) {
		prescan_on_open_blind(ps, token, class);
		return;
	}
	if (ps->depth >= LIMIT_DOM_DEPTH) {
		ps->unsure = true;
		return;
	}
	struct dom_scratch *s = ps->s;
	uint32_t event = prescan_add_tag(ps, EVENT_OPEN, token);
	ps->stack[ps->depth++] = (struct frame){ .event = event,
		.out = (uint32_t)s->skeleton_n,
		.mark = (uint32_t)s->mark_count,
		.tag = token->tag,
		.class = (uint8_t) class,
		.mode = (uint8_t)mode_of(class, (enum dom_tag)token->tag),
		.alone = alone };
	ps->opened[token->tag]++;
	ps->fragile += prescan_is_fragile(class);
	ps->forms += class == CONTENT_FORM;
	prescan_pass_open(ps, token, event);
}

/* An element that the tree builder makes without a tag. */
void prescan_push_implied(struct prescan *ps, enum dom_tag tag)
{
	if (ps->depth >= LIMIT_DOM_DEPTH) {
		ps->unsure = true;
		return;
	}
	uint32_t event = prescan_add_event(ps, EVENT_OPEN, tag, 0, 0);
	ps->opened[tag]++;
	ps->stack[ps->depth++] = (struct frame){ .event = event,
		.out = (uint32_t)ps->s->skeleton_n,
		.mark = (uint32_t)ps->s->mark_count,
		.tag = (uint8_t)tag,
		.class = CONTENT_TABLE_PART,
		.mode = MODE_TABLE };
}

static enum mark_kind kind_of(const struct prescan *ps, const struct frame *frame)
{
	static const uint32_t blocks = 1u << CONTENT_BLOCK | 1u << CONTENT_HEADING | 1u << CONTENT_PRE |
				       1u << CONTENT_LI | 1u << CONTENT_DD | 1u << CONTENT_FORM | 1u << CONTENT_P;
	if (frame->class == CONTENT_TABLE)
		return ps->quirks == QUIRKS_NO ? MARK_BLOCK : MARK_TEXT;
	return blocks >> frame->class & 1 ? MARK_BLOCK : MARK_TEXT;
}

/* Closes the frames from @i on; @token is the end tag, NULL where there is none. */
void prescan_close_to(struct prescan *ps, size_t i, const struct token *token)
{
	struct dom_scratch *s = ps->s;
	struct frame frame = ps->stack[i];
	while (ps->depth > i) {
		const struct frame *top = &ps->stack[--ps->depth];
		ps->opened[top->tag]--;
		ps->fragile -= prescan_is_fragile(top->class);
		ps->forms -= top->class == CONTENT_FORM;
		prescan_add_event(ps, EVENT_CLOSE, top->tag, 0, 0);
	}
	if (i >= ps->certain && frame.alone && !ps->full) {
		s->skeleton_n = frame.out;
		s->mark_count = frame.mark;
		prescan_stand_in(ps, kind_of(ps, &frame), frame.event, (uint32_t)s->event_count - frame.event);
	} else if (token) {
		prescan_pass_close(ps, token);
	}
	if (ps->certain > i)
		ps->certain = i;
}

bool prescan_close_top(struct prescan *ps, const struct token *token)
{
	static const uint32_t ordinary = 1u << CONTENT_INLINE | 1u << CONTENT_FORMAT | 1u << CONTENT_BLOCK |
					 1u << CONTENT_P | 1u << CONTENT_PRE | 1u << CONTENT_LI | 1u << CONTENT_DD |
					 1u << CONTENT_HEADING | 1u << CONTENT_BUTTON;
	struct dom_scratch *s = ps->s;
	if (ps->phase != PHASE_BODY || ps->blind || ps->depth <= ps->certain || ps->full)
		return false;
	const struct frame *top = &ps->stack[ps->depth - 1];
	if (top->tag != token->tag || !(ordinary >> top->class & 1) || !content_is_known((enum dom_tag)top->tag))
		return false;
	ps->depth--;
	ps->opened[top->tag]--;
	ps->fragile -= prescan_is_fragile(top->class);
	prescan_add_event(ps, EVENT_CLOSE, top->tag, 0, 0);
	if (top->alone && !ps->full) {
		s->skeleton_n = top->out;
		s->mark_count = top->mark;
		prescan_stand_in(ps, kind_of(ps, top), top->event, (uint32_t)s->event_count - top->event);
	} else {
		prescan_pass_close(ps, token);
	}
	return true;
}

/* A tag handed on whose effect is not known. */
void prescan_pass_wild_open(struct prescan *ps, const struct token *token)
{
	prescan_pass_open(ps, token, prescan_add_tag(ps, EVENT_LEAF, token));
	wild_tag(ps, token);
}

void prescan_pass_wild_close(struct prescan *ps, const struct token *token)
{
	prescan_pass_close(ps, token);
	wild_tag(ps, token);
}

/* Between frame @i and the top stands an element whose being closed without its end tag has effects later. */
bool prescan_leaves_traces(const struct prescan *ps, size_t i)
{
	for (size_t k = i + 1; k < ps->depth; k++)
		if (ps->stack[k].class == CONTENT_FORMAT || ps->stack[k].class == CONTENT_FORM ||
			ps->stack[k].class == CONTENT_SELECT || ps->stack[k].class == CONTENT_OBJECT)
			return true;
	return false;
}

/* The same where @i is a cell or a table, whose end forgets formatting elements. */
bool prescan_leaves_form(const struct prescan *ps, size_t i)
{
	for (size_t k = i + 1; k < ps->depth; k++)
		if (ps->stack[k].class == CONTENT_FORM || ps->stack[k].class == CONTENT_OBJECT)
			return true;
	return false;
}

/* A tag may have closed something far below and all that is open since. */
void prescan_doubt_open(struct prescan *ps)
{
	if (ps->depth > ps->certain)
		prescan_wild(ps);
}

/* The start of a block closes an open p. False: that was wild, @token is handed on. */
bool prescan_close_p(struct prescan *ps, const struct token *token)
{
	size_t i;
	enum answer answer = prescan_find_p(ps, &i);
	if (answer == ANSWER_UNKNOWN)
		prescan_doubt_open(ps);
	if (answer != ANSWER_YES)
		return true;
	if (prescan_leaves_traces(ps, i)) {
		prescan_pass_wild_open(ps, token);
		return false;
	}
	prescan_close_to(ps, i, NULL);
	return true;
}

/* Anything that doesn't belong before the body begins it. */
void prescan_begin_body(struct prescan *ps)
{
	if (ps->phase != PHASE_BODY)
		prescan_put(ps, "<body>", 6);
	ps->phase = PHASE_BODY;
	ps->head_noscript = false;
}
