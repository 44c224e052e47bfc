#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#ifdef HAVE_BROTLI
#include <brotli/decode.h>
#endif
#include "decode/decode.h"
#include "util/limits.h"

static struct page page;

static int set_up(void **state)
{
	(void)state;
	arena_init(&page.arena, (size_t)512 << 20);
	page_reset(&page);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&page.arena);
	return 0;
}

/* @window_bits as deflateInit2: 31 gzip, 15 zlib, -15 bare. In the page's arena. */
static struct view deflated(struct view in, int window_bits)
{
	z_stream stream = { .next_in = (Bytef *)in.p, .avail_in = (uInt)in.n };
	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t max = deflateBound(&stream, in.n) + 32;
	char *out = arena_alloc(&page.arena, max);
	stream.next_out = (Bytef *)out;
	stream.avail_out = (uInt)max;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return view_make(out, max - stream.avail_out);
}

static struct view zstandard(struct view in)
{
	size_t max = ZSTD_compressBound(in.n);
	char *out = arena_alloc(&page.arena, max);
	return view_make(out, ZSTD_compress(out, max, in.p, in.n, 3));
}

/* Text that compresses badly: the cut falls into it. */
static struct view varied(size_t n)
{
	char *text = arena_alloc(&page.arena, n + 1);
	uint32_t seed = 7;
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		text[i] = (char)('a' + (seed >> 24) % 26);
	}
	return view_make(text, n);
}

static struct view filled(size_t n, const char *pattern)
{
	char *text = arena_alloc(&page.arena, n + 1);
	for (size_t i = 0, m = strlen(pattern); i < n; i++)
		text[i] = pattern[i % m];
	return view_make(text, n);
}

static void expect(const char *encoding, struct view in, int want_result, struct view want)
{
	struct view out = VIEW_NONE;
	int result = coding_undo(&page, view_of(encoding), in, LIMIT_BODY_BYTES, &out);
	assert_int_equal(result, want_result);
	if (result == 0)
		assert_true(view_eq(out, want));
}

static void undoes_each_coding(void **state)
{
	(void)state;
	struct view text = filled(100000, "<p>A line of text that comes again. ");
	expect("gzip", deflated(text, 31), 0, text);
	expect("x-GZIP", deflated(text, 31), 0, text);
	expect("deflate", deflated(text, 15), 0, text);
	expect("deflate", deflated(text, -15), 0, text);
	expect("zstd", zstandard(text), 0, text);
	expect("identity", text, 0, text);
	expect("", text, 0, text);
#ifdef HAVE_BROTLI
	static const char brotli[] = { 0x0B, 0x02, (char)0x80, 'h', 'e', 'l', 'l', 'o', 0x03 };
	expect("br", view_make(brotli, sizeof(brotli)), 0, VIEW("hello"));
#endif
}

static void undoes_two_codings_but_not_three(void **state)
{
	(void)state;
	struct view text = filled(5000, "text and more text ");
	struct view once = deflated(text, 31), twice = zstandard(once), thrice = deflated(twice, 31);
	expect("gzip, zstd", twice, 0, text);
	expect("gzip, zstd, gzip", thrice, GARNER_BAD_CODING, VIEW_NONE);
}

static void undoes_gzip_that_nobody_named(void **state)
{
	(void)state;
	struct view text = filled(5000, "text and more text ");
	expect("", deflated(text, 31), 0, text);
	expect("", zstandard(text), 0, text);
}

static void takes_a_body_that_stands_uncoded_despite_its_header(void **state)
{
	(void)state;
	struct view html = VIEW("<!doctype html><p>Kept by an archive without its coding");
	expect("gzip", html, 0, html);
	expect("br", html, 0, html);
	expect("utf-8", html, 0, html);
	assert_int_equal(page.document.error_count, 3);
}

static void the_bytes_decide_where_the_header_names_another_coding(void **state)
{
	(void)state;
	struct view text = filled(5000, "text and more text ");
	expect("deflate", deflated(text, 31), 0, text);
	expect("br", deflated(text, 31), 0, text);
	expect("gzip", deflated(text, 15), 0, text);
	expect("deflate", zstandard(text), 0, text);
	assert_int_equal(page.document.error_count, 4);
	expect("deflate", VIEW("\x1F\x8B\x08 is no gzip"), GARNER_BAD_CODING, VIEW_NONE);
}

