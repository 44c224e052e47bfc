/* Does a pattern repeat a repetition: (a+)+, (?:\w+ ?)*? On a line that it does not match, such a one tries every way
 * of sharing the line out between the two, which are more ways than there is time. The limit of steps ends that, and
 * the line counts as not found: a rule should not come to it. */
#include "extract/rule_pattern.h"

enum { DEPTH_MAX = 32 };

struct walk {
	const char *p, *end;
	bool repeats[DEPTH_MAX]; /* of the groups that are open: something in it is repeated without end */
	int depth;
};

static void skip_class(struct walk *walk)
{
	walk->p++;
	if (walk->p < walk->end && *walk->p == '^')
		walk->p++;
	for (bool first = true; walk->p < walk->end && (*walk->p != ']' || first); first = false)
		walk->p += *walk->p == '\\' && walk->p + 1 < walk->end ? 2 : 1;
	walk->p += walk->p < walk->end;
}

/* The quantifier at @walk, if one stands there: does it repeat without end, and give back what it took? */
static bool take_endless(struct walk *walk)
{
	bool endless = false;
	if (walk->p == walk->end)
		return false;
	if (*walk->p == '*' || *walk->p == '+') {
		endless = true;
	} else if (*walk->p == '{') {
		const char *close = memchr(walk->p, '}', (size_t)(walk->end - walk->p));
		endless = close && close[-1] == ',';
		walk->p = close ? close : walk->p;
	} else if (*walk->p != '?') {
		return false;
	}
	walk->p++;
	if (walk->p < walk->end && (*walk->p == '?' || *walk->p == '+'))
		endless = endless && *walk->p++ != '+';
	return endless;
}

bool pattern_repeats_repetition(struct view source)
{
	struct walk walk = { .p = source.p, .end = source.p + source.n };
	while (walk.p < walk.end) {
		bool inner = false, group = false;
		char c = *walk.p;
		if (c == '(') {
			if (++walk.depth == DEPTH_MAX)
				return true; /* nobody knows */
			walk.repeats[walk.depth] = false;
			walk.p++;
			/* The question mark of (?: and its kin is no quantifier. */
			walk.p += walk.p < walk.end && *walk.p == '?';
			continue;
		}
		if (c == ')' && walk.depth > 0) {
			inner = walk.repeats[walk.depth--];
			group = true;
			walk.p++;
		} else if (c == '[') {
			skip_class(&walk);
		} else {
			walk.p += c == '\\' && walk.p + 1 < walk.end ? 2 : 1;
		}
		bool endless = take_endless(&walk);
		if (group && endless && inner)
			return true;
		walk.repeats[walk.depth] = walk.repeats[walk.depth] || endless || inner;
	}
	return false;
}
