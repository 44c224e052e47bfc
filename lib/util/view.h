/* A borrowed run of bytes: not NUL-terminated, never freed through the view. */
#ifndef GARNER_UTIL_VIEW_H
#define GARNER_UTIL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct view {
	const char *p;
	size_t n;
};

#define VIEW(literal) ((struct view){ "" literal, sizeof(literal) - 1 })
#define VIEW_NONE     ((struct view){ NULL, 0 })

static inline struct view view_of(const char *s)
{
	return (struct view){ s, s ? strlen(s) : 0 };
}

static inline struct view view_make(const char *p, size_t n)
{
	return (struct view){ p, n };
}

/* From @from to the end; an empty view at the end when @from is past it. */
static inline struct view view_from(struct view v, size_t from)
{
	if (from > v.n)
		from = v.n;
	return (struct view){ v.p ? v.p + from : NULL, v.n - from };
}

static inline struct view view_first(struct view v, size_t n)
{
	return (struct view){ v.p, n < v.n ? n : v.n };
}

static inline bool view_eq(struct view a, struct view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool ascii_is_alpha(char c)
{
	char l = (char)(c | 0x20);
	return l >= 'a' && l <= 'z';
}

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Space, tab, LF, FF, CR: WHATWG "ASCII whitespace". */
static inline bool ascii_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* ASCII case-insensitive; other bytes compare as they are. */
bool view_eq_nocase(struct view a, struct view b);
/* Asked of lists of words, most of which begin with another letter. */
static inline bool view_starts(struct view v, struct view prefix)
{
	if (v.n < prefix.n || prefix.n == 0)
		return prefix.n == 0;
	return v.p[0] == prefix.p[0] && memcmp(v.p, prefix.p, prefix.n) == 0;
}
bool view_starts_nocase(struct view v, struct view prefix);
bool view_ends(struct view v, struct view suffix);
/* Order of bytes, shorter first: <0, 0, >0. */
int view_cmp(struct view a, struct view b);
struct view view_trim_spaces(struct view v);
/* Without ASCII whitespace at both ends: most have none. */
static inline struct view view_trim(struct view v)
{
	if (v.n == 0 || (!ascii_is_space(v.p[0]) && !ascii_is_space(v.p[v.n - 1])))
		return v;
	return view_trim_spaces(v);
}
/* Offset of the first @needle, or v.n. */
size_t view_find(struct view v, struct view needle);
size_t view_find_nocase(struct view v, struct view needle);
/* Offset of the first byte @c, or v.n. */
size_t view_find_byte(struct view v, char c);
/* Cuts the next line off @rest (without its LF or CR LF). False when nothing is left. */
bool view_next_line(struct view *rest, struct view *ret_line);
/* Cuts up to the next @sep byte off @rest. False when nothing is left. */
bool view_next_token(struct view *rest, char sep, struct view *ret_token);
/* Whole of @v (trimmed) as an unsigned decimal. False: no digit, another byte, overflow. */
bool view_to_u64(struct view v, unsigned long long *ret);

#endif
