#include "util/hash.h"

#include <stdlib.h>
#include <string.h>
#include "util/sha.h"

/* ---- SHA-256 and SHA-1 ----------------------------------------------------------------------- */

static void put_size(uint8_t *end, uint64_t bytes)
{
	for (int i = 0; i < 8; i++)
		end[i] = (uint8_t)(bytes * 8 >> (56 - 8 * i));
}

/* FIPS 180-4, 5.1.1: a one bit, zeros, the length in bits. @block holds the @rest bytes of the last block and has room
 * for two; the number of blocks. */
static size_t pad(uint8_t block[2 * SHA_BLOCK], size_t rest, uint64_t bytes)
{
	size_t count = rest < SHA_BLOCK - 8 ? 1 : 2;
	memset(block + rest, 0, count * SHA_BLOCK - rest);
	block[rest] = 0x80;
	put_size(block + count * SHA_BLOCK - 8, bytes);
	return count;
}

static void put_words(const uint32_t *words, size_t count, uint8_t *ret)
{
	for (size_t i = 0; i < 4 * count; i++)
		ret[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_init(struct sha256 *state)
{
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
		0x1f83d9ab, 0x5be0cd19 };
	memcpy(state->words, first, sizeof(first));
	state->bytes = 0;
}

struct sha256 *sha256_new(void)
{
	struct sha256 *state = malloc(sizeof(*state));
	if (state)
		sha256_init(state);
	return state;
}

/* Fills the block that was begun; what is left. */
static struct view fill_block(struct sha256 *state, struct view bytes)
{
	size_t rest = state->bytes % SHA_BLOCK, n = rest ? SHA_BLOCK - rest : 0;
	if (n > bytes.n)
		n = bytes.n;
	if (n == 0)
		return bytes;
	memcpy(state->rest + rest, bytes.p, n);
	state->bytes += n;
	if (rest + n == SHA_BLOCK)
		sha256_blocks(sha_best(), state->words, state->rest, 1);
	return view_from(bytes, n);
}

void sha256_update(struct sha256 *state, struct view bytes)
{
	struct view left = fill_block(state, bytes);
	size_t count = left.n / SHA_BLOCK;
	if (left.n == 0)
		return;
	if (count)
		sha256_blocks(sha_best(), state->words, (const uint8_t *)left.p, count);
	left = view_from(left, count * SHA_BLOCK);
	if (left.n)
		memcpy(state->rest, left.p, left.n);
	state->bytes += count * SHA_BLOCK + left.n;
}

size_t sha256_update_two(struct sha256 *first, struct view p, struct sha256 *second, struct view q)
{
	size_t count = (p.n < q.n ? p.n : q.n) / SHA_BLOCK;
	if (first->bytes % SHA_BLOCK || second->bytes % SHA_BLOCK || count == 0)
		return 0;
	sha256_blocks_of_two(
		sha_best(), first->words, (const uint8_t *)p.p, second->words, (const uint8_t *)q.p, count);
	first->bytes += count * SHA_BLOCK;
	second->bytes += count * SHA_BLOCK;
	return count * SHA_BLOCK;
}

void sha256_final(struct sha256 *state, uint8_t ret_digest[32])
{
	uint8_t block[2 * SHA_BLOCK];
	size_t rest = state->bytes % SHA_BLOCK;
	memcpy(block, state->rest, rest);
	sha256_blocks(sha_best(), state->words, block, pad(block, rest, state->bytes));
	put_words(state->words, 8, ret_digest);
	sha256_init(state);
}

struct sha256 *sha256_free(struct sha256 *state)
{
	free(state);
	return NULL;
}

void sha256_of(struct view bytes, uint8_t ret_digest[32])
{
	struct sha256 state;
	sha256_init(&state);
	sha256_update(&state, bytes);
	sha256_final(&state, ret_digest);
}

void sha1_of_parts(const struct view *parts, size_t part_count, uint8_t ret_digest[20])
{
	uint32_t words[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t block[2 * SHA_BLOCK];
	enum sha_kernel kernel = sha_best();
	uint64_t bytes = 0;
	for (size_t i = 0; i < part_count; i++) {
		struct view left = parts[i];
		while (left.n) {
			size_t rest = bytes % SHA_BLOCK, n = SHA_BLOCK - rest;
			if (rest == 0 && left.n >= SHA_BLOCK) {
				n = left.n / SHA_BLOCK * SHA_BLOCK;
				sha1_blocks(kernel, words, (const uint8_t *)left.p, n / SHA_BLOCK);
			} else {
				n = n < left.n ? n : left.n;
				memcpy(block + rest, left.p, n);
				if (rest + n == SHA_BLOCK)
					sha1_blocks(kernel, words, block, 1);
			}
			bytes += n;
			left = view_from(left, n);
		}
	}
	sha1_blocks(kernel, words, block, pad(block, bytes % SHA_BLOCK, bytes));
	put_words(words, 5, ret_digest);
}

void sha1_of(struct view bytes, uint8_t ret_digest[20])
{
	sha1_of_parts(&bytes, 1, ret_digest);
}

/* ---- as text --------------------------------------------------------------------------------- */

void hex_of(const uint8_t *bytes, size_t n, char *ret_hex)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		ret_hex[2 * i] = digits[bytes[i] >> 4];
		ret_hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	ret_hex[2 * n] = 0;
}

void base32_of(const uint8_t *bytes, size_t n, char *ret_text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t window = 0;
	unsigned bits = 0;
	for (size_t i = 0; i < n; i++) {
		window = window << 8 | bytes[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*ret_text++ = digits[window >> (bits - 5) & 31];
	}
	if (bits)
		*ret_text++ = digits[window << (5 - bits) & 31];
	*ret_text = 0;
}

/* Multiply and fold, 8 bytes a step; the tail is read as a zero-padded word. Little-endian by
 * construction, so signatures in stores agree between machines. */
static inline uint64_t hash_load8(const unsigned char *p)
{
	uint64_t word;
	memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

static inline uint64_t hash_load4(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
}

/* The @n bytes at @p, 1 to 7, by loads that overlap. */
static inline uint64_t hash_load_short(const unsigned char *p, size_t n)
{
	if (n >= 4)
		return hash_load4(p) | hash_load4(p + n - 4) << (8 * (n - 4));
	return (uint64_t)p[0] | (uint64_t)p[n / 2] << (8 * (n / 2)) | (uint64_t)p[n - 1] << (8 * (n - 1));
}

static uint64_t hash_fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash64(struct view bytes, uint64_t seed)
{
	static const uint64_t k0 = UINT64_C(0x9E3779B97F4A7C15), k1 = UINT64_C(0xD6E8FEB86659FD93);
	const unsigned char *p = (const unsigned char *)bytes.p;
	size_t left = bytes.n;
	uint64_t h = seed ^ k0 ^ (uint64_t)bytes.n;
	for (; left >= 8; left -= 8, p += 8)
		h = hash_fold(h ^ hash_load8(p), k1);
	if (left && bytes.n >= 8) /* the last eight, without those that were read */
		h = hash_fold(h ^ hash_load8(p + left - 8) >> (64 - 8 * left), k1);
	else if (left)
		h = hash_fold(h ^ hash_load_short(p, left), k1);
	return hash_fold(h ^ (h >> 32), k0);
}
