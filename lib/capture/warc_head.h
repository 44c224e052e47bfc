/* The head of a WARC record (ISO 28500:2017, 4 and 5), read leniently: bare LF, brackets round URIs, folded lines. */
#ifndef GARNER_CAPTURE_WARC_HEAD_H
#define GARNER_CAPTURE_WARC_HEAD_H

#include <stdint.h>
#include "util/view.h"

enum warc_type {
	WARC_OTHER, /* a type the standard does not know */
	WARC_WARCINFO,
	WARC_RESPONSE,
	WARC_RESOURCE,
	WARC_REQUEST,
	WARC_METADATA,
	WARC_REVISIT,
	WARC_CONVERSION,
	WARC_CONTINUATION,
};

/* Views into the head's bytes; VIEW_NONE where a field is absent. */
struct warc_head {
	size_t size;	     /* bytes with the blank line; of a joined head: where the next record begins */
	struct view version; /* "WARC/1.1" */
	bool known_version;  /* 0.17, 0.18, 1.0, 1.1 */
	enum warc_type type;
	struct view type_name;
	struct view record_id; /* with its brackets */
	struct view uri;       /* without */
	struct view date, content_type, ip, block_digest, payload_digest, truncated, segment, refers_to, refers_to_uri,
		profile, concurrent_to;
	int64_t length; /* -1: missing or not a number */
};

enum warc_head_result {
	WARC_HEAD_DONE,
	WARC_HEAD_NONE,	  /* no version line begins here */
	WARC_HEAD_CUT,	  /* the bytes end before the blank line */
	WARC_HEAD_FIELDS, /* more than LIMIT_HEAD_FIELDS */
	WARC_HEAD_JOINED, /* it breaks off, and another record begins in the middle of it */
};
enum warc_head_result warc_head_parse(struct view bytes, struct warc_head *ret_head);

/* Offset of the next place at or behind @from where a record begins: a version line with a named field under it; it
 * need not stand at a line's start, for what was cut off ends anywhere. bytes.n when there is none; the last
 * WARC_MARK_BYTES can't be judged. */
enum { WARC_MARK_BYTES = 64 };
size_t warc_find_record(struct view bytes, size_t from);
/* The same at the start of a line only. */
size_t warc_find_record_line(struct view bytes, size_t from);

/* The digest "algorithm:value" (hex or base32, any case) is that of @bytes. True also when the algorithm is not known.
 */
bool warc_digest_holds(struct view digest, struct view bytes);

#endif
