#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "garner.h"
#include "store/format.h"
#include "store/index.h"
#include "store/lock.h"
#include "store/pack.h"
#include "store/segment.h"

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/garner-store-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static char *in_folder(const char *name)
{
	static char paths[64][160];
	static int at;
	char *path = paths[at++ % 64];
	snprintf(path, 160, "%s/%s", folder, name);
	return path;
}

static void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

/* ---- index ---- */

static void a_hostile_title_can_not_break_or_imitate_a_row(void **state)
{
	(void)state;
	static const char *const titles[] = { "a | b | c", "x\n| 9 | [fake](http://evil.example) |",
		"`code` **bold** _it_", "<script>alert(1)</script>", "](http://evil.example) [",
		"\xE2\x80\xAE"
		"drow",
		"a\xE2\x80\x8B\xEF\xBB\xBF"
		"b",
		"http://evil.example www.evil.example", "@somebody $x$ \\", "tab\tand\rreturn" };
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		struct buf row = BUF_INIT(1 << 16);
		struct garner_document d = { .n = 7,
			.path = "007_0123456789abcdef.txt",
			.title = titles[i],
			.sha256 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
			.dup_of = GARNER_NO_NUMBER,
			.revision_of = GARNER_NO_NUMBER };
		d.near.n = GARNER_NO_NUMBER;
		index_row(&row, &d, true, "");
		const char *text = buf_str(&row);
		size_t bars = 0;
		for (size_t k = 0; text[k]; k++)
			bars += text[k] == '|' && (k == 0 || text[k - 1] != '\\');
		assert_int_equal(bars, 11);
		assert_ptr_equal(strchr(text, '\n'), text + row.n - 1);
		assert_null(strchr(text, '<'));
		assert_null(strstr(text, "\xE2\x80\xAE"));
		assert_null(strstr(text, "\xE2\x80\x8B"));
		/* No colon that an autolink could begin at. */
		for (const char *p = text; (p = strstr(p, "://")); p++)
			assert_int_equal(p[-1], '\\');
		assert_null(strstr(text, "@somebody"));
		assert_non_null(strstr(text, "](007_0123456789abcdef.txt) |"));
		buf_free(&row);
	}
}

static void a_long_title_is_cut_between_characters(void **state)
{
	(void)state;
	struct buf out = BUF_INIT(1 << 16), title = BUF_INIT(1 << 16);
	for (int i = 0; i < 10000; i++)
		buf_puts(&title, "\xD0\x96");
	index_text(&out, buf_str(&title), INDEX_TITLE_CHARS);
	assert_int_equal(out.n, 2 * INDEX_TITLE_CHARS + 3);
	assert_memory_equal(out.p + out.n - 3, "\xE2\x80\xA6", 3);
	buf_free(&out);
	buf_free(&title);
}

static void a_link_holds_no_byte_that_ends_it(void **state)
{
	(void)state;
	struct buf out = BUF_INIT(4096);
	index_link(&out, "https://a.example/x y(z)|<b>\xC3\xA9");
	assert_string_equal(buf_str(&out), "https://a.example/x%20y%28z%29%7C%3Cb%3E%C3%A9");
	buf_free(&out);
}

/* ---- packs ---- */

struct found {
	int count;
	char last[64];
	size_t bytes;
};

static int count_member(void *user, const char *name, struct view bytes, size_t at)
{
	struct found *found = user;
	(void)at;
	found->count++;
	found->bytes += bytes.n;
	snprintf(found->last, sizeof(found->last), "%s", name);
	return 0;
}

