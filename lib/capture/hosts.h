/* Manners: when a host may be asked again, and what its robots.txt says. Shared by every fetch of a run, so that
 * feeds, sitemaps and pages of one host keep one pace. Times are clock_ticks() unless said otherwise. One thread, but
 * for hosts_note. */
#ifndef GARNER_CAPTURE_HOSTS_H
#define GARNER_CAPTURE_HOSTS_H

#include <stdbool.h>
#include <stdint.h>
#include "capture/robots.h"
#include "garner.h"
#include "util/error.h"
#include "util/view.h"

enum robots_state {
	ROBOTS_UNKNOWN, /* -> ASKING [fetch starts it] */
	ROBOTS_ASKING,	/* -> RULES, NONE, CLOSED or FAILED [fetch reads the answer] */
	ROBOTS_RULES,	/* a file was read */
	ROBOTS_NONE,	/* 4xx: there is none, all is allowed (RFC 9309 section 2.3.1.3) */
	ROBOTS_CLOSED,	/* 5xx or unreadable: all is forbidden for now (2.3.1.4) */
	ROBOTS_FAILED,	/* no connection at all: the pages' own failure is the same */
};

/* One host name: its pace is shared by all ports and schemes. */
struct host {
	char *name;
	uint64_t next;	       /* no request before */
	uint64_t blocked;      /* asked us to stay away until then; 0: no */
	double crawl_delay;    /* of robots.txt, below 0 none */
	int64_t blocked_until; /* the same in seconds since 1970 by the run's clock; 0: no */
	int64_t last_ms;       /* end of the last request, milliseconds since 1970; 0: none known */
	size_t active;
};

/* One scheme, host and port: what a robots.txt speaks for. */
struct origin {
	char *name;
	struct host *host;
	enum robots_state state;
	struct robots *robots;
	uint64_t until; /* the answer is good until then (section 2.4: at most a day) */
	int reason;	/* of ROBOTS_FAILED and ROBOTS_CLOSED */
	char detail[160];
	size_t users; /* slots that look at it now */
};

struct hosts;
struct hosts *hosts_new(const struct garner_options *options);
struct hosts *hosts_free(struct hosts *hosts);

/* Over runs: what @reader knows of a host is taken when it is first asked for. @unclean: the last run was cut off, so
 * every host counts as asked just now. */
struct ledger;
void hosts_remember(struct hosts *hosts, struct ledger *reader, bool unclean);
/* hosts_note has something to write. From any thread. */
bool hosts_has_news(struct hosts *hosts);
/* Writes robots.txt answers and requests to stay away that came since the last call. From any thread. 0 or < 0. */
int hosts_note(struct hosts *hosts, struct ledger *writer, struct error *error);
/* Writes everything, when no fetch is going on. */
int hosts_save(struct hosts *hosts, struct ledger *writer, struct error *error);

/* The entry for @name, made when new; NULL: no memory. Lives as long as @hosts. */
struct host *hosts_get(struct hosts *hosts, const char *name);
struct origin *hosts_origin(struct hosts *hosts, const char *origin, const char *host_name);

/* Seconds between two requests to @host: the option, or a longer Crawl-delay up to LIMIT_CRAWL_DELAY. */
double host_delay(const struct hosts *hosts, const struct host *host);
/* A request may go out now. */
bool host_is_free(const struct hosts *hosts, const struct host *host, uint64_t now);
/* Around every request; the pace counts from the end of the last one. */
void host_begin(struct host *host);
void host_end(struct hosts *hosts, struct host *host, uint64_t now);
/* The host answered 429 or 503: @retry_after seconds (-1: it did not say), @tries answers of that kind so far. Gives
 * the seconds to stay away, with jitter, at most LIMIT_RETRY_AFTER. */
double host_backoff(struct hosts *hosts, struct host *host, int64_t retry_after, int tries, uint64_t now);

/* Notes an answer to robots.txt: RULES with @text, or another state. Runs out after @seconds. */
int origin_set_robots(struct hosts *hosts, struct origin *origin, enum robots_state state, struct view text,
	double seconds, uint64_t now);
/* Product token that robots.txt is read for. */
struct view hosts_token(const struct hosts *hosts);

#endif
