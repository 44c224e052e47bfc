/* Bytes to UTF-8: content codings, kind of page, charset. */
#ifndef GARNER_DECODE_DECODE_H
#define GARNER_DECODE_DECODE_H

#include "stage.h"

/* Stage. capture.body -> page->body (codings undone, ceiling LIMIT_BODY_BYTES), page->kind, page->utf8 (valid
 * UTF-8, no byte order mark; page->body itself when it was that already), document.charset. Reasons: EMPTY,
 * BINARY (bytes), NOT_A_PAGE (text of another kind: style sheets, scripts, JSON, feeds), TOO_LARGE, BAD_CODING. */
extern const struct stage decode_stage;

/* Undoes gzip, deflate, br (where built in), zstd codings named in @encoding (a header value), and gzip or
 * zstd that nobody named. A body that stands uncoded despite the header is taken as it is, with a note.
 * 0, GARNER_TOO_LARGE (over @max bytes), GARNER_BAD_CODING, GARNER_TRUNCATED (what came is in @ret), < 0. */
int coding_undo(struct page *page, struct view encoding, struct view in, size_t max, struct view *ret);

/* What the first bytes look like, after the WHATWG MIME sniffing tables where they speak of it. */
enum { SNIFF_BYTES = 4096 }; /* looked at, at most */
enum sniffed { SNIFF_EMPTY, SNIFF_TEXT, SNIFF_HTML, SNIFF_XML, SNIFF_BINARY };
enum sniffed sniff_bytes(struct view first);

/* By its byte order mark, or by where the NULs of ASCII characters stand. */
enum utf16_form { UTF16_NO, UTF16_LITTLE, UTF16_BIG };
enum utf16_form sniff_utf16(struct view first);

#endif
