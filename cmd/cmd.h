/* One verb, one file, one row in main.c's table. Only garner.h of the library. */
#ifndef GARNER_CMD_H
#define GARNER_CMD_H

#include <getopt.h>
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
	bool common;			   /* takes the common options: --help lists them too */
	const struct option *options;	   /* of such a verb: its own; ends with a zero row */
};

/* Where an option was given; what stands on the command line is above the file. */
enum level { NOT_GIVEN, BY_FILE, BY_LINE };
/* Of the option that getopt has just given. */
enum level config_level(void);

/* Options that every run of the pipeline takes, parsed by common_options.c. */
enum { COMMON_OPTIONS_MAX = 32 };
struct common {
	enum level given[COMMON_OPTIONS_MAX]; /* in the order of common_options */
	struct garner_options options;
	uint64_t failures[GARNER_REASON_COUNT]; /* inputs not stored, by reason */
	const char *report;			/* file for the JSON run report */
	bool quiet, verbose;
	bool reading; /* no run: rules and model are not needed */
	bool told;    /* the verb has said why the run ended */
};
enum { COMMON_OPTIONS_FIRST = 1000 };
enum { FAILURES_NAMED = 20 };		     /* of one reason, without --verbose */
extern const struct option common_options[]; /* ends with a zero row */
extern const char common_help[];
/* True when @c is one of the common options and was taken; usage errors end in *ret_usage. */
bool common_take(struct common *common, int c, const char *argument, bool *ret_usage);
/* The level at which the option of this name was given. */
enum level common_given(const struct common *common, const char *name);
/* Options that contradict each other: a complaint where both stand on the command line, or both in the file; otherwise
 * the one of the file is taken back. */
bool common_fit(struct common *common);
/* garner_new with a progress line on terminals and signal handling; NULL after an error was printed. */
struct garner *common_begin(struct common *common);
/* Writes the report, prints the summary, frees, and gives the exit code for @result. */
int common_end(struct common *common, struct garner *garner, int result);
/* getopt_long over @own (ends with a zero row) and the common options; -1 at the end. */
int common_getopt(int argc, char **argv, const char *letters, const struct option *own);
/* Whether it has come to the end. */
bool common_taken(void);
/* One line on standard error for an input that was not stored. */
void common_failure(struct common *common, const struct garner_document *document, int reason, const char *detail);
/* Counts of the run in one line on standard error. */
void common_summary(const struct common *common, const struct garner *garner, int result, const char *where);
/* Which of @names, ended by NULL, @given is; -1: none of them. */
int choice_of(const char *const *names, const char *given);
/* --dedup mark|skip|off */
bool dedup_take(struct common *common, const char *name);

/* Options of the verbs that make a store grow, parsed by writing.c: rows and help to stand in the verb's own. */
enum { WRITING_DEDUP = 3000, WRITING_RAW, WRITING_PACK_SIZE };
#define WRITING_OPTIONS                                                                                                \
	{ "dedup", required_argument, NULL, WRITING_DEDUP }, { "raw", required_argument, NULL, WRITING_RAW },          \
	{                                                                                                              \
		"pack-size", required_argument, NULL, WRITING_PACK_SIZE                                                \
	}
#define WRITING_HELP                                                                                                   \
	"  --dedup mark|skip|off\n"                                                                                    \
	"                       texts seen before: stored and marked (default), left out, or not looked for\n"         \
	"  --raw gzip|zst|none  how what came from URLs and WARCs is kept beside its text (default gzip)\n"            \
	"  --pack-size SIZE     a pack of this size is sealed and never changes again (default 64M)\n"
/* False: @c is none of them. *ret_wrong: NULL, or what is wrong with @argument. */
bool writing_take(struct common *common, int c, const char *argument, const char **ret_wrong);

