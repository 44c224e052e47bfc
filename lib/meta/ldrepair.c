#include "meta/ldrepair.h"

#include "util/limits.h"

static bool cut_front(struct view *v, struct view mark)
{
	if (!view_starts_nocase(*v, mark))
		return false;
	*v = view_trim(view_from(*v, mark.n));
	return true;
}

static bool cut_back(struct view *v, struct view mark)
{
	if (!view_ends(*v, mark))
		return false;
	*v = view_trim(view_first(*v, v->n - mark.n));
	return true;
}

struct view ldrepair_strip(struct view script)
{
	struct view v = view_trim(script);
	while (cut_front(&v, VIEW("\xEF\xBB\xBF")) || cut_front(&v, VIEW("<!--")) ||
		cut_front(&v, VIEW("//<![CDATA[")) || cut_front(&v, VIEW("// <![CDATA[")) ||
		cut_front(&v, VIEW("/*<![CDATA[*/")) || cut_front(&v, VIEW("/* <![CDATA[ */")) ||
		cut_front(&v, VIEW("<![CDATA[")) || cut_front(&v, VIEW("//-->")) || cut_front(&v, VIEW(";")))
		;
	while (cut_back(&v, VIEW("/*]]>*/")) || cut_back(&v, VIEW("/* ]]> */")) || cut_back(&v, VIEW("//]]>")) ||
		cut_back(&v, VIEW("// ]]>")) || cut_back(&v, VIEW("]]>")) || cut_back(&v, VIEW("//-->")) ||
		cut_back(&v, VIEW("-->")) || cut_back(&v, VIEW(";")) || cut_back(&v, VIEW("//")))
		;
	return v;
}

struct repair {
	struct view in;
	size_t at;
	char *out;
	size_t n;
	char open[LIMIT_JSON_DEPTH]; /* closing brackets that are due */
	size_t depth;
};

static void put(struct repair *r, char c)
{
	r->out[r->n++] = c;
}

static char peek_from(const struct repair *r, size_t at)
{
	while (at < r->in.n && ascii_is_space(r->in.p[at]))
		at++;
	return at < r->in.n ? r->in.p[at] : 0;
}

/* A key and its colon begin at @at: "headline": */
static bool key_at(const struct repair *r, size_t at)
{
	enum { KEY_BYTES = 64 };
	struct view rest = view_first(view_from(r->in, at + 1), KEY_BYTES);
	size_t n = view_find_byte(rest, '"');
	return n > 0 && n < rest.n && peek_from(r, at + n + 2) == ':';
}

/* A quote closes its string when what follows could follow a string. */
static bool quote_closes(const struct repair *r, size_t at)
{
	size_t i = at + 1;
	while (i < r->in.n && ascii_is_space(r->in.p[i]))
		i++;
	if (i >= r->in.n)
		return true;
	char c = r->in.p[i];
	if (c == '}' || c == ']' || c == ':')
		return true;
	if (c == '/' && i + 1 < r->in.n && (r->in.p[i + 1] == '*' || r->in.p[i + 1] == '/'))
		return true;
	if (c == '"')
		return key_at(r, i);
	if (c != ',')
		return false;
	/* "a", b: after the comma of a list or object something begins that JSON knows. */
	char next = peek_from(r, i + 1);
	return next == 0 || strchr("\"{[}]-0123456789tfn,/", next) != NULL;
}

static void repair_escape(struct repair *r)
{
	char c = r->at + 1 < r->in.n ? r->in.p[r->at + 1] : 0;
	bool hex = c == 'u' && r->at + 5 < r->in.n;
	for (size_t i = 2; hex && i < 6; i++) {
		char d = ascii_lower(r->in.p[r->at + i]);
		hex = ascii_is_digit(d) || (d >= 'a' && d <= 'f');
	}
	if (c && c != 'u' && strchr("\"\\/bfnrt", c)) {
		put(r, '\\');
		put(r, c);
		r->at += 2;
	} else if (hex) {
		put(r, '\\');
		r->at++;
	} else {
		r->at++; /* the backslash means nothing: \' or \_ */
	}
}

