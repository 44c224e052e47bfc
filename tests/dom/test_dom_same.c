/* Both parses of one page give the same table: every fixture of testdata/dom, and the pages of the WARC files in the
 * folder GARNER_DATA where it is named (every eighth page; all of them with GARNER_LONG). */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "capture/source.h"
#include "decode/decode.h"
#include "dom_text.h"
#include "util/limits.h"

static void parse(struct view html, bool full, struct buf *out)
{
	struct garner_options options = { .full_parse = full };
	struct page page;
	assert_int_equal(dom_text_parse(&page, &options, html), 0);
	dom_text_write(page.dom, out);
	arena_free(&page.arena);
}

static size_t read_all(const char *path, struct buf *buf)
{
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	char *room = buf_room(buf, MIB(1));
	assert_non_null(room);
	buf_added(buf, fread(room, 1, MIB(1), file));
	fclose(file);
	return buf->n;
}

static void fixtures_give_the_same_table(void **state)
{
	(void)state;
	char folder[1024], path[2048];
	size_t count = 0;
	snprintf(folder, sizeof(folder), "%s/dom", getenv("GARNER_TESTDATA"));
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		struct buf html = BUF_INIT(MIB(1)), a = BUF_INIT(MIB(16)), b = BUF_INIT(MIB(16));
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		assert_true(read_all(path, &html) > 0);
		parse(buf_view(&html), false, &a);
		parse(buf_view(&html), true, &b);
		assert_string_equal(buf_str(&a), buf_str(&b));
		buf_free(&html);
		buf_free(&a);
		buf_free(&b);
		count++;
	}
	closedir(dir);
	assert_true(count >= 10);
}

enum { STEP = 8 };

/* Both parses of a page that is decoded: the number of fallbacks goes up where the first was none of a skeleton. */
static void compare_page(struct page *page, size_t *fallbacks)
{
	struct buf a = BUF_INIT(MIB(512)), b = BUF_INIT(MIB(512));
	struct garner_options options = { .full_parse = true };
	const struct garner_options *before = page->options;
	int one = dom_parse(page);
	if (one == 0) {
		*fallbacks += !page->dom->skeleton;
		dom_text_write(page->dom, &a);
	}
	page->options = &options;
	int two = dom_parse(page);
	page->options = before;
	assert_int_equal(one, two);
	if (two == 0)
		dom_text_write(page->dom, &b);
	if (!view_eq(buf_view(&a), buf_view(&b)))
		fail_msg("%.*s at byte %lld: the parses differ", (int)page->capture.file.n, page->capture.file.p,
			(long long)page->capture.offset);
	buf_free(&a);
	buf_free(&b);
}

static size_t warcs_of(const char *folder, char (*paths)[2048], size_t room)
{
	size_t count = 0;
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; count < room && (entry = readdir(dir));)
		if (view_ends(view_of(entry->d_name), VIEW(".warc.gz")))
			snprintf(paths[count++], sizeof(*paths), "%s/%s", folder, entry->d_name);
	closedir(dir);
	return count;
}

static void pages_at_hand_give_the_same_table(void **state)
{
	(void)state;
	enum { WARCS = 16 };
	static char paths[WARCS][2048];
	const char *folder = getenv("GARNER_DATA"), *inputs[WARCS];
	if (!folder)
		skip();
	size_t count = warcs_of(folder, paths, WARCS), pages = 0, compared = 0, fallbacks = 0;
	size_t step = getenv("GARNER_LONG") ? 1 : STEP;
	for (size_t i = 0; i < count; i++)
		inputs[i] = paths[i];
	struct engine engine = { 0 };
	struct error error = { 0 };
	struct capture_reader *reader;
	struct page page = { .options = &engine.options };
	void *decode;
	arena_init(&page.arena, MIB(512));
	assert_int_equal(capture_open(&engine, inputs, count, &reader, &error), 0);
	assert_int_equal(decode_stage.open(&engine, &decode, &error), 0);
	for (int got; page_reset(&page), (got = capture_next(reader, &page)) != SOURCE_END;) {
		assert_true(got >= 0);
		if (got || pages++ % step || decode_stage.run(decode, &page) || page.kind != PAGE_HTML)
			continue;
		compare_page(&page, &fallbacks);
		compared++;
	}
	decode_stage.close(decode);
	capture_close(reader);
	arena_free(&page.arena);
	print_message("%zu pages, %zu of them without a skeleton\n", compared, fallbacks);
	assert_true(compared > 0);
	assert_true(fallbacks * 50 <= compared);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(fixtures_give_the_same_table),
		cmocka_unit_test(pages_at_hand_give_the_same_table) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
