#include "util/jsonr.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "util/limits.h"
#include "util/utf8.h"
#include "util/plain.h"

static bool fail(struct jsonr *json, const char *why)
{
	if (!json->why)
		json->why = why;
	return false;
}

static bool no_memory(struct jsonr *json)
{
	json->no_memory = true;
	return fail(json, "no memory");
}

static char byte(const struct jsonr *json, size_t i)
{
	return i < json->all.n ? json->all.p[i] : 0;
}

char jsonr_peek(struct jsonr *json)
{
	if (json->why)
		return 0;
	while (json->at < json->all.n && strchr(" \t\r\n", json->all.p[json->at]) && json->all.p[json->at])
		json->at++;
	return byte(json, json->at);
}

static bool expect(struct jsonr *json, char c, const char *why)
{
	if (jsonr_peek(json) != c || json->why)
		return fail(json, why);
	json->at++;
	return true;
}

/* ---- strings -------------------------------------------------------------------------------- */

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

/* From behind the quote to the next one; true when an escape stands before it. */
static bool find_quote(const struct jsonr *json, size_t *ret_end)
{
	bool escaped = false;
	size_t i = json->at;
	const char *p = json->all.p;
	for (; i < json->all.n && p[i] != '"'; i++) {
		if (is_plain((unsigned char)p[i]))
			continue;
		escaped = true;
		if (p[i] == '\\')
			i++;
	}
	*ret_end = i;
	return escaped;
}

