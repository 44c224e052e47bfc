/* The handle: what a run needs is loaded, and told of afterwards. Runs are in garner_run.c, stores in garner_store.c.
 */
#include "inner.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "export/jsonl.h"
#include "extract/html.h"
#include "extract/text_rules.h"
#include "sieve.h"
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

/* A line's end would begin another header. */
static bool has_controls(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			return true;
	return false;
}

/* Rules, model and sieve. What goes wrong is kept: no run can begin. */
static void load(struct garner *garner)
{
	const struct garner_options *o = &garner->engine.options;
	const char *trusted = o->ca_file;
	char text[CLOCK_TEXT_BYTES];
	garner->loaded = true;
	if (!clock_format(o->clock, text))
		error_set(&garner->error, -EINVAL, "clock: not a time of the years 0 to 9999");
	if (!garner->pinned && clock_refused())
		error_set(&garner->error, -EINVAL,
			"SOURCE_DATE_EPOCH: '%.40s' is not a number of seconds since 1970, of the years to 9999",
			clock_refused());
	if (has_controls(o->user_agent) || has_controls(o->contact))
		error_set(&garner->error, -EINVAL, "user agent or contact: no control characters in a header");
	if (o->threshold != o->threshold)
		error_set(&garner->error, -EINVAL, "threshold: not a number");
	garner_need_list(garner, o->keep, o->keep_count, "keep");
	/* libcurl would find out with the first URL, and blame the server. */
	if (!garner->error.code && trusted && access(trusted, R_OK) < 0)
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
	garner->pinned = garner->engine.options.clock;
	garner->engine.options.clock = clock_now(&garner->engine.options);
	garner->few_jobs = garner->engine.options.jobs <= 0;
	if (garner->engine.options.jobs <= 0) {
		long cores = sysconf(_SC_NPROCESSORS_ONLN);
		garner->engine.options.jobs = cores < 1 ? 1 : cores > LIMIT_JOBS ? LIMIT_JOBS : (int)cores;
	}
	if (garner->engine.options.jobs > LIMIT_JOBS)
		garner->engine.options.jobs = LIMIT_JOBS;
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

/* One clock for a whole call: what is written does not depend on how long it took. */
void garner_enter(struct garner *garner)
{
	const struct garner_options given = { .clock = garner->pinned };
	garner->error = (struct error){ 0 };
	garner->engine.options.clock = clock_now(&given);
	sieve_set_clock(garner->engine.sieve, &garner->engine.options);
}

int garner_need(struct garner *garner, bool given, const char *name)
{
	return given ? 0 : error_set(&garner->error, -EINVAL, "argument '%s' is missing: NULL, or nothing in it", name);
}

int garner_need_list(struct garner *garner, const char *const *list, size_t count, const char *name)
{
	bool given = list || !count;
	for (size_t i = 0; i < count && given; i++)
		given = list[i] != NULL;
	return garner_need(garner, given, name);
}

int garner_leave(struct garner *garner, int result)
{
	atomic_store(&garner->stop, false);
	return result;
}

int garner_load(struct garner *garner)
{
	if (!garner->loaded)
		load(garner);
	if (garner->unusable.code)
		garner->error = garner->unusable;
	return garner->unusable.code;
}

int garner_begin(struct garner *garner)
{
	garner_enter(garner);
	if (garner_load(garner))
		return garner->error.code;
	garner->report = (struct garner_report){ 0 };
	memset(garner->stage_ns, 0, sizeof(garner->stage_ns));
	garner->began = clock_ticks();
	garner->progress_at = garner->began;
	return 0;
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
	garner_enter(garner);
	int result = garner_need(garner, fn, "fn");
	if (!result)
		result = garner_load(garner);
	return result ? result : rules_each(garner->engine.rules, fn, user);
}

int garner_rules_test(struct garner *garner, const char *path, garner_finding_fn *fn, void *user)
{
	garner_enter(garner);
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
	if (ret_count)
		*ret_count = sizeof(limits) / sizeof(limits[0]);
	return limits;
}
