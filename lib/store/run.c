#include "store/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/run_inner.h"
#include "util/file.h"

uint64_t run_mix(uint32_t band, uint32_t key)
{
	uint64_t h = ((uint64_t)band << 32 | key) * UINT64_C(0x9E3779B97F4A7C15);
	h ^= h >> 29;
	return h * UINT64_C(0xBF58476D1CE4E5B9);
}

/* ---- open ----------------------------------------------------------------------------------- */

static bool is_sound(const struct run_head *head, uint64_t size)
{
	uint64_t entries = head->band_start[RUN_BANDS_MAX];
	bool sound =
		memcmp(head->magic, RUN_MAGIC, sizeof(head->magic)) == 0 && entries < size && head->band_start[0] == 0;
	for (int band = 0; sound && band < RUN_BANDS_MAX; band++)
		sound = head->band_start[band] <= head->band_start[band + 1];
	return sound && head->filter_words == run_filter_start(head, RUN_BANDS_MAX) &&
	       size == (uint64_t)run_filter_at(head) + head->filter_words * sizeof(uint64_t);
}

int run_open(int fd, const char *path, int64_t number, struct run *ret_run, struct error *error)
{
	struct stat st;
	struct run run = { .number = number, .fd = fd };
	if (fstat(fd, &st) < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	if ((size_t)st.st_size < sizeof(run.head))
		return error_set(error, -EBADMSG, "%s: broken: garner repair", path);
	int result = file_read_at(fd, &run.head, sizeof(run.head), 0, error, path);
	if (!result && !is_sound(&run.head, (uint64_t)st.st_size))
		result = error_set(error, -EBADMSG, "%s: broken: garner repair", path);
	if (!result && !(run.path = strdup(path)))
		result = error_set(error, -ENOMEM, "%s: no memory", path);
	if (!result)
		*ret_run = run;
	return result;
}

void run_close(struct run *run)
{
	if (run->filter)
		munmap((void *)run->filter, run_filter_bytes(run));
	close(run->fd);
	free(run->path);
}

size_t run_filter_bytes(const struct run *run)
{
	return run->head.filter_words * sizeof(uint64_t);
}

void run_map_filter(struct run *run)
{
	void *p = mmap(NULL, run_filter_bytes(run), PROT_READ, MAP_SHARED, run->fd, (off_t)run_filter_at(&run->head));
	run->filter = p == MAP_FAILED ? NULL : p;
}

struct run_span run_band(const struct run *run, uint32_t band)
{
	return (struct run_span){ run->head.band_start[band], run->head.band_start[band + 1] };
}

/* ---- search --------------------------------------------------------------------------------- */

static uint64_t filter_place(const struct run *run, uint32_t band, uint64_t hash)
{
	uint64_t start = run_filter_start(&run->head, band), words = run_filter_start(&run->head, band + 1) - start;
	return start + run_filter_word(hash, words);
}

void run_prefetch(const struct run *run, uint32_t band, uint32_t key)
{
	if (run->filter)
		__builtin_prefetch(&run->filter[filter_place(run, band, run_mix(band, key))]);
}

/* 1: the key is not there. */
static int ask_filter(struct run *run, uint32_t band, uint32_t key, struct error *error)
{
	uint64_t h = run_mix(band, key), mask = run_filter_mask(h), word, at = filter_place(run, band, h);
	int result = 0;
	if (run->filter)
		word = run->filter[at];
	else
		result = file_read_at(run->fd, &word, sizeof(word),
			run_filter_at(&run->head) + (int64_t)(at * sizeof(word)), error, run->path);
	run->asked++;
	return result ? result : (word & mask) != mask;
}

/* Entries around @index, within @span. */
static int load(
	const struct run *run, struct run_window *window, struct run_span span, uint64_t index, struct error *error)
{
	uint64_t first = index > span.first + RUN_WINDOW / 2 ? index - RUN_WINDOW / 2 : span.first;
	if (first + RUN_WINDOW > span.end)
		first = span.end > span.first + RUN_WINDOW ? span.end - RUN_WINDOW : span.first;
	uint64_t count = span.end - first < RUN_WINDOW ? span.end - first : RUN_WINDOW;
	window->run = NULL;
	int result =
		file_read_at(run->fd, window->entries, count * sizeof(uint64_t), run_entry_at(first), error, run->path);
	if (result)
		return result;
	window->run = run;
	window->first = first;
	window->count = count;
	return 0;
}

static uint64_t lower_in(const struct run_window *window, uint64_t entry)
{
	uint64_t low = 0, high = window->count;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (window->entries[middle] < entry)
			low = middle + 1;
		else
			high = middle;
	}
	return window->first + low;
}

