#include "store/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "capture/stream.h"
#include "capture/warc_head.h"
#include "store/raw_pack.h"
#include "store/warc_write.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/limits.h"

struct raw_writer {
	struct warc_writer *warc;
	struct segment file;
	enum catalogue_file_kind kind;
	int64_t number;
	char name[64];
	bool is_new;
};

static enum catalogue_file_kind kind_of(const struct store *store)
{
	return store->engine->options.raw == GARNER_RAW_ZSTD ? CATALOGUE_RAW_ZSTD : CATALOGUE_RAW;
}

/* The open file of this kind goes on; one of another kind, or a sealed one, is followed by a new number. */
static int open_file(struct store *store, struct raw_writer *raw, struct error *error)
{
	struct catalogue_file file = { .size = 0 };
	int64_t next = 0;
	int result = catalogue_get(store->catalogue, "next_raw", 0, &next, error);
	raw->kind = kind_of(store);
	raw->number = next > 0 ? next - 1 : 0;
	int found = result ? result : catalogue_file(store->catalogue, raw->kind, raw->number, &file, error);
	if (found < 0)
		return found;
	if (next > 0 && (found == 1 || file.sealed)) {
		raw->number = next;
		file.size = 0;
	}
	store_file_name(raw->kind, raw->number, raw->name);
	char *path = store_path(store, raw->name);
	result = path ? segment_open(&raw->file, path, file.size, error)
		      : error_set(error, -ENOMEM, "%s: no memory", store->root);
	raw->is_new = file.size == 0;
	free(path);
	return result ? result : catalogue_set(store->catalogue, "next_raw", raw->number + 1, error);
}

/* Bytes behind what is acknowledged, or a file that is not acknowledged at all. */
static int cut_tail(struct store *store, enum catalogue_file_kind kind, int64_t number, struct error *error)
{
	struct catalogue_file file = { .size = 0 };
	struct stat st;
	char name[64];
	store_file_name(kind, number, name);
	char *path = store_path(store, name);
	int found = path ? catalogue_file(store->catalogue, kind, number, &file, error)
			 : error_set(error, -ENOMEM, "%s: no memory", store->root),
	    result = found < 0 ? found : 0;
	if (!result && !file.sealed && stat(path, &st) == 0 && st.st_size > file.size)
		if ((found == 1 ? unlink(path) : truncate(path, file.size)) < 0)
			result = error_set(error, -errno, "%s: cut the torn tail: %s", path, strerror(errno));
	free(path);
	return result;
}

int raw_recover(struct store *store, struct error *error)
{
	static const enum catalogue_file_kind kinds[] = { CATALOGUE_RAW, CATALOGUE_RAW_ZSTD };
	int64_t next = 0;
	int result = catalogue_get(store->catalogue, "next_raw", 0, &next, error);
	for (int i = 0; i < 2; i++)
		for (int64_t number = next > 0 ? next - 1 : 0; !result && number <= next; number++)
			result = cut_tail(store, kinds[i], number, error);
	return result;
}

static int raw_new(struct store *store, struct error *error)
{
	struct raw_writer *raw = calloc(1, sizeof(*raw));
	if (!raw)
		return error_set(error, -ENOMEM, "%s: no memory", store->root);
	raw->file = SEGMENT_NONE;
	int result = warc_writer_new(raw_packing(&store->engine->options), &raw->warc, error);
	if (!result)
		result = open_file(store, raw, error);
	if (result) {
		raw_free(raw);
		return result;
	}
	store->raw = raw;
	return 0;
}

struct raw_writer *raw_free(struct raw_writer *raw)
{
	if (!raw)
		return NULL;
	segment_close(&raw->file);
	warc_writer_free(raw->warc);
	free(raw);
	return NULL;
}

/* What a worker has packed already. */
static int append_packed(
	const struct raw_packed *packed, struct buf *out, struct warc_place *ret_group, struct warc_place *ret_place)
{
	size_t before = out->n;
	*ret_group = packed->group;
	*ret_place = packed->main;
	ret_group->offset += before;
	ret_place->offset += before;
	return buf_putv(out, packed->bytes);
}

