#include "crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "keep.h"
#include "lane.h"
#include "spares.h"
#include "store/raw_pack.h"
#include "util/clock.h"
#include "util/limits.h"

/* Whoever has nothing in hand looks for the first of these:
 *	write: the oldest page is done and nobody writes: it goes to the sink, and all that are done behind it;
 *	read: none waits, or only one, there is room, and nobody reads: one page more, so that nobody waits for one;
 *	work: the oldest page that waits goes through the stages, and the one behind it if that waits, too;
 *	or it sleeps, which with two threads happens at the end, while the input is slow, or when one page takes so long
 *	that all the others are through.
 * So as many threads as there are cores keep them all at work, whatever share reading and writing have. Pages leave in
 * the order in which they came: one reads at a time, one writes at a time.
 *
 * A slot: FREE -> READING [read_page] -> READ -> BUSY [work_page] -> DONE -> FREE [write_pages].
 * A page that capture refused goes READING -> DONE. */
enum slot_state { SLOT_FREE, SLOT_READING, SLOT_READ, SLOT_BUSY, SLOT_DONE };

/* A page that takes 60 ms, where most take 2, lets the others get thirty pages ahead. What is done has left its body
 * behind and takes 20 KB, so that slots cost little; bodies on their way are bounded by their bytes. */
enum { SLOTS_A_JOB = 24, BYTES_A_JOB = 3 << 20 };

/* page.arena: of the capture until the page is done, of what the writer asks for afterwards. */
struct slot {
	struct page page;
	struct arena other; /* of the results until it is done; then of the capture, where the writer asks for it */
	bool has_other;
	bool drops; /* the other is not asked for any more */
	enum slot_state state;
	int result;   /* < 0 fatal */
	size_t bytes; /* that it keeps */
};

struct crew {
	const struct pipeline *pipeline;
	struct capture_reader *reader;
	struct slot *slots;
	size_t slot_count;
	struct spares captures, results;
	struct arena_pool *pool;
	/* Everything below, and the states of the slots, is under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	size_t asleep;	  /* threads that wait for it */
	uint64_t read;	  /* pages that are read, or being read */
	uint64_t taken;	  /* pages that somebody works on, or has: all in front of it */
	uint64_t written; /* pages that the sink has had */
	size_t bytes;	  /* of the slots that are not free */
	bool reading, writing;
	bool end;   /* of the input, or a stop: nothing is read any more */
	bool abort; /* somebody failed */
	int result, reader_result;
	struct error *error; /* the writer's */
	struct error reader_error;
	char in_work[256];
};

struct member {
	pthread_t thread;
	struct crew *crew;
	struct lane lane;
	bool opened;
};

static struct slot *slot_of(const struct crew *crew, uint64_t sequence)
{
	return &crew->slots[sequence % crew->slot_count];
}

/* The memory that it does not need any more is free for the next page; what it keeps is counted. */
static void slot_settle(struct crew *crew, struct slot *slot)
{
	if (slot->drops) {
		spares_put(&crew->captures, slot->other);
		slot->has_other = slot->drops = false;
	}
	size_t bytes = arena_used(&slot->page.arena) + (slot->has_other ? arena_used(&slot->other) : 0);
	crew->bytes = crew->bytes - slot->bytes + bytes;
	slot->bytes = bytes;
}

/* Something is there to do for one more. */
static void wake_one(struct crew *crew)
{
	if (crew->asleep)
		pthread_cond_signal(&crew->wake);
}

/* ---- working ----------------------------------------------------------------------------------- */

/* With its first page: one page alone needs the states of one thread. */
static int member_open(struct member *member, struct error *error)
{
	const struct pipeline *pipeline = member->crew->pipeline;
	struct lane fresh;
	if (member->opened)
		return 0;
	int result = lane_open(&fresh, pipeline, member->crew->pool, error);
	if (result < 0)
		return result;
	memcpy(fresh.ns, member->lane.ns, sizeof(fresh.ns)); /* it may have read before */
	member->lane = fresh;
	member->opened = true;
	return pipeline->pack_captures ? raw_packer_new(pipeline->engine, &member->lane.packer, error) : 0;
}

