#include "dom/token.h"

#include <strings.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "dom/names.h"
#include "util/limits.h"

/* Classes of bytes: ends of a tag name, an attribute name and an unquoted value. */
enum { ENDS_TAG = 1, ENDS_NAME = 2, ENDS_VALUE = 4, SPACE = 8 };
static const uint8_t classes[256] = {
	[' '] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE,
	['\t'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE,
	['\n'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE,
	['\f'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE,
	['\r'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE,
	['/'] = ENDS_TAG | ENDS_NAME,
	['>'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE,
	['='] = ENDS_NAME,
};

static inline bool is(char c, unsigned mask)
{
	return (classes[(unsigned char)c] & mask) != 0;
}

/* Where @c stands next; mostly near. */
static inline size_t find(const char *p, size_t n, size_t at, char c)
{
#ifdef __SSE2__
	const __m128i wanted = _mm_set1_epi8(c);
	for (int i = 0; i < 4 && at < n && n - at >= 16; i++, at += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(p + at));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, wanted));
		if (hits)
			return at + (size_t)__builtin_ctz(hits);
	}
#endif
	const char *hit = at < n ? memchr(p + at, c, n - at) : NULL;
	return hit ? (size_t)(hit - p) : n;
}

static size_t behind(const char *p, size_t n, size_t at, char c)
{
	size_t hit = find(p, n, at, c);
	return hit < n ? hit + 1 : n;
}

/* The end of the name that goes on at @i: one of the bytes of @mask. Names end where nobody foresees it, so that
 * looking at each byte costs a wrong guess a name. */
static inline size_t name_end(const char *p, size_t n, size_t i, unsigned mask)
{
#ifdef __SSE2__
	if (i < n && n - i >= 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(' ')), x);
		__m128i sign = _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('=')),
			_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('>')), _mm_cmpeq_epi8(x, _mm_set1_epi8('/'))));
		unsigned may = (unsigned)_mm_movemask_epi8(_mm_or_si128(low, sign)) | 1u << 16;
		i += (size_t)__builtin_ctz(may);
	}
#endif
	while (i < n && !is(p[i], mask))
		i++;
	return i;
}

/* Reads one attribute of the tag that ends before @n; *@at moves behind it. False: ">" or the end
 * stands at *@at. *@self: the last thing was a solidus. */
static inline bool attr_step(const char *p, size_t n, size_t *at, struct token_attr *ret, bool *self)
{
	size_t i = *at;
	while (i < n && (is(p[i], SPACE) || p[i] == '/'))
		*self = p[i++] == '/';
	*at = i;
	if (i >= n || p[i] == '>')
		return false;
	*self = false;
	ret->name_at = i; /* "=" as the first byte belongs to the name */
	ret->name_end = i = name_end(p, n, i + 1, ENDS_NAME);
	ret->value_at = ret->value_end = 0;
	while (i < n && is(p[i], SPACE))
		i++;
	if (i < n && p[i] == '=') {
		i++;
		while (i < n && is(p[i], SPACE))
			i++;
		if (i < n && (p[i] == '"' || p[i] == '\'')) {
			ret->value_at = i + 1;
			ret->value_end = find(p, n, i + 1, p[i]);
			i = ret->value_end < n ? ret->value_end + 1 : n;
		} else if (i < n && p[i] != '>') {
			ret->value_at = i;
			while (i < n && !is(p[i], ENDS_VALUE))
				i++;
			ret->value_end = i;
		}
	}
	*at = i;
	return true;
}

bool token_attr_read(const char *p, const struct token *token, size_t *at, struct token_attr *ret)
{
	bool self = false;
	return attr_step(p, token->end, at, ret, &self);
}

_Static_assert(DOM_ATTR_COUNT <= 64, "one bit an attribute");

/* One attribute more, if it is known and new. */
static inline void keep(const char *p, size_t n, const struct token_attr *attr, uint64_t *seen, struct token *token,
	struct token_kept *kept)
{
	enum dom_attr_name name = names_attr_in(p, n, attr->name_at, attr->name_end - attr->name_at);
	if (name == DOM_ATTR_COUNT || *seen >> name & 1)
		return;
	*seen |= (uint64_t)1 << name;
	kept[token->kept++] = (struct token_kept){
		.value_at = (uint32_t)attr->value_at, .value_end = (uint32_t)attr->value_end, .name = (uint8_t)name
	};
}

static inline __attribute__((always_inline)) void read_tag(
	const char *p, size_t n, size_t name_at, struct token *ret, struct token_kept *kept)
{
	size_t i = name_end(p, n, name_at + 1, ENDS_TAG);
	ret->name_at = name_at;
	ret->name_end = i;
	ret->self_closing = false;
	ret->plain = i < n && p[i] == '>';
	if (!ret->plain) {
		struct token_attr attr;
		bool self = false;
		uint64_t seen = 0;
		for (size_t count = 0; attr_step(p, n, &i, &attr, &self); count++)
			if (kept && count < LIMIT_ATTRIBUTES)
				keep(p, n, &attr, &seen, ret, kept);
		ret->self_closing = self && p[i - 1] == '/';
	}
	if (i >= n) {
		ret->kind = TOKEN_END;
		ret->end = n;
		return;
	}
	ret->end = i + 1;
	ret->tag = (uint8_t)names_tag_in(p, n, name_at, ret->name_end - name_at);
}

/* Behind the comment whose "<!--" stands at @at. */
static size_t comment_end(const char *p, size_t n, size_t at)
{
	size_t i = at + 4;
	if (i < n && p[i] == '>')
		return i + 1;
	if (i + 1 < n && p[i] == '-' && p[i + 1] == '>')
		return i + 2;
	for (; (i = find(p, n, i, '>')) < n; i++) {
		if (i >= at + 6 && p[i - 1] == '-' && p[i - 2] == '-')
			return i + 1;
		if (i >= at + 7 && p[i - 1] == '!' && p[i - 2] == '-' && p[i - 3] == '-')
			return i + 1;
	}
	return n;
}

