/* New packs out of old ones: what was taken out is left out, small packs become one. Whole frames are copied as they
 * are; a frame that loses a document is made again. The old files go after the catalogue has committed to the new. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "store/inner.h"
#include "store/repack.h"
#include "util/file.h"
#include "util/limits.h"

/* Where a document stands now. */
struct place {
	int64_t n, frame, at, size;
	int64_t line, line_size;
};

struct repack {
	struct store *store;
	struct store out; /* the new pack: shares the catalogue */
	struct line_reader lines;
	int64_t source;
	int fd;
	char *path;
	struct place *places;
	size_t count, cap, at;
	struct arena arena;
	struct buf packed, raw, line;
	struct error *error;
};

static int no_memory(struct repack *r)
{
	return error_set(r->error, -ENOMEM, "%s: no memory for repacking", r->store->root);
}

static int take_place(void *user, const struct catalogue_document *row)
{
	struct repack *r = user;
	if (r->count == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 1024;
		struct place *grown = realloc(r->places, cap * sizeof(*grown));
		if (!grown)
			return no_memory(r);
		r->places = grown;
		r->cap = cap;
	}
	r->places[r->count++] = (struct place){ row->n, row->frame, row->at, row->size, row->line, row->line_size };
	return 0;
}

/* The line with its new place, and the row that points to both. */
static int move_document(struct repack *r, const struct place *place, const struct pack_frame *frame, int64_t at)
{
	struct catalogue_document row = {
		.n = place->n, .pack = r->source, .line = place->line, .line_size = place->line_size
	};
	struct garner_document d;
	arena_reset(&r->arena);
	int result = line_reader_read(&r->lines, &row, &r->arena, &d, r->error);
	if (result)
		return result;
	d.store.pack = r->out.pack_name;
	d.store.offset = frame->offset;
	d.store.length = frame->packed;
	buf_reset(&r->line);
	document_write(&r->line, &d, DOCUMENT_MANIFEST);
	row.pack = r->out.pack_number;
	row.frame = frame->offset;
	row.at = at;
	row.line = r->out.manifest.size;
	row.line_size = (int64_t)r->line.n;
	if (r->line.err)
		return no_memory(r);
	result = segment_add(&r->out.manifest, buf_view(&r->line), r->error);
	if (!result && r->out.manifest.pending.n > MIB(1))
		result = segment_write(&r->out.manifest, r->error);
	return result ? result : catalogue_move(r->store->catalogue, &row, r->error);
}

/* Bytes of a member in a tar: head, content, padding. Extended heads make the sum differ, and the frame is made
 * again: right, only slower. */
static uint64_t member_bytes(const struct place *place)
{
	return 512 + ((uint64_t)place->size + 511) / 512 * 512;
}

/* RFC-less ustar: 12 octal digits of time at 136 of the head, which stands before the bytes. */
static int64_t member_time(struct view raw, int64_t at, int64_t fallback)
{
	char digits[13] = "";
	if (at < 512 || (size_t)at > raw.n)
		return fallback;
	memcpy(digits, raw.p + at - 512 + 136, 12);
	return (int64_t)strtoll(digits, NULL, 8);
}

static int make_frame_again(struct repack *r, const struct place *places, size_t count)
{
	struct view raw = buf_view(&r->raw);
	struct pack_frame frame;
	size_t *at = calloc(count, sizeof(*at));
	int result = at ? 0 : no_memory(r);
	for (size_t i = 0; !result && i < count; i++) {
		const struct place *p = &places[i];
		char name[101] = "";
		if (p->at < 512 || p->at + p->size > (int64_t)raw.n) {
			result = error_set(r->error, -EBADMSG, "%s: document %lld: outside of its frame", r->path,
				(long long)p->n);
			break;
		}
		memcpy(name, raw.p + p->at - 512, 100);
		result = pack_add(r->out.pack, name, view_make(raw.p + p->at, (size_t)p->size),
			member_time(raw, p->at, r->store->clock), &at[i], r->error);
	}
	if (!result)
		result = pack_cut(r->out.pack, &frame, r->error);
	if (!result)
		result = catalogue_add_frame(r->store->catalogue, r->out.pack_number, &frame, r->error);
	for (size_t i = 0; !result && i < count; i++)
		result = move_document(r, &places[i], &frame, (int64_t)at[i]);
	free(at);
	return result;
}

static int copy_frame(struct repack *r, const struct pack_frame *old, const struct place *places, size_t count)
{
	struct pack_frame frame;
	buf_reset(&r->packed);
	char *room = buf_room(&r->packed, old->packed);
	int result = room ? file_read_at(r->fd, room, old->packed, old->offset, r->error, r->path) : no_memory(r);
	if (!result)
		result = pack_copy(r->out.pack, view_make(room, old->packed), old->raw, &frame, r->error);
	if (!result)
		result = catalogue_add_frame(r->store->catalogue, r->out.pack_number, &frame, r->error);
	for (size_t i = 0; !result && i < count; i++)
		result = move_document(r, &places[i], &frame, places[i].at);
	return result;
}

