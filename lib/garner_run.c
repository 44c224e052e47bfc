/* Runs: inputs through the pipeline to the caller, into an archive or a store; kept captures once more. */
#include "inner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "capture/source.h"
#include "capture/url_parts.h"
#include "document.h"
#include "repeated.h"
#include "store/reclean.h"
#include "store/store.h"
#include "sync/pace.h"
#include "util/clock.h"
#include "util/limits.h"

static void count(struct garner_report *report, const struct page *page, int reason)
{
	report->inputs++;
	report->by_reason[reason]++;
	report->bytes_in += page->capture.body.n;
	if (page->capture.network) {
		report->network_inputs++;
		report->network_failed += reason != GARNER_STORED && reason != GARNER_KNOWN &&
					  reason != GARNER_UNCHANGED && reason != GARNER_FILTERED &&
					  reason != GARNER_FORGOTTEN;
	}
	if (reason == GARNER_STORED) {
		report->stored++;
		report->bytes_out += page->document.text_size;
	} else if (reason == GARNER_KNOWN || reason == GARNER_UNCHANGED) {
		report->known++;
	} else {
		report->dropped++;
	}
}

/* What is counted so far is durable when a commit came since it was last asked. */
static void note_commits(struct run *run)
{
	if (run->commits != run->seen)
		run->durable = run->garner->report;
	run->seen = run->commits;
}

int garner_run_end(struct garner *garner, struct run *run, int result)
{
	if (!run->store || result >= 0)
		return result;
	note_commits(run);
	struct garner_report was = garner->report;
	garner->report = run->durable;
	garner->report.seconds = was.seconds;
	garner->report.sources = was.sources;
	garner->report.sources_changed = was.sources_changed;
	garner->report.sources_unchanged = was.sources_unchanged;
	garner->report.sources_failed = was.sources_failed;
	return result;
}

static int sink(void *user, struct page *page, struct error *error)
{
	struct run *run = user;
	int reason = page->reason;
	note_commits(run);
	int settled = run->settle ? run->settle(run->settle_user, page, error) : 0;
	if (settled < 0)
		return settled;
	if (run->store) {
		int result = reason ? store_note(run->store, reason, page, error) : store_put(run->store, page, error);
		if (result < 0)
			return result;
		if (!reason)
			reason = result;
	}
	/* Of what is known already no second capture is kept. */
	atomic_store_explicit(
		&run->pack_captures, reason != GARNER_KNOWN && reason != GARNER_UNCHANGED, memory_order_relaxed);
	count(&run->garner->report, page, reason);
	note_commits(run);
	run->fn_result = run->fn ? run->fn(run->user, &page->document, reason, page->detail) : 0;
	return run->fn_result ? error_set(error, -ECANCELED, "ended by the caller") : 0;
}

static void tick(void *user, const char *in_work)
{
	struct run *run = user;
	struct garner *garner = run->garner;
	uint64_t now = clock_ticks();
	if (!garner->progress || now - garner->progress_at < 200000000u)
		return;
	garner->progress_at = now;
	garner->report.in_work = in_work;
	garner->report.seconds = (double)(now - garner->began) / 1e9;
	garner->progress(garner->progress_user, &garner->report);
	garner->report.in_work = NULL;
}

/* Threads cost more than they save where all the inputs are small, a millisecond to start them and a heap for each:
 * one does unless the caller wants more. Not for folders, addresses and pipes, of which nobody knows what they hold. */
static int jobs_for(const struct garner *garner, const char *const *inputs, size_t input_count)
{
	enum { SMALL_BYTES = 256 << 10 };
	struct stat st;
	off_t size = 0;
	for (size_t i = 0; i < input_count && size <= SMALL_BYTES; i++) {
		if (!garner->few_jobs || stat(inputs[i], &st) < 0 || !S_ISREG(st.st_mode))
			return garner->engine.options.jobs;
		size += st.st_size;
	}
	return size <= SMALL_BYTES ? 1 : garner->engine.options.jobs;
}

static struct pipeline pipeline_of(struct garner *garner, struct run *run)
{
	atomic_store(&run->pack_captures, true);
	return (struct pipeline){ .engine = &garner->engine,
		.jobs = run->jobs ? run->jobs : garner->engine.options.jobs,
		.stop = &garner->stop,
		.sink = sink,
		.user = run,
		.tick = tick,
		.pack_captures = run->store && store_keeps_captures(run->store) ? &run->pack_captures : NULL,
		.stage_ns = garner->engine.options.profile_stages ? garner->stage_ns : NULL };
}

int garner_run_reader(struct garner *garner, struct run *run, struct capture_reader *reader)
{
	struct pipeline pipeline = pipeline_of(garner, run);
	int result = pipeline_run(&pipeline, reader, &garner->error);
	garner->report.seconds = (double)(clock_ticks() - garner->began) / 1e9;
	return run->fn_result ? run->fn_result : result;
}