static int append(struct store *store, struct page *page, const struct warc_original *original,
	struct warc_place *ret_group, struct warc_place *ret_place)
{
	struct raw_writer *raw = store->raw;
	struct buf *out = &raw->file.pending;
	int result = 0;
	if (raw->file.size == 0) {
		const char *slash = strrchr(raw->name, '/');
		result = warc_write_info(raw->warc, out, view_of(slash + 1), store->clock, VIEW_NONE, NULL);
	}
	if (result)
		return result;
	return page->packed && !original ? append_packed(page->packed, out, ret_group, ret_place)
					 : warc_write_capture(raw->warc, out, &page->capture, store->clock, original,
						   ret_group, ret_place);
}

bool store_keeps_captures(const struct store *store)
{
	return !store->archive && store->engine->options.raw != GARNER_RAW_NONE;
}

static int put(struct store *store, struct page *page, const struct warc_original *original, struct error *error)
{
	struct garner_document *d = &page->document;
	struct warc_place place, group;
	int result = store->raw ? 0 : raw_new(store, error);
	if (result)
		return result;
	struct raw_writer *raw = store->raw;
	size_t before = raw->file.pending.n;
	int64_t start = raw->file.size - (int64_t)before; /* places are counted from the start of the buffer */
	result = append(store, page, original, &group, &place);
	if (result)
		return error_set(error, result, "%s: a capture can't be written", raw->file.name);
	raw->file.size += (int64_t)(raw->file.pending.n - before);
	d->raw.file = page_str(page, view_of(raw->name));
	d->raw.offset = start + (int64_t)place.offset;
	d->raw.length = (int64_t)place.length;
	d->raw.group = group.offset < place.offset ? start + (int64_t)group.offset : GARNER_NO_NUMBER;
	if (!d->raw.file)
		return error_set(error, -ENOMEM, "%s: no memory", store->root);
	return raw->file.pending.n >= RAW_WRITE_BYTES ? segment_write(&raw->file, error) : 0;
}

int raw_put(struct store *store, struct page *page, int64_t *ret_number, struct error *error)
{
	*ret_number = GARNER_NO_NUMBER;
	if (!store_keeps_captures(store) || !page->capture.keep_raw)
		return 0;
	int result = put(store, page, NULL, error);
	if (store->raw)
		*ret_number = store->raw->number;
	return result;
}

/* ---- revisits ------------------------------------------------------------------------------ */

/* The file of captures @number, open for reading; NULL: it is not there. */
static struct stream *open_captures(const struct store *store, int64_t number)
{
	static const enum catalogue_file_kind kinds[] = { CATALOGUE_RAW, CATALOGUE_RAW_ZSTD };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char name[64];
		store_file_name(kinds[i], number, name);
		char *path = store_path(store, name);
		int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		struct stream *stream = fd >= 0 ? stream_of_fd(fd) : NULL;
		if (fd >= 0 && !stream)
			close(fd);
		free(path);
		if (stream)
			return stream;
	}
	return NULL;
}

static bool is_same_answer(const struct capture *c, const struct warc_head *head)
{
	char digest[WARC_DIGEST_BYTES];
	if (c->status == 304)
		return true;
	warc_digest(c->body, digest);
	return view_eq_nocase(view_of(digest), head->payload_digest);
}

/* Fills @ret, strings in the page's arena, when the record at @at is the capture that came again. */
static bool read_original(struct stream *file, int64_t at, struct page *page, struct warc_original *ret)
{
	struct warc_head head;
	if (!stream_seek(file, at))
		return false;
	enum stream_coding coding = stream_coding_of(stream_look(file, 16));
	struct stream *plain = coding == STREAM_GZIP   ? stream_of_gzip(file)
			       : coding == STREAM_ZSTD ? stream_of_zstd(file)
						       : NULL;
	if (!plain) {
		stream_close(file);
		return false;
	}
	bool found = warc_head_parse(stream_look(plain, LIMIT_HEAD_BYTES), &head) == WARC_HEAD_DONE &&
		     (head.type == WARC_RESPONSE || head.type == WARC_RESOURCE) && head.record_id.n &&
		     clock_parse(head.date, &ret->date) && is_same_answer(&page->capture, &head);
	if (found) {
		ret->record = view_of(page_str(page, head.record_id));
		ret->url = view_of(page_str(page, head.uri));
	}
	stream_close(plain);
	return found && ret->record.n && ret->url.n;
}

