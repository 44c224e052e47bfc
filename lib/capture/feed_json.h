/* JSON Feed (jsonfeed.org, versions 1 and 1.1) for feed.c. */
#ifndef GARNER_CAPTURE_FEED_JSON_H
#define GARNER_CAPTURE_FEED_JSON_H

#include "capture/feed.h"

/* As feed_read. */
int feed_json_read(struct view utf8, feed_entry_fn *fn, void *user, struct feed_head *ret_head, struct error *error);
/* @text in any form that feeds use, as ISO 8601 with its own zone: itself or in @room; VIEW_NONE when it is no date,
 * and GARNER_NO_NUMBER in @ret_at. */
enum { FEED_DATE_BYTES = 40 };
struct view feed_date(struct view text, char room[FEED_DATE_BYTES], int64_t *ret_at);
void feed_set_title(struct feed_head *head, struct view title);

#endif
