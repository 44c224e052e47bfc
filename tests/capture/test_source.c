#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "capture/source.h"
#include "capture/stream.h"
#include "reading.h"
#include "util/limits.h"

static const struct source_ops *winner(const char *name, struct view first)
{
	static const struct source_ops *const all[] = { &source_warc, &source_archive, &source_jsonl, &source_html,
		&source_text };
	struct source_probe probe = { .name = view_of(name), .first = first, .raw = first };
	const struct source_ops *best = NULL;
	int highest = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->bid(&probe) > highest) {
			highest = all[i]->bid(&probe);
			best = all[i];
		}
	return best;
}

static void bids_go_by_content_before_the_name(void **state)
{
	(void)state;
	assert_ptr_equal(winner("a.txt", VIEW("<!DOCTYPE html><title>x</title>")), &source_html);
	assert_ptr_equal(winner("a", VIEW("\xEF\xBB\xBF <!-- saved --> <html lang=\"fi\">")), &source_html);
	assert_ptr_equal(winner("a.txt", VIEW("<?xml version=\"1.0\"?>\n<!DOCTYPE html PUBLIC \"x\">")), &source_html);
	assert_ptr_equal(winner("a.html", VIEW("Kein Tag steht hier.")), &source_html);
	assert_ptr_equal(winner("a.txt", VIEW("5 < 6 and <b is no tag")), &source_text);
	assert_ptr_equal(winner("a.txt", VIEW("WARC/1.0\r\nWARC-Type: warcinfo\r\n")), &source_warc);
	assert_ptr_equal(winner("a.warc", VIEW("lost\r\nWARC/1.0\r\nWARC-Type: warcinfo\r\n")), &source_warc);
	assert_ptr_equal(winner("a.txt", VIEW("So one begins:\nWARC/1.0\nWARC-Type: warcinfo\n")), &source_text);
	assert_ptr_equal(winner("a.html", VIEW("{\"url\": \"u\", \"text\": \"t\"}\n{}")), &source_jsonl);
	assert_ptr_equal(winner("a.txt", VIEW("{braces} begin this text")), &source_text);
	assert_ptr_equal(winner("a.txt", VIEW("PK\3\4\24")), &source_archive);
	assert_ptr_equal(winner("a", VIEW("")), &source_text);
}

static void assert_file(const struct taken *t, const char *name)
{
	assert_string_equal(t->file, in_folder(name));
}

static void a_folder_is_read_in_the_order_of_the_bytes_of_its_paths(void **state)
{
	(void)state;
	mkdir(in_folder("a"), 0700);
	file_new("a/z.txt", VIEW("1"));
	file_new("a-b.txt", VIEW("2"));
	file_new("a.txt", VIEW("3"));
	file_new("\xC3\xA4.txt", VIEW("4"));
	file_new("B.txt", VIEW("5"));
	file_new(".hidden", VIEW("6"));
	struct reading r = read_one(in_folder(""));
	assert_int_equal(r.count, 5);
	assert_file(&r.items[0], "B.txt");
	assert_file(&r.items[1], "a-b.txt");
	assert_file(&r.items[2], "a.txt");
	assert_file(&r.items[3], "a/z.txt");
	assert_file(&r.items[4], "\xC3\xA4.txt");
	assert_string_equal(r.items[3].body, "1");
	reading_free(&r);
}

static void links_are_followed_but_a_folder_is_entered_once(void **state)
{
	(void)state;
	mkdir(in_folder("d"), 0700);
	file_new("d/one.txt", VIEW("one"));
	assert_int_equal(symlink("..", in_folder("d/up")), 0);
	assert_int_equal(symlink("d/one.txt", in_folder("link.txt")), 0);
	assert_int_equal(symlink("nowhere", in_folder("nothing.txt")), 0);
	struct reading r = read_one(in_folder(""));
	assert_int_equal(r.count, 4);
	assert_file(&r.items[0], "d/one.txt");
	assert_int_equal(r.items[1].reason, GARNER_UNREADABLE);
	assert_non_null(strstr(r.items[1].detail, "entered already"));
	assert_string_equal(r.items[2].body, "one");
	assert_int_equal(r.items[3].reason, GARNER_UNREADABLE);
	assert_file(&r.items[3], "nothing.txt");
	reading_free(&r);
}

