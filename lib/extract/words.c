#include "extract/words.h"

#include "extract/word_read.h"
#include "util/limits.h"
#include "util/utf8.h"

/* ---- the set ------------------------------------------------------------------------------- */

/* Numbers of words are mixed already; their lowest bit is always set. */
static uint32_t slot_of(uint32_t hash)
{
	return hash >> 1;
}

static struct word_slot *find(const struct word_set *set, uint32_t hash)
{
	for (uint32_t i = slot_of(hash);; i++) {
		struct word_slot *slot = &set->slots[i & set->mask];
		if (!slot->hash || slot->hash == hash)
			return slot;
	}
}

static uint8_t marks_of(const struct word_set *set, uint32_t hash)
{
	return set->mask ? find(set, hash)->marks : 0;
}

bool words_init(struct word_set *set, struct arena *arena, size_t bytes)
{
	size_t slots = 64;
	/* a word and its pair for each two bytes at most */
	while (slots < bytes + bytes / 2 && slots < LIMIT_FACT_WORDS * 8)
		slots *= 2;
	set->slots = arena_calloc(arena, slots, sizeof(*set->slots));
	set->mask = set->slots ? (uint32_t)slots - 1 : 0;
	return set->slots != NULL;
}

/* ---- the scan ------------------------------------------------------------------------------ */

enum { HASH_START = 0x811C9DC5u, HASH_STEP = 0x01000193u };

static bool is_ascii_letter(char c)
{
	return (unsigned char)c < 0x80 &&
	       (uint8_t)(word_ascii_class[(unsigned char)c] - WORD_LOWER) <= WORD_DIGIT - WORD_LOWER;
}

/* Reads the next word like word_next() where it is of ASCII letters alone and stands before the last bytes; its number
 * is all that is told. False: nothing was done. */
static bool next_ascii(struct view text, size_t *at, uint32_t *ret_hash)
{
	size_t from = *at, end;
	while (from < text.n && (unsigned char)text.p[from] < 0x80 && !is_ascii_letter(text.p[from]))
		from++;
	for (end = from; end < text.n && is_ascii_letter(text.p[end]);)
		end++;
	if (end == from || text.n - end < sizeof(uint64_t) || (unsigned char)text.p[end] >= 0x80 ||
		word_ascii_class[(unsigned char)text.p[end]] == WORD_INSIDE)
		return false;
	*at = end;
	*ret_hash = word_hash(text.p + from, end - from);
	return true;
}

uint32_t words_add(struct word_set *set, struct view text, uint8_t mark, uint8_t pair_mark)
{
	struct text_stats ignored = { 0 };
	struct word word;
	uint32_t last = 0, count = 0;
	size_t at = 0;
	while (set->mask && count < LIMIT_FACT_WORDS &&
		(next_ascii(text, &at, &word.hash) || word_next(text, &at, &word, &ignored))) {
		struct word_slot *slot = find(set, word.hash);
		*slot = (struct word_slot){ word.hash, (uint8_t)(slot->marks | mark) };
		if (pair_mark && last) {
			uint32_t pair = (last * 31 + word.hash) | 1;
			slot = find(set, pair);
			*slot = (struct word_slot){ pair, (uint8_t)(slot->marks | pair_mark) };
		}
		last = word.hash;
		count++;
	}
	return count;
}

static bool digits_at(struct view v, size_t at, size_t n)
{
	if (at + n > v.n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!ascii_is_digit(v.p[at + i]))
			return false;
	return true;
}

/* A year alone, a time of day. */
static void scan_numbers(struct view v, struct text_stats *s)
{
	enum { LOOK_BYTES = 200 }; /* dates stand in short lines */
	for (size_t i = 0; (i = word_digit_from(v, i)) + 4 <= v.n && i < LOOK_BYTES; i++) {
		if (digits_at(v, i, 4) && !digits_at(v, i + 4, 1) &&
			(memcmp(v.p + i, "19", 2) == 0 || memcmp(v.p + i, "20", 2) == 0))
			s->year = true;
		size_t n = digits_at(v, i, 2) ? 2 : 1;
		if (i + n + 2 < v.n && (v.p[i + n] == ':' || v.p[i + n] == '.') && digits_at(v, i + n + 1, 2))
			s->clock |= v.p[i + n] == ':';
		while (i < v.n && ascii_is_digit(v.p[i]))
			i++;
	}
}

