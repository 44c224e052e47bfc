#include "store/runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "util/file.h"
#include "util/limits.h"
#include "util/view.h"

struct fresh {
	uint32_t key, n;
	uint32_t band : 5, next : 27; /* next: index + 1 in the chain */
};
_Static_assert(RUN_BANDS_MAX <= 1 << 5 && sizeof(struct fresh) == 12, "a quarter of a million stand in memory");

struct runs {
	const struct runs_shape *shape;
	const char *root; /* NULL: temporary */
	char *folder;	  /* for files and words */
	struct catalogue *catalogue;
	int64_t from;
	struct run runs[RUNS_MAX];
	size_t run_count;
	size_t mapped; /* bytes of filters that are */
	struct run_window *window;
	int64_t next_file;
	struct fresh *fresh;
	uint32_t fresh_count, fresh_max, fresh_documents;
	uint32_t *heads;
	unsigned head_bits;
	int64_t dropped[RUNS_MAX]; /* files that go after the commit */
	size_t dropped_count;
	struct error *error; /* of an open in work */
};

static int no_memory(const struct runs *runs, struct error *error)
{
	return error_set(error, -ENOMEM, "%s: no memory for an index", runs->folder ? runs->folder : "garner");
}

/* ---- in memory ------------------------------------------------------------------------------ */

static uint32_t *head_of(const struct runs *runs, uint32_t band, uint32_t key)
{
	return &runs->heads[run_mix(band, key) >> (64 - runs->head_bits)];
}

void runs_add(struct runs *runs, uint32_t band, uint32_t key, uint32_t n)
{
	uint32_t i = runs->fresh_count++, *head = head_of(runs, band, key);
	runs->fresh[i] = (struct fresh){ .key = key, .n = n, .band = band & 31, .next = *head & 0x7FFFFFF };
	*head = i + 1;
}

