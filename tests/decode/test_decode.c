/* The stage: kinds of pages, declarations, bad bytes, text encoded twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "../texts.h"
#include "decode/charset.h"
#include "decode/decode.h"
#include "util/limits.h"
#include "util/utf8.h"

static struct page page;
static void *stage_state;

static int set_up(void **state)
{
	(void)state;
	struct engine engine = { .rules = NULL };
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page_reset(&page);
	return decode_stage.open(&engine, &stage_state, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	decode_stage.close(stage_state);
	arena_free(&page.arena);
	return 0;
}

static int run(const char *type, int status, struct view body)
{
	page_reset(&page);
	page.capture.body = body;
	page.capture.content_type = view_of(type);
	page.capture.status = status;
	int result = decode_stage.run(stage_state, &page);
	if (result == 0)
		assert_true(utf8_is_valid(page.utf8));
	return result;
}

static void the_declared_type_decides_the_kind(void **state)
{
	(void)state;
	assert_int_equal(run("text/html; charset=utf-8", 0, VIEW("just words")), 0);
	assert_int_equal(page.kind, PAGE_HTML);
	assert_int_equal(run("text/plain; charset=utf-8", 0, VIEW("<html> is how a page begins")), 0);
	assert_int_equal(page.kind, PAGE_TEXT);
	assert_int_equal(run("text/plain", 200, VIEW("<!DOCTYPE html><p>x")), 0);
	assert_int_equal(page.kind, PAGE_HTML);
	assert_int_equal(run("application/xhtml+xml", 200, VIEW("<?xml version=\"1.0\"?><html/>")), 0);
	assert_int_equal(page.kind, PAGE_HTML);
	assert_int_equal(run("application/json", 200, VIEW("{\"a\":1}")), GARNER_NOT_A_PAGE);
	assert_int_equal(run("text/css", 200, VIEW("p { color: red }")), GARNER_NOT_A_PAGE);
	assert_int_equal(run("image/svg+xml", 200, VIEW("<svg/>")), GARNER_NOT_A_PAGE);
	assert_non_null(page.detail);
}

static void the_content_decides_where_no_type_is_declared(void **state)
{
	(void)state;
	static const char *const html[] = { "<!doctype html>", "  \n<!DOCTYPE HTML PUBLIC>", "<html lang=en>",
		"\xEF\xBB\xBF<html>", "<!-- a --><head>", "<?xml version='1.0'?>\n<html>", "<p>x", "<div class=a>x",
		"Warning: line 3\n<html><body>x" };
	static const char *const text[] = { "Plain words.", "a < b and b > c", "<3 is a heart", "1 <p is no tag",
		"\xEF\xBB\xBFwords", "<unknown>" };
	for (size_t i = 0; i < sizeof(html) / sizeof(html[0]); i++) {
		assert_int_equal(run(NULL, 0, view_of(html[i])), 0);
		assert_int_equal(page.kind, PAGE_HTML);
	}
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		assert_int_equal(run("application/octet-stream", 0, view_of(text[i])), 0);
		assert_int_equal(page.kind, PAGE_TEXT);
	}
	assert_int_equal(run(NULL, 0, VIEW("<?xml version=\"1.0\"?><rss></rss>")), GARNER_NOT_A_PAGE);
}

static void binary_and_empty_input_is_dropped_by_name(void **state)
{
	(void)state;
	assert_int_equal(run(NULL, 0, VIEW("")), GARNER_EMPTY);
	assert_int_equal(run(NULL, 0, VIEW("%PDF-1.7\nwords")), GARNER_BINARY);
	assert_int_equal(run("text/html", 200, VIEW("\x89PNG\r\n\x1A\n")), GARNER_BINARY);
	assert_int_equal(run(NULL, 0,
				 VIEW("\x7F"
				      "ELF\x02\x01\x01")),
		GARNER_BINARY);
	assert_int_equal(run(NULL, 0, VIEW("ab\x00\x01\x02\x03\x00\x00")), GARNER_BINARY);
	/* One stray control in a page is no reason. */
	char text[2000];
	memset(text, 'a', sizeof(text));
	text[1000] = 0;
	assert_int_equal(run("text/html", 200, view_make(text, sizeof(text))), 0);
}