static void a_pack_gives_back_what_went_in(void **state)
{
	(void)state;
	struct error error = { 0 };
	struct pack *pack = NULL;
	struct pack_frame frame[2], *table = NULL;
	struct buf raw = BUF_INIT(1 << 20);
	struct found found = { 0 };
	size_t at = 0, count = 0;
	const char *name = in_folder("p.tar.zst");
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(pack_new(fd, name, 0, &pack, &error), 0);
	assert_int_equal(pack_add(pack, "000_0000000000000001.txt", VIEW("one\n"), 1, NULL, &error), 0);
	assert_int_equal(pack_cut(pack, &frame[0], &error), 0);
	assert_int_equal(pack_add(pack, "001_0000000000000002.txt", VIEW("zwei\n"), 1, NULL, &error), 0);
	assert_int_equal(
		pack_add(pack, "002_0000000000000003.txt", VIEW("\xD1\x82\xD1\x80\xD0\xB8\n"), 1, &at, &error), 0);
	assert_int_equal(pack_cut(pack, &frame[1], &error), 0);
	assert_int_equal(pack_end(pack, &error), 0);
	assert_int_equal(pack_table(fd, name, pack_size(pack), &table, &count, &error), 0);
	assert_int_equal(count, 3);
	assert_memory_equal(table, frame, sizeof(frame));
	assert_int_equal(pack_read(fd, name, frame[1].offset, frame[1].packed, &raw, &error), 0);
	assert_memory_equal(raw.p + at, "\xD1\x82\xD1\x80\xD0\xB8\n", 7);
	assert_int_equal(pack_members(buf_view(&raw), count_member, &found, &error), 0);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.bytes, 12);
	assert_string_equal(found.last, "002_0000000000000003.txt");
	/* One byte of a frame changed: refused, with the offset. */
	char byte;
	assert_int_equal(pread(fd, &byte, 1, frame[1].offset + frame[1].packed / 2), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, frame[1].offset + frame[1].packed / 2), 1);
	assert_int_equal(pack_read(fd, name, frame[1].offset, frame[1].packed, &raw, &error), -EBADMSG);
	assert_non_null(strstr(error.text, "offset"));
	free(table);
	buf_free(&raw);
	pack_free(pack);
	close(fd);
}

static void a_slice_of_a_frame_is_that_of_the_whole(void **state)
{
	(void)state;
	struct error error = { 0 };
	struct pack *pack = NULL;
	struct pack_frame frame;
	struct buf whole = BUF_INIT(2 << 20), slice = BUF_INIT(2 << 20), text = BUF_INIT(2 << 20);
	const char *name = in_folder("slice.tar.zst");
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	uint32_t seed = 1;
	for (int i = 0; i < 60000; i++)
		buf_printf(&text, "%u ", (seed = seed * 1664525 + 1013904223) >> 12);
	assert_int_equal(pack_new(fd, name, 0, &pack, &error), 0);
	assert_int_equal(pack_add(pack, "000_0000000000000001.txt", buf_view(&text), 1, NULL, &error), 0);
	assert_int_equal(pack_cut(pack, &frame, &error), 0);
	assert_int_equal(pack_read(fd, name, frame.offset, frame.packed, &whole, &error), 0);
	const size_t at[] = { 0, 1, 511, 65536, 131071, 131072, 300001, whole.n - 1, whole.n };
	const size_t n[] = { 1, 512, 65537, 131072, 200000, whole.n };
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (size_t j = 0; j < sizeof(n) / sizeof(n[0]); j++) {
			size_t there = whole.n - at[i] < n[j] ? whole.n - at[i] : n[j];
			assert_int_equal(pack_slice(fd, name, &frame, at[i], n[j], &slice, &error), 0);
			assert_int_equal(slice.n, there);
			assert_memory_equal(slice.p, whole.p + at[i], there);
		}
	/* Of a frame that ends early comes what is there. */
	frame.packed /= 2;
	assert_int_equal(pack_slice(fd, name, &frame, 100, whole.n, &slice, &error), 0);
	assert_true(slice.n > whole.n / 4 && slice.n < whole.n);
	assert_memory_equal(slice.p, whole.p + 100, slice.n);
	pack_free(pack);
	close(fd);
	buf_free(&whole);
	buf_free(&slice);
	buf_free(&text);
}

static int take_line(void *user, struct view line, int64_t offset)
{
	struct buf *out = user;
	buf_printf(out, "%lld:%.*s;", (long long)offset, (int)line.n, line.p);
	return 0;
}

