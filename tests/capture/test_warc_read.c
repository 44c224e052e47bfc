#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>
#include "capture/source.h"
#include "capture/warc_head.h"
#include "reading.h"
#include "util/hash.h"
#include "util/limits.h"

/* ---- records ------------------------------------------------------------------------------- */

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"

/* A record as @version and @type say, with @fields (lines with CRLF) and a Content-Length of its block plus @lie. */
static void put_record(struct buf *out, const char *version, const char *type, const char *id, const char *fields,
	struct view block, int64_t lie)
{
	buf_printf(out, "%s\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:test:%s>\r\n", version, type, id);
	buf_printf(out, "WARC-Target-URI: https://a.example/%s\r\nWARC-Date: 2024-02-29T12:00:00Z\r\n", id);
	buf_printf(out, "%sContent-Length: %lld\r\n\r\n", fields, (long long)((int64_t)block.n + lie));
	buf_putv(out, block);
	buf_puts(out, "\r\n\r\n");
}

#define HTTP_TYPE "Content-Type: application/http; msgtype=response\r\n"

static void put_response(struct buf *out, const char *id, const char *fields, const char *block, int64_t lie)
{
	char all[1024];
	snprintf(all, sizeof(all), HTTP_TYPE "%s", fields);
	put_record(out, "WARC/1.1", "response", id, all, view_of(block), lie);
}

static void put_good(struct buf *out, unsigned i)
{
	char id[32], block[256];
	snprintf(id, sizeof(id), "good-%u", i);
	snprintf(block, sizeof(block), OK_HEAD "<html><p>Hyvä sivu %u</p></html>", i);
	put_response(out, id, "", block, 0);
}

static const char *digest_field(const char *name, const char *of, bool hex)
{
	static char line[256];
	uint8_t sum[20];
	char text[64];
	sha1_of(view_of(of), sum);
	if (hex)
		hex_of(sum, 20, text);
	else
		base32_of(sum, 20, text);
	snprintf(line, sizeof(line), "%s: sha1:%s\r\n", name, text);
	return line;
}

static const char page_block[] = OK_HEAD "<html><p>Une page</p></html>";
static const char page_body[] = "<html><p>Une page</p></html>";

