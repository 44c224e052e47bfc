#include "pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include "decode/decode.h"
#include "dedup/dedup.h"
#include "crew.h"
#include "document.h"
#include "dom/dom.h"
#include "extract/html.h"
#include "extract/text_rules.h"
#include "gate.h"
#include "lane.h"
#include "sieve.h"
#include "meta/meta.h"
#include "normalise/normalise.h"
#include "store/raw_pack.h"
#include "util/clock.h"
#include "util/limits.h"

static int dom_open(const struct engine *engine, void **ret_state, struct error *error)
{
	(void)engine;
	*ret_state = dom_scratch_new();
	return *ret_state ? 0 : error_set(error, -ENOMEM, "no memory for the parser");
}

static int dom_run(void *state, struct page *page)
{
	return dom_parse_with(state, page);
}

static void dom_close(void *state)
{
	dom_scratch_free(state);
}

static const struct stage dom_stage = { "dom", dom_open, dom_run, dom_close };

enum { ON_HTML = 1 << PAGE_HTML, ON_TEXT = 1 << PAGE_TEXT, ON_ALL = ON_HTML | ON_TEXT | 1 << PAGE_UNKNOWN };

/* The whole flow of a page, from captured bytes to a finished document. */
static const struct {
	int kinds;
	const struct stage *stage;
} stages[] = {
	{ ON_ALL, &document_begin_stage },
	{ ON_ALL, &decode_stage },
	{ ON_HTML, &dom_stage },
	{ ON_HTML, &meta_read_stage },
	{ ON_HTML, &extract_html_stage },
	{ ON_HTML, &text_rules_stage },
	{ ON_TEXT, &text_lines_stage },
	{ ON_ALL, &meta_decide_stage },
	{ ON_ALL, &normalise_stage },
	{ ON_ALL, &gate_stage },
	{ ON_ALL, &sieve_stage },
	{ ON_ALL, &lang_stage },
	{ ON_ALL, &digest_stage },
	{ ON_ALL, &document_end_stage },
};
enum { STAGE_COUNT = sizeof(stages) / sizeof(stages[0]) };
_Static_assert((int)STAGE_COUNT <= (int)PIPELINE_STAGES_MAX, "raise PIPELINE_STAGES_MAX");

const char *pipeline_stage_name(size_t i)
{
	static const char *const parts[] = {
		[PART_READ] = "read",
		[PART_KEEP] = "keep",
		[PART_PACK] = "pack captures",
		[PART_STORE] = "store: known, near",
		[PART_FRAMES] = "store: frames",
		[PART_ROWS] = "store: rows, lines",
		[PART_COMMIT] = "store: commit",
		[PART_FINISH] = "store: finish",
	};
	return i < STAGE_COUNT ? stages[i].stage->name : i < STAGE_COUNT + PART_COUNT ? parts[i - STAGE_COUNT] : NULL;
}

size_t pipeline_part_place(enum pipeline_part part)
{
	return STAGE_COUNT + (size_t)part;
}

void lane_close(struct lane *lane)
{
	arena_free(&lane->arena);
	lane->packer = raw_packer_free(lane->packer);
	for (size_t i = 0; i < STAGE_COUNT; i++)
		if (stages[i].stage->close)
			stages[i].stage->close(lane->states[i]);
}

int lane_open(struct lane *lane, const struct pipeline *pipeline, struct arena_pool *pool, struct error *error)
{
	*lane = (struct lane){ .measure = pipeline->stage_ns != NULL };
	arena_init(&lane->arena, LIMIT_PAGE_MEMORY);
	lane->arena.keep = ARENA_KEEP_LANE_BYTES;
	lane->arena.pool = pool;
	for (size_t i = 0; i < STAGE_COUNT; i++) {
		if (!stages[i].stage->open)
			continue;
		int result = stages[i].stage->open(pipeline->engine, &lane->states[i], error);
		if (result < 0) {
			lane_close(lane);
			return result;
		}
	}
	return 0;
}

uint64_t lane_clock(struct lane *lane, enum pipeline_part part, uint64_t before)
{
	if (!lane->measure)
		return 0;
	uint64_t now = clock_thread();
	lane->ns[STAGE_COUNT + part] += now - before;
	return now;
}

int lane_run(struct lane *lane, struct page *page)
{
	for (size_t i = 0; i < STAGE_COUNT; i++) {
		if (!(stages[i].kinds & 1 << page->kind))
			continue;
		uint64_t before = lane->measure ? clock_thread() : 0;
		int result = stages[i].stage->run(lane->states[i], page);
		if (lane->measure)
			lane->ns[i] += clock_thread() - before;
		if (result < 0)
			return result;
		if (result > 0) {
			page->reason = result;
			return result;
		}
	}
	return 0;
}

void lane_digest(struct lane *lane, struct page *page, struct page *next)
{
	uint64_t before = lane->measure ? clock_thread() : 0;
	digest_ahead(page, next);
	for (size_t i = 0; lane->measure && i < STAGE_COUNT; i++)
		if (stages[i].stage == &digest_stage)
			lane->ns[i] += clock_thread() - before;
}

void lane_lend(struct lane *lane, struct page *page)
{
	struct arena own = page->arena;
	size_t body = page->capture.body.n < LIMIT_PAGE_MEMORY ? page->capture.body.n : LIMIT_PAGE_MEMORY;
	size_t left = LIMIT_PAGE_MEMORY - body;
	page->arena = lane->arena;
	page->arena.limit = left < ARENA_CHUNK_BYTES ? ARENA_CHUNK_BYTES : left;
	lane->arena = own;
}