static void a_segment_cuts_its_torn_tail_and_refuses_a_short_one(void **state)
{
	(void)state;
	struct segment segment;
	struct error error = { 0 };
	struct buf out = BUF_INIT(4096);
	const char *path = in_folder("s.jsonl");
	write_file(path, "one\ntwo\nto");
	assert_int_equal(segment_open(&segment, path, 8, &error), 0);
	assert_int_equal(segment_add(&segment, VIEW("three"), &error), 0);
	assert_int_equal(segment_sync(&segment, &error), 0);
	assert_int_equal(segment_each(segment.fd, path, segment.size, take_line, &out, &error), 0);
	assert_string_equal(buf_str(&out), "0:one;4:two;8:three;");
	segment_close(&segment);
	assert_int_equal(segment_open(&segment, path, 100, &error), -EBADMSG);
	buf_free(&out);
}

static void a_second_writer_hears_who_holds_the_lock(void **state)
{
	(void)state;
	struct error error = { 0 };
	int first = -1, second = -1;
	char pid[32];
	const char *path = in_folder("lock");
	assert_int_equal(lock_take(path, 0, &first, &error), 0);
	assert_int_equal(lock_take(path, 0, &second, &error), -EWOULDBLOCK);
	snprintf(pid, sizeof(pid), "pid %ld on ", (long)getpid());
	assert_non_null(strstr(error.text, pid));
	assert_non_null(strstr(error.text, "since 1970-01-01T00:00:00Z"));
	lock_drop(first);
	assert_int_equal(lock_take(path, 0, &second, &error), 0);
	lock_drop(second);
}

/* ---- a store through the public header ---- */

struct seen {
	int64_t first;
	int count, stored, known;
	int64_t dup_of, near, revision_of;
	char text[4096];
};

static int see(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct seen *seen = user;
	(void)detail;
	if (seen->count++ == 0)
		seen->first = d->n;
	seen->stored += reason == GARNER_STORED;
	seen->known += reason == GARNER_KNOWN;
	seen->dup_of = d->dup_of;
	seen->near = d->near.n;
	seen->revision_of = d->revision_of;
	if (d->text)
		snprintf(seen->text, sizeof(seen->text), "%s", d->text);
	return 0;
}

/* A story of many different words; @seed decides them, the last word is @end. */
static void put_story(FILE *out, int url, unsigned seed, const char *end)
{
	fprintf(out, "{\"url\":\"https://p%d.example/story\",\"title\":\"Story %d\",\"text\":\"", url, url);
	for (int i = 0; i < 150; i++) {
		seed = seed * 1103515245u + 12345u;
		fprintf(out, "%sw%u", i ? " " : "", seed >> 8 & 0xFFFF);
	}
	fprintf(out, " %s\"}\n", end);
}

static struct seen ingest(const char *store, const char *input)
{
	struct seen seen = { 0 };
	struct garner_options options = { .jobs = 1, .clock = 1600000000 };
	struct garner *garner = garner_new(&options);
	int result = garner_ingest(garner, store, &input, 1, see, &seen);
	if (result)
		print_message("%s\n", garner_error(garner) ? garner_error(garner) : "?");
	assert_int_equal(result, 0);
	garner_free(garner);
	return seen;
}

static struct seen ingest_story(const char *store, int url, unsigned seed, const char *end)
{
	const char *path = in_folder("in.jsonl");
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	put_story(out, url, seed, end);
	fclose(out);
	return ingest(store, path);
}

