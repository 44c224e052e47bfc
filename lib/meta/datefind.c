#include "meta/datetext.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include "meta/datetoken.h"
#include "meta/fold.h"
#include "util/clock.h"
#include "util/utf8.h"

static const struct date no_date = { .year = -1, .month = -1, .day = -1, .hour = -1, .minute = -1, .second = -1 };

/* Steps over at most @max marks of @punct and filling words. */
static const struct token *skip(const struct token *t, const char *punct, int max)
{
	for (; max > 0; max--, t++) {
		bool mark = t->kind == TOKEN_PUNCT && strchr(punct, t->punct) != NULL;
		if (!mark && !token_is_role(t, ROLE_FILL))
			break;
	}
	return t;
}

static bool day_of(const struct token *t, int *ret)
{
	if (!token_is_number(t) || t->digits > 2 || t->value < 1 || t->value > 31)
		return false;
	*ret = (int)t->value;
	return true;
}

/* A year of any of the calendars, made Gregorian where that needs no month; 0: none. */
static int year_of(const struct date_reader *reader, const struct token *t)
{
	if (!token_is_number(t) || t->digits != 4)
		return 0;
	int year = (int)t->value;
	if (year >= 2400 && year <= 2700) /* Buddhist era */
		year -= 543;
	return year >= 1900 && year <= reader->year_max ? year : 0;
}

static int short_year_of(const struct date_reader *reader, const struct token *t)
{
	if (!token_is_number(t) || t->digits != 2)
		return 0;
	int year = 2000 + (int)t->value;
	if (year > reader->year_max)
		year -= 100;
	return year >= 1990 ? year : 0;
}

static bool jalali_year(const struct token *t)
{
	return token_is_number(t) && t->digits == 4 && t->value >= 1300 && t->value <= 1499;
}

/* Leap years of the Solar Hijri calendar have (25y + 11) mod 33 < 8; whole years are counted from 1 Farvardin 1403. */
void date_from_jalali(int year, int month, int day, struct date *ret)
{
	int64_t days = clock_days(2024, 3, 20);
	for (int y = 1403; y < year; y++)
		days += 365 + ((25 * y + 11) % 33 < 8);
	for (int y = year; y < 1403; y++)
		days -= 365 + ((25 * y + 11) % 33 < 8);
	days += month <= 7 ? (month - 1) * 31 : 186 + (month - 7) * 30;
	days += day - 1;
	int y, m, d;
	clock_civil(days, &y, &m, &d);
	*ret = no_date;
	ret->year = (int16_t)y;
	ret->month = (int8_t)m;
	ret->day = (int8_t)d;
}

static bool set_jalali(struct date *date, int64_t year, int month, int day)
{
	if (month < 1 || month > 12 || day < 1 || day > (month <= 6 ? 31 : 30))
		return false;
	date_from_jalali((int)year, month, day, date);
	return true;
}

/* A day with a named month, in the calendar of the name. */
static bool set_named(const struct date_reader *reader, const struct token *year, const struct token *month, int day,
	struct date *date)
{
	if (month->calendar == MONTH_JALALI)
		return jalali_year(year) && set_jalali(date, year->value, month->month, day);
	return month->calendar == MONTH_GREGORIAN && date_set_day(date, year_of(reader, year), month->month, day);
}

