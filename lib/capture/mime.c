#include "capture/mime.h"

#include <errno.h>
#include <string.h>
#include "capture/http.h"
#include "util/limits.h"
#include "util/utf8.h"

/* ---- heads --------------------------------------------------------------------------------- */

/* "Name: value" with a name of RFC 5322 section 3.6.8: printable ASCII without the colon. */
static bool is_field(struct view line)
{
	size_t colon = view_find_byte(line, ':');
	if (colon == 0 || colon >= line.n || colon > 76)
		return false;
	for (size_t i = 0; i < colon; i++)
		if (line.p[i] <= ' ' || line.p[i] > '~')
			return false;
	return true;
}

bool mime_is_head(struct view bytes)
{
	static const struct view marks[] = { VIEW("MIME-Version"), VIEW("Message-ID"), VIEW("Received"),
		VIEW("Return-Path") };
	struct view line, rest = bytes;
	size_t fields = 0;
	for (; view_next_line(&rest, &line) && line.n; fields++) {
		bool cut = !rest.n && bytes.p[bytes.n - 1] != '\n';
		bool folded = fields && (line.p[0] == ' ' || line.p[0] == '\t');
		if (!is_field(line) && !folded && !(cut && fields))
			return false;
	}
	struct view head = view_first(bytes, bytes.n - rest.n);
	if (fields < 2 || (!http_field(head, VIEW("From")).n && !http_field(head, VIEW("Date")).n))
		return false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (http_field(head, marks[i]).p)
			return true;
	return false;
}

struct mime_part mime_split(struct view message)
{
	size_t head = http_head_size(message);
	/* Without a blank line there are fields alone, or, in a part, a body alone. */
	if (head == 0)
		head = is_field(view_first(message, view_find_byte(message, '\n'))) ? message.n : 0;
	return (struct mime_part){ view_first(message, head), view_from(message, head) };
}

struct view mime_parameter(struct view field, struct view name)
{
	size_t at = view_find_byte(field, ';');
	while (at < field.n) {
		struct view rest = view_trim(view_from(field, at + 1));
		size_t equals = view_find_byte(rest, '='), end;
		struct view found = view_trim(view_first(rest, equals)), value = view_from(rest, equals + 1);
		while (value.n && ascii_is_space(value.p[0]))
			value = view_from(value, 1);
		bool quoted = value.n && value.p[0] == '"';
		if (quoted)
			value = view_from(value, 1);
		end = quoted ? view_find_byte(value, '"') : view_find_byte(value, ';');
		if (equals < rest.n && view_eq_nocase(found, name))
			return quoted ? view_first(value, end) : view_trim(view_first(value, end));
		if (equals >= rest.n)
			break;
		struct view behind = view_from(value, end);
		at = (size_t)(behind.p - field.p) + view_find_byte(behind, ';');
	}
	return VIEW_NONE;
}

/* ---- parts --------------------------------------------------------------------------------- */

/* Cuts the next part off @rest, which stands behind a delimiter line or, at first, before all of them. False: that was
 * the closing delimiter, or the end. RFC 2046 section 5.1.1. */
static bool next_part(struct view *rest, struct view boundary, bool first, struct view *ret_part)
{
	struct view all = *rest;
	size_t at = 0;
	while (at < all.n) {
		struct view line = view_from(all, at);
		line = view_first(line, view_find_byte(line, '\n'));
		bool is_mark = line.n >= boundary.n + 2 && line.p[0] == '-' && line.p[1] == '-' &&
			       view_starts(view_from(line, 2), boundary);
		struct view tail = is_mark ? view_trim(view_from(line, 2 + boundary.n)) : VIEW_NONE;
		if (is_mark && (!tail.n || view_starts(tail, VIEW("--")))) {
			*ret_part = view_first(all, at);
			*rest = tail.n ? VIEW_NONE : view_from(all, at + line.n + 1);
			return true;
		}
		at += line.n + 1;
	}
	*ret_part = all;
	*rest = VIEW_NONE;
	return !first && all.n;
}

enum rank { RANK_NONE, RANK_PLAIN, RANK_HTML };

/* Parts in the order in which they are shown. */
struct list {
	struct arena *arena;
	struct mime_part *parts;
	size_t count;
	bool full;
};

static void add(struct list *list, struct mime_part part)
{
	/* Room doubles: a power of two is full. */
	size_t n = list->count, room = n ? n * 2 : 1;
	if ((n & (n - 1)) == 0) {
		struct mime_part *grown =
			arena_grow(list->arena, list->parts, n * sizeof(*grown), room * sizeof(*grown));
		if (!grown) {
			list->full = true;
			return;
		}
		list->parts = grown;
	}
	list->parts[list->count++] = part;
}

/* What stands from @found on takes the place of what stands from @begin on. */
static void put_instead(struct list *list, size_t begin, size_t found)
{
	if (found > begin)
		memmove(list->parts + begin, list->parts + found, (list->count - found) * sizeof(*list->parts));
	list->count -= found - begin;
}

