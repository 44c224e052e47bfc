/* The end of a pack: closing members, end of the tar, seek table. And the line that ends a run. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/inner.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/jsonw.h"
#include "util/limits.h"

struct tail_line {
	int64_t offset;
	size_t n;
};

struct seal {
	const struct seal_source *source;
	seal_emit_fn *emit;
	void *user;
	struct index_count count;
	struct arena arena; /* of one line */
	struct buf *sums;   /* SHA256SUMS so far */
	struct buf pages;   /* what comes behind the documents in it: digests of the pages */
	struct buf rows;    /* of the page in work */
	struct buf out;	    /* a rendered file */
	int64_t page;	    /* in work; -1 none */
	bool paged;	    /* more documents than one page holds */
	size_t lines;
	struct tail_line tail[INDEX_ROWS]; /* the last lines, a ring */
	struct error *error;
};

static int no_memory(struct seal *seal)
{
	return error_set(seal->error, -ENOMEM, "%s: no memory for sealing", seal->source->name);
}

static void put_sum(struct buf *sums, const uint8_t digest[32], const char *name)
{
	char hex[65];
	hex_of(digest, 32, hex);
	buf_printf(sums, "%s  %s\n", hex, name);
}

/* ---- one pass over the manifest ------------------------------------------------------------- */

static int emit(struct seal *seal, struct buf *sums, const char *name)
{
	uint8_t digest[32];
	if (seal->out.err)
		return no_memory(seal);
	sha256_of(buf_view(&seal->out), digest);
	put_sum(sums, digest, name);
	return seal->emit(seal->user, name, buf_view(&seal->out), seal->error);
}

static int end_page(struct seal *seal)
{
	char name[64];
	if (seal->page < 0)
		return 0;
	store_file_name(CATALOGUE_INDEX, seal->page, name);
	buf_reset(&seal->out);
	index_page(&seal->out, seal->page, buf_view(&seal->rows));
	buf_reset(&seal->rows);
	seal->page++;
	return emit(seal, &seal->pages, name);
}

static int take_line(void *user, struct view line, int64_t offset)
{
	struct seal *seal = user;
	struct garner_document d;
	arena_reset(&seal->arena);
	int result = document_read(&seal->arena, line, &d, seal->error);
	if (result)
		return result;
	result = index_count_document(&seal->count, &d, seal->error);
	if (result)
		return result;
	seal->tail[seal->lines++ % INDEX_ROWS] = (struct tail_line){ offset, line.n };
	buf_printf(seal->sums, "%s  %s\n", d.sha256 ? d.sha256 : "", d.path ? d.path : "");
	while (!result && seal->paged && seal->page >= 0 && seal->page < d.n / INDEX_ROWS)
		result = end_page(seal);
	if (seal->paged && !result) {
		seal->page = d.n / INDEX_ROWS;
		index_row(&seal->rows, &d, true, "../");
	}
	if (!result && (seal->rows.err || seal->sums->err))
		result = no_memory(seal);
	return result;
}

static int count_line(void *user, struct view line, int64_t offset)
{
	(void)line;
	(void)offset;
	++*(size_t *)user;
	return 0;
}

/* Rows of the newest numbers, newest first. */
static int tail_rows(struct seal *seal)
{
	const struct seal_source *source = seal->source;
	size_t kept = seal->lines < INDEX_ROWS ? seal->lines : INDEX_ROWS;
	struct buf line = BUF_INIT((size_t)LIMIT_MANIFEST_LINE);
	int result = 0;
	buf_reset(&seal->rows);
	for (size_t i = 0; !result && i < kept; i++) {
		const struct tail_line *tail = &seal->tail[(seal->lines - 1 - i) % INDEX_ROWS];
		struct garner_document d;
		buf_reset(&line);
		char *room = buf_room(&line, tail->n + 1);
		result = room ? file_read_at(source->fd, room, tail->n, tail->offset, seal->error, source->name)
			      : no_memory(seal);
		arena_reset(&seal->arena);
		if (!result)
			result = document_read(&seal->arena, view_make(line.p, tail->n), &d, seal->error);
		if (!result && d.n >= seal->count.head.next_n - INDEX_ROWS)
			index_row(&seal->rows, &d, true, "");
	}
	buf_free(&line);
	return result;
}