static void length_into_the_next(struct buf *out)
{
	put_response(out, "bad", "", page_block, 150);
}
static void length_too_short(struct buf *out)
{
	put_response(out, "bad", "", page_block, -20);
}
static void length_beyond_all(struct buf *out)
{
	put_response(out, "bad", "", page_block, 999999999999);
}
static void length_negative(struct buf *out)
{
	put_response(out, "bad", "", page_block, -1000);
}
static void length_missing(struct buf *out)
{
	buf_puts(out, "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:test:bad>\r\n\r\n");
	buf_puts(out, page_block);
	buf_puts(out, "\r\n\r\n");
}
static void length_not_a_number(struct buf *out)
{
	buf_puts(
		out, "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 12 bytes\r\n\r\nHTTP/1.1 200\r\n\r\n\r\n\r\n");
}
static void garbage_between(struct buf *out)
{
	buf_puts(out, "These bytes belong to no record.\r\nWARC/ is named here, and WARC/1.1 too.\r\n\r\n");
}
static void garbage_without_a_line_end(struct buf *out)
{
	buf_printf(out, "zeros%*s", 4000, "");
}
/* What a writer leaves that is killed and goes on in the same file. */
static void cut_in_the_page(struct buf *out)
{
	put_response(out, "bad", "", page_block, 0);
	out->n -= 10;
}
static void cut_in_a_field(struct buf *out)
{
	buf_puts(
		out, "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://cut.example/x\r\nWARC-Date: 2024-02");
}
static void cut_in_a_name(struct buf *out)
{
	buf_puts(out, "WARC/1.1\r\nWARC-Ta");
}
static void cut_behind_a_field(struct buf *out)
{
	buf_puts(out, "WARC/1.1\r\nWARC-Target-URI: https://cut.example/x\r\n");
}
static void uri_like_a_version_line(struct buf *out)
{
	buf_printf(out,
		"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/WARC/1.1\r\n"
		"WARC-Record-ID: <urn:test:odd>\r\nWARC-Concurrent-To: <urn:test:a>\r\n"
		"WARC-Concurrent-To: <urn:test:b>\r\nContent-Length: %zu\r\n\r\n%s\r\n\r\n",
		sizeof(page_block) - 1, page_block);
}
static void interim_answers(struct buf *out)
{
	put_response(out, "odd", "",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" OK_HEAD
		"<html><p>Une page</p></html>",
		0);
}
static void type_of_what_is_inside(struct buf *out)
{
	put_record(out, "WARC/1.0", "response", "odd", "Content-Type: text/html\r\n", view_of(page_block), 0);
}
static void chunked_in_a_second_field(struct buf *out)
{
	put_response(out, "odd", "",
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: identity\r\n"
		"Transfer-Encoding: chunked\r\n\r\n"
		"d\r\n<html><p>Une \r\n4\r\npage\r\nb\r\n</p></html>\r\n0\r\n\r\n",
		0);
}
static void head_of_many_bytes(struct buf *out)
{
	buf_puts(out, "WARC/1.1\r\nWARC-Type: response\r\nX-Long: ");
	for (size_t i = 0; i < LIMIT_HEAD_BYTES / 16; i++)
		buf_puts(out, "0123456789abcdef");
	buf_puts(out, "\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n");
}
static void head_of_many_fields(struct buf *out)
{
	buf_puts(out, "WARC/1.1\r\nWARC-Type: response\r\n");
	for (int i = 0; i < LIMIT_HEAD_FIELDS; i++)
		buf_printf(out, "X-%d: 1\r\n", i);
	buf_puts(out, "Content-Length: 3\r\n\r\nabc\r\n\r\n");
}
static void wrong_block_digest(struct buf *out)
{
	put_response(out, "bad", digest_field("WARC-Block-Digest", "other bytes", false), page_block, 0);
}
static void wrong_payload_digest(struct buf *out)
{
	put_response(out, "bad", digest_field("WARC-Payload-Digest", "other bytes", true), page_block, 0);
}
static void unknown_version(struct buf *out)
{
	put_record(out, "WARC/3.0", "response", "bad", HTTP_TYPE, view_of(page_block), 0);
}
static void unknown_type(struct buf *out)
{
	put_record(out, "WARC/1.1", "daydream", "bad", HTTP_TYPE, view_of(page_block), 0);
}
static void no_http_head(struct buf *out)
{
	put_response(out, "bad", "", "<html><p>no head in front</p></html>", 0);
}
static void http_head_without_end(struct buf *out)
{
	put_response(out, "bad", "", "HTTP/1.1 200 OK\r\nContent-Type: text/html", 0);
}
static void segment(struct buf *out)
{
	put_response(out, "bad", "WARC-Segment-Number: 1\r\n", page_block, 0);
}
static void an_image(struct buf *out)
{
	put_response(out, "bad", "", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG", 0);
}
static void an_error_status(struct buf *out)
{
	put_response(out, "bad", "", "HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\n\r\n<html></html>", 0);
}
static void a_revisit(struct buf *out)
{
	put_record(out, "WARC/1.1", "revisit", "bad",
		HTTP_TYPE "WARC-Refers-To: <urn:test:good-0>\r\n"
			  "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n",
		VIEW("HTTP/1.1 200 OK\r\n\r\n"), 0);
}
static void block_without_end(struct buf *out)
{
	put_response(out, "odd", "", page_block, 0);
	out->n -= 4;
}
static void bare_line_feeds(struct buf *out)
{
	buf_printf(out,
		"WARC/1.0\nWARC-Type: response\nWARC-Record-ID: <urn:test:odd>\nContent-Length: %zu\n"
		"Content-Type: application/http\n\n%s\n\n",
		sizeof(page_block) - 1, page_block);
}
static void bracketed_uri(struct buf *out)
{
	buf_printf(out,
		"WARC/1.0\r\nwarc-type: Response\r\nWARC-Target-URI: <https://a.example/odd>\r\n"
		"WARC-Record-ID: <urn:test:odd>\r\nContent-Length: %zu\r\n\r\n%s\r\n\r\n",
		sizeof(page_block) - 1, page_block);
}
static void hex_digest(struct buf *out)
{
	put_response(out, "odd", digest_field("WARC-Block-Digest", page_block, true), page_block, 0);
}
static void base32_digest(struct buf *out)
{
	put_response(out, "odd", digest_field("WARC-Payload-Digest", page_body, false), page_block, 0);
}
static void digest_of_unknown_kind(struct buf *out)
{
	put_response(out, "odd", "WARC-Block-Digest: blake9:0000\r\n", page_block, 0);
}
static void folded_field(struct buf *out)
{
	put_response(out, "odd", "X-Note: first line\r\n\tsecond line: with a colon\r\n", page_block, 0);
}
static void chunks_that_end_early(struct buf *out)
{
	put_response(out, "odd", "",
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
		"9\r\n<html><p>\r\n8\r\nUne page\r\n20\r\n</p></html>",
		0);
}
static void a_record_in_a_page(struct buf *out)
{
	put_response(out, "odd", "",
		OK_HEAD "<html><pre>\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nUne page</pre>", 0);
}
static void bad_bytes_in_the_head(struct buf *out)
{
	buf_printf(out,
		"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\xE9\x01\r\nWARC-Date: soon\r\n"
		"WARC-Record-ID: <urn:test:odd>\r\nContent-Length: %zu\r\n\r\n%s\r\n\r\n",
		sizeof(page_block) - 1, page_block);
}

/* Every kind of damage, what becomes of it, and where members bound the damage, what then. */
static const struct damage {
	void (*put)(struct buf *out);
	int reason, in_member; /* 0: it is read all the same */
} damages[] = {
	{ length_into_the_next, GARNER_BAD_RECORD, GARNER_TRUNCATED },
	{ length_too_short, GARNER_BAD_RECORD, GARNER_BAD_RECORD },
	{ length_beyond_all, GARNER_BAD_RECORD, GARNER_TRUNCATED },
	{ length_negative, GARNER_BAD_RECORD, GARNER_BAD_RECORD },
	{ length_missing, GARNER_BAD_RECORD, GARNER_BAD_RECORD },
	{ length_not_a_number, GARNER_BAD_RECORD, GARNER_BAD_RECORD },
	{ garbage_between, GARNER_BAD_RECORD, GARNER_BAD_RECORD },
	{ garbage_without_a_line_end, GARNER_BAD_RECORD, GARNER_BAD_RECORD },
	{ cut_in_the_page, GARNER_BAD_RECORD, GARNER_TRUNCATED },
	{ cut_in_a_field, GARNER_BAD_RECORD, GARNER_TRUNCATED },
	{ cut_in_a_name, GARNER_BAD_RECORD, GARNER_TRUNCATED },
	{ cut_behind_a_field, GARNER_BAD_RECORD, GARNER_TRUNCATED },
	{ head_of_many_bytes, GARNER_BAD_RECORD, GARNER_BAD_RECORD },
	{ head_of_many_fields, GARNER_BAD_RECORD, GARNER_BAD_RECORD },
	{ wrong_block_digest, GARNER_BAD_DIGEST, GARNER_BAD_DIGEST },
	{ wrong_payload_digest, GARNER_BAD_DIGEST, GARNER_BAD_DIGEST },
	{ unknown_version, GARNER_UNSUPPORTED, GARNER_UNSUPPORTED },
	{ unknown_type, GARNER_NOT_A_PAGE, GARNER_NOT_A_PAGE },
	{ no_http_head, GARNER_BAD_HTTP, GARNER_BAD_HTTP },
	{ http_head_without_end, GARNER_BAD_HTTP, GARNER_BAD_HTTP },
	{ segment, GARNER_UNSUPPORTED, GARNER_UNSUPPORTED },
	{ an_image, GARNER_NOT_A_PAGE, GARNER_NOT_A_PAGE },
	{ an_error_status, GARNER_HTTP_ERROR, GARNER_HTTP_ERROR },
	{ a_revisit, GARNER_UNCHANGED, GARNER_UNCHANGED },
	{ block_without_end, 0, 0 },
	{ bare_line_feeds, 0, 0 },
	{ bracketed_uri, 0, 0 },
	{ uri_like_a_version_line, 0, 0 },
	{ interim_answers, 0, 0 },
	{ type_of_what_is_inside, 0, 0 },
	{ chunked_in_a_second_field, 0, 0 },
	{ hex_digest, 0, 0 },
	{ base32_digest, 0, 0 },
	{ digest_of_unknown_kind, 0, 0 },
	{ folded_field, 0, 0 },
	{ chunks_that_end_early, 0, 0 },
	{ a_record_in_a_page, 0, 0 },
	{ bad_bytes_in_the_head, 0, 0 },
};
enum { DAMAGES = sizeof(damages) / sizeof(damages[0]) };

/* A file of good records with a damaged one between each two. */
struct file {
	struct buf bytes;
	int64_t offsets[2 * DAMAGES + 1];
};

enum form { PLAIN, GZIP, ZSTD };

static void add(struct file *file, size_t i, enum form form, const struct buf *record)
{
	file->offsets[i] = (int64_t)file->bytes.n;
	struct buf packed = form == GZIP ? gzip_of(buf_view(record)) : zstd_of(buf_view(record), VIEW_NONE);
	buf_putv(&file->bytes, form == PLAIN ? buf_view(record) : buf_view(&packed));
	buf_free(&packed);
}

static struct file all_damages(enum form form)
{
	struct file file = { .bytes = BUF_INIT(MIB(8)) };
	struct buf record = BUF_INIT(MIB(1));
	for (size_t i = 0; i <= 2 * DAMAGES; i++) {
		buf_reset(&record);
		if (i % 2)
			damages[i / 2].put(&record);
		else
			put_good(&record, (unsigned)i / 2);
		add(&file, i, form, &record);
	}
	buf_free(&record);
	return file;
}

static void check_damages(const struct file *file, const struct reading *r, bool members)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct taken *t = &r->items[i];
		assert_true(i <= 2 * DAMAGES);
		char body[64];
		int reason = i % 2 == 0 ? 0 : members ? damages[i / 2].in_member : damages[i / 2].reason;
		snprintf(body, sizeof(body), "<html><p>Hyvä sivu %zu</p></html>", i / 2);
		if (t->offset != file->offsets[i] || t->reason != reason)
			print_message("item %zu (damage %zu): %s\n", i, i / 2, t->detail ? t->detail : "");
		assert_int_equal(t->offset, file->offsets[i]);
		if (i % 2 == 0) {
			assert_int_equal(t->reason, 0);
			assert_string_equal(t->body, body);
		} else {
			assert_int_equal(t->reason, reason);
		}
		if (i % 2 && reason == 0)
			assert_non_null(strstr(t->body, "Une page"));
	}
	assert_int_equal(r->count, 2 * DAMAGES + 1);
}

