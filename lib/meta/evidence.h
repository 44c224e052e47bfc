/* Every candidate for a fact with where it came from; meta/ alone sees this. */
#ifndef GARNER_META_EVIDENCE_H
#define GARNER_META_EVIDENCE_H

#include "meta/jsonld.h"
#include "meta/meta.h"

enum clue_fact {
	CLUE_TITLE,
	CLUE_AUTHOR,
	CLUE_PUBLISHED,
	CLUE_DATE, /* a date of which the page does not say what it is */
	CLUE_MODIFIED,
	CLUE_SITE,
	CLUE_CANONICAL,
	CLUE_DESCRIPTION,
	CLUE_SECTION,
	CLUE_TAG,
	CLUE_IMAGE,
	CLUE_LICENCE,
	CLUE_TIER, /* of content: "free", "locked", "metered" */
	CLUE_TYPE,
	CLUE_LOCALE,
	CLUE_GENERATOR,
	CLUE_BYLINE,   /* an element that its class calls a byline; the value is its text, read when needed */
	CLUE_USER,     /* an element that its class calls a user's name, or a link to somebody's page */
	CLUE_DATELINE, /* an element that its class calls a date */
	CLUE_FACT_COUNT
};

enum clue_origin { FROM_META, FROM_OG, FROM_DC, FROM_ITEMPROP, FROM_TIME, FROM_REL, FROM_CLASS, FROM_HEADING };

struct clue {
	struct view value; /* trimmed; empty for those read when needed */
	uint32_t node;	   /* 0: none */
	uint8_t fact, origin;
	uint8_t rank; /* within its fact and origin, lower is stronger */
};

struct authors;

struct detail {
	struct ld ld;
	struct clue *clues;
	size_t count;
	struct view lang; /* of the root element */
	struct view base; /* href of the base element */
	uint32_t *links;  /* nodes of all links and pictures, in order */
	size_t link_count;
	struct authors *authors; /* what author_decide() chose from */
};

/* All of a page's clues; 0 or page_full(). */
int evidence_read(struct page *page, struct evidence *evidence, struct detail *detail);

#endif
