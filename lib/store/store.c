#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "store/format.h"
#include "store/inner.h"
#include "store/lock.h"
#include "store/near.h"
#include "store/raw.h"
#include "store/repack.h"
#include "store/search.h"
#include "util/clock.h"
#include "util/file.h"
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
	char *path = store_path(store, "catalogue.db");
	int result = path ? store_ground_lost(store, path, error) : no_memory(error, store->root);
	if (!result)
		result = catalogue_open(path, CATALOGUE_WRITE, &store->catalogue, error);
	free(path);
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
	int result = store_ground_foreign(path, error);
	if (!result)
		result = store_make_folders(store, error);
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

/* Two runs that make the same archive must not write into one file. */
static int create_aside(struct store *store, struct error *error)
{
	if (asprintf(&store->pack_path, "%s.new", store->root) < 0) {
		store->pack_path = NULL;
		return no_memory(error, store->root);
	}
	int fd = open(store->pack_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return error_set(error, -errno, "%s: create: %s", store->pack_path, strerror(errno));
	int result = 0;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		result = error_set(error, -EWOULDBLOCK, "%s: another run writes it", store->pack_path);
	if (!result && ftruncate(fd, 0) < 0)
		result = error_set(error, -errno, "%s: empty it: %s", store->pack_path, strerror(errno));
	if (result)
		close(fd);
	else
		store->pack_fd = fd;
	return result;
}

int store_open_archive(const char *path, const struct engine *engine, struct store **ret_store, struct error *error)
{
	char *target = NULL;
	bool special = false;
	int result = file_target(path, &target, &special, error);
	if (!result && special)
		result = error_set(error, -EINVAL, "%s: no regular file, which an archive needs", path);
	struct store *store = result ? NULL : store_make(target, engine, error);
	free(target);
	if (!store)
		return result ? result : -ENOMEM;
	store->archive = true;
	result = catalogue_open(path, CATALOGUE_MEMORY, &store->catalogue, error);
	if (!result)
		result = create_aside(store, error);
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
	if (!result && pack_size(store->pack) && (old || store_is_full(store)))
		result = store_seal(store, error);
	return result ? result : store_derive(store, error);
}

static int finish(struct store *store, struct error *error)
{
	int result = store->archive ? store_commit(store, error) : store_commit_change(store, error);
	if (result && store->archive)
		unlink(store->pack_path);
	if (!result)
		result = store->archive ? publish_archive(store, error) : finish_store(store, error);
	if (!result && !store->archive)
		result = search_update(store->root, store->catalogue, store->next_n, false, error);
	return result;
}

/* What this run wrote behind the acknowledged ends takes the room that the index of what is there would need: with it
 * given back, a full disk leaves a store that is whole. Where that fails, too, the next run does it. Frees @store. */
static void dispose_after(struct store *store, int why)
{
	bool full = why == -ENOSPC || why == -EDQUOT || why == -EFBIG;
	const struct engine *engine = store->engine;
	struct error unheard = { 0 };
	char *path = full && !store->archive ? strdup(store->root) : NULL;
	store_dispose(store);
	if (path && store_open(path, engine, &store, &unheard) == 0) {
		if (finish(store, &unheard))
			catalogue_rollback(store->catalogue);
		store_dispose(store);
	}
	free(path);
}

int store_finish(struct store *store, struct error *error)
{
	int result = finish(store, error);
	if (result && !store->archive)
		catalogue_rollback(store->catalogue);
	dispose_after(store, result);
	return result;
}

void store_abort(struct store *store, int why)
{
	if (!store)
		return;
	if (store->archive)
		unlink(store->pack_path);
	else
		catalogue_rollback(store->catalogue);
	dispose_after(store, why);
}