static void marks_copies_edits_and_revisions(void **state)
{
	(void)state;
	const char *store = in_folder("marks");
	struct seen seen = ingest_story(store, 1, 1, "end");
	assert_int_equal(seen.stored, 1);
	seen = ingest_story(store, 1, 1, "end");
	assert_int_equal(seen.known, 1);
	seen = ingest_story(store, 2, 2, "end");
	assert_int_equal(seen.near, GARNER_NO_NUMBER);
	/* Another page with an edit of the first story's text. */
	seen = ingest_story(store, 3, 1, "changed here at the end");
	assert_int_equal(seen.near, 0);
	assert_int_equal(seen.revision_of, GARNER_NO_NUMBER);
	/* The same page with another text. */
	seen = ingest_story(store, 2, 2, "another end");
	assert_int_equal(seen.revision_of, 1);
	assert_int_equal(seen.near, GARNER_NO_NUMBER);

	struct garner *garner = garner_new(NULL);
	struct seen history = { 0 };
	assert_int_equal(garner_history(garner, store, "https://p2.example/story", see, &history), 0);
	assert_int_equal(history.count, 2);
	struct seen shown = { 0 };
	assert_int_equal(garner_show(garner, store, "https://p2.example/story", see, &shown), 0);
	assert_non_null(strstr(shown.text, "another end"));
	assert_int_equal(garner_show(garner, store, "https://p9.example/story", see, &shown), 1);
	assert_int_equal(garner_verify(garner, store, true, NULL, NULL), 0);
	garner_free(garner);
}

/* As a front page that is looked at every hour: each of its texts is known, and a new one follows the newest. */
static void each_of_many_texts_of_a_page_is_known(void **state)
{
	(void)state;
	enum { TEXTS = 40 };
	const char *store = in_folder("front");
	char path[80], end[20];
	struct seen seen;
	snprintf(path, sizeof(path), "%s", in_folder("front.jsonl"));
	for (int again = 0; again < 2; again++) {
		FILE *out = fopen(path, "w");
		assert_non_null(out);
		for (int i = 0; i < TEXTS; i++) {
			snprintf(end, sizeof(end), "hour%d", i);
			put_story(out, 1, 1 + (unsigned)i, end);
			put_story(out, 2 + i, 1000 + (unsigned)i, end);
		}
		fclose(out);
		seen = ingest(store, path);
		assert_int_equal(again ? seen.known : seen.stored, 2 * TEXTS);
	}
	/* In the run that stored them, and later; the newest text of the page is document 2 * (TEXTS - 1). */
	seen = ingest_story(store, 1, 500, "tomorrow");
	assert_int_equal(seen.stored, 1);
	assert_int_equal(seen.revision_of, 2 * (TEXTS - 1));
	seen = ingest_story(store, 1, 1 + TEXTS / 2, "hour20");
	assert_int_equal(seen.known, 1);
	assert_int_equal(seen.first, TEXTS);
	/* Another page's text is a copy here, not known. */
	seen = ingest_story(store, 1, 1007, "hour7");
	assert_int_equal(seen.stored, 1);
	assert_int_equal(seen.revision_of, 2 * TEXTS);
}

static void a_copy_under_another_address_is_marked(void **state)
{
	(void)state;
	const char *store = in_folder("copies"), *path = in_folder("copy.jsonl");
	write_file(path,
		"{\"url\":\"https://a.example/1\",\"title\":\"T\",\"text\":\"Der Hafen bleibt im Winter offen.\"}\n"
		"{\"url\":\"https://b.example/2\",\"title\":\"T\",\"text\":\"Der Hafen bleibt im Winter offen.\"}\n");
	struct seen seen = ingest(store, path);
	assert_int_equal(seen.stored, 2);
	assert_int_equal(seen.dup_of, 0);
}

static void what_was_taken_out_does_not_come_back(void **state)
{
	(void)state;
	const char *store = in_folder("gone");
	ingest_story(store, 1, 1, "secret");
	ingest_story(store, 2, 2, "end");
	struct garner *garner = garner_new(NULL);
	const char *keys[] = { "0" };
	struct seen shown = { 0 };
	assert_int_equal(garner_forget(garner, store, keys, 1, "asked for", NULL, NULL), 0);
	assert_int_equal(garner_show(garner, store, "0", see, &shown), GARNER_FORGOTTEN);
	assert_int_equal(garner_verify(garner, store, true, NULL, NULL), 0);
	/* Nor does a repair bring it back. */
	assert_int_equal(garner_repair(garner, store, NULL, NULL), 0);
	assert_int_equal(garner_show(garner, store, "0", see, &shown), GARNER_FORGOTTEN);
	assert_int_equal(garner_verify(garner, store, true, NULL, NULL), 0);
	assert_int_equal(garner_repack(garner, store), 0);
	assert_int_equal(garner_verify(garner, store, true, NULL, NULL), 0);
	assert_int_equal(garner_show(garner, store, "1", see, &shown), 0);
	garner_free(garner);
	struct seen again = ingest_story(store, 1, 1, "secret");
	assert_int_equal(again.stored, 0);
	char command[300];
	snprintf(command, sizeof(command), "for p in %s/packs/*.zst; do zstd -dc $p; done | grep -q secret", store);
	assert_int_not_equal(system(command), 0);
	snprintf(command, sizeof(command), "cat %s/manifest/*.jsonl | grep -q 'p1.example'", store);
	assert_int_not_equal(system(command), 0);
}

