#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "util/arena.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/jsonw.h"
#include "util/late.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/utf8.h"
#include "util/utf8_survey.h"

static void the_reason_stands_behind_a_name_of_any_length(void **state)
{
	(void)state;
	char path[4097];
	for (size_t i = 0; i + 1 < sizeof(path); i += 2)
		memcpy(path + i, "\xC3\xBC", 2);
	path[sizeof(path) - 1] = 0;
	for (size_t cut = 0; cut < 2; cut++) {
		struct error error = { 0 };
		assert_int_equal(
			error_set(&error, -ENAMETOOLONG, "%s%s: open: a reason", cut ? "x" : "", path), -ENAMETOOLONG);
		assert_true(utf8_is_valid(view_of(error.text)));
		assert_true(strlen(error.text) >= sizeof(error.text) - 4);
		assert_true(view_ends(view_of(error.text), VIEW("\xC3\xBC: open: a reason")));
		assert_non_null(strstr(error.text, "\xC3\xBC ... \xC3\xBC"));
	}
	/* What just fits is left as it is. */
	struct error error = { 0 };
	char words[sizeof(error.text)];
	memset(words, 'w', sizeof(words) - 1);
	words[sizeof(words) - 1] = 0;
	error_set(&error, -EIO, "%s", words);
	assert_string_equal(error.text, words);
}

static void a_library_is_loaded_once_or_named(void **state)
{
	(void)state;
	struct error error = { 0 };
	static const char *const cosine[] = { "cos" }, *const none[] = { "cosine_of_nothing" };
	struct {
		double (*cos)(double);
	} table = { NULL }, empty = { NULL };
	struct late here = LATE_INIT("libm.so.6", cosine, table), missing = LATE_INIT("libnowhere.so.9", cosine, empty),
		    old = LATE_INIT("libm.so.6", none, empty);
	assert_int_equal(late_load(&here, &error), 0);
	assert_int_equal(late_load(&here, &error), 0);
	assert_true(table.cos(0) == 1);
	assert_int_equal(late_load(&missing, &error), -ELIBACC);
	assert_non_null(strstr(error.text, "libnowhere.so.9 can't be loaded"));
	error = (struct error){ 0 };
	assert_int_equal(late_load(&old, &error), -ELIBACC);
	assert_string_equal(error.text, "libm.so.6 has no cosine_of_nothing: it is too old");
	assert_int_equal(late_load(&old, NULL), -ELIBACC);
}

static void expect_same_survey(struct view v)
{
	struct utf8_survey fast = utf8_survey(v), plain = utf8_survey_plain(v);
	assert_int_equal(fast.valid, plain.valid);
	assert_int_equal(fast.valid, utf8_valid_prefix(v));
	/* What a page of broken UTF-8 holds behind the first mistake counts, too. */
	assert_int_equal(fast.ascii, plain.ascii);
	assert_int_equal(fast.escape, plain.escape);
	assert_int_equal(fast.c3, plain.c3);
}

