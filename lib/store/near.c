#include "store/near.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "dedup/dedup.h"
#include "store/segment.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

/* ---- runs -----------------------------------------------------------------------------------
 * A run, little-endian as the machine (derived, so it need not travel to another kind):
 *   "garnear1", u64 documents, u64 band_start[NEAR_BANDS + 1], u64 words of the filter,
 *   entries: u64 key << 32 | number, sorted within each band; filter: u64 words. */

enum { RUNS_MAX = 256 };
static const char run_magic[8] = { 'g', 'a', 'r', 'n', 'e', 'a', 'r', '1' };

struct run_head {
	char magic[8];
	uint64_t documents;
	uint64_t band_start[NEAR_BANDS + 1];
	uint64_t filter_words;
};

struct run {
	int64_t number; /* of its file */
	size_t mapped;
	const struct run_head *head; /* the mapping */
	const uint64_t *entries, *filter;
};

/* ---- the newest, in memory ------------------------------------------------------------------ */

struct fresh_entry {
	uint32_t key, n, next; /* next: index + 1 in the chain */
	uint32_t band;
};

struct near {
	const char *root; /* NULL: temporary */
	char *folder;	  /* for files and words */
	struct catalogue *catalogue;
	struct segment signatures;
	int64_t next_n;	    /* of the next near_put */
	int64_t fresh_from; /* documents before are in runs */
	struct run runs[RUNS_MAX];
	size_t run_count;
	int64_t next_file;
	struct fresh_entry *fresh;
	uint32_t fresh_count;
	uint32_t *heads;
	int64_t dropped[RUNS_MAX]; /* files that go after the commit */
	size_t dropped_count;
};

enum { FRESH_MAX = NEAR_RUN_DOCUMENTS * NEAR_BANDS, HEADS = 1 << 19 };

static uint64_t mix(uint32_t band, uint32_t key)
{
	uint64_t h = ((uint64_t)band << 32 | key) * UINT64_C(0x9E3779B97F4A7C15);
	h ^= h >> 29;
	return h * UINT64_C(0xBF58476D1CE4E5B9);
}

static int no_memory(struct near *near, struct error *error)
{
	return error_set(error, -ENOMEM, "%s: no memory for near duplicates", near->folder);
}

static void add_fresh(struct near *near, uint32_t n, const struct minhash *signature)
{
	for (uint32_t band = 0; band < NEAR_BANDS; band++) {
		uint32_t key = minhash_band(signature, band), i = near->fresh_count++;
		uint32_t *head = &near->heads[mix(band, key) >> 45];
		near->fresh[i] = (struct fresh_entry){ key, n, *head, band };
		*head = i + 1;
	}
}

/* One of near/signatures. All zero bytes: a text that is never matched. */
struct record {
	uint64_t id;
	struct minhash signature;
};
_Static_assert(sizeof(struct record) == 8 + MINHASH_BYTES, "records have no gaps");

/* ---- files ----------------------------------------------------------------------------------- */

static char *run_path(const struct near *near, int64_t number)
{
	char *path = NULL;
	return asprintf(&path, near->root ? "%s/%06lld.run" : "%s.%06lld", near->folder, (long long)number) < 0 ? NULL
														: path;
}

static void run_close(struct run *run)
{
	if (run->head)
		munmap((void *)run->head, run->mapped);
	run->head = NULL;
}

