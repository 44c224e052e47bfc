#include "garner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "capture/source.h"
#include "export/export.h"
#include "export/jsonl.h"
#include "extract/html.h"
#include "extract/text_rules.h"
#include "sieve.h"
#include "inner.h"
#include "store/reclean.h"
#include "store/repair.h"
#include "repeated.h"
#include "store/store.h"
#include "util/clock.h"
#include "util/jsonw.h"
#include "util/limits.h"

static const char *const reason_names[] = { "stored",
#define REASON_NAME(name, text, meaning) text,
	GARNER_REASONS(REASON_NAME)
#undef REASON_NAME
};

const char *garner_reason_name(int reason)
{
	return reason >= 0 && reason < GARNER_REASON_COUNT ? reason_names[reason] : "unknown";
}

/* Rules, model and sieve. What goes wrong is kept: no run can begin. */
static void load(struct garner *garner)
{
	const char *trusted = garner->engine.options.ca_file;
	garner->loaded = true;
	/* libcurl would find out with the first URL, and blame the server. */
	if (trusted && access(trusted, R_OK) < 0)
		error_set(&garner->error, -EINVAL, "%s: %s", trusted, strerror(errno));
	if (!garner->error.code && model_load(&garner->engine.model, &garner->error) == 0)
		rules_load(&garner->engine.options, &garner->engine.rules, &garner->error);
	if (!garner->error.code)
		sieve_new(&garner->engine.options, &garner->engine.sieve, &garner->error);
	garner->unusable = garner->error;
}

struct garner *garner_new(const struct garner_options *options)
{
	struct garner *garner = calloc(1, sizeof(*garner));
	if (!garner)
		return NULL;
	if (options)
		garner->engine.options = *options;
	garner->engine.stop = &garner->stop;
	/* One clock for the whole run: what is written does not depend on how long it took. */
	garner->engine.options.clock = clock_now(&garner->engine.options);
	garner->few_jobs = garner->engine.options.jobs <= 0;
	if (garner->engine.options.jobs <= 0) {
		long cores = sysconf(_SC_NPROCESSORS_ONLN);
		garner->engine.options.jobs = cores < 1 ? 1 : cores > 64 ? 64 : (int)cores;
	}
	/* Who only reads does not wait for them: they take longer than showing a document. */
	if (options)
		load(garner);
	return garner;
}

struct garner *garner_free(struct garner *garner)
{
	if (garner) {
		rules_free(garner->engine.rules);
		sieve_free(garner->engine.sieve);
		model_free(garner->engine.model);
		free(garner);
	}
	return NULL;
}

const char *garner_error(const struct garner *garner)
{
	return garner->error.code ? garner->error.text : NULL;
}

const struct garner_report *garner_report(const struct garner *garner)
{
	return &garner->report;
}

void garner_stop(struct garner *garner)
{
	atomic_store(&garner->stop, true);
}

void garner_set_progress(struct garner *garner, garner_progress_fn *fn, void *user)
{
	garner->progress = fn;
	garner->progress_user = user;
}

void garner_set_log(struct garner *garner, garner_log_fn *fn, void *user)
{
	garner->log = fn;
	garner->log_user = user;
}

/* ---- runs ------------------------------------------------------------------------------- */

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

