/* Markdown as CommonMark 0.31 reads it, tables as GitHub's extension. Blocks are those kept; what stands inside a block
 * is read again from the tree for links, emphasis and cells. */
#include "extract/html.h"
#include "normalise/normalise.h"
#include "util/buf.h"
#include "util/limits.h"

enum { INLINE_LEVELS = 16, MARKDOWN_MAX = 32 << 20 };

struct look {
	uint32_t link; /* node of the anchor; 0 none */
	bool strong, em, code;
};

struct writer {
	struct page *page;
	const struct dom *dom;
	struct buf out, plain;
	struct view base;      /* what relative addresses are relative to; empty: not known */
	uint32_t list, number; /* the ordered list being written, its last number */
	uint32_t table;	       /* the table being written */
	uint8_t kind;
	bool begun;
};

static uint32_t ancestor(const struct dom *dom, uint32_t node, enum dom_tag tag)
{
	for (int i = 0; node && i < LIMIT_DOM_DEPTH; i++, node = dom->nodes[node].parent)
		if (!dom->nodes[node].is_text && dom->nodes[node].tag == tag)
			return node;
	return 0;
}

static struct look look_of(const struct dom *dom, uint32_t text)
{
	struct look look = { 0 };
	uint32_t node = dom->nodes[text].parent;
	for (int i = 0; node && i < INLINE_LEVELS; i++, node = dom->nodes[node].parent) {
		switch (dom->nodes[node].tag) {
		case DOM_a:
			if (!look.link && dom_attr(dom, node, DOM_ATTR_HREF).n)
				look.link = node;
			break;
		case DOM_strong:
		case DOM_b: look.strong = true; break;
		case DOM_em:
		case DOM_i: look.em = true; break;
		case DOM_code:
		case DOM_kbd:
		case DOM_samp:
		case DOM_tt: look.code = true; break;
		case DOM_p:
		case DOM_div:
		case DOM_li:
		case DOM_td:
		case DOM_th:
		case DOM_blockquote:
		case DOM_article:
		case DOM_body: return look;
		default: break;
		}
	}
	return look;
}

static bool same(struct look a, struct look b)
{
	return a.link == b.link && a.strong == b.strong && a.em == b.em && a.code == b.code;
}

/* ---- escaping ------------------------------------------------------------------------------ */

static void put_escaped(struct buf *out, struct view text, bool cell)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool inner = i && i + 1 < text.n && !ascii_is_space(text.p[i - 1]) && !ascii_is_space(text.p[i + 1]);
		if (c == '\\' || c == '`' || c == '*' || c == '[' || c == ']' || c == '<' || (c == '_' && !inner) ||
			(c == '|' && cell))
			buf_putc(out, '\\');
		buf_putc(out, c == '\n' ? ' ' : c);
	}
}

/* What would begin a heading, list, quote, rule or fence at the start of a line. */
static void put_line_start(struct buf *out, struct view *text)
{
	size_t digits = 0;
	if (!text->n)
		return;
	while (digits < text->n && digits < 9 && ascii_is_digit(text->p[digits]))
		digits++;
	if (digits && digits < text->n && (text->p[digits] == '.' || text->p[digits] == ')')) {
		buf_put(out, text->p, digits);
		buf_putc(out, '\\');
		*text = view_from(*text, digits);
	} else if (strchr("#+->=~", *text->p)) {
		buf_putc(out, '\\');
		buf_putc(out, *text->p);
		*text = view_from(*text, 1);
	}
}

static void put_url(struct buf *out, struct view url)
{
	static const char hex[] = "0123456789ABCDEF";
	url = view_trim(url);
	for (size_t i = 0; i < url.n && i < LIMIT_URL_BYTES; i++) {
		unsigned char c = (unsigned char)url.p[i];
		if (c <= ' ' || c == '(' || c == ')' || c == '<' || c == '>' || c == '\\' || c == 0x7F)
			buf_printf(out, "%%%c%c", hex[c >> 4], hex[c & 15]);
		else
			buf_putc(out, (char)c);
	}
}

/* Only what a reader can follow: no scripts, no data. */
static bool can_link(struct view url)
{
	url = view_trim(url);
	size_t colon = view_find_byte(url, ':'), slash = view_find_byte(url, '/');
	if (!url.n || *url.p == '#')
		return false;
	return colon == url.n || slash < colon || view_starts_nocase(url, VIEW("http:")) ||
	       view_starts_nocase(url, VIEW("https:")) || view_starts_nocase(url, VIEW("mailto:"));
}

