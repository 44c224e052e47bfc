/* Reads inputs through capture and keeps what came out, for tests to look at. */
#ifndef TESTS_CAPTURE_READING_H
#define TESTS_CAPTURE_READING_H

#include <stddef.h>
#include <stdint.h>
#include "util/buf.h"

struct taken {
	int reason; /* 0: a page */
	char *detail, *file, *record, *url, *type, *body;
	size_t body_size, error_count;
	int64_t offset, length, fetched;
	int truncated;
};

struct reading {
	struct taken *items;
	size_t count;
	int result; /* of the last capture_next */
};

struct reading read_inputs(const char *const *inputs, size_t count);
struct reading read_one(const char *input);
/* From standard input: @bytes are written into a pipe by another process. */
struct reading read_piped(struct view bytes);
void reading_free(struct reading *reading);
/* The item of that record id, or NULL. */
const struct taken *taken_of(const struct reading *reading, const char *record);
size_t count_of(const struct reading *reading, int reason);

/* A folder of the test's own; the path is static. Removed by folder_gone. */
const char *folder_new(void);
void folder_gone(void);
/* The same as setup and teardown of a cmocka test. */
int folder_begin(void **state);
int folder_end(void **state);
/* folder/name, in one of a few static places. */
const char *in_folder(const char *name);
const char *file_new(const char *name, struct view bytes);
struct buf gzip_of(struct view bytes);
struct buf zstd_of(struct view bytes, struct view dictionary);
/* Peak resident memory of this process so far, bytes. */
size_t peak_memory(void);

#endif
