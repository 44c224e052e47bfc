#include "meta/datetext.h"

#include <stdio.h>
#include "meta/fold.h"
#include "util/clock.h"
#include "util/utf8.h"

static const struct date no_date = { .year = -1, .month = -1, .day = -1, .hour = -1, .minute = -1, .second = -1 };

/* What a word means between the numbers of a date. */
enum role {
	ROLE_NONE,
	ROLE_FILL,  /* de, of, the … */
	ROLE_YEAR,  /* year's mark: 年, г., gada */
	ROLE_MONTH, /* month's mark: 月, tháng */
	ROLE_DAY,
	ROLE_HOUR,
	ROLE_MINUTE,
	ROLE_AM,
	ROLE_PM,
	ROLE_ZONE,
	ROLE_T, /* of ISO 8601 */
};

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_PUNCT };

struct token {
	uint8_t kind, role, calendar, month, digits;
	char punct;  /* ASCII of a mark; its nearest ASCII for others, '?' unknown */
	bool joined; /* no space before it */
	uint32_t at; /* offset in the text */
	uint32_t end;
	int64_t value; /* of a number; minutes of a zone */
};

enum { TOKENS = 160, WORD_MAX = 48 };

struct tokens {
	struct token list[TOKENS + 4];
	size_t count;
};

#define R(word, role, value)                                                                                           \
	{                                                                                                              \
		{ word, sizeof(word) - 1 }, role, value                                                                \
	}
