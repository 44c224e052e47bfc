/* Sitemaps and sitemap indexes (sitemaps.org protocol, Google's news extension), read as a stream: a sitemap of
 * 50,000 URLs takes no more memory than one of ten. Also the protocol's plain list, one URL a line. */
#ifndef GARNER_CAPTURE_SITEMAP_H
#define GARNER_CAPTURE_SITEMAP_H

#include <stdbool.h>
#include <stdint.h>
#include "capture/feed.h"
#include "util/error.h"
#include "util/view.h"

struct sitemap_entry {
	struct view url;
	int64_t lastmod;       /* seconds since 1970, or GARNER_NO_NUMBER */
	struct view title;     /* of the news extension; VIEW_NONE */
	struct view published; /* the same, ISO 8601 */
	int64_t published_at;
	bool child; /* another sitemap, of an index */
};

typedef int sitemap_entry_fn(void *user, const struct sitemap_entry *entry);

struct sitemap_head {
	enum feed_kind kind; /* FEED_SITEMAP or FEED_SITEMAP_INDEX */
	uint64_t entries;
	uint64_t repairs; /* as of a feed */
	unsigned long repair_line;
};

/* @pull gives the next piece of the decoded sitemap, empty at its end. 0; what @fn gave; GARNER_BAD_FEED,
 * GARNER_TOO_LARGE with words in @error (entries before the fault were given); -ENOMEM. */
int sitemap_read(struct view (*pull)(void *from), void *from, sitemap_entry_fn *fn, void *user,
	struct sitemap_head *ret_head, struct error *error);

/* Is this the beginning of the protocol's plain list: nothing but URLs, one a line? @whole: it is all there is,
 * otherwise its last line may be torn. */
bool sitemap_is_list(struct view beginning, bool whole);

#endif
