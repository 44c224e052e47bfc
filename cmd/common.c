/* A run of the pipeline: signals, progress, what is told at its end. */
#include "cmd.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct garner *volatile running;
static volatile sig_atomic_t signal_seen;

static void on_signal(int number)
{
	if (signal_seen) {
		signal(number, SIG_DFL);
		raise(number);
		return;
	}
	signal_seen = number;
	if (running)
		garner_stop(running);
}

static void watch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* While a store is written a closed pipe is no reason to die; who only prints ends quietly with its reader. */
	signal(SIGPIPE, SIG_IGN);
	/* A file that grows over the user's limit is an error of that write, which names it. */
	signal(SIGXFSZ, SIG_IGN);
}

static void show_progress(void *user, const struct garner_report *report)
{
	(void)user;
	double seconds = report->seconds > 0 ? report->seconds : 1;
	char name[61];
	fprintf(stderr, "\r\033[K%llu documents, %llu dropped, %.1f MB, %.0f/s  ",
		(unsigned long long)(report->stored + report->known), (unsigned long long)report->dropped,
		(double)report->bytes_in / 1e6, (double)report->inputs / seconds);
	snprintf(name, sizeof(name), "%s", report->in_work ? report->in_work : "");
	print_said(stderr, name);
	fflush(stderr);
}

/* The words of a handle that can't be used are told, and it is gone. */
static struct garner *usable(struct garner *garner)
{
	const char *why = garner ? garner_error(garner) : "no memory";
	if (why) {
		print_error(why);
		garner_free(garner);
		return NULL;
	}
	return garner;
}

struct garner *common_begin(struct common *common)
{
	bool fit = common_fit(common) && (!common->report || can_write(common->report));
	struct garner *garner = fit ? usable(garner_new(common->reading ? NULL : &common->options)) : NULL;
	if (!garner) {
		free((void *)common->options.keep);
		common->options.keep = NULL;
		return NULL;
	}
	running = garner;
	watch_signals();
	if (!common->quiet && isatty(STDERR_FILENO))
		garner_set_progress(garner, show_progress, NULL);
	return garner;
}

static void let_go(struct garner *garner)
{
	running = NULL;
	garner_free(garner);
}

static bool write_report(const char *path, const struct garner *garner)
{
	struct stat st;
	char *json = garner_report_json(garner), *aside = NULL;
	/* The last one stays until the new one is whole; what is no regular file is written into. */
	bool special = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
	bool link = lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
	if (!special && !link && asprintf(&aside, "%s.%ld", path, (long)getpid()) < 0)
		aside = NULL;
	FILE *out = json ? fopen(aside ? aside : path, "w") : NULL;
	bool good = out && fprintf(out, "%s\n", json) > 0;
	if (out && fclose(out) != 0)
		good = false;
	if (good && aside && rename(aside, path) < 0)
		good = false;
	if (!good)
		print_errorf("%s: %s", path, json ? strerror(errno) : "no memory");
	if (!good && aside)
		unlink(aside);
	free(aside);
	free(json);
	return good;
}

static int exit_code(const struct garner_report *report, int result)
{
	if (result == -EWOULDBLOCK)
		return EXIT_LOCKED;
	if (result == -EINVAL)
		return EXIT_USAGE;
	if (signal_seen && result == -EINTR)
		return EXIT_SIGNAL + signal_seen;
	if (result < 0)
		return EXIT_STORE;
	if (signal_seen)
		return EXIT_SIGNAL + signal_seen;
	/* A sync's looks at its sources are requests as well. */
	if (report->network_inputs && report->network_failed == report->network_inputs && !report->stored &&
		!report->known)
		return EXIT_NETWORK;
	/* What the user does not want is no failure. */
	uint64_t unwanted = report->by_reason[GARNER_FILTERED] + report->by_reason[GARNER_FORGOTTEN];
	return report->dropped > unwanted || report->sources_failed ? EXIT_SOME_FAILED : EXIT_DONE;
}

static void tell_unnamed(const struct common *common)
{
	for (int reason = 0; reason < GARNER_REASON_COUNT && !common->verbose; reason++)
		if (common->failures[reason] > FAILURES_NAMED)
			fprintf(stderr, "garner: %s: %llu more (--verbose names them)\n", garner_reason_name(reason),
				(unsigned long long)common->failures[reason] - FAILURES_NAMED);
}

