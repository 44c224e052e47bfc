/* What stands in an article's place: consent and bot checks, error pages with a success status, paywalls. */
#ifndef GARNER_ACCESS_H
#define GARNER_ACCESS_H

#include "stage.h"

/* Stage behind normalise, for pages that this run fetched: sets document.access where the way to the page or its few
 * words tell, and drops what is marked, by then also by the page's own word: PAYWALL, CONSENT, ERROR_PAGE. Pages of
 * files and WARCs keep their text and their mark. */
extern const struct stage access_stage;

#endif
