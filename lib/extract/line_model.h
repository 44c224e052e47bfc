/* The scorer of plain-text lines: boosted trees. The numbers come from tests/quality/train_lines.
 *
 * Bytes of a model, little-endian:
 *   "GARNLIN3", u32 line_features_version(), u32 number of this training, i32 thresholds (1/1024 logit),
 * LINE_THRESHOLDS of them u32 words, then each: u32 hash, i8 value two forests (text, title): u32
 * trees, u32 depth, i32 base, then a tree: 2^depth - 1 nodes of u8 feature, u8 threshold (to the right when feature >=
 * threshold), 2^depth leaves of i16 (1/1024) */
#ifndef GARNER_EXTRACT_LINE_MODEL_H
#define GARNER_EXTRACT_LINE_MODEL_H

#include "extract/line_features.h"
#include "extract/forest.h"

/* Which threshold holds for a line. What stands before and behind the text is sooner furniture than what stands within;
 * a clean document has little furniture, so the scorer must be surer there. */
enum line_threshold {
	LINE_HEAD,	/* in a document that shows furniture, before the text: a line that is no prose */
	LINE_HEAD_LONG, /* there: prose */
	LINE_IN,	/* within the text */
	LINE_IN_LONG,
	LINE_TAIL, /* behind it */
	LINE_TAIL_LONG,
	LINE_CALM, /* in another document: any line */
	LINE_THRESHOLDS,
};

struct line_model {
	uint32_t number;
	int32_t thresholds[LINE_THRESHOLDS]; /* a line whose logit of being text is below is cut */
	struct word_odds_table odds;
	struct odds_bucket *buckets;
	struct forest text, title;
};

int line_model_read(struct view bytes, struct line_model **ret_model, struct error *error);
struct line_model *line_model_free(struct line_model *model);
/* Table of @count words with values; -ENOMEM. */
int line_model_set_odds(struct line_model *model, const struct word_odds *words, size_t count);
struct line_scores {
	int32_t *text;	/* logits (1/1024) that each live line is text; in the arena */
	int32_t *limit; /* by live line: furniture if the logit is below */
	uint8_t *zone;	/* LINE_HEAD, LINE_IN or LINE_TAIL */
	int32_t *title; /* that it is the title */
};
/* 0 or page_full. */
int line_model_run(const struct line_model *model, struct work *work, struct line_scores *ret_scores);

extern const unsigned char line_model_data[];
extern const size_t line_model_data_size;

#endif
