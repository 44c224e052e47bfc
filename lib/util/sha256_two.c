#include "util/sha256_two.h"

/* clang 14 can't ask whether the processor has them, and asking it oneself takes 10 us in a virtual machine. */
#if defined(__x86_64__) && !defined(__clang__) && __GNUC__ >= 11
#include <immintrin.h>

#define SHA __attribute__((target("sha,avx")))

/* The constants of the 64 rounds: the first 32 bits of the fractional parts of the cube roots of the primes. */
static const uint32_t round_constants[64] __attribute__((aligned(16))) = { 0x428a2f98, 0x71374491, 0xb5c0fbcf,
	0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
	0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee,
	0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

/* The eight words as the instructions want them, the first named in the highest place. */
struct halves {
	__m128i abef, cdgh;
};

SHA static inline struct halves halves_of(const uint32_t state[8])
{
	__m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
	return (struct halves){ _mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0) };
}

SHA static inline void halves_to(struct halves x, uint32_t ret_state[8])
{
	__m128i feba = _mm_shuffle_epi32(x.abef, 0x1B), dchg = _mm_shuffle_epi32(x.cdgh, 0xB1);
	_mm_storeu_si128((__m128i *)ret_state, _mm_blend_epi16(feba, dchg, 0xF0));
	_mm_storeu_si128((__m128i *)(ret_state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Four words of the message schedule, @i counted in fours; @w holds the last sixteen, and those of @i afterwards. */
SHA static inline __m128i schedule(__m128i w[4], const uint8_t *block, int i)
{
	const __m128i big_endian = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
	int at = i % 4, last = (i + 3) % 4;
	if (i < 4) {
		w[at] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + i), big_endian);
	} else {
		__m128i seven_before = _mm_alignr_epi8(w[last], w[(i + 2) % 4], 4);
		__m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[at], w[(i + 1) % 4]), seven_before);
		w[at] = _mm_sha256msg2_epu32(sum, w[last]);
	}
	return w[at];
}

SHA static inline struct halves sum_of(struct halves x, struct halves y)
{
	return (struct halves){ _mm_add_epi32(x.abef, y.abef), _mm_add_epi32(x.cdgh, y.cdgh) };
}

/* A round takes four cycles and another can begin after two: what one message waits is the time of the other. */
SHA static void two_blocks(
	uint32_t one[8], const uint8_t *first, uint32_t other[8], const uint8_t *second, size_t blocks)
{
	struct halves x = halves_of(one), y = halves_of(other);
	for (; blocks; blocks--, first += 64, second += 64) {
		struct halves x_before = x, y_before = y;
		__m128i w[4], v[4];
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			__m128i k = _mm_load_si128((const __m128i *)round_constants + i);
			__m128i p = _mm_add_epi32(schedule(w, first, i), k),
				q = _mm_add_epi32(schedule(v, second, i), k);
			x.cdgh = _mm_sha256rnds2_epu32(x.cdgh, x.abef, p);
			y.cdgh = _mm_sha256rnds2_epu32(y.cdgh, y.abef, q);
			x.abef = _mm_sha256rnds2_epu32(x.abef, x.cdgh, _mm_shuffle_epi32(p, 0x0E));
			y.abef = _mm_sha256rnds2_epu32(y.abef, y.cdgh, _mm_shuffle_epi32(q, 0x0E));
		}
		x = sum_of(x, x_before);
		y = sum_of(y, y_before);
	}
	halves_to(x, one);
	halves_to(y, other);
}

bool sha256_two_blocks(uint32_t one[8], const uint8_t *first, uint32_t other[8], const uint8_t *second, size_t blocks)
{
	if (!__builtin_cpu_supports("sha") || !__builtin_cpu_supports("avx"))
		return false;
	two_blocks(one, first, other, second, blocks);
	return true;
}
#else
bool sha256_two_blocks(uint32_t one[8], const uint8_t *first, uint32_t other[8], const uint8_t *second, size_t blocks)
{
	(void)one, (void)first, (void)other, (void)second, (void)blocks;
	return false;
}
#endif