static void utf16_with_a_mark_is_text(void **state)
{
	(void)state;
	static const char little[] = "\xFF\xFEw\0o\0r\0d\0s\0 \0\xE4\0", big[] = "\xFE\xFF\0w\0o\0r\0d\0s\0 \0\xE4";
	assert_int_equal(run(NULL, 0, view_make(little, sizeof(little) - 1)), 0);
	assert_true(view_eq(page.utf8, VIEW("words \u00E4")));
	assert_string_equal(page.document.charset.used, "utf-16le");
	assert_string_equal(page.document.charset.from, "bom");
	assert_int_equal(run(NULL, 0, view_make(big, sizeof(big) - 1)), 0);
	assert_true(view_eq(page.utf8, VIEW("words \u00E4")));
	static const char html[] = "\xFF\xFE<\0h\0t\0m\0l\0>\0x\0";
	assert_int_equal(run(NULL, 0, view_make(html, sizeof(html) - 1)), 0);
	assert_int_equal(page.kind, PAGE_HTML);
	static const char cut[] = "\xFF\xFEw\0o\0\x3D\xD8w\0o";
	assert_int_equal(run(NULL, 0, view_make(cut, sizeof(cut) - 1)), 0);
	assert_int_equal(page.document.charset.replaced, 2);
}

/* Few NULs in bytes that are otherwise text are what a program left at the ends of its strings; many are UTF-16, or
 * no text. */
static void single_nuls_are_passed_over(void **state)
{
	(void)state;
	static const char last[] = "The boat came in at noon.\n\0";
	assert_int_equal(run(NULL, 0, view_make(last, sizeof(last) - 1)), 0);
	assert_int_equal(page.kind, PAGE_TEXT);
	assert_true(view_starts(page.utf8, VIEW("The boat came in at noon.\n")));
	static const char between[] =
		"Das Boot l\xC3\xA4uft ein.\0\0\n\xD0\x9B\xD0\xBE\xD0\xB4\xD0\xBA\xD0\xB0 "
		"\xD0\xBF\xD1\x80\xD0\xB8\xD1\x88\xD0\xBB\xD0\xB0 \xD0\xB2 \xD0\xBF\xD0\xBE\xD1\x80\xD1\x82.\0";
	assert_int_equal(run(NULL, 0, view_make(between, sizeof(between) - 1)), 0);
	assert_string_equal(page.document.charset.used, "utf-8");
	/* A NUL before each space: neither UTF-16 nor text. */
	static const char spaces[] = "the\0 boat\0 came\0 in\0 at\0 noon\0 and\0 was\0 unloaded";
	assert_int_equal(run(NULL, 0, view_make(spaces, sizeof(spaces) - 1)), GARNER_BINARY);
	assert_int_equal(run(NULL, 0, VIEW("ab\x00\x00")), GARNER_BINARY);
	static const char wide[] = "w\0o\0r\0d\0s\0 \0o\0f\0 \0\xE4\0\n\0";
	assert_int_equal(run(NULL, 0, view_make(wide, sizeof(wide) - 1)), 0);
	assert_string_equal(page.document.charset.used, "utf-16le");
}