static enum rank choose(struct mime_part part, bool digest, int depth, struct list *list);

/* A file that came with the letter, though nobody calls it an attachment: behind the text, with a name of its own; or
 * another letter behind it. */
static bool is_enclosed(struct mime_part part)
{
	struct view type = http_field(part.head, VIEW("Content-Type"));
	bool inlined = view_starts_nocase(http_field(part.head, VIEW("Content-Disposition")), VIEW("inline"));
	return view_starts_nocase(type, VIEW("message/")) || (!inlined && mime_parameter(type, VIEW("name")).n);
}

/* Of alternatives the richest, of those the last; of related parts the root, which "start" names, else the first (RFC
 * 2387 section 3.2); of all others every one. */
static enum rank choose_in(struct mime_part part, struct view type, int depth, struct list *list)
{
	struct view boundary = mime_parameter(type, VIEW("boundary")), start = mime_parameter(type, VIEW("start"));
	bool alternative = view_starts_nocase(type, VIEW("multipart/alternative"));
	bool related = view_starts_nocase(type, VIEW("multipart/related"));
	bool digest = view_starts_nocase(type, VIEW("multipart/digest"));
	struct view rest = part.body, bytes;
	enum rank best = RANK_NONE;
	size_t begin = list->count;
	if (!boundary.n || !next_part(&rest, boundary, true, &bytes))
		return RANK_NONE;
	for (int count = 0; rest.n && count < LIMIT_MAIL_PARTS && next_part(&rest, boundary, false, &bytes); count++) {
		struct mime_part inner = mime_split(bytes);
		size_t found = list->count;
		bool mixed = !alternative && !related;
		if (mixed && !digest && found > begin && is_enclosed(inner))
			continue;
		enum rank rank = choose(inner, digest, depth + 1, list);
		bool root = related && start.n && view_eq(view_trim(http_field(inner.head, VIEW("Content-ID"))), start);
		if (rank > best || (alternative && rank && rank == best) || (root && rank)) {
			best = rank;
			if (!mixed)
				put_instead(list, begin, found);
		} else if (!mixed) {
			list->count = found;
		}
		if (root || (best && related && !start.n))
			break;
	}
	return best;
}

/* @digest: what does not say what it is, is a letter (RFC 2046 section 5.1.5). */
static enum rank choose(struct mime_part part, bool digest, int depth, struct list *list)
{
	struct view type = http_field(part.head, VIEW("Content-Type")), essence = http_type_essence(type);
	struct view disposition = http_field(part.head, VIEW("Content-Disposition"));
	if (depth > LIMIT_MAIL_DEPTH || view_starts_nocase(disposition, VIEW("attachment")))
		return RANK_NONE;
	if (view_starts_nocase(essence, VIEW("multipart/")))
		return choose_in(part, type, depth, list);
	if (view_eq_nocase(essence, VIEW("message/rfc822")) || (digest && !essence.n))
		return choose(mime_split(part.body), false, depth + 1, list);
	bool html =
		view_eq_nocase(essence, VIEW("text/html")) || view_eq_nocase(essence, VIEW("application/xhtml+xml"));
	if (!html && essence.n && !view_eq_nocase(essence, VIEW("text/plain")))
		return RANK_NONE;
	add(list, part);
	return html ? RANK_HTML : RANK_PLAIN;
}

int mime_shown(struct mime_part message, struct arena *arena, struct mime_shown *ret_shown)
{
	struct list list = { .arena = arena };
	enum rank rank = choose(message, false, 0, &list);
	*ret_shown = (struct mime_shown){ list.parts, list.count, rank == RANK_HTML };
	return list.full ? -ENOMEM : 0;
}

/* ---- encodings ----------------------------------------------------------------------------- */

static int hex_digit(char c)
{
	char l = ascii_lower(c);
	return ascii_is_digit(c) ? c - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* RFC 2045 section 6.7; @word: an encoded word, where "_" is a space (RFC 2047 section 4.2). */
static size_t undo_quoted(struct view in, bool word, char *out)
{
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		if (c == '_' && word) {
			out[n++] = ' ';
		} else if (c != '=') {
			out[n++] = c;
		} else if (i + 2 < in.n && hex_digit(in.p[i + 1]) >= 0 && hex_digit(in.p[i + 2]) >= 0) {
			out[n++] = (char)(hex_digit(in.p[i + 1]) << 4 | hex_digit(in.p[i + 2]));
			i += 2;
		} else {
			/* A soft line break; spaces that a relay put before the line's end go with it. */
			size_t end = i + 1;
			while (end < in.n && (in.p[end] == ' ' || in.p[end] == '\t' || in.p[end] == '\r'))
				end++;
			if (end < in.n && in.p[end] != '\n')
				out[n++] = c;
			else
				i = end;
		}
	}
	return n;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (ascii_is_digit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* RFC 2045 section 6.8: bytes that are no digits are passed over; "=" ends it. */
static size_t undo_base64(struct view in, char *out)
{
	uint32_t bits = 0;
	size_t n = 0;
	int have = 0;
	for (size_t i = 0; i < in.n && in.p[i] != '='; i++) {
		int digit = base64_digit(in.p[i]);
		if (digit < 0)
			continue;
		bits = bits << 6 | (uint32_t)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xFF);
		}
	}
	return n;
}

