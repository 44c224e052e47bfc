/* The bytes of a model file, as model.h tells them. */
#include <errno.h>
#include <stdlib.h>
#include "extract/html.h"
#include "extract/model.h"
#include "util/buf.h"

/* ---- reading ------------------------------------------------------------------------------- */

struct bytes {
	const unsigned char *p;
	size_t n;
	bool bad;
};

static uint32_t take(struct bytes *b, size_t size)
{
	uint32_t v = 0;
	if (b->n < size) {
		b->bad = true;
		return 0;
	}
	for (size_t i = 0; i < size; i++)
		v |= (uint32_t)b->p[i] << (8 * i);
	b->p += size;
	b->n -= size;
	return v;
}

/* All of a model that was read. */
struct memory {
	struct model model;
	struct oblivious_tree *trees[2];
	struct odds_slots slots;
};

static int read_forest(struct bytes *b, struct memory *m, int pass, uint32_t feature_count)
{
	struct oblivious *f = pass ? &m->model.second : &m->model.first;
	f->trees = take(b, 4);
	uint32_t depth = take(b, 4);
	f->base = (int32_t)take(b, 4);
	f->step = (int32_t)take(b, 4);
	f->columns = feature_count;
	if (b->bad || f->trees > OBLIVIOUS_TREES_MAX || depth != OBLIVIOUS_DEPTH || f->step < 1 ||
		f->step > OBLIVIOUS_STEP_MAX)
		return -EBADMSG;
	struct oblivious_tree *trees = m->trees[pass] = calloc(f->trees + 1, sizeof(*trees));
	if (!trees)
		return -ENOMEM;
	for (struct oblivious_tree *tree = trees; tree < trees + f->trees && !b->bad; tree++) {
		for (int k = 0; k < OBLIVIOUS_DEPTH; k++) {
			tree->features[k] = (uint16_t)take(b, 2);
			tree->thresholds[k] = (int8_t)take(b, 1);
			if (tree->features[k] >= feature_count)
				return -EBADMSG;
		}
		for (int i = 0; i < OBLIVIOUS_LEAVES; i++)
			tree->leaves[i] = (int8_t)take(b, 1);
	}
	f->tree = trees;
	return b->bad ? -EBADMSG : 0;
}

static int read_odds(struct bytes *b, struct memory *m, uint32_t count)
{
	if (count > MODEL_ODDS_MAX)
		return -EBADMSG;
	int result = odds_slots_make(&m->slots, count);
	for (uint32_t i = 0; i < count && !result; i++) {
		uint32_t hash = take(b, 4);
		odds_slots_put(&m->slots, hash, (int8_t)take(b, 1));
	}
	m->model.odds = (struct odds_table){ m->slots.hashes, m->slots.values, m->slots.mask };
	return result ? result : b->bad ? -EBADMSG : 0;
}

static int check_version(const struct model *m, struct error *error)
{
	if (m->features == features_version())
		return 0;
	return error_set(error, -EBADMSG, "model: made for features %08x, this build has %08x; train it again",
		m->features, features_version());
}

static int read_model(struct bytes *b, struct memory *memory, struct error *error)
{
	if (b->n < 8 || memcmp(b->p, "GARNMDL2", 8) != 0)
		return error_set(error, -EBADMSG, "model: not a model of blocks");
	b->p += 8;
	b->n -= 8;
	struct model *m = &memory->model;
	m->features = take(b, 4);
	int result = check_version(m, error);
	if (result)
		return result;
	m->number = take(b, 4);
	uint32_t odds = take(b, 4), decisions = take(b, 4);
	result = decisions == MODEL_DECISIONS ? read_odds(b, memory, odds) : -EBADMSG;
	for (int i = 0; i < MODEL_DECISIONS; i++)
		m->decisions[i] = (int32_t)take(b, 4);
	if (!result)
		result = read_forest(b, memory, 0, FEATURE_FIRST_COUNT);
	if (!result)
		result = read_forest(b, memory, 1, FEATURE_COUNT);
	if (!result && (b->bad || b->n))
		result = -EBADMSG;
	return result ? error_set(error, result, "model: broken, %zu bytes left", b->n) : 0;
}

int model_read(struct view bytes, const struct model **ret_model, struct error *error)
{
	struct bytes b = { (const unsigned char *)bytes.p, bytes.n, false };
	struct memory *memory = calloc(1, sizeof(*memory));
	if (!memory)
		return error_set(error, -ENOMEM, "no memory for the model");
	memory->model.memory = memory;
	int result = read_model(&b, memory, error);
	if (result) {
		model_free(&memory->model);
		return result;
	}
	*ret_model = &memory->model;
	return 0;
}

int model_load(const struct model **ret_model, struct error *error)
{
	int result = check_version(&model_builtin, error);
	if (!result)
		*ret_model = &model_builtin;
	return result;
}

const struct model *model_free(const struct model *model)
{
	struct memory *memory = model ? model->memory : NULL;
	for (int i = 0; memory && i < 2; i++)
		free(memory->trees[i]);
	if (memory)
		odds_slots_free(&memory->slots);
	free(memory);
	return NULL;
}

/* ---- writing ------------------------------------------------------------------------------- */

static void put(struct buf *out, uint32_t v, int size)
{
	for (int i = 0; i < size; i++)
		buf_putc(out, (char)(v >> (8 * i)));
}

static void put_forest(struct buf *out, const struct oblivious *f)
{
	put(out, f->trees, 4);
	put(out, OBLIVIOUS_DEPTH, 4);
	put(out, (uint32_t)f->base, 4);
	put(out, (uint32_t)f->step, 4);
	for (const struct oblivious_tree *tree = f->tree; tree < f->tree + f->trees; tree++) {
		for (int k = 0; k < OBLIVIOUS_DEPTH; k++) {
			put(out, tree->features[k], 2);
			put(out, (uint8_t)tree->thresholds[k], 1);
		}
		for (int i = 0; i < OBLIVIOUS_LEAVES; i++)
			put(out, (uint8_t)tree->leaves[i], 1);
	}
}

void model_write(const struct model *model, struct buf *out)
{
	uint32_t odds = 0;
	for (uint32_t i = 0; i <= model->odds.mask; i++)
		odds += model->odds.hashes[i] != 0;
	buf_put(out, "GARNMDL2", 8);
	put(out, model->features, 4);
	put(out, model->number, 4);
	put(out, odds, 4);
	put(out, MODEL_DECISIONS, 4);
	for (uint32_t i = 0; i <= model->odds.mask; i++) {
		if (!model->odds.hashes[i])
			continue;
		put(out, model->odds.hashes[i], 4);
		put(out, (uint8_t)model->odds.values[i], 1);
	}
	for (int i = 0; i < MODEL_DECISIONS; i++)
		put(out, (uint32_t)model->decisions[i], 4);
	put_forest(out, &model->first);
	put_forest(out, &model->second);
}
