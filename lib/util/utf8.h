/* UTF-8 as in Unicode 15 table 3-7: no overlongs, no surrogates, nothing above U+10FFFF. */
#ifndef GARNER_UTIL_UTF8_H
#define GARNER_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/view.h"

#define UTF8_BAD UINT32_MAX

/* Reads one code point at *@at (< v.n) and moves *@at past it. A bad sequence gives UTF8_BAD and
 * moves past its maximal valid prefix (at least one byte), as WHATWG's decoder does. */
uint32_t utf8_next_any(struct view v, size_t *at);
static inline uint32_t utf8_next(struct view v, size_t *at)
{
	unsigned char first = (unsigned char)v.p[*at];
	if (first >= 0x80)
		return utf8_next_any(v, at);
	*at += 1;
	return first;
}

/* The code point that ends at *@at (> 0) of valid UTF-8; moves *@at to its start. */
uint32_t utf8_prev(struct view v, size_t *at);
/* Writes 1 to 4 bytes, returns how many. @cp is a scalar value. */
size_t utf8_put(char *out, uint32_t cp);
/* Length of the longest valid prefix in bytes: v.n when all is valid. */
size_t utf8_valid_prefix(struct view v);
static inline bool utf8_is_valid(struct view v)
{
	return utf8_valid_prefix(v) == v.n;
}
/* Code points of valid UTF-8. */
size_t utf8_count(struct view v);
/* The longest prefix of valid UTF-8 of at most @n bytes that does not cut a code point. */
struct view utf8_first(struct view v, size_t n);

#endif
