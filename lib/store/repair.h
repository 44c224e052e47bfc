/* Making a store whole again. */
#ifndef GARNER_STORE_REPAIR_H
#define GARNER_STORE_REPAIR_H

#include "store/store.h"

/* Each thing that was wrong, and each document that is lost, goes to @fn. 0: nothing was wrong; 1: something was and
 * is mended or named; < 0: it could not be done. The fetch state is kept where the old catalogue can be read. */
int store_repair(const char *path, const struct engine *engine, garner_finding_fn *fn, void *user, struct error *error);

#endif
