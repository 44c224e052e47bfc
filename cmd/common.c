#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	OPT_JOBS = COMMON_OPTIONS_FIRST,
	OPT_REPORT,
	OPT_QUIET,
	OPT_VERBOSE,
	OPT_PROFILE,
	OPT_NORMALISE,
	OPT_PRECISION,
	OPT_RECALL,
	OPT_RULES,
	OPT_KEEP,
	OPT_NO_RULES,
	OPT_REPEATED,
	OPT_FULL_PARSE,
	OPT_ALLOW_PRIVATE,
	OPT_USER_AGENT,
	OPT_CONTACT,
	OPT_CA_FILE,
	OPT_PROXY,
	OPT_DELAY,
	OPT_CONNECTIONS,
	OPT_HOST_CONNECTIONS,
	OPT_TIMEOUT,
	OPT_IGNORE_ROBOTS,
	OPT_INCLUDE,
	OPT_EXCLUDE,
	OPT_MAX_AGE,
};

const struct option common_options[] = {
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ "report", required_argument, NULL, OPT_REPORT },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "profile", no_argument, NULL, OPT_PROFILE },
	{ "normalise", required_argument, NULL, OPT_NORMALISE },
	{ "precision", no_argument, NULL, OPT_PRECISION },
	{ "recall", no_argument, NULL, OPT_RECALL },
	{ "rules", required_argument, NULL, OPT_RULES },
	{ "keep", required_argument, NULL, OPT_KEEP },
	{ "no-rules", no_argument, NULL, OPT_NO_RULES },
	{ "repeated", no_argument, NULL, OPT_REPEATED },
	{ "full-parse", no_argument, NULL, OPT_FULL_PARSE },
	{ "allow-private", no_argument, NULL, OPT_ALLOW_PRIVATE },
	{ "user-agent", required_argument, NULL, OPT_USER_AGENT },
	{ "contact", required_argument, NULL, OPT_CONTACT },
	{ "ca-file", required_argument, NULL, OPT_CA_FILE },
	{ "proxy", required_argument, NULL, OPT_PROXY },
	{ "delay", required_argument, NULL, OPT_DELAY },
	{ "connections", required_argument, NULL, OPT_CONNECTIONS },
	{ "host-connections", required_argument, NULL, OPT_HOST_CONNECTIONS },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "ignore-robots", no_argument, NULL, OPT_IGNORE_ROBOTS },
	{ "include", required_argument, NULL, OPT_INCLUDE },
	{ "exclude", required_argument, NULL, OPT_EXCLUDE },
	{ "max-age", required_argument, NULL, OPT_MAX_AGE },
	{ 0 },
};

const char common_help[] =
	"Cleaning:\n"
	"  --normalise PROFILE  clean (default), keep or search\n"
	"  --precision          cut more: doubtful blocks of a page go\n"
	"  --recall             cut less: doubtful blocks of a page stay\n"
	"  --rules FILE         more whole-line rules for text\n"
	"  --keep RULE|KIND     do not apply this rule, or rules of this kind (may be repeated)\n"
	"  --no-rules           cut no lines of text, only normalise\n"
	"  --repeated           read files and folders twice: short lines that stand on many texts of\n"
	"                       one host, or of one folder where texts have no URL, are cut, too\n"
	"  --include PATTERN    only documents whose URL, title or text match (PCRE2)\n"
	"  --exclude PATTERN    no documents whose URL, title or text match\n"
	"  --max-age DAYS       no documents published longer ago\n"
	"Network:\n"
	"  --contact TEXT       address or URL that servers' owners find in the user agent\n"
	"  --user-agent TEXT    instead of garner/VERSION (+contact)\n"
	"  --delay SECONDS      between two requests to a host\n"
	"  --connections N      open at once, over all hosts\n"
	"  --host-connections N open at once to one host (default 1)\n"
	"  --timeout SECONDS    for one transfer\n"
	"  --ignore-robots      fetch what robots.txt asks not to; noted with the document\n"
	"  --allow-private      loopback and private addresses may be fetched\n"
	"  --ca-file FILE       more trusted certificates (PEM)\n"
	"  --proxy URL          the environment's proxies are never used\n"
	"Run:\n"
	"  -j, --jobs N         threads (default: the machine's cores)\n"
	"  --report FILE        counts by outcome and reason as JSON\n"
	"  --profile            time by stage, on standard error\n"
	"  --full-parse         parse whole pages, not their skeleton (same result, slower)\n"
	"  -q, --quiet          no progress line, no list of failures\n"
	"  -v, --verbose        name every input that is not stored, also what is known\n"
	"  -h, --help           this text\n";

