#include "learn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "extract/html.h"
#include "grow.h"
#include "model_c.h"
#include "util/buf.h"
#include "util/clock.h"

enum { OUT_MAX = 160 };

/* ---- labels and weights --------------------------------------------------------------------- */

static float set_weight(const struct kept *k)
{
	switch (k->truth->set) {
	case SET_NEWSROOM: return 5;
	case SET_READABILITY: return 1;
	case SET_TRAFILATURA: return 0.6f;
	default: return 1;
	}
}

/* How far the truth may be trusted: one whose words are not on the page was made from something else. */
static float page_weight(const struct kept *k)
{
	if (!k->truth->body.p)
		return set_weight(k);
	if (!k->labels.truth_words)
		return 0;
	float found = (float)k->labels.matched / (float)k->labels.truth_words;
	return set_weight(k) * (found > 0.9f ? 1 : found > 0.7f ? 0.7f : found > 0.4f ? 0.4f : 0.1f);
}

static void weigh(struct learner *l, struct kept *k)
{
	const struct labels *s = &k->labels;
	float sum = 0, page = page_weight(k);
	for (uint32_t i = 0; i < k->blocks.count; i++) {
		float words = (float)s->words[i] + 1.5f;
		l->y[k->row + i] = s->share[i] < 0 ? 0 : s->share[i] > 1 ? 1 : s->share[i];
		float w = s->share[i] < 0 ? 0 : words / ((float)s->truth_words + 80);
		if (!k->truth->body.p && s->share[i] >= 0)
			w = 0.12f;
		l->w[k->row + i] = w;
		sum += w;
	}
	/* of the many blocks around a body, a sample that weighs as much */
	uint32_t out = 0;
	for (uint32_t i = 0; i < k->blocks.count; i++)
		out += s->share[i] == 0;
	for (uint32_t i = 0; out > OUT_MAX && k->truth->body.p && i < k->blocks.count; i++)
		if (s->share[i] == 0)
			l->w[k->row + i] *= (i * 2654435761u >> 8) % out < OUT_MAX ? (float)out / OUT_MAX : 0;
	float limit = sum > 4 ? 4 / sum : 1;
	for (uint32_t i = 0; i < k->blocks.count; i++)
		l->w[k->row + i] *= limit * page * 100;
}

/* ---- log-odds of tokens ---------------------------------------------------------------------- */

struct count {
	uint32_t hash;
	uint32_t last_page, sites, last_site;
	float in, out;		 /* pages, by share of their words under the token */
	float page_in, page_out; /* of the page being counted */
};

struct counter {
	struct count *slots;
	uint32_t mask, used;
};

static struct count *counter_find(struct counter *c, uint32_t hash)
{
	uint32_t i = hash * 0x9E3779B1u;
	for (i ^= i >> 16;; i++) {
		struct count *slot = &c->slots[i & c->mask];
		if (!slot->hash) {
			slot->hash = hash;
			c->used++;
		}
		if (slot->hash == hash)
			return slot;
	}
}

static void settle(struct count *t)
{
	float all = t->page_in + t->page_out;
	if (all > 0) {
		/* a page speaks once, more firmly with more words */
		float say = all > 20 ? 1 : 0.3f + 0.7f * all / 20;
		t->in += say * t->page_in / all;
		t->out += say * t->page_out / all;
	}
	t->page_in = t->page_out = 0;
}

static void count_token(struct counter *c, const struct kept *k, uint32_t page, uint32_t hash, float in, float out)
{
	struct count *t = counter_find(c, hash);
	if (t->last_page != page + 1) {
		settle(t);
		t->last_page = page + 1;
		t->sites += t->last_site != k->truth->site;
		t->last_site = k->truth->site;
	}
	t->page_in += in;
	t->page_out += out;
}

static void count_set(struct counter *c, const struct kept *k, uint32_t page, uint32_t number, float in, float out)
{
	const struct token_set *set = &k->features.sets[number];
	for (uint32_t i = 0; i < set->count; i++)
		count_token(c, k, page, k->features.tokens[set->first + i], in, out);
}

static void count_page(const struct learner *l, struct counter *c, uint32_t page)
{
	const struct kept *k = &l->corpus->pages[page];
	const struct features *f = &k->features;
	for (uint32_t b = 0; b < k->blocks.count; b++) {
		float y = l->y[k->row + b], words = (float)k->labels.words[b];
		if (l->w[k->row + b] <= 0)
			continue;
		uint32_t box = k->blocks.items[b].box;
		count_set(c, k, page, f->inline_sets[b], words * y, words * (1 - y));
		for (int level = 0; level < 5 && box; level++, box = k->blocks.boxes[box].parent)
			count_set(c, k, page, f->boxes[box].set, words * y, words * (1 - y));
	}
}

