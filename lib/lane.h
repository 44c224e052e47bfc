/* What one thread brings to the pages: a state of each stage, and memory for what the stages make. */
#ifndef GARNER_LANE_H
#define GARNER_LANE_H

#include "pipeline.h"

struct raw_packer;

struct lane {
	void *states[PIPELINE_STAGES_MAX];
	uint64_t ns[PIPELINE_TIMES_MAX];
	bool measure;
	struct raw_packer *packer; /* NULL: captures are not kept, or not packed here */
	struct arena arena;	   /* of the page in work: touched again and again, it stays in the cache */
};

/* @pool for its arena; may be NULL. 0 or < 0; a lane that failed is closed. */
int lane_open(struct lane *lane, const struct pipeline *pipeline, struct arena_pool *pool, struct error *error);
void lane_close(struct lane *lane);
/* All stages. 0 or a reason (page->reason), < 0 fatal with page->error. */
int lane_run(struct lane *lane, struct page *page);
/* The bodies of two pages whose stages have not run are digested at once, as far as the shorter one goes. */
void lane_digest(struct lane *lane, struct page *page, struct page *next);
/* What capture_next said of a page that gets no further: it keeps the names and goes to the sink. 0 or < 0. */
int lane_refuse(struct lane *lane, struct page *page, int reason);
/* In between what the stages make goes into the lane's arena, and page->arena is the lane's to keep; together with the
 * body it keeps to the ceiling of a page. */
void lane_lend(struct lane *lane, struct page *page);
void lane_take_back(struct lane *lane, struct page *page);
/* The time of this thread since @before, for @part; the time of now. 0 where nobody asked for times. */
uint64_t lane_clock(struct lane *lane, enum pipeline_part part, uint64_t before);
/* Its times onto those of the pipeline: one lane at a time. */
void lane_sum(const struct lane *lane, const struct pipeline *pipeline);

#endif
