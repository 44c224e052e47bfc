/* The catalogue, manifests, index and seek tables again from packs and manifests alone. What is sound stays where it
 * is; a pack with damage between its documents is copied frame by frame into a new one; torn tails are cut. What is
 * lost is named, document by document, and noted in gone.jsonl. */
#include "store/repair.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/gone.h"
#include "store/lock.h"
#include "store/near.h"
#include "store/raw.h"
#include "store/repack.h"
#include "store/search.h"
#include "store/repair_inner.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

void repair_say(struct repair *repair, const char *place, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	repair->findings++;
	if (repair->fn)
		repair->fn(repair->user, place, text);
}

int repair_no_memory(struct repair *repair)
{
	return error_set(repair->error, -ENOMEM, "%s: no memory for the repair", repair->store->root);
}

/* ---- folders -------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

/* Numbers of the files with @suffix in a folder, sorted. malloc'd. */
static int numbers_in(struct repair *repair, const char *folder, const char *suffix, int64_t **ret, size_t *ret_count)
{
	char *path = store_path(repair->store, folder);
	DIR *dir = path ? opendir(path) : NULL;
	int64_t *numbers = NULL;
	size_t count = 0;
	int result = path ? 0 : repair_no_memory(repair);
	for (struct dirent *entry; dir && !result && (entry = readdir(dir));) {
		if (!ascii_is_digit(entry->d_name[0]) || !view_ends(view_of(entry->d_name), view_of(suffix)))
			continue;
		int64_t *grown = realloc(numbers, (count + 1) * sizeof(*grown));
		if (!grown) {
			result = repair_no_memory(repair);
			break;
		}
		numbers = grown;
		numbers[count++] = (int64_t)strtoll(entry->d_name, NULL, 10);
	}
	if (dir)
		closedir(dir);
	free(path);
	if (count)
		qsort(numbers, count, sizeof(*numbers), by_number);
	*ret = numbers;
	*ret_count = count;
	return result;
}

static int mend_packs(struct repair *repair)
{
	int64_t *packs, *segments;
	size_t count, segment_count;
	int result = numbers_in(repair, "packs", ".tar.zst", &packs, &count);
	if (result)
		return result;
	repair->damaged = calloc(count + 1, sizeof(*repair->damaged));
	if (!repair->damaged)
		result = repair_no_memory(repair);
	for (size_t i = 0; !result && i < count; i++)
		result = repair_pack(repair, packs[i]);
	if (count)
		repair->store->next_pack = packs[count - 1] + 1;
	/* Segments whose pack is missing. */
	if (!result)
		result = numbers_in(repair, "manifest", ".jsonl", &segments, &segment_count);
	for (size_t i = 0; !result && i < segment_count; i++) {
		if (bsearch(&segments[i], packs, count, sizeof(*packs), by_number))
			continue;
		result = repair_orphan(repair, segments[i]);
		if (segments[i] >= repair->store->next_pack)
			repair->store->next_pack = segments[i] + 1;
	}
	free(packs);
	if (!result)
		free(segments);
	return result ? result : repair_lost(repair);
}

/* ---- logs ------------------------------------------------------------------------------------ */

struct log_reader {
	struct repair *repair;
	const char *path;
	struct index_count *count;
	struct buf good;
};

static int take_run(void *user, struct view line, int64_t offset)
{
	struct log_reader *log = user;
	struct error why = { 0 };
	int result = index_count_run(log->count, line, &why);
	if (result == -EPROTONOSUPPORT)
		return error_set(
			log->repair->error, result, "%s: offset %lld: %s", log->path, (long long)offset, why.text);
	if (result) {
		repair_say(log->repair, log->path, "offset %lld: %s: the line is dropped", (long long)offset, why.text);
		return 0;
	}
	buf_putv(&log->good, line);
	return buf_putc(&log->good, '\n');
}