/* +02:00, +0200, +02, UTC+2, GMT … behind a time. */
static const struct token *match_zone(const struct token *t, struct date *date)
{
	int minutes = 0;
	if (token_is_punct(t, '(') && token_is_role(t + 1, ROLE_ZONE))
		t++;
	bool named = token_is_role(t, ROLE_ZONE);
	if (named) {
		minutes = (int)t->value;
		t++;
	}
	if ((!named || minutes == 0) && t->kind == TOKEN_PUNCT && (t->punct == '+' || t->punct == '-') &&
		token_is_number(t + 1) && t[1].joined &&
		(named || t->joined || t[1].digits == 4 || token_is_punct(t + 2, ':'))) {
		const struct token *h = t + 1;
		int sign = t->punct == '-' ? -1 : 1;
		if (h->digits == 4 && h->value / 100 <= 15 && h->value % 100 < 60) {
			minutes = (int)(h->value / 100 * 60 + h->value % 100);
			t = h + 1;
		} else if (h->digits <= 2 && h->value <= 15 && token_is_punct(h + 1, ':') && token_is_number(h + 2) &&
			   h[2].digits == 2 && h[2].value < 60) {
			minutes = (int)(h->value * 60 + h[2].value);
			t = h + 3;
		} else if (h->digits <= 2 && h->value <= 15) {
			minutes = (int)h->value * 60;
			t = h + 1;
		} else {
			return t;
		}
		minutes *= sign;
		named = true;
	}
	if (named) {
		date->zoned = true;
		date->offset = (int16_t)minutes;
	}
	return t;
}

/* 8:30, 08:30:15.123, 8.30 Uhr, 8h30, 8 pm, 下午8:30, 8時30分. Returns @t itself when there is none. */
static const struct token *match_clock(const struct token *t, struct date *date)
{
	const struct token *begin = t;
	bool pm = token_is_role(t, ROLE_PM), am = token_is_role(t, ROLE_AM);
	t += pm || am;
	if (!token_is_number(t) || t->digits > 2 || t->value > 24)
		return begin;
	int hour = (int)t->value, minute = -1, second = -1;
	const struct token *m = t + 2, *end = t + 1;
	bool colon = token_is_punct(t + 1, ':') || token_is_role(t + 1, ROLE_HOUR), dot = token_is_punct(t + 1, '.');
	if ((colon || dot) && token_is_number(m) && m->digits == 2 && m->value < 60) {
		minute = (int)m->value;
		end = m + 1;
		if (token_is_punct(end, ':') && token_is_number(end + 1) && end[1].digits == 2 && end[1].value <= 60) {
			second = (int)end[1].value;
			end += 2;
			if ((token_is_punct(end, '.') || token_is_punct(end, ',')) && end->joined &&
				token_is_number(end + 1) && end[1].joined)
				end += 2;
		}
		end += token_is_role(end, ROLE_MINUTE);
	} else if (token_is_role(t + 1, ROLE_HOUR)) {
		minute = 0;
		end = t + 2;
	}
	const struct token *noon = end;
	if (token_is_role(noon, ROLE_AM) || token_is_role(noon, ROLE_PM)) {
		am = token_is_role(noon, ROLE_AM);
		pm = !am;
		end = noon + 1 + token_is_punct(noon + 1, '.');
		minute = minute < 0 ? 0 : minute;
	}
	if (minute < 0 || (dot && !token_is_role(end, ROLE_HOUR)))
		return begin;
	if (token_is_role(end, ROLE_HOUR))
		end++;
	if (pm && hour < 12)
		hour += 12;
	if (am && hour == 12)
		hour = 0;
	if (hour > 23)
		return begin;
	date->hour = (int8_t)hour;
	date->minute = (int8_t)minute;
	date->second = (int8_t)second;
	return match_zone(end, date);
}

/* 2020-05-17, 2020/5/17, 2020. 5. 17., 2020年5月17日, 1399/02/28 of a Persian page. Returns the token behind. */
static const struct token *match_ymd(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int month, day;
	const struct token *a = t + 1;
	bool marked = token_is_role(a, ROLE_YEAR);
	if (!marked && !(a->kind == TOKEN_PUNCT && strchr("-/.", a->punct)))
		return NULL;
	const struct token *m = skip(a + 1, ".", 1), *b = m + 1;
	if (!day_of(m, &month) || month > 12)
		return NULL;
	if (!token_is_role(b, ROLE_MONTH) && (marked || b->kind != TOKEN_PUNCT || b->punct != a->punct))
		return NULL;
	const struct token *d = b + 1;
	if (!day_of(d, &day))
		return NULL;
	if (jalali_year(t) && view_starts_nocase(reader->lang, VIEW("fa")))
		return set_jalali(date, t->value, month, day) ? d + 1 : NULL;
	if (!date_set_day(date, year_of(reader, t), month, day))
		return NULL;
	return d + 1 + (token_is_role(d + 1, ROLE_DAY) || (token_is_punct(d + 1, '.') && a->punct == '.'));
}

