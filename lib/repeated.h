/* The pass before a run that fills the line memory (extract/line_memory.h). */
#ifndef GARNER_REPEATED_H
#define GARNER_REPEATED_H

#include "stage.h"

/* Reads the files and folders of @inputs and counts the lines of the plain texts among them, in their order, on top of
 * what the file @path says (NULL, or not there: nothing); then the rules of @engine use these counts, and their version
 * names them. What can't be read twice (URLs, standard input) is not counted. 0 or < 0. */
int repeated_read(
	struct engine *engine, const char *path, const char *const *inputs, size_t count, struct error *error);
/* Writes the counts in use to the file @path. 0 or < 0. */
int repeated_write(const struct engine *engine, const char *path, struct error *error);

#endif