/* The page's address, or what its base element makes of it (HTML section 4.2.3). */
static struct view base_of(struct page *page)
{
	const struct dom *dom = page->dom;
	struct view base = page->capture.url, absolute;
	for (uint32_t i = dom->head; i && i < dom->nodes[dom->head].end; i++) {
		struct view href = dom->nodes[i].tag == DOM_base && !dom->nodes[i].is_text
					   ? view_trim(dom_attr(dom, i, DOM_ATTR_HREF))
					   : VIEW_NONE;
		if (href.n && href.n <= LIMIT_URL_BYTES)
			return url_resolve(&page->arena, base.n ? base : href, href, &absolute) == 0 ? absolute : base;
	}
	return base;
}

/* Where @href leads from this page; as it stands where that is not known. */
static struct view target_of(struct writer *w, struct view href)
{
	struct view absolute;
	href = view_trim(href);
	if (!w->base.n || href.n > LIMIT_URL_BYTES || view_starts_nocase(href, VIEW("mailto:")))
		return href;
	return url_resolve(&w->page->arena, w->base, href, &absolute) == 0 ? absolute : href;
}

/* ---- a run of text of one look --------------------------------------------------------------- */

static void put_run(struct writer *w, struct look look, struct view text, bool cell)
{
	struct view core = view_trim(text);
	struct view href = look.link ? dom_attr(w->dom, look.link, DOM_ATTR_HREF) : VIEW_NONE;
	bool link = look.link && can_link(href);
	const char *mark = look.strong && look.em ? "***" : look.strong ? "**" : look.em ? "*" : "";
	if (!core.n) {
		if (text.n)
			buf_putc(&w->out, ' ');
		return;
	}
	if (core.p > text.p)
		buf_putc(&w->out, ' ');
	if (link)
		buf_putc(&w->out, '[');
	buf_puts(&w->out, mark);
	if (look.code && view_find_byte(core, '`') == core.n)
		buf_printf(&w->out, "`%.*s`", (int)core.n, core.p);
	else
		put_escaped(&w->out, core, cell);
	buf_puts(&w->out, mark);
	if (link) {
		buf_puts(&w->out, "](");
		put_url(&w->out, target_of(w, href));
		buf_putc(&w->out, ')');
	}
	if (core.p + core.n < text.p + text.n)
		buf_putc(&w->out, ' ');
}

static void add_collapsed(struct buf *buf, struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		bool space = ascii_is_space(text.p[i]);
		if (!space || (buf->n && buf->p[buf->n - 1] != ' '))
			buf_putc(buf, space ? ' ' : text.p[i]);
	}
}

static size_t ink(struct view text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += !ascii_is_space(text.p[i]);
	return n;
}

/* The tree between the block's first and last text says the same as the block: nothing hidden, nothing cut out. */
static bool tree_agrees(const struct writer *w, const struct block *b)
{
	size_t sum = 0;
	if (!b->node || b->last_node < b->node || b->last_node >= w->dom->count)
		return false;
	for (uint32_t i = b->node; i <= b->last_node; i++)
		if (w->dom->nodes[i].is_text)
			sum += ink(w->dom->nodes[i].text);
	return sum == ink(b->text);
}

static void put_nodes(struct writer *w, uint32_t from, uint32_t last, bool cell)
{
	struct look now = { 0 };
	bool begun = false;
	buf_reset(&w->plain);
	for (uint32_t i = from; i <= last; i++) {
		const struct dom_node *n = &w->dom->nodes[i];
		if (!n->is_text) {
			if (n->tag == DOM_br || n->tag == DOM_p || n->tag == DOM_div || n->tag == DOM_li)
				add_collapsed(&w->plain, VIEW(" "));
			continue;
		}
		struct look look = look_of(w->dom, i);
		if (begun && !same(look, now)) {
			put_run(w, now, buf_view(&w->plain), cell);
			buf_reset(&w->plain);
		}
		now = look;
		begun = true;
		if (!w->plain.n && n->text.n && ascii_is_space(*n->text.p))
			buf_putc(&w->plain, ' ');
		add_collapsed(&w->plain, n->text);
	}
	put_run(w, now, buf_view(&w->plain), cell);
}

