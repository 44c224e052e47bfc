/* The elements that stand open, as a rough tree builder sees them: good enough to know how deep the real one
 * would be. */
#ifndef GARNER_DOM_NESTING_H
#define GARNER_DOM_NESTING_H

#include <stdbool.h>
#include <stdint.h>
#include "dom/token.h"
#include "util/limits.h"

enum {
	NESTING_BUCKETS = 64,
	/* Sum of the depth over all tokens. gumbo took 20 ns for each in the worst pages; a usual page has 200,000. */
	NESTING_WORK_MAX = 20000000,
};

/* All zero at the start of a page. */
struct nesting {
	size_t depth, work;
	uint16_t count[DOM_TAG_COUNT]; /* of the open ones that have a tag: most that are looked for are not there */
	size_t dropped_count;
	uint32_t dropped[NESTING_BUCKETS]; /* start tags left out, whose end tags go too */
	bool flattened;
	uint32_t open[LIMIT_DOM_DEPTH]; /* enum dom_tag, or a hash of the name with NESTING_HASH set */
};

/* NESTING_UNKNOWN: gumbo 0.10.1 has no number for the name. Outside of svg and math it takes all of these for one. */
#define NESTING_HASH	(UINT32_C(1) << 31)
#define NESTING_UNKNOWN (UINT32_C(1) << 30)

/* What stands in nesting.open for the element of this tag. @p: the page's bytes. */
uint32_t nesting_name(const char *p, const struct token *token);
/* What nesting.open holds is an element that gumbo has no number for. */
bool nesting_is_unknown(uint32_t name);
/* False: the tag is nested deeper than LIMIT_DOM_DEPTH and is to be left out. */
bool nesting_open(struct nesting *nesting, const char *p, const struct token *token);
bool nesting_close(struct nesting *nesting, const char *p, const struct token *token);
/* The same for the usual end tag, of what was opened last. False: nothing was done. */
static inline bool nesting_close_top(struct nesting *nesting, const struct token *token)
{
	if (nesting->dropped_count || !nesting->depth || token->tag == DOM_OTHER ||
		nesting->open[nesting->depth - 1] != token->tag)
		return false;
	nesting->depth--;
	nesting->count[token->tag]--;
	return true;
}

#endif
