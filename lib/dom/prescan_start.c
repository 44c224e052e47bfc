/* Start tags. */
#include "dom/prescan_inner.h"

static void on_li(struct prescan *ps, const struct token *token, enum content_class class)
{
	size_t i = ps->depth, p;
	bool sure = false, alone = true;
	while (i > ps->certain && !sure) {
		const struct frame *frame = &ps->stack[--i];
		bool match = frame->class == class; /* li, or dd and dt */
		if (match && prescan_leaves_traces(ps, i)) {
			prescan_pass_wild_open(ps, token);
			return;
		}
		/* One that was handed on is closed by this tag, which so has to be handed on too. */
		alone &= !match || frame->alone;
		if (match)
			prescan_close_to(ps, i, NULL);
		bool stops = content_is_special(frame->tag) && frame->tag != DOM_address && frame->tag != DOM_div &&
			     frame->tag != DOM_p;
		/* Closed with the p around it, it would not stop the search in the skeleton. */
		enum answer around = stops && !match ? prescan_find_p(ps, &p) : ANSWER_NO;
		if (around == ANSWER_YES && p < i) {
			prescan_pass_wild_open(ps, token);
			return;
		}
		alone &= around != ANSWER_UNKNOWN;
		sure = match || stops;
	}
	sure |= prescan_beyond(ps, i) == ANSWER_NO;
	if (!sure)
		prescan_doubt_open(ps);
	if (prescan_close_p(ps, token))
		prescan_push(ps, token, class, sure && alone);
}

bool prescan_is_open(const struct prescan *ps, enum dom_tag tag)
{
	if (ps->opened[tag] == 0)
		return false;
	for (size_t i = ps->depth; i-- > 0 && !prescan_is_wall(&ps->stack[i]);)
		if (ps->stack[i].tag == tag)
			return true;
	return false;
}

static void on_heading(struct prescan *ps, const struct token *token)
{
	if (!prescan_close_p(ps, token))
		return;
	bool sure = ps->depth > ps->certain || (ps->depth == 0 && ps->bottom_sure);
	if (ps->depth && ps->stack[ps->depth - 1].class == CONTENT_HEADING) {
		bool alone = ps->stack[ps->depth - 1].alone;
		if (sure)
			prescan_close_to(ps, ps->depth - 1, NULL);
		else
			prescan_wild(ps);
		sure &= alone;
	}
	prescan_push(ps, token, CONTENT_HEADING, sure);
}

/* 13.2.4.3: a fourth one of a kind pushes the first out of the list of formatting elements. */
static bool is_fourth(const struct prescan *ps, enum dom_tag tag)
{
	unsigned count = 0;
	if (ps->opened[tag] < 3)
		return false;
	for (size_t i = ps->depth; i-- > 0 && !prescan_is_wall(&ps->stack[i]);)
		count += ps->stack[i].tag == tag;
	return count >= 3;
}

static void on_leaf(struct prescan *ps, const struct token *token, enum mark_kind kind)
{
	prescan_stand_in(ps, kind, prescan_add_tag(ps, EVENT_LEAF, token), 1);
}

static void on_ruby_text(struct prescan *ps, const struct token *token)
{
	size_t top = ps->depth;
	if (top > ps->certain && ps->stack[top - 1].class == CONTENT_RUBY_TEXT)
		top--;
	if (top <= ps->certain || ps->stack[top - 1].tag != DOM_ruby) {
		prescan_pass_wild_open(ps, token);
		return;
	}
	if (top < ps->depth)
		prescan_close_to(ps, top, NULL);
	prescan_push(ps, token, CONTENT_RUBY_TEXT, false);
}

static void on_form(struct prescan *ps, const struct token *token)
{
	if (ps->form_unknown)
		prescan_pass_wild_open(ps, token);
	else if (ps->forms)
		return; /* ignored */
	else if (prescan_close_p(ps, token))
		prescan_push(ps, token, CONTENT_FORM, true);
}

/* An a that begins right inside another: that one ends before it, and leaves nothing behind. */
static bool follows_itself(const struct prescan *ps, enum dom_tag tag)
{
	return tag == DOM_a && ps->depth > ps->certain && ps->stack[ps->depth - 1].tag == DOM_a;
}

