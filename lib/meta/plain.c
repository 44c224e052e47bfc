#include "meta/jsonld.h"

#include "util/utf8.h"

static const struct {
	struct view name;
	uint32_t cp;
} entities[] = {
#define ENTITY(name, cp)                                                                                               \
	{                                                                                                              \
		{ name, sizeof(name) - 1 }, cp                                                                         \
	}
	ENTITY("amp", '&'),
	ENTITY("lt", '<'),
	ENTITY("gt", '>'),
	ENTITY("quot", '"'),
	ENTITY("apos", '\''),
	ENTITY("nbsp", ' '),
	ENTITY("ndash", 0x2013),
	ENTITY("mdash", 0x2014),
	ENTITY("lsquo", 0x2018),
	ENTITY("rsquo", 0x2019),
	ENTITY("sbquo", 0x201A),
	ENTITY("ldquo", 0x201C),
	ENTITY("rdquo", 0x201D),
	ENTITY("bdquo", 0x201E),
	ENTITY("laquo", 0xAB),
	ENTITY("raquo", 0xBB),
	ENTITY("hellip", 0x2026),
	ENTITY("auml", 0xE4),
	ENTITY("ouml", 0xF6),
	ENTITY("uuml", 0xFC),
	ENTITY("Auml", 0xC4),
	ENTITY("Ouml", 0xD6),
	ENTITY("Uuml", 0xDC),
	ENTITY("szlig", 0xDF),
	ENTITY("eacute", 0xE9),
	ENTITY("egrave", 0xE8),
	ENTITY("agrave", 0xE0),
	ENTITY("aacute", 0xE1),
	ENTITY("ccedil", 0xE7),
	ENTITY("ecirc", 0xEA),
	ENTITY("iacute", 0xED),
	ENTITY("oacute", 0xF3),
	ENTITY("uacute", 0xFA),
	ENTITY("ntilde", 0xF1),
	ENTITY("atilde", 0xE3),
	ENTITY("otilde", 0xF5),
	ENTITY("aring", 0xE5),
	ENTITY("aelig", 0xE6),
	ENTITY("oslash", 0xF8),
	ENTITY("euro", 0x20AC),
	ENTITY("copy", 0xA9),
	ENTITY("reg", 0xAE),
	ENTITY("shy", 0),
	ENTITY("zwnj", 0x200C),
	ENTITY("middot", 0xB7),
	ENTITY("bull", 0x2022),
#undef ENTITY
};

static bool numeric(struct view name, uint32_t *ret)
{
	bool hex = name.n > 1 && ascii_lower(name.p[1]) == 'x';
	uint32_t cp = 0;
	size_t i = hex ? 2 : 1;
	if (i >= name.n)
		return false;
	for (; i < name.n && cp < 0x110000; i++) {
		char c = ascii_lower(name.p[i]);
		if (ascii_is_digit(c))
			cp = cp * (hex ? 16 : 10) + (uint32_t)(c - '0');
		else if (hex && c >= 'a' && c <= 'f')
			cp = cp * 16 + (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	if (cp == 0 || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return false;
	*ret = cp < 0x20 || (cp >= 0x7F && cp < 0xA0) ? ' ' : cp;
	return true;
}

/* A character reference at @at ('&'); moves @at behind its ';'. */
static bool entity(struct view text, size_t *at, uint32_t *ret)
{
	struct view rest = view_first(view_from(text, *at + 1), 10);
	size_t n = view_find_byte(rest, ';');
	if (n == rest.n || n == 0)
		return false;
	struct view name = view_first(rest, n);
	bool found = name.p[0] == '#' && numeric(name, ret);
	for (size_t i = 0; !found && i < sizeof(entities) / sizeof(entities[0]); i++) {
		found = view_eq(entities[i].name, name);
		*ret = entities[i].cp;
	}
	if (found)
		*at += n + 2;
	return found;
}

/* "The <canvas> element", "List<E>": a name and nothing else that is closed nowhere, of no element without an end. */
static bool is_named(struct view text, struct view name)
{
	static const struct view open[] = { VIEW("br"), VIEW("hr"), VIEW("wbr"), VIEW("img"), VIEW("p"), VIEW("li"),
		VIEW("div") };
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_alpha(name.p[i]) && !ascii_is_digit(name.p[i]))
			return false;
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		if (view_eq_nocase(name, open[i]))
			return false;
	for (size_t at = 0; at < text.n; at++) {
		at += view_find(view_from(text, at), VIEW("</"));
		if (at + 2 < text.n && view_starts_nocase(view_from(text, at + 2), name))
			return false;
	}
	return true;
}

/* End of a tag that begins at @at ('<'), or @at when it is none. */
static size_t tag_end(struct view text, size_t at)
{
	char c = at + 1 < text.n ? text.p[at + 1] : 0;
	if (!ascii_is_alpha(c) && c != '/' && c != '!')
		return at;
	size_t n = view_find_byte(view_from(text, at), '>');
	if (at + n >= text.n || (ascii_is_alpha(c) && is_named(text, view_make(text.p + at + 1, n - 1))))
		return at;
	return at + n + 1;
}

/* Nothing to do: no marks of markup, no space but single ones between words. */
static bool is_plain(struct view text)
{
	bool space = true;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c < ' ' || c == '<' || c == '&' || (c == ' ' && space) || c == 0xC2 || c == 0xE2)
			return false;
		space = c == ' ';
	}
	return !space;
}

struct view ld_plain(struct arena *arena, struct view text, size_t max)
{
	if (text.n <= max && is_plain(text))
		return text;
	/* Twice: "&amp;quot;" is common in values that went through two templates; the second pass is in place. */
	char *out = arena_alloc(arena, (text.n < 4 * max ? text.n : 4 * max) + 4);
	if (!out || text.n == 0)
		return VIEW_NONE;
	text = utf8_first(text, 4 * max);
	size_t n = 0;
	for (int pass = 0; pass < 2; pass++) {
		bool space = false;
		n = 0;
		for (size_t at = 0; at < text.n;) {
			uint32_t cp;
			size_t behind = text.p[at] == '<' ? tag_end(text, at) : at;
			if (behind > at) {
				space = true;
				at = behind;
				continue;
			}
			if (text.p[at] != '&' || !entity(text, &at, &cp))
				cp = utf8_next(text, &at);
			if (cp == UTF8_BAD || cp == 0)
				continue;
			if (cp <= ' ' || cp == 0xA0 || cp == 0x2028 || cp == 0x2029) {
				space = true;
				continue;
			}
			if (space && n > 0)
				out[n++] = ' ';
			space = false;
			n += utf8_put(out + n, cp);
		}
		text = view_make(out, n);
		if (view_find_byte(text, '&') == n && view_find_byte(text, '<') == n)
			break;
	}
	return utf8_first(view_make(out, n), max);
}