static void a_store_in_a_folder_is_passed_over_and_refused_when_it_is_named(void **state)
{
	(void)state;
	mkdir(in_folder("s"), 0700);
	mkdir(in_folder("s/packs"), 0700);
	mkdir(in_folder("s/manifest"), 0700);
	file_new("s/lock", VIEW("1"));
	file_new("t.txt", VIEW("a text"));
	struct reading r = read_one(in_folder(""));
	assert_int_equal(r.count, 1);
	assert_file(&r.items[0], "t.txt");
	reading_free(&r);
	r = read_one(in_folder("s"));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].reason, GARNER_UNSUPPORTED);
	assert_non_null(strstr(r.items[0].detail, "a garner store"));
	reading_free(&r);
}

static void folders_below_the_ceiling_are_dropped_and_the_rest_is_read(void **state)
{
	(void)state;
	struct buf path = BUF_INIT(4096);
	for (int i = 0; i <= LIMIT_DIR_DEPTH + 3; i++) {
		buf_puts(&path, i ? "/m" : "m");
		assert_int_equal(mkdir(in_folder(buf_str(&path)), 0700), 0);
	}
	file_new("n.txt", VIEW("beside"));
	buf_free(&path);
	struct reading r = read_one(in_folder(""));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, GARNER_TOO_DEEP);
	assert_string_equal(r.items[1].body, "beside");
	reading_free(&r);
}

static void a_pipe_in_a_folder_is_not_waited_for(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
	file_new("text.txt", VIEW("text"));
	struct reading r = read_one(in_folder(""));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, GARNER_UNREADABLE);
	assert_string_equal(r.items[0].detail, "not a regular file");
	assert_string_equal(r.items[1].body, "text");
	reading_free(&r);
}

/* In another process, which has no rights that root would have. */
static void a_file_without_permission_is_dropped_and_the_next_is_read(void **state)
{
	(void)state;
	assert_int_equal(chmod(in_folder(""), 0755), 0);
	assert_int_equal(chmod(file_new("a.txt", VIEW("secret")), 0), 0);
	mkdir(in_folder("b"), 0);
	file_new("c.txt", VIEW("open"));
	pid_t child = fork();
	if (child == 0) {
		if (geteuid() == 0 && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
			_exit(9);
		struct reading r = read_one(in_folder(""));
		bool right = r.count == 3 && r.items[0].reason == GARNER_UNREADABLE &&
			     strstr(r.items[0].detail, "Permission denied") && r.items[1].reason == GARNER_UNREADABLE &&
			     strcmp(r.items[2].body, "open") == 0;
		reading_free(&r);
		_exit(right ? 0 : 1);
	}
	int status = -1;
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_read_that_fails_is_told_of(void **state)
{
	(void)state;
	const char *inputs[] = { "/proc/self/mem", in_folder("nothing"), file_new("after.txt", VIEW("after")) };
	struct reading r = read_inputs(inputs, 3);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.items[0].reason, GARNER_UNREADABLE);
	assert_string_equal(r.items[0].detail, "read: Input/output error");
	assert_int_equal(r.items[1].reason, GARNER_UNREADABLE);
	assert_string_equal(r.items[2].body, "after");
	reading_free(&r);
}

static void a_name_that_is_not_utf8_is_read_and_shown_escaped(void **state)
{
	(void)state;
	file_new("caf\xE9.txt", VIEW("latin"));
	struct reading r = read_one(in_folder(""));
	assert_int_equal(r.count, 1);
	assert_file(&r.items[0], "caf\\xE9.txt");
	assert_string_equal(r.items[0].body, "latin");
	reading_free(&r);
}

static void an_empty_file_is_an_input_of_no_bytes(void **state)
{
	(void)state;
	struct reading r = read_one(file_new("empty.txt", VIEW("")));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].body_size, 0);
	reading_free(&r);
}

static void a_dash_reads_standard_input(void **state)
{
	(void)state;
	struct reading r = read_piped(VIEW("<!doctype html><p>through a pipe</p>"));
	assert_int_equal(r.count, 1);
	assert_string_equal(r.items[0].file, "-");
	assert_string_equal(r.items[0].type, "text/html");
	assert_non_null(strstr(r.items[0].body, "through a pipe"));
	reading_free(&r);
}

static void a_body_over_the_ceiling_is_dropped_without_being_held(void **state)
{
	(void)state;
	const char *path = file_new("large.txt", VIEW("The beginning of a gibibyte"));
	assert_int_equal(truncate(path, 1 << 30), 0); /* a hole: takes no room on disk */
	struct reading r = read_one(path);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].reason, GARNER_TOO_LARGE);
	assert_true(peak_memory() < MIB(400)); /* a sanitizer's share included */
	reading_free(&r);
}

