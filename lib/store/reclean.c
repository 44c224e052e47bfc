#include "store/reclean.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "extract/text_rules.h"
#include "store/inner.h"
#include "store/read.h"
#include "util/hash.h"
#include "util/limits.h"
#include "util/map.h"
#include "util/plain.h"

/* Where a capture stands: key of the map from captures to documents. */
struct capture_key {
	int64_t raw, at;
};

struct reclean {
	struct store *store;
	bool dry;
	struct map newest; /* capture_key -> number of the newest text that was made from it */
	struct line_reader lines;
	char **inputs;
	int64_t *numbers; /* of the inputs */
	size_t count;
	int64_t in_work; /* number of the file in work */
	struct arena arena;
};

static int no_memory(const struct reclean *reclean, struct error *error)
{
	return error_set(error, -ENOMEM, "%s: no memory for cleaning again", reclean->store->root);
}

/* What decides the texts; another value begins from the first capture. */
static int64_t version_key(const struct engine *engine)
{
	char text[300];
	plain_format(text, sizeof(text), "%s %d %g %s", rules_version(engine->rules), (int)engine->options.profile,
		engine->options.threshold, GARNER_VERSION);
	return (int64_t)(hash64(view_of(text), 1) >> 1);
}

static int take_row(void *user, const struct catalogue_document *row)
{
	struct reclean *reclean = user;
	if (row->raw == GARNER_NO_NUMBER)
		return 0;
	struct capture_key key = { row->raw, row->raw_at };
	uint64_t *value = map_put(&reclean->newest, view_make((const char *)&key, sizeof(key)));
	if (!value)
		return -ENOMEM;
	*value = (uint64_t)row->n;
	return 0;
}

struct files {
	struct reclean *reclean;
	int64_t from;
};

static int take_file(void *user, const struct catalogue_file *file)
{
	struct files *files = user;
	struct reclean *r = files->reclean;
	char name[64];
	if ((file->kind != CATALOGUE_RAW && file->kind != CATALOGUE_RAW_ZSTD) || file->number < files->from)
		return 0;
	char **inputs = realloc(r->inputs, (r->count + 1) * sizeof(*inputs));
	if (inputs)
		r->inputs = inputs;
	int64_t *numbers = realloc(r->numbers, (r->count + 1) * sizeof(*numbers));
	if (numbers)
		r->numbers = numbers;
	store_file_name(file->kind, file->number, name);
	char *path = inputs && numbers ? store_path(r->store, name) : NULL;
	if (!path)
		return -ENOMEM;
	r->inputs[r->count] = path;
	r->numbers[r->count++] = file->number;
	return 0;
}

static int prepare(struct reclean *reclean, struct error *error)
{
	struct catalogue *catalogue = reclean->store->catalogue;
	int64_t key = 0, from = 0, now = version_key(reclean->store->engine);
	int result = catalogue_get(catalogue, "reclean_key", 0, &key, error);
	if (!result && key == now)
		result = catalogue_get(catalogue, "reclean_file", 0, &from, error);
	struct files files = { reclean, from };
	if (!result)
		result = catalogue_each(catalogue, NULL, take_row, reclean, error);
	if (!result)
		result = catalogue_each_file(catalogue, take_file, &files, error);
	if (result == -ENOMEM)
		return no_memory(reclean, error);
	return result || reclean->dry ? result : catalogue_set(catalogue, "reclean_key", now, error);
}

/* Who only looks may do so in a store that he can't write: without its lock, and with a torn tail as it is. */
static int open_store(
	const char *path, const struct engine *engine, bool dry, struct store **ret_store, struct error *error)
{
	int result = store_open_existing(path, engine, ret_store, error);
	if (!dry || (result != -EACCES && result != -EROFS && result != -EPERM))
		return result;
	struct store *store = store_make(path, engine, error);
	char *name = store ? store_path(store, "catalogue.db") : NULL;
	result = name ? catalogue_open(name, CATALOGUE_READ, &store->catalogue, error)
		      : error_set(error, -ENOMEM, "%s: no memory", path);
	free(name);
	if (result) {
		store_dispose(store);
		return result;
	}
	*ret_store = store;
	return 0;
}

