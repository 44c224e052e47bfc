#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OPT_MIN = 1, OPT_MAX, OPT_ALL, OPT_METRICS, OPT_LOG };

static const struct option options[] = {
	{ "min-interval", required_argument, NULL, OPT_MIN },
	{ "max-interval", required_argument, NULL, OPT_MAX },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "metrics", required_argument, NULL, OPT_METRICS },
	{ "log", required_argument, NULL, OPT_LOG },
	WRITING_OPTIONS,
	{ 0 },
};

enum log_form { LOG_PLAIN, LOG_ERRORS, LOG_JSON, LOG_NONE };

struct settings {
	struct common common;
	struct garner_sync_options sync;
	struct garner *garner;
	uint64_t failed; /* sources so far */
	const char *metrics;
	enum log_form log;
	enum level log_level;
};

/* ---- log lines --------------------------------------------------------------------------- */

static void put_line(enum log_form form, const char *event, const char *about, const char *words)
{
	char at[32];
	time_t now = time(NULL);
	struct tm parts;
	char *place = hide_secrets(about), *said = hide_secrets(words);
	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	if (form != LOG_JSON) {
		fprintf(stderr, "%s %s ", at, event);
		print_name(stderr, place ? place : "");
		fputs(": ", stderr);
		print_name(stderr, said ? said : "");
	} else {
		fprintf(stderr, "{\"at\":\"%s\",\"event\":\"%s\",\"about\":", at, event);
		print_json(stderr, place ? place : "");
		fputs(",\"words\":", stderr);
		print_json(stderr, said ? said : "");
		putc('}', stderr);
	}
	putc('\n', stderr);
	free(place);
	free(said);
}

static void on_log(void *user, const char *event, const char *about, const char *words)
{
	struct settings *settings = user;
	uint64_t failed = garner_report(settings->garner)->sources_failed;
	bool source = strcmp(event, "source") == 0, fails = !source || failed > settings->failed;
	settings->failed = failed;
	if (settings->log == LOG_NONE || settings->common.quiet || (settings->log == LOG_ERRORS && !fails))
		return;
	put_line(settings->log, event, about, words);
}

static int on_document(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct settings *settings = user;
	bool calm = reason == GARNER_STORED || reason == GARNER_KNOWN || reason == GARNER_UNCHANGED;
	bool wanted = reason != GARNER_FILTERED && reason != GARNER_FORGOTTEN;
	if (settings->log == LOG_NONE || (settings->log == LOG_ERRORS && !wanted))
		return 0;
	if (settings->log != LOG_JSON && !calm)
		common_failure(&settings->common, d, reason, detail);
	if (settings->common.quiet || settings->log != LOG_JSON || (calm && !settings->common.verbose))
		return 0;
	char words[600];
	snprintf(words, sizeof(words), "%s%s%s", garner_reason_name(reason), detail && *detail ? ": " : "",
		detail ? detail : "");
	put_line(LOG_JSON, "document", d->url ? d->url : d->src.file ? d->src.file : "-", words);
	return 0;
}

/* How the run ended: a line of the log, whatever its form. */
static void put_end(struct settings *settings, struct garner *garner, int result, const char *store)
{
	const struct garner_report *r = garner_report(garner);
	bool failures =
		r->sources_failed || r->dropped > r->by_reason[GARNER_FILTERED] + r->by_reason[GARNER_FORGOTTEN];
	char words[120];
	if (settings->log == LOG_NONE || (settings->log == LOG_ERRORS && !failures))
		return;
	if (settings->log != LOG_JSON) {
		common_summary(&settings->common, garner, result, store);
		return;
	}
	if (settings->common.quiet)
		return;
	snprintf(words, sizeof(words), "%llu inputs: %llu stored, %llu known, %llu dropped",
		(unsigned long long)r->inputs, (unsigned long long)r->stored, (unsigned long long)r->known,
		(unsigned long long)r->dropped);
	if (result >= 0)
		put_line(LOG_JSON, "end", store, words);
	else if (garner_error(garner))
		put_line(LOG_JSON, "error", store, garner_error(garner));
	settings->common.told = result < 0 && garner_error(garner);
}

/* ---- metrics ----------------------------------------------------------------------------- */

/* Prometheus text format, for the textfile collector of a node exporter: written aside and renamed, so that a reader
 * never sees half of it. */
static bool write_metrics(const char *path, const struct garner_report *r, int code)
{
	char aside[4096];
	int n = snprintf(aside, sizeof(aside), "%s.%ld", path, (long)getpid());
	FILE *out = n < (int)sizeof(aside) ? fopen(aside, "w") : NULL;
	if (!out)
		return false;
	const struct {
		const char *name, *help;
		double value;
	} rows[] = {
		{ "garner_sync_inputs", "Articles and files of the last run.", (double)r->inputs },
		{ "garner_sync_stored", "Documents stored by the last run.", (double)r->stored },
		{ "garner_sync_known", "Inputs of the last run that were known or unchanged.", (double)r->known },
		{ "garner_sync_dropped", "Inputs that the last run dropped.", (double)r->dropped },
		{ "garner_sync_sources", "Sources that the last run looked at.", (double)r->sources },
		{ "garner_sync_sources_changed", "Sources with news.", (double)r->sources_changed },
		{ "garner_sync_sources_failed", "Sources whose look failed.", (double)r->sources_failed },
		{ "garner_sync_network_requests_failed", "Fetches that failed.", (double)r->network_failed },
		{ "garner_sync_bytes_in", "Bytes of bodies.", (double)r->bytes_in },
		{ "garner_sync_seconds", "Duration of the last run.", r->seconds },
		{ "garner_sync_exit_code", "How the last run ended.", code },
		{ "garner_sync_end_timestamp_seconds", "When the last run ended.", (double)time(NULL) },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %.15g\n", rows[i].name, rows[i].help, rows[i].name,
			rows[i].name, rows[i].value);
	fprintf(out, "# HELP garner_sync_dropped_by_reason Inputs dropped, by reason.\n"
		     "# TYPE garner_sync_dropped_by_reason gauge\n");
	for (int i = GARNER_KNOWN + 1; i < GARNER_REASON_COUNT; i++)
		if (r->by_reason[i])
			fprintf(out, "garner_sync_dropped_by_reason{reason=\"%s\"} %llu\n", garner_reason_name(i),
				(unsigned long long)r->by_reason[i]);
	bool good = fflush(out) == 0 && fsync(fileno(out)) == 0 && !ferror(out);
	good = fclose(out) == 0 && good && rename(aside, path) == 0;
	if (!good)
		unlink(aside);
	return good;
}

