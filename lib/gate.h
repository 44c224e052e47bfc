/* What stands in an article's place does not come in: consent and bot checks, error pages with a success status,
 * paywalls. What a page is, meta decides (document.access, meta/access.c); what becomes of it, is decided here. */
#ifndef GARNER_GATE_H
#define GARNER_GATE_H

#include "stage.h"

/* Stage behind normalise: of the pages that this run fetched, those that are marked are dropped: PAYWALL, CONSENT,
 * ERROR_PAGE. Pages of files and WARCs keep their text and their mark. */
extern const struct stage gate_stage;

#endif
