#include "pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include "decode/decode.h"
#include "dedup/dedup.h"
#include "document.h"
#include "dom/dom.h"
#include "extract/html.h"
#include "extract/text_rules.h"
#include "gate.h"
#include "keep.h"
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

/* One worker's states of all stages. */
struct lane {
	void *states[STAGE_COUNT];
	uint64_t ns[STAGE_COUNT + PART_COUNT];
	bool measure;
	struct raw_packer *packer; /* NULL: captures are not kept, or not packed here */
	struct arena arena;	   /* of the page in work: touched again and again, it stays in the cache */
};

static void lane_close(struct lane *lane)
{
	arena_free(&lane->arena);
	lane->packer = raw_packer_free(lane->packer);
	for (size_t i = 0; i < STAGE_COUNT; i++)
		if (stages[i].stage->close)
			stages[i].stage->close(lane->states[i]);
}

/* @pool for its arena; may be NULL. */
static int lane_open(struct lane *lane, const struct pipeline *pipeline, struct arena_pool *pool, struct error *error)
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

/* The time of this thread since @before, for @part; the time of now. */
static uint64_t lane_clock(struct lane *lane, enum pipeline_part part, uint64_t before)
{
	if (!lane->measure)
		return 0;
	uint64_t now = clock_thread();
	lane->ns[STAGE_COUNT + part] += now - before;
	return now;
}

/* 0 or a reason (page->reason), < 0 fatal with page->error. */
static int lane_run(struct lane *lane, struct page *page)
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

/* What the stages make goes into the lane's arena; together with the body it keeps to the ceiling of a page. */
static void lane_lend(struct lane *lane, struct page *page)
{
	struct arena own = page->arena;
	size_t body = page->capture.body.n < LIMIT_PAGE_MEMORY ? page->capture.body.n : LIMIT_PAGE_MEMORY;
	size_t left = LIMIT_PAGE_MEMORY - body;
	page->arena = lane->arena;
	page->arena.limit = left < ARENA_CHUNK_BYTES ? ARENA_CHUNK_BYTES : left;
	lane->arena = own;
}

static void lane_take_back(struct lane *lane, struct page *page)
{
	struct arena lent = page->arena;
	page->arena = lane->arena;
	lane->arena = lent;
	lane->arena.limit = LIMIT_PAGE_MEMORY;
}

static void lane_sum(const struct lane *lane, const struct pipeline *pipeline)
{
	for (size_t i = 0; pipeline->stage_ns && i < STAGE_COUNT + PART_COUNT; i++)
		pipeline->stage_ns[i] += lane->ns[i];
}

static void page_open(struct page *page, const struct pipeline *pipeline, struct arena_pool *pool)
{
	arena_init(&page->arena, LIMIT_PAGE_MEMORY);
	page->arena.keep = ARENA_KEEP_SLOT_BYTES;
	page->arena.pool = pool;
	page->options = &pipeline->engine->options;
	page_reset(page);
}

/* What capture_next said of a page that gets no further: it keeps the names and goes to the sink. */
static int refused(struct lane *lane, struct page *page, int reason)
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
	page.arena.keep = ARENA_KEEP_LANE_BYTES;
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
			result = result > 0 ? refused(&lane, &page, result) : lane_run(&lane, &page);
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

/* A slot of the ring: FREE -> FILLED [reader] -> BUSY [worker] -> DONE [worker] -> FREE [writer].
 * A page that capture refused goes FREE -> DONE at once. */
enum {
	SLOTS_A_JOB = 4,
	SLOTS_MORE = 2,
	BYTES_A_JOB = 3 << 20
}; /* one slow page (of 60 ms where most take 2) holds the ring up for long */
enum slot_state { SLOT_FREE, SLOT_FILLED, SLOT_BUSY, SLOT_DONE };

struct slot {
	struct page page;
	enum slot_state state;
	int result;   /* < 0 fatal */
	size_t bytes; /* of its body */
};

