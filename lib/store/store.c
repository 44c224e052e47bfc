#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "normalise/normalise.h"
#include "store/format.h"
#include "store/inner.h"
#include "store/lock.h"
#include "store/near.h"
#include "store/raw.h"
#include "store/repack.h"
#include "store/search.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/jsonw.h"
#include "util/limits.h"

static int no_memory(struct error *error, const char *name)
{
	return error_set(error, -ENOMEM, "%s: no memory", name);
}

char *store_path(const struct store *store, const char *name)
{
	char *path = NULL;
	return asprintf(&path, "%s/%s", store->root, name) < 0 ? NULL : path;
}

void store_file_name(enum catalogue_file_kind kind, int64_t number, char ret_name[64])
{
	static const char *const logs[] = { STORE_RUNS_NAME, STORE_SEEN_NAME, STORE_GONE_NAME };
	long long n = (long long)number;
	switch (kind) {
	case CATALOGUE_PACK: snprintf(ret_name, 64, STORE_PACK_NAME, n); break;
	case CATALOGUE_MANIFEST: snprintf(ret_name, 64, STORE_MANIFEST_NAME, n); break;
	case CATALOGUE_RAW: snprintf(ret_name, 64, STORE_RAW_NAME, n); break;
	case CATALOGUE_RAW_ZSTD: snprintf(ret_name, 64, STORE_RAW_ZSTD_NAME, n); break;
	case CATALOGUE_INDEX: snprintf(ret_name, 64, STORE_INDEX_NAME, n); break;
	case CATALOGUE_LOG: snprintf(ret_name, 64, "%s", logs[number >= 0 && number < LOG_COUNT ? number : 0]); break;
	case CATALOGUE_KEYS: snprintf(ret_name, 64, STORE_KEYS_NAME, n); break;
	case CATALOGUE_NEAR:
		if (number)
			snprintf(ret_name, 64, STORE_NEAR_NAME, n);
		else
			snprintf(ret_name, 64, STORE_SIGNATURES_NAME);
		break;
	}
}

/* ---- open ----------------------------------------------------------------------------------- */

struct store *store_make(const char *path, const struct engine *engine, struct error *error)
{
	struct store *store = calloc(1, sizeof(*store));
	if (!store || !(store->root = strdup(path))) {
		free(store);
		no_memory(error, path);
		return NULL;
	}
	/* "STORE/" and "STORE" are one. */
	for (size_t n = strlen(store->root); n > 1 && store->root[n - 1] == '/'; n--)
		store->root[n - 1] = 0;
	store->engine = engine;
	store->commit_at = clock_ticks();
	store->clock = clock_now(&engine->options);
	store->lock_fd = store->pack_fd = -1;
	store->manifest = SEGMENT_NONE;
	for (int i = 0; i < LOG_COUNT; i++)
		store->logs[i] = SEGMENT_NONE;
	store->waiting_lines = BUF_INIT(SIZE_MAX / 2);
	arena_init(&store->waiting_arena, SIZE_MAX / 2);
	return store;
}

void store_close_pack(struct store *store)
{
	/* One that nothing came into leaves no file. */
	if (store->pack && !store->archive && pack_size(store->pack) == 0 && store->manifest.name) {
		unlink(store->pack_path);
		unlink(store->manifest.name);
	}
	store->pack = pack_free(store->pack);
	if (store->pack_fd >= 0)
		close(store->pack_fd);
	store->pack_fd = -1;
	free(store->pack_path);
	store->pack_path = NULL;
	segment_close(&store->manifest);
}

void store_close(struct store *store)
{
	store_close_pack(store);
	for (int i = 0; i < LOG_COUNT; i++)
		segment_close(&store->logs[i]);
	store->raw = raw_free(store->raw);
	store->near = near_free(store->near);
	store->keys = keys_free(store->keys);
	store->catalogue = catalogue_close(store->catalogue);
}

struct store *store_dispose(struct store *store)
{
	if (!store)
		return NULL;
	store_close(store);
	lock_drop(store->lock_fd);
	free(store->waiting);
	buf_free(&store->waiting_lines);
	arena_free(&store->waiting_arena);
	free(store->root);
	free(store);
	return NULL;
}

int store_make_folders(struct store *store, struct error *error)
{
	static const char *const folders[] = { "packs", "manifest", "index", "raw" };
	int result = file_make_folder(store->root, error);
	for (size_t i = 0; !result && i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *path = store_path(store, folders[i]);
		result = path ? file_make_folder(path, error) : no_memory(error, store->root);
		free(path);
	}
	return result;
}

