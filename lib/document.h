/* First and last stage of a page: facts of the capture in, the list of cuts out. */
#ifndef GARNER_DOCUMENT_H
#define GARNER_DOCUMENT_H

#include "stage.h"

/* capture -> document.url, host, src, fetched, http, feed, tool. Runs for dropped captures too. */
extern const struct stage document_begin_stage;
/* blocks -> document.cuts: neighbours with one reason together. Blocks that the model left out are
 * listed only with options->explain: they are the page's boilerplate, not a decision on a line. */
extern const struct stage document_end_stage;

#endif
