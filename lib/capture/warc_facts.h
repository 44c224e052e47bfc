/* What a capture knows beside its bytes, as application/warc-fields in a metadata record: written with each capture
 * that we keep, read back before the page that it belongs to. */
#ifndef GARNER_CAPTURE_WARC_FACTS_H
#define GARNER_CAPTURE_WARC_FACTS_H

#include "page.h"
#include "util/buf.h"

/* "name: value\r\n" lines; nothing where nothing is known. */
void warc_facts_write(struct buf *out, const struct capture *capture);
/* Fills what is still unknown in page->capture; copies into the arena. Lines of other names are passed over. */
void warc_facts_read(struct page *page, struct view fields);

#endif
