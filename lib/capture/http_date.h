/* Dates of HTTP and of feeds that follow RFC 822. */
#ifndef GARNER_CAPTURE_HTTP_DATE_H
#define GARNER_CAPTURE_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>
#include "util/view.h"

/* A date of RFC 9110 section 5.6.7 in any of its three forms, seconds since 1970; also RFC 822 dates with numeric
 * zones and two-digit years, which feeds carry. False when it is none. */
bool http_date_parse(struct view text, int64_t *ret_seconds);
/* The same, with the zone it was written in: seconds east of UTC. */
bool http_date_parse_zone(struct view text, int64_t *ret_seconds, int *ret_zone);
/* Retry-After of a message head: seconds from @now, 0 or more; -1 when there is none or it can't be read. */
int64_t http_retry_after(struct view head, int64_t now);

#endif
