/* What classes and ids say in the words that site builders use for bylines, users and dates. */
#ifndef GARNER_META_NAMING_H
#define GARNER_META_NAMING_H

#include "util/view.h"

enum { NAMING_BYLINE = 1, NAMING_DATE = 2, NAMING_USER = 4 };

/* Flags of the words in @name, whatever their case. */
unsigned naming_words(struct view name);

#endif
