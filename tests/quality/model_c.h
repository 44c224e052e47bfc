/* What was learned as C source: constant data, nothing to be built when a program starts. */
#ifndef QUALITY_MODEL_C_H
#define QUALITY_MODEL_C_H

#include <stdio.h>
#include "extract/model.h"

/* A file that begins with words on who @made it, without clang-format, and includes @header; NULL with words on stderr.
 */
FILE *code_open(const char *path, const char *made, const char *header);
/* "static const TYPE NAME[] = {", numbers as many on a line as fit, "};" */
struct code_list {
	FILE *file;
	unsigned count;
};
struct code_list code_list(FILE *file, const char *type, const char *name);
void code_put(struct code_list *list, long value);
void code_end(struct code_list *list);
/* The trees as a table called @name, and the member @name that points to it. */
void code_forest(FILE *file, const char *name, const struct oblivious *forest);
void code_forest_member(FILE *file, const char *name, const struct oblivious *forest);

/* The model of blocks. 0, or -1 with words on stderr. */
int model_write_c(const char *path, const struct model *model);

#endif