static void a_coding_around_a_file_is_undone(void **state)
{
	(void)state;
	struct buf gz = gzip_of(VIEW("<html><p>packed once</p></html>"));
	struct buf zst = zstd_of(VIEW("plain packed text"), VIEW_NONE);
	const char *inputs[] = { file_new("a.gz", buf_view(&gz)), file_new("b.zst", buf_view(&zst)) };
	struct reading r = read_inputs(inputs, 2);
	assert_int_equal(r.count, 2);
	assert_string_equal(r.items[0].type, "text/html");
	assert_string_equal(r.items[1].body, "plain packed text");
	reading_free(&r);
	buf_free(&gz);
	buf_free(&zst);
}

static void more_codings_than_the_ceiling_are_refused(void **state)
{
	(void)state;
	struct buf bytes = gzip_of(VIEW("deep inside"));
	for (int i = 0; i < LIMIT_CODINGS; i++) {
		struct buf outer = gzip_of(buf_view(&bytes));
		buf_free(&bytes);
		bytes = outer;
	}
	struct reading r = read_one(file_new("deep.gz", buf_view(&bytes)));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].reason, GARNER_TOO_DEEP);
	reading_free(&r);
	buf_free(&bytes);
}

static void a_cut_gzip_file_is_dropped_as_truncated(void **state)
{
	(void)state;
	struct buf gz = gzip_of(VIEW("One sentence, then another, and a third one that is cut off."));
	const char *inputs[] = { file_new("cut.txt.gz", view_first(buf_view(&gz), gz.n - 12)),
		file_new("good.txt", VIEW("good")) };
	struct reading r = read_inputs(inputs, 2);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, GARNER_TRUNCATED);
	assert_string_equal(r.items[1].body, "good");
	reading_free(&r);
	buf_free(&gz);
}

static void a_zstd_window_over_the_ceiling_is_refused(void **state)
{
	(void)state;
	/* A frame header that asks for a window of 2 GiB (RFC 8878, 3.1.1.1.2: exponent 21), then an empty last block.
	 */
	struct reading r = read_one(file_new("wide.zst", VIEW("\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00")));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].reason, GARNER_BAD_CODING);
	reading_free(&r);
}

static const struct view json_input =
	VIEW("{\"text\":\"Ein Satz.\",\"url\":\"https://a.example/1\",\"record\":\"<urn:x:1>\"}\n"
	     "{\"text\":\n"
	     "\r\n"
	     "{\"html\":\"<p>Zwei</p>\",\"id\":7,\"title\":\"T\",\"date\":\"2021-03-04\"}\r\n"
	     "[1,2]\n"
	     "{\"url\":\"https://a.example/nothing\"}\n"
	     "{\"text\":\"\xE4\xB8\x89\",\"src\":{\"record\":\"<urn:x:3>\"},\"record\":\"other\"}");

static void check_json_lines(const struct reading *r)
{
	assert_int_equal(r->count, 6);
	assert_int_equal(r->items[0].reason, 0);
	assert_string_equal(r->items[0].record, "<urn:x:1>");
	assert_string_equal(r->items[0].url, "https://a.example/1");
	assert_string_equal(r->items[0].type, "text/plain; charset=utf-8");
	assert_int_equal(r->items[1].reason, GARNER_BAD_JSON);
	assert_memory_equal(r->items[1].detail, "line 2: ", 8);
	assert_int_equal(r->items[2].reason, 0);
	assert_string_equal(r->items[2].record, "7");
	assert_string_equal(r->items[2].type, "text/html; charset=utf-8");
	assert_int_equal(r->items[3].reason, GARNER_BAD_JSON);
	assert_string_equal(r->items[3].detail, "line 5: not an object");
	assert_string_equal(r->items[4].detail, "line 6: neither text nor html");
	assert_string_equal(r->items[5].record, "<urn:x:3>");
	assert_string_equal(r->items[5].body, "\xE4\xB8\x89");
}

static void json_lines_give_a_page_each_and_bad_ones_their_number(void **state)
{
	(void)state;
	struct reading r = read_one(file_new("lines.txt", json_input));
	check_json_lines(&r);
	assert_int_equal(r.items[0].offset, 0);
	assert_int_equal(r.items[2].offset, (int)view_find(json_input, VIEW("{\"html\"")));
	reading_free(&r);
}

