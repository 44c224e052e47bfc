/* The look-up of all rules as constant tables without pointers: of our own rules they are made at build time
 * (make_rule_image.c) and mapped with the program, of a user's rules in memory, by the same code. Building them took
 * two thirds of the time of cleaning one small page.
 *
 * Numbers of one table point into another; texts are offsets into @strings. Four bytes are compared as they lie in
 * memory: the tables are made and asked on one kind of machine. */
#ifndef GARNER_EXTRACT_RULE_IMAGE_H
#define GARNER_EXTRACT_RULE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "util/view.h"

enum {
	IMAGE_BYTES = 1 << 9,
	IMAGE_HASH_BITS = 1 << 16,
	IMAGE_LINE_BITS = 1 << 18,
	IMAGE_WORD_BITS = 1 << 15,
	IMAGE_TWO_BITS = 1 << 16,
	IMAGE_LONG_BITS = 1 << 17,
	IMAGE_LISTS = 1 << 14,
	IMAGE_GRAM_LISTS = 1 << 12,
	IMAGE_GRAM = 4, /* bytes by which a string is found; of shorter ones three or two */
	IMAGE_GRAM_SHORT = 3,
	IMAGE_FIRST = 4, /* numbers that hold a bit for each byte */
};
enum {
	IMAGE_EXACT = 1,
	IMAGE_PATTERN = 2,
	IMAGE_HEADLINES = 4,
	IMAGE_REST = 8,
	IMAGE_COMMENT = 16,
	IMAGE_SECTION = 32
};

/* Rows of 32-bit numbers only: the generator writes them without knowing what they mean. */
struct image_rule {
	uint32_t id, kind, languages, place, source, source_n;
	uint32_t lines, words, zone, near, fact, detector, flags;
};
/* A folded line (or word) and where its rules (or senses) stand. */
struct image_text {
	uint32_t text, n, first, count;
};
/* A pattern whose beginnings are known is found by them (struct image_prefix), and then by a string that it needs, if
 * one is known; any other by such a string alone, or it is always asked. */
struct image_pattern {
	uint32_t rule, words, exact;
	uint32_t must;		   /* a byte that stands in every match; 0: none is known */
	uint32_t begun;		   /* its beginnings are known */
	uint32_t prose;		   /* it is also asked of long prose */
	uint32_t strings;	   /* strings that it needs are known */
	uint32_t page;		   /* its rule is one for pages */
	uint32_t need, need_count; /* the strings, when they are few: rows of @needs */
};
/* A text alone. */
struct image_need {
	uint32_t text, n;
};
/* How a match of a pattern may begin: up to eight bytes, and how many. Lines of more words or bytes are not asked.
 * There are 20,000 of ours: the smaller they are, the more stay near. */
