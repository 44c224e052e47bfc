#include <errno.h>
#include "capture/fetch.h"

static int urls_open(struct source *source, struct error *error)
{
	struct fetcher *fetcher = NULL;
	int result = fetch_open_list(source->engine, source->hosts, source->urls, source->url_count, &fetcher, error);
	source->state = fetcher;
	return result;
}

static int urls_next(struct source *source, struct page *page)
{
	int result = fetch_next(source->state, page);
	source->in_work = fetch_in_work(source->state);
	return result;
}

static void urls_close(struct source *source)
{
	source->state = fetch_close(source->state);
	source->in_work = NULL;
}

/* A group of URLs that stand one behind the other in the list of inputs. */
const struct source_ops source_fetch = { "fetch", false, NULL, urls_open, urls_next, urls_close };
