/* Times as garner writes them: RFC 3339 in UTC, whole seconds. */
#ifndef GARNER_UTIL_CLOCK_H
#define GARNER_UTIL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "garner.h"
#include "util/view.h"

enum { CLOCK_TEXT_BYTES = 32 };

/* Seconds since 1970: options->clock, else SOURCE_DATE_EPOCH of the environment, else the system's. */
int64_t clock_now(const struct garner_options *options);
/* SOURCE_DATE_EPOCH when it is set and no such time, which clock_now() passes over; otherwise NULL. */
const char *clock_refused(void);
/* Monotonic nanoseconds, for rates. */
uint64_t clock_ticks(void);
/* CPU nanoseconds of the calling thread: what a stage costs on a machine that does other things too. */
uint64_t clock_thread(void);
/* "2020-05-17T08:30:00Z". Years 0000 to 9999; false outside. */
bool clock_format(int64_t seconds, char ret_text[CLOCK_TEXT_BYTES]);
/* RFC 3339 with any zone, fraction ignored; false when it is not one. */
bool clock_parse(struct view text, int64_t *ret_seconds);
/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t clock_days(int year, int month, int day);
void clock_civil(int64_t days, int *ret_year, int *ret_month, int *ret_day);
/* "2020-05-17" alone, a day that exists, as days since 1970-01-01. */
bool clock_parse_date(struct view text, int64_t *ret_days);
/* The date exists (month lengths, leap years). */
bool clock_date_valid(int year, int month, int day);

#endif
