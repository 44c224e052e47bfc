/* End tags. */
#include "dom/prescan_inner.h"

/* The frame that the end tag closes: ANSWER_YES; ANSWER_NO: the tag is ignored. */
enum answer prescan_find_open(
	const struct prescan *ps, const struct token *token, enum content_class class, size_t *ret)
{
	bool ordinary = class == CONTENT_INLINE || class == CONTENT_FORMAT || class == CONTENT_RUBY_TEXT;
	size_t i = ps->depth;
	while (i > ps->certain) {
		const struct frame *frame = &ps->stack[--i];
		if (prescan_same_kind(ps, frame, token)) {
			*ret = i;
			return ANSWER_YES;
		}
		if (prescan_is_wall(frame) || (ordinary && content_is_special(frame->tag)))
			return ANSWER_NO;
		if (class == CONTENT_P && frame->class == CONTENT_BUTTON)
			return ANSWER_NO;
		if (class == CONTENT_LI && (frame->tag == DOM_ul || frame->tag == DOM_ol))
			return ANSWER_NO;
	}
	return prescan_beyond(ps, i);
}

/* "</p>" without a p makes an empty one. */
static void on_p_close_alone(struct prescan *ps, const struct token *token)
{
	size_t i;
	if (prescan_find_p(ps, &i) != ANSWER_NO) {
		prescan_pass_wild_close(ps, token);
		return;
	}
	uint32_t first = prescan_add_event(ps, EVENT_LEAF, DOM_p, 0, 0);
	prescan_stand_in(ps, MARK_BLOCK, first, 1);
}

/* "</br>" is a br. */
static void on_br_close(struct prescan *ps)
{
	prescan_stand_in(ps, MARK_TEXT, prescan_add_event(ps, EVENT_LEAF, DOM_br, 0, 0), 1);
}

/* What is not in order on the way to an open element, wild: frames are closed as a guess. */
static void close_wild(struct prescan *ps, const struct token *token)
{
	ps->form_unknown |= ps->forms > 0; /* closed without its end tag, a form is still the one that is filled */
	for (size_t i = ps->depth; i-- > 0;) {
		if (prescan_same_kind(ps, &ps->stack[i], token)) {
			while (ps->depth > i)
				ps->opened[ps->stack[--ps->depth].tag]--;
			ps->fragile = ps->forms = 0;
			for (size_t k = 0; k < i; k++) {
				ps->fragile += prescan_is_fragile(ps->stack[k].class);
				ps->forms += ps->stack[k].class == CONTENT_FORM;
			}
			break;
		}
		if (prescan_is_wall(&ps->stack[i]))
			break;
	}
	prescan_pass_wild_close(ps, token);
}

static void on_close_in_body(struct prescan *ps, const struct token *token, enum content_class class)
{
	size_t i = 0;
	enum answer answer = prescan_find_open(ps, token, class, &i);
	if (class == CONTENT_FORM) {
		if (answer == ANSWER_YES && i + 1 == ps->depth && !ps->form_unknown) {
			prescan_close_to(ps, i, token);
			return;
		}
		if (!ps->forms && !ps->form_unknown)
			return; /* ignored */
		ps->form_unknown = true;
		unsigned fragile = ps->fragile;
		close_wild(ps, token);
		/* The guess closed what the form held, and it stays open without the form. */
		if (fragile && !ps->blind) {
			ps->blind = true;
			ps->depth = 0;
			prescan_wild(ps);
		}
		return;
	}
	if (class == CONTENT_FORMAT && answer != ANSWER_YES) {
		/* The list of formatting elements is known: the tag is ignored, or closes across a block. */
		if (!prescan_is_open(ps, token->tag))
			return;
	} else if (answer == ANSWER_NO) {
		if (class == CONTENT_P)
			on_p_close_alone(ps, token);
		return; /* ignored */
	}
	if (answer == ANSWER_YES && !prescan_leaves_traces(ps, i)) {
		prescan_close_to(ps, i, token);
		return;
	}
	/* Formatting elements closed out of order stay in a list that only the tree builder knows. */
	if (ps->fragile || class == CONTENT_FORMAT || answer == ANSWER_YES) {
		ps->blind = true;
		ps->depth = 0;
		prescan_pass_wild_close(ps, token);
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
		prescan_close_to(ps, top, token);
	} else if (token->tag == DOM_optgroup) {
		if (ps->stack[top].tag == DOM_option && top && ps->stack[top - 1].tag == DOM_optgroup)
			top--;
		if (ps->stack[top].tag == DOM_optgroup)
			prescan_close_to(ps, top, token);
	} else if (token->tag == DOM_select) {
		while (ps->stack[top].class != CONTENT_SELECT)
			top--;
		prescan_close_to(ps, top, token);
	}
}

static void on_close_before_body(struct prescan *ps, const struct token *token, enum content_class class)
{
	/* 13.2.6.4.1: any tag ends the search for a doctype, also one that is ignored. */
	ps->doctype_late = true;
	if (token->tag == DOM_noscript && ps->head_noscript) {
		ps->head_noscript = false;
		prescan_pass_close(ps, token);
	} else if (ps->head_noscript) {
		ps->unsure |= token->tag == DOM_br;
	} else if (class == CONTENT_HEAD && ps->phase != PHASE_BETWEEN) {
		ps->phase = PHASE_BETWEEN;
		prescan_pass_close(ps, token);
	} else if (class == CONTENT_HTML || class == CONTENT_BODY || token->tag == DOM_br) {
		ps->unsure = true;
	}
}

void prescan_on_close(struct prescan *ps, const struct token *token)
{
	if (prescan_close_top(ps, token))
		return;
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
			prescan_pass_close(ps, token);
		return;
	}
	if (prescan_in_select(ps)) {
		on_close_in_select(ps, token, class);
		return;
	}
	switch (class) {
	case CONTENT_TABLE:
	case CONTENT_TABLE_PART: prescan_on_table_close(ps, token); return;
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
	case CONTENT_IMAGE:
		/* Nothing such is ever open here. */
		if (token->tag == DOM_br && prescan_mode(ps) == MODE_ALL)
			on_br_close(ps);
		else if (token->tag == DOM_br || (ps->depth && ps->stack[ps->depth - 1].tag == DOM_colgroup))
			prescan_pass_wild_close(ps, token);
		return;
	case CONTENT_OPTION:
	case CONTENT_SELECT:
	case CONTENT_SVG:
	case CONTENT_ODD: prescan_pass_wild_close(ps, token); return;
	default: break;
	}
	if (prescan_in_table_structure(ps))
		prescan_pass_wild_close(ps, token);
	else
		on_close_in_body(ps, token, class);
}
