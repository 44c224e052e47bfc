/* robots.txt as RFC 9309 has it, with Crawl-delay: the rules of one origin for one user agent. */
#ifndef GARNER_CAPTURE_ROBOTS_H
#define GARNER_CAPTURE_ROBOTS_H

#include <stdbool.h>
#include <stddef.h>
#include "util/view.h"

struct robots;

/* @token: product token of the user agent ("garner"), compared without case. Only the groups that speak to it are
 * kept (section 2.2.1: all that name it, else all for "*"). At most LIMIT_ROBOTS_BYTES of @text and
 * LIMIT_ROBOTS_RULES rules are read; the rest has no effect. Broken lines are passed over. NULL: no memory. */
struct robots *robots_parse(struct view text, struct view token);
/* @target: path and query of a URL, from its "/". The longest matching rule decides, allow before disallow (2.2.2);
 * "*" and a final "$" as in 2.2.3. /robots.txt itself is always allowed. @ret_rule (may be NULL): the rule's
 * pattern, into @robots; VIEW_NONE when none matched. */
bool robots_allows(const struct robots *robots, struct view target, struct view *ret_rule);
/* Seconds between requests; below 0 when the file asks for none. */
double robots_crawl_delay(const struct robots *robots);
/* Bytes of memory held. */
size_t robots_size(const struct robots *robots);
struct robots *robots_free(struct robots *robots);

#endif
