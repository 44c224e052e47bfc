#include "extract/line_features.h"

#include "extract/quantise.h"

enum { LONG_WORD_BYTES = 5, ODDS_WORDS = 40, FRONT_WORDS = 3 };

/* ---- words --------------------------------------------------------------------------------------- */

/* A multiply a byte: words are short, and this runs over every word of every document. */
uint32_t line_word_hash(struct view word)
{
	uint64_t h = 0x9E3779B97F4A7C15u;
	for (size_t i = 0; i < word.n; i++)
		h = (h ^ (unsigned char)word.p[i]) * 0x100000001B3u;
	uint32_t folded = (uint32_t)(h ^ h >> 29);
	return folded ? folded : 1;
}

/* Letters, digits, apostrophes, and every byte of a character that is not ASCII. */
static inline bool in_word(char c)
{
	unsigned char b = (unsigned char)c, small = b | 0x20;
	return (unsigned char)(small - 'a') < 26 || (unsigned char)(b - '0') < 10 || b >= 0x80 || b == '\'';
}

/* The first byte of a kana or a Han character: scripts without spaces, words there are two characters. */
static inline bool is_wide(char c)
{
	return (unsigned char)c >= 0xE3 && (unsigned char)c <= 0xE9;
}

static inline bool next_word(const char **at, const char *end, struct view *ret_word)
{
	enum { WIDE_BYTES = 3 };
	const char *p = *at;
	while (p < end && !in_word(*p))
		p++;
	const char *from = p;
	if (end - p >= WIDE_BYTES && is_wide(*p)) {
		bool two = end - p >= 2 * WIDE_BYTES && is_wide(p[WIDE_BYTES]);
		*at = p + WIDE_BYTES;
		*ret_word = view_make(p, two ? 2 * WIDE_BYTES : WIDE_BYTES);
		return true;
	}
	while (p < end && in_word(*p) && !is_wide(*p))
		p++;
	/* A wide byte that begins no character is none of valid text. */
	p += p == from && p < end;
	*at = p;
	*ret_word = view_make(from, (size_t)(p - from));
	return p > from;
}

bool line_next_word(struct view *rest, struct view *ret_word)
{
	const char *at = rest->p, *end = rest->p + rest->n;
	bool found = next_word(&at, end, ret_word);
	*rest = view_make(at, (size_t)(end - at));
	return found;
}

static int odds_of(const struct word_odds_table *table, uint32_t hash)
{
	for (uint32_t i = hash & table->mask; table->slots; i = (i + 1) & table->mask) {
		if (table->slots[i].hash == hash)
			return table->slots[i].value;
		if (table->slots[i].hash == 0)
			break;
	}
	return 0;
}

/* ---- of the line alone ----------------------------------------------------------------------------- */

enum { LOOK_BYTES = 400, AT_ONCE = 16, NO_BYTE = 0xBF /* counts as nothing */ };
_Static_assert(LOOK_BYTES / AT_ONCE < 255, "a counter is a byte");

struct letters {
	unsigned letters, upper, digits, marks, commas, sentences, words, capitals, joints, wide, money;
	bool address; /* there may be one */
};

/* Sixteen bytes beside each other (vectors of GCC and clang). A comparison gives 0 or 255, which is -1: counters count
 * down. Byte by byte, counting took a third of all time. */
typedef uint8_t bytes16 __attribute__((vector_size(AT_ONCE)));

static inline bytes16 load16(const unsigned char *p)
{
	bytes16 v;
	memcpy(&v, p, sizeof(v));
	return v;
}

#define IS(v, c)    ((bytes16)((v) == (uint8_t)(c)))
#define FROM(v, c)  ((bytes16)((v) >= (uint8_t)(c)))
#define IN(v, c, n) ((bytes16)((v) - (uint8_t)(c) < (uint8_t)(n)))
#define COUNT(a, v) ((a) -= (v))

static inline unsigned sum16(bytes16 v)
{
	unsigned sum = 0;
	for (int i = 0; i < AT_ONCE; i++)
		sum += v[i];
	return sum;
}

