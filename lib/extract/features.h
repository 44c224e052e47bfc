/* What the model looks at: one byte a feature, made by integer arithmetic alone, so a page gives the
 * same numbers on every machine and in training. Ratios are 0 to 255, counts go by q_log (8 steps an
 * octave), differences and log-odds stand around 128. Order and count are part of the model's version. */
#ifndef GARNER_EXTRACT_FEATURES_H
#define GARNER_EXTRACT_FEATURES_H

#include "extract/blocks.h"
#include "extract/quantise.h"

/* Of one box around the block, for several boxes. */
#define FEATURES_BOX(X, P)                                                                                             \
	X(P##_CHARS)                                                                                                   \
	X(P##_SHARE)                                                                                                   \
	X(P##_LINKS)                                                                                                   \
	X(P##_GOOD)                                                                                                    \
	X(P##_BLOCKS) X(P##_LONGS) X(P##_HEADINGS) X(P##_MEAN) X(P##_PLACE) X(P##_ODDS) X(P##_TAG) X(P##_SIBLINGS)
/* Of a block beside it. */
#define FEATURES_NEAR(X, P)                                                                                            \
	X(P##_CHARS) X(P##_LINKS) X(P##_KIND) X(P##_ENDS) X(P##_SAME) X(P##_ODDS) X(P##_CLIMB) X(P##_WORDS)

// clang-format off
#define FEATURES_TABLE(X) \
	/* its text */ \
	X(CHARS) X(WORDS) X(WORD_LENGTH) X(LINKS) X(LINK_COUNT) X(BOLD) X(TIME) X(SENTENCES) X(COMMAS) X(COLONS) \
	X(QUOTES) X(DIGITS) X(UPPER) X(CAPITALS) X(SYMBOLS) X(SHORT_WORDS) X(WIDE) X(ENDS) X(STARTS) X(YEAR) X(CLOCK) \
	X(MONEY) X(MARK) X(LONGEST) X(NUMBERS) \
	/* what it is */ \
	X(KIND) X(LEVEL) X(HIDDEN) X(ARIA_HIDDEN) X(NOSCRIPT) X(DETAILS) X(FORM) X(TABLE) X(LABEL) X(BUTTON) \
	X(FIGURE) X(QUOTE) X(CAPTION) X(GAP) X(LINE) X(ORDERED) X(IMAGES_BEFORE) \
	/* the page's own words */ \
	X(TITLE_HITS) X(TITLE_COVER) X(DESCRIPTION_HITS) X(DESCRIPTION_COVER) X(BODY_HITS) X(BODY_PAIRS) \
	X(HAS_BODY) X(COPIES) X(COPY_BEFORE) X(AUTHOR_HITS) X(AUTHOR_COVER) X(SITE_HITS) X(ECHO_BEFORE) X(ECHO_AFTER) \
	/* place */ \
	X(INDEX) X(INDEX_SHARE) X(CHARS_BEFORE) X(CHARS_AFTER) X(GOOD_BEFORE) X(GOOD_AFTER) X(FROM_TITLE) \
	X(FROM_TITLE_CHARS) X(FROM_H1) X(LAST_GOOD) X(NEXT_GOOD) X(LAST_HEADING) X(LAST_HEADING_LEVEL) X(WINDOW_CHARS) \
	X(WINDOW_LINKS) X(WINDOW_GOOD) X(DEPTH) X(INLINE_ODDS) \
	/* elements around it: IN_ARTICLE to NESTED_ARTICLES in the order of box_facts.in */ \
	X(IN_ARTICLE) X(IN_MAIN) X(IN_SECTION) X(IN_NAV) X(IN_ASIDE) X(IN_HEADER) X(IN_FOOTER) X(IN_LIST) X(IN_CELL) \
	X(IN_DIALOG) X(IN_ADDRESS) X(BODY_PROP) X(ROLE_MAIN) X(NESTED_ARTICLES) \
	X(SAME_ARTICLE) X(TITLE_UP) X(TITLE_DOWN) X(TITLES_SINCE) X(H1_SINCE) \
	X(ODDS_SUM) X(ODDS_MIN) X(ODDS_MAX) X(ODDS_NEAR) X(ODDS_MIN_AT) \
	FEATURES_BOX(X, BOX0) FEATURES_BOX(X, BOX1) FEATURES_BOX(X, BOX2) FEATURES_BOX(X, BOX3) FEATURES_BOX(X, BOX4) \
	FEATURES_BOX(X, PART) FEATURES_BOX(X, RICH) FEATURES_BOX(X, SUB) \
	/* the nearest box that is one of several alike, side by side: a post, a card, a row of a list */ \
	X(UNIT_UP) X(UNIT_TWINS) X(UNIT_PLACE) X(UNIT_CHARS) X(UNIT_MEAN) X(UNIT_LINKS) X(UNIT_GOOD) X(UNIT_TITLE) \
	/* blocks like it: same tags and classes */ \
	X(ALIKE) X(ALIKE_SHARE) X(ALIKE_GOOD) X(ALIKE_LINKS) X(ALIKE_BEST) X(ALIKE_MEAN) \
	/* the boxes that hold most running text: in all, and right inside */ \
	X(MAIN_IN) X(MAIN_UP) X(MAIN_DOWN) X(MAIN_SHARE) X(MAIN_SIDE) \
	X(DENSE_IN) X(DENSE_UP) X(DENSE_DOWN) X(DENSE_SHARE) X(DENSE_DIRECT) X(SUB_IS_DENSE) \
	FEATURES_NEAR(X, PREV1) FEATURES_NEAR(X, PREV2) FEATURES_NEAR(X, NEXT1) FEATURES_NEAR(X, NEXT2) \
	/* the page */ \
	X(PAGE_BLOCKS) X(PAGE_CHARS) X(PAGE_LINKS) X(PAGE_LONGS) X(PAGE_GOOD) X(PAGE_HEADINGS) X(PAGE_ITEMS) \
	X(PAGE_ROWS) X(PAGE_ARTICLES) X(PAGE_TIMES) X(PAGE_IMAGES) X(PAGE_INPUTS) X(PAGE_CODE) X(PAGE_H1) \
	X(PAGE_SCHEMA) X(PAGE_OG) X(PAGE_WIDE) X(PAGE_MEAN) X(PAGE_LONGEST) X(PAGE_MONEY) X(URL_DEPTH) X(URL_LENGTH) \
	X(URL_DIGITS) X(URL_HYPHENS) X(URL_QUERY)

/* Second pass: what the first said of the block, its neighbours and its boxes. */
#define FEATURES_SECOND_TABLE(X) \
	X(P_OWN) X(P_PREV1) X(P_PREV2) X(P_PREV3) X(P_NEXT1) X(P_NEXT2) X(P_NEXT3) X(P_WINDOW3) X(P_WINDOW8) \
	X(P_BOX1) X(P_BOX2) X(P_BOX3) X(P_PART) X(P_SUB) X(P_ALIKE) X(P_MAX_BOX1) X(P_BEFORE) X(P_AFTER) X(P_LAST_SURE) \
	X(P_NEXT_SURE) X(P_FIRST) X(P_LAST) X(P_PAGE) X(P_PAGE_CHARS) X(P_RANK) X(P_LONG_PREV) X(P_LONG_NEXT) \
	X(P_HEADING_NEXT) X(P_SINCE_HEADING) X(P_COPY) X(P_UNIT) X(P_TWINS)
// clang-format on

enum { BOX_FEATURES = 12, BOX_PLACE = 8, NEAR_FEATURES = 8, NEAR_SAME = 4, NEAR_CLIMB = 6 };
enum { ALIKE_FEATURES = 6, TWINS_FEATURES = 3 };

enum feature {
#define FEATURE_ENUM(name) F_##name,
	FEATURES_TABLE(FEATURE_ENUM) FEATURE_FIRST_COUNT,
	FEATURE_BEFORE_SECOND = FEATURE_FIRST_COUNT - 1,
	FEATURES_SECOND_TABLE(FEATURE_ENUM) FEATURE_COUNT
#undef FEATURE_ENUM
};

/* Values of F_PAGE_OG and F_PAGE_SCHEMA that more than the trees look at. */
enum { FEATURE_OG_ARTICLE = 10, FEATURE_SCHEMA_NEWS = 10, FEATURE_SCHEMA_TECH = 50 };

/* Several looks of one class of blocks. */
struct alike {
	uint32_t signature, blocks, chars, link, good;
	uint8_t vector[ALIKE_FEATURES]; /* of its blocks, from F_ALIKE on */
};

/* Boxes of one parent with the same tag and classes. */
struct twins {
	uint32_t boxes, blocks, words, chars, link, good;
	uint32_t kept;			/* words, see decide.c */
	uint8_t vector[TWINS_FEATURES]; /* of the blocks inside, from F_UNIT_MEAN on */
};

/* Learned log-odds of whole class, id, role and itemprop tokens (1/16 nat; > 0 speaks for body): open addressing from
 * odds_slot(hash) on, 0 is free. */
struct odds_table {
	const uint32_t *hashes;
	const int8_t *values;
	uint32_t mask;
};
static inline uint32_t odds_slot(uint32_t hash)
{
	hash *= 0x9E3779B1u;
	return hash ^ hash >> 15;
}
/* One to be filled; not more entries than @count. 0 or -ENOMEM. */
struct odds_slots {
	uint32_t *hashes;
	int8_t *values;
	uint32_t mask;
};
int odds_slots_make(struct odds_slots *ret_slots, uint32_t count);
void odds_slots_put(struct odds_slots *slots, uint32_t hash, int8_t value);
void odds_slots_free(struct odds_slots *slots);

/* What one scan over a block's text counts. */
struct text_stats {
	uint32_t chars, words, letters, upper, capitals, digits, sentences, commas, colons, quotes, symbols;
	uint32_t short_words, wide, longest, link, numbers;
	uint32_t title_hits, description_hits, body_hits, body_pairs, author_hits, site_hits;
	uint32_t grams, echo_before,
		echo_after; /* runs of words; those that stand in blocks before and after as well */
	uint32_t hash;
	uint8_t ends, starts;
	bool year, clock, money, mark, good, is_long;
};

/* Sums over the blocks before an index; a range is a difference of two. */
struct text_sums {
	uint32_t chars, link, words, good, longs, headings, items, rows, times;
};

/* The tokens of an element, or of some; elements that are named alike share it. Set 0 is empty. */
struct token_set {
	uint32_t first;
	uint8_t count;
	int8_t odds;
};

struct box_facts {
	uint32_t look;	    /* hash of tag and classes */
	uint32_t signature; /* of the looks of it and the two boxes around it */
	uint32_t rich;	    /* nearest box with three long blocks */
	uint32_t set;	    /* of its tokens, in features.sets */
	uint32_t direct;    /* characters of running text in its own blocks and those of its children */
	uint32_t children;  /* boxes right below */
	int16_t odds_sum;   /* of all boxes from the page down to it */
	int8_t odds, odds_min, odds_max;
	uint8_t min_at; /* boxes up to the lowest odds */
	uint8_t tag, depth;
	uint8_t in[14];	  /* boxes up to the nearest of each kind, 255 none: order of F_IN_ARTICLE … */
	uint32_t part;	  /* nearest sectioning box */
	uint32_t article; /* nearest article; 0 none */
	uint32_t sub;	  /* right below the densest box; the nearest part elsewhere */
	uint32_t twins;	  /* its class of boxes alike, side by side; index into features.twins */
	uint32_t unit;	  /* nearest box with twins, UINT32_MAX none */
	uint8_t unit_up, twin_place;
	/* boxes up and down on the way to the title's box, the main and the dense one; 255 and more are 255 */
	struct way {
		uint8_t up, down;
	} to_title, to_main, to_dense;
	struct q_whole chars; /* of its text, when the vectors are made */
};

struct features {
	struct page *page;
	const struct text_blocks *blocks;
	struct text_stats *stats;
	struct text_sums *sums; /* count + 1 */
	struct box_facts *boxes;
	uint32_t *tokens; /* hashes, set by set */
	struct token_set *sets;
	uint32_t token_count, set_count;
	uint32_t *inline_sets; /* by block: of the inline elements around its first text */
	int8_t *inline_odds;
	uint32_t *copies, *copy_first; /* by block: how often its text stands here; the first of them */
	uint32_t *alike;	       /* by block: index of its class of like blocks */
	struct alike *classes;
	uint32_t class_count, best_class;
	struct twins *twins;
	uint32_t twins_count;
	uint32_t fact_words[4]; /* of title, description, JSON-LD body, author */
	uint32_t main_box, dense_box, title_block, h1_block;
	uint32_t *kept;					/* count + 1: the decision's sums of words */
	uint32_t *last_good, *next_good, *last_heading; /* by block: index, UINT32_MAX none */
	uint8_t *titles, *h1s; /* by block: headings that look like the title's, and h1, between the title and it */
	uint8_t *climb;	       /* by block: boxes up and down from the one before */
	uint8_t *images;       /* by block: images since the one before */
	uint8_t *box_vectors;  /* by box: the features of FEATURES_BOX, but for the place */
	uint8_t *near;	       /* by block: NEAR_FEATURES, but for those of both blocks */
	uint8_t page_facts[FEATURE_FIRST_COUNT - F_PAGE_BLOCKS];
	/* what is the same for all blocks of the page */
	struct {
		struct q_whole blocks, chars, good, title_words, description_words, author_words;
		uint8_t has_body, main_share, dense_share;
	} all;
};

/* The boxes' part of it (box_facts.c), and their tokens (tokens.c). */
int box_facts_read(struct features *features);
int tokens_read(struct features *features);
/* Classes of twins and the units (units.c); sums must be there. */
int units_read(struct features *features);
/* The ways to the title, the main and the dense box. */
void box_ways_read(struct features *features);
/* What several blocks share of their vectors: by class, by twins, of the page; without the odds. */
void shared_vectors_make(struct features *features);
/* box_vectors and near, when the odds are there. */
void box_vectors_make(struct features *features);
void near_vectors_make(struct features *features);

/* Everything that does not depend on the model. 0 or page_full. */
int features_read(struct page *page, const struct text_blocks *blocks, struct features *ret_features);
/* Puts the log-odds of @table on the boxes; again with another table as often as wanted. */
void features_odds(struct features *features, const struct odds_table *table);
/* The first pass's features of block @i: FEATURE_FIRST_COUNT bytes. */
void features_first(const struct features *features, uint32_t i, uint8_t *ret);
/* The second pass's: from FEATURE_FIRST_COUNT to FEATURE_COUNT, @p being the first's scores (0 to 255)
 * of all blocks. @scratch: features_second_prepare's. */
struct second;
int features_second_prepare(const struct features *features, const uint8_t *p, struct second **ret_second);
void features_second(const struct second *second, uint32_t i, uint8_t *ret);

const char *feature_name(uint32_t feature);
/* Changes with every name, place or meaning (FEATURES_MEANING) of a feature. */
uint32_t features_version(void);

#endif
