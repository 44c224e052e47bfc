/* Names in the lines and boxes around a headline; inside meta/ only. */
#ifndef GARNER_META_BYLINE_H
#define GARNER_META_BYLINE_H

#include "meta/decide.h"
#include "meta/names.h"

/* Adds the names in the box of a byline, run by run: what follows the first name is another author only behind a
 * separator or, like the first, in a link of its own. @named: the markup says that it is one. */
void byline_box(const struct decide *d, struct names *names, uint32_t node, bool named);
/* Two to four words with capitals, no role, nothing else. */
bool byline_is_name(struct view line);
/* A name and a date in one line: "Ada Muster | 05.04.2025", "05.04.2025 by Ada Muster". */
void byline_dated(const struct decide *d, struct names *names, const struct block *b);
/* A picture next to block @at shows who its text names. */
bool byline_is_pictured(const struct decide *d, size_t at);
/* Block @at is a name that stands alone next to a date, or to the picture of who is called so. */
void byline_lone(const struct decide *d, struct names *names, size_t at);

/* Block @at is a name, of a person or a house, and nothing else, in italics or bold. */
void byline_signature(const struct decide *d, struct names *names, size_t at);

/* The style of block @at, or of a box around it, sets its text at the right. */
bool byline_is_at_right(const struct decide *d, size_t at);

#endif
