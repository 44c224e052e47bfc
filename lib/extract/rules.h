/* Whole-line rules as data: what a rule is, how its file reads, and how a line finds its rule.
 *
 * A rule file is UTF-8 text, one entry a line, `#` at the start of a line is a comment:
 *
 *     language de                      languages of the rules that follow (ISO 639, commas; * any)
 *     rule share.de                    begins a rule; the kind is what stands before the first dot
 *     kind share                       another kind
 *     zone head|tail|any               before the first, after the last line of prose; any: everywhere (default)
 *     words 8                          a line of more words is not asked (default 12)
 *     near 2                           weak: cut only where a line that is cut stands at most 2 lines away
 *     line Teilen | Artikel teilen     lines as they stand, compared folded (extract/text_fold.h)
 *     match (?:auf|via) \w+ teilen     PCRE2, whole line, against the folded line without bullets and end marks
 *     exact Von \p{Lu}\w+              PCRE2, whole line, against the line as it stands
 *     fact author|published|modified|section   the group (?<fact>...) of `exact`, or the line, becomes this fact
 *     takes headlines                  at the tail, the bare headlines behind it go with it; within the text, two or
 *                                      more of them between it and prose
 *     takes rest                       behind enough prose, wherever it stands, everything behind it goes with it; with
 *                                      `near`, where a line that marks a comment stands at most so many lines behind
 *     takes section                    behind enough text, what follows goes with it, up to where prose stands in
 *                                      a row again; elsewhere the line stays (extract/text_section.h)
 *     marks comment                    a line of a comment, "Reply": cuts nothing itself
 *     detector sum|date|stamp|leading-date|glued|scorer|repeated|passage|next|teasers|menu|links|pages|markup
 *                                      a rule in code, no pattern
 *     yes Teilen Sie den Artikel       must be found by this rule; checked when the file is tested
 *     no Die Brüder teilen das Haus.   must not be found by it
 *
 * and words for the detectors: `month 1 januar jan`, `number 3 drei`, `operator + plus`,
 * `word lead|updated|weekday|fill|sum WORDS…`. Rules of later files with an id that is there replace it. */
#ifndef GARNER_EXTRACT_RULES_H
#define GARNER_EXTRACT_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include "extract/rule_image.h"
#include "extract/rule_pattern.h"
#include "util/arena.h"
#include "util/error.h"
#include "util/map.h"
#include "util/view.h"

enum rule_zone { ZONE_ANY = 0, ZONE_HEAD = 1, ZONE_TAIL = 2 };
enum rule_fact { FACT_NONE, FACT_AUTHOR, FACT_PUBLISHED, FACT_MODIFIED, FACT_SECTION };
enum rule_detector {
	DETECT_NONE,
	DETECT_SUM,
	DETECT_DATE,
	DETECT_STAMP,
	DETECT_LEADING_DATE,
	DETECT_GLUED,
	DETECT_SCORER,
	DETECT_REPEATED,
	DETECT_PASSAGE,
	DETECT_NEXT,
	DETECT_TEASERS,
	DETECT_MENU,
	DETECT_LINKS,
	DETECT_PAGES,
	DETECT_MARKUP,
	DETECT_COUNT
};

enum { RULE_WORDS_MAX = 100 }; /* of `words` */

struct rule_text {
	struct view text;
	struct rule_text *next;
};

struct rule {
	const char *id, *kind, *languages;
	const char *place; /* "FILE:LINE" */
	uint8_t zone, near, fact, detector;
	bool takes_headlines, takes_rest, takes_section, marks_comment;
	bool exact; /* pattern: against the line as it stands */
	bool off;   /* by --keep */
	uint16_t words;
	struct pattern *pattern;
	struct view source; /* of the pattern; VIEW_NONE none */
	uint32_t line_count;
	struct rule_text *lines, *yes, *no; /* only of rules that were read from text */
	struct rule *next;		    /* in the order of the files */
};

