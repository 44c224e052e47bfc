#include "extract/words.h"

#include "util/limits.h"

#include "util/utf8.h"

/* ASCII classes: W letter, D digit, and what the counts tell apart. */
enum { A_OTHER, A_SPACE, A_LOWER, A_UPPER, A_DIGIT, A_STOP, A_COMMA, A_COLON, A_QUOTE, A_SYMBOL, A_INSIDE };

static const uint8_t ascii_class[128] = {
	['\t'] = A_SPACE,
	['\n'] = A_SPACE,
	['\f'] = A_SPACE,
	['\r'] = A_SPACE,
	[' '] = A_SPACE,
	['!'] = A_STOP,
	['.'] = A_STOP,
	['?'] = A_STOP,
	[','] = A_COMMA,
	[';'] = A_COMMA,
	[':'] = A_COLON,
	['"'] = A_QUOTE,
	['\''] = A_INSIDE,
	['_'] = A_LOWER,
	['#'] = A_SYMBOL,
	['$'] = A_SYMBOL,
	['%'] = A_SYMBOL,
	['&'] = A_SYMBOL,
	['*'] = A_SYMBOL,
	['+'] = A_SYMBOL,
	['/'] = A_SYMBOL,
	['<'] = A_SYMBOL,
	['='] = A_SYMBOL,
	['>'] = A_SYMBOL,
	['@'] = A_SYMBOL,
	['\\'] = A_SYMBOL,
	['^'] = A_SYMBOL,
	['`'] = A_SYMBOL,
	['{'] = A_SYMBOL,
	['|'] = A_SYMBOL,
	['}'] = A_SYMBOL,
	['~'] = A_SYMBOL,
	['0'] = A_DIGIT,
	['1'] = A_DIGIT,
	['2'] = A_DIGIT,
	['3'] = A_DIGIT,
	['4'] = A_DIGIT,
	['5'] = A_DIGIT,
	['6'] = A_DIGIT,
	['7'] = A_DIGIT,
	['8'] = A_DIGIT,
	['9'] = A_DIGIT,
	['A'] = A_UPPER,
	['B'] = A_UPPER,
	['C'] = A_UPPER,
	['D'] = A_UPPER,
	['E'] = A_UPPER,
	['F'] = A_UPPER,
	['G'] = A_UPPER,
	['H'] = A_UPPER,
	['I'] = A_UPPER,
	['J'] = A_UPPER,
	['K'] = A_UPPER,
	['L'] = A_UPPER,
	['M'] = A_UPPER,
	['N'] = A_UPPER,
	['O'] = A_UPPER,
	['P'] = A_UPPER,
	['Q'] = A_UPPER,
	['R'] = A_UPPER,
	['S'] = A_UPPER,
	['T'] = A_UPPER,
	['U'] = A_UPPER,
	['V'] = A_UPPER,
	['W'] = A_UPPER,
	['X'] = A_UPPER,
	['Y'] = A_UPPER,
	['Z'] = A_UPPER,
	['a'] = A_LOWER,
	['b'] = A_LOWER,
	['c'] = A_LOWER,
	['d'] = A_LOWER,
	['e'] = A_LOWER,
	['f'] = A_LOWER,
	['g'] = A_LOWER,
	['h'] = A_LOWER,
	['i'] = A_LOWER,
	['j'] = A_LOWER,
	['k'] = A_LOWER,
	['l'] = A_LOWER,
	['m'] = A_LOWER,
	['n'] = A_LOWER,
	['o'] = A_LOWER,
	['p'] = A_LOWER,
	['q'] = A_LOWER,
	['r'] = A_LOWER,
	['s'] = A_LOWER,
	['t'] = A_LOWER,
	['u'] = A_LOWER,
	['v'] = A_LOWER,
	['w'] = A_LOWER,
	['x'] = A_LOWER,
	['y'] = A_LOWER,
	['z'] = A_LOWER,
};

enum { C_WIDE = 32 }; /* a letter that is a word: Thai, Lao, Khmer, kana, Han, Hangul */