/* Every sequence, whole, cut and wrong, at every place of a block. */
static void a_survey_says_the_same_however_it_is_made(void **state)
{
	(void)state;
	static const struct view pieces[] = { VIEW("\xC3\xA9"), VIEW("\xE2\x80\x94"), VIEW("\xF0\x9F\x8C\x8D"),
		VIEW("\xC3"), VIEW("\xE2\x80"), VIEW("\xF0\x9F\x8C"), VIEW("\xA9"), VIEW("\xC3\xA9\xA9"),
		VIEW("\xC0\x80"), VIEW("\xC1\xBF"), VIEW("\xE0\x80\x80"), VIEW("\xE0\x9F\xBF"), VIEW("\xE0\xA0\x80"),
		VIEW("\xED\x9F\xBF"), VIEW("\xED\xA0\x80"), VIEW("\xEF\xBF\xBF"), VIEW("\xF0\x8F\xBF\xBF"),
		VIEW("\xF0\x90\x80\x80"), VIEW("\xF4\x8F\xBF\xBF"), VIEW("\xF4\x90\x80\x80"), VIEW("\xF5\x80\x80\x80"),
		VIEW("\xF8\x88\x80\x80\x80"), VIEW("\xFF"), VIEW("\x1B$B"), VIEW("\xE2\x80\x94\x94"),
		VIEW("\xF0\x9F\x8C\x8D\x8D"), VIEW("\xE2\xE2\x80\x94"), VIEW("\xC2\xA0\xC3\xA9\xE4\xB8\x80") };
	char text[64 * 3 + 8];
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		for (size_t at = 0; at + pieces[i].n <= 140; at++) {
			memset(text, 'x', sizeof(text));
			memcpy(text + at, pieces[i].p, pieces[i].n);
			expect_same_survey(view_make(text, sizeof(text)));
			expect_same_survey(view_make(text, 128));
			expect_same_survey(view_make(text, at + pieces[i].n));
			memcpy(text + 150, "\xC3", 1); /* a mistake behind it */
			expect_same_survey(view_make(text, sizeof(text)));
		}
}

/* Any two bytes, then any of those that matter behind them. */
static void a_survey_knows_every_pair_of_bytes(void **state)
{
	(void)state;
	static const unsigned char behind[] = { 'x', 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC3, 0xE2, 0xF0 };
	char text[70];
	memset(text, 'x', sizeof(text));
	for (unsigned pair = 0; pair < 1 << 16; pair++)
		for (size_t i = 0; i < sizeof(behind); i++) {
			text[30] = (char)(pair >> 8);
			text[31] = (char)pair;
			text[32] = (char)behind[i];
			text[33] = (char)0x80;
			expect_same_survey(view_make(text, sizeof(text)));
		}
}

static void an_arena_stops_at_its_budget(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, KIB(512));
	size_t got = 0;
	while (arena_alloc(&arena, 1000))
		got += 1008;
	assert_true(got <= KIB(512));
	assert_true(got > KIB(500));
	arena_reset(&arena);
	assert_non_null(arena_alloc(&arena, 1000));
	arena_free(&arena);
}

static void a_pool_hands_a_large_chunk_from_arena_to_arena(void **state)
{
	(void)state;
	struct arena_pool *pool = arena_pool_new(MIB(4));
	struct arena a, b;
	arena_init(&a, MIB(16));
	arena_init(&b, MIB(16));
	a.keep = b.keep = KIB(256);
	a.pool = b.pool = pool;
	char *first = arena_alloc(&a, MIB(1) - 100), *none = arena_alloc(&a, MIB(1));
	memset(first, 'x', MIB(1) - 100);
	assert_non_null(none);
	arena_reset(&a);
	/* Of the same power of two, and not one byte more than was asked for. */
	char *again = arena_alloc(&b, MIB(1) - 5000);
	assert_true(again == first || again == none);
	assert_int_equal(b.end - again, (MIB(1) - 5000 + 15) / 16 * 16);
	arena_free(&b);
	arena_free(&a);
	assert_null(arena_pool_free(pool));
	assert_null(arena_pool_free(NULL));
}

static void a_pool_keeps_what_came_last(void **state)
{
	(void)state;
	struct arena_pool *pool = arena_pool_new(MIB(2));
	struct arena arena;
	arena_init(&arena, MIB(64));
	arena.keep = KIB(256);
	arena.pool = pool;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 1; i <= 8; i++)
			memset(arena_alloc(&arena, MIB(i) - 64), (int)i, MIB(i) - 64);
		arena_reset(&arena);
	}
	arena_free(&arena);
	arena_pool_free(pool);
}