/* The folders' names must be on the medium before anything in them is acknowledged. */
static int sync_folders(struct store *store, struct error *error)
{
	char *path = store_path(store, "packs");
	if (!path)
		return no_memory(error, store->root);
	int result = file_sync_folder(path, error);
	if (!result)
		result = file_sync_folder(store->root, error);
	free(path);
	return result;
}

static int open_catalogue(struct store *store, struct error *error)
{
	char *path = store_path(store, "catalogue.db"), *first = store_path(store, "manifest/runs.jsonl");
	struct stat st;
	int result = 0;
	if (!path || !first)
		result = no_memory(error, store->root);
	else if (stat(path, &st) < 0 && stat(first, &st) == 0 && st.st_size > 0)
		result = error_set(error, -ENOENT,
			"%s: missing, but the store has documents: `garner repair %s` makes it again", path,
			store->root);
	if (!result)
		result = catalogue_open(path, CATALOGUE_WRITE, &store->catalogue, error);
	free(path);
	free(first);
	return result;
}

static int open_logs(struct store *store, struct error *error)
{
	int result = 0;
	for (int i = 0; !result && i < LOG_COUNT; i++) {
		struct catalogue_file file = { .size = 0 };
		char name[64];
		store_file_name(CATALOGUE_LOG, i, name);
		char *path = store_path(store, name);
		result = path ? catalogue_file(store->catalogue, CATALOGUE_LOG, i, &file, error)
			      : no_memory(error, store->root);
		if (result >= 0)
			result = segment_open(&store->logs[i], path, result == 0 ? file.size : 0, error);
		free(path);
	}
	return result;
}

static int had_frame(void *user, const struct pack_frame *frame)
{
	return pack_had(((struct store *)user)->pack, frame, NULL);
}