static void json_lines_are_read_through_codings_and_pipes(void **state)
{
	(void)state;
	struct buf gz = gzip_of(json_input), zst = zstd_of(json_input, VIEW_NONE);
	struct reading r = read_one(file_new("lines.jsonl.gz", buf_view(&gz)));
	check_json_lines(&r);
	reading_free(&r);
	r = read_one(file_new("lines.jsonl.zst", buf_view(&zst)));
	check_json_lines(&r);
	reading_free(&r);
	r = read_piped(json_input);
	check_json_lines(&r);
	reading_free(&r);
	buf_free(&gz);
	buf_free(&zst);
}

static void json_lines_before_a_cut_are_read(void **state)
{
	(void)state;
	struct buf lines = BUF_INIT(MIB(4));
	for (unsigned i = 0; i < 2000; i++)
		buf_printf(&lines, "{\"text\":\"Satz %u von vielen, %u.\"}\n", i, i * 2654435761u);
	struct buf gz = gzip_of(buf_view(&lines));
	struct reading r = read_one(file_new("cut.jsonl.gz", view_first(buf_view(&gz), gz.n / 2)));
	assert_true(r.count > 500 && r.count < 2000);
	assert_int_equal(count_of(&r, 0), r.count - 1);
	assert_int_equal(r.items[r.count - 1].reason, GARNER_TRUNCATED);
	assert_non_null(strstr(r.items[r.count - 1].detail, "line "));
	reading_free(&r);
	buf_free(&lines);
	buf_free(&gz);
}

static void a_line_over_the_ceiling_is_dropped_and_the_next_is_read(void **state)
{
	(void)state;
	struct buf lines = BUF_INIT(MIB(64));
	buf_puts(&lines, "{\"text\":\"first\"}\n{\"text\":\"");
	char *room = buf_room(&lines, LIMIT_LINE_BYTES);
	memset(room, 'x', LIMIT_LINE_BYTES);
	buf_added(&lines, LIMIT_LINE_BYTES);
	buf_puts(&lines, "\"}\n{\"text\":\"last\"}\n");
	struct reading r = read_one(file_new("long.jsonl", buf_view(&lines)));
	assert_int_equal(r.count, 3);
	assert_int_equal(r.items[1].reason, GARNER_TOO_LARGE);
	assert_memory_equal(r.items[1].detail, "line 2: ", 8);
	assert_string_equal(r.items[2].body, "last");
	reading_free(&r);
	buf_free(&lines);
}

static void a_stream_goes_back_only_where_it_can(void **state)
{
	(void)state;
	struct stream *stream = stream_of_view(VIEW("0123456789"));
	assert_true(view_eq(stream_look(stream, 4), VIEW("0123")));
	assert_true(stream_skip(stream, 4));
	assert_false(stream_seek(stream, 1));
	assert_true(view_eq(stream_look(stream, 100), VIEW("456789")));
	assert_true(stream_seek(stream, 8));
	assert_true(view_eq(stream_look(stream, 100), VIEW("89")));
	assert_false(stream_skip(stream, 3));
	assert_int_equal(stream->offset, 10);
	stream_close(stream);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bids_go_by_content_before_the_name),
		TEST(a_folder_is_read_in_the_order_of_the_bytes_of_its_paths),
		TEST(links_are_followed_but_a_folder_is_entered_once),
		TEST(a_store_in_a_folder_is_passed_over_and_refused_when_it_is_named),
		TEST(folders_below_the_ceiling_are_dropped_and_the_rest_is_read),
		TEST(a_pipe_in_a_folder_is_not_waited_for),
		TEST(a_file_without_permission_is_dropped_and_the_next_is_read),
		TEST(a_read_that_fails_is_told_of),
		TEST(a_name_that_is_not_utf8_is_read_and_shown_escaped),
		TEST(an_empty_file_is_an_input_of_no_bytes),
		TEST(a_dash_reads_standard_input),
		TEST(a_body_over_the_ceiling_is_dropped_without_being_held),
		TEST(a_coding_around_a_file_is_undone),
		TEST(more_codings_than_the_ceiling_are_refused),
		TEST(a_cut_gzip_file_is_dropped_as_truncated),
		TEST(a_zstd_window_over_the_ceiling_is_refused),
		TEST(json_lines_give_a_page_each_and_bad_ones_their_number),
		TEST(json_lines_are_read_through_codings_and_pipes),
		TEST(json_lines_before_a_cut_are_read),
		TEST(a_line_over_the_ceiling_is_dropped_and_the_next_is_read),
		TEST(a_stream_goes_back_only_where_it_can),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