static void an_arena_grows_the_newest_in_place(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, MIB(1));
	char *a = arena_strndup(&arena, "abc", 3);
	char *b = arena_grow(&arena, a, 4, 4000);
	assert_ptr_equal(a, b);
	assert_string_equal(b, "abc");
	arena_alloc(&arena, 1);
	char *c = arena_grow(&arena, b, 4000, 9000);
	assert_ptr_not_equal(b, c);
	assert_string_equal(c, "abc");
	arena_free(&arena);
}

static void a_buffer_refuses_more_than_its_maximum(void **state)
{
	(void)state;
	struct buf buf = BUF_INIT(10);
	assert_int_equal(buf_puts(&buf, "12345"), 0);
	assert_int_equal(buf_puts(&buf, "678901"), -EFBIG);
	assert_int_equal(buf.n, 5);
	assert_int_equal(buf_puts(&buf, "6"), -EFBIG);
	buf_free(&buf);
}

static void utf8_reads_what_it_writes_for_every_scalar_value(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		if (cp >= 0xD800 && cp < 0xE000)
			continue;
		char text[4];
		size_t n = utf8_put(text, cp), at = 0;
		assert_int_equal(utf8_next(view_make(text, n), &at), cp);
		assert_int_equal(at, n);
		assert_int_equal(utf8_prev(view_make(text, n), &at), cp);
		assert_int_equal(at, 0);
	}
}

