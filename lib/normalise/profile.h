/* Character by character: what a profile drops, replaces and keeps. */
#ifndef GARNER_NORMALISE_PROFILE_H
#define GARNER_NORMALISE_PROFILE_H

#include "garner.h"
#include "util/arena.h"
#include "util/view.h"

enum filter {
	FILTER_KEEP = GARNER_PROFILE_KEEP,
	FILTER_CLEAN = GARNER_PROFILE_CLEAN,
	FILTER_SEARCH = GARNER_PROFILE_SEARCH,
	FILTER_CODE, /* clean, but tabs stay */
};

/* @ret_text in @arena or @in itself. 0 or -ENOMEM. */
int profile_filter(enum filter filter, struct arena *arena, struct view in, struct view *ret_text);

#endif
