#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "extract/text_bits.h"
#include "util/limits.h"

enum { TEXT_MAX = 300 };

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, MIB(1));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* The last byte of VT, FF, NEL, U+2028 or U+2029 at @i, byte by byte. */
static bool ends_other(const unsigned char *p, size_t i)
{
	return p[i] == 0x0B || p[i] == 0x0C || (i >= 1 && p[i - 1] == 0xC2 && p[i] == 0x85) ||
	       (i >= 2 && p[i - 2] == 0xE2 && p[i - 1] == 0x80 && (p[i] == 0xA8 || p[i] == 0xA9));
}

static struct text_kinds kinds_of(const unsigned char *p, size_t from, size_t to)
{
	struct text_kinds k = { 0 };
	for (size_t i = from; i < to; i++) {
		k.spaces += p[i] == ' ';
		k.rough |= p[i] < ' ' || p[i] >= 0x7F;
		k.digits |= p[i] >= '0' && p[i] <= '9';
		k.twins |= p[i] == ' ' && i && p[i - 1] == ' ';
		k.joints |= p[i] >= 'A' && p[i] <= 'Z' && i && p[i - 1] >= 'a' && p[i - 1] <= 'z';
	}
	return k;
}

static void check_text(const unsigned char *p, size_t n)
{
	struct text_map map;
	size_t breaks = 0, others = 0;
	arena_reset(&arena);
	assert_true(text_map_read(&arena, view_make((const char *)p, n), &map));
	for (size_t i = 0; i < n; i++) {
		breaks += p[i] == '\n';
		others += ends_other(p, i);
		assert_int_equal(map.low[i], ascii_lower((char)p[i]));
	}
	assert_int_equal(map.breaks, breaks);
	assert_int_equal(map.others, others);
	for (size_t from = 0; from < n; from += 1 + from % 7) {
		size_t at = from;
		while (at < n && p[at] != '\n')
			at++;
		assert_int_equal(text_map_break(&map, from), at);
		for (size_t to = from + 1; to <= n; to += 1 + to % 11) {
			/* And once more as CPUs do that can't count bits. */
			for (int round = 0; round < 2; round++) {
				struct text_map plain = map;
				plain.popcnt = map.popcnt && round == 0;
				struct text_kinds got = text_map_kinds(&plain, from, to), want = kinds_of(p, from, to);
				assert_int_equal(got.spaces, want.spaces);
				assert_true(got.rough == want.rough && got.twins == want.twins &&
					    got.digits == want.digits && got.joints == want.joints);
			}
			for (at = from; at < to && !ends_other(p, at);)
				at++;
			assert_int_equal(text_map_other(&map, from, to), at);
		}
	}
}

static void tells_the_same_as_a_look_at_each_byte(void **state)
{
	(void)state;
	static const char pieces[][4] = { "a", "B", "z", "Z", "7", " ", "  ", "\n", "\r", "\t", "\x0B", "\x0C",
		"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xA6", "\xC3\xA8", "\xD1\x85", "\x7F", "aB", "~",
		"." };
	uint64_t seed = 7;
	for (int round = 0; round < 300; round++) {
		unsigned char text[TEXT_MAX + 4];
		size_t n = 0;
		while (n < (size_t)round % TEXT_MAX) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			const char *piece = pieces[(seed >> 33) % (sizeof(pieces) / sizeof(*pieces))];
			size_t bytes = strlen(piece);
			memcpy(text + n, piece, bytes);
			n += bytes;
		}
		check_text(text, n);
	}
}

static void every_byte_is_told_alike_by_code_for_every_cpu(void **state)
{
	(void)state;
	unsigned char text[256 + BITS_BYTES];
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)i;
	for (size_t at = 0; at + BITS_BYTES <= sizeof(text); at += BITS_BYTES) {
		struct text_map map;
		arena_reset(&arena);
		assert_true(text_map_read(&arena, view_make((const char *)text + at, BITS_BYTES), &map));
		for (int kind = BITS_PLAIN; kind < BITS_KINDS; kind++) {
			struct text_bits bits;
			char low[BITS_BYTES];
			if (!text_bits_by((enum bits_kind)kind, text + at, low, &bits)) {
				assert_int_not_equal(kind, BITS_PLAIN);
				continue;
			}
			assert_memory_equal(map.low, low, BITS_BYTES);
			assert_memory_equal(&map.bits[0], &bits, sizeof(bits));
		}
	}
}

static void a_text_of_nothing_has_no_lines(void **state)
{
	(void)state;
	struct text_map map;
	assert_true(text_map_read(&arena, VIEW_NONE, &map));
	assert_int_equal(map.breaks + map.others, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_the_same_as_a_look_at_each_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(every_byte_is_told_alike_by_code_for_every_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(a_text_of_nothing_has_no_lines, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
