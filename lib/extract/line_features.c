#include "extract/line_features.h"

#include "extract/line_count.h"
#include "extract/quantise.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LONG_WORD_BYTES = 5, ODDS_WORDS = 40, FRONT_WORDS = 3 };

/* ---- words --------------------------------------------------------------------------------------- */

static const uint64_t hash_start = 0x9E3779B97F4A7C15u, hash_step = 0x100000001B3u;

static inline uint32_t hash_end(uint64_t h)
{
	uint32_t folded = (uint32_t)(h ^ h >> 29);
	return folded ? folded : 1;
}

/* A multiply a byte: words are short, and this runs over every word of every document. */
uint32_t line_word_hash(struct view word)
{
	uint64_t h = hash_start;
	size_t i = 0;
	for (; i + 4 <= word.n; i += 4) {
		h = (h ^ (unsigned char)word.p[i]) * hash_step;
		h = (h ^ (unsigned char)word.p[i + 1]) * hash_step;
		h = (h ^ (unsigned char)word.p[i + 2]) * hash_step;
		h = (h ^ (unsigned char)word.p[i + 3]) * hash_step;
	}
	for (; i < word.n; i++)
		h = (h ^ (unsigned char)word.p[i]) * hash_step;
	return hash_end(h);
}

/* A line on its way. */
struct lane {
	const char *p;
	size_t left;
	uint64_t h;
	struct line_own *own;
};

static void lane_end(struct lane *lane)
{
	if (lane->own)
		lane->own->hash = hash_end(lane->h);
	lane->own = NULL;
}

/* The next line that has a byte, or none. */
static void lane_fill(struct lane *lane, const struct line *lines, struct line_own *own, size_t count, size_t *next)
{
	while (lane->left == 0) {
		lane_end(lane);
		if (*next == count)
			return;
		*lane = (struct lane){ lines[*next].core.p, lines[*next].core.n, hash_start, &own[*next] };
		++*next;
	}
}

/* Each step waits for the one before it: four lines side by side take the time of one. */
void line_hash_cores(const struct line *lines, struct line_own *own, size_t count)
{
	enum { LANES = 4 };
	struct lane l[LANES] = { 0 };
	size_t next = 0;
	for (;;) {
		size_t steps = SIZE_MAX;
		for (int k = 0; k < LANES; k++) {
			lane_fill(&l[k], lines, own, count, &next);
			steps = l[k].left < steps ? l[k].left : steps;
		}
		if (steps == 0)
			break;
		for (size_t i = 0; i < steps; i++) {
			l[0].h = (l[0].h ^ (unsigned char)l[0].p[i]) * hash_step;
			l[1].h = (l[1].h ^ (unsigned char)l[1].p[i]) * hash_step;
			l[2].h = (l[2].h ^ (unsigned char)l[2].p[i]) * hash_step;
			l[3].h = (l[3].h ^ (unsigned char)l[3].p[i]) * hash_step;
		}
		for (int k = 0; k < LANES; k++) {
			l[k].p += steps;
			l[k].left -= steps;
		}
	}
	/* The last ones, each alone. */
	for (int k = 0; k < LANES; k++) {
		for (; l[k].left; l[k].left--, l[k].p++)
			l[k].h = (l[k].h ^ (unsigned char)*l[k].p) * hash_step;
		lane_end(&l[k]);
	}
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

/* The place that holds @hash; ODDS_PLACES: none does. */
static inline unsigned find_in(const struct odds_bucket *bucket, uint32_t hash)
{
	unsigned found = 1u << ODDS_PLACES;
#ifdef __SSE2__
	__m128i all = _mm_set1_epi32((int)hash), low = _mm_load_si128((const __m128i *)(const void *)bucket->hash),
		high = _mm_load_si128((const __m128i *)(const void *)(bucket->hash + ODDS_PLACES / 2));
	__m128i same = _mm_packs_epi32(_mm_cmpeq_epi32(low, all), _mm_cmpeq_epi32(high, all));
	found |= (unsigned)_mm_movemask_epi8(_mm_packs_epi16(same, _mm_setzero_si128()));
#else
	for (unsigned i = 0; i < ODDS_PLACES; i++)
		found |= bucket->hash[i] == hash ? 1u << i : 0;
#endif
	return (unsigned)__builtin_ctz(found);
}

/* One line of the cache, and no branch that depends on the word but for buckets that are full. */
static inline int odds_of(const struct word_odds_table *table, uint32_t hash)
{
	for (uint32_t i = hash & table->mask; table->buckets; i = (i + 1) & table->mask) {
		const struct odds_bucket *bucket = &table->buckets[i];
		unsigned place = find_in(bucket, hash);
		if (!bucket->full || place < ODDS_PLACES)
			return bucket->value[place];
	}
	return 0;
}

/* ---- of the line alone ----------------------------------------------------------------------------- */

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
	/* To the scorer one offer is like the other. */
	const char *kind = !rule ? "" : strcmp(rule->kind, "donation") == 0 ? "newsletter" : rule->kind;
	for (size_t i = 0; rule && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kind, kinds[i].name) == 0)
			return (uint8_t)(i + 2);
	return rule ? 1 : 0;
}