static void read_declaration(const char *p, size_t n, size_t at, struct token *ret)
{
	ret->kind = TOKEN_COMMENT;
	if (n - at >= 4 && p[at + 2] == '-' && p[at + 3] == '-') {
		ret->end = comment_end(p, n, at);
		return;
	}
	if (n - at >= 9 && strncasecmp(p + at + 2, "doctype", 7) == 0)
		ret->kind = TOKEN_DOCTYPE;
	ret->end = behind(p, n, at + 2, '>');
}

/* "<" at @at opens something; otherwise it is text. */
static bool opens(const char *p, size_t n, size_t at)
{
	if (at + 1 >= n)
		return false;
	char c = p[at + 1];
	return ascii_is_alpha(c) || c == '!' || c == '?' || (c == '/' && at + 2 < n);
}

static inline __attribute__((always_inline)) void read_token(
	const char *p, size_t n, size_t at, struct token *ret, struct token_kept *kept)
{
	ret->begin = at;
	ret->kept = 0;
	ret->tag = DOM_OTHER;
	if (at >= n) {
		ret->kind = TOKEN_END;
		ret->end = n;
		return;
	}
	if (p[at] != '<' || !opens(p, n, at)) {
		size_t i = at;
		while ((i = find(p, n, i, '<')) < n && !opens(p, n, i))
			i++;
		ret->kind = TOKEN_TEXT;
		ret->end = i;
		return;
	}
	char c = p[at + 1];
	if (ascii_is_alpha(c)) {
		ret->kind = TOKEN_OPEN;
		read_tag(p, n, at + 1, ret, kept);
	} else if (c == '!') {
		read_declaration(p, n, at, ret);
	} else if (c == '?') {
		ret->kind = TOKEN_COMMENT;
		ret->end = behind(p, n, at + 1, '>');
	} else if (ascii_is_alpha(p[at + 2])) {
		ret->kind = TOKEN_CLOSE;
		read_tag(p, n, at + 2, ret, NULL);
	} else {
		ret->kind = p[at + 2] == '>' ? TOKEN_NOTHING : TOKEN_COMMENT;
		ret->end = behind(p, n, at + 2, '>');
	}
}

void token_read(const char *p, size_t n, size_t at, struct token *ret)
{
	read_token(p, n, at, ret, NULL);
}

void token_read_kept(const char *p, size_t n, size_t at, struct token *ret, struct token_kept *kept)
{
	read_token(p, n, at, ret, kept);
}

enum token_raw token_raw_kind(const char *p, const struct token *open)
{
	switch ((enum dom_tag)open->tag) {
	case DOM_script: return RAW_SCRIPT;
	case DOM_title:
	case DOM_textarea: return RAW_RCDATA;
	case DOM_style:
	case DOM_xmp:
	case DOM_iframe:
	case DOM_noframes: return RAW_TEXT;
	case DOM_plaintext: return RAW_PLAIN;
	default:
		return open->name_end - open->name_at == 7 && strncasecmp(p + open->name_at, "noembed", 7) == 0
			       ? RAW_TEXT
			       : RAW_NO;
	}
}

/* The name at @at, whole: one of the bytes that end a tag name follows. */
static bool name_stands(const char *p, size_t n, size_t at, const char *name, size_t name_n)
{
	return n - at > name_n && is(p[at + name_n], ENDS_TAG) && strncasecmp(p + at, name, name_n) == 0;
}

static bool close_stands(const char *p, size_t n, size_t at, const char *name, size_t name_n)
{
	return n - at > 2 && p[at + 1] == '/' && name_stands(p, n, at + 2, name, name_n);
}

/* 13.2.5.4 and 13.2.5.20 on: NORMAL -> ESCAPED ["<!--"], ESCAPED -> DOUBLE ["<script"],
 * DOUBLE -> ESCAPED ["</script"], ESCAPED and DOUBLE -> NORMAL ["-->"]. */
static size_t script_end(const char *p, size_t n, size_t at)
{
	enum { NORMAL, ESCAPED, DOUBLE } state = NORMAL;
	size_t dashes = 0; /* first place whose "-" may count for "-->" */
	for (size_t i = at; i < n; i++) {
		if (state == NORMAL && (i = find(p, n, i, '<')) >= n)
			return n;
		if (state != NORMAL && p[i] == '>' && i >= dashes + 2 && p[i - 1] == '-' && p[i - 2] == '-')
			state = NORMAL;
		if (p[i] != '<')
			continue;
		if (state != DOUBLE && close_stands(p, n, i, "script", 6))
			return i;
		if (state == NORMAL && n - i > 3 && memcmp(p + i, "<!--", 4) == 0) {
			state = ESCAPED;
			dashes = i + 2;
			i += 3;
		} else if (state == ESCAPED && name_stands(p, n, i + 1, "script", 6)) {
			state = DOUBLE;
			i += 7;
		} else if (state == DOUBLE && close_stands(p, n, i, "script", 6)) {
			state = ESCAPED;
			i += 8;
		}
	}
	return n;
}

size_t token_raw_end(const char *p, size_t n, size_t at, const struct token *open)
{
	enum token_raw raw = token_raw_kind(p, open);
	if (raw == RAW_PLAIN)
		return n;
	if (raw == RAW_SCRIPT)
		return script_end(p, n, at);
	for (size_t i = at; (i = find(p, n, i, '<')) < n; i++)
		if (close_stands(p, n, i, p + open->name_at, open->name_end - open->name_at))
			return i;
	return n;
}
