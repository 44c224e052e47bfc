/* Datelines: where a report was written and by whom, in front of its first sentence. */
#ifndef GARNER_EXTRACT_TEXT_DATELINE_H
#define GARNER_EXTRACT_TEXT_DATELINE_H

#include <stdbool.h>
#include "util/view.h"

struct dateline {
	struct view place, agency; /* as they stand in the line; VIEW_NONE: not named */
};

/* "TEHRAN (Tasnim) – …", "Berlin (dpa) - …", "WARSAW, Oct. 3 /PAP/ — …", "(서울=연합뉴스) …", "【北京＝共同】…", and a
 * place in capitals alone before a dash, when @text speaks of it elsewhere, inside a sentence: a word in capitals that
 * it does not ("UPDATE – …") may be anything. @line: its beginning, of running text. */
bool dateline_read(struct view line, struct view text, struct dateline *ret_dateline);

#endif