/* The first words of a line by their hashes. */
struct words {
	uint32_t hash[ODDS_WORDS], count;
};

/* Its odds are asked for, they are read when the whole line has been: the table lies far away. */
static inline void add_word(
	struct line_own *own, struct words *words, const struct word_odds_table *odds, struct view word)
{
	uint32_t hash = line_word_hash(word);
	if (odds->buckets)
		__builtin_prefetch(&odds->buckets[hash & odds->mask]);
	words->hash[words->count++] = hash;
	if (word.n >= LONG_WORD_BYTES && own->word_count < LINE_WORDS_KEPT)
		own->words[own->word_count++] = (uint16_t)(hash >> 16);
}

static void read_words(
	const struct line *line, const struct word_odds_table *odds, struct line_own *own, struct words *words)
{
	struct word_walk walk = word_walk(line->key);
	struct view word;
	words->count = 0;
	while (words->count < ODDS_WORDS && word_walk_next(&walk, &word))
		add_word(own, words, odds, word);
	/* Words are two characters there: once more, one by one. */
	if (walk.wide) {
		const char *p = line->key.p, *end = p + line->key.n;
		words->count = own->word_count = 0;
		while (words->count < ODDS_WORDS && next_word(&p, end, &word))
			add_word(own, words, odds, word);
	}
	for (uint32_t i = 0; i < FRONT_WORDS && i < words->count; i++)
		own->front = own->front * 31 + words->hash[i];
}

static void put_odds(const struct words *words, const struct word_odds_table *odds, uint8_t *x)
{
	int sum = 0, min = 0, max = 0, count = (int)words->count;
	for (uint32_t i = 0; i < words->count; i++) {
		int value = odds_of(odds, words->hash[i]);
		sum += value;
		min = value < min ? value : min;
		max = value > max ? value : max;
	}
	x[L_ODDS_MEAN] = q_signed(count ? sum * 2 / count : 0);
	x[L_ODDS_MIN] = q_signed(min);
	x[L_ODDS_MAX] = q_signed(max);
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
	struct words words;
	struct view look = view_first(line->text, COUNT_BYTES);
	uint8_t *x = own->x;
	*own = (struct line_own){ 0 };
	read_words(line, odds, own, &words);
	letters_count(look, &l);
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
	x[L_URLISH] = l.address;
	x[L_MONEY] = q_count(l.money);
	x[L_SMALL_WORDS] = q_ratio(l.words - l.capitals, l.words);
	put_odds(&words, odds, x);
	own->shape = shape_of(x);
}

uint8_t line_group(const struct line_own *own)
{
	return own->x[L_KIND] >= 2 ? kinds[own->x[L_KIND] - 2].group : LINE_GROUP_NONE;
}