/* The first entry of @span that is not below @entry. Keys are hashes, nearly all of them, so the place of one follows
 * from its value: one window in most cases, two in nearly all. Where they are not, halves do. */
static int lower_bound(const struct run *run, struct run_window *window, struct run_span span, uint64_t entry,
	uint64_t *ret_index, struct error *error)
{
	enum { GUESSES = 3 };
	double low = 0, high = 4294967296.0, key = (double)(entry >> 32);
	for (int i = 0; span.first < span.end; i++) {
		uint64_t count = span.end - span.first, index = span.first + count / 2;
		if (i < GUESSES && high > low)
			index = span.first + (uint64_t)((key - low) / (high - low) * (double)(count - 1));
		int result = load(run, window, span, index, error);
		if (result)
			return result;
		uint64_t end = window->first + window->count;
		bool below = window->entries[0] < entry, above = window->entries[window->count - 1] >= entry;
		if ((below || window->first == span.first) && (above || end == span.end)) {
			*ret_index = lower_in(window, entry);
			return 0;
		}
		if (below) {
			span.first = end;
			low = (double)(window->entries[window->count - 1] >> 32);
		} else {
			span.end = window->first;
			high = (double)(window->entries[0] >> 32);
		}
	}
	*ret_index = span.first;
	return 0;
}

int run_entry(
	const struct run *run, struct run_window *window, uint64_t index, uint64_t *ret_entry, struct error *error)
{
	struct run_span all = { 0, run->head.band_start[RUN_BANDS_MAX] };
	int result = 0;
	if (window->run != run || index < window->first || index >= window->first + window->count)
		result = load(run, window, all, index, error);
	if (!result)
		*ret_entry = window->entries[index - window->first];
	return result;
}

/* Most keys have few numbers. */
static int find_end(const struct run *run, struct run_window *window, struct run_span band, uint64_t first,
	uint32_t high, uint64_t *ret_end, struct error *error)
{
	uint64_t end = first, stop = first + 16 < band.end ? first + 16 : band.end, entry = 0;
	int result = 0;
	while (!result && end < stop) {
		result = run_entry(run, window, end, &entry, error);
		if (entry >> 32 > high)
			break;
		end++;
	}
	*ret_end = end;
	if (result || end < stop || end == band.end)
		return result;
	*ret_end = band.end;
	if (high == UINT32_MAX)
		return 0;
	return lower_bound(run, window, (struct run_span){ end, band.end }, ((uint64_t)high + 1) << 32, ret_end, error);
}

int run_find(struct run *run, struct run_window *window, uint32_t band, uint32_t low, uint32_t high,
	struct run_span *ret_span, struct error *error)
{
	struct run_span all = run_band(run, band), span;
	*ret_span = (struct run_span){ 0, 0 };
	int result = all.first == all.end ? 1 : low == high ? ask_filter(run, band, low, error) : 0;
	if (result)
		return result < 0 ? result : 0;
	result = lower_bound(run, window, all, (uint64_t)low << 32, &span.first, error);
	if (!result)
		result = find_end(run, window, all, span.first, high, &span.end, error);
	if (!result)
		*ret_span = span;
	return result;
}
