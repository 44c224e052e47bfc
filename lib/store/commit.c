/* From documents that wait for their frame to what is acknowledged: frames, lines, rows, sync, COMMIT. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "export/jsonl.h"
#include "store/format.h"
#include "store/inner.h"
#include "store/near.h"
#include "store/raw.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/limits.h"

static int no_memory(struct error *error, const char *name)
{
	return error_set(error, -ENOMEM, "%s: no memory", name);
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

int store_note_change(struct store *store, struct error *error)
{
	if (store->changed)
		return 0;
	store->changed = true;
	int result = catalogue_set(store->catalogue, "derived", 0, error);
	return result ? result : catalogue_set(store->catalogue, "run_at", store->clock, error);
}

int store_count_input(struct store *store, int reason, struct error *error)
{
	int result = store_note_change(store, error);
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

int store_keep_waiting(struct store *store, struct page *page, size_t at, int64_t raw, struct error *error)
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
	uint64_t before = clock_thread();
	int result = pack_cut(store->pack, &frame, error);
	uint64_t packed = clock_thread();
	store->times.frames += packed - before;
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
	store->times.rows += clock_thread() - packed;
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

/* The frames are written: now all of it to the medium, then COMMIT. */
static int acknowledge(struct store *store, struct error *error)
{
	int result = sync_all(store, error);
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
	/* The rows of files have no digests now: a run that is cut off behind this commit leaves them to the next one.
	 */
	if (!result)
		result = catalogue_set(store->catalogue, "derived", 0, error);
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

int store_commit(struct store *store, struct error *error)
{
	int result = cut(store, error);
	store->frame_bytes = store->input_count = 0;
	store->commit_at = clock_ticks();
	if (!result && store->archive)
		return store->near ? near_sync(store->near, error) : 0;
	if (result)
		return result;
	uint64_t before = clock_thread();
	result = acknowledge(store, error);
	store->times.commit += clock_thread() - before;
	if (!result && store->commits)
		++*store->commits;
	return result;
}

void store_watch_commits(struct store *store, uint64_t *count)
{
	store->commits = count;
}

void store_times(const struct store *store, struct store_times *ret_times)
{
	*ret_times = store->times;
}

static size_t seal_bytes(const struct store *store)
{
	size_t n = store->engine->options.pack_bytes;
	return n ? n : PACK_SEAL_BYTES;
}

bool store_is_full(const struct store *store)
{
	return (size_t)pack_size(store->pack) >= seal_bytes(store) || store->manifest.size >= PACK_SEAL_LINES_BYTES;
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

/* A full pack is sealed, the next one begun. */
static int turn(struct store *store, struct error *error)
{
	int result = store_seal(store, error);
	if (!result)
		result = store_derive_pages(store, error);
	return result ? result : store_open_pack(store, store->next_pack, error);
}

/* After each input. Small packs have small frames and are committed in small steps. */
int store_step(struct store *store, bool network, struct error *error)
{
	int result = 0;
	if (pack_pending(store->pack) >= least(seal_bytes(store), PACK_FRAME_BYTES))
		result = cut(store, error);
	if (!result && is_commit_due(store, network)) {
		result = store_commit(store, error);
		if (!result && !store->archive && store_is_full(store))
			result = turn(store, error);
	}
	return result;
}
