/* News texts of our own with what sites leave in them, in many languages: testdata/extract/news/. A line that begins
 * with "~ " is a leftover and goes, every other stays, in its order; cleaning again changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "garner.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/limits.h"
#include "util/view.h"

enum { TEXTS_LEAST = 40 };

static struct garner *garner;

/* The title, a blank line and the text, as the command prints them. */
static int keep(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct buf *out = user;
	(void)detail;
	if (reason == 0)
		buf_printf(out, "%s%s%s\n", d->title ? d->title : "", d->title ? "\n\n" : "", d->text);
	return 0;
}

static void clean(struct view text, struct buf *out)
{
	buf_reset(out);
	assert_int_equal(garner_clean_bytes(garner, text.p, text.n, NULL, "text/plain", keep, out), 0);
	assert_non_null(buf_str(out));
}

static bool next_line(struct view *rest, struct view *line)
{
	while (view_next_line(rest, line)) {
		*line = view_trim(*line);
		if (line->n)
			return true;
	}
	return false;
}

/* @marked without its marks. */
static void unmark(struct view marked, struct buf *text)
{
	for (struct view line; view_next_line(&marked, &line);) {
		if (view_starts(line, VIEW("~ ")))
			line = view_from(line, 2);
		buf_put(text, line.p, line.n);
		buf_puts(text, "\n");
	}
	assert_non_null(buf_str(text));
}

/* Names each line that is lost and each that is left. */
static int compare(const char *name, struct view marked, struct view got)
{
	struct view want, line;
	bool more = next_line(&got, &line);
	int wrong = 0;
	while (next_line(&marked, &want)) {
		bool leftover = view_starts(want, VIEW("~ "));
		bool same = more && view_eq(leftover ? view_from(want, 2) : want, line);
		if (same != !leftover) {
			print_error("%s: %s: %.*s\n", name, leftover ? "left" : "lost", (int)want.n, want.p);
			wrong++;
		}
		if (same)
			more = next_line(&got, &line);
	}
	if (more)
		print_error("%s: not in the text: %.*s\n", name, (int)line.n, line.p);
	return wrong + more;
}

static int check(const char *folder, const char *name)
{
	struct buf marked = BUF_INIT(MIB(1)), text = BUF_INIT(MIB(1)), once = BUF_INIT(MIB(1)),
		   again = BUF_INIT(MIB(1));
	struct error error = { 0 };
	char path[2048];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_read(path, MIB(1), &marked, &error), 0);
	unmark(buf_view(&marked), &text);
	clean(buf_view(&text), &once);
	int wrong = compare(name, buf_view(&marked), buf_view(&once));
	clean(buf_view(&once), &again);
	if (!view_eq(buf_view(&once), buf_view(&again))) {
		print_error("%s: changes when it is cleaned again\n", name);
		wrong++;
	}
	buf_free(&marked);
	buf_free(&text);
	buf_free(&once);
	buf_free(&again);
	return wrong;
}

static void leftovers_go_and_every_line_of_the_text_stays(void **state)
{
	(void)state;
	char folder[900];
	int texts = 0, wrong = 0;
	snprintf(folder, sizeof(folder), "%s/extract/news", getenv("GARNER_TESTDATA"));
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (entry->d_name[0] == '.')
			continue;
		texts++;
		wrong += check(folder, entry->d_name);
	}
	closedir(dir);
	assert_true(texts >= TEXTS_LEAST);
	assert_int_equal(wrong, 0);
}

static int set_up(void **state)
{
	(void)state;
	struct garner_options options = { .jobs = 1 };
	garner = garner_new(&options);
	return garner && !garner_error(garner) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	garner = garner_free(garner);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leftovers_go_and_every_line_of_the_text_stays),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