static int sink(void *user, struct page *page, struct error *error)
{
	struct run *run = user;
	int reason = page->reason;
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

int garner_begin(struct garner *garner)
{
	if (!garner->loaded)
		load(garner);
	if (garner->unusable.code) {
		garner->error = garner->unusable;
		return garner->error.code;
	}
	garner->error = (struct error){ 0 };
	garner->report = (struct garner_report){ 0 };
	memset(garner->stage_ns, 0, sizeof(garner->stage_ns));
	garner->began = clock_ticks();
	garner->progress_at = garner->began;
	return 0;
}

int garner_run_reader(struct garner *garner, struct run *run, struct capture_reader *reader)
{
	struct pipeline pipeline = pipeline_of(garner, run);
	int result = pipeline_run(&pipeline, reader, &garner->error);
	garner->report.seconds = (double)(clock_ticks() - garner->began) / 1e9;
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
		result = garner_remember(garner, NULL, inputs, input_count);
	return result ? result : run_inputs(garner, &run, inputs, input_count);
}

int garner_clean_bytes(struct garner *garner, const void *bytes, size_t size, const char *url, const char *content_type,
	garner_document_fn *fn, void *user)
{
	struct run run = { .garner = garner, .fn = fn, .user = user };
	struct page page = { 0 };
	int result = garner_begin(garner);
	if (result)
		return result;
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &garner->engine.options;
	page_reset(&page);
	page.capture.body = view_make(bytes, size);
	page.capture.url = view_of(url);
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

/* @archive: its path; NULL: into a store. */
static int run_store(
	struct garner *garner, struct run *run, const char *archive, const char *const *inputs, size_t input_count)
{
	int result = run_inputs(garner, run, inputs, input_count);
	if (result < 0 && !run->fn_result) {
		store_abort(run->store);
		return result;
	}
	/* A part must not take the place of a whole. */
	if (archive && atomic_load(&garner->stop)) {
		store_abort(run->store);
		return error_set(&garner->error, -EINTR, "%s: not written: the run was stopped", archive);
	}
	struct store_times times;
	store_times(run->store, &times);
	uint64_t before = clock_thread();
	int finished = store_finish(run->store, &garner->error);
	note_times(garner, &times, clock_thread() - before);
	return finished < 0 ? finished : result;
}

int garner_build(struct garner *garner, const char *path, const char *const *inputs, size_t input_count,
	garner_document_fn *fn, void *user)
{
	struct run run = { .garner = garner, .fn = fn, .user = user };
	int result = garner_begin(garner);
	if (!result)
		result = garner_remember(garner, NULL, inputs, input_count);
	if (!result)
		result = store_open_archive(path, &garner->engine, &run.store, &garner->error);
	if (result)
		return result;
	return run_store(garner, &run, path, inputs, input_count);
}

int garner_ingest(struct garner *garner, const char *store, const char *const *inputs, size_t input_count,
	garner_document_fn *fn, void *user)
{
	struct run run = { .garner = garner, .fn = fn, .user = user };
	int result = garner_begin(garner);
	if (!result)
		result = store_open(store, &garner->engine, &run.store, &garner->error);
	if (!result) {
		/* The lock is held from here on. */
		result = garner_remember(garner, store, inputs, input_count);
		if (result)
			store_abort(run.store);
		else
			result = run_store(garner, &run, NULL, inputs, input_count);
	}
	int kept = result >= 0 ? garner_keep_counts(garner, store) : 0;
	return kept < 0 ? kept : result;
}

/* ---- reading ----------------------------------------------------------------------------- */

int garner_list(struct garner *garner, const char *store, const struct garner_filter *filter, garner_document_fn *fn,
	void *user)
{
	garner->error = (struct error){ 0 };
	return store_list(store, filter, fn, user, &garner->error);
}

int garner_search(struct garner *garner, const char *store, const char *words, const struct garner_filter *filter,
	garner_document_fn *fn, void *user)
{
	garner->error = (struct error){ 0 };
	return store_search(store, words, filter, fn, user, &garner->error);
}

int garner_search_index(struct garner *garner, const char *store)
{
	garner->error = (struct error){ 0 };
	int result = store_must_exist(store, &garner->error);
	return result ? result : store_search_index(store, &garner->engine, &garner->error);
}

int garner_export(struct garner *garner, const char *store, const struct garner_export *export, garner_write_fn *write,
	void *user)
{
	garner->error = (struct error){ 0 };
	return export_run(store, export, garner->engine.options.clock, write, user, &garner->error);
}

int garner_show(struct garner *garner, const char *store, const char *key, garner_document_fn *fn, void *user)
{
	garner->error = (struct error){ 0 };
	return store_show(store, key, fn, user, &garner->error);
}

int garner_verify(struct garner *garner, const char *path, bool data, garner_finding_fn *fn, void *user)
{
	garner->error = (struct error){ 0 };
	return store_verify(path, data, fn, user, &garner->error);
}

int garner_history(struct garner *garner, const char *store, const char *key, garner_document_fn *fn, void *user)
{
	garner->error = (struct error){ 0 };
	return store_history(store, key, fn, user, &garner->error);
}

int garner_stats(struct garner *garner, const char *store, struct garner_stats *ret_stats)
{
	garner->error = (struct error){ 0 };
	return store_stats(store, ret_stats, &garner->error);
}

/* ---- changing ---------------------------------------------------------------------------- */

int garner_repair(struct garner *garner, const char *store, garner_finding_fn *fn, void *user)
{
	garner->error = (struct error){ 0 };
	return store_repair(store, &garner->engine, fn, user, &garner->error);
}

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

int garner_reclean(struct garner *garner, const char *store, bool dry_run, garner_change_fn *fn, void *user)
{
	struct reclean_run run = { .garner = garner, .fn = fn, .user = user };
	struct capture_reader *reader = NULL;
	size_t count;
	int result = garner_begin(garner);
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
		reclean_abort(run.reclean);
		return result;
	}
	return reclean_finish(run.reclean, !atomic_load(&garner->stop), &garner->error);
}

int garner_forget(struct garner *garner, const char *store, const char *const *keys, size_t count, const char *reason,
	garner_finding_fn *fn, void *user)
{
	garner->error = (struct error){ 0 };
	int result = store_must_exist(store, &garner->error);
	return result ? result
		      : store_forget_keys(store, &garner->engine, keys, count, reason, fn, user, &garner->error);
}

int garner_repack(struct garner *garner, const char *store)
{
	garner->error = (struct error){ 0 };
	int result = store_must_exist(store, &garner->error);
	return result ? result : store_repack_all(store, &garner->engine, &garner->error);
}

/* ---- JSON and limits ---------------------------------------------------------------------- */

static char *json_result(struct buf *out)
{
	if (!buf_str(out)) {
		buf_free(out);
		return NULL;
	}
	return out->p;
}

char *garner_document_json(const struct garner_document *document)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	document_write(&out, document, DOCUMENT_ALL);
	return json_result(&out);
}

