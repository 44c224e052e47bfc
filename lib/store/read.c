#include "store/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "normalise/normalise.h"
#include "store/gone.h"
#include "store/lock.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/limits.h"

/* A writer removes runs that it has merged: then the next snapshot lists others. */
static int take_snapshot(struct store_reader *reader, const char *db, bool keys, struct error *error)
{
	enum { TRIES = 20 };
	int result = 0, found = -ENOENT;
	for (int i = 0; !result && found == -ENOENT && i < TRIES; i++) {
		reader->catalogue = catalogue_close(reader->catalogue);
		reader->keys_error = (struct error){ 0 };
		result = catalogue_open(db, CATALOGUE_READ, &reader->catalogue, error);
		if (!result)
			result = catalogue_snapshot(reader->catalogue, error);
		found = 0;
		if (!result && keys)
			found = keys_open(reader->root, reader->root, reader->catalogue, false, &reader->keys,
				&reader->keys_error);
	}
	return result;
}

static int open_snapshot(struct store_reader *reader, const char *db, bool keys, struct error *error)
{
	struct error why = { 0 };
	struct lock_wait wait = { 0 };
	int result;
	while ((result = take_snapshot(reader, db, keys, &why)) &&
		!(result = lock_wait(&wait, reader->root, result, &why)))
		;
	return result ? store_not_read(reader->root, result, &why, error) : 0;
}

int store_reader_open(const char *path, bool keys, struct store_reader *ret_reader, struct error *error)
{
	struct store_reader reader = {
		.fd = -1, .frame = -1, .pack = -1, .raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1)
	};
	char *db = NULL;
	reader.lines.fd = -1;
	reader.root = strdup(path);
	reader.lines.root = reader.root;
	int result = reader.root && asprintf(&db, "%s/catalogue.db", path) >= 0
			     ? open_snapshot(&reader, db, keys, error)
			     : error_set(error, -ENOMEM, "%s: no memory", path);
	free(db);
	if (result) {
		store_reader_close(&reader);
		return result;
	}
	*ret_reader = reader;
	return 0;
}

void store_reader_close(struct store_reader *reader)
{
	line_reader_close(&reader->lines);
	if (reader->fd >= 0)
		close(reader->fd);
	keys_free(reader->keys);
	catalogue_close(reader->catalogue);
	buf_free(&reader->raw);
	free(reader->pack_path);
	free(reader->root);
}

static int open_pack(struct store_reader *reader, int64_t number, struct error *error)
{
	char name[64];
	if (reader->pack == number && reader->fd >= 0)
		return 0;
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
	reader->frame = -1;
	free(reader->pack_path);
	store_file_name(CATALOGUE_PACK, number, name);
	if (asprintf(&reader->pack_path, "%s/%s", reader->root, name) < 0) {
		reader->pack_path = NULL;
		return error_set(error, -ENOMEM, "%s: no memory", reader->root);
	}
	reader->pack = number;
	reader->fd = open(reader->pack_path, O_RDONLY | O_CLOEXEC);
	return reader->fd < 0 ? error_set(error, -errno, "%s: open: %s", reader->pack_path, strerror(errno)) : 0;
}

static int outside(const struct store_reader *reader, const struct catalogue_document *row, struct error *error)
{
	return error_set(error, -EBADMSG, "%s: document %lld: outside of its frame: garner repair", reader->pack_path,
		(long long)row->n);
}

/* The bytes of @row alone. */
static int read_alone(struct store_reader *reader, const struct catalogue_document *row, const struct pack_frame *frame,
	struct error *error)
{
	uint8_t digest[32];
	if (row->at < 0 || row->size < 0 || row->size > LIMIT_FRAME_BYTES || row->at > LIMIT_FRAME_BYTES)
		return outside(reader, row, error);
	int result = pack_slice(
		reader->fd, reader->pack_path, frame, (size_t)row->at, (size_t)row->size, &reader->raw, error);
	if (!result && (int64_t)reader->raw.n != row->size)
		return outside(reader, row, error);
	sha256_of(buf_view(&reader->raw), digest);
	if (!result && memcmp(digest, row->sha256, sizeof(digest)) != 0)
		result = error_set(error, -EBADMSG, "%s: document %lld: its text has another SHA-256: garner verify",
			reader->pack_path, (long long)row->n);
	return result;
}

