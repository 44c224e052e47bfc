/* Dates written for machines and for people, in some sixty languages and four calendars. */
#ifndef GARNER_META_DATETEXT_H
#define GARNER_META_DATETEXT_H

#include <stdbool.h>
#include <stdint.h>
#include "meta/months.h"
#include "util/view.h"

/* A moment as precisely as it was given; fields not given are -1. Years are Gregorian. */
struct date {
	int16_t year;
	int8_t month, day, hour, minute, second;
	bool zoned;
	int16_t offset; /* minutes east of UTC, when zoned */
	bool guessed;	/* day and month could be the other way round */
};

enum { DATE_TEXT_BYTES = 32 };

/* How 3/4/2020 is read where nothing in the text decides. */
enum date_order { DATE_DAY_FIRST, DATE_MONTH_FIRST };

struct date_reader {
	const struct months *months;
	struct view lang; /* "pt-BR", "fa" …; may be empty */
	enum date_order order;
	int year_max; /* later years are no dates */
};

/* Finds the first whole date (day, month and year) in @text (valid UTF-8; only the first DATE_SCAN_BYTES are
 * looked at). Also reads ISO 8601 and RFC 2822 with time and zone. @ret_span (may be NULL): where it stood,
 * time included. Islamic calendar dates are recognised and passed over: their civil day is not certain. */
enum { DATE_SCAN_BYTES = 640 };
bool date_find(const struct date_reader *reader, struct view text, struct date *ret, struct view *ret_span);
/* Three digits of any script at least: no date has fewer. */
bool date_has_digits(struct view text);
/* A value made for machines: ISO 8601 (also of month or year precision), RFC 2822, seconds or milliseconds since
 * 1970, or whatever date_find() reads. */
bool date_read(const struct date_reader *reader, struct view value, struct date *ret);
/* /2020/05/17/, /2020-05-17-, /20200517 … in the path of a URL; also year and month alone. */
bool date_in_url(struct view url, int year_max, struct date *ret);

/* The day alone, no clock; false, and nothing changed, when there is none or @year is 0. */
bool date_set_day(struct date *date, int year, int month, int day);
/* ISO 8601: "2020-05", "2020-05-17", "2020-05-17T08:30+02:00" … */
void date_format(const struct date *date, char ret_text[DATE_TEXT_BYTES]);
/* "year", "month", "day", "minute", "second". */
const char *date_precision(const struct date *date);
/* <0, 0, >0 by calendar day; fields not given count as equal. */
int date_compare_days(const struct date *a, const struct date *b);
/* Seconds since 1970 of the moment, unknown parts 0, no zone as UTC. */
int64_t date_seconds(const struct date *date);
/* Gregorian day of a Solar Hijri one (arithmetic of 33-year cycles, right from 1244 to 1530). */
void date_from_jalali(int year, int month, int day, struct date *ret);

#endif
