#include "extract/blocks.h"

#include "extract/block_tags.h"
#include "util/limits.h"
#include "util/scan.h"

/* What elements around a text say of it; inherited down the stack. */
struct around {
	uint32_t flags;
	uint8_t heading; /* 1 to 6, 0 none */
	uint8_t items;	 /* depth of lists */
	bool pre, row, bold, time, ordered;
	bool unseen;   /* an inline element that is hidden */
	uint32_t link; /* node of the anchor; 0 none */
};

struct open {
	uint32_t node, end;
	uint32_t box;	 /* index; UINT32_MAX not made yet; of block-level elements only */
	bool block;	 /* block-level: a border at its start and end */
	bool item_first; /* a list item whose first block is still to come */
	struct around around;
};

struct walk {
	struct page *page;
	const struct dom *dom;
	struct text_blocks *out;
	struct open *stack;
	size_t depth, block_cap, box_cap;
	char *text; /* room for all text of the page, filled from the left */
	size_t at;  /* end of what is written */
	/* the block being gathered */
	struct text_block now;
	size_t start;
	bool begun, space, gap, line;
	bool cell;     /* a cell border stands before what comes */
	bool link_end; /* an anchor has just ended */
	bool full;
	uint32_t link; /* the anchor counted last */
};

static bool is_heading(uint8_t tag)
{
	return tag >= DOM_h1 && tag <= DOM_h6;
}

/* ---- spaces -------------------------------------------------------------------------------- */

/* Bytes of a character at @p that shows nothing: white space, no-break and zero-width spaces. */
static size_t blank_size(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	if (ascii_is_space(*p))
		return 1;
	if (n >= 2 && u[0] == 0xC2 && (u[1] == 0xA0 || u[1] == 0xAD))
		return 2;
	if (n >= 3 && u[0] == 0xE2 && u[1] == 0x80 && u[2] >= 0x8B && u[2] <= 0x8F)
		return 3;
	if (n >= 3 && u[0] == 0xEF && u[1] == 0xBB && u[2] == 0xBF)
		return 3;
	return 0;
}

static struct view trim_blank(struct view v)
{
	size_t size;
	while (v.n && (size = blank_size(v.p, v.n))) {
		v.p += size;
		v.n -= size;
	}
	for (;;) {
		if (v.n && (size = blank_size(v.p + v.n - 1, 1)))
			v.n -= size;
		else if (v.n >= 2 && blank_size(v.p + v.n - 2, 2) == 2)
			v.n -= 2;
		else if (v.n >= 3 && blank_size(v.p + v.n - 3, 3) == 3)
			v.n -= 3;
		else
			return v;
	}
}

/* Code keeps its spaces at the start of the first line. */
static struct view trim_code(struct view v)
{
	struct view inner = trim_blank(v);
	if (!inner.n)
		return inner;
	const char *start = inner.p;
	while (start > v.p && start[-1] != '\n')
		start--;
	return view_make(start, (size_t)(inner.p + inner.n - start));
}

/* ---- gathering ----------------------------------------------------------------------------- */

static struct open *top(struct walk *w)
{
	return &w->stack[w->depth - 1];
}

static bool grow(struct walk *w, void *array, size_t *cap, size_t count, size_t size)
{
	void **slot = array;
	if (count < *cap)
		return true;
	size_t more = *cap ? *cap * 2 : 256;
	void *grown = arena_grow(&w->page->arena, *slot, *cap * size, more * size);
	if (!grown)
		return false;
	*slot = grown;
	*cap = more;
	return true;
}

/* Makes the boxes of all open block-level elements and returns the innermost. */
static uint32_t innermost_box(struct walk *w)
{
	size_t from = w->depth;
	while (from > 1 && (!w->stack[from - 1].block || w->stack[from - 1].box == UINT32_MAX))
		from--;
	uint32_t box = w->stack[from - 1].box;
	for (size_t i = from; i < w->depth; i++) {
		struct open *o = &w->stack[i];
		if (!o->block)
			continue;
		if (!grow(w, &w->out->boxes, &w->box_cap, w->out->box_count, sizeof(struct box))) {
			w->full = true;
			return box;
		}
		o->box = w->out->box_count++;
		w->out->boxes[o->box] = (struct box){ .node = o->node, .parent = box, .first = w->out->count };
		box = o->box;
	}
	return box;
}

static uint8_t kind_of(const struct around *a, uint32_t flags)
{
	if (a->pre)
		return BLOCK_CODE;
	if (a->heading)
		return BLOCK_HEADING;
	if (a->row)
		return BLOCK_ROW;
	if (flags & TEXT_CAPTION)
		return BLOCK_CAPTION;
	if (flags & TEXT_ITEM_FIRST)
		return BLOCK_ITEM;
	return flags & TEXT_QUOTE ? BLOCK_QUOTE : BLOCK_PARAGRAPH;
}

