/* One pack or archive read alone: its manifest stands in its closing members. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/read.h"
#include "util/file.h"
#include "util/limits.h"
#include "util/map.h"

/* ---- frames --------------------------------------------------------------------------------- */

static int walk_frames(
	int fd, const char *name, int64_t size, struct pack_frame **ret_frames, size_t *ret_count, struct error *error)
{
	struct pack_frame *frames = NULL;
	size_t count = 0, cap = 0;
	const char *why;
	int result = 0;
	for (int64_t at = 0; at < size;) {
		struct pack_frame frame;
		result = pack_next(fd, name, at, size, NULL, &frame, &why, error);
		if (result == PACK_BAD)
			result = error_set(error, -EBADMSG, "%s: offset %lld: %s", name, (long long)at, why);
		if (result < 0)
			break;
		at += frame.packed;
		if (result == PACK_SKIPPABLE)
			continue;
		if (count == cap) {
			cap = cap ? cap * 2 : 64;
			struct pack_frame *grown = realloc(frames, cap * sizeof(*grown));
			if (!grown) {
				result = error_set(error, -ENOMEM, "%s: no memory", name);
				break;
			}
			frames = grown;
		}
		frames[count++] = frame;
		result = 0;
	}
	if (result < 0) {
		free(frames);
		return result;
	}
	*ret_frames = frames;
	*ret_count = count;
	return 0;
}

int pack_frames(
	int fd, const char *name, int64_t size, struct pack_frame **ret_frames, size_t *ret_count, struct error *error)
{
	int result = pack_table(fd, name, size, ret_frames, ret_count, error);
	return result == -ENOENT ? walk_frames(fd, name, size, ret_frames, ret_count, error) : result;
}

static int take_closing(void *user, const char *name, struct view bytes, size_t at)
{
	struct closing *closing = user;
	(void)at;
	if (strcmp(name, "INDEX.md") == 0)
		closing->index = bytes;
	else if (strcmp(name, "manifest.jsonl") == 0)
		closing->manifest = bytes;
	else if (strcmp(name, "runs.jsonl") == 0)
		closing->runs = bytes;
	else if (strcmp(name, "SHA256SUMS") == 0)
		closing->sums = bytes;
	return 0;
}

int closing_read(int fd, const char *name, const struct pack_frame *frames, size_t count, struct closing *ret_closing,
	struct error *error)
{
	struct closing closing = { .raw = BUF_INIT((size_t)LIMIT_CLOSING_BYTES) };
	struct buf raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1);
	int result = pack_border(fd, name, frames, count, &closing.first, error);
	for (size_t i = closing.first; !result && i < count; i++) {
		result = pack_read(fd, name, frames[i].offset, frames[i].packed, &raw, error);
		if (!result && buf_putv(&closing.raw, buf_view(&raw)))
			result = error_set(
				error, -EFBIG, "%s: closing members over %zu bytes", name, (size_t)LIMIT_CLOSING_BYTES);
	}
	if (!result)
		result = pack_members(buf_view(&closing.raw), take_closing, &closing, error);
	buf_free(&raw);
	if (!result && !closing.sums.p)
		result = -ENOENT;
	if (result) {
		closing_free(&closing);
		return result;
	}
	*ret_closing = closing;
	return 0;
}

void closing_free(struct closing *closing)
{
	buf_free(&closing->raw);
	closing->index = closing->manifest = closing->runs = closing->sums = VIEW_NONE;
}

/* ---- list and show -------------------------------------------------------------------------- */

struct pack_file {
	int fd;
	const char *name;
	struct pack_frame *frames;
	size_t count;
	size_t border;		/* the first frame without documents */
	struct buf part;	/* some of the manifest, when that is enough */
	struct closing closing; /* all of what closes the pack, when it was asked for */
};

static void pack_file_close(struct pack_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->frames);
	buf_free(&file->part);
	closing_free(&file->closing);
}

