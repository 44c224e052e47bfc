#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include "capture/source.h"
#include "reading.h"
#include "util/limits.h"

/* ---- archives, written by the other half of the library ---------------------------------------- */

struct maker {
	struct archive *archive;
	struct buf out;
};

static la_ssize_t take(struct archive *archive, void *user, const void *bytes, size_t n)
{
	(void)archive;
	buf_put(user, bytes, n);
	return (la_ssize_t)n;
}

static void make(struct maker *maker, int format, int filter)
{
	*maker = (struct maker){ .archive = archive_write_new(), .out = BUF_INIT(MIB(64)) };
	assert_int_equal(archive_write_set_format(maker->archive, format), ARCHIVE_OK);
	assert_int_equal(archive_write_add_filter(maker->archive, filter), ARCHIVE_OK);
	archive_write_set_bytes_per_block(maker->archive, 0);
	assert_int_equal(archive_write_open(maker->archive, &maker->out, NULL, take, NULL), ARCHIVE_OK);
}

static void add_kind(struct maker *maker, const char *path, struct view bytes, unsigned kind, const char *link)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_copy_pathname(entry, path);
	archive_entry_set_filetype(entry, kind);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)bytes.n);
	if (link)
		archive_entry_copy_symlink(entry, link);
	assert_true(archive_write_header(maker->archive, entry) >= ARCHIVE_WARN);
	if (bytes.n)
		assert_int_equal(archive_write_data(maker->archive, bytes.p, bytes.n), bytes.n);
	archive_entry_free(entry);
}

static void add(struct maker *maker, const char *path, struct view bytes)
{
	add_kind(maker, path, bytes, AE_IFREG, NULL);
}

static struct view made(struct maker *maker)
{
	archive_write_free(maker->archive);
	return buf_view(&maker->out);
}

/* ---- tests ----------------------------------------------------------------------------------- */

#define WARC_RECORD                                                                                                    \
	"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:test:1>\r\nContent-Type: text/plain\r\n"              \
	"Content-Length: 7\r\n\r\nim WARC\r\n\r\n"

static void check_members(int format, int filter, const char *name)
{
	struct maker maker;
	make(&maker, format, filter);
	add(&maker, "b/second.txt", VIEW("zweiter Text"));
	add(&maker, "a.html", VIEW("<!DOCTYPE html><p>erste Seite</p>"));
	add(&maker, "lines.jsonl", VIEW("{\"text\":\"eins\"}\n{\"text\":\n{\"text\":\"drei\"}\n"));
	add(&maker, "c/records.warc", VIEW(WARC_RECORD));
	add(&maker, ".hidden/x.txt", VIEW("not seen"));
	struct reading r = read_one(file_new(name, made(&maker)));
	assert_int_equal(r.count, 6);
	assert_string_equal(r.items[0].body, "zweiter Text");
	char path[600];
	snprintf(path, sizeof(path), "%s/b/second.txt", in_folder(name));
	assert_string_equal(r.items[0].file, path);
	assert_string_equal(r.items[1].type, "text/html");
	assert_string_equal(r.items[2].body, "eins");
	assert_int_equal(r.items[3].reason, GARNER_BAD_JSON);
	assert_string_equal(r.items[4].body, "drei");
	assert_string_equal(r.items[5].body, "im WARC");
	assert_string_equal(r.items[5].record, "<urn:test:1>");
	reading_free(&r);
	r = read_piped(buf_view(&maker.out));
	assert_int_equal(r.count, 6);
	assert_int_equal(count_of(&r, 0), 5);
	reading_free(&r);
	buf_free(&maker.out);
}

static void a_member_whose_path_leads_up_is_read(void **state)
{
	(void)state;
	struct maker maker;
	make(&maker, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FILTER_NONE);
	add(&maker, "../../up.txt", VIEW("von oben"));
	add(&maker, "a/./b/../c.txt", VIEW("um die Ecke"));
	add(&maker, "a/..hidden/c.txt", VIEW("not seen"));
	struct reading r = read_one(file_new("up.tar", made(&maker)));
	assert_int_equal(r.count, 2);
	assert_string_equal(r.items[0].body, "von oben");
	assert_string_equal(r.items[1].body, "um die Ecke");
	reading_free(&r);
	buf_free(&maker.out);
}

static void members_of_a_tar_bid_like_files(void **state)
{
	(void)state;
	check_members(ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE, "a.tar");
	check_members(ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, ARCHIVE_FILTER_NONE, "b.tar");
	check_members(ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_NONE, "c");
}