/* 20200517, 20200517T083000. */
static const struct token *match_packed(const struct date_reader *reader, const struct token *t, struct date *date)
{
	if (t->digits != 8 && t->digits != 14)
		return NULL;
	int64_t ymd = t->digits == 14 ? t->value / 1000000 : t->value;
	int year = (int)(ymd / 10000);
	if (year < 1990 || year > reader->year_max ||
		!date_set_day(date, year, (int)(ymd / 100 % 100), (int)(ymd % 100)))
		return NULL;
	if (t->digits == 14) {
		int64_t hms = t->value % 1000000;
		if (hms / 10000 > 23 || hms / 100 % 100 > 59 || hms % 100 > 60)
			return NULL;
		date->hour = (int8_t)(hms / 10000);
		date->minute = (int8_t)(hms / 100 % 100);
		date->second = (int8_t)(hms % 100);
	}
	return t + 1;
}

/* 17 May 2020, 17. mai 2020, 17 de mayo de 2020, 17-May-2020, 17th of May, 2020, le 1er mai 2020, 17 May '20 */
static const struct token *match_day_name(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int day;
	const struct token *m = skip(t + 1, ".,-/'|", 3);
	if (!day_of(t, &day) || m->kind != TOKEN_WORD || m->month == 0)
		return NULL;
	const struct token *y = skip(m + 1, ".,-/|", 3), *twin = y + token_is_punct(y, '(');
	/* the month by its other name, too: 14 آذار/مارس 2020, 14 آذار (مارس) 2020 */
	if (twin->kind == TOKEN_WORD && twin->month == m->month && twin->calendar == m->calendar)
		y = skip(twin + 1, ").,-/|", 2);
	y += token_is_role(y, ROLE_YEAR);
	if (set_named(reader, y, m, day, date))
		return y + 1 + (token_is_role(y + 1, ROLE_YEAR) && y[1].end - y[1].at > 1);
	bool apostrophe = token_is_punct(y, '\'') || token_is_punct(y, '?');
	const struct token *shorter = apostrophe ? y + 1 : y;
	if ((apostrophe || token_is_punct(m + 1, '-')) && m->calendar == MONTH_GREGORIAN &&
		date_set_day(date, short_year_of(reader, shorter), m->month, day) && !token_is_punct(shorter + 1, ':'))
		return shorter + 1;
	return NULL;
}

/* May 17, 2020; May 17th 2020; Mai 17 2020; 10:30, May. 17, 2020; May 17 10:30:02 CEST 2020 */
static const struct token *match_name_day(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int day;
	const struct token *d = skip(t + 1, ".,-/", 2);
	if (!day_of(d, &day))
		return NULL;
	const struct token *y = skip(d + 1, ".,-/'", 3);
	if (set_named(reader, y, t, day, date))
		return y + 1;
	struct date clock = no_date;
	y = token_is_punct(y + 1, ':') ? match_clock(y, &clock) : y;
	y += clock.second >= 0 && !clock.zoned && y->kind == TOKEN_WORD;
	if (clock.second < 0 || !set_named(reader, y, t, day, date))
		return NULL;
	date->hour = clock.hour;
	date->minute = clock.minute;
	date->second = clock.second;
	date->zoned = clock.zoned;
	date->offset = clock.offset;
	return y + 1;
}

