/* Files: whole reads with a ceiling, and publishing so that a reader sees the old or the new bytes. */
#ifndef GARNER_UTIL_FILE_H
#define GARNER_UTIL_FILE_H

#include <stdint.h>
#include <sys/types.h>
#include "util/buf.h"
#include "util/error.h"

/* 0, -EFBIG over @max, or another negative errno with words. */
int file_read(const char *path, size_t max, struct buf *ret_bytes, struct error *error);
int file_read_at(int fd, void *p, size_t n, int64_t offset, struct error *error, const char *name);
/* All of it, over EINTR and short writes. */
int file_write(int fd, const void *p, size_t n, struct error *error, const char *name);
/* fdatasync: the bytes are on the medium afterwards. Stands in a file of its own (sync.c), so that a test can link a
 * command without it and prove that the loss is seen. */
int file_sync(int fd, struct error *error, const char *name);
/* Writes aside, fsync, rename over @path, fsync of the folder. */
int file_publish(const char *path, struct view bytes, struct error *error);
/* Where bytes for @path are to be renamed to: what a link leads to, or @path itself. *ret_special: it is there, and no
 * regular file (a device, a pipe): nothing may take its place. -EISDIR with words: a folder. malloc'd. */
int file_target(const char *path, char **ret_target, bool *ret_special, struct error *error);
/* fsync of the folder that holds @path. */
int file_sync_folder(const char *path, struct error *error);
/* Makes @path with its parents (mode 0777 & ~umask); no error when it is there. */
int file_make_folder(const char *path, struct error *error);

#endif
