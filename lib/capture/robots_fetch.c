#include "capture/robots_fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "capture/http.h"
#include "capture/http_date.h"
#include "capture/stream.h"
#include "capture/url_parts.h"
#include "util/clock.h"
#include "util/limits.h"

/* A robots.txt on its way; its redirects are followed by RFC 9309 section 2.3.1.2, up to five. */
struct robots_job {
	struct exchange exchange;
	struct origin *origin; /* that it speaks for */
	struct host *host;     /* that is asked now */
	struct url_parts at;
	int hops;
	bool started;
	bool fresh; /* the last try met a dead connection */
	struct robots_job *next;
};
enum { ROBOTS_HOPS = 5, ROBOTS_CLOSED_SECONDS = 3600 };

int robots_fetch_ask(struct robots_fetch *f, struct origin *origin)
{
	struct robots_job *job = calloc(1, sizeof(*job));
	char url[LIMIT_URL_BYTES + 16];
	if (!job)
		return -ENOMEM;
	int n = snprintf(url, sizeof(url), "%s/robots.txt", origin->name);
	int result = n < (int)sizeof(url) ? url_parts_read(view_make(url, (size_t)n), &job->at, NULL) : GARNER_BAD_URL;
	if (result) {
		free(job);
		if (result < 0)
			return result;
		/* A host so long that no path fits behind it. */
		origin->reason = result;
		snprintf(origin->detail, sizeof(origin->detail), "robots.txt: not a URL");
		return origin_set_robots(
			f->hosts, origin, ROBOTS_FAILED, VIEW_NONE, ROBOTS_CLOSED_SECONDS, clock_ticks());
	}
	job->origin = origin;
	job->host = origin->host;
	job->next = f->jobs;
	f->jobs = job;
	origin->state = ROBOTS_ASKING;
	origin->users++;
	return 0;
}

static int job_start(struct robots_fetch *f, struct robots_job *job)
{
	job->exchange = (struct exchange){
		.url = job->at.url, .body_max = LIMIT_ROBOTS_BYTES, .plain = true, .keep_on_full = true, .urgent = true
	};
	int result = exchange_start(f->wire, &job->exchange);
	if (result)
		return result;
	host_begin(job->host);
	job->started = true;
	return 0;
}

static void job_free(struct robots_fetch *f, struct robots_job *job)
{
	struct robots_job **at = &f->jobs;
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	job->origin->users--;
	exchange_clear(&job->exchange);
	url_parts_free(&job->at);
	free(job);
}

/* The rules are those in the packed body that some servers send though none is asked for. */
static int take_rules(struct robots_fetch *f, struct robots_job *job, uint64_t now)
{
	struct view body = buf_view(&job->exchange.body);
	if (stream_coding_of(body) != STREAM_GZIP)
		return origin_set_robots(f->hosts, job->origin, ROBOTS_RULES, body, LIMIT_ROBOTS_SECONDS, now);
	struct stream *packed = stream_of_view(body), *stream = packed ? stream_of_gzip(packed) : NULL;
	int result = -ENOMEM;
	if (stream)
		result = origin_set_robots(f->hosts, job->origin, ROBOTS_RULES, stream_look(stream, LIMIT_ROBOTS_BYTES),
			LIMIT_ROBOTS_SECONDS, now);
	stream_close(stream ? stream : packed);
	return result;
}