/* 2020. május 17., 2020 m. gegužės 17 d., 2020. gada 17. maijs, 2020ko maiatzaren 17a, 2020 May 17 */
static const struct token *match_year_name(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int day;
	const struct token *m = skip(t + 1, ".,-/", 2);
	m += token_is_role(m, ROLE_YEAR);
	m = skip(m, ".,-/", 2);
	if (m->kind == TOKEN_WORD && m->month) {
		const struct token *d = skip(m + 1, ".,-/", 2);
		if (day_of(d, &day) && !token_is_punct(d + 1, ':') && set_named(reader, t, m, day, date))
			return d + 1;
		return NULL;
	}
	const struct token *name = skip(m + 1, ".", 1);
	if (day_of(m, &day) && name->kind == TOKEN_WORD && name->month && set_named(reader, t, name, day, date))
		return name + 1;
	return NULL;
}

/* 17.05.2020, 17/5/2020, 5/17/2020, 17-05-20: by what fits, then by dots, then by the reader's order. */
static const struct token *match_numeric(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int a, b;
	const struct token *mark = t + 1, *second = t + 2, *mark2 = t + 3, *y = t + 4;
	if (!day_of(t, &a) || mark->kind != TOKEN_PUNCT || !strchr("./-|", mark->punct) || !day_of(second, &b) ||
		mark2->kind != TOKEN_PUNCT || mark2->punct != mark->punct || !token_is_number(y))
		return NULL;
	int year = year_of(reader, y);
	if (year == 0 && y->joined && second->joined &&
		!(token_is_punct(y + 1, ':') || token_is_punct(y + 1, mark->punct)))
		year = short_year_of(reader, y);
	if (year == 0)
		return NULL;
	bool month_first = reader->order == DATE_MONTH_FIRST && mark->punct != '.';
	bool swap = a > 12 ? false : b > 12 ? true : month_first;
	if (!(swap ? date_set_day(date, year, a, b) : date_set_day(date, year, b, a)))
		return NULL;
	date->guessed = a <= 12 && b <= 12 && a != b && mark->punct != '.';
	return y + 1;
}

/* 令和5年3月14日, 平成元年…, 民國112年3月14日 */
static const struct token *match_era(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int month, day;
	const struct token *y = t + 1, *m = t + 3, *d = t + 5;
	int64_t year = token_is_role(y, ROLE_FIRST) ? 1 : token_is_number(y) && y->digits <= 3 ? y->value : 0;
	if (!year || !token_is_role(y + 1, ROLE_YEAR) || !day_of(m, &month) || !token_is_role(m + 1, ROLE_MONTH) ||
		!day_of(d, &day))
		return NULL;
	year += t->value;
	if (year < 1900 || year > reader->year_max || !date_set_day(date, (int)year, month, day))
		return NULL;
	return d + 1 + token_is_role(d + 1, ROLE_DAY);
}

static const struct token *match_day(const struct date_reader *reader, const struct token *t, struct date *date)
{
	const struct token *end = NULL;
	if (t->kind == TOKEN_WORD)
		return t->month			    ? match_name_day(reader, t, date)
		       : token_is_role(t, ROLE_ERA) ? match_era(reader, t, date)
						    : NULL;
	if (t->kind != TOKEN_NUMBER)
		return NULL;
	if (t->digits == 4) {
		end = match_ymd(reader, t, date);
		return end ? end : match_year_name(reader, t, date);
	}
	if (t->digits > 4)
		return match_packed(reader, t, date);
	end = match_day_name(reader, t, date);
	return end ? end : match_numeric(reader, t, date);
}

static const struct token *match_time_behind(const struct token *t, struct date *date)
{
	if (date->hour >= 0)
		return match_zone(t, date);
	const struct token *at = t;
	if (token_is_role(at, ROLE_T) && at->joined)
		at++;
	else
		at = skip(at, ",|-(", 2);
	if (at->kind == TOKEN_WORD && at->role == ROLE_NONE && at->month == 0 && token_is_number(at + 1)) {
		const struct token *end = match_clock(at + 1, date);
		return end == at + 1 ? t : end;
	}
	const struct token *end = match_clock(at, date);
	return end == at ? t : end;
}