static uint8_t last_class(struct view v)
{
	size_t at = v.n;
	uint8_t class = WORD_OTHER;
	for (int i = 0; i < 4 && at; i++) {
		if ((unsigned char)v.p[at - 1] < 0x80)
			at--;
		else
			utf8_prev(v, &at);
		class = word_class_at(v, at);
		/* a closing quote or bracket hides the end of the sentence */
		if (class != WORD_QUOTE && class != WORD_OTHER && class != WORD_INSIDE && class != WORD_SPACE)
			break;
	}
	return class;
}

bool echo_init(struct echo *echo, struct arena *arena, size_t bytes)
{
	enum { SLOTS_MAX = 1 << 17 }; /* 1 MiB; a longer page's later runs are not remembered */
	uint32_t slots = 256;
	while (slots < bytes / 3 && slots < SLOTS_MAX)
		slots *= 2;
	echo->grams = arena_calloc(arena, slots, sizeof(*echo->grams));
	echo->blocks = arena_alloc(arena, slots * sizeof(*echo->blocks));
	echo->mask = slots - 1;
	echo->room = slots / 4 * 3;
	return echo->grams && echo->blocks;
}

/* Looks up the run that ends with a word and puts it where it is new. */
static inline void echo_put(
	struct echo *echo, uint32_t gram, uint32_t block, struct text_stats *own, struct text_stats *stats)
{
	for (uint32_t i = slot_of(gram);; i++) {
		uint32_t slot = i & echo->mask;
		if (!echo->grams[slot]) {
			if (echo->room) {
				echo->grams[slot] = gram;
				echo->blocks[slot] = block;
				echo->room--;
			}
			return;
		}
		if (echo->grams[slot] != gram)
			continue;
		if (echo->blocks[slot] != block) {
			own->echo_before++;
			stats[echo->blocks[slot]].echo_after++;
		}
		return;
	}
}

enum { GRAM = 3, WIDE_GRAM = 6 }; /* words of a run; where a character is a word, characters */
enum { GRAMS_LATER = 64 };

/* What is known of a text while it is read. */
struct scan {
	const struct word_set *set;
	struct echo *echo;
	struct text_stats *all;
	uint32_t block;
	uint32_t words[8]; /* the last ones, by their place */
	uint32_t grams[GRAMS_LATER], gram_count;
	struct text_stats s;
};

/* What changes with every word, in registers: a store through a pointer might be to any of it. */
struct tally {
	uint32_t words, hash, capitals, numbers, short_words, longest;
	uint32_t one, two, three; /* the last words; 0: none */
};

static void scan_begin(
	struct scan *scan, const struct word_set *set, struct echo *echo, uint32_t block, struct text_stats *stats)
{
	scan->set = set;
	scan->echo = echo;
	scan->all = stats;
	scan->block = block;
	scan->gram_count = 0;
	scan->s = (struct text_stats){ 0 };
}

static void tally_end(struct scan *scan, const struct tally *t)
{
	struct text_stats *s = &scan->s;
	s->words = t->words;
	s->hash = t->hash;
	s->capitals = t->capitals;
	s->numbers = t->numbers;
	s->short_words = t->short_words;
	s->longest = t->longest;
}

/* The runs gathered: their places in the table were asked for when they were found. */
static void put_grams(struct scan *scan)
{
	struct echo echo = *scan->echo;
	for (uint32_t i = 0; i < scan->gram_count; i++)
		echo_put(&echo, scan->grams[i], scan->block, &scan->s, scan->all);
	scan->s.grams += scan->gram_count;
	scan->gram_count = 0;
	scan->echo->room = echo.room;
}

static inline uint32_t turn(uint32_t x, unsigned bits)
{
	return x << bits | x >> (32 - bits);
}

