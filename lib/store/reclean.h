/* Today's rules over the kept captures: what changes becomes a revision. */
#ifndef GARNER_STORE_RECLEAN_H
#define GARNER_STORE_RECLEAN_H

#include "store/store.h"

struct reclean;

/* With @dry nothing is written. A run that was stopped goes on at the file of captures where it was, when rules,
 * model, normaliser and garner are the same. */
int reclean_open(
	const char *path, const struct engine *engine, bool dry, struct reclean **ret_reclean, struct error *error);
/* The files of captures, for the pipeline. They live as long as @reclean. */
const char *const *reclean_inputs(const struct reclean *reclean, size_t *ret_count);
/* The pipeline's sink. @fn hears of each capture of a document's newest text. */
int reclean_page(struct reclean *reclean, struct page *page, garner_change_fn *fn, void *user, struct error *error);
/* @complete: all was read. Derived files are made. */
int reclean_finish(struct reclean *reclean, bool complete, struct error *error);
/* @why as of store_abort. Takes NULL. */
void reclean_abort(struct reclean *reclean, int why);

#endif
