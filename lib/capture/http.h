/* HTTP/1 message heads as text (RFC 9110, RFC 9112): what a WARC record holds and what curl hands over.
 * Everything points into the bytes given. */
#ifndef GARNER_CAPTURE_HTTP_H
#define GARNER_CAPTURE_HTTP_H

#include <stdbool.h>
#include "util/view.h"

/* Bytes of the head with its blank line; 0 when the blank line is not there. Bare LF is taken (9112, 2.2). */
size_t http_head_size(struct view bytes);
/* 100 to 599 of a status line "HTTP/1.1 200 …"; 0 when it is none. */
int http_status(struct view head);
/* The first field of that name, trimmed; VIEW_NONE when absent. Folded lines are joined only in view: the value
 * ends at the first line end that is not followed by space or tab. */
struct view http_field(struct view head, struct view name);
/* The type without parameters: "text/html" of "text/html; charset=utf-8". */
struct view http_type_essence(struct view content_type);
/* The last transfer coding is chunked (9112, 6.1). */
bool http_is_chunked(struct view head);

enum http_chunks {
	HTTP_CHUNKS_WHOLE,
	HTTP_CHUNKS_CUT, /* valid as far as it goes, ends before the last chunk */
	HTTP_CHUNKS_NONE /* not chunked at all: a reader of archives keeps the body as it is */
};
/* Undoes chunked transfer coding (9112, 7.1). @out has room for @body.n bytes and may be @body.p itself. */
enum http_chunks http_dechunk(struct view body, char *out, size_t *ret_size);

#endif