static int read_closing(struct pack_file *file, struct error *error)
{
	if (file->closing.sums.p)
		return 0;
	int result = closing_read(file->fd, file->name, file->frames, file->count, &file->closing, error);
	if (result == -ENOENT)
		result = error_set(error, -EBADMSG,
			"%s: no manifest in it: not a sealed pack (an open one is read through its store)", file->name);
	return result;
}

static int pack_file_open(const char *path, struct pack_file *ret_file, struct error *error)
{
	struct pack_file file = {
		.fd = open(path, O_RDONLY | O_CLOEXEC), .name = path, .part = BUF_INIT((size_t)LIMIT_CLOSING_BYTES)
	};
	struct stat st;
	if (file.fd < 0 || fstat(file.fd, &st) < 0) {
		int code = errno;
		pack_file_close(&file);
		return error_set(error, -code, "%s: open: %s", path, strerror(code));
	}
	struct error why = { 0 };
	int result = pack_frames(file.fd, path, st.st_size, &file.frames, &file.count, &why);
	if (result)
		error_set(error, result, store_is_archive(path) ? "%s" : "%s: neither a store nor an archive",
			store_is_archive(path) ? why.text : path);
	if (!result)
		result = pack_border(file.fd, path, file.frames, file.count, &file.border, error);
	if (result) {
		pack_file_close(&file);
		return result;
	}
	*ret_file = file;
	return 0;
}

/* Number of the first document of a frame. */
static int first_number(const struct pack_file *file, size_t i, struct buf *raw, int64_t *ret_n, struct error *error)
{
	int result = pack_slice(file->fd, file->name, &file->frames[i], 0, 512, raw, error);
	if (!result)
		*ret_n = raw->n >= 512 ? (int64_t)strtoull(raw->p, NULL, 10) : 0;
	return result;
}

struct wanted {
	const char *path;
	struct view bytes;
};

static int take_wanted(void *user, const char *name, struct view bytes, size_t at)
{
	struct wanted *wanted = user;
	(void)at;
	if (strcmp(name, wanted->path) == 0)
		wanted->bytes = bytes;
	return 0;
}

/* Plain members by their headers alone: libarchive is loaded only where one of another kind comes first. */
static bool find_member(struct view raw, struct wanted *wanted)
{
	enum { BLOCK = 512, NAME = 100, SIZE_AT = 124, TYPE_AT = 156, MAGIC_AT = 257, PREFIX_AT = 345 };
	while (raw.n >= BLOCK && memcmp(raw.p + MAGIC_AT, "ustar", 5) == 0 && !raw.p[PREFIX_AT] &&
		raw.p[TYPE_AT] == '0') {
		char octal[13] = "";
		memcpy(octal, raw.p + SIZE_AT, 12);
		size_t size = (size_t)strtoull(octal, NULL, 8), padded = (size + BLOCK - 1) / BLOCK * BLOCK;
		struct view name = view_make(raw.p, strnlen(raw.p, NAME)), body = view_from(raw, BLOCK);
		if (size > body.n)
			return false;
		if (view_eq(name, view_of(wanted->path))) {
			wanted->bytes = view_first(body, size);
			return true;
		}
		raw = view_from(body, padded);
	}
	return false;
}

/* Frames are in order of number: the right one is found by halving. Most lines say where their frame begins. */
static int find_frame(const struct pack_file *file, const struct garner_document *d, struct buf *raw, size_t *ret_i,
	struct error *error)
{
	size_t low = 0, high = file->border;
	bool placed = d->store.pack != NULL;
	int64_t n = 0;
	int result = 0;
	while (!result && low + 1 < high) {
		size_t middle = low + (high - low) / 2;
		if (!placed)
			result = first_number(file, middle, raw, &n, error);
		if (placed ? file->frames[middle].offset <= d->store.offset : n <= d->n)
			low = middle;
		else
			high = middle;
	}
	*ret_i = low;
	return result;
}