/* The writer may ask for the body: the store packs the capture itself, or compares it with the one it has; of an answer
 * without a body ("304 Not Modified") it records the head. */
static bool needs_body(const struct pipeline *pipeline, const struct page *page)
{
	return pipeline->pack_captures &&
	       (page->capture.network || (page->capture.keep_raw && !page->reason && !page->packed));
}

/* From here on page->arena has all that is asked for, and slot->other the capture: for as long as it is needed. */
static int finish_page(struct member *member, struct slot *slot)
{
	const struct pipeline *pipeline = member->crew->pipeline;
	struct lane *lane = &member->lane;
	struct page *page = &slot->page;
	struct arena capture = page->arena;
	uint64_t at = lane->measure ? clock_thread() : 0;
	page->arena = slot->other;
	slot->other = capture;
	int result = keep_results(page);
	arena_reset(&lane->arena);
	at = lane_clock(lane, PART_KEEP, at);
	if (result == 0 && !page->reason && lane->packer &&
		atomic_load_explicit(pipeline->pack_captures, memory_order_relaxed))
		raw_pack(lane->packer, page, &lane->arena);
	arena_reset(&lane->arena);
	at = lane_clock(lane, PART_PACK, at);
	if (result == 0 && !needs_body(pipeline, page)) {
		result = keep_capture(page);
		arena_reset(&slot->other);
		slot->drops = true;
	}
	lane_clock(lane, PART_KEEP, at);
	return result;
}

static int work_on(struct member *member, struct slot *slot)
{
	struct page *page = &slot->page;
	int result = member_open(member, &page->error);
	if (result < 0)
		return result;
	lane_lend(&member->lane, page);
	result = lane_run(&member->lane, page);
	lane_take_back(&member->lane, page);
	return result < 0 ? result : finish_page(member, slot);
}

/* Refused pages are done, and may be written, without ever being taken. */
static void pass_refused(struct crew *crew)
{
	if (crew->taken < crew->written)
		crew->taken = crew->written;
	while (crew->taken < crew->read && slot_of(crew, crew->taken)->state == SLOT_DONE)
		crew->taken++;
}

/* The oldest page that waits; NULL: none does. */
static struct slot *waiting_page(const struct crew *crew)
{
	struct slot *slot = slot_of(crew, crew->taken);
	return crew->taken < crew->read && slot->state == SLOT_READ ? slot : NULL;
}

static struct slot *take_page(struct crew *crew, struct slot *slot)
{
	if (!slot)
		return NULL;
	slot->state = SLOT_BUSY;
	crew->taken++;
	return slot;
}

/* The lock is held at both ends, not between. */
static void work_page(struct member *member, struct slot *slot, struct slot *next)
{
	struct crew *crew = member->crew;
	pthread_mutex_unlock(&crew->lock);
	if (next)
		lane_digest(&member->lane, &slot->page, &next->page);
	int result = work_on(member, slot);
	pthread_mutex_lock(&crew->lock);
	slot->result = result < 0 ? result : 0;
	slot_settle(crew, slot);
	slot->state = SLOT_DONE;
}

