/* Bytes to a 64-bit value. Keys are copied. Open addressing, grows by two. */
#ifndef GARNER_UTIL_MAP_H
#define GARNER_UTIL_MAP_H

#include <stdint.h>
#include "util/view.h"

struct map_slot;
struct map {
	struct map_slot *slots;
	size_t count, cap;
};

/* The value's place, made with 0 when @key is new; NULL: no memory. Valid until the next map_put. */
uint64_t *map_put(struct map *map, struct view key);
/* NULL when @key is not there. */
uint64_t *map_get(const struct map *map, struct view key);
void map_free(struct map *map);

#endif
