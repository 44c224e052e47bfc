/* Words of a text as the features count them, and a set of words with marks. */
#ifndef GARNER_EXTRACT_WORDS_H
#define GARNER_EXTRACT_WORDS_H

#include "extract/features.h"
#include "util/arena.h"

enum word_mark {
	WORD_TITLE = 1 << 0,
	WORD_DESCRIPTION = 1 << 1,
	WORD_BODY = 1 << 2,
	WORD_BODY_PAIR = 1 << 3, /* of two words one after the other */
	WORD_AUTHOR = 1 << 4,
	WORD_SITE = 1 << 5,
};

struct word_slot {
	uint32_t hash; /* 0: free */
	uint8_t marks;
};
struct word_set {
	struct word_slot *slots;
	uint32_t mask; /* 0: empty set */
};

/* Room for the words of @bytes bytes of text. False: no memory. */
bool words_init(struct word_set *set, struct arena *arena, size_t bytes);
/* Adds the words of @text (at most LIMIT_FACT_WORDS) with @mark, pairs with @pair_mark when not 0. Returns how many. */
uint32_t words_add(struct word_set *set, struct view text, uint8_t mark, uint8_t pair_mark);

/* Runs of words and the block that said them first: what is said twice shows (pull quotes, copies, tables of contents).
 */
struct echo {
	uint32_t *grams;     /* hashes; 0: free */
	uint32_t *blocks;    /* of those that are not free */
	uint32_t mask, room; /* runs that still may be put in */
};
/* For @bytes bytes of text. False: no memory. */
bool echo_init(struct echo *echo, struct arena *arena, size_t bytes);

/* Counts everything of @text, block @block, into @stats[@block]; hits against @set; echoes with the blocks before,
 * whose stats get theirs. WORD_SLACK bytes behind @text can be read (word_read.h). */
void words_scan(
	const struct word_set *set, struct view text, struct echo *echo, uint32_t block, struct text_stats *stats);
/* The same on any machine: words_scan() asks what this one has. */
void words_scan_any(
	const struct word_set *set, struct view text, struct echo *echo, uint32_t block, struct text_stats *stats);
/* The same a character at a time: what words_scan() must equal. */
void words_scan_plain(
	const struct word_set *set, struct view text, struct echo *echo, uint32_t block, struct text_stats *stats);

#endif
