#include "extract/model.h"

enum { VECTORS_KEPT = 4096 }; /* 1.3 MB; larger pages make their vectors twice */
enum { CLOSED = 3 };	      /* of 255: below, the first pass has the last word */
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
static void run_first(const struct oblivious *forest, const struct features *f, uint8_t *x, int32_t *scores)
{
	uint32_t n = f->blocks->count;
	for (uint32_t at = 0; at < n; at += VECTORS_KEPT) {
		uint32_t count = n - at < VECTORS_KEPT ? n - at : VECTORS_KEPT;
		for (uint32_t i = 0; i < count; i++)
			features_first(f, at + i, x + (size_t)i * FEATURE_COUNT);
		oblivious_score(forest, x, FEATURE_COUNT, count, scores + at);
	}
}

/* The second pass over the blocks that the first left open: those it gives less than 1 of 85 stay out. On held-out
 * pages this changes no score by more than 0.0003. @scores holds the first's and gets the second's. */
static void run_second(const struct oblivious *forest, const struct second *second, const struct features *f,
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
		oblivious_score(forest, x, FEATURE_COUNT, count, got);
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
