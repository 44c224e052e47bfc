/* Line memory: on how many texts of a host a line stands. A short line on several articles of one host and on a share
 * of all its texts is furniture, in any language and whatever it says.
 *
 * It is filled before a run and only read while it lasts, so nothing depends on order or threads. Lines count once a
 * text, folded (extract/text_fold.h). At most LIMIT_MEMORY_LINES lines are known, each 16 bytes; lines that are met
 * when it is full are not counted.
 *
 * Bytes of a file, little-endian: "GARNLNM2", u64 rows, then by key: u64 key, u64 texts; at the end the u64 hash64 of
 * all that stands before, which "GARNLNM1" lacks. A key is the hash64 of the
 * folded line, seeded with the host's; that of the empty line counts the host's texts; a row of each text, keyed by its
 * own hash, keeps it from being counted again. */
#ifndef GARNER_EXTRACT_LINE_MEMORY_H
#define GARNER_EXTRACT_LINE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>
#include "extract/text_lines.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/limits.h"

enum { LINE_MEMORY_BYTES_MAX = 24 + 16 * LIMIT_MEMORY_LINES };

struct line_memory;

/* Empty, or with what @bytes of a file say (VIEW_NONE: empty). 0, -ENOMEM, or -EBADMSG with words. */
int line_memory_new(struct view bytes, struct line_memory **ret_memory, struct error *error);
struct line_memory *line_memory_free(struct line_memory *memory);

/* Hash of the group that a text belongs to: its URL's host; the folder of @file for texts without URL. */
uint64_t line_memory_host(struct view url, struct view file);
/* One more text of @host: its lines, each counted once. A @text that was counted before is passed over. 0 or -ENOMEM.
 */
int line_memory_add(
	struct line_memory *memory, uint64_t host, struct view text, const struct line *lines, size_t count);
/* Stands on enough texts of @host. */
bool line_memory_repeats(const struct line_memory *memory, uint64_t host, const struct line *line);
/* The bytes of a file: the same for the same counts. */
void line_memory_write(const struct line_memory *memory, struct buf *out);

#endif
