/* Lines of gone.jsonl. */
#ifndef GARNER_STORE_GONE_H
#define GARNER_STORE_GONE_H

#include <stdbool.h>
#include <stdint.h>
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

#endif
