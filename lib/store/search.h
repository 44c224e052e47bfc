/* Words of titles and texts: which documents hold them? An index of its own beside the catalogue, STORE/search.db
 * (SQLite FTS5, contentless: words and places, no text), made when it is asked for and kept up by every later run.
 * Derived: a repair makes it again, a repack that drops texts too. Ideographs and letters of scripts without spaces are
 * words of one character. */
#ifndef GARNER_STORE_SEARCH_H
#define GARNER_STORE_SEARCH_H

#include "store/catalogue.h"
#include "util/error.h"

/* Makes the index when it is not there (@make) and adds the documents of @catalogue that it lacks, up to @next_n. 0
 * also where there is none and none is wanted. */
int search_update(const char *root, struct catalogue *catalogue, int64_t next_n, bool make, struct error *error);
/* Makes an index anew, aside, and puts it in the old one's place: whoever searches meanwhile is answered by that one. 0
 * also where there is none. */
int search_remake(const char *root, struct catalogue *catalogue, int64_t next_n, struct error *error);

/* Each difference between the index and the texts goes to @fn, in words; @next_n: numbers from it on are not used. The
 * engine's own check of the file; with @data every word at every place, against an index that is made anew in a
 * temporary file. < 0: only when the machine fails. 0 also where there is none. */
typedef void search_finding_fn(void *user, const char *name, const char *words);
int search_check(const char *root, struct catalogue *catalogue, int64_t next_n, bool data, search_finding_fn *fn,
	void *user, struct error *error);

#endif
