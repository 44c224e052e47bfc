/* The flow: pages are read one after the other, worked on by as many threads as are wanted, and written one after the
 * other in the order in which they came. */
#ifndef GARNER_PIPELINE_H
#define GARNER_PIPELINE_H

#include <stdatomic.h>
#include "capture/source.h"
#include "stage.h"

/* Takes each page in input order, one at a time; with more than one job on any of the run's threads. page->reason tells
 * how the stages ended. The bytes of the body are there where @pack_captures is set and the page came without
 * page->packed, or over the network; otherwise its length alone. 0, or < 0 to end the run. */
typedef int pipeline_sink(void *user, struct page *page, struct error *error);

/* What else takes time, numbered behind the stages; see pipeline_stage_name. */
enum pipeline_part {
	PART_READ,
	PART_KEEP,
	PART_PACK,
	PART_STORE,
	PART_FRAMES,
	PART_ROWS,
	PART_COMMIT,
	PART_FINISH,
	PART_COUNT
};
enum { PIPELINE_STAGES_MAX = 16, PIPELINE_TIMES_MAX = PIPELINE_STAGES_MAX + PART_COUNT };

struct pipeline {
	const struct engine *engine;
	int jobs;		 /* threads, >= 1; the calling one is the first of them */
	const atomic_bool *stop; /* ends the run after the pages in work */
	pipeline_sink *sink;
	void *user;
	void (*tick)(void *user, const char *in_work); /* now and then, never beside the sink; may be NULL */
	/* While true, captures are packed for the store before the sink has their pages; NULL: nobody keeps them. */
	const atomic_bool *pack_captures;
	uint64_t *stage_ns; /* PIPELINE_TIMES_MAX sums over all threads; NULL: not measured */
};

/* Everything @reader gives goes through the stages into the sink. */
int pipeline_run(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error);
/* One page that is filled already, on this thread. */
int pipeline_run_page(const struct pipeline *pipeline, struct page *page, struct error *error);
/* Name of what stage_ns[@i] is of: a stage, or a part behind them; NULL behind the last. */
const char *pipeline_stage_name(size_t i);
/* The place of @part in stage_ns. */
size_t pipeline_part_place(enum pipeline_part part);

#endif
