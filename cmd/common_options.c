/* The options that every run of the pipeline takes. */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

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
	"  --allow-private      loopback and private addresses may be fetched; never link-local,\n"
	"                       unspecified and multicast ones, nor where clouds keep a machine's keys\n"
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
	print_errorf("%s: '%s' is not %s", option, argument, wants);
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
	static const char *const names[] = { "clean", "keep", "search", NULL };
	int i = choice_of(names, argument);
	if (i >= 0)
		common->options.profile = (enum garner_profile)i;
	return i >= 0;
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
		if (!to_number(argument, 1.0 / 86400, 100000, &value))
			return bad_value(ret_usage, "--max-age", argument, "a number of days above 0, up to 100000");
		common->options.max_age = (int64_t)(value * 86400);
		return true;
	case OPT_NORMALISE:
		if (!take_profile(common, argument))
			return bad_value(ret_usage, "--normalise", argument, "clean, keep or search");
		return true;
	default: return false;
	}
}

/* ---- options that contradict each other ------------------------------------------------------ */

static size_t place_of(int option)
{
	size_t i = 0;
	while (common_options[i].name && common_options[i].val != option)
		i++;
	return i;
}

/* Short letters are of the command line, also where getopt has not left their argument yet. */
static void note_given(struct common *common, int c)
{
	bool is_short = c == 'q' || c == 'v';
	size_t i = place_of(c == 'q' ? OPT_QUIET : c == 'v' ? OPT_VERBOSE : c == 'j' ? OPT_JOBS : c);
	enum level level = is_short ? BY_LINE : config_level();
	if (i < COMMON_OPTIONS_MAX && common->given[i] < level)
		common->given[i] = level;
}

enum level common_given(const struct common *common, const char *name)
{
	size_t i = 0;
	while (common_options[i].name && strcmp(common_options[i].name, name) != 0)
		i++;
	return common_options[i].name ? common->given[i] : NOT_GIVEN;
}

static void take_back(struct common *common, int option)
{
	struct garner_options *o = &common->options;
	switch (option) {
	case OPT_QUIET: common->quiet = false; break;
	case OPT_VERBOSE: common->verbose = false; break;
	case OPT_NO_RULES: o->no_rules = false; break;
	case OPT_RULES: o->rules_file = NULL; break;
	case OPT_KEEP: o->keep_count = 0; break;
	case OPT_REPEATED: o->repeated = false; break;
	default: break; /* of --precision and --recall the later one has set the threshold */
	}
}

bool common_fit(struct common *common)
{
	static const int pairs[][2] = { { OPT_PRECISION, OPT_RECALL }, { OPT_QUIET, OPT_VERBOSE },
		{ OPT_NO_RULES, OPT_RULES }, { OPT_NO_RULES, OPT_KEEP }, { OPT_NO_RULES, OPT_REPEATED } };
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t a = place_of(pairs[i][0]), b = place_of(pairs[i][1]);
		enum level x = common->given[a], y = common->given[b];
		if (!x || !y)
			continue;
		if (x == y) {
			fprintf(stderr, "garner: --%s and --%s contradict each other: name one\n",
				common_options[a].name, common_options[b].name);
			return false;
		}
		take_back(common, pairs[i][x < y ? 0 : 1]);
	}
	return true;
}

bool common_take(struct common *common, int c, const char *argument, bool *ret_usage)
{
	struct garner_options *o = &common->options;
	note_given(common, c);
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

static bool taken;

bool common_taken(void)
{
	return taken;
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
	int c = getopt_long(argc, argv, all_letters, all, NULL);
	taken = c == -1;
	return c;
}
