/* JSON-LD blocks (https://schema.org, JSON-LD 1.1 section 7 "Embedding JSON-LD in HTML"): every node
 * that carries facts of a document, as a flat list. Nothing is decided here. */
#ifndef GARNER_META_JSONLD_H
#define GARNER_META_JSONLD_H

#include <stdbool.h>
#include <stdint.h>
#include "util/arena.h"
#include "util/view.h"

enum ld_class {
	LD_ARTICLE, /* NewsArticle, BlogPosting, Report … */
	LD_WORK,    /* another creative work, a product, an event … */
	LD_PAGE,    /* WebPage and its kinds */
	LD_SITE,    /* WebSite */
	LD_BREADCRUMB,
	LD_OTHER,
};

enum { LD_AUTHORS = 32, LD_TAGS = 32, LD_ITEMS = 96 };

struct ld_author {
	struct view name;
	bool organisation, person; /* by its type; neither: it has none of both */
	bool page;		   /* an address of its own: a profile, another site */
};

/* One node. Empty views are unknown. */
struct ld_item {
	uint8_t class;	/* enum ld_class */
	uint8_t depth;	/* of nesting below its script's top */
	bool aside;	/* reached through a list, a part, a mention or a comment: another page's facts, likely */
	int8_t is_free; /* isAccessibleForFree: -1 unknown, 0 no, 1 yes */
	uint8_t author_count, tag_count;
	struct view type, headline, name, url, id, description, section, licence, image;
	struct view published, created, modified, uploaded, body, publisher, lang;
	struct ld_author authors[LD_AUTHORS];
	struct view tags[LD_TAGS];
};

struct ld {
	struct ld_item **items;
	size_t count;
	size_t bytes;  /* read so far, against LIMIT_JSONLD_BYTES */
	size_t values; /* made so far, against LIMIT_JSONLD_VALUES */
	size_t broken; /* scripts that could not be read, even repaired */
};

/* Adds the nodes of one script. Broken JSON is repaired where that is safe: comments and CDATA marks, control
 * characters and bad escapes in strings, quotes left bare in a string, trailing and doubled commas, a missing end.
 * 0, or -ENOMEM. Too large, too deep or hopeless scripts are counted in ld->broken. */
int ld_read(struct ld *ld, struct arena *arena, struct view script);

/* The first article-like item, else the first work or page; NULL: none. */
const struct ld_item *ld_first(const struct ld *ld);

/* Plain text of a string that may hold tags and character references, spaces collapsed. */
struct view ld_plain(struct arena *arena, struct view text, size_t max);

#endif
