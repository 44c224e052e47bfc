/* First names that are common in many languages: what begins with one is a person, likely. Inside meta/ only. */
#ifndef GARNER_META_GIVENNAMES_H
#define GARNER_META_GIVENNAMES_H

#include <stdbool.h>
#include "util/view.h"

enum { GIVENNAMES_BYTES = 16 };

/* @word, folded (fold_word), is one of them. */
bool givennames_has(struct view word);

#endif