/* Of characters: their numbers are not mixed. */
static uint32_t wide_gram_of(const struct scan *scan, uint32_t words)
{
	uint32_t gram = 0;
	for (uint32_t i = 1; i <= WIDE_GRAM; i++)
		gram = (gram ^ scan->words[(words - i) % 8]) * HASH_STEP + (gram >> 15);
	return gram;
}

static void count_marks(struct scan *scan, uint8_t marks, uint32_t last, uint32_t word)
{
	struct text_stats *s = &scan->s;
	s->title_hits += marks & WORD_TITLE;
	s->description_hits += (marks & WORD_DESCRIPTION) != 0;
	s->author_hits += (marks & WORD_AUTHOR) != 0;
	s->site_hits += (marks & WORD_SITE) != 0;
	if (!(marks & WORD_BODY))
		return;
	s->body_hits++;
	s->body_pairs += last && marks_of(scan->set, (last * 31 + word) | 1) & WORD_BODY_PAIR;
}

/* The run of words that ends with the last one, if there are as many. Numbers of words are mixed already. */
static inline __attribute__((always_inline)) void take_gram(struct scan *scan, const struct tally *t, bool wide)
{
	if (t->words < (wide ? WIDE_GRAM : GRAM))
		return;
	uint32_t gram = (wide ? wide_gram_of(scan, t->words) : t->one ^ turn(t->two, 11) ^ turn(t->three, 21)) | 1;
	__builtin_prefetch(&scan->echo->grams[slot_of(gram) & scan->echo->mask]);
	scan->grams[scan->gram_count++] = gram;
	if (scan->gram_count == GRAMS_LATER)
		put_grams(scan);
}

static inline __attribute__((always_inline)) void take(struct scan *scan, struct tally *t, const struct word *word)
{
	uint8_t marks = marks_of(scan->set, word->hash);
	if (marks)
		count_marks(scan, marks, t->one, word->hash);
	scan->words[t->words++ % 8] = word->hash;
	t->three = t->two;
	t->two = t->one;
	t->one = word->hash;
	t->hash = (t->hash ^ word->hash) * HASH_STEP;
	t->capitals += word->capital;
	t->numbers += word->number;
	t->short_words += word->size <= 3 && !word->number && !word->capital;
	t->longest = word->size > t->longest ? word->size : t->longest;
	take_gram(scan, t, word->wide);
}

/* Words with apostrophes or characters beyond ASCII, which are counted elsewhere. */
static __attribute__((noinline)) struct tally take_mixed(struct scan *scan, struct tally t, struct view text)
{
	struct text_stats ignored = { 0 };
	struct word word;
	for (size_t at = 0; word_next(text, &at, &word, &ignored);)
		take(scan, &t, &word);
	return t;
}

/* What stands between the words, and characters beyond ASCII. *@next: where the next to be counted begins. */
static void count_others(struct scan *scan, struct view text, size_t base, uint64_t others, size_t *next)
{
	for (; others; others &= others - 1) {
		size_t at = base + (size_t)__builtin_ctzll(others);
		if (at < *next)
			continue; /* the rest of a character */
		word_count_other(text, &at, &scan->s);
		*next = at;
	}
}

static inline __attribute__((always_inline)) void count_masks(struct scan *scan, const struct word_masks *m)
{
	struct text_stats *s = &scan->s;
	uint32_t digits = m->digit ? (uint32_t)__builtin_popcountll(m->digit) : 0;
	uint32_t words = (uint32_t)__builtin_popcountll(m->word);
	s->chars += words;
	s->letters += words - digits;
	s->digits += digits;
	s->upper += m->upper ? (uint32_t)__builtin_popcountll(m->upper) : 0;
}

static inline uint64_t bits_from(size_t at)
{
	return at < 64 ? UINT64_MAX << at : 0;
}

/* Where most is ASCII. A run is of letters and what may join them; one that goes on behind 64 bytes is taken with those
 * that follow. */
