/* Bytes to UTF-8: content codings, kind of page, charset. */
#ifndef GARNER_DECODE_DECODE_H
#define GARNER_DECODE_DECODE_H

#include "stage.h"

/* Stage. capture.body -> page->body (codings undone, ceiling LIMIT_BODY_BYTES), page->kind, page->utf8,
 * document.charset. Reasons: EMPTY, BINARY, TOO_LARGE, BAD_CODING. */
extern const struct stage decode_stage;

/* Undoes gzip, deflate, br (where built in), zstd codings named in @encoding (a header value).
 * 0, GARNER_TOO_LARGE, GARNER_BAD_CODING, GARNER_TRUNCATED (what came is in @ret), < 0. */
int coding_undo(struct page *page, struct view encoding, struct view in, size_t max, struct view *ret);

/* What the first bytes look like, after the WHATWG MIME sniffing tables where they speak of it. */
enum sniffed { SNIFF_EMPTY, SNIFF_TEXT, SNIFF_HTML, SNIFF_XML, SNIFF_BINARY };
enum sniffed sniff_bytes(struct view first);

#endif
