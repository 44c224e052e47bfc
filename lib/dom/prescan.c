#include "dom/prescan_inner.h"
#include "dom/token_step.h"
#include "util/scan.h"

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

static void on_comment(struct prescan *ps)
{
	ps->unsettled |= ps->blind || prescan_in_table_structure(ps);
	prescan_settle_text(ps);
}

static void on_doctype(struct prescan *ps, const struct token *token)
{
	struct view v = view_make(ps->p + token->begin, token->end - token->begin);
	if (ps->phase != PHASE_START || ps->html_seen || ps->doctype_late) {
		on_comment(ps); /* ignored, but in a table it parts the texts around it */
		return;
	}
	ps->quirks = ps->quirks == QUIRKS_YES && is_standard(v) ? QUIRKS_NO : QUIRKS_UNKNOWN;
	prescan_put(ps, v.p, v.n);
}

static void reset(struct dom_scratch *s)
{
	s->skeleton_n = s->event_count = s->mark_count = s->kept_count = 0;
	s->html = s->body = s->later_count = 0;
}

/* Its content is markup that stays in the page. */
static bool holds_markup(const struct prescan *ps, const struct token *token)
{
	if (token->tag != DOM_OTHER && content_classes[token->tag] <= CONTENT_TABLE_PART)
		return true;
	return token_raw_kind(ps->p, token) == RAW_NO && token->tag != DOM_svg && token->tag != DOM_template;
}

static void on_tag(struct prescan *ps, struct token *token)
{
	size_t before = ps->s->skeleton_n;
	bool structure = ps->blind || prescan_in_table_structure(ps);
	if (token->kind == TOKEN_CLOSE) {
		if (!nesting_close_top(&ps->nesting, token))
			ps->unsure |= !nesting_close(&ps->nesting, ps->p, token);
		prescan_on_close(ps, token);
	} else {
		if (holds_markup(ps, token))
			ps->unsure |= !nesting_open(&ps->nesting, ps->p, token);
		prescan_on_open(ps, token);
	}
	/* In a table even a tag that is ignored parts the texts around it. */
	if (structure && ps->s->skeleton_n == before)
		on_comment(ps);
}

static void on_text(struct prescan *ps, const struct token *token, bool after_pre)
{
	size_t at = token->begin, n = token->end - at;
	if (after_pre || ps->blind || ps->phase != PHASE_BODY || prescan_in_table_structure(ps)) {
		prescan_on_text(ps, at, token->end, after_pre);
		return;
	}
	bool blank = scan_is_blank(ps->p + at, n, ps->n - at);
	enum charref_context context =
		blank && !scan_holds(ps->p + at, n, ps->n - at, '\r') ? CHARREF_SPACE : CHARREF_TEXT;
	prescan_stand_in(ps, blank ? MARK_SPACE : MARK_TEXT, prescan_add_text(ps, at, token->end, context), 1);
}

static bool step(struct prescan *ps, struct token *token)
{
	bool after_pre = ps->skip_newline;
	ps->skip_newline = false;
	switch ((enum token_kind)token->kind) {
	case TOKEN_END: return false;
	case TOKEN_TEXT: on_text(ps, token, after_pre); break;
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
		if (scratch->kept_cap - scratch->kept_count <= DOM_ATTR_COUNT && !prescan_room_for_attributes(ps))
			break;
		token_step(ps->p, ps->n, at, &token, scratch->kept + scratch->kept_count);
		ps->nesting.work += ps->nesting.depth;
	} while (step(ps, &token) && (at = token.end, true) && ps->nesting.work < NESTING_WORK_MAX);
	return ps->unsure || ps->nesting.work >= NESTING_WORK_MAX ? PRESCAN_UNSURE : PRESCAN_DONE;
}