int common_end(struct common *common, struct garner *garner, int result)
{
	const struct garner_report *report = garner_report(garner);
	if (!common->quiet && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	tell_unnamed(common);
	if (result < 0 && !common->told && !output_failed() && garner_error(garner))
		print_error(garner_error(garner));
	int code = exit_code(report, result);
	if (common->report && !write_report(common->report, garner) && code <= EXIT_SOME_FAILED)
		code = EXIT_STORE;
	if (common->options.profile_stages) {
		char *json = garner_report_json(garner);
		fprintf(stderr, "%s\n", json ? json : "");
		free(json);
	}
	let_go(garner);
	free((void *)common->options.keep);
	common->options.keep = NULL;
	return code;
}

void common_failure(struct common *common, const struct garner_document *document, int reason, const char *detail)
{
	bool fine = reason == GARNER_KNOWN || reason == GARNER_UNCHANGED;
	if (common->quiet || reason == GARNER_STORED || (fine && !common->verbose))
		return;
	/* A list of ten thousand lines hides the one that matters: the rest is counted, and in the report. */
	uint64_t seen = common->failures[reason]++;
	if (seen >= FAILURES_NAMED && !common->verbose)
		return;
	/* What was asked for is what somebody knows; where it led to says more. */
	const char *led = document->src.file ? NULL : document->url_requested;
	const char *name = document->src.file ? document->src.file : led ? led : document->url ? document->url : "-";
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	fputs("garner: ", stderr);
	print_said(stderr, name);
	if (led && document->url) {
		fputs(" (led to ", stderr);
		print_said(stderr, document->url);
		putc(')', stderr);
	}
	if (document->src.offset > 0)
		fprintf(stderr, " at byte %lld", (long long)document->src.offset);
	fprintf(stderr, ": %s%s", garner_reason_name(reason), detail ? ": " : "");
	print_said(stderr, detail ? detail : "");
	putc('\n', stderr);
}

void common_summary(const struct common *common, const struct garner *garner, int result, const char *where)
{
	const struct garner_report *r = garner_report(garner);
	if (common->quiet || result < 0)
		return;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	print_said(stderr, where);
	fprintf(stderr, ": %llu inputs: %llu stored, %llu known, %llu dropped\n", (unsigned long long)r->inputs,
		(unsigned long long)r->stored, (unsigned long long)r->known, (unsigned long long)r->dropped);
}

int choice_of(const char *const *names, const char *given)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(given, names[i]) == 0)
			return i;
	return -1;
}

bool dedup_take(struct common *common, const char *name)
{
	static const char *const names[] = { "mark", "skip", "off", NULL };
	int i = choice_of(names, name);
	if (i >= 0)
		common->options.dedup = (enum garner_dedup)i;
	return i >= 0;
}

void output_only(void)
{
	signal(SIGPIPE, SIG_DFL);
}

struct garner *reading_begin(void)
{
	struct common common = { .quiet = true, .reading = true };
	struct garner *garner = common_begin(&common);
	output_only();
	return garner;
}

struct garner *changing_begin(void)
{
	struct garner *garner = reading_begin();
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	return garner;
}

int changing_end(struct garner *garner, int code)
{
	let_go(garner);
	return code;
}

int say_missing(struct garner *garner, const char *store, const char *key)
{
	if (garner_error(garner))
		print_error(garner_error(garner));
	else
		print_errorf("%s: no document '%s'", store, key);
	let_go(garner);
	return EXIT_SOME_FAILED;
}

int reading_end(struct garner *garner, int result)
{
	/* A signal may have come while a full pipe was waited for. */
	bool stopped = signal_seen && (fflush(stdout) != 0 || result == -EINTR || output_state());
	/* Of what we ended ourselves, close_output tells why. */
	if (result < 0 && result != -ECANCELED && !stopped && garner_error(garner))
		print_error(garner_error(garner));
	let_go(garner);
	if (stopped)
		return EXIT_SIGNAL + signal_seen;
	if (!close_output(stdout))
		return EXIT_STORE;
	return result == -EWOULDBLOCK ? EXIT_LOCKED
	       : result == -EINVAL    ? EXIT_USAGE
	       : result < 0	      ? EXIT_STORE
				      : EXIT_DONE;
}