static void the_decision_is_written_down(void **state)
{
	(void)state;
	assert_int_equal(run("text/html; charset=\"Latin1\"", 200, VIEW("<p>caf\xE9")), 0);
	assert_string_equal(page.document.charset.declared, "Latin1");
	assert_string_equal(page.document.charset.used, "windows-1252");
	assert_string_equal(page.document.charset.from, "http");
	assert_int_equal(
		run("text/html", 200, VIEW("<meta http-equiv=Content-Type content='text/html;charset=koi8-r'>\xF0")),
		0);
	assert_string_equal(page.document.charset.used, "koi8-r");
	assert_string_equal(page.document.charset.from, "meta");
	assert_int_equal(run("text/html", 200, VIEW("<p>words")), 0);
	assert_null(page.document.charset.declared);
	assert_string_equal(page.document.charset.from, "default");
	assert_int_equal(run("text/html", 200, VIEW("<p>gr\u00FCn")), 0);
	assert_string_equal(page.document.charset.from, "detected");
	assert_int_equal(run("text/html; charset=iso-8859-1", 200, VIEW("<p>gr\u00FCn und sch\u00F6n")), 0);
	assert_string_equal(page.document.charset.used, "utf-8");
	assert_string_equal(page.document.charset.from, "overruled");
	assert_int_equal(run("text/html; charset=utf-16", 200, VIEW("<p>words without a NUL")), 0);
	assert_string_equal(page.document.charset.used, "utf-8");
	assert_string_equal(page.document.charset.from, "overruled");
	assert_true(view_ends(page.utf8, VIEW("words without a NUL")));
}

