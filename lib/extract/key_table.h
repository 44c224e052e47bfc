/* Open addressing from a key to a number, sized once: what a page has seen before. */
#ifndef GARNER_EXTRACT_KEY_TABLE_H
#define GARNER_EXTRACT_KEY_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "util/arena.h"

struct key_item {
	uint64_t key;
	uint32_t value;
};
/* Only the slots are cleared, a quarter of what is there. */
struct key_table {
	uint32_t *slots; /* index of an item plus one; 0: free */
	struct key_item *items;
	uint32_t mask, count;
};

/* Room for @count keys and no more. False: no memory. */
static inline bool key_table_init(struct key_table *t, struct arena *arena, uint32_t count)
{
	uint32_t slots = 64;
	while (slots < count * 2)
		slots *= 2;
	*t = (struct key_table){ .slots = arena_calloc(arena, slots, sizeof(*t->slots)),
		.items = arena_alloc(arena, ((size_t)count + 1) * sizeof(*t->items)),
		.mask = slots - 1 };
	return t->slots && t->items;
}

/* The place of @key's value; *ret_new when the key was not there. */
static inline uint32_t *key_table_put(struct key_table *t, uint64_t key, bool *ret_new)
{
	for (uint64_t i = key * 0x9E3779B97F4A7C15u >> 32;; i++) {
		uint32_t *slot = &t->slots[i & t->mask];
		*ret_new = *slot == 0;
		if (*ret_new) {
			t->items[t->count] = (struct key_item){ .key = key };
			*slot = ++t->count;
		}
		if (t->items[*slot - 1].key == key)
			return &t->items[*slot - 1].value;
	}
}

#endif
