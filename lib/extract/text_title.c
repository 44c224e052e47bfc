#include "extract/text_title.h"

#include "extract/text_said.h"

enum { TITLE_WORDS = 40, TITLE_BYTES = 400 };

/* 1/1024 logit below which no line is the title. By cross-validation 530 of the titles of 793 articles are right with
 * this one, 516 with 0, 531 with 512 less. */
enum { TITLE_LEAST = -1536 };
/* Among furniture all are below it: then the best of at least TITLE_WORDS_LEAST words is the title when it is ahead of
 * the next by TITLE_LEAD, and a date or a byline stands at most TITLE_SIGNED lines away. Of 152 texts with leftovers
 * over and under the headline 92 lost it, 11 do now; on development articles one more of 910 titles is wrong. */
enum { TITLE_LEAST_SIGNED = -4600, TITLE_LEAD = 300, TITLE_SIGNED = 4, TITLE_WORDS_LEAST = 4, STAMP_WORDS = 14 };
enum { TITLE_PLACED = 6 }; /* lines between the only one it can be and its sign */

/* A question or an exclamation may be a headline, and so may speech. */
static bool ends_in_full_stop(struct view text)
{
	switch (line_last_point(text)) {
	case '.':
	case 0x589:
	case 0x6D4:
	case 0x964:
	case 0x965:
	case 0xF0D:
	case 0x104B:
	case 0x1362:
	case 0x17D4:
	case 0x17D5:
	case 0x3002:
	case 0xFF0E:
	case 0xFF61: return true;
	default: return false;
	}
}

/* "How much should a yoga class cost in a town by the sea?": a headline by its form although it is long enough for
 * prose. */
static bool is_asked(const struct line *line)
{
	enum { ASKED_WORDS = 16, MARK_BYTES = 4 };
	if ((line->flags & (LINE_PROSE | LINE_SENTENCE | LINE_COLON | LINE_BULLET)) != (LINE_PROSE | LINE_SENTENCE) ||
		line->words > ASKED_WORDS || line->text.n > TITLE_BYTES || ends_in_full_stop(line->text))
		return false;
	for (size_t i = 0, word = 0; i + 1 < line->text.n; i++) {
		/* "Laptop vs. Desktop: Which Is Best?" is one sentence. */
		if (line->text.p[i + 1] == ' ' && word >= MARK_BYTES &&
			(line->text.p[i] == '.' || line->text.p[i] == '!' || line->text.p[i] == '?'))
			return false;
		word = line->text.p[i] == ' ' ? 0 : word + 1;
	}
	return true;
}

/* A headline by form: one line of its own, with letters, no full stop. */
static bool looks_like_title(const struct work *work, size_t place)
{
	const struct line *line = line_at(work, place);
	struct view text = line->text;
	if (text.n > TITLE_BYTES || line->words > TITLE_WORDS || line->words < 2 || hits_at(work, place)->weak ||
		hits_at(work, place)->any)
		return false;
	if (line->flags & (LINE_COLON | LINE_BULLET) || (line->flags & LINE_PROSE && !is_asked(line)))
		return false;
	return !(line->flags & LINE_SENTENCE) || !ends_in_full_stop(text);
}

/* The first line by its form, with text behind a blank line. */
static bool is_title(const struct work *work)
{
	return work->live_count > 1 && work->first_prose < work->live_count && work->first_prose > 0 &&
	       block_at(work, 1)->gap && looks_like_title(work, 0);
}

static bool is_known(const struct work *work, size_t place)
{
	const struct hits *hits = hits_at(work, place);
	return hits->any || hits->zoned || hits->weak;
}

static bool is_of_kind(const struct rule *rule, const char *kind)
{
	return rule && strcmp(rule->kind, kind) == 0;
}

/* A short line with a year and another number, in whatever language: "Mashi 12, 2025", "11/03/2025, 16:20 WIB", but
 * "11 tools to watch in 2025" and "10 best lanterns (2024)" have more words than a date and no time. */