static void count_letters(struct view text, struct letters *l)
{
	unsigned char room[LOOK_BYTES + 2 * AT_ONCE + 2], *p = room + 1;
	bytes16 none = { 0 }, letters = none, uppers = none, digits = none, marks = none, commas = none,
		sentences = none, words = none, capitals = none, joints = none, wide = none, money = none,
		address = none;
	room[0] = ' ';
	memcpy(p, text.p, text.n);
	memset(p + text.n, NO_BYTE, AT_ONCE + 1);
	for (size_t i = 0; i < text.n; i += AT_ONCE) {
		bytes16 b = load16(p + i), before = load16(p + i - 1), next = load16(p + i + 1);
		/* Capitals: ASCII and Russian. Letters: ASCII, and the first byte of what is not. */
		bytes16 upper = IN(b, 'A', 26) | (IS(b, 0xD0) & ~FROM(next, 0xB0));
		bytes16 letter = IN(b | 0x20, 'a', 26) | FROM(b, 0xC0), first = IS(before, ' ');
		COUNT(letters, letter);
		COUNT(uppers, upper);
		COUNT(digits, IN(b, '0', 10));
		COUNT(marks, IS(b, '|') | IS(b, '/') | IS(b, '>') | IS(b, ':') | IS(b, '#') | IS(b, 0xC2));
		COUNT(commas, IS(b, ','));
		COUNT(money, IS(b, '$'));
		COUNT(wide, FROM(b, 0xE3));
		COUNT(sentences, IS(b, ' ') & (IS(before, '.') | IS(before, '!') | IS(before, '?')));
		COUNT(words, letter & first);
		COUNT(capitals, upper & first);
		COUNT(joints, upper & IN(before, 'a', 26));
		/* "tt" of http, "ww", ".c" of .com. */
		address |= IS(b, '@') | (IS(b, 't') & IS(before, 't')) | (IS(b, 'w') & IS(before, 'w')) |
			   (IS(b, 'c') & IS(before, '.'));
	}
	*l = (struct letters){ sum16(letters), sum16(uppers), sum16(digits), sum16(marks), sum16(commas),
		sum16(sentences), sum16(words), sum16(capitals), sum16(joints), sum16(wide), sum16(money),
		sum16(address) != 0 };
}

#undef IS
#undef FROM
#undef IN
#undef COUNT

static uint8_t end_code(const struct line *line)
{
	if (line->flags & LINE_SENTENCE)
		return line->text.p[line->text.n - 1] == '.' ? 200 : 160;
	if (line->flags & LINE_COLON)
		return 80;
	return line->flags & LINE_ELLIPSIS ? 120 : 0;
}

static uint8_t start_code(const struct line *line)
{
	char c = line->text.n ? line->text.p[0] : 0;
	if (line->flags & LINE_BULLET)
		return 90;
	if (ascii_is_digit(c))
		return 60;
	if (c >= 'A' && c <= 'Z')
		return 180;
	if (c >= 'a' && c <= 'z')
		return 120;
	return (unsigned char)c >= 0xC3 ? 150 : 20;
}

static uint8_t hit_code(const struct hits *hits)
{
	return hits->any ? 3 : hits->zoned ? 2 : hits->weak ? 1 : 0;
}

/* A kind's code is its place + 2. */
static const struct {
	const char *name;
	uint8_t group;
} kinds[] = { { "navigation", LINE_GROUP_MENU }, { "share", LINE_GROUP_MENU }, { "related", LINE_GROUP_RELATED },
	{ "comments", LINE_GROUP_TALK }, { "newsletter", LINE_GROUP_OFFER }, { "paywall", LINE_GROUP_OFFER },
	{ "consent", LINE_GROUP_NONE }, { "advertisement", LINE_GROUP_NONE }, { "copyright", LINE_GROUP_LEGAL },
	{ "byline", LINE_GROUP_BYLINE }, { "date", LINE_GROUP_BYLINE }, { "photo", LINE_GROUP_NONE },
	{ "player", LINE_GROUP_NONE }, { "app", LINE_GROUP_NONE }, { "follow", LINE_GROUP_MENU },
	{ "tags", LINE_GROUP_MENU }, { "store", LINE_GROUP_NONE }, { "legal", LINE_GROUP_LEGAL },
	{ "captcha", LINE_GROUP_TALK }, { "category", LINE_GROUP_NONE } };