int mime_decode(struct mime_part part, struct arena *arena, struct view *ret_content)
{
	struct view coding = view_trim(http_field(part.head, VIEW("Content-Transfer-Encoding")));
	bool quoted = view_eq_nocase(coding, VIEW("quoted-printable")), base64 = view_eq_nocase(coding, VIEW("base64"));
	char *out = arena_alloc(arena, part.body.n + 1);
	if (!out)
		return -ENOMEM;
	size_t n = part.body.n;
	if (quoted)
		n = undo_quoted(part.body, false, out);
	else if (base64)
		n = undo_base64(part.body, out);
	else if (n)
		memcpy(out, part.body.p, n);
	out[n] = 0;
	*ret_content = view_make(out, n);
	return 0;
}

/* ---- encoded words ------------------------------------------------------------------------- */

/* "=?charset?B?text?=" at the start of @v. */
static bool word_at(struct view v, struct view *ret_charset, char *ret_coding, struct view *ret_text, size_t *ret_size)
{
	if (!view_starts(v, VIEW("=?")))
		return false;
	size_t charset = 2 + view_find_byte(view_from(v, 2), '?');
	if (charset + 3 >= v.n || v.p[charset + 2] != '?')
		return false;
	struct view text = view_from(v, charset + 3);
	size_t end = view_find(text, VIEW("?="));
	if (end >= text.n)
		return false;
	*ret_charset = view_make(v.p + 2, charset - 2);
	*ret_coding = ascii_lower(v.p[charset + 1]);
	*ret_text = view_first(text, end);
	*ret_size = charset + 3 + end + 2;
	return *ret_coding == 'b' || *ret_coding == 'q';
}

int mime_utf8(struct decoder *decoder, struct arena *arena, enum encoding encoding, struct view bytes, struct view *ret)
{
	uint32_t bad;
	if (encoding == ENCODING_NONE)
		encoding = utf8_is_valid(bytes) ? ENCODING_UTF8 : ENCODING_WINDOWS_1252;
	int result = decoder_run(decoder, arena, encoding, bytes, ret, &bad);
	return result == -ENOENT ? decoder_run(decoder, arena, ENCODING_WINDOWS_1252, bytes, ret, &bad) : result;
}

/* The words of one charset that @v begins with, only space between them, as one: many writers part a character, though
 * RFC 2047 section 5 forbids it. */
static int undo_words(struct decoder *decoder, struct arena *arena, struct view v, size_t *ret_size, struct view *ret)
{
	char coding, *room = arena_alloc(arena, v.n + 1);
	struct view charset, next, text;
	size_t n = 0, at = 0, size;
	if (!room)
		return -ENOMEM;
	word_at(v, &charset, &coding, &text, &size);
	for (next = charset; at < v.n && view_eq_nocase(next, charset);) {
		n += coding == 'b' ? undo_base64(text, room + n) : undo_quoted(text, true, room + n);
		*ret_size = at += size;
		while (at < v.n && ascii_is_space(v.p[at]))
			at++;
		if (!word_at(view_from(v, at), &next, &coding, &text, &size))
			break;
	}
	charset = view_first(charset, view_find_byte(charset, '*')); /* a language, RFC 2231 section 5 */
	return mime_utf8(decoder, arena, encoding_of_label(charset), view_make(room, n), ret);
}

int mime_words(struct view value, struct decoder *decoder, struct arena *arena, struct view *ret_text)
{
	struct view rest = view_first(value, LIMIT_FACT_BYTES), charset, text, plain;
	char coding, *out = NULL;
	size_t size, n = 0;
	bool after_word = false;
	while (rest.n) {
		bool word = word_at(rest, &charset, &coding, &text, &size);
		if (!word)
			size = rest.p[0] == '=' ? 1 : view_find_byte(rest, '=');
		int result = word ? undo_words(decoder, arena, rest, &size, &plain)
				  : mime_utf8(decoder, arena, ENCODING_NONE, view_first(rest, size), &plain);
		if (result)
			return result;
		/* Space between two words belongs to neither. */
		struct view next = view_from(rest, size);
		if (!word && after_word && !view_trim(plain).n && view_starts(next, VIEW("=?")))
			plain = VIEW_NONE;
		out = arena_grow(arena, out, n, n + plain.n + 1);
		if (!out)
			return -ENOMEM;
		if (plain.n)
			memcpy(out + n, plain.p, plain.n);
		n += plain.n;
		after_word = word || (after_word && !plain.n);
		rest = next;
	}
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)out[i] < ' ')
			out[i] = ' ';
	*ret_text = view_trim(view_make(out, n));
	return 0;
}
