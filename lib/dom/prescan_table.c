/* Tables and their parts. */
#include "dom/prescan_inner.h"

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
		prescan_close_to(ps, i, NULL);
	}
}

void prescan_on_table_part(struct prescan *ps, const struct token *token)
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
			prescan_pass_wild_open(ps, token);
			return;
		}
	} else if (!inside_cell && i + 1 != ps->depth) {
		prescan_pass_wild_open(ps, token); /* in a caption */
		return;
	} else {
		if (ps->stack[i].tag == DOM_caption || prescan_leaves_form(ps, i)) {
			prescan_pass_wild_open(ps, token);
			return;
		}
		close_parts(ps, tag);
	}
	enum dom_tag top = ps->stack[ps->depth - 1].tag;
	if (tag == DOM_col && top == DOM_table)
		prescan_push_implied(ps, DOM_colgroup);
	if ((tag == DOM_tr || is_cell(tag)) && top == DOM_table)
		prescan_push_implied(ps, DOM_tbody);
	if (is_cell(tag) && top != DOM_tr)
		prescan_push_implied(ps, DOM_tr);
	if (tag == DOM_col)
		prescan_pass_open(ps, token, prescan_add_tag(ps, EVENT_LEAF, token));
	else
		prescan_push(ps, token, CONTENT_TABLE_PART, false);
}

void prescan_on_table(struct prescan *ps, const struct token *token)
{
	size_t i;
	bool alone = true;
	switch (prescan_find_p(ps, &i)) {
	case ANSWER_YES:
		if (ps->quirks == QUIRKS_UNKNOWN) {
			prescan_pass_wild_open(ps, token);
			return;
		}
		if (ps->quirks == QUIRKS_NO && !prescan_close_p(ps, token))
			return;
		break;
	case ANSWER_UNKNOWN: alone = ps->quirks != QUIRKS_UNKNOWN; break;
	case ANSWER_NO: break;
	}
	prescan_push(ps, token, CONTENT_TABLE, alone);
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

void prescan_on_table_close(struct prescan *ps, const struct token *token)
{
	size_t top = find_table_frame(ps), i = find_part_to_close(ps, token->tag);
	if (top < ps->depth && ps->stack[top].tag == DOM_colgroup && token->tag != DOM_colgroup &&
		token->tag != DOM_table && token->tag != DOM_col)
		prescan_pass_wild_close(ps, token);
	else if (i < ps->depth && prescan_leaves_form(ps, i))
		prescan_pass_wild_close(ps, token);
	else if (i < ps->depth)
		prescan_close_to(ps, i, token);
}
