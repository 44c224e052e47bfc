#include "extract/line_count.h"

#include <string.h>

enum { AT_ONCE = 16, PAD = 64 + 2, NO_BYTE = 0xBF /* counts as nothing */ };
_Static_assert(COUNT_BYTES / AT_ONCE < 255, "a counter is a byte");

/* ---- letters --------------------------------------------------------------------------------------- */

/* "http", "www.", ".com" or an at sign at @i: one look at each byte that may begin one. */
static bool is_address(struct view text, size_t i)
{
	size_t left = text.n - i;
	switch (text.p[i]) {
	case '@': return true;
	case 'h': return left >= 4 && memcmp(text.p + i, "http", 4) == 0;
	case 'w': return left >= 4 && memcmp(text.p + i, "www.", 4) == 0;
	case '.': return left >= 4 && memcmp(text.p + i, ".com", 4) == 0;
	default: return false;
	}
}

static bool has_address(struct view text)
{
	for (size_t i = 0; i < text.n; i++)
		if (is_address(text, i))
			return true;
	return false;
}

/* Sixteen bytes beside each other (vectors of GCC and clang). A comparison gives 0 or 255, which is -1: counters count
 * down. Byte by byte, counting took a third of all time. */
typedef uint8_t bytes16 __attribute__((vector_size(AT_ONCE)));

static inline bytes16 load16(const unsigned char *p)
{
	bytes16 v;
	memcpy(&v, p, sizeof(v));
	return v;
}

#define IS(v, c)    ((bytes16)((v) == (uint8_t)(c)))
#define FROM(v, c)  ((bytes16)((v) >= (uint8_t)(c)))
#define IN(v, c, n) ((bytes16)((v) - (uint8_t)(c) < (uint8_t)(n)))
#define COUNT(a, v) ((a) -= (v))

static inline unsigned sum16(bytes16 v)
{
	unsigned sum = 0;
	for (int i = 0; i < AT_ONCE; i++)
		sum += v[i];
	return sum;
}

/* PAD bytes of nothing behind @n, a space in front of @p. */
static void count_sixteen(const unsigned char *p, size_t n, struct letters *l)
{
	bytes16 none = { 0 }, letters = none, uppers = none, digits = none, marks = none, commas = none,
		sentences = none, words = none, capitals = none, joints = none, wide = none, money = none,
		address = none;
	for (size_t i = 0; i < n; i += AT_ONCE) {
		bytes16 b = load16(p + i), before = load16(p + i - 1), next = load16(p + i + 1);
		/* Capitals: ASCII and Russian. Letters: ASCII, and the first byte of what is not. */
		bytes16 upper = IN(b, 'A', 26) | (IS(b, 0xD0) & ~FROM(next, 0xB0));
		bytes16 letter = IN(b | 0x20, 'a', 26) | FROM(b, 0xC0), first = IS(before, ' ');
		COUNT(letters, letter);
		COUNT(uppers, upper);
		COUNT(digits, IN(b, '0', 10));
		COUNT(marks, IS(b, '|') | IS(b, '/') | IS(b, '>') | IS(b, ':') | IS(b, '#') | IS(b, 0xC2));
		COUNT(commas, IS(b, ','));
		COUNT(money, IS(b, '$'));
		COUNT(wide, FROM(b, 0xE3));
		COUNT(sentences, IS(b, ' ') & (IS(before, '.') | IS(before, '!') | IS(before, '?')));
		COUNT(words, letter & first);
		COUNT(capitals, upper & first);
		COUNT(joints, upper & IN(before, 'a', 26));
		/* "tt" of http, "ww", ".c" of .com. */
		address |= IS(b, '@') | (IS(b, 't') & IS(before, 't')) | (IS(b, 'w') & IS(before, 'w')) |
			   (IS(b, 'c') & IS(before, '.'));
	}
	*l = (struct letters){ sum16(letters), sum16(uppers), sum16(digits), sum16(marks), sum16(commas),
		sum16(sentences), sum16(words), sum16(capitals), sum16(joints), sum16(wide), sum16(money), false };
	l->address = sum16(address) && has_address(view_make((const char *)p, n));
}

#undef IS
#undef FROM
#undef IN
#undef COUNT

typedef void count_fn(const unsigned char *p, size_t n, struct letters *l);

#ifdef __x86_64__
#include <immintrin.h>

/* What is found among many bytes: a byte or a bit for each. */
#define AVX2 __attribute__((target("avx2,popcnt")))
typedef __m256i avx2_found;
AVX2 static inline __m256i avx2_load(const unsigned char *p)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

AVX2 static inline avx2_found avx2_is(__m256i v, char c)
{
	return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c));
}

