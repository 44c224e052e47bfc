#include "dom/nesting.h"

#include "dom/content.h"
#include "dom/tree.h"

/* What the start of an element does: nothing that lasts, or closing what stands open. */
enum { VOID = 1, ENDS_P = 2, ENDS_MORE = 4 };
static const uint8_t starts[DOM_TAG_COUNT] = {
	[DOM_area] = VOID,
	[DOM_base] = VOID,
	[DOM_br] = VOID,
	[DOM_col] = VOID,
	[DOM_embed] = VOID,
	[DOM_hr] = VOID,
	[DOM_img] = VOID,
	[DOM_input] = VOID,
	[DOM_link] = VOID,
	[DOM_meta] = VOID,
	[DOM_param] = VOID,
	[DOM_source] = VOID,
	[DOM_track] = VOID,
	[DOM_wbr] = VOID,
	[DOM_frame] = VOID,
	[DOM_html] = VOID,
	[DOM_head] = VOID,
	[DOM_body] = VOID,
	[DOM_article... DOM_p - 1] = ENDS_P,
	[DOM_p] = ENDS_P | ENDS_MORE,
	[DOM_pre... DOM_ul] = ENDS_P,
	[DOM_li] = ENDS_P | ENDS_MORE,
	[DOM_dl] = ENDS_P,
	[DOM_dt... DOM_dd] = ENDS_P | ENDS_MORE,
	[DOM_figure... DOM_div] = ENDS_P,
	[DOM_table] = ENDS_P,
	[DOM_form] = ENDS_P,
	[DOM_fieldset] = ENDS_P,
	[DOM_details] = ENDS_P,
	[DOM_summary] = ENDS_P,
	[DOM_dialog] = ENDS_P,
	[DOM_menu] = ENDS_P,
	[DOM_center] = ENDS_P,
	[DOM_dir] = ENDS_P,
	[DOM_listing] = ENDS_P,
	[DOM_xmp] = ENDS_P,
	[DOM_plaintext] = ENDS_P,
	[DOM_td... DOM_th] = ENDS_MORE,
	[DOM_tr] = ENDS_MORE,
	[DOM_tbody... DOM_tfoot] = ENDS_MORE,
	[DOM_caption... DOM_colgroup] = ENDS_MORE,
	[DOM_option] = ENDS_MORE,
	[DOM_a] = ENDS_MORE,
	[DOM_nobr] = ENDS_MORE,
};

/* Elements that the search for an element to close does not cross (13.2.4.2, scopes). */
static bool is_wall(uint32_t name)
{
	return name == DOM_table || name == DOM_td || name == DOM_th || name == DOM_caption || name == DOM_button ||
	       name == DOM_object || name == DOM_applet || name == DOM_marquee || name == DOM_template;
}

static void cut_to(struct nesting *nesting, size_t depth)
{
	while (nesting->depth > depth) {
		uint32_t name = nesting->open[--nesting->depth];
		if (name < DOM_TAG_COUNT)
			nesting->count[name]--;
	}
}

static void pop_to(struct nesting *nesting, enum dom_tag name, const uint32_t *walls, size_t wall_count)
{
	if (nesting->count[name] == 0)
		return;
	for (size_t i = nesting->depth; i-- > 0;) {
		if (nesting->open[i] == name) {
			cut_to(nesting, i);
			return;
		}
		for (size_t k = 0; k < wall_count; k++)
			if (nesting->open[i] == walls[k])
				return;
		if (!wall_count && is_wall(nesting->open[i]))
			return;
	}
}

/* End tags that may be left out (13.1.2.4): the start of @tag closes what it ends. */
static void close_implied(struct nesting *nesting, enum dom_tag tag)
{
	static const uint32_t lists[] = { DOM_ul, DOM_ol, DOM_menu, DOM_dir, DOM_table, DOM_td, DOM_th };
	static const uint32_t tables[] = { DOM_table, DOM_template };
	static const uint32_t rows[] = { DOM_tr, DOM_table, DOM_template };
	switch (tag) {
	case DOM_li: pop_to(nesting, DOM_li, lists, sizeof(lists) / sizeof(lists[0])); break;
	case DOM_dt:
	case DOM_dd:
		pop_to(nesting, DOM_dt, NULL, 0);
		pop_to(nesting, DOM_dd, NULL, 0);
		break;
	case DOM_td:
	case DOM_th:
		pop_to(nesting, DOM_td, rows, 3);
		pop_to(nesting, DOM_th, rows, 3);
		break;
	case DOM_tr: pop_to(nesting, DOM_tr, tables, 2); break;
	case DOM_tbody:
	case DOM_thead:
	case DOM_tfoot:
	case DOM_caption:
	case DOM_colgroup:
		pop_to(nesting, DOM_tbody, tables, 2);
		pop_to(nesting, DOM_thead, tables, 2);
		pop_to(nesting, DOM_tfoot, tables, 2);
		pop_to(nesting, DOM_caption, tables, 2);
		pop_to(nesting, DOM_colgroup, tables, 2);
		break;
	case DOM_p:
	case DOM_option:
	case DOM_a:
	case DOM_nobr: pop_to(nesting, tag, NULL, 0); break;
	default: break;
	}
}

uint32_t nesting_name(const char *p, const struct token *token)
{
	if (token->tag != DOM_OTHER)
		return token->tag;
	uint32_t hash = 2166136261u;
	for (size_t i = token->name_at; i < token->name_end; i++)
		hash = (hash ^ (unsigned char)ascii_lower(p[i])) * 16777619u;
	bool known = tree_knows_name(view_make(p + token->name_at, token->name_end - token->name_at));
	return (hash & ~NESTING_UNKNOWN) | NESTING_HASH | (known ? 0 : NESTING_UNKNOWN);
}

bool nesting_is_unknown(uint32_t name)
{
	return name & NESTING_HASH ? name & NESTING_UNKNOWN : !content_is_known((enum dom_tag)name);
}

bool nesting_open(struct nesting *nesting, const char *p, const struct token *token)
{
	enum dom_tag tag = token->tag;
	uint8_t start = starts[tag];
	if (start & VOID)
		return true;
	if (nesting->count[DOM_p] && (start & ENDS_P))
		pop_to(nesting, DOM_p, NULL, 0);
	if (start & ENDS_MORE)
		close_implied(nesting, tag);
	uint32_t name = nesting_name(p, token);
	if (nesting->depth < LIMIT_DOM_DEPTH) {
		nesting->open[nesting->depth++] = name;
		if (name < DOM_TAG_COUNT)
			nesting->count[name]++;
		return true;
	}
	nesting->flattened = true;
	nesting->dropped[name % NESTING_BUCKETS]++;
	nesting->dropped_count++;
	return false;
}

bool nesting_close(struct nesting *nesting, const char *p, const struct token *token)
{
	uint32_t name = nesting_name(p, token);
	uint32_t *dropped = &nesting->dropped[name % NESTING_BUCKETS];
	if (nesting->dropped_count && *dropped) {
		--*dropped;
		nesting->dropped_count--;
		return false;
	}
	for (size_t i = nesting->depth; i-- > 0;)
		if (nesting->open[i] == name) {
			cut_to(nesting, i);
			break;
		}
	return true;
}