void print_name(FILE *out, const char *name)
{
	for (const unsigned char *c = (const unsigned char *)name; *c; c++) {
		bool second = *c == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0; /* U+0080 to U+009F */
		if (*c < ' ' || *c == 0x7F || second)
			fprintf(out, "\\x%02X", *c);
		else
			putc(*c, out);
		if (second)
			fprintf(out, "\\x%02X", *++c);
	}
}

void print_error(const char *words)
{
	fputs("garner: ", stderr);
	print_name(stderr, words);
	putc('\n', stderr);
}

bool can_write(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	bool good = folder && (access(path, F_OK) == 0 ? access(path, W_OK) == 0 : access(folder, W_OK | X_OK) == 0);
	if (!good)
		fprintf(stderr, "garner: %s: %s\n", path, strerror(errno));
	free(folder);
	return good;
}

/* Of the first write that failed: what comes later overwrites errno. */
static int output_error;

static bool to_number(const char *text, double low, double high, double *ret)
{
	char *end;
	errno = 0;
	double value = strtod(text, &end);
	if (errno || end == text || *end || !(value >= low && value <= high))
		return false;
	*ret = value;
	return true;
}

static bool bad_value(bool *ret_usage, const char *option, const char *argument, const char *wants)
{
	fprintf(stderr, "garner: %s: '%s' is not %s\n", option, argument, wants);
	*ret_usage = true;
	return true;
}

static bool take_keep(struct common *common, const char *argument)
{
	size_t n = common->options.keep_count;
	const char **grown = realloc((void *)common->options.keep, (n + 1) * sizeof(*grown));
	if (!grown)
		return false;
	grown[n] = argument;
	common->options.keep = grown;
	common->options.keep_count = n + 1;
	return true;
}

static bool take_profile(struct common *common, const char *argument)
{
	static const char *const names[] = { "clean", "keep", "search" };
	for (int i = 0; i < 3; i++) {
		if (strcmp(argument, names[i]) == 0) {
			common->options.profile = (enum garner_profile)i;
			return true;
		}
	}
	return false;
}

static bool take_limits(struct common *common, int c, const char *argument, bool *ret_usage)
{
	double value;
	switch (c) {
	case 'j':
	case OPT_JOBS:
		if (!to_number(argument, 1, 64, &value))
			return bad_value(ret_usage, "--jobs", argument, "a number from 1 to 64");
		common->options.jobs = (int)value;
		return true;
	case OPT_DELAY:
		if (!to_number(argument, 0, 86400, &value))
			return bad_value(ret_usage, "--delay", argument, "a number of seconds up to 86400");
		common->options.host_delay = value > 0 ? value : -1;
		return true;
	case OPT_CONNECTIONS:
		if (!to_number(argument, 1, 1000, &value))
			return bad_value(ret_usage, "--connections", argument, "a number from 1 to 1000");
		common->options.connections = (size_t)value;
		return true;
	case OPT_HOST_CONNECTIONS:
		if (!to_number(argument, 1, 100, &value))
			return bad_value(ret_usage, "--host-connections", argument, "a number from 1 to 100");
		common->options.host_connections = (size_t)value;
		return true;
	case OPT_TIMEOUT:
		if (!to_number(argument, 0.1, 86400, &value))
			return bad_value(ret_usage, "--timeout", argument, "a number of seconds up to 86400");
		common->options.timeout = value;
		return true;
	case OPT_MAX_AGE:
		if (!to_number(argument, 0, 100000, &value))
			return bad_value(ret_usage, "--max-age", argument, "a number of days up to 100000");
		common->options.max_age = (int64_t)(value * 86400);
		return true;
	case OPT_NORMALISE:
		if (!take_profile(common, argument))
			return bad_value(ret_usage, "--normalise", argument, "clean, keep or search");
		return true;
	default: return false;
	}
}

