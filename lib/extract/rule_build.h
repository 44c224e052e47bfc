/* Making the look-up of all rules: what the files that make it share. */
#ifndef GARNER_EXTRACT_RULE_BUILD_H
#define GARNER_EXTRACT_RULE_BUILD_H

#include "extract/rule_image.h"
#include "extract/rules.h"

/* Rows that grow; what is left behind goes with the arena. */
struct rows {
	char *p;
	size_t count, room; /* rows */
};

/* Texts that are looked up, each with a chain of numbers. */
struct chain {
	uint32_t number, next; /* next: a place and 1 */
};
struct group {
	struct map by_text; /* -> place in @texts and 1 */
	struct rows texts;  /* struct image_text; until the end first and count are the chain's first and last and 1 */
	struct rows chains;
};

struct grams {
	struct rows rows;
	uint64_t *bits, *page_bits, *twos;
};

struct build {
	struct rules *rules;
	struct arena *arena;
	struct rule_image *image;
	struct rows strings, prefixes, needs, always;
	struct grams open, begun;
	struct group lines, words;
	uint64_t *first, *begin_bits, *prefix_bits, *long_bits, *page_bits, *listed, *lexicon_bits, *sum_bits,
		*sum_words;
	struct image_byte *bytes;
	bool failed; /* no memory */
};

/* Room for @count more rows of @size bytes; NULL: no memory. */
void *build_rows(struct build *build, struct rows *rows, size_t count, size_t size);
/* A text's place among the strings. */
uint32_t build_string(struct build *build, struct view text);
/* One row more than @count, of zeros; NULL: no memory. */
void *build_zeros(struct build *build, size_t count, size_t size);

static inline void build_put(uint64_t *set, size_t i)
{
	set[i / 64] |= (uint64_t)1 << (i % 64);
}

/* rule_build_patterns.c: what is known of the pattern of @rule, number @i of all, into its row and the tables. */
void build_pattern(struct build *build, const struct rule *rule, size_t i, struct image_pattern *row);
/* What is found by hashes, sorted by them. */
void build_pattern_tables(struct build *build);

#endif