struct ring {
	const struct pipeline *pipeline;
	struct capture_reader *reader;
	struct slot *slots;
	size_t slot_count;
	pthread_mutex_t lock;
	pthread_cond_t freed, filled, done;
	uint64_t read;	  /* pages the reader has put in */
	uint64_t taken;	  /* pages the workers have taken */
	uint64_t written; /* pages the writer has finished */
	size_t bytes;	  /* of the bodies of all slots that are not free */
	bool end;	  /* the reader is through */
	bool abort;	  /* somebody failed */
	int reader_result;
	struct error reader_error;
	char in_work[256];
	struct arena *spare; /* of free slots; the one used last is taken first, its memory is at hand */
	size_t spare_count;
	struct arena_pool *pool;
};

static void note_in_work(struct ring *ring)
{
	const char *name = capture_in_work(ring->reader);
	size_t n = name ? strnlen(name, sizeof(ring->in_work) - 1) : 0;
	if (n)
		memcpy(ring->in_work, name, n);
	ring->in_work[n] = 0;
}

/* The reader goes ahead of the workers by a page for each and one more: what it reads takes memory. Ten bodies of
 * common size are 3 MB; where they are large, fewer are on their way, but one always is. */
static bool may_read(const struct ring *ring, const struct slot *slot)
{
	uint64_t taken = ring->taken > ring->written ? ring->taken : ring->written;
	return slot->state == SLOT_FREE && ring->read < taken + (uint64_t)ring->pipeline->jobs + 1 &&
	       (ring->bytes < (size_t)ring->pipeline->jobs * BYTES_A_JOB || ring->read == ring->written);
}

static void *reader_main(void *arg)
{
	struct ring *ring = arg;
	struct lane none = { .measure = ring->pipeline->stage_ns != NULL };
	for (uint64_t sequence = 0;; sequence++) {
		struct slot *slot = &ring->slots[sequence % ring->slot_count];
		pthread_mutex_lock(&ring->lock);
		while (!may_read(ring, slot) && !ring->abort)
			pthread_cond_wait(&ring->freed, &ring->lock);
		bool over = ring->abort || atomic_load(ring->pipeline->stop);
		if (!over)
			slot->page.arena = ring->spare[--ring->spare_count];
		pthread_mutex_unlock(&ring->lock);
		if (over)
			break;
		page_reset(&slot->page);
		slot->page.sequence = sequence;
		uint64_t at = none.measure ? clock_thread() : 0;
		int result = capture_next(ring->reader, &slot->page);
		lane_clock(&none, PART_READ, at);
		bool refuse = result > 0 && result != SOURCE_END;
		if (refuse)
			result = refused(&none, &slot->page, result);
		pthread_mutex_lock(&ring->lock);
		note_in_work(ring);
		if (result < 0) {
			ring->reader_result = result;
			ring->reader_error = slot->page.error;
		}
		if (result != 0) {
			ring->spare[ring->spare_count++] = slot->page.arena;
			pthread_mutex_unlock(&ring->lock);
			break;
		}
		slot->result = 0;
		slot->bytes = slot->page.capture.body.n;
		ring->bytes += slot->bytes;
		slot->state = refuse ? SLOT_DONE : SLOT_FILLED;
		ring->read = sequence + 1;
		pthread_cond_signal(&ring->filled);
		pthread_cond_signal(&ring->done);
		pthread_mutex_unlock(&ring->lock);
	}
	pthread_mutex_lock(&ring->lock);
	lane_sum(&none, ring->pipeline);
	ring->end = true;
	pthread_cond_broadcast(&ring->filled);
	pthread_cond_broadcast(&ring->done);
	pthread_mutex_unlock(&ring->lock);
	return NULL;
}

/* The next page for a worker; NULL when there will be none. */
static struct slot *take(struct ring *ring)
{
	struct slot *slot = NULL;
	pthread_mutex_lock(&ring->lock);
	for (;;) {
		/* Refused pages are written without ever being taken: their slots are the reader's again. */
		if (ring->taken < ring->written)
			ring->taken = ring->written;
		while (ring->taken < ring->read && ring->slots[ring->taken % ring->slot_count].state == SLOT_DONE)
			ring->taken++;
		pthread_cond_signal(&ring->freed);
		if (ring->abort || ring->taken < ring->read || ring->end)
			break;
		pthread_cond_wait(&ring->filled, &ring->lock);
	}
	if (!ring->abort && ring->taken < ring->read) {
		slot = &ring->slots[ring->taken++ % ring->slot_count];
		slot->state = SLOT_BUSY;
		pthread_cond_signal(&ring->freed);
	}
	pthread_mutex_unlock(&ring->lock);
	return slot;
}