static void utf8_refuses_overlongs_surrogates_and_cut_sequences(void **state)
{
	(void)state;
	static const char *const bad[] = { "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "\xE2\x82", "\x80", "\xFF" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(utf8_valid_prefix(view_of(bad[i])), 0);
	assert_int_equal(utf8_valid_prefix(VIEW("abcdefgh\xE2\x82\xAC\xFFz")), 11);
	assert_int_equal(utf8_first(VIEW("a\xE2\x82\xAC"), 3).n, 1);
}

static void digests_match_published_vectors(void **state)
{
	(void)state;
	uint8_t digest[32];
	char hex[65], b32[40];
	sha256_of(VIEW("abc"), digest);
	hex_of(digest, 32, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha1_of(VIEW(""), digest);
	base32_of(digest, 20, b32);
	assert_string_equal(b32, "3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
	struct sha256 *stream = sha256_new();
	sha256_update(stream, VIEW("a"));
	sha256_update(stream, VIEW("bc"));
	sha256_final(stream, digest);
	hex_of(digest, 32, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_free(stream);
	assert_int_equal(hash64(VIEW("a"), 1) == hash64(VIEW("a"), 2), 0);
}

/* Eight bytes a step, little-endian, the rest with zeros behind. */
static uint64_t hash_by_bytes(const unsigned char *p, size_t n, uint64_t seed)
{
	uint64_t h = seed ^ UINT64_C(0x9E3779B97F4A7C15) ^ n;
	__extension__ unsigned __int128 product;
	for (size_t at = 0; at < n; at += 8) {
		uint64_t word = 0;
		for (size_t i = at; i < n && i < at + 8; i++)
			word |= (uint64_t)p[i] << (8 * (i - at));
		product = (unsigned __int128)(h ^ word) * UINT64_C(0xD6E8FEB86659FD93);
		h = (uint64_t)product ^ (uint64_t)(product >> 64);
	}
	product = (unsigned __int128)(h ^ h >> 32) * UINT64_C(0x9E3779B97F4A7C15);
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static void a_hash_is_that_of_its_bytes_whatever_their_number(void **state)
{
	(void)state;
	for (size_t n = 0; n < 70; n++) {
		char *bytes = malloc(n + 1); /* of this size: what stands behind is not read */
		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(i * 37 + n);
		bytes = realloc(bytes, n ? n : 1);
		assert_int_equal(hash64(view_make(bytes, n), n * 3), hash_by_bytes((unsigned char *)bytes, n, n * 3));
		free(bytes);
	}
}

static void times_go_out_and_come_back(void **state)
{
	(void)state;
	char text[CLOCK_TEXT_BYTES];
	int64_t back;
	for (int64_t t = -62167219200; t < 253402300800; t += 86399 * 367) {
		assert_true(clock_format(t, text));
		assert_true(clock_parse(view_of(text), &back));
		assert_int_equal(back, t);
	}
	assert_true(clock_parse(VIEW("2020-05-17T10:30:00.25+02:00"), &back));
	assert_true(clock_format(back, text));
	assert_string_equal(text, "2020-05-17T08:30:00Z");
	assert_false(clock_parse(VIEW("2021-02-29T00:00:00Z"), &back));
	assert_false(clock_parse(VIEW("2021-02-28T00:00:00+24:00"), &back));
	assert_false(clock_parse(VIEW("2021-02-28T00:00:00-01:60"), &back));
	assert_true(clock_date_valid(2000, 2, 29));
	assert_false(clock_date_valid(1900, 2, 29));
	assert_true(clock_parse_date(VIEW("1970-01-02"), &back));
	assert_int_equal(back, 1);
	assert_false(clock_parse_date(VIEW("1970-01-02T"), &back));
	assert_false(clock_parse_date(VIEW("2021-02-29"), &back));
}

static void json_escapes_what_must_be(void **state)
{
	(void)state;
	struct buf out = BUF_INIT(1000);
	struct jsonw json = jsonw_begin(&out);
	jsonw_object(&json, NULL);
	jsonw_string(&json, "a\"", VIEW("x\n\x01\\\xE2\x80\xA8y\xE2\x80\xA9\xE2\x80\x9C"));
	jsonw_text(&json, "none", NULL);
	jsonw_array(&json, "n");
	jsonw_int(&json, NULL, -5);
	jsonw_real(&json, NULL, 0.5, 3);
	jsonw_real(&json, NULL, 2, 3);
	jsonw_bool(&json, NULL, true);
	jsonw_close_array(&json);
	jsonw_close_object(&json);
	assert_string_equal(
		buf_str(&out), "{\"a\\\"\":\"x\\n\\u0001\\\\\\u2028y\\u2029\xE2\x80\x9C\",\"n\":[-5,0.5,2,true]}");
	buf_free(&out);
}

static void a_map_finds_each_of_many_keys(void **state)
{
	(void)state;
	struct map map = { 0 };
	char key[32];
	for (unsigned i = 0; i < 10000; i++) {
		int n = snprintf(key, sizeof(key), "key %u", i);
		*map_put(&map, view_make(key, (size_t)n)) = i;
	}
	assert_int_equal(map.count, 10000);
	for (unsigned i = 0; i < 10000; i++) {
		int n = snprintf(key, sizeof(key), "key %u", i);
		assert_int_equal(*map_get(&map, view_make(key, (size_t)n)), i);
	}
	assert_null(map_get(&map, VIEW("key")));
	map_free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_survey_says_the_same_however_it_is_made),
		cmocka_unit_test(a_survey_knows_every_pair_of_bytes),
		cmocka_unit_test(an_arena_stops_at_its_budget),
		cmocka_unit_test(a_pool_hands_a_large_chunk_from_arena_to_arena),
		cmocka_unit_test(a_pool_keeps_what_came_last),
		cmocka_unit_test(an_arena_grows_the_newest_in_place),
		cmocka_unit_test(a_buffer_refuses_more_than_its_maximum),
		cmocka_unit_test(utf8_reads_what_it_writes_for_every_scalar_value),
		cmocka_unit_test(utf8_refuses_overlongs_surrogates_and_cut_sequences),
		cmocka_unit_test(digests_match_published_vectors),
		cmocka_unit_test(a_hash_is_that_of_its_bytes_whatever_their_number),
		cmocka_unit_test(times_go_out_and_come_back),
		cmocka_unit_test(the_reason_stands_behind_a_name_of_any_length),
		cmocka_unit_test(a_library_is_loaded_once_or_named),
		cmocka_unit_test(json_escapes_what_must_be),
		cmocka_unit_test(a_map_finds_each_of_many_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
