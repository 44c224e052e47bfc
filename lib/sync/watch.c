#include <errno.h>
#include "capture/exchange.h"
#include "capture/fetch.h"
#include "normalise/normalise.h"
#include "sync/sync.h"
#include "util/limits.h"

struct watch {
	struct sync *sync;
	struct run *run; /* for a page that is its own article */
	struct reading *reading;
	struct arena arena; /* of the row that is given out */
	int64_t after;	    /* sources up to here were given out in this round */
	size_t given;
	bool all; /* due or not: the first round of sync->options.all */
};

/* A page needs no look of its own: its article waits again. */
static int wake_page(struct watch *w, struct ledger_source *source, struct error *error)
{
	struct sync *sync = w->sync;
	struct ledger_sighting s = { .source = source->id, .url = source->url, .key = source->url, .now = sync->now };
	if (url_canonical(&w->arena, source->url, &s.key) != 0)
		s.key = source->url;
	int result = sync_change(sync, error);
	if (!result)
		result = ledger_wake(sync->writer, source->id, s.key, sync->now, error);
	if (result == 1)
		result = ledger_see(sync->writer, &s, error);
	source->due = sync->now + source->interval;
	source->checked = sync->now;
	sync->garner->report.sources++;
	return result < 0 ? result : ledger_put(sync->writer, source, error);
}

static int next_due(void *user, struct fetch_request *ret, struct error *error)
{
	struct watch *w = user;
	struct ledger_source source;
	for (;;) {
		arena_reset(&w->arena);
		int result = ledger_due(
			w->sync->writer, w->all ? INT64_MAX / 4 : w->sync->now, w->after, &w->arena, &source, error);
		if (result)
			return result < 0 ? result : SOURCE_END;
		w->after = source.id;
		if (source.kind != LEDGER_PAGE)
			break;
		result = wake_page(w, &source, error);
		if (result < 0)
			return result;
	}
	*ret = (struct fetch_request){ .url = source.url,
		.etag = source.etag,
		.last_modified = source.last_modified,
		.item = source.id,
		.keyed = true,
		.body_key = source.body_key };
	return 0;
}

/* @again: the same answer is counted as an article's, too. */
static void count(struct sync *sync, const struct page *page, int reason, bool news, bool again)
{
	struct garner_report *r = &sync->garner->report;
	bool failed = reason && reason != GARNER_UNCHANGED;
	r->sources++;
	r->network_inputs += page->capture.network && !again;
	r->network_failed += page->capture.network && failed;
	if (failed)
		r->sources_failed++;
	else if (news)
		r->sources_changed++;
	else
		r->sources_unchanged++;
}

/* What the look brought goes into the row. */
static int conclude(struct look *look, int reason)
{
	struct sync *sync = look->sync;
	struct ledger_source *source = look->source;
	struct arena *arena = &look->page->arena;
	const struct capture *c = &look->page->capture;
	if (reason && reason != GARNER_UNCHANGED)
		return weigh_failure(sync, source, look->page, reason);
	bool news = look->fresh || look->changed;
	weigh_success(sync, source, news, look->ttl);
	/* Of a body that was cut nobody may say that it has not changed. */
	if (c->truncated) {
		source->etag = source->last_modified = VIEW_NONE;
	} else if (c->etag.n || c->last_modified.n || !reason) {
		source->etag = c->etag;
		source->last_modified = c->last_modified;
	}
	if (c->body_key)
		source->body_key = c->body_key;
	if (look->found) {
		source->due = sync->now;
		source->etag = source->last_modified = VIEW_NONE;
		source->body_key = 0;
		source->state = state_words(arena, "the page's feed was found");
	} else if (reason) {
		source->state = state_words(arena, "nothing new");
	} else if (source->kind == LEDGER_PAGE) {
		source->state = state_words(arena, "a page");
	} else {
		const char *broken = look->page->document.error_count ? look->page->document.errors[0] : NULL;
		source->state = state_words(arena, "%lld new, %lld changed of %lld%s%.200s", (long long)look->fresh,
			(long long)look->changed, (long long)(look->seen + look->children),
			broken ? "; then broken: " : "", broken ? broken : "");
		/* It is read all the same, and said: "&" that stands for itself, names that are HTML's. */
		if (look->repairs && source->state.p)
			source->state = state_words(arena, "%.*s; not quite XML: %llu repairs, the first in line %lu",
				(int)source->state.n, source->state.p, (unsigned long long)look->repairs,
				look->repair_line);
		if (look->refused && source->state.p)
			source->state = state_words(arena, "%.*s; %lld not fetched, the first %s: %s",
				(int)source->state.n, source->state.p, (long long)look->refused, look->refused_first,
				look->refused_why);
	}
	/* A child whose index gives its date is looked at when that moves on. */
	if (source->parent && source->lastmod)
		source->due = LEDGER_NEVER;
	return source->state.p ? 0 : -ENOMEM;
}

