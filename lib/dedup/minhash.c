#include <utf8proc.h>
#include "dedup/dedup.h"
#include "normalise/unicode.h"
#include "util/utf8.h"

enum {
	BINS = MINHASH_BYTES,
	SHINGLE_WORDS = 3,
	SHINGLE_CHARACTERS = 5,
	WINDOW = 8, /* a power of two over both */
};

#define EMPTY UINT64_MAX

struct shingler {
	uint64_t window[WINDOW]; /* hashes of the last tokens */
	uint64_t tokens;
	uint64_t bins[BINS]; /* smallest shingle hash of each bin */
};

/* The finaliser of MurmurHash3: every input bit reaches every output bit. */
static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xFF51AFD7ED558CCD);
	h ^= h >> 33;
	h *= UINT64_C(0xC4CEB9FE1A85EC53);
	return h ^ h >> 33;
}

static void add_shingle(struct shingler *s, unsigned length)
{
	uint64_t h = length;
	for (unsigned i = 0; i < length; i++)
		h = (h ^ s->window[(s->tokens - length + i) % WINDOW]) * UINT64_C(0x9E3779B97F4A7C15) + (h >> 29);
	h = mix(h);
	uint64_t *bin = &s->bins[h >> 56], value = h & (EMPTY >> 8);
	if (value < *bin)
		*bin = value;
}

static void add_token(struct shingler *s, uint64_t hash, unsigned length)
{
	s->window[s->tokens++ % WINDOW] = hash;
	if (s->tokens >= length)
		add_shingle(s, length);
}

static const uint64_t token_start = UINT64_C(0xCBF29CE484222325), token_step = UINT64_C(0x100000001B3);

static uint64_t add_character(uint64_t hash, uint32_t cp)
{
	return (hash ^ cp) * token_step;
}

/* By byte: an ASCII letter or digit in lower case; 0: it is none. */
#define AS(c) [c] = c
static const uint8_t word_bytes[256] = { AS('0'), AS('1'), AS('2'), AS('3'), AS('4'), AS('5'), AS('6'), AS('7'),
	AS('8'), AS('9'), AS('a'), AS('b'), AS('c'), AS('d'), AS('e'), AS('f'), AS('g'), AS('h'), AS('i'), AS('j'),
	AS('k'), AS('l'), AS('m'), AS('n'), AS('o'), AS('p'), AS('q'), AS('r'), AS('s'), AS('t'), AS('u'), AS('v'),
	AS('w'), AS('x'), AS('y'), AS('z'), ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
	['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm',
	['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't', ['U'] = 'u',
	['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z' };
#undef AS

/* A run of ASCII letters and digits at @at, in lower case. */
static size_t ascii_word(struct view text, size_t at, uint64_t *hash)
{
	uint64_t h = *hash;
	for (uint8_t c; at < text.n && (c = word_bytes[(unsigned char)text.p[at]]); at++)
		h = (h ^ c) * token_step;
	*hash = h;
	return at;
}

static void shingle(struct shingler *s, struct view text)
{
	uint64_t word = token_start;
	for (size_t at = 0; at < text.n;) {
		size_t start = at;
		at = ascii_word(text, at, &word);
		if (at > start)
			continue;
		uint32_t cp = (unsigned char)text.p[at] < 0x80 ? (unsigned char)text.p[at++] : utf8_next(text, &at);
		unsigned entry = cp < 0x80 ? 0 : unicode_entry(cp);
		bool letter = entry & UNICODE_WORD, alone = entry & (UNICODE_IDEOGRAPH | UNICODE_SPACELESS);
		if (letter && !alone) {
			word = add_character(word, (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp));
			continue;
		}
		if (word != token_start)
			add_token(s, word, SHINGLE_WORDS);
		word = token_start;
		if (letter)
			add_token(s, add_character(token_start, cp), SHINGLE_CHARACTERS);
	}
	if (word != token_start)
		add_token(s, word, SHINGLE_WORDS);
	/* Too short for a shingle: what there is, as one. */
	if (s->tokens > 0 && s->tokens < SHINGLE_CHARACTERS)
		add_shingle(s, (unsigned)s->tokens);
}

/* An empty bin borrows from a full one, by its own sequence of tries, so that it agrees in two texts as often as
 * they are alike. */
static uint64_t borrowed(const struct shingler *s, unsigned bin)
{
	for (uint64_t attempt = 1;; attempt++) {
		uint64_t value = s->bins[mix((uint64_t)bin << 32 | attempt) % BINS];
		if (value != EMPTY)
			return value;
	}
}

void minhash_of(struct view text, struct minhash *ret_signature)
{
	struct shingler s = { .tokens = 0 };
	for (unsigned i = 0; i < BINS; i++)
		s.bins[i] = EMPTY;
	shingle(&s, text);
	*ret_signature = (struct minhash){ { 0 } };
	if (s.tokens == 0)
		return;
	for (unsigned i = 0; i < BINS; i++) {
		uint64_t value = s.bins[i] != EMPTY ? s.bins[i] : borrowed(&s, i);
		ret_signature->bytes[i] = (uint8_t)mix(value);
	}
}

double minhash_similarity(const struct minhash *a, const struct minhash *b)
{
	unsigned same = 0;
	for (unsigned i = 0; i < BINS; i++)
		same += a->bytes[i] == b->bytes[i];
	/* One byte agrees by accident once in 256. */
	double share = (double)same / BINS, accident = 1.0 / 256;
	return share <= accident ? 0 : (share - accident) / (1 - accident);
}

uint32_t minhash_band(const struct minhash *signature, unsigned band)
{
	const uint8_t *p = signature->bytes + (size_t)band * (MINHASH_BYTES / MINHASH_BANDS);
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
