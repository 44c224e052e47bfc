/* Numbers to one byte, by integers alone. */
#ifndef GARNER_EXTRACT_QUANTISE_H
#define GARNER_EXTRACT_QUANTISE_H

#include <stdint.h>

/* @part of @whole in 255ths; 0 of nothing is 0. */
static inline uint8_t q_ratio(uint64_t part, uint64_t whole)
{
	if (!whole)
		return 0;
	if (part >= whole)
		return 255;
	if (whole < 1u << 24) /* a division of 32 bits costs half */
		return (uint8_t)((uint32_t)part * 255u / (uint32_t)whole);
	return (uint8_t)(part * 255 / whole);
}

/* What several parts are taken of, with what a division by it is a multiplication by. Exact: of n < 2^32 by d < 2^24,
 * n * (2^56 / d + 1) is off by less than 2^56 / d (Granlund and Montgomery 1994). */
struct q_whole {
	uint64_t whole;
	uint64_t inverse; /* 0: divide */
};

static inline struct q_whole q_whole_of(uint64_t whole)
{
	struct q_whole ret = { whole, 0 };
	if (whole && whole < 1u << 24)
		ret.inverse = (UINT64_C(1) << 56) / whole + 1;
	return ret;
}

/* q_ratio(part, whole->whole). */
static inline uint8_t q_share(uint64_t part, const struct q_whole *whole)
{
	if (part >= whole->whole)
		return whole->whole ? 255 : 0;
	if (!whole->inverse)
		return q_ratio(part, whole->whole);
	__extension__ unsigned __int128 product = (unsigned __int128)(part * 255) * whole->inverse;
	return (uint8_t)(product >> 56);
}

/* 8 steps an octave: 0, 8 (one), 12, 16 (three) …; 255 from 2^31 on. */
static inline uint8_t q_log(uint64_t n)
{
	n = (n < UINT32_MAX ? n : UINT32_MAX - 1) + 1;
	unsigned octave = 31u - (unsigned)__builtin_clz((uint32_t)n);
	return (uint8_t)(octave * 8 + ((n << 3 >> octave) & 7));
}

static inline uint8_t q_count(uint64_t n)
{
	return (uint8_t)(n > 255 ? 255 : n);
}

/* Around 128. */
static inline uint8_t q_signed(int64_t n)
{
	return (uint8_t)(n < -128 ? 0 : n > 127 ? 255 : n + 128);
}

/* The sign and size of a distance. */
static inline uint8_t q_signed_log(int64_t n)
{
	int q = q_log((uint64_t)(n < 0 ? -n : n)) / 2;
	return q_signed(n < 0 ? -q : q);
}

#endif
