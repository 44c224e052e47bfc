#include "extract/line_model.h"
#include "extract/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FAST_DEPTH = 5 };
_Static_assert(sizeof(struct odds_bucket) == 64, "a bucket is a line of the cache");

struct bytes {
	const unsigned char *p, *end;
	bool short_of; /* read past the end */
};

static uint32_t get(struct bytes *in, size_t n)
{
	uint32_t v = 0;
	if ((size_t)(in->end - in->p) < n) {
		in->short_of = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v |= (uint32_t)in->p[i] << (8 * i);
	in->p += n;
	return v;
}

static void forest_drop(struct forest *forest)
{
	free((void *)forest->features);
	free((void *)forest->thresholds);
	free((void *)forest->leaves);
}

static bool read_forest(struct bytes *in, uint32_t features, struct forest *forest)
{
	forest->trees = get(in, 4);
	forest->depth = get(in, 4);
	forest->base = (int32_t)get(in, 4);
	if (in->short_of || forest->trees > FOREST_TREES_MAX || forest->depth > FOREST_DEPTH_MAX)
		return false;
	size_t leaves = (size_t)1 << forest->depth, nodes = leaves - 1;
	uint16_t *feature = calloc(forest->trees * nodes + 1, sizeof(*feature));
	uint8_t *threshold = calloc(forest->trees * nodes + 1, 1);
	int16_t *leaf = calloc(forest->trees * leaves + 1, sizeof(*leaf));
	forest->features = feature;
	forest->thresholds = threshold;
	forest->leaves = leaf;
	if (!feature || !threshold || !leaf)
		return false;
	for (size_t t = 0; t < forest->trees; t++) {
		for (size_t i = 0; i < nodes; i++) {
			feature[t * nodes + i] = (uint16_t)get(in, 1);
			threshold[t * nodes + i] = (uint8_t)get(in, 1);
			if (feature[t * nodes + i] >= features)
				return false;
		}
		for (size_t i = 0; i < leaves; i++)
			leaf[t * leaves + i] = (int16_t)get(in, 2);
	}
	return !in->short_of;
}

/* Shallower trees as trees of @depth, for which there are faster ways (forest.c): what is asked last is no question,
 * leaves stand twice. */
static bool deepen(struct forest *forest, uint32_t depth)
{
	while (forest->depth < depth) {
		size_t leaves = (size_t)1 << forest->depth, nodes = leaves - 1, more = 2 * leaves - 1;
		uint16_t *feature = calloc(forest->trees * more + 1, sizeof(*feature));
		uint8_t *threshold = calloc(forest->trees * more + 1, 1);
		int16_t *leaf = calloc(forest->trees * 2 * leaves + 1, sizeof(*leaf));
		for (size_t t = 0; feature && threshold && leaf && t < forest->trees; t++) {
			memcpy(feature + t * more, forest->features + t * nodes, nodes * sizeof(*feature));
			memcpy(threshold + t * more, forest->thresholds + t * nodes, nodes);
			for (size_t i = 0; i < 2 * leaves; i++)
				leaf[t * 2 * leaves + i] = forest->leaves[t * leaves + i / 2];
		}
		forest_drop(forest);
		forest->features = feature;
		forest->thresholds = threshold;
		forest->leaves = leaf;
		forest->depth++;
		if (!feature || !threshold || !leaf)
			return false;
	}
	return true;
}

/* Where @hash stands, or the first free place; later values of a word count for nothing. */
static void add_odds(struct odds_bucket *buckets, uint32_t mask, const struct word_odds *word)
{
	for (uint32_t at = word->hash & mask;; at = (at + 1) & mask) {
		struct odds_bucket *bucket = &buckets[at];
		for (int i = 0; i < ODDS_PLACES; i++) {
			if (bucket->hash[i] == word->hash)
				return;
			if (bucket->hash[i])
				continue;
			bucket->hash[i] = word->hash;
			bucket->value[i] = word->value;
			bucket->full = i + 1 == ODDS_PLACES;
			return;
		}
	}
}

int line_model_set_odds(struct line_model *model, const struct word_odds *words, size_t count)
{
	/* Half full at most: one in fifty buckets overflows. */
	uint32_t size = 16;
	while ((size_t)size * ODDS_PLACES < count * 2)
		size *= 2;
	struct odds_bucket *buckets = aligned_alloc(sizeof(*buckets), size * sizeof(*buckets));
	if (!buckets)
		return -ENOMEM;
	memset(buckets, 0, size * sizeof(*buckets));
	for (size_t i = 0; i < count; i++)
		add_odds(buckets, size - 1, &words[i]);
	free(model->buckets);
	model->buckets = buckets;
	model->odds = (struct word_odds_table){ buckets, size - 1 };
	return 0;
}

static bool read_words(struct bytes *in, struct line_model *model)
{
	uint32_t count = get(in, 4);
	if (in->short_of || count > MODEL_ODDS_MAX)
		return false;
	struct word_odds *words = calloc(count + 1, sizeof(*words));
	for (uint32_t i = 0; words && i < count; i++) {
		words[i].hash = get(in, 4);
		words[i].value = (int8_t)get(in, 1);
	}
	bool done = words && !in->short_of && line_model_set_odds(model, words, count) == 0;
	free(words);
	return done;
}

int line_model_read(struct view bytes, struct line_model **ret_model, struct error *error)
{
	struct bytes in = { .p = (const unsigned char *)bytes.p };
	in.end = in.p + bytes.n;
	struct line_model *model = calloc(1, sizeof(*model));
	if (!model)
		return error_set(error, -ENOMEM, "no memory for the model of lines");
	bool fits = view_starts(bytes, VIEW("GARNLIN3"));
	get(&in, 4);
	get(&in, 4);
	fits = fits && get(&in, 4) == line_features_version();
	model->number = get(&in, 4);
	for (int i = 0; i < LINE_THRESHOLDS; i++)
		model->thresholds[i] = (int32_t)get(&in, 4);
	fits = fits && read_words(&in, model) && read_forest(&in, LF_COUNT, &model->text) &&
	       read_forest(&in, LF_COUNT, &model->title) && deepen(&model->text, FAST_DEPTH) &&
	       deepen(&model->title, FAST_DEPTH);
	if (!fits) {
		line_model_free(model);
		return error_set(error, -EINVAL, "the model of lines is not one of this build: train it again");
	}
	*ret_model = model;
	return 0;
}

struct line_model *line_model_free(struct line_model *model)
{
	if (!model)
		return NULL;
	forest_drop(&model->text);
	forest_drop(&model->title);
	free(model->buckets);
	free(model);
	return NULL;
}

/* Does the document show furniture: two lines of a rule, or a twentieth surely furniture? */
static bool is_noisy(const struct work *work, const int32_t *text)
{
	enum { HITS = 2, SURE = -1536, SURE_SHARE = 20 };
	size_t hits = 0, sure = 0;
	for (size_t i = 0; i < work->live_count; i++) {
		const struct hits *hit = hits_at(work, i);
		hits += hit->any || hit->zoned || hit->weak;
		sure += text[i] < SURE;
	}
	return hits >= HITS || sure * SURE_SHARE > work->live_count;
}

static bool is_sure_prose(const struct work *work, const int32_t *text, size_t place)
{
	enum { SURE = 1024 };
	return (line_at(work, place)->flags & LINE_PROSE) && !hits_at(work, place)->any && text[place] > SURE;
}

/* The text goes from the first to the last line of prose that the trees are sure of; without any, all is text. */
static void put_limits(const struct line_model *model, const struct work *work, const struct line_scores *scores)
{
	size_t n = work->live_count, first = 0, end = n;
	bool noisy = is_noisy(work, scores->text);
	while (first < n && !is_sure_prose(work, scores->text, first))
		first++;
	while (end > first && !is_sure_prose(work, scores->text, end - 1))
		end--;
	if (first == n) {
		first = 0;
		end = n;
	}
	for (size_t i = 0; i < n; i++) {
		bool prose = (line_at(work, i)->flags & LINE_PROSE) != 0;
		int zone = i < first ? LINE_HEAD : i < end ? LINE_IN : LINE_TAIL;
		scores->zone[i] = (uint8_t)zone;
		scores->limit[i] = model->thresholds[noisy ? zone + prose : LINE_CALM];
	}
}

int line_model_run(const struct line_model *model, struct work *work, struct line_scores *ret_scores)
{
	struct arena *arena = &work->page->arena;
	uint32_t n = (uint32_t)work->live_count;
	uint8_t *x = arena_alloc(arena, (n + 1) * LF_COUNT);
	struct line_scores scores = { .text = arena_alloc(arena, (n + 1) * sizeof(*scores.text)),
		.title = arena_alloc(arena, (n + 1) * sizeof(*scores.title)),
		.limit = arena_alloc(arena, (n + 1) * sizeof(*scores.limit)),
		.zone = arena_alloc(arena, n + 1) };
	if (!x || !scores.text || !scores.title || !scores.limit || !scores.zone)
		return page_full(work->page);
	int result = line_features(work, x);
	if (result)
		return result;
	forest_score(&model->text, x, LF_COUNT, n, scores.text);
	/* A title stands before the first prose. */
	forest_score(&model->title, x, LF_COUNT, work->first_prose < n ? (uint32_t)work->first_prose : 0, scores.title);
	put_limits(model, work, &scores);
	*ret_scores = scores;
	return 0;
}
