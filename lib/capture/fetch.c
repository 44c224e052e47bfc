#include "capture/fetch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "capture/exchange.h"
#include "capture/http.h"
#include "capture/http_date.h"
#include "capture/robots_fetch.h"
#include "capture/url_parts.h"
#include "normalise/normalise.h"
#include "stage.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/limits.h"

/* A request on its way.
 * FREE -> WAITING [slot_fill] -> ASKING [slot_start] -> DONE [slot_answer]
 * ASKING -> WAITING [slot_redirect, slot_later]; WAITING -> DONE [slot_end: robots, bad URL, blocked host];
 * DONE -> FREE [fetch_next] */
enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_ASKING, SLOT_DONE };

struct slot {
	enum slot_state state;
	struct fetch_request request; /* views into @bytes */
	char *bytes;
	struct url_parts at; /* of the hop that is asked for now */
	struct origin *origin;
	struct exchange exchange;
	int hops, tries;
	bool detour; /* a redirect was not a permanent one */
	bool fresh;  /* the last try met a dead connection */
	int reason;
	char detail[256];
	double wait; /* capture.wait */
	bool unasked;
	const char *robots; /* decision, static */
};

struct fetcher {
	const struct engine *engine;
	struct hosts *hosts, *own_hosts;
	struct wire *wire;
	fetch_requests_fn *requests;
	void *user;
	struct slot slots[LIMIT_FETCH_WINDOW];
	uint64_t first, past; /* slots in use: first … past - 1, modulo the window */
	bool exhausted;
	struct robots_fetch robots;
	int64_t item;
	char in_work[512];
	struct {
		const char *const *urls;
		size_t count, at;
	} list;
};

bool fetch_takes(struct view name)
{
	return view_starts_nocase(name, VIEW("http://")) || view_starts_nocase(name, VIEW("https://"));
}

/* ---- small things ------------------------------------------------------------------------ */

static struct slot *slot_of(struct fetcher *f, uint64_t number)
{
	return &f->slots[number % LIMIT_FETCH_WINDOW];
}

__attribute__((format(printf, 3, 4))) static void slot_end(struct slot *slot, int reason, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(slot->detail, sizeof(slot->detail), format, args);
	va_end(args);
	if (slot->origin)
		slot->origin->users--;
	slot->origin = NULL;
	slot->reason = reason;
	slot->state = SLOT_DONE;
}

static void slot_clear(struct slot *slot)
{
	if (slot->origin)
		slot->origin->users--;
	exchange_clear(&slot->exchange);
	url_parts_free(&slot->at);
	free(slot->bytes);
	*slot = (struct slot){ 0 };
}

/* ---- filling the window ------------------------------------------------------------------ */

static char *keep(char **at, struct view *v)
{
	char *copy = *at;
	if (!v->p)
		return NULL;
	memcpy(copy, v->p, v->n);
	copy[v->n] = 0;
	*at += v->n + 1;
	v->p = copy;
	return copy;
}

static int slot_copy(struct slot *slot, const struct fetch_request *request)
{
	struct fetch_request *r = &slot->request;
	*r = *request;
	struct view *all[] = { &r->url, &r->etag, &r->last_modified, &r->feed_url, &r->feed_guid, &r->feed_published,
		&r->feed_title, &r->identity };
	size_t n = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		n += all[i]->n + 1;
	slot->bytes = malloc(n);
	if (!slot->bytes)
		return -ENOMEM;
	char *at = slot->bytes;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		keep(&at, all[i]);
	return 0;
}

/* Turns @slot towards @url: the request's own, or a redirect's. 0 or -ENOMEM. */
static int slot_aim(struct fetcher *f, struct slot *slot, struct view url)
{
	struct url_parts parts;
	const char *why = "";
	int result = url_parts_read(url, &parts, &why);
	if (!result && address_scope_of_host(parts.host) == ADDRESS_CLOSED) {
		url_parts_free(&parts);
		result = GARNER_REFUSED_ADDRESS;
		why = ADDRESS_CLOSED_WORDS;
	}
	if (result > 0)
		slot_end(slot, result, slot->hops ? "redirect: %s" : "%s", why);
	if (result)
		return result < 0 ? result : 0;
	if (slot->origin)
		slot->origin->users--;
	slot->origin = NULL;
	url_parts_free(&slot->at);
	slot->at = parts;
	slot->origin = hosts_origin(f->hosts, parts.origin, parts.host);
	if (!slot->origin)
		return -ENOMEM;
	slot->origin->users++;
	slot->state = SLOT_WAITING;
	return 0;
}

