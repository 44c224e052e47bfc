#include "extract/text_detect.h"

#include "util/clock.h"

/* Reading a line as a date: every token must be a part of one. */
struct reading {
	const struct rules *rules;
	struct date_found date;
	int numbers[3]; /* that are no time and no year in front of a unit */
	char separators[3];
	size_t digits[3];
	size_t count;
	int month_name; /* 1 to 12; 0 none */
	bool lead, updated, numeric_mark;
	int month_at; /* numbers that stood before the month's name */
};

static int number_of(struct view digits)
{
	int sum = 0;
	for (size_t i = 0; i < digits.n; i++)
		sum = sum * 10 + (digits.p[i] - '0');
	return sum;
}

/* "17:05", "18.30", "9h05", with a mark between two numbers: cut off @rest when it is a time. */
static bool read_time(struct reading *reading, struct view *rest, struct view first)
{
	struct view look = *rest;
	struct token mark, minutes;
	if (first.n > 2 || !token_next(&look, &mark) || !mark.glued || !token_next(&look, &minutes))
		return false;
	/* A full stop makes a time only behind a whole date: "28. Juni 2025 - 16.03". */
	bool dated = reading->count == 3 || (reading->count == 2 && reading->month_name);
	bool colon = mark.kind == ':' || view_eq(mark.text, VIEW("h")) || (mark.kind == '.' && dated);
	if (!colon || !minutes.glued || minutes.kind != 'd' || minutes.text.n > 2)
		return false;
	int hour = number_of(first), minute = number_of(minutes.text);
	if (hour > 24 || minute > 59)
		return false;
	if (reading->date.hour < 0 && minutes.text.n == 2 && hour < 24) {
		reading->date.hour = hour;
		reading->date.minute = minute;
	}
	*rest = look;
	/* Seconds and fractions of them. */
	while (token_next(&look, &mark) && mark.glued && (mark.kind == ':' || mark.kind == '.') &&
		token_next(&look, &minutes) && minutes.glued && minutes.kind == 'd')
		*rest = look;
	return true;
}

/* 年, 月, 日 and 년, 월, 일 say what the number before them is, 時, 时, 시 and 分, 분 too. */
static char unit_of(struct view word)
{
	if (view_eq(word, VIEW("\xE5\xB9\xB4")) || view_eq(word, VIEW("\xEB\x85\x84")))
		return 'y';
	if (view_eq(word, VIEW("\xE6\x9C\x88")) || view_eq(word, VIEW("\xEC\x9B\x94")))
		return 'm';
	if (view_eq(word, VIEW("\xE6\x97\xA5")) || view_eq(word, VIEW("\xEC\x9D\xBC")))
		return 'd';
	if (view_eq(word, VIEW("\xE6\x99\x82")) || view_eq(word, VIEW("\xE6\x97\xB6")) ||
		view_eq(word, VIEW("\xEC\x8B\x9C")))
		return 'H';
	if (view_eq(word, VIEW("\xE5\x88\x86")) || view_eq(word, VIEW("\xEB\xB6\x84")))
		return 'M';
	return 0;
}

static bool read_number(struct reading *reading, struct view *rest, const struct token *token)
{
	struct view look = *rest;
	struct token next;
	if (token->text.n > 4 || token->text.n == 3)
		return false;
	if (read_time(reading, rest, token->text))
		return true;
	int value = number_of(token->text);
	bool more = token_next(&look, &next);
	char unit = more && next.kind == 'w' ? unit_of(next.text) : 0;
	if (unit == 'H' || unit == 'M') {
		if (value > (unit == 'H' ? 24 : 59))
			return false;
		if (unit == 'H' && value < 24 && reading->date.hour < 0)
			reading->date.hour = value;
		else if (unit == 'M' && reading->date.hour >= 0)
			reading->date.minute = value;
		*rest = look;
		return true;
	}
	if (unit) {
		*(unit == 'y' ? &reading->date.year : unit == 'm' ? &reading->date.month : &reading->date.day) = value;
		*rest = look;
		return true;
	}
	if (reading->count == 3)
		return false;
	reading->numbers[reading->count] = value;
	reading->digits[reading->count] = token->text.n;
	reading->separators[reading->count++] = more && next.glued ? next.kind : ' ';
	return true;
}

/* "5th", "1er", "2-го": endings of ordinal numbers, glued. */
static bool is_ordinal(struct view word)
{
	static const char *const endings[] = { "st", "nd", "rd", "th", "er", "e", "de", "го", "an", "t", "z" };
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (view_eq(word, view_of(endings[i])))
			return true;
	return false;
}

static bool read_word(struct reading *reading, const struct token *token)
{
	const struct word *senses[WORD_FILL + 1] = { NULL };
	size_t count;
	const struct word *sense = rules_senses(reading->rules, token->text, &count);
	for (; count; count--, sense++)
		if (sense->class <= WORD_FILL && !senses[sense->class])
			senses[sense->class] = sense;
	if (senses[WORD_MONTH] && !reading->month_name) {
		reading->month_name = senses[WORD_MONTH]->value;
		reading->month_at = (int)reading->count;
		return true;
	}
	if (senses[WORD_UPDATED]) {
		reading->updated = true;
		return true;
	}
	if (senses[WORD_LEAD]) {
		reading->lead = true;
		return true;
	}
	if (token->glued && is_ordinal(token->text))
		return true;
	/* The T and the Z of ISO 8601. */
	if (token->glued && token->text.n == 1 && (token->text.p[0] == 't' || token->text.p[0] == 'z'))
		return true;
	return senses[WORD_WEEKDAY] || senses[WORD_FILL];
}

