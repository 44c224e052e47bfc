/* Lines of JSON to documents and back; jansson says which lines are JSON. */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "export/jsonl.h"
#include "util/limits.h"

static const char whole[] =
	"{\"n\":12,\"id\":\"10cd160a65ea45e7\",\"path\":\"012_10cd160a65ea45e7.txt\",\"url\":\"https://a.example/"
	"x?y=1\","
	"\"host\":\"a.example\",\"site\":\"A \\\"b\\\" \\\\ c\",\"title\":\"Grüße, 世界 \\u2028 \\n "
	"tab\\t\",\"authors\":[\"Ana\","
	"\"Bo\",\"Chi\",\"Dé\",\"Éva\"],\"published\":\"2024-05-06\",\"published_precision\":\"day\",\"fetched\":"
	"\"2024-05-07T01:02:03Z\",\"tags\":[\"x\"],\"lang\":\"de\",\"lang_score\":0.987,\"access\":\"paywall\","
	"\"charset\":{"
	"\"declared\":\"latin1\",\"used\":\"windows-1252\",\"from\":\"meta\",\"replaced\":3},\"bytes\":901,\"words\":"
	"150,"
	"\"sha256\":\"00ff\",\"cut\":[{\"reason\":\"rule\",\"kind\":\"share\",\"at\":4,\"lines\":[\"Share\",\"Print\"]}"
	",{"
	"\"reason\":\"model\",\"at\":9,\"lines\":[\"More\"]}],\"rules\":\"r1\",\"tool\":\"garner/"
	"1\",\"dup_of\":3,\"near\":{"
	"\"n\":2,\"score\":0.75},\"revision_of\":1,\"src\":{\"file\":\"in.warc\",\"offset\":0,\"length\":99},\"http\":{"
	"\"status\":200,\"type\":\"text/html\"},\"feed\":{\"url\":\"https://a.example/feed\"},\"raw\":{\"file\":"
	"\"raw/000000.warc.gz\",\"offset\":5,\"length\":6,\"group\":0},\"store\":{\"pack\":\"packs/000000.tar.zst\","
	"\"offset\":0,\"length\":77},\"errors\":[\"one\",\"two\"]}";

static int read_line(struct arena *arena, const char *line, struct garner_document *ret)
{
	struct error error = { 0 };
	arena_reset(arena);
	return document_read(arena, view_of(line), ret, &error);
}

static void set_up(struct arena *arena)
{
	arena_init(arena, MIB(8));
}

static void gives_back_what_it_read(void **state)
{
	(void)state;
	struct arena arena;
	struct garner_document d;
	struct buf out = BUF_INIT(MIB(1));
	set_up(&arena);
	assert_int_equal(read_line(&arena, whole, &d), 0);
	assert_int_equal(d.author_count, 5);
	assert_string_equal(d.authors[4], "Éva");
	assert_string_equal(d.site, "A \"b\" \\ c");
	assert_int_equal(d.text_size, 901);
	assert_int_equal(d.cuts[0].line_count, 2);
	assert_true(d.lang_score == 0.987);
	document_write(&out, &d, DOCUMENT_MANIFEST);
	assert_string_equal(buf_str(&out), whole);
	buf_free(&out);
	arena_free(&arena);
}

static void an_empty_object_is_a_document_without_facts(void **state)
{
	(void)state;
	struct arena arena;
	struct garner_document d;
	set_up(&arena);
	assert_int_equal(read_line(&arena, " { } ", &d), 0);
	assert_true(d.n == GARNER_NO_NUMBER && d.near.n == GARNER_NO_NUMBER && d.store.offset == GARNER_NO_NUMBER);
	assert_null(d.title);
	assert_int_equal(d.author_count, 0);
	arena_free(&arena);
}

static void values_of_another_type_are_passed_over(void **state)
{
	(void)state;
	struct arena arena;
	struct garner_document d;
	set_up(&arena);
	assert_int_equal(
		read_line(&arena,
			"{\"n\":1.0,\"title\":[1,{\"a\":null}],\"authors\":{\"b\":true},\"tags\":[1,\"t\",null],"
			"\"charset\":7,\"cut\":[3,{\"lines\":\"x\"}],\"words\":-4,\"other\":[[],{},false,-1.5e3]}",
			&d),
		0);
	assert_true(d.n == GARNER_NO_NUMBER);
	assert_null(d.title);
	assert_int_equal(d.author_count, 0);
	assert_int_equal(d.tag_count, 1);
	assert_string_equal(d.tags[0], "t");
	assert_int_equal(d.cut_count, 2);
	assert_int_equal(d.cuts[1].line_count, 0);
	assert_int_equal(d.words, 0);
	arena_free(&arena);
}

