/* Bytes of a line, counted by what they are, and where its words stand: many bytes at a time. */
#ifndef GARNER_EXTRACT_LINE_COUNT_H
#define GARNER_EXTRACT_LINE_COUNT_H

#include <stdbool.h>
#include <stdint.h>
#include "extract/text_lines.h"

enum { COUNT_BYTES = 400 }; /* of a line are looked at */

struct letters {
	unsigned letters, upper, digits, marks, commas, sentences, words, capitals, joints, wide, money;
	bool address; /* "http", "www.", ".com" or an at sign */
};

/* Of the first COUNT_BYTES of @text. */
void letters_count(struct view text, struct letters *ret);
/* The same, sixteen bytes at a time whatever the CPU has. For tests. */
void letters_count_plain(struct view text, struct letters *ret);

/* Words of a key: letters, digits, apostrophes, and every byte that is not ASCII. */
struct word_walk {
	const char *p;
	size_t n, base;
	uint64_t bits; /* of the 64 bytes at @base, those of words that were not walked over */
	bool wide;     /* there are scripts without spaces: the walk is over, line_next_word() tells */
};
/* LINE_SLACK bytes behind @key can be read. */
struct word_walk word_walk(struct view key);
/* Up to the next word. False: there is none, or wide. */
bool word_walk_next(struct word_walk *walk, struct view *ret_word);

#endif
