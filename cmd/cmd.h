/* One verb, one file, one row in main.c's table. Only garner.h of the library. */
#ifndef GARNER_CMD_H
#define GARNER_CMD_H

#include <stdbool.h>
#include <stdio.h>
#include "garner.h"

/* Exit codes; main.c lists them in --help. */
enum {
	EXIT_DONE = 0,
	EXIT_SOME_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_STORE = 3,
	EXIT_NETWORK = 4,
	EXIT_VERIFY = 5,
	EXIT_LOCKED = 75,
	EXIT_SIGNAL = 128,
};

struct verb {
	const char *name;
	const char *usage;		   /* arguments behind the name */
	const char *summary;		   /* one line */
	const char *help;		   /* options and examples; lines end with \n */
	int (*run)(int argc, char **argv); /* argv[0] is the verb */
};

/* Options that every run of the pipeline takes, parsed by common.c. */
struct common {
	struct garner_options options;
	const char *report; /* file for the JSON run report */
	bool quiet, verbose;
};
enum { COMMON_OPTIONS_FIRST = 1000 };
struct option;
extern const struct option common_options[]; /* ends with a zero row */
extern const char common_help[];
/* True when @c is one of the common options and was taken; usage errors end in *ret_usage. */
bool common_take(struct common *common, int c, const char *argument, bool *ret_usage);
/* garner_new with a progress line on terminals and signal handling; NULL after an error was printed. */
struct garner *common_begin(struct common *common);
/* Writes the report, prints the summary, frees, and gives the exit code for @result. */
int common_end(struct common *common, struct garner *garner, int result);
/* getopt_long over @own (ends with a zero row) and the common options. */
int common_getopt(int argc, char **argv, const char *letters, const struct option *own);
int usage_error(const struct verb *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));
int help(const struct verb *verb);

extern const struct verb verb_clean, verb_build, verb_ingest, verb_list, verb_show, verb_export, verb_verify;

#endif
