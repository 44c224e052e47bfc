/* Pages made to be slow: results and limits are checked; the test's time limit catches a blow-up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dom_text.h"
#include "util/limits.h"

/* @unit repeated @count times between @before and @after. */
static struct view repeated(const char *before, const char *unit, size_t count, const char *after, struct buf *buf)
{
	*buf = BUF_INIT(LIMIT_BODY_BYTES);
	buf_puts(buf, before);
	for (size_t i = 0; i < count; i++)
		buf_puts(buf, unit);
	buf_puts(buf, after);
	assert_int_equal(buf->err, 0);
	return buf_view(buf);
}

/* Both parses end within the page's memory; the page holds @text unless it is dropped as too complex. */
static void expect_bounded(struct view html, bool may_drop, const char *text)
{
	for (int full = 0; full < 2; full++) {
		struct garner_options options = { .full_parse = full };
		struct page page;
		int result = dom_text_parse(&page, &options, html);
		assert_true(page.arena.taken <= LIMIT_PAGE_MEMORY);
		if (result == 0 && *text)
			assert_true(view_find(dom_text(&page, 0, SIZE_MAX / 2), view_of(text)) !=
				    dom_text(&page, 0, SIZE_MAX / 2).n);
		else if (result != 0)
			assert_true(may_drop && result == GARNER_TOO_COMPLEX);
		arena_free(&page.arena);
	}
}

static void flattens_200000_nested_elements(void **state)
{
	(void)state;
	struct buf buf;
	struct view html = repeated("<body>", "<div>", 200000, "deep words", &buf);
	for (int full = 0; full < 2; full++) {
		struct garner_options options = { .full_parse = full };
		struct page page;
		assert_int_equal(dom_text_parse(&page, &options, html), 0);
		assert_true(page.dom->flattened);
		const struct dom_node *last = &page.dom->nodes[page.dom->count - 1];
		assert_true(view_eq(last->text, VIEW("deep words")));
		assert_true(last->depth <= LIMIT_DOM_DEPTH + 8);
		arena_free(&page.arena);
	}
	buf_free(&buf);
}

static void closes_what_it_flattened(void **state)
{
	(void)state;
	struct buf buf, closed = BUF_INIT(LIMIT_BODY_BYTES);
	buf_putv(&closed, repeated("<body>", "<div><b>", 300, "in", &buf));
	buf_free(&buf);
	buf_putv(&closed, repeated("", "</b></div>", 300, "<h1>out</h1>", &buf));
	buf_free(&buf);
	struct garner_options options = { 0 };
	struct page page;
	assert_int_equal(dom_text_parse(&page, &options, buf_view(&closed)), 0);
	const struct dom_node *last = &page.dom->nodes[page.dom->count - 1];
	assert_true(view_eq(last->text, VIEW("out")));
	assert_int_equal(last->depth, 4);
	arena_free(&page.arena);
	buf_free(&closed);
}

static void many_unclosed_paragraphs_are_not_deep(void **state)
{
	(void)state;
	struct buf buf;
	struct view html = repeated("<body><ul>", "<li><p>x<tr><td>y<p><a href=u>z", 5000, "</ul>", &buf);
	struct garner_options options = { 0 };
	struct page page;
	assert_int_equal(dom_text_parse(&page, &options, html), 0);
	assert_false(page.dom->flattened);
	arena_free(&page.arena);
	buf_free(&buf);
}

static void looks_at_the_first_attributes_only(void **state)
{
	(void)state;
	struct buf buf;
	struct view html = repeated("<body><p class=a", " x", 100000, " id=b>words", &buf);
	for (int full = 0; full < 2; full++) {
		struct garner_options options = { .full_parse = full };
		struct page page;
		assert_int_equal(dom_text_parse(&page, &options, html), 0);
		assert_true(dom_has_attr(page.dom, 4, DOM_ATTR_CLASS));
		assert_false(dom_has_attr(page.dom, 4, DOM_ATTR_ID));
		arena_free(&page.arena);
	}
	buf_free(&buf);
}

static void a_megabyte_of_inline_tags_is_bounded(void **state)
{
	(void)state;
	static const char *const units[] = { "<b>", "<a href=x>", "<b><i>", "<a><b></a>", "<font size=1><p>",
		"</b><b>x", "<nobr>", "<b></p>", "<i><p>", "<code><div></code>", "<span>" };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct buf buf;
		expect_bounded(repeated("<body>", units[i], (1 << 20) / strlen(units[i]), "end", &buf), true, "end");
		buf_free(&buf);
	}
}

static void table_soup_is_bounded(void **state)
{
	(void)state;
	static const char *const units[] = { "<table>", "<table><tr><td>", "<td><table>x", "<table>x<b>", "<tr><i>y",
		"</table><table><a>" };
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		struct buf buf;
		expect_bounded(
			repeated("<body><table>", units[i], (1 << 20) / strlen(units[i]), "end", &buf), true, "end");
		buf_free(&buf);
	}
}

static void nesting_hidden_from_the_limit_is_stopped(void **state)
{
	(void)state;
	struct buf buf;
	/* "<script>" begins raw text for HTML, but not inside svg where this one stands. */
	expect_bounded(repeated("<svg><svg></svg></svg><select><textarea>", "<div>", 200000, "end", &buf), true, "");
	buf_free(&buf);
	expect_bounded(repeated("<frameset><frame><title>", "<div>", 200000, "</title>end", &buf), true, "");
	buf_free(&buf);
	expect_bounded(repeated("<math><mi><svg></math><script>", "<div>", 200000, "end", &buf), true, "");
	buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flattens_200000_nested_elements),
		cmocka_unit_test(closes_what_it_flattened),
		cmocka_unit_test(many_unclosed_paragraphs_are_not_deep),
		cmocka_unit_test(looks_at_the_first_attributes_only),
		cmocka_unit_test(a_megabyte_of_inline_tags_is_bounded),
		cmocka_unit_test(table_soup_is_bounded),
		cmocka_unit_test(nesting_hidden_from_the_limit_is_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