int seal_lines(const struct seal_source *source, size_t *ret_count, struct error *error)
{
	*ret_count = 0;
	return segment_each(source->fd, source->name, source->size, count_line, ret_count, error);
}

static int each_run(struct seal *seal)
{
	struct view rest = seal->source->runs, line;
	int result = 0;
	while (!result && view_next_line(&rest, &line))
		result = index_count_run(&seal->count, line, seal->error);
	return result;
}

static int render(struct seal *seal)
{
	const struct seal_source *source = seal->source;
	size_t lines = 0;
	int result = seal_lines(source, &lines, seal->error);
	seal->paged = lines > INDEX_ROWS;
	if (!result)
		result = segment_each(source->fd, source->name, source->size, take_line, seal, seal->error);
	if (!result)
		result = end_page(seal);
	if (!result && buf_putv(seal->sums, buf_view(&seal->pages)))
		result = no_memory(seal);
	if (!result)
		result = each_run(seal);
	if (!result)
		result = tail_rows(seal);
	if (result)
		return result;
	seal->count.head.pack = true;
	seal->count.head.name = source->pack_name;
	index_count_end(&seal->count);
	buf_reset(&seal->out);
	index_file(&seal->out, &seal->count.head, buf_view(&seal->rows));
	return emit(seal, seal->sums, "INDEX.md");
}

int seal_render(const struct seal_source *source, struct buf *sums, seal_emit_fn *fn, void *user, struct error *error)
{
	struct seal *seal = calloc(1, sizeof(*seal));
	if (!seal)
		return error_set(error, -ENOMEM, "%s: no memory", source->name);
	*seal = (struct seal){ .source = source, .emit = fn, .user = user, .sums = sums, .error = error, .page = -1 };
	seal->rows = seal->out = seal->pages = BUF_INIT(SIZE_MAX / 2);
	arena_init(&seal->arena, (size_t)LIMIT_MANIFEST_LINE * 4);
	index_count_init(&seal->count);
	int result = render(seal);
	index_count_free(&seal->count);
	arena_free(&seal->arena);
	buf_free(&seal->rows);
	buf_free(&seal->pages);
	buf_free(&seal->out);
	free(seal);
	return result;
}

/* ---- closing members ---------------------------------------------------------------------- */

static int add_piece(struct pack *pack, struct view piece, struct error *error)
{
	int result = pack_more(pack, piece, error);
	return !result && pack_pending(pack) >= PACK_CLOSING_BYTES ? pack_cut(pack, NULL, error) : result;
}

struct closer {
	struct pack *pack;
	int64_t clock; /* of the members */
};

static int add_file(const struct closer *closer, const char *name, struct view bytes, struct error *error)
{
	struct pack *pack = closer->pack;
	int result = pack_begin(pack, name, (int64_t)bytes.n, closer->clock, error);
	for (size_t at = 0; !result && at < bytes.n; at += PACK_CLOSING_BYTES)
		result = add_piece(pack, view_first(view_from(bytes, at), PACK_CLOSING_BYTES), error);
	return result ? result : pack_done(pack, error);
}

static int add_rendered(void *user, const char *name, struct view bytes, struct error *error)
{
	return add_file(user, name, bytes, error);
}

static int add_manifest(
	const struct closer *closer, const struct seal_source *source, struct buf *sums, struct error *error)
{
	struct sha256 *state = sha256_new();
	char *piece = malloc(PACK_CLOSING_BYTES);
	uint8_t digest[32];
	int result = state && piece ? pack_begin(closer->pack, "manifest.jsonl", source->size, closer->clock, error)
				    : error_set(error, -ENOMEM, "%s: no memory", source->name);
	for (int64_t at = 0; !result && at < source->size; at += PACK_CLOSING_BYTES) {
		int64_t left = source->size - at;
		size_t n = left < PACK_CLOSING_BYTES ? (size_t)left : PACK_CLOSING_BYTES;
		result = file_read_at(source->fd, piece, n, at, error, source->name);
		if (result)
			break;
		sha256_update(state, view_make(piece, n));
		result = add_piece(closer->pack, view_make(piece, n), error);
	}
	if (!result) {
		sha256_final(state, digest);
		put_sum(sums, digest, "manifest.jsonl");
		result = pack_done(closer->pack, error);
	}
	sha256_free(state);
	free(piece);
	return result;
}

