/* What meta elements are called, and what they speak of; inside meta/ only. */
#ifndef GARNER_META_METAKEYS_H
#define GARNER_META_METAKEYS_H

#include "meta/evidence.h"

struct metakey {
	struct view name; /* lower case */
	uint8_t fact, origin, rank;
};

/* The row of @key (not empty, any case), or NULL. */
const struct metakey *metakeys_find(struct view key);

#endif
