#include "meta/dates.h"
#include "util/clock.h"

static int64_t day_of(const struct date *date)
{
	return clock_days(date->year, date->month > 0 ? date->month : 1, date->day > 0 ? date->day : 1);
}

static bool same_day(const struct date *a, const struct date *b)
{
	return a->day > 0 && b->day > 0 && date_compare_days(a, b) == 0;
}

static bool is_in_head(const struct date_candidate *c)
{
	return c->kind == DATE_OG || c->kind == DATE_META || c->kind == DATE_META_PLAIN || c->kind == DATE_DC;
}

/* Only machines read it. */
static bool is_markup(const struct date_candidate *c)
{
	return c->kind >= DATE_LD_MAIN && c->kind <= DATE_ITEM_FAR;
}

/* Something that a reader sees near the headline names the same day. */
static bool is_shown(const struct dates *dates, const struct date *date)
{
	for (size_t i = 0; i < dates->count; i++) {
		const struct date_candidate *c = &dates->list[i];
		if (date_is_shown(c) && c->score >= DATE_SHOWN && same_day(&c->date, date))
			return true;
	}
	return false;
}

/* The same moment with the clock of where the page was written: a time in UTC can be of the day before or after. */
static bool is_local_time_of(const struct date *local, const struct date *utc)
{
	if (local->hour < 0 || local->day <= 0 || (local->zoned && local->offset == 0))
		return false;
	if (local->zoned)
		return date_seconds(local) / 60 == date_seconds(utc) / 60;
	int64_t minutes = (date_seconds(local) - date_seconds(utc)) / 60;
	/* Whole hours, and India's half. */
	return (minutes % 60 == 0 || minutes == 330) && minutes >= -12 * 60 && minutes <= 14 * 60;
}

/* A field of the head with day and month the other way round from what a reader sees: a template's mistake. */
static const struct date_candidate *unswapped(const struct dates *dates, const struct date_candidate *best)
{
	if (!best || !is_in_head(best) || best->date.zoned || best->date.day <= 0 || best->date.day > 12)
		return best;
	struct date other = best->date;
	other.day = best->date.month;
	other.month = best->date.day;
	if (other.day == other.month || is_shown(dates, &best->date) || !is_shown(dates, &other))
		return best;
	for (size_t i = 0; i < dates->count; i++)
		if (dates->list[i].score >= DATE_SHOWN && date_compare_days(&dates->list[i].date, &other) == 0)
			return &dates->list[i];
	return best;
}

/* The day in an address is the day where the page was written; and a site that moved to another system wrote later days
 * into its markup. */
static const struct date_candidate *local_day(const struct dates *dates, const struct date_candidate *best)
{
	if (!best || best->score >= DATE_HINT_SCORE || best->date.day <= 0)
		return best;
	bool utc = best->date.zoned && best->date.offset == 0 && best->date.hour >= 0;
	for (size_t i = 0; utc && i < dates->count; i++) {
		const struct date_candidate *c = &dates->list[i];
		if (c->score >= 60 && date_compare_days(&c->date, &best->date) != 0 &&
			is_local_time_of(&c->date, &best->date))
			return c;
	}
	bool shown = is_shown(dates, &best->date);
	for (size_t i = 0; i < dates->count; i++) {
		const struct date_candidate *c = &dates->list[i];
		if (c->kind != DATE_URL || c->date.day <= 0)
			continue;
		int64_t days = day_of(&c->date) - day_of(&best->date);
		if ((!shown && utc && (days == 1 || days == -1)) || days < (shown ? -31 : -2))
			return c;
	}
	return best;
}

/* Says by itself, in view of the reader, that it is the page's day: near the headline and of no change, or with the
 * word for publication. */
static bool is_plain(const struct dates *dates, const struct date_candidate *c)
{
	if (c->date.day <= 0 || c->date.guessed || c->says & DATE_SAYS_MODIFIED)
		return false;
	bool near = (c->kind == DATE_TIME || c->kind == DATE_CLASS) && c->score >= 60;
	bool line = c->kind == DATE_HEAD && c->says && c->score >= 57;
	bool labelled = date_is_shown(c) && c->says & DATE_SAYS_PUBLISHED && c->score >= DATE_SHOWN;
	if (!near && !line && !labelled)
		return false;
	for (size_t i = 0; i < dates->count; i++)
		if (dates->list[i].says & DATE_SAYS_MODIFIED && same_day(&dates->list[i].date, &c->date))
			return false;
	return true;
}

/* The only day that is plainly shown; NULL: none, or several. */
static const struct date_candidate *only_plain(const struct dates *dates, bool labelled)
{
	const struct date_candidate *only = NULL;
	for (size_t i = 0; i < dates->count; i++) {
		const struct date_candidate *c = &dates->list[i];
		if ((labelled && !(c->says & DATE_SAYS_PUBLISHED)) || !is_plain(dates, c))
			continue;
		if (only && !same_day(&only->date, &c->date))
			return NULL;
		if (!only || c->score > only->score)
			only = c;
	}
	return only;
}

/* @day is before the one of @moment wherever on earth that was written. */
static bool is_before(const struct date *day, const struct date *moment)
{
	int64_t days = day_of(moment) - day_of(day);
	if (moment->hour < 0)
		return days > 1;
	if (moment->zoned && moment->offset != 0)
		return days > 0;
	return days > 1 || (days == 1 && moment->hour >= 12);
}

/* A page shows the day that it is from; what moves it to another system writes a later one into the markup. */
static const struct date_candidate *shown_earlier(const struct dates *dates, const struct date_candidate *best)
{
	const struct date_candidate *plain = only_plain(dates, false);
	return plain && is_before(&plain->date, &best->date) ? plain : NULL;
}