static bool is_stamp(const struct line *line)
{
	enum { DATE_WORDS = 6, DATE_RUNS = 2 };
	unsigned runs = 0, value = 0, digits = 0;
	bool year = false;
	if (line->words > STAMP_WORDS || (line->flags & LINE_PROSE))
		return false;
	for (size_t i = 0; i <= line->key.n; i++) {
		if (i < line->key.n && ascii_is_digit(line->key.p[i])) {
			value = digits < 6 ? value * 10 + (unsigned)(line->key.p[i] - '0') : value;
			digits++;
			continue;
		}
		runs += digits > 0;
		year |= digits == 4 && ((value >= 1990 && value < 2100) || (value >= 1380 && value < 1460) ||
					       (value >= 2530 && value < 2600));
		value = digits = 0;
	}
	return year && runs >= DATE_RUNS && (runs > DATE_RUNS || line->words <= DATE_WORDS);
}

/* A date, a byline, a credit, as they stand below a headline. */
static bool signs(const struct work *work, size_t place)
{
	const struct hits *hits = hits_at(work, place);
	return is_stamp(line_at(work, place)) || is_of_kind(hits->any, "date") || is_of_kind(hits->zoned, "date") ||
	       is_of_kind(hits->any, "byline") || is_of_kind(hits->zoned, "byline") || is_of_kind(hits->any, "photo");
}

/* The first sign below @place, or @end: a headline stands at most TITLE_SIGNED lines over or under one. */
static size_t sign_of(const struct work *work, size_t place, size_t end, bool *ret_signed)
{
	size_t from = place > TITLE_SIGNED ? place - TITLE_SIGNED : 0;
	*ret_signed = true;
	for (size_t i = place + 1; i < end && i <= place + TITLE_SIGNED; i++)
		if (signs(work, i))
			return i;
	for (size_t i = from; i < place; i++)
		if (signs(work, i))
			return end;
	*ret_signed = false;
	return end;
}

bool title_asks(const struct work *work, size_t place)
{
	if (!is_asked(line_at(work, place)))
		return false;
	if (place == 0 && work->live_count > 1 && block_at(work, 1)->gap && line_at(work, 1)->flags & LINE_PROSE)
		return true;
	for (size_t i = place + 1; i < work->live_count && i <= place + TITLE_SIGNED; i++) {
		if (is_unknown_prose(work, i))
			return false;
		if (signs(work, i))
			return true;
	}
	return false;
}

static bool is_candidate(const struct work *work, size_t place)
{
	return !is_known(work, place) && looks_like_title(work, place) && !is_stamp(line_at(work, place));
}

/* Whatever its score: the only line of TITLE_WORDS_LEAST words or more over the first sign, when it stands near it. */
static int64_t title_by_place(const struct work *work, size_t end)
{
	size_t sign = 0, count = 0, best = 0;
	while (sign < end && !signs(work, sign))
		sign++;
	for (size_t i = 0; i < sign && sign < end; i++)
		if (is_candidate(work, i) && line_at(work, i)->words >= TITLE_WORDS_LEAST) {
			count++;
			best = i;
		}
	return count == 1 && sign - best <= TITLE_PLACED ? (int64_t)best : NO_TITLE;
}

/* Names and labels, which are shorter, stand beside a headline; so does what follows its date. */
static int64_t title_among_furniture(const struct work *work, const struct line_scores *scores, size_t end)
{
	int64_t best = NO_TITLE;
	bool is_signed;
	for (size_t i = 0; i < end; i++)
		if (is_candidate(work, i) && line_at(work, i)->words >= TITLE_WORDS_LEAST &&
			(best == NO_TITLE || scores->title[i] > scores->title[best]))
			best = (int64_t)i;
	if (best == NO_TITLE || scores->title[best] < TITLE_LEAST_SIGNED)
		return title_by_place(work, end);
	uint64_t words = line_at(work, (size_t)best)->words;
	size_t sign = sign_of(work, (size_t)best, end, &is_signed);
	for (size_t i = 0; i < sign && is_signed; i++)
		if (i != (size_t)best && is_candidate(work, i) && line_at(work, i)->words * 4 > words * 3 &&
			scores->title[best] - scores->title[i] < TITLE_LEAD)
			return NO_TITLE;
	return is_signed ? best : NO_TITLE;
}

