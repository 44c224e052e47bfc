#include "capture/http_date.h"

#include "capture/http.h"
#include "util/clock.h"

/* Cuts the next run of letters, or of digits, or one other byte off @rest; spaces and commas are passed over. */
static struct view date_token(struct view *rest)
{
	while (rest->n && (ascii_is_space(rest->p[0]) || rest->p[0] == ',' || rest->p[0] == '-'))
		*rest = view_from(*rest, 1);
	size_t n = 0;
	if (rest->n && ascii_is_digit(rest->p[0]))
		while (n < rest->n && (ascii_is_digit(rest->p[n]) || rest->p[n] == ':'))
			n++;
	else if (rest->n && ascii_is_alpha(rest->p[0]))
		while (n < rest->n && ascii_is_alpha(rest->p[n]))
			n++;
	else
		n = rest->n ? 1 : 0;
	struct view token = view_first(*rest, n);
	*rest = view_from(*rest, n);
	return token;
}

static int month_of(struct view word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (int i = 0; word.n >= 3 && i < 12; i++)
		if (view_eq_nocase(view_first(word, 3), view_make(names + i * 3, 3)))
			return i + 1;
	return 0;
}

static bool number_of(struct view digits, int *ret)
{
	unsigned long long value;
	if (digits.n > 4 || !view_to_u64(digits, &value))
		return false;
	*ret = (int)value;
	return true;
}

/* "08:49:37" or "08:49" */
static bool time_of(struct view word, int ret_hms[3])
{
	struct view part;
	int n = 0;
	while (n < 3 && view_next_token(&word, ':', &part))
		if (!number_of(part, &ret_hms[n++]))
			return false;
	return n >= 2 && ret_hms[0] < 24 && ret_hms[1] < 60 && ret_hms[2] <= 60;
}

/* "+0130", "-05:00", "EST" … in seconds east of UTC; unknown names are UTC, as RFC 2822 section 4.3 has it. */
static int zone_of(struct view rest)
{
	static const struct {
		char name[5];
		int hours;
	} names[] = { { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 },
		{ "PST", -8 }, { "PDT", -7 }, { "CET", 1 }, { "CEST", 2 }, { "EET", 2 }, { "EEST", 3 }, { "WEST", 1 },
		{ "MSK", 3 }, { "JST", 9 }, { "KST", 9 }, { "AEST", 10 }, { "AEDT", 11 } };
	rest = view_trim(rest);
	if (rest.n >= 5 && (rest.p[0] == '+' || rest.p[0] == '-')) {
		size_t m = rest.p[3] == ':' ? 4 : 3;
		int h = 0, min = 0;
		if (rest.n < m + 2 || !number_of(view_make(rest.p + 1, 2), &h) ||
			!number_of(view_make(rest.p + m, 2), &min) || h > 14 || min > 59)
			return 0;
		return (rest.p[0] == '-' ? -1 : 1) * (h * 3600 + min * 60);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (view_eq_nocase(rest, view_of(names[i].name)))
			return names[i].hours * 3600;
	return 0;
}

/* Two digits are a year of this century or the last, three are counted from 1900 (RFC 5322, 4.3); four are what they
 * say: 0001 is how some systems write that there is no date. */
static bool year_of(struct view digits, int *ret)
{
	int year;
	if (digits.n < 2 || !number_of(digits, &year))
		return false;
	if (digits.n == 2)
		year += year < 70 ? 2000 : 1900;
	else if (digits.n == 3)
		year += 1900;
	*ret = year;
	return year >= 100;
}

/* "08:49:37 PM": cut off @rest, the hour set right. */
static void take_half(struct view *rest, int *hour)
{
	struct view v = view_trim(*rest);
	bool pm = view_starts_nocase(v, VIEW("PM")), am = view_starts_nocase(v, VIEW("AM"));
	if ((!pm && !am) || (v.n > 2 && ascii_is_alpha(v.p[2])) || *hour > 12)
		return;
	*hour = *hour % 12 + (pm ? 12 : 0);
	*rest = view_from(v, 2);
}

bool http_date_parse_zone(struct view text, int64_t *ret_seconds, int *ret_zone)
{
	struct view rest = view_first(text, 64), token = date_token(&rest);
	int day = 0, month = 0, year = -1, hms[3] = { 0 };
	bool timed = false;
	if (token.n && ascii_is_alpha(token.p[0]) && !month_of(token))
		token = date_token(&rest); /* the weekday */
	/* Three orders: "06 Nov 1994 08:49:37", "06-Nov-94 08:49:37", "Nov 6 08:49:37 1994". */
	for (int i = 0; i < 4 && token.n; i++, token = date_token(&rest)) {
		if (view_find_byte(token, ':') < token.n) {
			if (!time_of(token, hms))
				return false;
			take_half(&rest, &hms[0]);
			timed = true;
			if (year >= 0)
				break;
		} else if (ascii_is_alpha(token.p[0])) {
			month = month_of(token);
		} else if (!day) {
			if (!number_of(token, &day))
				return false;
		} else if (!year_of(token, &year)) {
			return false;
		}
	}
	if (!timed && !month)
		return false;
	if (!clock_date_valid(year, month, day))
		return false;
	*ret_zone = zone_of(rest);
	*ret_seconds = clock_days(year, month, day) * 86400 + hms[0] * 3600 + hms[1] * 60 + hms[2] - *ret_zone;
	return true;
}

bool http_date_parse(struct view text, int64_t *ret_seconds)
{
	int zone;
	return http_date_parse_zone(text, ret_seconds, &zone);
}

int64_t http_retry_after(struct view head, int64_t now)
{
	struct view value = http_field(head, VIEW("Retry-After"));
	unsigned long long seconds;
	size_t digits = 0;
	int64_t at;
	while (digits < value.n && ascii_is_digit(value.p[digits]))
		digits++;
	/* More than fits is a long time, too. */
	if (digits && digits == value.n)
		return view_to_u64(value, &seconds) && seconds < INT32_MAX ? (int64_t)seconds : INT32_MAX;
	if (value.n && http_date_parse(value, &at))
		return at > now ? at - now : 0;
	return -1;
}