static int take_gone(void *user, struct view line, int64_t offset)
{
	struct log_reader *log = user;
	struct store *store = log->repair->store;
	struct gone gone;
	if (gone_read(line, &gone)) {
		repair_say(log->repair, log->path, "offset %lld: not a line of it: dropped", (long long)offset);
		return 0;
	}
	if (gone.n >= store->next_n)
		store->next_n = gone.n + 1;
	uint64_t *value = map_put(&log->repair->gone, view_make((char *)&gone.n, sizeof(gone.n)));
	buf_putv(&log->good, line);
	if (!value || buf_putc(&log->good, '\n'))
		return repair_no_memory(log->repair);
	*value = gone.lost ? GONE_LOST : GONE_TAKEN_OUT;
	int result = gone.lost ? 0 : catalogue_add_gone(store->catalogue, gone.id, log->repair->error);
	return result ? result : catalogue_count(store->catalogue, "sum", "gone", 1, log->repair->error);
}

static int take_seen(void *user, struct view line, int64_t offset)
{
	struct log_reader *log = user;
	struct arena arena;
	struct garner_document d;
	int result = 0;
	arena_init(&arena, MIB(1));
	if (document_read(&arena, line, &d, NULL) || d.n < 0) {
		repair_say(log->repair, log->path, "offset %lld: not a line of it: dropped", (long long)offset);
	} else {
		buf_putv(&log->good, line);
		result = buf_putc(&log->good, '\n');
		if (!result && d.url)
			result = catalogue_add_url(
				log->repair->store->catalogue, catalogue_url_key(d.url), d.n, log->repair->error);
	}
	arena_free(&arena);
	return result;
}

/* Reads a log line by line and leaves only sound lines in it. */
static int mend_log(struct repair *repair, int number, segment_line_fn *fn, struct index_count *count)
{
	char name[64];
	struct stat st;
	store_file_name(CATALOGUE_LOG, number, name);
	char *path = store_path(repair->store, name);
	struct log_reader log = { .repair = repair, .path = path, .count = count, .good = BUF_INIT(SIZE_MAX / 2) };
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1, result = path ? 0 : repair_no_memory(repair);
	int64_t size = fd >= 0 && fstat(fd, &st) == 0 ? st.st_size : 0;
	if (fd >= 0) {
		result = segment_each(fd, path, size, fn, &log, repair->error);
		close(fd);
	}
	if (!result && (int64_t)log.good.n != size)
		result = repair_put_aside(repair);
	if (!result && (int64_t)log.good.n != size)
		result = file_publish(path, buf_view(&log.good), repair->error);
	if (!result)
		result = segment_open(&repair->store->logs[number], path, (int64_t)log.good.n, repair->error);
	buf_free(&log.good);
	free(path);
	return result;
}

static int put_run_totals(struct repair *repair, const struct index_head *head)
{
	struct catalogue *catalogue = repair->store->catalogue;
	const struct {
		const char *name;
		int64_t value;
	} runs[] = { { "runs", head->runs }, { "inputs", head->inputs }, { "known", head->known },
		{ "dropped", head->dropped } };
	int64_t at = 0;
	int result = 0;
	for (size_t i = 0; !result && i < 4; i++)
		result = catalogue_count(catalogue, "run", runs[i].name, runs[i].value, repair->error);
	for (int i = 1; !result && i < GARNER_REASON_COUNT; i++)
		if (head->by_reason[i])
			result = catalogue_count(
				catalogue, "reason", garner_reason_name(i), head->by_reason[i], repair->error);
	if (!result && head->at && clock_parse(view_of(head->at), &at))
		result = catalogue_set(catalogue, "last_at", at, repair->error);
	return result;
}

/* ---- captures ------------------------------------------------------------------------------- */