/* "10:30, 17 May 2020": a clock right before the date. */
static uint32_t match_time_before(const struct tokens *tokens, size_t begin, struct date *date)
{
	const struct token *list = tokens->list;
	for (size_t back = 3; back <= 9 && back <= begin; back++) {
		const struct token *t = &list[begin - back];
		if (!token_is_number(t) || t->digits > 2 || !token_is_punct(t + 1, ':'))
			continue;
		struct date with = *date;
		const struct token *end = match_clock(t, &with);
		if (end == t || end > &list[begin])
			continue;
		const struct token *to = skip(end, ",|-()/", 3);
		to += to < &list[begin] && to->kind == TOKEN_WORD && to->month == 0; /* a weekday */
		to = skip(to, ",|-", 2);
		if (to < &list[begin])
			continue;
		*date = with;
		return t->at;
	}
	return list[begin].at;
}

/* A number inside a longer chain (version, phone, price) is no date. */
static bool stands_free(const struct tokens *tokens, const struct token *begin, const struct token *end)
{
	if (begin > tokens->list && begin->joined && begin->kind == TOKEN_NUMBER) {
		const struct token *before = begin - 1;
		if (before->kind == TOKEN_PUNCT && strchr(".-/+", before->punct) && before > tokens->list &&
			before->joined && token_is_number(before - 1))
			return false;
	}
	if (token_is_punct(end, '.') && end->joined && token_is_number(end + 1) && end[1].joined &&
		begin->kind == TOKEN_NUMBER)
		return false;
	if (end->kind == TOKEN_PUNCT && end->joined && strchr("-/", end->punct) && token_is_number(end + 1) &&
		end[1].joined && end[1].digits > 2)
		return false;
	return true;
}

/* Most lines have no digit: sixteen bytes at once, as long as none of them is one nor begins one beyond ASCII. */
static size_t without_digits(struct view text)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; text.n - i >= 16; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(text.p + i));
		__m128i from_zero = _mm_sub_epi8(x, _mm_set1_epi8('0'));
		__m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(from_zero, _mm_set1_epi8(9)), from_zero);
		__m128i lead = _mm_cmpeq_epi8(_mm_max_epu8(x, _mm_set1_epi8((char)0xD9)), x);
		if (_mm_movemask_epi8(_mm_or_si128(digit, lead)))
			break;
	}
#endif
	return i;
}

bool date_has_digits(struct view text)
{
	size_t digits = 0;
	for (size_t i = without_digits(text); i < text.n && digits < 3; i++) {
		unsigned char byte = (unsigned char)text.p[i];
		if (byte < 0xD9) {
			digits += ascii_is_digit(text.p[i]);
		} else if (byte == 0xD9 || byte == 0xDB || byte == 0xDF || byte == 0xE0 || byte == 0xE1 ||
			   byte == 0xEF) {
			size_t at = i; /* digits beyond ASCII begin with these bytes only */
			digits += fold_digit(utf8_next(text, &at)) >= 0;
		}
	}
	return digits == 3;
}

bool date_find(const struct date_reader *reader, struct view text, struct date *ret, struct view *ret_span)
{
	struct tokens tokens;
	text = utf8_first(text, DATE_SCAN_BYTES);
	if (!date_has_digits(text))
		return false;
	datetoken_read(reader, text, &tokens);
	for (size_t i = 0; i < tokens.count; i++) {
		struct date date;
		const struct token *end = match_day(reader, &tokens.list[i], &date);
		if (!end || date.year > reader->year_max || end > tokens.list + tokens.count ||
			!stands_free(&tokens, &tokens.list[i], end))
			continue;
		uint32_t from = tokens.list[i].at;
		const struct token *behind = match_time_behind(end, &date);
		if (date.hour < 0)
			from = match_time_before(&tokens, i, &date);
		if (behind <= tokens.list || behind > tokens.list + tokens.count)
			behind = tokens.list + tokens.count;
		*ret = date;
		if (ret_span)
			*ret_span = view_make(text.p + from, behind[-1].end - from);
		return true;
	}
	return false;
}
