/* One sorted run: a file of keys and document numbers that never changes. See runs.h. */
#ifndef GARNER_STORE_RUN_H
#define GARNER_STORE_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/error.h"

/* Little-endian as the machine (derived, so it need not travel to another kind):
 *   head; entries: u64 key << 32 | number, sorted within each band; filter: u64 words, 12 bits a key, of which
 * it sets four in one word: 0.6 % of the keys that are not there pass. */
enum { RUN_BANDS_MAX = 32, RUN_FAN_MAX = 8 };
struct run_head {
	char magic[8]; /* "garnear2" */
	uint64_t documents;
	uint64_t band_start[RUN_BANDS_MAX + 1]; /* in entries; unused bands are empty */
	uint64_t filter_words;
};

struct run {
	int64_t number; /* of its file */
	size_t mapped;
	const struct run_head *head; /* the mapping; NULL: none */
	const uint64_t *entries, *filter;
};

/* Sorted entries of one band of one source. */
struct run_slice {
	const uint64_t *at, *end;
};
/* Fills @count slices of @band. */
typedef void run_slices_fn(void *user, uint32_t band, struct run_slice *slices);

/* -EBADMSG: not a run. The file may be closed afterwards. */
int run_map(int fd, const char *path, int64_t number, struct run *ret_run, struct error *error);
void run_unmap(struct run *run);
struct run_slice run_band(const struct run *run, uint32_t band);
/* Entries of @low to @high (keys, both included) in @band. By the filter first when they are one key. */
struct run_slice run_find(const struct run *run, uint32_t band, uint32_t low, uint32_t high);
/* Merges @count slices a band (at most RUN_FAN_MAX) into @fd. @head: documents and band_start are given. */
int run_write(int fd, const char *path, struct run_head *head, run_slices_fn *fn, void *user, size_t count,
	int64_t *ret_size, uint8_t ret_sha256[32], struct error *error);
uint64_t run_mix(uint32_t band, uint32_t key);

#endif
