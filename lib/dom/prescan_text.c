/* Texts, and elements whose content is raw text. */
#include "dom/prescan_inner.h"

#include "dom/script.h"
#include "util/scan.h"

static void text_mark(struct prescan *ps, size_t at, size_t end, enum mark_kind kind)
{
	if (at < end)
		prescan_stand_in(ps, kind, prescan_add_text(ps, at, end, CHARREF_TEXT), 1);
}

static bool spaces_matter(const struct prescan *ps)
{
	return ps->blind || ps->phase != PHASE_BODY || prescan_in_table_structure(ps);
}

void prescan_on_text(struct prescan *ps, size_t at, size_t end, bool after_pre)
{
	const char *p = ps->p;
	if (after_pre && p[at] == '\r')
		at += 1 + (at + 1 < end && p[at + 1] == '\n');
	else if (after_pre && p[at] == '\n')
		at++;
	size_t word = at + scan_spaces(p + at, end - at);
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
	prescan_begin_body(ps);
	text_mark(ps, at, end, MARK_TEXT);
	if (prescan_in_table_structure(ps))
		prescan_wild(ps);
}

/* Behind the end tag that begins at @at, or the end of the page. */
static size_t behind_close(const struct prescan *ps, size_t at)
{
	struct token close;
	token_read(ps->p, ps->n, at, &close);
	return close.end;
}

/* Script and style: nothing is handed on but where the empty element would change something. */
void prescan_on_script(struct prescan *ps, struct token *token)
{
	size_t begin = token->end, end = token_raw_end(ps->p, ps->n, begin, token);
	if (token->tag == DOM_script && script_keep(ps->page, token, view_make(ps->p + begin, end - begin)))
		ps->unsure = true;
	token->end = behind_close(ps, end);
	bool table = prescan_in_table_structure(ps);
	if (ps->depth && ps->stack[ps->depth - 1].tag == DOM_colgroup)
		ps->unsure = true;
	if (ps->blind || ps->phase == PHASE_START || ps->head_noscript || table)
		prescan_put(ps, token->tag == DOM_script ? "<script></script>" : "<style></style>",
			token->tag == DOM_script ? 17 : 15);
	if (ps->phase == PHASE_START)
		ps->phase = PHASE_HEAD;
}

bool prescan_is_raw_known(const struct prescan *ps)
{
	return !(ps->blind && ps->select_seen) &&
	       (ps->depth == 0 || (ps->stack[ps->depth - 1].class != CONTENT_SELECT &&
					  ps->stack[ps->depth - 1].class != CONTENT_OPTION));
}

/* title, textarea and iframe: an element, with a text or without one. */
void prescan_on_raw_text(struct prescan *ps, struct token *token, enum content_class class)
{
	struct token open = *token;
	size_t begin = token->end, end = token_raw_end(ps->p, ps->n, begin, token);
	token->end = behind_close(ps, end);
	if (!prescan_is_raw_known(ps) || prescan_in_table_structure(ps) ||
		(ps->phase == PHASE_START && class != CONTENT_TITLE)) {
		ps->unsure = true;
		return;
	}
	if (class == CONTENT_TEXTAREA && begin < end) {
		begin +=
			ps->p[begin] == '\r' ? 1 + (begin + 1 < end && ps->p[begin + 1] == '\n') : ps->p[begin] == '\n';
		if (begin < end && ps->p[begin] == '&' && charref_is_space(view_make(ps->p + begin, end - begin)))
			ps->unsure = true;
	}
	uint32_t first = prescan_add_tag(ps, EVENT_OPEN, &open);
	bool inside = class != CONTENT_FRAME_TEXT && begin < end;
	if (ps->blind || ps->phase != (class == CONTENT_TITLE ? PHASE_HEAD : PHASE_BODY)) {
		if (class != CONTENT_TITLE)
			prescan_begin_body(ps);
		else if (ps->phase == PHASE_START)
			ps->phase = PHASE_HEAD;
		prescan_pass_open(ps, &open, first);
		if (inside) {
			uint32_t text = prescan_add_text(ps, begin, end, CHARREF_TEXT);
			char letter = 'x';
			prescan_add_mark(ps, MARK_TEXT, text, 1, letter);
			prescan_put(ps, &letter, 1);
		}
		prescan_put(ps, "</", 2);
		prescan_put(ps, ps->p + open.name_at, open.name_end - open.name_at);
		prescan_put(ps, ">", 1);
		prescan_add_event(ps, EVENT_CLOSE, open.tag, 0, 0);
		return;
	}
	if (ps->head_noscript) {
		ps->unsure = true;
		return;
	}
	if (inside)
		prescan_add_text(ps, begin, end, CHARREF_TEXT);
	prescan_add_event(ps, EVENT_CLOSE, open.tag, 0, 0);
	prescan_stand_in(
		ps, ps->phase == PHASE_HEAD ? MARK_HEAD : MARK_TEXT, first, (uint32_t)ps->s->event_count - first);
}
