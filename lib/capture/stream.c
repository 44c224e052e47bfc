#include "capture/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "garner.h"
#include "util/limits.h"

enum {
	STOP_LOOK_MS = 100,
	WINDOW_BYTES = 256 << 10,
	WINDOW_KEEP_BYTES = 1 << 20, /* a larger one, grown for one record, is given back behind it */
};

size_t stream_fail(struct stream *stream, int reason, const char *format, ...)
{
	if (stream->reason)
		return 0;
	stream->reason = reason;
	va_list args;
	va_start(args, format);
	vsnprintf(stream->detail, sizeof(stream->detail), format, args);
	va_end(args);
	return 0;
}

struct stream *stream_new(size_t (*pull)(struct stream *, char *, size_t), void (*close)(struct stream *), void *state)
{
	struct stream *stream = calloc(1, sizeof(*stream));
	if (stream)
		*stream = (struct stream){ .fd = -1, .pull = pull, .close = close, .state = state };
	return stream;
}

/* Until something can be read. A signal may come to another thread, so the flag is looked at again and again. False:
 * the run is to end. */
static bool wait_for_bytes(struct stream *stream)
{
	struct pollfd poller = { .fd = stream->fd, .events = POLLIN };
	while (!stream->stop || !atomic_load(stream->stop)) {
		int k = poll(&poller, 1, STOP_LOOK_MS);
		if (k > 0 || (k < 0 && errno != EINTR))
			return true;
	}
	*stream->stopped = true;
	return false;
}

static size_t fd_pull(struct stream *stream, char *room, size_t n)
{
	ssize_t k;
	do
		k = stream->waits && !wait_for_bytes(stream) ? 0 : read(stream->fd, room, n);
	while (k < 0 && (errno == EINTR || (errno == EAGAIN && stream->waits)));
	return k < 0 ? stream_fail(stream, GARNER_UNREADABLE, "read: %s", strerror(errno)) : (size_t)k;
}

static void fd_close(struct stream *stream)
{
	if (stream->fd > STDIN_FILENO)
		close(stream->fd);
}

struct stream *stream_of_fd(int fd)
{
	struct stream *stream = stream_new(fd_pull, fd_close, NULL);
	if (stream)
		stream->fd = fd;
	return stream;
}

void stream_stops(struct stream *stream, const atomic_bool *stop, bool *ret_stopped)
{
	struct stat st;
	if (fstat(stream->fd, &st) < 0 || S_ISREG(st.st_mode))
		return;
	stream->waits = true;
	stream->stop = stop;
	stream->stopped = ret_stopped;
}

static size_t view_pull(struct stream *stream, char *room, size_t n)
{
	struct view *rest = stream->state;
	struct view part = view_first(*rest, n);
	if (part.n)
		memcpy(room, part.p, part.n);
	*rest = view_from(*rest, part.n);
	return part.n;
}

static void view_close(struct stream *stream)
{
	free(stream->state);
}

struct stream *stream_of_view(struct view bytes)
{
	struct view *rest = malloc(sizeof(*rest));
	struct stream *stream = rest ? stream_new(view_pull, view_close, rest) : NULL;
	if (!stream)
		free(rest);
	else
		*rest = bytes;
	return stream;
}

/* What is read goes round in the window: one of 8 MiB, for a record of 5 MiB, would stay in memory and out of the cache
 * for the rest of the run. */
static void give_back(struct stream *stream, size_t have)
{
	size_t cap = WINDOW_BYTES;
	if (stream->cap <= WINDOW_KEEP_BYTES || have >= WINDOW_KEEP_BYTES / 2)
		return;
	while (cap < 2 * have)
		cap *= 2;
	char *p = malloc(cap);
	if (!p)
		return;
	memcpy(p, stream->p + stream->at, have);
	free(stream->p);
	stream->p = p;
	stream->cap = cap;
	stream->at = 0;
	stream->end = have;
}

