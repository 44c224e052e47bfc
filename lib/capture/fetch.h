/* Pages from the web, in the order they were asked for.
 *
 * A fetcher takes requests one by one from its caller, keeps a bounded window of them in flight, and gives the pages
 * back in input order whatever the order of completion. Redirects are followed here, hop by hop, so that each hop
 * goes through the same checks: scheme, credentials, address, robots.txt, pace of its host. */
#ifndef GARNER_CAPTURE_FETCH_H
#define GARNER_CAPTURE_FETCH_H

#include "capture/hosts.h"
#include "capture/source.h"

/* One thing to fetch. Views are borrowed until the next call of the iterator; VIEW_NONE unknown. */
struct fetch_request {
	struct view url;
	struct view etag, last_modified; /* of the last answer, exactly as received: makes the request conditional */
	struct view feed_url, feed_guid, feed_published, feed_title;
	struct view identity; /* see capture.identity */
	int64_t item;	      /* the caller's number; comes back in fetch_item and capture.item */
	bool keyed;	      /* fill capture.body_key; a body whose key is @body_key is UNCHANGED */
	uint64_t body_key;
};

/* 0 with a request, SOURCE_END, or < 0 with @error. */
typedef int fetch_requests_fn(void *user, struct fetch_request *ret_request, struct error *error);

struct fetcher;

/* @hosts (pace, robots.txt) is shared by all fetchers of a run; NULL: one of its own. */
int fetch_open(const struct engine *engine, struct hosts *hosts, fetch_requests_fn *requests, void *user,
	struct fetcher **ret_fetcher, struct error *error);
/* The same over a list of URLs, which stays the caller's and must live as long. */
int fetch_open_list(const struct engine *engine, struct hosts *hosts, const char *const *urls, size_t count,
	struct fetcher **ret_fetcher, struct error *error);
/* Fills page->capture in its arena; capture.url is set whatever happens (credentials cut out). 0: a page;
 * a reason > 0: this one is dropped, words by page_drop; SOURCE_END: nothing more, or the run was stopped;
 * < 0 with page->error. capture.head is as received: after a chunked answer it still says so, though the body has
 * no chunks. */
int fetch_next(struct fetcher *fetcher, struct page *page);
/* Number of the request that the last fetch_next answered. */
int64_t fetch_item(const struct fetcher *fetcher);
/* URL that is waited for; valid until the next call. */
const char *fetch_in_work(const struct fetcher *fetcher);
struct fetcher *fetch_close(struct fetcher *fetcher);

/* True for "http://" and "https://" in any case: what the dispatcher hands to a fetcher. */
bool fetch_takes(struct view name);

#endif
