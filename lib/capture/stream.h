/* Bytes in, one way, with look-ahead: from a descriptor, memory, or another stream with its coding undone.
 *
 *	[ skipped | window: looked at | not read yet ]
 *	            ^ stream->offset
 *
 * Memory is the largest window that was asked for, not the size of the input. One thread. */
#ifndef GARNER_CAPTURE_STREAM_H
#define GARNER_CAPTURE_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "util/view.h"

enum { STREAM_DETAIL_BYTES = 160 };

struct stream {
	char *p; /* window: p[at] to p[end] */
	size_t at, end, cap;
	int64_t offset; /* of p[at], from the stream's start */
	bool ended;	/* nothing behind the window */
	int reason;	/* 0, or why it ended early: UNREADABLE, TRUNCATED, BAD_CODING (enum garner_reason) */
	char detail[STREAM_DETAIL_BYTES];
	int fd; /* of stream_of_fd, else -1 */
	/* Of stream_stops. */
	bool waits;
	const atomic_bool *stop;
	bool *stopped;
	/* At most @n bytes into @room; 0: the end, reason set when it came early. */
	size_t (*pull)(struct stream *stream, char *room, size_t n);
	void (*close)(struct stream *stream);
	void *state;
};

/* Each returns NULL only when memory is out (then @under, @fd stay the caller's); closing closes what is under. */
struct stream *stream_of_fd(int fd);
/* What comes from a pipe or a terminal is waited for, but only until *@stop (may be NULL) is set: then it ends, and
 * *@ret_stopped is set. */
void stream_stops(struct stream *stream, const atomic_bool *stop, bool *ret_stopped);
struct stream *stream_of_view(struct view bytes);
/* With a pull and close of one's own. */
struct stream *stream_new(size_t (*pull)(struct stream *, char *, size_t), void (*close)(struct stream *), void *state);
/* RFC 1952 members one after the other; zero bytes behind the last one are padding. */
struct stream *stream_of_gzip(struct stream *under);
/* RFC 8878 frames one after the other, skippable ones passed over. */
struct stream *stream_of_zstd(struct stream *under);

/* Up to @want bytes from the place, fewer only at the end (or when memory is out: reason is set). Valid until the
 * next call. */
struct view stream_look(struct stream *stream, size_t want);
/* What is in the window already, at least one byte unless the stream ended. */
struct view stream_some(struct stream *stream);
/* The whole window, grown by what comes next where it held @have bytes or fewer: as many as there are, without waiting
 * for more of them. @have bytes still: the end. Valid until the next call. */
struct view stream_more(struct stream *stream, size_t have);
/* Moves past @n bytes, looked at or not. False: the end came first. */
bool stream_skip(struct stream *stream, int64_t n);
/* To an offset of a seekable descriptor; false: not possible, nothing changed. */
bool stream_seek(struct stream *stream, int64_t offset);
/* Bytes from start to end of a seekable descriptor; -1 not known. */
int64_t stream_size(const struct stream *stream);
/* Ends it early, for pulls. Returns 0. */
size_t stream_fail(struct stream *stream, int reason, const char *format, ...) __attribute__((format(printf, 3, 4)));
struct stream *stream_close(struct stream *stream);

/* The codings by their first bytes. */
enum stream_coding { STREAM_PLAIN, STREAM_GZIP, STREAM_ZSTD };
enum stream_coding stream_coding_of(struct view first);

#endif
