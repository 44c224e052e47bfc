#include "store/raw.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "store/warc_write.h"
#include "util/clock.h"
#include "util/file.h"

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

static int raw_new(struct store *store, struct error *error)
{
	struct raw_writer *raw = calloc(1, sizeof(*raw));
	if (!raw)
		return error_set(error, -ENOMEM, "%s: no memory", store->root);
	raw->file = SEGMENT_NONE;
	enum warc_packing packing = kind_of(store) == CATALOGUE_RAW_ZSTD ? WARC_PACK_ZSTD : WARC_PACK_GZIP;
	int result = warc_writer_new(packing, &raw->warc, error);
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

static int append(struct store *store, struct page *page, struct warc_place *ret_group, struct warc_place *ret_place)
{
	struct raw_writer *raw = store->raw;
	struct buf *out = &raw->file.pending;
	int result = 0;
	if (raw->file.size == 0) {
		const char *slash = strrchr(raw->name, '/');
		result = warc_write_info(raw->warc, out, view_of(slash + 1), store->clock, VIEW_NONE, NULL);
	}
	if (!result)
		result = warc_write_capture(raw->warc, out, &page->capture, store->clock, NULL, ret_group, ret_place);
	return result;
}

int raw_put(struct store *store, struct page *page, int64_t *ret_number, struct error *error)
{
	struct garner_document *d = &page->document;
	struct warc_place place, group;
	*ret_number = GARNER_NO_NUMBER;
	if (store->archive || !page->capture.keep_raw || store->engine->options.raw == GARNER_RAW_NONE)
		return 0;
	int result = store->raw ? 0 : raw_new(store, error);
	if (result)
		return result;
	struct raw_writer *raw = store->raw;
	size_t before = raw->file.pending.n;
	int64_t start = raw->file.size - (int64_t)before; /* places are counted from the start of the buffer */
	result = append(store, page, &group, &place);
	if (result)
		return error_set(error, result, "%s: a capture can't be written", raw->file.name);
	raw->file.size += (int64_t)(raw->file.pending.n - before);
	d->raw.file = page_str(page, view_of(raw->name));
	d->raw.offset = start + (int64_t)place.offset;
	d->raw.length = (int64_t)place.length;
	d->raw.group = group.offset < place.offset ? start + (int64_t)group.offset : GARNER_NO_NUMBER;
	*ret_number = raw->number;
	if (!d->raw.file)
		return error_set(error, -ENOMEM, "%s: no memory", store->root);
	return raw->file.pending.n >= RAW_WRITE_BYTES ? segment_write(&raw->file, error) : 0;
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