static void an_address_is_forgotten_with_its_document(void **state)
{
	(void)state;
	const char *store = in_folder("addresses"), *path = in_folder("addresses.jsonl");
	static const char line[] =
		"{\"url\":\"https://%s.example/x\",\"id\":\"%s\",\"text\":\"The ferry sails at six.\"}\n";
	char text[400];
	snprintf(text, sizeof(text), line, "first", "1");
	write_file(path, text);
	ingest(store, path);
	/* The same text from another address is a sighting where copies are skipped. */
	struct garner_options options = { .jobs = 1, .clock = 1600000000, .dedup = GARNER_DEDUP_SKIP };
	struct garner *garner = garner_new(&options);
	struct seen seen = { 0 };
	snprintf(text, sizeof(text), line, "second", "1");
	write_file(path, text);
	assert_int_equal(garner_ingest(garner, store, &path, 1, see, &seen), 0);
	assert_int_equal(seen.known, 1);
	const char *keys[] = { "https://second.example/x" };
	assert_int_equal(garner_forget(garner, store, keys, 1, "asked for", NULL, NULL), 0);
	assert_int_equal(garner_repack(garner, store), 0);
	assert_int_equal(garner_verify(garner, store, true, NULL, NULL), 0);
	assert_int_equal(garner_show(garner, store, keys[0], see, &seen), 1); /* it was a sighting, not the document */
	assert_int_equal(garner_repair(garner, store, NULL, NULL), 0);
	garner_free(garner);
	char command[300];
	snprintf(command, sizeof(command), "cat %s/manifest/* | grep -E 'first|second'", store);
	assert_int_not_equal(system(command), 0);
}

static void put_stories(const char *path, int first, int count)
{
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	for (int i = first; i < first + count; i++)
		fprintf(out,
			"{\"url\":\"https://desk%d.paper%d.example/%d\",\"title\":\"Story %d\","
			"\"published\":\"20%02d-05-%02d\",\"text\":\"The ferry number %d sails today.\"}\n",
			i % 3, i % 7, i, i, i % 20, 1 + i % 28, i);
	fclose(out);
}

static int count_documents(const char *store, const struct garner_filter *filter)
{
	struct garner *garner = garner_new(NULL);
	struct seen seen = { 0 };
	assert_int_equal(garner_list(garner, store, filter, see, &seen), 0);
	garner_free(garner);
	return seen.count;
}

