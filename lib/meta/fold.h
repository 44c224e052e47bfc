/* Words made comparable: lower case, accents off, spelling variants of Arabic letters one. Enough for
 * names of months and for asking whether two headlines are the same; not a Unicode case folding. */
#ifndef GARNER_META_FOLD_H
#define GARNER_META_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/view.h"

/* Folds one code point; 0: it is left out (combining marks, joiners). */
uint32_t fold_letter(uint32_t cp);
/* Folds @in into @out, at most @cap bytes, never cutting a code point. Returns the length. */
size_t fold_word(struct view in, char *out, size_t cap);
/* The same of letters and digits only: "The Daily-News" and "thedailynews" are one. */
size_t fold_squeeze(struct view in, char *out, size_t cap);
/* Letters, digits and marks; everything that is not space, punctuation or symbol. */
bool fold_is_letter(uint32_t cp);
/* Value of a decimal digit of any common script, -1 for others. */
int fold_digit(uint32_t cp);
/* Han, kana and Thai-like scripts that stand without spaces between words. */
bool fold_is_unspaced(uint32_t cp);

/* Words of a line as hashes, to compare headlines without regard to case, accents and punctuation;
 * scripts without spaces count a character as a word. Returns how many, at most @cap. */
size_t fold_hashes(struct view text, uint32_t *out, size_t cap);

#endif