static int find_text(const struct pack_file *file, const struct garner_document *d, struct buf *raw,
	struct view *ret_member, struct error *error)
{
	struct wanted wanted = { .path = d->path, .bytes = VIEW_NONE };
	size_t i;
	int result = find_frame(file, d, raw, &i, error);
	if (!result && file->border)
		result = pack_read(file->fd, file->name, file->frames[i].offset, file->frames[i].packed, raw, error);
	if (!result && !find_member(buf_view(raw), &wanted))
		result = pack_members(buf_view(raw), take_wanted, &wanted, error);
	if (!result && !wanted.bytes.p)
		result = error_set(
			error, -EBADMSG, "%s: %s stands in the manifest, but not in the pack", file->name, d->path);
	*ret_member = wanted.bytes;
	return result;
}

static int add_text(const struct pack_file *file, struct garner_document *d, struct buf *raw, struct arena *arena,
	struct error *error)
{
	struct view member;
	if (!d->path)
		return error_set(error, -EBADMSG, "%s: a manifest line without a path", file->name);
	int result = find_text(file, d, raw, &member, error);
	if (result)
		return result;
	struct view body = store_member_text(member, d->title);
	d->text = arena_strdup_view(arena, body);
	d->text_size = body.n;
	return d->text ? 0 : error_set(error, -ENOMEM, "%s: no memory", file->name);
}

static bool same(const char *a, const char *b)
{
	return !a || (b && strcmp(a, b) == 0);
}

/* The host itself, or one below it. */
static bool is_of_host(const char *wanted, const char *host)
{
	struct view w = view_of(wanted), h = view_of(host);
	return !wanted || view_eq(w, h) || (h.n > w.n && view_ends(h, w) && h.p[h.n - w.n - 1] == '.');
}

static int64_t filter_day(const char *date, int64_t fallback)
{
	struct garner_document d = { .published = date };
	int64_t day = date ? index_day(&d) : GARNER_NO_NUMBER;
	return day == GARNER_NO_NUMBER ? fallback : day;
}

static bool takes(const struct garner_filter *f, const struct garner_document *d)
{
	if (!f)
		return true;
	int64_t day = index_day(d);
	if ((f->since || f->until) && (day == GARNER_NO_NUMBER || day < filter_day(f->since, INT64_MIN) ||
					      day > filter_day(f->until, INT64_MAX)))
		return false;
	bool marked = d->dup_of != GARNER_NO_NUMBER || d->near.n != GARNER_NO_NUMBER;
	if ((f->dup == 1 && marked) || (f->dup == 2 && !marked) || d->n < f->from_n)
		return false;
	bool access = !f->access || (strcmp(f->access, "open") == 0 ? !d->access : same(f->access, d->access));
	return access && is_of_host(f->host, d->host) && same(f->lang, d->lang) &&
	       same(f->source, d->feed.url ? d->feed.url : d->src.file);
}

/* A text stands before the one that replaces it. */
static int read_newest(struct view lines, struct newest *newest, struct arena *arena, struct error *error)
{
	int result = 0;
	for (struct view line; !result && view_next_line(&lines, &line);) {
		struct garner_document d;
		arena_reset(arena);
		result = document_read(arena, line, &d, error);
		if (!result && newest_replace(newest, d.revision_of))
			result = error_set(error, -ENOMEM, "no memory for the list of revisions");
	}
	return result;
}

