#include "store/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "util/buf.h"
#include "util/file.h"
#include "util/hash.h"

static const char magic[8] = { 'g', 'a', 'r', 'n', 'e', 'a', 'r', '2' };

uint64_t run_mix(uint32_t band, uint32_t key)
{
	uint64_t h = ((uint64_t)band << 32 | key) * UINT64_C(0x9E3779B97F4A7C15);
	h ^= h >> 29;
	return h * UINT64_C(0xBF58476D1CE4E5B9);
}

/* ---- reading -------------------------------------------------------------------------------- */

void run_unmap(struct run *run)
{
	if (run->head)
		munmap((void *)run->head, run->mapped);
	run->head = NULL;
}

static bool is_sound(const struct run_head *head, size_t mapped)
{
	uint64_t entries = head->band_start[RUN_BANDS_MAX], words = head->filter_words;
	bool sound = memcmp(head->magic, magic, sizeof(magic)) == 0 && entries < mapped && words < mapped && words &&
		     mapped == sizeof(*head) + (entries + words) * sizeof(uint64_t);
	for (int band = 0; sound && band < RUN_BANDS_MAX; band++)
		sound = head->band_start[band] <= head->band_start[band + 1];
	return sound;
}

int run_map(int fd, const char *path, int64_t number, struct run *ret_run, struct error *error)
{
	struct stat st;
	struct run run = { .number = number };
	if (fstat(fd, &st) < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	run.mapped = (size_t)st.st_size;
	if (run.mapped < sizeof(*run.head))
		return error_set(error, -EBADMSG, "%s: broken: garner repair", path);
	void *p = mmap(NULL, run.mapped, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return error_set(error, -errno, "%s: map: %s", path, strerror(errno));
	madvise(p, run.mapped, MADV_RANDOM);
	run.head = p;
	if (!is_sound(run.head, run.mapped)) {
		run_unmap(&run);
		return error_set(error, -EBADMSG, "%s: broken: garner repair", path);
	}
	run.entries = (const uint64_t *)(run.head + 1);
	run.filter = run.entries + run.head->band_start[RUN_BANDS_MAX];
	*ret_run = run;
	return 0;
}

struct run_slice run_band(const struct run *run, uint32_t band)
{
	const uint64_t *start = run->head->band_start;
	return (struct run_slice){ run->entries + start[band], run->entries + start[band + 1] };
}

/* Keys are hashes, nearly all of them: the place of one follows from its value, and what lies around it is one page
 * of the file, where a halving from the ends reads five. */
static const uint64_t *lower_bound(const uint64_t *at, const uint64_t *end, uint64_t entry)
{
	size_t count = (size_t)(end - at);
	const uint64_t *guess = at + (size_t)(((entry >> 32) * (uint64_t)count) >> 32);
	for (size_t step = 16; step < count; step *= 4) {
		const uint64_t *low = guess - at > (ptrdiff_t)step ? guess - step : at;
		const uint64_t *high = end - guess > (ptrdiff_t)step ? guess + step : end;
		bool below = low == at || *low < entry, above = high == end || *(high - 1) >= entry;
		if (below)
			at = low;
		if (above)
			end = high;
		if (below && above)
			break;
	}
	while (at < end) {
		const uint64_t *middle = at + (end - at) / 2;
		if (*middle < entry)
			at = middle + 1;
		else
			end = middle;
	}
	return at;
}

static uint64_t filter_mask(uint64_t h)
{
	return UINT64_C(1) << (h & 63) | UINT64_C(1) << (h >> 6 & 63) | UINT64_C(1) << (h >> 12 & 63) |
	       UINT64_C(1) << (h >> 18 & 63);
}

static bool may_have(const struct run *run, uint32_t band, uint32_t key)
{
	uint64_t h = run_mix(band, key), mask = filter_mask(h);
	return (run->filter[(h >> 32) % run->head->filter_words] & mask) == mask;
}

struct run_slice run_find(const struct run *run, uint32_t band, uint32_t low, uint32_t high)
{
	struct run_slice slice = run_band(run, band);
	if (low == high && !may_have(run, band, low))
		return (struct run_slice){ slice.end, slice.end };
	slice.at = lower_bound(slice.at, slice.end, (uint64_t)low << 32);
	const uint64_t *end = slice.at;
	/* Most keys have few numbers; a long span is halved. */
	for (int i = 0; i < 16 && end < slice.end && *end >> 32 <= high; i++)
		end++;
	if (end < slice.end && *end >> 32 <= high)
		end = high == UINT32_MAX ? slice.end : lower_bound(end, slice.end, ((uint64_t)high + 1) << 32);
	slice.end = end;
	return slice;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Buffered, with the digest that the catalogue keeps. */
struct writer {
	int fd;
	const char *path;
	struct buf out;
	struct sha256 *sha256;
	int64_t size;
	struct error *error;
	int result;
};

static void flush(struct writer *writer)
{
	if (writer->result)
		return;
	if (writer->out.err) {
		writer->result = error_set(writer->error, -ENOMEM, "%s: no memory", writer->path);
		return;
	}
	sha256_update(writer->sha256, buf_view(&writer->out));
	writer->result = file_write(writer->fd, writer->out.p, writer->out.n, writer->error, writer->path);
	writer->size += (int64_t)writer->out.n;
	buf_reset(&writer->out);
}

static void put(struct writer *writer, const void *p, size_t n)
{
	buf_put(&writer->out, p, n);
	if (writer->out.n >= 1 << 20)
		flush(writer);
}

static void merge(
	struct writer *writer, struct run_slice *slices, size_t count, uint64_t *filter, uint64_t words, uint32_t band)
{
	while (!writer->result) {
		struct run_slice *least = NULL;
		for (size_t i = 0; i < count; i++)
			if (slices[i].at < slices[i].end && (!least || *slices[i].at < *least->at))
				least = &slices[i];
		if (!least)
			return;
		uint64_t entry = *least->at++, h = run_mix(band, (uint32_t)(entry >> 32));
		filter[(h >> 32) % words] |= filter_mask(h);
		put(writer, &entry, sizeof(entry));
	}
}

int run_write(int fd, const char *path, struct run_head *head, run_slices_fn *fn, void *user, size_t count,
	int64_t *ret_size, uint8_t ret_sha256[32], struct error *error)
{
	struct run_slice slices[RUN_FAN_MAX];
	struct writer writer = {
		.fd = fd, .path = path, .out = BUF_INIT(SIZE_MAX / 2), .sha256 = sha256_new(), .error = error
	};
	memcpy(head->magic, magic, sizeof(magic));
	head->filter_words = head->band_start[RUN_BANDS_MAX] * 3 / 16 + 1;
	uint64_t *filter = calloc(head->filter_words, sizeof(*filter));
	if (!filter || !writer.sha256)
		writer.result = error_set(error, -ENOMEM, "%s: no memory", path);
	put(&writer, head, sizeof(*head));
	for (uint32_t band = 0; band < RUN_BANDS_MAX && !writer.result; band++) {
		if (head->band_start[band] == head->band_start[band + 1])
			continue;
		fn(user, band, slices);
		merge(&writer, slices, count, filter, head->filter_words, band);
	}
	if (!writer.result)
		put(&writer, filter, head->filter_words * sizeof(*filter));
	flush(&writer);
	if (!writer.result) {
		sha256_final(writer.sha256, ret_sha256);
		*ret_size = writer.size;
	}
	sha256_free(writer.sha256);
	buf_free(&writer.out);
	free(filter);
	return writer.result;
}