static uint8_t wide_class(uint32_t c)
{
	if (c < 0xC0)
		return c == 0xAB || c == 0xBB		     ? A_QUOTE
		       : c == 0xA0			     ? A_SPACE
		       : c == 0xAA || c == 0xB5 || c == 0xBA ? A_LOWER
							     : A_SYMBOL;
	if (c < 0x600) {
		if (c == 0xD7 || c == 0xF7)
			return A_SYMBOL;
		bool upper = c <= 0xDE || (c >= 0x391 && c <= 0x3A9) || (c >= 0x400 && c <= 0x42F);
		return upper ? A_UPPER : A_LOWER;
	}
	if (c < 0x2000) {
		if (c == 0x60C || c == 0x61B)
			return A_COMMA;
		if (c == 0x61F || c == 0x6D4 || c == 0x964 || c == 0x965 || c == 0x589 || c == 0x1362)
			return A_STOP;
		return (c >= 0xE00 && c <= 0xEFF) || (c >= 0x1780 && c <= 0x17FF) ? C_WIDE : A_LOWER;
	}
	if (c < 0x2C00) {
		if (c <= 0x200A || c == 0x202F)
			return A_SPACE;
		if (c >= 0x200B && c <= 0x200F)
			return A_INSIDE;
		if (c >= 0x2018 && c <= 0x201F)
			return c == 0x2019 ? A_INSIDE : A_QUOTE;
		return c == 0x2026		    ? A_STOP
		       : c == 0x2039 || c == 0x203A ? A_QUOTE
		       : c <= 0x2015 && c >= 0x2010 ? A_OTHER
						    : A_SYMBOL;
	}
	if (c == 0x3000)
		return A_SPACE;
	if (c >= 0x3001 && c <= 0x303F)
		return c == 0x3001 ? A_COMMA : c == 0x3002 ? A_STOP : c >= 0x300C && c <= 0x300F ? A_QUOTE : A_OTHER;
	if ((c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
		c >= 0x20000)
		return c < 0xE0000 ? C_WIDE : A_OTHER;
	if (c >= 0xFF01 && c <= 0xFF20)
		return c == 0xFF01 || c == 0xFF1F || c == 0xFF0E ? A_STOP
		       : c == 0xFF0C || c == 0xFF1B		 ? A_COMMA
		       : c >= 0xFF10 && c <= 0xFF19		 ? A_DIGIT
		       : c == 0xFF1A				 ? A_COLON
								 : A_SYMBOL;
	return c >= 0x1F000 || (c >= 0xE000 && c < 0xF900) ? A_SYMBOL : A_LOWER;
}

/* ---- the set ------------------------------------------------------------------------------- */

static uint32_t mix(uint32_t h)
{
	h ^= h >> 15;
	h *= 0x2C1B3C6Du;
	h ^= h >> 13;
	return h ? h : 1;
}

static struct word_slot *find(const struct word_set *set, uint32_t hash)
{
	for (uint32_t i = mix(hash);; i++) {
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

struct reader {
	struct view text;
	size_t at;
	uint32_t word; /* hash of the word that ends; 0 none */
	uint32_t size; /* characters of it */
	bool capital, number;
};

static void count_class(struct text_stats *s, uint8_t class, uint32_t c)
{
	switch (class) {
	case A_STOP: s->sentences++; break;
	case A_COMMA: s->commas++; break;
	case A_COLON: s->colons++; break;
	case A_QUOTE: s->quotes++; break;
	case A_SYMBOL:
		s->symbols++;
		s->mark |= c == '|' || c == 0xA9 || c == '@' || c == 0x203A || c == 0xBB || c == 0x2022 || c == 0xB7;
		s->money |= c == '$' || c == 0xA3 || c == 0xA5 || (c >= 0x20A0 && c <= 0x20BF);
		break;
	default: break;
	}
}

/* The character at @at of valid UTF-8, behind ASCII. */
static inline uint32_t wide_next(struct view v, size_t *at)
{
	const unsigned char *p = (const unsigned char *)v.p + *at;
	size_t left = v.n - *at;
	if (p[0] < 0xE0 && left >= 2) {
		*at += 2;
		return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	}
	if (p[0] < 0xF0 && left >= 3) {
		*at += 3;
		return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
	}
	return utf8_next(v, at);
}

/* Moves behind the next word; counts what stands before it. False at the end. */
static bool next_word(struct reader *r, struct text_stats *s)
{
	const char *p = r->text.p;
	size_t n = r->text.n, at = r->at;
	uint32_t hash = 0, size = 0;
	while (at < n) {
		size_t from = at;
		/* most of most texts: lower-case letters inside a word */
		for (; hash && at < n && p[at] >= 'a' && p[at] <= 'z'; at++)
			hash = (hash ^ (unsigned char)p[at]) * HASH_STEP;
		if (at > from) {
			s->chars += (uint32_t)(at - from);
			s->letters += (uint32_t)(at - from);
			size += (uint32_t)(at - from);
			if (at == n)
				break;
			from = at;
		}
		uint32_t c = (unsigned char)p[at];
		uint8_t class;
		if (c < 0x80) {
			class = ascii_class[c];
			at++;
		} else {
			c = wide_next(r->text, &at);
			class = wide_class(c);
		}
		bool letter = class == A_LOWER || class == A_UPPER || class == A_DIGIT;
		if (!letter && hash && class != A_INSIDE) {
			at = from;
			break;
		}
		if (class == A_SPACE)
			continue;
		s->chars++;
		if (class == C_WIDE) {
			s->wide++;
			s->letters++;
			r->at = at;
			r->word = c * 0x9E3779B1u | 1;
			r->size = 1;
			r->capital = r->number = false;
			return true;
		}
		if (!letter) {
			count_class(s, class, c);
			continue;
		}
		if (!hash) {
			hash = HASH_START;
			r->capital = class == A_UPPER;
			r->number = class == A_DIGIT;
		}
		s->letters += class != A_DIGIT;
		s->digits += class == A_DIGIT;
		s->upper += class == A_UPPER;
		size++;
		hash = (hash ^ (class == A_UPPER && c < 0x80 ? c | 0x20 : c)) * HASH_STEP;
	}
	r->at = at;
	r->word = hash ? hash | 1 : 0;
	r->size = size;
	return hash != 0;
}

uint32_t words_add(struct word_set *set, struct view text, uint8_t mark, uint8_t pair_mark)
{
	struct reader r = { .text = text };
	struct text_stats ignored = { 0 };
	uint32_t last = 0, count = 0;
	while (set->mask && count < LIMIT_FACT_WORDS && next_word(&r, &ignored)) {
		struct word_slot *slot = find(set, r.word);
		*slot = (struct word_slot){ r.word, (uint8_t)(slot->marks | mark) };
		if (pair_mark && last) {
			uint32_t pair = (last * 31 + r.word) | 1;
			slot = find(set, pair);
			*slot = (struct word_slot){ pair, (uint8_t)(slot->marks | pair_mark) };
		}
		last = r.word;
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
	for (size_t i = 0; i + 4 <= v.n && i < LOOK_BYTES; i++) {
		if (!ascii_is_digit(v.p[i]))
			continue;
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

static uint8_t class_at(struct view v, size_t at)
{
	uint32_t c = (unsigned char)v.p[at];
	return c < 0x80 ? ascii_class[c] : wide_class(utf8_next(v, &at));
}

static uint8_t last_class(struct view v)
{
	size_t at = v.n;
	uint8_t class = A_OTHER;
	for (int i = 0; i < 4 && at; i++) {
		utf8_prev(v, &at);
		class = class_at(v, at);
		/* a closing quote or bracket hides the end of the sentence */
		if (class != A_QUOTE && class != A_OTHER && class != A_INSIDE && class != A_SPACE)
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
	echo->slots = arena_calloc(arena, slots, sizeof(*echo->slots));
	echo->mask = slots - 1;
	echo->room = slots / 4 * 3;
	return echo->slots != NULL;
}

/* Slots lie far apart: a run waits until its slot is there, while the next words are read. */
struct echo_queue {
	uint32_t grams[4], first, count;
};

static void echo_put(struct echo *echo, uint32_t gram, uint32_t block, struct text_stats *own, struct text_stats *stats)
{
	own->grams++;
	for (uint32_t i = mix(gram);; i++) {
		struct echo_slot *slot = &echo->slots[i & echo->mask];
		if (!slot->gram) {
			if (echo->room) {
				*slot = (struct echo_slot){ gram, block };
				echo->room--;
			}
			return;
		}
		if (slot->gram != gram)
			continue;
		if (slot->block != block) {
			own->echo_before++;
			stats[slot->block].echo_after++;
		}
		return;
	}
}

static inline void echo_queue(struct echo_queue *queue, struct echo *echo, uint32_t gram, uint32_t block,
	struct text_stats *own, struct text_stats *stats)
{
	enum { WAITING = sizeof(queue->grams) / sizeof(queue->grams[0]) };
	__builtin_prefetch(&echo->slots[mix(gram) & echo->mask], 1);
	uint32_t *slot = &queue->grams[queue->first++ % WAITING];
	if (queue->count == WAITING)
		echo_put(echo, *slot, block, own, stats);
	else
		queue->count++;
	*slot = gram;
}

static void echo_flush(
	struct echo_queue *queue, struct echo *echo, uint32_t block, struct text_stats *own, struct text_stats *stats)
{
	enum { WAITING = sizeof(queue->grams) / sizeof(queue->grams[0]) };
	for (uint32_t i = queue->first - queue->count; i != queue->first; i++)
		echo_put(echo, queue->grams[i % WAITING], block, own, stats);
}

enum { GRAM = 3, WIDE_GRAM = 6 }; /* words of a run; where a character is a word, characters */

/* The last words, newest first. */
struct tail {
	uint32_t words[WIDE_GRAM], count;
};

static uint32_t tail_put(struct tail *tail, uint32_t word, bool wide)
{
	uint32_t gram = 0, *w = tail->words;
	for (int i = WIDE_GRAM - 1; i > 0; i--)
		w[i] = w[i - 1];
	w[0] = word;
	if (++tail->count < (wide ? WIDE_GRAM : GRAM))
		return 0;
	for (uint32_t i = 0; i < GRAM; i++)
		gram = (gram ^ w[i]) * HASH_STEP + (gram >> 15);
	for (uint32_t i = GRAM; wide && i < WIDE_GRAM; i++)
		gram = (gram ^ w[i]) * HASH_STEP + (gram >> 15);
	return gram | 1;
}

void words_scan(
	const struct word_set *set, struct view text, struct echo *echo, uint32_t block, struct text_stats *stats)
{
	struct reader r = { .text = text };
	struct text_stats s = { .hash = HASH_START };
	struct tail tail = { 0 };
	struct echo_queue queue = { .count = 0 };
	uint32_t last = 0, wide = 0;
	while (next_word(&r, &s)) {
		uint8_t marks = marks_of(set, r.word);
		s.words++;
		s.hash = (s.hash ^ r.word) * HASH_STEP;
		s.capitals += r.capital;
		s.numbers += r.number;
		s.short_words += r.size <= 3 && !r.number && !r.capital;
		if (r.size > s.longest)
			s.longest = r.size;
		uint32_t gram = tail_put(&tail, r.word, s.wide > wide);
		wide = s.wide;
		if (gram)
			echo_queue(&queue, echo, gram, block, &s, stats);
		if (marks) {
			s.title_hits += marks & WORD_TITLE;
			s.description_hits += (marks & WORD_DESCRIPTION) != 0;
			s.author_hits += (marks & WORD_AUTHOR) != 0;
			s.site_hits += (marks & WORD_SITE) != 0;
			s.body_hits += (marks & WORD_BODY) != 0;
			s.body_pairs +=
				last && (marks & WORD_BODY) && marks_of(set, (last * 31 + r.word) | 1) & WORD_BODY_PAIR;
		}
		last = r.word;
	}
	echo_flush(&queue, echo, block, &s, stats);
	s.starts = text.n ? class_at(text, 0) : A_OTHER;
	s.ends = last_class(text);
	if (s.digits)
		scan_numbers(text, &s);
	stats[block] = s;
}
