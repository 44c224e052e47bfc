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

/* The parts that a reader would show, in their order: of alternatives the richest, of related parts the root, of mixed
 * ones all that are text and no attachments. None: it holds no text. 0 or -ENOMEM. */
struct mime_shown {
	struct mime_part *parts; /* in the arena */
	size_t count;
	bool html; /* some are; else all are plain text */
};
int mime_shown(struct mime_part message, struct arena *arena, struct mime_shown *ret_shown);
/* The part's content: quoted-printable or base64 undone, into @arena. 0 or -ENOMEM. */
int mime_decode(struct mime_part part, struct arena *arena, struct view *ret_content);
/* @bytes as @encoding, or as what they look like: valid UTF-8 in @arena, or @bytes themselves. 0 or -ENOMEM. */
int mime_utf8(
	struct decoder *decoder, struct arena *arena, enum encoding encoding, struct view bytes, struct view *ret);
/* What is shown as one body with its media type (mime_text.c): one part as it is declared, several as UTF-8, joined.
 * Lines of format=flowed (RFC 3676) are paragraphs again. 0 or -ENOMEM. */
int mime_text(const struct mime_shown *shown, struct decoder *decoder, struct arena *arena, struct view *ret_body,
	struct view *ret_type);
/* A header value with its encoded words (RFC 2047) undone: valid UTF-8 in @arena. 0 or -ENOMEM. */
int mime_words(struct view value, struct decoder *decoder, struct arena *arena, struct view *ret_text);

#endif
