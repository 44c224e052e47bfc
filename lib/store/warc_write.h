/* WARC/1.1 out (ISO 28500:2017): one gzip member or zstd frame a record, sha1 digests in base32, URIs without brackets,
 * a capture's records side by side:
 *
 *	[metadata: feed facts] [request] response | resource | revisit
 *
 * metadata and request come first and name the response (WARC-Concurrent-To): a reader that goes forward knows them
 *when the page comes. Record ids are made from what the record holds, so the same input gives the same bytes. */
#ifndef GARNER_STORE_WARC_WRITE_H
#define GARNER_STORE_WARC_WRITE_H

#include "page.h"
#include "util/buf.h"

enum { WARC_ID_BYTES = 48 }; /* "<urn:uuid:…>" and a NUL */

/* How records are packed. */
enum warc_packing { WARC_PACK_GZIP, WARC_PACK_ZSTD, WARC_PACK_NONE };

struct warc_writer; /* one thread; keeps its compressor between records */
int warc_writer_new(enum warc_packing packing, struct warc_writer **ret_writer, struct error *error);
struct warc_writer *warc_writer_free(struct warc_writer *writer);
/* Records are put together in @room, which stays the caller's; one that does not fit is refused with -EFBIG. NULL: on
 * the heap again. */
void warc_writer_lend(struct warc_writer *writer, char *room, size_t n);
/* Bytes that @n bytes take at most when they are packed. */
size_t warc_packed_bound(const struct warc_writer *writer, size_t n);

/* Where a record went: bytes in @out, counted from its start at the call. */
struct warc_place {
	size_t offset, length;
	char record[WARC_ID_BYTES];
};

/* One record of any type. Views that are VIEW_NONE leave their field out; controls in values become %XX. */
struct warc_record {
	const char *type; /* "response" … */
	struct view uri, content_type, ip, protocol;
	int64_t date;		   /* seconds since 1970 */
	struct view concurrent_to; /* record ids with their brackets */
	struct view refers_to, refers_to_uri;
	int64_t refers_to_date; /* GARNER_NO_NUMBER: left out */
	struct view profile, filename, truncated;
	struct view payload_digest; /* "sha1:…" of what the record does not hold: revisits */
	struct view head, body;	    /* the block is both; with a head, the body's digest is the payload's */
	struct view lead, tail;	    /* right before and behind the body, in the block alone */
};
/* All of these append to @out. 0, or -ENOMEM, -EFBIG of the buffer. @ret_place may be NULL. */
int warc_write_record(
	struct warc_writer *writer, struct buf *out, const struct warc_record *record, struct warc_place *ret_place);
/* The record a file begins with. @fields: more lines "name: value\r\n", or VIEW_NONE. */
int warc_write_info(struct warc_writer *writer, struct buf *out, struct view filename, int64_t date, struct view fields,
	struct warc_place *ret_place);

/* What an unchanged body was first seen as. */
struct warc_original {
	struct view record, url; /* url may be VIEW_NONE */
	int64_t date;
};
/* The records of one capture; a revisit (identical-payload-digest, or server-not-modified for status 304) when
 * @original is given. @date where the capture has none. @ret_group: all of them, ret_group->record the response's;
 * @ret_main: the response alone; each may be NULL. */
int warc_write_capture(struct warc_writer *writer, struct buf *out, const struct capture *capture, int64_t date,
	const struct warc_original *original, struct warc_place *ret_group, struct warc_place *ret_main);

/* "sha1:" and base32, of @bytes; 38 bytes with the NUL. */
enum { WARC_DIGEST_BYTES = 40 };
void warc_digest(struct view bytes, char ret_digest[WARC_DIGEST_BYTES]);

#endif
