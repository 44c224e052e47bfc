#include "util/sha256_blocks.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>

#define SHA	   __attribute__((target("sha,ssse3,sse4.1")))
#define SHA_INLINE SHA static inline __attribute__((always_inline))

enum { LANES_MAX = 2, ROUNDS = 64 };

/* FIPS 180-4, 4.2.2. */
static const uint32_t constants[ROUNDS] __attribute__((aligned(16))) = {
	// clang-format off
	0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
	0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
	0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
	0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
	0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
	0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
	0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
	0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
	// clang-format on
};

/* One message: its state as the instructions take it, and the last 16 words of its schedule. */
struct lane {
	__m128i abef, cdgh;
	__m128i words[4];
	const uint8_t *p;
};

SHA_INLINE void load(struct lane *lane, const uint32_t state[8], const uint8_t *p)
{
	__m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
	__m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
	lane->abef = _mm_alignr_epi8(badc, hgfe, 8);
	lane->cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);
	lane->p = p;
}

SHA_INLINE void store(const struct lane *lane, uint32_t state[8])
{
	__m128i feba = _mm_shuffle_epi32(lane->abef, 0x1B);
	__m128i dchg = _mm_shuffle_epi32(lane->cdgh, 0xB1);
	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Words 4 * @i and the three behind it, of the message or (6.2.2, 1) of those before. */
SHA_INLINE void schedule(struct lane *lane, unsigned i)
{
	const __m128i swap = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
	__m128i *w = lane->words;
	if (i < 4) {
		w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(lane->p + 16 * i)), swap);
		return;
	}
	__m128i back = _mm_alignr_epi8(w[(i + 3) % 4], w[(i + 2) % 4], 4);
	__m128i next = _mm_add_epi32(_mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]), back);
	w[i % 4] = _mm_sha256msg2_epu32(next, w[(i + 3) % 4]);
}

/* Expanded with a constant number of lanes, whose rounds stand side by side. */
SHA_INLINE void run(struct lane *lanes, unsigned lane_count, size_t count)
{
	for (; count--;) {
		__m128i abef[LANES_MAX], cdgh[LANES_MAX], sum[LANES_MAX];
		for (unsigned k = 0; k < lane_count; k++) {
			abef[k] = lanes[k].abef;
			cdgh[k] = lanes[k].cdgh;
		}
#pragma GCC unroll 16
		for (unsigned i = 0; i < ROUNDS / 4; i++) {
			const __m128i four = _mm_load_si128((const __m128i *)(constants + 4 * i));
			for (unsigned k = 0; k < lane_count; k++) {
				schedule(&lanes[k], i);
				sum[k] = _mm_add_epi32(lanes[k].words[i % 4], four);
			}
			for (unsigned k = 0; k < lane_count; k++)
				lanes[k].cdgh = _mm_sha256rnds2_epu32(lanes[k].cdgh, lanes[k].abef, sum[k]);
			for (unsigned k = 0; k < lane_count; k++)
				lanes[k].abef = _mm_sha256rnds2_epu32(
					lanes[k].abef, lanes[k].cdgh, _mm_shuffle_epi32(sum[k], 0x0E));
		}
		for (unsigned k = 0; k < lane_count; k++) {
			lanes[k].abef = _mm_add_epi32(lanes[k].abef, abef[k]);
			lanes[k].cdgh = _mm_add_epi32(lanes[k].cdgh, cdgh[k]);
			lanes[k].p += SHA256_BLOCK_BYTES;
		}
	}
}

SHA void sha256_blocks(uint32_t state[8], const uint8_t *p, size_t count)
{
	struct lane lane;
	load(&lane, state, p);
	run(&lane, 1, count);
	store(&lane, state);
}

SHA void sha256_blocks_two(uint32_t one[8], const uint8_t *p, uint32_t other[8], const uint8_t *q, size_t count)
{
	struct lane lanes[2];
	load(&lanes[0], one, p);
	load(&lanes[1], other, q);
	run(lanes, 2, count);
	store(&lanes[0], one);
	store(&lanes[1], other);
}

static bool look(void)
{
	unsigned a, b = 0, c, d;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_SHA && __builtin_cpu_supports("ssse3") &&
	       __builtin_cpu_supports("sse4.1");
}

/* Asked once, as a virtual machine takes a microsecond to answer; the answer is the same for all threads. */
bool sha256_blocks_can(void)
{
	enum { UNKNOWN, NO, YES };
	static _Atomic int known = UNKNOWN;
	int answer = atomic_load_explicit(&known, memory_order_relaxed);
	if (answer == UNKNOWN) {
		answer = look() ? YES : NO;
		atomic_store_explicit(&known, answer, memory_order_relaxed);
	}
	return answer == YES;
}
#else
bool sha256_blocks_can(void)
{
	return false;
}

void sha256_blocks(uint32_t state[8], const uint8_t *p, size_t count)
{
	(void)state, (void)p, (void)count;
}

void sha256_blocks_two(uint32_t one[8], const uint8_t *p, uint32_t other[8], const uint8_t *q, size_t count)
{
	(void)one, (void)p, (void)other, (void)q, (void)count;
}
#endif
