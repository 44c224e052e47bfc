/* Lines of gone.jsonl. */
#ifndef GARNER_STORE_GONE_H
#define GARNER_STORE_GONE_H

#include <stdbool.h>
#include <stdint.h>
#include "util/error.h"
#include "util/view.h"

struct gone {
	int64_t n;
	uint64_t id;
	bool lost;    /* by damage: it may come again */
	char raw[64]; /* file of its capture; "" none */
	int64_t from, to;
};
/* 0, or -EINVAL. */
int gone_read(struct view line, struct gone *ret_gone);
/* Looks up @n, or with GARNER_NO_NUMBER @id, among what was taken out of the store at @root. GARNER_FORGOTTEN: there it
 * is, and @error says when and why; 1: it is not; < 0. */
int gone_tell(const char *root, int64_t n, uint64_t id, struct error *error);

#endif