/* Classes of words for the detectors. */
enum word_class {
	WORD_NONE,
	WORD_MONTH,    /* value 1 to 12 */
	WORD_NUMBER,   /* value */
	WORD_OPERATOR, /* value '+', '-', '*', '/', '=' */
	WORD_LEAD,     /* published, posted */
	WORD_UPDATED,  /* updated, modified */
	WORD_WEEKDAY,
	WORD_FILL, /* on, at, um, GMT */
	WORD_SUM,  /* what, is, how much */
};
/* As it was read. */
struct rule_word {
	struct view text; /* folded */
	struct word word;
	struct rule_word *next;
};

struct line_model;
struct line_memory;

struct rules {
	struct arena arena;
	struct rule *first, **last;
	size_t count;
	bool trusted; /* what is read now is our own: its patterns are compiled when they are first asked */
	struct rule *detectors[DETECT_COUNT];
	struct rule **all; /* by their numbers in the image */
	struct rule_image image;
	/* While text is read. */
	struct map by_id; /* -> struct rule * */
	struct rule_word *words, **last_word;
	bool scored;		    /* lines that no rule knows are judged by the scorer */
	struct line_memory *memory; /* lines of the hosts at hand; NULL: none */
	size_t version_n;	    /* of the rules alone, without the memory's name */
	char version[96];
};

/* ---- rules.c ----------------------------------------------------------------------------- */
struct rules_source {
	const char *file; /* user rules, or NULL */
	const char *const *keep;
	size_t keep_count;
	bool without_builtin;
	bool from_text; /* our own, too, are read from text: with lines and examples, as rules_check needs them */
};
int rules_read(const struct rules_source *source, struct rules **ret_rules, struct error *error);
/* The scorer's model; NULL in @ret_model: these rules have none. 0 or < 0. */
int rules_model(const struct rules *rules, const struct line_model **ret_model, struct error *error);

/* Takes @memory (NULL: none) into use and its digest into the version: between runs only. */
void rules_remember(struct rules *rules, struct line_memory *memory, uint64_t digest);

/* ---- rule_file.c ------------------------------------------------------------------------- */
/* Adds the rules of @text. @name stands in errors: "NAME:LINE: words". */
int rule_file_read(struct rules *rules, const char *name, struct view text, struct error *error);

/* ---- rule_image.c ------------------------------------------------------------------------ */
/* Certain wherever a line stands. */
bool rule_is_certain(const struct rule *rule);
/* And of a kind that is furniture on a page too. */
bool rule_is_for_pages(const struct rule *rule);

/* ---- rule_index.c ------------------------------------------------------------------------ */
/* Builds the look-up of all rules read. Once more after more were read. */
int rule_index_build(struct rules *rules, struct error *error);

struct line;
typedef bool rule_found_fn(void *user, const struct rule *rule);
struct rule_asker {
	rule_found_fn *found; /* false: nothing more is to be found */
	rule_found_fn *asks;  /* false: whether this rule is found is of no interest any more; NULL: all are */
};
/* Calls @asker->found for each rule whose lines or pattern the line satisfies (words checked, zones not). Cost: one
 * look-up, a walk over the bytes, and the few patterns that are left. */
void rule_index_find(const struct rules *rules, struct matcher *matcher, const struct line *line,
	const struct rule_asker *asker, void *user);
/* @rule is one of those that are found. */
bool rule_index_has(
	const struct rules *rules, struct matcher *matcher, const struct line *line, const struct rule *rule);
/* The rule that cuts such a line of a page (rule_is_for_pages), or NULL: none, or one that comes before is certain and
 * of another kind. */
const struct rule *rule_index_of_page(const struct rules *rules, struct matcher *matcher, const struct line *line);

/* ---- rule_check.c ------------------------------------------------------------------------ */
/* Each finding: the rule's place, its id, words, the example. */
typedef void rule_finding_fn(void *user, const struct rule *rule, const char *words, struct view example);
/* Every line and `yes` is found by its rule, no `no` is; of rules that were read from text. Returns the number of
 * findings; < 0 -ENOMEM. */
int rules_check(const struct rules *rules, rule_finding_fn *finding, void *user);

/* ---- rules_builtin.c (made at build time) -------------------------------------------------- */
struct rules_builtin {
	const char *name;
	const char *text;
	size_t size;
};
extern const struct rules_builtin rules_builtin[];
extern const size_t rules_builtin_count;
extern const char rules_builtin_version[];

#endif
