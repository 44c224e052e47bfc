/* What a WARC record says, as a page. */
#ifndef GARNER_CAPTURE_WARC_PAGE_H
#define GARNER_CAPTURE_WARC_PAGE_H

#include "capture/warc_head.h"
#include "page.h"

/* Names the page after the record (url, record, date, address): also a dropped one has a name. */
void warc_page_name(struct page *page, const struct warc_head *head);
/* Fills page->capture from a whole record that is an input. @own: the block stands in the page's arena and may be
 * changed, and the byte behind it, too; else what is needed of it is copied. 0, a reason, or < 0. */
int warc_page(struct page *page, const struct warc_head *head, struct view block, bool own);

#endif
