#include "extract/text_bits.h"

#include <string.h>

/* ---- 64 bytes ------------------------------------------------------------------------------------ */

/* What the bytes tell one by one; the rest follows from neighbours. */
struct classes {
	uint64_t breaks, rough, spaces, digits, capitals, small;
	uint64_t ends; /* what VT, FF, NEL, U+2028 and U+2029 end with */
};

/* The last byte was one: 1. */
struct carry {
	uint64_t space, small;
};

static inline void put_bits(const struct classes *c, struct carry *carry, struct text_bits *ret)
{
	*ret = (struct text_bits){ .breaks = c->breaks,
		.others = c->ends,
		.rough = c->rough,
		.spaces = c->spaces,
		.twins = c->spaces & (c->spaces << 1 | carry->space),
		.digits = c->digits,
		.joints = c->capitals & (c->small << 1 | carry->small) };
	carry->space = c->spaces >> 63;
	carry->small = c->small >> 63;
}

/* @count times 64 bytes; others: what they may end with. */
typedef void bits_fn(const unsigned char *p, size_t count, char *low, struct carry *carry, struct text_bits *ret);

/* A loop of its own for each kind of CPU, so that constants are made once. */
#define BITS_LOOP(target_of, name, look)                                                                               \
	target_of static void name(                                                                                    \
		const unsigned char *p, size_t count, char *low, struct carry *carry, struct text_bits *ret)           \
	{                                                                                                              \
		for (; count; count--, p += BITS_BYTES, low += BITS_BYTES, ret++) {                                    \
			struct classes c = look(p, low);                                                               \
			put_bits(&c, carry, ret);                                                                      \
		}                                                                                                      \
	}

static inline struct classes classes_plain(const unsigned char *p, char *low)
{
	struct classes c = { 0 };
	for (int i = 0; i < BITS_BYTES; i++) {
		uint64_t bit = (uint64_t)1 << i;
		c.breaks |= p[i] == '\n' ? bit : 0;
		c.rough |= p[i] < ' ' || p[i] >= 0x7F ? bit : 0;
		c.spaces |= p[i] == ' ' ? bit : 0;
		c.digits |= ascii_is_digit((char)p[i]) ? bit : 0;
		c.capitals |= p[i] >= 'A' && p[i] <= 'Z' ? bit : 0;
		c.small |= p[i] >= 'a' && p[i] <= 'z' ? bit : 0;
		c.ends |= p[i] == 0x0B || p[i] == 0x0C || p[i] == 0x85 || (p[i] & 0xFE) == 0xA8 ? bit : 0;
		low[i] = ascii_lower((char)p[i]);
	}
	return c;
}

BITS_LOOP(, bits_plain, classes_plain)

#ifdef __x86_64__
#include <immintrin.h>

/* Bytes from @from on, @count of them. */
static inline __m128i in_range(__m128i bytes, char from, char count)
{
	__m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(from));
	return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8((char)(count - 1))), shifted);
}

static inline uint64_t mask_at(__m128i found, int at)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(found) << at;
}

static inline struct classes classes_sse2(const unsigned char *p, char *low)
{
	struct classes c = { 0 };
	for (int at = 0; at < BITS_BYTES; at += 16) {
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + at));
		__m128i capitals = in_range(b, 'A', 26);
		/* With a sign, bytes beyond ASCII are below the space, too. */
		__m128i rough =
			_mm_or_si128(_mm_cmplt_epi8(b, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(b, _mm_set1_epi8(0x7F)));
		c.breaks |= mask_at(_mm_cmpeq_epi8(b, _mm_set1_epi8('\n')), at);
		c.rough |= mask_at(rough, at);
		c.spaces |= mask_at(_mm_cmpeq_epi8(b, _mm_set1_epi8(' ')), at);
		c.digits |= mask_at(in_range(b, '0', 10), at);
		c.capitals |= mask_at(capitals, at);
		c.small |= mask_at(in_range(b, 'a', 26), at);
		c.ends |= mask_at(_mm_or_si128(_mm_or_si128(in_range(b, 0x0B, 2), in_range(b, (char)0xA8, 2)),
					  _mm_cmpeq_epi8(b, _mm_set1_epi8((char)0x85))),
			at);
		_mm_storeu_si128(
			(__m128i *)(void *)(low + at), _mm_or_si128(b, _mm_and_si128(capitals, _mm_set1_epi8(0x20))));
	}
	return c;
}

__attribute__((target("avx2"))) static inline __m256i in_range_wide(__m256i bytes, char from, char count)
{
	__m256i shifted = _mm256_sub_epi8(bytes, _mm256_set1_epi8(from));
	return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8((char)(count - 1))), shifted);
}

