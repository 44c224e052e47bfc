/* JSON as pages write it, made into JSON. */
#ifndef GARNER_META_LDREPAIR_H
#define GARNER_META_LDREPAIR_H

#include "util/arena.h"
#include "util/view.h"

/* Without the comment and CDATA marks, semicolons and byte order marks around the value. Into @script. */
struct view ldrepair_strip(struct view script);
/* The script with its damage repaired; VIEW_NONE: no memory. At most 3 x the bytes plus LIMIT_JSON_DEPTH. */
struct view ldrepair(struct arena *arena, struct view script);

#endif
