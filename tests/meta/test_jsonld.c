/* JSON-LD as it stands in pages: graphs, references, damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "meta/jsonld.h"
#include "meta/ldrepair.h"
#include "meta/ldvalue.h"
#include <errno.h>
#include "util/limits.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, MIB(8));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static const struct ld_item *read(struct ld *ld, const char *script)
{
	*ld = (struct ld){ .count = 0 };
	assert_int_equal(ld_read(ld, &arena, view_of(script)), 0);
	return ld_first(ld);
}

static void assert_view(struct view got, const char *want)
{
	char text[256];
	snprintf(text, sizeof(text), "%.*s", (int)got.n, got.p ? got.p : "");
	assert_string_equal(text, want);
}

static void finds_the_article_in_a_graph_and_follows_references(void **state)
{
	(void)state;
	struct ld ld;
	const struct ld_item *item = read(&ld,
		"{\"@context\":\"https://schema.org\",\"@graph\":[{\"@type\":\"WebSite\",\"name\":\"Morgenbote\"},"
		"{\"@type\":[\"Thing\",\"http://schema.org/NewsArticle\"],\"headline\":\"Der Hafen &amp; das Licht\","
		"\"datePublished\":\"2021-03-04T05:06:07Z\",\"author\":[{\"@id\":\"#a\"},\"Bo Chu\"],"
		"\"publisher\":{\"@id\":\"#p\"},\"isAccessibleForFree\":\"False\",\"keywords\":\"Hafen, Licht\"},"
		"{\"@type\":\"Person\",\"@id\":\"#a\",\"name\":\"Ána Lee\"},"
		"{\"@type\":\"Organization\",\"@id\":\"#p\",\"name\":\"Bote Verlag\"}]}");
	assert_non_null(item);
	assert_view(item->type, "NewsArticle");
	assert_view(item->headline, "Der Hafen & das Licht");
	assert_view(item->published, "2021-03-04T05:06:07Z");
	assert_int_equal(item->author_count, 2);
	assert_view(item->authors[0].name, "Ána Lee");
	assert_view(item->authors[1].name, "Bo Chu");
	assert_view(item->publisher, "Bote Verlag");
	assert_int_equal(item->is_free, 0);
	assert_int_equal(item->tag_count, 2);
}

static void articles_in_lists_stand_aside(void **state)
{
	(void)state;
	struct ld ld;
	const struct ld_item *item = read(&ld, "{\"@type\":\"WebPage\",\"name\":\"Übersicht\",\"mainEntity\":{\"@"
					       "type\":\"ItemList\",\"itemListElement\":"
					       "[{\"@type\":\"NewsArticle\",\"headline\":\"Anderes\"}]}}");
	assert_view(item->name, "Übersicht");
	assert_int_equal(ld.count, 2);
	assert_true(ld.items[1]->aside);
}

static void damage_that_is_safe_to_repair_is_repaired(void **state)
{
	(void)state;
	static const char *const scripts[] = {
		"<!-- {\"@type\":\"Article\",\"headline\":\"Gut\"} -->",
		"//<![CDATA[\n{\"@type\":\"Article\",\"headline\":\"Gut\"}\n//]]>",
		"{\"@type\":\"Article\",\"headline\":\"Gut\",}",
		"{\"@type\":\"Article\",,\"headline\":\"Gut\",\"author\":[\"A B\",],};",
		"{\"@type\":\"Article\",\"description\":\"zwei\nZeilen\t\x01\",\"headline\":\"Gut\"}",
		"{\"@type\":\"Article\",\"description\":\"sie sagte \"nein\" und ging\",\"headline\":\"Gut\"}",
		"{\"@type\":\"Article\",\"description\":\"it\\'s \\_so\",\"headline\":\"Gut\"}",
		"{\"@type\":\"Article\" /* Art */, // noch\n\"headline\":\"Gut\"}",
		"{\"@type\":\"Article\" \"headline\":\"Gut\"}",
		"{\"@type\":\"Article\",\"headline\":\"Gut\",\"author\":{\"name\":\"A B\"",
		"{&quot;@type&quot;:&quot;Article&quot;,&quot;headline&quot;:&quot;Gut&quot;}",
		"{\"@type\":\"Article\",\"headline\":\"Gut\"}}",
		"\xEF\xBB\xBF[{\"@type\":\"Article\",\"headline\":\"Gut\"}]",
		"{\"@type\":\"Person\"}{\"@type\":\"Article\",\"headline\":\"Gut\"}",
	};
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct ld ld;
		const struct ld_item *item = read(&ld, scripts[i]);
		if (!item || !view_eq(item->headline, VIEW("Gut")))
			fail_msg("not repaired: %s", scripts[i]);
		assert_int_equal(ld.broken, 0);
	}
}