/* Two values in a row: the comma between them was forgotten. */
static void missing_comma(struct repair *r)
{
	size_t n = r->n;
	while (n > 0 && ascii_is_space(r->out[n - 1]))
		n--;
	if (n > 0 && r->depth > 0 && strchr("\"}]", r->out[n - 1]))
		put(r, ',');
}

static void repair_string(struct repair *r)
{
	missing_comma(r);
	put(r, '"');
	r->at++;
	while (r->at < r->in.n) {
		char c = r->in.p[r->at];
		if (c == '\\') {
			repair_escape(r);
			continue;
		}
		if (c == '"' && quote_closes(r, r->at))
			break;
		if (c == '"')
			put(r, '\\');
		put(r, (unsigned char)c < 0x20 ? ' ' : c);
		r->at++;
	}
	put(r, '"');
	r->at++;
}

/* Both kinds of JavaScript comments, and those of HTML. */
static bool skip_comment(struct repair *r)
{
	struct view rest = view_from(r->in, r->at);
	size_t n = 0;
	if (view_starts(rest, VIEW("/*")))
		n = view_find(rest, VIEW("*/")) + 2;
	else if (view_starts(rest, VIEW("//")))
		n = view_find_byte(rest, '\n');
	else if (view_starts(rest, VIEW("<!--")))
		n = view_find(rest, VIEW("-->")) + 3;
	r->at += n;
	return n > 0;
}

static void drop_comma(struct repair *r)
{
	size_t n = r->n;
	while (n > 0 && ascii_is_space(r->out[n - 1]))
		n--;
	if (n > 0 && r->out[n - 1] == ',')
		r->n = n - 1;
}

static void repair_bracket(struct repair *r, char c)
{
	if (c == '{' || c == '[') {
		if (r->depth < LIMIT_JSON_DEPTH)
			r->open[r->depth++] = c == '{' ? '}' : ']';
		put(r, c);
		return;
	}
	drop_comma(r);
	if (r->depth == 0 || r->open[r->depth - 1] != c)
		return; /* one closing bracket too many, or of the wrong kind */
	r->depth--;
	put(r, c);
}

static void repair_comma(struct repair *r)
{
	size_t n = r->n;
	while (n > 0 && ascii_is_space(r->out[n - 1]))
		n--;
	if (n > 0 && !strchr(",{[:", r->out[n - 1]))
		put(r, ',');
}

/* {&quot;…&quot;}: the whole script was escaped as an attribute would be. */
static struct view unescape_quotes(struct arena *arena, struct view in)
{
	if (view_find_byte(in, '"') < in.n || view_find(in, VIEW("&quot;")) == in.n)
		return in;
	char *out = arena_alloc(arena, in.n);
	size_t n = 0;
	for (size_t i = 0; out && i < in.n;) {
		bool quote = view_starts(view_from(in, i), VIEW("&quot;"));
		out[n++] = quote ? '"' : in.p[i];
		i += quote ? 6 : 1;
	}
	return view_make(out, n);
}

struct view ldrepair(struct arena *arena, struct view script)
{
	struct repair r = { .in = unescape_quotes(arena, script) };
	r.out = r.in.p ? arena_alloc(arena, 3 * r.in.n + LIMIT_JSON_DEPTH + 4) : NULL;
	if (!r.out)
		return VIEW_NONE;
	while (r.at < r.in.n) {
		char c = r.in.p[r.at];
		if (c == '"') {
			repair_string(&r);
			continue;
		}
		if ((c == '/' || c == '<') && skip_comment(&r))
			continue;
		if (strchr("{}[]", c) && c)
			repair_bracket(&r, c);
		else if (c == ',')
			repair_comma(&r);
		else
			put(&r, (unsigned char)c < 0x20 ? ' ' : c);
		r.at++;
	}
	drop_comma(&r);
	while (r.depth > 0)
		put(&r, r.open[--r.depth]);
	return view_make(r.out, r.n);
}
