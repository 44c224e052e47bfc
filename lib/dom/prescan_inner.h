/* What the parts of the pre-pass share; nothing outside it reads this. */
#ifndef GARNER_DOM_PRESCAN_INNER_H
#define GARNER_DOM_PRESCAN_INNER_H

#include "dom/charref.h"
#include "dom/content.h"
#include "dom/nesting.h"
#include "dom/prescan.h"
#include "dom/scratch.h"
#include "dom/token.h"
#include "util/limits.h"

/* An element that is open. */
struct frame {
	uint32_t event;	    /* its EVENT_OPEN */
	uint32_t out, mark; /* where it begins in the skeleton and among the marks */
	uint8_t tag, class, mode;
	bool alone; /* a stand-in may take its place */
};

/* What the element takes: all there is, options only, or rows, columns and the like only. */
enum mode { MODE_ALL, MODE_SELECT, MODE_TABLE };

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
	bool doctype_late; /* a tag came, if only one that is ignored */
	bool unsettled;	   /* a text was handed on since the last comment */
	enum phase phase;
	enum quirks quirks;
	unsigned fragile; /* open frames whose state a wild tag could change out of sight */
	unsigned forms;
	unsigned letters;
	uint16_t opened[DOM_TAG_COUNT]; /* frames of each tag */
	struct nesting nesting;
	struct frame stack[LIMIT_DOM_DEPTH]; /* not zeroed */
};

/* ---- prescan_out.c: What goes out: skeleton, events, marks and stand-ins. */
void prescan_put_more(struct prescan *ps, const char *p, size_t n);
static inline void prescan_put(struct prescan *ps, const char *p, size_t n)
{
	struct dom_scratch *s = ps->s;
	if (s->skeleton_cap - s->skeleton_n < n) {
		prescan_put_more(ps, p, n);
		return;
	}
	char *to = s->skeleton + s->skeleton_n;
	s->skeleton_n += n;
	while (n--) /* names are short */
		*to++ = *p++;
}
/* The same where 16 bytes may be read at @p: most names are shorter. */
static inline void prescan_put_wide(struct prescan *ps, const char *p, size_t n)
{
	struct dom_scratch *s = ps->s;
	if (n <= 16 && s->skeleton_cap - s->skeleton_n >= 16) {
		memcpy(s->skeleton + s->skeleton_n, p, 16);
		s->skeleton_n += n;
	} else {
		prescan_put(ps, p, n);
	}
}
bool prescan_room_for_attributes(struct prescan *ps);
void prescan_room_for_event(struct prescan *ps);
static inline uint32_t prescan_add_event(
	struct prescan *ps, enum event_kind kind, enum dom_tag tag, size_t at, size_t end)
{
	struct dom_scratch *s = ps->s;
	if (s->event_count == s->event_cap)
		prescan_room_for_event(ps);
	if (ps->full)
		return 0;
	s->events[s->event_count] =
		(struct event){ .at = (uint32_t)at, .end = (uint32_t)end, .kind = (uint8_t)kind, .tag = (uint8_t)tag };
	return (uint32_t)s->event_count++;
}
uint32_t prescan_add_tag(struct prescan *ps, enum event_kind kind, const struct token *token);
static inline uint32_t prescan_add_text(struct prescan *ps, size_t at, size_t end, enum charref_context context)
{
	uint32_t event = prescan_add_event(ps, EVENT_TEXT, DOM_OTHER, at, end);
	if (!ps->full)
		ps->s->events[event].context = (uint8_t)context;
	return event;
}
void prescan_add_mark(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count, char letter);
static inline bool prescan_is_table_part(const struct frame *frame)
{
	return frame->class == CONTENT_TABLE_PART && frame->tag != DOM_td && frame->tag != DOM_th &&
	       frame->tag != DOM_caption;
}
/* Of the innermost open element. */
static inline enum mode prescan_mode(const struct prescan *ps)
{
	return ps->depth ? (enum mode)ps->stack[ps->depth - 1].mode : MODE_ALL;
}
static inline bool prescan_in_table_structure(const struct prescan *ps)
{
	return prescan_mode(ps) == MODE_TABLE;
}
static inline bool prescan_in_select(const struct prescan *ps)
{
	return prescan_mode(ps) == MODE_SELECT;
}
/* The bytes that a stand-in has. */
static const uint8_t prescan_mark_bytes[] = { [MARK_TEXT] = 1, [MARK_SPACE] = 1, [MARK_BLOCK] = 4, [MARK_HEAD] = 6 };
void prescan_new_stand_in(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count);
/* In the body the stand-in before the end of the skeleton also stands for the events that follow its own, unless it
 * does less than theirs would. */