static void what_can_not_be_repaired_is_counted(void **state)
{
	(void)state;
	struct ld ld;
	assert_null(read(&ld, "window.x = function () { return 1 }"));
	assert_int_equal(ld.broken, 1);
	assert_null(read(&ld, ""));
	assert_int_equal(ld.broken, 0);
}

static void nesting_over_the_ceiling_is_refused(void **state)
{
	(void)state;
	char deep[4 * LIMIT_JSON_DEPTH + 1];
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = 0;
	struct ld ld;
	assert_null(read(&ld, deep));
	assert_int_equal(ld.broken, 1);
}

static void a_repaired_script_repairs_to_itself(void **state)
{
	(void)state;
	struct view once = ldrepair(&arena, VIEW("{\"a\":\"b \"c\" d\",,\"e\":[1,2,],//x\n\"f\":{"));
	struct view twice = ldrepair(&arena, once);
	assert_true(view_eq(once, twice));
}

static void markup_and_references_go_out_of_strings(void **state)
{
	(void)state;
	assert_view(ld_plain(&arena, VIEW("<b>Ä</b>&nbsp; &amp;quot;x&amp;quot; 3 &lt; 4 &#x2013; &bad; "), 100),
		"Ä \"x\" 3 < 4 – &bad;");
	assert_view(ld_plain(&arena, VIEW("äöüß"), 5), "äö");
}

static int parse(const char *text, const struct ld_value **ret, size_t *ret_end)
{
	size_t values = 64;
	return ldvalue_read(&arena, view_of(text), &values, ret, ret_end);
}

static void reads_json_values_of_all_kinds(void **state)
{
	(void)state;
	const struct ld_value *v;
	size_t end;
	const char *text =
		" {\"a\":[1,-2.5e+3,true,false,null,{}],\"b\":\"\\u00e9\\ud83d\\ude00\\ud83d\\n\\/\",\"a\":[ ]} ,";
	assert_int_equal(parse(text, &v, &end), 0);
	assert_int_equal(end, strlen(text) - 2);
	assert_true(ldvalue_is(v, LD_OBJECT));
	assert_view(ldvalue_text(ldvalue_get(v, VIEW("b"))), "\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBD\n/");
	static const enum ld_kind kinds[] = { LD_NUMBER, LD_NUMBER, LD_TRUE, LD_FALSE, LD_NULL, LD_OBJECT };
	const struct ld_value *m = v->first->first;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++, m = m->next)
		assert_true(ldvalue_is(m, kinds[i]));
	assert_null(m);
	/* Of two members with one name the last counts. */
	assert_null(ldvalue_get(v, VIEW("a"))->first);
	assert_null(ldvalue_get(v, VIEW("c")));
	assert_null(ldvalue_get(ldvalue_get(v, VIEW("b")), VIEW("c")));
}

static void what_is_no_json_is_refused(void **state)
{
	(void)state;
	static const char *const broken[] = { "", "1", "\"a\"", "{", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
		"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "[01]", "[1.]", "[-]", "[1e]", "[tru]", "[truex]", "[nul",
		"[\"a]", "[\"a\nb\"]", "[\"\\x\"]", "[\"\\u12g4\"]", "[\"\\u12\"]", "[\"\\\"]", "[\"\\ud83d\\u12\"]",
		"[1}", "{\"a\":1]" };
	const struct ld_value *v;
	size_t end;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		if (parse(broken[i], &v, &end) != -EINVAL)
			fail_msg("%s is taken for JSON", broken[i]);
}

static void json_has_ceilings_of_depth_and_number(void **state)
{
	(void)state;
	char deep[2 * LIMIT_JSON_DEPTH + 4];
	const struct ld_value *v;
	size_t end;
	for (size_t depth = LIMIT_JSON_DEPTH; depth <= LIMIT_JSON_DEPTH + 1; depth++) {
		memset(deep, '[', depth);
		memset(deep + depth, ']', depth);
		size_t values = 1000;
		assert_int_equal(ldvalue_read(&arena, view_make(deep, 2 * depth), &values, &v, &end),
			depth > LIMIT_JSON_DEPTH ? -E2BIG : 0);
	}
	size_t values = 3;
	assert_int_equal(ldvalue_read(&arena, VIEW("[1,2]"), &values, &v, &end), 0);
	assert_int_equal(values, 0);
	values = 2;
	assert_int_equal(ldvalue_read(&arena, VIEW("[1,2]"), &values, &v, &end), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_json_values_of_all_kinds),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(json_has_ceilings_of_depth_and_number),
		cmocka_unit_test(finds_the_article_in_a_graph_and_follows_references),
		cmocka_unit_test(articles_in_lists_stand_aside),
		cmocka_unit_test(damage_that_is_safe_to_repair_is_repaired),
		cmocka_unit_test(what_can_not_be_repaired_is_counted),
		cmocka_unit_test(nesting_over_the_ceiling_is_refused),
		cmocka_unit_test(a_repaired_script_repairs_to_itself),
		cmocka_unit_test(markup_and_references_go_out_of_strings),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
