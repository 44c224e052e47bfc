/* Whole blocks of two messages at once by the processor's SHA instructions (FIPS 180-4, 6.2.2). */
#ifndef GARNER_UTIL_SHA256_TWO_H
#define GARNER_UTIL_SHA256_TWO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* @one goes on with @blocks blocks of 64 bytes at @first, @other with as many at @second; the states are eight words
 * each, a to h. Returns false, and does nothing, where the processor or the compiler has no such instructions. */
bool sha256_two_blocks(uint32_t one[8], const uint8_t *first, uint32_t other[8], const uint8_t *second, size_t blocks);

#endif
