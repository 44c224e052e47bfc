#include "util/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NOT_SET = -1, NO_TIME = -2 };

static int64_t environment_time(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	unsigned long long pinned;
	if (!epoch || !*epoch)
		return NOT_SET;
	bool valid = view_to_u64(view_of(epoch), &pinned) && pinned < UINT64_C(253402300800);
	return valid ? (int64_t)pinned : NO_TIME;
}

int64_t clock_now(const struct garner_options *options)
{
	if (options && options->clock)
		return options->clock;
	int64_t pinned = environment_time();
	return pinned >= 0 ? pinned : (int64_t)time(NULL);
}

const char *clock_refused(void)
{
	return environment_time() == NO_TIME ? getenv("SOURCE_DATE_EPOCH") : NULL;
}

uint64_t clock_ticks(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t clock_thread(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Both directions after H. Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March. */
int64_t clock_days(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void clock_civil(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

bool clock_date_valid(int year, int month, int day)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day <= lengths[month - 1] + (month == 2 && leap);
}

bool clock_format(int64_t seconds, char ret_text[CLOCK_TEXT_BYTES])
{
	if (seconds < INT64_C(-62167219200) || seconds >= INT64_C(253402300800))
		return false;
	int64_t days = seconds / 86400, rest = seconds % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	int year, month, day;
	clock_civil(days, &year, &month, &day);
	snprintf(ret_text, CLOCK_TEXT_BYTES, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000u,
		(unsigned)month % 100u, (unsigned)day % 100u, (unsigned)(rest / 3600) % 100u,
		(unsigned)(rest / 60 % 60), (unsigned)(rest % 60));
	return true;
}

static bool digits(struct view v, size_t at, size_t n, int *ret)
{
	int sum = 0;
	if (at + n > v.n)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (!ascii_is_digit(v.p[i]))
			return false;
		sum = sum * 10 + (v.p[i] - '0');
	}
	*ret = sum;
	return true;
}

bool clock_parse_date(struct view v, int64_t *ret_days)
{
	int year, month, day;
	if (v.n != 10 || !digits(v, 0, 4, &year) || v.p[4] != '-' || !digits(v, 5, 2, &month) || v.p[7] != '-' ||
		!digits(v, 8, 2, &day) || !clock_date_valid(year, month, day))
		return false;
	*ret_days = clock_days(year, month, day);
	return true;
}

bool clock_parse(struct view v, int64_t *ret_seconds)
{
	int hour, minute, second, zone_hour = 0, zone_minute = 0;
	int64_t days;
	v = view_trim(v);
	if (v.n < 20 || !clock_parse_date(view_first(v, 10), &days) ||
		(v.p[10] != 'T' && v.p[10] != 't' && v.p[10] != ' ') || !digits(v, 11, 2, &hour) || v.p[13] != ':' ||
		!digits(v, 14, 2, &minute) || v.p[16] != ':' || !digits(v, 17, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	size_t at = 19;
	if (v.p[at] == '.')
		for (at++; at < v.n && ascii_is_digit(v.p[at]);)
			at++;
	if (at >= v.n)
		return false;
	int sign = 0;
	if (v.p[at] == '+' || v.p[at] == '-') {
		sign = v.p[at] == '+' ? 1 : -1;
		if (!digits(v, at + 1, 2, &zone_hour) || at + 6 != v.n || v.p[at + 3] != ':' ||
			!digits(v, at + 4, 2, &zone_minute) || zone_hour > 23 || zone_minute > 59)
			return false;
	} else if ((v.p[at] != 'Z' && v.p[at] != 'z') || at + 1 != v.n) {
		return false;
	}
	*ret_seconds = days * 86400 + hour * 3600 + minute * 60 + second - sign * (zone_hour * 3600 + zone_minute * 60);
	return true;
}
