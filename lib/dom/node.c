/* Reading the node table. */
#include "dom/dom.h"

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
		n = collapse(out, n, cap, dom->nodes[i].text);
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
