/* The contract of a stage. The table of all stages stands in pipeline.c. */
#ifndef GARNER_STAGE_H
#define GARNER_STAGE_H

#include <stdatomic.h>
#include "page.h"

struct rules;
struct model;
struct sieve;

/* What all threads share and nobody changes during a run. */
struct engine {
	struct garner_options options;
	struct rules *rules;	   /* extract/text_rules.h */
	const struct model *model; /* extract/model.h */
	struct sieve *sieve;	   /* sieve.h; NULL: everything is wanted */
	const atomic_bool *stop;   /* set: the run ends after the documents in work; NULL: never */
};

struct stage {
	const char *name;
	/* State of one worker thread (contexts that are costly to make); may be NULL. */
	int (*open)(const struct engine *engine, void **ret_state, struct error *error);
	/* 0, a reason > 0, or < 0 with page->error set. */
	int (*run)(void *state, struct page *page);
	void (*close)(void *state); /* takes NULL */
};

#endif
