/* One sorted run: a file of keys and document numbers that never changes. See runs.h. Read piece by piece, so that the
 * memory for it does not grow with it. */
#ifndef GARNER_STORE_RUN_H
#define GARNER_STORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/error.h"

/* Little-endian as the machine (derived, so it need not travel to another kind):
 *   head; entries: u64 key << 32 | number, sorted within each band; zeros up to a whole RUN_ALIGN; filter: u64 words
 *   of each band in turn (run_filter_start), 12 bits a key, of which it sets four in one word: 0.6 % of the keys that
 *   are not there pass. */
enum { RUN_BANDS_MAX = 32, RUN_FAN_MAX = 8, RUN_ALIGN = 4096, RUN_WINDOW = 512 };
struct run_head {
	char magic[8]; /* "garnear3" */
	uint64_t documents;
	uint64_t band_start[RUN_BANDS_MAX + 1]; /* in entries; unused bands are empty */
	uint64_t filter_words;
};

struct run {
	int64_t number; /* of its file */
	int fd;
	char *path; /* for words */
	struct run_head head;
	const uint64_t *filter; /* mapped; NULL: its words are read one by one */
	uint32_t asked;		/* filter words that were read */
};

/* Entries that were read last: RUN_WINDOW of them at most, with a 4 KiB read. */
struct run_window {
	const struct run *run; /* NULL: none */
	uint64_t first, count;
	uint64_t entries[RUN_WINDOW];
};

/* Entries of one run, by index. */
struct run_span {
	uint64_t first, end;
};

/* @fd stays the caller's when it fails, otherwise run_close closes it. -EBADMSG: not a run. */
int run_open(int fd, const char *path, int64_t number, struct run *ret_run, struct error *error);
void run_close(struct run *run);
/* Bytes of its filter. */
size_t run_filter_bytes(const struct run *run);
/* The filter into memory; no harm where that fails. */
void run_map_filter(struct run *run);
struct run_span run_band(const struct run *run, uint32_t band);
/* Entries of @low to @high (keys, both included) in @band. By the filter first when they are one key. */
int run_find(struct run *run, struct run_window *window, uint32_t band, uint32_t low, uint32_t high,
	struct run_span *ret_span, struct error *error);
/* What run_find will ask for one key is fetched into the processor's cache meanwhile, where the filter is mapped. */
void run_prefetch(const struct run *run, uint32_t band, uint32_t key);
/* The entry at @index. */
int run_entry(
	const struct run *run, struct run_window *window, uint64_t index, uint64_t *ret_entry, struct error *error);

/* What a run is made from: sorted entries of each band, in memory or in another run. */
struct run_source {
	const uint64_t *memory; /* by head->band_start of what is written */
	const struct run *run;
};
/* Merges @count sources (at most RUN_FAN_MAX) into the empty file @fd. @head: documents and band_start are given.
 * Memory: the filter of one band, and 64 KiB a source. */
int run_write(int fd, const char *path, struct run_head *head, const struct run_source *sources, size_t count,
	int64_t *ret_size, uint8_t ret_sha256[32], struct error *error);
uint64_t run_mix(uint32_t band, uint32_t key);

#endif
