/* Where in a name two letters stand that a word looked for begins with: few places, so that looking for these is all
 * that is done with most names of a page. */
#ifndef GARNER_META_LETTERPAIRS_H
#define GARNER_META_LETTERPAIRS_H

#include <stdint.h>
#include "util/view.h"

/* Of each letter ('a' is 1, 'z' is 26, whatever its case) the groups of pairs that it begins and that it ends, a bit
 * each; 0 of what is no letter. A pair that two groups let in by accident is the caller's to put out. */
struct letterpairs {
	uint8_t first[32], second[32];
};

/* The places from @at on, at most 64, as bits: by vectors where the machine has AVX2, and letter by letter. */
uint64_t letterpairs_find(const struct letterpairs *pairs, struct view name, size_t at);
uint64_t letterpairs_find_plain(const struct letterpairs *pairs, struct view name, size_t at);

#endif
