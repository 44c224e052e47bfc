/* The reading of one token, to be expanded in place where a page's tokens are read. */
#ifndef GARNER_DOM_TOKEN_STEP_H
#define GARNER_DOM_TOKEN_STEP_H

#include "dom/token.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "dom/names_find.h"
#include "util/limits.h"

/* Classes of bytes: ends of a tag name, an attribute name and an unquoted value, what "<" before it makes markup. */
enum { ENDS_TAG = 1, ENDS_NAME = 2, ENDS_VALUE = 4, SPACE = 8, PASSED = 16 /* in front of an attribute */, OPENS = 32 };
extern const uint8_t token_classes[256];

static inline bool is(char c, unsigned mask)
{
	return (token_classes[(unsigned char)c] & mask) != 0;
}

#ifdef __SSE2__
/* Which of the 16 bytes at @p are @c. */
static inline uint64_t hits16(const char *p, __m128i c)
{
	return (uint64_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), c));
}
#endif

/* Where @c stands next; mostly near. How far nobody foresees, so that looking at 64 bytes costs less than a wrong guess
 * whether 16 are enough. */
static inline size_t find(const char *p, size_t n, size_t at, char c)
{
#ifdef __SSE2__
	if (at < n && n - at >= 64) {
		const __m128i wanted = _mm_set1_epi8(c);
		uint64_t hits = hits16(p + at, wanted) | hits16(p + at + 16, wanted) << 16 |
				hits16(p + at + 32, wanted) << 32 | hits16(p + at + 48, wanted) << 48;
		if (hits)
			return at + (size_t)__builtin_ctzll(hits);
		at += 64;
	}
#endif
	const char *hit = at < n ? memchr(p + at, c, n - at) : NULL;
	return hit ? (size_t)(hit - p) : n;
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
	if (i < n && is(p[i], PASSED)) {
		do
			i++;
		while (i < n && is(p[i], PASSED));
		*self = p[i - 1] == '/';
	}
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

_Static_assert(DOM_ATTR_COUNT < 64, "one bit an attribute, and one for all others");

/* One attribute more, if it is known and new: written in any case, and counted if it is. *@seen: a bit for each that
 * was there; the one of those that are not known is set from the start. */
static inline void keep(const char *p, size_t n, const struct token_attr *attr, uint64_t *seen, struct token *token,
	struct token_kept *kept)
{
	const char *at = p + attr->name_at;
	size_t name_n = attr->name_end - attr->name_at;
	if (name_n >= NAME_MAX_BYTES)
		return;
	enum dom_attr_name name =
		n - attr->name_at >= NAME_MAX_BYTES ? names_find_attr(at, name_n) : names_attr(at, name_n);
	kept[token->kept] = (struct token_kept){
		.value_at = (uint32_t)attr->value_at, .value_end = (uint32_t)attr->value_end, .name = (uint8_t)name
	};
	token->kept = (uint8_t)(token->kept + !(*seen >> name & 1));
	*seen |= (uint64_t)1 << name;
}

/* The element of the tag whose name stands at @at, @name_n bytes. */
static inline enum dom_tag tag_at(const char *p, size_t n, size_t at, size_t name_n)
{
	if (name_n >= NAME_MAX_BYTES)
		return DOM_OTHER;
	return n - at >= NAME_MAX_BYTES ? names_find_tag(p + at, name_n) : names_tag(p + at, name_n);
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
		uint64_t seen = (uint64_t)1 << DOM_ATTR_COUNT;
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
	ret->tag = (uint8_t)tag_at(p, n, name_at, ret->name_end - name_at);
}

/* What stands at @at, which is no letter, behind "<" or "</". */
void token_read_other(const char *p, size_t n, struct token *ret);

/* "<" at @at opens something; otherwise it is text. */
static inline bool token_opens(const char *p, size_t n, size_t at)
{
	if (n - at < 2)
		return false;
	return is(p[at + 1], OPENS) && (p[at + 1] != '/' || n - at > 2);
}

static inline __attribute__((always_inline)) void token_step(
	const char *p, size_t n, size_t at, struct token *ret, struct token_kept *kept)
{
	ret->begin = ret->name_at = ret->name_end = at; /* of what is no tag: no name */
	ret->kept = 0;
	ret->tag = DOM_OTHER;
	if (at >= n) {
		ret->kind = TOKEN_END;
		ret->end = n;
		return;
	}
	if (p[at] == '<' && n - at > 2) {
		char c = p[at + 1];
		if (ascii_is_alpha(c)) {
			ret->kind = TOKEN_OPEN;
			read_tag(p, n, at + 1, ret, kept);
			return;
		}
		if (c == '/' && ascii_is_alpha(p[at + 2])) {
			ret->kind = TOKEN_CLOSE;
			read_tag(p, n, at + 2, ret, NULL);
			return;
		}
	}
	if (p[at] == '<' && token_opens(p, n, at)) {
		token_read_other(p, n, ret);
		return;
	}
	size_t i = at;
	while ((i = find(p, n, i, '<')) < n && !token_opens(p, n, i))
		i++;
	ret->kind = TOKEN_TEXT;
	ret->end = i;
}

#endif