static void a_tar_is_read_through_every_filter(void **state)
{
	(void)state;
	static const int filters[] = { ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_BZIP2, ARCHIVE_FILTER_XZ,
		ARCHIVE_FILTER_LZIP, ARCHIVE_FILTER_LZ4, ARCHIVE_FILTER_ZSTD, ARCHIVE_FILTER_COMPRESS };
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		check_members(ARCHIVE_FORMAT_TAR_USTAR, filters[i], "filtered");
}

static void tars_that_were_joined_are_all_read(void **state)
{
	(void)state;
	struct buf joined = BUF_INIT(MIB(1));
	for (int i = 0; i < 3; i++) {
		struct maker maker;
		make(&maker, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
		add(&maker, "un.txt", i == 0 ? VIEW("eins") : i == 1 ? VIEW("deux") : VIEW("tre"));
		buf_putv(&joined, made(&maker));
		buf_free(&maker.out);
	}
	struct reading r = read_one(file_new("joined.tar", buf_view(&joined)));
	assert_int_equal(r.count, 3);
	assert_string_equal(r.items[0].body, "eins");
	assert_string_equal(r.items[2].body, "tre");
	reading_free(&r);
	buf_puts(&joined, "what is no archive");
	r = read_one(file_new("behind.tar", buf_view(&joined)));
	assert_int_equal(count_of(&r, 0), 3);
	reading_free(&r);
	buf_free(&joined);
}

static void put_le(struct buf *out, size_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_putc(out, (char)(i < 8 ? value >> 8 * i & 0xFF : 0));
}

/* Local header and directory of one stored member, by hand: what a library writes depends on its locale. */
static struct buf zip_of(struct view name, unsigned flags, struct view bytes)
{
	struct buf out = BUF_INIT(MIB(1));
	uint32_t crc = (uint32_t)crc32(0, (const Bytef *)bytes.p, (uInt)bytes.n);
	for (int central = 0; central < 2; central++) {
		size_t directory = out.n;
		buf_puts(&out, central ? "PK\1\2" : "PK\3\4");
		put_le(&out, 20, central ? 2 : 0);
		put_le(&out, 20, 2);
		put_le(&out, flags, 2);
		put_le(&out, 0, 6); /* stored; time, date */
		put_le(&out, crc, 4);
		put_le(&out, bytes.n, 4);
		put_le(&out, bytes.n, 4);
		put_le(&out, name.n, 2);
		put_le(&out, 0, central ? 8 : 2);
		put_le(&out, 0, central ? 8 : 0);
		buf_putv(&out, name);
		if (!central) {
			buf_putv(&out, bytes);
			continue;
		}
		size_t size = out.n - directory;
		buf_puts(&out, "PK\5\6");
		put_le(&out, 0, 4);
		put_le(&out, 1, 2);
		put_le(&out, 1, 2);
		put_le(&out, size, 4);
		put_le(&out, directory, 4);
		put_le(&out, 0, 2);
	}
	return out;
}

static void keeps_the_names_of_a_zip_in_any_locale(void **state)
{
	(void)state;
	static const struct {
		struct view name;
		unsigned flags;
		const char *shown;
	} cases[] = { { VIEW("caf\xC3\xA9 \xE6\xB8\xAF.txt"), 1 << 11, "caf\xC3\xA9 \xE6\xB8\xAF.txt" },
		{ VIEW("plain.txt"), 0, "plain.txt" }, { VIEW("old \x82.txt"), 0, "old \\x82.txt" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf zip = zip_of(cases[i].name, cases[i].flags, VIEW("Ein Text"));
		struct reading r = read_one(file_new("n.zip", buf_view(&zip)));
		char path[600];
		snprintf(path, sizeof(path), "%s/%s", in_folder("n.zip"), cases[i].shown);
		assert_int_equal(r.count, 1);
		assert_string_equal(r.items[0].body, "Ein Text");
		assert_string_equal(r.items[0].file, path);
		reading_free(&r);
		buf_free(&zip);
	}
}

static void members_of_a_zip_bid_like_files(void **state)
{
	(void)state;
	check_members(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, "a.zip");
}

static void a_single_file_in_a_foreign_coding_is_read(void **state)
{
	(void)state;
	struct maker maker;
	make(&maker, ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_XZ);
	add(&maker, "data", VIEW("<html><p>allein</p></html>"));
	struct reading r = read_one(file_new("page.html.xz", made(&maker)));
	assert_int_equal(r.count, 1);
	assert_string_equal(r.items[0].body, "<html><p>allein</p></html>");
	assert_string_equal(r.items[0].file, in_folder("page.html.xz"));
	reading_free(&r);
	buf_free(&maker.out);
}

static void archives_in_archives_have_a_ceiling(void **state)
{
	(void)state;
	struct buf inner = BUF_INIT(MIB(1));
	buf_puts(&inner, "the innermost text");
	for (int depth = 0; depth <= LIMIT_ARCHIVE_DEPTH; depth++) {
		struct maker maker;
		make(&maker, depth % 2 ? ARCHIVE_FORMAT_ZIP : ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
		add(&maker, "in", buf_view(&inner));
		add(&maker, "beside.txt", VIEW("beside"));
		buf_free(&inner);
		made(&maker);
		inner = maker.out;
		struct reading r = read_one(file_new("nest", buf_view(&inner)));
		if (depth < LIMIT_ARCHIVE_DEPTH)
			assert_string_equal(r.items[0].body, "the innermost text");
		else
			assert_int_equal(r.items[0].reason, GARNER_TOO_DEEP);
		assert_int_equal(count_of(&r, 0), depth < LIMIT_ARCHIVE_DEPTH ? depth + 2 : LIMIT_ARCHIVE_DEPTH);
		reading_free(&r);
	}
	buf_free(&inner);
}

static void of_a_wacz_only_the_captures_are_inputs(void **state)
{
	(void)state;
	struct maker maker;
	struct buf gz = gzip_of(VIEW(WARC_RECORD));
	make(&maker, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE);
	add(&maker, "datapackage.json", VIEW("{}"));
	add(&maker, "pages/pages.jsonl", VIEW("{\"format\":\"json-pages-1.0\"}\n"));
	add(&maker, "archive/data.warc.gz", buf_view(&gz));
	add(&maker, "indexes/index.cdx", VIEW("x"));
	struct reading r = read_one(file_new("crawl.wacz", made(&maker)));
	assert_int_equal(r.count, 1);
	assert_string_equal(r.items[0].body, "im WARC");
	assert_string_equal(r.items[0].file, in_folder("crawl.wacz/archive/data.warc.gz"));
	reading_free(&r);
	buf_free(&maker.out);
	buf_free(&gz);
}

static void links_and_devices_are_dropped_and_folders_passed_over(void **state)
{
	(void)state;
	struct maker maker;
	make(&maker, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add_kind(&maker, "folder", VIEW_NONE, AE_IFDIR, NULL);
	add_kind(&maker, "link", VIEW_NONE, AE_IFLNK, "/etc/passwd");
	add_kind(&maker, "pipe", VIEW_NONE, AE_IFIFO, NULL);
	add(&maker, "../../outside.txt", VIEW("no path is ever written"));
	add(&maker, "text.txt", VIEW("text"));
	struct reading r = read_one(file_new("kinds.tar", made(&maker)));
	assert_int_equal(r.count, 4);
	assert_int_equal(r.items[0].reason, GARNER_UNSUPPORTED);
	assert_string_equal(r.items[0].detail, "a link");
	assert_int_equal(r.items[1].reason, GARNER_UNSUPPORTED);
	assert_string_equal(r.items[2].body, "no path is ever written");
	assert_string_equal(r.items[3].body, "text");
	reading_free(&r);
	buf_free(&maker.out);
}

static void an_office_document_is_not_taken_apart(void **state)
{
	(void)state;
	struct maker maker;
	make(&maker, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE);
	add(&maker, "[Content_Types].xml", VIEW("<Types/>"));
	add(&maker, "word/document.xml", VIEW("<w:document/>"));
	const char *inputs[] = { file_new("letter.docx", made(&maker)), file_new("z.txt", VIEW("after")) };
	struct reading r = read_inputs(inputs, 2);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, GARNER_UNSUPPORTED);
	assert_string_equal(r.items[1].body, "after");
	reading_free(&r);
	buf_free(&maker.out);
}

static void a_member_over_the_ceiling_is_dropped_and_the_next_is_read(void **state)
{
	(void)state;
	struct maker maker;
	struct buf large = BUF_INIT(MIB(32));
	memset(buf_room(&large, LIMIT_BODY_BYTES + 1), 'a', LIMIT_BODY_BYTES + 1);
	buf_added(&large, LIMIT_BODY_BYTES + 1);
	make(&maker, ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE);
	add(&maker, "large.txt", buf_view(&large));
	add(&maker, "small.txt", VIEW("small"));
	struct reading r = read_one(file_new("large.zip", made(&maker)));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.items[0].reason, GARNER_TOO_LARGE);
	assert_string_equal(r.items[1].body, "small");
	reading_free(&r);
	buf_free(&maker.out);
	buf_free(&large);
}

/* Cut at every few bytes: what came before is read, the cut is told of, nothing crashes. */
static void check_cuts(int format, const char *name)
{
	struct maker maker;
	make(&maker, format, ARCHIVE_FILTER_NONE);
	add(&maker, "one.txt", VIEW("the first text, whole"));
	add(&maker, "two.txt", VIEW("the second text, which is cut off somewhere"));
	struct view whole = made(&maker);
	for (size_t n = 513; n + 1024 < whole.n || (format == ARCHIVE_FORMAT_ZIP && n < whole.n); n += 61) {
		struct reading r = read_one(file_new(name, view_first(whole, n)));
		assert_true(r.count >= 1);
		for (size_t i = 0; i < r.count; i++)
			if (r.items[i].reason == 0 && strncmp(r.items[i].body, "the ", 4) == 0)
				assert_true(
					strcmp(r.items[i].body, "the first text, whole") == 0 ||
					strcmp(r.items[i].body, "the second text, which is cut off somewhere") == 0);
		reading_free(&r);
	}
	buf_free(&maker.out);
}

static void a_cut_tar_never_gives_half_a_text(void **state)
{
	(void)state;
	check_cuts(ARCHIVE_FORMAT_TAR_USTAR, "cut.tar");
}

static void a_broken_archive_is_told_of_and_the_next_input_is_read(void **state)
{
	(void)state;
	struct maker maker;
	make(&maker, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add(&maker, "one.txt", VIEW("whole"));
	add(&maker, "two.txt", VIEW("lost"));
	made(&maker);
	memset(maker.out.p + 1024, '#', 512); /* the second header */
	const char *inputs[] = { file_new("broken.tar", buf_view(&maker.out)), file_new("z.txt", VIEW("after")) };
	struct reading r = read_inputs(inputs, 2);
	assert_int_equal(r.count, 3);
	assert_string_equal(r.items[0].body, "whole");
	assert_int_equal(r.items[1].reason, GARNER_BAD_ARCHIVE);
	assert_string_equal(r.items[1].file, in_folder("broken.tar"));
	assert_ptr_equal(strstr(r.items[1].detail, "byte 1024 of the archive: "), r.items[1].detail);
	assert_string_equal(r.items[2].body, "after");
	reading_free(&r);
	buf_free(&maker.out);
}

static void names_of_members_in_other_charsets_are_shown_escaped(void **state)
{
	(void)state;
	struct maker maker;
	make(&maker, ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE);
	add(&maker, "caf\xE9.txt", VIEW("latin"));
	add(&maker, "\xE6\x97\xA5.txt", VIEW("kanji"));
	struct reading r = read_one(file_new("names.tar", made(&maker)));
	assert_int_equal(r.count, 2);
	assert_string_equal(r.items[0].file, in_folder("names.tar/caf\\xE9.txt"));
	assert_string_equal(r.items[1].file, in_folder("names.tar/\xE6\x97\xA5.txt"));
	reading_free(&r);
	buf_free(&maker.out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_begin, folder_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_member_whose_path_leads_up_is_read),
		TEST(members_of_a_tar_bid_like_files),
		TEST(a_tar_is_read_through_every_filter),
		TEST(tars_that_were_joined_are_all_read),
		TEST(members_of_a_zip_bid_like_files),
		TEST(keeps_the_names_of_a_zip_in_any_locale),
		TEST(a_single_file_in_a_foreign_coding_is_read),
		TEST(archives_in_archives_have_a_ceiling),
		TEST(of_a_wacz_only_the_captures_are_inputs),
		TEST(links_and_devices_are_dropped_and_folders_passed_over),
		TEST(an_office_document_is_not_taken_apart),
		TEST(a_member_over_the_ceiling_is_dropped_and_the_next_is_read),
		TEST(a_cut_tar_never_gives_half_a_text),
		TEST(a_broken_archive_is_told_of_and_the_next_input_is_read),
		TEST(names_of_members_in_other_charsets_are_shown_escaped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
