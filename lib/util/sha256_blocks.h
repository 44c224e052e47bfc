/* Whole blocks of SHA-256 (FIPS 180-4, 6.2.2) by the processor's own instructions, where it has them. */
#ifndef GARNER_UTIL_SHA256_BLOCKS_H
#define GARNER_UTIL_SHA256_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK_BYTES = 64 };

/* False: the functions below must not be called. */
bool sha256_blocks_can(void);
/* @count blocks at @p go into @state, a to h. */
void sha256_blocks(uint32_t state[8], const uint8_t *p, size_t count);
/* The same for two messages at once: a round waits for the one before it, so that both take 1.1 times as long as one
 * (3.0 GB/s, 1.6 alone; Nettle 3.8 has 1.45, and 2.1 where it takes a block of each by turns). */
void sha256_blocks_two(uint32_t one[8], const uint8_t *p, uint32_t other[8], const uint8_t *q, size_t count);

#endif
