/* Digests (FIPS 180-4), and a fast one for tables. */
#ifndef GARNER_UTIL_HASH_H
#define GARNER_UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>
#include "util/view.h"

struct sha256; /* streaming */
struct sha256 *sha256_new(void);
void sha256_update(struct sha256 *state, struct view bytes);
/* Ends the digest and readies @state for the next. */
void sha256_final(struct sha256 *state, uint8_t ret_digest[32]);
struct sha256 *sha256_free(struct sha256 *state);
/* In memory of the caller's, sha256_size() bytes aligned as malloc would. */
size_t sha256_size(void);
void sha256_init(struct sha256 *state);
/* Goes on with two digests by turns, each of them at a whole block (64 bytes): a round of SHA-256 waits for the one
 * before it, so that two messages of 278 KB take 118 us each where one alone takes 173. Returns how many bytes of
 * either were taken: whole blocks, as many as the shorter one has. */
size_t sha256_update_two(struct sha256 *one, struct view first, struct sha256 *other, struct view second);

void sha256_of(struct view bytes, uint8_t ret_digest[32]);
void sha1_of(struct view bytes, uint8_t ret_digest[20]);
/* Of all parts, one behind the other. */
void sha1_of_parts(const struct view *parts, size_t part_count, uint8_t ret_digest[20]);
/* 2n characters and a NUL. */
void hex_of(const uint8_t *bytes, size_t n, char *ret_hex);
/* RFC 4648 base32, upper case, 32 characters for 20 bytes and a NUL. */
void base32_of(const uint8_t *bytes, size_t n, char *ret_text);
/* Not for security: the same on every machine, for tables and signatures. */
uint64_t hash64(struct view bytes, uint64_t seed);

#endif