static int take_frame(void *user, const struct pack_frame *frame)
{
	struct repack *r = user;
	size_t first = r->at;
	uint64_t sum = 0;
	for (; r->at < r->count && r->places[r->at].frame == frame->offset; r->at++)
		sum += member_bytes(&r->places[r->at]);
	size_t count = r->at - first;
	if (count == 0)
		return 0;
	/* Decoded in any case: damage is not carried on. */
	int result = pack_read(r->fd, r->path, frame->offset, frame->packed, &r->raw, r->error);
	if (result)
		return result;
	return sum == frame->raw ? copy_frame(r, frame, &r->places[first], count)
				 : make_frame_again(r, &r->places[first], count);
}

static int take_pack(struct repack *r, int64_t number)
{
	char name[64];
	struct catalogue_file file;
	store_file_name(CATALOGUE_PACK, number, name);
	r->source = number;
	r->count = r->at = 0;
	int result = catalogue_file(r->store->catalogue, CATALOGUE_PACK, number, &file, r->error);
	if (result == 0 && (!r->out.pack_since || file.since < r->out.pack_since))
		r->out.pack_since = file.since;
	if (result >= 0)
		result = catalogue_each_in_pack(r->store->catalogue, number, take_place, r, r->error);
	if (result)
		return result;
	r->path = store_path(r->store, name);
	r->fd = r->path ? open(r->path, O_RDONLY | O_CLOEXEC) : -1;
	if (r->fd < 0)
		result = r->path ? error_set(r->error, -errno, "%s: open: %s", r->path, strerror(errno)) : no_memory(r);
	if (!result)
		result = catalogue_each_frame(r->store->catalogue, number, take_frame, r, r->error);
	if (!result && r->at != r->count)
		result = error_set(
			r->error, -EBADMSG, "%s: documents in frames that are not listed: garner repair", r->path);
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	return result;
}

static int doom(struct store *store, int64_t number, struct error *error)
{
	char key[24];
	snprintf(key, sizeof(key), "%lld", (long long)number);
	int result = catalogue_drop_pack(store->catalogue, number, error);
	return result ? result : catalogue_count(store->catalogue, "doomed", key, 1, error);
}

/* The new pack is doomed until the commit that makes it real takes that back: a run that dies leaves no stranger. */
static int spare(struct store *store, int64_t number, struct error *error)
{
	char key[24];
	snprintf(key, sizeof(key), "%lld", (long long)number);
	return catalogue_count(store->catalogue, "doomed", key, -1, error);
}

static int announce(struct store *store, int64_t number, struct error *error)
{
	char key[24];
	snprintf(key, sizeof(key), "%lld", (long long)number);
	int result = catalogue_count(store->catalogue, "doomed", key, 1, error);
	if (!result)
		result = catalogue_set(store->catalogue, "next_pack", number + 1, error);
	return result ? result : catalogue_commit(store->catalogue, error);
}

static int take_all(struct repack *r, const int64_t *packs, size_t count)
{
	int64_t since = 0;
	int result = 0;
	r->out.pack_since = since;
	for (size_t i = 0; !result && i < count; i++)
		result = take_pack(r, packs[i]);
	bool empty = pack_size(r->out.pack) == 0;
	if (!result)
		result = segment_write(&r->out.manifest, r->error);
	for (size_t i = 0; !result && i < count; i++)
		result = doom(r->store, packs[i], r->error);
	if (!result && empty) {
		unlink(r->out.pack_path);
		unlink(r->out.manifest.name);
		result = spare(r->store, r->out.pack_number, r->error);
		return result ? result : catalogue_commit(r->store->catalogue, r->error);
	}
	if (!result)
		result = file_sync(r->out.manifest.fd, r->error, r->out.manifest.name);
	if (!result)
		result = file_sync_folder(r->out.pack_path, r->error);
	if (!result)
		result = file_sync_folder(r->out.manifest.name, r->error);
	if (!result)
		result = spare(r->store, r->out.pack_number, r->error);
	/* Seals, syncs and commits: everything changes at once. */
	return result ? result : store_seal(&r->out, r->error);
}

