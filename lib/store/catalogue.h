/* Who is where: the derived index of a store. All SQL of garner stands in catalogue*.c, so that
 * another engine can stand behind these calls. One writer, many readers; a handle belongs to one thread. */
#ifndef GARNER_STORE_CATALOGUE_H
#define GARNER_STORE_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>
#include "garner.h"
#include "store/pack.h"
#include "util/error.h"

struct catalogue;

enum catalogue_mode {
	CATALOGUE_READ,
	CATALOGUE_WRITE,  /* made when it is not there */
	CATALOGUE_MEMORY, /* of one build: a temporary database, @path is for words only */
};

/* -EPROTONOSUPPORT: written by a newer garner. -ENOENT: not there (READ). */
int catalogue_open(const char *path, enum catalogue_mode mode, struct catalogue **ret_catalogue, struct error *error);
struct catalogue *catalogue_close(struct catalogue *catalogue);
/* The database itself (an sqlite3 *), for the fetch state that lives beside the documents; its tables begin with
 * another word than ours: document, frame, file, key, total, meta, gone, signature, band. */
void *catalogue_handle(struct catalogue *catalogue);

/* ---- transactions: begin is implied by the first change ---- */
/* For changes through catalogue_handle: they are to be part of the next commit. */
int catalogue_begin(struct catalogue *catalogue, struct error *error);
int catalogue_commit(struct catalogue *catalogue, struct error *error);
void catalogue_rollback(struct catalogue *catalogue);
/* One snapshot for several reads. */
int catalogue_snapshot(struct catalogue *catalogue, struct error *error);

/* ---- small values ---- */
int catalogue_set(struct catalogue *catalogue, const char *name, int64_t value, struct error *error);
/* @fallback when it was never set. */
int catalogue_get(
	struct catalogue *catalogue, const char *name, int64_t fallback, int64_t *ret_value, struct error *error);

/* ---- documents ---- */

enum { CATALOGUE_URLS = 3 };

/* A row. Strings are borrowed for the call. */
struct catalogue_document {
	int64_t n;
	uint64_t id;
	uint8_t sha256[32];
	int64_t day; /* published, else fetched: days since 1970; GARNER_NO_NUMBER */
	const char *host, *lang, *access, *source;
	int64_t dup_of, revision_of, near;
	int64_t words, bytes;
	int64_t pack, frame, at, size; /* number; offset of its frame; its bytes in the raw frame */
	int64_t line, line_size;       /* in the pack's manifest segment, without the LF */
	int64_t raw, raw_at;	       /* number of the WARC, offset; GARNER_NO_NUMBER */
	uint64_t urls[CATALOGUE_URLS]; /* url_key of each spelling */
	size_t url_count;
};
uint64_t catalogue_url_key(const char *url);

int catalogue_add(struct catalogue *catalogue, const struct catalogue_document *document, struct error *error);
/* 0, or 1: not there. Strings of @ret live until the next call with this handle. */
int catalogue_document(
	struct catalogue *catalogue, int64_t n, struct catalogue_document *ret_document, struct error *error);
/* A new place: pack, frame, at, line, line_size of @place->n. */
int catalogue_move(struct catalogue *catalogue, const struct catalogue_document *place, struct error *error);
int catalogue_remove(struct catalogue *catalogue, int64_t n, struct error *error);
/* The newest document that was seen under a further URL; GARNER_NO_NUMBER where there is none. What a row says itself
 * is found by keys.h. */
int catalogue_find_url(struct catalogue *catalogue, uint64_t key, int64_t *ret_newest, struct error *error);
/* A further URL under which document @n was seen. */
int catalogue_add_url(struct catalogue *catalogue, uint64_t key, int64_t n, struct error *error);
/* 0, or 1: not there. */
int catalogue_day(struct catalogue *catalogue, int64_t n, int64_t *ret_day, struct error *error);

/* Largest number there is; GARNER_NO_NUMBER in an empty catalogue. */
int catalogue_newest(struct catalogue *catalogue, int64_t *ret_n, struct error *error);

/* Ids that were taken out and do not come in again. *ret_gone: it is one of them. */
int catalogue_add_gone(struct catalogue *catalogue, uint64_t id, struct error *error);
int catalogue_is_gone(struct catalogue *catalogue, uint64_t id, bool *ret_gone, struct error *error);

/* 0 to go on. The row is borrowed for the call; the handle may not change the catalogue meanwhile. */
typedef int catalogue_fn(void *user, const struct catalogue_document *document);
/* In order of number. Of @filter everything but query and with_text; NULL: all. */
int catalogue_each(struct catalogue *catalogue, const struct garner_filter *filter, catalogue_fn *fn, void *user,
	struct error *error);
