/* Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0 (RFC 4287), JSON Feed 1 and 1.1; and OPML, lists of feeds. */
#ifndef GARNER_CAPTURE_FEED_H
#define GARNER_CAPTURE_FEED_H

#include <stdint.h>
#include "util/error.h"
#include "util/view.h"

enum feed_kind {
	FEED_NONE,
	FEED_RSS,
	FEED_ATOM,
	FEED_JSON,
	FEED_OPML,
	FEED_SITEMAP,	    /* capture/sitemap.h reads it */
	FEED_SITEMAP_INDEX, /* the same */
};

/* One entry. Views are borrowed for the call, valid UTF-8, trimmed; VIEW_NONE unknown. */
struct feed_entry {
	struct view url;  /* as it stands: may be relative to @base */
	struct view outer_base; /* xml:base of the feed; VIEW_NONE: the feed's own URL */
	struct view base;	/* of the entry, which may be relative to the outer one; VIEW_NONE: the same */
	struct view guid;
	struct view title;     /* markup may stand in it */
	struct view published; /* ISO 8601, with the zone it was given with */
	int64_t published_at;  /* seconds since 1970, or GARNER_NO_NUMBER */
	int64_t updated_at;
	uint64_t text_key; /* hash of summary and content; 0: there was none */
};

/* What the feed says of itself. */
struct feed_head {
	enum feed_kind kind;
	char title[256];
	int64_t ttl; /* seconds between looks that it asks for; 0 unknown */
	uint64_t entries;
	uint64_t repairs;	   /* slips of its XML that were undone: see capture/xml_repair.h */
	unsigned long repair_line; /* of the first */
};

/* 0 to go on; another number ends the reading. */
typedef int feed_entry_fn(void *user, const struct feed_entry *entry);

/* What @utf8 (a whole document) is, by its root element or first key. */
enum feed_kind feed_sniff(struct view utf8);
/* Reads a feed or OPML, whose outlines come as entries with url and title. At most LIMIT_FEED_ENTRIES are given.
 * 0; what @fn gave; GARNER_BAD_FEED with words in @error (entries before the fault were given, and counted in
 * @ret_head); -ENOMEM. */
int feed_read(struct view utf8, feed_entry_fn *fn, void *user, struct feed_head *ret_head, struct error *error);

/* The first <link rel="alternate"> of an HTML page whose type is a feed's: its href as it stands (character
 * references undone into @room), VIEW_NONE when there is none. */
struct view feed_discover(struct view html, char *room, size_t size);

#endif
