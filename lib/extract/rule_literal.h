/* What a line must contain before a pattern can match it: found by reading the pattern, used to ask few patterns. */
#ifndef GARNER_EXTRACT_RULE_LITERAL_H
#define GARNER_EXTRACT_RULE_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include "util/view.h"

enum { LITERAL_BYTES = 24, LITERAL_SET_MAX = 96, LITERAL_BYTES_MIN = 2 };

struct literal {
	char p[LITERAL_BYTES];
	unsigned char n;
};

struct literal_set {
	size_t n;
	struct literal item[LITERAL_SET_MAX];
};

/* Every subject that @source matches contains one of @ret_set, each of LITERAL_BYTES_MIN bytes or more. False: nothing
 * is known (or no memory). The same idea as in "Regular Expression Matching with a Trigram Index" (Cox, 2012). */
bool pattern_literals(struct view source, struct literal_set *ret_set);

#endif
