/* Packs: tar members in zstd frames, see format.h. pack.c alone knows how a frame is made, frame_read.c how it is read.
 */
#ifndef GARNER_STORE_PACK_H
#define GARNER_STORE_PACK_H

#include <stdint.h>
#include "util/buf.h"
#include "util/error.h"

struct pack_frame {
	int64_t offset;	 /* in the file */
	uint32_t packed; /* bytes in the file */
	uint32_t raw;	 /* bytes of tar */
};

/* ---- writing -------------------------------------------------------------------------------
 * EMPTY -> FILLING [pack_add] -> EMPTY [pack_cut]; EMPTY -> ENDED [pack_end]. After an error only pack_free. */
struct pack;

/* Appends to @fd from @end on (the caller keeps the fd). @name is for error words and is copied. */
int pack_new(int fd, const char *name, int64_t end, struct pack **ret_pack, struct error *error);
/* The frames that stand in the file already, in order, for the seek table. */
int pack_had(struct pack *pack, const struct pack_frame *frame, struct error *error);
/* One whole member into the frame in memory. @ret_at: where its bytes begin in the raw frame; may be NULL. */
int pack_add(
	struct pack *pack, const char *name, struct view bytes, int64_t mtime, size_t *ret_at, struct error *error);
/* A member in pieces, all of @size bytes: begin, more … , done. A frame may be cut between. */
int pack_begin(struct pack *pack, const char *name, int64_t size, int64_t mtime, struct error *error);
int pack_more(struct pack *pack, struct view bytes, struct error *error);
int pack_done(struct pack *pack, struct error *error);
/* Raw bytes that wait for pack_cut. */
size_t pack_pending(const struct pack *pack);
int64_t pack_size(const struct pack *pack);
/* Compresses what is pending and writes the frame. Not synced. @ret_frame may be NULL. */
int pack_cut(struct pack *pack, struct pack_frame *ret_frame, struct error *error);
/* A frame of another pack as it is. */
int pack_copy(struct pack *pack, struct view frame, uint32_t raw, struct pack_frame *ret_frame, struct error *error);
/* End of the tar and seek table. */
int pack_end(struct pack *pack, struct error *error);
struct pack *pack_free(struct pack *pack);

/* ---- reading ------------------------------------------------------------------------------- */

/* Decodes the frame of @packed bytes at @offset into @out (emptied first). -EBADMSG: not a whole, sound frame. */
int pack_read(int fd, const char *name, int64_t offset, size_t packed, struct buf *out, struct error *error);

/* The @n decoded bytes from @at on, or what of them the frame has: decodes no block of 128 KiB behind them. What they
 * are is not proven: the frame's checksum stands at its end. */
int pack_slice(int fd, const char *name, const struct pack_frame *frame, size_t at, size_t n, struct buf *out,
	struct error *error);

enum pack_part { PACK_DATA, PACK_SKIPPABLE, PACK_BAD };
/* The frame that begins at @offset. @raw (may be NULL: only lengths are found) takes the decoded bytes. PACK_BAD: no
 * whole, sound frame begins there (words in @ret_why, static). < 0: reading failed. */
int pack_next(int fd, const char *name, int64_t offset, int64_t size, struct buf *raw, struct pack_frame *ret_frame,
	const char **ret_why, struct error *error);
/* The next offset after @offset where a frame may begin, or @size. */
int pack_seek_frame(int fd, const char *name, int64_t offset, int64_t size, int64_t *ret_offset, struct error *error);

/* Frames of a sealed pack by its seek table, malloc'd. -ENOENT without words: there is none; -EBADMSG: broken. */
int pack_table(
	int fd, const char *name, int64_t size, struct pack_frame **ret_frames, size_t *ret_count, struct error *error);

/* Each member of whole tar bytes. 0 to go on. */
typedef int pack_member_fn(void *user, const char *name, struct view bytes, size_t at);
/* -EBADMSG when the tar is broken. */
int pack_members(struct view raw, pack_member_fn *fn, void *user, struct error *error);
/* True for the frame that ends the tar. */
bool pack_is_end(struct view raw);

#endif