int pack_file_list(const char *path, const struct garner_filter *filter, const atomic_bool *stop,
	garner_document_fn *fn, void *user, struct error *error)
{
	struct pack_file file;
	struct buf raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1);
	struct arena arena;
	int result = pack_file_open(path, &file, error);
	if (result)
		return result;
	result = read_closing(&file, error);
	arena_init(&arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	struct view rest = file.closing.manifest, line;
	struct newest newest = { 0 };
	if (!result && filter && filter->newest)
		result = read_newest(rest, &newest, &arena, error);
	int64_t left = filter && filter->limit > 0 ? filter->limit : INT64_MAX;
	while (!result && left > 0 && view_next_line(&rest, &line)) {
		struct garner_document d;
		arena_reset(&arena);
		result = store_stopped(stop, path, error);
		if (!result)
			result = document_read(&arena, line, &d, error);
		if (result || !takes(filter, &d) || newest_is_replaced(&newest, d.n))
			continue;
		if (filter && (filter->with_text || store_filter_reads(filter)))
			result = add_text(&file, &d, &raw, &arena, error);
		if (result || !store_filter_takes(filter, &d))
			continue;
		left--;
		result = fn(user, &d, GARNER_STORED, NULL);
	}
	newest_free(&newest);
	arena_free(&arena);
	buf_free(&raw);
	pack_file_close(&file);
	return result;
}

static bool is_key(const struct garner_document *d, const char *key)
{
	const char *const keys[] = { d->id, d->path, d->url, d->url_requested, d->url_canonical };
	unsigned long long number;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i] && strcmp(keys[i], key) == 0)
			return true;
	return strlen(key) < 16 && view_to_u64(view_of(key), &number) && d->n == (int64_t)number;
}

/* Without parsing it: a line that does not hold the bytes of the key is not the one. Parsing all lines took 20 times as
 * long as finding the text. */
static bool may_be_line(struct view line, const char *key)
{
	char number[40];
	int64_t n = store_key_number(key);
	struct view v = view_of(key);
	if (n != GARNER_NO_NUMBER) {
		int size = snprintf(number, sizeof(number), "{\"n\":%lld,", (long long)n);
		return view_starts(line, view_make(number, (size_t)size));
	}
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < ' ' || v.p[i] == '"' || v.p[i] == '\\')
			return true; /* written in another way */
	return view_find(line, v) < line.n;
}

/* The last one wins: the newest text of an id or URL. Lines of other members may stand behind the manifest. 1: none. */
static int find_line(struct view rest, const char *key, struct arena *arena, struct view *ret_line, struct error *error)
{
	struct view line;
	int result = 0;
	*ret_line = VIEW_NONE;
	while (!result && view_next_line(&rest, &line) && view_starts(line, VIEW("{\"n\":"))) {
		struct garner_document d;
		if (!may_be_line(line, key))
			continue;
		arena_reset(arena);
		result = document_read(arena, line, &d, error);
		if (!result && is_key(&d, key))
			*ret_line = line;
	}
	return result ? result : !ret_line->p;
}

/* From the part of the manifest where it should be; all of it is read when it is not there. */
static int find_document(struct pack_file *file, const char *key, struct arena *arena,
	struct garner_document *ret_document, struct error *error)
{
	struct view lines, line;
	struct error ignored = { 0 };
	int result = pack_lines(file->fd, file->name, file->frames, file->border, file->count, store_key_number(key),
		&file->part, &lines, &ignored);
	if (!result)
		result = find_line(lines, key, arena, &line, &ignored);
	if (result) {
		result = read_closing(file, error);
		if (!result)
			result = find_line(file->closing.manifest, key, arena, &line, error);
	}
	arena_reset(arena);
	return result ? result : document_read(arena, line, ret_document, error);
}

int pack_file_show(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error)
{
	struct pack_file file;
	struct buf raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1);
	struct arena arena;
	struct garner_document d;
	int result = pack_file_open(path, &file, error);
	if (result)
		return result;
	arena_init(&arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	result = find_document(&file, key, &arena, &d, error);
	if (!result)
		result = add_text(&file, &d, &raw, &arena, error);
	if (!result)
		result = fn(user, &d, GARNER_STORED, NULL);
	arena_free(&arena);
	buf_free(&raw);
	pack_file_close(&file);
	return result;
}