static bool read_token(struct reading *reading, struct view *rest, const struct token *token)
{
	if (token->kind == 'd')
		return read_number(reading, rest, token);
	if (token->kind == 'w')
		return read_word(reading, token);
	return strchr("-/.,|:()[]+'", token->kind) != NULL;
}

static bool is_year(int value, size_t digits)
{
	return digits == 4 && value >= 1900 && value <= 2100;
}

/* "12/03/24", "12.03.24": the year comes last; where the first number may be one as well, none is told. Three numbers
 * with hyphens are scores and telephone numbers, too. */
static bool settle_short_year(struct reading *reading)
{
	enum { FIRST = 1970, CENTURY = 100 };
	const int *v = reading->numbers;
	struct date_found *date = &reading->date;
	int year = 2000 + v[2] - (2000 + v[2] >= FIRST + CENTURY ? CENTURY : 0);
	if (reading->digits[0] > 2 || reading->digits[1] != 2 || reading->digits[2] != 2 ||
		(reading->separators[0] == '-' && !reading->lead && !reading->updated && date->hour < 0))
		return false;
	bool first = clock_date_valid(year, v[1], v[0]), second = clock_date_valid(year, v[0], v[1]);
	if (!first && (!second || reading->separators[0] == '.'))
		return false;
	bool year_first = reading->digits[0] == 2 && clock_date_valid(2000 + v[0], v[1], v[2]) && v[0] > 12;
	if (!year_first && (!first || !second || v[0] == v[1] || reading->separators[0] == '.')) {
		date->year = year;
		date->month = first ? v[1] : v[0];
		date->day = first ? v[0] : v[1];
	}
	return true;
}

/* Year, month, day by the numbers alone; what can't be told apart stays 0. */
static bool settle_numbers(struct reading *reading)
{
	const int *v = reading->numbers;
	struct date_found *date = &reading->date;
	/* "Last updated: 21:30" */
	if (reading->count == 0)
		return (reading->lead || reading->updated) && date->hour >= 0 && !date->year && !date->month &&
		       !date->day;
	if (reading->count != 3)
		return false;
	if (reading->separators[0] != reading->separators[1] || !strchr("-/.", reading->separators[0]))
		return false;
	if (is_year(v[0], reading->digits[0])) {
		*date = (struct date_found){ .year = v[0],
			.month = v[1],
			.day = v[2],
			.hour = date->hour,
			.minute = date->minute,
			.updated = date->updated };
		return clock_date_valid(v[0], v[1], v[2]);
	}
	if (reading->digits[2] == 2)
		return settle_short_year(reading);
	if (!is_year(v[2], reading->digits[2]))
		return false;
	date->year = v[2];
	bool day_first = v[0] > 12 || reading->separators[0] == '.';
	int day = day_first ? v[0] : v[1], month = day_first ? v[1] : v[0];
	if (!clock_date_valid(v[2], month, day))
		return false;
	/* 05/06/2020: a date all the same, but nobody knows which. */
	if (day_first || day > 12 || day == month) {
		date->month = month;
		date->day = day;
	}
	return true;
}

static bool settle(struct reading *reading)
{
	struct date_found *date = &reading->date;
	date->updated = reading->updated && !reading->lead;
	if (date->year && date->month && date->day)
		return reading->count == 0 && clock_date_valid(date->year, date->month, date->day);
	if (!reading->month_name)
		return settle_numbers(reading);
	if (reading->count != 2)
		return false;
	int year_at = is_year(reading->numbers[1], reading->digits[1]) ? 1 : 0;
	if (!is_year(reading->numbers[year_at], reading->digits[year_at]))
		return false;
	date->year = reading->numbers[year_at];
	date->month = reading->month_name;
	date->day = reading->numbers[1 - year_at];
	return clock_date_valid(date->year, date->month, date->day);
}

bool detect_date(const struct rules *rules, struct view key, struct date_found *ret_date)
{
	struct reading reading = { .rules = rules, .date = { .hour = -1, .minute = -1 } };
	struct view rest = key;
	struct token token;
	while (token_next(&rest, &token))
		if (!read_token(&reading, &rest, &token))
			return false;
	if (!settle(&reading))
		return false;
	reading.date.stamped = reading.lead || reading.updated;
	reading.date.end = key.n;
	*ret_date = reading.date;
	return true;
}

bool detect_stamp(const struct rules *rules, struct view key, struct date_found *ret_date)
{
	return detect_date(rules, key, ret_date) && ret_date->stamped;
}

bool detect_leading_date(const struct rules *rules, struct view key, struct date_found *ret_date)
{
	struct view rest = key;
	struct token token;
	if (!token_next(&rest, &token) || token.kind != 'w' ||
		(!rules_word(rules, token.text, WORD_LEAD) && !rules_word(rules, token.text, WORD_UPDATED)))
		return false;
	/* The shortest beginning that is a date and whose next token can't belong to it. */
	for (int tokens = 0; tokens < 12 && token_next(&rest, &token); tokens++) {
		size_t end = key.n - rest.n;
		struct date_found date;
		if (rest.n == 0 || rest.p[0] != ' ' || !detect_date(rules, view_first(key, end), &date))
			continue;
		date.end = end;
		*ret_date = date;
		struct view look = rest;
		if (token_next(&look, &token) && token.kind == 'w')
			return date.month != 0;
	}
	return false;
}
