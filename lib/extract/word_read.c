#include "extract/word_read.h"

const uint8_t word_ascii_class[128] = {
	['\t'] = WORD_SPACE,
	['\n'] = WORD_SPACE,
	['\f'] = WORD_SPACE,
	['\r'] = WORD_SPACE,
	[' '] = WORD_SPACE,
	['!'] = WORD_STOP,
	['.'] = WORD_STOP,
	['?'] = WORD_STOP,
	[','] = WORD_COMMA,
	[';'] = WORD_COMMA,
	[':'] = WORD_COLON,
	['"'] = WORD_QUOTE,
	['\''] = WORD_INSIDE,
	['_'] = WORD_LOWER,
	['#'] = WORD_SYMBOL,
	['$'] = WORD_SYMBOL,
	['%'] = WORD_SYMBOL,
	['&'] = WORD_SYMBOL,
	['*'] = WORD_SYMBOL,
	['+'] = WORD_SYMBOL,
	['/'] = WORD_SYMBOL,
	['<'] = WORD_SYMBOL,
	['='] = WORD_SYMBOL,
	['>'] = WORD_SYMBOL,
	['@'] = WORD_SYMBOL,
	['\\'] = WORD_SYMBOL,
	['^'] = WORD_SYMBOL,
	['`'] = WORD_SYMBOL,
	['{'] = WORD_SYMBOL,
	['|'] = WORD_SYMBOL,
	['}'] = WORD_SYMBOL,
	['~'] = WORD_SYMBOL,
	['0' ... '9'] = WORD_DIGIT,
	['A' ... 'Z'] = WORD_UPPER,
	['a' ... 'z'] = WORD_LOWER,
};