int seal_close(struct pack *pack, const struct seal_source *source, int64_t clock, struct error *error)
{
	struct closer closer = { pack, clock };
	struct buf sums = BUF_INIT(SIZE_MAX / 2);
	uint8_t digest[32];
	int result = seal_render(source, &sums, add_rendered, &closer, error);
	if (!result)
		result = add_manifest(&closer, source, &sums, error);
	if (!result)
		result = add_file(&closer, "runs.jsonl", source->runs, error);
	sha256_of(source->runs, digest);
	put_sum(&sums, digest, "runs.jsonl");
	if (!result && sums.err)
		result = error_set(error, -ENOMEM, "%s: no memory for sealing", source->name);
	if (!result)
		result = add_file(&closer, "SHA256SUMS", buf_view(&sums), error);
	buf_free(&sums);
	return result ? result : pack_end(pack, error);
}

int seal_runs(const struct seal_source *source, int64_t clock, struct buf *out, struct error *error)
{
	size_t lines;
	int result = seal_lines(source, &lines, error);
	char at[CLOCK_TEXT_BYTES] = "";
	clock_format(clock, at);
	struct jsonw json = jsonw_begin(out);
	jsonw_object(&json, NULL);
	jsonw_int(&json, "format", STORE_FORMAT);
	jsonw_text(&json, "at", at);
	jsonw_text(&json, "pack", source->pack_name);
	jsonw_uint(&json, "documents", lines);
	jsonw_close_object(&json);
	buf_putc(out, '\n');
	return result ? result : out->err ? error_set(error, -ENOMEM, "%s: no memory", source->name) : 0;
}

/* The run that made an archive, or the line that says which pack this is. */
static int runs_member(struct store *store, const struct seal_source *source, struct buf *out, struct error *error)
{
	if (!store->archive)
		return seal_runs(source, store->clock, out, error);
	int result = store_run_line(store, false, out, error);
	buf_putc(out, '\n');
	return result ? result : out->err ? error_set(error, -ENOMEM, "%s: no memory", store->root) : 0;
}

static int put_sealed(struct store *store, struct error *error)
{
	struct catalogue_file file = { .number = store->pack_number,
		.sealed = true,
		.has_sha256 = true,
		.since = store->pack_since,
		.kind = CATALOGUE_PACK,
		.size = pack_size(store->pack) };
	int result = store_digest(store->pack_fd, store->pack_path, file.size, file.sha256, error);
	if (!result)
		result = catalogue_put_file(store->catalogue, &file, error);
	file.kind = CATALOGUE_MANIFEST;
	file.size = store->manifest.size;
	if (!result)
		result = store_digest(store->manifest.fd, store->manifest.name, file.size, file.sha256, error);
	if (!result)
		result = catalogue_put_file(store->catalogue, &file, error);
	if (!result)
		result = catalogue_set(store->catalogue, "pack", -1, error);
	return result ? result : catalogue_commit(store->catalogue, error);
}

int store_seal(struct store *store, struct error *error)
{
	struct buf runs = BUF_INIT(MIB(1));
	struct seal_source source = { .fd = store->manifest.fd,
		.name = store->manifest.name,
		.size = store->manifest.size,
		.pack_name = store->archive ? NULL : store->pack_name };
	int result = runs_member(store, &source, &runs, error);
	source.runs = buf_view(&runs);
	if (!result)
		result = seal_close(store->pack, &source, store->clock, error);
	buf_free(&runs);
	if (result || store->archive)
		return result;
	result = file_sync(store->pack_fd, error, store->pack_path);
	if (!result)
		result = put_sealed(store, error);
	if (!result)
		store_close_pack(store);
	return result;
}

/* ---- the line of a run ---------------------------------------------------------------------- */

struct pending {
	int64_t by_reason[GARNER_REASON_COUNT];
	int64_t inputs, known, dropped;
};

