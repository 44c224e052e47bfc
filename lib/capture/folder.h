/* Walks a folder: regular files in the order of the bytes of their paths ("a-b" before "a/b"), folders in folders to
 * LIMIT_DIR_DEPTH, symbolic links followed, each folder entered once. Names that begin with a dot are passed over,
 * and so are garner's own stores, but for one that is named itself: GARNER_UNSUPPORTED, what closes an archive of
 * garner's that was unpacked, and a bag's tag files. */
#ifndef GARNER_CAPTURE_FOLDER_H
#define GARNER_CAPTURE_FOLDER_H

#include <stdbool.h>
#include "util/error.h"

struct folder;

/* Takes @fd, an open directory, in every case. -ENOMEM. */
int folder_open(int fd, const char *path, struct folder **ret_folder, struct error *error);

enum { FOLDER_END = 1000 };
/* 0: *ret_fd is an open file, the caller's; FOLDER_END; a reason > 0: the entry can't be read, *ret_words says why;
 * -ENOMEM. *ret_path is path/name…, valid until the next call. */
int folder_next(struct folder *folder, const char **ret_path, int *ret_fd, const char **ret_words);
/* Whether the entry that the last folder_next refused is a loss: no pipe or device, no folder that was entered already,
 * and not gone since its name was read. */
bool folder_lost(const struct folder *folder);
struct folder *folder_close(struct folder *folder);

#endif
