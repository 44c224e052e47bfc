/* What becomes of one finished page: a document, a revision, a sighting of what is there, a count. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "store/format.h"
#include "store/inner.h"
#include "store/near.h"
#include "store/raw.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/jsonw.h"
#include "util/limits.h"

static int no_memory(struct error *error, const char *name)
{
	return error_set(error, -ENOMEM, "%s: no memory", name);
}

static int64_t waiting_with_text(const struct store *store, const uint8_t sha256[32])
{
	for (size_t i = 0; i < store->waiting_count; i++)
		if (memcmp(store->waiting[i].row.sha256, sha256, 32) == 0)
			return store->waiting[i].row.n;
	return GARNER_NO_NUMBER;
}

/* Newest text of @id and the one that is the same, also among those whose frame is not cut yet. */
static int find_id(struct store *store, uint64_t id, const uint8_t sha256[32], int64_t *ret_newest, int64_t *ret_same,
	struct error *error)
{
	int result = keys_find_id(store->keys, id, sha256, ret_newest, ret_same, error);
	for (size_t i = 0; !result && i < store->waiting_count; i++) {
		const struct catalogue_document *row = &store->waiting[i].row;
		if (row->id != id)
			continue;
		*ret_newest = row->n;
		if (*ret_same == GARNER_NO_NUMBER && memcmp(row->sha256, sha256, 32) == 0)
			*ret_same = row->n;
	}
	return result;
}

static void write_place(struct jsonw *json, const struct garner_document *d)
{
	jsonw_object(json, "raw");
	jsonw_text(json, "file", d->raw.file);
	jsonw_int(json, "offset", d->raw.offset);
	jsonw_int(json, "length", d->raw.length);
	if (d->raw.group != GARNER_NO_NUMBER)
		jsonw_int(json, "group", d->raw.group);
	jsonw_close_object(json);
}

/* Answered with the same bytes: a revisit stands for them. document.raw names it, or nothing. */
static int revisit(struct store *store, int64_t n, struct page *page, struct error *error)
{
	struct catalogue_document row;
	page->document.raw.file = NULL;
	if (!page->capture.network)
		return 0;
	int result = catalogue_document(store->catalogue, n, &row, error);
	return result ? (result < 0 ? result : 0) : raw_put_revisit(store, page, &row, error);
}

/* The sighting of a document that is there: when, under which URL where that one is new, and its revisit. */
static int see(struct store *store, int64_t n, struct page *page, struct error *error)
{
	if (store->archive)
		return 0;
	const char *url = page->document.url;
	int64_t had = GARNER_NO_NUMBER;
	char at[CLOCK_TEXT_BYTES] = "";
	int result = revisit(store, n, page, error);
	if (!result && url) {
		result = keys_find_url(store->keys, catalogue_url_key(url), &had, error);
		if (!result && had == GARNER_NO_NUMBER)
			result = catalogue_add_url(store->catalogue, catalogue_url_key(url), n, error);
	}
	clock_format(store->clock, at);
	struct buf line = BUF_INIT(MIB(1));
	struct jsonw json = jsonw_begin(&line);
	jsonw_object(&json, NULL);
	jsonw_int(&json, "n", n);
	jsonw_text(&json, "at", at);
	if (url && had == GARNER_NO_NUMBER)
		jsonw_text(&json, "url", url);
	if (page->document.raw.file)
		write_place(&json, &page->document);
	jsonw_close_object(&json);
	if (!result)
		result = segment_add(&store->logs[LOG_SEEN], buf_view(&line), error);
	buf_free(&line);
	return result;
}

static int known(struct store *store, int64_t n, struct page *page, struct error *error)
{
	page->document.n = n;
	int result = see(store, n, page, error);
	if (!result)
		result = store_count_input(store, GARNER_KNOWN, error);
	if (!result)
		result = store_step(store, page->capture.network, error);
	return result ? result : GARNER_KNOWN;
}

static int64_t mtime_of(const struct store *store, const struct garner_document *d)
{
	int64_t at;
	return d->fetched && clock_parse(view_of(d->fetched), &at) ? at : store->clock;
}

static bool has_id(const struct garner_document *d)
{
	return d->id && strlen(d->id) == 16 && strspn(d->id, "0123456789abcdef") == 16;
}

/* For a document that came without an id: its text is all there is to know it by. */
static const char *id_of_text(struct page *page)
{
	char hex[17];
	hex_of(page->sha256, 8, hex);
	return arena_strdup_view(&page->arena, view_of(hex));
}

