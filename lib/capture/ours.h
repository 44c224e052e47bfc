/* Archives of our own that are taken in again: what closes one (index, manifest, sums) is no text of it. */
#ifndef GARNER_CAPTURE_OURS_H
#define GARNER_CAPTURE_OURS_H

#include <stdbool.h>
#include "util/view.h"

/* NNN_<16 hex>.txt, as a document's member is named. */
bool ours_is_text(struct view name);
/* The path of what closes an archive; "index/" is its folder of pages. */
bool ours_is_closing(struct view path);
/* The first bytes of the index of an archive that holds no document. */
bool ours_is_empty_index(struct view first);
/* BagIt's tag files (RFC 8493, 2.1 and 2.2): they describe a bag, its documents are under data/. */
bool ours_is_tag_file(struct view name);

#endif
