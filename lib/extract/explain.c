#include "extract/explain.h"

#include <stdio.h>
#include <stdlib.h>

enum { REASONS = 3 };

/* Means of the leaves below each node: what a tree says before the next question is asked. */
static float *node_means(struct arena *arena, const struct forest *f)
{
	size_t nodes = ((size_t)1 << f->depth) - 1, all = 2 * nodes + 1;
	float *means = arena_alloc(arena, f->trees * all * sizeof(*means) + 1);
	for (size_t t = 0; means && t < f->trees; t++) {
		float *m = means + t * all;
		for (size_t i = all; i-- > 0;)
			m[i] = i >= nodes ? (float)f->leaves[t * (nodes + 1) + i - nodes]
					  : (m[2 * i + 1] + m[2 * i + 2]) / 2;
	}
	return means;
}

/* What each feature added on the way down, over all trees (Saabas 2014). */
static void add_paths(const struct forest *f, const float *means, const uint8_t *x, float *ret)
{
	size_t nodes = ((size_t)1 << f->depth) - 1, all = 2 * nodes + 1;
	memset(ret, 0, FEATURE_FIRST_COUNT * sizeof(*ret));
	for (size_t t = 0; t < f->trees; t++) {
		const float *m = means + t * all;
		for (size_t at = 0; at < nodes;) {
			uint16_t feature = f->features[t * nodes + at];
			size_t next = 2 * at + 1 + (x[feature] >= f->thresholds[t * nodes + at]);
			ret[feature] += m[next] - m[at];
			at = next;
		}
	}
}

static void lower_name(const char *name, char *ret, size_t size)
{
	size_t i = 0;
	for (; name[i] && i + 1 < size; i++)
		ret[i] = ascii_lower(name[i]);
	ret[i] = 0;
}

static const char *words_of(struct arena *arena, float score, float *moved)
{
	char text[256];
	size_t n = (size_t)snprintf(text, sizeof(text), "model %.2f", (double)score);
	for (int k = 0; k < REASONS; k++) {
		uint32_t best = 0;
		char name[32];
		for (uint32_t i = 1; i < FEATURE_FIRST_COUNT; i++)
			if (moved[i] < moved[best])
				best = i;
		if (moved[best] > -50)
			break;
		lower_name(feature_name(best), name, sizeof(name));
		n += (size_t)snprintf(
			text + n, sizeof(text) - n, "%s %s %.1f", k ? "," : ":", name, (double)moved[best] / 1024);
		moved[best] = 0;
	}
	return arena_strndup(arena, text, n);
}

int explain_blocks(const struct model *model, const struct features *f, struct page *page)
{
	struct arena *arena = &page->arena;
	float *means = node_means(arena, &model->first);
	float *moved = arena_alloc(arena, FEATURE_FIRST_COUNT * sizeof(*moved));
	uint8_t x[FEATURE_COUNT];
	if (!means || !moved)
		return page_full(page);
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		struct block *b = &page->blocks[i];
		if (!b->cut)
			continue;
		features_first(f, i, x);
		add_paths(&model->first, means, x, moved);
		b->reason = words_of(arena, b->score, moved);
		if (!b->reason)
			return page_full(page);
	}
	return 0;
}
