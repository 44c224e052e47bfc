#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "capture/warc_read.h"
#include "store/warc_write.h"
#include "util/limits.h"

static const struct capture feed_capture = {
	.body = { "<html><p>Artikkeli</p></html>", 29 },
	.url = { "https://news.example/1", 22 },
	.url_requested = { "https://news.example/r?1", 24 },
	.fetched = 1700000000,
	.status = 200,
	.head = { "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: W/\"a\"\r\nContent-Length: 29\r\n\r\n", 77 },
	.request_head = { "GET /r?1 HTTP/1.1\r\nHost: news.example\r\n\r\n", 41 },
	.content_type = { "text/html", 9 },
	.ip = { "192.0.2.7", 9 },
	.feed_url = { "https://news.example/feed", 25 },
	.feed_guid = { "tag:1", 5 },
	.feed_published = { "2023-11-14T22:00:00Z", 20 },
	.feed_title = { "Otsikko", 7 },
	.robots = { "allowed", 7 },
	.offset = GARNER_NO_NUMBER,
	.length = GARNER_NO_NUMBER,
};

static struct buf write_one(enum warc_packing packing, const struct capture *capture,
	const struct warc_original *original, struct warc_place *group, struct warc_place *main)
{
	struct buf out = BUF_INIT(MIB(64));
	struct warc_writer *writer = NULL;
	assert_int_equal(warc_writer_new(packing, &writer, NULL), 0);
	assert_int_equal(warc_write_info(writer, &out, VIEW("x.warc"), 5, VIEW_NONE, NULL), 0);
	assert_int_equal(warc_write_capture(writer, &out, capture, 5, original, group, main), 0);
	warc_writer_free(writer);
	return out;
}

static struct page page_new(void)
{
	struct page page = { 0 };
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page_reset(&page);
	return page;
}

static void assert_view(struct view a, struct view b)
{
	assert_int_equal(a.n, b.n);
	if (a.n)
		assert_memory_equal(a.p, b.p, a.n);
}

static void check_round_trip(enum warc_packing packing)
{
	struct warc_place group, main;
	struct buf out = write_one(packing, &feed_capture, NULL, &group, &main);
	struct page page = page_new();
	const struct capture *c = &page.capture;
	assert_int_equal(group.offset + group.length, out.n);
	assert_int_equal(main.offset + main.length, out.n);
	assert_int_equal(warc_read_group(view_make(out.p + group.offset, group.length), &page), 0);
	assert_view(c->body, feed_capture.body);
	assert_view(c->head, feed_capture.head);
	assert_view(c->request_head, feed_capture.request_head);
	assert_view(c->url, feed_capture.url);
	assert_view(c->url_requested, feed_capture.url_requested);
	assert_view(c->ip, feed_capture.ip);
	assert_view(c->etag, VIEW("W/\"a\""));
	assert_view(c->robots, feed_capture.robots);
	assert_view(c->feed_url, feed_capture.feed_url);
	assert_view(c->feed_guid, feed_capture.feed_guid);
	assert_view(c->feed_published, feed_capture.feed_published);
	assert_view(c->feed_title, feed_capture.feed_title);
	assert_view(c->record, view_of(group.record));
	assert_int_equal(c->fetched, feed_capture.fetched);
	assert_int_equal(c->status, 200);
	assert_false(c->truncated);
	arena_free(&page.arena);
	buf_free(&out);
}

static void a_capture_comes_back_as_it_was_written(void **state)
{
	(void)state;
	check_round_trip(WARC_PACK_GZIP);
	check_round_trip(WARC_PACK_ZSTD);
	check_round_trip(WARC_PACK_NONE);
}

static void the_same_capture_gives_the_same_bytes_and_another_another_id(void **state)
{
	(void)state;
	struct warc_place a, b, c;
	struct buf first = write_one(WARC_PACK_GZIP, &feed_capture, NULL, &a, NULL);
	struct buf again = write_one(WARC_PACK_GZIP, &feed_capture, NULL, &b, NULL);
	struct capture other = feed_capture;
	other.fetched++;
	struct buf third = write_one(WARC_PACK_GZIP, &other, NULL, &c, NULL);
	assert_view(buf_view(&first), buf_view(&again));
	assert_string_equal(a.record, b.record);
	assert_string_not_equal(a.record, c.record);
	assert_int_equal(strlen(a.record), 47);
	assert_int_equal(a.record[24], '5');	       /* version */
	assert_non_null(strchr("89ab", a.record[29])); /* variant */
	buf_free(&first);
	buf_free(&again);
	buf_free(&third);
}

static void the_bytes_are_those_of_the_standard(void **state)
{
	(void)state;
	struct warc_place group, main;
	struct buf out = write_one(WARC_PACK_NONE, &feed_capture, NULL, &group, &main);
	struct view record = view_make(out.p + main.offset, main.length), line, rest = record;
	static const char *const lines[] = { "WARC/1.1", "WARC-Type: response", NULL, "WARC-Date: 2023-11-14T22:13:20Z",
		"WARC-Target-URI: https://news.example/1", "WARC-IP-Address: 192.0.2.7",
		"WARC-Block-Digest: sha1:TDKK3E57BAEAHSQGRJDMHKNJKE5SPX4Q",
		"WARC-Payload-Digest: sha1:DGVNTGJ5FDSE2BPQGJI2EK2ZI4SIBSLL",
		"Content-Type: application/http; msgtype=response", "Content-Length: 106", "" };
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(view_next_line(&rest, &line));
		if (lines[i])
			assert_view(line, view_of(lines[i]));
	}
	assert_true(view_ends(record, VIEW("</html>\r\n\r\n")));
	buf_free(&out);
}