__attribute__((target("avx2"))) static inline uint64_t mask_wide(__m256i found, int at)
{
	return (uint64_t)(uint32_t)_mm256_movemask_epi8(found) << at;
}

__attribute__((target("avx2"))) static inline struct classes classes_avx2(const unsigned char *p, char *low)
{
	struct classes c = { 0 };
	for (int at = 0; at < BITS_BYTES; at += 32) {
		__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + at));
		__m256i capitals = in_range_wide(b, 'A', 26);
		__m256i rough = _mm256_or_si256(
			_mm256_cmpgt_epi8(_mm256_set1_epi8(' '), b), _mm256_cmpeq_epi8(b, _mm256_set1_epi8(0x7F)));
		c.breaks |= mask_wide(_mm256_cmpeq_epi8(b, _mm256_set1_epi8('\n')), at);
		c.rough |= mask_wide(rough, at);
		c.spaces |= mask_wide(_mm256_cmpeq_epi8(b, _mm256_set1_epi8(' ')), at);
		c.digits |= mask_wide(in_range_wide(b, '0', 10), at);
		c.capitals |= mask_wide(capitals, at);
		c.small |= mask_wide(in_range_wide(b, 'a', 26), at);
		_mm256_storeu_si256((__m256i *)(void *)(low + at),
			_mm256_or_si256(b, _mm256_and_si256(capitals, _mm256_set1_epi8(0x20))));
	}
	/* Most texts are ASCII without them. */
	for (int at = 0; c.rough != c.breaks && at < BITS_BYTES; at += 32) {
		__m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + at));
		__m256i ends = _mm256_or_si256(in_range_wide(b, 0x0B, 2), in_range_wide(b, (char)0xA8, 2));
		c.ends |= mask_wide(_mm256_or_si256(ends, _mm256_cmpeq_epi8(b, _mm256_set1_epi8((char)0x85))), at);
	}
	return c;
}

__attribute__((target("avx512bw"))) static inline struct classes classes_avx512(const unsigned char *p, char *low)
{
	__m512i b = _mm512_loadu_si512(p);
	struct classes c = {
		.breaks = _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8('\n')),
		.rough = _mm512_cmplt_epi8_mask(b, _mm512_set1_epi8(' ')) |
			 _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8(0x7F)),
		.spaces = _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8(' ')),
		.digits = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(b, _mm512_set1_epi8('0')), _mm512_set1_epi8(10)),
		.capitals = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(b, _mm512_set1_epi8('A')), _mm512_set1_epi8(26)),
		.small = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(b, _mm512_set1_epi8('a')), _mm512_set1_epi8(26)),
		.ends = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(b, _mm512_set1_epi8(0x0B)), _mm512_set1_epi8(2)) |
			_mm512_cmplt_epu8_mask(_mm512_sub_epi8(b, _mm512_set1_epi8((char)0xA8)), _mm512_set1_epi8(2)) |
			_mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8((char)0x85)),
	};
	_mm512_storeu_si512(low, _mm512_mask_add_epi8(b, c.capitals, b, _mm512_set1_epi8(0x20)));
	return c;
}

BITS_LOOP(, bits_sse2, classes_sse2)
BITS_LOOP(__attribute__((target("avx2"))), bits_avx2, classes_avx2)
BITS_LOOP(__attribute__((target("avx512bw"))), bits_avx512, classes_avx512)

static bits_fn *bits_for(enum bits_kind kind)
{
	switch (kind) {
	case BITS_PLAIN: return bits_plain;
	case BITS_SSE2: return bits_sse2;
	case BITS_AVX2: return __builtin_cpu_supports("avx2") ? bits_avx2 : NULL;
	case BITS_AVX512: return __builtin_cpu_supports("avx512bw") ? bits_avx512 : NULL;
	case BITS_KINDS: break;
	}
	return NULL;
}
#else
static bits_fn *bits_for(enum bits_kind kind)
{
	return kind == BITS_PLAIN ? bits_plain : NULL;
}
#endif

static bits_fn *bits_best(void)
{
	bits_fn *best = NULL;
	for (int kind = BITS_KINDS; !best;)
		best = bits_for((enum bits_kind)-- kind);
	return best;
}

/* ---- the text ------------------------------------------------------------------------------------ */

/* Which of @ends end VT, FF, NEL, U+2028 or U+2029. @before: so many bytes stand in front of @p. */
static uint64_t other_breaks(const unsigned char *p, size_t before, uint64_t ends)
{
	uint64_t found = 0;
	for (; ends; ends &= ends - 1) {
		ptrdiff_t i = __builtin_ctzll(ends);
		bool other = p[i] < ' ';
		if (p[i] == 0x85 && (size_t)i + before >= 1)
			other = p[i - 1] == 0xC2;
		else if (p[i] > 0x85 && (size_t)i + before >= 2)
			other = p[i - 1] == 0x80 && p[i - 2] == 0xE2;
		found |= other ? ends & -ends : 0;
	}
	return found;
}