int store_reader_member(
	struct store_reader *reader, const struct catalogue_document *row, struct view *ret_member, struct error *error)
{
	struct pack_frame frame;
	int result = open_pack(reader, row->pack, error);
	if (!result && reader->frame != row->frame) {
		result = catalogue_frame(reader->catalogue, row->pack, row->frame, &frame, error);
		if (result > 0)
			result = error_set(error, -EBADMSG, "%s: document %lld: its frame is not listed: garner repair",
				reader->pack_path, (long long)row->n);
		reader->frame = -1;
		if (!result && reader->alone) {
			result = read_alone(reader, row, &frame, error);
			*ret_member = buf_view(&reader->raw);
			return result;
		}
		if (!result)
			result = pack_read(
				reader->fd, reader->pack_path, frame.offset, frame.packed, &reader->raw, error);
		if (!result && reader->raw.n != frame.raw)
			result = error_set(error, -EBADMSG,
				"%s: offset %lld: the catalogue says %u bytes, the frame has %zu: garner repair",
				reader->pack_path, (long long)frame.offset, frame.raw, reader->raw.n);
		if (!result)
			reader->frame = row->frame;
	}
	if (result)
		return result;
	if (row->at < 0 || row->size < 0 || row->at > (int64_t)reader->raw.n ||
		row->size > (int64_t)reader->raw.n - row->at)
		return outside(reader, row, error);
	*ret_member = view_make(reader->raw.p + row->at, (size_t)row->size);
	return 0;
}

struct view store_member_text(struct view member, const char *title)
{
	struct view t = view_of(title);
	if (t.n && view_starts(member, t) && view_starts(view_from(member, t.n), VIEW("\n\n")))
		member = view_from(member, t.n + 2);
	if (member.n && member.p[member.n - 1] == '\n')
		member.n--;
	return member;
}

int store_reader_document(struct store_reader *reader, const struct catalogue_document *row, bool text,
	struct arena *arena, struct garner_document *ret_document, struct error *error)
{
	struct view member;
	int result = line_reader_read(&reader->lines, row, arena, ret_document, error);
	if (result || !text)
		return result;
	result = store_reader_member(reader, row, &member, error);
	if (result)
		return result;
	struct view body = store_member_text(member, ret_document->title);
	ret_document->text = arena_strdup_view(arena, body);
	ret_document->text_size = body.n;
	return ret_document->text ? 0 : error_set(error, -ENOMEM, "%s: no memory", reader->root);
}

/* ---- list ----------------------------------------------------------------------------------- */

int store_stopped(const atomic_bool *stop, const char *path, struct error *error)
{
	return stop && atomic_load(stop) ? error_set(error, -EINTR, "%s: stopped before the end", path) : 0;
}

static bool has_query(const struct garner_document *d, struct view query)
{
	const char *const places[] = { d->title, d->url, d->url_canonical, d->text };
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct view v = view_of(places[i]);
		if (v.n >= query.n && view_find_nocase(v, query) < v.n)
			return true;
	}
	return false;
}

bool store_filter_takes(const struct garner_filter *filter, const struct garner_document *d)
{
	return !store_filter_reads(filter) || has_query(d, view_of(filter->query));
}

bool store_filter_reads(const struct garner_filter *filter)
{
	return filter && filter->query && *filter->query;
}

struct listing {
	struct store_reader *reader;
	const struct garner_filter *filter;
	const atomic_bool *stop;
	garner_document_fn *fn;
	void *user;
	struct newest newest;
	struct arena arena;
	int64_t left;
	int64_t unread; /* number of the document that could not be read; GARNER_NO_NUMBER */
	bool enough;	/* the walk ended as it has what it wanted */
	struct error *error;
};

