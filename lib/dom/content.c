#include "dom/content.h"

const unsigned char content_classes[DOM_TAG_COUNT] = {
	[DOM_html] = CONTENT_HTML,
	[DOM_head] = CONTENT_HEAD,
	[DOM_title] = CONTENT_TITLE,
	[DOM_base] = CONTENT_VOID_META,
	[DOM_link] = CONTENT_VOID_META,
	[DOM_meta] = CONTENT_VOID_META,
	[DOM_style] = CONTENT_STYLE,
	[DOM_script] = CONTENT_SCRIPT,
	[DOM_template] = CONTENT_TEMPLATE,
	[DOM_body] = CONTENT_BODY,
	[DOM_article] = CONTENT_BLOCK,
	[DOM_section] = CONTENT_BLOCK,
	[DOM_nav] = CONTENT_BLOCK,
	[DOM_aside] = CONTENT_BLOCK,
	[DOM_h1... DOM_h6] = CONTENT_HEADING,
	[DOM_hgroup] = CONTENT_BLOCK,
	[DOM_header] = CONTENT_BLOCK,
	[DOM_footer] = CONTENT_BLOCK,
	[DOM_address] = CONTENT_BLOCK,
	[DOM_main] = CONTENT_BLOCK,
	[DOM_p] = CONTENT_P,
	[DOM_hr] = CONTENT_HR,
	[DOM_pre] = CONTENT_PRE,
	[DOM_listing] = CONTENT_PRE,
	[DOM_blockquote] = CONTENT_BLOCK,
	[DOM_ol] = CONTENT_BLOCK,
	[DOM_ul] = CONTENT_BLOCK,
	[DOM_li] = CONTENT_LI,
	[DOM_dl] = CONTENT_BLOCK,
	[DOM_dt] = CONTENT_DD,
	[DOM_dd] = CONTENT_DD,
	[DOM_figure] = CONTENT_BLOCK,
	[DOM_figcaption] = CONTENT_BLOCK,
	[DOM_div] = CONTENT_BLOCK,
	[DOM_fieldset] = CONTENT_BLOCK,
	[DOM_details] = CONTENT_BLOCK,
	[DOM_summary] = CONTENT_BLOCK,
	[DOM_menu] = CONTENT_BLOCK,
	[DOM_center] = CONTENT_BLOCK,
	[DOM_dir] = CONTENT_BLOCK,
	[DOM_a] = CONTENT_FORMAT,
	[DOM_em] = CONTENT_FORMAT,
	[DOM_strong] = CONTENT_FORMAT,
	[DOM_small] = CONTENT_FORMAT,
	[DOM_s] = CONTENT_FORMAT,
	[DOM_code] = CONTENT_FORMAT,
	[DOM_i] = CONTENT_FORMAT,
	[DOM_b] = CONTENT_FORMAT,
	[DOM_u] = CONTENT_FORMAT,
	[DOM_font] = CONTENT_FORMAT,
	[DOM_strike] = CONTENT_FORMAT,
	[DOM_tt] = CONTENT_FORMAT,
	[DOM_big] = CONTENT_FORMAT,
	[DOM_nobr] = CONTENT_FORMAT,
	[DOM_rt] = CONTENT_RUBY_TEXT,
	[DOM_rp] = CONTENT_RUBY_TEXT,
	[DOM_br] = CONTENT_VOID,
	[DOM_wbr] = CONTENT_VOID,
	[DOM_img] = CONTENT_VOID,
	[DOM_embed] = CONTENT_VOID,
	[DOM_area] = CONTENT_VOID,
	[DOM_input] = CONTENT_VOID,
	[DOM_source] = CONTENT_VOID_META,
	[DOM_track] = CONTENT_VOID_META,
	[DOM_param] = CONTENT_VOID_META,
	[DOM_iframe] = CONTENT_FRAME_TEXT,
	[DOM_object] = CONTENT_OBJECT,
	[DOM_applet] = CONTENT_ODD,
	[DOM_marquee] = CONTENT_ODD,
	[DOM_table] = CONTENT_TABLE,
	[DOM_caption] = CONTENT_TABLE_PART,
	[DOM_colgroup] = CONTENT_TABLE_PART,
	[DOM_col] = CONTENT_TABLE_PART,
	[DOM_tbody] = CONTENT_TABLE_PART,
	[DOM_thead] = CONTENT_TABLE_PART,
	[DOM_tfoot] = CONTENT_TABLE_PART,
	[DOM_tr] = CONTENT_TABLE_PART,
	[DOM_td] = CONTENT_TABLE_PART,
	[DOM_th] = CONTENT_TABLE_PART,
	[DOM_form] = CONTENT_FORM,
	[DOM_button] = CONTENT_BUTTON,
	[DOM_select] = CONTENT_SELECT,
	[DOM_option] = CONTENT_OPTION,
	[DOM_optgroup] = CONTENT_OPTION,
	[DOM_textarea] = CONTENT_TEXTAREA,
	[DOM_svg] = CONTENT_SVG,
	[DOM_math] = CONTENT_STOP,
	[DOM_frameset] = CONTENT_STOP,
	[DOM_frame] = CONTENT_ODD,
	[DOM_noframes] = CONTENT_STOP,
	[DOM_xmp] = CONTENT_STOP,
	[DOM_plaintext] = CONTENT_STOP,
};

