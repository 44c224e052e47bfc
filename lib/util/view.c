#include "util/view.h"

#include <limits.h>

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

struct view view_trim(struct view v)
{
	while (v.n && ascii_is_space(v.p[0]))
		v = view_from(v, 1);
	while (v.n && ascii_is_space(v.p[v.n - 1]))
		v.n--;
	return v;
}

size_t view_find(struct view v, struct view needle)
{
	if (needle.n == 0)
		return 0;
	if (v.n < needle.n)
		return v.n;
	/* memmem() makes a table first, which costs more than to look through a line. */
	enum { LINE = 256 };
	if (v.n > LINE) {
		const char *hit = memmem(v.p, v.n, needle.p, needle.n);
		return hit ? (size_t)(hit - v.p) : v.n;
	}
	const char *at = v.p, *end = v.p + (v.n - needle.n) + 1;
	while ((at = memchr(at, needle.p[0], (size_t)(end - at)))) {
		if (memcmp(at, needle.p, needle.n) == 0)
			return (size_t)(at - v.p);
		if (++at == end)
			break;
	}
	return v.n;
}

size_t view_find_nocase(struct view v, struct view needle)
{
	if (needle.n == 0)
		return 0;
	for (size_t i = 0; i + needle.n <= v.n; i++)
		if (view_eq_nocase(view_make(v.p + i, needle.n), needle))
			return i;
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
