/* The look-up of names: a pass over a page asks for each of its tags and attributes, so that it is expanded in place.
 */
#ifndef GARNER_DOM_NAMES_FIND_H
#define GARNER_DOM_NAMES_FIND_H

#include "dom/names.h"
#include "dom/names_table.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { NAME_MAX_BYTES = 16 }; /* longer names are not known; the longest is data-component */

/* Names in lower case, padded with zeros: words are compared, not bytes. */
union name {
	char bytes[NAME_MAX_BYTES];
	uint64_t words[2];
};
extern const union name names_tag_words[DOM_TAG_COUNT], names_attr_words[DOM_ATTR_COUNT + 1];
extern const unsigned char names_tag_slots[1 << TAG_BITS], names_attr_slots[1 << ATTR_BITS];
extern const uint8_t names_ones[2 * NAME_MAX_BYTES]; /* as many 0xFF as zeros */

/* A to Z of eight bytes to a to z. */
static inline uint64_t lower_word(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101ull, high = ones << 7;
	uint64_t low = word & ~high;
	uint64_t upper = (low + ones * (0x80 - 'A')) & ~(low + ones * (0x7F - 'Z')) & ~word & high;
	return word | upper >> 2;
}

/* Unique among the known names. @p: the name as it stands, @first: its first eight bytes folded. */
static inline uint64_t name_key(uint64_t first, const char *p, size_t n)
{
	uint64_t last = 0;
	if (n > 8) {
		memcpy(&last, p + n - 8, 8);
		last = lower_word(last);
	}
	return first ^ last * 3;
}

#ifdef __SSE2__
typedef __m128i name_wide;

/* Of the 16 bytes at @p the first @n, folded. */
static inline name_wide name_load(const char *p, size_t n)
{
	__m128i x = _mm_loadu_si128((const __m128i *)p);
	x = _mm_and_si128(x, _mm_loadu_si128((const __m128i *)(names_ones + NAME_MAX_BYTES - n)));
	__m128i letter = _mm_sub_epi8(x, _mm_set1_epi8('A'));
	__m128i upper = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8('Z' - 'A')), letter);
	return _mm_or_si128(x, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
}

static inline uint64_t name_first(name_wide name)
{
	return (uint64_t)_mm_cvtsi128_si64(name);
}

static inline bool name_is(name_wide name, const union name *other)
{
	__m128i same = _mm_cmpeq_epi8(name, _mm_loadu_si128((const __m128i *)other));
	return _mm_movemask_epi8(same) == 0xFFFF;
}
#else
typedef union name name_wide;

static inline name_wide name_load(const char *p, size_t n)
{
	union name name;
	uint64_t mask[2];
	memcpy(&name, p, NAME_MAX_BYTES);
	memcpy(mask, names_ones + NAME_MAX_BYTES - n, sizeof(mask));
	name.words[0] = lower_word(name.words[0] & mask[0]);
	name.words[1] = n > 8 ? lower_word(name.words[1] & mask[1]) : 0;
	return name;
}

static inline uint64_t name_first(name_wide name)
{
	return name.words[0];
}

static inline bool name_is(name_wide name, const union name *other)
{
	return ((name.words[0] ^ other->words[0]) | (name.words[1] ^ other->words[1])) == 0;
}
#endif

/* 0 < @n < NAME_MAX_BYTES bytes at @p, of which NAME_MAX_BYTES may be read. */
static inline enum dom_tag names_find_tag(const char *p, size_t n)
{
	name_wide name = name_load(p, n);
	unsigned tag = names_tag_slots[name_key(name_first(name), p, n) * TAG_FACTOR >> (64 - TAG_BITS)];
	return name_is(name, &names_tag_words[tag]) ? (enum dom_tag)tag : DOM_OTHER;
}

static inline enum dom_attr_name names_find_attr(const char *p, size_t n)
{
	name_wide name = name_load(p, n);
	unsigned attr = names_attr_slots[name_key(name_first(name), p, n) * ATTR_FACTOR >> (64 - ATTR_BITS)];
	unsigned unknown = !name_is(name, &names_attr_words[attr]) | !attr; /* a NUL reads as no name */
	/* Without a branch: one of two names in a page is not known. */
	return (enum dom_attr_name)((attr & (unknown - 1)) - 1 + ((unsigned)DOM_ATTR_COUNT + 1) * unknown);
}

#endif