static inline void prescan_stand_in(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count)
{
	static const uint8_t also[] = { [MARK_TAG] = 0,
		[MARK_TEXT] = 1 << MARK_TEXT | 1 << MARK_SPACE,
		[MARK_SPACE] = 1 << MARK_SPACE,
		[MARK_BLOCK] = 1 << MARK_TEXT | 1 << MARK_SPACE | 1 << MARK_BLOCK,
		[MARK_HEAD] = 0 };
	struct dom_scratch *s = ps->s;
	if (ps->phase == PHASE_BODY && !ps->blind && s->mark_count && prescan_mode(ps) != MODE_TABLE) {
		struct mark *last = &s->marks[s->mark_count - 1];
		if ((also[last->kind] >> kind & 1) && last->at + prescan_mark_bytes[last->kind] == s->skeleton_n &&
			last->first + last->count == first) {
			last->count += count;
			return;
		}
	}
	prescan_new_stand_in(ps, kind, first, count);
}
void prescan_settle_text(struct prescan *ps);
void prescan_pass_open(struct prescan *ps, const struct token *token, uint32_t event);
void prescan_pass_close(struct prescan *ps, const struct token *token);

/* ---- prescan_open.c: What is known of the open elements; opening and closing them. */
void prescan_wild(struct prescan *ps);
static inline bool prescan_is_fragile(enum content_class class)
{
	return class == CONTENT_FORMAT || class == CONTENT_TABLE || class == CONTENT_BUTTON ||
	       class == CONTENT_OBJECT || class == CONTENT_SELECT;
}
static inline bool prescan_is_wall(const struct frame *frame)
{
	return frame->class == CONTENT_TABLE || frame->class == CONTENT_OBJECT ||
	       (frame->class == CONTENT_TABLE_PART && !prescan_is_table_part(frame));
}
enum answer prescan_beyond(const struct prescan *ps, size_t i);
enum answer prescan_find_p(const struct prescan *ps, size_t *ret);
bool prescan_same_kind(const struct prescan *ps, const struct frame *frame, const struct token *token);
void prescan_on_open_blind(struct prescan *ps, const struct token *token, enum content_class class);
void prescan_push(struct prescan *ps, const struct token *token, enum content_class class, bool alone);
void prescan_push_implied(struct prescan *ps, enum dom_tag tag);
void prescan_close_to(struct prescan *ps, size_t i, const struct token *token);
/* The end tag of the innermost open element, where that is all it does. False: nothing was done. */
bool prescan_close_top(struct prescan *ps, const struct token *token);
void prescan_pass_wild_open(struct prescan *ps, const struct token *token);
void prescan_pass_wild_close(struct prescan *ps, const struct token *token);
bool prescan_leaves_traces(const struct prescan *ps, size_t i);
bool prescan_leaves_form(const struct prescan *ps, size_t i);
void prescan_doubt_open(struct prescan *ps);
bool prescan_close_p(struct prescan *ps, const struct token *token);
void prescan_begin_body(struct prescan *ps);

/* ---- prescan_text.c: Texts, and elements whose content is raw text. */
void prescan_on_text(struct prescan *ps, size_t at, size_t end, bool after_pre);
void prescan_on_script(struct prescan *ps, struct token *token);
bool prescan_is_raw_known(const struct prescan *ps);
void prescan_on_raw_text(struct prescan *ps, struct token *token, enum content_class class);

/* ---- prescan_skip.c: svg and template, which are passed over. */
void prescan_on_svg(struct prescan *ps, struct token *token);
void prescan_on_template(struct prescan *ps, struct token *token);

/* ---- prescan_table.c: Tables and their parts. */
void prescan_on_table_part(struct prescan *ps, const struct token *token);
void prescan_on_table(struct prescan *ps, const struct token *token);
void prescan_on_table_close(struct prescan *ps, const struct token *token);

/* ---- prescan_start.c: Start tags. */
bool prescan_is_open(const struct prescan *ps, enum dom_tag tag);
void prescan_on_open(struct prescan *ps, struct token *token);

/* ---- prescan_end.c: End tags. */
enum answer prescan_find_open(
	const struct prescan *ps, const struct token *token, enum content_class class, size_t *ret);
void prescan_on_close(struct prescan *ps, const struct token *token);

#endif