static void each_damaged_record_is_told_of_and_all_others_are_read(void **state)
{
	(void)state;
	struct file file = all_damages(PLAIN);
	struct reading r = read_one(file_new("damaged.warc", buf_view(&file.bytes)));
	assert_true(DAMAGES >= 20);
	check_damages(&file, &r, false);
	reading_free(&r);
	buf_free(&file.bytes);
}

static void the_same_through_a_pipe_that_has_no_way_back(void **state)
{
	(void)state;
	struct file file = all_damages(PLAIN);
	struct reading r = read_piped(buf_view(&file.bytes));
	check_damages(&file, &r, false);
	reading_free(&r);
	buf_free(&file.bytes);
}

static void the_same_with_a_gzip_member_a_record(void **state)
{
	(void)state;
	struct file file = all_damages(GZIP);
	struct reading r = read_one(file_new("damaged.warc.gz", buf_view(&file.bytes)));
	check_damages(&file, &r, true);
	assert_int_equal(r.items[0].length, file.offsets[1]);
	reading_free(&r);
	buf_free(&file.bytes);
}

static void the_same_with_a_zstd_frame_a_record(void **state)
{
	(void)state;
	struct file file = all_damages(ZSTD);
	struct reading r = read_one(file_new("damaged.warc.zst", buf_view(&file.bytes)));
	check_damages(&file, &r, true);
	assert_int_equal(r.items[0].length, file.offsets[1]);
	reading_free(&r);
	buf_free(&file.bytes);
}