static bool signs_next(const struct work *work, size_t place)
{
	return place + 1 < work->live_count && signs(work, place + 1);
}

/* Over @title, which may be what stands first in bold below the date: the only line with a date or a byline right below
 * it. Several are a list of other articles. Where there is no title, it may be shorter, but all over it must go. */
static int64_t title_over(const struct work *work, const struct line_scores *scores, size_t end, int64_t title)
{
	enum { WORDS_LEAST = 2 };
	uint32_t least = title == NO_TITLE ? WORDS_LEAST : TITLE_WORDS_LEAST;
	int64_t best = NO_TITLE;
	if (title != NO_TITLE && signs_next(work, (size_t)title))
		return title;
	for (size_t i = 0; i < (title == NO_TITLE ? end : (size_t)title); i++) {
		if (title == NO_TITLE && best == NO_TITLE && i > 0 && !is_known(work, i - 1) &&
			!line_goes(scores, NO_TITLE, i - 1))
			return NO_TITLE;
		if (!signs_next(work, i) || !is_candidate(work, i) || line_at(work, i)->words < least ||
			scores->title[i] < TITLE_LEAST_SIGNED)
			continue;
		if (best != NO_TITLE)
			return title;
		best = (int64_t)i;
	}
	return best == NO_TITLE ? title : best;
}

/* Speech right over what was found: the headline, with the line below that tells who says it. Other lines that look
 * like a headline there are the page's name for itself. */
static bool is_over(const struct work *work, const struct line_scores *scores, size_t place)
{
	const struct line *line = line_at(work, place);
	return line->flags & LINE_QUOTED && is_candidate(work, place) && line->words >= TITLE_WORDS_LEAST &&
	       scores->title[place] >= TITLE_LEAST_SIGNED && !is_cut(work, place);
}

static void stay(const struct line_scores *scores, size_t place)
{
	if (scores->text[place] < scores->limit[place])
		scores->text[place] = scores->limit[place];
}

/* What was found first stays below the headline, as what introduces the text. */
static int64_t title_first(const struct work *work, const struct line_scores *scores, size_t end, int64_t title)
{
	int64_t first = title_over(work, scores, end, title);
	if (first > 0 && is_over(work, scores, (size_t)first - 1)) {
		stay(scores, (size_t)first);
		first--;
	}
	if (first != title && title != NO_TITLE)
		stay(scores, (size_t)title);
	return first;
}

int64_t title_find(const struct work *work, const struct line_scores *scores)
{
	struct view hint = line_trim(work->page->capture.title_hint);
	int64_t best = NO_TITLE;
	size_t end = work->first_prose < work->live_count ? work->first_prose : 0;
	for (size_t i = 0; i < end; i++) {
		if (hint.n && view_eq(hint, line_at(work, i)->text))
			return (int64_t)i;
		if (hint.n || !scores->title || scores->title[i] <= TITLE_LEAST || !looks_like_title(work, i))
			continue;
		if (best == NO_TITLE || scores->title[i] > scores->title[best])
			best = (int64_t)i;
	}
	if (best == NO_TITLE && !hint.n && scores->title)
		best = title_among_furniture(work, scores, end);
	return hint.n || !scores->title ? best : title_first(work, scores, end, best);
}

/* The few blocks before it move up. */
static void remove_block(struct page *page, size_t i)
{
	memmove(&page->blocks[1], page->blocks, i * sizeof(*page->blocks));
	page->blocks++;
	page->block_count--;
}

int title_take(struct work *work)
{
	struct page *page = work->page;
	struct view hint = line_trim(page->capture.title_hint);
	if (page->document.title || !work->live_count)
		return 0;
	if (hint.n ? !view_eq(hint, line_at(work, 0)->text) : !is_title(work))
		return 0;
	page->document.title = page_str(page, block_at(work, 0)->text);
	if (!page->document.title)
		return page_full(page);
	remove_block(page, work->live[0].at);
	return 0;
}