static const struct {
	struct view word;
	uint8_t role;
	int16_t value;
} roles[] = {
	R("de", ROLE_FILL, 0),
	R("del", ROLE_FILL, 0),
	R("of", ROLE_FILL, 0),
	R("di", ROLE_FILL, 0),
	R("do", ROLE_FILL, 0),
	R("st", ROLE_FILL, 0),
	R("nd", ROLE_FILL, 0),
	R("rd", ROLE_FILL, 0),
	R("th", ROLE_FILL, 0),
	R("er", ROLE_FILL, 0),
	R("re", ROLE_FILL, 0),
	R("\xC2\xBA", ROLE_FILL, 0),
	R("\xC2\xAA", ROLE_FILL, 0),
	R("en", ROLE_FILL, 0),
	R("an", ROLE_FILL, 0),
	R("ren", ROLE_FILL, 0),
	R("ko", ROLE_FILL, 0),
	R("al", ROLE_FILL, 0),
	R("the", ROLE_FILL, 0),
	R("d", ROLE_FILL, 0),
	R("i", ROLE_FILL, 0),
	R("ta", ROLE_FILL, 0),
	R("мая", ROLE_NONE, 0),
	R("da", ROLE_FILL, 0),
	R("at", ROLE_FILL, 0),
	R("um", ROLE_FILL, 0),
	R("à", ROLE_FILL, 0),
	R("a", ROLE_FILL, 0),
	R("as", ROLE_FILL, 0),
	R("às", ROLE_FILL, 0),
	R("las", ROLE_FILL, 0),
	R("ore", ROLE_FILL, 0),
	R("alle", ROLE_FILL, 0),
	R("kl", ROLE_FILL, 0),
	R("klo", ROLE_FILL, 0),
	R("om", ROLE_FILL, 0),
	R("в", ROLE_FILL, 0),
	R("у", ROLE_FILL, 0),
	R("о", ROLE_FILL, 0),
	R("o", ROLE_FILL, 0),
	R("on", ROLE_FILL, 0),
	R("ora", ROLE_FILL, 0),
	R("godz", ROLE_FILL, 0),
	R("saat", ROLE_FILL, 0),
	R("ساعت", ROLE_FILL, 0),
	R("الساعه", ROLE_FILL, 0),
	R("ngay", ROLE_DAY, 0),
	R("luc", ROLE_FILL, 0),
	R("year", ROLE_YEAR, 0),
	R("gada", ROLE_YEAR, 0),
	R("gads", ROLE_YEAR, 0),
	R("m", ROLE_YEAR, 0),
	R("г", ROLE_YEAR, 0),
	R("год", ROLE_YEAR, 0),
	R("года", ROLE_YEAR, 0),
	R("р", ROLE_YEAR, 0),
	R("року", ROLE_YEAR, 0),
	R("рік", ROLE_YEAR, 0),
	R("години", ROLE_FILL, 0),
	R("година", ROLE_YEAR, 0),
	R("оны", ROLE_YEAR, 0),
	R("он", ROLE_YEAR, 0),
	R("жылы", ROLE_YEAR, 0),
	R("жыл", ROLE_YEAR, 0),
	R("ж", ROLE_YEAR, 0),
	R("yil", ROLE_YEAR, 0),
	R("nam", ROLE_YEAR, 0),
	R("năm", ROLE_YEAR, 0),
	R("ปี", ROLE_YEAR, 0),
	R("พ.ศ", ROLE_YEAR, 0),
	R("ค.ศ", ROLE_YEAR, 0),
	R("år", ROLE_YEAR, 0),
	R("წელი", ROLE_YEAR, 0),
	R("წლის", ROLE_YEAR, 0),
	R("թ", ROLE_YEAR, 0),
	R("թվականի", ROLE_YEAR, 0),
	R("年", ROLE_YEAR, 0),
	R("년", ROLE_YEAR, 0),
	R("eko", ROLE_FILL, 0),
	R("서기", ROLE_FILL, 0),
	R("月", ROLE_MONTH, 0),
	R("월", ROLE_MONTH, 0),
	R("thang", ROLE_MONTH, 0),
	R("сарын", ROLE_MONTH, 0),
	R("сар", ROLE_MONTH, 0),
	R("日", ROLE_DAY, 0),
	R("号", ROLE_DAY, 0),
	R("號", ROLE_DAY, 0),
	R("일", ROLE_DAY, 0),
	R("ны", ROLE_FILL, 0),
	R("өдөр", ROLE_FILL, 0),
	R("diena", ROLE_FILL, 0),
	R("h", ROLE_HOUR, 0),
	R("uhr", ROLE_HOUR, 0),
	R("時", ROLE_HOUR, 0),
	R("时", ROLE_HOUR, 0),
	R("點", ROLE_HOUR, 0),
	R("点", ROLE_HOUR, 0),
	R("시", ROLE_HOUR, 0),
	R("hrs", ROLE_HOUR, 0),
	R("ч", ROLE_HOUR, 0),
	R("分", ROLE_MINUTE, 0),
	R("분", ROLE_MINUTE, 0),
	R("am", ROLE_AM, 0),
	R("pm", ROLE_PM, 0),
	R("上午", ROLE_AM, 0),
	R("下午", ROLE_PM, 0),
	R("午前", ROLE_AM, 0),
	R("午後", ROLE_PM, 0),
	R("오전", ROLE_AM, 0),
	R("오후", ROLE_PM, 0),
	R("πμ", ROLE_AM, 0),
	R("μμ", ROLE_PM, 0),
	R("t", ROLE_T, 0),
	R("z", ROLE_ZONE, 0),
	R("utc", ROLE_ZONE, 0),
	R("gmt", ROLE_ZONE, 0),
	R("ut", ROLE_ZONE, 0),
	R("est", ROLE_ZONE, -300),
	R("edt", ROLE_ZONE, -240),
	R("cdt", ROLE_ZONE, -300),
	R("mst", ROLE_ZONE, -420),
	R("mdt", ROLE_ZONE, -360),
	R("pst", ROLE_ZONE, -480),
	R("pdt", ROLE_ZONE, -420),
	R("cet", ROLE_ZONE, 60),
	R("cest", ROLE_ZONE, 120),
	R("mez", ROLE_ZONE, 60),
	R("mesz", ROLE_ZONE, 120),
	R("eet", ROLE_ZONE, 120),
	R("eest", ROLE_ZONE, 180),
	R("wib", ROLE_ZONE, 420),
	R("msk", ROLE_ZONE, 180),
	R("мск", ROLE_ZONE, 180),
	R("jst", ROLE_ZONE, 540),
	R("kst", ROLE_ZONE, 540),
	R("aest", ROLE_ZONE, 600),
	R("aedt", ROLE_ZONE, 660),
	R("wita", ROLE_ZONE, 480),
	R("wit", ROLE_ZONE, 540),
};
#undef R