AVX2 static inline avx2_found avx2_from(__m256i v, char c)
{
	return _mm256_cmpeq_epi8(_mm256_max_epu8(v, _mm256_set1_epi8(c)), v);
}

AVX2 static inline avx2_found avx2_in(__m256i v, char c, char n)
{
	__m256i from = _mm256_sub_epi8(v, _mm256_set1_epi8(c));
	return _mm256_cmpeq_epi8(_mm256_min_epu8(from, _mm256_set1_epi8((char)(n - 1))), from);
}

AVX2 static inline avx2_found avx2_letters(__m256i v)
{
	return avx2_in(_mm256_or_si256(v, _mm256_set1_epi8(0x20)), 'a', 26);
}

AVX2 static inline uint64_t avx2_bits(avx2_found found)
{
	return (uint32_t)_mm256_movemask_epi8(found);
}

#define AVX512 __attribute__((target("avx512bw,popcnt")))
typedef uint64_t avx512_found;
AVX512 static inline __m512i avx512_load(const unsigned char *p)
{
	return _mm512_loadu_si512(p);
}

AVX512 static inline avx512_found avx512_is(__m512i v, char c)
{
	return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
}

AVX512 static inline avx512_found avx512_from(__m512i v, char c)
{
	return _mm512_cmpge_epu8_mask(v, _mm512_set1_epi8(c));
}

AVX512 static inline avx512_found avx512_in(__m512i v, char c, char n)
{
	return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(c)), _mm512_set1_epi8(n));
}

AVX512 static inline avx512_found avx512_letters(__m512i v)
{
	return avx512_in(_mm512_or_si512(v, _mm512_set1_epi8(0x20)), 'a', 26);
}

static inline uint64_t avx512_bits(avx512_found found)
{
	return found;
}

/* Does an address stand around one of the pairs at @found? Each bit: the second byte of "tt", "ww" or ".c". */
static bool around(const unsigned char *p, uint64_t found)
{
	for (; found; found &= found - 1) {
		const unsigned char *at = p + __builtin_ctzll(found);
		if (*at == 't' ? at[1] == 'p' && at[-2] == 'h'
			       : at[1] == (*at == 'w' ? 'w' : 'o') && at[2] == (*at == 'w' ? '.' : 'm'))
			return true;
	}
	return false;
}