static uint32_t item_flags(struct walk *w)
{
	for (size_t i = w->depth; i-- > 0;) {
		const struct open *o = &w->stack[i];
		uint8_t tag = w->dom->nodes[o->node].tag;
		if (tag != DOM_li && tag != DOM_dt && tag != DOM_dd)
			continue;
		if (!o->item_first)
			return 0;
		w->stack[i].item_first = false;
		return TEXT_ITEM_FIRST | (o->around.ordered ? TEXT_ORDERED : 0);
	}
	return 0;
}

/* A border: what was gathered becomes a block. */
static void flush(struct walk *w)
{
	bool begun = w->begun;
	w->begun = w->space = w->cell = w->link_end = false;
	if (!begun)
		return;
	const struct around *a = &top(w)->around;
	struct view raw = view_make(w->text + w->start, w->at - w->start);
	struct view text = a->pre ? trim_code(raw) : trim_blank(raw);
	if (!text.n) {
		w->at = w->start;
		return;
	}
	if (w->out->count >= LIMIT_BLOCKS) {
		w->out->cut = true;
		return;
	}
	if (!grow(w, &w->out->items, &w->block_cap, w->out->count, sizeof(struct text_block))) {
		w->full = true;
		return;
	}
	struct text_block *b = &w->out->items[w->out->count];
	*b = w->now;
	b->box = innermost_box(w);
	b->text = text;
	b->flags = a->flags | (w->gap ? TEXT_GAP : 0) | (w->line ? TEXT_LINE : 0);
	if (a->items)
		b->flags |= item_flags(w);
	b->kind = kind_of(a, b->flags);
	b->level = a->heading && !a->pre ? a->heading : a->items;
	w->out->count++;
	w->gap = w->line = false;
}

/* A paragraph border. */
static void border(struct walk *w)
{
	flush(w);
	w->gap = true;
}

static void begin(struct walk *w, uint32_t node)
{
	if (w->begun)
		return;
	w->begun = true;
	w->link = 0;
	w->start = w->at;
	w->now = (struct text_block){ .node = node };
}

/* @n bytes of text were put. */
static void count(struct walk *w, size_t n)
{
	const struct around *a = &top(w)->around;
	if (a->link)
		w->now.link_bytes += (uint32_t)n;
	if (a->bold)
		w->now.bold_bytes += (uint32_t)n;
	if (a->time)
		w->now.time_bytes += (uint32_t)n;
}

static void put(struct walk *w, const char *p, size_t n)
{
	memcpy(w->text + w->at, p, n);
	w->at += n;
	count(w, n);
}

static void put_space(struct walk *w)
{
	if (!w->space)
		return;
	w->space = false;
	if (w->at > w->start)
		w->text[w->at++] = ' '; /* of no element's text */
}

/* Before the first word of a text node: the block begins, a cell border or a space is put. */
static void put_start(struct walk *w, uint32_t node)
{
	begin(w, node);
	if (w->cell && w->at > w->start) {
		put(w, " | ", 3);
		w->space = false;
	}
	w->cell = false;
	put_space(w);
}

/* The same for @n bytes that are about to be put, but for the spaces. */
static void count_words(struct walk *w, size_t n)
{
	const struct around *a = &top(w)->around;
	const char *p = w->text + w->at;
	size_t words = n;
	if (!a->link && !a->bold && !a->time)
		return;
	for (size_t i = 0; i < n; i++)
		words -= p[i] == ' ';
	count(w, words);
}

/* Copies words with single spaces between, up to a run of spaces, an end, or where less is left than is copied at a
 * time. Returns the bytes copied; as many as a copy takes are written behind them. */
static inline size_t copy_words(char *out, const char *p, const char *end)
{
	const char *begin = p;
#ifdef __SSE2__
	while (end - p >= 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)p);
		unsigned single = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8(' ')));
		unsigned space = scan_spaces16(x);
		/* tabs and newlines, the first of two spaces, and one at the end, of which nothing is known */
		unsigned stop = (space & ~single) | (single & (space >> 1)) | (single & 0x8000);
		_mm_storeu_si128((__m128i *)out, x);
		unsigned n = stop ? (unsigned)__builtin_ctz(stop) : 16;
		p += n;
		out += n;
		if (n < 15)
			break;
	}
#else
	(void)out, (void)end;
#endif
	return (size_t)(p - begin);
}

