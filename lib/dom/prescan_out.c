/* What goes out: skeleton, events, marks and stand-ins. */
#include "dom/prescan_inner.h"

#include <stdlib.h>

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

void prescan_put_more(struct prescan *ps, const char *p, size_t n)
{
	struct dom_scratch *s = ps->s;
	s->skeleton = grown(ps, s->skeleton, &s->skeleton_cap, s->skeleton_n + n, 1);
	if (ps->full)
		return;
	memcpy(s->skeleton + s->skeleton_n, p, n);
	s->skeleton_n += n;
}

bool prescan_room_for_attributes(struct prescan *ps)
{
	struct dom_scratch *s = ps->s;
	s->kept = grown(ps, s->kept, &s->kept_cap, s->kept_count + DOM_ATTR_COUNT + 1, sizeof(*s->kept));
	return !ps->full;
}

void prescan_room_for_event(struct prescan *ps)
{
	struct dom_scratch *s = ps->s;
	s->events = grown(ps, s->events, &s->event_cap, s->event_count + 1, sizeof(*s->events));
}

uint32_t prescan_add_tag(struct prescan *ps, enum event_kind kind, const struct token *token)
{
	uint32_t event = prescan_add_event(ps, kind, token->tag, token->begin, ps->s->kept_count);
	size_t name_n = token->name_end - token->name_at;
	ps->unsure |= name_n > UINT8_MAX;
	if (!ps->full) {
		ps->s->events[event].name_n = (uint8_t)name_n;
		ps->s->events[event].kept_n = token->kept;
		ps->s->kept_count += token->kept;
	}
	return event;
}

void prescan_add_mark(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count, char letter)
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

/* In the head: all that stays in it. */
static bool extend_head(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count)
{
	struct dom_scratch *s = ps->s;
	if (ps->phase != PHASE_HEAD || ps->blind || s->mark_count == 0 || kind == MARK_BLOCK)
		return false;
	struct mark *last = &s->marks[s->mark_count - 1];
	if (last->kind != MARK_HEAD || last->at + prescan_mark_bytes[MARK_HEAD] != s->skeleton_n ||
		last->first + last->count != first)
		return false;
	last->count += count;
	return true;
}

void prescan_new_stand_in(struct prescan *ps, enum mark_kind kind, uint32_t first, uint32_t count)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	/* One space or letter, or a tag: eight bytes are put down, as many as count stay. */
	static const char tags[][8] = { [MARK_BLOCK] = "<hr>", [MARK_HEAD] = "<meta>" };
	if (extend_head(ps, kind, first, count))
		return;
	if (kind == MARK_BLOCK || kind == MARK_HEAD) {
		prescan_add_mark(ps, kind, first, count, ' ');
		prescan_put(ps, tags[kind], prescan_mark_bytes[kind]);
		return;
	}
	char letter = letters[ps->letters];
	unsigned next = ps->letters + 1 == sizeof(letters) - 1 ? 0 : ps->letters + 1;
	ps->letters = kind == MARK_TEXT ? next : ps->letters;
	letter = kind == MARK_TEXT ? letter : ' ';
	prescan_add_mark(ps, kind, first, count, letter);
	ps->unsettled = true;
	prescan_put(ps, &letter, 1);
}

/* gumbo 0.10.1 puts a text that stands right before a tag that moves elements about where that tag leads; a comment
 * in between settles the text. */
void prescan_settle_text(struct prescan *ps)
{
	if (ps->unsettled)
		prescan_put(ps, "<!---->", 7);
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
void prescan_pass_open(struct prescan *ps, const struct token *token, uint32_t event)
{
	const char *p = ps->p;
	if (token->tag == DOM_a || token->tag == DOM_nobr)
		prescan_settle_text(ps);
	prescan_add_mark(ps, MARK_TAG, event, 1, 0);
	if (ps->n - token->begin >= 16)
		prescan_put_wide(ps, p + token->begin, token->name_end - token->begin);
	else
		prescan_put(ps, p + token->begin, token->name_end - token->begin);
	bool looked_at =
		token->tag == DOM_input || (content_classes[token->tag] == CONTENT_FORMAT && token->tag != DOM_a);
	if (!looked_at || token->plain) {
		prescan_put(ps, ">", 1);
		return;
	}
	if (token->tag != DOM_input) {
		/* 13.2.4.3: no more than three alike are kept, and alike means the same attributes. */
		if (token->end - token->name_end > LIMIT_ATTRIBUTES && !has_few_attributes(ps, token))
			ps->unsure = true;
		prescan_put(ps, p + token->name_end, token->end - 1 - token->name_end);
		prescan_put(ps, " ", 1);
	}
	if (token->tag == DOM_input) {
		prescan_put(ps, p + token->name_end, token->end - 1 - token->name_end);
		prescan_put(ps, " ", 1);
		ps->unsure |= !has_few_attributes(ps, token);
	}
	prescan_put(ps, ">", 1);
}

void prescan_pass_close(struct prescan *ps, const struct token *token)
{
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	if (class == CONTENT_FORMAT || class == CONTENT_FORM)
		prescan_settle_text(ps);
	if (ps->n - token->begin >= 16)
		prescan_put_wide(ps, ps->p + token->begin, token->name_end - token->begin);
	else
		prescan_put(ps, ps->p + token->begin, token->name_end - token->begin);
	prescan_put(ps, ">", 1);
}