/* The same as count_sixteen, @step bytes at a time. */
#define COUNT(kind, found) ((unsigned)__builtin_popcountll(kind##_bits(found)))
#define COUNT_MASKS(target_of, name, bytes, kind, step)                                                                \
	target_of static void name(const unsigned char *p, size_t n, struct letters *l)                                \
	{                                                                                                              \
		struct letters sum = { 0 };                                                                            \
		for (size_t i = 0; i < n; i += (step)) {                                                               \
			bytes b = kind##_load(p + i), before = kind##_load(p + i - 1), next = kind##_load(p + i + 1);  \
			kind##_found letter = kind##_letters(b) | kind##_from(b, (char)0xC0),                          \
				     space = kind##_is(b, ' '), first = kind##_is(before, ' '),                        \
				     stop = kind##_is(before, '.'),                                                    \
				     upper = kind##_in(b, 'A', 26) |                                                   \
					     (kind##_is(b, (char)0xD0) & ~kind##_from(next, (char)0xB0)),              \
				     marks = kind##_is(b, '|') | kind##_is(b, '/') | kind##_is(b, '>') |               \
					     kind##_is(b, ':') | kind##_is(b, '#') | kind##_is(b, (char)0xC2),         \
				     ends = stop | kind##_is(before, '!') | kind##_is(before, '?'),                    \
				     pairs = (kind##_is(b, 't') & kind##_is(before, 't')) |                            \
					     (kind##_is(b, 'w') & kind##_is(before, 'w')) |                            \
					     (kind##_is(b, 'c') & stop),                                               \
				     at = kind##_is(b, '@');                                                           \
			sum.letters += COUNT(kind, letter);                                                            \
			sum.upper += COUNT(kind, upper);                                                               \
			sum.digits += COUNT(kind, kind##_in(b, '0', 10));                                              \
			sum.marks += COUNT(kind, marks);                                                               \
			sum.commas += COUNT(kind, kind##_is(b, ','));                                                  \
			sum.money += COUNT(kind, kind##_is(b, '$'));                                                   \
			sum.wide += COUNT(kind, kind##_from(b, (char)0xE3));                                           \
			sum.sentences += COUNT(kind, space & ends);                                                    \
			sum.words += COUNT(kind, letter & first);                                                      \
			sum.capitals += COUNT(kind, upper & first);                                                    \
			sum.joints += COUNT(kind, upper & kind##_in(before, 'a', 26));                                 \
			if (!sum.address && kind##_bits(pairs | at))                                                   \
				sum.address = kind##_bits(at) || around(p + i, kind##_bits(pairs));                    \
		}                                                                                                      \
		*l = sum;                                                                                              \
	}

COUNT_MASKS(AVX2, count_thirty_two, __m256i, avx2, 32)
COUNT_MASKS(AVX512, count_sixty_four, __m512i, avx512, 64)
#undef COUNT

static count_fn *count_best(void)
{
	if (!__builtin_cpu_supports("popcnt"))
		return count_sixteen;
	return __builtin_cpu_supports("avx512bw") ? count_sixty_four
	       : __builtin_cpu_supports("avx2")	  ? count_thirty_two
						  : count_sixteen;
}
#else
static count_fn *count_best(void)
{
	return count_sixteen;
}
#endif

static void count(count_fn *fn, struct view text, struct letters *ret)
{
	unsigned char room[2 + COUNT_BYTES + PAD], *p = room + 2;
	text = view_first(text, COUNT_BYTES);
	room[0] = room[1] = ' ';
	if (text.n)
		memcpy(p, text.p, text.n);
	memset(p + text.n, NO_BYTE, PAD);
	fn(p, text.n, ret);
}

void letters_count(struct view text, struct letters *ret)
{
	count(count_best(), text, ret);
}

void letters_count_plain(struct view text, struct letters *ret)
{
	count(count_sixteen, text, ret);
}

/* ---- words ------------------------------------------------------------------------------------------- */

/* The bits of words among the 64 bytes at @p; @ret_wide: the first bytes of kana and Han. */
static uint64_t word_bits(const char *p, uint64_t *ret_wide)
{
	uint64_t words = 0;
	*ret_wide = 0;
#ifdef __x86_64__
	for (int at = 0; at < 64; at += 16) {
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + at));
		__m128i letter = _mm_sub_epi8(_mm_or_si128(b, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
		__m128i digit = _mm_sub_epi8(b, _mm_set1_epi8('0')), wide = _mm_sub_epi8(b, _mm_set1_epi8((char)0xE3));
		letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter);
		digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
		wide = _mm_cmpeq_epi8(_mm_min_epu8(wide, _mm_set1_epi8(6)), wide);
		/* Of what is not ASCII the high bit is set already. */
		__m128i word = _mm_or_si128(
			_mm_or_si128(letter, digit), _mm_or_si128(b, _mm_cmpeq_epi8(b, _mm_set1_epi8('\''))));
		words |= (uint64_t)(uint32_t)_mm_movemask_epi8(word) << at;
		*ret_wide |= (uint64_t)(uint32_t)_mm_movemask_epi8(wide) << at;
	}
#else
	for (int i = 0; i < 64; i++) {
		unsigned char b = (unsigned char)p[i];
		uint64_t bit = (uint64_t)1 << i;
		words |= ascii_is_alpha(p[i]) || ascii_is_digit(p[i]) || b >= 0x80 || b == '\'' ? bit : 0;
		*ret_wide |= b >= 0xE3 && b <= 0xE9 ? bit : 0;
	}
#endif
	return words;
}

static uint64_t walk_bits(struct word_walk *walk)
{
	size_t left = walk->n - walk->base;
	uint64_t all = left < 64 ? ((uint64_t)1 << left) - 1 : UINT64_MAX, wide;
	uint64_t bits = word_bits(walk->p + walk->base, &wide) & all;
	walk->wide = walk->wide || wide & all;
	return bits;
}

struct word_walk word_walk(struct view key)
{
	struct word_walk walk = { .p = key.p, .n = key.n };
	if (key.n)
		walk.bits = walk_bits(&walk);
	return walk;
}

bool word_walk_next(struct word_walk *walk, struct view *ret_word)
{
	while (!walk->bits) {
		walk->base += 64;
		if (walk->base >= walk->n)
			return false;
		walk->bits = walk_bits(walk);
	}
	unsigned first = (unsigned)__builtin_ctzll(walk->bits);
	size_t from = walk->base + first;
	/* The run of ones; zeros come in from above. */
	uint64_t after = ~(walk->bits >> first);
	unsigned end = first + (after ? (unsigned)__builtin_ctzll(after) : 64);
	while (end == 64 && walk->base + 64 < walk->n) {
		walk->base += 64;
		walk->bits = walk_bits(walk);
		end = ~walk->bits ? (unsigned)__builtin_ctzll(~walk->bits) : 64;
	}
	walk->bits = end < 64 ? walk->bits & UINT64_MAX << end : 0;
	*ret_word = view_make(walk->p + from, walk->base + end - from);
	return !walk->wide;
}
