/* Frames of a pack read back: by the place that a manifest names, one after the other, or by the seek table. */
#include "store/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>
#include "store/format.h"
#include "util/file.h"
#include "util/late_archive.h"
#include "util/limits.h"

static uint32_t get_u32(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static int decode(struct view packed, struct buf *out, const char **ret_why, struct error *error, const char *name)
{
	unsigned long long raw = ZSTD_getFrameContentSize(packed.p, packed.n);
	buf_reset(out);
	if (raw == ZSTD_CONTENTSIZE_UNKNOWN || raw == ZSTD_CONTENTSIZE_ERROR || raw > LIMIT_FRAME_BYTES) {
		*ret_why = "a frame without a sound content size";
		return PACK_BAD;
	}
	char *room = buf_room(out, raw ? (size_t)raw : 1);
	if (!room)
		return error_set(error, -ENOMEM, "%s: no memory for a frame of %llu bytes", name, raw);
	size_t n = ZSTD_decompress(room, (size_t)raw, packed.p, packed.n);
	if (ZSTD_isError(n)) {
		*ret_why = ZSTD_getErrorName(n);
		return PACK_BAD;
	}
	buf_added(out, n);
	return PACK_DATA;
}

int pack_read(int fd, const char *name, int64_t offset, size_t packed, struct buf *out, struct error *error)
{
	if (packed == 0 || packed > ZSTD_COMPRESSBOUND((size_t)LIMIT_FRAME_BYTES))
		return error_set(error, -EBADMSG, "%s: offset %lld: a frame can't have %zu bytes", name,
			(long long)offset, packed);
	char *bytes = malloc(packed);
	if (!bytes)
		return error_set(error, -ENOMEM, "%s: no memory for a frame of %zu bytes", name, packed);
	const char *why = NULL;
	int result = file_read_at(fd, bytes, packed, offset, error, name);
	if (!result)
		result = decode(view_make(bytes, packed), out, &why, error, name);
	free(bytes);
	if (result == PACK_BAD)
		return error_set(error, -EBADMSG, "%s: offset %lld: %s", name, (long long)offset, why);
	return result;
}

struct slicer {
	int fd;
	const char *name;
	const struct pack_frame *frame;
	uint32_t read;
	char step[16384], pass[65536]; /* small: they stay in the processor's cache */
	ZSTD_inBuffer from;
	ZSTD_DCtx *zstd;
	struct error *error;
};

/* @n bytes at most into @p, or past it when that is NULL. 0 and *ret_n 0: the frame has no more. */
static int slice_some(struct slicer *s, char *p, size_t n, size_t *ret_n)
{
	ZSTD_outBuffer to = { p ? p : s->pass, p || n < sizeof(s->pass) ? n : sizeof(s->pass), 0 };
	int result = 0;
	while (!result && to.pos == 0) {
		if (s->from.pos == s->from.size && s->read < s->frame->packed) {
			uint32_t left = s->frame->packed - s->read;
			s->from = (ZSTD_inBuffer){ s->step, left < sizeof(s->step) ? left : sizeof(s->step), 0 };
			result = file_read_at(
				s->fd, s->step, s->from.size, s->frame->offset + s->read, s->error, s->name);
			s->read += (uint32_t)s->from.size;
		}
		bool dry = s->from.pos == s->from.size;
		size_t code = result ? 1 : ZSTD_decompressStream(s->zstd, &to, &s->from);
		if (ZSTD_isError(code))
			result = error_set(s->error, -EBADMSG, "%s: offset %lld: %s", s->name,
				(long long)s->frame->offset, ZSTD_getErrorName(code));
		if (dry || code == 0)
			break;
	}
	*ret_n = result ? 0 : to.pos;
	return result;
}

int pack_slice(int fd, const char *name, const struct pack_frame *frame, size_t at, size_t n, struct buf *out,
	struct error *error)
{
	struct slicer *s = malloc(sizeof(*s));
	ZSTD_DCtx *zstd = ZSTD_createDCtx();
	buf_reset(out);
	char *room = buf_room(out, n);
	int result = s && zstd && room ? 0 : error_set(error, -ENOMEM, "%s: no memory for a part of a frame", name);
	if (!result) {
		s->fd = fd;
		s->name = name;
		s->frame = frame;
		s->read = 0;
		s->from = (ZSTD_inBuffer){ s->step, 0, 0 };
		s->zstd = zstd;
		s->error = error;
	}
	size_t some = 1;
	for (size_t passed = 0; !result && some && passed < at; passed += some)
		result = slice_some(s, NULL, at - passed, &some);
	for (size_t got = 0; !result && some && got < n; got += some) {
		result = slice_some(s, room + got, n - got, &some);
		buf_added(out, some);
	}
	ZSTD_freeDCtx(zstd);
	free(s);
	return result;
}

static bool is_skippable(const char *p)
{
	return (get_u32(p) & 0xFFFFFFF0u) == 0x184D2A50u;
}

/* Reads a growing window until the frame's end lies in it. */
static int find_frame(
	int fd, const char *name, int64_t offset, int64_t size, struct buf *window, size_t *ret_n, struct error *error)
{
	int64_t left = size - offset;
	for (int64_t n = 256 << 10;; n *= 4) {
		if (n > left)
			n = left;
		buf_reset(window);
		char *room = buf_room(window, (size_t)n);
		if (!room)
			return error_set(error, -ENOMEM, "%s: no memory", name);
		int result = file_read_at(fd, room, (size_t)n, offset, error, name);
		if (result)
			return result;
		buf_added(window, (size_t)n);
		size_t found = ZSTD_findFrameCompressedSize(room, (size_t)n);
		if (!ZSTD_isError(found)) {
			*ret_n = found;
			return 0;
		}
		if (ZSTD_getErrorCode(found) != ZSTD_error_srcSize_wrong || n == left || n > LIMIT_FRAME_BYTES) {
			*ret_n = 0;
			return 0;
		}
	}
}

int pack_next(int fd, const char *name, int64_t offset, int64_t size, struct buf *raw, struct pack_frame *ret_frame,
	const char **ret_why, struct error *error)
{
	struct buf window = BUF_INIT((size_t)LIMIT_FRAME_BYTES * 2);
	size_t n = 0;
	int result = find_frame(fd, name, offset, size, &window, &n, error);
	if (!result && n < 4) {
		*ret_why = "no whole zstd frame";
		result = PACK_BAD;
	}
	if (!result) {
		*ret_frame = (struct pack_frame){ .offset = offset, .packed = (uint32_t)n };
		if (is_skippable(window.p))
			result = PACK_SKIPPABLE;
		else if (raw)
			result = decode(view_make(window.p, n), raw, ret_why, error, name);
		if (result == PACK_DATA)
			ret_frame->raw =
				raw ? (uint32_t)raw->n : (uint32_t)ZSTD_getFrameContentSize(window.p, window.n);
	}
	buf_free(&window);
	return result;
}

int pack_seek_frame(int fd, const char *name, int64_t offset, int64_t size, int64_t *ret_offset, struct error *error)
{
	static const char magic[4] = { '\x28', '\xB5', '\x2F', '\xFD' };
	char window[65536];
	for (int64_t at = offset + 1; at + 4 <= size;) {
		size_t n = size - at < (int64_t)sizeof(window) ? (size_t)(size - at) : sizeof(window);
		int result = file_read_at(fd, window, n, at, error, name);
		if (result)
			return result;
		size_t found = view_find(view_make(window, n), view_make(magic, 4));
		if (found < n) {
			*ret_offset = at + (int64_t)found;
			return 0;
		}
		at += (int64_t)n - 3;
		if (n < sizeof(window))
			break;
	}
	*ret_offset = size;
	return 0;
}

int pack_table(
	int fd, const char *name, int64_t size, struct pack_frame **ret_frames, size_t *ret_count, struct error *error)
{
	char foot[SEEK_FOOT];
	if (size < SEEK_HEAD + SEEK_FOOT)
		return -ENOENT;
	int result = file_read_at(fd, foot, sizeof(foot), size - SEEK_FOOT, error, name);
	if (result)
		return result;
	if (get_u32(foot + 5) != PACK_SEEK_FOOT_MAGIC)
		return -ENOENT;
	uint64_t count = get_u32(foot), n = count * SEEK_ENTRY + SEEK_FOOT;
	if (foot[4] != 0 || n + SEEK_HEAD > (uint64_t)size)
		return error_set(error, -EBADMSG, "%s: the seek table is broken", name);
	char *table = malloc(n + SEEK_HEAD);
	struct pack_frame *frames = calloc(count ? count : 1, sizeof(*frames));
	if (!table || !frames) {
		free(table);
		free(frames);
		return error_set(error, -ENOMEM, "%s: no memory", name);
	}
	int64_t start = size - (int64_t)n - SEEK_HEAD, at = 0;
	result = file_read_at(fd, table, n + SEEK_HEAD, start, error, name);
	for (uint64_t i = 0; !result && i < count; i++) {
		const char *entry = table + SEEK_HEAD + i * SEEK_ENTRY;
		frames[i] = (struct pack_frame){ at, get_u32(entry), get_u32(entry + 4) };
		at += frames[i].packed;
	}
	if (!result && (get_u32(table) != PACK_SEEK_MAGIC || get_u32(table + 4) != n || at != start))
		result =
			error_set(error, -EBADMSG, "%s: offset %lld: the seek table is broken", name, (long long)start);
	free(table);
	if (result) {
		free(frames);
		return result;
	}
	*ret_frames = frames;
	*ret_count = (size_t)count;
	return 0;
}

bool pack_is_end(struct view raw)
{
	if (raw.n != 1024)
		return false;
	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i])
			return false;
	return true;
}