/* A set of folds as bits. */
static uint32_t bit(uint32_t fold)
{
	return 1u << fold;
}

/* Tokens that two sites or more use, from all folds but @without. */
static int make_odds(const struct learner *l, uint32_t without, struct odds_slots *ret)
{
	struct counter c = { calloc(1u << 20, sizeof(struct count)), (1u << 20) - 1, 0 };
	if (!c.slots)
		return -1;
	float in = 0, out = 0;
	for (uint32_t i = 0; i < l->corpus->count && c.used < (1u << 19); i++) {
		const struct kept *k = &l->corpus->pages[i];
		if (!(without & bit(k->fold)) && page_weight(k) > 0.3f)
			count_page(l, &c, i);
	}
	uint32_t n = 0;
	for (uint32_t i = 0; i <= c.mask; i++) {
		settle(&c.slots[i]);
		in += c.slots[i].in;
		out += c.slots[i].out;
		n += c.slots[i].sites >= 2;
	}
	float prior = in / (in + out + 1);
	if (odds_slots_make(ret, n))
		return -1;
	for (uint32_t i = 0; i <= c.mask; i++) {
		const struct count *t = &c.slots[i];
		if (t->sites < 2)
			continue;
		float odds = logf((t->in + 2 * prior) / (t->out + 2 * (1 - prior)) * (1 - prior) / prior) * 16;
		int value = (int)lroundf(odds < -80 ? -80 : odds > 80 ? 80 : odds);
		if (value < -3 || value > 3)
			odds_slots_put(ret, t->hash, (int8_t)value);
	}
	free(c.slots);
	return 0;
}

static struct odds_table table_of(const struct odds_slots *slots)
{
	return (struct odds_table){ slots->hashes, slots->values, slots->mask };
}

/* ---- the two passes --------------------------------------------------------------------------- */

/* First features of the pages of fold @fold, tokens as seen without @without. */
static int fill_first(struct learner *l, uint32_t fold, uint32_t without)
{
	struct odds_slots slots;
	if (make_odds(l, without, &slots))
		return -1;
	const struct odds_table odds = table_of(&slots);
	for (uint32_t i = 0; i < l->corpus->count; i++) {
		struct kept *k = &l->corpus->pages[i];
		if (k->fold != fold)
			continue;
		features_odds(&k->features, &odds);
		for (uint32_t j = 0; j < k->blocks.count; j++)
			features_first(&k->features, j, l->x + (size_t)(k->row + j) * FEATURE_COUNT);
	}
	odds_slots_free(&slots);
	return 0;
}

static void fill_second(struct learner *l, uint32_t fold, const uint8_t *p)
{
	for (uint32_t i = 0; i < l->corpus->count; i++) {
		struct kept *k = &l->corpus->pages[i];
		struct second *second;
		struct arena scratch = k->page.arena;
		if (k->fold != fold)
			continue;
		arena_init(&k->page.arena, (size_t)1 << 30);
		if (!features_second_prepare(&k->features, p + k->row, &second))
			for (uint32_t j = 0; j < k->blocks.count; j++)
				features_second(second, j, l->x + (size_t)(k->row + j) * FEATURE_COUNT);
		arena_free(&k->page.arena);
		k->page.arena = scratch;
	}
}

/* A forest from the rows of all folds but @without. */
static int train(struct learner *l, int pass, uint32_t without, struct oblivious *ret)
{
	struct grow_rows rows = { .x = l->x,
		.stride = FEATURE_COUNT,
		.columns = pass ? FEATURE_COUNT : FEATURE_FIRST_COUNT,
		.y = l->y,
		.w = l->w };
	uint32_t *index = malloc((l->corpus->rows + 1) * sizeof(*index));
	for (uint32_t i = 0; index && i < l->corpus->count; i++) {
		const struct kept *k = &l->corpus->pages[i];
		for (uint32_t j = k->row; !(without & bit(k->fold)) && j < k->row + k->blocks.count; j++)
			if (l->w[j] > 0)
				index[rows.count++] = j;
	}
	rows.index = index;
	uint64_t begun = clock_ticks();
	int result = index ? grow_oblivious(&l->settings[pass], &rows, ret) : -1;
	fprintf(stderr, "pass %d without folds %02x: %zu rows, %.1f s\n", pass + 1, without, rows.count,
		(double)(clock_ticks() - begun) / 1e9);
	free(index);
	return result;
}

