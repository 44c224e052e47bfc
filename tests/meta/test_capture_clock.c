/* Days after the capture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "decode/decode.h"
#include "meta/meta.h"
#include "page.h"
#include "util/limits.h"

/* 2024-02-01T00:00:00Z */
enum { CAPTURED = 1706745600 };

/* What a page says that claims to be of @day; "-": nothing. */
static const char *published(const char *day, bool network, char *out, size_t size)
{
	static const struct stage *const stages[] = { &decode_stage, NULL, &meta_read_stage, &meta_decide_stage };
	struct engine engine = { 0 };
	struct error error = { 0 };
	struct page page = { 0 };
	char html[256];
	snprintf(html, sizeof(html), "<title>x</title><meta property=article:published_time content=%s>", day);
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &engine.options;
	page_reset(&page);
	page.kind = PAGE_HTML;
	page.body = page.capture.body = view_of(html);
	page.capture.url = view_of("https://example.org/a");
	page.capture.fetched = CAPTURED;
	page.capture.network = network;
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		void *state = NULL;
		if (stages[i] && stages[i]->open)
			assert_int_equal(stages[i]->open(&engine, &state, &error), 0);
		assert_int_equal(stages[i] ? stages[i]->run(state, &page) : dom_parse(&page), 0);
		if (stages[i] && stages[i]->close)
			stages[i]->close(state);
	}
	snprintf(out, size, "%s", page.document.published ? page.document.published : "-");
	arena_free(&page.arena);
	return out;
}

static void a_page_of_this_run_is_not_from_the_future(void **state)
{
	(void)state;
	char text[64];
	assert_string_equal(published("2024-01-31T10:00:00Z", true, text, sizeof(text)), "2024-01-31T10:00:00Z");
	/* It is tomorrow already east of here. */
	assert_string_equal(published("2024-02-01T13:00:00", true, text, sizeof(text)), "2024-02-01T13:00:00");
	assert_string_equal(published("2024-02-02", true, text, sizeof(text)), "-");
	assert_string_equal(published("2025-01-01", true, text, sizeof(text)), "-");
}

static void the_clock_of_an_archive_is_doubted_for_a_year(void **state)
{
	(void)state;
	char text[64];
	assert_string_equal(published("2024-12-31", false, text, sizeof(text)), "2024-12-31");
	assert_string_equal(published("2025-03-01", false, text, sizeof(text)), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_of_this_run_is_not_from_the_future),
		cmocka_unit_test(the_clock_of_an_archive_is_doubted_for_a_year),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
