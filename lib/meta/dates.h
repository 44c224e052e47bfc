/* Candidates for the day of publication; inside meta/ only. */
#ifndef GARNER_META_DATES_H
#define GARNER_META_DATES_H

#include "meta/decide.h"

enum { DATE_CANDIDATES = 64, DATE_LINE_BYTES = 240 };

struct date_candidate {
	struct date date;
	int score;
	const char *from;
};

struct dates {
	struct decide *d;
	struct date_candidate list[DATE_CANDIDATES];
	size_t count;
	struct date modified;
	int modified_score;
};

/* Keeps @date unless it can't be this page's: after the capture, before the web. @from is static. */
void dates_add_date(struct dates *dates, const struct date *date, int score, const char *from);
/* The same of what @value says. */
void dates_add(struct dates *dates, struct view value, int score, const char *from);
void dates_add_modified(struct dates *dates, struct view value, int score);

/* Words around a date that say what it is: of a change, of the publication. */
bool dates_says_modified(struct view text);
bool dates_says_published(struct view text);
/* A date inside a line of text: short lines are about themselves, running text speaks of other days. */
void dates_from_line(struct dates *dates, struct view text, int score, const char *from, bool date_alone);
/* Lines around the headline and behind the body. */
void dates_from_blocks(struct dates *dates);
/* A line that is a date and the word "published" and nothing else, wherever it stands, if it is the only one. */
void dates_from_labels(struct dates *dates);
/* What is left when nothing near the headline speaks: a line anywhere that says "published", or a line in the body that
 * is a date and nothing else. */
void dates_from_far_blocks(struct dates *dates);

#endif
