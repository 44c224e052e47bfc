/* One spelling of a line for looking it up: what rules are compared with, never what is written. */
#ifndef GARNER_EXTRACT_TEXT_FOLD_H
#define GARNER_EXTRACT_TEXT_FOLD_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include "util/view.h"

/* Folds valid UTF-8 @in into @out (room for in.n bytes; never longer) and returns the bytes written.
 * Lower case (Latin, Greek, Cyrillic; dotted and dotless i alike), Greek accents off, Arabic letter
 * variants and digits of all common scripts to one form, typographic quotes, dashes, full-width forms
 * and the ellipsis to ASCII, invisible characters out, runs of spaces to one, none at the ends.
 * fold(fold(x)) == fold(x). */
size_t text_fold(struct view in, char *out);

/* One code point; 0: it is dropped. The ellipsis, which becomes three, stays. */
uint32_t text_fold_point(uint32_t cp);

/* Letters only (for patterns): the same case and variant rules on code points above U+007F, ASCII untouched. */
size_t text_fold_letters(struct view in, char *out);

/* @key (folded) without bullets and arrows in front, and without colons, full stops, arrows behind.
 * @ret_end: the last sentence mark that was taken off ('.', 'e' for an ellipsis, ':') or 0. */
struct view text_core(struct view key, char *ret_end);

#endif
