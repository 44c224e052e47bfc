/* Lines and spaces, after every other space has become U+0020 and every line end LF. */
#ifndef GARNER_NORMALISE_SPACE_H
#define GARNER_NORMALISE_SPACE_H

#include "util/arena.h"
#include "util/view.h"

enum space_mode {
	SPACE_COLLAPSE, /* one space between words, none at either end of a line */
	SPACE_KEEP,	/* inner spaces and indents stay, those at line ends go */
};

/* At most one blank line in a row, none at either end. @ret_text in @arena, or a part of @in itself when
 * that needs nothing else. 0 or -ENOMEM. */
int space_lines(enum space_mode mode, struct arena *arena, struct view in, struct view *ret_text);

#endif