/* Makes room for a window of @want bytes: by moving its bytes to the front, then by growing. */
static bool make_room(struct stream *stream, size_t want)
{
	size_t have = stream->end - stream->at;
	if (stream->at && stream->cap - stream->at < want)
		give_back(stream, have);
	if (stream->at && stream->cap - stream->at < want) {
		memmove(stream->p, stream->p + stream->at, have);
		stream->at = 0;
		stream->end = have;
	}
	if (stream->cap - stream->at >= want && stream->end < stream->cap)
		return true;
	size_t cap = stream->cap ? stream->cap * 2 : WINDOW_BYTES;
	char *grown = realloc(stream->p, cap);
	if (!grown) {
		stream->ended = true;
		stream_fail(stream, GARNER_TOO_COMPLEX, "no memory for a window of %zu bytes", cap);
		return false;
	}
	stream->p = grown;
	stream->cap = cap;
	return true;
}

struct view stream_look(struct stream *stream, size_t want)
{
	while (stream->end - stream->at < want && !stream->ended) {
		/* Grows step by step: what a small file asks for is not the ceiling. */
		size_t step = stream->end - stream->at + 1;
		if (!make_room(stream, step))
			break;
		size_t n = stream->pull(stream, stream->p + stream->end, stream->cap - stream->end);
		stream->end += n;
		if (n == 0)
			stream->ended = true;
	}
	return view_first(view_make(stream->p + stream->at, stream->end - stream->at), want);
}

struct view stream_some(struct stream *stream)
{
	if (stream->at == stream->end)
		stream_look(stream, 1);
	return view_make(stream->p + stream->at, stream->end - stream->at);
}

struct view stream_more(struct stream *stream, size_t have)
{
	stream_look(stream, have + 1);
	return view_make(stream->p + stream->at, stream->end - stream->at);
}

bool stream_skip(struct stream *stream, int64_t n)
{
	while (n > 0) {
		struct view some = stream_some(stream);
		if (some.n == 0)
			return false;
		size_t step = (int64_t)some.n < n ? some.n : (size_t)n;
		stream->at += step;
		stream->offset += (int64_t)step;
		n -= (int64_t)step;
	}
	return true;
}

bool stream_seek(struct stream *stream, int64_t offset)
{
	int64_t ahead = offset - stream->offset;
	if (ahead >= 0 && ahead <= (int64_t)(stream->end - stream->at)) {
		stream->at += (size_t)ahead;
		stream->offset = offset;
		return true;
	}
	if (stream->fd < 0 || stream->reason)
		return false;
	/* The descriptor may have stood anywhere when it was handed over: only distances count. */
	int64_t read_to = stream->offset + (int64_t)(stream->end - stream->at);
	if (lseek(stream->fd, (off_t)(offset - read_to), SEEK_CUR) < 0)
		return false;
	stream->at = stream->end = 0;
	stream->offset = offset;
	stream->ended = false;
	return true;
}

int64_t stream_size(const struct stream *stream)
{
	struct stat st;
	if (stream->fd < 0 || fstat(stream->fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -1;
	int64_t read_to = stream->offset + (int64_t)(stream->end - stream->at);
	off_t stands = lseek(stream->fd, 0, SEEK_CUR);
	return stands < 0 ? -1 : (int64_t)st.st_size - ((int64_t)stands - read_to);
}

struct stream *stream_close(struct stream *stream)
{
	if (stream) {
		if (stream->close)
			stream->close(stream);
		free(stream->p);
		free(stream);
	}
	return NULL;
}

enum stream_coding stream_coding_of(struct view first)
{
	const unsigned char *b = (const unsigned char *)first.p;
	if (first.n >= 4 && b[0] == 0x1F && b[1] == 0x8B && b[2] == 8 && !(b[3] & 0xE0))
		return STREAM_GZIP;
	if (first.n >= 4 && b[0] == 0x28 && b[1] == 0xB5 && b[2] == 0x2F && b[3] == 0xFD)
		return STREAM_ZSTD;
	/* Skippable frames: pzstd and .warc.zst begin with one. */
	if (first.n >= 4 && (b[0] & 0xF0) == 0x50 && b[1] == 0x2A && b[2] == 0x4D && b[3] == 0x18)
		return STREAM_ZSTD;
	return STREAM_PLAIN;
}