static int fill(struct fetcher *f, struct error *error)
{
	while (!f->exhausted && f->past - f->first < LIMIT_FETCH_WINDOW) {
		struct fetch_request request = { 0 };
		int result = f->requests(f->user, &request, error);
		if (result == SOURCE_END)
			f->exhausted = true;
		if (result)
			return result < 0 ? result : 0;
		struct slot *slot = slot_of(f, f->past);
		result = slot_copy(slot, &request);
		if (!result)
			result = slot_aim(f, slot, slot->request.url);
		f->past++;
		if (result < 0)
			return error_set(error, result, "no memory for a request");
		struct view *url = &slot->request.url;
		char *text = slot->bytes;
		url->n = url_without_credentials(*url, text);
		url->p = text;
	}
	return 0;
}

/* ---- a page's way ------------------------------------------------------------------------ */

/* 1: go on; 0: not yet, or the slot is done; < 0. */
static int robots_decide(struct fetcher *f, struct slot *slot, uint64_t now)
{
	struct origin *origin = slot->origin;
	struct view rule;
	if (f->engine->options.ignore_robots) {
		slot->robots = "ignored";
		return 1;
	}
	if (origin->state != ROBOTS_ASKING && origin->state != ROBOTS_UNKNOWN && now > origin->until)
		origin->state = ROBOTS_UNKNOWN;
	switch (origin->state) {
	case ROBOTS_UNKNOWN: return robots_fetch_ask(&f->robots, origin);
	case ROBOTS_ASKING: return 0;
	case ROBOTS_NONE: slot->robots = "none"; return 1;
	case ROBOTS_FAILED:
	case ROBOTS_CLOSED:
		if (origin->state == ROBOTS_CLOSED && origin->until > now)
			slot->wait = (double)(origin->until - now) / 1e9;
		slot_end(slot, origin->reason, "%s", origin->detail);
		return 0;
	case ROBOTS_RULES: break;
	}
	slot->robots = "allowed";
	if (robots_allows(origin->robots, view_of(slot->at.target), &rule))
		return 1;
	slot_end(slot, GARNER_ROBOTS, "robots.txt: Disallow: %.*s", (int)(rule.n < 100 ? rule.n : 100), rule.p);
	return 0;
}

static int slot_start(struct fetcher *f, struct slot *slot, uint64_t now)
{
	struct host *host = slot->origin->host;
	if (host->blocked > now) {
		slot->wait = (double)(host->blocked - now) / 1e9;
		slot->unasked = true;
		slot_end(slot, GARNER_RATE_LIMITED, "the host asked to come back in %.0f s", slot->wait);
		return 0;
	}
	int go = robots_decide(f, slot, now);
	if (go <= 0)
		return go;
	if (!host_is_free(f->hosts, host, now))
		return 0;
	bool same = slot->hops == 0;
	exchange_clear(&slot->exchange);
	slot->exchange = (struct exchange){ .url = slot->at.url,
		.etag = same ? slot->request.etag.p : NULL,
		.last_modified = same ? slot->request.last_modified.p : NULL,
		.body_max = LIMIT_WIRE_BYTES,
		.fresh = slot->fresh,
		.user = slot };
	int result = exchange_start(f->wire, &slot->exchange);
	if (result)
		return result;
	host_begin(host);
	slot->state = SLOT_ASKING;
	return 0;
}

static int slot_redirect(struct fetcher *f, struct slot *slot, struct view location)
{
	if (++slot->hops > LIMIT_REDIRECTS) {
		slot_end(slot, GARNER_REDIRECT_LOOP, "more than %d redirects", (int)LIMIT_REDIRECTS);
		return 0;
	}
	char *url = url_parts_join(slot->at.url, location);
	int result = 0;
	slot->detour |= slot->exchange.status != 301 && slot->exchange.status != 308;
	if (url)
		result = slot_aim(f, slot, view_of(url));
	else
		slot_end(slot, GARNER_BAD_URL, "redirect: not a URL");
	free(url);
	return result;
}

/* 429 and 503 with a time: once more after it, when that is soon enough. */
static bool slot_later(struct fetcher *f, struct slot *slot, uint64_t now)
{
	struct exchange *x = &slot->exchange;
	int64_t asked = http_retry_after(buf_view(&x->head), clock_now(&f->engine->options));
	if (x->status != 429 && (x->status != 503 || asked < 0))
		return false;
	double seconds = host_backoff(f->hosts, slot->origin->host, asked, slot->tries, now);
	if (++slot->tries < LIMIT_FETCH_TRIES && seconds <= LIMIT_RETRY_WAIT) {
		slot->state = SLOT_WAITING;
		return true;
	}
	slot->wait = seconds;
	slot_end(slot, GARNER_RATE_LIMITED, "the server answered %d: come back in %.0f s", x->status, seconds);
	return true;
}

