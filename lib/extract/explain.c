#include "extract/explain.h"
#include "util/plain.h"

#include <stdio.h>
#include <stdlib.h>

enum { REASONS = 3 };

enum { NODES = OBLIVIOUS_LEAVES - 1, ALL_NODES = NODES + OBLIVIOUS_LEAVES };

/* Means of the leaves below each node, in 1/1024 logit: what a tree says before the next question is asked. */
static float *node_means(struct arena *arena, const struct oblivious *f)
{
	float *means = arena_alloc(arena, f->trees * ALL_NODES * sizeof(*means) + 1);
	for (size_t t = 0; means && t < f->trees; t++) {
		float *m = means + t * ALL_NODES;
		for (size_t i = ALL_NODES; i-- > 0;)
			m[i] = i >= NODES ? (float)(f->tree[t].leaves[i - NODES] * f->step)
					  : (m[2 * i + 1] + m[2 * i + 2]) / 2;
	}
	return means;
}

/* What each feature added on the way down, over all trees (Saabas 2014). */
static void add_paths(const struct oblivious *f, const float *means, const uint8_t *x, float *ret)
{
	memset(ret, 0, FEATURE_FIRST_COUNT * sizeof(*ret));
	for (size_t t = 0; t < f->trees; t++) {
		const struct oblivious_tree *tree = &f->tree[t];
		const float *m = means + t * ALL_NODES;
		size_t at = 0;
		for (int k = 0; k < OBLIVIOUS_DEPTH; k++) {
			uint16_t feature = tree->features[k];
			size_t next = 2 * at + 1 + oblivious_answer(tree, k, x);
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
	size_t n = (size_t)plain_format(text, sizeof(text), "model %.2f", (double)score);
	for (int k = 0; k < REASONS; k++) {
		uint32_t best = 0;
		char name[32];
		for (uint32_t i = 1; i < FEATURE_FIRST_COUNT; i++)
			if (moved[i] < moved[best])
				best = i;
		if (moved[best] > -50)
			break;
		lower_name(feature_name(best), name, sizeof(name));
		n += (size_t)plain_format(
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