/* What the caller's function says ends the walk and is passed up; our own errors are < 0. */
static int list_row(void *user, const struct catalogue_document *row)
{
	struct listing *listing = user;
	struct garner_document d;
	if (newest_is_replaced(&listing->newest, row->n))
		return 0;
	arena_reset(&listing->arena);
	bool text = listing->filter->with_text || store_filter_reads(listing->filter);
	int result = store_stopped(listing->stop, listing->reader->root, listing->error);
	if (result)
		return result;
	result = store_reader_document(listing->reader, row, text, &listing->arena, &d, listing->error);
	if (result)
		listing->unread = row->n;
	if (result || !store_filter_takes(listing->filter, &d))
		return result;
	result = listing->fn(listing->user, &d, GARNER_STORED, NULL);
	listing->enough = !result && listing->left > 0 && --listing->left == 0;
	return listing->enough ? 1 : result;
}

static int no_keys(const struct store_reader *reader, struct error *error)
{
	return error_set(error, reader->keys_error.code, "%s", reader->keys_error.text);
}

static int each_row(struct store_reader *reader, const struct garner_filter *filter, catalogue_fn *fn, void *user,
	struct error *error)
{
	return reader->keys ? keys_each(reader->keys, filter, fn, user, error)
			    : catalogue_each(reader->catalogue, filter, fn, user, error);
}

int store_reader_each_of_id(struct store_reader *reader, uint64_t id, catalogue_fn *fn, void *user, struct error *error)
{
	return reader->keys ? keys_each_of_id(reader->keys, id, fn, user, error) : no_keys(reader, error);
}

