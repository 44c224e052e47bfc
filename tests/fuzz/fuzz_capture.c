/* Any bytes as one input: bids, codings, WARC, archives, JSON lines, files. */
#include <stdio.h>
#include <stdlib.h>
#include "capture/source.h"
#include "util/limits.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct page *page, int reason)
{
	const struct capture *c = &page->capture;
	const struct view shown[] = { c->url, c->record, c->ip, c->content_type, c->etag, c->last_modified, c->file,
		c->feed_guid, view_of(page->detail) };
	if (reason < 0 || (reason > 0 && (!page->detail || reason >= GARNER_REASON_COUNT)))
		abort();
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (!utf8_is_valid(shown[i]))
			abort();
	if (c->body.n > LIMIT_BODY_BYTES)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = { .name = "input" };
	struct page page = { 0 };
	struct stream *stream = stream_of_view(view_make((const char *)data, size));
	if (!stream || source_begin(&source, stream, &page.error) < 0)
		abort();
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	for (size_t inputs = 0;; inputs++) {
		page_reset(&page);
		int reason = source.ops->next(&source, &page);
		if (reason == SOURCE_END)
			break;
		check(&page, reason);
		/* An input takes at least a byte; a byte of a coding gives at most about 1,032 of plain bytes. */
		if (inputs > size * 1100 + 16)
			abort();
	}
	arena_free(&page.arena);
	source_end(&source);
	return 0;
}
