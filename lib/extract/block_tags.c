#include "extract/block_tags.h"

const uint8_t block_tags[DOM_TAG_COUNT] = {
	[DOM_html] = 1,
	[DOM_body] = 1,
	[DOM_article] = 1,
	[DOM_section] = 1,
	[DOM_nav] = 1,
	[DOM_aside] = 1,
	[DOM_h1] = 1,
	[DOM_h2] = 1,
	[DOM_h3] = 1,
	[DOM_h4] = 1,
	[DOM_h5] = 1,
	[DOM_h6] = 1,
	[DOM_hgroup] = 1,
	[DOM_header] = 1,
	[DOM_footer] = 1,
	[DOM_address] = 1,
	[DOM_main] = 1,
	[DOM_p] = 1,
	[DOM_hr] = 1,
	[DOM_pre] = 1,
	[DOM_blockquote] = 1,
	[DOM_ol] = 1,
	[DOM_ul] = 1,
	[DOM_li] = 1,
	[DOM_dl] = 1,
	[DOM_dt] = 1,
	[DOM_dd] = 1,
	[DOM_figure] = 1,
	[DOM_figcaption] = 1,
	[DOM_div] = 1,
	[DOM_table] = 1,
	[DOM_caption] = 1,
	[DOM_tbody] = 1,
	[DOM_thead] = 1,
	[DOM_tfoot] = 1,
	[DOM_tr] = 1,
	[DOM_td] = 1,
	[DOM_th] = 1,
	[DOM_form] = 1,
	[DOM_fieldset] = 1,
	[DOM_legend] = 1,
	[DOM_details] = 1,
	[DOM_summary] = 1,
	[DOM_dialog] = 1,
	[DOM_menu] = 1,
	[DOM_center] = 1,
	[DOM_dir] = 1,
	[DOM_marquee] = 1,
	[DOM_search] = 1,
	[DOM_listing] = 1,
	[DOM_xmp] = 1,
	[DOM_plaintext] = 1,
	[DOM_button] = 1,
	[DOM_noscript] = 1,
	[DOM_video] = 1,
	[DOM_audio] = 1,
	[DOM_iframe] = 1,
	[DOM_object] = 1,
	[DOM_select] = 1,
	[DOM_textarea] = 1,
	[DOM_frameset] = 1,
	[DOM_noframes] = 1,
};

const uint8_t skip_tags[DOM_TAG_COUNT] = {
	[DOM_head] = 1,
	[DOM_title] = 1,
	[DOM_script] = 1,
	[DOM_style] = 1,
	[DOM_template] = 1,
	[DOM_select] = 1,
	[DOM_datalist] = 1,
	[DOM_option] = 1,
	[DOM_optgroup] = 1,
	[DOM_textarea] = 1,
	[DOM_iframe] = 1,
	[DOM_video] = 1,
	[DOM_audio] = 1,
	[DOM_canvas] = 1,
	[DOM_svg] = 1,
	[DOM_rt] = 1,
	[DOM_rp] = 1,
	[DOM_embed] = 1,
	[DOM_progress] = 1,
	[DOM_meter] = 1,
	[DOM_noframes] = 1,
	[DOM_map] = 1,
};

int style_of(struct view style)
{
	int says = 0;
	/* Most speak of other things. */
	if (view_find_nocase(style, VIEW("display")) == style.n &&
		view_find_nocase(style, VIEW("visibility")) == style.n)
		return 0;
	for (size_t at = 0; at < style.n;) {
		size_t colon = view_find_byte(view_from(style, at), ':'), from = colon;
		while (from && style.p[at + from - 1] != ';') /* one inside url() ends nothing */
			from--;
		struct view name = view_trim(view_make(style.p + at + from, colon - from));
		struct view rest = view_from(style, at + colon + 1);
		size_t end = view_find_byte(rest, ';');
		struct view value = view_trim(view_first(rest, end));
		if (view_eq_nocase(name, VIEW("display")))
			says |= view_starts_nocase(value, VIEW("none"))	   ? STYLE_HIDDEN
				: view_starts_nocase(value, VIEW("block")) ? STYLE_BLOCK
									   : 0;
		else if (view_eq_nocase(name, VIEW("visibility")) && view_starts_nocase(value, VIEW("hidden")))
			says |= STYLE_HIDDEN;
		at += colon + 1 + end + 1;
	}
	return says;
}

uint32_t hidden_flags(const struct dom *dom, uint32_t node, int style)
{
	const struct dom_node *n = &dom->nodes[node];
	uint32_t flags = style & STYLE_HIDDEN ? TEXT_HIDDEN : 0;
	if (!(n->marks & DOM_MARK_HIDDEN))
		return flags;
	const struct dom_attr *attr = dom->attrs + n->attr_first;
	for (uint32_t i = 0; i < n->attr_count; i++, attr++) {
		if (attr->name == DOM_ATTR_HIDDEN)
			flags |= TEXT_HIDDEN;
		if (attr->name == DOM_ATTR_ARIA_HIDDEN && view_eq_nocase(attr->value, VIEW("true")))
			flags |= TEXT_ARIA_HIDDEN;
	}
	return flags;
}

/* What the first look at a table's subtree tells; nested tables end it, so all looks together are linear. */
bool is_data_table(const struct dom *dom, uint32_t table)
{
	struct view role = dom_attr(dom, table, DOM_ATTR_ROLE);
	if (view_eq_nocase(role, VIEW("presentation")) || view_eq_nocase(role, VIEW("none")))
		return false;
	enum { CELL_BYTES = 600 }; /* longer ones are columns of a layout */
	size_t rows = 0, cells = 0, row_cells = 0, widest = 0, heads = 0, paragraphs = 0, cell_bytes = 0;
	for (uint32_t i = table + 1; i < dom->nodes[table].end; i++) {
		const struct dom_node *n = &dom->nodes[i];
		if (n->is_text) {
			cell_bytes += view_trim(n->text).n;
			if (cell_bytes > CELL_BYTES && !heads)
				return false;
			continue;
		}
		switch (n->tag) {
		case DOM_table:
		case DOM_h1:
		case DOM_h2:
		case DOM_h3:
		case DOM_form:
		case DOM_article:
		case DOM_section:
		case DOM_nav:
		case DOM_pre:
		case DOM_figure:
		case DOM_iframe:
		case DOM_blockquote: return false;
		case DOM_tr:
			rows++;
			row_cells = 0;
			break;
		case DOM_th:
			heads++;
			/* fallthrough */
		case DOM_td:
			cells++;
			cell_bytes = 0;
			if (++row_cells > widest)
				widest = row_cells;
			break;
		case DOM_p: paragraphs++; break;
		default: break;
		}
	}
	return widest >= 2 && rows >= 2 && paragraphs <= cells;
}
