#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include "sync/sync.h"
#include "util/limits.h"

enum { MONTH = 30 * 86400, GIVE_UP = 12 };

enum weight failure_weight(const struct page *page, int reason)
{
	int status = page->capture.status;
	/* Who says when to come back, or has no robots.txt to show just now, will have it again. */
	if (page->capture.wait)
		return WEIGHT_TEMPORARY;
	switch (reason) {
	case GARNER_NO_ANSWER:
	case GARNER_NO_HOST:
	case GARNER_TOO_SLOW:
	case GARNER_RATE_LIMITED:
	case GARNER_INTERRUPTED:
	case GARNER_TRUNCATED: return WEIGHT_TEMPORARY;
	case GARNER_BAD_URL:
	case GARNER_REFUSED_ADDRESS: return WEIGHT_HARD;
	case GARNER_HTTP_ERROR:
		if (status >= 500 || status == 408 || status == 425)
			return WEIGHT_TEMPORARY;
		return status == 410 ? WEIGHT_HARD : WEIGHT_SOFT;
	default: return WEIGHT_SOFT;
	}
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* News bring the next look nearer, none push it away: by a third each. */
void weigh_success(const struct sync *sync, struct ledger_source *source, bool news, int64_t ttl)
{
	int64_t low = sync->options.min_interval, high = sync->options.max_interval;
	source->interval = between(low, news ? source->interval * 2 / 3 : source->interval * 4 / 3, high);
	source->weight = 0;
	source->failures = 0;
	source->checked = sync->now;
	if (news)
		source->changed = sync->now;
	source->due = sync->now + between(source->interval, ttl, high);
}

struct view state_words(struct arena *arena, const char *format, ...)
{
	char words[400];
	va_list args;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	return view_of(arena_strdup_view(arena, view_of(words)));
}

/* A host that is left alone is no failure of the source: the look is put off. */
int weigh_failure(const struct sync *sync, struct ledger_source *source, const struct page *page, int reason)
{
	enum weight weight = failure_weight(page, reason);
	int doublings = source->weight < 10 ? (int)source->weight : 10;
	bool asked = !page->capture.unasked;
	source->failures += asked;
	source->weight += asked ? weight : 0;
	source->checked = sync->now;
	int64_t wait = source->interval << doublings, high = 7 * sync->options.max_interval;
	bool given_up = asked && source->weight >= GIVE_UP && weight != WEIGHT_TEMPORARY;
	wait = given_up ? MONTH : !asked ? 0 : wait < high ? wait : high;
	source->due = sync->now + (wait > page->capture.wait ? wait : page->capture.wait);
	source->state = state_words((struct arena *)&page->arena, "%s%s%.200s (%lld %s)%s", garner_reason_name(reason),
		page->detail && *page->detail ? ": " : "", page->detail ? page->detail : "",
		(long long)source->failures, source->failures == 1 ? "time" : "times",
		given_up ? ", given up: looked at once a month" : "");
	return source->state.p ? 0 : -ENOMEM;
}