/* ---- the verb ---------------------------------------------------------------------------- */

static bool take_seconds(const char *argument, int64_t *ret)
{
	char *end;
	errno = 0;
	long long value = strtoll(argument, &end, 10);
	*ret = value;
	return !errno && end != argument && !*end && value >= 1 && value <= 366 * 86400LL;
}

static bool take_log(struct settings *settings, const char *name)
{
	static const char *const names[] = { "plain", "errors", "json", "none", NULL };
	int i = choice_of(names, name);
	if (i >= 0)
		settings->log = (enum log_form)i;
	return i >= 0;
}

/* NULL, or what is wrong. */
static const char *take(struct settings *settings, int c, const char *argument)
{
	switch (c) {
	case OPT_MIN:
		return take_seconds(argument, &settings->sync.min_interval) ? NULL : "--min-interval wants seconds";
	case OPT_MAX:
		return take_seconds(argument, &settings->sync.max_interval) ? NULL : "--max-interval wants seconds";
	case OPT_ALL: settings->sync.all = true; return NULL;
	case OPT_METRICS: settings->metrics = argument; return NULL;
	case OPT_LOG:
		settings->log_level = config_level();
		return take_log(settings, argument) ? NULL : "--log wants plain, errors, json or none";
	default: return "";
	}
}

static int run(int argc, char **argv)
{
	struct settings settings = { 0 };
	bool usage = false;
	for (int c; (c = common_getopt(argc, argv, "", options)) != -1;) {
		if (c == 'h')
			return help(&verb_sync);
		const char *wrong = NULL;
		if (!writing_take(&settings.common, c, optarg, &wrong) &&
			!common_take(&settings.common, c, optarg, &usage))
			wrong = take(&settings, c, optarg);
		if (wrong)
			return *wrong ? usage_error(&verb_sync, "%s", wrong) : option_error(&verb_sync);
		if (usage)
			return EXIT_USAGE;
	}
	if (argc - optind != 1)
		return usage_error(&verb_sync, "name the store");
	if (settings.sync.max_interval > 0 && settings.sync.min_interval > settings.sync.max_interval)
		return usage_error(&verb_sync, "--min-interval is longer than --max-interval");
	if (settings.log != LOG_NONE && settings.log_level && settings.common.quiet) {
		enum level quiet = common_given(&settings.common, "quiet");
		if (quiet == settings.log_level)
			return usage_error(&verb_sync, "--quiet leaves out what --log is for: name one");
		settings.common.quiet = quiet > settings.log_level;
	}
	if (settings.metrics && !can_write(settings.metrics))
		return EXIT_USAGE;
	const char *store = argv[optind];
	if (!settings.common.options.contact && !settings.common.options.user_agent && !settings.common.quiet) {
		static const char words[] = "no --contact: owners of sites can't reach you";
		if (settings.log == LOG_JSON)
			put_line(LOG_JSON, "note", store, words);
		else
			print_error(words);
	}
	struct garner *garner = common_begin(&settings.common);
	if (!garner)
		return EXIT_USAGE;
	settings.garner = garner;
	garner_set_log(garner, on_log, &settings);
	int result = garner_sync(garner, store, &settings.sync, on_document, &settings);
	struct garner_report report = *garner_report(garner);
	put_end(&settings, garner, result, store);
	int code = common_end(&settings.common, garner, result);
	if (settings.metrics && !write_metrics(settings.metrics, &report, code)) {
		print_errorf("%s: %s", settings.metrics, strerror(errno));
		code = code <= EXIT_SOME_FAILED ? EXIT_STORE : code;
	}
	return code;
}

const struct verb verb_sync = { "sync", "[OPTIONS] STORE",
	"look at every source that is due, fetch and store what is new; for cron",
	"  --min-interval SECONDS, --max-interval SECONDS\n"
	"                       between two looks at a source (default 900, 86400); within them, sources\n"
	"                       with news are looked at more often, others less\n"
	"  --all                every source is due now\n"
	"  --metrics FILE       counts of the run in Prometheus text format, replaced as a whole\n"
	"  --log plain|errors|json|none\n"
	"                       lines on standard error for every source and failure (default plain), for failures\n"
	"                       alone, as JSON, or for nothing but why a run ended early. No passwords and keys of "
	"URLs\n"
	"                       stand in them\n" WRITING_HELP,
	run, true, options };
