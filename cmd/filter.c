#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
	FILTER_SINCE = FILTER_OPTIONS_FIRST,
	FILTER_UNTIL,
	FILTER_HOST,
	FILTER_LANG,
	FILTER_SOURCE,
	FILTER_ACCESS,
	FILTER_QUERY,
	FILTER_DUP,
	FILTER_REVISIONS,
	FILTER_FROM,
	FILTER_LIMIT,
};

const struct option filter_options[] = {
	{ "since", required_argument, NULL, FILTER_SINCE },
	{ "until", required_argument, NULL, FILTER_UNTIL },
	{ "host", required_argument, NULL, FILTER_HOST },
	{ "lang", required_argument, NULL, FILTER_LANG },
	{ "source", required_argument, NULL, FILTER_SOURCE },
	{ "access", required_argument, NULL, FILTER_ACCESS },
	{ "query", required_argument, NULL, FILTER_QUERY },
	{ "duplicates", required_argument, NULL, FILTER_DUP },
	{ "revisions", required_argument, NULL, FILTER_REVISIONS },
	{ "from", required_argument, NULL, FILTER_FROM },
	{ "limit", required_argument, NULL, FILTER_LIMIT },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const char *take_date(const char *argument, const char **ret)
{
	*ret = argument;
	return garner_is_date(argument) ? NULL : "is not a date YYYY-MM-DD";
}

static const char *take_access(const char *argument, const char **ret)
{
	static const char *const words[] = { "open", "paywall", "consent", "error" };
	*ret = argument;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(argument, words[i]) == 0)
			return NULL;
	return "is not open, paywall, consent or error";
}

static const char *take_count(const char *argument, int64_t *ret)
{
	char *end;
	errno = 0;
	long long value = strtoll(argument, &end, 10);
	if (errno || end == argument || *end || value < 0)
		return "is not a whole number";
	*ret = value;
	return NULL;
}

/* In a filter, 0 is no limit: nobody who asks for 0 documents means all. */
static const char *take_limit(const char *argument, int64_t *ret)
{
	const char *wrong = take_count(argument, ret);
	return wrong || *ret ? wrong : "is not a whole number above 0";
}

static const char *take(struct garner_filter *filter, int c, const char *argument)
{
	static const char *const dups[] = { "all", "first", "only" };
	switch (c) {
	case FILTER_SINCE: return take_date(argument, &filter->since);
	case FILTER_UNTIL: return take_date(argument, &filter->until);
	case FILTER_HOST: filter->host = argument; return NULL;
	case FILTER_LANG: filter->lang = argument; return NULL;
	case FILTER_SOURCE: filter->source = argument; return NULL;
	case FILTER_ACCESS: return take_access(argument, &filter->access);
	case FILTER_QUERY: filter->query = argument; return NULL;
	case FILTER_DUP:
		for (int i = 0; i < 3; i++) {
			if (strcmp(argument, dups[i]) == 0) {
				filter->dup = i;
				return NULL;
			}
		}
		return "is not all, first or only";
	case FILTER_REVISIONS:
		filter->newest = strcmp(argument, "newest") == 0;
		return filter->newest || strcmp(argument, "all") == 0 ? NULL : "is not all or newest";
	case FILTER_FROM: return take_count(argument, &filter->from_n);
	case FILTER_LIMIT: return take_limit(argument, &filter->limit);
	default: return "";
	}
}

static const char *name_of(int c)
{
	const struct option *option = filter_options;
	while (option->name && option->val != c)
		option++;
	return option->name;
}

bool filter_take(const struct verb *verb, struct garner_filter *filter, int c, const char *argument)
{
	const char *wrong = take(filter, c, argument);
	if (wrong && *wrong)
		usage_error(verb, "--%s: '%s' %s", name_of(c), argument, wrong);
	else if (wrong)
		option_error(verb);
	return !wrong;
}

bool filter_check(const struct verb *verb, const struct garner_filter *filter)
{
	if (!filter->since || !filter->until || strcmp(filter->since, filter->until) <= 0)
		return true;
	usage_error(verb, "--since %s is later than --until %s", filter->since, filter->until);
	return false;
}
