#include "dedup/dedup.h"
#include "normalise/normalise.h"

/* A canonical URL in pieces. */
struct pieces {
	struct view host, path, query;
};

static struct pieces split(struct view url)
{
	struct pieces pieces = { url_host(url), VIEW_NONE, VIEW_NONE };
	struct view rest = pieces.host.p ? view_from(url, (size_t)(pieces.host.p - url.p) + pieces.host.n) : VIEW_NONE;
	rest = view_from(rest, view_find_byte(rest, '/'));
	size_t mark = view_find_byte(rest, '?');
	pieces.path = view_first(rest, mark);
	pieces.query = view_from(rest, mark + 1);
	return pieces;
}

/* Doors to the same house. */
static struct view without_door(struct view host)
{
	static const char *const doors[] = { "www.", "m.", "mobile.", "amp." };
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		if (view_starts(host, view_of(doors[i])))
			return view_from(host, strlen(doors[i]));
	return host;
}

/* The last part of a path that is not empty, an index file or "amp". */
static struct view slug_of(struct view path)
{
	for (;;) {
		while (path.n && path.p[path.n - 1] == '/')
			path.n--;
		size_t start = path.n;
		while (start > 0 && path.p[start - 1] != '/')
			start--;
		struct view slug = view_from(path, start);
		bool empty = view_eq_nocase(slug, VIEW("amp")) || view_eq_nocase(slug, VIEW("index.html")) ||
			     view_eq_nocase(slug, VIEW("index.php"));
		if (!empty || start == 0)
			return slug;
		path.n = start;
	}
}

/* "story.amp.html" and "story" are one. */
static struct view without_suffix(struct view slug)
{
	static const char *const suffixes[] = { ".html", ".htm", ".php", ".amp", "-amp" };
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (view_ends(slug, view_of(suffixes[i])) && slug.n > strlen(suffixes[i]))
			slug.n -= strlen(suffixes[i]);
	return slug;
}

/* A value with three digits in a row may be the number of an article; a longer word may be its name. */
static bool may_name_article(struct view pair)
{
	struct view value = view_from(pair, view_find_byte(pair, '=') + 1);
	size_t digits = 0;
	for (size_t i = 0; i < value.n; i++) {
		digits = ascii_is_digit(value.p[i]) ? digits + 1 : 0;
		if (digits == 3)
			return true;
	}
	return value.n > 24;
}

static bool has_pair(struct view query, struct view pair)
{
	for (struct view rest = query; rest.n;) {
		struct view other = view_first(rest, view_find_byte(rest, '&'));
		if (view_eq(pair, other))
			return true;
		rest = view_from(rest, other.n + 1);
	}
	return false;
}

/* Nothing that may tell articles apart is in one and not in the other. */
static bool loses_nothing(struct view from, struct view to)
{
	for (struct view rest = from; rest.n;) {
		struct view pair = view_first(rest, view_find_byte(rest, '&'));
		if (may_name_article(pair) && !has_pair(to, pair))
			return false;
		rest = view_from(rest, pair.n + 1);
	}
	return true;
}

static bool names_same_page(struct view answered, struct view canonical)
{
	struct pieces a = split(answered), c = split(canonical);
	struct view slug_a = without_suffix(slug_of(a.path)), slug_c = without_suffix(slug_of(c.path));
	return view_eq(without_door(a.host), without_door(c.host)) && view_eq_nocase(slug_a, slug_c) &&
	       (slug_c.n > 0 || a.query.n == 0) && loses_nothing(a.query, c.query) && loses_nothing(c.query, a.query);
}

int identity_url(struct arena *arena, struct view answered, struct view canonical, struct view *ret_url)
{
	struct view page, own;
	int result = url_canonical(arena, answered, &page);
	if (result)
		return result;
	*ret_url = page;
	if (canonical.n == 0)
		return 0;
	result = url_canonical(arena, canonical, &own);
	if (result < 0)
		return result;
	if (result == 0 && names_same_page(page, own))
		*ret_url = own;
	return 0;
}

static int hex_digit(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool identity_of_name(struct view path, uint8_t ret_id[8])
{
	size_t start = path.n, digits = 0;
	while (start > 0 && path.p[start - 1] != '/')
		start--;
	struct view name = view_from(path, start);
	while (digits < name.n && ascii_is_digit(name.p[digits]))
		digits++;
	if (digits < 3 || name.n < digits + 18 || name.p[digits] != '_' || name.p[digits + 17] != '.')
		return false;
	uint8_t id[8];
	for (size_t i = 0; i < 8; i++) {
		int high = hex_digit(name.p[digits + 1 + 2 * i]), low = hex_digit(name.p[digits + 2 + 2 * i]);
		if (high < 0 || low < 0)
			return false;
		id[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret_id, id, sizeof(id));
	return true;
}
