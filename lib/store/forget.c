/* Takedown: a document leaves the catalogue at once; repack removes its bytes. What stays is a line without content:
 * number, id, date, reason. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>
#include "export/jsonl.h"
#include "store/gone.h"
#include "store/near.h"
#include "store/read.h"
#include "store/repack.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/jsonw.h"
#include "util/limits.h"
#include "util/map.h"

int store_gone(struct store *store, int64_t n, uint64_t id, const struct garner_document *facts, const char *reason,
	bool lost, struct error *error)
{
	char hex[17], at[CLOCK_TEXT_BYTES] = "";
	struct buf line = BUF_INIT(KIB(64));
	struct jsonw json = jsonw_begin(&line);
	snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)id);
	clock_format(store->clock, at);
	jsonw_object(&json, NULL);
	jsonw_int(&json, "n", n);
	jsonw_text(&json, "id", hex);
	jsonw_text(&json, "at", at);
	jsonw_text(&json, "reason", reason);
	if (lost)
		jsonw_bool(&json, "lost", true);
	if (facts && facts->raw.file) {
		int64_t from = facts->raw.group != GARNER_NO_NUMBER ? facts->raw.group : facts->raw.offset;
		jsonw_text(&json, "raw", facts->raw.file);
		jsonw_int(&json, "from", from);
		jsonw_int(&json, "to", facts->raw.offset + facts->raw.length);
	}
	jsonw_close_object(&json);
	int result = line.err ? error_set(error, line.err, "%s: the reason is too long", store->root)
			      : segment_add(&store->logs[LOG_GONE], buf_view(&line), error);
	buf_free(&line);
	if (!result && !lost)
		result = catalogue_add_gone(store->catalogue, id, error);
	return result ? result : catalogue_count(store->catalogue, "sum", "gone", 1, error);
}

struct forgetting {
	int64_t *numbers;
	size_t count, cap;
	struct error *error;
};

static int take_number(void *user, const struct catalogue_document *row)
{
	struct forgetting *f = user;
	if (f->count == f->cap) {
		size_t cap = f->cap ? f->cap * 2 : 16;
		int64_t *grown = realloc(f->numbers, cap * sizeof(*grown));
		if (!grown)
			return error_set(f->error, -ENOMEM, "document %lld: no memory", (long long)row->n);
		f->numbers = grown;
		f->cap = cap;
	}
	f->numbers[f->count++] = row->n;
	return 0;
}

static int forget_one(
	struct store *store, struct store_reader *reader, int64_t n, const char *reason, struct error *error)
{
	struct catalogue_document row;
	struct garner_document d;
	struct arena arena;
	char key[24];
	int64_t from = 0;
	int result = catalogue_document(store->catalogue, n, &row, error);
	if (result)
		return result < 0 ? result : 0;
	arena_init(&arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	result = line_reader_read(&reader->lines, &row, &arena, &d, error);
	if (!result)
		result = store_gone(store, n, row.id, &d, reason, false, error);
	arena_free(&arena);
	if (!result)
		result = store_count(store->catalogue, &row, -1, error);
	snprintf(key, sizeof(key), "%lld", (long long)row.pack);
	if (!result)
		result = catalogue_count(store->catalogue, "forgot", key, 1, error);
	if (!result)
		result = catalogue_remove(store->catalogue, n, error);
	if (!result)
		result = catalogue_get(store->catalogue, "index_from", 0, &from, error);
	if (!result && n < from)
		result = catalogue_set(store->catalogue, "index_from", n, error);
	return result ? result : catalogue_set(store->catalogue, "derived", 0, error);
}

int store_forget(struct store *store, const char *key, const char *reason, struct error *error)
{
	struct store_reader reader = {
		.root = store->root, .catalogue = store->catalogue, .keys = store->keys, .fd = -1
	};
	struct forgetting f = { .error = error };
	struct catalogue_document row;
	reader.lines = (struct line_reader){ .root = store->root, .fd = -1 };
	int result = store_commit(store, error);
	if (!result)
		result = store_reader_find(&reader, key, &row, error);
	if (!result)
		result = keys_each_of_id(store->keys, row.id, take_number, &f, error);
	for (size_t i = 0; !result && i < f.count; i++)
		result = forget_one(store, &reader, f.numbers[i], reason, error);
	line_reader_close(&reader.lines);
	if (!result)
		result = store_commit(store, error);
	/* In place, so not before the commit; a repack does it again. */
	for (size_t i = 0; !result && i < f.count; i++)
		result = near_forget(store->near, f.numbers[i], error);
	free(f.numbers);
	return result;
}