static int make_room(struct runs *runs, struct error *error)
{
	runs->fresh_max = (runs->shape->documents + 1) * runs->shape->entries;
	for (runs->head_bits = 8; UINT32_C(1) << runs->head_bits < runs->fresh_max / 2; runs->head_bits++)
		;
	runs->fresh = malloc(runs->fresh_max * sizeof(*runs->fresh));
	runs->heads = calloc(UINT32_C(1) << runs->head_bits, sizeof(*runs->heads));
	runs->window = malloc(sizeof(*runs->window));
	if (!runs->fresh || !runs->heads || !runs->window)
		return no_memory(runs, error);
	runs->window->run = NULL;
	return 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

static char *path_of(const struct runs *runs, int64_t number)
{
	char *path = NULL;
	const char *format = runs->root ? "%s/%06lld.run" : "%s.%06lld";
	return asprintf(&path, format, runs->folder, (long long)number) < 0 ? NULL : path;
}

/* Takes @fd over, also when it fails. */
static int take(struct runs *runs, int fd, int64_t number, const char *path, struct error *error)
{
	int result = runs->run_count < RUNS_MAX
			     ? run_open(fd, path, number, &runs->runs[runs->run_count], error)
			     : error_set(error, -E2BIG, "%s: more than %d runs", runs->folder, RUNS_MAX);
	runs->run_count += result == 0;
	if (result)
		close(fd);
	return result;
}

/* Filters that are asked again and again stand in memory, up to a limit: asking one in a file costs a call. */
static void keep_filter(struct runs *runs, struct run *run)
{
	size_t bytes = run_filter_bytes(run);
	if (run->asked < RUNS_ASKED_MIN || run->filter || runs->mapped + bytes > LIMIT_FILTERS_BYTES)
		return;
	run_map_filter(run);
	runs->mapped += run->filter ? bytes : 0;
	run->asked = 0; /* not tried again at once where it failed */
}

static void forget(struct runs *runs, size_t i)
{
	struct run *run = &runs->runs[i];
	if (run->filter)
		runs->mapped -= run_filter_bytes(run);
	run_close(run);
	runs->window->run = NULL; /* runs move */
	memmove(run, run + 1, (runs->run_count - i - 1) * sizeof(*run));
	runs->run_count--;
}

static int open_run(void *user, const struct catalogue_file *file)
{
	struct runs *runs = user;
	if (file->number == 0)
		return 0;
	if (file->number >= runs->next_file)
		runs->next_file = file->number + 1;
	char *path = path_of(runs, file->number);
	if (!path)
		return no_memory(runs, runs->error);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result = fd < 0 ? error_set(runs->error, -errno, "%s: open: %s: garner repair", path, strerror(errno))
			    : take(runs, fd, file->number, path, runs->error);
	free(path);
	return result;
}

static int64_t number_of(const char *name)
{
	char *end;
	int64_t number = ascii_is_digit(*name) ? (int64_t)strtoll(name, &end, 10) : -1;
	return number >= 0 && strcmp(end, ".run") == 0 ? number : -1;
}

/* Files that the catalogue does not list keep their numbers until they are swept. */
static void find_next_file(struct runs *runs)
{
	DIR *dir = opendir(runs->folder);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (number_of(entry->d_name) >= runs->next_file)
			runs->next_file = number_of(entry->d_name) + 1;
	if (dir)
		closedir(dir);
}

static int open_all(struct runs *runs, struct error *error)
{
	int result = catalogue_get(runs->catalogue, runs->shape->from, 0, &runs->from, error);
	runs->error = error;
	if (!result && runs->root)
		result = catalogue_each_file_of(runs->catalogue, runs->shape->kind, open_run, runs, error);
	if (!result && runs->root)
		find_next_file(runs);
	return result;
}

int runs_open(const struct runs_shape *shape, const char *root, const char *path, struct catalogue *catalogue,
	struct runs **ret_runs, struct error *error)
{
	struct runs *runs = calloc(1, sizeof(*runs));
	if (!runs)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	runs->shape = shape;
	runs->root = root;
	runs->catalogue = catalogue;
	runs->next_file = 1;
	if (asprintf(&runs->folder, root ? "%s/%s" : "%s.%s", path, shape->folder) < 0)
		runs->folder = NULL;
	int result = runs->folder ? make_room(runs, error) : no_memory(runs, error);
	if (!result)
		result = open_all(runs, error);
	if (result) {
		runs_free(runs);
		return result;
	}
	*ret_runs = runs;
	return 0;
}

struct runs *runs_free(struct runs *runs)
{
	if (!runs)
		return NULL;
	for (size_t i = 0; i < runs->run_count; i++)
		run_close(&runs->runs[i]);
	free(runs->window);
	free(runs->folder);
	free(runs->fresh);
	free(runs->heads);
	free(runs);
	return NULL;
}

int64_t runs_from(const struct runs *runs)
{
	return runs->from;
}

static int publish(struct runs *runs, int fd, const char *path, struct catalogue_file *file, struct error *error)
{
	int result = file_sync(fd, error, path);
	if (!result)
		result = file_sync_folder(path, error);
	return result ? result : catalogue_put_file(runs->catalogue, file, error);
}

/* Makes the file, has it filled, synced, listed and opened. */
static int make_run(
	struct runs *runs, struct run_head *head, const struct run_source *sources, size_t count, struct error *error)
{
	struct catalogue_file file = {
		.kind = runs->shape->kind, .number = runs->next_file++, .sealed = true, .has_sha256 = true
	};
	char *path = path_of(runs, file.number);
	int result = path ? 0 : no_memory(runs, error), fd = -1;
	if (!result && runs->root)
		result = file_make_folder(runs->folder, error);
	if (!result) {
		fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (fd < 0)
			result = error_set(error, -errno, "%s: create: %s", path, strerror(errno));
	}
	if (!result && !runs->root)
		unlink(path);
	if (!result)
		result = run_write(fd, path, head, sources, count, &file.size, file.sha256, error);
	if (!result && runs->root)
		result = publish(runs, fd, path, &file, error);
	if (!result)
		result = take(runs, fd, file.number, path, error);
	else if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

/* ---- flush and merge ------------------------------------------------------------------------ */

static int by_entry(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static int flush(struct runs *runs, struct error *error)
{
	struct run_head head = { .documents = runs->fresh_documents };
	uint64_t at[RUN_BANDS_MAX], *entries = malloc(runs->fresh_count * sizeof(*entries) + 1);
	if (!entries)
		return no_memory(runs, error);
	for (uint32_t i = 0; i < runs->fresh_count; i++)
		head.band_start[runs->fresh[i].band + 1]++;
	for (int band = 0; band < RUN_BANDS_MAX; band++) {
		at[band] = head.band_start[band];
		head.band_start[band + 1] += head.band_start[band];
	}
	for (uint32_t i = 0; i < runs->fresh_count; i++) {
		const struct fresh *f = &runs->fresh[i];
		entries[at[f->band]++] = (uint64_t)f->key << 32 | f->n;
	}
	for (int band = 0; band < RUN_BANDS_MAX; band++)
		qsort(entries + head.band_start[band], head.band_start[band + 1] - head.band_start[band],
			sizeof(*entries), by_entry);
	struct run_source source = { .memory = entries };
	int result = make_run(runs, &head, &source, 1, error);
	free(entries);
	runs->fresh_count = runs->fresh_documents = 0;
	memset(runs->heads, 0, (UINT32_C(1) << runs->head_bits) * sizeof(*runs->heads));
	return result;
}

static int drop(struct runs *runs, size_t i, struct error *error)
{
	int64_t number = runs->runs[i].number;
	forget(runs, i);
	if (!runs->root)
		return 0;
	if (runs->dropped_count < RUNS_MAX)
		runs->dropped[runs->dropped_count++] = number;
	return catalogue_drop_file(runs->catalogue, runs->shape->kind, number, error);
}

static int merge(struct runs *runs, const size_t which[RUNS_FAN], struct error *error)
{
	struct run_head head = { .documents = 0 };
	struct run_source sources[RUNS_FAN];
	for (size_t i = 0; i < RUNS_FAN; i++) {
		const struct run *run = &runs->runs[which[i]];
		sources[i] = (struct run_source){ .run = run };
		head.documents += run->head.documents;
		for (int band = 0; band < RUN_BANDS_MAX; band++)
			head.band_start[band + 1] += run->head.band_start[band + 1] - run->head.band_start[band];
	}
	for (int band = 0; band < RUN_BANDS_MAX; band++)
		head.band_start[band + 1] += head.band_start[band];
	int result = make_run(runs, &head, sources, RUNS_FAN, error);
	for (size_t i = RUNS_FAN; !result && i-- > 0;)
		result = drop(runs, which[i], error);
	return result;
}

static unsigned size_class(const struct runs *runs, const struct run *run)
{
	unsigned class = 0;
	for (uint64_t n = run->head.documents / runs->shape->documents; n >= RUNS_FAN; n /= RUNS_FAN)
		class ++;
	return class;
}

/* Merges RUNS_FAN runs of one class until no class has as many. */
static int settle(struct runs *runs, struct error *error)
{
	for (unsigned class = 0; class < 16;) {
		size_t which[RUNS_FAN], count = 0;
		for (size_t i = 0; i < runs->run_count && count < RUNS_FAN; i++)
			if (size_class(runs, &runs->runs[i]) == class)
				which[count++] = i;
		if (count < RUNS_FAN) {
			class ++;
			continue;
		}
		int result = merge(runs, which, error);
		if (result)
			return result;
	}
	return 0;
}

int runs_added(struct runs *runs, int64_t next_n, struct error *error)
{
	runs->fresh_documents++;
	if (runs->fresh_documents < runs->shape->documents)
		return 0;
	int result = flush(runs, error);
	if (!result)
		result = settle(runs, error);
	runs->from = next_n;
	return result || !runs->root ? result : catalogue_set(runs->catalogue, runs->shape->from, next_n, error);
}

void runs_committed(struct runs *runs)
{
	for (size_t i = 0; i < runs->dropped_count; i++) {
		char *path = path_of(runs, runs->dropped[i]);
		if (path)
			unlink(path);
		free(path);
	}
	runs->dropped_count = 0;
}

/* ---- search --------------------------------------------------------------------------------- */

static int tell(struct runs *runs, const struct run *run, struct run_span span, size_t limit, runs_fn *fn, void *user,
	struct error *error)
{
	uint64_t entry;
	int result = 0;
	if (limit && span.end - span.first > limit)
		span.end = span.first + limit;
	for (; !result && span.first < span.end; span.first++) {
		result = run_entry(run, runs->window, span.first, &entry, error);
		if (!result)
			result = fn(user, (uint32_t)entry);
	}
	return result < 0 ? result : 0;
}

/* The chain begins with the newest: the oldest ones are kept in a ring. */
static int find_oldest(const struct runs *runs, uint32_t band, uint32_t key, size_t limit, runs_fn *fn, void *user)
{
	uint32_t ring[RUNS_LIMIT_MAX];
	size_t count = 0;
	for (uint32_t i = *head_of(runs, band, key); i; i = runs->fresh[i - 1].next)
		if (runs->fresh[i - 1].key == key && runs->fresh[i - 1].band == band)
			ring[count++ % limit] = runs->fresh[i - 1].n;
	int result = 0;
	for (size_t kept = count < limit ? count : limit; !result && kept; kept--)
		result = fn(user, ring[--count % limit]);
	return result < 0 ? result : 0;
}

static int find_fresh(const struct runs *runs, uint32_t band, uint32_t key, runs_fn *fn, void *user)
{
	int result = 0;
	for (uint32_t i = *head_of(runs, band, key); !result && i; i = runs->fresh[i - 1].next)
		if (runs->fresh[i - 1].key == key && runs->fresh[i - 1].band == band)
			result = fn(user, runs->fresh[i - 1].n);
	return result < 0 ? result : 0;
}

static int scan_fresh(const struct runs *runs, uint32_t band, uint32_t low, uint32_t high, runs_fn *fn, void *user)
{
	int result = 0;
	for (uint32_t i = 0; !result && i < runs->fresh_count; i++) {
		const struct fresh *f = &runs->fresh[i];
		if (f->band == band && f->key >= low && f->key <= high)
			result = fn(user, f->n);
	}
	return result < 0 ? result : 0;
}

int runs_find(struct runs *runs, uint32_t band, uint32_t low, uint32_t high, size_t limit, runs_fn *fn, void *user,
	struct error *error)
{
	int result = 0;
	for (size_t i = 0; !result && i < runs->run_count; i++) {
		struct run *run = &runs->runs[i];
		struct run_span span;
		keep_filter(runs, run);
		result = run_find(run, runs->window, band, low, high, &span, error);
		if (!result)
			result = tell(runs, run, span, limit, fn, user, error);
	}
	if (result)
		return result;
	if (low != high)
		return scan_fresh(runs, band, low, high, fn, user);
	return limit ? find_oldest(runs, band, low, limit, fn, user) : find_fresh(runs, band, low, fn, user);
}

void runs_prefetch(const struct runs *runs, uint32_t band, uint32_t key)
{
	for (size_t i = 0; i < runs->run_count; i++)
		run_prefetch(&runs->runs[i], band, key);
	__builtin_prefetch(head_of(runs, band, key));
}

int runs_count(struct runs *runs, uint32_t band, uint32_t low, uint32_t high, uint64_t *ret_count, struct error *error)
{
	uint64_t count = 0;
	int result = 0;
	for (size_t i = 0; !result && i < runs->run_count; i++) {
		struct run_span span;
		result = run_find(&runs->runs[i], runs->window, band, low, high, &span, error);
		count += span.end - span.first;
	}
	for (uint32_t i = 0; i < runs->fresh_count; i++)
		count += runs->fresh[i].band == band && runs->fresh[i].key >= low && runs->fresh[i].key <= high;
	*ret_count = count;
	return result;
}

static int edge_of(struct runs *runs, const struct run *run, uint32_t band, bool last, runs_edge_fn *fn, void *user,
	struct error *error)
{
	struct run_span span = run_band(run, band);
	uint64_t entry;
	int result = 0;
	while (!result && span.first < span.end) {
		result = run_entry(run, runs->window, last ? --span.end : span.first++, &entry, error);
		if (!result)
			result = fn(user, (uint32_t)(entry >> 32), (uint32_t)entry);
	}
	return result;
}

int runs_edge(struct runs *runs, uint32_t band, bool last, runs_edge_fn *fn, void *user, struct error *error)
{
	int result = 0;
	for (size_t i = 0; result >= 0 && i < runs->run_count; i++)
		result = edge_of(runs, &runs->runs[i], band, last, fn, user, error);
	for (uint32_t i = 0; result >= 0 && i < runs->fresh_count; i++)
		if (runs->fresh[i].band == band)
			result = fn(user, runs->fresh[i].key, runs->fresh[i].n);
	return result < 0 ? result : 0;
}

/* ---- files of nobody ------------------------------------------------------------------------ */

int runs_sweep(const struct runs_shape *shape, const char *root, struct catalogue *catalogue, struct error *error)
{
	char *folder = NULL;
	if (asprintf(&folder, "%s/%s", root, shape->folder) < 0)
		return error_set(error, -ENOMEM, "%s: no memory", root);
	DIR *dir = opendir(folder);
	int result = 0;
	for (struct dirent *entry; dir && result >= 0 && (entry = readdir(dir));) {
		struct catalogue_file file;
		int64_t number = number_of(entry->d_name);
		if (number < 0)
			continue;
		result = catalogue_file(catalogue, shape->kind, number, &file, error);
		if (result == 1)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
	free(folder);
	return result < 0 ? result : 0;
}
