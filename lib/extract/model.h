/* Boosted trees over one-byte features: evaluation only. The numbers come from tests/quality/train.
 *
 * Bytes of a model, little-endian:
 *   "GARNMDL1", u32 features_version(), u32 number of this training, u32 odds, u32 decisions (MODEL_DECISIONS)
 *   odds: u32 hash, i8 value, sorted by hash
 *   decisions: i32 each (enum model_decision)
 *   two forests, first and second pass, each: u32 trees, u32 depth, i32 base (1/1024 logit), then for each tree
 *     2^depth - 1 nodes of u16 feature, u8 threshold (to the right when feature >= threshold), 2^depth leaves of i16
 * (1/1024) */
#ifndef GARNER_EXTRACT_MODEL_H
#define GARNER_EXTRACT_MODEL_H

#include "extract/features.h"

enum { MODEL_DEPTH_MAX = 8, MODEL_TREES_MAX = 2000, MODEL_ODDS_MAX = 100000 };

/* Numbers of the page's decision, learned with the trees. */
enum model_decision {
	MODEL_SHIFT,	     /* 1/1024 logit added to every score */
	MODEL_DECISIONS = 8, /* room */
};

struct forest {
	uint32_t trees, depth;
	int32_t base;
	uint16_t *features;
	uint8_t *thresholds;
	int16_t *leaves;
};

struct model {
	uint32_t number; /* of this training */
	struct odds_table odds;
	struct odds *odds_items;
	int32_t decisions[MODEL_DECISIONS];
	struct forest first, second;
};

/* A model of these bytes, checked; < 0 with @error when they are not one or of other features. */
int model_read(struct view bytes, struct model **ret_model, struct error *error);
/* Sums of the leaves (1/1024 logit) for @count vectors that stand @stride bytes apart. */
void forest_score(const struct forest *forest, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores);
/* 1/1024 logits to a probability of 0 to 65535; the same on every machine. */
uint16_t model_probability(int32_t logit);
/* Probabilities (0 to 65535) of all blocks by both passes, in the arena; the first pass's logits too.
 * @strict: 1/1024 logit taken from every score. */
int model_run(
	const struct model *model, struct features *features, int32_t strict, uint16_t **ret_p, int32_t **ret_first);

extern const unsigned char model_data[];
extern const size_t model_data_size;

#endif
