/* What stands inside a block as Markdown: links, emphasis, code. */
#include "extract/markdown.h"

#include <string.h>
#include "extract/block_tags.h"
#include "normalise/normalise.h"
#include "normalise/unicode.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { INLINE_LEVELS = 16, REFERENCE_BYTES = 32 };

struct look {
	uint32_t link; /* node of the anchor; 0 none */
	bool strong, em, code;
};

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

static struct look look_of(const struct dom *dom, uint32_t text)
{
	struct look look = { 0 };
	uint32_t node = dom->nodes[text].parent;
	for (int i = 0; node && i < INLINE_LEVELS; i++, node = dom->nodes[node].parent) {
		switch (dom->nodes[node].tag) {
		case DOM_a:
			if (!look.link && can_link(dom_attr(dom, node, DOM_ATTR_HREF)))
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

/* "&copy;" as it stands would be read as the sign. */
static bool is_reference(struct view text)
{
	size_t n = 1;
	while (n < text.n && n < REFERENCE_BYTES &&
		(ascii_is_alpha(text.p[n]) || ascii_is_digit(text.p[n]) || (n == 1 && text.p[n] == '#')))
		n++;
	return n > 1 && n < text.n && text.p[n] == ';';
}

void markdown_escape(struct buf *out, struct view text, bool cell)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool inner = i && i + 1 < text.n && !ascii_is_space(text.p[i - 1]) && !ascii_is_space(text.p[i + 1]);
		if (c == '\\' || c == '`' || c == '*' || c == '[' || c == ']' || c == '<' || (c == '_' && !inner) ||
			(c == '|' && cell) || (c == '&' && is_reference(view_from(text, i))))
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

/* The page's address, or what its base element makes of it (HTML section 4.2.3). */
struct view markdown_base(struct page *page)
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

/* With a scheme, or as "//host/": "/@name" is a path. */
static bool names_host(struct view href)
{
	return view_starts_nocase(href, VIEW("http:")) || view_starts_nocase(href, VIEW("https:")) ||
	       (href.n > 1 && strchr("/\\", href.p[0]) && strchr("/\\", href.p[1]));
}

/* Where @href leads from this page; as it stands where that is not known. */
static struct view target_of(struct markdown *m, struct view href)
{
	struct view absolute;
	href = view_trim(href);
	if (view_starts_nocase(href, VIEW("mailto:")))
		return href;
	if (names_host(href) && view_find_byte(href, '@') < href.n) {
		char *copy = arena_strdup_view(&m->page->arena, href);
		href = copy ? view_make(copy, url_without_credentials(href, copy)) : VIEW_NONE;
	}
	if (!m->base.n || href.n > LIMIT_URL_BYTES)
		return href;
	return url_resolve(&m->page->arena, m->base, href, &absolute) == 0 ? absolute : href;
}

/* ---- a run of text of one look --------------------------------------------------------------- */

static void close_link(struct markdown *m)
{
	if (!m->link)
		return;
	buf_puts(&m->out, "](");
	put_url(&m->out, target_of(m, dom_attr(m->dom, m->link, DOM_ATTR_HREF)));
	buf_putc(&m->out, ')');
	m->link = 0;
}

static void open_run(struct markdown *m, uint32_t link)
{
	if (m->link != link)
		close_link(m);
	if (m->space && m->out.n > m->start)
		buf_putc(&m->out, ' ');
	m->space = false;
	if (link && !m->link)
		buf_putc(&m->out, '[');
	m->link = link;
}

static void put_code_run(struct buf *out, struct view text)
{
	size_t longest = 0, run = 0;
	for (size_t i = 0; i < text.n; i++) {
		run = text.p[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (size_t i = 0; i <= longest; i++)
		buf_putc(out, '`');
	buf_printf(out, longest ? " %.*s " : "%.*s", (int)text.n, text.p);
	for (size_t i = 0; i <= longest; i++)
		buf_putc(out, '`');
}

static bool is_word(uint32_t cp)
{
	return cp != UTF8_BAD && unicode_entry(cp) & UNICODE_WORD;
}

/* Marks of emphasis open and close where a letter stands beside them on the inside, or none on the outside (CommonMark
 * section 6.2: flanking). */
static bool can_mark(struct view before, struct view core, struct view behind)
{
	size_t first = 0, last = core.n, left = before.n, right = 0;
	return (is_word(utf8_next(core, &first)) || !left || !is_word(utf8_prev(before, &left))) &&
	       (is_word(utf8_prev(core, &last)) || !behind.n || !is_word(utf8_next(behind, &right)));
}

/* @behind: the text that comes next. */
static void put_run(struct markdown *m, struct look look, struct view text, struct view behind, bool cell)
{
	struct view core = view_trim(text);
	if (!core.n) {
		m->space |= text.n > 0;
		return;
	}
	m->space |= core.p > text.p || (look.link && m->link && look.link != m->link); /* anchors side by side */
	bool apart = m->space, ends = core.p + core.n < text.p + text.n;
	struct view before = apart ? VIEW_NONE : buf_view(&m->out);
	bool marks = (look.strong || look.em) && can_mark(before, core, ends ? VIEW_NONE : behind);
	const char *mark = !marks ? "" : look.strong && look.em ? "***" : look.strong ? "**" : "*";
	open_run(m, look.link);
	buf_puts(&m->out, mark);
	if (look.code)
		put_code_run(&m->out, core);
	else
		markdown_escape(&m->out, core, cell);
	buf_puts(&m->out, mark);
	m->space = ends;
}

static void add_collapsed(struct buf *buf, struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		bool space = ascii_is_space(text.p[i]);
		if (!space || (buf->n && buf->p[buf->n - 1] != ' '))
			buf_putc(buf, space ? ' ' : text.p[i]);
	}
}

/* ---- nodes ------------------------------------------------------------------------------------ */

/* What the blocks have left out: the last node of it, or @node. */
static uint32_t skip(const struct markdown *m, uint32_t node)
{
	const struct dom_node *n = &m->dom->nodes[node];
	bool out = skip_tags[n->tag] || ((n->tag == DOM_a || n->tag == DOM_span) && dom_is_anchor(m->dom, node));
	if (!out && !block_tags[n->tag] && n->marks & (DOM_MARK_STYLE | DOM_MARK_HIDDEN))
		out = hidden_flags(m->dom, node, style_of(dom_attr(m->dom, node, DOM_ATTR_STYLE))) & TEXT_HIDDEN;
	return out ? n->end - 1 : node;
}

static size_t ink(struct view text)
{
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += !ascii_is_space(text.p[i]);
	return n;
}

/* The tree between the block's first and last text says the same as the block: nothing more is hidden or cut out. */
static bool tree_agrees(const struct markdown *m, const struct block *b)
{
	size_t sum = 0;
	if (!b->node || b->last_node < b->node || b->last_node >= m->dom->count)
		return false;
	for (uint32_t i = b->node; i <= b->last_node; i++)
		if (m->dom->nodes[i].is_text)
			sum += ink(m->dom->nodes[i].text);
		else
			i = skip(m, i);
	return sum == ink(b->text);
}

static void put_nodes(struct markdown *m, uint32_t from, uint32_t last, bool cell)
{
	struct look now = { 0 };
	bool begun = false;
	buf_reset(&m->plain);
	for (uint32_t i = from; i <= last; i++) {
		const struct dom_node *n = &m->dom->nodes[i];
		if (!n->is_text) {
			if (n->tag == DOM_br || block_tags[n->tag])
				add_collapsed(&m->plain, VIEW(" "));
			i = i > from ? skip(m, i) : i;
			continue;
		}
		struct look look = look_of(m->dom, i);
		if (begun && !same(look, now)) {
			put_run(m, now, buf_view(&m->plain), n->text, cell);
			buf_reset(&m->plain);
		}
		now = look;
		begun = true;
		if (!m->plain.n && n->text.n && ascii_is_space(*n->text.p))
			buf_putc(&m->plain, ' ');
		add_collapsed(&m->plain, n->text);
	}
	put_run(m, now, buf_view(&m->plain), VIEW_NONE, cell);
	close_link(m);
}

void markdown_cell(struct markdown *m, uint32_t cell)
{
	m->space = false;
	m->start = m->out.n;
	put_nodes(m, cell, m->dom->nodes[cell].end - 1, true);
	m->space = false;
}

void markdown_inline(struct markdown *m, const struct block *b)
{
	struct view text = b->text;
	m->space = false;
	m->start = m->out.n;
	if (tree_agrees(m, b)) {
		size_t before = m->start;
		put_nodes(m, b->node, b->last_node, false);
		m->space = false;
		/* what stands first may look like markup of a line */
		if (m->out.n > before && m->out.p[before] == *text.p && b->kind != BLOCK_HEADING) {
			struct buf copy = BUF_INIT(MARKDOWN_MAX);
			buf_put(&copy, m->out.p + before, m->out.n - before);
			struct view rest = buf_view(&copy);
			m->out.n = before;
			put_line_start(&m->out, &rest);
			buf_putv(&m->out, rest);
			buf_free(&copy);
		}
		return;
	}
	put_line_start(&m->out, &text);
	markdown_escape(&m->out, text, false);
}