/* ---- captures -------------------------------------------------------------------------------
 * Offsets in a WARC must stay: the bytes are replaced by one gzip member of the same length. It holds a metadata
 * record that says that something was taken out, and its comment field is as long as is needed (RFC 1952, 2.3.1). */

static const char taken_out[] =
	"WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:garner:taken-out>\r\n"
	"WARC-Date: 1970-01-01T00:00:00Z\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n"
	"taken out\r\n\r\n";
enum { GZIP_HEAD = 10, STORED_HEAD = 5, GZIP_FOOT = 8 };

static void put_le(uint8_t *p, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* @room of @n bytes becomes one gzip member, or for a space too short for it, members without content. */
static bool fill_gzip(uint8_t *room, size_t n)
{
	size_t text = sizeof(taken_out) - 1, least = GZIP_HEAD + 1 + STORED_HEAD + text + GZIP_FOOT;
	if (n < least)
		return false;
	size_t comment = n - least;
	memset(room, 0, GZIP_HEAD);
	room[0] = 0x1F;
	room[1] = 0x8B;
	room[2] = 8;
	room[3] = 1 << 4; /* FCOMMENT */
	room[9] = 255;
	memset(room + GZIP_HEAD, ' ', comment);
	room[GZIP_HEAD + comment] = 0;
	uint8_t *at = room + GZIP_HEAD + comment + 1;
	*at++ = 1; /* last block, stored */
	put_le(at, (uint32_t)text, 2);
	put_le(at + 2, ~(uint32_t)text, 2);
	memcpy(at + 4, taken_out, text);
	at += 4 + text;
	put_le(at, (uint32_t)crc32(0, (const uint8_t *)taken_out, (unsigned)text), 4);
	put_le(at + 4, (uint32_t)text, 4);
	return true;
}

/* A skippable frame is nothing to every reader. */
static bool fill_zstd(uint8_t *room, size_t n)
{
	if (n < 8)
		return false;
	memset(room, 0, n);
	put_le(room, 0x184D2A50u, 4);
	put_le(room + 4, (uint32_t)(n - 8), 4);
	return true;
}

static int overwrite(struct store *store, const char *name, int64_t from, int64_t to, struct error *error)
{
	size_t n = (size_t)(to - from);
	uint8_t *room = malloc(n ? n : 1);
	char *path = store_path(store, name);
	int fd = path ? open(path, O_WRONLY | O_CLOEXEC) : -1, result = 0;
	bool zstd = view_ends(view_of(name), VIEW(".zst"));
	if (!room || !path)
		result = error_set(error, -ENOMEM, "%s: no memory", store->root);
	else if (fd < 0)
		result = errno == ENOENT ? 0 : error_set(error, -errno, "%s: open: %s", path, strerror(errno));
	else if (!(zstd ? fill_zstd(room, n) : fill_gzip(room, n)))
		result = error_set(error, -EINVAL, "%s: offset %lld: a capture of %zu bytes is too short to replace",
			path, (long long)from, n);
	else if (lseek(fd, from, SEEK_SET) < 0)
		result = error_set(error, -errno, "%s: seek: %s", path, strerror(errno));
	else
		result = file_write(fd, room, n, error, path);
	if (!result && fd >= 0)
		result = file_sync(fd, error, path);
	if (fd >= 0)
		close(fd);
	free(path);
	free(room);
	return result;
}

struct captures {
	struct store *store;
	struct map gone; /* numbers, as text */
	struct error *error;
};

static int overwrite_line(void *user, struct view line, int64_t offset)
{
	struct captures *captures = user;
	struct gone gone;
	(void)offset;
	char key[24];
	if (gone_read(line, &gone))
		return 0;
	int n = snprintf(key, sizeof(key), "%lld", (long long)gone.n);
	uint64_t *place = map_put(&captures->gone, view_make(key, (size_t)n));
	if (!place)
		return error_set(captures->error, -ENOMEM, "%s: no memory", captures->store->root);
	*place = 1;
	int result = near_forget(captures->store->near, gone.n, captures->error);
	if (result)
		return result;
	if (!*gone.raw || gone.to <= gone.from)
		return 0;
	return overwrite(captures->store, gone.raw, gone.from, gone.to, captures->error);
}

/* Under which address a document was seen is gone with it: its number stays, and the line's length. */
static int blank_sighting(struct captures *captures, int64_t n, struct view line, int64_t offset)
{
	struct segment *seen = &captures->store->logs[LOG_SEEN];
	char number[32];
	int number_n = snprintf(number, sizeof(number), "{\"n\":%lld", (long long)n);
	char *blank = malloc(line.n + 1);
	if (!blank)
		return error_set(captures->error, -ENOMEM, "%s: no memory", captures->store->root);
	memset(blank, ' ', line.n);
	if ((size_t)number_n < line.n) {
		memcpy(blank, number, (size_t)number_n);
		blank[line.n - 1] = '}';
	}
	seen->unsynced = true;
	ssize_t written = pwrite(seen->fd, blank, line.n, offset);
	free(blank);
	if (written == (ssize_t)line.n)
		return 0;
	return error_set(captures->error, written < 0 ? -errno : -EIO, "%s: write: %s", seen->name,
		written < 0 ? strerror(errno) : "short");
}

/* Revisits of what is gone name it: a sighting says where they are. */
static int forget_sighting(void *user, struct view line, int64_t offset)
{
	struct captures *captures = user;
	struct garner_document d;
	struct arena arena;
	char key[24];
	arena_init(&arena, MIB(1));
	int result = document_read(&arena, line, &d, NULL), n = 0;
	if (!result)
		n = snprintf(key, sizeof(key), "%lld", (long long)d.n);
	if (result || !map_get(&captures->gone, view_make(key, (size_t)n))) {
		arena_free(&arena);
		return 0;
	}
	if (d.raw.file && d.raw.offset >= 0 && d.raw.length > 0) {
		int64_t from = d.raw.group != GARNER_NO_NUMBER ? d.raw.group : d.raw.offset;
		result = overwrite(captures->store, d.raw.file, from, d.raw.offset + d.raw.length, captures->error);
	}
	if (!result)
		result = blank_sighting(captures, d.n, line, offset);
	arena_free(&arena);
	return result;
}

static int digest_again(void *user, const struct catalogue_file *file)
{
	struct captures *captures = user;
	struct catalogue_file again = *file;
	char name[64];
	if ((file->kind != CATALOGUE_RAW && file->kind != CATALOGUE_RAW_ZSTD) || !file->sealed)
		return 0;
	store_file_name(file->kind, file->number, name);
	char *path = store_path(captures->store, name);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	int result = fd < 0 ? error_set(captures->error, -EIO, "%s: can't be read", name)
			    : store_digest(fd, path, file->size, again.sha256, captures->error);
	if (fd >= 0)
		close(fd);
	free(path);
	return result ? result : catalogue_put_file(captures->store->catalogue, &again, captures->error);
}

int forget_captures(struct store *store, struct error *error)
{
	struct captures captures = { .store = store, .error = error };
	const struct segment *log = &store->logs[LOG_GONE], *seen = &store->logs[LOG_SEEN];
	int64_t done = 0;
	int result = catalogue_get(store->catalogue, "gone_done", 0, &done, error);
	if (result || done == log->size)
		return result;
	result = segment_each(log->fd, log->name, log->size, overwrite_line, &captures, error);
	if (!result)
		result = segment_each(seen->fd, seen->name, seen->size, forget_sighting, &captures, error);
	map_free(&captures.gone);
	if (!result)
		result = catalogue_each_file(store->catalogue, digest_again, &captures, error);
	return result ? result : catalogue_set(store->catalogue, "gone_done", log->size, error);
}
