/* How every match of a pattern begins: found by reading the pattern, used to ask few patterns. */
#ifndef GARNER_EXTRACT_RULE_PREFIX_H
#define GARNER_EXTRACT_RULE_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/view.h"

enum { PREFIX_SHORT = 4, PREFIX_BYTES = 8, PREFIX_SET_MAX = 256 };
struct prefix {
	char p[PREFIX_BYTES];
	unsigned char n;
	bool open; /* while deriving: the pattern may go on behind it */
};
/* Every subject that @source can match begins with one of these strings of @width bytes at most, fewer where there
 * would be too many. Beyond PREFIX_SHORT all digits of ASCII are written 0. Returns how many; 0: nothing is known.
 * @exact: subjects are lines as they stand, where \d may be a digit of any script; in folded ones it is one of ASCII.
 * @ret_looks: it begins with an assertion, which may rule some out. */
size_t pattern_prefixes(
	struct view source, bool exact, unsigned width, struct prefix ret_set[PREFIX_SET_MAX], bool *ret_looks);
/* The longest that are known, digits written 0 as by prefix_digits(): for looking up. 0 only where PREFIX_SHORT gives
 * 0. */
size_t pattern_long_prefixes(struct view source, bool exact, struct prefix ret_set[PREFIX_SET_MAX]);

/* Eight bytes, the first one in the lowest bits, with their digits as 0. */
static inline uint64_t prefix_digits(uint64_t bytes)
{
	const uint64_t high = 0x8080808080808080u, zeros = 0x3030303030303030u, ten = 0x7676767676767676u;
	/* What is a digit is below ten now; others, and what is not ASCII, get the high bit. */
	uint64_t low = bytes ^ zeros, others = (((low & ~high) + ten) | low) & high;
	return bytes & ~(((others ^ high) >> 7) * 0x0F);
}

#endif
