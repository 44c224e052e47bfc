/* The files of a store that are made from the manifests: index pages, INDEX.md, SHA256SUMS. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/inner.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

int store_digest(int fd, const char *name, int64_t size, uint8_t ret_digest[32], struct error *error)
{
	enum { STEP = 1 << 18 };
	char *bytes = malloc(STEP);
	struct sha256 *state = sha256_new();
	int result = bytes && state ? 0 : error_set(error, -ENOMEM, "%s: no memory", name);
	for (int64_t at = 0; !result && at < size; at += STEP) {
		size_t n = size - at < STEP ? (size_t)(size - at) : STEP;
		result = file_read_at(fd, bytes, n, at, error, name);
		if (!result)
			sha256_update(state, view_make(bytes, n));
	}
	if (!result)
		sha256_final(state, ret_digest);
	sha256_free(state);
	free(bytes);
	return result;
}

/* ---- manifest lines by row ------------------------------------------------------------------ */

void line_reader_close(struct line_reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader->name);
	reader->fd = -1;
	reader->name = NULL;
}

static int open_segment(struct line_reader *reader, int64_t number, struct error *error)
{
	char name[64];
	if (reader->fd >= 0 && reader->number == number)
		return 0;
	line_reader_close(reader);
	store_file_name(CATALOGUE_MANIFEST, number, name);
	if (asprintf(&reader->name, "%s/%s", reader->root, name) < 0) {
		reader->name = NULL;
		return error_set(error, -ENOMEM, "%s: no memory", reader->root);
	}
	reader->number = number;
	reader->fd = open(reader->name, O_RDONLY | O_CLOEXEC);
	return reader->fd < 0 ? error_set(error, -errno, "%s: open: %s", reader->name, strerror(errno)) : 0;
}

int line_reader_read(struct line_reader *reader, const struct catalogue_document *row, struct arena *arena,
	struct garner_document *ret_document, struct error *error)
{
	int result = open_segment(reader, row->pack, error);
	if (result)
		return result;
	if (row->line < 0 || row->line_size <= 0 || row->line_size > LIMIT_MANIFEST_LINE)
		return error_set(error, -EBADMSG, "%s: document %lld: a place that can't be: garner repair",
			reader->name, (long long)row->n);
	char *line = arena_alloc(arena, (size_t)row->line_size);
	if (!line)
		return error_set(error, -ENOMEM, "%s: no memory", reader->name);
	result = file_read_at(reader->fd, line, (size_t)row->line_size, row->line, error, reader->name);
	if (result)
		return result;
	struct error why = { 0 };
	struct garner_document d;
	result = document_read(arena, view_make(line, (size_t)row->line_size), &d, &why);
	if (!result && d.n != row->n)
		result = error_set(&why, -EBADMSG, "the line of document %lld", (long long)d.n);
	if (result)
		return error_set(error, result == -EINVAL ? -EBADMSG : result, "%s: offset %lld: document %lld: %s",
			reader->name, (long long)row->line, (long long)row->n, why.text);
	*ret_document = d;
	return 0;
}

/* ---- rendering ------------------------------------------------------------------------------ */

struct rows {
	struct line_reader *reader;
	struct arena arena;
	struct buf *out;
	size_t *starts; /* of each row; NULL: not asked for */
	size_t count;
	int64_t end; /* first number that is not wanted */
	const char *up;
	struct error *error;
};

static int add_row(void *user, const struct catalogue_document *row)
{
	struct rows *rows = user;
	struct garner_document d;
	if (row->n >= rows->end)
		return 1;
	arena_reset(&rows->arena);
	int result = line_reader_read(rows->reader, row, &rows->arena, &d, rows->error);
	if (result)
		return result;
	if (rows->starts)
		rows->starts[rows->count] = rows->out->n;
	rows->count++;
	index_row(rows->out, &d, false, rows->up);
	return rows->out->err;
}