/* Elements without a dom tag that are not ordinary. */
static const struct {
	struct view name;
	enum content_class class;
} others[] = {
	{ { "isindex", 7 }, CONTENT_STOP },
	{ { "noembed", 7 }, CONTENT_STOP },
	{ { "image", 5 }, CONTENT_IMAGE },
	{ { "keygen", 6 }, CONTENT_STOP },
	{ { "menuitem", 8 }, CONTENT_STOP },
	{ { "bgsound", 7 }, CONTENT_STOP },
	{ { "basefont", 8 }, CONTENT_STOP },
	{ { "command", 7 }, CONTENT_STOP },
	{ { "rb", 2 }, CONTENT_STOP },
	{ { "rtc", 3 }, CONTENT_STOP },
	{ { "foreignobject", 13 }, CONTENT_STOP },
	{ { "desc", 4 }, CONTENT_STOP },
};

enum content_class content_class_other(const char *p, size_t n)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (n && others[i].name.n == n && view_eq_nocase(view_make(p, n), others[i].name))
			return others[i].class;
	return CONTENT_INLINE;
}

bool content_is_special(enum dom_tag tag)
{
	switch ((enum content_class)content_classes[tag]) {
	case CONTENT_BLOCK: return tag != DOM_main; /* gumbo 0.10.1 doesn't know it as one */
	case CONTENT_HEADING:
	case CONTENT_P:
	case CONTENT_PRE:
	case CONTENT_LI:
	case CONTENT_DD:
	case CONTENT_FORM:
	case CONTENT_BUTTON:
	case CONTENT_OBJECT:
	case CONTENT_SELECT:
	case CONTENT_TABLE:
	case CONTENT_TABLE_PART: return true;
	default: return tag == DOM_noscript;
	}
}

bool content_is_known(enum dom_tag tag)
{
	return tag != DOM_OTHER && tag != DOM_picture && tag != DOM_dialog && tag != DOM_search && tag != DOM_slot;
}

static const bool leaves_foreign[DOM_TAG_COUNT] = {
	[DOM_b] = true,
	[DOM_big] = true,
	[DOM_blockquote] = true,
	[DOM_body] = true,
	[DOM_br] = true,
	[DOM_center] = true,
	[DOM_code] = true,
	[DOM_dd] = true,
	[DOM_div] = true,
	[DOM_dl] = true,
	[DOM_dt] = true,
	[DOM_em] = true,
	[DOM_embed] = true,
	[DOM_h1... DOM_h6] = true,
	[DOM_head] = true,
	[DOM_hr] = true,
	[DOM_i] = true,
	[DOM_img] = true,
	[DOM_li] = true,
	[DOM_listing] = true,
	[DOM_menu] = true,
	[DOM_meta] = true,
	[DOM_nobr] = true,
	[DOM_ol] = true,
	[DOM_p] = true,
	[DOM_pre] = true,
	[DOM_ruby] = true,
	[DOM_s] = true,
	[DOM_small] = true,
	[DOM_span] = true,
	[DOM_strong] = true,
	[DOM_strike] = true,
	[DOM_sub] = true,
	[DOM_sup] = true,
	[DOM_table] = true,
	[DOM_tt] = true,
	[DOM_u] = true,
	[DOM_ul] = true,
	[DOM_var] = true,
};

static bool has_font_attribute(const char *p, const struct token *token)
{
	struct token_attr attr;
	for (size_t at = token->name_end; token_attr_read(p, token, &at, &attr);) {
		struct view name = view_make(p + attr.name_at, attr.name_end - attr.name_at);
		if (view_eq_nocase(name, VIEW("color")) || view_eq_nocase(name, VIEW("face")) ||
			view_eq_nocase(name, VIEW("size")))
			return true;
	}
	return false;
}

bool content_leaves_foreign(const char *p, const struct token *token)
{
	return token->tag == DOM_font ? has_font_attribute(p, token) : leaves_foreign[token->tag];
}