/* More documents than one run of keys holds: some are found in runs, some behind them. */
static void finds_by_address_day_and_host_among_many(void **state)
{
	(void)state;
	const char *store = in_folder("many"), *path = in_folder("many.jsonl");
	enum { COUNT = 4200 };
	put_stories(path, 0, COUNT);
	assert_int_equal(ingest(store, path).stored, COUNT);
	assert_int_equal(ingest(store, path).known, COUNT);
	struct garner_filter host = { .host = "paper3.example" }, door = { .host = "desk1.paper3.example" };
	struct garner_filter day = { .since = "2007-05-04", .until = "2007-05-04" }, none = { .host = "example.org" };
	int of_host = 0, of_door = 0, of_day = 0;
	for (int i = 0; i < COUNT; i++) {
		of_host += i % 7 == 3;
		of_door += i % 7 == 3 && i % 3 == 1;
		of_day += i % 20 == 7 && i % 28 == 3;
	}
	assert_int_equal(count_documents(store, &host), of_host);
	assert_int_equal(count_documents(store, &door), of_door);
	assert_int_equal(count_documents(store, &day), of_day);
	assert_int_equal(count_documents(store, &none), 0);
	struct garner *garner = garner_new(NULL);
	struct seen shown = { 0 };
	const int some[] = { 0, 2047, 2048, 4095, 4096, COUNT - 1 };
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		char url[80], text[80];
		snprintf(url, sizeof(url), "https://desk%d.paper%d.example/%d", some[i] % 3, some[i] % 7, some[i]);
		snprintf(text, sizeof(text), "The ferry number %d sails today.", some[i]);
		assert_int_equal(garner_show(garner, store, url, see, &shown), 0);
		assert_string_equal(shown.text, text);
	}
	const char *gone[] = { "https://desk1.paper3.example/10" };
	assert_int_equal(garner_forget(garner, store, gone, 1, "test", NULL, NULL), 0);
	assert_int_equal(garner_show(garner, store, gone[0], see, &shown), GARNER_FORGOTTEN);
	assert_int_equal(count_documents(store, &door), of_door - 1);
	assert_int_equal(garner_verify(garner, store, true, NULL, NULL), 0);
	/* A pack of several index pages proves itself alone. */
	assert_int_equal(garner_repack(garner, store), 0);
	glob_t packs;
	char pattern[200];
	snprintf(pattern, sizeof(pattern), "%s/packs/*.tar.zst", store);
	assert_int_equal(glob(pattern, 0, NULL, &packs), 0);
	assert_int_equal(packs.gl_pathc, 1);
	assert_int_equal(garner_verify(garner, packs.gl_pathv[0], true, NULL, NULL), 0);
	globfree(&packs);
	assert_int_equal(garner_repair(garner, store, NULL, NULL), 0);
	assert_int_equal(count_documents(store, &host), of_host - 1);
	garner_free(garner);
}

/* A day that is none is not taken for "any". */
static void a_day_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "2020", "2020-02-30", "2020-2-3", "2020-02-03 ", "20-02-2020", "today" };
	const char *store = in_folder("days"), *path = in_folder("days.jsonl");
	put_stories(path, 0, 3);
	assert_int_equal(ingest(store, path).stored, 3);
	struct garner *garner = garner_new(NULL);
	struct seen seen = { 0 };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct garner_filter since = { .since = bad[i] }, until = { .until = bad[i] };
		struct garner_export export = { .filter = until };
		assert_false(garner_is_date(bad[i]));
		assert_int_equal(garner_list(garner, store, &since, see, &seen), -EINVAL);
		assert_non_null(strstr(garner_error(garner), "since: '"));
		assert_int_equal(garner_search(garner, store, "ferry", &until, see, &seen), -EINVAL);
		assert_int_equal(garner_export(garner, store, &export, NULL, NULL), -EINVAL);
		assert_non_null(strstr(garner_error(garner), "until: '"));
	}
	assert_int_equal(seen.count, 0);
	assert_true(garner_is_date("2020-02-29"));
	garner_free(garner);
}

static int count_hits(const char *store, const char *words, int64_t *ret_first)
{
	struct garner *garner = garner_new(NULL);
	struct seen seen = { .first = -1 };
	int result = garner_search(garner, store, words, NULL, see, &seen);
	garner_free(garner);
	if (ret_first)
		*ret_first = seen.first;
	return result < 0 ? result : seen.count;
}

