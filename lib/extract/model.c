#include "extract/model.h"

#include <errno.h>
#include <stdlib.h>
#include "extract/html.h"

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

static void forest_free(struct forest *forest)
{
	free(forest->features);
	free(forest->thresholds);
	free(forest->leaves);
}

static int read_forest(struct bytes *b, struct forest *f, uint32_t feature_count)
{
	f->trees = take(b, 4);
	f->depth = take(b, 4);
	f->base = (int32_t)take(b, 4);
	if (b->bad || f->trees > MODEL_TREES_MAX || f->depth < 1 || f->depth > MODEL_DEPTH_MAX)
		return -EBADMSG;
	size_t nodes = ((size_t)1 << f->depth) - 1, leaves = nodes + 1;
	f->features = calloc(f->trees * nodes + 1, sizeof(*f->features));
	f->thresholds = calloc(f->trees * nodes + 1, 1);
	f->leaves = calloc(f->trees * leaves + 1, sizeof(*f->leaves));
	if (!f->features || !f->thresholds || !f->leaves)
		return -ENOMEM;
	for (size_t t = 0; t < f->trees && !b->bad; t++) {
		for (size_t i = t * nodes; i < (t + 1) * nodes; i++) {
			f->features[i] = (uint16_t)take(b, 2);
			f->thresholds[i] = (uint8_t)take(b, 1);
			if (f->features[i] >= feature_count)
				return -EBADMSG;
		}
		for (size_t i = t * leaves; i < (t + 1) * leaves; i++)
			f->leaves[i] = (int16_t)take(b, 2);
	}
	return b->bad ? -EBADMSG : 0;
}

static int read_odds(struct bytes *b, struct model *m, uint32_t count)
{
	if (count > MODEL_ODDS_MAX)
		return -EBADMSG;
	m->odds_items = calloc(count + 1, sizeof(*m->odds_items));
	if (!m->odds_items)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		m->odds_items[i].hash = take(b, 4);
		m->odds_items[i].value = (int8_t)take(b, 1);
		if (i && m->odds_items[i].hash <= m->odds_items[i - 1].hash)
			return -EBADMSG;
	}
	m->odds = (struct odds_table){ m->odds_items, count };
	return b->bad ? -EBADMSG : 0;
}

static int read_model(struct bytes *b, struct model *m, struct error *error)
{
	if (b->n < 8 || memcmp(b->p, "GARNMDL1", 8) != 0)
		return error_set(error, -EBADMSG, "model: not a model of blocks");
	b->p += 8;
	b->n -= 8;
	uint32_t version = take(b, 4);
	if (version != features_version())
		return error_set(error, -EBADMSG, "model: made for features %08x, this build has %08x; train it again",
			version, features_version());
	m->number = take(b, 4);
	uint32_t odds = take(b, 4), decisions = take(b, 4);
	int result = decisions == MODEL_DECISIONS ? read_odds(b, m, odds) : -EBADMSG;
	for (int i = 0; i < MODEL_DECISIONS; i++)
		m->decisions[i] = (int32_t)take(b, 4);
	if (!result)
		result = read_forest(b, &m->first, FEATURE_FIRST_COUNT);
	if (!result)
		result = read_forest(b, &m->second, FEATURE_COUNT);
	if (!result && (b->bad || b->n))
		result = -EBADMSG;
	return result ? error_set(error, result, "model: broken, %zu bytes left", b->n) : 0;
}

int model_read(struct view bytes, struct model **ret_model, struct error *error)
{
	struct bytes b = { (const unsigned char *)bytes.p, bytes.n, false };
	struct model *model = calloc(1, sizeof(*model));
	if (!model)
		return error_set(error, -ENOMEM, "no memory for the model");
	int result = read_model(&b, model, error);
	if (result) {
		model_free(model);
		return result;
	}
	*ret_model = model;
	return 0;
}

int model_load(struct model **ret_model, struct error *error)
{
	if (model_data_size <= 1) {
		*ret_model = NULL;
		return 0;
	}
	return model_read(view_make((const char *)model_data, model_data_size), ret_model, error);
}

struct model *model_free(struct model *model)
{
	if (model) {
		forest_free(&model->first);
		forest_free(&model->second);
		free(model->odds_items);
		free(model);
	}
	return NULL;
}

/* ---- evaluation ---------------------------------------------------------------------------- */

enum { VECTORS_KEPT = 4096 }; /* 1.3 MB; larger pages make their vectors twice */
enum { CLOSED = 3 };	      /* of 255: below, the first pass has the last word */
enum { BATCH = 64 };	      /* vectors that stay in the first cache while the trees pass by */

/* Complete trees: a step is an index, no branch; the vectors of a batch run beside each other. With @depth known to the
 * compiler the steps are unrolled. */
static inline __attribute__((always_inline)) void score_batch(
	const struct forest *f, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret, uint32_t depth)
{
	size_t nodes = ((size_t)1 << depth) - 1;
	for (uint32_t i = 0; i < count; i++)
		ret[i] = f->base;
	for (uint32_t t = 0; t < f->trees; t++) {
		const uint16_t *feature = f->features + t * nodes;
		const uint8_t *threshold = f->thresholds + t * nodes;
		const int16_t *leaf = f->leaves + t * (nodes + 1);
		for (uint32_t i = 0; i < count; i++) {
			const uint8_t *v = x + i * stride;
			size_t at = 0;
			for (uint32_t d = 0; d < depth; d++)
				at = 2 * at + 1 + (v[feature[at]] >= threshold[at]);
			ret[i] += leaf[at - nodes];
		}
	}
}

