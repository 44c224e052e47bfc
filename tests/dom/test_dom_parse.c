#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "dom_text.h"

/* @html parsed both ways gives @want, up to the indentation that the table shows. */
static void expect(const char *html, const char *want)
{
	for (int full = 0; full < 2; full++) {
		struct garner_options options = { .full_parse = full };
		struct page page;
		struct buf out = BUF_INIT(1 << 20);
		assert_int_equal(dom_text_parse(&page, &options, view_of(html)), 0);
		dom_text_write(page.dom, &out);
		assert_string_equal(buf_str(&out), want);
		buf_free(&out);
		arena_free(&page.arena);
	}
}

static void gives_nodes_in_document_order(void **state)
{
	(void)state;
	expect("<!doctype html><title>Tide</title><p>Low <b>water</b> at 6:10.",
		"<html>\n  <head>\n    <title>\n      \"Tide\"\n  <body>\n    <p>\n      \"Low \"\n"
		"      <b>\n        \"water\"\n      \" at 6:10.\"\n");
}

static void keeps_listed_attributes_with_references_resolved(void **state)
{
	(void)state;
	expect("<body><a href='/q?a=1&amp;b=2&copy=3' onclick=x() class=\"x  y\" hidden data-x=1>g&ouml;r</a>",
		"<html>\n  <head>\n  <body>\n    <a href=\"/q?a=1&b=2&copy=3\" class=\"x  y\" hidden=\"\">\n"
		"      \"gör\"\n");
}

static void first_of_two_equal_attributes_counts(void **state)
{
	(void)state;
	expect("<body><p ID=one id=two CLASS=a class=b>x",
		"<html>\n  <head>\n  <body>\n    <p id=\"one\" class=\"a\">\n      \"x\"\n");
}

static void leaves_out_scripts_styles_comments_and_templates(void **state)
{
	(void)state;
	expect("<body>a<script>if (1 < 2) '</p>'</script>b<!-- c -->d<style>p{}</style>"
	       "<template><p>t</p></template>e",
		"<html>\n  <head>\n  <body>\n    \"abde\"\n");
}

/* What a browser without frames shows; a notice alone leaves the frames as they are. */
static void reads_what_a_page_of_frames_says_without_them(void **state)
{
	(void)state;
	static const char line[] = "The pond, the sluice and the mill at Lower Wick are looked after by forty people.";
	char html[2048], want[2048];
	snprintf(html, sizeof(html),
		"<title>Mill</title><FRAMESET cols='9,*'><frame src=m><NOFRAMES><body><h1>Mill</h1>"
		"<p>%s<p>%s<p>%s<p>%s</body></NOFRAMES></FRAMESET>",
		line, line, line, line);
	snprintf(want, sizeof(want),
		"<html>\n  <head>\n    <title>\n      \"Mill\"\n  <body>\n    <h1>\n      \"Mill\"\n    <p>\n      "
		"\"%s\"\n"
		"    <p>\n      \"%s\"\n    <p>\n      \"%s\"\n    <p>\n      \"%s\"\n",
		line, line, line, line);
	expect(html, want);
	expect("<title>Mill</title><frameset><frame src=m><noframes>Frames are needed.</noframes></frameset>",
		"<html>\n  <head>\n    <title>\n      \"Mill\"\n  <frameset>\n    <frame src=\"m\">\n    <noframes>\n");
}

static void empties_drawings_and_frames(void **state)
{
	(void)state;
	expect("<body><svg viewBox='0 0 1 1'><title>Pfeil</title><path/></svg>x<iframe src=u>&lt;p></iframe>",
		"<html>\n  <head>\n  <body>\n    <svg>\n    \"x\"\n    <iframe src=\"u\">\n");
}

static void keeps_scripts_that_hold_data(void **state)
{
	(void)state;
	expect("<head><script type='application/ld+json; charset=utf-8'>{\"a\":1}</script>"
	       "<script id=d type=application/json>[2]</script><script>track({})</script></head>",
		"<html>\n  <head>\n  <body>\nscript json-ld \"\" \"{\\\"a\\\":1}\"\nscript json \"d\" \"[2]\"\n");
}

static void keeps_a_large_assignment_as_state(void **state)
{
	(void)state;
	char html[1024], want[1200];
	char filler[600];
	memset(filler, 'x', sizeof(filler));
	snprintf(html, sizeof(html),
		"<body><script>window.__S__ = {\"a\":\"%.600s\"};</script><script>var a = 1</script>", filler);
	snprintf(want, sizeof(want),
		"<html>\n  <head>\n  <body>\nscript state \"\" \"window.__S__ = {\\\"a\\\":\\\"%.600s\\\"};\"\n",
		filler);
	expect(html, want);
}

