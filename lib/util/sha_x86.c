/* SHA-1 and SHA-256 by the SHA extensions of x86 (Intel 64 Software Developer's Manual, volume 2: SHA256RNDS2 keeps
 * the state as ABEF and CDGH, SHA1RNDS4 as ABCD and E). */
#include "util/sha.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define SHA	   __attribute__((target("sha,sse4.1")))
#define SHA_INLINE __attribute__((target("sha,sse4.1"), always_inline)) static inline

/* ---- SHA-256 --------------------------------------------------------------------------------- */

struct state256 {
	__m128i abef, cdgh;
};

SHA_INLINE struct state256 load_state(const uint32_t state[8])
{
	__m128i low = _mm_loadu_si128((const __m128i *)state), high = _mm_loadu_si128((const __m128i *)(state + 4));
	low = _mm_shuffle_epi32(low, 0xB1);
	high = _mm_shuffle_epi32(high, 0x1B);
	return (struct state256){ _mm_alignr_epi8(low, high, 8), _mm_blend_epi16(high, low, 0xF0) };
}

SHA_INLINE void store_state(struct state256 s, uint32_t state[8])
{
	__m128i low = _mm_shuffle_epi32(s.abef, 0x1B), high = _mm_shuffle_epi32(s.cdgh, 0xB1);
	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xF0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(high, low, 8));
}

SHA_INLINE void load_words(const uint8_t *p, __m128i words[4])
{
	const __m128i swap = _mm_set_epi64x(0x0C0D0E0F08090A0B, 0x0405060700010203);
	for (int i = 0; i < 4; i++)
		words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * i)), swap);
}

/* Four rounds; the words of this quarter make room for those of four quarters on. */
SHA_INLINE void quarter(struct state256 *s, __m128i words[4], int r)
{
	__m128i w = words[r & 3];
	__m128i k = _mm_add_epi32(w, _mm_load_si128((const __m128i *)(sha256_constants + 4 * r)));
	s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, k);
	s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(k, 0x0E));
	if (r >= 12)
		return;
	__m128i last = words[(r + 3) & 3];
	__m128i next = _mm_add_epi32(
		_mm_sha256msg1_epu32(w, words[(r + 1) & 3]), _mm_alignr_epi8(last, words[(r + 2) & 3], 4));
	words[r & 3] = _mm_sha256msg2_epu32(next, last);
}

SHA_INLINE struct state256 sum(struct state256 a, struct state256 b)
{
	return (struct state256){ _mm_add_epi32(a.abef, b.abef), _mm_add_epi32(a.cdgh, b.cdgh) };
}

SHA void sha256_blocks_x86(uint32_t state[8], const uint8_t *p, size_t count)
{
	struct state256 s = load_state(state);
	for (; count; count--, p += SHA_BLOCK) {
		struct state256 before = s;
		__m128i words[4];
		load_words(p, words);
#pragma GCC unroll 16
		for (int r = 0; r < 16; r++)
			quarter(&s, words, r);
		s = sum(s, before);
	}
	store_state(s, state);
}

SHA void sha256_blocks_of_two_x86(
	uint32_t first[8], const uint8_t *p, uint32_t second[8], const uint8_t *q, size_t count)
{
	struct state256 s = load_state(first), t = load_state(second);
	for (; count; count--, p += SHA_BLOCK, q += SHA_BLOCK) {
		struct state256 s_before = s, t_before = t;
		__m128i words[4], others[4];
		load_words(p, words);
		load_words(q, others);
#pragma GCC unroll 16
		for (int r = 0; r < 16; r++) {
			quarter(&s, words, r);
			quarter(&t, others, r);
		}
		s = sum(s, s_before);
		t = sum(t, t_before);
	}
	store_state(s, first);
	store_state(t, second);
}

/* ---- SHA-1 ----------------------------------------------------------------------------------- */

/* Four rounds of the twenty that share a function: its number must be a constant of the instruction. */
SHA_INLINE __m128i rounds1(__m128i abcd, __m128i e, int r)
{
	return r < 5	? _mm_sha1rnds4_epu32(abcd, e, 0)
	       : r < 10 ? _mm_sha1rnds4_epu32(abcd, e, 1)
	       : r < 15 ? _mm_sha1rnds4_epu32(abcd, e, 2)
			: _mm_sha1rnds4_epu32(abcd, e, 3);
}

SHA void sha1_blocks_x86(uint32_t state[5], const uint8_t *p, size_t count)
{
	const __m128i swap = _mm_set_epi64x(0x0001020304050607, 0x08090A0B0C0D0E0F);
	__m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0x1B);
	__m128i e = _mm_set_epi32((int)state[4], 0, 0, 0);
	for (; count; count--, p += SHA_BLOCK) {
		__m128i abcd_before = abcd, e_before = e, w[4];
		for (int i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * i)), swap);
#pragma GCC unroll 20
		for (int r = 0; r < 20; r++) {
			__m128i now = r == 0 ? _mm_add_epi32(e, w[0]) : _mm_sha1nexte_epu32(e, w[r & 3]);
			e = abcd;
			abcd = rounds1(abcd, now, r);
			if (r >= 16)
				continue;
			__m128i next = _mm_xor_si128(_mm_sha1msg1_epu32(w[r & 3], w[(r + 1) & 3]), w[(r + 2) & 3]);
			w[r & 3] = _mm_sha1msg2_epu32(next, w[(r + 3) & 3]);
		}
		abcd = _mm_add_epi32(abcd, abcd_before);
		e = _mm_sha1nexte_epu32(e, e_before);
	}
	_mm_storeu_si128((__m128i *)state, _mm_shuffle_epi32(abcd, 0x1B));
	state[4] = (uint32_t)_mm_extract_epi32(e, 3);
}
#else
typedef int sha_x86_is_of_another_machine;
#endif
