/* SHA-1 and SHA-256 by the cryptographic extension of ARMv8-A (Arm C Language Extensions, "SHA1" and "SHA2"). */
#include "util/sha.h"

#if defined(__aarch64__)
#pragma GCC push_options
#pragma GCC target("+crypto")
#include <arm_neon.h>

static inline uint32x4_t words_at(const uint8_t *p)
{
	return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(p)));
}

void sha256_blocks_arm(uint32_t state[8], const uint8_t *p, size_t count)
{
	uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
	for (; count; count--, p += SHA_BLOCK) {
		uint32x4_t abcd_before = abcd, efgh_before = efgh, w[4];
		for (int i = 0; i < 4; i++)
			w[i] = words_at(p + 16 * i);
#pragma GCC unroll 16
		for (int r = 0; r < 16; r++) {
			uint32x4_t k = vaddq_u32(w[r & 3], vld1q_u32(sha256_constants + 4 * r)), old = abcd;
			if (r < 12)
				w[r & 3] = vsha256su1q_u32(
					vsha256su0q_u32(w[r & 3], w[(r + 1) & 3]), w[(r + 2) & 3], w[(r + 3) & 3]);
			abcd = vsha256hq_u32(abcd, efgh, k);
			efgh = vsha256h2q_u32(efgh, old, k);
		}
		abcd = vaddq_u32(abcd, abcd_before);
		efgh = vaddq_u32(efgh, efgh_before);
	}
	vst1q_u32(state, abcd);
	vst1q_u32(state + 4, efgh);
}

void sha1_blocks_arm(uint32_t state[5], const uint8_t *p, size_t count)
{
	static const uint32_t constants[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	uint32x4_t abcd = vld1q_u32(state);
	uint32_t e = state[4];
	for (; count; count--, p += SHA_BLOCK) {
		uint32x4_t abcd_before = abcd, w[4];
		uint32_t e_before = e;
		for (int i = 0; i < 4; i++)
			w[i] = words_at(p + 16 * i);
#pragma GCC unroll 20
		for (int r = 0; r < 20; r++) {
			uint32x4_t k = vaddq_u32(w[r & 3], vdupq_n_u32(constants[r / 5]));
			uint32_t next = vsha1h_u32(vgetq_lane_u32(abcd, 0));
			if (r < 16)
				w[r & 3] = vsha1su1q_u32(
					vsha1su0q_u32(w[r & 3], w[(r + 1) & 3], w[(r + 2) & 3]), w[(r + 3) & 3]);
			abcd = r < 5		   ? vsha1cq_u32(abcd, e, k)
			       : r >= 10 && r < 15 ? vsha1mq_u32(abcd, e, k)
						   : vsha1pq_u32(abcd, e, k);
			e = next;
		}
		abcd = vaddq_u32(abcd, abcd_before);
		e += e_before;
	}
	vst1q_u32(state, abcd);
	state[4] = e;
}
#pragma GCC pop_options
#else
typedef int sha_arm_is_of_another_machine;
#endif
