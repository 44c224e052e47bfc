/* Which texts a later one of the same document has replaced: a bit a number. */
#ifndef GARNER_STORE_NEWEST_H
#define GARNER_STORE_NEWEST_H

#include "store/catalogue.h"

struct newest {
	uint8_t *replaced;
	int64_t bytes;
};

/* Of all texts in @catalogue, in one walk. -ENOMEM with words. */
int newest_read(struct newest *newest, struct catalogue *catalogue, struct error *error);
/* A text has replaced number @n; GARNER_NO_NUMBER: none. 0 or -ENOMEM. */
int newest_replace(struct newest *newest, int64_t n);
/* Whether a later text has replaced number @n. */
bool newest_is_replaced(const struct newest *newest, int64_t n);
void newest_free(struct newest *newest);

#endif
