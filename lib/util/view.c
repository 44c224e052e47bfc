#include "util/view.h"

#include <limits.h>
#include "util/scan.h"

bool view_eq_nocase(struct view a, struct view b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

bool view_starts_nocase(struct view v, struct view prefix)
{
	return v.n >= prefix.n && view_eq_nocase(view_first(v, prefix.n), prefix);
}

bool view_ends(struct view v, struct view suffix)
{
	return v.n >= suffix.n && view_eq(view_from(v, v.n - suffix.n), suffix);
}

int view_cmp(struct view a, struct view b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;
	if (r)
		return r;
	return (a.n > b.n) - (a.n < b.n);
}

struct view view_trim_spaces(struct view v)
{
	v = view_from(v, scan_spaces(v.p, v.n));
	while (v.n && ascii_is_space(v.p[v.n - 1]))
		v.n--;
	return v;
}

#ifdef __SSE2__
/* Which of the @n bytes at @p, at most sixteen, are @c once the bits of @fold are set in both. */
static unsigned bytes_like(const char *p, size_t n, char c, char fold)
{
	__m128i x = n < 16 ? scan_load_few(p, n) : _mm_loadu_si128((const __m128i *)p), bits = _mm_set1_epi8(fold);
	return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_or_si128(x, bits), _mm_set1_epi8((char)(c | fold))));
}
#endif

/* The next place from @at on, of the first @places, where @needle may begin: its first and last byte stand there, in
 * either case where @fold is 0x20. @places: none. Both at once leave few places that have to be compared. */
static inline size_t next_place(struct view v, size_t at, size_t places, struct view needle, char fold)
{
	const char *p = v.p, *q = v.p + needle.n - 1;
	char first = needle.p[0], last = needle.p[needle.n - 1];
#ifdef __SSE2__
	while (at < places) {
		/* The last sixteen are looked at together with some once more. */
		size_t from = places >= 16 && places - at < 16 ? places - 16 : at;
		size_t n = places - from < 16 ? places - from : 16;
		unsigned found = bytes_like(p + from, n, first, fold) & bytes_like(q + from, n, last, fold);
		found &= ((1u << n) - 1) & ~0u << (at - from);
		if (found)
			return from + (size_t)__builtin_ctz(found);
		at = from + n;
	}
#else
	for (; at < places; at++)
		if ((p[at] | fold) == (first | fold) && (q[at] | fold) == (last | fold))
			return at;
#endif
	return places;
}

size_t view_find(struct view v, struct view needle)
{
	if (needle.n == 0)
		return 0;
	if (v.n < needle.n)
		return v.n;
	/* memmem() makes a table first, which costs more than to look through a paragraph. */
	enum { PARAGRAPH = 4096 };
	if (v.n > PARAGRAPH) {
		const char *hit = memmem(v.p, v.n, needle.p, needle.n);
		return hit ? (size_t)(hit - v.p) : v.n;
	}
	size_t places = v.n - needle.n + 1;
	for (size_t at = 0; (at = next_place(v, at, places, needle, 0)) < places; at++)
		if (memcmp(v.p + at, needle.p, needle.n) == 0)
			return at;
	return v.n;
}

size_t view_find_nocase(struct view v, struct view needle)
{
	if (needle.n == 0)
		return 0;
	if (v.n < needle.n)
		return v.n;
	size_t places = v.n - needle.n + 1;
	for (size_t at = 0; (at = next_place(v, at, places, needle, 0x20)) < places; at++)
		if (view_eq_nocase(view_make(v.p + at, needle.n), needle))
			return at;
	return v.n;
}

size_t view_find_byte(struct view v, char c)
{
	const char *hit = v.n ? memchr(v.p, c, v.n) : NULL;
	return hit ? (size_t)(hit - v.p) : v.n;
}

bool view_next_line(struct view *rest, struct view *ret_line)
{
	if (rest->n == 0)
		return false;
	size_t end = view_find_byte(*rest, '\n');
	struct view line = view_first(*rest, end);
	*rest = view_from(*rest, end + 1);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	*ret_line = line;
	return true;
}

bool view_next_token(struct view *rest, char sep, struct view *ret_token)
{
	if (rest->n == 0)
		return false;
	size_t end = view_find_byte(*rest, sep);
	*ret_token = view_first(*rest, end);
	*rest = view_from(*rest, end + 1);
	return true;
}

bool view_to_u64(struct view v, unsigned long long *ret)
{
	unsigned long long sum = 0;
	v = view_trim(v);
	if (v.n == 0)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		if (!ascii_is_digit(v.p[i]))
			return false;
		unsigned digit = (unsigned)(v.p[i] - '0');
		if (sum > (ULLONG_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*ret = sum;
	return true;
}