void forest_score(const struct forest *forest, const uint8_t *x, size_t stride, uint32_t count, int32_t *ret_scores)
{
	for (uint32_t i = 0; i < count; i += BATCH) {
		uint32_t n = count - i < BATCH ? count - i : BATCH;
		if (forest->depth == 6)
			score_batch(forest, x + i * stride, stride, n, ret_scores + i, 6);
		else
			score_batch(forest, x + i * stride, stride, n, ret_scores + i, forest->depth);
	}
}

/* 65535 / (1 + e^-x) for x from -8 to 8 in quarters, straight lines between. */
uint16_t model_probability(int32_t logit)
{
	static const uint16_t table[65] = { 22, 28, 36, 47, 60, 77, 98, 126, 162, 208, 267, 342, 439, 562, 720, 922,
		1179, 1506, 1921, 2446, 3108, 3938, 4971, 6249, 7812, 9702, 11955, 14595, 17625, 21025, 24742, 28693,
		32768, 36842, 40793, 44510, 47910, 50940, 53580, 55833, 57723, 59286, 60564, 61597, 62427, 63089, 63614,
		64029, 64356, 64613, 64815, 64973, 65096, 65193, 65268, 65327, 65373, 65409, 65437, 65458, 65475, 65488,
		65499, 65507, 65513 };
	if (logit <= -8 * 1024)
		return table[0];
	if (logit >= 8 * 1024)
		return table[64];
	int32_t x = logit + 8 * 1024, at = x / 256, part = x % 256;
	return (uint16_t)(table[at] + (table[at + 1] - table[at]) * part / 256);
}

/* The first pass over all blocks, as many at a time as @x has room for; a page that fits in keeps its vectors. */
static void run_first(const struct forest *forest, const struct features *f, uint8_t *x, int32_t *scores)
{
	uint32_t n = f->blocks->count;
	for (uint32_t at = 0; at < n; at += VECTORS_KEPT) {
		uint32_t count = n - at < VECTORS_KEPT ? n - at : VECTORS_KEPT;
		for (uint32_t i = 0; i < count; i++)
			features_first(f, at + i, x + (size_t)i * FEATURE_COUNT);
		forest_score(forest, x, FEATURE_COUNT, count, scores + at);
	}
}

/* The second pass over the blocks that the first left open: those it gives less than 1 of 85 stay out. On held-out
 * pages this changes no score by more than 0.0003. @scores holds the first's and gets the second's. */
static void run_second(const struct forest *forest, const struct second *second, const struct features *f,
	const uint8_t *p, uint8_t *x, int32_t *scores, uint32_t *open)
{
	uint32_t n = f->blocks->count;
	bool kept = n <= VECTORS_KEPT;
	for (uint32_t at = 0; at < n; at += VECTORS_KEPT) {
		uint32_t count = 0;
		int32_t *got = scores + n + 1;
		for (uint32_t i = at; i < n && i < at + VECTORS_KEPT; i++) {
			uint8_t *v = x + (size_t)count * FEATURE_COUNT;
			if (p[i] < CLOSED)
				continue;
			if (!kept)
				features_first(f, i, v);
			else if (count != i)
				memcpy(v, x + (size_t)i * FEATURE_COUNT, FEATURE_FIRST_COUNT);
			features_second(second, i, v);
			open[count++] = i;
		}
		forest_score(forest, x, FEATURE_COUNT, count, got);
		for (uint32_t i = 0; i < count; i++)
			scores[open[i]] = got[i];
	}
}

int model_run(const struct model *model, struct features *f, int32_t strict, uint16_t **ret_p, int32_t **ret_first)
{
	struct arena *arena = &f->page->arena;
	uint32_t n = f->blocks->count, room = n < VECTORS_KEPT ? n : VECTORS_KEPT;
	uint8_t *x = arena_alloc(arena, (size_t)room * FEATURE_COUNT + 1);
	int32_t *scores = arena_alloc(arena, ((size_t)n + 1 + room) * sizeof(*scores));
	int32_t *first = arena_alloc(arena, ((size_t)n + 1) * sizeof(*first));
	uint32_t *open = arena_alloc(arena, ((size_t)room + 1) * sizeof(*open));
	uint16_t *p = arena_alloc(arena, ((size_t)n + 1) * sizeof(*p));
	uint8_t *p_first = arena_alloc(arena, (size_t)n + 1);
	struct second *second;
	if (!x || !scores || !first || !open || !p || !p_first)
		return page_full(f->page);
	features_odds(f, &model->odds);
	run_first(&model->first, f, x, first);
	for (uint32_t i = 0; i < n; i++)
		p_first[i] = (uint8_t)(model_probability(first[i]) >> 8);
	int result = features_second_prepare(f, p_first, &second);
	if (result)
		return result;
	memcpy(scores, first, n * sizeof(*scores));
	run_second(&model->second, second, f, p_first, x, scores, open);
	for (uint32_t i = 0; i < n; i++)
		p[i] = model_probability(scores[i] + model->decisions[MODEL_SHIFT] - strict);
	*ret_p = p;
	*ret_first = first;
	return 0;
}
