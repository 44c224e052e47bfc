/* What the scorer of plain-text lines looks at: one byte a feature, by integer arithmetic alone (see
 * quantise.h for the scales). Order and count are part of the model's version. Only lines that are live
 * count: what was cut before leaves no trace, so that cleaning clean text sees the same. */
#ifndef GARNER_EXTRACT_LINE_FEATURES_H
#define GARNER_EXTRACT_LINE_FEATURES_H

#include "extract/text_work.h"

// clang-format off
/* Of the line's text alone. */
#define LINE_FEATURES_OWN(X) \
	X(WORDS) X(BYTES) X(END) X(COMMAS) X(SENTENCES) X(DIGITS) X(CAPITALS) X(UPPER) X(MARKS) \
	X(WORD_LENGTH) X(START) X(JOINTS) X(QUOTED) X(BULLET) X(WIDE) X(ODDS_MEAN) X(ODDS_MIN) X(ODDS_MAX) \
	X(HIT) X(KIND) X(URLISH) X(MONEY) X(SMALL_WORDS)
/* Of a line beside it. */
#define LINE_FEATURES_NEAR(X, P) \
	X(P##_WORDS) X(P##_END) X(P##_HIT) X(P##_ODDS) X(P##_START)
/* Of a group of kinds of rules: lines since the last one found, share of the prose that stood before it, lines to the
 * next. After "12 comments" or "About the author" lines mean something else than before. */
#define LINE_FEATURES_GROUP(X, P) \
	X(P##_SINCE) X(P##_PROSE) X(P##_UNTIL)
#define LINE_FEATURES(X) \
	LINE_FEATURES_OWN(X) \
	X(GAP_BEFORE) X(GAP_AFTER) X(INDEX) X(FROM_END) X(PLACE) X(PLACE_BYTES) X(FIRST_PROSE) X(LAST_PROSE) \
	X(PREV_PROSE) X(NEXT_PROSE) X(PROSE_BEFORE) X(PROSE_AFTER) X(WINDOW_PROSE) X(WINDOW_WORDS) \
	X(WINDOW_ODDS) X(WINDOW_HITS) X(RUN) X(RUN_PLACE) X(RUN_LEFT) X(COPIES) X(FRONT) X(PART_LINES) \
	X(PART_PLACE) X(PART_LEFT) X(PART_WORDS) X(PART_LONGEST) X(PART_PROSE) X(ITEMS) X(ITEMS_WORDS) \
	X(ITEMS_COLON) X(TOPIC_HEAD) X(TOPIC_BEFORE) X(TOPIC_AFTER) X(TOPIC_REST) X(TOPIC_NEAR) X(SIZE) \
	X(LONGEST_BEFORE) X(LONGEST_AFTER) X(GAP_PREV) X(GAP_NEXT) X(SHARED) X(SHAPE) X(SHAPE_SHARE) \
	X(HIT_BEFORE) X(HIT_AFTER) X(DOC_LINES) X(DOC_PROSE) X(DOC_PROSE_BYTES) X(DOC_HITS) X(DOC_HIT_SHARE) \
	X(DOC_WORDS) X(DOC_ODDS) X(DOC_GAPS) X(DOC_BULLETS) \
	LINE_FEATURES_NEAR(X, PREV1) LINE_FEATURES_NEAR(X, PREV2) LINE_FEATURES_NEAR(X, PREV3) \
	LINE_FEATURES_NEAR(X, NEXT1) LINE_FEATURES_NEAR(X, NEXT2) LINE_FEATURES_NEAR(X, NEXT3) \
	LINE_FEATURES_GROUP(X, RELATED) LINE_FEATURES_GROUP(X, TALK) LINE_FEATURES_GROUP(X, OFFER) \
	LINE_FEATURES_GROUP(X, LEGAL) LINE_FEATURES_GROUP(X, BYLINE) LINE_FEATURES_GROUP(X, MENU)
// clang-format on

enum line_feature {
#define LINE_FEATURE_ENUM(name) L_##name,
	LINE_FEATURES_OWN(LINE_FEATURE_ENUM) L_OWN_COUNT
};
enum line_feature_all {
#define LINE_FEATURE_ALL(name) LF_##name,
	LINE_FEATURES(LINE_FEATURE_ALL) LF_COUNT
#undef LINE_FEATURE_ENUM
#undef LINE_FEATURE_ALL
};

enum { LINE_WORDS_KEPT = 30 };
enum {
	LINE_GROUP_NONE,
	LINE_GROUP_RELATED,
	LINE_GROUP_TALK,
	LINE_GROUP_OFFER,
	LINE_GROUP_LEGAL,
	LINE_GROUP_BYLINE,
	LINE_GROUP_MENU,
	LINE_GROUPS
};

/* Of one line, made once. */
struct line_own {
	uint8_t x[L_OWN_COUNT];
	uint8_t word_count;
	uint16_t words[LINE_WORDS_KEPT]; /* hashes of its longer words, the first ones */
	uint32_t hash;			 /* of its core */
	uint32_t front;			 /* of its first words */
	uint16_t shape;			 /* of its size, beginning, end and digits: lines of one list look alike */
};

/* What the lines of a document share, by hash: empty before and after line_features(). */
enum { LINE_SLOTS = 8192 };
struct line_tables {
	uint8_t words[LINE_SLOTS];   /* where each word stands, see line_context.c */
	uint16_t copies[LINE_SLOTS]; /* lines of a key */
	uint16_t shapes[LINE_SLOTS]; /* of a shape */
	uint16_t fronts[LINE_SLOTS]; /* that begin with the same words */
};

/* Learned log-odds of folded words, 1/16 nat, > 0 speaks for text. */
struct word_odds {
	uint32_t hash; /* never 0 */
	int8_t value;
};

/* A table of buckets of words by the low bits of their hash; what a bucket has no room for stands in the next one. */
enum { ODDS_PLACES = 8 };
struct odds_bucket {
	_Alignas(64) uint32_t hash[ODDS_PLACES]; /* 0: free */
	int8_t value[ODDS_PLACES + 1];		 /* the last one, 0, is that of words that are not there */
	bool full;
};
struct word_odds_table {
	const struct odds_bucket *buckets;
	uint32_t mask;
};

/* 32 bits of a folded word; never 0. */
uint32_t line_word_hash(struct view word);
/* Cuts the next word (letters and digits, all of non-ASCII) off @rest. */
bool line_next_word(struct view *rest, struct view *ret_word);

/* All but the hash of its core. */
void line_features_own(
	const struct line *line, const struct hits *hits, const struct word_odds_table *odds, struct line_own *ret_own);
/* The hashes of their cores. */
void line_hash_cores(const struct line *lines, struct line_own *own, size_t count);
/* Which group of kinds its rule is of. */
uint8_t line_group(const struct line_own *own);
/* The features of every live line, rows of LF_COUNT bytes. 0 or page_full. */
int line_features(struct work *work, uint8_t *x);
/* Changes with the table above. */
uint32_t line_features_version(void);

#endif
