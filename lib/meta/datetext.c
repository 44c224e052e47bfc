#include "meta/datetext.h"

#include <stdio.h>
#include <string.h>
#include "util/clock.h"

static const struct date no_date = { .year = -1, .month = -1, .day = -1, .hour = -1, .minute = -1, .second = -1 };

bool date_set_day(struct date *date, int year, int month, int day)
{
	if (year == 0 || !clock_date_valid(year, month, day))
		return false;
	*date = no_date;
	date->year = (int16_t)year;
	date->month = (int8_t)month;
	date->day = (int8_t)day;
	return true;
}

/* Seconds or milliseconds since 1970, between 1995 and year_max. */
static bool read_epoch(const struct date_reader *reader, struct view value, struct date *ret)
{
	unsigned long long n;
	if ((value.n != 10 && value.n != 13) || !view_to_u64(value, &n))
		return false;
	int64_t seconds = (int64_t)(value.n == 13 ? n / 1000 : n);
	int year, month, day;
	clock_civil(seconds / 86400, &year, &month, &day);
	if (year < 1995 || year > reader->year_max || !date_set_day(ret, year, month, day))
		return false;
	ret->hour = (int8_t)(seconds % 86400 / 3600);
	ret->minute = (int8_t)(seconds % 3600 / 60);
	ret->second = (int8_t)(seconds % 60);
	ret->zoned = true;
	return true;
}

/* "2020-05" and "2020". */
static bool read_coarse(const struct date_reader *reader, struct view value, struct date *ret)
{
	unsigned long long year, month = 0;
	if ((value.n != 4 && value.n != 7) || !view_to_u64(view_first(value, 4), &year) || year < 1990 ||
		year > (unsigned)reader->year_max)
		return false;
	if (value.n == 7 && ((value.p[4] != '-' && value.p[4] != '/') || !view_to_u64(view_from(value, 5), &month) ||
				    month < 1 || month > 12))
		return false;
	*ret = no_date;
	ret->year = (int16_t)year;
	ret->month = value.n == 7 ? (int8_t)month : -1;
	return true;
}

bool date_read(const struct date_reader *reader, struct view value, struct date *ret)
{
	value = view_trim(value);
	return read_epoch(reader, value, ret) || read_coarse(reader, value, ret) || date_find(reader, value, ret, NULL);
}

/* @n digits at @at, not followed by another digit. */
static int url_number(struct view url, size_t at, size_t min, size_t max, size_t *ret_end)
{
	int value = 0;
	size_t n = 0;
	while (at + n < url.n && n <= max && ascii_is_digit(url.p[at + n]))
		value = value * 10 + (url.p[at + n++] - '0');
	if (n < min || n > max)
		return -1;
	*ret_end = at + n;
	return value;
}

/* "may" or "october" at @at: 5, 10; else -1. */
static int url_month_name(struct view url, size_t at, size_t *ret_end)
{
	static const char *const names[] = { "january", "february", "march", "april", "may", "june", "july", "august",
		"september", "october", "november", "december" };
	struct view rest = view_from(url, at);
	size_t n = 0;
	while (n < rest.n && ascii_is_alpha(rest.p[n]))
		n++;
	struct view word = view_first(rest, n);
	for (int i = 0; i < 12; i++) {
		struct view name = view_of(names[i]);
		if (!view_eq_nocase(word, name) && !view_eq_nocase(word, view_first(name, 3)))
			continue;
		*ret_end = at + n;
		return i + 1;
	}
	return -1;
}

