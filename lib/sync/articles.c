#include <errno.h>
#include "capture/fetch.h"
#include "sync/sync.h"
#include "util/limits.h"

/* Two threads meet here: the reader gives requests out of sync->reader, the writer hears of each end. */
struct articles {
	struct sync *sync;
	struct fetcher *fetcher;
	struct arena arena;
	int64_t turn, id; /* of the last item given out */
};

static int next_waiting(void *user, struct fetch_request *ret, struct error *error)
{
	struct articles *a = user;
	struct ledger_item item;
	arena_reset(&a->arena);
	int result = ledger_waiting(a->sync->reader, a->sync->now, a->turn, a->id, &a->arena, &item, error);
	if (result)
		return result < 0 ? result : SOURCE_END;
	a->turn = item.turn;
	a->id = item.id;
	bool is_page = view_eq(item.url, item.source_url);
	*ret = (struct fetch_request){ .url = item.url,
		.etag = item.etag,
		.last_modified = item.last_modified,
		.feed_url = is_page ? VIEW_NONE : item.source_url,
		.feed_guid = item.guid,
		.feed_published = item.published,
		.feed_title = item.title,
		.identity = item.document,
		.item = item.id,
		.keyed = true,
		.body_key = item.body_key };
	return 0;
}

static int read_next(struct source *source, struct page *page)
{
	struct articles *a = source->state;
	int result = fetch_next(a->fetcher, page);
	source->in_work = fetch_in_work(a->fetcher);
	return result;
}

static void read_close(struct source *source)
{
	source->state = NULL;
}

static const struct source_ops source_articles = { "articles", false, NULL, NULL, read_next, read_close };

/* ---- the end of each --------------------------------------------------------------------- */

int64_t article_backoff(int64_t tries)
{
	return INT64_C(3600) << (2 * (tries < 6 ? tries : 6));
}

static struct ledger_outcome outcome_of(
	const struct sync *sync, const struct ledger_item *item, const struct page *page)
{
	const struct capture *c = &page->capture;
	int reason = page->reason;
	struct ledger_outcome o = { .state = LEDGER_DONE };
	bool fetched = c->status >= 200 && c->status <= 299 && c->keep_raw;
	if (reason == GARNER_STORED || reason == GARNER_UNCHANGED || fetched) {
		o.answered = fetched || reason == GARNER_STORED;
		o.etag = c->etag;
		o.last_modified = c->last_modified;
		o.body_key = c->body_key;
		if (reason == GARNER_STORED)
			o.document = view_of(page->document.id);
		else if (reason != GARNER_UNCHANGED)
			o.state = LEDGER_DROPPED; /* read, and nothing in it that is wanted */
		/* Of a body that was cut nobody may say that it has not changed: it is asked for again, as long as it
		 * comes cut at another place. */
		if (c->truncated) {
			o.etag = o.last_modified = VIEW_NONE;
			o.tries = item->tries + 1;
			if (reason != GARNER_UNCHANGED && c->body_key != item->body_key && o.tries < LIMIT_ITEM_TRIES) {
				o.state = LEDGER_WAITING;
				o.due = sync->now + article_backoff(item->tries);
			}
		}
		return o;
	}
	enum weight weight = failure_weight(page, reason);
	int64_t wait = c->unasked ? 0 : article_backoff(item->tries);
	/* Nobody was asked, and nothing changes until robots.txt is read again. */
	bool robots = reason == GARNER_ROBOTS;
	if (robots && wait < LIMIT_ROBOTS_SECONDS)
		wait = LIMIT_ROBOTS_SECONDS;
	o.tries = item->tries + !c->unasked;
	bool over = weight == WEIGHT_HARD || o.tries >= (weight == WEIGHT_SOFT && !robots ? 2 : LIMIT_ITEM_TRIES);
	o.state = !over ? LEDGER_WAITING : item->document.n ? LEDGER_DONE : LEDGER_DROPPED;
	o.due = sync->now + (wait > c->wait ? wait : c->wait);
	return o;
}

static int settle(void *user, const struct page *page, struct error *error)
{
	struct articles *a = user;
	struct sync *sync = a->sync;
	struct ledger_item item;
	struct arena arena;
	if (!page->capture.item || page->reason == GARNER_INTERRUPTED)
		return 0;
	arena_init(&arena, MIB(1));
	int result = sync_change(sync, error);
	if (!result)
		result = ledger_item(sync->writer, page->capture.item, &arena, &item, error);
	if (!result) {
		struct ledger_outcome outcome = outcome_of(sync, &item, page);
		result = ledger_settle(sync->writer, item.id, &outcome, error);
	}
	arena_free(&arena);
	if (result >= 0)
		result = hosts_note(sync->hosts, sync->writer, error);
	return result < 0 ? result : 0;
}

int sync_article_at_hand(struct sync *sync, struct run *run, struct page *page, int64_t item)
{
	struct articles a = { .sync = sync };
	page->capture.item = item;
	run->settle = settle;
	run->settle_user = &a;
	int result = garner_run_page(sync->garner, run, page);
	run->settle = NULL;
	return result ? result : store_commit_change(sync->store, &sync->garner->error);
}

int sync_articles(struct sync *sync, struct run *run)
{
	struct garner *garner = sync->garner;
	struct articles a = { .sync = sync, .turn = INT64_MIN };
	struct capture_reader *reader = NULL;
	arena_init(&a.arena, MIB(1));
	int result = fetch_open(&garner->engine, sync->hosts, next_waiting, &a, &a.fetcher, &garner->error);
	if (!result)
		result = capture_open_source(&garner->engine, &source_articles, &a, &reader, &garner->error);
	run->settle = settle;
	run->settle_user = &a;
	if (!result)
		result = garner_run_reader(garner, run, reader);
	run->settle = NULL;
	capture_close(reader);
	fetch_close(a.fetcher);
	arena_free(&a.arena);
	return result;
}
