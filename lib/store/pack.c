/* Frames of a pack made and written. */
#include "store/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>
#include "store/format.h"
#include "util/file.h"
#include "util/late_archive.h"
#include "util/limits.h"

struct pack {
	const struct archive_functions *la;
	int fd;
	char *name;
	int64_t end; /* where the next frame goes */
	struct archive *tar;
	struct archive_entry *entry;
	ZSTD_CCtx *zstd;
	struct buf raw;	   /* tar bytes of the frame in memory */
	struct buf packed; /* room for the compressed frame */
	struct pack_frame *frames;
	size_t count, cap;
	bool closing; /* libarchive's own end blocks are swallowed */
	char zero[1024];
};

static la_ssize_t sink(struct archive *tar, void *user, const void *p, size_t n)
{
	struct pack *pack = user;
	if (!pack->closing && buf_put(&pack->raw, p, n)) {
		pack->la->set_error(tar, ENOMEM, "frame larger than its ceiling");
		return -1;
	}
	return (la_ssize_t)n;
}

static int tar_failed(struct pack *pack, struct error *error)
{
	int code = pack->la->code(pack->tar);
	const char *words = pack->la->error_string(pack->tar);
	return error_set(error, code > 0 ? -code : -EIO, "%s: tar: %s", pack->name, words ? words : "failed");
}

static int zstd_failed(struct pack *pack, size_t code, struct error *error)
{
	return error_set(error, -ENOMEM, "%s: zstd: %s", pack->name, ZSTD_getErrorName(code));
}

static void set_search(ZSTD_CCtx *zstd)
{
	static const struct {
		ZSTD_cParameter name;
		int value;
	} all[] = { { ZSTD_c_strategy, ZSTD_greedy }, { ZSTD_c_windowLog, PACK_WINDOW_LOG },
		{ ZSTD_c_hashLog, PACK_HASH_LOG }, { ZSTD_c_chainLog, PACK_HASH_LOG },
		{ ZSTD_c_searchLog, PACK_SEARCH_LOG }, { ZSTD_c_minMatch, PACK_MIN_MATCH }, { ZSTD_c_checksumFlag, 1 },
		{ ZSTD_c_contentSizeFlag, 1 } };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ZSTD_CCtx_setParameter(zstd, all[i].name, all[i].value);
}

int pack_new(int fd, const char *name, int64_t end, struct pack **ret_pack, struct error *error)
{
	const struct archive_functions *la = late_archive(error);
	struct pack *pack = la ? calloc(1, sizeof(*pack)) : NULL;
	if (!pack)
		return error_set(error, la ? -ENOMEM : -ELIBACC, "%s: no memory", name);
	pack->la = la;
	pack->fd = fd;
	pack->end = end;
	pack->raw = BUF_INIT(LIMIT_FRAME_BYTES);
	pack->packed = BUF_INIT(ZSTD_COMPRESSBOUND((size_t)LIMIT_FRAME_BYTES));
	pack->name = strdup(name);
	pack->tar = pack->la->write_new();
	pack->entry = pack->la->entry_new();
	pack->zstd = ZSTD_createCCtx();
	if (!pack->name || !pack->tar || !pack->entry || !pack->zstd) {
		pack_free(pack);
		return error_set(error, -ENOMEM, "%s: no memory", name);
	}
	set_search(pack->zstd);
	pack->la->write_set_format_pax_restricted(pack->tar);
	/* No blocking: every byte of a member has reached the sink when the member is finished. */
	pack->la->write_set_bytes_per_block(pack->tar, 0);
	pack->la->write_set_bytes_in_last_block(pack->tar, 1);
	if (pack->la->write_open(pack->tar, pack, NULL, sink, NULL) != ARCHIVE_OK) {
		int result = tar_failed(pack, error);
		pack_free(pack);
		return result;
	}
	*ret_pack = pack;
	return 0;
}

struct pack *pack_free(struct pack *pack)
{
	if (!pack)
		return NULL;
	pack->closing = true;
	pack->la->write_free(pack->tar);
	pack->la->entry_free(pack->entry);
	ZSTD_freeCCtx(pack->zstd);
	buf_free(&pack->raw);
	buf_free(&pack->packed);
	free(pack->frames);
	free(pack->name);
	free(pack);
	return NULL;
}

int pack_had(struct pack *pack, const struct pack_frame *frame, struct error *error)
{
	if (pack->count == pack->cap) {
		size_t cap = pack->cap ? pack->cap * 2 : 64;
		struct pack_frame *grown = realloc(pack->frames, cap * sizeof(*grown));
		if (!grown)
			return error_set(error, -ENOMEM, "%s: no memory", pack->name);
		pack->frames = grown;
		pack->cap = cap;
	}
	pack->frames[pack->count++] = *frame;
	return 0;
}

