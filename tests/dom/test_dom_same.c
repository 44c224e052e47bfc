/* Both parses of one page give the same table: every fixture of testdata/dom. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(fixtures_give_the_same_table) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