/* Probabilities of the blocks of @fold into the rows of @first (their upper byte) or @second; the other is NULL. */
static void score_fold(
	const struct learner *l, const struct oblivious *forest, uint32_t fold, uint8_t *first, uint16_t *second)
{
	for (uint32_t i = 0; i < l->corpus->count; i++) {
		const struct kept *k = &l->corpus->pages[i];
		int32_t *scores = malloc((k->blocks.count + 1) * sizeof(*scores));
		if (k->fold == fold && scores) {
			oblivious_score(
				forest, l->x + (size_t)k->row * FEATURE_COUNT, FEATURE_COUNT, k->blocks.count, scores);
			for (uint32_t j = 0; j < k->blocks.count; j++) {
				uint16_t p = model_probability(scores[j]);
				if (first)
					first[k->row + j] = (uint8_t)(p >> 8);
				else
					second[k->row + j] = p;
			}
		}
		free(scores);
	}
}

/* For each two folds a forest of the first pass that saw neither, and no token of theirs. */
static int train_pairs(struct learner *l, struct oblivious pairs[FOLDS][FOLDS], int only_fold)
{
	for (uint32_t a = 0; a < FOLDS; a++) {
		for (uint32_t b = a + 1; b < FOLDS; b++) {
			if (only_fold >= 0 && a != (uint32_t)only_fold && b != (uint32_t)only_fold)
				continue;
			for (uint32_t m = 0; m < FOLDS; m++)
				if (m != a && m != b && fill_first(l, m, bit(m) | bit(a) | bit(b)))
					return -1;
			if (train(l, 0, bit(a) | bit(b), &pairs[a][b]))
				return -1;
		}
	}
	return 0;
}

/* First-pass scores in @p: of @held by a forest that saw all others, of each other fold by one that saw neither. */
static int first_pass(
	struct learner *l, uint32_t held, uint8_t *p, struct oblivious pairs[FOLDS][FOLDS], struct oblivious *ret)
{
	for (uint32_t j = 0; j < FOLDS; j++)
		if (fill_first(l, j, bit(j) | bit(held)))
			return -1;
	if (train(l, 0, bit(held), ret))
		return -1;
	for (uint32_t j = 0; j < FOLDS; j++)
		score_fold(l, j == held ? ret : &pairs[j < held ? j : held][j < held ? held : j], j, p, NULL);
	for (uint32_t j = 0; j < FOLDS; j++)
		fill_second(l, j, p);
	return 0;
}

/* ---- the file ---------------------------------------------------------------------------------- */

static int write_bytes(const char *path, const struct model *model)
{
	struct buf out = BUF_INIT((size_t)64 << 20);
	model_write(model, &out);
	FILE *file = out.err ? NULL : fopen(path, "wb");
	int result = !file || fwrite(out.p, 1, out.n, file) != out.n || fclose(file) ? -1 : 0;
	if (result)
		fprintf(stderr, "%s: can't be written\n", path);
	buf_free(&out);
	return result;
}

static int write_model(const struct learner *l, uint32_t without, const struct oblivious *first,
	const struct oblivious *second, const char *path, int (*write)(const char *path, const struct model *model))
{
	struct odds_slots slots;
	if (make_odds(l, without, &slots))
		return -1;
	struct model model = { .features = features_version(),
		.number = 1,
		.odds = table_of(&slots),
		.first = *first,
		.second = *second };
	int result = write(path, &model);
	fprintf(stderr, "%s: %u trees\n", path, first->trees + second->trees);
	odds_slots_free(&slots);
	return result;
}

static int read_model(const char *folder, uint32_t fold, const struct model **ret)
{
	char path[4096];
	struct error error = { 0 };
	enum { MAX = 16 << 20 };
	char *bytes = malloc(MAX);
	snprintf(path, sizeof(path), "%s/fold%u.model", folder, fold);
	FILE *file = fopen(path, "rb");
	int result = -1;
	if (bytes && file)
		result = model_read(view_make(bytes, fread(bytes, 1, MAX, file)), ret, &error);
	if (result)
		fprintf(stderr, "%s: %s\n", path, error.text);
	if (file)
		fclose(file);
	free(bytes);
	return result;
}

int learner_score(struct learner *l, const char *models)
{
	for (uint32_t fold = 0; fold < FOLDS; fold++) {
		const struct model *model = NULL;
		if (read_model(models, fold, &model))
			return -1;
		for (uint32_t i = 0; i < l->corpus->count; i++) {
			struct kept *k = &l->corpus->pages[i];
			struct arena own = k->page.arena;
			uint16_t *p;
			int32_t *first;
			if (k->fold != fold)
				continue;
			arena_init(&k->page.arena, (size_t)1 << 30);
			if (model_run(model, &k->features, 0, &p, &first) == 0) {
				memcpy(l->p + k->row, p, k->blocks.count * sizeof(*p));
				for (uint32_t b = 0; b < k->blocks.count; b++)
					l->p_first[k->row + b] = (uint8_t)(model_probability(first[b]) >> 8);
			}
			arena_free(&k->page.arena);
			k->page.arena = own;
		}
		model_free(model);
	}
	return 0;
}

/* ---- the whole --------------------------------------------------------------------------------- */

