/* Short lines that are said: they belong to the text where leftovers stand among its last lines. */
#ifndef GARNER_EXTRACT_TEXT_SAID_H
#define GARNER_EXTRACT_TEXT_SAID_H

#include "extract/line_model.h"

/* The last character of @text, which is not empty. */
uint32_t line_last_point(struct view text);
/* Speech in quotation marks or behind a dash, or what ends in a full stop: headlines and calls end otherwise. */
bool line_is_said(const struct line *line);
/* "Read more: The bridge is open" holds its headline and heads no list of others. */
bool line_holds_headline(const struct line *line);

/* A time and nothing else: "17:42", "18h20". */
bool line_is_tick(const struct line *line);

/* Whether the scorer holds the line at @place for furniture, or it stands before the title. */
static inline bool line_goes(const struct line_scores *scores, int64_t title, size_t place)
{
	return (int64_t)place < title || ((int64_t)place != title && scores->text[place] < scores->limit[place]);
}

/* The last said line up to which the text may go on behind its last prose at @last, or @last: between stand only what
 * is set into texts (advertisements, "Read also", credits, offers; SAID_SET_IN lines in a row) and lists of SAID_LIST
 * lines of SAID_WORDS words at most. Before what rules cut in this pass is gone, such lines look like more of it. */
enum { SAID_LIST = 3, SAID_WORDS = 5, SAID_SET_IN = 8 };
size_t said_reach(const struct work *work, const struct line_scores *scores, int64_t title, size_t last);

#endif