char *garner_report_json(const struct garner *garner)
{
	const struct garner_report *r = &garner->report;
	struct buf out = BUF_INIT(MIB(1));
	struct jsonw json = jsonw_begin(&out);
	jsonw_object(&json, NULL);
	jsonw_text(&json, "tool", "garner/" GARNER_VERSION);
	jsonw_uint(&json, "inputs", r->inputs);
	jsonw_uint(&json, "stored", r->stored);
	jsonw_uint(&json, "known", r->known);
	jsonw_uint(&json, "dropped", r->dropped);
	jsonw_object(&json, "reasons");
	for (int i = 1; i < GARNER_REASON_COUNT; i++)
		if (r->by_reason[i])
			jsonw_uint(&json, reason_names[i], r->by_reason[i]);
	jsonw_close_object(&json);
	jsonw_uint(&json, "network_inputs", r->network_inputs);
	jsonw_uint(&json, "network_failed", r->network_failed);
	if (r->sources) {
		jsonw_uint(&json, "sources", r->sources);
		jsonw_uint(&json, "sources_changed", r->sources_changed);
		jsonw_uint(&json, "sources_unchanged", r->sources_unchanged);
		jsonw_uint(&json, "sources_failed", r->sources_failed);
	}
	jsonw_uint(&json, "bytes_in", r->bytes_in);
	jsonw_uint(&json, "bytes_out", r->bytes_out);
	jsonw_real(&json, "seconds", r->seconds, 3);
	if (garner->engine.options.profile_stages) {
		jsonw_object(&json, "stage_seconds");
		for (size_t i = 0; pipeline_stage_name(i); i++)
			jsonw_real(&json, pipeline_stage_name(i), (double)garner->stage_ns[i] / 1e9, 4);
		jsonw_close_object(&json);
	}
	jsonw_text(&json, "error", garner_error(garner));
	jsonw_close_object(&json);
	return json_result(&out);
}

/* ---- rules --------------------------------------------------------------------------------- */

int garner_rules_list(struct garner *garner, garner_rule_fn *fn, void *user)
{
	if (!garner->engine.rules)
		return garner->error.code;
	return rules_each(garner->engine.rules, fn, user);
}

int garner_rules_test(struct garner *garner, const char *path, garner_finding_fn *fn, void *user)
{
	garner->error = (struct error){ 0 };
	return rules_test(path, fn, user, &garner->error);
}

const char *garner_rules_version(const struct garner *garner)
{
	return garner->engine.rules ? rules_version(garner->engine.rules) : NULL;
}

const struct garner_limit *garner_limits(size_t *ret_count)
{
	static const struct garner_limit limits[] = {
#define LIMIT_ROW(name, value, unit, meaning) { #name, (uint64_t)(value), unit, meaning },
		LIMITS_TABLE(LIMIT_ROW)
#undef LIMIT_ROW
	};
	*ret_count = sizeof(limits) / sizeof(limits[0]);
	return limits;
}
