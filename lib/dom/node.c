/* Reading the node table. */
#include "dom/dom.h"
#include "util/utf8.h"

struct view dom_attr(const struct dom *dom, uint32_t node, enum dom_attr_name name)
{
	const struct dom_node *at = &dom->nodes[node];
	for (uint32_t i = 0; i < at->attr_count; i++)
		if (dom->attrs[at->attr_first + i].name == name)
			return dom->attrs[at->attr_first + i].value;
	return VIEW_NONE;
}

/* Appends @text with each run of spaces as one, none at the start. */
static size_t collapse(char *out, size_t n, size_t max, struct view text)
{
	for (size_t i = 0; i < text.n && n < max; i++) {
		bool space = ascii_is_space(text.p[i]);
		if (!space)
			out[n++] = text.p[i];
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	return n;
}

/* A cut at the ceiling must not stand inside a code point. */
static size_t whole(const char *text, size_t n)
{
	size_t at = n;
	while (at && ((unsigned char)text[at - 1] & 0xC0) == 0x80)
		at--;
	if (at == 0)
		return 0;
	unsigned char lead = (unsigned char)text[at - 1];
	size_t need = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
	return at - 1 + need <= n ? n : at - 1;
}

/* No letter and no digit of any script: marks of ASCII, section signs and pilcrows, arrows and pictures. */
static bool is_mark(struct view text)
{
	for (size_t at = 0; at < text.n;) {
		uint32_t cp = utf8_next(text, &at);
		bool mark = cp < 0x80 ? !ascii_is_alpha((char)cp) && !ascii_is_digit((char)cp)
				      : cp == 0xA0 || cp == 0xA7 || cp == 0xB6 || (cp >= 0x2000 && cp < 0x2C00) ||
						cp == 0xFE0F || cp == 0xFEFF || (cp >= 0x1F300 && cp < 0x1FB00);
		if (!mark)
			return false;
	}
	return true;
}

static bool is_heading(const struct dom *dom, uint32_t node)
{
	return dom->nodes[node].tag >= DOM_h1 && dom->nodes[node].tag <= DOM_h6;
}

/* In a box of their own, which begins with the heading. */
static bool is_behind_heading(const struct dom *dom, uint32_t node)
{
	uint32_t box = dom->nodes[node].parent;
	return dom->nodes[box].tag == DOM_div && box + 1 < node && is_heading(dom, box + 1);
}

bool dom_is_anchor(const struct dom *dom, uint32_t node)
{
	const struct dom_node *n = &dom->nodes[node];
	if (!is_heading(dom, n->parent) && dom->nodes[n->parent].tag != DOM_dt && !is_behind_heading(dom, node))
		return false;
	if (n->tag == DOM_span)
		return dom_has_token(dom_attr(dom, node, DOM_ATTR_CLASS), VIEW("mw-editsection"));
	struct view href = dom_attr(dom, node, DOM_ATTR_HREF);
	if (n->tag != DOM_a || view_find_byte(href, '#') == href.n)
		return false;
	for (uint32_t i = node + 1; i < n->end; i++)
		if (dom->nodes[i].is_text && !is_mark(dom->nodes[i].text))
			return false;
	return true;
}

/* Readings above a text, and what leads to a heading, are not of what the element says. */
static bool is_beside(const struct dom *dom, uint32_t node)
{
	switch (dom->nodes[node].tag) {
	case DOM_rt:
	case DOM_rp: return true;
	case DOM_a:
	case DOM_span: return dom_is_anchor(dom, node);
	default: return false;
	}
}

struct view dom_text(struct page *page, uint32_t node, size_t max)
{
	const struct dom *dom = page->dom;
	size_t need = 0, n = 0;
	for (uint32_t i = node; i < dom->nodes[node].end; i++)
		need += dom->nodes[i].text.n;
	size_t cap = need < max ? need : max;
	char *out = arena_alloc(&page->arena, cap + 1);
	if (!out)
		return VIEW_NONE;
	for (uint32_t i = node; i < dom->nodes[node].end && n < cap; i++)
		if (dom->nodes[i].is_text)
			n = collapse(out, n, cap, dom->nodes[i].text);
		else if (i > node && is_beside(dom, i))
			i = dom->nodes[i].end - 1;
	if (n == max)
		n = whole(out, n);
	while (n && out[n - 1] == ' ')
		n--;
	out[n] = 0;
	return view_make(out, n);
}

bool dom_has_token(struct view class_list, struct view token)
{
	size_t at = 0;
	while (at < class_list.n) {
		while (at < class_list.n && ascii_is_space(class_list.p[at]))
			at++;
		size_t start = at;
		while (at < class_list.n && !ascii_is_space(class_list.p[at]))
			at++;
		if (at > start && view_eq_nocase(view_make(class_list.p + start, at - start), token))
			return true;
	}
	return false;
}
