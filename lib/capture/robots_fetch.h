/* robots.txt files on their way: one request an origin, redirects followed, and what the answer means (RFC 9309). */
#ifndef GARNER_CAPTURE_ROBOTS_FETCH_H
#define GARNER_CAPTURE_ROBOTS_FETCH_H

#include "capture/exchange.h"
#include "capture/hosts.h"

struct robots_job;
struct robots_fetch {
	const struct garner_options *options;
	struct hosts *hosts;
	struct wire *wire;
	struct robots_job *jobs;
};

/* @origin is UNKNOWN and becomes ASKING. 0 or < 0. */
int robots_fetch_ask(struct robots_fetch *robots, struct origin *origin);
/* Starts those whose host is free, while fewer than @most exchanges go on. 0 or < 0. */
int robots_fetch_start(struct robots_fetch *robots, size_t most, uint64_t now);
/* True when @exchange, which ended, was one of these: its origin knows then, or it goes on. *ret_result 0 or < 0. */
bool robots_fetch_answer(struct robots_fetch *robots, struct exchange *exchange, uint64_t now, int *ret_result);
/* When there is something to start, if that is before @wake. */
uint64_t robots_fetch_wake(const struct robots_fetch *robots, uint64_t now, uint64_t wake);
void robots_fetch_end(struct robots_fetch *robots);

#endif