uint8_t word_wide_class(uint32_t c)
{
	if (c < 0xC0)
		return c == 0xAB || c == 0xBB		     ? WORD_QUOTE
		       : c == 0xA0			     ? WORD_SPACE
		       : c == 0xAA || c == 0xB5 || c == 0xBA ? WORD_LOWER
							     : WORD_SYMBOL;
	if (c < 0x600) {
		if (c == 0xD7 || c == 0xF7)
			return WORD_SYMBOL;
		bool upper = c <= 0xDE || (c >= 0x391 && c <= 0x3A9) || (c >= 0x400 && c <= 0x42F);
		return upper ? WORD_UPPER : WORD_LOWER;
	}
	if (c < 0x2000) {
		if (c == 0x60C || c == 0x61B)
			return WORD_COMMA;
		if (c == 0x61F || c == 0x6D4 || c == 0x964 || c == 0x965 || c == 0x589 || c == 0x1362)
			return WORD_STOP;
		return (c >= 0xE00 && c <= 0xEFF) || (c >= 0x1780 && c <= 0x17FF) ? WORD_WIDE : WORD_LOWER;
	}
	if (c < 0x2C00) {
		if (c <= 0x200A || c == 0x202F)
			return WORD_SPACE;
		if (c >= 0x200B && c <= 0x200F)
			return WORD_INSIDE;
		if (c >= 0x2018 && c <= 0x201F)
			return c == 0x2019 ? WORD_INSIDE : WORD_QUOTE;
		return c == 0x2026		    ? WORD_STOP
		       : c == 0x2039 || c == 0x203A ? WORD_QUOTE
		       : c <= 0x2015 && c >= 0x2010 ? WORD_OTHER
						    : WORD_SYMBOL;
	}
	if (c == 0x3000)
		return WORD_SPACE;
	if (c >= 0x3001 && c <= 0x303F)
		return c == 0x3001		    ? WORD_COMMA
		       : c == 0x3002		    ? WORD_STOP
		       : c >= 0x300C && c <= 0x300F ? WORD_QUOTE
						    : WORD_OTHER;
	if ((c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
		c >= 0x20000)
		return c < 0xE0000 ? WORD_WIDE : WORD_OTHER;
	if (c >= 0xFF01 && c <= 0xFF20)
		return c == 0xFF01 || c == 0xFF1F || c == 0xFF0E ? WORD_STOP
		       : c == 0xFF0C || c == 0xFF1B		 ? WORD_COMMA
		       : c >= 0xFF10 && c <= 0xFF19		 ? WORD_DIGIT
		       : c == 0xFF1A				 ? WORD_COLON
								 : WORD_SYMBOL;
	return c >= 0x1F000 || (c >= 0xE000 && c < 0xF900) ? WORD_SYMBOL : WORD_LOWER;
}

/* ---- a character at a time ----------------------------------------------------------------- */

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

static void count_class(struct text_stats *s, uint8_t class, uint32_t c)
{
	switch (class) {
	case WORD_STOP: s->sentences++; break;
	case WORD_COMMA: s->commas++; break;
	case WORD_COLON: s->colons++; break;
	case WORD_QUOTE: s->quotes++; break;
	case WORD_SYMBOL:
		s->symbols++;
		s->mark |= c == '|' || c == 0xA9 || c == '@' || c == 0x203A || c == 0xBB || c == 0x2022 || c == 0xB7;
		s->money |= c == '$' || c == 0xA3 || c == 0xA5 || (c >= 0x20A0 && c <= 0x20BF);
		break;
	default: break;
	}
}

static bool is_letter(uint8_t class)
{
	return class == WORD_LOWER || class == WORD_UPPER || class == WORD_DIGIT;
}

static void count_letter(struct text_stats *s, uint8_t class)
{
	s->letters += class != WORD_DIGIT;
	s->digits += class == WORD_DIGIT;
	s->upper += class == WORD_UPPER;
	s->wide += class == WORD_WIDE;
}

void word_count_other(struct view text, size_t *at, struct text_stats *s)
{
	uint32_t c = (unsigned char)text.p[*at];
	uint8_t class;
	if (c < 0x80) {
		class = word_ascii_class[c];
		++*at;
	} else {
		c = wide_next(text, at);
		class = word_wide_class(c);
	}
	s->chars += class != WORD_SPACE;
	if (is_letter(class) || class == WORD_WIDE)
		count_letter(s, class);
	else
		count_class(s, class, c);
}

/* A word's number while it is read. */
struct spelling {
	uint64_t hash, bytes;
	unsigned filled; /* bytes */
};

static inline void spell(struct spelling *w, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (w->filled == 8) {
			w->hash = word_hash_step(w->hash, w->bytes);
			w->bytes = w->filled = 0;
		}
		unsigned char c = (unsigned char)p[i];
		w->bytes |= (uint64_t)(c < 0x80 ? c | 0x20 : c) << (8 * w->filled++);
	}
}

bool word_next(struct view text, size_t *ret_at, struct word *ret, struct text_stats *s)
{
	struct spelling w = { 0 };
	size_t at = *ret_at;
	*ret = (struct word){ 0 };
	while (at < text.n) {
		size_t from = at;
		uint32_t c = (unsigned char)text.p[at];
		uint8_t class;
		if (c < 0x80) {
			class = word_ascii_class[c];
			at++;
		} else {
			c = wide_next(text, &at);
			class = word_wide_class(c);
		}
		bool letter = is_letter(class);
		if (!letter && ret->size && class != WORD_INSIDE) {
			at = from;
			break;
		}
		if (class == WORD_SPACE)
			continue;
		s->chars++;
		if (class == WORD_WIDE) {
			count_letter(s, class);
			*ret_at = at;
			*ret = (struct word){ .hash = c * 0x9E3779B1u | 1, .size = 1, .wide = true };
			return true;
		}
		if (!letter) {
			count_class(s, class, c);
			continue;
		}
		if (!ret->size) {
			ret->capital = class == WORD_UPPER;
			ret->number = class == WORD_DIGIT;
		}
		count_letter(s, class);
		ret->size++;
		spell(&w, text.p + from, at - from);
	}
	*ret_at = at;
	ret->hash = word_hash_end(word_hash_step(w.hash, w.bytes));
	return ret->size != 0;
}
