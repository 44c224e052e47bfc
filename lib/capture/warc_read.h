/* One capture out of a file that we wrote. */
#ifndef GARNER_CAPTURE_WARC_READ_H
#define GARNER_CAPTURE_WARC_READ_H

#include "page.h"

/* Fills page->capture from the first capture in @bytes: the records of one group as they stand in the file, gzip
 * members, zstd frames or plain (store/warc_write.h, ret_group). Offsets count from @bytes. 0, a reason, or < 0. */
int warc_read_group(struct view bytes, struct page *page);

#endif