static int follow_move(struct look *look)
{
	const struct capture *c = &look->page->capture;
	if (!c->moved || look->found)
		return 0;
	int result = ledger_rename(look->sync->writer, look->source->id, c->url.p, &look->error);
	return result < 0 ? result : 0;
}

static int handle(struct watch *w, struct page *page, int reason)
{
	struct sync *sync = w->sync;
	struct error *error = &sync->garner->error;
	struct ledger_source source;
	struct look look = { .sync = sync, .source = &source, .page = page };
	int result = sync_change(sync, error);
	if (!result)
		result = ledger_source(sync->writer, page->capture.item, &page->arena, &source, error);
	if (result)
		return result < 0 ? result : 0;
	struct arena_mark mark = arena_mark(&page->arena);
	if (!reason)
		reason = look_at(w->reading, &look);
	if (reason < 0)
		return error_set(error, reason, "%.*s: %s", (int)source.url.n, source.url.p,
			look.error.code ? look.error.text : page->error.text);
	if (!reason)
		result = follow_move(&look);
	if (!result)
		result = conclude(&look, reason);
	if (!result)
		result = ledger_put(sync->writer, &source, error);
	if (!result)
		result = hosts_note(sync->hosts, sync->writer, error);
	/* One look, one commit: a look that is done is not done again. */
	if (!result)
		result = store_commit_change(sync->store, error);
	if (result < 0)
		return error_set(error, result, "%s", look.error.code ? look.error.text : "a source");
	count(sync, page, reason, look.fresh || look.changed || look.found, look.article != 0);
	sync_log(sync, "source", source.url, source.state.p);
	if (!look.article)
		return 0;
	/* What the look decoded is given back: the stages need the room. */
	arena_rewind(&page->arena, mark);
	page_again(page);
	return sync_article_at_hand(sync, w->run, page, look.article);
}

/* One round over what is due. What it makes due itself (a page's feed, an index's sitemaps) is for the next. */
static int round_of(struct watch *w)
{
	struct sync *sync = w->sync;
	struct garner *garner = sync->garner;
	struct fetcher *fetcher = NULL;
	struct page page = { .options = &garner->engine.options };
	int result = fetch_open(&garner->engine, sync->hosts, next_due, w, &fetcher, &garner->error);
	w->after = 0;
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	while (!result) {
		page_reset(&page);
		int reason = fetch_next(fetcher, &page);
		if (reason == SOURCE_END)
			break;
		w->given++;
		if (reason < 0)
			result = error_set(&garner->error, reason, "%s", page.error.text);
		else
			result = handle(w, &page, reason);
		if (garner->progress) {
			garner->report.in_work = fetch_in_work(fetcher);
			garner->progress(garner->progress_user, &garner->report);
			garner->report.in_work = NULL;
		}
	}
	arena_free(&page.arena);
	fetch_close(fetcher);
	return result;
}

int sync_watch(struct sync *sync, struct run *run)
{
	struct watch w = { .sync = sync, .run = run, .reading = reading_new(), .all = sync->options.all };
	int result = w.reading ? 0 : error_set(&sync->garner->error, -ENOMEM, "no memory for sources");
	arena_init(&w.arena, MIB(1));
	for (size_t before = 1; !result && w.given != before && !atomic_load(&sync->garner->stop);) {
		before = w.given;
		result = round_of(&w);
		w.all = false;
	}
	if (!result)
		result = store_commit_change(sync->store, &sync->garner->error);
	arena_free(&w.arena);
	reading_free(w.reading);
	return result;
}
