/* The calls that change an existing store without taking anything in. */
#include <errno.h>
#include "store/read.h"
#include "store/repack.h"
#include "store/search.h"
#include "store/store.h"
#include "util/limits.h"

int store_open_existing(const char *path, const struct engine *engine, struct store **ret_store, struct error *error)
{
	int result = store_must_exist(path, error);
	return result ? result : store_open(path, engine, ret_store, error);
}

int store_forget_keys(const char *path, const struct engine *engine, const char *const *keys, size_t count,
	const char *reason, garner_finding_fn *fn, void *user, struct error *error)
{
	struct store *store;
	int missing = 0, result = store_open_existing(path, engine, &store, error);
	if (result)
		return result;
	for (size_t i = 0; result >= 0 && i < count; i++) {
		result = store_forget(store, keys[i], reason, error);
		missing += result > 0;
		if (result >= 0 && fn)
			fn(user, keys[i], result ? "not there" : "taken out; its bytes go with the next repack");
	}
	if (result < 0) {
		store_abort(store, result);
		return result;
	}
	result = store_finish(store, error);
	return result ? result : missing ? 1 : 0;
}

int store_repack_all(const char *path, const struct engine *engine, struct error *error)
{
	struct store *store;
	int result = store_open_existing(path, engine, &store, error);
	if (result)
		return result;
	result = store_repack(store, error);
	/* Words of what was taken out go with its bytes. */
	if (!result)
		result = search_remake(store->root, store->catalogue, store->next_n, error);
	if (result) {
		store_abort(store, result);
		return result;
	}
	return store_finish(store, error);
}

int store_search_index(const char *path, const struct engine *engine, struct error *error)
{
	struct store *store;
	int result = store_open_existing(path, engine, &store, error);
	if (result)
		return result;
	result = search_update(store->root, store->catalogue, store->next_n, true, error);
	if (result) {
		store_abort(store, result);
		return result;
	}
	return store_finish(store, error);
}

/* ---- reading ---------------------------------------------------------------------------------- */

struct history {
	struct store_reader *reader;
	struct arena arena;
	garner_document_fn *fn;
	void *user;
	struct error *error;
};

static int tell(void *user, const struct catalogue_document *row)
{
	struct history *history = user;
	struct garner_document d;
	arena_reset(&history->arena);
	int result = line_reader_read(&history->reader->lines, row, &history->arena, &d, history->error);
	return result ? result : history->fn(history->user, &d, GARNER_STORED, NULL);
}

int store_history(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error)
{
	struct store_reader reader;
	struct catalogue_document row;
	if (is_pack_file(path))
		return pack_file_history(path, key, fn, user, error);
	int result = store_reader_open(path, true, &reader, error);
	if (result)
		return result;
	struct history history = { .reader = &reader, .fn = fn, .user = user, .error = error };
	arena_init(&history.arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	result = store_reader_find(&reader, key, &row, error);
	if (result > 0)
		result = store_reader_missing(&reader, key, error);
	if (!result)
		result = store_reader_each_of_id(&reader, row.id, tell, &history, error);
	arena_free(&history.arena);
	store_reader_close(&reader);
	return result;
}

void stats_of_head(const struct index_head *head, struct garner_stats *stats)
{
	stats->documents = (uint64_t)head->documents;
	stats->words = (uint64_t)head->words;
	stats->text_bytes = (uint64_t)head->bytes;
	stats->duplicates = (uint64_t)head->duplicates;
	stats->near = (uint64_t)head->near;
	stats->revisions = (uint64_t)head->revisions;
	stats->gone = (uint64_t)head->gone;
	stats->hosts = (uint64_t)head->host_keys;
	stats->languages = (uint64_t)head->lang_keys;
	stats->runs = (uint64_t)head->runs;
	stats->inputs = (uint64_t)head->inputs;
	stats->known = (uint64_t)head->known;
	stats->dropped = (uint64_t)head->dropped;
}

static int add_file(void *user, const struct catalogue_file *file)
{
	struct garner_stats *stats = user;
	if (file->kind == CATALOGUE_PACK) {
		stats->packs++;
		stats->pack_bytes += (uint64_t)file->size;
	} else if (file->kind == CATALOGUE_MANIFEST) {
		stats->manifest_bytes += (uint64_t)file->size;
	} else if (file->kind == CATALOGUE_RAW || file->kind == CATALOGUE_RAW_ZSTD) {
		stats->raw_bytes += (uint64_t)file->size;
	} else if (file->kind == CATALOGUE_NEAR) {
		stats->index_bytes += (uint64_t)file->size;
	}
	return 0;
}

int store_stats(const char *path, struct garner_stats *ret_stats, struct error *error)
{
	struct store_reader reader;
	struct index_count count;
	struct garner_stats stats = { 0 };
	if (is_pack_file(path))
		return pack_file_stats(path, ret_stats, error);
	int result = store_reader_open(path, true, &reader, error);
	if (!result && !reader.keys)
		result = error_set(error, reader.keys_error.code, "%s", reader.keys_error.text);
	if (result)
		return result;
	index_count_init(&count);
	result = store_head(reader.catalogue, reader.keys, &reader.lines, &count, error);
	if (!result)
		result = catalogue_each_file(reader.catalogue, add_file, &stats, error);
	stats_of_head(&count.head, &stats);
	index_count_free(&count);
	store_reader_close(&reader);
	if (!result)
		*ret_stats = stats;
	return result;
}
