/* Near duplicates: which document before this one has almost the same text?
 *
 * Signatures (dedup.h) stand in near/signatures, behind the 64 bits of the id, by number. Their bands are keys of an
 * index in sorted runs (runs.h), near/000001.run … 10 million documents are at most 4 x RUNS_FAN runs and 3 GB.
 *
 * All of it is derived: repair makes it again from the texts. One writer. */
#ifndef GARNER_STORE_NEAR_H
#define GARNER_STORE_NEAR_H

#include <stdint.h>
#include "store/catalogue.h"
#include "util/error.h"

struct minhash;
struct near;

enum {
	/* Half of the bands that there are: a pair of similarity 0.5 shares one with 0.87, of 0.6 with 0.988, 0.7 with
	   0.9998. */
	NEAR_BANDS = 32,
	NEAR_RUN_DOCUMENTS = 8192, /* 5 MB of memory */
	NEAR_CANDIDATES = 16,	   /* looked at of one band in one run: the oldest */
	NEAR_WORDS_MIN = 20,	   /* shorter texts are like others by chance */
};
#define NEAR_SCORE 0.6 /* least similarity that is marked */

/* @root NULL: of one build, in temporary files beside @path. @next_n: documents from the last run on are read from the
 * signatures into memory. */
int near_open(const char *root, const char *path, struct catalogue *catalogue, int64_t next_n, struct near **ret_near,
	struct error *error);
/* An empty one whose signatures stand in a file of their own until near_publish: for a repair. */
int near_open_beside(const char *root, struct catalogue *catalogue, struct near **ret_near, struct error *error);
int near_publish(const char *root, struct error *error);
/* The best match of @signature among documents before @n whose id is not @id; then adds it. GARNER_NO_NUMBER: none. A
 * NULL signature is a text that is never matched. Numbers are put in order. */
int near_put(struct near *near, int64_t n, uint64_t id, const struct minhash *signature, int64_t *ret_n,
	double *ret_score, struct error *error);
/* Adds without looking; numbers that were left out get an empty signature. */
int near_add(struct near *near, int64_t n, uint64_t id, const struct minhash *signature, struct error *error);
int near_fill(struct near *near, int64_t next_n, struct error *error);
/* The signature of @n is overwritten. */
int near_forget(struct near *near, int64_t n, struct error *error);
/* Signatures to the medium; their size into the catalogue. */
int near_sync(struct near *near, struct error *error);
/* After the commit: files that were merged away are removed. */
void near_committed(struct near *near);
/* near/signatures, to be compared with the texts. */
struct near_file {
	int fd; /* -1: not there */
	char *path;
};
int near_file_open(const char *root, struct near_file *ret_file, struct error *error);
void near_file_close(struct near_file *file);
int64_t near_offset(int64_t n);
/* 0; 1: document @n has another id or signature there. NULL: none. */
int near_compare(
	const struct near_file *file, int64_t n, uint64_t id, const struct minhash *signature, struct error *error);
/* Runs that the catalogue does not list are removed. */
int near_sweep(const char *root, struct catalogue *catalogue, struct error *error);
struct near *near_free(struct near *near);

#endif
