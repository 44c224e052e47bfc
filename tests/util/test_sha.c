/* SHA-1 and SHA-256: published vectors, and messages in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "util/hash.h"

/* From FIPS 180-4's examples (NIST, Cryptographic Standards and Guidelines). */
static const struct {
	const char *text;
	size_t times;
	const char *sha1, *sha256;
} vectors[] = {
	{ "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

static void known_messages_have_their_published_digests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		size_t n = strlen(vectors[i].text), all = n * vectors[i].times;
		char *message = malloc(all + 1), hex[65];
		uint8_t digest[32];
		for (size_t k = 0; k < vectors[i].times; k++)
			memcpy(message + k * n, vectors[i].text, n);
		sha1_of(view_make(message, all), digest);
		hex_of(digest, 20, hex);
		assert_string_equal(hex, vectors[i].sha1);
		sha256_of(view_make(message, all), digest);
		hex_of(digest, 32, hex);
		assert_string_equal(hex, vectors[i].sha256);
		free(message);
	}
}

static void fill(uint8_t *p, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = (uint8_t)(seed >> 24);
	}
}

static void a_message_in_pieces_has_the_digest_of_the_whole(void **state)
{
	(void)state;
	uint8_t message[300], whole[32], pieces[32];
	fill(message, sizeof(message), 3);
	for (size_t n = 0; n <= sizeof(message); n++)
		for (size_t cut = 0; cut <= n; cut += 1 + n / 9) {
			struct view parts[] = { view_make((char *)message, cut),
				view_make((char *)message + cut, (n - cut) / 2),
				view_make((char *)message + cut + (n - cut) / 2, n - cut - (n - cut) / 2) };
			struct sha256 *stream = sha256_new();
			for (int i = 0; i < 3; i++)
				sha256_update(stream, parts[i]);
			sha256_final(stream, pieces);
			sha256_of(view_make((char *)message, n), whole);
			assert_memory_equal(pieces, whole, 32);
			sha256_free(stream);
			sha1_of_parts(parts, 3, pieces);
			sha1_of(view_make((char *)message, n), whole);
			assert_memory_equal(pieces, whole, 20);
		}
}

/* Each by turns with the other as far as that goes, the rest alone. */
static void two_messages_at_once_have_their_own_digests(void **state)
{
	(void)state;
	uint8_t first[700], second[700], whole[32], apart[32];
	struct sha256 *one = sha256_new(), *other = sha256_new();
	fill(first, sizeof(first), 5);
	fill(second, sizeof(second), 6);
	for (size_t n = 0; n <= sizeof(first); n += 7)
		for (size_t m = 0; m <= sizeof(second); m += 31) {
			struct view a = view_make((char *)first, n), b = view_make((char *)second, m);
			size_t done = sha256_update_two(one, a, other, b);
			assert_int_equal(done, (n < m ? n : m) / 64 * 64);
			sha256_update(one, view_from(a, done));
			sha256_update(other, view_from(b, done));
			sha256_final(one, apart);
			sha256_of(a, whole);
			assert_memory_equal(apart, whole, 32);
			sha256_final(other, apart);
			sha256_of(b, whole);
			assert_memory_equal(apart, whole, 32);
		}
	sha256_free(one);
	sha256_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_messages_have_their_published_digests),
		cmocka_unit_test(a_message_in_pieces_has_the_digest_of_the_whole),
		cmocka_unit_test(two_messages_at_once_have_their_own_digests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
