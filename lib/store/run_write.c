/* A sorted run from others, or from entries in memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "store/run_inner.h"
#include "util/buf.h"
#include "util/file.h"
#include "util/hash.h"

enum { STEP_BYTES = 1 << 20, SOURCE_ENTRIES = 8192 };

/* Buffered; filters are written to their places while the entries before them are still to come. */
struct writer {
	int fd;
	const char *path;
	struct buf out;
	int64_t at; /* where out goes */
	struct sha256 *sha256;
	struct error *error;
};

static int write_at(struct writer *writer, const void *p, size_t n, int64_t at)
{
	if (lseek(writer->fd, at, SEEK_SET) < 0)
		return error_set(writer->error, -errno, "%s: seek: %s", writer->path, strerror(errno));
	return file_write(writer->fd, p, n, writer->error, writer->path);
}

static int flush(struct writer *writer)
{
	if (writer->out.err)
		return error_set(writer->error, -ENOMEM, "%s: no memory", writer->path);
	sha256_update(writer->sha256, buf_view(&writer->out));
	int result = write_at(writer, writer->out.p, writer->out.n, writer->at);
	writer->at += (int64_t)writer->out.n;
	buf_reset(&writer->out);
	return result;
}

static int put(struct writer *writer, const void *p, size_t n)
{
	buf_put(&writer->out, p, n);
	return writer->out.n >= STEP_BYTES ? flush(writer) : 0;
}

/* ---- sources -------------------------------------------------------------------------------- */

/* Entries of one band of one source that are still to come. */
struct stream {
	const struct run_source *source;
	struct run_span rest; /* behind what is in memory */
	const uint64_t *at, *end;
	uint64_t *room;
};

static int refill(struct stream *stream, struct error *error)
{
	const struct run *run = stream->source->run;
	uint64_t count = stream->rest.end - stream->rest.first;
	if (!run || count == 0)
		return 0;
	if (count > SOURCE_ENTRIES)
		count = SOURCE_ENTRIES;
	int result = file_read_at(
		run->fd, stream->room, count * sizeof(uint64_t), run_entry_at(stream->rest.first), error, run->path);
	stream->rest.first += count;
	stream->at = stream->room;
	stream->end = stream->room + count;
	return result;
}

static int begin_band(struct stream *stream, const struct run_head *head, uint32_t band, struct error *error)
{
	const struct run_source *source = stream->source;
	if (source->run) {
		stream->rest = run_band(source->run, band);
		stream->at = stream->end = stream->room;
		return refill(stream, error);
	}
	stream->at = source->memory + head->band_start[band];
	stream->end = source->memory + head->band_start[band + 1];
	return 0;
}

static int merge(
	struct writer *writer, struct stream *streams, size_t count, uint64_t *filter, uint64_t words, uint32_t band)
{
	int result = 0;
	while (!result) {
		struct stream *least = NULL;
		for (size_t i = 0; i < count; i++)
			if (streams[i].at < streams[i].end && (!least || *streams[i].at < *least->at))
				least = &streams[i];
		if (!least)
			break;
		uint64_t entry = *least->at++, h = run_mix(band, (uint32_t)(entry >> 32));
		filter[run_filter_word(h, words)] |= run_filter_mask(h);
		result = put(writer, &entry, sizeof(entry));
		if (!result && least->at == least->end)
			result = refill(least, writer->error);
	}
	return result;
}

static int write_band(
	struct writer *writer, const struct run_head *head, struct stream *streams, size_t count, uint32_t band)
{
	uint64_t start = run_filter_start(head, band), words = run_filter_start(head, band + 1) - start;
	uint64_t *filter = calloc(words, sizeof(*filter));
	int result = filter ? 0 : error_set(writer->error, -ENOMEM, "%s: no memory", writer->path);
	for (size_t i = 0; !result && i < count; i++)
		result = begin_band(&streams[i], head, band, writer->error);
	if (!result)
		result = merge(writer, streams, count, filter, words, band);
	if (!result)
		result = write_at(writer, filter, words * sizeof(*filter),
			run_filter_at(head) + (int64_t)(start * sizeof(*filter)));
	free(filter);
	return result;
}

/* ---- the file ------------------------------------------------------------------------------- */

static int write_all(struct writer *writer, struct run_head *head, struct stream *streams, size_t count)
{
	static const char zeros[RUN_ALIGN];
	int result = put(writer, head, sizeof(*head));
	for (uint32_t band = 0; !result && band < RUN_BANDS_MAX; band++)
		result = write_band(writer, head, streams, count, band);
	if (!result)
		result = put(writer, zeros, (size_t)(run_filter_at(head) - writer->at) - writer->out.n);
	return result ? result : flush(writer);
}

/* The filters were not written in order: they are read for the digest. */
static int digest_filters(struct writer *writer, int64_t size)
{
	int result = 0;
	while (!result && writer->at < size) {
		size_t n = size - writer->at < STEP_BYTES ? (size_t)(size - writer->at) : STEP_BYTES;
		buf_reset(&writer->out);
		char *room = buf_room(&writer->out, n);
		result = room ? file_read_at(writer->fd, room, n, writer->at, writer->error, writer->path)
			      : error_set(writer->error, -ENOMEM, "%s: no memory", writer->path);
		if (!result)
			sha256_update(writer->sha256, view_make(room, n));
		writer->at += (int64_t)n;
	}
	return result;
}

int run_write(int fd, const char *path, struct run_head *head, const struct run_source *sources, size_t count,
	int64_t *ret_size, uint8_t ret_sha256[32], struct error *error)
{
	struct stream streams[RUN_FAN_MAX];
	struct writer writer = {
		.fd = fd, .path = path, .out = BUF_INIT(SIZE_MAX / 2), .sha256 = sha256_new(), .error = error
	};
	uint64_t *room = malloc(count * SOURCE_ENTRIES * sizeof(*room));
	for (size_t i = 0; i < count; i++)
		streams[i] = (struct stream){ .source = &sources[i], .room = room + i * SOURCE_ENTRIES };
	memcpy(head->magic, RUN_MAGIC, sizeof(head->magic));
	head->filter_words = run_filter_start(head, RUN_BANDS_MAX);
	int64_t size = run_filter_at(head) + (int64_t)(head->filter_words * sizeof(uint64_t));
	int result = room && writer.sha256 ? write_all(&writer, head, streams, count)
					   : error_set(error, -ENOMEM, "%s: no memory", path);
	if (!result)
		result = digest_filters(&writer, size);
	if (!result) {
		sha256_final(writer.sha256, ret_sha256);
		*ret_size = size;
	}
	sha256_free(writer.sha256);
	buf_free(&writer.out);
	free(room);
	return result;
}
