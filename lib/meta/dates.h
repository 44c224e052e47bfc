/* Candidates for the day of publication; inside meta/ only. */
#ifndef GARNER_META_DATES_H
#define GARNER_META_DATES_H

#include "meta/decide.h"

/* Points: from DATE_SHOWN on what is shown counts as the page's own; DATE_HINT_SCORE is not argued with. */
enum { DATE_CANDIDATES = 64, DATE_LINE_BYTES = 240, DATE_SHOWN = 40, DATE_HINT_SCORE = 100 };

/* Where a candidate was found. */
enum date_kind {
	DATE_HINT, /* the input said so */
	DATE_FEED,
	DATE_LD_MAIN, /* JSON-LD of the article */
	DATE_LD_WORK, /* of another item that is the page's own */
	DATE_LD_OTHER,
	DATE_LD_CREATED,
	DATE_LD_UPLOADED,
	DATE_OG,
	DATE_META,
	DATE_META_PLAIN, /* a name that does not say what it is of */
	DATE_DC,
	DATE_ITEM, /* microdata near the headline */
	DATE_ITEM_FAR,
	DATE_TIME, /* time element near the headline */
	DATE_TIME_FAR,
	DATE_CLASS, /* element with the class of a date, near the headline */
	DATE_CLASS_FAR,
	DATE_HEAD, /* line near the headline */
	DATE_BODY, /* beginning of a paragraph */
	DATE_FOOT, /* line behind the body */
	DATE_URL,
	DATE_LABEL,
	DATE_LOOSE,    /* a line anywhere */
	DATE_ONLY,     /* the only day that time elements know */
	DATE_STATE,    /* data of a script */
	DATE_MODIFIED, /* what a machine reads as the day of the change; never published */
	DATE_KINDS
};
enum date_says { DATE_SAYS_PUBLISHED = 1, DATE_SAYS_MODIFIED = 2, DATE_STANDS_ALONE = 4 };

struct date_candidate {
	struct date date;
	int score;
	uint8_t kind; /* enum date_kind */
	uint8_t says; /* enum date_says */
};

struct dates {
	struct decide *d;
	struct date_candidate list[DATE_CANDIDATES];
	size_t count;
	struct date modified;
	int modified_score;
};

/* A reader sees it. */
static inline bool date_is_shown(const struct date_candidate *c)
{
	return c->kind >= DATE_TIME && c->kind <= DATE_ONLY && c->kind != DATE_URL;
}

/* Keeps @date unless it can't be this page's: after the capture, before the web. */
void dates_add_date(struct dates *dates, const struct date *date, int score, enum date_kind kind, unsigned says);
/* The same of what @value says. */
void dates_add(struct dates *dates, struct view value, int score, enum date_kind kind, unsigned says);
void dates_add_modified(struct dates *dates, struct view value, int score);

/* Words around a date that say what it is: of a change, of the publication. */
bool dates_says_modified(struct view text);
bool dates_says_published(struct view text);
/* A date inside a line of text: short lines are about themselves, running text speaks of other days. */
void dates_from_line(struct dates *dates, struct view text, int score, enum date_kind kind, bool date_alone);
/* Lines around the headline and behind the body. */
void dates_from_blocks(struct dates *dates);
/* A line that is a date and the word "published" and nothing else, wherever it stands, if it is the only one. */
void dates_from_labels(struct dates *dates);
/* What is left when nothing near the headline speaks: a line anywhere that says "published", or a line in the body that
 * is a date and nothing else. */
void dates_from_far_blocks(struct dates *dates);

/* The candidate with the most points, the first of equal ones; NULL: none. */
const struct date_candidate *dates_best(const struct dates *dates);
/* Candidates that others contradict lose points or turn day and month. */
void dates_weigh(struct dates *dates);
/* The candidate that names the day of publication, and the one of that day that knows the time best; NULL: none. */
const struct date_candidate *dates_choose(const struct dates *dates, const struct date_candidate **ret_finest);

#endif