static void a_file_compressed_as_one_member_is_read(void **state)
{
	(void)state;
	struct file file = all_damages(PLAIN);
	struct buf gz = gzip_of(buf_view(&file.bytes));
	struct reading r = read_one(file_new("one-member.warc.gz", buf_view(&gz)));
	assert_int_equal(r.count, 2 * DAMAGES + 1);
	for (size_t i = 0; i < r.count; i++) {
		assert_int_equal(r.items[i].reason, i % 2 ? damages[i / 2].reason : 0);
		assert_int_equal(r.items[i].offset, 0);
	}
	reading_free(&r);
	buf_free(&gz);
	buf_free(&file.bytes);
}

/* bgzip, pzstd and split make members that know nothing of records. */
static void members_that_end_anywhere_are_one_file(void **state)
{
	(void)state;
	struct file file = all_damages(PLAIN);
	struct view plain = buf_view(&file.bytes);
	for (int form = GZIP; form <= ZSTD; form++) {
		for (size_t step = 97; step < 70000; step *= 26) {
			struct buf packed = BUF_INIT(MIB(8));
			for (size_t at = 0; at < plain.n; at += step) {
				struct view part = view_first(view_from(plain, at), step);
				struct buf member = form == GZIP ? gzip_of(part) : zstd_of(part, VIEW_NONE);
				buf_putv(&packed, buf_view(&member));
				buf_free(&member);
			}
			struct reading r = read_one(file_new("blocks.warc.gz", buf_view(&packed)));
			assert_int_equal(r.count, 2 * DAMAGES + 1);
			for (size_t i = 0; i < r.count; i++) {
				assert_int_equal(r.items[i].reason, i % 2 ? damages[i / 2].reason : 0);
				assert_true(i % 2 || strstr(r.items[i].body, "Hyvä sivu"));
			}
			reading_free(&r);
			buf_free(&packed);
		}
	}
	buf_free(&file.bytes);
}

static void many_empty_members_cost_little(void **state)
{
	(void)state;
	enum { MANY = 100000 };
	struct buf record = BUF_INIT(MIB(1)), all = BUF_INIT(MIB(8)), nothing = gzip_of(VIEW("")), good;
	put_good(&record, 0);
	good = gzip_of(buf_view(&record));
	for (int i = 0; i < MANY; i++)
		buf_putv(&all, buf_view(&nothing));
	buf_putv(&all, buf_view(&good));
	clock_t began = clock();
	struct reading r = read_one(file_new("empty.warc.gz", buf_view(&all)));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].reason, 0);
	assert_true(clock() - began < 10 * CLOCKS_PER_SEC); /* each one moved 2 MiB: 20 to 40 s */
	reading_free(&r);
	buf_free(&record);
	buf_free(&all);
	buf_free(&nothing);
	buf_free(&good);
}

/* A head that does not end was read anew, 64 KiB of it, for each of the records that begin in it. */
static void heads_in_heads_cost_little(void **state)
{
	(void)state;
	enum { MANY = 100000 };
	struct buf all = BUF_INIT(MIB(8));
	for (int i = 0; i < MANY; i++)
		buf_puts(&all, "WARC/1.0\r\nWARC-\n");
	put_good(&all, 0);
	clock_t began = clock();
	struct reading r = read_one(file_new("heads.warc", buf_view(&all)));
	assert_int_equal(r.count, MANY + 1);
	assert_int_equal(count_of(&r, GARNER_BAD_RECORD), MANY);
	assert_int_equal(r.items[MANY].reason, 0);
	assert_true(clock() - began < 10 * CLOCKS_PER_SEC);
	reading_free(&r);
	buf_free(&all);
}