/* The same among @numbers, in their order; those that are not there are left out. */
int catalogue_each_of(struct catalogue *catalogue, const struct garner_filter *filter, const uint32_t *numbers,
	size_t count, catalogue_fn *fn, void *user, struct error *error);
/* Documents from @from on; only n, id, sha256, day, host and urls are given. */
int catalogue_each_key(struct catalogue *catalogue, int64_t from, catalogue_fn *fn, void *user, struct error *error);
/* Days since 1970 of "YYYY-MM-DD"; GARNER_NO_NUMBER. */
int64_t catalogue_day_of(const char *date);
/* All of one pack in order of place, and all of all packs. */
int catalogue_each_in_pack(
	struct catalogue *catalogue, int64_t pack, catalogue_fn *fn, void *user, struct error *error);
int catalogue_each_by_place(struct catalogue *catalogue, catalogue_fn *fn, void *user, struct error *error);
/* Texts that replaced another one. */
int catalogue_each_revision(struct catalogue *catalogue, catalogue_fn *fn, void *user, struct error *error);
/* ---- frames ---- */
int catalogue_add_frame(struct catalogue *catalogue, int64_t pack, const struct pack_frame *frame, struct error *error);
int catalogue_frame(
	struct catalogue *catalogue, int64_t pack, int64_t offset, struct pack_frame *ret_frame, struct error *error);
typedef int catalogue_frame_fn(void *user, const struct pack_frame *frame);
int catalogue_each_frame(
	struct catalogue *catalogue, int64_t pack, catalogue_frame_fn *fn, void *user, struct error *error);

/* ---- files: what of each is acknowledged ---- */
enum catalogue_file_kind {
	CATALOGUE_PACK,
	CATALOGUE_MANIFEST,
	CATALOGUE_RAW,
	CATALOGUE_INDEX,
	CATALOGUE_LOG, /* runs, seen, gone: numbers 0, 1, 2 */
	CATALOGUE_RAW_ZSTD,
	CATALOGUE_NEAR, /* 0 the signatures, from 1 runs */
	CATALOGUE_KEYS	/* runs, from 1 */
};
struct catalogue_file {
	enum catalogue_file_kind kind;
	int64_t number;
	int64_t size;	    /* acknowledged bytes */
	bool sealed;	    /* will not change again; sha256 is right */
	bool has_sha256;    /* of @size bytes */
	uint8_t sha256[32]; /* of the file */
	int64_t since;	    /* seconds since 1970 of its first document */
};
int catalogue_put_file(struct catalogue *catalogue, const struct catalogue_file *file, struct error *error);
/* 0, or 1: not there. */
int catalogue_file(struct catalogue *catalogue, enum catalogue_file_kind kind, int64_t number,
	struct catalogue_file *ret_file, struct error *error);
int catalogue_drop_file(
	struct catalogue *catalogue, enum catalogue_file_kind kind, int64_t number, struct error *error);
int catalogue_drop_pack(struct catalogue *catalogue, int64_t pack, struct error *error);
typedef int catalogue_file_fn(void *user, const struct catalogue_file *file);
/* By kind, then number. */
int catalogue_each_file(struct catalogue *catalogue, catalogue_file_fn *fn, void *user, struct error *error);

/* Of one kind, by number. */
int catalogue_each_file_of(struct catalogue *catalogue, enum catalogue_file_kind kind, catalogue_file_fn *fn,
	void *user, struct error *error);

/* ---- totals: counts by kind and key, kept up by the writer ---- */
int catalogue_count(struct catalogue *catalogue, const char *kind, const char *key, int64_t more, struct error *error);
/* Takes a count back to nothing. */
int catalogue_forget_total(struct catalogue *catalogue, const char *kind, const char *key, struct error *error);
typedef int catalogue_total_fn(void *user, const char *kind, const char *key, int64_t value);
/* Of one kind: largest first, then by key. @limit 0: all. */
int catalogue_each_total(struct catalogue *catalogue, const char *kind, int64_t limit, catalogue_total_fn *fn,
	void *user, struct error *error);
int catalogue_total_keys(struct catalogue *catalogue, const char *kind, int64_t *ret_count, struct error *error);
/* From another database: the tables that are not ours, rows and all, and the ids that were taken out. */
int catalogue_copy_foreign(struct catalogue *catalogue, const char *path, struct error *error);

/* 0; 1: the engine found its own file damaged (words in @error). */
int catalogue_check(struct catalogue *catalogue, struct error *error);

#endif