static void declarations_are_found_where_the_standard_looks(void **state)
{
	(void)state;
	static const struct {
		const char *markup;
		enum encoding encoding;
	} cases[] = {
		{ "<meta charset=utf-8>", ENCODING_UTF8 },
		{ "<!-- <meta charset=koi8-r> --><meta charset='euc-kr'>", ENCODING_EUC_KR },
		{ "<META HTTP-EQUIV=\"content-type\" CONTENT=\"text/html; charset = big5\">", ENCODING_BIG5 },
		{ "<meta content=\"text/html; charset=big5\">", ENCODING_NONE },
		{ "<meta name=x content=y><p title='<meta charset=koi8-r>'><meta charset=gb2312>", ENCODING_GBK },
		{ "<meta charset=utf-16>", ENCODING_UTF8 },
		{ "<?xml version='1.0' encoding='windows-1251'?><html>", ENCODING_WINDOWS_1251 },
		{ "<meta charset=nonsense><meta charset=ibm866>", ENCODING_IBM866 },
		{ "<meta charset=", ENCODING_NONE },
		{ "<p>charset=utf-8", ENCODING_NONE },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(declared_by_markup(view_of(cases[i].markup)).encoding, cases[i].encoding);
	assert_int_equal(declared_by_type(VIEW("text/html;charset=Shift_JIS;x=y")).encoding, ENCODING_SHIFT_JIS);
	assert_int_equal(declared_by_type(VIEW("text/html; charset='gb18030'")).encoding, ENCODING_GB18030);
	assert_int_equal(declared_by_type(VIEW("text/html")).encoding, ENCODING_NONE);
}

static void bad_bytes_are_replaced_and_counted(void **state)
{
	(void)state;
	/* Unicode 15, 3.9: one U+FFFD for each maximal part of a bad sequence. */
	char text[4000];
	size_t n = 0;
	for (int i = 0; i < 50; i++, n += 5)
		memcpy(text + n, "gr\u00FCn", 5);
	memcpy(text + n, "\xE2\x82z\xF0\x9F\x98", 6);
	assert_int_equal(run("text/plain; charset=utf-8", 0, view_make(text, n + 6)), 0);
	assert_string_equal(page.document.charset.used, "utf-8");
	assert_int_equal(page.document.charset.replaced, 2);
	assert_true(view_ends(page.utf8, VIEW("\uFFFDz\uFFFD")));
	/* More of them than one in ten: the rest is UTF-8 all the same. */
	assert_int_equal(
		run("text/plain; charset=utf-8", 0, VIEW("Die gr\u00F6\u00DFte Br\u00FCcke und M\xFCller")), 0);
	assert_string_equal(page.document.charset.used, "utf-8");
	assert_true(view_eq(page.utf8, VIEW("Die gr\u00F6\u00DFte Br\u00FCcke und M\uFFFDller")));
	assert_int_equal(run("text/html; charset=windows-1252", 200, VIEW("\x93quoted\x94 \x80 5 \x9D")), 0);
	assert_true(view_eq(page.utf8, VIEW("\u201Cquoted\u201D \u20AC 5 \xC2\x9D")));
}

/* UTF-8 read as windows-1252, written as UTF-8. */
static size_t encode_twice(const char *text, char *out)
{
	struct decoder *decoder = decoder_new();
	struct arena arena;
	struct view twice;
	uint32_t bad;
	arena_init(&arena, 1 << 20);
	assert_int_equal(decoder_run(decoder, &arena, ENCODING_WINDOWS_1252, view_of(text), &twice, &bad), 0);
	memcpy(out, twice.p, twice.n);
	arena_free(&arena);
	decoder_free(decoder);
	return twice.n;
}

static void text_encoded_twice_is_repaired(void **state)
{
	(void)state;
	char twice[16000];
	for (size_t i = 0; i < OWN_TEXTS; i++) {
		size_t n = encode_twice(own_texts[i].text, twice);
		assert_int_equal(run("text/plain; charset=utf-8", 0, view_make(twice, n)), 0);
		assert_true(view_eq(page.utf8, view_of(own_texts[i].text)));
		assert_int_equal(page.document.error_count, 1);
	}
}

static void a_broken_text_in_a_sound_template_is_repaired(void **state)
{
	(void)state;
	char twice[16000], page_text[20000], want[20000];
	size_t n = encode_twice(own_texts[2].text, twice);
	int total = snprintf(
		page_text, sizeof(page_text), "D\u00E9j\u00E0 lu \u2013 \u00A9 CAF\u00C9\u201D\n%.*s", (int)n, twice);
	snprintf(want, sizeof(want), "D\u00E9j\u00E0 lu \u2013 \u00A9 CAF\u00C9\u201D\n%s", own_texts[2].text);
	assert_int_equal(run("text/plain; charset=utf-8", 0, view_make(page_text, (size_t)total)), 0);
	assert_true(view_eq(page.utf8, view_of(want)));
}

static void text_that_only_looks_like_it_is_left_alone(void **state)
{
	(void)state;
	static const char *const fine[] = { "ROM\u00C2NI\u00C2\u00BB, S\u00C3O PAULO, CAF\u00C9\u201D",
		"The sign \u00E2\u20AC\u2122 stands for an apostrophe gone wrong: \u2019, and \u00C3\u00A9 for \u00E9.",
		"\u00E2\u20AC\u2122 is \u2019, \u00E2\u20AC\u0153 is \u201C, \u00C3\u00A9 is \u00E9, \u00C3\u00A8 is "
		"\u00E8, "
		"\u00C3\u00A7 is \u00E7, \u00C3\u00B6 is \u00F6.",
		"\u00C3 \u00C2 \u00E2", "na\u00EFve caf\u00E9 d\u00E9j\u00E0 vu" };
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		assert_int_equal(run("text/plain; charset=utf-8", 0, view_of(fine[i])), 0);
		assert_true(view_eq(page.utf8, view_of(fine[i])));
	}
	for (size_t i = 0; i < OWN_TEXTS; i++) {
		assert_int_equal(run("text/plain; charset=utf-8", 0, view_of(own_texts[i].text)), 0);
		assert_true(view_eq(page.utf8, view_of(own_texts[i].text)));
	}
}

static void a_body_over_the_ceiling_is_dropped(void **state)
{
	(void)state;
	size_t n = (size_t)LIMIT_BODY_BYTES + 1;
	char *text = malloc(n);
	memset(text, 'a', n);
	assert_int_equal(run("text/plain", 0, view_make(text, n)), GARNER_TOO_LARGE);
	free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_declared_type_decides_the_kind),
		TEST(the_content_decides_where_no_type_is_declared),
		TEST(binary_and_empty_input_is_dropped_by_name),
		TEST(utf16_with_a_mark_is_text),
		TEST(single_nuls_are_passed_over),
		TEST(the_decision_is_written_down),
		TEST(declarations_are_found_where_the_standard_looks),
		TEST(bad_bytes_are_replaced_and_counted),
		TEST(text_encoded_twice_is_repaired),
		TEST(a_broken_text_in_a_sound_template_is_repaired),
		TEST(text_that_only_looks_like_it_is_left_alone),
		TEST(a_body_over_the_ceiling_is_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
