/* A zip of stored members (PKWARE APPNOTE 6.3), zip64 where places pass 4 GiB. A member stays under 4 GiB. */
#ifndef GARNER_EXPORT_ZIP_WRITE_H
#define GARNER_EXPORT_ZIP_WRITE_H

#include <stdint.h>
#include "util/buf.h"
#include "util/error.h"

struct zip_writer;

/* Writes to @fd, which is seekable and stays the caller's; @name for words. */
int zip_new(int fd, const char *name, struct zip_writer **ret_zip, struct error *error);
/* A member in pieces: begin, more …, done. @path is ASCII and is copied. @ret_sha256: hex, 65 bytes; may be NULL. */
int zip_begin(struct zip_writer *zip, const char *path, struct error *error);
int zip_more(struct zip_writer *zip, struct view bytes, struct error *error);
int zip_done(struct zip_writer *zip, char *ret_sha256, uint64_t *ret_size, struct error *error);
/* The central directory. */
int zip_end(struct zip_writer *zip, struct error *error);
struct zip_writer *zip_free(struct zip_writer *zip);

#endif