int store_repack_packs(struct store *store, const int64_t *packs, size_t count, struct error *error)
{
	struct repack *r = calloc(1, sizeof(*r));
	if (!r)
		return error_set(error, -ENOMEM, "%s: no memory", store->root);
	*r = (struct repack){ .store = store, .error = error, .fd = -1 };
	r->lines = (struct line_reader){ .root = store->root, .fd = -1 };
	r->out = (struct store){ .engine = store->engine,
		.clock = store->clock,
		.root = store->root,
		.catalogue = store->catalogue,
		.lock_fd = -1,
		.pack_fd = -1,
		.manifest = SEGMENT_NONE };
	r->packed = r->raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES * 2);
	r->line = BUF_INIT((size_t)LIMIT_MANIFEST_LINE);
	arena_init(&r->arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	/* What the open pack has must be committed: a failure here takes nothing else back. */
	int64_t open = store->pack_number, number = store->next_pack++;
	int result = announce(store, number, error);
	if (!result)
		result = store_open_pack(&r->out, number, error);
	if (!result)
		result = take_all(r, packs, count);
	if (result)
		catalogue_rollback(store->catalogue);
	else
		result = catalogue_set(store->catalogue, "pack", open, error);
	if (!result)
		result = catalogue_commit(store->catalogue, error);
	store_close_pack(&r->out);
	line_reader_close(&r->lines);
	arena_free(&r->arena);
	buf_free(&r->packed);
	buf_free(&r->raw);
	buf_free(&r->line);
	free(r->places);
	free(r);
	return result ? result : store_remove_doomed(store, error);
}

/* ---- files that nothing points at ----------------------------------------------------------- */

struct doomed {
	int64_t numbers[256];
	size_t count;
};

static int take_doomed(void *user, const char *kind, const char *key, int64_t value)
{
	struct doomed *doomed = user;
	(void)kind;
	(void)value;
	if (doomed->count < 256)
		doomed->numbers[doomed->count++] = (int64_t)strtoll(key, NULL, 10);
	return 0;
}

int store_remove_doomed(struct store *store, struct error *error)
{
	struct doomed doomed = { .count = 0 };
	int result = catalogue_each_total(store->catalogue, "doomed", 0, take_doomed, &doomed, error);
	for (size_t i = 0; !result && i < doomed.count; i++) {
		static const enum catalogue_file_kind kinds[] = { CATALOGUE_PACK, CATALOGUE_MANIFEST };
		for (size_t k = 0; k < 2; k++) {
			char name[64], key[24];
			store_file_name(kinds[k], doomed.numbers[i], name);
			char *path = store_path(store, name);
			if (!path)
				return error_set(error, -ENOMEM, "%s: no memory", store->root);
			if (unlink(path) < 0 && errno != ENOENT)
				result = error_set(error, -errno, "%s: remove: %s", path, strerror(errno));
			free(path);
			snprintf(key, sizeof(key), "%lld", (long long)doomed.numbers[i]);
			if (!result && k == 1)
				result = catalogue_count(store->catalogue, "doomed", key, -1, error);
		}
	}
	return result || !doomed.count ? result : catalogue_commit(store->catalogue, error);
}

/* ---- which ones ------------------------------------------------------------------------------ */

struct choice {
	struct store *store;
	int64_t packs[4096], sizes[4096];
	bool forgot[4096];
	size_t count;
};

static int take_file(void *user, const struct catalogue_file *file)
{
	struct choice *choice = user;
	if (file->kind != CATALOGUE_PACK || !file->sealed || choice->count == 4096)
		return 0;
	choice->packs[choice->count] = file->number;
	choice->sizes[choice->count++] = file->size;
	return 0;
}

static int take_forgot(void *user, const char *kind, const char *key, int64_t value)
{
	struct choice *choice = user;
	(void)kind;
	for (size_t i = 0; i < choice->count; i++)
		if (choice->packs[i] == (int64_t)strtoll(key, NULL, 10))
			choice->forgot[i] = value > 0;
	return 0;
}

/* Neighbours that together stay below the size of a pack. */
static int repack_groups(struct store *store, const struct choice *choice, struct error *error)
{
	int result = 0;
	for (size_t i = 0; !result && i < choice->count;) {
		size_t end = i;
		int64_t sum = 0;
		bool forgot = false;
		while (end < choice->count && (end == i || sum + choice->sizes[end] <= PACK_SEAL_BYTES)) {
			sum += choice->sizes[end];
			forgot |= choice->forgot[end++];
		}
		if (end - i > 1 || forgot)
			result = store_repack_packs(store, &choice->packs[i], end - i, error);
		for (size_t j = i; !result && j < end; j++) {
			char key[24];
			snprintf(key, sizeof(key), "%lld", (long long)choice->packs[j]);
			if (choice->forgot[j])
				result = catalogue_forget_total(store->catalogue, "forgot", key, error);
		}
		i = end;
	}
	return result ? result : catalogue_commit(store->catalogue, error);
}

int store_repack(struct store *store, struct error *error)
{
	struct choice *choice = calloc(1, sizeof(*choice));
	if (!choice)
		return error_set(error, -ENOMEM, "%s: no memory", store->root);
	int result = store_commit(store, error);
	if (!result && pack_size(store->pack)) {
		result = store_seal(store, error);
		if (!result)
			result = store_open_pack(store, store->next_pack, error);
	}
	if (!result)
		result = catalogue_each_file(store->catalogue, take_file, choice, error);
	if (!result)
		result = catalogue_each_total(store->catalogue, "forgot", 0, take_forgot, choice, error);
	if (!result)
		result = repack_groups(store, choice, error);
	if (!result)
		result = forget_captures(store, error);
	free(choice);
	return result;
}
