#include "meta/ldvalue.h"

#include <errno.h>
#include "util/limits.h"
#include "util/scan.h"
#include "util/utf8.h"

struct level {
	struct ld_value *container, *last;
};

struct parser {
	struct arena *arena;
	const char *at, *end;
	size_t values; /* left */
	size_t depth;
	struct level open[LIMIT_JSON_DEPTH];
};

static char skip_space(struct parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\t' || *p->at == '\r'))
		p->at++;
	return p->at < p->end ? *p->at : 0;
}

/* Four hexadecimal digits at p->at; -1: none. */
static int32_t read_hex(struct parser *p)
{
	int32_t value = 0;
	if (p->end - p->at < 4)
		return -1;
	for (int i = 0; i < 4; i++, p->at++) {
		char c = ascii_lower(*p->at);
		if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
			return -1;
		value = value * 16 + (ascii_is_digit(c) ? c - '0' : c - 'a' + 10);
	}
	return value;
}

/* Behind "\u": the code point, of two escapes where it takes two. Halves alone are U+FFFD. */
static bool read_unicode(struct parser *p, char *out, size_t *n)
{
	int32_t cp = read_hex(p);
	if (cp < 0)
		return false;
	if (cp >= 0xD800 && cp < 0xDC00 && p->end - p->at >= 6 && p->at[0] == '\\' && p->at[1] == 'u') {
		const char *second = p->at;
		p->at += 2;
		int32_t low = read_hex(p);
		if (low < 0)
			return false;
		if (low >= 0xDC00 && low < 0xE000)
			cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
		else
			p->at = second;
	}
	*n += utf8_put(out + *n, cp >= 0xD800 && cp < 0xE000 ? 0xFFFD : (uint32_t)cp);
	return true;
}

static bool read_escape(struct parser *p, char *out, size_t *n)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	char c = ++p->at < p->end ? *p->at++ : 0;
	if (c == 'u')
		return read_unicode(p, out, n);
	const char *name = c ? strchr(names, c) : NULL;
	if (name)
		out[(*n)++] = values[name - names];
	return name != NULL;
}

static const char *plain_end(const char *at, const char *end)
{
	return at < end ? at + scan_json_plain(at, (size_t)(end - at)) : at;
}

/* With escapes, which never take less than what they mean. */
static int read_escaped(struct parser *p, const char *begin, const char *closed, struct view *ret)
{
	char *out = arena_alloc(p->arena, (size_t)(closed - begin));
	size_t n = 0;
	if (!out)
		return -ENOMEM;
	for (p->at = begin; p->at < closed;) {
		const char *stop = plain_end(p->at, closed);
		memcpy(out + n, p->at, (size_t)(stop - p->at));
		n += (size_t)(stop - p->at);
		p->at = stop;
		if (stop < closed && (*stop != '\\' || !read_escape(p, out, &n)))
			return -EINVAL;
	}
	*ret = view_make(out, n);
	p->at = closed + 1;
	return 0;
}

/* p->at stands on the quote. */
static int read_string(struct parser *p, struct view *ret)
{
	const char *begin = ++p->at, *at = plain_end(begin, p->end);
	if (at < p->end && *at == '"') {
		*ret = view_make(begin, (size_t)(at - begin));
		p->at = at + 1;
		return 0;
	}
	while (at < p->end && *at == '\\')
		at = p->end - at < 2 ? p->end : plain_end(at + 2, p->end);
	if (at >= p->end || *at != '"')
		return -EINVAL;
	return read_escaped(p, begin, at, ret);
}

static const char *digits(const char *at, const char *end)
{
	while (at < end && ascii_is_digit(*at))
		at++;
	return at;
}

static int read_number(struct parser *p)
{
	const char *at = p->at + (*p->at == '-'), *behind = digits(at, p->end);
	if (behind == at || (*at == '0' && behind > at + 1))
		return -EINVAL;
	if (behind < p->end && *behind == '.') {
		at = behind + 1;
		behind = digits(at, p->end);
		if (behind == at)
			return -EINVAL;
	}
	if (behind < p->end && (*behind == 'e' || *behind == 'E')) {
		at = behind + 1;
		at += at < p->end && (*at == '+' || *at == '-');
		behind = digits(at, p->end);
		if (behind == at)
			return -EINVAL;
	}
	p->at = behind;
	return 0;
}