/* Filters of list, search and export, parsed by filter.c. */
enum { FILTER_OPTIONS_FIRST = 2000 };
extern const struct option filter_options[]; /* with --help; ends with a zero row */
/* What filter_take understands, for the help of a verb. */
#define FILTER_HELP                                                                                                    \
	"  --since DATE, --until DATE\n"                                                                               \
	"                       published (else fetched) in this span, YYYY-MM-DD, both ends included\n"               \
	"  --host HOST          of this host and its subdomains\n"                                                     \
	"  --lang CODE          in this language\n"                                                                    \
	"  --source FILE        from this file or feed\n"                                                              \
	"  --access WORD        open, paywall, consent or error\n"                                                     \
	"  --query WORDS        whose title, URL or text holds these words as they stand, but for case\n"              \
	"  --duplicates WORD    all (default), first (no later copies) or only\n"                                      \
	"  --revisions WORD     all (default) or newest (of each document the text that it has now)\n"                 \
	"  --from N, --limit N  begin at number N; at most N documents\n"
/* False after a complaint. */
bool filter_take(const struct verb *verb, struct garner_filter *filter, int c, const char *argument);
/* Whether what was taken goes together; false after a complaint. */
bool filter_check(const struct verb *verb, const struct garner_filter *filter);

/* The verb only prints: it ends with whoever reads its output. After common_begin. */
void output_only(void);
/* For verbs that only read: a garner with default options; NULL after an error was printed. */
struct garner *reading_begin(void);
/* The same for verbs that change a store without running inputs: they end at once with a signal, as what they write
 * stands every end. */
struct garner *changing_begin(void);
/* Frees; gives @code. */
int changing_end(struct garner *garner, int code);
/* No document of @store has @key: says that, or what the store knows of why, frees and gives the exit code. */
int say_missing(struct garner *garner, const char *store, const char *key);
/* Prints the error of @result, frees, flushes standard output and gives the exit code. */
int reading_end(struct garner *garner, int result);

/* Takes --config out of the arguments of a verb (argv[0]) and puts the file's settings in front. False after a
 * complaint. */
bool config_apply(int *argc, char ***argv);
/* Behind a usage error: the file may be where it comes from. */
void config_mention(void);
void config_free(void);

int usage_error(const struct verb *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* getopt has said which option is wrong, and how. */
int option_error(const struct verb *verb);
int help(const struct verb *verb);
/* For a verb whose one option is --help: -1 when @count operands stand from optind on, otherwise the exit
 * status. @wanted is the complaint. */
int operands_only(const struct verb *verb, int argc, char **argv, int count, const char *wanted);
/* 0, or -1 when something printed to standard output was lost: asked right behind printing, it knows why. */
int output_state(void);
/* Whether it has said so. */
bool output_failed(void);
/* Flushes; false after a complaint when what was printed did not reach its end. */
bool close_output(FILE *out);

/* Lines of two texts with "- ", "+ " or two spaces before them. False: no memory. */
bool diff_print(const char *before, const char *after);

/* @text with passwords in URLs, and values of parameters that are named like keys, as "***"; malloc'd, NULL: no memory.
 */
char *hide_secrets(const char *text);
/* A name or words as one line: control characters, which a terminal would obey, as \xHH. */
void print_name(FILE *out, const char *name);
/* The same without secrets, for logs. */
void print_said(FILE *out, const char *words);
/* A string of JSON with its quotes: valid UTF-8, whatever @text is. */
void print_json(FILE *out, const char *text);
/* "garner: words" on standard error, without secrets. */
void print_error(const char *words);
void print_errorf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Whether @path, which would be made as @what, is a URL that stands in its place; true after a complaint. */
bool is_misplaced(const struct verb *verb, const char *path, const char *what);
/* Whether a file may be made or replaced there at the end of the run; false after a complaint. */
bool can_write(const char *path);
/* "place: text", a line; @user, where there is one, is a uint64_t that counts them. */
void print_place(void *user, const char *place, const char *text);
/* A line of list and search. */
int list_print(void *user, const struct garner_document *d, int reason, const char *detail);

extern const struct verb verb_search, verb_clean, verb_build, verb_ingest, verb_list, verb_show, verb_export,
	verb_verify, verb_source, verb_sync, verb_config;
extern const struct verb verb_rules, verb_history, verb_stats, verb_repair, verb_forget, verb_repack, verb_reclean;

#endif
