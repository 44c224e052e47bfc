/* A document as one line of JSON, keys in DESIGN's order, and back. */
#ifndef GARNER_EXPORT_JSONL_H
#define GARNER_EXPORT_JSONL_H

#include "garner.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

enum document_part {
	DOCUMENT_ALL,
	DOCUMENT_MANIFEST, /* without text, markdown */
};

/* No newline at the end. buf->err tells failure. */
void document_write(struct buf *out, const struct garner_document *document, enum document_part part);
/* Strings into @arena. 0, -EINVAL with words, -ENOMEM. Unknown keys are passed over. */
int document_read(struct arena *arena, struct view line, struct garner_document *ret_document, struct error *error);

#endif
