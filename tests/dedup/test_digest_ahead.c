#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "dedup/dedup.h"
#include "util/hash.h"
#include "util/limits.h"

/* Bodies of a run, of lengths on both sides of whole blocks. */
static const size_t lengths[] = { 5000, 64, 0, 12800, 63, 4096, 4097, 1, 9000, 128, 70000 };
enum { COUNT = sizeof(lengths) / sizeof(lengths[0]) };

static char bytes[80000];

static void open_page(struct page *page, size_t i)
{
	arena_init(&page->arena, LIMIT_PAGE_MEMORY);
	page_reset(page);
	page->capture.body = view_make(bytes + i * 17, lengths[i]);
	page->capture.url = VIEW("https://example.org/story");
	page->document.text = "";
}

static void expect_digest(struct page *page)
{
	uint8_t digest[32];
	char hex[65];
	sha256_of(page->capture.body, digest);
	hex_of(digest, sizeof(digest), hex);
	assert_int_equal(digest_stage.run(NULL, page), 0);
	assert_string_equal(page->document.sha256_raw, hex);
}

static void digests_begun_ahead_are_those_of_the_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * i >> 3);
	for (size_t ahead = 0; ahead < 4; ahead++) {
		struct page pages[COUNT] = { 0 };
		for (size_t i = 0; i < COUNT; i++)
			open_page(&pages[i], i);
		for (size_t i = 0; i < COUNT; i++) {
			for (size_t next = i + 1; next < COUNT && next <= i + ahead; next++)
				digest_ahead(&pages[i], &pages[next]);
			expect_digest(&pages[i]);
		}
		for (size_t i = 0; i < COUNT; i++)
			arena_free(&pages[i].arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_begun_ahead_are_those_of_the_bodies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