int raw_put_revisit(struct store *store, struct page *page, const struct catalogue_document *row, struct error *error)
{
	struct warc_original original = { 0 };
	if (!store_keeps_captures(store) || !page->capture.network || !page->capture.head.n ||
		row->raw == GARNER_NO_NUMBER)
		return 0;
	/* It may be of this very run. */
	int result = store->raw ? segment_write(&store->raw->file, error) : 0;
	struct stream *file = result ? NULL : open_captures(store, row->raw);
	if (!file || !read_original(file, row->raw_at, page, &original))
		return result;
	return put(store, page, &original, error);
}

int raw_sync(struct store *store, struct error *error)
{
	struct raw_writer *raw = store->raw;
	if (!raw || raw->file.size == 0)
		return 0;
	struct catalogue_file file = { .kind = raw->kind,
		.number = raw->number,
		.size = raw->file.size,
		.sealed = raw->file.size >= RAW_SEAL_BYTES };
	int result = segment_sync(&raw->file, error);
	if (!result && raw->is_new)
		result = file_sync_folder(raw->file.name, error);
	raw->is_new &= result != 0;
	if (!result && file.sealed) {
		file.has_sha256 = true;
		result = store_digest(raw->file.fd, raw->file.name, file.size, file.sha256, error);
	}
	if (!result)
		result = catalogue_put_file(store->catalogue, &file, error);
	if (!result && file.sealed)
		store->raw = raw_free(raw);
	return result;
}

/* ---- proof --------------------------------------------------------------------------------- */

static int read_through(struct view packed, const char *name, int64_t offset, struct error *error)
{
	struct stream *under = stream_of_view(packed);
	enum stream_coding coding = stream_coding_of(packed);
	struct stream *plain = !under		       ? NULL
			       : coding == STREAM_GZIP ? stream_of_gzip(under)
			       : coding == STREAM_ZSTD ? stream_of_zstd(under)
						       : NULL;
	if (!plain) {
		bool known = coding == STREAM_GZIP || coding == STREAM_ZSTD;
		stream_close(under);
		return known ? error_set(error, -ENOMEM, "%s: no memory", name)
			     : (error_set(error, -EBADMSG, "%s: offset %lld: no record begins here", name,
					(long long)offset),
				       1);
	}
	for (struct view some; (some = stream_some(plain)).n;)
		stream_skip(plain, (int64_t)some.n);
	int reason = plain->reason;
	if (reason)
		error_set(error, -EBADMSG, "%s: offset %lld: %s", name, (long long)offset,
			*plain->detail ? plain->detail : garner_reason_name(reason));
	stream_close(plain);
	return reason != 0;
}

int raw_check(const char *root, const struct garner_document *d, struct error *error)
{
	char *path = NULL;
	if (!d->raw.file || d->raw.offset < 0 || d->raw.length <= 0 || d->raw.length > (int64_t)LIMIT_BODY_BYTES * 2)
		return 0;
	if (asprintf(&path, "%s/%s", root, d->raw.file) < 0)
		return error_set(error, -ENOMEM, "%s: no memory", root);
	char *packed = malloc((size_t)d->raw.length);
	int fd = open(path, O_RDONLY | O_CLOEXEC), result = 0;
	if (!packed)
		result = error_set(error, -ENOMEM, "%s: no memory", path);
	else if (fd < 0)
		result = error_set(error, -errno, "%s: %s", path, strerror(errno));
	else
		result = file_read_at(fd, packed, (size_t)d->raw.length, d->raw.offset, error, path);
	if (!result)
		result = read_through(view_make(packed, (size_t)d->raw.length), d->raw.file, d->raw.offset, error);
	if (fd >= 0)
		close(fd);
	free(packed);
	free(path);
	return result == -ENOMEM ? result : result != 0;
}