static void text_before_a_form_ends_stays_inside(void **state)
{
	(void)state;
	expect("<body><form><p>in</p>last words</form>out", "<html>\n  <head>\n  <body>\n    <form>\n      <p>\n       "
							    " \"in\"\n      \"last words\"\n    \"out\"\n");
}

static void repairs_tables_as_the_standard_says(void **state)
{
	(void)state;
	expect("<body><table><tr>stray<td>cell</table>",
		"<html>\n  <head>\n  <body>\n    \"stray\"\n    <table>\n      <tbody>\n        <tr>\n          <td>\n"
		"            \"cell\"\n");
}

static void drops_the_newline_that_opens_a_pre(void **state)
{
	(void)state;
	expect("<body><pre>\n\nx\r\ny</pre><textarea>\r\nz</textarea>",
		"<html>\n  <head>\n  <body>\n    <pre>\n      \"\\nx\\ny\"\n    <textarea>\n      \"z\"\n");
}

static void an_empty_page_has_head_and_body(void **state)
{
	(void)state;
	expect("", "<html>\n  <head>\n  <body>\n");
}

static void finds_names_in_any_case(void **state)
{
	(void)state;
	for (enum dom_tag tag = 1; tag < DOM_TAG_COUNT; tag++)
		assert_int_equal(dom_tag_find(view_of(dom_tag_name(tag))), tag);
	assert_int_equal(dom_tag_find(VIEW("BlockQuote")), DOM_blockquote);
	assert_int_equal(dom_tag_find(VIEW("blink")), DOM_OTHER);
	assert_int_equal(dom_tag_find(VIEW("")), DOM_OTHER);
	assert_int_equal(dom_tag_find(VIEW("a-name-longer-than-all")), DOM_OTHER);
}

static void finds_head_body_and_attributes(void **state)
{
	(void)state;
	struct garner_options options = { 0 };
	struct page page;
	assert_int_equal(dom_text_parse(&page, &options, VIEW("<html lang=eu><body class=''>x")), 0);
	const struct dom *dom = page.dom;
	assert_int_equal(dom->nodes[dom->head].tag, DOM_head);
	assert_int_equal(dom->nodes[dom->body].tag, DOM_body);
	assert_true(view_eq(dom_attr(dom, 1, DOM_ATTR_LANG), VIEW("eu")));
	assert_true(dom_has_attr(dom, dom->body, DOM_ATTR_CLASS));
	assert_int_equal(dom_attr(dom, dom->body, DOM_ATTR_CLASS).n, 0);
	assert_false(dom_has_attr(dom, dom->body, DOM_ATTR_ID));
	arena_free(&page.arena);
}

static void joins_text_and_cuts_between_code_points(void **state)
{
	(void)state;
	struct garner_options options = { 0 };
	struct page page;
	assert_int_equal(dom_text_parse(&page, &options, VIEW("<body><p> a\n b<i> ñu </i></p>")), 0);
	assert_true(view_eq(dom_text(&page, page.dom->body, 100), VIEW("a b ñu")));
	assert_true(view_eq(dom_text(&page, page.dom->body, 5), VIEW("a b")));
	assert_true(view_eq(dom_text(&page, page.dom->body, 6), VIEW("a b ñ")));
	arena_free(&page.arena);
}

static void a_token_is_whole(void **state)
{
	(void)state;
	assert_true(dom_has_token(VIEW(" post\tEntry "), VIEW("entry")));
	assert_false(dom_has_token(VIEW("entry-title"), VIEW("entry")));
	assert_false(dom_has_token(VIEW(""), VIEW("entry")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_nodes_in_document_order),
		cmocka_unit_test(keeps_listed_attributes_with_references_resolved),
		cmocka_unit_test(first_of_two_equal_attributes_counts),
		cmocka_unit_test(leaves_out_scripts_styles_comments_and_templates),
		cmocka_unit_test(reads_what_a_page_of_frames_says_without_them),
		cmocka_unit_test(empties_drawings_and_frames),
		cmocka_unit_test(keeps_scripts_that_hold_data),
		cmocka_unit_test(keeps_a_large_assignment_as_state),
		cmocka_unit_test(text_before_a_form_ends_stays_inside),
		cmocka_unit_test(repairs_tables_as_the_standard_says),
		cmocka_unit_test(drops_the_newline_that_opens_a_pre),
		cmocka_unit_test(an_empty_page_has_head_and_body),
		cmocka_unit_test(finds_names_in_any_case),
		cmocka_unit_test(finds_head_body_and_attributes),
		cmocka_unit_test(joins_text_and_cuts_between_code_points),
		cmocka_unit_test(a_token_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
