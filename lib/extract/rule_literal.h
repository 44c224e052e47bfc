/* What a line must contain before a pattern can match it: found by reading the pattern, used to ask few patterns. */
#ifndef GARNER_EXTRACT_RULE_LITERAL_H
#define GARNER_EXTRACT_RULE_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/view.h"

enum { LITERAL_BYTES = 24, LITERAL_SET_MAX = 400, LITERAL_BYTES_MIN = 2 };

struct literal {
	char p[LITERAL_BYTES];
	unsigned char n;
	bool front; /* no letter of ASCII stands before it */
};

struct literal_set {
	size_t n;
	struct literal item[LITERAL_SET_MAX];
};

/* What every subject that the pattern matches has. The idea of needed strings is that of "Regular Expression Matching
 * with a Trigram Index" (Cox, 2012). */
struct pattern_facts {
	struct literal_set
		needed;	   /* it contains one of these, of LITERAL_BYTES_MIN bytes or more; none: nothing known */
	uint64_t first[4]; /* its first byte is one of these */
	uint32_t longest;  /* bytes of it at most; UINT32_MAX: any */
	char must;	   /* a mark of ASCII that it contains; 0: none is known */
};

/* @exact: subjects are lines as they stand, the strings are looked for in folded ones. False: nothing is known (a
 * pattern with parts that this reader does not know, or no memory). */
bool pattern_read(struct view source, bool exact, struct pattern_facts *ret_facts);

#endif
