/* What stands around a text without a head that names it: the next article of an endless page, a list of teasers, a
 * menu.
 */
#ifndef GARNER_EXTRACT_TEXT_NEXT_H
#define GARNER_EXTRACT_TEXT_NEXT_H

#include "extract/text_work.h"

/* Where the next article of an endless page begins, or live_count. Its byline or its date label stands there as it
 * stood over the text, and within NEXT_NEAR lines another line of the text's head, in the same order; NEXT_PROSE words
 * of prose stand between. A headline with a lead above belong to it. */
enum { NEXT_HEAD_PROSE = 60, NEXT_HEAD_LINES = 24, NEXT_PROSE = 100, NEXT_NEAR = 8, NEXT_LEAD_WORDS = 45 };
size_t next_find(const struct work *work);

/* Where a list of teasers begins at the end of a text, or live_count: TEASERS or more, each a headline and one short
 * paragraph (means: TEASER_HEAD words at least, TEASER_WORDS at most, and half of what the text's own paragraphs have),
 * perhaps with TEASER_REST short lines behind; NEXT_PROSE words of prose stand before. Sections of a text have longer
 * paragraphs and shorter heads. */
enum { TEASERS = 3, TEASER_HEAD = 7, TEASER_WORDS = 30, TEASER_WORDS_MAX = 45, TEASER_REST = 3 };
size_t teasers_find(const struct work *work);

/* Where a list of excerpts begins at the end of a text, or live_count: TEASERS or more, each with a headline over it
 * and at most EXCERPT_LINES lines between it and the one before, two thirds of them cut off: they end in an ellipsis,
 * or have EXCERPT_OPEN_WORDS and no mark at the end. EXCERPT_REST words at most stand behind (what rules know does not
 * count), NEXT_PROSE words of prose before. A text's own paragraphs end. */
enum { EXCERPT_WORDS_MIN = 10, EXCERPT_WORDS_MAX = 75, EXCERPT_OPEN_WORDS = 16, EXCERPT_LINES = 5, EXCERPT_REST = 70 };
size_t excerpts_find(const struct work *work);

/* How many lines over a text are a menu or a programme: MENU_LINES lines or more without prose, of MENU_WORDS words in
 * the mean, stand before the first prose, of which NEXT_PROSE words follow. The last MENU_REST of them are left to
 * others: the headline is there. On development pages none of such lines is text where there are 54 or more. */
enum { MENU_LINES = 60, MENU_WORDS = 3, MENU_REST = 6 };
size_t menu_lines(const struct work *work);

#endif