static void set_role(struct token *token, struct view word)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (!view_eq(roles[i].word, word))
			continue;
		token->role = roles[i].role;
		token->value = roles[i].value;
		return;
	}
}

/* Nearest ASCII of a punctuation mark. */
static char punct_ascii(uint32_t cp)
{
	if (cp < 0x80)
		return (char)cp;
	switch (cp) {
	case 0x2010:
	case 0x2011:
	case 0x2012:
	case 0x2013:
	case 0x2014:
	case 0x2212:
	case 0x5BE:
	case 0xFF0D: return '-';
	case 0xFF0F:
	case 0x2215:
	case 0x2044: return '/';
	case 0xFF0E:
	case 0x3002:
	case 0x6D4: return '.';
	case 0xFF1A:
	case 0x2236: return ':';
	case 0x60C:
	case 0xFF0C:
	case 0x3001:
	case 0x66B: return ',';
	case 0xFF08: return '(';
	case 0xFF09: return ')';
	case 0xB7:
	case 0x2022:
	case 0x30FB: return '|';
	default: return '?';
	}
}

static bool is_space(uint32_t cp)
{
	return cp == ' ' || cp == '\t' || cp == '\n' || cp == '\r' || cp == '\f' || cp == 0xA0 || cp == 0x3000 ||
	       (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F || cp == 0x205F;
}

static bool is_invisible(uint32_t cp)
{
	return (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) || cp == 0xFEFF || cp == 0xAD ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

static void read_number(struct view text, size_t *at, struct token *token)
{
	token->kind = TOKEN_NUMBER;
	while (*at < text.n) {
		size_t next = *at;
		uint32_t cp = utf8_next(text, &next);
		int digit = fold_digit(cp);
		if (digit < 0)
			break;
		if (token->digits < 18)
			token->value = token->value * 10 + digit;
		if (token->digits < 200)
			token->digits++;
		*at = next;
	}
}

/* Whether a word may go on with @cp: letters of one kind. Han stand alone, Hangul do not mix with Han. */
static bool word_goes_on(uint32_t first, uint32_t cp)
{
	if (!fold_is_letter(cp) || fold_digit(cp) >= 0)
		return false;
	bool han = cp >= 0x3400 && cp <= 0x9FFF;
	return !han && !(first >= 0x3400 && first <= 0x9FFF);
}

static void read_word(const struct date_reader *reader, struct view text, size_t *at, struct token *token)
{
	size_t begin = *at;
	uint32_t first = utf8_next(text, at);
	token->kind = TOKEN_WORD;
	/* 上午, 下午, 午前, 午後 are the words of two Han that matter. */
	if ((first == 0x4E0A || first == 0x4E0B) && *at < text.n) {
		size_t next = *at;
		if (utf8_next(text, &next) == 0x5348)
			*at = next;
	} else if (first == 0x5348 && *at < text.n) {
		*at += text.n - *at >= 3 ? 3 : 0;
	}
	while (*at < text.n) {
		size_t next = *at;
		uint32_t cp = utf8_next(text, &next);
		if (!word_goes_on(first, cp))
			break;
		*at = next;
	}
	char folded[WORD_MAX];
	struct view word = { folded, fold_word(view_make(text.p + begin, *at - begin), folded, sizeof(folded)) };
	struct month_name name = months_find(reader->months, word, reader->lang);
	token->month = name.month;
	token->calendar = name.calendar;
	if (name.month == 0 || word.n <= 2)
		set_role(token, word);
}

/* Names of two words, and the dotted Thai short forms: the first token becomes the month. */
static bool join_names(
	const struct date_reader *reader, struct view text, struct token *a, const struct token *b, char between)
{
	char folded[2 * WORD_MAX + 1];
	size_t n = fold_word(view_make(text.p + a->at, a->end - a->at), folded, WORD_MAX);
	folded[n++] = between;
	n += fold_word(view_make(text.p + b->at, b->end - b->at), folded + n, WORD_MAX);
	struct month_name name = months_find(reader->months, view_make(folded, n), reader->lang);
	if (name.month == 0)
		return false;
	a->month = name.month;
	a->calendar = name.calendar;
	a->end = b->end;
	return true;
}

static bool is_number(const struct token *t)
{
	return t->kind == TOKEN_NUMBER;
}

static bool is_punct(const struct token *t, char c)
{
	return t->kind == TOKEN_PUNCT && t->punct == c;
}

static void append(const struct date_reader *reader, struct view text, struct tokens *tokens, struct token token)
{
	size_t n = tokens->count;
	struct token *list = tokens->list;
	if (token.kind == TOKEN_WORD && n >= 1 && list[n - 1].kind == TOKEN_WORD && !token.joined &&
		join_names(reader, text, &list[n - 1], &token, '_'))
		return;
	if (token.kind == TOKEN_WORD && n >= 2 && token.joined && is_punct(&list[n - 1], '.') && list[n - 1].joined &&
		list[n - 2].kind == TOKEN_WORD && join_names(reader, text, &list[n - 2], &token, '.')) {
		tokens->count--;
		return;
	}
	/* "p.m." */
	if (token.kind == TOKEN_WORD && n >= 2 && token.end - token.at == 1 && is_punct(&list[n - 1], '.') &&
		token.joined && list[n - 2].kind == TOKEN_WORD && list[n - 2].end - list[n - 2].at == 1 &&
		ascii_lower(text.p[token.at]) == 'm' && strchr("apAP", text.p[list[n - 2].at])) {
		list[n - 2].role = ascii_lower(text.p[list[n - 2].at]) == 'a' ? ROLE_AM : ROLE_PM;
		tokens->count--;
		return;
	}
	/* "tháng 5" is a month's name. */
	if (is_number(&token) && n >= 1 && list[n - 1].role == ROLE_MONTH && list[n - 1].kind == TOKEN_WORD &&
		token.value >= 1 && token.value <= 12 && token.digits <= 2 &&
		!(n >= 2 && is_number(&list[n - 2]) && list[n - 1].joined)) {
		struct view word = view_make(text.p + list[n - 1].at, list[n - 1].end - list[n - 1].at);
		char folded[WORD_MAX];
		if (view_eq(view_make(folded, fold_word(word, folded, sizeof(folded))), VIEW("thang"))) {
			list[n - 1].month = (uint8_t)token.value;
			list[n - 1].role = ROLE_NONE;
			list[n - 1].end = token.end;
			return;
		}
	}
	list[tokens->count++] = token;
}

static void tokenize(const struct date_reader *reader, struct view text, struct tokens *tokens)
{
	bool joined = false;
	tokens->count = 0;
	for (size_t at = 0; at < text.n && tokens->count < TOKENS;) {
		size_t next = at;
		uint32_t cp = utf8_next(text, &next);
		if (is_space(cp) || is_invisible(cp)) {
			joined = joined && is_invisible(cp);
			at = next;
			continue;
		}
		struct token token = { .joined = joined, .at = (uint32_t)at };
		if (fold_digit(cp) >= 0) {
			read_number(text, &at, &token);
		} else if (fold_is_letter(cp)) {
			read_word(reader, text, &at, &token);
		} else {
			token.kind = TOKEN_PUNCT;
			token.punct = punct_ascii(cp);
			at = next;
		}
		token.end = (uint32_t)at;
		joined = true;
		append(reader, text, tokens, token);
	}
	memset(tokens->list + tokens->count, 0, 4 * sizeof(struct token));
}

static bool is_role(const struct token *t, enum role role)
{
	return t->kind == TOKEN_WORD && t->role == role;
}

/* Steps over at most @max marks of @punct and filling words. */
static const struct token *skip(const struct token *t, const char *punct, int max)
{
	for (; max > 0; max--, t++) {
		bool mark = t->kind == TOKEN_PUNCT && strchr(punct, t->punct) != NULL;
		if (!mark && !is_role(t, ROLE_FILL))
			break;
	}
	return t;
}

static bool day_of(const struct token *t, int *ret)
{
	if (!is_number(t) || t->digits > 2 || t->value < 1 || t->value > 31)
		return false;
	*ret = (int)t->value;
	return true;
}

/* A year of any of the calendars, made Gregorian where that needs no month; 0: none. */
static int year_of(const struct date_reader *reader, const struct token *t)
{
	if (!is_number(t) || t->digits != 4)
		return 0;
	int year = (int)t->value;
	if (year >= 2400 && year <= 2700) /* Buddhist era */
		year -= 543;
	return year >= 1900 && year <= reader->year_max ? year : 0;
}

static int short_year_of(const struct date_reader *reader, const struct token *t)
{
	if (!is_number(t) || t->digits != 2)
		return 0;
	int year = 2000 + (int)t->value;
	if (year > reader->year_max)
		year -= 100;
	return year >= 1990 ? year : 0;
}

static bool jalali_year(const struct token *t)
{
	return is_number(t) && t->digits == 4 && t->value >= 1300 && t->value <= 1499;
}

static bool set_day(struct date *date, int year, int month, int day)
{
	if (year == 0 || !clock_date_valid(year, month, day))
		return false;
	*date = no_date;
	date->year = (int16_t)year;
	date->month = (int8_t)month;
	date->day = (int8_t)day;
	return true;
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
	return month->calendar == MONTH_GREGORIAN && set_day(date, year_of(reader, year), month->month, day);
}

/* 2020-05-17, 2020/5/17, 2020. 5. 17., 2020年5月17日, 1399/02/28 of a Persian page. Returns the token behind. */
static const struct token *match_ymd(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int month, day;
	const struct token *a = t + 1;
	bool marked = is_role(a, ROLE_YEAR);
	if (!marked && !(a->kind == TOKEN_PUNCT && strchr("-/.", a->punct)))
		return NULL;
	const struct token *m = skip(a + 1, ".", 1), *b = m + 1;
	if (!day_of(m, &month) || month > 12)
		return NULL;
	if (!is_role(b, ROLE_MONTH) && (marked || b->kind != TOKEN_PUNCT || b->punct != a->punct))
		return NULL;
	const struct token *d = b + 1;
	if (!day_of(d, &day))
		return NULL;
	if (jalali_year(t) && view_starts_nocase(reader->lang, VIEW("fa")))
		return set_jalali(date, t->value, month, day) ? d + 1 : NULL;
	if (!set_day(date, year_of(reader, t), month, day))
		return NULL;
	return d + 1 + (is_role(d + 1, ROLE_DAY) || (is_punct(d + 1, '.') && a->punct == '.'));
}

/* 20200517, 20200517T083000. */
static const struct token *match_packed(const struct date_reader *reader, const struct token *t, struct date *date)
{
	if (t->digits != 8 && t->digits != 14)
		return NULL;
	int64_t ymd = t->digits == 14 ? t->value / 1000000 : t->value;
	int year = (int)(ymd / 10000);
	if (year < 1990 || year > reader->year_max || !set_day(date, year, (int)(ymd / 100 % 100), (int)(ymd % 100)))
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
	const struct token *y = skip(m + 1, ".,-/|", 3);
	y += is_role(y, ROLE_YEAR);
	if (set_named(reader, y, m, day, date))
		return y + 1 + (is_role(y + 1, ROLE_YEAR) && y[1].end - y[1].at > 1);
	bool apostrophe = is_punct(y, '\'') || is_punct(y, '?');
	const struct token *shorter = apostrophe ? y + 1 : y;
	if ((apostrophe || is_punct(m + 1, '-')) && m->calendar == MONTH_GREGORIAN &&
		set_day(date, short_year_of(reader, shorter), m->month, day) && !is_punct(shorter + 1, ':'))
		return shorter + 1;
	return NULL;
}

/* May 17, 2020; May 17th 2020; Mai 17 2020; 10:30, May. 17, 2020 */
static const struct token *match_name_day(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int day;
	const struct token *d = skip(t + 1, ".,-/", 2);
	if (!day_of(d, &day))
		return NULL;
	const struct token *y = skip(d + 1, ".,-/'", 3);
	return set_named(reader, y, t, day, date) ? y + 1 : NULL;
}

/* 2020. május 17., 2020 m. gegužės 17 d., 2020. gada 17. maijs, 2020ko maiatzaren 17a, 2020 May 17 */
static const struct token *match_year_name(const struct date_reader *reader, const struct token *t, struct date *date)
{
	int day;
	const struct token *m = skip(t + 1, ".,-/", 2);
	m += is_role(m, ROLE_YEAR);
	m = skip(m, ".,-/", 2);
	if (m->kind == TOKEN_WORD && m->month) {
		const struct token *d = skip(m + 1, ".,-/", 2);
		if (day_of(d, &day) && !is_punct(d + 1, ':') && set_named(reader, t, m, day, date))
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
		mark2->kind != TOKEN_PUNCT || mark2->punct != mark->punct || !is_number(y))
		return NULL;
	int year = year_of(reader, y);
	if (year == 0 && y->joined && second->joined && !(is_punct(y + 1, ':') || is_punct(y + 1, mark->punct)))
		year = short_year_of(reader, y);
	if (year == 0)
		return NULL;
	bool month_first = reader->order == DATE_MONTH_FIRST && mark->punct != '.';
	bool swap = a > 12 ? false : b > 12 ? true : month_first;
	if (!(swap ? set_day(date, year, a, b) : set_day(date, year, b, a)))
		return NULL;
	date->guessed = a <= 12 && b <= 12 && a != b && mark->punct != '.';
	return y + 1;
}

static const struct token *match_day(const struct date_reader *reader, const struct token *t, struct date *date)
{
	const struct token *end = NULL;
	if (t->kind == TOKEN_WORD)
		return t->month ? match_name_day(reader, t, date) : NULL;
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

/* +02:00, +0200, +02, UTC+2, GMT … behind a time. */
static const struct token *match_zone(const struct token *t, struct date *date)
{
	int minutes = 0;
	if (is_punct(t, '(') && is_role(t + 1, ROLE_ZONE))
		t++;
	bool named = is_role(t, ROLE_ZONE);
	if (named) {
		minutes = (int)t->value;
		t++;
	}
	if ((!named || minutes == 0) && t->kind == TOKEN_PUNCT && (t->punct == '+' || t->punct == '-') &&
		is_number(t + 1) && t[1].joined && (named || t->joined || t[1].digits == 4 || is_punct(t + 2, ':'))) {
		const struct token *h = t + 1;
		int sign = t->punct == '-' ? -1 : 1;
		if (h->digits == 4 && h->value / 100 <= 15 && h->value % 100 < 60) {
			minutes = (int)(h->value / 100 * 60 + h->value % 100);
			t = h + 1;
		} else if (h->digits <= 2 && h->value <= 15 && is_punct(h + 1, ':') && is_number(h + 2) &&
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
	bool pm = is_role(t, ROLE_PM), am = is_role(t, ROLE_AM);
	t += pm || am;
	if (!is_number(t) || t->digits > 2 || t->value > 24)
		return begin;
	int hour = (int)t->value, minute = -1, second = -1;
	const struct token *m = t + 2, *end = t + 1;
	bool colon = is_punct(t + 1, ':') || is_role(t + 1, ROLE_HOUR), dot = is_punct(t + 1, '.');
	if ((colon || dot) && is_number(m) && m->digits == 2 && m->value < 60) {
		minute = (int)m->value;
		end = m + 1;
		if (is_punct(end, ':') && is_number(end + 1) && end[1].digits == 2 && end[1].value <= 60) {
			second = (int)end[1].value;
			end += 2;
			if ((is_punct(end, '.') || is_punct(end, ',')) && end->joined && is_number(end + 1) &&
				end[1].joined)
				end += 2;
		}
		end += is_role(end, ROLE_MINUTE);
	} else if (is_role(t + 1, ROLE_HOUR)) {
		minute = 0;
		end = t + 2;
	}
	const struct token *noon = end;
	if (is_role(noon, ROLE_AM) || is_role(noon, ROLE_PM)) {
		am = is_role(noon, ROLE_AM);
		pm = !am;
		end = noon + 1 + is_punct(noon + 1, '.');
		minute = minute < 0 ? 0 : minute;
	}
	if (minute < 0 || (dot && !is_role(end, ROLE_HOUR)))
		return begin;
	if (is_role(end, ROLE_HOUR))
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

static const struct token *match_time_behind(const struct token *t, struct date *date)
{
	if (date->hour >= 0)
		return match_zone(t, date);
	const struct token *at = t;
	if (is_role(at, ROLE_T) && at->joined)
		at++;
	else
		at = skip(at, ",|-(", 2);
	if (at->kind == TOKEN_WORD && at->role == ROLE_NONE && at->month == 0 && is_number(at + 1)) {
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
		if (!is_number(t) || t->digits > 2 || !is_punct(t + 1, ':'))
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
			before->joined && is_number(before - 1))
			return false;
	}
	if (is_punct(end, '.') && end->joined && is_number(end + 1) && end[1].joined && begin->kind == TOKEN_NUMBER)
		return false;
	if (end->kind == TOKEN_PUNCT && end->joined && strchr("-/", end->punct) && is_number(end + 1) &&
		end[1].joined && end[1].digits > 2)
		return false;
	return true;
}

bool date_find(const struct date_reader *reader, struct view text, struct date *ret, struct view *ret_span)
{
	struct tokens tokens;
	text = utf8_first(text, DATE_SCAN_BYTES);
	tokenize(reader, text, &tokens);
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

/* Seconds or milliseconds since 1970, between 1995 and year_max. */
static bool read_epoch(const struct date_reader *reader, struct view value, struct date *ret)
{
	unsigned long long n;
	if ((value.n != 10 && value.n != 13) || !view_to_u64(value, &n))
		return false;
	int64_t seconds = (int64_t)(value.n == 13 ? n / 1000 : n);
	int year, month, day;
	clock_civil(seconds / 86400, &year, &month, &day);
	if (year < 1995 || year > reader->year_max || !set_day(ret, year, month, day))
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

static bool url_day_at(struct view url, size_t at, int year_max, struct date *ret)
{
	size_t end;
	int packed = url_number(url, at, 8, 8, &end);
	if (packed > 0 && packed / 10000 >= 1995 && packed / 10000 <= year_max)
		return set_day(ret, packed / 10000, packed / 100 % 100, packed % 100);
	int year = url_number(url, at, 4, 4, &end);
	if (year < 1995 || year > year_max || end >= url.n || !strchr("/-_.", url.p[end]))
		return false;
	char mark = url.p[end];
	int month = url_number(url, end + 1, 1, 2, &end);
	if (month < 1 || month > 12)
		return false;
	if (end < url.n && (url.p[end] == mark || url.p[end] == '/' || url.p[end] == '-')) {
		size_t from = end + 1, behind = from;
		int day = url_number(url, from, 1, 2, &behind);
		/* "/2023/10/3-questions" is no day, "/2023/10/3/" is. */
		bool closed = behind >= url.n || url.p[behind] == '/' ||
			      (behind - from == 2 && !ascii_is_alpha(url.p[behind]));
		if (day > 0 && closed && set_day(ret, year, month, day))
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