/* ---- damage of the compression --------------------------------------------------------------- */

/* Three members; @hurt changes the second one, which lies at bytes[0..n). */
static void check_hurt_member(void (*hurt)(struct buf *member), int reason)
{
	struct file file = { .bytes = BUF_INIT(MIB(1)) };
	struct buf record = BUF_INIT(MIB(1));
	for (unsigned i = 0; i < 3; i++) {
		buf_reset(&record);
		put_good(&record, i);
		file.offsets[i] = (int64_t)file.bytes.n;
		struct buf member = gzip_of(buf_view(&record));
		if (i == 1)
			hurt(&member);
		buf_putv(&file.bytes, buf_view(&member));
		buf_free(&member);
	}
	for (int piped = 0; piped < 2; piped++) {
		struct reading r = piped ? read_piped(buf_view(&file.bytes))
					 : read_one(file_new("hurt.warc.gz", buf_view(&file.bytes)));
		assert_int_equal(r.count, 3);
		assert_int_equal(r.items[0].reason, 0);
		assert_int_equal(r.items[1].reason, reason);
		assert_int_equal(r.items[1].offset, file.offsets[1]);
		assert_int_equal(r.items[2].reason, 0);
		assert_int_equal(r.items[2].offset, file.offsets[2]);
		assert_string_equal(r.items[2].body, "<html><p>Hyvä sivu 2</p></html>");
		reading_free(&r);
	}
	buf_free(&record);
	buf_free(&file.bytes);
}

static void flip_in_the_middle(struct buf *member)
{
	for (size_t i = member->n / 2; i < member->n / 2 + 8; i++)
		member->p[i] = (char)~member->p[i];
}
static void flip_in_the_checksum(struct buf *member)
{
	member->p[member->n - 6] ^= 1;
}
static void spoil_the_magic(struct buf *member)
{
	member->p[1] = 'x';
}
static void cut_the_second_half(struct buf *member)
{
	member->n /= 2;
}

static void a_member_with_bad_bytes_is_told_of_and_the_next_is_read(void **state)
{
	(void)state;
	check_hurt_member(flip_in_the_middle, GARNER_BAD_CODING);
}

static void a_member_with_a_wrong_checksum_is_told_of_and_the_next_is_read(void **state)
{
	(void)state;
	check_hurt_member(flip_in_the_checksum, GARNER_BAD_CODING);
}

static void bytes_that_are_no_member_are_told_of_and_the_next_is_read(void **state)
{
	(void)state;
	check_hurt_member(spoil_the_magic, GARNER_BAD_RECORD);
}

static void a_member_cut_inside_the_file_is_told_of_and_the_next_is_read(void **state)
{
	(void)state;
	struct file file = { .bytes = BUF_INIT(MIB(1)) };
	struct buf record = BUF_INIT(MIB(1));
	for (unsigned i = 0; i < 3; i++) {
		buf_reset(&record);
		put_good(&record, i);
		struct buf member = gzip_of(buf_view(&record));
		if (i == 1)
			cut_the_second_half(&member);
		buf_putv(&file.bytes, buf_view(&member));
		buf_free(&member);
	}
	struct reading r = read_one(file_new("cut-inside.warc.gz", buf_view(&file.bytes)));
	assert_int_equal(count_of(&r, 0), 2);
	assert_non_null(taken_of(&r, "<urn:test:good-2>"));
	assert_int_equal(r.count, 3);
	assert_int_equal(r.items[1].reason, GARNER_BAD_CODING);
	reading_free(&r);
	buf_free(&record);
	buf_free(&file.bytes);
}

/* A file that ends at any byte: the records before the cut are read, and the cut one is told of unless nothing of it
 * is there. */
static void check_cut_anywhere(enum form form)
{
	struct file file = { .bytes = BUF_INIT(MIB(1)) };
	struct buf record = BUF_INIT(MIB(1));
	for (unsigned i = 0; i < 2; i++) {
		buf_reset(&record);
		put_good(&record, i);
		add(&file, i, form, &record);
	}
	size_t second = (size_t)file.offsets[1], step = form == PLAIN ? 7 : 3;
	size_t whole = form == PLAIN ? file.bytes.n - 4 : file.bytes.n; /* the last newlines may be missing */
	for (size_t n = second + 1; n < whole; n += step) {
		struct reading r = read_one(file_new("cut", view_first(buf_view(&file.bytes), n)));
		assert_int_equal(r.count, 2);
		assert_int_equal(r.items[0].reason, 0);
		assert_string_equal(r.items[0].body, "<html><p>Hyvä sivu 0</p></html>");
		assert_true(r.items[1].reason == GARNER_TRUNCATED ||
			    (r.items[1].reason == GARNER_BAD_RECORD && n < second + 9));
		assert_int_equal(r.items[1].offset, second);
		reading_free(&r);
	}
	buf_free(&record);
	buf_free(&file.bytes);
}

static void a_plain_file_cut_anywhere_gives_what_stands_before(void **state)
{
	(void)state;
	check_cut_anywhere(PLAIN);
}

