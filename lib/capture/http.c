#include "capture/http.h"

size_t http_head_size(struct view bytes)
{
	for (size_t at = 0; at < bytes.n;) {
		size_t end = at + view_find_byte(view_from(bytes, at), '\n');
		if (end >= bytes.n)
			return 0;
		size_t width = end - at;
		if (width && bytes.p[end - 1] == '\r')
			width--;
		at = end + 1;
		if (width == 0)
			return at;
	}
	return 0;
}

int http_status(struct view head)
{
	struct view line, rest = head;
	if (!view_next_line(&rest, &line) || !view_starts_nocase(line, VIEW("HTTP/")))
		return 0;
	size_t at = view_find_byte(line, ' ');
	while (at < line.n && line.p[at] == ' ')
		at++;
	if (line.n - at < 3)
		return 0;
	int status = 0;
	for (size_t i = 0; i < 3; i++) {
		if (!ascii_is_digit(line.p[at + i]))
			return 0;
		status = status * 10 + (line.p[at + i] - '0');
	}
	if (line.n - at > 3 && line.p[at + 3] != ' ')
		return 0;
	return status >= 100 && status <= 599 ? status : 0;
}

static bool is_folded(struct view rest)
{
	return rest.n && (rest.p[0] == ' ' || rest.p[0] == '\t');
}

struct view http_field(struct view head, struct view name)
{
	struct view line, rest = head;
	while (view_next_line(&rest, &line)) {
		size_t colon = view_find_byte(line, ':');
		if (colon == line.n || !view_eq_nocase(view_trim(view_first(line, colon)), name))
			continue;
		struct view value = view_from(line, colon + 1), more;
		while (is_folded(rest) && view_next_line(&rest, &more))
			value.n = (size_t)(more.p + more.n - value.p);
		return view_trim(value);
	}
	return VIEW_NONE;
}

struct view http_type_essence(struct view content_type)
{
	return view_trim(view_first(content_type, view_find_byte(content_type, ';')));
}

bool http_is_chunked(struct view head)
{
	struct view name = VIEW("Transfer-Encoding"), coding, last = VIEW_NONE;
	/* A field may stand there several times: one list (RFC 9110, 5.3). */
	for (struct view list = http_field(head, name); list.p; list = http_field(head, name)) {
		head = view_make(list.p + list.n, (size_t)(head.p + head.n - list.p) - list.n);
		while (view_next_token(&list, ',', &coding))
			last = view_trim(coding);
	}
	return view_eq_nocase(last, VIEW("chunked"));
}

static int hex_digit(char c)
{
	char l = ascii_lower(c);
	if (ascii_is_digit(c))
		return c - '0';
	return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* The size line at the start of @rest, cut off it. False: no such line. */
static bool next_chunk_size(struct view *rest, size_t *ret_size)
{
	size_t i = 0, size = 0;
	for (; i < rest->n && hex_digit(rest->p[i]) >= 0; i++) {
		if (size >> 40)
			return false;
		size = size << 4 | (size_t)hex_digit(rest->p[i]);
	}
	if (i == 0)
		return false;
	size_t end = view_find_byte(*rest, '\n');
	if (end == rest->n || (i < end && !strchr(" \t;\r", rest->p[i])))
		return false;
	*rest = view_from(*rest, end + 1);
	*ret_size = size;
	return true;
}

enum http_chunks http_dechunk(struct view body, char *out, size_t *ret_size)
{
	size_t n = 0, size;
	enum http_chunks result = HTTP_CHUNKS_NONE;
	struct view rest = body;
	while (next_chunk_size(&rest, &size)) {
		if (size == 0) {
			result = HTTP_CHUNKS_WHOLE;
			break;
		}
		result = HTTP_CHUNKS_CUT;
		struct view data = view_first(rest, size);
		if (data.n)
			memmove(out + n, data.p, data.n);
		n += data.n;
		rest = view_from(rest, data.n);
		if (rest.n && rest.p[0] == '\r')
			rest = view_from(rest, 1);
		if (rest.n && rest.p[0] == '\n')
			rest = view_from(rest, 1);
	}
	*ret_size = n;
	return result;
}
