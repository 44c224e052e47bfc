#include "extract/text_dateline.h"

#include <string.h>
#include "extract/text_fold.h"
#include "extract/text_lines.h"
#include "util/utf8.h"

enum {
	NAME_BYTES = 60, /* of a place or an agency */
	NAME_WORDS = 4,
	FRONT_BYTES = 200, /* all of it stands in */
	CAPITALS_MIN = 3,  /* letters of a place that stands alone */
};

enum letter_case { CASE_NONE, CASE_UPPER, CASE_LOWER };

/* Latin, Greek and Cyrillic letters; others have no case here. */
static enum letter_case case_of(uint32_t c)
{
	char in[8], out[32];
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? CASE_UPPER : c >= 'a' && c <= 'z' ? CASE_LOWER : CASE_NONE;
	bool cased = (c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7) || (c >= 0x386 && c < 0x530) ||
		     (c >= 0x1E00 && c < 0x1F00);
	if (!cased)
		return CASE_NONE;
	size_t n = utf8_put(in, c), m = text_fold(view_make(in, n), out);
	return m == n && memcmp(in, out, n) == 0 ? CASE_LOWER : CASE_UPPER;
}

/* One character of @text at @at, 0 at its end. */
static uint32_t peek(struct view text, size_t at, size_t *ret_next)
{
	*ret_next = at;
	return at < text.n ? utf8_next(text, ret_next) : 0;
}

static size_t skip_spaces(struct view text, size_t at)
{
	while (at < text.n && text.p[at] == ' ')
		at++;
	return at;
}

/* Behind a dash at @at with a space behind it; 0: there is none. */
static size_t skip_dash(struct view text, size_t at)
{
	size_t next, from = at;
	for (uint32_t c = peek(text, at, &next); c == '-' || (c >= 0x2012 && c <= 0x2015) || c == 0x2212;
		c = peek(text, at, &next))
		at = next;
	return at > from && at < text.n && text.p[at] == ' ' ? at : 0;
}

static size_t count_words(struct view name)
{
	size_t words = 1;
	for (size_t i = 0; i < name.n; i++)
		words += name.p[i] == ' ';
	return words;
}

static bool has_digit(struct view name)
{
	for (size_t i = 0; i < name.n; i++)
		if (ascii_is_digit(name.p[i]))
			return true;
	return false;
}

static bool is_name(struct view name)
{
	return name.n >= 2 && name.n <= NAME_BYTES && count_words(name) <= NAME_WORDS && !has_digit(name);
}

/* Does a name begin like one: with a capital, or a letter without case. */
static bool begins_as_name(struct view name)
{
	size_t next;
	uint32_t c = peek(name, 0, &next);
	return c != 0 && case_of(c) != CASE_LOWER && (c >= 0x80 || ascii_is_alpha((char)c));
}

static bool in_capitals(struct view name)
{
	size_t letters = 0;
	for (size_t at = 0; at < name.n;) {
		enum letter_case letter = case_of(utf8_next(name, &at));
		if (letter == CASE_LOWER)
			return false;
		letters += letter == CASE_UPPER;
	}
	return letters >= CAPITALS_MIN;
}

static bool has_case(struct view name)
{
	size_t next;
	return case_of(peek(name, 0, &next)) != CASE_NONE;
}

static uint32_t closing(uint32_t c)
{
	switch (c) {
	case '(': return ')';
	case '/': return '/';
	case '[': return ']';
	case 0xFF08: return 0xFF09;
	case 0x3010: return 0x3011;
	default: return 0;
	}
}

/* What stands in brackets at @at; behind them in @ret_end. */
static bool read_brackets(struct view text, size_t at, struct view *ret_in, size_t *ret_end)
{
	size_t from, next;
	uint32_t close = closing(peek(text, at, &from));
	for (size_t to = from; close && to < text.n; to = next) {
		uint32_t c = peek(text, to, &next);
		if (c == close) {
			*ret_in = line_trim(view_make(text.p + from, to - from));
			*ret_end = next;
			return true;
		}
	}
	return false;
}

/* "(서울=연합뉴스)", "【北京＝共同】". */
static bool read_pair(struct view front, struct dateline *ret)
{
	struct view in;
	size_t end, next;
	if (!read_brackets(front, 0, &in, &end) || skip_spaces(front, end) >= front.n)
		return false;
	for (size_t at = 0; at < in.n; at = next) {
		uint32_t c = peek(in, at, &next);
		if (c != '=' && c != 0xFF1D)
			continue;
		*ret = (struct dateline){ line_trim(view_first(in, at)), line_trim(view_from(in, next)) };
		return is_name(ret->place) && is_name(ret->agency) && begins_as_name(ret->place);
	}
	return false;
}

/* Where the place ends: before a comma, a bracket or a dash between spaces; a full stop of "MOSCOW. May 5" too. */
static size_t end_of_place(struct view front)
{
	size_t at = 0, next;
	for (; at < front.n; at = next) {
		uint32_t c = peek(front, at, &next);
		bool space = next < front.n && front.p[next] == ' ';
		if (c == ',' || closing(c) || ((c == '.' || c == ':') && space))
			break;
		if (c == ' ' && skip_dash(front, next))
			break;
	}
	return at;
}

/* Written with small letters, inside a sentence, somewhere in @text: "in Dublin". */
static bool is_spoken_of(struct view place, struct view text)
{
	char low[4 * NAME_BYTES], found[4 * NAME_BYTES];
	size_t n = text_fold(place, low), first;
	peek(place, 0, &first);
	for (size_t at = 0; at + place.n < text.n;) {
		size_t hit = at + view_find(view_from(text, at), view_first(place, first));
		if (hit + place.n > text.n)
			return false;
		struct view same = view_make(text.p + hit, place.n);
		char before = hit >= 2 && text.p[hit - 1] == ' ' ? text.p[hit - 2] : '.';
		if ((ascii_is_alpha(before) || before == ',' || (unsigned char)before >= 0x80) && !in_capitals(same) &&
			text_fold(same, found) == n && memcmp(found, low, n) == 0)
			return true;
		at = hit + first;
	}
	return false;
}

bool dateline_read(struct view line, struct view text, struct dateline *ret)
{
	struct view front = utf8_first(line, FRONT_BYTES), agency = VIEW_NONE;
	if (read_pair(front, ret))
		return true;
	size_t end = end_of_place(front), at = end;
	struct view place = line_trim(view_first(front, end));
	if (!is_name(place) || !begins_as_name(place))
		return false;
	/* ", May 5": up to the brackets or the dash. */
	bool more = at < front.n && (front.p[at] == ',' || front.p[at] == '.');
	size_t stop = at, next;
	for (; more && stop < front.n && stop < end + NAME_BYTES; stop = next) {
		uint32_t c = peek(front, stop, &next);
		if (closing(c) || (c == ' ' && skip_dash(front, next)))
			break;
	}
	at = skip_spaces(front, stop);
	bool named = read_brackets(front, at, &agency, &next);
	if (named) {
		at = next < front.n && front.p[next] == '.' ? next + 1 : next;
		at = skip_spaces(front, at);
	}
	if (!skip_dash(front, at) || (named && !is_name(agency)))
		return false;
	/* A person with a party in brackets has two names. */
	if (!in_capitals(place) && (!named || (has_case(place) && !more && count_words(place) > 1)))
		return false;
	*ret = (struct dateline){ place, agency };
	return named || is_spoken_of(place, text);
}
