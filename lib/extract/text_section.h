/* Sections behind a text that a head names: lists of other articles with their first sentences, notes on the author,
 * comments. */
#ifndef GARNER_EXTRACT_TEXT_SECTION_H
#define GARNER_EXTRACT_TEXT_SECTION_H

#include "extract/text_work.h"

/* Whether all that follows goes with the line at @place: the head of a comment section. */
bool section_takes_rest(const struct work *work, size_t place);
/* The next section from *place on that goes with its head: SECTION_PROSE words of prose and SECTION_PERCENT of all
 * words stand before the head, and it ends before SECTION_TEXT lines of long prose in a row, where the text goes on;
 * teasers are a headline and a paragraph in turns. A head that stands there twice is that of boxes within the text.
 * *place: its head, *ret_end: behind its last line. False: none. */
enum { SECTION_PROSE = 100, SECTION_PERCENT = 30, SECTION_TEXT = 2, SECTION_TEXT_WORDS = 15, SECTION_HEADS = 32 };
struct section_walk {
	size_t place;
	uint64_t before, prose, all; /* words */
	size_t head_count;
	uint32_t heads[SECTION_HEADS]; /* the first ones */
};
struct section_walk section_walk(const struct work *work);
void section_walk_line(const struct work *work, struct section_walk *walk);
bool section_next(const struct work *work, struct section_walk *walk, const struct rule **ret_rule, size_t *ret_end);

#endif