/* The one behind it, too, where that waits and nobody else has time: two are digested faster than one by one. */
static void work_pages(struct member *member, struct slot *slot)
{
	struct crew *crew = member->crew;
	take_page(crew, slot);
	pass_refused(crew);
	struct slot *next = crew->asleep ? NULL : take_page(crew, waiting_page(crew));
	wake_one(crew);
	work_page(member, slot, next);
	wake_one(crew);
	if (next && !crew->abort)
		work_page(member, next, NULL);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static bool may_read(const struct crew *crew)
{
	size_t jobs = (size_t)crew->pipeline->jobs;
	return !crew->reading && !crew->end && crew->read - crew->taken <= crew->asleep + 1 &&
	       crew->read - crew->written < crew->slot_count &&
	       (crew->bytes < jobs * BYTES_A_JOB || crew->read == crew->written);
}

static void note_in_work(struct crew *crew)
{
	const char *name = capture_in_work(crew->reader);
	size_t n = name ? strnlen(name, sizeof(crew->in_work) - 1) : 0;
	if (n)
		memcpy(crew->in_work, name, n);
	crew->in_work[n] = 0;
}

/* Nothing more comes; the page that was begun is none. */
static void end_reading(struct crew *crew, struct slot *slot, int result)
{
	if (result < 0) {
		crew->reader_result = result;
		crew->reader_error = slot->page.error;
	}
	spares_put(&crew->captures, slot->page.arena);
	spares_put(&crew->results, slot->other);
	slot->state = SLOT_FREE;
	crew->read--;
	crew->end = true;
	pthread_cond_broadcast(&crew->wake);
}

/* The lock is held at both ends, not between. */
static void read_page(struct member *member)
{
	struct crew *crew = member->crew;
	uint64_t sequence = crew->read++;
	struct slot *slot = slot_of(crew, sequence);
	slot->state = SLOT_READING;
	slot->page.arena = spares_take(&crew->captures);
	slot->other = spares_take(&crew->results);
	slot->has_other = true;
	crew->reading = true;
	pthread_mutex_unlock(&crew->lock);
	page_reset(&slot->page);
	slot->page.sequence = sequence;
	uint64_t at = member->lane.measure ? clock_thread() : 0;
	int result = capture_next(crew->reader, &slot->page);
	lane_clock(&member->lane, PART_READ, at);
	bool refuse = result > 0 && result != SOURCE_END;
	if (refuse)
		result = lane_refuse(&member->lane, &slot->page, result) ?: finish_page(member, slot);
	pthread_mutex_lock(&crew->lock);
	crew->reading = false;
	note_in_work(crew);
	if (result != 0) {
		end_reading(crew, slot, result);
		return;
	}
	slot->result = 0;
	slot->bytes = 0;
	slot_settle(crew, slot);
	slot->state = refuse ? SLOT_DONE : SLOT_READ;
	wake_one(crew);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool may_write(const struct crew *crew)
{
	return !crew->writing && crew->written < crew->read && slot_of(crew, crew->written)->state == SLOT_DONE;
}

static int write_one(struct member *member, struct slot *slot, const char *in_work)
{
	const struct pipeline *pipeline = member->crew->pipeline;
	struct error *error = member->crew->error;
	if (pipeline->tick)
		pipeline->tick(pipeline->user, in_work);
	uint64_t at = member->lane.measure ? clock_thread() : 0;
	int result = slot->result;
	if (result < 0)
		error_set(error, result, "%s", slot->page.error.text);
	else
		result = pipeline->sink(pipeline->user, &slot->page, error);
	lane_clock(&member->lane, PART_STORE, at);
	arena_reset(&slot->page.arena);
	if (slot->has_other)
		arena_reset(&slot->other);
	return result;
}

/* The lock is held at both ends, not between. */
static void write_pages(struct member *member)
{
	struct crew *crew = member->crew;
	do {
		struct slot *slot = slot_of(crew, crew->written);
		char in_work[sizeof(crew->in_work)];
		memcpy(in_work, crew->in_work, sizeof(in_work));
		crew->writing = true;
		pthread_mutex_unlock(&crew->lock);
		int result = write_one(member, slot, in_work);
		pthread_mutex_lock(&crew->lock);
		crew->writing = false;
		spares_put(&crew->results, slot->page.arena);
		if (slot->has_other)
			spares_put(&crew->captures, slot->other);
		slot->state = SLOT_FREE;
		crew->bytes -= slot->bytes;
		crew->written++;
		crew->result = result < 0 ? result : 0;
		crew->abort = result < 0;
		wake_one(crew);
	} while (!crew->abort && may_write(crew));
}

/* ---- threads ----------------------------------------------------------------------------------- */

/* Until there is something to do. While nothing is, somebody tells every second what is waited for. */
static void sleep_on(struct crew *crew)
{
	const struct pipeline *pipeline = crew->pipeline;
	struct timespec until;
	int code = 0;
	crew->asleep++;
	if (pipeline->tick) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += 1;
		code = pthread_cond_timedwait(&crew->wake, &crew->lock, &until);
	} else {
		pthread_cond_wait(&crew->wake, &crew->lock);
	}
	crew->asleep--;
	if (code != ETIMEDOUT || crew->writing)
		return;
	char in_work[sizeof(crew->in_work)];
	memcpy(in_work, crew->in_work, sizeof(in_work));
	crew->writing = true;
	pthread_mutex_unlock(&crew->lock);
	pipeline->tick(pipeline->user, in_work);
	pthread_mutex_lock(&crew->lock);
	crew->writing = false;
}

static void *member_main(void *arg)
{
	struct member *member = arg;
	struct crew *crew = member->crew;
	struct slot *slot;
	pthread_mutex_lock(&crew->lock);
	while (!crew->abort && !(crew->end && crew->written == crew->read)) {
		crew->end = crew->end || atomic_load(crew->pipeline->stop);
		pass_refused(crew);
		if (may_write(crew))
			write_pages(member);
		else if (may_read(crew))
			read_page(member);
		else if ((slot = waiting_page(crew)))
			work_pages(member, slot);
		else
			sleep_on(crew);
	}
	pthread_cond_broadcast(&crew->wake);
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

static bool crew_open(struct crew *crew)
{
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->wake, NULL);
	crew->slots = calloc(crew->slot_count, sizeof(*crew->slots));
	crew->pool = arena_pool_new(ARENA_POOL_BYTES);
	for (size_t i = 0; crew->slots && i < crew->slot_count; i++)
		crew->slots[i].page.options = &crew->pipeline->engine->options;
	size_t count = crew->slot_count, warm = (size_t)crew->pipeline->jobs + 2;
	return crew->slots && crew->pool &&
	       spares_open(&crew->captures, count, warm, crew->pool, ARENA_KEEP_SLOT_BYTES) &&
	       spares_open(&crew->results, count, warm, crew->pool, ARENA_KEEP_RESULT_BYTES);
}

static void crew_close(struct crew *crew)
{
	for (size_t i = 0; crew->slots && i < crew->slot_count; i++) {
		if (crew->slots[i].state == SLOT_FREE)
			continue;
		arena_free(&crew->slots[i].page.arena);
		if (crew->slots[i].has_other)
			arena_free(&crew->slots[i].other);
	}
	spares_free(&crew->captures);
	spares_free(&crew->results);
	arena_pool_free(crew->pool);
	free(crew->slots);
	pthread_cond_destroy(&crew->wake);
	pthread_mutex_destroy(&crew->lock);
}

/* The threads beside this one; @ret_count are there. 0 or < 0 with words. */
static int start(struct crew *crew, struct member *members, size_t *ret_count, struct error *error)
{
	size_t jobs = (size_t)crew->pipeline->jobs;
	for (size_t i = 0; i < jobs; i++)
		members[i] = (struct member){ .crew = crew, .lane.measure = crew->pipeline->stage_ns != NULL };
	for (*ret_count = 1; *ret_count < jobs; ++*ret_count) {
		int code = pthread_create(&members[*ret_count].thread, NULL, member_main, &members[*ret_count]);
		if (code)
			return error_set(error, -code, "thread %zu: %s", *ret_count, strerror(code));
	}
	return 0;
}

static void run_all(struct crew *crew, struct member *members, struct error *error)
{
	size_t count = 0;
	int result = start(crew, members, &count, error);
	if (result < 0) {
		pthread_mutex_lock(&crew->lock);
		crew->result = result;
		crew->abort = true;
		pthread_mutex_unlock(&crew->lock);
	}
	member_main(&members[0]);
	for (size_t i = 0; i < count; i++) {
		if (i)
			pthread_join(members[i].thread, NULL);
		lane_sum(&members[i].lane, crew->pipeline);
		if (members[i].opened)
			lane_close(&members[i].lane);
	}
}

int crew_run(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error)
{
	size_t jobs = (size_t)pipeline->jobs;
	struct crew crew = { .pipeline = pipeline, .reader = reader, .slot_count = jobs * SLOTS_A_JOB, .error = error };
	struct member *members = calloc(jobs, sizeof(*members));
	if (!crew_open(&crew) || !members)
		crew.result = error_set(error, -ENOMEM, "no memory for %d threads", pipeline->jobs);
	else
		run_all(&crew, members, error);
	if (crew.result >= 0 && crew.reader_result < 0)
		crew.result = error_set(error, crew.reader_result, "%s", crew.reader_error.text);
	crew_close(&crew);
	free(members);
	return crew.result;
}
