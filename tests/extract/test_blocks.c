#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "extract/blocks.h"
#include "util/limits.h"

static struct page page;
static struct garner_options options;
static struct text_blocks blocks;

/* Blocks of @html, one a line: "kind level|flags that are asked for|text". */
static const char *read_html(const char *html)
{
	arena_free(&page.arena);
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &options;
	page_reset(&page);
	page.utf8 = view_of(html);
	page.kind = PAGE_HTML;
	assert_int_equal(dom_parse(&page), 0);
	assert_int_equal(blocks_read(&page, &blocks), 0);
	char *out = arena_alloc(&page.arena, strlen(html) * 3 + 64);
	size_t n = 0;
	for (uint32_t i = 0; i < blocks.count; i++)
		n += (size_t)sprintf(
			out + n, "%s%.*s", i ? "\n" : "", (int)blocks.items[i].text.n, blocks.items[i].text.p);
	out[n] = 0;
	return out;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&page.arena);
	page = (struct page){ 0 };
	return 0;
}

static void keeps_words_whole_at_inline_tags(void **state)
{
	(void)state;
	assert_string_equal(
		read_html("<p>Un<b>glaub</b>lich, <i>sagte</i> sie<span>.</span></p>"), "Unglaublich, sagte sie.");
	assert_string_equal(read_html("<p><span>D</span>rei \n\t Wörter<sup>2</sup></p>"), "Drei Wörter2");
	assert_string_equal(read_html("<p>日本<ruby>語<rt>ご</rt></ruby>の文</p>"), "日本語の文");
}

static void puts_a_space_between_anchors_side_by_side(void **state)
{
	(void)state;
	assert_string_equal(read_html("<div><a href=/a>Start</a><a href=/b>Sport</a></div>"), "Start Sport");
	assert_string_equal(read_html("<p>Das <a href=/a>Haus</a>tier</p>"), "Das Haustier");
	assert_int_equal(blocks.items[0].links, 1);
	assert_int_equal(blocks.items[0].link_bytes, 4);
}

static void what_leads_to_a_heading_is_no_text_of_it(void **state)
{
	(void)state;
	assert_string_equal(
		read_html("<h2>Ábra<a class=headerlink href='#abra'>¶</a></h2><h3><a href='p.html#x'>#</a> Második"
			  "</h3><h4>Vége <a href='#v'>🔗</a></h4>"),
		"Ábra\nMásodik\nVége");
	assert_string_equal(
		read_html("<dl><dt>ferry.start(fuel)<a href='#f'>¶</a><dd>Starts it. <a href='#n'>*</a></dl>"),
		"ferry.start(fuel)\nStarts it. *");
	assert_string_equal(
		read_html("<h2><span id=a>Історія</span><span class=mw-editsection>[<a href='/w?action=edit'>ред.</a>]"
			  "</span></h2>"),
		"Історія");
	assert_string_equal(
		read_html("<div class='mw-heading mw-heading2'><h2 id=a>Historia</h2><span class=mw-editsection>[<a"
			  " href='/w?action=edit'>edytuj</a>]</span></div><p>Młyn stoi od 1847 roku.</p>"),
		"Historia\nMłyn stoi od 1847 roku.");
	assert_string_equal(
		read_html("<div class=heading><h3>Usage</h3><a href='#usage' class=anchor>¶</a></div>"), "Usage");
	assert_string_equal(read_html("<div><h3>Usage</h3><a href='#more'>More</a></div>"), "Usage\nMore");
	assert_string_equal(read_html("<h2><a href='#c'>C#</a> &amp; <a href='#1'>1</a></h2>"), "C# & 1");
}

static void borders_are_block_elements_and_line_breaks(void **state)
{
	(void)state;
	assert_string_equal(
		read_html("<div>eins<p>zwei</p>drei<div>vier</div>fünf</div>"), "eins\nzwei\ndrei\nvier\nfünf");
	assert_string_equal(
		read_html("<p>Strasse 1<br>8000 Zürich<br><br>Telefon</p>"), "Strasse 1\n8000 Zürich\nTelefon");
	assert_false(blocks.items[1].flags & TEXT_GAP);
	assert_true(blocks.items[2].flags & TEXT_GAP);
	assert_string_equal(read_html("<h2>Zwei<br>Zeilen</h2>"), "Zwei Zeilen");
	assert_int_equal(blocks.items[0].kind, BLOCK_HEADING);
	assert_int_equal(blocks.items[0].level, 2);
}

