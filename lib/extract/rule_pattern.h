/* Patterns of whole-line rules: PCRE2 with JIT, and what can be known of a line before it is asked. */
#ifndef GARNER_EXTRACT_RULE_PATTERN_H
#define GARNER_EXTRACT_RULE_PATTERN_H

#include <stdbool.h>
#include <stdint.h>
#include "util/arena.h"
#include "util/error.h"
#include "util/view.h"

/* A pattern, anchored at both ends; shared by threads. */
struct pattern;
/* Memory of one thread for matching, with the match limit in it (LIMIT_RULE_STEPS). */
struct matcher;

/* @place ("FILE:LINE") goes before the words of @error. -EINVAL for a pattern that PCRE2 refuses. */
int pattern_compile(struct view source, const char *place, struct pattern **ret_pattern, struct error *error);
/* The same for one that is known to be right: compiled when it is first asked (all of ours take 20 ms). @source
 * stays the caller's. */
int pattern_later(struct view source, const char *place, struct pattern **ret_pattern, struct error *error);
struct pattern *pattern_free(struct pattern *pattern);

struct matcher *matcher_new(void);
struct matcher *matcher_free(struct matcher *matcher);
/* Room for @cells numbers, kept for the next call; NULL: no memory. */
uint64_t *matcher_sets(struct matcher *matcher, size_t cells);
/* The whole of @subject. A match that would take more than the limit counts as none. */
bool pattern_match(struct matcher *matcher, struct pattern *pattern, struct view subject);
/* The last match ended at a limit of steps or memory. */
bool matcher_gave_up(const struct matcher *matcher);
/* A repetition without end of something that has one: such a pattern may come to the limit of steps. */
bool pattern_repeats_repetition(struct view source);
/* What the group @name of the last match took of @subject; VIEW_NONE when it took no part. */
struct view matcher_group(struct matcher *matcher, struct pattern *pattern, struct view subject, const char *name);

#endif