static void a_chunked_head_gets_a_body_that_fits_it(void **state)
{
	(void)state;
	struct capture c = feed_capture;
	struct page page = page_new();
	struct warc_place group;
	c.head = VIEW("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n");
	struct buf out = write_one(WARC_PACK_NONE, &c, NULL, &group, NULL);
	assert_true(view_find(buf_view(&out), VIEW("\r\n\r\n1d\r\n<html>")) < out.n);
	assert_true(view_find(buf_view(&out), VIEW("</html>\r\n0\r\n\r\n\r\n\r\n")) < out.n);
	assert_int_equal(warc_read_group(view_make(out.p + group.offset, group.length), &page), 0);
	assert_view(page.capture.body, c.body);
	assert_view(page.capture.head, c.head);
	assert_false(page.capture.truncated);
	arena_free(&page.arena);
	buf_free(&out);
}

static void an_unchanged_body_is_a_revisit(void **state)
{
	(void)state;
	struct warc_original original = { VIEW("<urn:uuid:first>"), VIEW("https://news.example/1"), 1600000000 };
	struct warc_place group;
	struct buf out = write_one(WARC_PACK_NONE, &feed_capture, &original, &group, NULL);
	struct view all = buf_view(&out);
	assert_true(view_find(all, VIEW("WARC-Type: revisit\r\n")) < all.n);
	assert_true(view_find(all, VIEW("revisit/identical-payload-digest\r\n")) < all.n);
	assert_true(view_find(all, VIEW("WARC-Refers-To: <urn:uuid:first>\r\n")) < all.n);
	assert_true(view_find(all, VIEW("WARC-Refers-To-Date: 2020-09-13T12:26:40Z\r\n")) < all.n);
	assert_true(view_find(all, VIEW("WARC-Payload-Digest: sha1:DGVNTGJ5FDSE2BPQGJI2EK2ZI4SIBSLL\r\n")) < all.n);
	assert_int_equal(view_find(all, VIEW("Artikkeli")), all.n);
	struct page page = page_new();
	assert_int_equal(warc_read_group(view_make(out.p + group.offset, group.length), &page), GARNER_UNCHANGED);
	assert_view(page.capture.record, view_of(group.record));
	arena_free(&page.arena);
	struct capture not_modified = feed_capture;
	not_modified.status = 304;
	not_modified.body = VIEW_NONE;
	buf_free(&out);
	out = write_one(WARC_PACK_NONE, &not_modified, &original, NULL, NULL);
	assert_true(view_find(buf_view(&out), VIEW("revisit/server-not-modified\r\n")) < out.n);
	assert_int_equal(view_find(buf_view(&out), VIEW("WARC-Payload-Digest")), out.n);
	buf_free(&out);
}

static void a_capture_without_a_head_is_a_resource(void **state)
{
	(void)state;
	struct capture c = feed_capture;
	struct page page = page_new();
	struct warc_place group;
	c.head = c.request_head = VIEW_NONE;
	struct buf out = write_one(WARC_PACK_ZSTD, &c, NULL, &group, NULL);
	assert_int_equal(warc_read_group(view_make(out.p + group.offset, group.length), &page), 0);
	assert_view(page.capture.body, c.body);
	assert_view(page.capture.content_type, VIEW("text/html"));
	assert_int_equal(page.capture.status, 0);
	arena_free(&page.arena);
	buf_free(&out);
}

static void a_value_can_not_begin_a_line_of_its_own(void **state)
{
	(void)state;
	struct capture c = feed_capture;
	c.url = VIEW("https://a.example/\r\nWARC-Type: warcinfo");
	c.feed_guid = VIEW("one\r\nrobots: none");
	c.robots = VIEW_NONE;
	struct page page = page_new();
	struct warc_place group;
	struct buf out = write_one(WARC_PACK_NONE, &c, NULL, &group, NULL);
	assert_int_equal(warc_read_group(view_make(out.p + group.offset, group.length), &page), 0);
	assert_view(page.capture.url, VIEW("https://a.example/%0D%0AWARC-Type: warcinfo"));
	assert_view(page.capture.feed_guid, VIEW("one  robots: none"));
	assert_int_equal(page.capture.robots.n, 0);
	arena_free(&page.arena);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_capture_comes_back_as_it_was_written),
		cmocka_unit_test(the_same_capture_gives_the_same_bytes_and_another_another_id),
		cmocka_unit_test(the_bytes_are_those_of_the_standard),
		cmocka_unit_test(a_chunked_head_gets_a_body_that_fits_it),
		cmocka_unit_test(an_unchanged_body_is_a_revisit),
		cmocka_unit_test(a_capture_without_a_head_is_a_resource),
		cmocka_unit_test(a_value_can_not_begin_a_line_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