static int read_word(struct parser *p, struct ld_value *v)
{
	static const struct view words[] = { { "null", 4 }, { "false", 5 }, { "true", 4 } };
	struct view rest = { p->at, (size_t)(p->end - p->at) };
	for (uint8_t i = 0; i < 3; i++) {
		if (!view_starts(rest, words[i]))
			continue;
		v->kind = (uint8_t)(LD_NULL + i);
		p->at += words[i].n;
		return p->at < p->end && ascii_is_alpha(*p->at) ? -EINVAL : 0;
	}
	return -EINVAL;
}

/* A new value as the last member of the container that is open. */
static struct ld_value *add_value(struct parser *p, struct view key)
{
	struct ld_value *v = arena_alloc(p->arena, sizeof(*v));
	if (!v)
		return NULL;
	*v = (struct ld_value){ .key = key, .kind = LD_NULL };
	if (p->depth) {
		struct level *level = &p->open[p->depth - 1];
		if (level->last)
			level->last->next = v;
		else
			level->container->first = v;
		level->last = v;
	}
	return v;
}

static int read_key(struct parser *p, struct view *ret)
{
	if (p->depth == 0 || p->open[p->depth - 1].container->kind != LD_OBJECT)
		return 0;
	int result = skip_space(p) == '"' ? read_string(p, ret) : -EINVAL;
	if (result)
		return result;
	if (skip_space(p) != ':')
		return -EINVAL;
	p->at++;
	return 0;
}

/* One value, of a container only its beginning. */
static int begin_value(struct parser *p, struct ld_value **ret)
{
	struct view key = VIEW_NONE;
	int result = read_key(p, &key);
	if (result)
		return result;
	char c = skip_space(p);
	struct ld_value *v = add_value(p, key);
	if (!v)
		return -ENOMEM;
	*ret = v;
	if (c == '"') {
		v->kind = LD_STRING;
		return read_string(p, &v->text);
	}
	if (c == '-' || ascii_is_digit(c)) {
		v->kind = LD_NUMBER;
		return read_number(p);
	}
	if (c != '{' && c != '[')
		return read_word(p, v);
	if (p->depth == LIMIT_JSON_DEPTH)
		return -E2BIG;
	v->kind = c == '{' ? LD_OBJECT : LD_LIST;
	p->open[p->depth++] = (struct level){ .container = v };
	p->at++;
	return 0;
}

/* Brackets that close; true in @ret_more: a comma, another value follows. */
static int end_values(struct parser *p, bool *ret_more)
{
	*ret_more = false;
	while (p->depth > 0) {
		const struct level *level = &p->open[p->depth - 1];
		char c = skip_space(p);
		if (c == (level->container->kind == LD_OBJECT ? '}' : ']')) {
			p->at++;
			p->depth--;
			continue;
		}
		if (level->last ? c != ',' : c == 0)
			return -EINVAL;
		p->at += level->last != NULL;
		*ret_more = true;
		return 0;
	}
	return 0;
}

int ldvalue_read(
	struct arena *arena, struct view text, size_t *values, const struct ld_value **ret_value, size_t *ret_end)
{
	struct parser p = { .arena = arena, .at = text.p, .end = text.p + text.n };
	char first = skip_space(&p);
	if (first != '{' && first != '[')
		return -EINVAL;
	struct ld_value *root = NULL;
	for (bool more = true; more;) {
		struct ld_value *v = NULL;
		if ((*values)-- == 0)
			return *values = 0, -E2BIG;
		int result = begin_value(&p, &v);
		if (result)
			return result;
		root = root ? root : v;
		result = end_values(&p, &more);
		if (result)
			return result;
	}
	*ret_value = root;
	*ret_end = (size_t)(p.at - text.p);
	return 0;
}

const struct ld_value *ldvalue_get(const struct ld_value *v, struct view key)
{
	const struct ld_value *found = NULL;
	if (!ldvalue_is(v, LD_OBJECT))
		return NULL;
	for (const struct ld_value *m = v->first; m; m = m->next)
		if (m->key.n == key.n && memcmp(m->key.p, key.p, key.n) == 0)
			found = m;
	return found;
}