static inline uint32_t count_bits(uint64_t bits)
{
	const uint64_t pairs = 0x5555555555555555u, fours = 0x3333333333333333u, eights = 0x0F0F0F0F0F0F0F0Fu;
	bits -= bits >> 1 & pairs;
	bits = (bits & fours) + (bits >> 2 & fours);
	return (uint32_t)(((bits + (bits >> 4)) & eights) * 0x0101010101010101u >> 56);
}

bool text_bits_by(enum bits_kind kind, const unsigned char *p, char *low, struct text_bits *ret_bits)
{
	struct carry carry = { 0 };
	bits_fn *read = bits_for(kind);
	if (!read)
		return false;
	read(p, 1, low, &carry, ret_bits);
	ret_bits->others = other_breaks(p, 0, ret_bits->others);
	return true;
}

static bool has_popcnt(void)
{
#ifdef __x86_64__
	return __builtin_cpu_supports("popcnt");
#else
	return false;
#endif
}

bool text_map_read(struct arena *arena, struct view text, struct text_map *ret_map)
{
	size_t whole = text.n / BITS_BYTES, rest = text.n % BITS_BYTES;
	struct text_bits *bits = arena_alloc(arena, (whole + 1) * sizeof(*bits));
	char *low = arena_alloc(arena, (whole + 2) * BITS_BYTES);
	const unsigned char *p = (const unsigned char *)(text.p ? text.p : "");
	unsigned char last[BITS_BYTES] = { 0 };
	struct carry carry = { 0 };
	bits_fn *read = bits_best();
	if (!bits || !low)
		return false;
	*ret_map = (struct text_map){ .text = text, .bits = bits, .low = low, .popcnt = has_popcnt() };
	if (rest)
		memcpy(last, p + whole * BITS_BYTES, rest);
	read(p, whole, low, &carry, bits);
	read(last, 1, low + whole * BITS_BYTES, &carry, bits + whole);
	for (size_t i = 0; i <= whole; i++) {
		bits[i].others = bits[i].others ? other_breaks(p + i * BITS_BYTES, i * BITS_BYTES, bits[i].others) : 0;
		ret_map->breaks += count_bits(bits[i].breaks);
		ret_map->others += bits[i].others ? count_bits(bits[i].others) : 0;
	}
	return true;
}

/* ---- asking ---------------------------------------------------------------------------------------- */

size_t text_map_break(const struct text_map *map, size_t from)
{
	size_t i = from / BITS_BYTES;
	uint64_t bits = map->bits[i].breaks & UINT64_MAX << (from % BITS_BYTES);
	while (!bits) {
		if (++i * BITS_BYTES >= map->text.n)
			return map->text.n;
		bits = map->bits[i].breaks;
	}
	return i * BITS_BYTES + (size_t)__builtin_ctzll(bits);
}

static inline struct text_kinds count_kinds(
	const struct text_map *map, size_t from, size_t to, uint32_t (*count)(uint64_t bits))
{
	size_t i = from / BITS_BYTES, last = (to - 1) / BITS_BYTES;
	uint64_t in = UINT64_MAX << (from % BITS_BYTES), rough = 0, twins = 0, digits = 0, joints = 0;
	uint32_t spaces = 0;
	for (; i <= last; i++, in = UINT64_MAX) {
		const struct text_bits *bits = &map->bits[i];
		if (i == last)
			in &= UINT64_MAX >> (BITS_BYTES - 1 - (to - 1) % BITS_BYTES);
		spaces += count(bits->spaces & in);
		rough |= bits->rough & in;
		twins |= bits->twins & in;
		digits |= bits->digits & in;
		joints |= bits->joints & in;
	}
	return (struct text_kinds){ spaces, rough != 0, twins != 0, digits != 0, joints != 0 };
}

#ifdef __x86_64__
/* One instruction, that the oldest of these CPUs lack. */
__attribute__((target("popcnt"))) static inline uint32_t count_bits_popcnt(uint64_t bits)
{
	return (uint32_t)__builtin_popcountll(bits);
}

__attribute__((target("popcnt"))) static struct text_kinds kinds_popcnt(
	const struct text_map *map, size_t from, size_t to)
{
	return count_kinds(map, from, to, count_bits_popcnt);
}
#endif

struct text_kinds text_map_kinds(const struct text_map *map, size_t from, size_t to)
{
#ifdef __x86_64__
	if (map->popcnt)
		return kinds_popcnt(map, from, to);
#endif
	return count_kinds(map, from, to, count_bits);
}