static int open_pack_file(struct store *store, int64_t acknowledged, struct error *error)
{
	struct stat st;
	store->pack_fd = open(store->pack_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (store->pack_fd < 0 || fstat(store->pack_fd, &st) < 0)
		return error_set(error, -errno, "%s: open: %s", store->pack_path, strerror(errno));
	if (st.st_size < acknowledged)
		return error_set(error, -EBADMSG, "%s: %lld bytes, %lld were acknowledged: garner repair",
			store->pack_path, (long long)st.st_size, (long long)acknowledged);
	if (st.st_size > acknowledged && ftruncate(store->pack_fd, acknowledged) < 0)
		return error_set(error, -errno, "%s: cut the torn tail: %s", store->pack_path, strerror(errno));
	return 0;
}

int store_open_pack(struct store *store, int64_t number, struct error *error)
{
	struct catalogue_file pack = { .since = store->clock }, manifest = { .size = 0 };
	char name[64];
	int result = catalogue_file(store->catalogue, CATALOGUE_PACK, number, &pack, error);
	if (result < 0 || catalogue_file(store->catalogue, CATALOGUE_MANIFEST, number, &manifest, error) < 0)
		return -EIO;
	store->pack_number = number;
	if (number >= store->next_pack)
		store->next_pack = number + 1;
	store->pack_since = pack.since;
	store->pack_new = result == 1;
	store_file_name(CATALOGUE_PACK, number, store->pack_name);
	store_file_name(CATALOGUE_MANIFEST, number, name);
	store->pack_path = store_path(store, store->pack_name);
	char *path = store_path(store, name);
	result = store->pack_path && path ? open_pack_file(store, pack.size, error) : no_memory(error, store->root);
	if (!result)
		result = pack_new(store->pack_fd, store->pack_path, pack.size, &store->pack, error);
	if (!result && catalogue_each_frame(store->catalogue, number, had_frame, store, error))
		result = no_memory(error, store->root);
	if (!result)
		result = segment_open(&store->manifest, path, manifest.size, error);
	free(path);
	return result;
}

/* A run that was killed before its first commit left a pack without a byte. */
static int sweep_empty(struct store *store, enum catalogue_file_kind kind, const char *folder, struct error *error)
{
	char *path = store_path(store, folder);
	DIR *dir = path ? opendir(path) : NULL;
	struct catalogue_file file;
	struct stat st;
	int found = 0;
	for (struct dirent *entry; dir && found >= 0 && (entry = readdir(dir));) {
		if (!ascii_is_digit(entry->d_name[0]) || fstatat(dirfd(dir), entry->d_name, &st, 0) < 0 || st.st_size)
			continue;
		found = catalogue_file(store->catalogue, kind, (int64_t)strtoll(entry->d_name, NULL, 10), &file, error);
		if (found == 1)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
	free(path);
	return found < 0 ? found : 0;
}

int store_sweep(struct store *store, struct error *error)
{
	int result = sweep_empty(store, CATALOGUE_PACK, "packs", error);
	if (!result)
		result = sweep_empty(store, CATALOGUE_MANIFEST, "manifest", error);
	if (!result)
		result = near_sweep(store->root, store->catalogue, error);
	return result ? result : keys_sweep(store->root, store->catalogue, error);
}

/* A run that did not come to its end left counts behind: they get their line now. */
static int recover_run(struct store *store, struct error *error)
{
	int64_t derived = 1;
	int result = catalogue_get(store->catalogue, "derived", 1, &derived, error);
	if (!result && !derived)
		result = store_end_run(store, true, error);
	if (!result)
		result = catalogue_commit(store->catalogue, error);
	return result;
}

int store_open(const char *path, const struct engine *engine, struct store **ret_store, struct error *error)
{
	struct store *store = store_make(path, engine, error);
	if (!store)
		return -ENOMEM;
	int result = store_make_folders(store, error);
	char *lock = store_path(store, "lock");
	if (!result)
		result = lock ? lock_take(lock, (int64_t)time(NULL), &store->lock_fd, error) : no_memory(error, path);
	free(lock);
	if (!result)
		result = open_catalogue(store, error);
	if (!result)
		result = sync_folders(store, error);
	if (!result)
		result = open_logs(store, error);
	int64_t number = -1;
	if (!result)
		result = catalogue_get(store->catalogue, "next_n", 0, &store->next_n, error);
	if (!result)
		result = catalogue_get(store->catalogue, "next_pack", 0, &store->next_pack, error);
	if (!result)
		result = catalogue_get(store->catalogue, "pack", -1, &number, error);
	if (!result)
		result = store_sweep(store, error);
	if (!result)
		result = raw_recover(store, error);
	if (!result)
		result = store_open_pack(store, number < 0 ? store->next_pack : number, error);
	if (!result)
		result = near_open(store->root, store->root, store->catalogue, store->next_n, &store->near, error);
	if (!result)
		result = keys_open(store->root, store->root, store->catalogue, true, &store->keys, error);
	if (!result)
		result = store_remove_doomed(store, error);
	if (!result)
		result = recover_run(store, error);
	if (result) {
		store_dispose(store);
		return result;
	}
	*ret_store = store;
	return 0;
}

int store_open_archive(const char *path, const struct engine *engine, struct store **ret_store, struct error *error)
{
	struct store *store = store_make(path, engine, error);
	if (!store)
		return -ENOMEM;
	store->archive = true;
	int result = catalogue_open(path, CATALOGUE_MEMORY, &store->catalogue, error);
	if (!result && asprintf(&store->pack_path, "%s.new", store->root) < 0) {
		store->pack_path = NULL;
		result = no_memory(error, path);
	}
	if (!result) {
		store->pack_fd = open(store->pack_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (store->pack_fd < 0)
			result = error_set(error, -errno, "%s: create: %s", store->pack_path, strerror(errno));
	}
	if (!result)
		result = pack_new(store->pack_fd, store->pack_path, 0, &store->pack, error);
	if (!result)
		result = segment_open_temporary(&store->manifest, store->root, error);
	if (!result)
		result = keys_open(NULL, store->root, store->catalogue, true, &store->keys, error);
	if (!result && engine->options.dedup != GARNER_DEDUP_OFF)
		result = near_open(NULL, store->root, store->catalogue, 0, &store->near, error);
	if (result) {
		if (store->pack_fd >= 0)
			unlink(store->pack_path);
		store_dispose(store);
		return result;
	}
	*ret_store = store;
	return 0;
}

/* ---- rows and counts ------------------------------------------------------------------------ */

void store_row(const struct garner_document *d, const uint8_t sha256[32], struct catalogue_document *ret_row)
{
	*ret_row = (struct catalogue_document){ .n = d->n,
		.id = strtoull(d->id, NULL, 16),
		.day = index_day(d),
		.host = d->host,
		.lang = d->lang,
		.access = d->access,
		.source = d->feed.url ? d->feed.url : d->src.file,
		.dup_of = d->dup_of,
		.revision_of = d->revision_of,
		.near = d->near.n,
		.words = (int64_t)d->words,
		.bytes = (int64_t)d->text_size,
		.raw = GARNER_NO_NUMBER,
		.raw_at = GARNER_NO_NUMBER };
	memcpy(ret_row->sha256, sha256, 32);
	const char *const urls[] = { d->url, d->url_requested, d->url_canonical };
	for (size_t i = 0; i < 3; i++) {
		uint64_t key = urls[i] ? catalogue_url_key(urls[i]) : 0;
		bool seen = !urls[i];
		for (size_t j = 0; j < ret_row->url_count; j++)
			seen |= ret_row->urls[j] == key;
		if (!seen)
			ret_row->urls[ret_row->url_count++] = key;
	}
}

int store_count(struct catalogue *catalogue, const struct catalogue_document *row, int sign, struct error *error)
{
	const struct {
		const char *name;
		int64_t value;
	} sums[] = { { "documents", 1 }, { "words", row->words }, { "bytes", row->bytes },
		{ "duplicates", row->dup_of != GARNER_NO_NUMBER }, { "near", row->near != GARNER_NO_NUMBER },
		{ "revisions", row->revision_of != GARNER_NO_NUMBER } };
	int result = 0;
	for (size_t i = 0; !result && i < sizeof(sums) / sizeof(sums[0]); i++)
		if (sums[i].value)
			result = catalogue_count(catalogue, "sum", sums[i].name, sums[i].value * sign, error);
	if (!result && row->lang)
		result = catalogue_count(catalogue, "lang", row->lang, sign, error);
	if (!result && row->host)
		result = catalogue_count(catalogue, "host", row->host, sign, error);
	return result;
}

static int note_change(struct store *store, struct error *error)
{
	if (store->changed)
		return 0;
	store->changed = true;
	int result = catalogue_set(store->catalogue, "derived", 0, error);
	return result ? result : catalogue_set(store->catalogue, "run_at", store->clock, error);
}

static int count_input(struct store *store, int reason, struct error *error)
{
	int result = note_change(store, error);
	if (!result)
		result = catalogue_count(store->catalogue, "pending", garner_reason_name(reason), 1, error);
	store->input_count++;
	return result;
}

/* ---- putting -------------------------------------------------------------------------------- */

static const char *keep_text(struct store *store, const char *text, bool *bad)
{
	if (!text)
		return NULL;
	const char *copy = arena_strndup(&store->waiting_arena, text, strlen(text));
	*bad |= !copy;
	return copy;
}

static int keep_waiting(struct store *store, struct page *page, size_t at, int64_t raw, struct error *error)
{
	struct garner_document *d = &page->document;
	if (store->waiting_count == store->waiting_cap) {
		size_t cap = store->waiting_cap ? store->waiting_cap * 2 : 256;
		struct waiting *grown = realloc(store->waiting, cap * sizeof(*grown));
		if (!grown)
			return no_memory(error, store->root);
		store->waiting = grown;
		store->waiting_cap = cap;
	}
	struct waiting *w = &store->waiting[store->waiting_count];
	struct catalogue_document *row = &w->row;
	bool bad = false;
	store_row(d, page->sha256, row);
	row->host = keep_text(store, row->host, &bad);
	row->lang = keep_text(store, row->lang, &bad);
	row->access = keep_text(store, row->access, &bad);
	row->source = keep_text(store, row->source, &bad);
	row->pack = store->pack_number;
	row->frame = pack_size(store->pack);
	row->at = (int64_t)at;
	row->size = (int64_t)page->member.n;
	row->raw = raw;
	row->raw_at = raw == GARNER_NO_NUMBER ? raw : d->raw.offset;
	w->line = store->waiting_lines.n;
	document_write(&store->waiting_lines, d, DOCUMENT_MANIFEST);
	w->line_size = store->waiting_lines.n - w->line;
	if (bad || store->waiting_lines.err)
		return no_memory(error, store->root);
	store->waiting_count++;
	return 0;
}

/* The frame's length is known only now: it goes into each line behind the offset. Inside strings quotes are
 * escaped, so the place can't be mistaken. */
static int finish_line(struct store *store, const struct waiting *w, const struct pack_frame *frame, struct buf *line,
	struct error *error)
{
	char mark[128], length[40];
	struct view v = view_make(store->waiting_lines.p + w->line, w->line_size);
	buf_reset(line);
	if (store->archive) {
		buf_putv(line, v);
	} else {
		int mark_n = snprintf(mark, sizeof(mark), "\"store\":{\"pack\":\"%s\",\"offset\":%lld",
			store->pack_name, (long long)frame->offset);
		int length_n = snprintf(length, sizeof(length), ",\"length\":%u", frame->packed);
		size_t at = view_find(v, view_make(mark, (size_t)mark_n)) + (size_t)mark_n;
		if (at > v.n)
			return error_set(error, -EINVAL, "%s: a manifest line without its place", store->pack_path);
		buf_putv(line, view_first(v, at));
		buf_put(line, length, (size_t)length_n);
		buf_putv(line, view_from(v, at));
	}
	return line->err ? no_memory(error, store->root) : 0;
}

static int cut(struct store *store, struct error *error)
{
	struct pack_frame frame;
	struct buf line = BUF_INIT((size_t)LIMIT_MANIFEST_LINE);
	if (store->waiting_count == 0)
		return 0;
	int result = pack_cut(store->pack, &frame, error);
	store->pack_unsynced = true;
	if (!result)
		result = catalogue_add_frame(store->catalogue, store->pack_number, &frame, error);
	for (size_t i = 0; !result && i < store->waiting_count; i++) {
		struct waiting *w = &store->waiting[i];
		result = finish_line(store, w, &frame, &line, error);
		w->row.line = store->manifest.size;
		w->row.line_size = (int64_t)line.n;
		if (!result)
			result = segment_add(&store->manifest, buf_view(&line), error);
		if (!result)
			result = catalogue_add(store->catalogue, &w->row, error);
		if (!result)
			result = keys_add(store->keys, &w->row, error);
		if (!result)
			result = store_count(store->catalogue, &w->row, 1, error);
	}
	if (!result)
		result = segment_write(&store->manifest, error);
	buf_free(&line);
	store->frame_bytes += frame.raw;
	store->waiting_count = 0;
	buf_reset(&store->waiting_lines);
	arena_reset(&store->waiting_arena);
	return result;
}

static int put_file(
	struct store *store, enum catalogue_file_kind kind, int64_t number, int64_t size, struct error *error)
{
	struct catalogue_file file = { .kind = kind, .number = number, .size = size, .since = store->pack_since };
	return catalogue_put_file(store->catalogue, &file, error);
}

/* Everything that the catalogue is about to point at goes to the medium first. */
static int sync_all(struct store *store, struct error *error)
{
	int result = 0;
	if (store->pack_unsynced)
		result = file_sync(store->pack_fd, error, store->pack_path);
	if (!result)
		result = segment_sync(&store->manifest, error);
	for (int i = 0; !result && i < LOG_COUNT; i++)
		result = segment_sync(&store->logs[i], error);
	if (!result && store->pack_new && pack_size(store->pack)) {
		result = file_sync_folder(store->pack_path, error);
		if (!result)
			result = file_sync_folder(store->manifest.name, error);
		store->pack_new = result != 0;
	}
	store->pack_unsynced &= result != 0;
	return result;
}

int store_commit(struct store *store, struct error *error)
{
	int result = cut(store, error);
	store->frame_bytes = store->input_count = 0;
	store->commit_at = clock_ticks();
	if (!result && store->archive)
		return store->near ? near_sync(store->near, error) : 0;
	if (result)
		return result;
	result = sync_all(store, error);
	if (!result && store->near)
		result = near_sync(store->near, error);
	if (!result)
		result = raw_sync(store, error);
	if (!result && pack_size(store->pack))
		result = put_file(store, CATALOGUE_PACK, store->pack_number, pack_size(store->pack), error);
	if (!result && pack_size(store->pack))
		result = put_file(store, CATALOGUE_MANIFEST, store->pack_number, store->manifest.size, error);
	for (int i = 0; !result && i < LOG_COUNT; i++)
		if (store->logs[i].size)
			result = put_file(store, CATALOGUE_LOG, i, store->logs[i].size, error);
	if (!result)
		result = catalogue_set(store->catalogue, "next_n", store->next_n, error);
	if (!result)
		result = catalogue_set(store->catalogue, "pack", store->pack_number, error);
	if (!result)
		result = catalogue_set(store->catalogue, "next_pack", store->next_pack, error);
	if (!result)
		result = catalogue_commit(store->catalogue, error);
	if (!result && store->near)
		near_committed(store->near);
	if (!result)
		keys_committed(store->keys);
	return result;
}

static size_t seal_bytes(const struct store *store)
{
	size_t n = store->engine->options.pack_bytes;
	return n ? n : PACK_SEAL_BYTES;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Points that depend on the inputs alone, never on time, so that the bytes do not either; but what comes over the
 * network is never the same twice, and comes slowly. */
static bool is_commit_due(const struct store *store, bool network)
{
	if (store->frame_bytes >= least(seal_bytes(store), STORE_COMMIT_BYTES) ||
		store->input_count >= STORE_COMMIT_INPUTS)
		return true;
	return network && store->input_count &&
	       clock_ticks() - store->commit_at > STORE_COMMIT_SECONDS * UINT64_C(1000000000);
}

/* After each input. Small packs have small frames and are committed in small steps. */
static int step(struct store *store, bool network, struct error *error)
{
	int result = 0;
	if (pack_pending(store->pack) >= least(seal_bytes(store), PACK_FRAME_BYTES))
		result = cut(store, error);
	if (!result && is_commit_due(store, network)) {
		result = store_commit(store, error);
		if (!result && !store->archive && (size_t)pack_size(store->pack) >= seal_bytes(store)) {
			result = store_seal(store, error);
			if (!result)
				result = store_open_pack(store, store->next_pack, error);
		}
	}
	return result;
}

static int64_t waiting_with_text(const struct store *store, const uint8_t sha256[32])
{
	for (size_t i = 0; i < store->waiting_count; i++)
		if (memcmp(store->waiting[i].row.sha256, sha256, 32) == 0)
			return store->waiting[i].row.n;
	return GARNER_NO_NUMBER;
}

/* Newest text of @id and the one that is the same, also among those whose frame is not cut yet. */
static int find_id(struct store *store, uint64_t id, const uint8_t sha256[32], int64_t *ret_newest, int64_t *ret_same,
	struct error *error)
{
	int result = keys_find_id(store->keys, id, sha256, ret_newest, ret_same, error);
	for (size_t i = 0; !result && i < store->waiting_count; i++) {
		const struct catalogue_document *row = &store->waiting[i].row;
		if (row->id != id)
			continue;
		*ret_newest = row->n;
		if (*ret_same == GARNER_NO_NUMBER && memcmp(row->sha256, sha256, 32) == 0)
			*ret_same = row->n;
	}
	return result;
}

static void write_place(struct jsonw *json, const struct garner_document *d)
{
	jsonw_object(json, "raw");
	jsonw_text(json, "file", d->raw.file);
	jsonw_int(json, "offset", d->raw.offset);
	jsonw_int(json, "length", d->raw.length);
	if (d->raw.group != GARNER_NO_NUMBER)
		jsonw_int(json, "group", d->raw.group);
	jsonw_close_object(json);
}

/* Answered with the same bytes: a revisit stands for them. document.raw names it, or nothing. */
static int revisit(struct store *store, int64_t n, struct page *page, struct error *error)
{
	struct catalogue_document row;
	page->document.raw.file = NULL;
	if (!page->capture.network)
		return 0;
	int result = catalogue_document(store->catalogue, n, &row, error);
	return result ? (result < 0 ? result : 0) : raw_put_revisit(store, page, &row, error);
}

/* The sighting of a document that is there: when, under which URL where that one is new, and its revisit. */
static int see(struct store *store, int64_t n, struct page *page, struct error *error)
{
	if (store->archive)
		return 0;
	const char *url = page->document.url;
	int64_t had = GARNER_NO_NUMBER;
	char at[CLOCK_TEXT_BYTES] = "";
	int result = revisit(store, n, page, error);
	if (!result && url) {
		result = keys_find_url(store->keys, catalogue_url_key(url), &had, error);
		if (!result && had == GARNER_NO_NUMBER)
			result = catalogue_add_url(store->catalogue, catalogue_url_key(url), n, error);
	}
	clock_format(store->clock, at);
	struct buf line = BUF_INIT(MIB(1));
	struct jsonw json = jsonw_begin(&line);
	jsonw_object(&json, NULL);
	jsonw_int(&json, "n", n);
	jsonw_text(&json, "at", at);
	if (url && had == GARNER_NO_NUMBER)
		jsonw_text(&json, "url", url);
	if (page->document.raw.file)
		write_place(&json, &page->document);
	jsonw_close_object(&json);
	if (!result)
		result = segment_add(&store->logs[LOG_SEEN], buf_view(&line), error);
	buf_free(&line);
	return result;
}

static int known(struct store *store, int64_t n, struct page *page, struct error *error)
{
	page->document.n = n;
	int result = see(store, n, page, error);
	if (!result)
		result = count_input(store, GARNER_KNOWN, error);
	if (!result)
		result = step(store, page->capture.network, error);
	return result ? result : GARNER_KNOWN;
}

static int64_t mtime_of(const struct store *store, const struct garner_document *d)
{
	int64_t at;
	return d->fetched && clock_parse(view_of(d->fetched), &at) ? at : store->clock;
}

static bool has_id(const struct garner_document *d)
{
	return d->id && strlen(d->id) == 16 && strspn(d->id, "0123456789abcdef") == 16;
}

/* For a document that came without an id: its text is all there is to know it by. */
static const char *id_of_text(struct page *page)
{
	char hex[17];
	hex_of(page->sha256, 8, hex);
	return arena_strdup_view(&page->arena, view_of(hex));
}

/* A text of few words is like others by chance; one that is the same as another needs no further mark. */
static int mark_near(struct store *store, struct page *page, struct error *error)
{
	struct garner_document *d = &page->document;
	bool fit = d->words >= NEAR_WORDS_MIN && d->dup_of == GARNER_NO_NUMBER;
	double score = 0;
	if (!store->near)
		return 0;
	int result = near_put(store->near, store->next_n, strtoull(d->id, NULL, 16), fit ? page->minhash : NULL,
		&d->near.n, &score, error);
	if (store->engine->options.dedup == GARNER_DEDUP_OFF)
		d->near.n = GARNER_NO_NUMBER;
	else if (!result && d->near.n != GARNER_NO_NUMBER)
		d->near.score = score;
	return result;
}

/* @raw: the capture is kept already, in this file; GARNER_NO_NUMBER: it goes into the captures now. */
static int add(struct store *store, struct page *page, int64_t raw, struct error *error)
{
	struct garner_document *d = &page->document;
	size_t at;
	int result = mark_near(store, page, error);
	if (result)
		return result;
	d->n = store->next_n;
	d->path = arena_printf(&page->arena, STORE_MEMBER_NAME, (long long)d->n, d->id);
	if (!d->path)
		return no_memory(error, store->root);
	if (!store->archive) {
		d->store.pack = store->pack_name;
		d->store.offset = pack_size(store->pack);
	}
	if (raw == GARNER_NO_NUMBER)
		result = raw_put(store, page, &raw, error);
	if (!result)
		result = pack_add(store->pack, d->path, page->member, mtime_of(store, d), &at, error);
	if (!result)
		result = keep_waiting(store, page, at, raw, error);
	store->next_n++;
	return result;
}

int store_revise(struct store *store, struct page *page, int64_t n, int64_t raw, struct error *error)
{
	page->document.revision_of = n;
	int result = note_change(store, error);
	if (!result)
		result = add(store, page, raw, error);
	return result ? result : step(store, false, error);
}

int store_put(struct store *store, struct page *page, struct error *error)
{
	struct garner_document *d = &page->document;
	enum garner_dedup dedup = store->engine->options.dedup;
	int64_t newest, same, first = GARNER_NO_NUMBER;
	if (!has_id(d) && !(d->id = id_of_text(page)))
		return no_memory(error, store->root);
	if (page->member.n > LIMIT_FRAME_BYTES - KIB(4) - PACK_FRAME_BYTES) {
		page_drop(page, GARNER_TOO_LARGE, "%zu bytes of text", page->member.n);
		return store_note(store, GARNER_TOO_LARGE, page, error) ?: GARNER_TOO_LARGE;
	}
	bool gone;
	int result = catalogue_is_gone(store->catalogue, strtoull(d->id, NULL, 16), &gone, error);
	if (!result && gone) {
		page_drop(page, GARNER_FORGOTTEN, "taken out of the store for good");
		result = store_note(store, GARNER_FORGOTTEN, page, error);
		return result ? result : GARNER_FORGOTTEN;
	}
	if (!result)
		result = find_id(store, strtoull(d->id, NULL, 16), page->sha256, &newest, &same, error);
	if (result)
		return result;
	if (same != GARNER_NO_NUMBER)
		return known(store, same, page, error);
	d->revision_of = newest;
	if (dedup != GARNER_DEDUP_OFF) {
		result = keys_find_text(store->keys, page->sha256, &first, error);
		if (!result && first == GARNER_NO_NUMBER)
			first = waiting_with_text(store, page->sha256);
	}
	if (result)
		return result;
	if (first != GARNER_NO_NUMBER && dedup == GARNER_DEDUP_SKIP)
		return known(store, first, page, error);
	d->dup_of = first;
	result = add(store, page, GARNER_NO_NUMBER, error);
	if (!result)
		result = count_input(store, GARNER_STORED, error);
	return result ? result : step(store, page->capture.network, error);
}

/* The document that was not sent again, or that a record of another archive speaks of: by its id, then by URL. */
static int find_unchanged(struct store *store, const struct page *page, int64_t *ret_n, struct error *error)
{
	static const uint8_t none[32];
	const struct capture *c = &page->capture;
	int64_t same;
	int result = 0;
	*ret_n = GARNER_NO_NUMBER;
	if (c->identity.n == 16)
		result = find_id(store, strtoull(c->identity.p, NULL, 16), none, ret_n, &same, error);
	const struct view urls[] = { c->revisit_url, c->url };
	for (size_t i = 0; !result && *ret_n == GARNER_NO_NUMBER && i < 2; i++)
		if (urls[i].n)
			result = keys_find_url(store->keys, catalogue_url_key(urls[i].p), ret_n, error);
	return result;
}

int store_note(struct store *store, int reason, struct page *page, struct error *error)
{
	int64_t n = GARNER_NO_NUMBER;
	int result = 0;
	if (reason == GARNER_UNCHANGED && !store->archive)
		result = find_unchanged(store, page, &n, error);
	if (!result && n != GARNER_NO_NUMBER)
		result = see(store, n, page, error);
	if (!result)
		result = count_input(store, reason, error);
	return result ? result : step(store, page->capture.network, error);
}

int store_commit_change(struct store *store, struct error *error)
{
	return store->changed ? store_commit(store, error) : catalogue_commit(store->catalogue, error);
}

int store_change(struct store *store, void **ret_database, struct error *error)
{
	*ret_database = catalogue_handle(store->catalogue);
	return catalogue_begin(store->catalogue, error);
}

/* ---- the end -------------------------------------------------------------------------------- */

static int publish_archive(struct store *store, struct error *error)
{
	int result = catalogue_commit(store->catalogue, error);
	if (!result)
		result = store_seal(store, error);
	if (!result && fsync(store->pack_fd) < 0)
		result = error_set(error, -errno, "%s: sync: %s", store->pack_path, strerror(errno));
	if (!result && rename(store->pack_path, store->root) < 0)
		result = error_set(error, -errno, "%s: rename: %s", store->root, strerror(errno));
	if (!result)
		result = file_sync_folder(store->root, error);
	if (result)
		unlink(store->pack_path);
	return result;
}

static int finish_store(struct store *store, struct error *error)
{
	int64_t derived = 1;
	int result = catalogue_get(store->catalogue, "derived", 0, &derived, error);
	if (result || derived)
		return result;
	result = store_end_run(store, false, error);
	if (!result)
		result = store_commit(store, error);
	bool old = store->clock - store->pack_since >= PACK_SEAL_SECONDS;
	if (!result && pack_size(store->pack) && (old || (size_t)pack_size(store->pack) >= seal_bytes(store)))
		result = store_seal(store, error);
	return result ? result : store_derive(store, error);
}

int store_finish(struct store *store, struct error *error)
{
	int result = store->archive ? store_commit(store, error) : store_commit_change(store, error);
	if (result && store->archive)
		unlink(store->pack_path);
	if (!result)
		result = store->archive ? publish_archive(store, error) : finish_store(store, error);
	if (!result && !store->archive)
		result = search_update(store->root, store->catalogue, store->next_n, false, error);
	store_dispose(store);
	return result;
}

struct store *store_abort(struct store *store)
{
	if (!store)
		return NULL;
	if (store->archive)
		unlink(store->pack_path);
	else
		catalogue_rollback(store->catalogue);
	return store_dispose(store);
}