int garner_run_refused(struct garner *garner, struct run *run, struct page *page)
{
	int result = document_begin_stage.run(NULL, page);
	if (result >= 0)
		result = sink(run, page, &garner->error);
	return run->fn_result ? run->fn_result : result;
}

int garner_run_page(struct garner *garner, struct run *run, struct page *page)
{
	struct pipeline pipeline = pipeline_of(garner, run);
	int result = pipeline_run_page(&pipeline, page, &garner->error);
	return run->fn_result ? run->fn_result : result;
}

static int run_inputs(struct garner *garner, struct run *run, const char *const *inputs, size_t input_count)
{
	struct capture_reader *reader = NULL;
	int result = capture_open(&garner->engine, inputs, input_count, &reader, &garner->error);
	run->jobs = jobs_for(garner, inputs, input_count);
	if (result == 0)
		capture_share_hosts(reader, run->hosts);
	if (result == 0)
		result = garner_run_reader(garner, run, reader);
	capture_close(reader);
	return result;
}

static char *counts_path(const char *store)
{
	static const char name[] = "/lines.counts";
	size_t n = strlen(store);
	char *path = malloc(n + sizeof(name));
	if (path) {
		memcpy(path, store, n);
		memcpy(path + n, name, sizeof(name));
	}
	return path;
}

static bool remembers(const struct garner *garner)
{
	return garner->engine.options.repeated && !garner->engine.options.no_rules;
}

int garner_remember(struct garner *garner, const char *store, const char *const *inputs, size_t input_count)
{
	if (!remembers(garner))
		return 0;
	char *counts = store ? counts_path(store) : NULL;
	int result = store && !counts ? error_set(&garner->error, -ENOMEM, "%s: no memory", store)
				      : repeated_read(&garner->engine, counts, inputs, input_count, &garner->error);
	free(counts);
	return result;
}

int garner_keep_counts(struct garner *garner, const char *store)
{
	if (!remembers(garner))
		return 0;
	char *counts = counts_path(store);
	int result = counts ? repeated_write(&garner->engine, counts, &garner->error)
			    : error_set(&garner->error, -ENOMEM, "%s: no memory", store);
	free(counts);
	return result;
}

int garner_clean(
	struct garner *garner, const char *const *inputs, size_t input_count, garner_document_fn *fn, void *user)
{
	struct run run = { .garner = garner, .fn = fn, .user = user };
	int result = garner_begin(garner);
	if (!result)
		result = garner_need_list(garner, inputs, input_count, "inputs");
	if (!result)
		result = garner_remember(garner, NULL, inputs, input_count);
	if (!result)
		result = run_inputs(garner, &run, inputs, input_count);
	return garner_leave(garner, result);
}

int garner_clean_bytes(struct garner *garner, const void *bytes, size_t size, const char *url, const char *content_type,
	garner_document_fn *fn, void *user)
{
	struct run run = { .garner = garner, .fn = fn, .user = user };
	struct page page = { 0 };
	int result = garner_begin(garner);
	if (!result)
		result = garner_need(garner, bytes || !size, "bytes");
	if (result)
		return result;
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &garner->engine.options;
	page_reset(&page);
	page.capture.body = view_make(bytes, size);
	page.capture.url = url_keep(&page, view_of(url));
	page.capture.content_type = view_of(content_type);
	result = garner_run_page(garner, &run, &page);
	arena_free(&page.arena);
	return result;
}

/* The writer's time by what it was for: what the store measured is taken out of what its calls took in all. */
static void note_times(struct garner *garner, const struct store_times *times, uint64_t finish_ns)
{
	uint64_t *ns = garner->stage_ns, *all = &ns[pipeline_part_place(PART_STORE)];
	uint64_t known = times->frames + times->rows + times->commit;
	ns[pipeline_part_place(PART_FRAMES)] = times->frames;
	ns[pipeline_part_place(PART_ROWS)] = times->rows;
	ns[pipeline_part_place(PART_COMMIT)] = times->commit;
	ns[pipeline_part_place(PART_FINISH)] = finish_ns;
	*all -= *all < known ? *all : known;
}

struct paced {
	struct store *store;
	struct pace pace;
};

static int note_pace(void *user, const struct page *page, struct error *error)
{
	struct paced *paced = user;
	return page->capture.network ? pace_note(paced->store, &paced->pace, error) : 0;
}

/* What is fetched goes on at the pace of the store's earlier runs. */
static int run_at_pace(
	struct garner *garner, struct run *run, const char *store, const char *const *inputs, size_t input_count)
{
	struct paced paced = { .store = run->store };
	int result = pace_open(garner, run->store, store, &paced.pace);
	run->hosts = paced.pace.hosts;
	run->settle = note_pace;
	run->settle_user = &paced;
	if (!result)
		result = run_inputs(garner, run, inputs, input_count);
	/* A run that its caller ended has asked for what it asked for. */
	int closed = pace_close(garner, run->store, &paced.pace, result < 0 && !run->fn_result ? result : 0);
	run->settle = NULL;
	return closed ? closed : result;
}

