#include "extract/line_features.h"

#include "extract/quantise.h"
#include "util/hash.h"

enum { LONG_WORD_BYTES = 5, ODDS_WORDS = 40 };

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

bool line_next_word(struct view *rest, struct view *ret_word)
{
	size_t at = 0;
	while (at < rest->n && !in_word(rest->p[at]))
		at++;
	size_t from = at;
	while (at < rest->n && in_word(rest->p[at]))
		at++;
	*ret_word = view_make(rest->p + from, at - from);
	*rest = view_from(*rest, at);
	return at > from;
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

static uint8_t start_code(struct view text)
{
	char c = text.n ? text.p[0] : 0;
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

enum { GROUP_NONE, GROUP_RELATED, GROUP_TALK, GROUP_OFFER, GROUP_LEGAL, GROUP_BYLINE, GROUP_MENU, GROUPS };

/* A kind's code is its place + 2. */
static const struct {
	const char *name;
	uint8_t group;
} kinds[] = { { "navigation", GROUP_MENU }, { "share", GROUP_MENU }, { "related", GROUP_RELATED },
	{ "comments", GROUP_TALK }, { "newsletter", GROUP_OFFER }, { "paywall", GROUP_OFFER },
	{ "consent", GROUP_NONE }, { "advertisement", GROUP_NONE }, { "copyright", GROUP_LEGAL },
	{ "byline", GROUP_BYLINE }, { "date", GROUP_BYLINE }, { "photo", GROUP_NONE }, { "player", GROUP_NONE },
	{ "app", GROUP_NONE }, { "follow", GROUP_MENU }, { "tags", GROUP_MENU }, { "store", GROUP_NONE },
	{ "legal", GROUP_LEGAL }, { "captcha", GROUP_TALK }, { "category", GROUP_NONE } };

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
	for (; count < ODDS_WORDS; count++) {
		while (p < end && !in_word(*p))
			p++;
		const char *from = p;
		while (p < end && in_word(*p))
			p++;
		if (p == from)
			break;
		uint32_t hash = line_word_hash(view_make(from, (size_t)(p - from)));
		int value = odds_of(odds, hash);
		sum += value;
		min = value < min ? value : min;
		max = value > max ? value : max;
		if (p - from >= LONG_WORD_BYTES && own->word_count < LINE_WORDS_KEPT)
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
	*own = (struct line_own){ .hash = line_word_hash(line->key) };
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
	x[L_START] = start_code(line->text);
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

/* ---- of the line in its document -------------------------------------------------------------------- */

enum { SEEN_SLOTS = 4096, WINDOW = 4 };

struct doc {
	const struct work *work;
	uint16_t *seen;	  /* lines that hold a word, by its hash */
	uint16_t *copies; /* lines of a key, by its hash */
	uint16_t *shapes; /* lines of a shape */
	uint64_t bytes, prose_bytes;
	size_t prose, hits, gaps, bullets;
	int64_t odds, words;
};

static const struct line_own *own_at(const struct work *work, size_t place)
{
	return &work->own[work->live[place]];
}

static bool is_prose(const struct work *work, size_t place)
{
	return (line_at(work, place)->flags & LINE_PROSE) && !hits_at(work, place)->any;
}

static int doc_read(struct work *work, struct doc *doc)
{
	*doc = (struct doc){ .work = work };
	doc->seen = arena_calloc(&work->page->arena, SEEN_SLOTS, sizeof(*doc->seen));
	doc->copies = arena_calloc(&work->page->arena, SEEN_SLOTS, sizeof(*doc->copies));
	doc->shapes = arena_calloc(&work->page->arena, SEEN_SLOTS, sizeof(*doc->shapes));
	if (!doc->seen || !doc->copies || !doc->shapes)
		return page_full(work->page);
	for (size_t i = 0; i < work->live_count; i++) {
		const struct line_own *own = own_at(work, i);
		size_t bytes = line_at(work, i)->text.n;
		doc->bytes += bytes;
		doc->prose += is_prose(work, i);
		doc->prose_bytes += is_prose(work, i) ? bytes : 0;
		doc->hits += own->x[L_HIT] != 0;
		doc->gaps += block_at(work, i)->gap;
		doc->bullets += own->x[L_BULLET];
		doc->odds += own->x[L_ODDS_MEAN] - 128;
		doc->words += line_at(work, i)->words;
		uint16_t *shapes = &doc->shapes[own->shape % SEEN_SLOTS];
		*shapes = (uint16_t)(*shapes + (*shapes < UINT16_MAX));
		uint16_t *copies = &doc->copies[own->hash % SEEN_SLOTS];
		*copies = (uint16_t)(*copies + (*copies < UINT16_MAX));
		for (size_t k = 0; k < own->word_count; k++) {
			uint16_t *seen = &doc->seen[own->words[k] % SEEN_SLOTS];
			*seen = (uint16_t)(*seen + (*seen < UINT16_MAX));
		}
	}
	return 0;
}

/* The same for every line of the document. */
static void put_doc(const struct doc *doc, uint8_t *x)
{
	size_t n = doc->work->live_count;
	x[LF_DOC_LINES] = q_log(n);
	x[LF_DOC_PROSE] = q_ratio(doc->prose, n);
	x[LF_DOC_PROSE_BYTES] = q_ratio(doc->prose_bytes, doc->bytes);
	x[LF_DOC_HITS] = q_count(doc->hits);
	x[LF_DOC_HIT_SHARE] = q_ratio(doc->hits, n);
	x[LF_DOC_WORDS] = q_log((uint64_t)doc->words);
	x[LF_DOC_ODDS] = q_signed(doc->odds * 4 / (int64_t)n);
	x[LF_DOC_GAPS] = q_ratio(doc->gaps, n);
	x[LF_DOC_BULLETS] = q_ratio(doc->bullets, n);
}

/* LF_x_WORDS and the four behind it. */
static void put_near(const struct work *work, size_t i, int64_t by, uint8_t *x)
{
	int64_t place = (int64_t)i + by;
	memset(x, 0, 5);
	if (place < 0 || place >= (int64_t)work->live_count)
		return;
	const uint8_t *own = own_at(work, (size_t)place)->x;
	x[0] = own[L_WORDS];
	x[1] = own[L_END];
	x[2] = own[L_HIT];
	x[3] = own[L_ODDS_MEAN];
	x[4] = own[L_START];
}

static void put_window(const struct doc *doc, size_t i, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t from = i > WINDOW ? i - WINDOW : 0,
	       to = i + WINDOW + 1 < work->live_count ? i + WINDOW + 1 : work->live_count;
	uint64_t bytes = 0, prose = 0, words = 0, hits = 0;
	int64_t odds = 0;
	for (size_t k = from; k < to; k++) {
		if (k == i)
			continue;
		bytes += line_at(work, k)->text.n;
		prose += is_prose(work, k) ? line_at(work, k)->text.n : 0;
		words += line_at(work, k)->words;
		hits += own_at(work, k)->x[L_HIT] != 0;
		odds += own_at(work, k)->x[L_ODDS_MEAN] - 128;
	}
	x[LF_WINDOW_PROSE] = q_ratio(prose, bytes);
	x[LF_WINDOW_WORDS] = q_log(words);
	x[LF_WINDOW_HITS] = q_count(hits);
	x[LF_WINDOW_ODDS] = q_signed(odds * 2 / WINDOW);
}

static void put_words(const struct doc *doc, size_t i, uint8_t *x)
{
	const struct line_own *own = own_at(doc->work, i);
	size_t shared = 0;
	for (size_t k = 0; k < own->word_count; k++)
		shared += doc->seen[own->words[k] % SEEN_SLOTS] > 1;
	x[LF_SHARED] = q_ratio(shared, own->word_count);
	x[LF_SHAPE] = q_log(doc->shapes[own->shape % SEEN_SLOTS]);
	x[LF_SHAPE_SHARE] = q_ratio(doc->shapes[own->shape % SEEN_SLOTS], doc->work->live_count);
	x[LF_COPIES] = q_count(doc->copies[own->hash % SEEN_SLOTS]);
}

static void put_line(const struct doc *doc, size_t i, uint64_t bytes_before, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count;
	memcpy(x, own_at(work, i)->x, L_OWN_COUNT);
	put_doc(doc, x);
	x[LF_GAP_BEFORE] = block_at(work, i)->gap;
	x[LF_GAP_AFTER] = i + 1 < n && block_at(work, i + 1)->gap;
	x[LF_INDEX] = q_log(i);
	x[LF_FROM_END] = q_log(n - 1 - i);
	x[LF_PLACE] = q_ratio(i, n);
	x[LF_PLACE_BYTES] = q_ratio(bytes_before, doc->bytes);
	bool prose = work->first_prose < n;
	x[LF_FIRST_PROSE] = prose ? q_signed_log((int64_t)i - (int64_t)work->first_prose) : 255;
	x[LF_LAST_PROSE] = prose ? q_signed_log((int64_t)i - (int64_t)work->last_prose) : 255;
	for (int k = 1; k <= 3; k++) {
		put_near(work, i, -k, &x[LF_PREV1_WORDS + 5 * (k - 1)]);
		put_near(work, i, k, &x[LF_NEXT1_WORDS + 5 * (k - 1)]);
	}
	put_window(doc, i, x);
	put_words(doc, i, x);
}

/* What is counted along the document: distances to the last prose and hit, the run of lines that are no prose. */
static void put_forwards(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t last_prose = 0, last_hit = 0, run = 0;
	uint64_t prose = 0;
	for (size_t i = 0; i < work->live_count; i++, x += LF_COUNT) {
		run = is_prose(work, i) ? 0 : run + 1;
		x[LF_PREV_PROSE] = q_log(i - last_prose);
		x[LF_HIT_BEFORE] = q_log(i - last_hit);
		x[LF_PROSE_BEFORE] = q_log(prose);
		x[LF_RUN_PLACE] = q_log(run);
		if (is_prose(work, i)) {
			last_prose = i;
			prose += line_at(work, i)->text.n;
		}
		if (own_at(work, i)->x[L_HIT])
			last_hit = i;
	}
}

static void put_backwards(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count, next_prose = n, next_hit = n, run = 0;
	uint64_t prose = 0;
	x += n * LF_COUNT;
	for (size_t i = n; i-- > 0;) {
		x -= LF_COUNT;
		run = is_prose(work, i) ? 0 : run + 1;
		x[LF_NEXT_PROSE] = q_log(next_prose - i);
		x[LF_HIT_AFTER] = q_log(next_hit - i);
		x[LF_PROSE_AFTER] = q_log(prose);
		x[LF_RUN_LEFT] = q_log(run);
		x[LF_RUN] = (uint8_t)((x[LF_RUN_LEFT] + x[LF_RUN_PLACE]) / 2);
		if (is_prose(work, i)) {
			next_prose = i;
			prose += line_at(work, i)->text.n;
		}
		if (own_at(work, i)->x[L_HIT])
			next_hit = i;
	}
}

static uint8_t group_of(const struct line_own *own)
{
	return own->x[L_KIND] >= 2 ? kinds[own->x[L_KIND] - 2].group : GROUP_NONE;
}

enum { GROUP_SINCE, GROUP_PROSE, GROUP_UNTIL, GROUP_COLUMNS, NEVER = 255 };

/* LINE_FEATURES_GROUP of every group, without a page between hit and line being looked at twice. */
static void put_groups(const struct doc *doc, uint8_t *x)
{
	const struct work *work = doc->work;
	size_t n = work->live_count, last[GROUPS], next[GROUPS];
	uint64_t prose = 0, before[GROUPS] = { 0 };
	for (size_t g = 0; g < GROUPS; g++)
		last[g] = next[g] = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		uint8_t *row = x + i * LF_COUNT + LF_RELATED_SINCE, group = group_of(own_at(work, i));
		last[group] = i;
		before[group] = prose;
		for (size_t g = 1; g < GROUPS; g++, row += GROUP_COLUMNS) {
			row[GROUP_SINCE] = last[g] == SIZE_MAX ? NEVER : q_log(i - last[g]);
			row[GROUP_PROSE] =
				last[g] == SIZE_MAX ? NEVER : (uint8_t)(q_ratio(before[g], doc->prose_bytes) / 2);
		}
		prose += is_prose(work, i) ? line_at(work, i)->text.n : 0;
	}
	for (size_t i = n; i-- > 0;) {
		uint8_t *row = x + i * LF_COUNT + LF_RELATED_SINCE;
		next[group_of(own_at(work, i))] = i;
		for (size_t g = 1; g < GROUPS; g++, row += GROUP_COLUMNS)
			row[GROUP_UNTIL] = next[g] == SIZE_MAX ? NEVER : q_log(next[g] - i);
	}
}

int line_features(struct work *work, uint8_t *x)
{
	struct doc doc;
	uint64_t bytes = 0;
	int result = doc_read(work, &doc);
	for (size_t i = 0; i < work->live_count && result == 0; i++) {
		put_line(&doc, i, bytes, x + i * LF_COUNT);
		bytes += line_at(work, i)->text.n;
	}
	if (result)
		return result;
	put_forwards(&doc, x);
	put_backwards(&doc, x);
	put_groups(&doc, x);
	return 0;
}

uint32_t line_features_version(void)
{
#define LINE_FEATURE_NAME(name) #name " "
	static const char names[] = "2 " LINE_FEATURES(LINE_FEATURE_NAME);
#undef LINE_FEATURE_NAME
	return (uint32_t)hash64(view_make(names, sizeof(names) - 1), 0);
}
