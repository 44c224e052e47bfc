#include "capture/hosts.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "store/ledger.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/limits.h"
#include "util/map.h"

/* Something that the ledger is to know. */
struct change {
	struct change *next;
	char *name;
	bool of_host;
	struct ledger_host host;
	struct ledger_robots robots;
	char text[]; /* of robots.text */
};

struct hosts {
	const struct garner_options *options;
	struct ledger *reader;
	bool unclean;
	pthread_mutex_t lock; /* of @changes */
	struct change *changes, **changes_tail;
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
		hosts->changes_tail = &hosts->changes;
		pthread_mutex_init(&hosts->lock, NULL);
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
	for (struct change *change; (change = hosts->changes);) {
		hosts->changes = change->next;
		free(change->name);
		free(change);
	}
	pthread_mutex_destroy(&hosts->lock);
	free(hosts);
	return NULL;
}

/* ---- over runs --------------------------------------------------------------------------- */

void hosts_remember(struct hosts *hosts, struct ledger *reader, bool unclean)
{
	hosts->reader = reader;
	hosts->unclean = unclean;
}

static int64_t real_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct ledger_host saved_host(const struct host *host)
{
	return (struct ledger_host){ host->last_ms, host->blocked_until, host->crawl_delay };
}

/* Queued, because the ledger is written by another thread. No memory: the next run asks again, no more. */
static void change_add(
	struct hosts *hosts, const char *name, const struct ledger_host *host, const struct ledger_robots *robots)
{
	size_t n = robots ? robots->text.n : 0;
	struct change *change = hosts->reader ? calloc(1, sizeof(*change) + n) : NULL;
	char *copy = change ? strdup(name) : NULL;
	if (!copy) {
		free(change);
		return;
	}
	change->name = copy;
	change->of_host = host != NULL;
	if (host)
		change->host = *host;
	else
		change->robots = *robots;
	if (n)
		memcpy(change->text, robots->text.p, n);
	change->robots.text = view_make(change->text, n);
	pthread_mutex_lock(&hosts->lock);
	*hosts->changes_tail = change;
	hosts->changes_tail = &change->next;
	pthread_mutex_unlock(&hosts->lock);
}

bool hosts_has_news(struct hosts *hosts)
{
	pthread_mutex_lock(&hosts->lock);
	bool news = hosts->changes != NULL;
	pthread_mutex_unlock(&hosts->lock);
	return news;
}

int hosts_note(struct hosts *hosts, struct ledger *writer, struct error *error)
{
	int result = 0;
	pthread_mutex_lock(&hosts->lock);
	struct change *change = hosts->changes, *next;
	hosts->changes = NULL;
	hosts->changes_tail = &hosts->changes;
	pthread_mutex_unlock(&hosts->lock);
	for (; change; change = next) {
		next = change->next;
		if (!result)
			result = change->of_host ? ledger_put_host(writer, change->name, &change->host, error)
						 : ledger_put_robots(writer, change->name, &change->robots, error);
		free(change->name);
		free(change);
	}
	return result;
}

int hosts_save(struct hosts *hosts, struct ledger *writer, struct error *error)
{
	int result = hosts_note(hosts, writer, error);
	for (size_t i = 0; i < hosts->host_count && !result; i++) {
		struct ledger_host saved = saved_host(hosts->hosts[i]);
		if (saved.last_ms)
			result = ledger_put_host(writer, hosts->hosts[i]->name, &saved, error);
	}
	return result;
}

static uint64_t later(uint64_t now, double seconds)
{
	return now + (uint64_t)(seconds * 1e9);
}