/* A text of few words is like others by chance; one that is the same as another needs no further mark. */
static int mark_near(struct store *store, struct page *page, struct error *error)
{
	struct garner_document *d = &page->document;
	bool fit = d->words >= NEAR_WORDS_MIN && d->dup_of == GARNER_NO_NUMBER;
	double score = 0;
	if (!store->near)
		return 0;
	int result = near_put(store->near, store->next_n, strtoull(d->id, NULL, 16), fit ? page->minhash : NULL,
		&d->near.n, &score, error);
	if (store->engine->options.dedup == GARNER_DEDUP_OFF)
		d->near.n = GARNER_NO_NUMBER;
	else if (!result && d->near.n != GARNER_NO_NUMBER)
		d->near.score = score;
	return result;
}

/* @raw: the capture is kept already, in this file; GARNER_NO_NUMBER: it goes into the captures now. */
static int add(struct store *store, struct page *page, int64_t raw, struct error *error)
{
	struct garner_document *d = &page->document;
	size_t at;
	int result = mark_near(store, page, error);
	if (result)
		return result;
	d->n = store->next_n;
	d->path = arena_printf(&page->arena, STORE_MEMBER_NAME, (long long)d->n, d->id);
	if (!d->path)
		return no_memory(error, store->root);
	if (!store->archive) {
		d->store.pack = store->pack_name;
		d->store.offset = pack_size(store->pack);
	}
	if (raw == GARNER_NO_NUMBER)
		result = raw_put(store, page, &raw, error);
	if (!result)
		result = pack_add(store->pack, d->path, page->member, mtime_of(store, d), &at, error);
	if (!result)
		result = store_keep_waiting(store, page, at, raw, error);
	store->next_n++;
	return result;
}

int store_revise(struct store *store, struct page *page, int64_t n, int64_t raw, struct error *error)
{
	page->document.revision_of = n;
	int result = store_note_change(store, error);
	if (!result)
		result = add(store, page, raw, error);
	return result ? result : store_step(store, false, error);
}

int store_put(struct store *store, struct page *page, struct error *error)
{
	struct garner_document *d = &page->document;
	enum garner_dedup dedup = store->engine->options.dedup;
	int64_t newest, same, first = GARNER_NO_NUMBER;
	if (!has_id(d) && !(d->id = id_of_text(page)))
		return no_memory(error, store->root);
	if (page->member.n > LIMIT_FRAME_BYTES - KIB(4) - PACK_FRAME_BYTES) {
		page_drop(page, GARNER_TOO_LARGE, "%zu bytes of text", page->member.n);
		return store_note(store, GARNER_TOO_LARGE, page, error) ?: GARNER_TOO_LARGE;
	}
	bool gone;
	int result = catalogue_is_gone(store->catalogue, strtoull(d->id, NULL, 16), &gone, error);
	if (!result && gone) {
		page_drop(page, GARNER_FORGOTTEN, "taken out of the store for good");
		result = store_note(store, GARNER_FORGOTTEN, page, error);
		return result ? result : GARNER_FORGOTTEN;
	}
	if (!result)
		result = find_id(store, strtoull(d->id, NULL, 16), page->sha256, &newest, &same, error);
	if (result)
		return result;
	if (same != GARNER_NO_NUMBER)
		return known(store, same, page, error);
	d->revision_of = newest;
	if (dedup != GARNER_DEDUP_OFF) {
		result = keys_find_text(store->keys, page->sha256, &first, error);
		if (!result && first == GARNER_NO_NUMBER)
			first = waiting_with_text(store, page->sha256);
	}
	if (result)
		return result;
	if (first != GARNER_NO_NUMBER && dedup == GARNER_DEDUP_SKIP)
		return known(store, first, page, error);
	d->dup_of = first;
	result = add(store, page, GARNER_NO_NUMBER, error);
	if (!result)
		result = store_count_input(store, GARNER_STORED, error);
	return result ? result : store_step(store, page->capture.network, error);
}

/* The document that was not sent again, or that a record of another archive speaks of: by its id, then by URL. */
static int find_unchanged(struct store *store, const struct page *page, int64_t *ret_n, struct error *error)
{
	static const uint8_t none[32];
	const struct capture *c = &page->capture;
	int64_t same;
	int result = 0;
	*ret_n = GARNER_NO_NUMBER;
	if (c->identity.n == 16)
		result = find_id(store, strtoull(c->identity.p, NULL, 16), none, ret_n, &same, error);
	const struct view urls[] = { c->revisit_url, c->url };
	for (size_t i = 0; !result && *ret_n == GARNER_NO_NUMBER && i < 2; i++)
		if (urls[i].n)
			result = keys_find_url(store->keys, catalogue_url_key(urls[i].p), ret_n, error);
	return result;
}

int store_note(struct store *store, int reason, struct page *page, struct error *error)
{
	int64_t n = GARNER_NO_NUMBER;
	int result = 0;
	if (reason == GARNER_UNCHANGED && !store->archive)
		result = find_unchanged(store, page, &n, error);
	if (!result && n != GARNER_NO_NUMBER)
		result = see(store, n, page, error);
	if (!result)
		result = store_count_input(store, reason, error);
	return result ? result : store_step(store, page->capture.network, error);
}
