/* Arenas that no page has; the one used last is taken first, its memory is at hand. One thread at a time. */
#ifndef GARNER_SPARES_H
#define GARNER_SPARES_H

#include <stdbool.h>
#include <stddef.h>
#include "util/arena.h"

struct spares {
	struct arena *all;
	size_t count;
	size_t warm; /* so many keep what they have; more are out only while one page holds up the others */
};

/* @count arenas over @pool, each with LIMIT_PAGE_MEMORY, of which @keep bytes stay with it. False: no memory. */
bool spares_open(struct spares *spares, size_t count, size_t warm, struct arena_pool *pool, size_t keep);
/* There must be one. */
struct arena spares_take(struct spares *spares);
void spares_put(struct spares *spares, struct arena arena);
/* Takes the half-opened. */
void spares_free(struct spares *spares);

#endif
