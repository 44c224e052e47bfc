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

static int run_inline(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error)
{
	struct lane lane;
	struct page page = { 0 };
	struct arena_pool *pool = arena_pool_new(ARENA_POOL_BYTES);
	int result = pool ? lane_open(&lane, pipeline, pool, error) : error_set(error, -ENOMEM, "no memory for pages");
	if (result < 0) {
		arena_pool_free(pool);
		return result;
	}
	page_open(&page, pipeline, pool);
	for (uint64_t sequence = 0; !atomic_load(pipeline->stop); sequence++) {
		page_reset(&page);
		page.sequence = sequence;
		if (pipeline->tick)
			pipeline->tick(pipeline->user, capture_in_work(reader));
		uint64_t at = lane.measure ? clock_thread() : 0;
		result = capture_next(reader, &page);
		lane_clock(&lane, PART_READ, at);
		if (result == SOURCE_END) {
			result = 0;
			break;
		}
		if (result >= 0) {
			lane_lend(&lane, &page);
			result = result > 0 ? lane_refuse(&lane, &page, result) : lane_run(&lane, &page);
			at = lane.measure ? clock_thread() : 0;
			if (result >= 0)
				result = pipeline->sink(pipeline->user, &page, error);
			lane_clock(&lane, PART_STORE, at);
			lane_take_back(&lane, &page);
			arena_reset(&lane.arena);
		}
		if (result < 0) {
			error_set(error, result, "%s", page.error.text);
			break;
		}
	}
	arena_free(&page.arena);
	lane_sum(&lane, pipeline);
	lane_close(&lane);
	arena_pool_free(pool);
	return result < 0 ? result : 0;
}

int pipeline_run(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error)
{
	return pipeline->jobs <= 1 ? run_inline(pipeline, reader, error) : crew_run(pipeline, reader, error);
}