int reclean_open(
	const char *path, const struct engine *engine, bool dry, struct reclean **ret_reclean, struct error *error)
{
	struct reclean *reclean = calloc(1, sizeof(*reclean));
	if (!reclean)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	reclean->dry = dry;
	reclean->in_work = -1;
	arena_init(&reclean->arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	int result = open_store(path, engine, dry, &reclean->store, error);
	if (!result) {
		reclean->lines = (struct line_reader){ .root = reclean->store->root, .fd = -1 };
		result = prepare(reclean, error);
	}
	if (result) {
		reclean_abort(reclean, result);
		return result;
	}
	*ret_reclean = reclean;
	return 0;
}

const char *const *reclean_inputs(const struct reclean *reclean, size_t *ret_count)
{
	*ret_count = reclean->count;
	return (const char *const *)reclean->inputs;
}

/* The file of captures by its path, and how far we are: noted with the next commit. */
static int number_of(struct reclean *reclean, const struct page *page, int64_t *ret_number, struct error *error)
{
	*ret_number = -1;
	for (size_t i = 0; i < reclean->count; i++)
		if (view_eq(page->capture.file, view_of(reclean->inputs[i])))
			*ret_number = reclean->numbers[i];
	if (*ret_number < 0 || *ret_number == reclean->in_work || reclean->dry)
		return 0;
	reclean->in_work = *ret_number;
	return catalogue_set(reclean->store->catalogue, "reclean_file", *ret_number, error);
}

/* What today's rules don't decide is taken from the document as it was. */
static void keep_origin(struct garner_document *d, const struct garner_document *before)
{
	d->id = before->id;
	d->src = before->src;
	d->feed = before->feed;
	d->raw = before->raw;
	d->robots = before->robots;
	d->url_requested = before->url_requested;
}

static int compare(struct reclean *reclean, struct page *page, const struct garner_document *before, int64_t raw,
	garner_change_fn *fn, void *user, struct error *error)
{
	struct garner_document *d = &page->document;
	int reason = page->reason;
	if (!reason && d->sha256 && before->sha256 && strcmp(d->sha256, before->sha256) == 0)
		reason = GARNER_KNOWN;
	if (!reason) {
		keep_origin(d, before);
		int result = reclean->dry ? 0 : store_revise(reclean->store, page, before->n, raw, error);
		if (result)
			return result < 0 ? result : 0;
	}
	int said = fn ? fn(user, before, d, reason) : 0;
	return said ? error_set(error, -ECANCELED, "ended by the caller") : 0;
}

int reclean_page(struct reclean *reclean, struct page *page, garner_change_fn *fn, void *user, struct error *error)
{
	struct capture_key key = { .at = page->capture.offset };
	struct catalogue_document row;
	struct garner_document before;
	int result = number_of(reclean, page, &key.raw, error);
	if (result || key.raw < 0)
		return result;
	const uint64_t *n = map_get(&reclean->newest, view_make((const char *)&key, sizeof(key)));
	if (!n)
		return 0;
	result = catalogue_document(reclean->store->catalogue, (int64_t)*n, &row, error);
	if (result)
		return result < 0 ? result : 0;
	arena_reset(&reclean->arena);
	result = line_reader_read(&reclean->lines, &row, &reclean->arena, &before, error);
	return result ? result : compare(reclean, page, &before, key.raw, fn, user, error);
}

static void free_all(struct reclean *reclean)
{
	map_free(&reclean->newest);
	if (reclean->lines.root)
		line_reader_close(&reclean->lines);
	for (size_t i = 0; i < reclean->count; i++)
		free(reclean->inputs[i]);
	free(reclean->inputs);
	free(reclean->numbers);
	arena_free(&reclean->arena);
	free(reclean);
}

int reclean_finish(struct reclean *reclean, bool complete, struct error *error)
{
	int result = 0;
	if (complete && !reclean->dry)
		result = catalogue_set(reclean->store->catalogue, "reclean_file", 0, error);
	if (result || reclean->dry)
		store_abort(reclean->store, result);
	else
		result = store_finish(reclean->store, error);
	free_all(reclean);
	return result;
}

void reclean_abort(struct reclean *reclean, int why)
{
	if (reclean) {
		store_abort(reclean->store, why);
		free_all(reclean);
	}
}