/* @archive: its path; NULL: into @store. */
static int run_store(struct garner *garner, struct run *run, const char *archive, const char *store,
	const char *const *inputs, size_t input_count)
{
	store_watch_commits(run->store, &run->commits);
	int result = store && capture_fetches(inputs, input_count)
			     ? run_at_pace(garner, run, store, inputs, input_count)
			     : run_inputs(garner, run, inputs, input_count);
	if (result < 0 && !run->fn_result) {
		store_abort(run->store, result);
		return garner_run_end(garner, run, result);
	}
	/* A part must not take the place of a whole. */
	if (archive && (run->fn_result || atomic_load(&garner->stop))) {
		store_abort(run->store, 0);
		int ended = error_set(&garner->error, -EINTR, "%s: not written: the run was stopped", archive);
		return run->fn_result ? run->fn_result : garner_run_end(garner, run, ended);
	}
	struct store_times times;
	store_times(run->store, &times);
	uint64_t before = clock_thread();
	int finished = store_finish(run->store, &garner->error);
	note_times(garner, &times, clock_thread() - before);
	return finished < 0 ? garner_run_end(garner, run, finished) : result;
}

int garner_build(struct garner *garner, const char *path, const char *const *inputs, size_t input_count,
	garner_document_fn *fn, void *user)
{
	struct run run = { .garner = garner, .fn = fn, .user = user };
	int result = garner_begin(garner);
	if (!result)
		result = garner_need(garner, path && *path, "path");
	if (!result)
		result = garner_need_list(garner, inputs, input_count, "inputs");
	if (!result)
		result = garner_remember(garner, NULL, inputs, input_count);
	if (!result)
		result = store_open_archive(path, &garner->engine, &run.store, &garner->error);
	if (!result)
		result = run_store(garner, &run, path, NULL, inputs, input_count);
	return garner_leave(garner, result);
}

int garner_ingest(struct garner *garner, const char *store, const char *const *inputs, size_t input_count,
	garner_document_fn *fn, void *user)
{
	struct run run = { .garner = garner, .fn = fn, .user = user };
	int result = garner_begin(garner);
	if (!result)
		result = garner_need(garner, store && *store, "store");
	if (!result)
		result = garner_need_list(garner, inputs, input_count, "inputs");
	if (!result)
		result = store_open(store, &garner->engine, &run.store, &garner->error);
	if (!result) {
		/* The lock is held from here on. */
		result = garner_remember(garner, store, inputs, input_count);
		if (result)
			store_abort(run.store, result);
		else
			result = run_store(garner, &run, NULL, store, inputs, input_count);
	}
	int kept = result >= 0 ? garner_keep_counts(garner, store) : 0;
	return garner_leave(garner, kept < 0 ? kept : result);
}

/* ---- once more ---------------------------------------------------------------------------- */

struct reclean_run {
	struct garner *garner;
	struct reclean *reclean;
	garner_change_fn *fn;
	void *user;
};

static int reclean_sink(void *user, struct page *page, struct error *error)
{
	struct reclean_run *run = user;
	run->garner->report.inputs++;
	return reclean_page(run->reclean, page, run->fn, run->user, error);
}

static int reclean_all(struct garner *garner, const char *store, bool dry_run, garner_change_fn *fn, void *user)
{
	struct reclean_run run = { .garner = garner, .fn = fn, .user = user };
	struct capture_reader *reader = NULL;
	size_t count;
	int result = garner_begin(garner);
	if (!result)
		result = garner_need(garner, store && *store, "store");
	if (!result)
		result = store_must_exist(store, &garner->error);
	if (!result)
		result = reclean_open(store, &garner->engine, dry_run, &run.reclean, &garner->error);
	if (result)
		return result;
	const char *const *inputs = reclean_inputs(run.reclean, &count);
	if (count)
		result = capture_open(&garner->engine, inputs, count, &reader, &garner->error);
	if (!result && count) {
		struct pipeline pipeline = { .engine = &garner->engine,
			.jobs = garner->engine.options.jobs,
			.stop = &garner->stop,
			.sink = reclean_sink,
			.user = &run };
		result = pipeline_run(&pipeline, reader, &garner->error);
	}
	capture_close(reader);
	if (result < 0) {
		reclean_abort(run.reclean, result);
		return result;
	}
	return reclean_finish(run.reclean, !atomic_load(&garner->stop), &garner->error);
}

int garner_reclean(struct garner *garner, const char *store, bool dry_run, garner_change_fn *fn, void *user)
{
	return garner_leave(garner, reclean_all(garner, store, dry_run, fn, user));
}