static void nothing_visible_is_no_block(void **state)
{
	(void)state;
	assert_string_equal(read_html("<p>&nbsp;</p><p> \n </p><p>\xe2\x80\x8b</p><p>&shy;</p><p>x</p>"), "x");
	assert_string_equal(
		read_html("<select><option>Deutsch</select><textarea>a</textarea><p>b</p><svg><text>c</text></svg>"),
		"b");
}

static void rows_of_a_data_table_are_lines(void **state)
{
	(void)state;
	assert_string_equal(read_html("<table><caption>Stand</caption><tr><th>Ort<th>Höhe</tr>"
				      "<tr><td><p>Bern</p><td>540&thinsp;m<br>ü. M.</tr><tr><td><td>1</tr></table>"),
		"Stand\nOrt | Höhe\nBern | 540\xe2\x80\x89m ü. M.\n1");
	assert_int_equal(blocks.items[0].kind, BLOCK_CAPTION);
	assert_int_equal(blocks.items[2].kind, BLOCK_ROW);
}

static void a_table_that_lays_out_a_page_is_none(void **state)
{
	(void)state;
	assert_string_equal(
		read_html("<table><tr><td>Menü<td><h1>Titel</h1><p>Text</p></tr><tr><td>a<td>b</tr></table>"),
		"Menü\nTitel\nText\na\nb");
	assert_true(blocks.items[0].flags & TEXT_TABLE);
	assert_string_equal(read_html("<table role=presentation><tr><td>1<td>2<tr><td>3<td>4</table>"), "1\n2\n3\n4");
}

static void items_know_their_depth(void **state)
{
	(void)state;
	assert_string_equal(read_html("<ol><li>a<ul><li>b</ul>c<li><p>d</p><p>e</p></ol>"), "a\nb\nc\nd\ne");
	static const uint8_t kinds[] = { BLOCK_ITEM, BLOCK_ITEM, BLOCK_PARAGRAPH, BLOCK_ITEM, BLOCK_PARAGRAPH };
	static const uint8_t levels[] = { 1, 2, 1, 1, 1 };
	for (int i = 0; i < 5; i++) {
		assert_int_equal(blocks.items[i].kind, kinds[i]);
		assert_int_equal(blocks.items[i].level, levels[i]);
	}
	assert_true(blocks.items[0].flags & TEXT_ORDERED);
	assert_false(blocks.items[1].flags & TEXT_ORDERED);
}

static void hidden_text_is_known(void **state)
{
	(void)state;
	read_html("<div hidden>a</div><div style='color:red; display : none'>b</div><div aria-hidden=true>c</div>"
		  "<noscript><p>d</p></noscript><details><summary>e</summary>f</details><p>g</p>");
	static const uint32_t flags[] = { TEXT_HIDDEN, TEXT_HIDDEN, TEXT_ARIA_HIDDEN, TEXT_NOSCRIPT, TEXT_LABEL,
		TEXT_DETAILS, 0 };
	assert_int_equal(blocks.count, 7);
	for (uint32_t i = 0; i < 7; i++)
		assert_int_equal(blocks.items[i].flags &
					 (TEXT_HIDDEN | TEXT_ARIA_HIDDEN | TEXT_NOSCRIPT | TEXT_DETAILS | TEXT_LABEL),
			flags[i]);
	assert_string_equal(read_html("<p>sichtbar<span style=\"display:none\"> und nicht</span></p>"), "sichtbar");
}

static void code_keeps_its_lines(void **state)
{
	(void)state;
	assert_string_equal(read_html("<pre><code>\n  if (a)\n\t  b();\n\n</code></pre>"), "  if (a)\n\t  b();");
	assert_int_equal(blocks.items[0].kind, BLOCK_CODE);
}

static void quotes_and_captions_are_told_apart(void **state)
{
	(void)state;
	read_html("<blockquote><p>q</p></blockquote><figure><img src=x><figcaption>c</figcaption></figure>");
	assert_int_equal(blocks.items[0].kind, BLOCK_QUOTE);
	assert_int_equal(blocks.items[1].kind, BLOCK_CAPTION);
	assert_true(blocks.items[1].flags & TEXT_FIGURE);
}

