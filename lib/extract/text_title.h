/* The title of a plain text. */
#ifndef GARNER_EXTRACT_TEXT_TITLE_H
#define GARNER_EXTRACT_TEXT_TITLE_H

#include "extract/line_model.h"

enum { NO_TITLE = -1 };

/* Which live line is the title: the one the capture names, else the one the scorer is sure of; NO_TITLE. */
int64_t title_find(const struct work *work, const struct line_scores *scores);
/* Whether what stands at @place is a headline that asks or calls, and no prose: it is the first line and behind
 * a blank one stands prose, or a date or a byline stands below it. */
bool title_asks(const struct work *work, size_t place);
/* Takes the first live line out of the text when it is the title. 0 or page_full. */
int title_take(struct work *work);

#endif