/* What a rule is about, coarsely. */
static uint8_t kind_code(const struct hits *hits)
{
	const struct rule *rule = hits->any ? hits->any : hits->zoned ? hits->zoned : hits->weak;
	for (size_t i = 0; rule && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(rule->kind, kinds[i].name) == 0)
			return (uint8_t)(i + 2);
	return rule ? 1 : 0;
}

/* "http", "www.", ".com" or an at sign at @i: one look at each byte that may begin one. */
static bool is_address(struct view text, size_t i)
{
	size_t left = text.n - i;
	switch (text.p[i]) {
	case '@': return true;
	case 'h': return left >= 4 && memcmp(text.p + i, "http", 4) == 0;
	case 'w': return left >= 4 && memcmp(text.p + i, "www.", 4) == 0;
	case '.': return left >= 4 && memcmp(text.p + i, ".com", 4) == 0;
	default: return false;
	}
}

static void read_words(const struct line *line, const struct word_odds_table *odds, struct line_own *own)
{
	const char *p = line->key.p, *end = p + line->key.n;
	int sum = 0, min = 0, max = 0, count = 0;
	struct view word;
	for (; count < ODDS_WORDS && next_word(&p, end, &word); count++) {
		uint32_t hash = line_word_hash(word);
		if (count < FRONT_WORDS)
			own->front = own->front * 31 + hash;
		int value = odds_of(odds, hash);
		sum += value;
		min = value < min ? value : min;
		max = value > max ? value : max;
		if (word.n >= LONG_WORD_BYTES && own->word_count < LINE_WORDS_KEPT)
			own->words[own->word_count++] = (uint16_t)(hash >> 16);
	}
	own->x[L_ODDS_MEAN] = q_signed(count ? sum * 2 / count : 0);
	own->x[L_ODDS_MIN] = q_signed(min);
	own->x[L_ODDS_MAX] = q_signed(max);
}

static uint16_t shape_of(const uint8_t *x)
{
	uint32_t digits = x[L_DIGITS] == 0 ? 0 : x[L_DIGITS] < 80 ? 1 : 2;
	uint32_t shape = x[L_WORDS] / 5u;
	shape = shape * 31 + x[L_START];
	shape = shape * 31 + x[L_END];
	shape = shape * 31 + digits * 4 + x[L_BULLET] * 2 + (x[L_CAPITALS] > 200);
	return (uint16_t)(shape * 2654435761u >> 16);
}

void line_features_own(
	const struct line *line, const struct hits *hits, const struct word_odds_table *odds, struct line_own *own)
{
	struct letters l;
	struct view look = view_first(line->text, LOOK_BYTES);
	uint8_t *x = own->x;
	*own = (struct line_own){ .hash = line_word_hash(line->core) };
	count_letters(look, &l);
	x[L_WORDS] = q_log(line->words);
	x[L_BYTES] = q_log(line->text.n);
	x[L_END] = end_code(line);
	x[L_COMMAS] = q_count(l.commas);
	x[L_SENTENCES] = q_count(l.sentences);
	x[L_DIGITS] = q_ratio(l.digits, look.n);
	x[L_CAPITALS] = q_ratio(l.capitals, l.words);
	x[L_UPPER] = q_ratio(l.upper, l.letters);
	x[L_MARKS] = q_count(l.marks);
	x[L_WORD_LENGTH] = q_count(look.n * 8 / (line->words ? line->words : 1));
	x[L_START] = start_code(line);
	x[L_JOINTS] = q_count(l.joints);
	x[L_QUOTED] = line->flags & LINE_QUOTED ? 1 : 0;
	x[L_BULLET] = line->flags & LINE_BULLET ? 1 : 0;
	x[L_WIDE] = q_ratio(l.wide * 3, look.n);
	x[L_HIT] = hit_code(hits);
	x[L_KIND] = kind_code(hits);
	for (size_t i = 0; l.address && i < look.n && !x[L_URLISH]; i++)
		x[L_URLISH] = is_address(look, i);
	x[L_MONEY] = q_count(l.money);
	x[L_SMALL_WORDS] = q_ratio(l.words - l.capitals, l.words);
	read_words(line, odds, own);
	own->shape = shape_of(x);
}

uint8_t line_group(const struct line_own *own)
{
	return own->x[L_KIND] >= 2 ? kinds[own->x[L_KIND] - 2].group : LINE_GROUP_NONE;
}
