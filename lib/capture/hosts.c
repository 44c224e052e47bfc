#include "capture/hosts.h"

#include <errno.h>
#include <stdlib.h>
#include "util/clock.h"
#include "util/hash.h"
#include "util/limits.h"
#include "util/map.h"

struct hosts {
	const struct garner_options *options;
	struct map by_name, by_origin; /* values are addresses */
	struct host **hosts;
	struct origin **origins;
	size_t host_count, origin_count;
	size_t robots_bytes, clock_hand;
	uint64_t dice;
};

struct hosts *hosts_new(const struct garner_options *options)
{
	struct hosts *hosts = calloc(1, sizeof(*hosts));
	if (hosts) {
		hosts->options = options;
		hosts->dice = clock_ticks();
	}
	return hosts;
}

struct hosts *hosts_free(struct hosts *hosts)
{
	if (!hosts)
		return NULL;
	for (size_t i = 0; i < hosts->host_count; i++) {
		free(hosts->hosts[i]->name);
		free(hosts->hosts[i]);
	}
	for (size_t i = 0; i < hosts->origin_count; i++) {
		robots_free(hosts->origins[i]->robots);
		free(hosts->origins[i]->name);
		free(hosts->origins[i]);
	}
	free(hosts->hosts);
	free(hosts->origins);
	map_free(&hosts->by_name);
	map_free(&hosts->by_origin);
	free(hosts);
	return NULL;
}

struct view hosts_token(const struct hosts *hosts)
{
	struct view agent = view_of(hosts->options->user_agent);
	size_t n = 0;
	while (n < agent.n && (ascii_is_alpha(agent.p[n]) || agent.p[n] == '-' || agent.p[n] == '_'))
		n++;
	return n ? view_first(agent, n) : VIEW("garner");
}

/* Room for one more pointer in a list that doubles at powers of two. */
static bool list_room(void *list, size_t count)
{
	void **at = list;
	if (count & (count - 1))
		return true;
	void *grown = realloc(*at, (count ? count * 2 : 1) * sizeof(void *));
	if (grown)
		*at = grown;
	return grown != NULL;
}

struct host *hosts_get(struct hosts *hosts, const char *name)
{
	uint64_t *place = map_put(&hosts->by_name, view_of(name));
	if (!place)
		return NULL;
	if (*place)
		return hosts->hosts[*place - 1];
	struct host *host = calloc(1, sizeof(*host));
	char *copy = strdup(name);
	if (!host || !copy || !list_room(&hosts->hosts, hosts->host_count)) {
		free(host);
		free(copy);
		return NULL;
	}
	host->name = copy;
	host->crawl_delay = -1;
	hosts->hosts[hosts->host_count++] = host;
	*place = hosts->host_count;
	return host;
}

struct origin *hosts_origin(struct hosts *hosts, const char *name, const char *host_name)
{
	struct host *host = hosts_get(hosts, host_name);
	uint64_t *place = host ? map_put(&hosts->by_origin, view_of(name)) : NULL;
	if (!place)
		return NULL;
	if (*place)
		return hosts->origins[*place - 1];
	struct origin *origin = calloc(1, sizeof(*origin));
	char *copy = strdup(name);
	if (!origin || !copy || !list_room(&hosts->origins, hosts->origin_count)) {
		free(origin);
		free(copy);
		return NULL;
	}
	origin->name = copy;
	origin->host = host;
	hosts->origins[hosts->origin_count++] = origin;
	*place = hosts->origin_count;
	return origin;
}

/* ---- pace -------------------------------------------------------------------------------- */

static uint64_t later(uint64_t now, double seconds)
{
	return now + (uint64_t)(seconds * 1e9);
}

double host_delay(const struct hosts *hosts, const struct host *host)
{
	double delay = hosts->options->host_delay;
	delay = delay > 0 ? delay : delay < 0 ? 0 : LIMIT_HOST_DELAY;
	double asked = host->crawl_delay < LIMIT_CRAWL_DELAY ? host->crawl_delay : LIMIT_CRAWL_DELAY;
	return asked > delay ? asked : delay;
}

bool host_is_free(const struct hosts *hosts, const struct host *host, uint64_t now)
{
	size_t at_once = hosts->options->host_connections ? hosts->options->host_connections : 1;
	return host->active < at_once && now >= host->next;
}

void host_begin(struct host *host)
{
	host->active++;
}

void host_end(struct hosts *hosts, struct host *host, uint64_t now)
{
	uint64_t next = later(now, host_delay(hosts, host));
	host->active--;
	if (next > host->next)
		host->next = next;
}

double host_backoff(struct hosts *hosts, struct host *host, int64_t retry_after, int tries, uint64_t now)
{
	/* Without a word: 4 s, 8 s, 16 s … . Jitter of up to a quarter on top, never below what was asked. */
	double seconds = retry_after >= 0 ? (double)retry_after : 4.0 * (double)(1u << (tries < 12 ? tries : 12));
	if (seconds > LIMIT_RETRY_AFTER)
		seconds = LIMIT_RETRY_AFTER;
	hosts->dice = hash64(view_make((const char *)&hosts->dice, sizeof(hosts->dice)), now);
	seconds += seconds / 4 * (double)(hosts->dice % 1024) / 1024;
	if (later(now, seconds) > host->next)
		host->next = later(now, seconds);
	if (seconds > LIMIT_RETRY_WAIT)
		host->blocked = host->next;
	return seconds;
}

/* ---- robots ------------------------------------------------------------------------------ */

static void forget_rules(struct hosts *hosts, struct origin *origin)
{
	hosts->robots_bytes -= robots_size(origin->robots);
	origin->robots = robots_free(origin->robots);
}

/* Rules of many origins together stay under a ceiling: those that nobody looks at go, round robin. */
static void make_room(struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->origin_count && hosts->robots_bytes > LIMIT_ROBOTS_CACHE; i++) {
		struct origin *origin = hosts->origins[hosts->clock_hand++ % hosts->origin_count];
		if (origin->users || origin->state != ROBOTS_RULES)
			continue;
		forget_rules(hosts, origin);
		origin->state = ROBOTS_UNKNOWN;
	}
}

int origin_set_robots(struct hosts *hosts, struct origin *origin, enum robots_state state, struct view text,
	double seconds, uint64_t now)
{
	forget_rules(hosts, origin);
	if (state == ROBOTS_RULES) {
		origin->robots = robots_parse(text, hosts_token(hosts));
		if (!origin->robots)
			return -ENOMEM;
		hosts->robots_bytes += robots_size(origin->robots);
		origin->host->crawl_delay = robots_crawl_delay(origin->robots);
		make_room(hosts);
	}
	origin->state = state;
	origin->until = later(now, seconds);
	return 0;
}