struct worker {
	pthread_t thread;
	struct ring *ring;
	struct lane lane;
	bool opened;
};

/* With its first page: one page alone needs the states of one worker. */
static int worker_open(struct worker *worker, struct error *error)
{
	const struct pipeline *pipeline = worker->ring->pipeline;
	int result = worker->opened ? 0 : lane_open(&worker->lane, pipeline, worker->ring->pool, error);
	if (result < 0 || worker->opened)
		return result;
	worker->opened = true;
	return pipeline->pack_captures ? raw_packer_new(pipeline->engine, &worker->lane.packer, error) : 0;
}

static int work_page(struct worker *worker, struct page *page)
{
	struct lane *lane = &worker->lane;
	const struct pipeline *pipeline = worker->ring->pipeline;
	int result = worker_open(worker, &page->error);
	if (result < 0)
		return result;
	lane_lend(lane, page);
	result = lane_run(lane, page);
	lane_take_back(lane, page);
	uint64_t at = lane->measure ? clock_thread() : 0;
	bool stays = result == 0;
	if (result >= 0)
		result = keep_results(page);
	arena_reset(&lane->arena);
	at = lane_clock(lane, PART_KEEP, at);
	if (result == 0 && stays && lane->packer && atomic_load_explicit(pipeline->pack_captures, memory_order_relaxed))
		raw_pack(lane->packer, page, &lane->arena);
	lane_clock(lane, PART_PACK, at);
	arena_reset(&lane->arena);
	return result;
}

static void *worker_main(void *arg)
{
	struct worker *worker = arg;
	struct ring *ring = worker->ring;
	for (struct slot *slot; (slot = take(ring));) {
		int result = work_page(worker, &slot->page);
		pthread_mutex_lock(&ring->lock);
		slot->result = result < 0 ? result : 0;
		slot->state = SLOT_DONE;
		pthread_cond_signal(&ring->done);
		pthread_mutex_unlock(&ring->lock);
	}
	return NULL;
}

/* Hands finished pages to the sink in order until the input ends or something fails. */
static int write_all(struct ring *ring, struct error *error)
{
	const struct pipeline *pipeline = ring->pipeline;
	uint64_t sink_ns = 0;
	int result = 0;
	while (result >= 0) {
		struct slot *slot = &ring->slots[ring->written % ring->slot_count];
		char in_work[sizeof(ring->in_work)];
		pthread_mutex_lock(&ring->lock);
		while (slot->state != SLOT_DONE && !(ring->end && ring->written == ring->read)) {
			struct timespec until;
			clock_gettime(CLOCK_REALTIME, &until);
			until.tv_sec += 1;
			if (pthread_cond_timedwait(&ring->done, &ring->lock, &until) == ETIMEDOUT)
				break;
		}
		bool ready = slot->state == SLOT_DONE, over = ring->end && ring->written == ring->read;
		memcpy(in_work, ring->in_work, sizeof(in_work));
		pthread_mutex_unlock(&ring->lock);
		if (pipeline->tick)
			pipeline->tick(pipeline->user, in_work);
		if (over)
			break;
		if (!ready)
			continue;
		uint64_t before = pipeline->stage_ns ? clock_thread() : 0;
		if (slot->result < 0)
			result = error_set(error, slot->result, "%s", slot->page.error.text);
		else
			result = pipeline->sink(pipeline->user, &slot->page, error);
		if (pipeline->stage_ns)
			sink_ns += clock_thread() - before;
		arena_reset(&slot->page.arena); /* now: it may be long until it is taken again */
		pthread_mutex_lock(&ring->lock);
		slot->state = SLOT_FREE;
		ring->bytes -= slot->bytes;
		ring->spare[ring->spare_count++] = slot->page.arena;
		ring->written++;
		pthread_cond_signal(&ring->freed);
		pthread_mutex_unlock(&ring->lock);
	}
	pthread_mutex_lock(&ring->lock);
	if (pipeline->stage_ns)
		pipeline->stage_ns[pipeline_part_place(PART_STORE)] += sink_ns;
	ring->abort |= result < 0;
	pthread_cond_broadcast(&ring->freed);
	pthread_cond_broadcast(&ring->filled);
	pthread_mutex_unlock(&ring->lock);
	return result;
}