static int mend_raw(struct repair *repair, enum catalogue_file_kind kind, const char *suffix)
{
	int64_t *numbers, next = 0;
	size_t count;
	int result = numbers_in(repair, "raw", suffix, &numbers, &count);
	if (!result)
		result = catalogue_get(repair->store->catalogue, "next_raw", 0, &next, repair->error);
	for (size_t i = 0; !result && i < count; i++) {
		struct catalogue_file file = { .kind = kind, .number = numbers[i], .sealed = true, .has_sha256 = true };
		struct stat st;
		char name[64];
		store_file_name(kind, numbers[i], name);
		char *path = store_path(repair->store, name);
		int64_t end = numbers[i] < 4096 ? repair->raw_end[numbers[i]] : 0;
		int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
		if (fd < 0 || fstat(fd, &st) < 0) {
			result = error_set(repair->error, -EIO, "%s: open: %s", name, strerror(errno));
		} else {
			file.size = st.st_size;
			if (st.st_size < end)
				repair_say(repair, path, "%lld bytes, documents refer to %lld: captures are lost",
					(long long)st.st_size, (long long)end);
			/* All of it is kept: a record that no document refers to is a dropped page's, or forgotten. */
			result = store_digest(fd, path, file.size, file.sha256, repair->error);
		}
		if (fd >= 0)
			close(fd);
		free(path);
		if (!result)
			result = catalogue_put_file(repair->store->catalogue, &file, repair->error);
		if (numbers[i] >= next)
			next = numbers[i] + 1;
	}
	free(numbers);
	return result ? result : catalogue_set(repair->store->catalogue, "next_raw", next, repair->error);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static int mend_store(struct repair *repair)
{
	struct store *store = repair->store;
	struct index_count count;
	index_count_init(&count);
	int result = mend_log(repair, LOG_RUNS, take_run, &count);
	if (!result)
		result = mend_log(repair, LOG_GONE, take_gone, NULL);
	if (!result)
		result = put_run_totals(repair, &count.head);
	index_count_free(&count);
	if (!result)
		result = mend_packs(repair);
	if (!result)
		result = mend_log(repair, LOG_SEEN, take_seen, NULL);
	if (!result)
		result = mend_raw(repair, CATALOGUE_RAW, ".warc.gz");
	if (!result)
		result = mend_raw(repair, CATALOGUE_RAW_ZSTD, ".warc.zst");
	if (!result)
		result = catalogue_commit(store->catalogue, repair->error);
	if (!result && repair->damaged_count)
		result = repair_put_aside(repair);
	for (size_t i = 0; !result && i < repair->damaged_count; i++)
		result = store_repack_packs(store, &repair->damaged[i], 1, repair->error);
	if (!result)
		result = repair_near(repair);
	if (!result)
		result = repair_counts(repair);
	if (!result)
		result = store_open_pack(
			store, repair->open_pack >= 0 ? repair->open_pack : store->next_pack, repair->error);
	if (!result)
		result = catalogue_set(store->catalogue, "derived", 0, repair->error);
	if (!result)
		result = store_commit(store, repair->error);
	return result ? result : store_derive(store, repair->error);
}

static int move_aside(struct store *store, const char *from, const char *to, struct error *error)
{
	char *a = store_path(store, from), *b = store_path(store, to);
	int result = a && b ? 0 : error_set(error, -ENOMEM, "%s: no memory", store->root);
	if (!result && rename(a, b) < 0 && errno != ENOENT)
		result = error_set(error, -errno, "%s: rename: %s", a, strerror(errno));
	free(a);
	free(b);
	return result;
}

static void remove_file(struct store *store, const char *name)
{
	char *path = store_path(store, name);
	if (path)
		unlink(path);
	free(path);
}

int repair_put_aside(struct repair *repair)
{
	struct store *store = repair->store;
	if (repair->aside)
		return 0;
	repair->aside = true;
	int result = move_aside(store, "catalogue.db-wal", "catalogue.db.old-wal", repair->error);
	if (!result)
		result = move_aside(store, "catalogue.db", "catalogue.db.old", repair->error);
	remove_file(store, "catalogue.db-shm");
	char *path = store_path(store, "catalogue.db");
	if (!result)
		result = path ? file_sync_folder(path, repair->error) : repair_no_memory(repair);
	free(path);
	return result;
}

/* The old one goes aside first: with none in place the next run says "repair", never trusts a wrong one. */
static int publish_catalogue(struct repair *repair, struct error *error)
{
	struct store *store = repair->store;
	int result = repair_put_aside(repair);
	if (!result)
		result = near_publish(store->root, error);
	if (!result)
		result = move_aside(store, "catalogue.db.new", "catalogue.db", error);
	char *path = result ? NULL : store_path(store, "catalogue.db");
	if (path)
		result = file_sync_folder(path, error);
	free(path);
	if (!result) {
		remove_file(store, "catalogue.db.old");
		remove_file(store, "catalogue.db.old-wal");
		remove_file(store, "catalogue.db.old-shm");
		remove_file(store, "catalogue.db.new-wal");
		remove_file(store, "catalogue.db.new-shm");
	}
	return result;
}

static int open_new(struct repair *repair)
{
	struct store *store = repair->store;
	struct stat st;
	struct error why = { 0 };
	remove_file(store, "catalogue.db.new");
	remove_file(store, "catalogue.db.new-wal");
	remove_file(store, "catalogue.db.new-shm");
	char *fresh = store_path(store, "catalogue.db.new"), *old = store_path(store, "catalogue.db");
	char *older = store_path(store, "catalogue.db.old");
	int result = fresh && old && older ? catalogue_open(fresh, CATALOGUE_WRITE, &store->catalogue, repair->error)
					   : repair_no_memory(repair);
	const char *from = !result && stat(old, &st) < 0 ? older : old;
	if (!result && stat(from, &st) < 0)
		repair_say(
			repair, old, "it is not there: sources and their state, if there were any, are lost with it");
	else if (!result && catalogue_copy_foreign(store->catalogue, from, &why))
		repair_say(repair, from, "sources and their state can't be read: %s", why.text);
	free(fresh);
	free(old);
	free(older);
	return result;
}

/* Index pages behind the last document. */
static void remove_pages(struct store *store)
{
	int64_t pages = (store->next_n + INDEX_ROWS - 1) / INDEX_ROWS;
	char *path = store_path(store, "index");
	DIR *dir = path ? opendir(path) : NULL;
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (ascii_is_digit(entry->d_name[0]) && strtoll(entry->d_name, NULL, 10) >= pages)
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	free(path);
}

/* Files of the old catalogue. */
static int sweep(struct store *store, struct error *error)
{
	char *path = store_path(store, "catalogue.db");
	int result = path ? catalogue_open(path, CATALOGUE_READ, &store->catalogue, error)
			  : error_set(error, -ENOMEM, "%s: no memory", store->root);
	if (!result)
		result = store_sweep(store, error);
	remove_pages(store);
	if (!result)
		result = search_remake(store->root, store->catalogue, store->next_n, error);
	store->catalogue = catalogue_close(store->catalogue);
	free(path);
	return result;
}

/* The damaged and the lost are mended; what a newer garner wrote is not ours to judge. */
static int look_at_old(struct repair *repair)
{
	struct store *store = repair->store;
	struct catalogue *catalogue = NULL;
	struct error why = { 0 };
	char *path = store_path(store, "catalogue.db");
	int result = path ? catalogue_open(path, CATALOGUE_READ, &catalogue, &why) : repair_no_memory(repair);
	free(path);
	int refused = result == -EPROTONOSUPPORT ? error_set(repair->error, result, "%s", why.text) : 0;
	if (!result)
		refused = repair_digests(repair, catalogue);
	catalogue_close(catalogue);
	return refused;
}

int store_repair(const char *path, const struct engine *engine, garner_finding_fn *fn, void *user, struct error *error)
{
	struct stat st;
	int there = store_must_exist(path, error);
	if (there)
		return there;
	struct repair *repair = calloc(1, sizeof(*repair));
	struct store *store = repair ? store_make(path, engine, error) : NULL;
	if (!store) {
		free(repair);
		return error_set(error, -ENOMEM, "%s: no memory", path);
	}
	*repair = (struct repair){ .store = store, .fn = fn, .user = user, .error = error, .open_pack = -1 };
	arena_init(&repair->missing_arena, SIZE_MAX / 2);
	char *lock = store_path(store, "lock"), *packs = store_path(store, "packs");
	int result = lock && packs ? 0 : repair_no_memory(repair);
	if (!result && stat(packs, &st) < 0)
		result = error_set(error, -ENOENT, "%s: not a store: it has no packs", path);
	if (!result)
		result = repair_places(repair);
	if (!result)
		result = store_make_folders(store, error);
	if (!result)
		result = lock_take(lock, (int64_t)time(NULL), &store->lock_fd, error);
	free(lock);
	free(packs);
	if (!result)
		result = look_at_old(repair);
	if (!result)
		result = open_new(repair);
	if (!result)
		result = mend_store(repair);
	if (!result) {
		/* Closed before it is renamed: its log is part of it until then. */
		store_close(store);
		result = publish_catalogue(repair, error);
	}
	if (!result)
		result = sweep(store, error);
	uint64_t findings = repair->findings;
	map_free(&repair->gone);
	free(repair->missing);
	arena_free(&repair->missing_arena);
	free(repair->damaged);
	free(repair);
	store_dispose(store);
	return result ? result : findings ? 1 : 0;
}