static int render_rows(struct catalogue *catalogue, struct line_reader *reader, int64_t from, const char *up,
	struct buf *out, size_t *starts, size_t *ret_count, struct error *error)
{
	struct rows rows = {
		.reader = reader, .out = out, .starts = starts, .end = from + INDEX_ROWS, .up = up, .error = error
	};
	struct garner_filter filter = { .from_n = from, .limit = INDEX_ROWS };
	arena_init(&rows.arena, (size_t)LIMIT_MANIFEST_LINE * 4);
	int result = catalogue_each(catalogue, &filter, add_row, &rows, error);
	arena_free(&rows.arena);
	*ret_count = rows.count;
	return result < 0 ? result : 0;
}

int store_render_page(
	struct catalogue *catalogue, struct line_reader *reader, int64_t page, struct buf *out, struct error *error)
{
	struct buf rows = BUF_INIT(SIZE_MAX / 2);
	size_t count;
	int result = render_rows(catalogue, reader, page * INDEX_ROWS, "../", &rows, NULL, &count, error);
	if (!result)
		index_page(out, page, buf_view(&rows));
	buf_free(&rows);
	return result ? result : out->err;
}

int store_render_top(struct catalogue *catalogue, struct line_reader *reader, const struct index_head *head,
	struct buf *out, struct error *error)
{
	struct buf rows = BUF_INIT(SIZE_MAX / 2), reversed = BUF_INIT(SIZE_MAX / 2);
	size_t *starts = calloc(INDEX_ROWS + 1, sizeof(*starts)), count = 0;
	int64_t from = head->next_n > INDEX_ROWS ? head->next_n - INDEX_ROWS : 0;
	int result = starts ? render_rows(catalogue, reader, from, "", &rows, starts, &count, error)
			    : error_set(error, -ENOMEM, "no memory for the index");
	if (!result) {
		for (size_t end = rows.n, i = count; i-- > 0; end = starts[i])
			buf_put(&reversed, rows.p + starts[i], end - starts[i]);
		index_file(out, head, buf_view(&reversed));
		result = reversed.err ? reversed.err : out->err;
	}
	free(starts);
	buf_free(&rows);
	buf_free(&reversed);
	return result;
}

struct head_reader {
	struct index_count *count;
	struct index_top *top;
	size_t at;
};

static int take_sum(void *user, const char *kind, const char *key, int64_t value)
{
	struct index_head *head = &((struct index_count *)user)->head;
	(void)kind;
	const struct {
		const char *name;
		int64_t *slot;
	} slots[] = { { "documents", &head->documents }, { "words", &head->words }, { "bytes", &head->bytes },
		{ "duplicates", &head->duplicates }, { "near", &head->near }, { "revisions", &head->revisions },
		{ "gone", &head->gone }, { "runs", &head->runs }, { "inputs", &head->inputs },
		{ "known", &head->known }, { "dropped", &head->dropped } };
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		if (strcmp(slots[i].name, key) == 0)
			*slots[i].slot = value;
	return 0;
}

static int take_reason(void *user, const char *kind, const char *key, int64_t value)
{
	struct index_head *head = &((struct index_count *)user)->head;
	(void)kind;
	for (int i = 1; i < GARNER_REASON_COUNT; i++)
		if (strcmp(garner_reason_name(i), key) == 0)
			head->by_reason[i] = value;
	return 0;
}

static int take_top(void *user, const char *kind, const char *key, int64_t value)
{
	struct head_reader *reader = user;
	(void)kind;
	reader->top[reader->at].key = arena_strndup(&reader->count->arena, key, strlen(key));
	reader->top[reader->at].value = value;
	return reader->top[reader->at++].key ? 0 : -ENOMEM;
}

static int newest_versions(
	struct catalogue *catalogue, struct line_reader *reader, struct index_count *count, struct error *error)
{
	struct index_head *head = &count->head;
	struct catalogue_document row;
	struct garner_document d;
	int64_t newest;
	int result = catalogue_newest(catalogue, &newest, error);
	if (result || newest == GARNER_NO_NUMBER)
		return result;
	result = catalogue_document(catalogue, newest, &row, error);
	if (!result)
		result = line_reader_read(reader, &row, &count->arena, &d, error);
	if (result)
		return result < 0 ? result : -EBADMSG;
	head->next_n = newest + 1;
	head->tool = d.tool;
	head->rules = d.rules;
	head->normaliser = d.normaliser;
	return 0;
}