int learner_open(struct learner *l, struct corpus *corpus)
{
	l->corpus = corpus;
	l->x = calloc(corpus->rows + 1, FEATURE_COUNT);
	l->y = calloc(corpus->rows + 1, sizeof(*l->y));
	l->w = calloc(corpus->rows + 1, sizeof(*l->w));
	l->p_first = calloc(corpus->rows + 1, 1);
	l->p = calloc(corpus->rows + 1, sizeof(*l->p));
	if (!l->x || !l->y || !l->w || !l->p_first || !l->p)
		return -1;
	for (uint32_t i = 0; i < corpus->count; i++)
		weigh(l, &corpus->pages[i]);
	return 0;
}

void learner_close(struct learner *l)
{
	free(l->x);
	free(l->y);
	free(l->w);
	free(l->p_first);
	free(l->p);
	if (l->dump)
		fclose(l->dump);
}

static int one_fold(struct learner *l, uint32_t held, struct oblivious pairs[FOLDS][FOLDS], const char *models)
{
	struct oblivious first = { 0 }, second = { 0 };
	uint8_t *p = calloc(l->corpus->rows + 1, 1);
	int result = p ? first_pass(l, held, p, pairs, &first) : -1;
	if (!result)
		result = train(l, 1, bit(held), &second);
	if (!result) {
		score_fold(l, &second, held, NULL, l->p);
		for (uint32_t i = 0; i < l->corpus->count; i++) {
			const struct kept *k = &l->corpus->pages[i];
			if (k->fold == held)
				memcpy(l->p_first + k->row, p + k->row, k->blocks.count);
		}
	}
	if (!result && models) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/fold%u.model", models, held);
		result = write_model(l, bit(held), &first, &second, path, write_bytes);
	}
	oblivious_clear(&first);
	oblivious_clear(&second);
	free(p);
	return result;
}

/* A forest without each fold, side by side. */
static int train_folds(struct learner *l, int pass, struct oblivious ret[FOLDS])
{
	int results[FOLDS], result = 0;
#pragma omp parallel for schedule(dynamic) num_threads(l->settings[pass].threads)
	for (uint32_t k = 0; k < FOLDS; k++)
		results[k] = train(l, pass, bit(k), &ret[k]);
	for (uint32_t k = 0; k < FOLDS; k++)
		result = result ? result : results[k];
	return result;
}

int learner_cross_validate_fast(struct learner *l, const char *models)
{
	struct oblivious first[FOLDS] = { 0 }, second[FOLDS] = { 0 };
	int result = 0;
	for (uint32_t j = 0; j < FOLDS; j++)
		if (fill_first(l, j, bit(j)))
			return -1;
	result = train_folds(l, 0, first);
	for (uint32_t k = 0; k < FOLDS && !result; k++)
		score_fold(l, &first[k], k, l->p_first, NULL);
	for (uint32_t j = 0; j < FOLDS && !result; j++)
		fill_second(l, j, l->p_first);
	if (!result)
		result = train_folds(l, 1, second);
	for (uint32_t k = 0; k < FOLDS && !result; k++) {
		char path[4096];
		score_fold(l, &second[k], k, NULL, l->p);
		snprintf(path, sizeof(path), "%s/fold%u.model", models ? models : "", k);
		if (models)
			result = write_model(l, bit(k), &first[k], &second[k], path, write_bytes);
	}
	for (uint32_t k = 0; k < FOLDS; k++) {
		oblivious_clear(&first[k]);
		oblivious_clear(&second[k]);
	}
	return result;
}

int learner_cross_validate(struct learner *l, int only_fold, const char *models)
{
	struct oblivious pairs[FOLDS][FOLDS] = { 0 };
	int result = train_pairs(l, pairs, only_fold);
	for (uint32_t k = 0; k < FOLDS && !result; k++)
		if (only_fold < 0 || k == (uint32_t)only_fold)
			result = one_fold(l, k, pairs, models);
	for (uint32_t a = 0; a < FOLDS; a++)
		for (uint32_t b = 0; b < FOLDS; b++)
			oblivious_clear(&pairs[a][b]);
	return result;
}

int learner_write(struct learner *l, const char *path)
{
	struct oblivious first = { 0 }, second = { 0 };
	int result = 0;
	for (uint32_t j = 0; j < FOLDS && !result; j++)
		result = fill_first(l, j, bit(j));
	if (!result)
		result = train(l, 0, 0, &first);
	for (uint32_t j = 0; j < FOLDS && !result; j++)
		fill_second(l, j, l->p_first);
	if (!result)
		result = train(l, 1, 0, &second);
	if (!result)
		result = write_model(l, 0, &first, &second, path, model_write_c);
	oblivious_clear(&first);
	oblivious_clear(&second);
	return result;
}
