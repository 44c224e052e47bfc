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

static void numbers_go_on_behind_inner_lists_and_from_where_the_list_starts(void **state)
{
	(void)state;
	assert_string_equal(render("<ol><li>a<ol><li>b<li>c</ol><li>d<ol><li>e</ol><li>f</ol>"),
		"1. a\n    1. b\n    2. c\n2. d\n    1. e\n3. f\n");
	assert_string_equal(
		render("<ol><li>uno<li>dos</ol><p>pausa</p><ol start=3><li>tres<li value=7>siete<li>ocho</ol>"),
		"1. uno\n2. dos\n\npausa\n\n3. tres\n7. siete\n8. ocho\n");
	assert_string_equal(
		render("<ol start=-5><li>a</ol><p>x</p><ol start=4294967297><li>b</ol>"), "1. a\n\nx\n\n1. b\n");
}

static void a_table_is_as_wide_as_its_widest_row(void **state)
{
	(void)state;
	assert_string_equal(render("<table><tr><th colspan=3>Sezon<tr><th>m<th>a<th>b<tr><td>1<td colspan=2>2</table>"),
		"| Sezon |  |  |\n| --- | --- | --- |\n| m | a | b |\n| 1 | 2 |  |\n");
	assert_string_equal(render("<table><tr><th>a<th>b<tr><td rowspan=2>x<td>1<tr><td>2<tr><td>y<td>3</table>"),
		"| a | b |\n| --- | --- |\n| x | 1 |\n|  | 2 |\n| y | 3 |\n");
}

static void what_is_hidden_in_a_cell_stays_out(void **state)
{
	(void)state;
	assert_string_equal(render("<table><tr><th>Day<th>n<tr><td>Mon<span style='display:none'>20230102</span><td>"
				   "<ruby>四<rt>よん</rt></ruby></table>"),
		"| Day | n |\n| --- | --- |\n| Mon | 四 |\n");
	assert_string_equal(render("<p>日本<ruby>語<rt>ご</rt></ruby>の<a href='/b'>文</a><span hidden>x</span></p>"),
		"日本語の[文](/b)\n");
}

static void lists_headings_and_code_stand_in_their_quotation(void **state)
{
	(void)state;
	assert_string_equal(
		render("<blockquote><p>a</p><ul><li>b<li>c</ul><pre>d\n\ne</pre><blockquote><p>f</blockquote>"
		       "</blockquote><p>g</p>"),
		"> a\n>\n> - b\n> - c\n>\n> ```\n> d\n>\n> e\n> ```\n>\n> > f\n\ng\n");
}

static void code_says_its_language(void **state)
{
	(void)state;
	assert_string_equal(
		render("<pre><code class='hljs language-python'>x = 1</code></pre>"), "```python\nx = 1\n```\n");
	assert_string_equal(
		render("<div class='highlight-c notranslate'><div class=highlight><pre>int x;</pre></div></div>"),
		"```c\nint x;\n```\n");
	assert_string_equal(render("<pre class='lang-a`b language-text'>x</pre>"), "```\nx\n```\n");
	assert_string_equal(render("<p><code>a`b</code></p>"), "`` a`b ``\n");
}

static void a_link_holds_all_of_its_words(void **state)
{
	(void)state;
	assert_string_equal(render("<p>avec <a href='/plan'><b>un plan</b> détaillé</a> du quartier</p>"),
		"avec [**un plan** détaillé](/plan) du quartier\n");
	assert_string_equal(render("<p><a href=/a>eins</a><a href=/b>zwei</a> <a href='#c'>drei</a></p>"),
		"[eins](/a) [zwei](/b) drei\n");
}

static void emphasis_is_marked_where_a_reader_sees_it(void **state)
{
	(void)state;
	assert_string_equal(render("<p>店主は<b>「石窯」</b>と言い、<b>毎朝</b>焼く。</p>"),
		"店主は「石窯」と言い、**毎朝**焼く。\n");
	assert_string_equal(
		render("<p>sagte <b>„ja“</b> und <i>ging</i>, <b>so!</b></p>"), "sagte **„ja“** und *ging*, **so!**\n");
}

static void references_that_are_text_stay_text(void **state)
{
	(void)state;
	assert_string_equal(render("<p>&amp;copy; R&amp;D &amp;#169; a&amp;b</p>"), "\\&copy; R&D \\&#169; a&b\n");
	assert_string_equal(render("<h3> a <a href='#x' class=anchor>#</a></h3>"), "### a\n");
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

static void links_hold_no_credentials(void **state)
{
	(void)state;
	const char *const addresses[] = { "https://example.org/news/", NULL };
	for (int i = 0; i < 2; i++) {
		address = addresses[i];
		assert_string_equal(render("<p><a href='https://me:word@example.net/a@b'>eins</a></p>"),
			"[eins](https://example.net/a@b)\n");
		assert_null(strstr(render("<p><a href='//me:word@example.net/'>zwei</a></p>"), "word"));
		assert_null(strstr(render("<p><a href='https:\\\\me:word@example.net/'>drei</a></p>"), "word"));
		assert_non_null(strstr(render("<p><a href='/@me/1'>vier</a></p>"), "/@me/1"));
		assert_string_equal(
			render("<p><a href='mailto:a@example.org'>acht</a></p>"), "[acht](mailto:a@example.org)\n");
	}
	address = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders_headings_links_and_emphasis),
		cmocka_unit_test(renders_lists_with_depth_and_numbers),
		cmocka_unit_test(renders_data_tables),
		cmocka_unit_test(renders_quotes_and_code),
		cmocka_unit_test(text_that_looks_like_markup_is_escaped),
		cmocka_unit_test(numbers_go_on_behind_inner_lists_and_from_where_the_list_starts),
		cmocka_unit_test(a_table_is_as_wide_as_its_widest_row),
		cmocka_unit_test(what_is_hidden_in_a_cell_stays_out),
		cmocka_unit_test(lists_headings_and_code_stand_in_their_quotation),
		cmocka_unit_test(code_says_its_language),
		cmocka_unit_test(a_link_holds_all_of_its_words),
		cmocka_unit_test(emphasis_is_marked_where_a_reader_sees_it),
		cmocka_unit_test(references_that_are_text_stay_text),
		cmocka_unit_test(links_are_absolute_where_the_address_is_known),
		cmocka_unit_test(links_hold_no_credentials),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&page.arena);
	return failed;
}