void lane_take_back(struct lane *lane, struct page *page)
{
	struct arena lent = page->arena;
	page->arena = lane->arena;
	lane->arena = lent;
	lane->arena.limit = LIMIT_PAGE_MEMORY;
}

void lane_sum(const struct lane *lane, const struct pipeline *pipeline)
{
	for (size_t i = 0; pipeline->stage_ns && i < STAGE_COUNT + PART_COUNT; i++)
		pipeline->stage_ns[i] += lane->ns[i];
}

static void page_open(struct page *page, const struct pipeline *pipeline, struct arena_pool *pool)
{
	arena_init(&page->arena, LIMIT_PAGE_MEMORY);
	page->arena.keep = ARENA_KEEP_LANE_BYTES;
	page->arena.pool = pool;
	page->options = &pipeline->engine->options;
	page_reset(page);
}

int lane_refuse(struct lane *lane, struct page *page, int reason)
{
	page->reason = reason;
	int result = document_begin_stage.run(lane->states[0], page);
	return result < 0 ? result : 0;
}

int pipeline_run_page(const struct pipeline *pipeline, struct page *page, struct error *error)
{
	struct lane lane;
	int result = lane_open(&lane, pipeline, NULL, error);
	if (result < 0)
		return result;
	result = lane_run(&lane, page);
	if (result < 0)
		error_set(error, result, "%s", page->error.text);
	else
		result = pipeline->sink(pipeline->user, page, error);
	lane_sum(&lane, pipeline);
	lane_close(&lane);
	return result;
}

/* The pages that one thread has in hand: the one in work, and those behind it that are read already, so that bodies are
 * digested two at a time. With two behind it nine of ten bytes find another to go with, with one three of four. */
enum { INLINE_PAGES = 3 };

/* All that one thread needs to do everything. */
struct inline_run {
	const struct pipeline *pipeline;
	struct capture_reader *reader;
	struct arena_pool *pool;
	struct lane lane;
	struct page pages[INLINE_PAGES]; /* in turns */
	int results[INLINE_PAGES];	 /* what capture_next said of them */
	uint64_t read;
	bool ended; /* the last one that was read is the last there is */
};

static void inline_read(struct inline_run *run)
{
	const struct pipeline *pipeline = run->pipeline;
	struct page *page = &run->pages[run->read % INLINE_PAGES];
	page_reset(page);
	page->sequence = run->read;
	if (pipeline->tick)
		pipeline->tick(pipeline->user, capture_in_work(run->reader));
	uint64_t at = run->lane.measure ? clock_thread() : 0;
	int result = capture_next(run->reader, page);
	lane_clock(&run->lane, PART_READ, at);
	run->results[run->read++ % INLINE_PAGES] = result;
	run->ended = result < 0 || result == SOURCE_END;
}

/* The bodies of the pages in hand, from that of @sequence on, until its own is through. */
static void inline_digest(struct inline_run *run, uint64_t sequence)
{
	for (uint64_t next = sequence + 1; next < run->read; next++)
		if (run->results[next % INLINE_PAGES] == 0)
			lane_digest(&run->lane, &run->pages[sequence % INLINE_PAGES], &run->pages[next % INLINE_PAGES]);
}

/* A page that was read, through the stages into the sink. */
static int inline_page(struct inline_run *run, struct page *page, int result, struct error *error)
{
	struct lane *lane = &run->lane;
	if (result >= 0) {
		lane_lend(lane, page);
		result = result > 0 ? lane_refuse(lane, page, result) : lane_run(lane, page);
		uint64_t at = lane->measure ? clock_thread() : 0;
		if (result >= 0)
			result = run->pipeline->sink(run->pipeline->user, page, error);
		lane_clock(lane, PART_STORE, at);
		lane_take_back(lane, page);
		arena_reset(&lane->arena);
	}
	return result < 0 ? error_set(error, result, "%s", page->error.text) : 0;
}

/* Pages go through one by one, in their order, however many are read ahead. */
static int inline_pages(struct inline_run *run, struct error *error)
{
	size_t ahead = capture_is_at_hand(run->reader) ? INLINE_PAGES - 1 : 0;
	for (uint64_t sequence = 0; !atomic_load(run->pipeline->stop); sequence++) {
		while (!run->ended && run->read <= sequence + ahead)
			inline_read(run);
		int result = run->results[sequence % INLINE_PAGES];
		if (result == SOURCE_END)
			return 0;
		if (result == 0)
			inline_digest(run, sequence);
		result = inline_page(run, &run->pages[sequence % INLINE_PAGES], result, error);
		if (result < 0)
			return result;
	}
	return 0;
}

static int run_inline(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error)
{
	struct inline_run run = {
		.pipeline = pipeline, .reader = reader, .pool = arena_pool_new(ARENA_POOL_ALONE_BYTES)
	};
	int result = run.pool ? lane_open(&run.lane, pipeline, run.pool, error)
			      : error_set(error, -ENOMEM, "no memory for pages");
	if (result < 0) {
		arena_pool_free(run.pool);
		return result;
	}
	for (size_t i = 0; i < INLINE_PAGES; i++)
		page_open(&run.pages[i], pipeline, run.pool);
	result = inline_pages(&run, error);
	for (size_t i = 0; i < INLINE_PAGES; i++)
		arena_free(&run.pages[i].arena);
	lane_sum(&run.lane, pipeline);
	lane_close(&run.lane);
	arena_pool_free(run.pool);
	return result;
}

int pipeline_run(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error)
{
	return pipeline->jobs <= 1 ? run_inline(pipeline, reader, error) : crew_run(pipeline, reader, error);
}
