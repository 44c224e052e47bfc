/* What the reader and the writer of a run share: where things stand in the file. */
#ifndef GARNER_STORE_RUN_INNER_H
#define GARNER_STORE_RUN_INNER_H

#include "store/run.h"

#define RUN_MAGIC "garnear3" /* 8 bytes */

static inline int64_t run_entry_at(uint64_t index)
{
	return (int64_t)(sizeof(struct run_head) + index * sizeof(uint64_t));
}

static inline int64_t run_filter_at(const struct run_head *head)
{
	int64_t end = run_entry_at(head->band_start[RUN_BANDS_MAX]);
	return (end + RUN_ALIGN - 1) / RUN_ALIGN * RUN_ALIGN;
}

/* In words: 12 bits an entry, and one word more for each band. */
static inline uint64_t run_filter_start(const struct run_head *head, uint32_t band)
{
	return head->band_start[band] * 3 / 16 + band;
}

/* @words: of the band. */
static inline uint64_t run_filter_word(uint64_t hash, uint64_t words)
{
	return (hash >> 32) * words >> 32;
}

static inline uint64_t run_filter_mask(uint64_t h)
{
	return UINT64_C(1) << (h & 63) | UINT64_C(1) << (h >> 6 & 63) | UINT64_C(1) << (h >> 12 & 63) |
	       UINT64_C(1) << (h >> 18 & 63);
}

#endif