static int run_map(struct near *near, int fd, int64_t number, const char *path, struct error *error)
{
	struct stat st;
	struct run run = { .number = number };
	if (near->run_count == RUNS_MAX)
		return error_set(error, -E2BIG, "%s: more than %d runs", near->folder, RUNS_MAX);
	if (fstat(fd, &st) < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	run.mapped = (size_t)st.st_size;
	if (run.mapped < sizeof(*run.head))
		return error_set(error, -EBADMSG, "%s: broken: garner repair", path);
	void *p = mmap(NULL, run.mapped, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return error_set(error, -errno, "%s: map: %s", path, strerror(errno));
	madvise(p, run.mapped, MADV_RANDOM);
	run.head = p;
	uint64_t entries = run.head->band_start[NEAR_BANDS], words = run.head->filter_words;
	bool sound = memcmp(run.head->magic, run_magic, sizeof(run_magic)) == 0 && entries < run.mapped &&
		     words < run.mapped && words &&
		     run.mapped == sizeof(*run.head) + (entries + words) * sizeof(uint64_t);
	for (int band = 0; sound && band < NEAR_BANDS; band++)
		sound = run.head->band_start[band] <= run.head->band_start[band + 1];
	if (!sound) {
		run_close(&run);
		return error_set(error, -EBADMSG, "%s: broken: garner repair", path);
	}
	run.entries = (const uint64_t *)(run.head + 1);
	run.filter = run.entries + entries;
	near->runs[near->run_count++] = run;
	return 0;
}

static int run_open(struct near *near, int64_t number, struct error *error)
{
	char *path = run_path(near, number);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	int result = !path    ? no_memory(near, error)
		     : fd < 0 ? error_set(error, -errno, "%s: open: %s: garner repair", path, strerror(errno))
			      : run_map(near, fd, number, path, error);
	if (fd >= 0)
		close(fd);
	free(path);
	return result;
}

/* Buffered writing with the digest that the catalogue keeps. */
struct run_writer {
	int fd;
	const char *path;
	struct buf out;
	struct sha256 *sha256;
	int64_t size;
	struct error *error;
	int result;
};

static void run_put(struct run_writer *writer, const void *p, size_t n)
{
	buf_put(&writer->out, p, n);
	if (writer->result || (writer->out.n < 1 << 20 && n))
		return;
	if (writer->out.err) {
		writer->result = error_set(writer->error, -ENOMEM, "%s: no memory", writer->path);
		return;
	}
	sha256_update(writer->sha256, buf_view(&writer->out));
	writer->result = file_write(writer->fd, writer->out.p, writer->out.n, writer->error, writer->path);
	writer->size += (int64_t)writer->out.n;
	buf_reset(&writer->out);
}

/* ---- sorted sources and their merge ---------------------------------------------------------- */

/* One band of one source: fresh entries sorted, or a slice of a run. */
struct slice {
	const uint64_t *at, *end;
};

static int by_entry(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void merge_slices(
	struct slice *slices, size_t count, uint64_t *filter, uint64_t words, uint32_t band, struct run_writer *writer)
{
	for (;;) {
		struct slice *least = NULL;
		for (size_t i = 0; i < count; i++)
			if (slices[i].at < slices[i].end && (!least || *slices[i].at < *least->at))
				least = &slices[i];
		if (!least || writer->result)
			return;
		uint64_t entry = *least->at++, h = mix(band, (uint32_t)(entry >> 32));
		filter[(h >> 32) % words] |= UINT64_C(1) << (h & 63) | UINT64_C(1) << (h >> 6 & 63);
		run_put(writer, &entry, sizeof(entry));
	}
}

static int write_all(struct run_writer *writer, const struct run_head *head,
	void (*slices_of)(void *user, uint32_t band, struct slice *slices), void *user, size_t count)
{
	struct slice slices[NEAR_FAN];
	uint64_t *filter = calloc(head->filter_words, sizeof(*filter));
	if (!filter)
		return error_set(writer->error, -ENOMEM, "%s: no memory", writer->path);
	run_put(writer, head, sizeof(*head));
	for (uint32_t band = 0; band < NEAR_BANDS && !writer->result; band++) {
		slices_of(user, band, slices);
		merge_slices(slices, count, filter, head->filter_words, band, writer);
	}
	run_put(writer, filter, head->filter_words * sizeof(*filter));
	run_put(writer, "", 0);
	free(filter);
	return writer->result;
}

/* Makes the file, has it filled, synced, listed and mapped. */
static int make_run(struct near *near, struct run_head *head,
	void (*slices_of)(void *user, uint32_t band, struct slice *slices), void *user, size_t count,
	struct error *error)
{
	int64_t number = near->next_file++;
	char *path = run_path(near, number);
	struct run_writer writer = {
		.fd = -1, .path = path, .out = BUF_INIT(SIZE_MAX / 2), .sha256 = sha256_new(), .error = error
	};
	struct catalogue_file file = { .kind = CATALOGUE_NEAR, .number = number, .sealed = true, .has_sha256 = true };
	int result = path && writer.sha256 ? 0 : no_memory(near, error);
	memcpy(head->magic, run_magic, sizeof(run_magic));
	head->filter_words = head->band_start[NEAR_BANDS] / 8 + 1;
	if (!result) {
		writer.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (writer.fd < 0)
			result = error_set(error, -errno, "%s: create: %s", path, strerror(errno));
	}
	if (!result && !near->root)
		unlink(path);
	if (!result)
		result = write_all(&writer, head, slices_of, user, count);
	if (!result && near->root) {
		result = file_sync(writer.fd, error, path);
		if (!result)
			result = file_sync_folder(path, error);
		sha256_final(writer.sha256, file.sha256);
		file.size = writer.size;
		if (!result)
			result = catalogue_put_file(near->catalogue, &file, error);
	}
	if (!result)
		result = run_map(near, writer.fd, number, path, error);
	if (writer.fd >= 0)
		close(writer.fd);
	sha256_free(writer.sha256);
	buf_free(&writer.out);
	free(path);
	return result;
}

/* ---- flush and merge ------------------------------------------------------------------------- */

struct fresh_slices {
	uint64_t *entries;
	const uint64_t *starts;
};

static void fresh_slice(void *user, uint32_t band, struct slice *slices)
{
	struct fresh_slices *fresh = user;
	slices[0] = (struct slice){ fresh->entries + fresh->starts[band], fresh->entries + fresh->starts[band + 1] };
}

static int flush_fresh(struct near *near, struct error *error)
{
	struct run_head head = { .documents = near->fresh_count / NEAR_BANDS };
	uint64_t per_band = head.documents;
	uint64_t *entries = malloc(near->fresh_count * sizeof(*entries));
	if (!entries)
		return no_memory(near, error);
	for (int band = 0; band <= NEAR_BANDS; band++)
		head.band_start[band] = per_band * (uint64_t)band;
	/* Every document has one entry in each band, in turn. */
	for (uint32_t i = 0; i < near->fresh_count; i++) {
		const struct fresh_entry *e = &near->fresh[i];
		entries[head.band_start[e->band] + i / NEAR_BANDS] = (uint64_t)e->key << 32 | e->n;
	}
	for (int band = 0; band < NEAR_BANDS; band++)
		qsort(entries + head.band_start[band], per_band, sizeof(*entries), by_entry);
	struct fresh_slices fresh = { entries, head.band_start };
	int result = make_run(near, &head, fresh_slice, &fresh, 1, error);
	free(entries);
	near->fresh_count = 0;
	memset(near->heads, 0, HEADS * sizeof(*near->heads));
	return result;
}

struct run_slices {
	const struct run *runs[NEAR_FAN];
	size_t count;
};

static void run_slice(void *user, uint32_t band, struct slice *slices)
{
	struct run_slices *of = user;
	for (size_t i = 0; i < of->count; i++) {
		const uint64_t *start = of->runs[i]->head->band_start;
		slices[i] =
			(struct slice){ of->runs[i]->entries + start[band], of->runs[i]->entries + start[band + 1] };
	}
}

static unsigned size_class(const struct run *run)
{
	unsigned class = 0;
	for (uint64_t n = run->head->documents; n >= NEAR_FAN; n /= NEAR_FAN)
		class ++;
	return class;
}

static int merge_runs(struct near *near, const size_t which[NEAR_FAN], struct error *error)
{
	struct run_head head = { .documents = 0 };
	struct run_slices of = { .count = NEAR_FAN };
	struct run old[NEAR_FAN];
	for (size_t i = 0; i < NEAR_FAN; i++) {
		old[i] = near->runs[which[i]];
		of.runs[i] = &old[i];
		madvise((void *)old[i].head, old[i].mapped, MADV_SEQUENTIAL);
		head.documents += old[i].head->documents;
		for (int band = 0; band < NEAR_BANDS; band++)
			head.band_start[band + 1] += old[i].head->band_start[band + 1] - old[i].head->band_start[band];
	}
	for (int band = 0; band < NEAR_BANDS; band++)
		head.band_start[band + 1] += head.band_start[band];
	int result = make_run(near, &head, run_slice, &of, NEAR_FAN, error);
	if (result)
		return result;
	for (size_t i = NEAR_FAN; i-- > 0;) {
		if (near->root && near->dropped_count < RUNS_MAX)
			near->dropped[near->dropped_count++] = old[i].number;
		if (near->root && !result)
			result = catalogue_drop_file(near->catalogue, CATALOGUE_NEAR, old[i].number, error);
		run_close(&old[i]);
		memmove(&near->runs[which[i]], &near->runs[which[i] + 1],
			(near->run_count - which[i] - 1) * sizeof(near->runs[0]));
		near->run_count--;
	}
	return result;
}

/* Merges NEAR_FAN runs of one class until no class has as many. */
static int settle(struct near *near, struct error *error)
{
	for (unsigned class = 0; class < 16;) {
		size_t which[NEAR_FAN], count = 0;
		for (size_t i = 0; i < near->run_count && count < NEAR_FAN; i++)
			if (size_class(&near->runs[i]) == class)
				which[count++] = i;
		if (count < NEAR_FAN) {
			class ++;
			continue;
		}
		int result = merge_runs(near, which, error);
		if (result)
			return result;
	}
	return 0;
}

int near_flush(struct near *near, bool all, struct error *error)
{
	bool full = near->fresh_count + NEAR_BANDS > FRESH_MAX;
	if (!full && !(all && near->fresh_count))
		return 0;
	int result = flush_fresh(near, error);
	if (!result)
		result = settle(near, error);
	near->fresh_from = near->next_n;
	return result || !near->root ? result : catalogue_set(near->catalogue, "near_from", near->fresh_from, error);
}

void near_committed(struct near *near)
{
	for (size_t i = 0; i < near->dropped_count; i++) {
		char *path = run_path(near, near->dropped[i]);
		if (path)
			unlink(path);
		free(path);
	}
	near->dropped_count = 0;
}

int near_forget(struct near *near, int64_t n, struct error *error)
{
	struct record none = { .id = 0 };
	struct segment *s = &near->signatures;
	int result = segment_write(s, error);
	if (result || (n + 1) * (int64_t)sizeof(none) > s->size)
		return result;
	if (lseek(s->fd, n * (int64_t)sizeof(none), SEEK_SET) < 0)
		return error_set(error, -errno, "%s: seek: %s", s->name, strerror(errno));
	s->unsynced = true;
	return file_write(s->fd, &none, sizeof(none), error, s->name);
}

int near_sync(struct near *near, struct error *error)
{
	/* What was searched goes out of our memory again; it stays in the system's cache. */
	for (size_t i = 0; i < near->run_count; i++)
		madvise((void *)near->runs[i].head, near->runs[i].mapped, MADV_DONTNEED);
	if (!near->root)
		return segment_write(&near->signatures, error);
	struct catalogue_file file = { .kind = CATALOGUE_NEAR, .number = 0, .size = near->signatures.size };
	int result = segment_sync(&near->signatures, error);
	return result || !file.size ? result : catalogue_put_file(near->catalogue, &file, error);
}

/* ---- search ---------------------------------------------------------------------------------- */

struct search {
	struct near *near;
	const struct minhash *signature;
	uint64_t id;
	int64_t best_n;
	double best;
	uint32_t seen[64]; /* candidates that were compared, by their low bits */
	struct error *error;
};

static int read_record(struct near *near, uint32_t n, struct record *ret, struct error *error)
{
	const struct segment *s = &near->signatures;
	int64_t at = (int64_t)n * (int64_t)sizeof(*ret), written = s->size - (int64_t)s->pending.n;
	if (at >= written) {
		memcpy(ret, s->pending.p + (at - written), sizeof(*ret));
		return 0;
	}
	return file_read_at(s->fd, ret, sizeof(*ret), at, error, s->name);
}

static int consider(struct search *search, uint32_t n)
{
	struct record other;
	uint32_t *slot = &search->seen[n % 64];
	if (*slot == n + 1)
		return 0;
	*slot = n + 1;
	int result = read_record(search->near, n, &other, search->error);
	if (result || other.id == search->id)
		return result;
	double score = minhash_similarity(search->signature, &other.signature);
	/* Ties go to the oldest, whatever order the runs are in. */
	if (score < NEAR_SCORE || score < search->best || (score == search->best && n >= search->best_n))
		return 0;
	search->best = score;
	search->best_n = n;
	return 0;
}

static const uint64_t *lower_bound(const uint64_t *at, const uint64_t *end, uint64_t entry)
{
	while (at < end) {
		const uint64_t *middle = at + (end - at) / 2;
		if (*middle < entry)
			at = middle + 1;
		else
			end = middle;
	}
	return at;
}

static int search_run(struct search *search, const struct run *run, uint32_t band, uint32_t key)
{
	uint64_t h = mix(band, key), mask = UINT64_C(1) << (h & 63) | UINT64_C(1) << (h >> 6 & 63);
	if ((run->filter[(h >> 32) % run->head->filter_words] & mask) != mask)
		return 0;
	const uint64_t *start = run->head->band_start, *end = run->entries + start[band + 1];
	const uint64_t *at = lower_bound(run->entries + start[band], end, (uint64_t)key << 32);
	int result = 0;
	for (int i = 0; !result && i < NEAR_CANDIDATES && at < end && *at >> 32 == key; at++, i++)
		result = consider(search, (uint32_t)*at);
	return result;
}

static int search_fresh(struct search *search, uint32_t band, uint32_t key)
{
	const struct near *near = search->near;
	uint32_t oldest[NEAR_CANDIDATES];
	size_t count = 0, kept;
	for (uint32_t i = near->heads[mix(band, key) >> 45]; i; i = near->fresh[i - 1].next) {
		const struct fresh_entry *e = &near->fresh[i - 1];
		if (e->key == key && e->band == band)
			oldest[count++ % NEAR_CANDIDATES] = e->n;
	}
	kept = count < NEAR_CANDIDATES ? count : NEAR_CANDIDATES;
	int result = 0;
	for (size_t i = 0; !result && i < kept; i++)
		result = consider(search, oldest[i]);
	return result;
}

static int search_all(struct search *search)
{
	struct near *near = search->near;
	int result = 0;
	for (uint32_t band = 0; !result && band < NEAR_BANDS; band++) {
		uint32_t key = minhash_band(search->signature, band);
		for (size_t i = 0; !result && i < near->run_count; i++)
			result = search_run(search, &near->runs[i], band, key);
		if (!result)
			result = search_fresh(search, band, key);
	}
	return result;
}

static int add_record(struct near *near, const struct record *record, struct error *error)
{
	if (buf_put(&near->signatures.pending, record, sizeof(*record)))
		return no_memory(near, error);
	near->signatures.size += (int64_t)sizeof(*record);
	near->next_n++;
	return near->signatures.pending.n > MIB(1) ? segment_write(&near->signatures, error) : 0;
}

int near_fill(struct near *near, int64_t next_n, struct error *error)
{
	struct record none = { .id = 0 };
	int result = 0;
	while (!result && near->next_n < next_n)
		result = add_record(near, &none, error);
	return result;
}

int near_add(struct near *near, int64_t n, uint64_t id, const struct minhash *signature, struct error *error)
{
	struct record record = { .id = id };
	int result = near_fill(near, n, error);
	if (signature)
		record.signature = *signature;
	if (!result)
		result = add_record(near, &record, error);
	if (!result && signature)
		add_fresh(near, (uint32_t)n, signature);
	return result ? result : near_flush(near, false, error);
}

int near_put(struct near *near, int64_t n, uint64_t id, const struct minhash *signature, int64_t *ret_n,
	double *ret_score, struct error *error)
{
	*ret_n = GARNER_NO_NUMBER;
	if (n != near->next_n || n >= UINT32_MAX)
		return error_set(error, -EINVAL, "%s: document %lld out of order", near->folder, (long long)n);
	if (signature) {
		struct search search = {
			.near = near, .signature = signature, .id = id, .best_n = GARNER_NO_NUMBER, .error = error
		};
		int result = search_all(&search);
		if (result)
			return result;
		*ret_n = search.best_n;
		*ret_score = search.best;
	}
	return near_add(near, n, id, signature, error);
}

/* ---- open ------------------------------------------------------------------------------------- */

static int open_file(void *user, const struct catalogue_file *file)
{
	struct near *near = user;
	if (file->kind != CATALOGUE_NEAR || file->number == 0)
		return 0;
	if (file->number >= near->next_file)
		near->next_file = file->number + 1;
	return run_open(near, file->number, NULL);
}

static int open_files(struct near *near, int64_t next_n, struct error *error)
{
	char *path = NULL;
	int result = file_make_folder(near->folder, error);
	if (!result && asprintf(&path, "%s/signatures", near->folder) < 0)
		return no_memory(near, error);
	if (!result)
		result = segment_open(&near->signatures, path, next_n * (int64_t)sizeof(struct record), error);
	free(path);
	if (!result)
		result = catalogue_get(near->catalogue, "near_from", 0, &near->fresh_from, error);
	if (!result) {
		result = catalogue_each_file(near->catalogue, open_file, near, error);
		if (result)
			result = error_set(error, result, "%s: a run can't be read: garner repair", near->folder);
	}
	return result;
}

static bool is_none(const struct minhash *signature)
{
	static const struct minhash none;
	return memcmp(signature, &none, sizeof(none)) == 0;
}

static int read_fresh(struct near *near, int64_t next_n, struct error *error)
{
	struct record record;
	int result = 0;
	for (int64_t n = near->fresh_from; !result && n < next_n; n++) {
		result = read_record(near, (uint32_t)n, &record, error);
		near->next_n = n + 1;
		if (!result && !is_none(&record.signature)) {
			add_fresh(near, (uint32_t)n, &record.signature);
			result = near_flush(near, false, error);
		}
	}
	near->next_n = next_n;
	return result;
}

int near_open(const char *root, const char *path, struct catalogue *catalogue, int64_t next_n, struct near **ret_near,
	struct error *error)
{
	struct near *near = calloc(1, sizeof(*near));
	if (!near)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	near->root = root;
	near->catalogue = catalogue;
	near->next_file = 1;
	near->signatures = SEGMENT_NONE;
	if (asprintf(&near->folder, root ? "%s/near" : "%s.near", path) < 0)
		near->folder = NULL;
	/* One more document than a run has: it is flushed when the next one does not fit. */
	near->fresh = malloc(((size_t)FRESH_MAX + NEAR_BANDS) * sizeof(*near->fresh));
	near->heads = calloc(HEADS, sizeof(*near->heads));
	int result = near->folder && near->fresh && near->heads ? 0 : error_set(error, -ENOMEM, "%s: no memory", path);
	if (!result)
		result =
			root ? open_files(near, next_n, error) : segment_open_temporary(&near->signatures, path, error);
	if (!result && root)
		result = read_fresh(near, next_n, error);
	if (result) {
		near_free(near);
		return result;
	}
	*ret_near = near;
	return 0;
}

struct near *near_free(struct near *near)
{
	if (!near)
		return NULL;
	for (size_t i = 0; i < near->run_count; i++)
		run_close(&near->runs[i]);
	segment_close(&near->signatures);
	free(near->folder);
	free(near->fresh);
	free(near->heads);
	free(near);
	return NULL;
}