static int slot_answer(struct fetcher *f, struct slot *slot, uint64_t now)
{
	struct exchange *x = &slot->exchange;
	host_end(f->hosts, slot->origin->host, now);
	if (x->reason < 0)
		return x->reason;
	if (x->stale && !slot->fresh) {
		slot->fresh = true;
		slot->state = SLOT_WAITING;
		return 0;
	}
	if (x->reason) {
		slot_end(slot, x->reason, "%s", x->detail);
		return 0;
	}
	if (slot_later(f, slot, now))
		return 0;
	struct view location = http_field(buf_view(&x->head), VIEW("Location"));
	if (x->status >= 300 && x->status <= 399 && x->status != 304 && location.n)
		return slot_redirect(f, slot, location);
	if (x->status == 304 && (slot->request.etag.n || slot->request.last_modified.n) && slot->hops == 0)
		slot_end(slot, GARNER_UNCHANGED, "%s", "");
	else if (x->status < 200 || x->status > 299)
		slot_end(slot, GARNER_HTTP_ERROR, "the server answered %d", x->status);
	else
		slot_end(slot, 0, "%s", "");
	return 0;
}

/* ---- the loop ---------------------------------------------------------------------------- */

static int start_what_may(struct fetcher *f, uint64_t now)
{
	size_t most = f->engine->options.connections ? f->engine->options.connections : LIMIT_CONNECTIONS;
	int result = robots_fetch_start(&f->robots, most, now);
	for (uint64_t i = f->first; i < f->past && result >= 0 && wire_active(f->wire) < most; i++)
		if (slot_of(f, i)->state == SLOT_WAITING)
			result = slot_start(f, slot_of(f, i), now);
	return result < 0 ? result : 0;
}

static int handle_ended(struct fetcher *f)
{
	int result = 0;
	for (struct exchange *x; !result && (x = wire_ended(f->wire));) {
		uint64_t now = clock_ticks();
		if (!robots_fetch_answer(&f->robots, x, now, &result))
			result = slot_answer(f, x->user, now);
	}
	return result;
}

/* The page that is waited for goes on whatever the others hold; a started robots.txt is looked at soon. */
static int turn(struct fetcher *f, struct error *error)
{
	struct slot *first = slot_of(f, f->first);
	uint64_t now = clock_ticks(), wake = now + 200000000u;
	int result = start_what_may(f, now);
	if (result < 0)
		return error_set(error, result, "fetch: %s", strerror(-result));
	first->exchange.urgent = true;
	exchange_resume(&first->exchange);
	for (uint64_t i = f->first; i < f->past; i++) {
		struct slot *slot = slot_of(f, i);
		uint64_t next = slot->state == SLOT_WAITING ? slot->origin->host->next : 0;
		if (next > now && next < wake)
			wake = next;
	}
	wake = robots_fetch_wake(&f->robots, now, wake);
	if (first->state == SLOT_DONE)
		wake = now;
	result = wire_turn(f->wire, (int)((wake - now + 999999) / 1000000), error);
	if (!result)
		result = handle_ended(f);
	return result < 0 ? error_set(error, result, "fetch: %s", strerror(-result)) : 0;
}

static bool stopped(const struct fetcher *f)
{
	return f->engine->stop && atomic_load(f->engine->stop);
}

static struct view into(struct page *page, struct view v)
{
	char *copy = v.n ? arena_strdup_view(&page->arena, v) : NULL;
	return view_make(copy, copy ? v.n : 0);
}

static void give_facts(const struct fetcher *f, struct slot *slot, struct page *page)
{
	struct capture *c = &page->capture;
	const struct fetch_request *r = &slot->request;
	c->url_requested = into(page, r->url);
	c->url = slot->at.url ? into(page, view_of(slot->at.url)) : c->url_requested;
	if (slot->hops == 0 && slot->at.url)
		c->url_requested = VIEW_NONE;
	c->fetched = clock_now(&f->engine->options);
	c->feed_url = into(page, r->feed_url);
	c->feed_guid = into(page, r->feed_guid);
	c->feed_published = into(page, r->feed_published);
	c->feed_title = into(page, r->feed_title);
	c->identity = into(page, r->identity);
	c->robots = view_of(slot->robots);
	c->item = r->item;
	c->wait = slot->reason ? (int64_t)slot->wait + (slot->wait > 0) : 0;
	c->unasked = slot->unasked;
	c->moved = slot->hops && !slot->detour;
	c->network = true;
}

