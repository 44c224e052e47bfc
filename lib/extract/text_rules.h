/* Whole-line rules for plain text, and for what extraction left. */
#ifndef GARNER_EXTRACT_TEXT_RULES_H
#define GARNER_EXTRACT_TEXT_RULES_H

#include "stage.h"

struct rules;

/* Compiles the built-in rules and those of @options->rules_file; immutable afterwards, shared by threads. */
int rules_load(const struct garner_options *options, struct rules **ret_rules, struct error *error);
struct rules *rules_free(struct rules *rules);
/* Version of rules in force, e.g. "2026.1+sha256:1234abcd" when user rules are added. */
const char *rules_version(const struct rules *rules);

/* See garner_rules_list and garner_rules_test. */
int rules_each(const struct rules *rules, garner_rule_fn *fn, void *user);
int rules_test(const char *path, garner_finding_fn *fn, void *user, struct error *error);

/* Stage, plain text: page->utf8 -> page->blocks (one a line that is not blank), noise marked cut;
 * document.title, published … from lines that are facts. */
extern const struct stage text_lines_stage;
/* Stage, HTML pages, after extract_html: the rules over the blocks that were kept. */
extern const struct stage text_rules_stage;

#endif
