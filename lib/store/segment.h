/* Append-only files of lines: manifest segments and logs. What stands behind the acknowledged size is torn and is
 * cut when the file is opened for writing. */
#ifndef GARNER_STORE_SEGMENT_H
#define GARNER_STORE_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>
#include "util/buf.h"
#include "util/error.h"

struct segment {
	int fd;		    /* -1: not open */
	char *name;	    /* path, for words */
	int64_t size;	    /* bytes in the file and in @pending */
	struct buf pending; /* not written yet */
	bool unsynced;
};

#define SEGMENT_NONE ((struct segment){ .fd = -1 })

/* -EBADMSG: shorter than @acknowledged. */
int segment_open(struct segment *segment, const char *path, int64_t acknowledged, struct error *error);
/* Without a name, gone with its fd; in the folder of @path. */
int segment_open_temporary(struct segment *segment, const char *path, struct error *error);
/* A line and its LF. */
int segment_add(struct segment *segment, struct view line, struct error *error);
int segment_write(struct segment *segment, struct error *error);
int segment_sync(struct segment *segment, struct error *error);
void segment_close(struct segment *segment);

/* Each line (without LF) of @size bytes of a file. 0 to go on. A last line without LF is handed out too. */
typedef int segment_line_fn(void *user, struct view line, int64_t offset);
int segment_each(int fd, const char *name, int64_t size, segment_line_fn *fn, void *user, struct error *error);

#endif
