#include "extract/line_model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct odds_bucket) == 64, "a bucket is a line of the cache");

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

int word_odds_make(const struct word_odds *words, size_t count, struct word_odds_table *ret_odds)
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
	*ret_odds = (struct word_odds_table){ buckets, size - 1 };
	return 0;
}

void word_odds_free(struct word_odds_table *odds)
{
	free((void *)odds->buckets);
	*odds = (struct word_odds_table){ 0 };
}

int line_model_load(const struct line_model **ret_model, struct error *error)
{
	if (line_model_builtin.features != line_features_version())
		return error_set(error, -EINVAL, "the model of lines is not one of this build: train it again");
	*ret_model = &line_model_builtin;
	return 0;
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
	struct line_scores scores = { .text = arena_alloc(arena, (n + 1) * sizeof(*scores.text)),
		.title = arena_alloc(arena, (n + 1) * sizeof(*scores.title)),
		.limit = arena_alloc(arena, (n + 1) * sizeof(*scores.limit)),
		.zone = arena_alloc(arena, n + 1) };
	if (!work->tables)
		work->tables = arena_calloc(arena, 1, sizeof(*work->tables));
	/* The features are most of what a text takes, and are asked only here. */
	struct arena_mark before = arena_mark(arena);
	uint8_t *x = arena_alloc(arena, (n + 1) * LF_COUNT);
	if (!x || !scores.text || !scores.title || !scores.limit || !scores.zone || !work->tables)
		return page_full(work->page);
	int result = line_features(work, x);
	if (result)
		return result;
	oblivious_score(&model->text, x, LF_COUNT, n, scores.text);
	/* A title stands before the first prose. */
	oblivious_score(
		&model->title, x, LF_COUNT, work->first_prose < n ? (uint32_t)work->first_prose : 0, scores.title);
	arena_rewind(arena, before);
	put_limits(model, work, &scores);
	*ret_scores = scores;
	return 0;
}
