/* The shown parts of a message as one body. */
#include <errno.h>
#include "capture/http.h"
#include "capture/mime.h"
#include "decode/charset.h"
#include "util/buf.h"
#include "util/limits.h"

static struct view type_of(struct mime_part part)
{
	return http_field(part.head, VIEW("Content-Type"));
}

static bool is_html(struct mime_part part)
{
	struct view essence = http_type_essence(type_of(part));
	return view_eq_nocase(essence, VIEW("text/html")) || view_eq_nocase(essence, VIEW("application/xhtml+xml"));
}

/* ---- format=flowed ------------------------------------------------------------------------------ */

/* RFC 3676 sections 4.2 to 4.5: a line that ends with a space goes on in the next one of the same quote depth; the
 * signature's "-- " does not. Sections 4.4: a space at the beginning, behind the quote marks, was stuffed there. */
static void unfold(struct view in, bool delete_space, struct buf *out)
{
	struct view line;
	size_t depth_before = 0;
	bool open = false;
	while (view_next_line(&in, &line)) {
		size_t depth = 0;
		while (depth < line.n && line.p[depth] == '>')
			depth++;
		struct view text = view_from(line, depth);
		if (text.n && text.p[0] == ' ')
			text = view_from(text, 1);
		bool signature = view_eq(text, VIEW("-- "));
		bool flows = text.n && text.p[text.n - 1] == ' ' && !signature;
		if (open && (signature || depth != depth_before)) {
			buf_putc(out, '\n');
			open = false;
		}
		if (!open) {
			buf_putv(out, view_first(line, depth));
			if (depth && text.n)
				buf_putc(out, ' ');
		}
		buf_putv(out, view_first(text, text.n - (flows && delete_space)));
		if (!flows)
			buf_putc(out, '\n');
		open = flows;
		depth_before = depth;
	}
	if (open)
		buf_putc(out, '\n');
}

static int take(struct buf *out, struct arena *arena, struct view *ret)
{
	const char *copy = out->err ? NULL : arena_strndup(arena, out->p ? out->p : "", out->n);
	*ret = view_make(copy, out->n);
	buf_free(out);
	return copy ? 0 : -ENOMEM;
}

/* The part's content with its lines as they were written. */
static int content_of(struct mime_part part, enum encoding encoding, struct arena *arena, struct view *ret)
{
	struct view type = type_of(part);
	bool flowed = view_eq_nocase(mime_parameter(type, VIEW("format")), VIEW("flowed"));
	struct buf out = BUF_INIT((size_t)LIMIT_BODY_BYTES * 2);
	int result = mime_decode(part, arena, ret);
	if (result || !flowed || is_html(part) || encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE)
		return result;
	unfold(*ret, view_eq_nocase(mime_parameter(type, VIEW("delsp")), VIEW("yes")), &out);
	return take(&out, arena, ret);
}

/* ---- several parts ------------------------------------------------------------------------------ */

/* Plain text among HTML: its lines, with a paragraph behind each blank one. */
static void put_as_html(struct view text, struct buf *out)
{
	struct view line;
	bool open = false;
	while (view_next_line(&text, &line)) {
		bool blank = !view_trim(line).n;
		if (blank && open)
			buf_puts(out, "</p>\n");
		else if (!blank)
			buf_puts(out, open ? "<br>\n" : "<p>");
		open = !blank;
		for (size_t i = 0; i < line.n; i++) {
			if (line.p[i] == '<')
				buf_puts(out, "&lt;");
			else if (line.p[i] == '&')
				buf_puts(out, "&amp;");
			else
				buf_putc(out, line.p[i]);
		}
	}
	if (open)
		buf_puts(out, "</p>\n");
}

static int put_part(struct mime_part part, bool as_html, struct decoder *decoder, struct arena *arena, struct buf *out)
{
	enum encoding encoding = encoding_of_label(mime_parameter(type_of(part), VIEW("charset")));
	struct view text;
	int result = content_of(part, encoding, arena, &text);
	/* A page may say for itself what its head does not. */
	if (!result && encoding == ENCODING_NONE && is_html(part))
		encoding = declared_by_markup(text).encoding;
	if (!result)
		result = mime_utf8(decoder, arena, encoding, text, &text);
	if (result)
		return result;
	if (as_html && !is_html(part)) {
		put_as_html(text, out);
		return 0;
	}
	/* A paragraph ends with its part. */
	if (!as_html && out->n)
		buf_puts(out, out->p[out->n - 1] == '\n' ? "\n" : "\n\n");
	buf_putv(out, text);
	if (as_html)
		buf_putc(out, '\n');
	return 0;
}

int mime_text(const struct mime_shown *shown, struct decoder *decoder, struct arena *arena, struct view *ret_body,
	struct view *ret_type)
{
	struct buf out = BUF_INIT((size_t)LIMIT_BODY_BYTES * 2);
	int result = 0;
	if (shown->count == 1) {
		struct view type = type_of(shown->parts[0]);
		*ret_type = type;
		return content_of(
			shown->parts[0], encoding_of_label(mime_parameter(type, VIEW("charset"))), arena, ret_body);
	}
	for (size_t i = 0; !result && i < shown->count; i++)
		result = put_part(shown->parts[i], shown->html, decoder, arena, &out);
	if (result) {
		buf_free(&out);
		return result;
	}
	*ret_type = shown->html ? VIEW("text/html; charset=utf-8") : VIEW("text/plain; charset=utf-8");
	return take(&out, arena, ret_body);
}
