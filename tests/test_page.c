/* Words about a page may be shown and kept whatever the page is made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "page.h"
#include "util/limits.h"
#include "util/utf8.h"

static void begin(struct page *page)
{
	memset(page, 0, sizeof(*page));
	arena_init(&page->arena, LIMIT_PAGE_MEMORY);
	page_reset(page);
}

static void words_that_quote_bytes_are_text(void **state)
{
	struct page page;
	(void)state;
	begin(&page);
	assert_int_equal(page_drop(&page, GARNER_BAD_JSON, "near '%s'",
				 "Br\xFC"
				 "cke \xC3\xA9 \x1B[31m\xC2\x9B"),
		GARNER_BAD_JSON);
	assert_string_equal(page.detail, "near 'Br\\xFCcke \xC3\xA9 \\x1B[31m\\xC2\\x9B'");
	page_note(&page, "line %d\tof\x7F", 2);
	assert_string_equal(page.errors[0], "line 2\\x09of\\x7F");
	arena_free(&page.arena);
}

static void words_of_libraries_end_without_a_line(void **state)
{
	struct page page;
	(void)state;
	begin(&page);
	page_drop(&page, GARNER_BAD_ARCHIVE, "a member is cut\n\n");
	assert_string_equal(page.detail, "a member is cut");
	page_drop(&page, GARNER_BAD_ARCHIVE, "one\ntwo\n");
	assert_string_equal(page.detail, "one\\x0Atwo");
	arena_free(&page.arena);
}

static void long_words_are_cut_between_letters_or_said_in_bytes(void **state)
{
	struct page page;
	char words[1024];
	(void)state;
	begin(&page);
	for (size_t i = 0; i + 1 < sizeof(words); i += 2)
		memcpy(words + i, "\xD0\xB6", 2);
	words[sizeof(words) - 1] = 0;
	page_drop(&page, GARNER_BAD_URL, "%s", words);
	assert_true(strlen(page.detail) >= 510);
	assert_true(utf8_is_valid(view_of(page.detail)));
	arena_free(&page.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_that_quote_bytes_are_text),
		cmocka_unit_test(words_of_libraries_end_without_a_line),
		cmocka_unit_test(long_words_are_cut_between_letters_or_said_in_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