bool common_take(struct common *common, int c, const char *argument, bool *ret_usage)
{
	struct garner_options *o = &common->options;
	if (take_limits(common, c, argument, ret_usage))
		return true;
	switch (c) {
	case OPT_REPORT: common->report = argument; return true;
	case 'q':
	case OPT_QUIET: common->quiet = true; return true;
	case 'v':
	case OPT_VERBOSE: common->verbose = true; return true;
	case OPT_PROFILE: o->profile_stages = true; return true;
	case OPT_PRECISION: o->threshold = 0.15; return true;
	case OPT_RECALL: o->threshold = -0.15; return true;
	case OPT_RULES: o->rules_file = argument; return true;
	case OPT_KEEP: return take_keep(common, argument);
	case OPT_NO_RULES: o->no_rules = true; return true;
	case OPT_REPEATED: o->repeated = true; return true;
	case OPT_FULL_PARSE: o->full_parse = true; return true;
	case OPT_ALLOW_PRIVATE: o->allow_private = true; return true;
	case OPT_IGNORE_ROBOTS: o->ignore_robots = true; return true;
	case OPT_USER_AGENT: o->user_agent = argument; return true;
	case OPT_CONTACT: o->contact = argument; return true;
	case OPT_CA_FILE: o->ca_file = argument; return true;
	case OPT_PROXY: o->proxy = argument; return true;
	case OPT_INCLUDE: o->include = argument; return true;
	case OPT_EXCLUDE: o->exclude = argument; return true;
	default: return false;
	}
}

int common_getopt(int argc, char **argv, const char *letters, const struct option *own)
{
	/* One table of both, built on the first call of a verb; the command runs one verb. */
	static struct option all[64];
	static char all_letters[64];
	if (!all_letters[0]) {
		size_t n = 0;
		for (; own && own->name; own++)
			all[n++] = *own;
		for (const struct option *o = common_options; o->name; o++)
			all[n++] = *o;
		all[n++] = (struct option){ "help", no_argument, NULL, 'h' };
		snprintf(all_letters, sizeof(all_letters), "%shqvj:", letters);
	}
	return getopt_long(argc, argv, all_letters, all, NULL);
}

/* ---- a run: signals, progress, end --------------------------------------------------------- */

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
	print_name(stderr, name);
	fflush(stderr);
}

struct garner *common_begin(struct common *common)
{
	if (common->report && !can_write(common->report))
		return NULL;
	struct garner *garner = garner_new(common->reading ? NULL : &common->options);
	if (!garner) {
		fprintf(stderr, "garner: no memory\n");
		return NULL;
	}
	if (garner_error(garner)) {
		print_error(garner_error(garner));
		garner_free(garner);
		return NULL;
	}
	running = garner;
	watch_signals();
	if (!common->quiet && isatty(STDERR_FILENO))
		garner_set_progress(garner, show_progress, NULL);
	return garner;
}