static void boxes_hold_their_blocks(void **state)
{
	(void)state;
	read_html("<body><div><p>a</p><p>b</p></div><div></div><section>c</section>");
	for (uint32_t i = 1; i < blocks.box_count; i++) {
		const struct box *box = &blocks.boxes[i], *up = &blocks.boxes[box->parent];
		assert_true(box->parent < i);
		assert_true(box->first < box->end);
		assert_true(up->first <= box->first && box->end <= up->end);
	}
	assert_int_equal(blocks.boxes[0].end, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(blocks.boxes[blocks.items[i].box].first <= i && i < blocks.boxes[blocks.items[i].box].end);
}

static void a_page_of_tags_alone_has_no_blocks(void **state)
{
	(void)state;
	assert_string_equal(read_html(""), "");
	assert_string_equal(read_html("<html><head><title>t</title><body><br><br><hr><img alt=x>"), "");
}

static void more_blocks_than_the_ceiling_are_left_out(void **state)
{
	(void)state;
	size_t n = LIMIT_BLOCKS + 10;
	char *html = malloc(n * 4 + 1);
	for (size_t i = 0; i < n; i++)
		memcpy(html + i * 4, "<p>x", 5);
	read_html(html);
	assert_int_equal(blocks.count, LIMIT_BLOCKS);
	assert_true(blocks.cut);
	free(html);
}

/* Spaces are put together wherever they stand in what is copied at a time. */
static void runs_of_spaces_are_one_wherever_they_stand(void **state)
{
	static const char *const runs[] = { " ", "  ", "\n", " \t", "\n\n                    ", "\f ", "\t\t\t\t" };
	(void)state;
	for (size_t before = 0; before < 40; before++)
		for (size_t k = 0; k < sizeof(runs) / sizeof(runs[0]); k++)
			for (size_t behind = 0; behind < 40; behind += 7) {
				char html[256], wanted[128];
				size_t n = (size_t)sprintf(html, "<p><b>"), m = 0;
				for (size_t i = 0; i < before; i++)
					wanted[m++] = html[n++] = i % 6 == 5 ? ' ' : 'a';
				bool open = m && wanted[m - 1] != ' ';
				n += (size_t)sprintf(html + n, "%s", runs[k]);
				if (open && behind)
					wanted[m++] = ' ';
				for (size_t i = 0; i < behind; i++)
					wanted[m++] = html[n++] = 'b';
				while (m && wanted[m - 1] == ' ')
					m--;
				wanted[m] = 0;
				sprintf(html + n, "</b></p>");
				assert_string_equal(read_html(html), wanted);
				size_t words = 0;
				for (size_t i = 0; i < m; i++)
					words += wanted[i] != ' ';
				if (m)
					assert_int_equal(blocks.items[0].bold_bytes, words);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(keeps_words_whole_at_inline_tags, teardown),
		cmocka_unit_test_teardown(puts_a_space_between_anchors_side_by_side, teardown),
		cmocka_unit_test_teardown(what_leads_to_a_heading_is_no_text_of_it, teardown),
		cmocka_unit_test_teardown(borders_are_block_elements_and_line_breaks, teardown),
		cmocka_unit_test_teardown(nothing_visible_is_no_block, teardown),
		cmocka_unit_test_teardown(rows_of_a_data_table_are_lines, teardown),
		cmocka_unit_test_teardown(a_table_that_lays_out_a_page_is_none, teardown),
		cmocka_unit_test_teardown(items_know_their_depth, teardown),
		cmocka_unit_test_teardown(hidden_text_is_known, teardown),
		cmocka_unit_test_teardown(code_keeps_its_lines, teardown),
		cmocka_unit_test_teardown(quotes_and_captions_are_told_apart, teardown),
		cmocka_unit_test_teardown(boxes_hold_their_blocks, teardown),
		cmocka_unit_test_teardown(a_page_of_tags_alone_has_no_blocks, teardown),
		cmocka_unit_test_teardown(more_blocks_than_the_ceiling_are_left_out, teardown),
		cmocka_unit_test_teardown(runs_of_spaces_are_one_wherever_they_stand, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
