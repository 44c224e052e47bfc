/* Compression functions of SHA-1 and SHA-256 (FIPS 180-4, 6.1.2 and 6.2.2) over whole blocks of 64 bytes, with the
 * processor's own instructions where it has them. util/hash.h makes digests of them.
 *
 * SHA-256 waits for its own results: one message keeps half of the units busy, at 1.9 GB/s; two messages in turn reach
 * 3.8 GB/s together. */
#ifndef GARNER_UTIL_SHA_H
#define GARNER_UTIL_SHA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA_BLOCK = 64 };

/* The ways there are; they differ in speed alone. */
enum sha_kernel { SHA_PLAIN, SHA_X86, SHA_ARM, SHA_KERNELS };
/* Is there @kernel, in this build and on this machine? */
bool sha_has(enum sha_kernel kernel);
enum sha_kernel sha_best(void);

/* @count blocks from @p into @state. */
void sha1_blocks(enum sha_kernel kernel, uint32_t state[5], const uint8_t *p, size_t count);
void sha256_blocks(enum sha_kernel kernel, uint32_t state[8], const uint8_t *p, size_t count);
/* Of two messages, @count blocks each. */
void sha256_blocks_of_two(enum sha_kernel kernel, uint32_t first[8], const uint8_t *p, uint32_t second[8],
	const uint8_t *q, size_t count);

/* sha_x86.c, sha_arm.c: only where sha_has says so. */
extern const uint32_t sha256_constants[64];
void sha1_blocks_x86(uint32_t state[5], const uint8_t *p, size_t count);
void sha256_blocks_x86(uint32_t state[8], const uint8_t *p, size_t count);
void sha256_blocks_of_two_x86(uint32_t first[8], const uint8_t *p, uint32_t second[8], const uint8_t *q, size_t count);
void sha1_blocks_arm(uint32_t state[5], const uint8_t *p, size_t count);
void sha256_blocks_arm(uint32_t state[8], const uint8_t *p, size_t count);

#endif
