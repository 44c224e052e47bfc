/* What a worker keeps from page to page for parsing, and what the pre-pass hands to the parser. */
#ifndef GARNER_DOM_SCRATCH_H
#define GARNER_DOM_SCRATCH_H

#include <stdbool.h>
#include <stdint.h>
#include "dom/dom.h"
#include "dom/token.h"

enum event_kind {
	EVENT_OPEN,
	EVENT_CLOSE,
	EVENT_LEAF, /* an element without content */
	EVENT_TEXT,
	EVENT_NOTHING,
};

/* A thing in the source, in its order. */
struct event {
	uint32_t at; /* byte of page->utf8 */
	union {
		uint32_t end;  /* of texts */
		uint32_t kept; /* of elements: the first of their attributes */
	};
	uint8_t kind;
	uint8_t tag; /* enum dom_tag; of elements */
	union {
		uint8_t context; /* enum charref_context; of texts */
		uint8_t kept_n;	 /* of elements */
	};
	uint8_t name_n; /* of elements; 0: implied */
};

enum mark_kind {
	MARK_TAG,   /* a start tag handed on */
	MARK_TEXT,  /* a letter */
	MARK_SPACE, /* a space */
	MARK_BLOCK, /* <hr> */
	MARK_HEAD,  /* <meta> */
};

/* What stands at a place of the skeleton: the tag at @at itself, or a stand-in for @count events. */
struct mark {
	uint32_t at;
	uint32_t first, count;
	uint8_t kind;
	char letter;
};

enum { SCRATCH_LATER = 64 };

struct dom_scratch {
	struct arena tree; /* gumbo's memory */
	char *skeleton;
	size_t skeleton_n, skeleton_cap;
	struct event *events;
	struct mark *marks;
	struct token_kept *kept;
	size_t event_count, event_cap, mark_count, mark_cap, kept_count, kept_cap;
	uint32_t html, body; /* events of the tags that make these elements, plus one; 0: they are implied */
	uint32_t later[SCRATCH_LATER], later_count; /* tags of theirs that only add attributes */
};

#endif
