/* A page's texts and attributes, a third of its bytes, go through here: 0.3 instructions a byte with AVX2, 4 without.
 */
#include "dom/charref_scan.h"

#include <stdbool.h>
#include <stdint.h>

static const bool stops[256] = {
	[0 ... 8] = true,
	[11] = true,
	[13 ... 31] = true,
	['&'] = true,
	[0x7F] = true,
	[0xC2] = true,
	[0xEF ... 0xFF] = true,
};

size_t charref_scan_plain(const char *p, size_t n)
{
	size_t i = 0;
	while (i < n && !stops[(unsigned char)p[i]])
		i++;
	return i;
}

#ifdef __x86_64__
#include <immintrin.h>

/* A byte stops when the bits of its two halves meet: one bit for each row (upper half) in which any byte does. */
enum { ROW0 = 1, ROW1 = 2, ROW2 = 4, ROW7 = 8, ROWC = 16, ROWE = 32, ROWF = 64, ALL = ROW0 | ROW1 | ROWF };
#define UPPER ROW0, ROW1, ROW2, 0, 0, 0, 0, ROW7, 0, 0, 0, 0, ROWC, 0, ROWE, ROWF
#define LOWER                                                                                                          \
	ALL, ALL, ALL | ROWC, ALL, ALL, ALL, ALL | ROW2, ALL, ALL, ALL & ~ROW0, ALL & ~ROW0, ALL, ALL & ~ROW0, ALL,    \
		ALL, ALL | ROW7 | ROWE

__attribute__((target("avx2"))) static inline uint32_t stops32(const char *p)
{
	const __m256i upper = _mm256_setr_epi8(UPPER, UPPER), lower = _mm256_setr_epi8(LOWER, LOWER);
	const __m256i half = _mm256_set1_epi8(15);
	__m256i x = _mm256_loadu_si256((const __m256i *)p);
	__m256i a = _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(x, 4), half));
	__m256i b = _mm256_shuffle_epi8(lower, _mm256_and_si256(x, half));
	__m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(a, b), _mm256_setzero_si256());
	return ~(uint32_t)_mm256_movemask_epi8(none);
}

__attribute__((target("avx2"))) static inline uint32_t stops16(const char *p)
{
	const __m128i upper = _mm_setr_epi8(UPPER), lower = _mm_setr_epi8(LOWER), half = _mm_set1_epi8(15);
	__m128i x = _mm_loadu_si128((const __m128i *)p);
	__m128i a = _mm_shuffle_epi8(upper, _mm_and_si128(_mm_srli_epi16(x, 4), half));
	__m128i b = _mm_shuffle_epi8(lower, _mm_and_si128(x, half));
	__m128i none = _mm_cmpeq_epi8(_mm_and_si128(a, b), _mm_setzero_si128());
	return ~(uint32_t)_mm_movemask_epi8(none) & 0xFFFF;
}

/* The last bytes are looked at with some before them, which don't stop. */
__attribute__((target("avx2"))) static size_t scan_avx2(const char *p, size_t n)
{
	uint32_t found;
	size_t i = 0;
	for (; n - i >= 32; i += 32)
		if ((found = stops32(p + i)))
			return i + (size_t)__builtin_ctz(found);
	if (i == n)
		return n;
	if (n >= 32)
		return (found = stops32(p + n - 32)) ? n - 32 + (size_t)__builtin_ctz(found) : n;
	if ((found = stops16(p)))
		return (size_t)__builtin_ctz(found);
	return (found = stops16(p + n - 16)) ? n - 16 + (size_t)__builtin_ctz(found) : n;
}

/* The first 64 bytes at once: how long a text is nobody foresees, so that less looking costs more. */
__attribute__((target("avx2"))) static uint64_t stops64(const char *p)
{
	return stops32(p) | (uint64_t)stops32(p + 32) << 32;
}

size_t charref_scan_in(const char *p, size_t n, size_t room)
{
	if (!__builtin_cpu_supports("avx2"))
		return charref_scan_plain(p, n);
	if (room >= 64 && n < 64)
		return (size_t)__builtin_ctzll(stops64(p) | UINT64_C(1) << n);
	return n < 16 ? charref_scan_plain(p, n) : scan_avx2(p, n);
}
#else
size_t charref_scan_in(const char *p, size_t n, size_t room)
{
	(void)room;
	return charref_scan_plain(p, n);
}
#endif

size_t charref_scan(const char *p, size_t n)
{
	return charref_scan_in(p, n, n);
}
