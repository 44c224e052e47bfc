/* Source bytes of a text or an attribute value to what they mean (13.2.5.72 to 13.2.5.80, 13.2.3.5). */
#ifndef GARNER_DOM_CHARREF_H
#define GARNER_DOM_CHARREF_H

#include <stdbool.h>
#include <stdint.h>
#include "util/arena.h"
#include "util/view.h"

enum charref_context {
	CHARREF_TEXT,
	CHARREF_ATTRIBUTE,
	CHARREF_NONE, /* raw text: newlines only */
	CHARREF_SPACE /* spaces other than carriage returns: nothing to resolve */
};

enum charref_result {
	CHARREF_DONE,
	CHARREF_FULL, /* no memory in the arena */
	CHARREF_ODD,  /* a NUL stands in it: the parser's ways with these are not followed */
};

/* *@ret is @source itself where nothing has to change, else in the arena: references resolved, CR LF and CR as LF,
 * controls and noncharacters as U+FFFD. */
enum charref_result charref_resolve(
	struct arena *arena, struct view source, enum charref_context context, struct view *ret);
/* What "&NAME;" means: one or two code points; 0: HTML has no such name. */
size_t charref_points(struct view name, uint32_t ret_points[2]);
/* The reference at the start of @v ("&…") is one for a space of any kind. */
bool charref_is_space(struct view v);

#endif
