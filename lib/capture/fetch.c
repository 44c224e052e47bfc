#include "capture/source.h"

#include <errno.h>
#include <stdlib.h>

static int fetch_open(struct source *source, struct error *error)
{
	size_t *at = calloc(1, sizeof(*at));
	source->state = at;
	return at ? 0 : error_set(error, -ENOMEM, "no memory");
}

static int fetch_next(struct source *source, struct page *page)
{
	size_t *at = source->state;
	if (*at == source->url_count)
		return SOURCE_END;
	page->capture.url = view_of(source->urls[(*at)++]);
	page->capture.network = true;
	return page_drop(page, GARNER_NO_ANSWER, "no fetcher is built in");
}

static void fetch_close(struct source *source)
{
	free(source->state);
	source->state = NULL;
}

const struct source_ops source_fetch = { "fetch", false, NULL, fetch_open, fetch_next, fetch_close };
