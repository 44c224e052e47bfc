#include "dom_text.h"

#include "util/limits.h"

static void put_quoted(struct buf *out, struct view v)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_putc(out, c);
	}
	buf_putc(out, '"');
}

static void put_node(const struct dom *dom, uint32_t i, struct buf *out)
{
	const struct dom_node *node = &dom->nodes[i];
	buf_printf(out, "%*s", 2 * (node->depth - 1), "");
	if (node->is_text) {
		put_quoted(out, node->text);
	} else {
		buf_printf(out, "<%s", node->tag == DOM_OTHER ? "?" : dom_tag_name(node->tag));
		for (uint32_t k = 0; k < node->attr_count; k++) {
			const struct dom_attr *attr = &dom->attrs[node->attr_first + k];
			buf_printf(out, " %s=", dom_attr_text(attr->name));
			put_quoted(out, attr->value);
		}
		buf_putc(out, '>');
	}
	buf_putc(out, '\n');
}

void dom_text_write(const struct dom *dom, struct buf *out)
{
	static const char *const types[] = { "json-ld", "json", "state" };
	for (uint32_t i = 1; i < dom->count; i++)
		put_node(dom, i, out);
	for (uint32_t i = 0; i < dom->script_count; i++) {
		buf_printf(out, "script %s ", types[dom->scripts[i].type]);
		put_quoted(out, dom->scripts[i].id);
		buf_putc(out, ' ');
		put_quoted(out, dom->scripts[i].text);
		buf_putc(out, '\n');
	}
}

int dom_text_parse(struct page *page, struct garner_options *options, struct view html)
{
	*page = (struct page){ .kind = PAGE_HTML };
	arena_init(&page->arena, LIMIT_PAGE_MEMORY);
	page->options = options;
	page->utf8 = html;
	return dom_parse(page);
}
