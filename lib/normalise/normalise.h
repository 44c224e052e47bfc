/* One spelling for texts and URLs. */
#ifndef GARNER_NORMALISE_NORMALISE_H
#define GARNER_NORMALISE_NORMALISE_H

#include "stage.h"

/* Version of all profiles together: goes into document.normaliser as "clean/1". */
const char *normalise_version(enum garner_profile profile);

/* @in valid UTF-8 -> @ret_text in @arena (or @in itself when nothing changes). Idempotent; at most 3 x
 * the bytes. Line structure: LF ends, no spaces at line ends, at most one blank line in a row, none at
 * either end. 0 or -ENOMEM. */
int normalise_text(enum garner_profile profile, struct arena *arena, struct view in, struct view *ret_text);
/* The same for a fact of one line: line breaks become spaces, trimmed, cut at @max bytes. */
int normalise_line(enum garner_profile profile, struct arena *arena, struct view in, size_t max, struct view *ret_text);

/* Stage, all pages: blocks kept -> document.text (blocks joined by LF, a blank line where block.gap),
 * document.words; title and other facts by normalise_line; page->member. GARNER_NO_TEXT when nothing is left. */
extern const struct stage normalise_stage;

/* WHATWG-parsed, IDNA, default ports, dot segments, percent-case, fragment and tracking parameters
 * cut: the spelling used for identity. 0, GARNER_BAD_URL, -ENOMEM. */
int url_canonical(struct arena *arena, struct view url, struct view *ret_url);
/* @relative against @base (absolute). 0, GARNER_BAD_URL, -ENOMEM. */
int url_resolve(struct arena *arena, struct view base, struct view relative, struct view *ret_url);
/* Host of an absolute URL, lower case, without port; VIEW_NONE when there is none. Into @url. */
struct view url_host(struct view url);

#endif
