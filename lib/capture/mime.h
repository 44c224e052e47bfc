/* Messages of RFC 5322 with MIME bodies (RFC 2045 to 2047, 2557), read leniently: bare LF, missing ends, unknown
 * encodings as they stand. Nothing is copied until a part is decoded. */
#ifndef GARNER_CAPTURE_MIME_H
#define GARNER_CAPTURE_MIME_H

#include "decode/encoding.h"
#include "util/arena.h"
#include "util/view.h"

struct mime_part {
	struct view head, body; /* as they stand */
};

/* @bytes begin with fields and a blank line. False: another kind of text. A message may end within its head. */
bool mime_is_head(struct view bytes);
struct mime_part mime_split(struct view message);
/* "boundary" of "multipart/mixed; boundary=…": quoted or not, VIEW_NONE when absent. Into the bytes given. */
struct view mime_parameter(struct view field, struct view name);

/* The part that a reader would show: of alternatives the richest, of related parts the root, of mixed ones the first
 * that is no attachment. HTML before plain text. False: it holds neither. */
bool mime_shown(struct mime_part message, struct mime_part *ret_part);
/* The part's content: quoted-printable or base64 undone, into @arena. 0 or -ENOMEM. */
int mime_decode(struct mime_part part, struct arena *arena, struct view *ret_content);
/* A header value with its encoded words (RFC 2047) undone: valid UTF-8 in @arena. 0 or -ENOMEM. */
int mime_words(struct view value, struct decoder *decoder, struct arena *arena, struct view *ret_text);

#endif