/* The title element names the day. */
static bool is_in_title(const struct dates *dates, const struct date *date)
{
	struct date day;
	const struct evidence *evidence = dates->d->evidence;
	return evidence && date_find(&dates->d->dates, evidence->title_tag, &day, NULL) && same_day(&day, date);
}

/* Another field of the head and something that a reader sees agree on a day, against markup that nobody sees. A field
 * that does not say what it is of must differ by more than the evening before. */
static const struct date_candidate *agreed(const struct dates *dates, const struct date_candidate *best)
{
	for (size_t i = 0; i < dates->count; i++) {
		const struct date_candidate *c = &dates->list[i];
		int64_t days = day_of(&c->date) - day_of(&best->date);
		bool says = (c->kind == DATE_OG || c->kind == DATE_META) && c->score >= 80;
		if (!is_in_head(c) || c->date.day <= 0 || days == 0 || (!says && days >= -1 && days <= 1))
			continue;
		if (is_in_title(dates, &c->date))
			return c;
		for (size_t k = 0; k < dates->count; k++) {
			const struct date_candidate *shown = &dates->list[k];
			if (date_is_shown(shown) && shown->score >= DATE_SHOWN && !(shown->says & DATE_SAYS_MODIFIED) &&
				same_day(&shown->date, &c->date))
				return c;
		}
	}
	return NULL;
}

/* "First published on …" on a page that shows its last change at the top, and no third day. */
static const struct date_candidate *first_published(const struct dates *dates, const struct date_candidate *best)
{
	const struct date_candidate *other = only_plain(dates, true);
	if (!other || best->says & DATE_SAYS_PUBLISHED || day_of(&other->date) >= day_of(&best->date))
		return NULL;
	for (size_t i = 0; i < dates->count; i++) {
		const struct date_candidate *c = &dates->list[i];
		bool month = c->kind == DATE_URL && date_compare_days(&c->date, &other->date) != 0;
		bool third = c->date.day > 0 && !same_day(&c->date, &best->date) && !same_day(&c->date, &other->date);
		if (month || third)
			return NULL;
	}
	return other;
}

/* What a reader sees against what the markup says. */
static const struct date_candidate *against_shown(const struct dates *dates, const struct date_candidate *best)
{
	if (!best || best->date.day <= 0)
		return best;
	const struct date_candidate *other = NULL;
	if (is_markup(best)) {
		bool confirmed = is_shown(dates, &best->date);
		for (size_t i = 0; i < dates->count; i++)
			confirmed |= dates->list[i].kind == DATE_URL && same_day(&dates->list[i].date, &best->date);
		if (!confirmed && !(other = shown_earlier(dates, best)))
			other = agreed(dates, best);
	} else if (date_is_shown(best)) {
		other = first_published(dates, best);
	}
	return other ? other : best;
}

const struct date_candidate *dates_best(const struct dates *dates)
{
	const struct date_candidate *best = NULL;
	for (size_t i = 0; i < dates->count; i++) {
		const struct date_candidate *c = &dates->list[i];
		if (!best || c->score > best->score)
			best = c;
	}
	return best;
}

/* The month in an address: dates that are only shown somewhere on the page and are of another one are not of it. */
static void weigh_month(struct dates *dates)
{
	const struct date_candidate *url = NULL;
	for (size_t i = 0; i < dates->count; i++)
		if (dates->list[i].kind == DATE_URL)
			url = &dates->list[i];
	for (size_t i = 0; url && i < dates->count; i++) {
		struct date_candidate *c = &dates->list[i];
		bool shown = date_is_shown(c);
		bool near = url->date.day > 0 && day_of(&c->date) - day_of(&url->date) <= 2 &&
			    day_of(&url->date) - day_of(&c->date) <= 2;
		if (shown && !near && (c->date.year != url->date.year || c->date.month != url->date.month))
			c->score -= 20;
	}
}

/* 3/4/2020 is the other way round when something that can't be misread says so. */
static void turn_guessed(struct dates *dates)
{
	for (size_t i = 0; i < dates->count; i++) {
		struct date *date = &dates->list[i].date;
		struct date other = *date;
		other.day = date->month;
		other.month = date->day;
		bool turned = false, kept = !date->guessed;
		for (size_t k = 0; k < dates->count && !kept; k++) {
			const struct date *sure = &dates->list[k].date;
			kept = !sure->guessed && date_compare_days(sure, date) == 0;
			turned |= !sure->guessed && date_compare_days(sure, &other) == 0;
		}
		if (turned && !kept) {
			*date = other;
			date->guessed = false;
		}
	}
}

void dates_weigh(struct dates *dates)
{
	turn_guessed(dates);
	weigh_month(dates);
}

/* Of the candidates of the same day, the strongest that knows the time and, if any does, the zone. */
static const struct date_candidate *finest(const struct dates *dates, const struct date_candidate *best)
{
	const struct date_candidate *fine = best;
	for (size_t i = 0; i < dates->count; i++) {
		const struct date_candidate *c = &dates->list[i];
		if (date_compare_days(&c->date, &best->date) != 0 || c->date.day <= 0)
			continue;
		int gain = (c->date.hour >= 0) + c->date.zoned - (fine->date.hour >= 0) - fine->date.zoned;
		if (fine->date.day <= 0 || gain > 0)
			fine = c;
	}
	return fine;
}

const struct date_candidate *dates_choose(const struct dates *dates, const struct date_candidate **ret_finest)
{
	const struct date_candidate *best = dates_best(dates);
	best = against_shown(dates, local_day(dates, unswapped(dates, best)));
	*ret_finest = best ? finest(dates, best) : NULL;
	return best;
}
