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
	struct {
		uint16_t *features;
		uint8_t *thresholds;
		int16_t *leaves;
	} forest[2];
	struct odds_slots slots;
};

static int read_forest(struct bytes *b, struct memory *m, int pass, uint32_t feature_count)
{
	struct forest *f = pass ? &m->model.second : &m->model.first;
	f->trees = take(b, 4);
	f->depth = take(b, 4);
	f->base = (int32_t)take(b, 4);
	if (b->bad || f->trees > MODEL_TREES_MAX || f->depth < 1 || f->depth > MODEL_DEPTH_MAX)
		return -EBADMSG;
	size_t nodes = ((size_t)1 << f->depth) - 1, leaves = nodes + 1;
	uint16_t *features = m->forest[pass].features = calloc(f->trees * nodes + 1, sizeof(*features));
	uint8_t *thresholds = m->forest[pass].thresholds = calloc(f->trees * nodes + 1, 1);
	int16_t *values = m->forest[pass].leaves = calloc(f->trees * leaves + 1, sizeof(*values));
	if (!features || !thresholds || !values)
		return -ENOMEM;
	for (size_t t = 0; t < f->trees && !b->bad; t++) {
		for (size_t i = t * nodes; i < (t + 1) * nodes; i++) {
			features[i] = (uint16_t)take(b, 2);
			thresholds[i] = (uint8_t)take(b, 1);
			if (features[i] >= feature_count)
				return -EBADMSG;
		}
		for (size_t i = t * leaves; i < (t + 1) * leaves; i++)
			values[i] = (int16_t)take(b, 2);
	}
	f->features = features;
	f->thresholds = thresholds;
	f->leaves = values;
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
	if (b->n < 8 || memcmp(b->p, "GARNMDL1", 8) != 0)
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
	for (int i = 0; memory && i < 2; i++) {
		free(memory->forest[i].features);
		free(memory->forest[i].thresholds);
		free(memory->forest[i].leaves);
	}
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

static void put_forest(struct buf *out, const struct forest *f)
{
	size_t nodes = ((size_t)1 << f->depth) - 1;
	put(out, f->trees, 4);
	put(out, f->depth, 4);
	put(out, (uint32_t)f->base, 4);
	for (size_t t = 0; t < f->trees; t++) {
		for (size_t i = t * nodes; i < (t + 1) * nodes; i++) {
			put(out, f->features[i], 2);
			put(out, f->thresholds[i], 1);
		}
		for (size_t i = t * (nodes + 1); i < (t + 1) * (nodes + 1); i++)
			put(out, (uint16_t)f->leaves[i], 2);
	}
}

void model_write(const struct model *model, struct buf *out)
{
	uint32_t odds = 0;
	for (uint32_t i = 0; i <= model->odds.mask; i++)
		odds += model->odds.hashes[i] != 0;
	buf_put(out, "GARNMDL1", 8);
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
