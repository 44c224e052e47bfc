/* Which of 64 bytes are letters and digits of ASCII, a bit each, the first byte in the lowest: words are then found by
 * bits, eleven in a hundred bytes. */
#ifndef GARNER_UTIL_WORD_BITS_H
#define GARNER_UTIL_WORD_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "util/view.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { WORD_BITS_BYTES = 64 };

struct word_bits {
	uint64_t words;	  /* ASCII letters and digits */
	uint64_t beyond;  /* not ASCII */
	uint64_t letters; /* of ASCII */
	uint64_t spaces;
	uint64_t inner; /* of characters beyond ASCII, all bytes but the first */
};

/* Where something begins that is no space: runs of letters of ASCII, and any other character. @carry: whether a letter
 * stands before the first byte, then, whether the last one is one. */
static inline uint64_t word_bits_begins(const struct word_bits *bits, uint64_t *carry)
{
	uint64_t behind = bits->letters << 1 | *carry;
	*carry = bits->letters >> 63;
	return ~((bits->letters & behind) | bits->spaces | bits->inner);
}

/* @p: 64 bytes. */
static inline struct word_bits word_bits_plain(const char *p)
{
	struct word_bits bits = { 0 };
	for (unsigned i = 0; i < WORD_BITS_BYTES; i++) {
		bits.words |= (uint64_t)(ascii_is_alpha(p[i]) || ascii_is_digit(p[i])) << i;
		bits.beyond |= (uint64_t)((unsigned char)p[i] >> 7) << i;
		bits.letters |= (uint64_t)ascii_is_alpha(p[i]) << i;
		bits.inner |= (uint64_t)(((unsigned char)p[i] & 0xC0) == 0x80) << i;
		bits.spaces |= (uint64_t)(p[i] == ' ') << i;
	}
	return bits;
}

static inline struct word_bits word_bits_of(const char *p)
{
#ifdef __SSE2__
	struct word_bits bits = { 0 };
	for (unsigned i = 0; i < WORD_BITS_BYTES; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i letter = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
		__m128i digit = _mm_sub_epi8(x, _mm_set1_epi8('0'));
		__m128i is = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter),
			_mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit));
		bits.words |= (uint64_t)(unsigned)_mm_movemask_epi8(is) << i;
		bits.beyond |= (uint64_t)(unsigned)_mm_movemask_epi8(x) << i;
		__m128i alpha = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
		bits.letters |= (uint64_t)(unsigned)_mm_movemask_epi8(alpha) << i;
		/* With a sign they are below all others. */
		__m128i inner = _mm_cmplt_epi8(x, _mm_set1_epi8((char)0xC0));
		bits.inner |= (uint64_t)(unsigned)_mm_movemask_epi8(inner) << i;
		__m128i space = _mm_cmpeq_epi8(x, _mm_set1_epi8(' '));
		bits.spaces |= (uint64_t)(unsigned)_mm_movemask_epi8(space) << i;
	}
	return bits;
#else
	return word_bits_plain(p);
#endif
}

/* The 64 bytes from @at on in @text, behind whose end zeros are thought. */
static inline struct word_bits word_bits_at(struct view text, size_t at)
{
	char last[WORD_BITS_BYTES];
	if (text.n - at >= WORD_BITS_BYTES)
		return word_bits_of(text.p + at);
	memset(last, 0, sizeof(last));
	memcpy(last, text.p + at, text.n - at);
	return word_bits_of(last);
}

/* Of eight bytes the letters in lower case, the first one in the lowest byte; digits have that bit. */
static inline uint64_t word_letters(const char *p)
{
	uint64_t letters;
	memcpy(&letters, p, sizeof(letters));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	letters = __builtin_bswap64(letters);
#endif
	return letters | UINT64_C(0x2020202020202020);
}

#endif
