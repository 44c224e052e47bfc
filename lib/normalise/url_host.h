/* Hosts of URLs: WHATWG URL Standard, 3.5 "host parsing". */
#ifndef GARNER_NORMALISE_URL_HOST_H
#define GARNER_NORMALISE_URL_HOST_H

#include "util/arena.h"
#include "util/view.h"

/* A host as it stands in a URL (percent-encoded, Unicode, IPv4 in any spelling, IPv6 in brackets) -> its one
 * spelling in @arena. 0, GARNER_BAD_URL, -ENOMEM. */
int host_parse(struct arena *arena, struct view host, struct view *ret_host);

#endif
