/* Declarations of a charset: HTTP header, markup. */
#include "decode/charset.h"

static struct declared declare(struct view label)
{
	label = view_trim(label);
	return (struct declared){ label, label.n ? encoding_of_label(label) : ENCODING_NONE };
}

/* The value behind "charset", "=": HTML Standard, 2.6.5 "extracting a character encoding from a meta element". */
static struct view charset_parameter(struct view v)
{
	for (;;) {
		size_t at = view_find_nocase(v, VIEW("charset"));
		if (at == v.n)
			return VIEW_NONE;
		v = view_trim(view_from(v, at + 7));
		if (v.n == 0 || v.p[0] != '=')
			continue;
		v = view_trim(view_from(v, 1));
		if (v.n == 0)
			return VIEW_NONE;
		if (v.p[0] == '"' || v.p[0] == '\'') {
			struct view rest = view_from(v, 1);
			size_t end = view_find_byte(rest, v.p[0]);
			return end < rest.n ? view_first(rest, end) : VIEW_NONE;
		}
		size_t end = 0;
		while (end < v.n && !ascii_is_space(v.p[end]) && v.p[end] != ';' && v.p[end] != ',')
			end++;
		return view_first(v, end);
	}
}

struct declared declared_by_type(struct view content_type)
{
	return declare(charset_parameter(content_type));
}

struct scan {
	struct view v;
	size_t at;
};

static bool scan_more(const struct scan *scan)
{
	return scan->at < scan->v.n;
}

static char scan_byte(const struct scan *scan)
{
	return scan_more(scan) ? scan->v.p[scan->at] : 0;
}

static void scan_spaces(struct scan *scan)
{
	while (scan_more(scan) && ascii_is_space(scan_byte(scan)))
		scan->at++;
}

static struct view attribute_value(struct scan *scan)
{
	char quote = scan_byte(scan);
	if (quote == '"' || quote == '\'') {
		struct view rest = view_from(scan->v, ++scan->at);
		size_t n = view_find_byte(rest, quote);
		scan->at += n + 1;
		return view_first(rest, n);
	}
	size_t start = scan->at;
	while (scan_more(scan) && !ascii_is_space(scan_byte(scan)) && scan_byte(scan) != '>')
		scan->at++;
	return view_make(scan->v.p + start, scan->at - start);
}

/* "get an attribute" of the prescan; false at the end of the tag. */
static bool next_attribute(struct scan *scan, struct view *ret_name, struct view *ret_value)
{
	while (scan_more(scan) && (ascii_is_space(scan_byte(scan)) || scan_byte(scan) == '/'))
		scan->at++;
	if (!scan_more(scan) || scan_byte(scan) == '>')
		return false;
	size_t start = scan->at++;
	while (scan_more(scan) && !ascii_is_space(scan_byte(scan)) && scan_byte(scan) != '/' &&
		scan_byte(scan) != '>' && scan_byte(scan) != '=')
		scan->at++;
	*ret_name = view_make(scan->v.p + start, scan->at - start);
	*ret_value = VIEW_NONE;
	scan_spaces(scan);
	if (scan_byte(scan) != '=')
		return true;
	scan->at++;
	scan_spaces(scan);
	*ret_value = attribute_value(scan);
	return true;
}

static struct declared meta_charset(struct scan *scan)
{
	struct view name, value, charset = VIEW_NONE, content = VIEW_NONE;
	bool pragma = false;
	while (next_attribute(scan, &name, &value)) {
		if (view_eq_nocase(name, VIEW("http-equiv")))
			pragma |= view_eq_nocase(view_trim(value), VIEW("content-type"));
		else if (view_eq_nocase(name, VIEW("content")) && content.n == 0)
			content = charset_parameter(value);
		else if (view_eq_nocase(name, VIEW("charset")) && charset.n == 0)
			charset = value;
	}
	if (charset.n)
		return declare(charset);
	return declare(pragma ? content : VIEW_NONE);
}

/* HTML Standard: a page that could be read this far is not in UTF-16, whatever it says. */
static struct declared readable(struct declared declared)
{
	if (declared.encoding == ENCODING_UTF16LE || declared.encoding == ENCODING_UTF16BE)
		declared.encoding = ENCODING_UTF8;
	return declared;
}

static struct declared xml_encoding(struct view body)
{
	if (!view_starts(body, VIEW("<?xml")))
		return declare(VIEW_NONE);
	struct view head = view_first(body, view_find(body, VIEW("?>")));
	struct view rest = view_trim(view_from(head, view_find(head, VIEW("encoding")) + 8));
	if (rest.n == 0 || rest.p[0] != '=')
		return declare(VIEW_NONE);
	rest = view_trim(view_from(rest, 1));
	if (rest.n < 2 || (rest.p[0] != '"' && rest.p[0] != '\''))
		return declare(VIEW_NONE);
	struct view value = view_from(rest, 1);
	return declare(view_first(value, view_find_byte(value, rest.p[0])));
}

/* Past what stands at a '<': a comment, a meta, another tag. */
static struct declared scan_markup(struct scan *scan)
{
	struct view rest = view_from(scan->v, scan->at), name, value;
	if (view_starts(rest, VIEW("<!--"))) {
		scan->at += view_find(view_from(rest, 2), VIEW("-->")) + 5;
		return declare(VIEW_NONE);
	}
	if (view_starts_nocase(rest, VIEW("<meta")) && rest.n > 5 && (ascii_is_space(rest.p[5]) || rest.p[5] == '/')) {
		scan->at += 5;
		return meta_charset(scan);
	}
	bool closing = rest.n > 1 && rest.p[1] == '/';
	if (rest.n > 2 && ascii_is_alpha(rest.p[closing ? 2 : 1])) {
		scan->at += 1;
		while (scan_more(scan) && !ascii_is_space(scan_byte(scan)) && scan_byte(scan) != '>')
			scan->at++;
		while (next_attribute(scan, &name, &value))
			;
		return declare(VIEW_NONE);
	}
	if (rest.n > 1 && (rest.p[1] == '!' || rest.p[1] == '/' || rest.p[1] == '?'))
		scan->at += view_find_byte(rest, '>');
	scan->at++;
	return declare(VIEW_NONE);
}

struct declared declared_by_markup(struct view body)
{
	struct scan scan = { view_first(body, PRESCAN_BYTES), 0 };
	struct declared unknown = { .encoding = ENCODING_NONE };
	while (scan_more(&scan)) {
		scan.at += view_find_byte(view_from(scan.v, scan.at), '<');
		if (!scan_more(&scan))
			break;
		struct declared found = scan_markup(&scan);
		if (found.encoding != ENCODING_NONE)
			return readable(found);
		if (found.label.n && !unknown.label.n)
			unknown = found;
	}
	struct declared xml = xml_encoding(body);
	return xml.label.n ? readable(xml) : unknown;
}
