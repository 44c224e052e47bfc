/* What tests/quality/train learned: log-odds of tokens and two forests, built in as constant data or read from a file.
 *
 * Bytes of a model file, little-endian:
 *   "GARNMDL2", u32 features_version(), u32 number of this training, u32 odds, u32 decisions (MODEL_DECISIONS)
 *   odds: u32 hash, i8 value, each hash once
 *   decisions: i32 each (enum model_decision)
 *   two forests, first and second pass, each: u32 trees, u32 depth (OBLIVIOUS_DEPTH), i32 base (1/1024 logit), u32 step
 *     of the leaves (the same), then for each tree its questions, the leaf number's upper bit first: u16 feature, i8
 *     threshold (answer: feature - 128 < threshold), then 2^depth leaves of i8 */
#ifndef GARNER_EXTRACT_MODEL_H
#define GARNER_EXTRACT_MODEL_H

#include "extract/features.h"
#include "extract/oblivious.h"

enum { MODEL_ODDS_MAX = 100000 };

/* Numbers of the page's decision, learned with the trees. */
enum model_decision {
	MODEL_SHIFT,	     /* 1/1024 logit added to every score */
	MODEL_DECISIONS = 8, /* room */
};

struct model {
	uint32_t features; /* features_version() it was made for */
	uint32_t number;   /* of this training */
	struct odds_table odds;
	int32_t decisions[MODEL_DECISIONS];
	struct oblivious first, second;
	void *memory; /* of one that was read; NULL: constant data */
};

/* A model of these bytes, checked; < 0 with @error when they are not one or of other features. */
int model_read(struct view bytes, const struct model **ret_model, struct error *error);
/* The bytes of @model; what goes wrong stands in @out->err. */
struct buf;
void model_write(const struct model *model, struct buf *out);
/* 1/1024 logits to a probability of 0 to 65535; the same on every machine. */
uint16_t model_probability(int32_t logit);
/* Probabilities (0 to 65535) of all blocks by both passes, in the arena; the first pass's logits too.
 * @strict: 1/1024 logit taken from every score. */
int model_run(
	const struct model *model, struct features *features, int32_t strict, uint16_t **ret_p, int32_t **ret_first);

/* The model that is built in (model_data.c, written by tests/quality/train). */
extern const struct model model_builtin;

#endif