static void what_follows_a_whole_member_is_ignored(void **state)
{
	(void)state;
	struct view text = filled(5000, "text and more text ");
	struct view coded[] = { deflated(text, 31), deflated(text, 15), zstandard(text) };
	const char *names[] = { "gzip", "deflate", "zstd" };
	for (size_t i = 0; i < 3; i++) {
		char *more = arena_alloc(&page.arena, coded[i].n + 9);
		memcpy(more, coded[i].p, coded[i].n);
		memcpy(more + coded[i].n, "\r\n<!-- x", 9);
		expect(names[i], view_make(more, coded[i].n + 9), 0, text);
	}
}

static void members_of_gzip_follow_each_other(void **state)
{
	(void)state;
	struct view a = deflated(VIEW("first "), 31), b = deflated(VIEW("second"), 31);
	char *both = arena_alloc(&page.arena, a.n + b.n + 10);
	memcpy(both, a.p, a.n);
	memcpy(both + a.n, b.p, b.n);
	memset(both + a.n + b.n, 0, 10);
	expect("gzip", view_make(both, a.n + b.n), 0, VIEW("first second"));
	expect("gzip", view_make(both, a.n + b.n + 10), 0, VIEW("first second"));
}

static void a_cut_body_gives_what_came(void **state)
{
	(void)state;
	struct view text = varied(300000);
	struct view coded[] = { deflated(text, 31), deflated(text, 15), zstandard(text) };
	const char *names[] = { "gzip", "deflate", "zstd" };
	for (size_t i = 0; i < 3; i++) {
		struct view out;
		assert_int_equal(coding_undo(&page, view_of(names[i]), view_first(coded[i], coded[i].n - 9),
					 LIMIT_BODY_BYTES, &out),
			GARNER_TRUNCATED);
		assert_true(out.n > 100000);
		assert_true(view_starts(text, out));
	}
}

static void damage_is_a_bad_coding(void **state)
{
	(void)state;
	struct view text = filled(50000, "Each line differs a little from the 1st, 2nd and 3rd. ");
	struct view coded = deflated(text, 31);
	((char *)coded.p)[coded.n - 6] ^= 0x55; /* its checksum */
	struct view out;
	assert_int_equal(coding_undo(&page, VIEW("gzip"), coded, LIMIT_BODY_BYTES, &out), GARNER_BAD_CODING);
	assert_int_equal(coding_undo(&page, VIEW("br"), VIEW("\xC1\xFF\x00\x01\x02\x03\x04"), LIMIT_BODY_BYTES, &out),
		GARNER_BAD_CODING);
	assert_int_equal(coding_undo(&page, VIEW("compress"), VIEW("\x1F\x9D\x90\x01\x02\x03"), LIMIT_BODY_BYTES, &out),
		GARNER_BAD_CODING);
}

/* 1 KiB that unfolds to more than any page: stopped at the ceiling, in little memory. */
static void a_bomb_stops_at_the_ceiling(void **state)
{
	(void)state;
	size_t huge = (size_t)LIMIT_BODY_BYTES + 1;
	char *zeros = calloc(1, huge);
	struct view in = { zeros, huge }, out;
	struct view coded[] = { deflated(in, 31), deflated(in, 15), zstandard(in) };
	const char *names[] = { "gzip", "deflate", "zstd" };
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
			coding_undo(&page, view_of(names[i]), coded[i], LIMIT_BODY_BYTES, &out), GARNER_TOO_LARGE);
		assert_int_equal(coding_undo(&page, view_of(names[i]), coded[i], huge, &out), 0);
		assert_int_equal(out.n, huge);
		arena_reset(&page.arena);
		coded[1] = deflated(in, 15);
		coded[2] = zstandard(in);
	}
	struct view double_gzip = deflated(deflated(in, 31), 31);
	assert_int_equal(coding_undo(&page, VIEW("gzip"), double_gzip, LIMIT_BODY_BYTES, &out), GARNER_TOO_LARGE);
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(undoes_each_coding, set_up, tear_down),
		cmocka_unit_test_setup_teardown(undoes_two_codings_but_not_three, set_up, tear_down),
		cmocka_unit_test_setup_teardown(undoes_gzip_that_nobody_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_a_body_that_stands_uncoded_despite_its_header, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_bytes_decide_where_the_header_names_another_coding, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_follows_a_whole_member_is_ignored, set_up, tear_down),
		cmocka_unit_test_setup_teardown(members_of_gzip_follow_each_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_cut_body_gives_what_came, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_a_bad_coding, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bomb_stops_at_the_ceiling, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