bool is_pack_file(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* From the catalogue as it stands. */
static int list_snapshot(struct listing *listing, const char *path)
{
	struct store_reader reader;
	int result = store_reader_open(path, keys_help(listing->filter), &reader, listing->error);
	if (result)
		return result;
	listing->reader = &reader;
	listing->unread = GARNER_NO_NUMBER;
	arena_init(&listing->arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	if (listing->filter->newest)
		result = newest_read(&listing->newest, reader.catalogue, listing->error);
	if (!result)
		result = each_row(&reader, listing->filter, list_row, listing, listing->error);
	newest_free(&listing->newest);
	arena_free(&listing->arena);
	store_reader_close(&reader);
	return result;
}

int store_list(const char *path, const struct garner_filter *filter, const atomic_bool *stop, garner_document_fn *fn,
	void *user, struct error *error)
{
	struct garner_filter rest = filter ? *filter : (struct garner_filter){ .limit = 0 };
	struct error why = { 0 };
	struct listing listing = {
		.filter = &rest, .stop = stop, .fn = fn, .user = user, .error = &why, .left = rest.limit
	};
	if (is_pack_file(path))
		return pack_file_list(path, filter, stop, fn, user, error);
	int result = list_snapshot(&listing, path);
	/* A repack removes the packs that it has joined: the walk goes on where it was, in the catalogue of now. What
	 * can't be read there either is missing. */
	for (int64_t tried = -1; (result == -ENOENT || result == -EBADMSG) && listing.unread > tried;) {
		tried = rest.from_n = listing.unread;
		rest.limit = listing.left;
		why = (struct error){ 0 };
		result = list_snapshot(&listing, path);
	}
	if (why.code)
		error_set(error, why.code, "%s", why.text);
	return listing.enough ? 0 : result;
}

/* ---- show ----------------------------------------------------------------------------------- */

bool is_member_name(struct view name)
{
	size_t digits = 0;
	while (digits < name.n && ascii_is_digit(name.p[digits]))
		digits++;
	if (digits < 3 || name.n != digits + 21 || name.p[digits] != '_' || !view_ends(name, VIEW(".txt")))
		return false;
	for (size_t i = digits + 1; i < digits + 17; i++)
		if (!ascii_is_digit(name.p[i]) && (name.p[i] < 'a' || name.p[i] > 'f'))
			return false;
	return true;
}

static int find_by_id(struct store_reader *reader, const char *key, int64_t *ret_n, struct error *error)
{
	int64_t same;
	static const uint8_t none[32];
	if (!reader->keys)
		return no_keys(reader, error);
	return keys_find_id(reader->keys, strtoull(key, NULL, 16), none, ret_n, &same, error);
}

/* As of a document known by its URL (dedup.h). */
static uint64_t id_of_url(struct view canonical)
{
	uint8_t digest[32];
	uint64_t id = 0;
	sha256_of(canonical, digest);
	for (size_t i = 0; i < 8; i++)
		id = id << 8 | digest[i];
	return id;
}

/* The newest text of the page: a URL leads to a document, its id to the newest; the canonical spelling of others is
 * an id itself. */
static int find_by_url(struct store_reader *reader, const char *key, int64_t *ret_n, struct error *error)
{
	struct arena arena;
	struct view canonical;
	struct catalogue_document row;
	static const uint8_t none[32];
	int64_t same;
	if (!reader->keys)
		return no_keys(reader, error);
	int result = keys_find_url(reader->keys, catalogue_url_key(key), ret_n, error);
	arena_init(&arena, MIB(1));
	if (!result && *ret_n == GARNER_NO_NUMBER && url_canonical(&arena, view_of(key), &canonical) == 0) {
		const char *spelled = arena_strdup_view(&arena, canonical);
		result = spelled ? keys_find_url(reader->keys, catalogue_url_key(spelled), ret_n, error) : -ENOMEM;
		if (!result && *ret_n == GARNER_NO_NUMBER)
			result = keys_find_id(reader->keys, id_of_url(canonical), none, ret_n, &same, error);
	}
	arena_free(&arena);
	if (result || *ret_n == GARNER_NO_NUMBER)
		return result;
	result = catalogue_document(reader->catalogue, *ret_n, &row, error);
	return result ? result : keys_find_id(reader->keys, row.id, none, ret_n, &same, error);
}

int64_t store_key_number(const char *key)
{
	unsigned long long number;
	struct view v = view_of(key);
	if (is_member_name(v))
		v = view_first(v, view_find_byte(v, '_'));
	return v.n <= 15 && view_to_u64(v, &number) ? (int64_t)number : GARNER_NO_NUMBER;
}

static bool is_id(const char *key)
{
	return strlen(key) == 16 && strspn(key, "0123456789abcdef") == 16;
}

int store_reader_find(
	struct store_reader *reader, const char *key, struct catalogue_document *ret_row, struct error *error)
{
	int64_t n = store_key_number(key);
	int result = 0;
	if (n == GARNER_NO_NUMBER && is_id(key))
		result = find_by_id(reader, key, &n, error);
	else if (n == GARNER_NO_NUMBER)
		result = find_by_url(reader, key, &n, error);
	if (result)
		return result;
	return n == GARNER_NO_NUMBER ? 1 : catalogue_document(reader->catalogue, n, ret_row, error);
}

int store_reader_missing(const struct store_reader *reader, const char *key, struct error *error)
{
	struct arena arena;
	struct view url;
	uint64_t id = is_id(key) ? strtoull(key, NULL, 16) : 0;
	int64_t n = store_key_number(key);
	int result = 0;
	arena_init(&arena, MIB(1));
	if (n == GARNER_NO_NUMBER && !is_id(key)) {
		result = url_canonical(&arena, view_of(key), &url);
		id = result ? 0 : id_of_url(url);
	}
	arena_free(&arena);
	return result ? 1 : gone_tell(reader->root, n, id, error);
}

int store_show(const char *path, const char *key, garner_document_fn *fn, void *user, struct error *error)
{
	struct store_reader reader;
	struct catalogue_document row;
	struct garner_document d;
	struct arena arena;
	if (is_pack_file(path))
		return pack_file_show(path, key, fn, user, error);
	int result = store_reader_open(path, store_key_number(key) == GARNER_NO_NUMBER, &reader, error);
	if (result)
		return result;
	reader.alone = true;
	arena_init(&arena, (size_t)LIMIT_MANIFEST_LINE * 5);
	result = store_reader_find(&reader, key, &row, error);
	if (result > 0)
		result = store_reader_missing(&reader, key, error);
	if (!result)
		result = store_reader_document(&reader, &row, true, &arena, &d, error);
	if (!result)
		result = fn(user, &d, GARNER_STORED, NULL);
	arena_free(&arena);
	store_reader_close(&reader);
	return result;
}