struct image_prefix {
	uint32_t low, high;
	uint32_t what; /* the pattern, and from bit 16 on image_prefix_key() and from bit 24 on IMAGE_PREFIX_... */
	uint32_t most; /* words, from bit 8 on struct image_pattern's @must, and from bit 16 on bytes, IMAGE_BYTES_ANY:
			  any */
};
enum { IMAGE_PREFIX_PROSE = 1, IMAGE_PREFIX_PAGE = 2, IMAGE_PREFIX_STRINGS = 4 }; /* of it */
enum { IMAGE_BYTES_ANY = 0xFFFF };
/* Of all beginnings of one byte: a line of more words or bytes is none of theirs. */
struct image_byte {
	uint32_t words, longest; /* 0: there is none */
	uint32_t shorts;	 /* bit n: others of n bytes, two or three, begin so, too */
	uint32_t must;		 /* a byte that all of them need; 0: none */
};
/* A string that a pattern needs, found by some bytes of it. */
struct image_gram {
	uint32_t bytes, size, pattern, text, n;
	uint32_t offset;     /* of these bytes in the string */
	uint32_t next, mask; /* up to four bytes behind them in the string */
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
	X(struct image_pattern, patterns, 10) /* in the order of the rules */                                          \
	X(uint64_t, first, 1)		      /* of each, IMAGE_FIRST numbers: may it begin with this byte */          \
	X(uint32_t, always, 1)		      /* patterns of which nothing is known */                                 \
	X(struct image_need, needs, 2)                                                                                 \
	X(struct image_byte, bytes, 4) /* by image_byte_at */                                                          \
	X(uint64_t, begin_bits, 1)     /* of the longer beginnings, by four bytes: is there any */                     \
	X(uint64_t, prefix_bits, 1)    /* of the other beginnings, by hash: is there any */                            \
	X(uint64_t, long_bits, 1)      /* of those of more than four bytes; their first four are in prefix_bits */     \
	X(uint64_t, page_bits, 1)      /* the same of patterns for pages alone */                                      \
	X(uint32_t, prefix_from, 1)    /* by hash: first of @prefixes, and the end */                                  \
	X(struct image_prefix, prefixes, 4)                                                                            \
	X(uint64_t, open_bits, 1)      /* strings of patterns that begin anyhow, by their bytes: is there any */       \
	X(uint64_t, open_page_bits, 1) /* of patterns for pages alone */                                               \
	X(uint64_t, open_twos, 1)      /* by its first byte: is any string of two bytes there */                       \
	X(uint32_t, open_from, 1)      /* by hash: first of @open, and the end */                                      \
	X(struct image_gram, open, 8)                                                                                  \
	X(uint64_t, begun_bits, 1) /* the same of patterns whose beginnings are known */                               \
	X(uint64_t, begun_page_bits, 1)                                                                                \
	X(uint64_t, begun_twos, 1)                                                                                     \
	X(uint32_t, begun_from, 1)                                                                                     \
	X(struct image_gram, begun, 8)                                                                                 \
	X(uint64_t, listed, 1) /* by beginning and length: may such a line be listed */                                \
	X(struct image_text, lines, 4)                                                                                 \
	X(uint32_t, line_rules, 1)                                                                                     \
	X(uint32_t, line_slots, 1)   /* by hash64, open addressing: number in @lines and 1, 0 free */                  \
	X(uint64_t, lexicon_bits, 1) /* the same of words */                                                           \
	X(uint64_t, sum_bits, 1)     /* by its first two bytes: may a line begin as a sum does, */                     \
	X(uint64_t, sum_words, 1)    /* or with a word of three letters or more that sums have */                      \
	X(struct image_text, lexicon, 4)                                                                               \
	X(struct word, senses, 2)                                                                                      \
	X(uint32_t, lexicon_slots, 1)

struct rule_image {
#define IMAGE_MEMBER(type, name, columns)                                                                              \
	const type *name;                                                                                              \
	size_t name##_count;
	RULE_IMAGE_TABLES(IMAGE_MEMBER)
#undef IMAGE_MEMBER
	size_t cells;	/* 64-bit words of a set with a bit for each pattern */
	size_t longest; /* bytes of the longest line that is listed */
	/* A string of patterns that begin anyhow may stand within a word: it is looked for from every byte on, the
	 * others from where something begins, see word_bits.h. */
	size_t anywhere;
	size_t always_words; /* lines of more are not asked of any of @always */
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

/* What bytes say that begin a line, as a place in a set of all two bytes. */
static inline uint32_t image_two(const char *p)
{
	return (uint32_t)(unsigned char)p[0] << 8 | (unsigned char)p[1];
}

/* In the three lower bytes. */
static inline uint32_t image_three(const char *p)
{
	return (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8 | (uint32_t)(unsigned char)p[2] << 16;
}

static inline uint32_t image_hash(uint32_t bytes)
{
	return (bytes * 0x9E3779B1u) >> 16;
}

/* Of @size bytes; what stands behind the first three is nothing to the shorter ones. */
static inline uint32_t image_gram_hash(uint32_t four, uint32_t size)
{
	return size == IMAGE_GRAM ? image_hash(four) : image_hash(four << 8) ^ 0x5A5A;
}

/* How many bytes, and of the line as it stands (@exact) or folded. The key of 0 bytes: the first four of longer ones.
 */
static inline uint32_t image_prefix_key(uint32_t n, uint32_t exact)
{
	return 2 * n + exact;
}

static inline uint32_t image_byte_at(uint64_t bytes, uint32_t exact)
{
	return (uint32_t)(bytes & 0xFF) * 2 + exact;
}

/* Of the first four bytes of a line, and which line. */
static inline uint32_t image_begin_hash(uint32_t four, uint32_t exact)
{
	return image_hash(four) ^ (exact ? 0xA5A5u : 0);
}

static inline uint32_t image_prefix_hash(uint64_t bytes, uint32_t key)
{
	return image_hash((uint32_t)bytes + key * 0xC2B2AE35u);
}

/* Of more than four bytes; 17 bits. */
static inline uint32_t image_long_hash(uint64_t bytes, uint32_t key)
{
	return (uint32_t)((bytes + key * 0xC2B2AE3D27D4EB4Fu) * 0x9E3779B97F4A7C15u >> 47);
}

/* Of a text's beginning, end and length. */
static inline uint64_t image_text_hash(struct view core)
{
	uint64_t bytes = (unsigned char)core.p[0];
	if (core.n >= 4)
		bytes = image_four(core.p) | (uint64_t)image_four(core.p + core.n - 4) << 32;
	bytes = (bytes ^ core.n * 0xC2B2AE3D27D4EB4Fu) * 0x9E3779B97F4A7C15u;
	return (bytes ^ bytes >> 32) * 0xD6E8FEB86659FD93u;
}

/* A set of texts in @bits, a power of two: three bits of each stand in one number of 64 (Putze, Sanders, Singler:
 * Cache-, Hash- and Space-Efficient Bloom Filters, 2007). */
static inline uint64_t image_text_marks(uint64_t hash)
{
	return (uint64_t)1 << (hash & 63) | (uint64_t)1 << (hash >> 6 & 63) | (uint64_t)1 << (hash >> 12 & 63);
}

static inline size_t image_text_at(uint64_t hash, uint32_t bits)
{
	return (size_t)(hash >> 40) & (bits / 64 - 1);
}

/* Of lines that were not put in, one in 110 seems to be there. */
static inline bool image_text_in(const uint64_t *set, uint32_t bits, struct view text)
{
	uint64_t hash = image_text_hash(text), marks = image_text_marks(hash);
	return (set[image_text_at(hash, bits)] & marks) == marks;
}

#endif
