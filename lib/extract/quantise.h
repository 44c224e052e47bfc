/* Numbers to one byte, the same on every machine. */
#ifndef GARNER_EXTRACT_QUANTISE_H
#define GARNER_EXTRACT_QUANTISE_H

#include <stdint.h>
#include <string.h>

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
	uint64_t inverse; /* 0: there is nothing to take of, or divide */
};

static inline struct q_whole q_whole_of(uint64_t whole)
{
	struct q_whole ret = { whole, 0 };
	if (whole && whole < 1u << 24)
		ret.inverse = (UINT64_C(1) << 56) / whole + 1;
	return ret;
}

/* q_ratio(part, whole->whole). Whether all is meant, or of nothing, can't be foretold: neither is asked. */
static inline uint8_t q_share(uint64_t part, const struct q_whole *whole)
{
	if (whole->whole >= 1u << 24)
		return q_ratio(part, whole->whole);
	part = part < whole->whole ? part : whole->whole;
	__extension__ unsigned __int128 product = (unsigned __int128)(part * 255) * whole->inverse;
	return (uint8_t)(product >> 56);
}

/* 8 steps an octave: 0, 8 (one), 12, 16 (three) …; 255 from 2^31 on. */
static inline uint8_t q_log(uint64_t n)
{
	/* The exponent of a double and its first three bits: exact, and the search for the highest bit costs twice as
	 * much on some machines. */
	enum { FRACTION_BITS = 52, EXPONENT_BIAS = 1023 };
	double x = (double)(int64_t)((n < UINT32_MAX ? n : UINT32_MAX - 1) + 1);
	uint64_t bits;
	memcpy(&bits, &x, sizeof(bits));
	return (uint8_t)((bits >> (FRACTION_BITS - 3)) - EXPONENT_BIAS * 8);
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
