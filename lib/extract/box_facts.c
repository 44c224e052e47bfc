#include "extract/feature_parts.h"

enum {
	IN_ARTICLE,
	IN_MAIN,
	IN_SECTION,
	IN_NAV,
	IN_ASIDE,
	IN_HEADER,
	IN_FOOTER,
	IN_LIST,
	IN_CELL,
	IN_DIALOG,
	IN_ADDRESS,
	BODY_PROP,
	ROLE_MAIN,
	ARTICLES
};

static int kind_of_tag(uint8_t tag)
{
	switch (tag) {
	case DOM_article: return IN_ARTICLE;
	case DOM_main: return IN_MAIN;
	case DOM_section: return IN_SECTION;
	case DOM_nav: return IN_NAV;
	case DOM_aside: return IN_ASIDE;
	case DOM_header: return IN_HEADER;
	case DOM_footer: return IN_FOOTER;
	case DOM_ul:
	case DOM_ol:
	case DOM_dl: return IN_LIST;
	case DOM_td:
	case DOM_th: return IN_CELL;
	case DOM_dialog: return IN_DIALOG;
	case DOM_address: return IN_ADDRESS;
	default: return -1;
	}
}

static int kind_of_role(struct view role)
{
	static const struct {
		struct view name;
		int kind;
	} roles[] = { { VIEW("main"), ROLE_MAIN }, { VIEW("article"), IN_ARTICLE }, { VIEW("navigation"), IN_NAV },
		{ VIEW("complementary"), IN_ASIDE }, { VIEW("banner"), IN_HEADER }, { VIEW("contentinfo"), IN_FOOTER },
		{ VIEW("dialog"), IN_DIALOG }, { VIEW("alertdialog"), IN_DIALOG }, { VIEW("menu"), IN_NAV },
		{ VIEW("list"), IN_LIST } };
	for (size_t i = 0; role.n && i < sizeof(roles) / sizeof(roles[0]); i++)
		if (view_eq_nocase(role, roles[i].name))
			return roles[i].kind;
	return -1;
}

static bool is_part(uint8_t tag)
{
	switch (tag) {
	case DOM_article:
	case DOM_section:
	case DOM_aside:
	case DOM_nav:
	case DOM_header:
	case DOM_footer:
	case DOM_form:
	case DOM_main:
	case DOM_table:
	case DOM_ul:
	case DOM_ol:
	case DOM_details:
	case DOM_figure:
	case DOM_blockquote: return true;
	default: return false;
	}
}

static bool is_body_prop(struct view itemprop)
{
	return itemprop.n && (dom_has_token(itemprop, VIEW("articleBody")) || dom_has_token(itemprop, VIEW("text")));
}

static uint32_t look_of(uint64_t class_key, uint8_t tag)
{
	uint64_t key = (class_key + tag + 1) * UINT64_C(0x9E3779B97F4A7C15);
	return (uint32_t)(key >> 32);
}

void box_facts_fill(struct features *f, uint32_t i, const struct element_names *names)
{
	const struct box *box = &f->blocks->boxes[i];
	const struct dom_node *node = &f->page->dom->nodes[box->node];
	struct box_facts *own = &f->boxes[i];
	const struct box_facts *up = &f->boxes[box->parent];
	*own = (struct box_facts){ 0 };
	own->tag = node->tag;
	own->look = look_of(names->class_key, node->tag);
	uint32_t above = f->boxes[f->blocks->boxes[box->parent].parent].look;
	own->signature = own->look ^ (up->look << 7 | up->look >> 25) ^ (above << 14 | above >> 18);
	own->depth = (uint8_t)(up->depth + (i && up->depth < 255));
	own->part = i && !is_part(node->tag) ? up->part : i;
	own->article = node->tag == DOM_article ? i : i ? up->article : 0;
	for (int k = 0; k < ARTICLES; k++)
		own->in[k] = !i ? 255 : up->in[k] == 255 ? 255 : (uint8_t)(up->in[k] + (up->in[k] < 254));
	own->in[ARTICLES] = i ? up->in[ARTICLES] : 0;
	int kind = kind_of_tag(node->tag), by_role = kind_of_role(names->role);
	if (kind >= 0)
		own->in[kind] = 0;
	if (by_role >= 0)
		own->in[by_role] = 0;
	if (is_body_prop(names->itemprop))
		own->in[BODY_PROP] = 0;
	if (kind == IN_ARTICLE && own->in[ARTICLES] < 255)
		own->in[ARTICLES]++;
	if (i)
		f->boxes[box->parent].children++;
}

int box_facts_read(struct features *f)
{
	struct arena *arena = &f->page->arena;
	f->boxes = arena_alloc(arena, ((size_t)f->blocks->box_count + 1) * sizeof(*f->boxes));
	f->inline_odds = arena_calloc(arena, f->blocks->count + 1, sizeof(*f->inline_odds));
	f->box_vectors = arena_alloc(arena, (size_t)f->blocks->box_count * BOX_FEATURES + 1);
	f->near = arena_alloc(arena, (size_t)f->blocks->count * NEAR_FEATURES + 1);
	if (!f->boxes || !f->inline_odds || !f->box_vectors || !f->near)
		return page_full(f->page);
	return tokens_read(f);
}

static uint8_t next(uint8_t n)
{
	return (uint8_t)(n + (n < 255));
}

static struct way *way_of(struct box_facts *box, int which)
{
	return which == 0 ? &box->to_title : which == 1 ? &box->to_main : &box->to_dense;
}

/* From each box to @to: up to the nearest box that holds both, and down. A parent stands before its children, so one
 * pass is enough: what is no ancestor of @to goes by way of its parent. */
static void read_ways(struct features *f, uint32_t to, int which)
{
	const struct way unknown = { 255, 255 };
	const struct box *boxes = f->blocks->boxes;
	uint8_t down = 0;
	for (uint32_t i = 0; i < f->blocks->box_count; i++)
		*way_of(&f->boxes[i], which) = unknown;
	for (uint32_t i = to;; i = boxes[i].parent, down = next(down)) {
		*way_of(&f->boxes[i], which) = (struct way){ 0, down };
		if (!i)
			break;
	}
	for (uint32_t i = 1; i < f->blocks->box_count; i++) {
		struct way *own = way_of(&f->boxes[i], which), *up = way_of(&f->boxes[boxes[i].parent], which);
		if (own->up == 255 && own->down == 255)
			*own = (struct way){ next(up->up), up->down };
	}
}

void box_ways_read(struct features *f)
{
	read_ways(f, f->title_block == UINT32_MAX ? 0 : f->blocks->items[f->title_block].box, 0);
	read_ways(f, f->main_box, 1);
	read_ways(f, f->dense_box, 2);
}