static void put_collapsed(struct walk *w, uint32_t node, struct view v)
{
	const char *p = v.p, *end = v.p + v.n;
	p += scan_spaces(p, v.n);
	if (p > v.p)
		w->space = w->begun;
	if (p == end)
		return;
	put_start(w, node);
	char *out = w->text + w->at;
	for (;;) {
		size_t words = copy_words(out, p, end);
		out += words;
		p += words;
		while (p < end && !ascii_is_space(*p))
			*out++ = *p++;
		if (p == end)
			break;
		p += scan_spaces(p, (size_t)(end - p));
		if (p == end) {
			w->space = true;
			break;
		}
		*out++ = ' '; /* of no element's text */
	}
	size_t n = (size_t)(out - (w->text + w->at));
	count_words(w, n);
	w->at += n;
}

/* CRLF became LF in the parser. */
static void put_code(struct walk *w, uint32_t node, struct view v)
{
	if (!v.n)
		return;
	begin(w, node);
	put_space(w);
	put(w, v.p, v.n);
}

static void text(struct walk *w, uint32_t node)
{
	const struct around *a = &top(w)->around;
	if (a->unseen)
		return;
	struct view v = w->dom->nodes[node].text;
	if (a->pre)
		put_code(w, node, v);
	else
		put_collapsed(w, node, v);
	if (!w->begun)
		return;
	w->now.last = node;
	w->link_end = false;
	if (a->link && a->link != w->link) {
		w->link = a->link;
		w->now.links = (uint16_t)(w->now.links + (w->now.links < UINT16_MAX));
	}
}

/* ---- elements ------------------------------------------------------------------------------ */

static uint8_t deeper(uint8_t level)
{
	return (uint8_t)(level < 9 ? level + 1 : level);
}

static void around_tag(struct walk *w, uint32_t node, int style, struct around *a)
{
	const struct dom *dom = w->dom;
	uint8_t tag = dom->nodes[node].tag;
	a->flags |= hidden_flags(dom, node, style);
	if (is_heading(tag))
		a->heading = (uint8_t)(tag - DOM_h1 + 1);
	switch (tag) {
	case DOM_pre:
	case DOM_listing:
	case DOM_xmp:
	case DOM_plaintext: a->pre = true; break;
	case DOM_ul:
	case DOM_menu:
	case DOM_dir:
	case DOM_dl:
		a->items = deeper(a->items);
		a->ordered = false;
		break;
	case DOM_ol:
		a->items = deeper(a->items);
		a->ordered = true;
		break;
	case DOM_blockquote: a->flags |= TEXT_QUOTE; break;
	case DOM_figcaption:
	case DOM_caption:
		a->flags |= TEXT_CAPTION;
		a->row = false;
		break;
	case DOM_figure: a->flags |= TEXT_FIGURE; break;
	case DOM_button: a->flags |= TEXT_BUTTON; break;
	case DOM_noscript: a->flags |= TEXT_NOSCRIPT; break;
	case DOM_details: a->flags |= TEXT_DETAILS; break;
	case DOM_form: a->flags |= TEXT_FORM; break;
	case DOM_legend:
	case DOM_label: a->flags |= TEXT_LABEL; break;
	case DOM_summary: a->flags = (a->flags & ~(uint32_t)TEXT_DETAILS) | TEXT_LABEL; break;
	case DOM_table:
		a->row = is_data_table(dom, node);
		if (!a->row)
			a->flags |= TEXT_TABLE;
		break;
	case DOM_a:
		if (dom->nodes[node].marks & DOM_MARK_HREF)
			a->link = node;
		break;
	case DOM_b:
	case DOM_strong: a->bold = true; break;
	case DOM_time: a->time = true; break;
	default: break;
	}
}

static bool is_block(struct walk *w, uint32_t node, int style, const struct around *outer)
{
	uint8_t tag = w->dom->nodes[node].tag;
	if (outer->row && tag != DOM_tr && tag != DOM_caption && tag != DOM_tbody && tag != DOM_thead &&
		tag != DOM_tfoot)
		return false; /* what stands in a cell of a data table is one line */
	if (tag == DOM_button && outer->heading)
		return false;
	return block_tags[tag] || style & STYLE_BLOCK;
}

static void line_break(struct walk *w)
{
	const struct around *a = &top(w)->around;
	if (a->pre && w->begun) {
		put(w, "\n", 1);
	} else if (a->heading || a->row) {
		w->space = w->begun;
	} else if (w->begun) {
		w->line = true; /* of the block before and of the one behind */
		flush(w);
		w->line = true;
	} else if (w->line) {
		w->gap = true; /* the second break of two */
	}
}

