/* Looking ahead in bytes, sixteen at a time where the machine has it at no asking (SSE2 on x86-64). */
#ifndef GARNER_UTIL_SCAN_H
#define GARNER_UTIL_SCAN_H

#include <stdint.h>
#include <string.h>
#include "util/view.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ASCII spaces that stand at the beginning of the @n bytes at @p. */
static inline size_t scan_spaces_plain(const char *p, size_t n)
{
	size_t i = 0;
	while (i < n && ascii_is_space(p[i]))
		i++;
	return i;
}

#ifdef __SSE2__
/* Which of sixteen bytes are ASCII spaces: a bit each. */
static inline unsigned scan_spaces16(__m128i x)
{
	__m128i control = _mm_sub_epi8(x, _mm_set1_epi8('\t')); /* 0 to 4, and 2 is no space */
	__m128i is = _mm_cmpeq_epi8(_mm_min_epu8(control, _mm_set1_epi8(4)), control);
	is = _mm_andnot_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\v')), is);
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(is, _mm_cmpeq_epi8(x, _mm_set1_epi8(' '))));
}

/* The @n bytes at @p, less than 16, and zeros behind them; no other byte is read. */
static inline __m128i scan_load_few(const char *p, size_t n)
{
	uint64_t low = 0, high = 0;
	if (n >= 8) {
		memcpy(&low, p, 8);
		memcpy(&high, p + n - 8, 8);
		high = high >> 4 * (16 - n) >> 4 * (16 - n);
	} else if (n >= 4) {
		uint32_t first, last;
		memcpy(&first, p, 4);
		memcpy(&last, p + n - 4, 4);
		low = first | (uint64_t)last << 8 * (n - 4);
	} else if (n) {
		low = (unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 * (n / 2) |
		      (uint64_t)(unsigned char)p[n - 1] << 8 * (n - 1);
	}
	return _mm_set_epi64x((long long)high, (long long)low);
}
#endif

static inline size_t scan_spaces(const char *p, size_t n)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		unsigned others = scan_spaces16(_mm_loadu_si128((const __m128i *)(p + i))) ^ 0xFFFF;
		if (others)
			return i + (size_t)__builtin_ctz(others);
	}
	if (i == n || !ascii_is_space(p[i]))
		return i;
	return i + (size_t)__builtin_ctz(~scan_spaces16(scan_load_few(p + i, n - i)));
#else
	return i + scan_spaces_plain(p + i, n - i);
#endif
}

/* Bytes at the beginning of the @n at @p that a JSON string holds as they are (RFC 8259, 7): up to a quote, a backslash
 * or a control. */
static inline size_t scan_json_plain(const char *p, size_t n)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i stops = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1F)), x);
		stops = _mm_or_si128(stops, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
		stops = _mm_or_si128(stops, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
		unsigned found = (unsigned)_mm_movemask_epi8(stops);
		if (found)
			return i + (size_t)__builtin_ctz(found);
	}
#endif
	while (i < n && p[i] != '"' && p[i] != '\\' && (unsigned char)p[i] >= 0x20)
		i++;
	return i;
}

static inline bool scan_is_ascii(const char *p, size_t n)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; n - i >= 16; i += 16)
		if (_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(p + i))))
			return false;
	return _mm_movemask_epi8(scan_load_few(p + i, n - i)) == 0;
#else
	while (i < n && (unsigned char)p[i] < 0x80)
		i++;
	return i == n;
#endif
}

/* Nothing but ASCII spaces stands in the @n bytes at @p, of which @room may be read: most texts are short, or show what
 * they are by their first sixteen bytes. */
static inline bool scan_is_blank(const char *p, size_t n, size_t room)
{
#ifdef __SSE2__
	if (room >= 16) {
		unsigned others = scan_spaces16(_mm_loadu_si128((const __m128i *)p)) ^ 0xFFFF;
		if (n <= 16)
			return (others & ((1u << n) - 1)) == 0;
		if (others)
			return false;
	}
#endif
	(void)room;
	return scan_spaces(p, n) == n;
}

/* @c stands in the @n bytes at @p, of which @room may be read; mostly a few. */
static inline bool scan_holds(const char *p, size_t n, size_t room, char c)
{
#ifdef __SSE2__
	if (n <= 16 && room >= 16) {
		__m128i same = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8(c));
		return ((unsigned)_mm_movemask_epi8(same) & ((1u << n) - 1)) != 0;
	}
#endif
	(void)room;
	return n && memchr(p, c, n) != NULL;
}

#endif
