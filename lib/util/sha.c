#include "util/sha.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

const uint32_t sha256_constants[64] __attribute__((aligned(16))) = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74,
	0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
	0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351,
	0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f,
	0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

/* ---- what there is --------------------------------------------------------------------------- */

#if defined(__x86_64__)
static bool has_x86(void)
{
#if defined(__GNUC__) && !defined(__clang__)
	return __builtin_cpu_supports("sha") && __builtin_cpu_supports("sse4.1");
#else
	/* This compiler's list of features ends before it. The instruction is slow in a virtual machine. */
	unsigned a, b = 0, c, d;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29) && __builtin_cpu_supports("sse4.1");
#endif
}
#endif

bool sha_has(enum sha_kernel kernel)
{
	switch (kernel) {
	case SHA_PLAIN: return true;
	case SHA_X86:
#if defined(__x86_64__)
		return has_x86();
#else
		return false;
#endif
	case SHA_ARM:
#if defined(__aarch64__) && defined(__linux__)
		return (getauxval(AT_HWCAP) & (HWCAP_SHA1 | HWCAP_SHA2)) == (HWCAP_SHA1 | HWCAP_SHA2);
#else
		return false;
#endif
	case SHA_KERNELS: break;
	}
	return false;
}

enum sha_kernel sha_best(void)
{
	return sha_has(SHA_X86) ? SHA_X86 : sha_has(SHA_ARM) ? SHA_ARM : SHA_PLAIN;
}

/* ---- in plain C ------------------------------------------------------------------------------ */

static uint32_t left(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static uint32_t right(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static uint32_t word_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t sha1_mix(unsigned t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return (d ^ (b & (c ^ d))) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	return t < 60 ? ((b & c) | (d & (b | c))) + 0x8f1bbcdc : (b ^ c ^ d) + 0xca62c1d6;
}

static void sha1_block(uint32_t state[5], const uint8_t *p)
{
	uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
	for (unsigned t = 0; t < 80; t++) {
		w[t] = t < 16 ? word_at(p + 4 * t) : left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
		uint32_t next = left(a, 5) + sha1_mix(t, b, c, d) + e + w[t];
		e = d;
		d = c;
		c = left(b, 30);
		b = a;
		a = next;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
}

static uint32_t sha256_word(const uint32_t *w, unsigned t)
{
	uint32_t x = w[t - 15], y = w[t - 2];
	return (right(y, 17) ^ right(y, 19) ^ y >> 10) + w[t - 7] + (right(x, 7) ^ right(x, 18) ^ x >> 3) + w[t - 16];
}

static void sha256_block(uint32_t state[8], const uint8_t *p)
{
	uint32_t w[64], a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	for (unsigned t = 0; t < 64; t++) {
		w[t] = t < 16 ? word_at(p + 4 * t) : sha256_word(w, t);
		uint32_t one = h + (right(e, 6) ^ right(e, 11) ^ right(e, 25)) + (g ^ (e & (f ^ g))) +
			       sha256_constants[t] + w[t];
		uint32_t two = (right(a, 2) ^ right(a, 13) ^ right(a, 22)) + ((a & b) | (c & (a | b)));
		h = g;
		g = f;
		f = e;
		e = d + one;
		d = c;
		c = b;
		b = a;
		a = one + two;
	}
	const uint32_t end[8] = { a, b, c, d, e, f, g, h };
	for (int i = 0; i < 8; i++)
		state[i] += end[i];
}

/* ---- one of them ----------------------------------------------------------------------------- */

void sha1_blocks(enum sha_kernel kernel, uint32_t state[5], const uint8_t *p, size_t count)
{
#if defined(__x86_64__)
	if (kernel == SHA_X86) {
		sha1_blocks_x86(state, p, count);
		return;
	}
#elif defined(__aarch64__)
	if (kernel == SHA_ARM) {
		sha1_blocks_arm(state, p, count);
		return;
	}
#endif
	(void)kernel;
	for (; count; count--, p += SHA_BLOCK)
		sha1_block(state, p);
}

void sha256_blocks(enum sha_kernel kernel, uint32_t state[8], const uint8_t *p, size_t count)
{
#if defined(__x86_64__)
	if (kernel == SHA_X86) {
		sha256_blocks_x86(state, p, count);
		return;
	}
#elif defined(__aarch64__)
	if (kernel == SHA_ARM) {
		sha256_blocks_arm(state, p, count);
		return;
	}
#endif
	(void)kernel;
	for (; count; count--, p += SHA_BLOCK)
		sha256_block(state, p);
}

void sha256_blocks_of_two(
	enum sha_kernel kernel, uint32_t first[8], const uint8_t *p, uint32_t second[8], const uint8_t *q, size_t count)
{
#if defined(__x86_64__)
	if (kernel == SHA_X86) {
		sha256_blocks_of_two_x86(first, p, second, q, count);
		return;
	}
#endif
	sha256_blocks(kernel, first, p, count);
	sha256_blocks(kernel, second, q, count);
}