int store_head(struct catalogue *catalogue, struct keys *keys, struct line_reader *reader, struct index_count *count,
	struct error *error)
{
	struct index_head *head = &count->head;
	struct head_reader langs = { count, head->langs, 0 }, hosts = { count, head->hosts, 0 };
	int64_t at = GARNER_NO_NUMBER;
	int result = newest_versions(catalogue, reader, count, error);
	if (!result)
		result = catalogue_each_total(catalogue, "sum", 0, take_sum, count, error);
	if (!result)
		result = catalogue_each_total(catalogue, "run", 0, take_sum, count, error);
	if (!result)
		result = catalogue_each_total(catalogue, "reason", 0, take_reason, count, error);
	if (!result)
		result = catalogue_each_total(catalogue, "lang", INDEX_TOP, take_top, &langs, error);
	if (!result)
		result = catalogue_each_total(catalogue, "host", INDEX_TOP, take_top, &hosts, error);
	if (!result)
		result = catalogue_total_keys(catalogue, "lang", &head->lang_keys, error);
	if (!result)
		result = catalogue_total_keys(catalogue, "host", &head->host_keys, error);
	if (!result)
		result = keys_days(keys, &head->first_day, &head->last_day, error);
	if (!result)
		result = catalogue_get(catalogue, "last_at", GARNER_NO_NUMBER, &at, error);
	head->lang_count = langs.at;
	head->host_count = hosts.at;
	char text[CLOCK_TEXT_BYTES];
	if (!result && clock_format(at, text))
		head->at = arena_strndup(&count->arena, text, strlen(text));
	return result;
}

struct sums {
	struct buf *out;
};

static int add_sum(void *user, const struct catalogue_file *file)
{
	struct buf *out = user;
	char name[64], hex[65];
	if (!file->has_sha256 || file->size == 0)
		return 0;
	store_file_name(file->kind, file->number, name);
	hex_of(file->sha256, 32, hex);
	buf_printf(out, "%s  %s\n", hex, name);
	return out->err;
}

int store_render_sums(struct catalogue *catalogue, struct view index, struct buf *out, struct error *error)
{
	uint8_t digest[32];
	char hex[65];
	sha256_of(index, digest);
	hex_of(digest, 32, hex);
	buf_printf(out, "%s  INDEX.md\n", hex);
	int result = catalogue_each_file(catalogue, add_sum, out, error);
	return result ? result : out->err;
}

/* ---- publishing ----------------------------------------------------------------------------- */

/* Writes aside and renames. Not synced: all of them are synced at once, before they are called derived. */
static int publish(struct store *store, const char *name, struct view bytes, struct error *error)
{
	char *path = store_path(store, name), *aside = NULL;
	int result = path && asprintf(&aside, "%s.new", path) >= 0
			     ? 0
			     : error_set(error, -ENOMEM, "%s: no memory", store->root);
	if (!result) {
		int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (fd < 0)
			result = error_set(error, -errno, "%s: create: %s", aside, strerror(errno));
		else
			result = file_write(fd, bytes.p, bytes.n, error, aside);
		if (fd >= 0 && close(fd) < 0 && !result)
			result = error_set(error, -errno, "%s: close: %s", aside, strerror(errno));
		if (!result && rename(aside, path) < 0)
			result = error_set(error, -errno, "%s: rename: %s", path, strerror(errno));
		if (result)
			unlink(aside);
	}
	free(aside);
	free(path);
	return result;
}

static int publish_page(
	struct store *store, struct line_reader *reader, int64_t page, struct buf *out, struct error *error)
{
	struct catalogue_file file = { .kind = CATALOGUE_INDEX,
		.number = page,
		.has_sha256 = true,
		.sealed = (page + 1) * INDEX_ROWS <= store->next_n };
	char name[64];
	buf_reset(out);
	int result = store_render_page(store->catalogue, reader, page, out, error);
	store_file_name(CATALOGUE_INDEX, page, name);
	if (!result)
		result = publish(store, name, buf_view(out), error);
	file.size = (int64_t)out->n;
	sha256_of(buf_view(out), file.sha256);
	return result ? result : catalogue_put_file(store->catalogue, &file, error);
}

