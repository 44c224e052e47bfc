#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "extract/blocks.h"
#include "extract/html.h"
#include "util/limits.h"

static struct page page;
static struct garner_options options;
static const char *address; /* of the page; NULL: not known */

/* Markdown of @html with every block kept. */
static const char *render(const char *html)
{
	struct text_blocks blocks;
	struct view text;
	arena_free(&page.arena);
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &options;
	page_reset(&page);
	page.utf8 = view_of(html);
	page.capture.url = address ? view_of(address) : VIEW_NONE;
	page.kind = PAGE_HTML;
	assert_int_equal(dom_parse(&page), 0);
	assert_int_equal(blocks_read(&page, &blocks), 0);
	page.blocks = arena_calloc(&page.arena, blocks.count + 1, sizeof(*page.blocks));
	page.block_count = blocks.count;
	for (uint32_t i = 0; i < blocks.count; i++)
		page.blocks[i] = (struct block){ .text = blocks.items[i].text,
			.kind = blocks.items[i].kind,
			.level = blocks.items[i].level,
			.node = blocks.items[i].node,
			.last_node = blocks.items[i].last };
	assert_int_equal(markdown_render(&page, &text), 0);
	return text.n ? text.p : "";
}

static void renders_headings_links_and_emphasis(void **state)
{
	(void)state;
	assert_string_equal(
		render("<h2>Zwei</h2><p>Ein <b>fettes</b> und <em>schräges</em> <a href='/x y(1)'>Wort</a>.</p>"),
		"## Zwei\n\nEin **fettes** und *schräges* [Wort](/x%20y%281%29).\n");
	assert_string_equal(render("<p><a href='javascript:x()'>kein</a> <a href='#a'>Link</a></p>"), "kein Link\n");
	assert_string_equal(render("<p><code>a*b</code> und a*b</p>"), "`a*b` und a\\*b\n");
}

static void renders_lists_with_depth_and_numbers(void **state)
{
	(void)state;
	assert_string_equal(render("<ol><li>a<ul><li>b</ul><li>c</ol>"), "1. a\n    - b\n2. c\n");
}

static void renders_data_tables(void **state)
{
	(void)state;
	assert_string_equal(render("<table><tr><th>Ort<th>m</tr><tr><td>a|b<td><b>1</b></tr></table><p>x</p>"),
		"| Ort | m |\n| --- | --- |\n| a\\|b | **1** |\n\nx\n");
}

static void renders_quotes_and_code(void **state)
{
	(void)state;
	assert_string_equal(render("<blockquote><p>a</p><p>b</p></blockquote><pre>x\n ``` y</pre>"),
		"> a\n>\n> b\n\n````\nx\n ``` y\n````\n");
}

static void text_that_looks_like_markup_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(render("<p># kein Titel</p><p>1. Mai</p><p>- Strich</p><p>[x] &lt;b&gt; a_b _c_</p>"),
		"\\# kein Titel\n\n1\\. Mai\n\n\\- Strich\n\n\\[x\\] \\<b> a_b \\_c\\_\n");
}

static void links_are_absolute_where_the_address_is_known(void **state)
{
	(void)state;
	address = "https://example.org/news/2024/a.html";
	assert_string_equal(render("<p><a href='../b?c=1#d'>eins</a> <a href='//example.net/'>zwei</a> "
				   "<a href='mailto:a@example.org'>drei</a> <a href='#d'>vier</a></p>"),
		"[eins](https://example.org/news/b?c=1#d) [zwei](https://example.net/) "
		"[drei](mailto:a@example.org) vier\n");
	assert_string_equal(render("<head><base href='/other/'></head><p><a href='b'>eins</a></p>"),
		"[eins](https://example.org/other/b)\n");
	address = NULL;
	assert_string_equal(render("<p><a href='b'>eins</a></p>"), "[eins](b)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_headings_links_and_emphasis),
		cmocka_unit_test(renders_lists_with_depth_and_numbers),
		cmocka_unit_test(renders_data_tables),
		cmocka_unit_test(renders_quotes_and_code),
		cmocka_unit_test(text_that_looks_like_markup_is_escaped),
		cmocka_unit_test(links_are_absolute_where_the_address_is_known),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&page.arena);
	return failed;
}