static bool ring_open(struct ring *ring)
{
	ring->slots = calloc(ring->slot_count, sizeof(*ring->slots));
	ring->spare = calloc(ring->slot_count, sizeof(*ring->spare));
	ring->pool = arena_pool_new(ARENA_POOL_BYTES);
	if (!ring->slots || !ring->spare || !ring->pool)
		return false;
	pthread_mutex_init(&ring->lock, NULL);
	pthread_cond_init(&ring->freed, NULL);
	pthread_cond_init(&ring->filled, NULL);
	pthread_cond_init(&ring->done, NULL);
	for (size_t i = 0; i < ring->slot_count; i++) {
		page_open(&ring->slots[i].page, ring->pipeline, ring->pool);
		ring->spare[ring->spare_count++] = ring->slots[i].page.arena;
	}
	return true;
}

static void ring_close(struct ring *ring)
{
	if (ring->slots && ring->spare && ring->pool) {
		for (size_t i = 0; i < ring->slot_count; i++)
			if (ring->slots[i].state != SLOT_FREE)
				arena_free(&ring->slots[i].page.arena);
		while (ring->spare_count)
			arena_free(&ring->spare[--ring->spare_count]);
		pthread_cond_destroy(&ring->done);
		pthread_cond_destroy(&ring->filled);
		pthread_cond_destroy(&ring->freed);
		pthread_mutex_destroy(&ring->lock);
	}
	arena_pool_free(ring->pool);
	free(ring->spare);
	free(ring->slots);
}

static int run_threads(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error)
{
	struct ring ring = {
		.pipeline = pipeline, .reader = reader, .slot_count = (size_t)pipeline->jobs * SLOTS_A_JOB + SLOTS_MORE
	};
	size_t worker_count = 0, jobs = (size_t)pipeline->jobs;
	struct worker *workers = calloc(jobs, sizeof(*workers));
	pthread_t reader_thread;
	int result = 0;
	if (!workers || !ring_open(&ring)) {
		ring_close(&ring);
		free(workers);
		return error_set(error, -ENOMEM, "no memory for %d threads", pipeline->jobs);
	}
	for (; worker_count < jobs && result >= 0; worker_count++) {
		struct worker *worker = &workers[worker_count];
		worker->ring = &ring;
		int code = pthread_create(&worker->thread, NULL, worker_main, worker);
		if (code) {
			result = error_set(error, -code, "thread %zu: %s", worker_count, strerror(code));
			break;
		}
	}
	bool reading = false;
	if (result >= 0) {
		int code = pthread_create(&reader_thread, NULL, reader_main, &ring);
		reading = code == 0;
		if (code)
			result = error_set(error, -code, "reader thread: %s", strerror(code));
	}
	if (reading)
		result = write_all(&ring, error);
	pthread_mutex_lock(&ring.lock);
	ring.abort |= !reading;
	pthread_cond_broadcast(&ring.filled);
	pthread_mutex_unlock(&ring.lock);
	if (reading)
		pthread_join(reader_thread, NULL);
	for (size_t i = 0; i < worker_count; i++) {
		pthread_join(workers[i].thread, NULL);
		if (!workers[i].opened)
			continue;
		lane_sum(&workers[i].lane, pipeline);
		lane_close(&workers[i].lane);
	}
	if (result >= 0 && ring.reader_result < 0)
		result = error_set(error, ring.reader_result, "%s", ring.reader_error.text);
	ring_close(&ring);
	free(workers);
	return result < 0 ? result : 0;
}

int pipeline_run(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error)
{
	return pipeline->jobs <= 1 ? run_inline(pipeline, reader, error) : run_threads(pipeline, reader, error);
}