static int take_pending(void *user, const char *kind, const char *key, int64_t value)
{
	struct pending *pending = user;
	(void)kind;
	for (int i = 0; i < GARNER_REASON_COUNT; i++)
		if (strcmp(garner_reason_name(i), key) == 0)
			pending->by_reason[i] = value;
	pending->inputs += value;
	return 0;
}

static int read_pending(struct catalogue *catalogue, struct pending *ret, struct error *error)
{
	*ret = (struct pending){ 0 };
	int result = catalogue_each_total(catalogue, "pending", 0, take_pending, ret, error);
	ret->known = ret->by_reason[GARNER_KNOWN] + ret->by_reason[GARNER_UNCHANGED];
	ret->dropped = ret->inputs - ret->known - ret->by_reason[GARNER_STORED];
	return result;
}

static void render_run(const struct pending *pending, int64_t run_at, bool interrupted, struct buf *out)
{
	char at[CLOCK_TEXT_BYTES] = "";
	clock_format(run_at, at);
	struct jsonw json = jsonw_begin(out);
	jsonw_object(&json, NULL);
	jsonw_int(&json, "format", STORE_FORMAT);
	jsonw_text(&json, "at", at);
	jsonw_text(&json, "tool", "garner/" GARNER_VERSION);
	jsonw_int(&json, "inputs", pending->inputs);
	jsonw_int(&json, "stored", pending->by_reason[GARNER_STORED]);
	jsonw_int(&json, "known", pending->known);
	jsonw_int(&json, "dropped", pending->dropped);
	jsonw_object(&json, "reasons");
	for (int i = 1; i < GARNER_REASON_COUNT; i++)
		if (pending->by_reason[i])
			jsonw_int(&json, garner_reason_name(i), pending->by_reason[i]);
	jsonw_close_object(&json);
	if (interrupted)
		jsonw_bool(&json, "interrupted", true);
	jsonw_close_object(&json);
}

int store_run_line(struct store *store, bool interrupted, struct buf *out, struct error *error)
{
	struct pending pending;
	int64_t at = store->clock;
	int result = read_pending(store->catalogue, &pending, error);
	if (!result)
		result = catalogue_get(store->catalogue, "run_at", store->clock, &at, error);
	if (!result)
		render_run(&pending, at, interrupted, out);
	return result ? result : out->err;
}

/* The run's counts move from "pending" to the totals. */
static int move_counts(struct catalogue *catalogue, const struct pending *p, struct error *error)
{
	int result = catalogue_count(catalogue, "run", "runs", 1, error);
	if (!result)
		result = catalogue_count(catalogue, "run", "inputs", p->inputs, error);
	if (!result)
		result = catalogue_count(catalogue, "run", "known", p->known, error);
	if (!result)
		result = catalogue_count(catalogue, "run", "dropped", p->dropped, error);
	for (int i = 0; !result && i < GARNER_REASON_COUNT; i++) {
		if (!p->by_reason[i])
			continue;
		result = catalogue_count(catalogue, "pending", garner_reason_name(i), -p->by_reason[i], error);
		if (!result && i)
			result = catalogue_count(catalogue, "reason", garner_reason_name(i), p->by_reason[i], error);
	}
	return result;
}

int store_end_run(struct store *store, bool interrupted, struct error *error)
{
	struct pending pending;
	struct buf line = BUF_INIT(MIB(1));
	int result = read_pending(store->catalogue, &pending, error);
	if (result || pending.inputs == 0)
		return result;
	result = store_run_line(store, interrupted, &line, error);
	if (!result)
		result = segment_add(&store->logs[LOG_RUNS], buf_view(&line), error);
	if (!result)
		result = segment_sync(&store->logs[LOG_RUNS], error);
	buf_free(&line);
	if (result)
		return result;
	struct catalogue_file file = { .kind = CATALOGUE_LOG, .number = LOG_RUNS, .size = store->logs[LOG_RUNS].size };
	int64_t at = store->clock;
	result = catalogue_put_file(store->catalogue, &file, error);
	if (!result)
		result = catalogue_get(store->catalogue, "run_at", store->clock, &at, error);
	if (!result)
		result = catalogue_set(store->catalogue, "last_at", at, error);
	return result ? result : move_counts(store->catalogue, &pending, error);
}
