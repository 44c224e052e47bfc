#include "meta/datetoken.h"

#include <string.h>
#include "meta/fold.h"
#include "util/utf8.h"

#define R(word, role, value)                                                                                           \
	{                                                                                                              \
		{ word, sizeof(word) - 1 }, role, value                                                                \
	}
/* In the order of their bytes. */
static const struct {
	struct view word;
	uint8_t role;
	int16_t value;
} roles[] = {
	R("a", ROLE_FILL, 0),
	R("aedt", ROLE_ZONE, 660),
	R("aest", ROLE_ZONE, 600),
	R("al", ROLE_FILL, 0),
	R("alle", ROLE_FILL, 0),
	R("am", ROLE_AM, 0),
	R("an", ROLE_FILL, 0),
	R("as", ROLE_FILL, 0),
	R("at", ROLE_FILL, 0),
	R("cdt", ROLE_ZONE, -300),
	R("cest", ROLE_ZONE, 120),
	R("cet", ROLE_ZONE, 60),
	R("d", ROLE_FILL, 0),
	R("da", ROLE_FILL, 0),
	R("de", ROLE_FILL, 0),
	R("del", ROLE_FILL, 0),
	R("di", ROLE_FILL, 0),
	R("diena", ROLE_FILL, 0),
	R("do", ROLE_FILL, 0),
	R("edt", ROLE_ZONE, -240),
	R("eest", ROLE_ZONE, 180),
	R("eet", ROLE_ZONE, 120),
	R("eko", ROLE_FILL, 0),
	R("en", ROLE_FILL, 0),
	R("er", ROLE_FILL, 0),
	R("est", ROLE_ZONE, -300),
	R("gada", ROLE_YEAR, 0),
	R("gads", ROLE_YEAR, 0),
	R("gmt", ROLE_ZONE, 0),
	R("godz", ROLE_FILL, 0),
	R("h", ROLE_HOUR, 0),
	R("hrs", ROLE_HOUR, 0),
	R("i", ROLE_FILL, 0),
	R("jst", ROLE_ZONE, 540),
	R("kl", ROLE_FILL, 0),
	R("klo", ROLE_FILL, 0),
	R("ko", ROLE_FILL, 0),
	R("kst", ROLE_ZONE, 540),
	R("las", ROLE_FILL, 0),
	R("luc", ROLE_FILL, 0),
	R("m", ROLE_YEAR, 0),
	R("mdt", ROLE_ZONE, -360),
	R("mesz", ROLE_ZONE, 120),
	R("mez", ROLE_ZONE, 60),
	R("msk", ROLE_ZONE, 180),
	R("mst", ROLE_ZONE, -420),
	R("nam", ROLE_YEAR, 0),
	R("nd", ROLE_FILL, 0),
	R("ngay", ROLE_DAY, 0),
	R("o", ROLE_FILL, 0),
	R("of", ROLE_FILL, 0),
	R("om", ROLE_FILL, 0),
	R("on", ROLE_FILL, 0),
	R("ora", ROLE_FILL, 0),
	R("ore", ROLE_FILL, 0),
	R("pdt", ROLE_ZONE, -420),
	R("pm", ROLE_PM, 0),
	R("pst", ROLE_ZONE, -480),
	R("rd", ROLE_FILL, 0),
	R("re", ROLE_FILL, 0),
	R("ren", ROLE_FILL, 0),
	R("saat", ROLE_FILL, 0),
	R("st", ROLE_FILL, 0),
	R("t", ROLE_T, 0),
	R("ta", ROLE_FILL, 0),
	R("th", ROLE_FILL, 0),
	R("thang", ROLE_MONTH, 0),
	R("the", ROLE_FILL, 0),
	R("uhr", ROLE_HOUR, 0),
	R("um", ROLE_FILL, 0),
	R("ut", ROLE_ZONE, 0),
	R("utc", ROLE_ZONE, 0),
	R("wib", ROLE_ZONE, 420),
	R("wit", ROLE_ZONE, 540),
	R("wita", ROLE_ZONE, 480),
	R("year", ROLE_YEAR, 0),
	R("yil", ROLE_YEAR, 0),
	R("z", ROLE_ZONE, 0),
	R("\xC2\xAA", ROLE_FILL, 0),
	R("\xC2\xBA", ROLE_FILL, 0),
	R("μμ", ROLE_PM, 0),
	R("πμ", ROLE_AM, 0),
	R("в", ROLE_FILL, 0),
	R("г", ROLE_YEAR, 0),
	R("год", ROLE_YEAR, 0),
	R("года", ROLE_YEAR, 0),
	R("година", ROLE_YEAR, 0),
	R("години", ROLE_FILL, 0),
	R("ж", ROLE_YEAR, 0),
	R("жыл", ROLE_YEAR, 0),
	R("жылы", ROLE_YEAR, 0),
	R("мая", ROLE_NONE, 0),
	R("мск", ROLE_ZONE, 180),
	R("ны", ROLE_FILL, 0),
	R("о", ROLE_FILL, 0),
	R("он", ROLE_YEAR, 0),
	R("оны", ROLE_YEAR, 0),
	R("р", ROLE_YEAR, 0),
	R("року", ROLE_YEAR, 0),
	R("рік", ROLE_YEAR, 0),
	R("сар", ROLE_MONTH, 0),
	R("сарын", ROLE_MONTH, 0),
	R("у", ROLE_FILL, 0),
	R("ч", ROLE_HOUR, 0),
	R("өдөр", ROLE_FILL, 0),
	R("թ", ROLE_YEAR, 0),
	R("թվականի", ROLE_YEAR, 0),
	R("الساعه", ROLE_FILL, 0),
	R("ساعت", ROLE_FILL, 0),
	R("ปี", ROLE_YEAR, 0),
	R("წელი", ROLE_YEAR, 0),
	R("წლის", ROLE_YEAR, 0),
	R("上午", ROLE_AM, 0),
	R("下午", ROLE_PM, 0),
	R("令和", ROLE_ERA, 2018),
	R("元", ROLE_FIRST, 1),
	R("分", ROLE_MINUTE, 0),
	R("午前", ROLE_AM, 0),
	R("午後", ROLE_PM, 0),
	R("号", ROLE_DAY, 0),
	R("平成", ROLE_ERA, 1988),
	R("年", ROLE_YEAR, 0),
	R("日", ROLE_DAY, 0),
	R("时", ROLE_HOUR, 0),
	R("昭和", ROLE_ERA, 1925),
	R("時", ROLE_HOUR, 0),
	R("月", ROLE_MONTH, 0),
	R("民国", ROLE_ERA, 1911),
	R("民國", ROLE_ERA, 1911),
	R("点", ROLE_HOUR, 0),
	R("號", ROLE_DAY, 0),
	R("點", ROLE_HOUR, 0),
	R("년", ROLE_YEAR, 0),
	R("분", ROLE_MINUTE, 0),
	R("서기", ROLE_FILL, 0),
	R("시", ROLE_HOUR, 0),
	R("오전", ROLE_AM, 0),
	R("오후", ROLE_PM, 0),
	R("월", ROLE_MONTH, 0),
	R("일", ROLE_DAY, 0),
};
#undef R