static void a_gzip_file_cut_anywhere_gives_what_stands_before(void **state)
{
	(void)state;
	check_cut_anywhere(GZIP);
}

static void zero_bytes_behind_the_last_member_are_padding(void **state)
{
	(void)state;
	struct buf record = BUF_INIT(MIB(1));
	put_good(&record, 0);
	struct buf gz = gzip_of(buf_view(&record));
	buf_put(&gz, (char[10000]){ 0 }, 10000);
	struct reading r = read_one(file_new("padded.warc.gz", buf_view(&gz)));
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].reason, 0);
	reading_free(&r);
	buf_free(&record);
	buf_free(&gz);
}

/* ---- large records --------------------------------------------------------------------------- */

static void write_sparse(const char *path, const char *head, int64_t hole, const struct buf *tail)
{
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	fputs(head, file);
	fseeko(file, hole, SEEK_CUR);
	fwrite(tail->p, 1, tail->n, file);
	fclose(file);
}

static void a_gibibyte_body_is_passed_over_without_being_held(void **state)
{
	(void)state;
	struct buf tail = BUF_INIT(MIB(1));
	buf_puts(&tail, "\r\n\r\n");
	put_good(&tail, 1);
	const char *path = in_folder("large.warc");
	size_t before = peak_memory();
	write_sparse(path,
		"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:test:large>\r\n"
		"Content-Length: 1073741824\r\n\r\n",
		1 << 30, &tail);
	struct reading r = read_one(path);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, GARNER_TOO_LARGE);
	assert_string_equal(r.items[0].record, "<urn:test:large>");
	assert_string_equal(r.items[1].body, "<html><p>Hyvä sivu 1</p></html>");
	assert_true(peak_memory() - before < MIB(32));
	reading_free(&r);
	buf_free(&tail);
}

static void a_body_just_over_the_ceiling_is_dropped_and_one_at_it_is_read(void **state)
{
	(void)state;
	struct buf file = BUF_INIT(MIB(64)), block = BUF_INIT(MIB(32));
	for (size_t i = 0; i < 2; i++) {
		size_t body = LIMIT_BODY_BYTES + i;
		buf_reset(&block);
		buf_puts(&block, OK_HEAD);
		memset(buf_room(&block, body), 'x', body);
		buf_added(&block, body);
		put_record(&file, "WARC/1.0", "response", i ? "over" : "at", HTTP_TYPE, buf_view(&block), 0);
	}
	struct reading r = read_one(file_new("ceiling.warc", buf_view(&file)));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, 0);
	assert_int_equal(r.items[0].body_size, LIMIT_BODY_BYTES);
	assert_int_equal(r.items[1].reason, GARNER_TOO_LARGE);
	reading_free(&r);
	buf_free(&block);
	buf_free(&file);
}

/* gzip without compression: what looks like the beginning of a member stands in it as it is. */
static void put_stored(struct buf *out, const char *id, struct view body)
{
	struct buf record = BUF_INIT(MIB(1)), block = BUF_INIT(MIB(1));
	buf_puts(&block, OK_HEAD);
	buf_putv(&block, body);
	put_record(&record, "WARC/1.1", "response", id, HTTP_TYPE, buf_view(&block), 0);
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(0);
	size_t bound = libdeflate_gzip_compress_bound(c, record.n);
	buf_added(out, libdeflate_gzip_compress(c, record.p, record.n, buf_room(out, bound), bound));
	libdeflate_free_compressor(c);
	buf_free(&record);
	buf_free(&block);
}

static void what_looks_like_a_member_inside_one_is_none(void **state)
{
	(void)state;
	static const struct view bodies[] = { VIEW("<html><p>too little\x05\0\0\0\x1F\x8B\x08\0 foretold"),
		VIEW("<html><p>too much\xFF\xFF\x0F\0\x1F\x8B\x08\0 foretold"),
		VIEW("<html><p>more than all\xFF\xFF\xFF\xFF\x1F\x8B\x08\0 foretold"), VIEW("<html><p>nothing odd") };
	enum { BODIES = sizeof(bodies) / sizeof(bodies[0]) };
	struct buf file = BUF_INIT(MIB(1));
	char id[] = "odd-0";
	for (size_t i = 0; i < BODIES; i++, id[4]++)
		put_stored(&file, id, bodies[i]);
	struct reading r = read_one(file_new("odd.warc.gz", buf_view(&file)));
	assert_int_equal(r.count, BODIES);
	for (size_t i = 0; i < BODIES; i++) {
		assert_int_equal(r.items[i].reason, 0);
		assert_int_equal(r.items[i].body_size, bodies[i].n);
		assert_memory_equal(r.items[i].body, bodies[i].p, bodies[i].n);
	}
	reading_free(&r);
	buf_free(&file);
}