/* Pages of documents before @until that are not written as they are now. */
static int publish_pages(struct store *store, struct line_reader *reader, int64_t until, struct error *error)
{
	int64_t from = 0;
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	int result = catalogue_get(store->catalogue, "index_from", 0, &from, error);
	for (int64_t page = from / INDEX_ROWS; !result && page * INDEX_ROWS < until; page++)
		result = publish_page(store, reader, page, &out, error);
	buf_free(&out);
	return result ? result : catalogue_set(store->catalogue, "index_from", until, error);
}

static int publish_top(struct store *store, struct line_reader *reader, struct buf *out, struct error *error)
{
	struct index_count count;
	index_count_init(&count);
	int result = store_head(store->catalogue, store->keys, reader, &count, error);
	if (!result)
		result = store_render_top(store->catalogue, reader, &count.head, out, error);
	if (!result)
		result = publish(store, "INDEX.md", buf_view(out), error);
	index_count_free(&count);
	return result;
}

struct open_files {
	struct store *store;
	struct catalogue_file files[16];
	size_t count;
};

static int take_open(void *user, const struct catalogue_file *file)
{
	struct open_files *open_files = user;
	/* The signatures are derived, and too many to read again after each run. */
	if (!file->sealed && file->kind != CATALOGUE_INDEX && file->kind != CATALOGUE_NEAR && open_files->count < 16)
		open_files->files[open_files->count++] = *file;
	return 0;
}

/* Files that still grow get the digest of what is acknowledged now. */
static int digest_open_files(struct store *store, struct error *error)
{
	struct open_files found = { .store = store };
	int result = catalogue_each_file(store->catalogue, take_open, &found, error);
	for (size_t i = 0; !result && i < found.count; i++) {
		struct catalogue_file *file = &found.files[i];
		char name[64];
		store_file_name(file->kind, file->number, name);
		char *path = store_path(store, name);
		int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		if (fd < 0)
			result = error_set(error, path ? -errno : -ENOMEM, "%s: open: %s", name, strerror(errno));
		else
			result = store_digest(fd, path, file->size, file->sha256, error);
		file->has_sha256 = true;
		if (!result)
			result = catalogue_put_file(store->catalogue, file, error);
		if (fd >= 0)
			close(fd);
		free(path);
	}
	return result;
}

/* One sync for all renamed files: 2,000 index pages would be 4,000 fsyncs. */
static int sync_derived(struct store *store, struct error *error)
{
	int fd = open(store->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set(error, -errno, "%s: open: %s", store->root, strerror(errno));
	int result = syncfs(fd) < 0 ? error_set(error, -errno, "%s: sync: %s", store->root, strerror(errno)) : 0;
	close(fd);
	return result;
}

int store_derive_pages(struct store *store, struct error *error)
{
	struct line_reader reader = { .root = store->root, .fd = -1 };
	int64_t from = 0, until = store->next_n / INDEX_ROWS * INDEX_ROWS;
	int result = catalogue_get(store->catalogue, "index_from", 0, &from, error);
	if (result || from >= until)
		return result;
	result = publish_pages(store, &reader, until, error);
	if (!result)
		result = sync_derived(store, error);
	line_reader_close(&reader);
	return result ? result : catalogue_commit(store->catalogue, error);
}

int store_derive(struct store *store, struct error *error)
{
	struct line_reader reader = { .root = store->root, .fd = -1 };
	struct buf index = BUF_INIT(SIZE_MAX / 2), sums = BUF_INIT(SIZE_MAX / 2);
	int result = publish_pages(store, &reader, store->next_n, error);
	if (!result)
		result = publish_top(store, &reader, &index, error);
	if (!result)
		result = digest_open_files(store, error);
	if (!result)
		result = store_render_sums(store->catalogue, buf_view(&index), &sums, error);
	if (!result)
		result = publish(store, "SHA256SUMS", buf_view(&sums), error);
	if (!result)
		result = sync_derived(store, error);
	if (!result)
		result = catalogue_set(store->catalogue, "derived", 1, error);
	if (!result)
		result = catalogue_commit(store->catalogue, error);
	line_reader_close(&reader);
	buf_free(&index);
	buf_free(&sums);
	return result;
}