static inline __attribute__((always_inline)) void scan_masks(struct scan *scan, struct view text, struct word_masks m)
{
	struct tally t = { .hash = HASH_START };
	size_t next = 0, start = 0;
	bool open = false, mixed = false, capital = false, number = false;
	for (size_t base = 0; base < text.n; base += 64) {
		size_t left = text.n - base;
		if (base)
			m = word_masks_of(text.p + base, left);
		uint64_t all = left < 64 ? (UINT64_C(1) << left) - 1 : UINT64_MAX;
		uint64_t joined = m.high | m.apostrophe, runs = m.word | joined, from = UINT64_MAX;
		count_masks(scan, &m);
		count_others(scan, text, base, all & ~m.word & ~m.space, &next);
		for (;;) {
			uint64_t rest = runs & from;
			if (!open && !rest)
				break;
			size_t at = open ? 0 : (size_t)__builtin_ctzll(rest);
			uint64_t gap = ~runs & bits_from(at);
			size_t end = gap ? (size_t)__builtin_ctzll(gap) : 64;
			if (!open) {
				start = base + at;
				mixed = false;
				capital = m.upper >> at & 1;
				number = m.digit >> at & 1;
			}
			mixed |= (joined & bits_from(at) & ~bits_from(end)) != 0;
			open = end == 64 && left > 64;
			if (open)
				break;
			size_t size = base + end - start;
			if (mixed)
				t = take_mixed(scan, t, view_make(text.p + start, size));
			else
				take(scan, &t,
					&(struct word){ word_hash(text.p + start, size), (uint32_t)size, capital,
						number, false });
			from = bits_from(end);
		}
	}
	tally_end(scan, &t);
}

static void scan_characters(struct scan *scan, struct view text)
{
	struct tally t = { .hash = HASH_START };
	struct word word;
	for (size_t at = 0; word_next(text, &at, &word, &scan->s);)
		take(scan, &t, &word);
	tally_end(scan, &t);
}

static inline __attribute__((always_inline)) bool is_foreign(const struct word_masks *m, size_t n)
{
	enum { SHARE = 4 };
	return m->high && (size_t)__builtin_popcountll(m->high) > (n < 64 ? n : 64) / SHARE;
}

static void finish(struct scan *scan, struct view text)
{
	put_grams(scan);
	struct text_stats *s = &scan->all[scan->block];
	*s = scan->s;
	s->starts = text.n ? word_class_at(text, 0) : WORD_OTHER;
	s->ends = last_class(text);
	if (s->digits)
		scan_numbers(text, s);
}

void words_scan_plain(
	const struct word_set *set, struct view text, struct echo *echo, uint32_t block, struct text_stats *stats)
{
	struct scan scan;
	scan_begin(&scan, set, echo, block, stats);
	scan_characters(&scan, text);
	finish(&scan, text);
}

static inline __attribute__((always_inline)) void scan_text(struct scan *scan, struct view text)
{
	struct word_masks first = word_masks_of(text.p, text.n);
	if (is_foreign(&first, text.n))
		scan_characters(scan, text);
	else
		scan_masks(scan, text, first);
}

#ifdef __x86_64__
/* Masks cost half where the machine counts bits and shifts by any register. */
__attribute__((target("bmi,bmi2,popcnt"))) static void scan_text_bits(struct scan *scan, struct view text)
{
	scan_text(scan, text);
}

static bool has_bits(void)
{
	return __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}
#else
static void scan_text_bits(struct scan *scan, struct view text)
{
	scan_text(scan, text);
}

static bool has_bits(void)
{
	return false;
}
#endif

void words_scan_any(
	const struct word_set *set, struct view text, struct echo *echo, uint32_t block, struct text_stats *stats)
{
	struct scan scan;
	scan_begin(&scan, set, echo, block, stats);
	scan_text(&scan, text);
	finish(&scan, text);
}

void words_scan(
	const struct word_set *set, struct view text, struct echo *echo, uint32_t block, struct text_stats *stats)
{
	struct scan scan;
	if (!has_bits()) {
		words_scan_any(set, text, echo, block, stats);
		return;
	}
	scan_begin(&scan, set, echo, block, stats);
	scan_text_bits(&scan, text);
	finish(&scan, text);
}