/* Inside select: options and text, all other tags are ignored or beyond what is known here. */
static void on_open_in_select(struct prescan *ps, struct token *token, enum content_class class)
{
	struct frame *top = &ps->stack[ps->depth - 1];
	switch (class) {
	case CONTENT_SCRIPT: prescan_on_script(ps, token); break;
	case CONTENT_OPTION:
		if (top->tag == DOM_option)
			prescan_close_to(ps, ps->depth - 1, NULL);
		if (token->tag == DOM_optgroup && ps->stack[ps->depth - 1].tag == DOM_optgroup)
			prescan_close_to(ps, ps->depth - 1, NULL);
		prescan_push(ps, token, CONTENT_OPTION, false);
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
	case CONTENT_INLINE: prescan_push(ps, token, class, true); break;
	case CONTENT_FORMAT:
		if (follows_itself(ps, token->tag))
			prescan_close_to(ps, ps->depth - 1, NULL);
		if (((token->tag == DOM_a || token->tag == DOM_nobr) && prescan_is_open(ps, token->tag)) ||
			is_fourth(ps, token->tag))
			prescan_pass_wild_open(ps, token);
		else
			prescan_push(ps, token, class, true);
		break;
	case CONTENT_BLOCK:
	case CONTENT_P:
	case CONTENT_PRE:
		if (prescan_close_p(ps, token))
			prescan_push(ps, token, class, true);
		break;
	case CONTENT_HEADING: on_heading(ps, token); break;
	case CONTENT_LI:
	case CONTENT_DD: on_li(ps, token, class); break;
	case CONTENT_HR:
		if (prescan_close_p(ps, token))
			on_leaf(ps, token, MARK_BLOCK);
		break;
	case CONTENT_IMAGE: token->tag = DOM_img; /* fall through */
	case CONTENT_VOID:
	case CONTENT_VOID_META: on_leaf(ps, token, MARK_TEXT); break;
	case CONTENT_FORM: on_form(ps, token); break;
	case CONTENT_BUTTON:
		if (prescan_is_open(ps, DOM_button))
			prescan_pass_wild_open(ps, token);
		else
			prescan_push(ps, token, class, true);
		break;
	case CONTENT_OBJECT:
	case CONTENT_SELECT: prescan_push(ps, token, class, true); break;
	case CONTENT_RUBY_TEXT: on_ruby_text(ps, token); break;
	case CONTENT_TABLE: prescan_on_table(ps, token); break;
	default: prescan_pass_wild_open(ps, token);
	}
}

/* Before body: meta and its like stay in the head, any other tag begins the body. */
static bool on_open_before_body(struct prescan *ps, struct token *token, enum content_class class)
{
	if (class == CONTENT_VOID_META &&
		(token->tag == DOM_link || token->tag == DOM_meta || token->tag == DOM_base)) {
		if (ps->phase == PHASE_HEAD && !ps->head_noscript) {
			on_leaf(ps, token, MARK_HEAD);
		} else {
			prescan_pass_open(ps, token, prescan_add_tag(ps, EVENT_LEAF, token));
			/* 13.2.6.4.5: a base is none of the tags that may stand in it, and closes it. */
			ps->head_noscript &= token->tag != DOM_base;
			if (ps->phase == PHASE_START)
				ps->phase = PHASE_HEAD;
		}
		return true;
	}
	if (token->tag == DOM_noscript && ps->phase == PHASE_HEAD && !ps->head_noscript) {
		ps->head_noscript = true;
		prescan_pass_open(ps, token, prescan_add_tag(ps, EVENT_LEAF, token));
		return true;
	}
	if (token->tag == DOM_noscript && ps->phase != PHASE_BETWEEN) {
		ps->unsure = true;
		return true;
	}
	prescan_begin_body(ps);
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
		s->later[s->later_count++] = prescan_add_tag(ps, EVENT_NOTHING, token);
	/* gumbo 0.10.1 keeps spaces before this tag that it drops before others. */
	if (ps->phase != PHASE_BODY || ps->blind)
		prescan_put(ps, token->tag == DOM_html ? "<html>" : "<body>", 6);
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
	uint32_t event = prescan_add_tag(ps, EVENT_LEAF, token);
	prescan_pass_open(ps, token, event);
	if (class == CONTENT_HTML)
		ps->s->html = event + 1;
	if (class == CONTENT_BODY)
		ps->s->body = event + 1;
	return true;
}

void prescan_on_open(struct prescan *ps, struct token *token)
{
	enum content_class class = content_class(token->tag, ps->p + token->name_at, token->name_end - token->name_at);
	/* Most tags stand where everything is in order. */
	if (class <= CONTENT_TABLE && class != CONTENT_OPTION && ps->phase == PHASE_BODY && !ps->blind &&
		prescan_mode(ps) == MODE_ALL) {
		ps->skip_newline = class == CONTENT_PRE;
		on_open_in_body(ps, token, class);
		return;
	}
	if (class == CONTENT_STOP) {
		ps->unsure = true;
		return;
	}
	if (!ps->blind && prescan_in_select(ps)) {
		on_open_in_select(ps, token, class);
		return;
	}
	if (on_open_document(ps, token, class))
		return;
	switch (class) {
	case CONTENT_SCRIPT:
	case CONTENT_STYLE:
		if (class == CONTENT_STYLE && !prescan_is_raw_known(ps))
			ps->unsure = true;
		prescan_on_script(ps, token);
		return;
	case CONTENT_TEMPLATE: prescan_on_template(ps, token); return;
	case CONTENT_TITLE:
	case CONTENT_TEXTAREA:
	case CONTENT_FRAME_TEXT: prescan_on_raw_text(ps, token, class); return;
	case CONTENT_SVG: prescan_on_svg(ps, token); return;
	default: break;
	}
	if (ps->phase != PHASE_BODY && on_open_before_body(ps, token, class))
		return;
	ps->skip_newline = class == CONTENT_PRE;
	if (ps->blind)
		prescan_on_open_blind(ps, token, class);
	else if (class == CONTENT_TABLE_PART)
		prescan_on_table_part(ps, token);
	else if (prescan_in_table_structure(ps))
		prescan_pass_wild_open(ps, token);
	else
		on_open_in_body(ps, token, class);
}