static bool url_day_at(struct view url, size_t at, int year_max, struct date *ret)
{
	size_t end;
	int packed = url_number(url, at, 8, 8, &end);
	if (packed > 0 && packed / 10000 >= 1995 && packed / 10000 <= year_max)
		return date_set_day(ret, packed / 10000, packed / 100 % 100, packed % 100);
	int year = url_number(url, at, 4, 4, &end);
	if (year < 1995 || year > year_max || end >= url.n || !strchr("/-_.", url.p[end]))
		return false;
	char mark = url.p[end];
	size_t second = end + 1;
	int month = url_number(url, second, 1, 2, &end);
	if (month < 0)
		month = url_month_name(url, second, &end);
	if (month < 1 || month > 12)
		return false;
	if (end < url.n && (url.p[end] == mark || url.p[end] == '/' || url.p[end] == '-')) {
		size_t from = end + 1, behind = from;
		int day = url_number(url, from, 1, 2, &behind);
		/* "/2023/10/3-questions" is no day, "/2023/10/3/" is. */
		bool closed = behind >= url.n || url.p[behind] == '/' ||
			      (behind - from == 2 && !ascii_is_alpha(url.p[behind]));
		if (day > 0 && closed && date_set_day(ret, year, month, day))
			return true;
	}
	if (mark != '/' || (end < url.n && url.p[end] != '/'))
		return false;
	*ret = no_date;
	ret->year = (int16_t)year;
	ret->month = (int8_t)month;
	return true;
}

bool date_in_url(struct view url, int year_max, struct date *ret)
{
	size_t at = view_find(url, VIEW("://"));
	at = at < url.n ? at + 3 : 0;
	while (at < url.n && url.p[at] != '/')
		at++;
	struct date best = no_date;
	for (; at + 6 < url.n && url.p[at] != '#'; at++) {
		struct date date;
		bool begins = ascii_is_digit(url.p[at + 1]) && !ascii_is_digit(url.p[at]);
		if (!begins || !strchr("/-_.=", url.p[at]) || !url_day_at(url, at + 1, year_max, &date))
			continue;
		if (date.day > 0) {
			*ret = date;
			return true;
		}
		if (best.year < 0)
			best = date;
	}
	if (best.year < 0)
		return false;
	*ret = best;
	return true;
}

void date_format(const struct date *date, char ret_text[DATE_TEXT_BYTES])
{
	int n = snprintf(ret_text, DATE_TEXT_BYTES, "%04d", date->year);
	if (date->month > 0)
		n += snprintf(ret_text + n, (size_t)(DATE_TEXT_BYTES - n), "-%02d", date->month);
	if (date->month > 0 && date->day > 0)
		n += snprintf(ret_text + n, (size_t)(DATE_TEXT_BYTES - n), "-%02d", date->day);
	if (date->day <= 0 || date->hour < 0)
		return;
	n += snprintf(ret_text + n, (size_t)(DATE_TEXT_BYTES - n), "T%02d:%02d", date->hour, date->minute);
	if (date->second >= 0)
		n += snprintf(ret_text + n, (size_t)(DATE_TEXT_BYTES - n), ":%02d", date->second);
	if (!date->zoned)
		return;
	int minutes = date->offset < 0 ? -date->offset : date->offset;
	if (minutes == 0)
		snprintf(ret_text + n, (size_t)(DATE_TEXT_BYTES - n), "Z");
	else
		snprintf(ret_text + n, (size_t)(DATE_TEXT_BYTES - n), "%c%02d:%02d", date->offset < 0 ? '-' : '+',
			minutes / 60, minutes % 60);
}

const char *date_precision(const struct date *date)
{
	if (date->month <= 0)
		return "year";
	if (date->day <= 0)
		return "month";
	return date->hour < 0 ? "day" : date->second < 0 ? "minute" : "second";
}

int date_compare_days(const struct date *a, const struct date *b)
{
	if (a->year != b->year)
		return a->year - b->year;
	if (a->month > 0 && b->month > 0 && a->month != b->month)
		return a->month - b->month;
	return a->day > 0 && b->day > 0 ? a->day - b->day : 0;
}

int64_t date_seconds(const struct date *date)
{
	int64_t seconds =
		clock_days(date->year, date->month > 0 ? date->month : 1, date->day > 0 ? date->day : 1) * 86400;
	if (date->hour >= 0)
		seconds += date->hour * 3600 + date->minute * 60 + (date->second > 0 ? date->second : 0);
	return date->zoned ? seconds - date->offset * 60 : seconds;
}