/* What earlier runs left: the pace goes on as if there had been no end between them. */
static void recall_host(struct hosts *hosts, struct host *host)
{
	struct ledger_host saved;
	uint64_t now = clock_ticks();
	int64_t clock = clock_now(hosts->options), ms = real_ms();
	if (!hosts->reader)
		return;
	if (ledger_host(hosts->reader, host->name, &saved, NULL) == 0) {
		host->crawl_delay = saved.crawl_delay;
		double since = ms > saved.last_ms ? (double)(ms - saved.last_ms) / 1000 : 0;
		if (host_delay(hosts, host) > since)
			host->next = later(now, host_delay(hosts, host) - since);
		/* Nothing blocks for longer: that was noted when the clock was ahead. */
		if (saved.blocked > clock && saved.blocked - clock <= LIMIT_RETRY_AFTER) {
			host->blocked_until = saved.blocked;
			host->blocked = later(now, (double)(saved.blocked - clock));
		}
	}
	if (hosts->unclean)
		host->next = later(now, host_delay(hosts, host));
}

static void recall_robots(struct hosts *hosts, struct origin *origin)
{
	struct arena arena;
	struct ledger_robots saved;
	int64_t clock = clock_now(hosts->options);
	if (!hosts->reader)
		return;
	arena_init(&arena, MIB(1) + LIMIT_ROBOTS_BYTES);
	if (ledger_robots(hosts->reader, origin->name, &arena, &saved, NULL) == 0 && saved.until > clock &&
		saved.until - clock <= LIMIT_ROBOTS_SECONDS && saved.state >= ROBOTS_RULES &&
		saved.state <= ROBOTS_CLOSED) {
		if (saved.state == ROBOTS_RULES)
			origin->robots = robots_parse(saved.text, hosts_token(hosts));
		origin->state =
			saved.state != ROBOTS_RULES || origin->robots ? (enum robots_state)saved.state : ROBOTS_UNKNOWN;
		origin->until = later(clock_ticks(), (double)(saved.until - clock));
		origin->reason = GARNER_ROBOTS;
		if (saved.state == ROBOTS_CLOSED)
			snprintf(origin->detail, sizeof(origin->detail), "robots.txt could not be read lately");
		hosts->robots_bytes += robots_size(origin->robots);
	}
	arena_free(&arena);
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
	recall_host(hosts, host);
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
	recall_robots(hosts, origin);
	return origin;
}

/* ---- pace -------------------------------------------------------------------------------- */

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
	host->last_ms = real_ms();
	if (next > host->next)
		host->next = next;
}

double host_backoff(struct hosts *hosts, struct host *host, int64_t retry_after, int tries, uint64_t now)
{
	/* Without a word: 4 s, 8 s, 16 s … . Jitter of up to a quarter on top, never below what was asked, or above a
	 * day. */
	double seconds = retry_after >= 0 ? (double)retry_after : 4.0 * (double)(1u << (tries < 12 ? tries : 12));
	hosts->dice = hash64(view_make((const char *)&hosts->dice, sizeof(hosts->dice)), now);
	seconds += seconds / 4 * (double)(hosts->dice % 1024) / 1024;
	if (seconds > LIMIT_RETRY_AFTER)
		seconds = LIMIT_RETRY_AFTER;
	if (later(now, seconds) > host->next)
		host->next = later(now, seconds);
	if (seconds > LIMIT_RETRY_WAIT) {
		host->blocked = host->next;
		host->blocked_until = clock_now(hosts->options) + (int64_t)seconds;
		struct ledger_host saved = saved_host(host);
		change_add(hosts, host->name, &saved, NULL);
	}
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
		/* Reading it was a request: what it asks for holds from there on. */
		uint64_t next = later(now, host_delay(hosts, origin->host));
		if (next > origin->host->next)
			origin->host->next = next;
		make_room(hosts);
	}
	origin->state = state;
	origin->until = later(now, seconds);
	if (state != ROBOTS_FAILED) {
		struct ledger_robots saved = { (int)state, clock_now(hosts->options) + (int64_t)seconds,
			state == ROBOTS_RULES ? view_first(text, LIMIT_ROBOTS_BYTES) : VIEW_NONE };
		change_add(hosts, origin->name, NULL, &saved);
	}
	return 0;
}
