/* Characters and words of a text as the features count them: class by class, and in runs of letters.
 *
 * A word's number is made of its bytes, eight a step, with ASCII letters lower and without what joins letters
 * (apostrophes, zero-width characters), so that it is the same whether the word is read a character at a time or where
 * it lies. */
#ifndef GARNER_EXTRACT_WORD_READ_H
#define GARNER_EXTRACT_WORD_READ_H

#include "extract/features.h"
#include "util/utf8.h"

/* What the counts tell apart. WORD_WIDE: a letter that is a word: Thai, Lao, Khmer, kana, Han, Hangul. */
enum word_class {
	WORD_OTHER,
	WORD_SPACE,
	WORD_LOWER,
	WORD_UPPER,
	WORD_DIGIT,
	WORD_STOP,
	WORD_COMMA,
	WORD_COLON,
	WORD_QUOTE,
	WORD_SYMBOL,
	WORD_INSIDE,
	WORD_WIDE,
	WORD_CLASSES
};

extern const uint8_t word_ascii_class[128];
/* Of a code point from U+0080 on. */
uint8_t word_wide_class(uint32_t c);

/* The class of the character at @at. */
static inline uint8_t word_class_at(struct view v, size_t at)
{
	uint32_t c = (unsigned char)v.p[at];
	return c < 0x80 ? word_ascii_class[c] : word_wide_class(utf8_next(v, &at));
}

struct word {
	uint32_t hash; /* never 0 */
	uint32_t size; /* characters */
	bool capital, number, wide;
};

/* Reads the next word of @text from *@at on and moves behind it; counts into @s what is read. False at the end. */
bool word_next(struct view text, size_t *at, struct word *ret, struct text_stats *s);
/* Counts the character at *@at, which is neither a space, a letter nor a digit of ASCII, and moves behind it. */
void word_count_other(struct view text, size_t *at, struct text_stats *s);

/* ---- 64 bytes at a time -------------------------------------------------------------------- */

/* A bit a byte. */
struct word_masks {
	uint64_t word; /* ASCII letters, digits, the underscore */
	uint64_t upper, digit, space, apostrophe;
	uint64_t high; /* of characters beyond ASCII */
};

/* Of the @n bytes at @p, at most 64; others are 0. */
static inline struct word_masks word_masks_plain(const char *p, size_t n)
{
	struct word_masks m = { 0 };
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		uint64_t bit = UINT64_C(1) << i;
		if (c >= 0x80) {
			m.high |= bit;
			continue;
		}
		uint8_t class = word_ascii_class[c];
		m.word |= class >= WORD_LOWER && class <= WORD_DIGIT ? bit : 0;
		m.upper |= class == WORD_UPPER ? bit : 0;
		m.digit |= class == WORD_DIGIT ? bit : 0;
		m.space |= class == WORD_SPACE ? bit : 0;
		m.apostrophe |= class == WORD_INSIDE ? bit : 0;
	}
	return m;
}

enum { WORD_SLACK = BLOCK_SLACK }; /* readable bytes that must stand behind a text */

#ifdef __SSE2__
#include "util/scan.h"
#include "util/word_bits.h"

/* The same; WORD_SLACK bytes behind may be read. */
static inline struct word_masks word_masks_of(const char *p, size_t n)
{
	struct word_masks m = { 0 };
	for (unsigned at = 0; at < 64 && at < n; at += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(p + at));
		__m128i letter = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
		__m128i digit = _mm_sub_epi8(x, _mm_set1_epi8('0'));
		__m128i under = _mm_cmpeq_epi8(x, _mm_set1_epi8('_'));
		letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
		digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
		uint64_t letters = (unsigned)_mm_movemask_epi8(letter), digits = (unsigned)_mm_movemask_epi8(digit),
			 lower = (unsigned)_mm_movemask_epi8(_mm_slli_epi16(x, 2)); /* their bit of 0x20 */
		m.word |= (letters | digits | (unsigned)_mm_movemask_epi8(under)) << at;
		m.upper |= (letters & ~lower) << at;
		m.digit |= digits << at;
		m.space |= (uint64_t)scan_spaces16(x) << at;
		m.apostrophe |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('\''))) << at;
		m.high |= (uint64_t)(unsigned)_mm_movemask_epi8(x) << at;
	}
	uint64_t all = n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
	m.word &= all;
	m.upper &= all;
	m.digit &= all;
	m.space &= all;
	m.apostrophe &= all;
	m.high &= all;
	return m;
}
#else
static inline struct word_masks word_masks_of(const char *p, size_t n)
{
	return word_masks_plain(p, n < 64 ? n : 64);
}
#endif

/* Where the next ASCII digit stands, from @at on; text.n when there is none. WORD_SLACK bytes behind may be read. */
static inline size_t word_digit_from(struct view text, size_t at)
{
#ifdef __SSE2__
	for (; at < text.n; at += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(text.p + at));
		x = _mm_sub_epi8(x, _mm_set1_epi8('0'));
		unsigned digits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(9)), x));
		if (digits)
			return at + (size_t)__builtin_ctz(digits) < text.n ? at + (size_t)__builtin_ctz(digits)
									   : text.n;
	}
	return text.n;
#else
	while (at < text.n && !ascii_is_digit(text.p[at]))
		at++;
	return at;
#endif
}

static inline uint64_t word_hash_step(uint64_t h, uint64_t bytes)
{
	__extension__ unsigned __int128 product = (unsigned __int128)(h ^ bytes) * UINT64_C(0x9E3779B97F4A7C15);
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint32_t word_hash_end(uint64_t h)
{
	return (uint32_t)(h ^ (h >> 32)) | 1;
}

/* Of a word of ASCII letters, digits and underscores alone, @n > 0; eight bytes behind may be read. */
static inline uint32_t word_hash(const char *p, size_t n)
{
	uint64_t h = 0;
	for (; n > 8; n -= 8, p += 8)
		h = word_hash_step(h, word_letters(p));
	return word_hash_end(word_hash_step(h, word_letters(p) & UINT64_MAX >> (64 - 8 * n)));
}

#endif
