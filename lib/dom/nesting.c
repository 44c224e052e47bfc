#include "dom/nesting.h"

static bool is_void(enum dom_tag tag)
{
	switch (tag) {
	case DOM_area:
	case DOM_base:
	case DOM_br:
	case DOM_col:
	case DOM_embed:
	case DOM_hr:
	case DOM_img:
	case DOM_input:
	case DOM_link:
	case DOM_meta:
	case DOM_param:
	case DOM_source:
	case DOM_track:
	case DOM_wbr:
	case DOM_frame:
	case DOM_html:
	case DOM_head:
	case DOM_body: return true;
	default: return false;
	}
}

/* Elements that the search for an element to close does not cross (13.2.4.2, scopes). */
static bool is_wall(uint32_t name)
{
	return name == DOM_table || name == DOM_td || name == DOM_th || name == DOM_caption || name == DOM_button ||
	       name == DOM_object || name == DOM_applet || name == DOM_marquee || name == DOM_template;
}

static bool closes_p(enum dom_tag tag)
{
	return (tag >= DOM_article && tag <= DOM_div) || tag == DOM_table || tag == DOM_form || tag == DOM_fieldset ||
	       tag == DOM_details || tag == DOM_summary || tag == DOM_dialog || tag == DOM_menu || tag == DOM_center ||
	       tag == DOM_dir || tag == DOM_listing || tag == DOM_xmp || tag == DOM_plaintext;
}

static void cut_to(struct nesting *nesting, size_t depth)
{
	while (nesting->depth > depth)
		nesting->paragraphs -= nesting->open[--nesting->depth] == DOM_p;
}

static void pop_to(struct nesting *nesting, uint32_t name, const uint32_t *walls, size_t wall_count)
{
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
	if (nesting->paragraphs && closes_p(tag))
		pop_to(nesting, DOM_p, NULL, 0);
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
	return hash | UINT32_C(1) << 31;
}

bool nesting_open(struct nesting *nesting, const char *p, const struct token *token)
{
	enum dom_tag tag = token->tag;
	if (is_void(tag))
		return true;
	close_implied(nesting, tag);
	uint32_t name = nesting_name(p, token);
	if (nesting->depth < LIMIT_DOM_DEPTH) {
		nesting->open[nesting->depth++] = name;
		nesting->paragraphs += name == DOM_p;
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