static int give(struct fetcher *f, struct slot *slot, struct page *page)
{
	struct capture *c = &page->capture;
	struct exchange *x = &slot->exchange;
	give_facts(f, slot, page);
	if (x->head.n) {
		c->status = x->status;
		c->head = into(page, buf_view(&x->head));
		c->request_head = into(page, buf_view(&x->request_head));
		c->protocol = x->http2 ? VIEW("h2") : VIEW("http/1.1");
		c->content_type = http_field(c->head, VIEW("Content-Type"));
		c->content_encoding = http_field(c->head, VIEW("Content-Encoding"));
		c->etag = http_field(c->head, VIEW("ETag"));
		c->last_modified = http_field(c->head, VIEW("Last-Modified"));
		c->ip = into(page, view_of(x->ip));
	}
	if (slot->reason)
		return page_drop(page, slot->reason, "%s", slot->detail);
	c->truncated = x->truncated;
	c->keep_raw = true;
	char *body = arena_alloc(&page->arena, x->body.n + 1);
	if (!body)
		return page_full(page);
	if (x->body.n)
		memcpy(body, x->body.p, x->body.n);
	body[x->body.n] = 0;
	c->body = view_make(body, x->body.n);
	if (!slot->request.keyed)
		return 0;
	c->body_key = hash64(c->body, 1) | 1;
	return c->body_key == slot->request.body_key ? page_drop(page, GARNER_UNCHANGED, "the same bytes as before")
						     : 0;
}

int fetch_next(struct fetcher *f, struct page *page)
{
	int result = fill(f, &page->error);
	while (result >= 0 && f->first < f->past && slot_of(f, f->first)->state != SLOT_DONE && !stopped(f))
		result = turn(f, &page->error);
	if (result < 0)
		return result;
	struct slot *slot = slot_of(f, f->first);
	if (f->first == f->past || slot->state != SLOT_DONE)
		return SOURCE_END;
	f->item = slot->request.item;
	result = give(f, slot, page);
	slot_clear(slot);
	f->first++;
	return result;
}

int64_t fetch_item(const struct fetcher *f)
{
	return f->item;
}

const char *fetch_in_work(const struct fetcher *f)
{
	const struct slot *slot = &f->slots[f->first % LIMIT_FETCH_WINDOW];
	return slot->state == SLOT_FREE ? NULL : slot->at.url ? slot->at.url : slot->bytes;
}

/* ---- open and close ---------------------------------------------------------------------- */

int fetch_open(const struct engine *engine, struct hosts *hosts, fetch_requests_fn *requests, void *user,
	struct fetcher **ret_fetcher, struct error *error)
{
	struct fetcher *f = calloc(1, sizeof(*f));
	if (!f)
		return error_set(error, -ENOMEM, "no memory for fetches");
	f->engine = engine;
	f->hosts = hosts ? hosts : (f->own_hosts = hosts_new(&engine->options));
	f->requests = requests;
	f->user = user;
	int result = f->hosts ? wire_open(&engine->options, LIMIT_FETCH_HELD, &f->wire, error)
			      : error_set(error, -ENOMEM, "no memory for fetches");
	if (result) {
		fetch_close(f);
		return result;
	}
	f->robots = (struct robots_fetch){ .options = &engine->options, .hosts = f->hosts, .wire = f->wire };
	*ret_fetcher = f;
	return 0;
}

static int next_of_list(void *user, struct fetch_request *ret_request, struct error *error)
{
	struct fetcher *f = user;
	(void)error;
	if (f->list.at == f->list.count)
		return SOURCE_END;
	*ret_request = (struct fetch_request){ .url = view_of(f->list.urls[f->list.at]), .item = (int64_t)f->list.at };
	f->list.at++;
	return 0;
}

int fetch_open_list(const struct engine *engine, struct hosts *hosts, const char *const *urls, size_t count,
	struct fetcher **ret_fetcher, struct error *error)
{
	struct fetcher *f = NULL;
	int result = fetch_open(engine, hosts, next_of_list, NULL, &f, error);
	if (result)
		return result;
	f->user = f;
	f->list.urls = urls;
	f->list.count = count;
	*ret_fetcher = f;
	return 0;
}

struct fetcher *fetch_close(struct fetcher *f)
{
	if (!f)
		return NULL;
	if (f->wire)
		while (wire_ended(f->wire))
			;
	robots_fetch_end(&f->robots);
	for (uint64_t i = f->first; i < f->past; i++)
		slot_clear(slot_of(f, i));
	wire_close(f->wire);
	hosts_free(f->own_hosts);
	free(f);
	return NULL;
}