static void a_member_larger_than_its_window_is_read(void **state)
{
	(void)state;
	struct buf file = BUF_INIT(MIB(32)), block = BUF_INIT(MIB(32)), out = BUF_INIT(MIB(32));
	uint64_t x = 88172645463325252u; /* xorshift64: does not compress */
	buf_puts(&block, OK_HEAD);
	while (block.n < MIB(6)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		buf_printf(&block, "%llx", (unsigned long long)x);
	}
	put_record(&file, "WARC/1.0", "response", "wide", HTTP_TYPE, buf_view(&block), 0);
	struct buf gz = gzip_of(buf_view(&file));
	assert_true(gz.n > MIB(3));
	buf_reset(&file);
	put_good(&file, 1);
	struct buf next = gzip_of(buf_view(&file));
	buf_putv(&out, buf_view(&gz));
	buf_putv(&out, buf_view(&next));
	struct reading r = read_one(file_new("wide.warc.gz", buf_view(&out)));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, 0);
	assert_int_equal(r.items[0].body_size, block.n - (sizeof(OK_HEAD) - 1));
	assert_int_equal(r.items[0].length, gz.n);
	assert_int_equal(r.items[1].offset, gz.n);
	reading_free(&r);
	buf_free(&file);
	buf_free(&block);
	buf_free(&out);
	buf_free(&gz);
	buf_free(&next);
}

/* ---- meanings -------------------------------------------------------------------------------- */

static void records_that_are_no_captures_are_no_inputs(void **state)
{
	(void)state;
	struct buf file = BUF_INIT(MIB(1));
	put_record(
		&file, "WARC/1.1", "warcinfo", "i", "Content-Type: application/warc-fields\r\n", VIEW("a: b\r\n"), 0);
	put_record(&file, "WARC/1.1", "request", "q", "", VIEW("GET / HTTP/1.1\r\n\r\n"), 0);
	put_good(&file, 0);
	put_record(&file, "WARC/1.1", "metadata", "m", "", VIEW("x: y\r\n"), 0);
	struct reading r = read_one(file_new("kinds.warc", buf_view(&file)));
	assert_int_equal(r.count, 1);
	assert_string_equal(r.items[0].record, "<urn:test:good-0>");
	assert_string_equal(r.items[0].url, "https://a.example/good-0");
	assert_int_equal(r.items[0].fetched, 1709208000);
	assert_int_equal(r.items[0].error_count, 0);
	reading_free(&r);
	buf_free(&file);
}

static void resource_and_conversion_are_documents_by_their_type(void **state)
{
	(void)state;
	struct buf file = BUF_INIT(MIB(1));
	put_record(&file, "WARC/1.0", "conversion", "wet", "Content-Type: text/plain\r\n", VIEW("Teksti\n"), 0);
	put_record(&file, "WARC/1.0", "resource", "page", "Content-Type: text/html\r\n", VIEW("<p>Sivu</p>"), 0);
	put_record(&file, "WARC/1.0", "resource", "shot", "Content-Type: image/webp\r\n", VIEW("RIFF"), 0);
	struct reading r = read_one(file_new("kinds.warc", buf_view(&file)));
	assert_int_equal(r.count, 3);
	assert_string_equal(r.items[0].body, "Teksti\n");
	assert_string_equal(r.items[0].type, "text/plain");
	assert_string_equal(r.items[1].body, "<p>Sivu</p>");
	assert_int_equal(r.items[2].reason, GARNER_NOT_A_PAGE);
	assert_string_equal(r.items[2].detail, "content type image/webp");
	reading_free(&r);
	buf_free(&file);
}

