/* Lines of gone.jsonl. */
#ifndef GARNER_STORE_GONE_H
#define GARNER_STORE_GONE_H

#include <stdint.h>
#include "util/view.h"

struct gone {
	int64_t n;
	char raw[64]; /* file of its capture; "" none */
	int64_t from, to;
};
/* 0, or -EINVAL. */
int gone_read(struct view line, struct gone *ret_gone);

#endif