static void words_are_found_in_titles_and_texts(void **state)
{
	(void)state;
	const char *store = in_folder("words"), *path = in_folder("words.jsonl"), *more = in_folder("more.jsonl");
	write_file(path, "{\"url\":\"https://a.example/1\",\"title\":\"Fährhafen\",\"text\":\"Der Hafen bleibt offen, "
			 "der Hafen.\"}\n"
			 "{\"url\":\"https://a.example/2\",\"title\":\"Quay\",\"text\":\"The north quay is closed. A "
			 "Hafen is a port.\"}\n"
			 "{\"url\":\"https://a.example/3\",\"title\":\"港\",\"text\":\"冬の港は静かだ。\"}\n");
	ingest(store, path);
	assert_int_equal(count_hits(store, "hafen", NULL), -ENOENT);
	struct garner *garner = garner_new(NULL);
	assert_int_equal(garner_search_index(garner, store), 0);
	int64_t first;
	assert_int_equal(count_hits(store, "hafen", &first), 2);
	assert_int_equal(first, 0);
	assert_int_equal(count_hits(store, "FAHRHAFEN", &first), 1);
	assert_int_equal(count_hits(store, "hafen closed", &first), 1);
	assert_int_equal(first, 1);
	assert_int_equal(count_hits(store, "\"north quay\"", NULL), 1);
	assert_int_equal(count_hits(store, "\"quay north\"", NULL), 0);
	assert_int_equal(count_hits(store, "clos*", NULL), 1);
	assert_int_equal(count_hits(store, "clos", NULL), 0);
	assert_int_equal(count_hits(store, "\xe6\xb8\xaf", &first), 1);
	assert_int_equal(first, 2);
	/* What an operator would be to the engine is a word. */
	assert_int_equal(count_hits(store, "NOT) OR (\"", NULL), 0);
	assert_int_equal(count_hits(store, " ", NULL), -EINVAL);
	/* Later runs keep it up; what is taken out is not found, and its words go with its bytes. */
	write_file(more,
		"{\"url\":\"https://a.example/4\",\"text\":\"Lighthouse keepers count boats at the closed pier.\"}\n");
	ingest(store, more);
	assert_int_equal(count_hits(store, "closed", NULL), 2);
	const char *gone[] = { "3" };
	assert_int_equal(garner_forget(garner, store, gone, 1, "test", NULL, NULL), 0);
	assert_int_equal(count_hits(store, "lighthouse", NULL), 0);
	assert_int_equal(garner_repack(garner, store), 0);
	assert_int_equal(count_hits(store, "closed", NULL), 1);
	char command[200];
	snprintf(command, sizeof(command), "grep -q lighthouse %s/search.db", store);
	assert_int_not_equal(system(command), 0);
	/* A broken one is made again. */
	snprintf(command, sizeof(command), "%s/search.db", store);
	write_file(command, "no database");
	assert_true(count_hits(store, "closed", NULL) < 0);
	garner_repair(garner, store, NULL, NULL);
	assert_int_equal(count_hits(store, "closed", NULL), 1);
	garner_free(garner);
}

static void a_newer_format_is_refused(void **state)
{
	(void)state;
	const char *store = in_folder("newer");
	char path[200];
	ingest_story(store, 1, 1, "end");
	snprintf(path, sizeof(path), "%s/catalogue.db", store);
	sqlite3 *db = NULL;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	struct garner *garner = garner_new(NULL);
	struct seen seen = { 0 };
	assert_int_equal(garner_show(garner, store, "0", see, &seen), -EPROTONOSUPPORT);
	assert_non_null(strstr(garner_error(garner), "format 99"));
	garner_free(garner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hostile_title_can_not_break_or_imitate_a_row),
		cmocka_unit_test(a_long_title_is_cut_between_characters),
		cmocka_unit_test(a_link_holds_no_byte_that_ends_it),
		cmocka_unit_test(a_pack_gives_back_what_went_in),
		cmocka_unit_test(a_slice_of_a_frame_is_that_of_the_whole),
		cmocka_unit_test(a_segment_cuts_its_torn_tail_and_refuses_a_short_one),
		cmocka_unit_test(a_second_writer_hears_who_holds_the_lock),
		cmocka_unit_test(marks_copies_edits_and_revisions),
		cmocka_unit_test(each_of_many_texts_of_a_page_is_known),
		cmocka_unit_test(a_copy_under_another_address_is_marked),
		cmocka_unit_test(what_was_taken_out_does_not_come_back),
		cmocka_unit_test(an_address_is_forgotten_with_its_document),
		cmocka_unit_test(finds_by_address_day_and_host_among_many),
		cmocka_unit_test(a_day_that_is_none_is_refused),
		cmocka_unit_test(words_are_found_in_titles_and_texts),
		cmocka_unit_test(a_newer_format_is_refused),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