static void chunked_bodies_are_joined(void **state)
{
	(void)state;
	struct buf file = BUF_INIT(MIB(1));
	put_response(&file, "c", "",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, "
		"chunked\r\n\r\n5\r\n<p>ab\r\n6;x=y\r\nc</p>\n\r\n0\r\n\r\n",
		0);
	put_response(&file, "n", "", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>joined already</p>", 0);
	struct reading r = read_one(file_new("chunked.warc", buf_view(&file)));
	assert_int_equal(r.count, 2);
	assert_string_equal(r.items[0].body, "<p>abc</p>\n");
	assert_false(r.items[0].truncated);
	assert_string_equal(r.items[1].body, "<p>joined already</p>");
	reading_free(&r);
	buf_free(&file);
}

static void a_short_body_is_marked_as_truncated(void **state)
{
	(void)state;
	struct buf file = BUF_INIT(MIB(1));
	put_response(&file, "s", "", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<p>half", 0);
	put_response(&file, "t", "WARC-Truncated: length\r\n", page_block, 0);
	put_response(&file, "w", "", page_block, 0);
	struct reading r = read_one(file_new("short.warc", buf_view(&file)));
	assert_int_equal(r.count, 3);
	assert_true(r.items[0].truncated);
	assert_true(r.items[1].truncated);
	assert_false(r.items[2].truncated);
	reading_free(&r);
	buf_free(&file);
}

static void names_of_records_come_out_as_valid_utf8(void **state)
{
	(void)state;
	struct buf file = BUF_INIT(MIB(1));
	bad_bytes_in_the_head(&file);
	struct reading r = read_one(file_new("bytes.warc", buf_view(&file)));
	assert_int_equal(r.count, 1);
	assert_string_equal(r.items[0].url, "https://a.example/%E9%01");
	assert_int_equal(r.items[0].fetched, GARNER_NO_NUMBER);
	reading_free(&r);
	buf_free(&file);
}

/* ---- dictionaries ---------------------------------------------------------------------------- */

enum wrap { RAW, PACKED, PACKED_WITHOUT_SIZE };

static struct buf wrap(struct view dictionary, enum wrap form)
{
	struct buf out = BUF_INIT(MIB(1));
	if (form == RAW) {
		buf_putv(&out, dictionary);
		return out;
	}
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(dictionary.n);
	ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, form == PACKED);
	buf_added(&out, ZSTD_compress2(c, buf_room(&out, bound), bound, dictionary.p, dictionary.n));
	ZSTD_freeCCtx(c);
	return out;
}

/* Two records behind a frame that holds @dictionary. */
static void put_with_dictionary(struct buf *file, struct view dictionary, enum wrap form, int64_t places[2])
{
	struct buf inner = wrap(dictionary, form), record = BUF_INIT(MIB(1));
	uint32_t n = (uint32_t)inner.n;
	char size[4] = { (char)n, (char)(n >> 8), (char)(n >> 16), (char)(n >> 24) };
	buf_put(file, "\x5D\x2A\x4D\x18", 4);
	buf_put(file, size, 4);
	buf_putv(file, buf_view(&inner));
	for (unsigned i = 0; i < 2; i++) {
		places[i] = (int64_t)file->n;
		buf_reset(&record);
		put_good(&record, i);
		struct buf frame = zstd_of(buf_view(&record), dictionary);
		assert_true(frame.n < record.n / 2); /* the dictionary did its work */
		buf_putv(file, buf_view(&frame));
		buf_free(&frame);
	}
	buf_free(&record);
	buf_free(&inner);
}

static void check_dictionaries(const enum wrap *forms, size_t count)
{
	struct buf file = BUF_INIT(MIB(1)), dictionary = BUF_INIT(MIB(1));
	int64_t places[4];
	for (size_t i = 0; i < count; i++) {
		put_good(&dictionary, 77);
		buf_printf(&dictionary, "%*s", (int)i * 50, "");
		put_with_dictionary(&file, buf_view(&dictionary), forms[i], places + 2 * i);
	}
	struct reading r = read_one(file_new("d.warc.zst", buf_view(&file)));
	assert_int_equal(r.count, 2 * count);
	for (size_t i = 0; i < r.count; i++) {
		assert_int_equal(r.items[i].reason, 0);
		assert_int_equal(r.items[i].offset, places[i]);
		assert_string_equal(r.items[i].record, i % 2 ? "<urn:test:good-1>" : "<urn:test:good-0>");
	}
	reading_free(&r);
	buf_free(&file);
	buf_free(&dictionary);
}

static void a_raw_dictionary_frame_is_used(void **state)
{
	(void)state;
	check_dictionaries((enum wrap[]){ RAW }, 1);
}

static void a_compressed_dictionary_frame_is_used(void **state)
{
	(void)state;
	check_dictionaries((enum wrap[]){ PACKED }, 1);
	check_dictionaries((enum wrap[]){ PACKED_WITHOUT_SIZE }, 1);
}

static void files_with_a_dictionary_each_may_be_joined(void **state)
{
	(void)state;
	check_dictionaries((enum wrap[]){ PACKED, RAW }, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_gibibyte_body_is_passed_over_without_being_held),
		TEST(each_damaged_record_is_told_of_and_all_others_are_read),
		TEST(the_same_through_a_pipe_that_has_no_way_back),
		TEST(the_same_with_a_gzip_member_a_record),
		TEST(the_same_with_a_zstd_frame_a_record),
		TEST(a_file_compressed_as_one_member_is_read),
		TEST(members_that_end_anywhere_are_one_file),
		TEST(many_empty_members_cost_little),
		TEST(heads_in_heads_cost_little),
		TEST(a_member_with_bad_bytes_is_told_of_and_the_next_is_read),
		TEST(a_member_with_a_wrong_checksum_is_told_of_and_the_next_is_read),
		TEST(bytes_that_are_no_member_are_told_of_and_the_next_is_read),
		TEST(a_member_cut_inside_the_file_is_told_of_and_the_next_is_read),
		TEST(a_plain_file_cut_anywhere_gives_what_stands_before),
		TEST(a_gzip_file_cut_anywhere_gives_what_stands_before),
		TEST(zero_bytes_behind_the_last_member_are_padding),
		TEST(a_body_just_over_the_ceiling_is_dropped_and_one_at_it_is_read),
		TEST(what_looks_like_a_member_inside_one_is_none),
		TEST(a_member_larger_than_its_window_is_read),
		TEST(records_that_are_no_captures_are_no_inputs),
		TEST(resource_and_conversion_are_documents_by_their_type),
		TEST(chunked_bodies_are_joined),
		TEST(a_short_body_is_marked_as_truncated),
		TEST(names_of_records_come_out_as_valid_utf8),
		TEST(a_raw_dictionary_frame_is_used),
		TEST(a_compressed_dictionary_frame_is_used),
		TEST(files_with_a_dictionary_each_may_be_joined),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