static bool write_report(const char *path, const struct garner *garner)
{
	char *json = garner_report_json(garner);
	FILE *out = json ? fopen(path, "w") : NULL;
	bool good = out && fprintf(out, "%s\n", json) > 0;
	if (out && fclose(out) != 0)
		good = false;
	if (!good)
		fprintf(stderr, "garner: %s: %s\n", path, json ? strerror(errno) : "no memory");
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
	if (result < 0 && !output_error && garner_error(garner))
		print_error(garner_error(garner));
	int code = exit_code(report, result);
	if (common->report && !write_report(common->report, garner) && code <= EXIT_SOME_FAILED)
		code = EXIT_STORE;
	if (common->options.profile_stages) {
		char *json = garner_report_json(garner);
		fprintf(stderr, "%s\n", json ? json : "");
		free(json);
	}
	running = NULL;
	garner_free(garner);
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
	const char *name = document->src.file ? document->src.file : document->url ? document->url : "-";
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	fputs("garner: ", stderr);
	print_name(stderr, name);
	if (document->src.offset > 0)
		fprintf(stderr, " at byte %lld", (long long)document->src.offset);
	fprintf(stderr, ": %s%s", garner_reason_name(reason), detail ? ": " : "");
	print_name(stderr, detail ? detail : "");
	putc('\n', stderr);
}

void common_summary(const struct common *common, const struct garner *garner, int result, const char *where)
{
	const struct garner_report *r = garner_report(garner);
	if (common->quiet || result < 0)
		return;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	fprintf(stderr, "%s: %llu inputs: %llu stored, %llu known, %llu dropped\n", where,
		(unsigned long long)r->inputs, (unsigned long long)r->stored, (unsigned long long)r->known,
		(unsigned long long)r->dropped);
}

bool dedup_take(struct common *common, const char *name)
{
	static const char *const names[] = { "mark", "skip", "off" };
	for (int i = 0; i < 3; i++) {
		if (strcmp(name, names[i]) == 0) {
			common->options.dedup = (enum garner_dedup)i;
			return true;
		}
	}
	return false;
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

int reading_end(struct garner *garner, int result)
{
	/* Of what we ended ourselves, close_output tells why. */
	if (result < 0 && result != -ECANCELED && garner_error(garner))
		print_error(garner_error(garner));
	running = NULL;
	garner_free(garner);
	if (!close_output(stdout))
		return EXIT_STORE;
	return result == -EWOULDBLOCK ? EXIT_LOCKED
	       : result == -EINVAL    ? EXIT_USAGE
	       : result < 0	      ? EXIT_STORE
				      : EXIT_DONE;
}

void print_place(void *user, const char *place, const char *text)
{
	uint64_t *count = user;
	if (count)
		++*count;
	print_name(stdout, place);
	printf(": %s\n", text);
}

/* ---- help ------------------------------------------------------------------------------------ */

int usage_error(const struct verb *verb, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fprintf(stderr, "garner %s: ", verb->name);
	vfprintf(stderr, format, args);
	putc('\n', stderr);
	va_end(args);
	return option_error(verb);
}

int option_error(const struct verb *verb)
{
	fprintf(stderr, "usage: garner %s %s\n'garner %s --help' says more\n", verb->name, verb->usage, verb->name);
	return EXIT_USAGE;
}

int help(const struct verb *verb)
{
	printf("usage: garner %s %s\n\n%s.\n\n%s", verb->name, verb->usage, verb->summary, verb->help);
	if (verb->common)
		fputs(common_help, stdout);
	return EXIT_DONE;
}

int operands_only(const struct verb *verb, int argc, char **argv, int count, const char *wanted)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		if (c == 'h')
			return help(verb);
		return option_error(verb);
	}
	return argc - optind == count ? -1 : usage_error(verb, "%s", wanted);
}

int output_state(void)
{
	if (!ferror(stdout))
		return 0;
	if (!output_error)
		output_error = errno ? errno : EIO;
	return -1;
}

bool close_output(FILE *out)
{
	if (fflush(out) == 0 && !ferror(out))
		return true;
	fprintf(stderr, "garner: standard output: %s\n", strerror(output_error ? output_error : errno));
	return false;
}
