#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "extract/blocks.h"
#include "extract/decide.h"
#include "extract/features.h"
#include "meta/meta.h"
#include "util/limits.h"

#define PARAGRAPH(words)                                                                                               \
	"<p>" words " The council heard the report of the harbour master before it voted on the new pier.</p>"

static struct page page;
static struct garner_options options;
static struct evidence evidence; /* what the page says of itself */

/* What stays of @html, "1" or "0" a block, when its blocks have the scores in @percent. */
static const char *decide(const char *html, const int *percent, size_t count)
{
	static char out[64];
	struct text_blocks blocks;
	struct features features;
	arena_free(&page.arena);
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &options;
	page_reset(&page);
	page.utf8 = view_of(html);
	page.kind = PAGE_HTML;
	page.evidence = &evidence;
	assert_int_equal(dom_parse(&page), 0);
	assert_int_equal(blocks_read(&page, &blocks), 0);
	assert_int_equal(features_read(&page, &blocks, &features), 0);
	assert_int_equal(blocks.count, count);
	assert_true(count < sizeof(out));
	uint16_t p[sizeof(out)];
	uint8_t keep[sizeof(out)];
	for (size_t i = 0; i < count; i++)
		p[i] = (uint16_t)(percent[i] * 65535 / 100);
	decide_body(&features, p, keep);
	for (size_t i = 0; i < count; i++)
		out[i] = keep[i] ? '1' : '0';
	out[count] = 0;
	return out;
}

#define DECIDE(html, ...) decide(html, (const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

static int teardown(void **state)
{
	(void)state;
	arena_free(&page.arena);
	page = (struct page){ 0 };
	evidence = (struct evidence){ 0 };
	return 0;
}

#define TABLE                                                                                                          \
	"<table><thead><tr><th>Pier</th><th>Berths</th></tr></thead><tbody>"                                           \
	"<tr><td>North pier</td><td>14</td></tr><tr><td>South pier</td><td>22</td></tr>"                               \
	"<tr><td>Old dock</td><td>6</td></tr></tbody></table>"

static void rows_of_a_table_stay_where_half_of_their_words_do(void **state)
{
	(void)state;
	const char *html = PARAGRAPH("One.") TABLE PARAGRAPH("Two.");
	assert_string_equal(DECIDE(html, 95, 90, 90, 90, 5, 95), "111111");
	assert_string_equal(DECIDE(html, 95, 5, 90, 90, 90, 95), "111111");
	assert_string_equal(DECIDE(html, 95, 5, 5, 5, 90, 95), "100011");
	assert_string_equal(DECIDE(html, 95, 5, 5, 5, 5, 95), "100001");
}

static void rows_of_another_table_do_not_count(void **state)
{
	(void)state;
	const char *html = PARAGRAPH("One.") TABLE PARAGRAPH("Two.") TABLE PARAGRAPH("Three.");
	assert_string_equal(DECIDE(html, 95, 90, 90, 90, 5, 95, 5, 5, 5, 5, 95), "11111100001");
}

#define CODE "<pre>berth_free(pier, 14);</pre>"
#define NOTE "<p>Since version 3.</p>"

static void what_stands_between_code_stays_by_little(void **state)
{
	(void)state;
	assert_string_equal(DECIDE(PARAGRAPH("One.") CODE NOTE PARAGRAPH("Two."), 95, 90, 15, 95), "1111");
	assert_string_equal(DECIDE(PARAGRAPH("One.") CODE NOTE PARAGRAPH("Two."), 95, 90, 5, 95), "1101");
	assert_string_equal(DECIDE(PARAGRAPH("One.") NOTE PARAGRAPH("Two."), 95, 15, 95), "101");
	assert_string_equal(DECIDE(NOTE PARAGRAPH("One.") CODE PARAGRAPH("Two.") NOTE, 15, 95, 90, 95, 15), "01110");
}

static void what_stands_between_paragraphs_stays_but_in_articles(void **state)
{
	(void)state;
	const char *html = PARAGRAPH("One.") NOTE PARAGRAPH("Two.");
	assert_string_equal(DECIDE(html, 95, 45, 95), "111");
	evidence.og_type = VIEW("article");
	assert_string_equal(DECIDE(html, 95, 45, 95), "101");
}

#define SECTION(text) "<section class=\"part\"><h2>" text "</h2>" PARAGRAPH(text) "</section>"

static void sections_of_a_manual_stay_together(void **state)
{
	(void)state;
	assert_string_equal(
		DECIDE(SECTION("One.") SECTION("Two.") CODE SECTION("Three.") NOTE, 60, 95, 60, 95, 90, 20, 8, 20),
		"11111110");
	assert_string_equal(
		DECIDE(SECTION("One.") SECTION("Two.") SECTION("Three.") NOTE, 60, 95, 60, 95, 20, 8, 20), "1111000");
}

#define HARBOUR "the number of the harbour as the register of all ports has it"

static void rows_and_sure_items_may_be_said_again(void **state)
{
	(void)state;
	const char *table = "<table><tr><th>Field</th><th>Meaning</th></tr>"
			    "<tr><td>from</td><td>" HARBOUR "</td></tr><tr><td>from</td><td>" HARBOUR "</td></tr>"
			    "<tr><td>from</td><td>" HARBOUR "</td></tr></table>";
	const char *list = PARAGRAPH("One.") PARAGRAPH("Two.") "<ul><li>" HARBOUR "<li>" HARBOUR "<li>" HARBOUR "</ul>";
	const char *plain = PARAGRAPH("One.") PARAGRAPH("Two.") "<div><p>" HARBOUR "<p>" HARBOUR "<p>" HARBOUR "</div>";
	assert_string_equal(DECIDE(table, 90, 90, 90, 90), "1111");
	assert_string_equal(DECIDE(list, 95, 95, 90, 90, 90), "11111");
	assert_string_equal(DECIDE(list, 95, 95, 70, 70, 70), "11000");
	assert_string_equal(DECIDE(plain, 95, 95, 90, 90, 90), "11000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(rows_of_a_table_stay_where_half_of_their_words_do, teardown),
		cmocka_unit_test_teardown(rows_of_another_table_do_not_count, teardown),
		cmocka_unit_test_teardown(what_stands_between_code_stays_by_little, teardown),
		cmocka_unit_test_teardown(what_stands_between_paragraphs_stays_but_in_articles, teardown),
		cmocka_unit_test_teardown(sections_of_a_manual_stay_together, teardown),
		cmocka_unit_test_teardown(rows_and_sure_items_may_be_said_again, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