static void put_inline(struct writer *w, const struct block *b)
{
	struct view text = b->text;
	if (tree_agrees(w, b)) {
		size_t before = w->out.n;
		put_nodes(w, b->node, b->last_node, false);
		/* what stands first may look like markup of a line */
		if (w->out.n > before && w->out.p[before] == *text.p && b->kind != BLOCK_HEADING) {
			struct buf copy = BUF_INIT(MARKDOWN_MAX);
			buf_put(&copy, w->out.p + before, w->out.n - before);
			struct view rest = buf_view(&copy);
			w->out.n = before;
			put_line_start(&w->out, &rest);
			buf_putv(&w->out, rest);
			buf_free(&copy);
		}
		return;
	}
	put_line_start(&w->out, &text);
	put_escaped(&w->out, text, false);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static void put_row(struct writer *w, const struct block *b)
{
	uint32_t row = ancestor(w->dom, b->node, DOM_tr), table = ancestor(w->dom, b->node, DOM_table);
	uint32_t cells = 0;
	buf_putc(&w->out, '|');
	for (uint32_t i = row + 1; row && i < w->dom->nodes[row].end; i = w->dom->nodes[i].end) {
		const struct dom_node *n = &w->dom->nodes[i];
		if (n->is_text || (n->tag != DOM_td && n->tag != DOM_th))
			continue;
		buf_putc(&w->out, ' ');
		put_nodes(w, i, n->end - 1, true);
		buf_puts(&w->out, " |");
		cells++;
	}
	if (!cells) {
		buf_putc(&w->out, ' ');
		put_escaped(&w->out, b->text, true);
		buf_puts(&w->out, " |");
		cells = 1;
	}
	buf_putc(&w->out, '\n');
	if (w->table == table && w->kind == BLOCK_ROW)
		return;
	w->table = table;
	buf_putc(&w->out, '|');
	for (uint32_t i = 0; i < cells; i++)
		buf_puts(&w->out, " --- |");
	buf_putc(&w->out, '\n');
}

static void put_item(struct writer *w, const struct block *b)
{
	uint32_t item = ancestor(w->dom, b->node, DOM_li);
	uint32_t list = item ? w->dom->nodes[item].parent : 0;
	for (int i = 1; i < b->level; i++)
		buf_puts(&w->out, "    ");
	if (list && w->dom->nodes[list].tag == DOM_ol) {
		w->number = w->list == list ? w->number + 1 : 1;
		w->list = list;
		buf_printf(&w->out, "%u. ", w->number);
	} else {
		buf_puts(&w->out, "- ");
	}
	put_inline(w, b);
	buf_putc(&w->out, '\n');
}

static void put_code(struct writer *w, const struct block *b)
{
	size_t longest = 2, run = 0;
	for (size_t i = 0; i < b->text.n; i++) {
		run = b->text.p[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (size_t i = 0; i <= longest; i++)
		buf_putc(&w->out, '`');
	buf_putc(&w->out, '\n');
	buf_putv(&w->out, b->text);
	buf_putc(&w->out, '\n');
	for (size_t i = 0; i <= longest; i++)
		buf_putc(&w->out, '`');
	buf_putc(&w->out, '\n');
}

static bool goes_on(const struct writer *w, const struct block *b)
{
	if (b->kind == BLOCK_ROW)
		return w->kind == BLOCK_ROW && ancestor(w->dom, b->node, DOM_table) == w->table;
	return b->kind == BLOCK_ITEM && w->kind == BLOCK_ITEM;
}

static void put_block(struct writer *w, const struct block *b)
{
	bool quote_on = w->kind == BLOCK_QUOTE && b->kind == BLOCK_QUOTE;
	if (w->begun && !goes_on(w, b))
		buf_puts(&w->out, quote_on ? ">\n" : "\n");
	switch (b->kind) {
	case BLOCK_HEADING:
		for (int i = 0; i < b->level && i < 6; i++)
			buf_putc(&w->out, '#');
		buf_putc(&w->out, ' ');
		put_inline(w, b);
		buf_putc(&w->out, '\n');
		break;
	case BLOCK_ITEM: put_item(w, b); break;
	case BLOCK_ROW: put_row(w, b); break;
	case BLOCK_CODE: put_code(w, b); break;
	default:
		buf_puts(&w->out, b->kind == BLOCK_QUOTE ? "> " : "");
		put_inline(w, b);
		buf_putc(&w->out, '\n');
		break;
	}
	w->kind = b->kind;
	w->begun = true;
}

int markdown_render(struct page *page, struct view *ret_text)
{
	struct writer w = {
		.page = page, .dom = page->dom, .out = BUF_INIT(MARKDOWN_MAX), .plain = BUF_INIT(MARKDOWN_MAX)
	};
	*ret_text = VIEW_NONE;
	if (!page->dom)
		return 0;
	w.base = base_of(page);
	for (size_t i = 0; i < page->block_count; i++)
		if (!page->blocks[i].cut)
			put_block(&w, &page->blocks[i]);
	char *copy = w.out.err ? NULL : arena_strndup(&page->arena, w.out.p ? w.out.p : "", w.out.n);
	if (copy)
		*ret_text = view_make(copy, w.out.n);
	buf_free(&w.out);
	buf_free(&w.plain);
	return copy ? 0 : page_full(page);
}