int pack_members(struct view raw, pack_member_fn *fn, void *user, struct error *error)
{
	const struct archive_functions *la = late_archive(error);
	struct archive *tar = la ? la->read_new() : NULL;
	struct archive_entry *entry;
	int result = 0, code = ARCHIVE_OK;
	if (!tar)
		return error_set(error, la ? -ENOMEM : -ELIBACC, "no memory");
	la->read_support_format_tar(tar);
	if (raw.n && la->read_open_memory(tar, raw.p, raw.n) == ARCHIVE_OK) {
		while (!result && (code = la->read_next_header(tar, &entry)) == ARCHIVE_OK) {
			const void *p = raw.p;
			size_t n = 0, size = (size_t)la->entry_size(entry);
			la_int64_t skip;
			/* Reading from memory hands out the bytes where they are: one block a member. */
			if (size && (la->read_data_block(tar, &p, &n, &skip) != ARCHIVE_OK || n != size)) {
				code = ARCHIVE_FATAL;
				break;
			}
			result = fn(user, la->entry_pathname(entry), view_make(p, size),
				size ? (size_t)((const char *)p - raw.p) : 0);
		}
		if (!result && code != ARCHIVE_EOF)
			result = error_set(error, -EBADMSG, "tar: %s", la->error_string(tar) ?: "broken");
	}
	la->read_free(tar);
	return result;
}
