#include "dom/script.h"

#include "dom/names.h"

enum {
	SCRIPT_FIRST = 8,
	STATE_BYTES = 512, /* a shorter assignment is configuration, not a page's content */
};

static struct view attr_value(const char *p, const struct token *open, enum dom_attr_name name)
{
	struct token_attr attr;
	for (size_t at = open->name_end; token_attr_read(p, open, &at, &attr);)
		if (names_attr(p + attr.name_at, attr.name_end - attr.name_at) == name)
			return view_make(p + attr.value_at, attr.value_end - attr.value_at);
	return VIEW_NONE;
}

static bool is_name_byte(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_' || c == '$' || c == '.' || c == '[' || c == ']' ||
	       c == '"' || c == '\'';
}

/* "window.__STATE__ = {", "var data=[", "self['x'] = JSON.parse(": an assignment of data comes first. */
static bool assigns_data(struct view source)
{
	static const struct view declarations[] = { { "var ", 4 }, { "let ", 4 }, { "const ", 6 } };
	struct view v = view_trim(source);
	if (v.n < STATE_BYTES)
		return false;
	for (size_t i = 0; i < sizeof(declarations) / sizeof(declarations[0]); i++)
		if (view_starts(v, declarations[i])) {
			v = view_trim(view_from(v, declarations[i].n));
			break;
		}
	size_t name = 0;
	while (name < v.n && is_name_byte(v.p[name]))
		name++;
	v = view_trim(view_from(v, name));
	if (name == 0 || v.n == 0 || v.p[0] != '=')
		return false;
	v = view_trim(view_from(v, 1));
	return view_starts(v, VIEW("{")) || view_starts(v, VIEW("[")) || view_starts(v, VIEW("JSON.parse("));
}

/* enum dom_script_type, or -1. */
static int script_type(struct view type, struct view source)
{
	struct view essence = view_trim(view_first(type, view_find_byte(type, ';')));
	if (view_eq_nocase(essence, VIEW("application/ld+json")))
		return DOM_SCRIPT_JSON_LD;
	if (view_eq_nocase(essence, VIEW("application/json")))
		return DOM_SCRIPT_JSON;
	if (essence.n == 0 || view_ends(essence, VIEW("javascript")))
		return assigns_data(source) ? DOM_SCRIPT_STATE : -1;
	return -1;
}

int script_keep(struct page *page, const struct token *open, struct view source)
{
	struct dom *dom = page->dom;
	const char *p = page->utf8.p;
	int type = script_type(attr_value(p, open, DOM_ATTR_TYPE), source);
	if (type < 0)
		return 0;
	uint32_t n = dom->script_count;
	if (n == 0 || (n >= SCRIPT_FIRST && (n & (n - 1)) == 0)) {
		size_t size = sizeof(*dom->scripts), cap = n ? n * 2 : SCRIPT_FIRST;
		struct dom_script *grown = arena_grow(&page->arena, dom->scripts, n * size, cap * size);
		if (!grown)
			return page_full(page);
		dom->scripts = grown;
	}
	dom->scripts[dom->script_count++] =
		(struct dom_script){ .text = source, .id = attr_value(p, open, DOM_ATTR_ID), .type = (uint8_t)type };
	return 0;
}

int script_collect(struct page *page)
{
	const char *p = page->utf8.p;
	size_t n = page->utf8.n;
	struct token token;
	for (size_t at = 0;; at = token.end) {
		token_read(p, n, at, &token);
		if (token.kind == TOKEN_END)
			return 0;
		if (token.kind != TOKEN_OPEN || token_raw_kind(p, &token) == RAW_NO)
			continue;
		size_t begin = token.end;
		token.end = token_raw_end(p, n, begin, &token);
		if (token.tag != DOM_script)
			continue;
		int result = script_keep(page, &token, view_make(p + begin, token.end - begin));
		if (result)
			return result;
	}
}
