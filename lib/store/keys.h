/* Which document has this id, this text, this URL; which ones are of this day or host?
 *
 * Keys of the documents' rows in sorted runs (runs.h), keys/000001.run …; those of the newest KEYS_RUN_DOCUMENTS rows
 * are read into memory when they are asked for. Derived from the rows. What a run says is compared with the row, so a
 * document that was taken out is not found any more. */
#ifndef GARNER_STORE_KEYS_H
#define GARNER_STORE_KEYS_H

#include "store/catalogue.h"
#include "util/error.h"

struct keys;

enum {
	KEYS_RUN_DOCUMENTS = 2048, /* rows that a reader looks through: 2 ms */
	KEYS_HOSTS = 6,		   /* a host and the domains above it */
};

/* @root NULL: of one build, in temporary files beside @path. A writer adds every row from the first on. */
int keys_open(const char *root, const char *path, struct catalogue *catalogue, bool writing, struct keys **ret_keys,
	struct error *error);
struct keys *keys_free(struct keys *keys);

/* After catalogue_add; in order of number. */
int keys_add(struct keys *keys, const struct catalogue_document *row, struct error *error);
void keys_committed(struct keys *keys);
/* Runs that the catalogue does not list are removed. */
int keys_sweep(const char *root, struct catalogue *catalogue, struct error *error);

/* The newest number of @id and the oldest one whose text is @sha256; GARNER_NO_NUMBER where there is none. */
int keys_find_id(struct keys *keys, uint64_t id, const uint8_t sha256[32], int64_t *ret_newest, int64_t *ret_same,
	struct error *error);
/* The first document with this text. */
int keys_find_text(struct keys *keys, const uint8_t sha256[32], int64_t *ret_first, struct error *error);
/* The newest document of a URL key, further URLs included. */
int keys_find_url(struct keys *keys, uint64_t key, int64_t *ret_newest, struct error *error);
/* All of one id, oldest first. */
int keys_each_of_id(struct keys *keys, uint64_t id, catalogue_fn *fn, void *user, struct error *error);
/* As catalogue_each, by the day or the host where one of them says most. */
int keys_each(struct keys *keys, const struct garner_filter *filter, catalogue_fn *fn, void *user, struct error *error);
/* Whether keys_each uses the keys for @filter. */
bool keys_help(const struct garner_filter *filter);
/* 0: each key of @row leads to it; else 1 + the band of one that does not. */
int keys_check(struct keys *keys, const struct catalogue_document *row, struct error *error);
/* "id", "text", "URL", "day", "host" */
const char *keys_name(int band);
/* Smallest and largest day of all documents; GARNER_NO_NUMBER when there is none. */
int keys_days(struct keys *keys, int64_t *ret_first, int64_t *ret_last, struct error *error);

#endif
