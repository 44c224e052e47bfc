/* What servers send beside pages, by the first byte: a feed, a sitemap, robots.txt with a path, a page with its feed,
 * heads and dates of HTTP, a URL. Views stay inside the input, texts are UTF-8, entries are bounded. */
#include <stdint.h>
#include <stdlib.h>
#include "capture/feed.h"
#include "capture/http_date.h"
#include "capture/robots.h"
#include "capture/sitemap.h"
#include "capture/url_parts.h"
#include "garner.h"
#include "util/limits.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct view v)
{
	if (!utf8_is_valid(v) || (v.n && !v.p))
		abort();
}

static int on_entry(void *user, const struct feed_entry *e)
{
	check_text(e->url);
	check_text(e->guid);
	check_text(e->title);
	check_text(e->published);
	if (!e->url.n || ++*(size_t *)user > LIMIT_FEED_ENTRIES)
		abort();
	return 0;
}

static void feed(struct view in)
{
	struct feed_head head;
	struct error error = { 0 };
	size_t count = 0;
	if (!utf8_is_valid(in))
		return;
	feed_sniff(in);
	int result = feed_read(in, on_entry, &count, &head, &error);
	if (result == GARNER_BAD_FEED && !error.text[0])
		abort();
	check_text(view_of(head.title));
}

static int on_url(void *user, const struct sitemap_entry *e)
{
	if (!e->url.n || ++*(size_t *)user > LIMIT_SITEMAP_ENTRIES)
		abort();
	return 0;
}

struct pieces {
	struct view rest;
	size_t step;
};

static struct view next_piece(void *from)
{
	struct pieces *pieces = from;
	struct view piece = view_first(pieces->rest, pieces->step);
	pieces->rest = view_from(pieces->rest, piece.n);
	return piece;
}

/* Cut into pieces of any size, the same comes out. */
static void sitemap(struct view in)
{
	static const size_t steps[] = { SIZE_MAX, 1, 7 };
	size_t counts[3] = { 0 };
	int results[3];
	for (int i = 0; i < 3; i++) {
		struct pieces pieces = { in, steps[i] };
		struct sitemap_head head;
		struct error error = { 0 };
		results[i] = sitemap_read(next_piece, &pieces, on_url, &counts[i], &head, &error);
	}
	if (counts[1] != counts[2] || results[1] != results[2])
		abort();
}

static void robots(struct view in)
{
	size_t end = view_find_byte(in, '\n');
	struct view rule, path = view_first(in, end);
	struct robots *robots = robots_parse(view_from(in, end + 1), VIEW("garner"));
	if (!robots)
		abort();
	if (!robots_allows(robots, path, &rule) && !rule.n)
		abort();
	if (!robots_allows(robots, VIEW("/robots.txt"), NULL))
		abort();
	robots_free(robots);
}

static void rest(struct view in)
{
	char room[64];
	int64_t at;
	struct url_parts parts;
	struct view href = feed_discover(in, room, sizeof(room));
	if (href.n > sizeof(room))
		abort();
	http_date_parse(in, &at);
	if (http_retry_after(in, 1700000000) < -1)
		abort();
	if (url_parts_read(in, &parts, NULL) == 0) {
		if (strchr(parts.origin, '@') ||
			(strncmp(parts.origin, "http://", 7) && strncmp(parts.origin, "https://", 8)))
			abort();
		free(url_parts_join(parts.url, in));
		url_parts_free(&parts);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view in = view_make((const char *)data + (size > 0), size - (size > 0));
	switch (size ? data[0] : 0) {
	case 'f': feed(in); break;
	case 's': sitemap(in); break;
	case 'r': robots(in); break;
	default: rest(in); break;
	}
	return 0;
}
