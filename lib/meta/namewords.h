/* Words of bylines, in the languages at hand; inside meta/ only. Words are asked folded (fold_word). */
#ifndef GARNER_META_NAMEWORDS_H
#define GARNER_META_NAMEWORDS_H

#include <stdbool.h>
#include "util/view.h"

/* Bytes that "by", "von", "автор" … takes at the beginning of @line (as it stands, not folded); 0: none. */
size_t namewords_intro(struct view line);
/* All of them, folded; how many. */
size_t namewords_intros(const struct view **ret);
/* "reporter", "redakteurin": what somebody does. */
bool namewords_role(struct view word);
/* "PhD", "M.D.": what stands behind a name. */
bool namewords_credential(struct view word);
/* "admin", "staff", "view profile": stands where a name should, and is none. */
bool namewords_nobody(struct view words);
/* "dpa", "afp": agencies sign in small letters. */
bool namewords_agency(struct view word);
/* "ministry", "university": the name is of a body and is taken whole. */
bool namewords_body(struct view word);

#endif
