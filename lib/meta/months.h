/* Names of months in some sixty languages, in the forms that stand in dates (nominative, genitive,
 * short), of the Gregorian, the Solar Hijri (Jalali) and the Islamic calendar. */
#ifndef GARNER_META_MONTHS_H
#define GARNER_META_MONTHS_H

#include <stdbool.h>
#include <stdint.h>
#include "util/view.h"

enum month_calendar { MONTH_GREGORIAN, MONTH_JALALI, MONTH_HIJRI };

struct month_name {
	uint8_t month; /* 1 to 12; 0: no month's name */
	uint8_t calendar;
};

struct months;

/* Built once a thread, read only afterwards. NULL: no memory. */
struct months *months_new(void);
struct months *months_free(struct months *months);
/* @word is folded (meta/fold.h). Two words that make one name are joined by '_'. @lang (two letters, or none)
 * decides where languages disagree: Croatian and Czech give one name to different months. */
struct month_name months_find(const struct months *months, struct view word, struct view lang);
/* A name of several words may begin with @word, by its first letter; not folded. */
bool months_may_join(const struct months *months, struct view word);

#endif
