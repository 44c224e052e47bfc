/* Texts as other tools dump them: testdata/extract/dumps/. NAME.txt becomes NAME.clean, with whole paragraphs and
 * without link numbers, marks and running heads; same_NAME.txt only looks like one and stays as it is. */
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

enum { DUMPS_LEAST = 10 };

/* The title, a blank line and the text, as the command prints them. */
static int keep(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct buf *out = user;
	(void)detail;
	if (reason == 0)
		buf_printf(out, "%s%s%s\n", d->title ? d->title : "", d->title ? "\n\n" : "", d->text);
	return 0;
}

static void clean(const struct garner_options *options, struct view text, struct buf *out)
{
	struct garner *garner = garner_new(options);
	assert_true(garner && !garner_error(garner));
	buf_reset(out);
	assert_int_equal(garner_clean_bytes(garner, text.p, text.n, NULL, "text/plain", keep, out), 0);
	assert_non_null(buf_str(out));
	garner_free(garner);
}

static void read_text(const char *folder, const char *name, struct buf *out)
{
	struct error error = { 0 };
	char path[2048];
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_read(path, MIB(1), out, &error), 0);
}

static int check(const char *folder, const char *name)
{
	struct garner_options options = { .jobs = 1 };
	struct buf text = BUF_INIT(MIB(1)), want = BUF_INIT(MIB(1)), once = BUF_INIT(MIB(1)), again = BUF_INIT(MIB(1));
	char wanted[600];
	bool same = strncmp(name, "same_", 5) == 0;
	snprintf(wanted, sizeof(wanted), "%.*s%s", (int)(strlen(name) - 4), name, same ? ".txt" : ".clean");
	read_text(folder, name, &text);
	read_text(folder, wanted, &want);
	clean(&options, buf_view(&text), &once);
	clean(&options, buf_view(&once), &again);
	bool right = view_eq(buf_view(&once), buf_view(&want)), settled = view_eq(buf_view(&again), buf_view(&once));
	if (!right)
		print_error("%s becomes:\n%s\n", name, buf_str(&once));
	if (!settled)
		print_error("%s changes when it is cleaned again\n", name);
	buf_free(&text);
	buf_free(&want);
	buf_free(&once);
	buf_free(&again);
	return !right + !settled;
}

static void paragraphs_become_whole_and_what_tools_add_goes(void **state)
{
	(void)state;
	char folder[900];
	int texts = 0, wrong = 0;
	snprintf(folder, sizeof(folder), "%s/extract/dumps", getenv("GARNER_TESTDATA"));
	DIR *dir = opendir(folder);
	assert_non_null(dir);
	for (struct dirent *entry; (entry = readdir(dir));) {
		size_t n = strlen(entry->d_name);
		if (n < 5 || strcmp(entry->d_name + n - 4, ".txt") != 0)
			continue;
		texts++;
		wrong += check(folder, entry->d_name);
	}
	closedir(dir);
	assert_true(texts >= DUMPS_LEAST);
	assert_int_equal(wrong, 0);
}

/* ---- what leaves lines alone ----------------------------------------------------------------------------- */

static const char wrapped[] = "The clerk of the weir kept a book in which he wrote each\n"
			      "morning how high the water stood, and on some days what\n"
			      "he had had for breakfast, which made the book worth more\n"
			      "to the museum than the figures did, as a curator put it\n"
			      "when she opened the case and read out the first of nine\n"
			      "hundred pages to a class that had come from the village.\n";

static size_t lines_of(const struct garner_options *options)
{
	struct buf out = BUF_INIT(MIB(1));
	size_t lines = 0;
	clean(options, view_of(wrapped), &out);
	for (const char *p = buf_str(&out); *p; p++)
		lines += *p == '\n';
	buf_free(&out);
	return lines;
}

static void the_keeping_profile_and_no_rules_leave_lines_alone(void **state)
{
	(void)state;
	struct garner_options options = { .jobs = 1 };
	assert_int_equal(lines_of(&options), 1);
	options.profile = GARNER_PROFILE_SEARCH;
	assert_int_equal(lines_of(&options), 1);
	options.profile = GARNER_PROFILE_KEEP;
	assert_int_equal(lines_of(&options), 6);
	options = (struct garner_options){ .jobs = 1, .no_rules = true };
	assert_int_equal(lines_of(&options), 6);
}

/* The list of links, marks and running heads stay where their rule is asked to. */
static void a_list_of_links_stays_where_its_rule_is_kept(void **state)
{
	(void)state;
	static const char text[] = "The [1]weir was opened on Monday by the mayor, who had come by [2]boat and left on "
				   "foot when the [3]rain had stopped.\n\nReferences\n\n1. https://example.org/a\n2. "
				   "https://example.org/b\n3. https://example.org/c\n";
	const char *const kept[] = { "dump.links" };
	struct garner_options options = { .jobs = 1 };
	struct buf out = BUF_INIT(MIB(1));
	clean(&options, view_of(text), &out);
	assert_string_equal(buf_str(&out), "The weir was opened on Monday by the mayor, who had come by boat and left "
					   "on foot when the rain had stopped.\n");
	options.keep = kept;
	options.keep_count = 1;
	clean(&options, view_of(text), &out);
	assert_non_null(strstr(buf_str(&out), "The [1]weir"));
	buf_free(&out);
}

/* Notes that a text itself counts are no link numbers. */
static void notes_of_the_text_keep_their_numbers(void **state)
{
	(void)state;
	static const char text[] =
		"The weir was opened on Monday by the mayor [1], who had come by boat [2] and left on foot when the "
		"rain had stopped [3].\n\n[1] Her third weir.\n[2] A green one.\n[3] At noon.\n";
	struct garner_options options = { .jobs = 1 };
	struct buf out = BUF_INIT(MIB(1));
	clean(&options, view_of(text), &out);
	assert_non_null(strstr(buf_str(&out), "mayor [1], who had come by boat [2]"));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paragraphs_become_whole_and_what_tools_add_goes),
		cmocka_unit_test(the_keeping_profile_and_no_rules_leave_lines_alone),
		cmocka_unit_test(a_list_of_links_stays_where_its_rule_is_kept),
		cmocka_unit_test(notes_of_the_text_keep_their_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