enum role datetoken_role(size_t i, struct view *ret_word)
{
	if (i >= sizeof(roles) / sizeof(roles[0]))
		return ROLE_NONE;
	*ret_word = roles[i].word;
	return (enum role)roles[i].role;
}

/* Most words are no role: those of ASCII are short. */
enum { ASCII_ROLE_BYTES = 5 };

static void set_role(struct token *token, struct view word)
{
	if (word.n > ASCII_ROLE_BYTES && (unsigned char)word.p[0] < 0x80)
		return;
	size_t low = 0, high = sizeof(roles) / sizeof(roles[0]);
	while (low < high && word.n) {
		size_t middle = (low + high) / 2;
		const struct view role = roles[middle].word;
		int order = (unsigned char)role.p[0] - (unsigned char)word.p[0];
		order = order ? order : view_cmp(role, word);
		if (order == 0) {
			token->role = roles[middle].role;
			token->value = roles[middle].value;
			return;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
}

/* Most texts are ASCII. */
static inline uint32_t next_point(struct view text, size_t *at)
{
	unsigned char c = (unsigned char)text.p[*at];
	return c < 0x80 ? (++*at, c) : utf8_next(text, at);
}

static inline int digit_of(uint32_t cp)
{
	return cp < 0x80 ? (cp - '0' < 10 ? (int)(cp - '0') : -1) : fold_digit(cp);
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
		int digit = digit_of(next_point(text, &next));
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

/* The names of eras of years that count from one: Reiwa, Heisei, Showa, the Republic of China. */
static bool is_era(uint32_t a, uint32_t b)
{
	return (a == 0x4EE4 && b == 0x548C) || (a == 0x5E73 && b == 0x6210) || (a == 0x662D && b == 0x548C) ||
	       (a == 0x6C11 && (b == 0x570B || b == 0x56FD));
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
	} else if (first >= 0x4E00 && first <= 0x9FFF && *at < text.n) {
		size_t next = *at;
		if (is_era(first, utf8_next(text, &next)))
			*at = next;
	}
	while (first < 0x80 && *at < text.n && ascii_is_alpha(text.p[*at]))
		++*at;
	while (*at < text.n) {
		size_t next = *at;
		uint32_t cp = next_point(text, &next);
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
	if (!months_may_join(reader->months, view_make(text.p + a->at, a->end - a->at)))
		return false;
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

static void append(const struct date_reader *reader, struct view text, struct tokens *tokens, struct token token)
{
	size_t n = tokens->count;
	struct token *list = tokens->list;
	if (token.kind == TOKEN_WORD && n >= 1 && list[n - 1].kind == TOKEN_WORD && !token.joined &&
		join_names(reader, text, &list[n - 1], &token, '_'))
		return;
	if (token.kind == TOKEN_WORD && n >= 2 && token.joined && token_is_punct(&list[n - 1], '.') &&
		list[n - 1].joined && list[n - 2].kind == TOKEN_WORD &&
		join_names(reader, text, &list[n - 2], &token, '.')) {
		tokens->count--;
		return;
	}
	/* "p.m." */
	if (token.kind == TOKEN_WORD && n >= 2 && token.end - token.at == 1 && token_is_punct(&list[n - 1], '.') &&
		token.joined && list[n - 2].kind == TOKEN_WORD && list[n - 2].end - list[n - 2].at == 1 &&
		ascii_lower(text.p[token.at]) == 'm' && strchr("apAP", text.p[list[n - 2].at])) {
		list[n - 2].role = ascii_lower(text.p[list[n - 2].at]) == 'a' ? ROLE_AM : ROLE_PM;
		tokens->count--;
		return;
	}
	/* "tháng 5" is a month's name. */
	if (token_is_number(&token) && n >= 1 && list[n - 1].role == ROLE_MONTH && list[n - 1].kind == TOKEN_WORD &&
		token.value >= 1 && token.value <= 12 && token.digits <= 2 &&
		!(n >= 2 && token_is_number(&list[n - 2]) && list[n - 1].joined)) {
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

void datetoken_read(const struct date_reader *reader, struct view text, struct tokens *tokens)
{
	bool joined = false;
	tokens->count = 0;
	for (size_t at = 0; at < text.n && tokens->count < TOKENS;) {
		size_t next = at;
		uint32_t cp = next_point(text, &next);
		if (is_space(cp) || is_invisible(cp)) {
			joined = joined && is_invisible(cp);
			at = next;
			continue;
		}
		struct token token = { .joined = joined, .at = (uint32_t)at };
		if (digit_of(cp) >= 0) {
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
