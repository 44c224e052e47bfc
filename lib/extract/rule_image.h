/* The look-up of all rules as constant tables without pointers: of our own rules they are made at build time
 * (make_rule_image.c) and mapped with the program, of a user's rules in memory, by the same code. Building them took
 * two thirds of the time of cleaning one small page.
 *
 * Numbers of one table point into another; texts are offsets into @strings. Four bytes are compared as they lie in
 * memory: the tables are made and asked on one kind of machine. */
#ifndef GARNER_EXTRACT_RULE_IMAGE_H
#define GARNER_EXTRACT_RULE_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "util/view.h"

enum {
	IMAGE_BYTES = 256,
	IMAGE_GRAM_BITS = 1 << 16,
	IMAGE_GRAM_LISTS = 1 << 12,
	IMAGE_PAIRS = 1 << 16,
	IMAGE_PLACES = 4, /* first bytes that are looked at */
	IMAGE_PREFIX = 5, /* bytes of an entry: how many, and up to four */
};
/* What two bytes may be the beginning of. */
enum { PAIR_TWO = 1, PAIR_FOUR = 2 };
enum { IMAGE_EXACT = 1, IMAGE_PATTERN = 2, IMAGE_HEADLINES = 4, IMAGE_REST = 8 };

/* Rows of 32-bit numbers only: the generator writes them without knowing what they mean. */
struct image_rule {
	uint32_t id, kind, languages, place, source, source_n;
	uint32_t lines, words, zone, near, fact, detector, flags;
};
/* A folded line (or word) and where its rules (or senses) stand. */
struct image_text {
	uint32_t text, n, first, count;
};
/* A string that a pattern needs, found by four (or two) bytes of it. */
struct image_gram {
	uint32_t bytes, pattern, text, n;
	uint32_t offset; /* of these bytes in the string */
};
/* A sense of a word. */
struct word {
	uint32_t class;
	int32_t value;
};

/* Type, name, numbers a row. Sets of bits have @cells numbers, one bit a pattern. */
#define RULE_IMAGE_TABLES(X)                                                                                           \
	X(char, strings, 1)                                                                                            \
	X(struct image_rule, rules, 13)                                                                                \
	X(uint32_t, patterns, 1)    /* the rule of each, in the order of the rules */                                  \
	X(uint64_t, folded, 1)	    /* IMAGE_PLACES times 256 sets: may have this byte there */                        \
	X(uint64_t, exact, 1)	    /* the same of the line as it stands */                                            \
	X(uint64_t, words, 1)	    /* RULE_WORDS_MAX + 1 sets: may have so many words */                              \
	X(uint64_t, free, 1)	    /* a set: needs no string that is known */                                         \
	X(uint64_t, closed, 1)	    /* a set: all its beginnings are known */                                          \
	X(uint32_t, prefix_from, 1) /* by pattern, and the end */                                                      \
	X(uint8_t, prefixes, 1)	    /* IMAGE_PREFIX bytes each */                                                      \
	X(uint8_t, pairs, 1)                                                                                           \
	X(uint64_t, four_bits, 1) /* by hash: is there any */                                                          \
	X(uint64_t, two_bits, 1)                                                                                       \
	X(uint32_t, four_from, 1) /* by hash: first of @four, and the end */                                           \
	X(uint32_t, two_from, 1)                                                                                       \
	X(struct image_gram, four, 5)                                                                                  \
	X(struct image_gram, two, 5)                                                                                   \
	X(uint64_t, listed, 1) /* by beginning and length: may such a line be listed */                                \
	X(struct image_text, lines, 4)                                                                                 \
	X(uint32_t, line_rules, 1)                                                                                     \
	X(uint32_t, line_slots, 1) /* by hash64, open addressing: number in @lines and 1, 0 free */                    \
	X(struct image_text, lexicon, 4)                                                                               \
	X(struct word, senses, 2)                                                                                      \
	X(uint32_t, lexicon_slots, 1)

struct rule_image {
#define IMAGE_MEMBER(type, name, columns)                                                                              \
	const type *name;                                                                                              \
	size_t name##_count;
	RULE_IMAGE_TABLES(IMAGE_MEMBER)
#undef IMAGE_MEMBER
	size_t cells;	/* 64-bit words of a set of patterns */
	size_t longest; /* bytes of the longest line that is listed */
};

struct rules;
/* Of all rules read, in rules->arena. 0 or -ENOMEM. */
int rule_image_make(struct rules *rules, struct rule_image *ret_image);
/* The text's row by its folded spelling, or NULL. */
const struct image_text *rule_image_look(const struct rule_image *image, const struct image_text *texts,
	const uint32_t *slots, size_t slot_count, struct view key);

/* rule_image_builtin.c, made at build time from the .rules files. */
extern const struct rule_image rule_image_builtin;

static inline uint32_t image_four(const char *p)
{
	uint32_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t image_two(const char *p)
{
	uint16_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t image_hash(uint32_t bytes)
{
	return (bytes * 0x9E3779B1u) >> 16;
}

/* Of a line's beginning, end and length. */
static inline uint32_t image_line_hash(struct view core)
{
	uint32_t bytes = core.n >= 4 ? image_four(core.p) ^ image_four(core.p + core.n - 4) * 0x85EBCA6Bu
				     : (uint32_t)(unsigned char)core.p[0];
	return image_hash(bytes + (uint32_t)core.n * 0xC2B2AE35u);
}

#endif
