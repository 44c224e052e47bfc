#include "util/map.h"

#include <stdlib.h>
#include "util/hash.h"

struct map_slot {
	char *key; /* NULL: free */
	size_t key_n;
	uint64_t hash;
	uint64_t value;
};

static struct map_slot *slot_of(const struct map *map, struct view key, uint64_t hash)
{
	size_t mask = map->cap - 1;
	for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
		struct map_slot *slot = &map->slots[i];
		if (!slot->key || (slot->hash == hash && view_eq(view_make(slot->key, slot->key_n), key)))
			return slot;
	}
}

static bool grow(struct map *map)
{
	struct map old = *map;
	map->cap = old.cap ? old.cap * 2 : 64;
	map->slots = calloc(map->cap, sizeof(*map->slots));
	if (!map->slots) {
		*map = old;
		return false;
	}
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].key)
			*slot_of(map, view_make(old.slots[i].key, old.slots[i].key_n), old.slots[i].hash) =
				old.slots[i];
	free(old.slots);
	return true;
}

uint64_t *map_put(struct map *map, struct view key)
{
	if (map->count * 4 >= map->cap * 3 && !grow(map))
		return NULL;
	uint64_t hash = hash64(key, 0);
	struct map_slot *slot = slot_of(map, key, hash);
	if (!slot->key) {
		slot->key = malloc(key.n + 1);
		if (!slot->key)
			return NULL;
		if (key.n)
			memcpy(slot->key, key.p, key.n);
		slot->key[key.n] = 0;
		slot->key_n = key.n;
		slot->hash = hash;
		slot->value = 0;
		map->count++;
	}
	return &slot->value;
}

uint64_t *map_get(const struct map *map, struct view key)
{
	if (map->cap == 0)
		return NULL;
	struct map_slot *slot = slot_of(map, key, hash64(key, 0));
	return slot->key ? &slot->value : NULL;
}

void map_free(struct map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->cap; i++)
		free(map->slots[i].key);
	free(map->slots);
	*map = (struct map){ 0 };
}