size_t pack_pending(const struct pack *pack)
{
	return pack->raw.n;
}

int64_t pack_size(const struct pack *pack)
{
	return pack->end;
}

int pack_begin(struct pack *pack, const char *name, int64_t size, int64_t mtime, struct error *error)
{
	struct archive_entry *entry = pack->la->entry_clear(pack->entry);
	pack->la->entry_set_pathname(entry, name);
	pack->la->entry_set_size(entry, size);
	pack->la->entry_set_filetype(entry, AE_IFREG);
	pack->la->entry_set_perm(entry, 0644);
	pack->la->entry_set_mtime(entry, mtime, 0);
	return pack->la->write_header(pack->tar, entry) == ARCHIVE_OK ? 0 : tar_failed(pack, error);
}

int pack_more(struct pack *pack, struct view bytes, struct error *error)
{
	if (bytes.n && pack->la->write_data(pack->tar, bytes.p, bytes.n) != (la_ssize_t)bytes.n)
		return tar_failed(pack, error);
	return 0;
}

int pack_done(struct pack *pack, struct error *error)
{
	return pack->la->write_finish_entry(pack->tar) == ARCHIVE_OK ? 0 : tar_failed(pack, error);
}

int pack_add(struct pack *pack, const char *name, struct view bytes, int64_t mtime, size_t *ret_at, struct error *error)
{
	int result = pack_begin(pack, name, (int64_t)bytes.n, mtime, error);
	size_t at = pack->raw.n;
	if (!result)
		result = pack_more(pack, bytes, error);
	if (!result)
		result = pack_done(pack, error);
	if (!result && ret_at)
		*ret_at = at;
	return result;
}

/* Writes at the end of the file as we know it: a failed write leaves a torn tail, never a hole. */
static int write_at_end(struct pack *pack, const void *p, size_t n, struct error *error)
{
	if (lseek(pack->fd, pack->end, SEEK_SET) < 0)
		return error_set(error, -errno, "%s: seek: %s", pack->name, strerror(errno));
	int result = file_write(pack->fd, p, n, error, pack->name);
	if (!result)
		pack->end += (int64_t)n;
	return result;
}

int pack_copy(struct pack *pack, struct view bytes, uint32_t raw, struct pack_frame *ret_frame, struct error *error)
{
	struct pack_frame frame = { .offset = pack->end, .packed = (uint32_t)bytes.n, .raw = raw };
	int result = write_at_end(pack, bytes.p, bytes.n, error);
	if (!result)
		result = pack_had(pack, &frame, error);
	if (!result && ret_frame)
		*ret_frame = frame;
	return result;
}

static int compress(struct pack *pack, struct view raw, struct error *error)
{
	size_t bound = ZSTD_compressBound(raw.n);
	buf_reset(&pack->packed);
	char *room = buf_room(&pack->packed, bound);
	if (!room)
		return error_set(error, pack->packed.err, "%s: no memory for a frame of %zu bytes", pack->name, raw.n);
	size_t n = ZSTD_compress2(pack->zstd, room, bound, raw.p, raw.n);
	if (ZSTD_isError(n))
		return zstd_failed(pack, n, error);
	buf_added(&pack->packed, n);
	return 0;
}

int pack_cut(struct pack *pack, struct pack_frame *ret_frame, struct error *error)
{
	if (pack->raw.n == 0)
		return 0;
	int result = compress(pack, buf_view(&pack->raw), error);
	if (!result)
		result = pack_copy(pack, buf_view(&pack->packed), (uint32_t)pack->raw.n, ret_frame, error);
	if (!result)
		buf_reset(&pack->raw);
	return result;
}

static void put_u32(struct buf *out, uint32_t v)
{
	uint8_t bytes[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };
	buf_put(out, bytes, 4);
}

int pack_end(struct pack *pack, struct error *error)
{
	int result = pack_cut(pack, NULL, error);
	if (!result)
		result = compress(pack, view_make(pack->zero, sizeof(pack->zero)), error);
	if (!result)
		result = pack_copy(pack, buf_view(&pack->packed), sizeof(pack->zero), NULL, error);
	if (result)
		return result;
	struct buf *out = &pack->packed;
	buf_reset(out);
	put_u32(out, PACK_SEEK_MAGIC);
	put_u32(out, (uint32_t)(pack->count * SEEK_ENTRY + SEEK_FOOT));
	for (size_t i = 0; i < pack->count; i++) {
		put_u32(out, pack->frames[i].packed);
		put_u32(out, pack->frames[i].raw);
	}
	put_u32(out, (uint32_t)pack->count);
	buf_putc(out, 0);
	put_u32(out, PACK_SEEK_FOOT_MAGIC);
	if (out->err)
		return error_set(error, out->err, "%s: no memory for the seek table", pack->name);
	return write_at_end(pack, out->p, out->n, error);
}
