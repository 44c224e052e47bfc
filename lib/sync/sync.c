#include "sync/sync.h"

#include <errno.h>
#include <stdio.h>
#include "sync/pace.h"
#include "util/limits.h"

enum { MIN_INTERVAL = 900, MAX_INTERVAL = 86400 };

int sync_change(struct sync *sync, struct error *error)
{
	void *database;
	return store_change(sync->store, &database, error);
}

void sync_log(const struct sync *sync, const char *event, struct view about, const char *words)
{
	char text[1024];
	if (!sync->garner->log)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)(about.n < 1000 ? about.n : 1000), about.p ? about.p : "");
	sync->garner->log(sync->garner->log_user, event, text, words ? words : "");
}

/* What an earlier clock noted must not hold anything up. */
static int mend_clock(struct sync *sync)
{
	struct error *error = &sync->garner->error;
	int result = sync_change(sync, error);
	if (!result)
		result = ledger_mend_clock(sync->writer, sync->now, article_backoff(LIMIT_ITEM_TRIES), error);
	return result ? result : store_commit_change(sync->store, error);
}

static int run_parts(struct sync *sync, struct run *run)
{
	int result = sync_watch(sync, run);
	if (!result && !atomic_load(&sync->garner->stop))
		result = sync_articles(sync, run);
	if (!result && !atomic_load(&sync->garner->stop))
		result = sync_folders(sync, run);
	return result;
}

static int sync_all(struct garner *garner, const char *store, const struct garner_sync_options *options,
	garner_document_fn *fn, void *user)
{
	struct sync sync = { .garner = garner, .path = store };
	struct run run = { .garner = garner, .fn = fn, .user = user };
	if (options)
		sync.options = *options;
	if (sync.options.min_interval <= 0)
		sync.options.min_interval = sync.options.max_interval > 0 && sync.options.max_interval < MIN_INTERVAL
						    ? sync.options.max_interval
						    : MIN_INTERVAL;
	if (sync.options.max_interval < sync.options.min_interval)
		sync.options.max_interval =
			sync.options.min_interval > MAX_INTERVAL ? sync.options.min_interval : MAX_INTERVAL;
	int result = garner_begin(garner);
	if (!result)
		result = garner_need(garner, store && *store, "store");
	if (!result)
		result = store_must_exist(store, &garner->error);
	if (!result)
		result = store_open(store, &garner->engine, &run.store, &garner->error);
	if (result)
		return result;
	sync.store = run.store;
	store_watch_commits(run.store, &run.commits);
	sync.now = garner->engine.options.clock;
	struct pace pace;
	result = pace_open(garner, run.store, store, &pace);
	sync.writer = pace.writer;
	sync.reader = pace.reader;
	sync.hosts = pace.hosts;
	if (!result)
		result = mend_clock(&sync);
	if (!result)
		result = garner_remember(garner, store, NULL, 0);
	if (!result)
		result = run_parts(&sync, &run);
	/* What was stored before the caller ended the run stays. */
	int closed = pace_close(garner, run.store, &pace, run.fn_result ? 0 : result);
	if (closed) {
		store_abort(run.store, closed);
		return garner_run_end(garner, &run, closed);
	}
	int finished = store_finish(run.store, &garner->error);
	return finished < 0 ? garner_run_end(garner, &run, finished) : run.fn_result;
}

int garner_sync(struct garner *garner, const char *store, const struct garner_sync_options *options,
	garner_document_fn *fn, void *user)
{
	return garner_leave(garner, sync_all(garner, store, options, fn, user));
}
