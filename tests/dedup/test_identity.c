#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "dedup/dedup.h"
#include "util/hash.h"
#include "util/limits.h"

static void expect(const char *answered, const char *canonical, const char *want)
{
	struct arena arena;
	struct view url;
	arena_init(&arena, 1 << 20);
	assert_int_equal(identity_url(&arena, view_of(answered), view_of(canonical), &url), 0);
	assert_string_equal(arena_strdup_view(&arena, url), want);
	arena_free(&arena);
}

static void the_pages_own_word_counts_where_it_names_the_same_page(void **state)
{
	(void)state;
	expect("http://www.a.example/news/story?utm_source=x", "https://a.example/news/story",
		"https://a.example/news/story");
	expect("https://m.a.example/story.html", "https://a.example/2020/story", "https://a.example/2020/story");
	expect("https://a.example/story/amp/", "https://a.example/story/", "https://a.example/story/");
	expect("https://a.example/story?page=2", "https://a.example/story", "https://a.example/story");
	expect("https://a.example/story", NULL, "https://a.example/story");
}

static void it_does_not_count_where_it_may_name_another(void **state)
{
	(void)state;
	static const char *const cases[][2] = { { "https://a.example/story", "https://a.example/" },
		{ "https://a.example/one", "https://a.example/two" },
		{ "https://a.example/story", "https://b.example/story" },
		{ "https://a.example/view?id=12345", "https://a.example/view" },
		{ "https://a.example/?p=17", "https://a.example/" }, { "https://a.example/story", "mailto:x" },
		{ "https://a.example/view?id=12345", "https://a.example/view?id=54321" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i][0], cases[i][1], cases[i][0]);
}

static void a_numbered_name_is_read(void **state)
{
	(void)state;
	uint8_t id[8];
	char hex[17];
	assert_true(identity_of_name(VIEW("x/y/000_10cd160a65ea45e7.txt"), id));
	hex_of(id, 8, hex);
	assert_string_equal(hex, "10cd160a65ea45e7");
	assert_true(identity_of_name(VIEW("1234567_00000000000000ff.html"), id));
	static const char *const none[] = { "00_10cd160a65ea45e7.txt", "000_10cd160a65ea45e7",
		"000_10CD160a65ea45e7.txt", "000-10cd160a65ea45e7.txt", "000_10cd160a65ea45e.txt",
		"000_10cd160a65ea45e77.txt", "a000_10cd160a65ea45e7.txt", "", "000_10cd160a65ea45e7.d/x.txt" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(identity_of_name(view_of(none[i]), id));
}

static void digest(struct page *page, const char *url, const char *file, const char *record)
{
	page_reset(page);
	page->capture.body = VIEW("<p>Raw.");
	page->capture.url = view_of(url);
	page->capture.file = view_of(file);
	page->capture.record = view_of(record);
	page->document.text = "Text.";
	page->document.text_size = 5;
	page->member = VIEW("Title\n\nText.\n");
	void *state;
	struct engine engine = { .rules = NULL };
	assert_int_equal(digest_stage.open(&engine, &state, NULL), 0);
	assert_int_equal(digest_stage.run(state, page), 0);
}

static void the_id_comes_from_name_url_or_bytes(void **state)
{
	(void)state;
	struct page page = { 0 };
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	uint8_t want[32];
	char hex[17];
	digest(&page, NULL, "a/007_10cd160a65ea45e7.txt", NULL);
	assert_string_equal(page.document.id, "10cd160a65ea45e7");
	digest(&page, "https://a.example/x", "a/007_10cd160a65ea45e7.warc", "<urn:uuid:1>");
	sha256_of(VIEW("https://a.example/x"), want);
	hex_of(want, 8, hex);
	assert_string_equal(page.document.id, hex);
	digest(&page, "HTTPS://A.example:443/x?utm_medium=m#top", NULL, NULL);
	assert_string_equal(page.document.id, hex);
	digest(&page, NULL, "page.html", NULL);
	sha256_of(VIEW("<p>Raw."), want);
	hex_of(want, 8, hex);
	assert_string_equal(page.document.id, hex);
	assert_memory_equal(page.document.sha256_raw, hex, 16);
	sha256_of(VIEW("Title\n\nText.\n"), want);
	assert_memory_equal(page.sha256, want, 32);
	assert_int_equal(strlen(page.document.sha256), 64);
	assert_non_null(page.minhash);
	arena_free(&page.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pages_own_word_counts_where_it_names_the_same_page),
		cmocka_unit_test(it_does_not_count_where_it_may_name_another),
		cmocka_unit_test(a_numbered_name_is_read),
		cmocka_unit_test(the_id_comes_from_name_url_or_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
