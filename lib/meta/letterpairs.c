#include "meta/letterpairs.h"

enum { AT_ONCE = 64 };

/* 1 to 26; 0 to 31 are "`" to DEL. */
static unsigned letter_of(char c)
{
	unsigned letter = ((unsigned char)c | 0x20u) ^ 0x60u;
	return letter < 32 ? letter : 0;
}

uint64_t letterpairs_find_plain(const struct letterpairs *pairs, struct view name, size_t at)
{
	uint64_t found = 0;
	for (size_t i = 0; i < AT_ONCE && at + i + 1 < name.n; i++) {
		unsigned first = letter_of(name.p[at + i]), second = letter_of(name.p[at + i + 1]);
		found |= (uint64_t)((pairs->first[first] & pairs->second[second]) != 0) << i;
	}
	return found;
}

#ifdef __x86_64__
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

/* Of each byte what the table says of its letter. */
AVX2 static inline __m128i look_up(__m128i x, const uint8_t *table)
{
	/* An index gets its upper bit, and so means nothing, where it is not of this half of the table. */
	const __m128i over = _mm_set1_epi8(0x70);
	x = _mm_xor_si128(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x60));
	__m128i low = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)table), _mm_adds_epu8(x, over));
	x = _mm_xor_si128(x, _mm_set1_epi8(0x10));
	__m128i high = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(table + 16)), _mm_adds_epu8(x, over));
	return _mm_or_si128(low, high);
}

/* The 16 places from @p on; 17 bytes are read. */
AVX2 static inline uint64_t places16(const struct letterpairs *pairs, const char *p)
{
	__m128i first = look_up(_mm_loadu_si128((const __m128i *)p), pairs->first);
	__m128i second = look_up(_mm_loadu_si128((const __m128i *)(p + 1)), pairs->second);
	__m128i none = _mm_cmpeq_epi8(_mm_and_si128(first, second), _mm_setzero_si128());
	return (uint64_t)(~(unsigned)_mm_movemask_epi8(none) & 0xFFFF);
}

AVX2 static uint64_t find_avx2(const struct letterpairs *pairs, struct view name, size_t at)
{
	uint64_t found = 0;
	size_t i = 0;
	for (; i < AT_ONCE && name.n - at - i >= 17; i += 16)
		found |= places16(pairs, name.p + at + i) << i;
	if (i < AT_ONCE && name.n - at - i > 1) {
		char rest[32] = { 0 };
		memcpy(rest, name.p + at + i, name.n - at - i);
		found |= places16(pairs, rest) << i;
	}
	return found;
}

uint64_t letterpairs_find(const struct letterpairs *pairs, struct view name, size_t at)
{
	if (at >= name.n)
		return 0;
	return __builtin_cpu_supports("avx2") ? find_avx2(pairs, name, at) : letterpairs_find_plain(pairs, name, at);
}
#else
uint64_t letterpairs_find(const struct letterpairs *pairs, struct view name, size_t at)
{
	return letterpairs_find_plain(pairs, name, at);
}
#endif
