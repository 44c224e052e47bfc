/* The scorer of plain-text lines: boosted trees. The numbers come from tests/quality/train_lines and are constant data:
 * nothing is read when a program starts. */
#ifndef GARNER_EXTRACT_LINE_MODEL_H
#define GARNER_EXTRACT_LINE_MODEL_H

#include "extract/line_features.h"
#include "extract/oblivious.h"

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
	uint32_t features;		     /* line_features_version() it was made for */
	uint32_t number;		     /* of this training */
	int32_t thresholds[LINE_THRESHOLDS]; /* a line whose logit of being text is below is cut */
	struct word_odds_table odds;
	struct oblivious text, title; /* that a line is text; that it is the title */
};

/* The model that is built in, when it was made for these features; else < 0 with @error. */
int line_model_load(const struct line_model **ret_model, struct error *error);
/* Table of @count words with values, for whoever learns them; word_odds_free(). -ENOMEM. */
int word_odds_make(const struct word_odds *words, size_t count, struct word_odds_table *ret_odds);
void word_odds_free(struct word_odds_table *odds);
struct line_scores {
	int32_t *text;	/* logits (1/1024) that each live line is text; in the arena */
	int32_t *limit; /* by live line: furniture if the logit is below */
	uint8_t *zone;	/* LINE_HEAD, LINE_IN or LINE_TAIL */
	int32_t *title; /* that it is the title */
};
/* 0 or page_full. */
int line_model_run(const struct line_model *model, struct work *work, struct line_scores *ret_scores);

/* line_model_data.c, written by tests/quality/train_lines. */
extern const struct line_model line_model_builtin;

#endif
