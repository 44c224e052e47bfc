#include "store/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/file.h"
#include "util/limits.h"

static int failed(const char *what, const char *name, struct error *error)
{
	int code = errno ? errno : EIO;
	return error_set(error, -code, "%s: %s: %s", name, what, strerror(code));
}

static int set_up(struct segment *segment, const char *path, struct error *error)
{
	*segment = (struct segment){ .fd = -1, .pending = BUF_INIT(SIZE_MAX / 2), .name = strdup(path) };
	return segment->name ? 0 : error_set(error, -ENOMEM, "%s: no memory", path);
}

int segment_open(struct segment *segment, const char *path, int64_t acknowledged, struct error *error)
{
	struct stat st;
	int result = set_up(segment, path, error);
	if (result)
		return result;
	segment->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (segment->fd < 0 || fstat(segment->fd, &st) < 0)
		result = failed("open", path, error);
	else if (st.st_size < acknowledged)
		result = error_set(error, -EBADMSG, "%s: %lld bytes, %lld were acknowledged: garner repair", path,
			(long long)st.st_size, (long long)acknowledged);
	else if (st.st_size > acknowledged && ftruncate(segment->fd, acknowledged) < 0)
		result = failed("cut the torn tail", path, error);
	segment->size = acknowledged;
	if (result)
		segment_close(segment);
	return result;
}

int segment_open_temporary(struct segment *segment, const char *path, struct error *error)
{
	char *name = NULL;
	if (asprintf(&name, "%s.lines.XXXXXX", path) < 0)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	int result = set_up(segment, path, error);
	if (!result) {
		segment->fd = mkostemp(name, O_CLOEXEC);
		if (segment->fd < 0 || unlink(name) < 0)
			result = failed("create", name, error);
	}
	free(name);
	if (result)
		segment_close(segment);
	return result;
}

int segment_add(struct segment *segment, struct view line, struct error *error)
{
	buf_putv(&segment->pending, line);
	buf_putc(&segment->pending, '\n');
	if (segment->pending.err)
		return error_set(error, segment->pending.err, "%s: no memory for a line", segment->name);
	segment->size += (int64_t)line.n + 1;
	return 0;
}

int segment_write(struct segment *segment, struct error *error)
{
	struct buf *pending = &segment->pending;
	if (pending->n == 0)
		return 0;
	if (lseek(segment->fd, segment->size - (int64_t)pending->n, SEEK_SET) < 0)
		return failed("seek", segment->name, error);
	int result = file_write(segment->fd, pending->p, pending->n, error, segment->name);
	if (result)
		return result;
	segment->unsynced = true;
	buf_reset(pending);
	return 0;
}

int segment_sync(struct segment *segment, struct error *error)
{
	int result = segment_write(segment, error);
	if (!result && segment->unsynced) {
		result = file_sync(segment->fd, error, segment->name);
		segment->unsynced = result != 0;
	}
	return result;
}

void segment_close(struct segment *segment)
{
	if (segment->fd >= 0)
		close(segment->fd);
	buf_free(&segment->pending);
	free(segment->name);
	*segment = SEGMENT_NONE;
}

int segment_each(int fd, const char *name, int64_t size, segment_line_fn *fn, void *user, struct error *error)
{
	enum { STEP = 1 << 18 };
	struct buf window = BUF_INIT((size_t)LIMIT_MANIFEST_LINE + STEP);
	int64_t read_to = 0, line_at = 0;
	int result = 0;
	while (!result && (read_to < size || window.n)) {
		size_t n = size - read_to < STEP ? (size_t)(size - read_to) : STEP;
		char *room = buf_room(&window, n ? n : 1);
		if (!room) {
			result = error_set(error, -EFBIG, "%s: offset %lld: a line over %zu bytes", name,
				(long long)line_at, (size_t)LIMIT_MANIFEST_LINE);
			break;
		}
		result = n ? file_read_at(fd, room, n, read_to, error, name) : 0;
		if (result)
			break;
		size_t seen = window.n;
		buf_added(&window, n);
		read_to += (int64_t)n;
		struct view rest = buf_view(&window);
		size_t skip = seen;
		while (!result && rest.n) {
			size_t end = skip + view_find_byte(view_from(rest, skip), '\n');
			skip = 0;
			if (end >= rest.n && read_to < size)
				break;
			result = fn(user, view_first(rest, end), line_at);
			size_t step = end < rest.n ? end + 1 : end;
			line_at += (int64_t)step;
			rest = view_from(rest, step);
		}
		if (rest.n)
			memmove(window.p, rest.p, rest.n);
		window.n = rest.n;
	}
	buf_free(&window);
	return result;
}
