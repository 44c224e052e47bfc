#include "spares.h"

#include <stdlib.h>
#include "util/limits.h"

bool spares_open(struct spares *spares, size_t count, size_t warm, struct arena_pool *pool, size_t keep)
{
	spares->all = calloc(count, sizeof(*spares->all));
	spares->warm = warm;
	for (; spares->all && spares->count < count; spares->count++) {
		struct arena *arena = &spares->all[spares->count];
		arena_init(arena, LIMIT_PAGE_MEMORY);
		arena->keep = keep;
		arena->pool = pool;
	}
	return spares->all != NULL;
}

struct arena spares_take(struct spares *spares)
{
	return spares->all[--spares->count];
}

void spares_put(struct spares *spares, struct arena arena)
{
	spares->all[spares->count++] = arena;
	if (spares->count > spares->warm)
		arena_free(&spares->all[spares->count - spares->warm - 1]);
}

void spares_free(struct spares *spares)
{
	while (spares->count)
		arena_free(&spares->all[--spares->count]);
	free(spares->all);
}
