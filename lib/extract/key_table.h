/* Open addressing from a key to a number, sized once: what a page has seen before. */
#ifndef GARNER_EXTRACT_KEY_TABLE_H
#define GARNER_EXTRACT_KEY_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "util/arena.h"

struct key_slot {
	uint64_t key; /* 0: free */
	uint32_t value;
};
struct key_table {
	struct key_slot *slots;
	uint32_t mask;
};

/* Room for @count keys. False: no memory. */
static inline bool key_table_init(struct key_table *t, struct arena *arena, uint32_t count)
{
	uint32_t slots = 64;
	while (slots < count * 2)
		slots *= 2;
	t->slots = arena_calloc(arena, slots, sizeof(*t->slots));
	t->mask = slots - 1;
	return t->slots != NULL;
}

/* The place of @key's value; *ret_new when the key was not there. */
static inline uint32_t *key_table_put(struct key_table *t, uint64_t key, bool *ret_new)
{
	key = key ? key : 1;
	for (uint64_t i = key * 0x9E3779B97F4A7C15u >> 32;; i++) {
		struct key_slot *slot = &t->slots[i & t->mask];
		*ret_new = slot->key == 0;
		if (*ret_new)
			slot->key = key;
		if (slot->key == key)
			return &slot->value;
	}
}

#endif