static void open_element(struct walk *w, uint32_t node)
{
	const struct dom_node *n = &w->dom->nodes[node];
	if (n->tag == DOM_br) {
		line_break(w);
		return;
	}
	const struct around *outer = &top(w)->around;
	if (n->tag == DOM_a && w->link_end)
		w->space = w->begun; /* anchors side by side are words apart */
	int style = n->marks & DOM_MARK_STYLE ? style_of(dom_attr(w->dom, node, DOM_ATTR_STYLE)) : 0;
	bool block = is_block(w, node, style, outer);
	if (outer->row && !block && (block_tags[n->tag] || n->tag == DOM_img)) {
		w->space = w->begun;
		w->cell |= n->tag == DOM_td || n->tag == DOM_th;
	}
	if (block)
		border(w);
	if (n->end == node + 1)
		return;
	/* made where it stays: a copy would wait for each of its bytes */
	struct open *inner = &w->stack[w->depth++];
	inner->node = node;
	inner->end = n->end;
	inner->box = UINT32_MAX;
	inner->block = block;
	inner->item_first = n->tag == DOM_li || n->tag == DOM_dt || n->tag == DOM_dd;
	inner->around = *outer;
	around_tag(w, node, style, &inner->around);
	inner->around.unseen = !block && ((inner->around.flags & ~outer->flags) & TEXT_HIDDEN || outer->unseen);
}

/* Passes over an element without text of its own; returns its last node. */
static uint32_t skip_element(struct walk *w, uint32_t node)
{
	if (block_tags[w->dom->nodes[node].tag] && !top(w)->around.row)
		border(w);
	return w->dom->nodes[node].end - 1;
}

static bool is_anchor(const struct walk *w, uint32_t node)
{
	uint8_t tag = w->dom->nodes[node].tag;
	return (tag == DOM_a || tag == DOM_span) && dom_is_anchor(w->dom, node);
}

static void close_before(struct walk *w, uint32_t node)
{
	while (w->depth > 1 && top(w)->end <= node) {
		struct open *o = top(w);
		uint8_t tag = w->dom->nodes[o->node].tag;
		if (o->block) {
			border(w);
			if (o->box != UINT32_MAX)
				w->out->boxes[o->box].end = w->out->count;
		} else if (tag == DOM_a && o->around.link) {
			w->link_end = true;
		} else if (block_tags[tag]) {
			w->space = w->begun;
		}
		w->depth--;
	}
}

/* Most nodes end nothing; the bottom of the stack ends with the page. */
static inline void close_until(struct walk *w, uint32_t node)
{
	if (top(w)->end <= node)
		close_before(w, node);
}

static int prepare(struct walk *w)
{
	const struct dom *dom = w->dom;
	size_t texts = dom->text_count, elements = dom->count - texts;
	/* each text may bring a space or a cell border with it, each element a line break */
	size_t bytes = dom->text_bytes + 4 * texts + elements + BLOCK_SLACK;
	w->text = arena_alloc(&w->page->arena, bytes);
	w->stack = arena_calloc(&w->page->arena, dom->depth + 3, sizeof(*w->stack));
	/* more is rare: a text with line breaks in it */
	w->block_cap = texts + 1 < LIMIT_BLOCKS ? texts + 1 : LIMIT_BLOCKS;
	w->box_cap = elements + 1;
	w->out->items = arena_alloc(&w->page->arena, w->block_cap * sizeof(struct text_block));
	w->out->boxes = arena_alloc(&w->page->arena, w->box_cap * sizeof(struct box));
	if (!w->text || !w->stack || !w->out->items || !w->out->boxes)
		return page_full(w->page);
	w->stack[w->depth++] = (struct open){ .end = dom->count, .block = true };
	w->out->boxes[w->out->box_count++] = (struct box){ 0 };
	w->gap = true;
	return 0;
}

int blocks_read(struct page *page, struct text_blocks *ret_blocks)
{
	struct walk w = { .page = page, .dom = page->dom, .out = ret_blocks };
	*ret_blocks = (struct text_blocks){ 0 };
	if (!page->dom || !page->dom->count)
		return 0;
	int result = prepare(&w);
	if (result)
		return result;
	for (uint32_t i = 1; i < w.dom->count && !w.full; i++) {
		close_until(&w, i);
		if (w.dom->nodes[i].is_text)
			text(&w, i);
		else if (skip_tags[w.dom->nodes[i].tag] || is_anchor(&w, i))
			i = skip_element(&w, i);
		else
			open_element(&w, i);
	}
	close_until(&w, w.dom->count);
	flush(&w);
	ret_blocks->boxes[0].end = ret_blocks->count;
	return w.full ? page_full(page) : 0;
}