/* What an answer to robots.txt means: RFC 9309 sections 2.3.1.1 to 2.3.1.4. */
static int job_read(struct robots_fetch *f, struct robots_job *job, uint64_t now)
{
	struct exchange *x = &job->exchange;
	struct origin *origin = job->origin;
	enum robots_state state = ROBOTS_CLOSED;
	double seconds = ROBOTS_CLOSED_SECONDS;
	origin->reason = GARNER_ROBOTS;
	if (x->reason) {
		if (x->reason == GARNER_NO_HOST || x->reason == GARNER_NO_ANSWER || x->reason == GARNER_BAD_TLS ||
			x->reason == GARNER_REFUSED_ADDRESS || x->reason == GARNER_BAD_URL) {
			state = ROBOTS_FAILED;
			origin->reason = x->reason;
		}
		snprintf(origin->detail, sizeof(origin->detail), "robots.txt: %.140s", x->detail);
	} else if (x->status >= 200 && x->status < 300) {
		return take_rules(f, job, now);
	} else if (x->status < 500 && x->status != 429) {
		state = ROBOTS_NONE;
		seconds = LIMIT_ROBOTS_SECONDS;
	} else {
		snprintf(origin->detail, sizeof(origin->detail), "robots.txt answered %d", x->status);
		if (x->status == 429 || x->status == 503)
			host_backoff(f->hosts, origin->host,
				http_retry_after(buf_view(&x->head), clock_now(f->options)), 0, now);
	}
	return origin_set_robots(f->hosts, origin, state, buf_view(&x->body), seconds, now);
}

/* True when the job goes on with another URL. */
static bool job_redirected(struct robots_fetch *f, struct robots_job *job, int *ret_result)
{
	struct exchange *x = &job->exchange;
	struct view location = http_field(buf_view(&x->head), VIEW("Location"));
	struct url_parts parts;
	if (x->reason || x->status < 300 || x->status > 399 || !location.n || ++job->hops > ROBOTS_HOPS)
		return false;
	char *url = url_parts_join(job->at.url, location);
	int result = url ? url_parts_read(view_of(url), &parts, NULL) : GARNER_BAD_URL;
	free(url);
	if (!result && address_scope_of_host(parts.host) == ADDRESS_CLOSED) {
		url_parts_free(&parts);
		x->reason = result = GARNER_REFUSED_ADDRESS;
		snprintf(x->detail, sizeof(x->detail), "redirect: %s", ADDRESS_CLOSED_WORDS);
	}
	if (result) {
		*ret_result = result < 0 ? result : 0;
		return false;
	}
	struct host *host = hosts_get(f->hosts, parts.host);
	exchange_clear(x);
	url_parts_free(&job->at);
	job->at = parts;
	job->started = false;
	if (host)
		job->host = host;
	else
		*ret_result = -ENOMEM;
	return true;
}

static int job_answer(struct robots_fetch *f, struct robots_job *job, uint64_t now)
{
	int result = 0;
	host_end(f->hosts, job->host, now);
	if (job->exchange.reason < 0)
		return job->exchange.reason;
	if (job_redirected(f, job, &result))
		return result;
	if (job->exchange.stale && !job->fresh) {
		exchange_clear(&job->exchange);
		job->fresh = true;
		job->started = false;
		return 0;
	}
	if (!result)
		result = job_read(f, job, now);
	job_free(f, job);
	return result;
}

/* ---- all of them ------------------------------------------------------------------------- */

int robots_fetch_start(struct robots_fetch *f, size_t most, uint64_t now)
{
	int result = 0;
	for (struct robots_job *job = f->jobs; job && !result && wire_active(f->wire) < most; job = job->next)
		if (!job->started && host_is_free(f->hosts, job->host, now))
			result = job_start(f, job);
	return result;
}

bool robots_fetch_answer(struct robots_fetch *f, struct exchange *exchange, uint64_t now, int *ret_result)
{
	struct robots_job *job = f->jobs;
	while (job && &job->exchange != exchange)
		job = job->next;
	if (job)
		*ret_result = job_answer(f, job, now);
	return job != NULL;
}

uint64_t robots_fetch_wake(const struct robots_fetch *f, uint64_t now, uint64_t wake)
{
	for (struct robots_job *job = f->jobs; job; job = job->next)
		if (!job->started && job->host->next > now && job->host->next < wake)
			wake = job->host->next;
	return wake;
}

void robots_fetch_end(struct robots_fetch *f)
{
	while (f->jobs)
		job_free(f, f->jobs);
}