static void a_text_has_its_own_length(void **state)
{
	(void)state;
	struct arena arena;
	struct garner_document d;
	set_up(&arena);
	assert_int_equal(read_line(&arena, "{\"bytes\":999,\"text\":\"\\ud83d\\ude00!\"}", &d), 0);
	assert_int_equal(d.text_size, 5);
	assert_string_equal(d.text, "😀!");
	assert_int_equal(read_line(&arena, "{\"text\":\"ab\",\"bytes\":999}", &d), 0);
	assert_int_equal(d.text_size, 2);
	arena_free(&arena);
}

static void says_where_a_line_is_broken(void **state)
{
	(void)state;
	struct arena arena;
	struct garner_document d;
	struct error error = { 0 };
	set_up(&arena);
	assert_int_equal(document_read(&arena, VIEW("{\"n\":1,\"title\":\"x}"), &d, &error), -EINVAL);
	assert_string_equal(error.text, "not a JSON object: column 17: a string without an end");
	error = (struct error){ 0 };
	assert_int_equal(document_read(&arena, VIEW("{\"n\":1,\"n\":2}"), &d, &error), -EINVAL);
	assert_non_null(strstr(error.text, "twice"));
	arena_free(&arena);
}

static void too_deep_or_too_large_is_an_error(void **state)
{
	(void)state;
	struct arena arena;
	struct garner_document d;
	char deep[400] = "{\"x\":";
	set_up(&arena);
	memset(deep + 5, '[', 100);
	memset(deep + 105, ']', 100);
	deep[205] = '}';
	assert_int_equal(read_line(&arena, deep, &d), -EINVAL);
	assert_int_equal(read_line(&arena, "{\"n\":9223372036854775807}", &d), 0);
	assert_true(d.n == INT64_MAX);
	assert_int_equal(read_line(&arena, "{\"n\":9223372036854775808}", &d), -EINVAL);
	assert_int_equal(read_line(&arena, "{\"lang_score\":1e999}", &d), -EINVAL);
	assert_int_equal(read_line(&arena, "{\"lang_score\":123456789012345678e-18}", &d), 0);
	assert_true(d.lang_score == 0.123456789012345678);
	arena_free(&arena);
}

static unsigned below(uint64_t *state, unsigned n)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)((*state >> 33) % n);
}

/* A byte that JSON gives a meaning, or any. */
static char some_byte(uint64_t *state)
{
	static const char special[] = "\"\\{}[]:,0123456789-+.eEutfn \t\n/bd\xC3\xA9\xED\xA0\x80";
	return below(state, 4) ? special[below(state, sizeof(special) - 1)] : (char)below(state, 256);
}

static void takes_the_lines_that_another_parser_takes(void **state)
{
	(void)state;
	struct arena arena;
	uint64_t random = 7;
	int taken = 0;
	set_up(&arena);
	for (int i = 0; i < 60000; i++) {
		char line[sizeof(whole)];
		size_t n = sizeof(whole) - 1;
		struct garner_document d;
		struct error error = { 0 };
		memcpy(line, whole, n);
		for (unsigned changes = 1 + below(&random, 2); changes; changes--) {
			size_t at = below(&random, (unsigned)n);
			if (below(&random, 3) == 0)
				memmove(line + at, line + at + 1, --n - at);
			else
				line[at] = some_byte(&random);
		}
		arena_reset(&arena);
		bool ours = document_read(&arena, view_make(line, n), &d, &error) == 0;
		json_t *theirs = json_loadb(line, n, JSON_REJECT_DUPLICATES, NULL);
		if (ours != json_is_object(theirs))
			fail_msg("%s: ours %d: %.*s", error.text, ours, (int)n, line);
		const char *title = json_string_value(json_object_get(theirs, "title"));
		if (ours && (!title != !d.title || (title && strcmp(title, d.title) != 0)))
			fail_msg("another title: %.*s", (int)n, line);
		taken += ours;
		json_decref(theirs);
	}
	assert_true(taken > 10000);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_it_read),
		cmocka_unit_test(an_empty_object_is_a_document_without_facts),
		cmocka_unit_test(values_of_another_type_are_passed_over),
		cmocka_unit_test(a_text_has_its_own_length),
		cmocka_unit_test(says_where_a_line_is_broken),
		cmocka_unit_test(too_deep_or_too_large_is_an_error),
		cmocka_unit_test(takes_the_lines_that_another_parser_takes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
