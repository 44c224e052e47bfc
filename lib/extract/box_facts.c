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

enum { IN_COUNT = ARTICLES + 1, IN_NOTHING = -1 };

/* What an element is, plus one; 0: none of these. */
static const uint8_t kinds[DOM_TAG_COUNT] = {
	[DOM_article] = IN_ARTICLE + 1,
	[DOM_main] = IN_MAIN + 1,
	[DOM_section] = IN_SECTION + 1,
	[DOM_nav] = IN_NAV + 1,
	[DOM_aside] = IN_ASIDE + 1,
	[DOM_header] = IN_HEADER + 1,
	[DOM_footer] = IN_FOOTER + 1,
	[DOM_ul] = IN_LIST + 1,
	[DOM_ol] = IN_LIST + 1,
	[DOM_dl] = IN_LIST + 1,
	[DOM_td] = IN_CELL + 1,
	[DOM_th] = IN_CELL + 1,
	[DOM_dialog] = IN_DIALOG + 1,
	[DOM_address] = IN_ADDRESS + 1,
};

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
	return IN_NOTHING;
}

static const bool parts[DOM_TAG_COUNT] = {
	[DOM_article] = true,
	[DOM_section] = true,
	[DOM_aside] = true,
	[DOM_nav] = true,
	[DOM_header] = true,
	[DOM_footer] = true,
	[DOM_form] = true,
	[DOM_main] = true,
	[DOM_table] = true,
	[DOM_ul] = true,
	[DOM_ol] = true,
	[DOM_details] = true,
	[DOM_figure] = true,
	[DOM_blockquote] = true,
};

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
	own->part = i && !parts[node->tag] ? up->part : i;
	own->article = node->tag == DOM_article ? i : i ? up->article : 0;
	/* Which kind a box is of can't be foretold: all are put down, IN_NOTHING in front of the others. */
	uint8_t room[1 + IN_COUNT], *in = room + 1;
	memset(room, 255, sizeof(room));
	in[ARTICLES] = 0;
	if (i) {
		memcpy(in, up->in, IN_COUNT);
		for (int k = 0; k < ARTICLES; k++)
			in[k] = (uint8_t)(in[k] + (in[k] < 254));
	}
	in[(int)kinds[node->tag] - 1] = 0;
	in[kind_of_role(names->role)] = 0;
	in[is_body_prop(names->itemprop) ? BODY_PROP : IN_NOTHING] = 0;
	in[ARTICLES] = (uint8_t)(in[ARTICLES] + (node->tag == DOM_article && in[ARTICLES] < 255));
	memcpy(own->in, in, IN_COUNT);
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