static int hex4(const char *p)
{
	int value = 0;
	for (int i = 0; i < 4; i++) {
		int digit = ascii_is_digit(p[i])		       ? p[i] - '0'
			    : (p[i] | 32) >= 'a' && (p[i] | 32) <= 'f' ? (p[i] | 32) - 'a' + 10
								       : -1;
		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* \uXXXX at @p (behind the u), with its second half where it has one. Bytes of both, 0: it is none. */
static size_t unicode_escape(struct view rest, uint32_t *ret_cp)
{
	int high = rest.n >= 4 ? hex4(rest.p) : -1;
	if (high <= 0 || (high >= 0xDC00 && high < 0xE000))
		return 0;
	*ret_cp = (uint32_t)high;
	if (high < 0xD800 || high >= 0xE000)
		return 4;
	int low = rest.n >= 10 && rest.p[4] == '\\' && rest.p[5] == 'u' ? hex4(rest.p + 6) : -1;
	if (low < 0xDC00 || low >= 0xE000)
		return 0;
	*ret_cp = 0x10000 + (((uint32_t)high - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
	return 10;
}

/* @in: between the quotes. @out has room for as many bytes. */
static bool decode(struct jsonr *json, struct view in, char *out, size_t *ret_n)
{
	static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if ((unsigned char)in.p[i] < 0x20)
			return fail(json, "a control character in a string");
		if (in.p[i] != '\\') {
			out[n++] = in.p[i];
			continue;
		}
		char c = ++i < in.n ? in.p[i] : 0;
		const char *letter = c ? strchr(letters, c) : NULL;
		uint32_t cp;
		size_t more = c == 'u' ? unicode_escape(view_from(in, i + 1), &cp) : 0;
		if (letter)
			out[n++] = values[letter - letters];
		else if (more)
			n += utf8_put(out + n, cp);
		else
			return fail(json, "an escape that is none");
		i += more;
	}
	*ret_n = n;
	return true;
}

/* @keep: with a NUL, in the arena; otherwise only where it has an escape. */
static bool read_string(struct jsonr *json, bool keep, struct view *ret)
{
	size_t end, n;
	if (!expect(json, '"', "a string was expected"))
		return false;
	bool escaped = find_quote(json, &end);
	if (end >= json->all.n)
		return fail(json, "a string without an end");
	struct view raw = view_make(json->all.p + json->at, end - json->at);
	n = raw.n;
	if (!utf8_is_valid(raw))
		return fail(json, "bytes that are not UTF-8");
	if (escaped || keep) {
		char *copy = arena_alloc(json->arena, raw.n + 1);
		if (!copy)
			return no_memory(json);
		if (!escaped)
			memcpy(copy, raw.p, raw.n);
		else if (!decode(json, raw, copy, &n))
			return false;
		copy[n] = 0;
		raw.p = copy;
	}
	*ret = view_make(raw.p, n);
	json->at = end + 1;
	return true;
}

bool jsonr_string(struct jsonr *json, struct view *ret)
{
	return read_string(json, true, ret);
}

/* ---- numbers and words ---------------------------------------------------------------------- */

static size_t digits(const struct jsonr *json, size_t i)
{
	size_t n = 0;
	while (ascii_is_digit(byte(json, i + n)))
		n++;
	return n;
}

/* The form of RFC 8259; its end, or 0. */
static size_t scan_number(const struct jsonr *json, bool *ret_whole)
{
	size_t i = json->at + (byte(json, json->at) == '-'), n = digits(json, i);
	*ret_whole = true;
	if (n == 0 || (n > 1 && byte(json, i) == '0'))
		return 0;
	i += n;
	if (byte(json, i) == '.') {
		*ret_whole = false;
		if ((n = digits(json, i + 1)) == 0)
			return 0;
		i += 1 + n;
	}
	if ((byte(json, i) | 32) == 'e') {
		*ret_whole = false;
		i += 1 + (byte(json, i + 1) == '-' || byte(json, i + 1) == '+');
		if ((n = digits(json, i)) == 0)
			return 0;
		i += n;
	}
	return i;
}

static bool whole_number(struct jsonr *json, size_t end, int64_t *ret)
{
	bool minus = json->all.p[json->at] == '-';
	uint64_t value = 0, most = (uint64_t)INT64_MAX + minus;
	for (size_t i = json->at + minus; i < end; i++) {
		unsigned digit = (unsigned)(json->all.p[i] - '0');
		if (value > (most - digit) / 10)
			return fail(json, "a number that is too large");
		value = value * 10 + digit;
	}
	*ret = minus ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* Few digits and a small power of ten are both exact, and so is their quotient's rounding; the rest is the C library's.
 */
static bool real_number(struct jsonr *json, size_t end, double *ret)
{
	static const double powers[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
		1e15 };
	char copy[400];
	size_t n = end - json->at, point = n;
	uint64_t value = 0;
	bool minus = json->all.p[json->at] == '-', simple = n <= 16;
	for (size_t i = minus; simple && i < n; i++) {
		char c = json->all.p[json->at + i];
		if (c == '.')
			point = i + 1;
		else if (ascii_is_digit(c))
			value = value * 10 + (uint64_t)(c - '0');
		else
			simple = false;
	}
	if (simple) {
		*ret = (double)value / powers[n - point];
		*ret = minus ? -*ret : *ret;
		return true;
	}
	if (n >= sizeof(copy))
		return fail(json, "a number that is too long");
	memcpy(copy, json->all.p + json->at, n);
	copy[n] = 0;
	*ret = plain_real(copy);
	return isfinite(*ret) || fail(json, "a number that is too large");
}

bool jsonr_number(struct jsonr *json, bool *ret_whole, int64_t *ret_int, double *ret_real)
{
	jsonr_peek(json);
	size_t end = json->why ? 0 : scan_number(json, ret_whole);
	if (!end)
		return fail(json, "a number was expected");
	bool good = *ret_whole ? whole_number(json, end, ret_int) : real_number(json, end, ret_real);
	if (good && *ret_whole)
		*ret_real = (double)*ret_int;
	json->at = end;
	return good;
}

static bool skip_word(struct jsonr *json)
{
	static const struct view words[] = { { "true", 4 }, { "false", 5 }, { "null", 4 } };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (view_starts(view_from(json->all, json->at), words[i])) {
			json->at += words[i].n;
			return true;
		}
	return fail(json, "a value was expected");
}

/* ---- objects and arrays --------------------------------------------------------------------- */

bool jsonr_begin_object(struct jsonr *json)
{
	return expect(json, '{', "an object was expected");
}

bool jsonr_begin_array(struct jsonr *json)
{
	return expect(json, '[', "an array was expected");
}

/* True: a comma was there, or none is due. */
static bool next(struct jsonr *json, bool *first, char close)
{
	char c = jsonr_peek(json);
	if (c == close && !json->why) {
		json->at++;
		return false;
	}
	if (!*first && !expect(json, ',', "a comma was expected"))
		return false;
	*first = false;
	return !json->why;
}

bool jsonr_next_item(struct jsonr *json, bool *first)
{
	return next(json, first, ']');
}

bool jsonr_next_key(struct jsonr *json, bool *first, struct view *ret_key)
{
	return next(json, first, '}') && read_string(json, false, ret_key) && expect(json, ':', "a colon was expected");
}

static bool skip(struct jsonr *json, int depth)
{
	struct view ignored;
	int64_t whole;
	double real;
	bool first = true, is_whole;
	char c = jsonr_peek(json);
	if (depth > LIMIT_JSON_DEPTH)
		return fail(json, "values in values, too deep");
	switch (c) {
	case '"': return read_string(json, false, &ignored);
	case '{':
		for (jsonr_begin_object(json); jsonr_next_key(json, &first, &ignored);)
			skip(json, depth + 1);
		return !json->why;
	case '[':
		for (jsonr_begin_array(json); jsonr_next_item(json, &first);)
			skip(json, depth + 1);
		return !json->why;
	case '-': return jsonr_number(json, &is_whole, &whole, &real);
	default: return ascii_is_digit(c) ? jsonr_number(json, &is_whole, &whole, &real) : skip_word(json);
	}
}

bool jsonr_skip(struct jsonr *json)
{
	return skip(json, 0);
}

bool jsonr_end(struct jsonr *json)
{
	jsonr_peek(json);
	return !json->why && (json->at == json->all.n || fail(json, "more behind the end"));
}
