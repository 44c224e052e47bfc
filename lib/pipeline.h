/* The flow: one reader, worker threads, one ordered writer, over a bounded ring of pages. */
#ifndef GARNER_PIPELINE_H
#define GARNER_PIPELINE_H

#include <stdatomic.h>
#include "capture/source.h"
#include "stage.h"

/* Takes each page in input order, on the thread that called pipeline_run. page->reason tells how the
 * stages ended. 0, or < 0 to end the run. */
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
	int jobs;		 /* >= 1; 1 runs everything on the calling thread */
	const atomic_bool *stop; /* ends the run after the pages in work */
	pipeline_sink *sink;
	void *user;
	void (*tick)(void *user, const char *in_work); /* now and then; may be NULL */
	/* While true, workers pack the captures of their pages for the store; NULL: nobody keeps them. */
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
