#include "cmd.h"

#include <ctype.h>
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
	{ "from", required_argument, NULL, FILTER_FROM },
	{ "limit", required_argument, NULL, FILTER_LIMIT },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static bool is_date(const char *text)
{
	static const char shape[] = "dddd-dd-dd";
	if (strlen(text) != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
			return false;
	return true;
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

const char *filter_take(struct garner_filter *filter, int c, const char *argument)
{
	static const char *const dups[] = { "all", "first", "only" };
	switch (c) {
	case FILTER_SINCE: filter->since = argument; return is_date(argument) ? NULL : "is not a date YYYY-MM-DD";
	case FILTER_UNTIL: filter->until = argument; return is_date(argument) ? NULL : "is not a date YYYY-MM-DD";
	case FILTER_HOST: filter->host = argument; return NULL;
	case FILTER_LANG: filter->lang = argument; return NULL;
	case FILTER_SOURCE: filter->source = argument; return NULL;
	case FILTER_ACCESS: filter->access = argument; return NULL;
	case FILTER_QUERY: filter->query = argument; return NULL;
	case FILTER_DUP:
		for (int i = 0; i < 3; i++) {
			if (strcmp(argument, dups[i]) == 0) {
				filter->dup = i;
				return NULL;
			}
		}
		return "is not all, first or only";
	case FILTER_FROM: return take_count(argument, &filter->from_n);
	case FILTER_LIMIT: return take_count(argument, &filter->limit);
	default: return "is not known";
	}
}
