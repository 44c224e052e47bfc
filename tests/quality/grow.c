#include "grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 256, ROOM = 1 << FOREST_DEPTH_MAX };
enum { CHUNK = 4096 }; /* rows at a time */

struct sum {
	double g, h;
};

/* A gradient and a curvature as whole numbers in one: g above, h (never negative) in the low 32 bits. One addition adds
 * both, in any order to the same sum; all of a tree's fit in. */
typedef int64_t pair;

struct split {
	double gain;
	uint32_t column; /* place in @picked */
	uint32_t at;	 /* to the right from this value on */
};

/* A node of the tree that is grown: its rows stand side by side. */
struct node {
	size_t from, end;
	struct sum all;
	pair *histogram; /* picked columns times BINS */
	struct split best;
};

struct grower {
	const struct boost_settings *s;
	const struct grow_rows *rows;
	float *margin;	   /* by place in rows->index */
	uint8_t *x;	   /* by column, by place */
	struct sum *exact; /* by place */
	pair *grad;
	double g_step, h_step; /* what one of a pair's counts for */
	uint32_t *order;       /* sampled places, by node */
	pair *ordered;	       /* their gradients */
	uint32_t *spare;
	uint16_t *picked; /* columns of this tree */
	uint32_t picks;
	pair *pool; /* histograms */
	uint32_t seed;
	/* the tree that is grown, complete: its questions, its leaves in 1/1024 logit */
	uint16_t features[ROOM];
	uint8_t thresholds[ROOM];
	int16_t leaves[ROOM];
	bool oblivious;
};

static uint32_t next_number(struct grower *g)
{
	g->seed = g->seed * 1664525u + 1013904223u;
	return g->seed >> 8;
}

static bool chance(struct grower *g, double share)
{
	return next_number(g) < (uint32_t)(share * (1 << 24));
}

static void read_gradients(struct grower *g)
{
	double g_all = 0, h_all = 0;
#pragma omp parallel for schedule(static) num_threads(g->s->threads)
	for (size_t i = 0; i < g->rows->count; i++) {
		uint32_t row = g->rows->index[i];
		double p = 1 / (1 + exp(-(double)g->margin[i])), w = g->rows->w[row], h = p * (1 - p);
		g->exact[i] = (struct sum){ w * (p - g->rows->y[row]), w * (h > 1e-6 ? h : 1e-6) };
	}
	for (size_t i = 0; i < g->rows->count; i++) {
		g_all += fabs(g->exact[i].g);
		h_all += g->exact[i].h;
	}
	g->g_step = g_all / (1 << 30) + 1e-30;
	g->h_step = h_all / (1 << 30) + 1e-30;
	for (size_t i = 0; i < g->rows->count; i++)
		g->grad[i] =
			(pair)lrint(g->exact[i].g / g->g_step) * ((pair)1 << 32) + lrint(g->exact[i].h / g->h_step);
}

static struct sum sum_of_pair(const struct grower *g, pair v)
{
	int64_t h = v & 0xFFFFFFFF;
	return (struct sum){ (double)((v - h) >> 32) * g->g_step, (double)h * g->h_step };
}

static size_t sample_rows(struct grower *g)
{
	size_t n = 0;
	for (size_t i = 0; i < g->rows->count; i++)
		if (chance(g, g->s->subsample))
			g->order[n++] = (uint32_t)i;
	return n;
}

static void pick_columns(struct grower *g)
{
	g->picks = 0;
	for (size_t c = 0; c < g->rows->columns; c++)
		if (chance(g, g->s->columns))
			g->picked[g->picks++] = (uint16_t)c;
	if (!g->picks)
		g->picked[g->picks++] = 0;
}

/* Two columns of a node's histogram (or one twice) in one walk over its rows, each in two that take turns: equal values
 * one after the other do not wait. */
static void fill_columns(const struct grower *g, const struct node *node, const uint32_t columns[2])
{
	pair bins[2][2][BINS] = { 0 };
	const uint8_t *x = g->x + (size_t)g->picked[columns[0]] * g->rows->count;
	const uint8_t *other = g->x + (size_t)g->picked[columns[1]] * g->rows->count;
	size_t i = node->from;
	for (; i + 2 <= node->end; i += 2) {
		for (int k = 0; k < 2; k++) {
			bins[0][k][x[g->order[i + k]]] += g->ordered[i + k];
			bins[1][k][other[g->order[i + k]]] += g->ordered[i + k];
		}
	}
	if (i < node->end) {
		bins[0][0][x[g->order[i]]] += g->ordered[i];
		bins[1][0][other[g->order[i]]] += g->ordered[i];
	}
	for (int c = 0; c < 2; c++)
		for (int b = 0; b < BINS; b++)
			node->histogram[(size_t)columns[c] * BINS + b] = bins[c][0][b] + bins[c][1][b];
}

static double score(const struct boost_settings *s, struct sum a)
{
	return a.g * a.g / (a.h + s->lambda);
}

static struct split best_of(const struct grower *g, const struct node *node, uint32_t column)
{
	const pair *bins = node->histogram + (size_t)column * BINS;
	pair sum = 0;
	struct split best = { 0, column, 0 };
	double whole = score(g->s, node->all);
	for (uint32_t at = 1; at < BINS; at++) {
		if (!bins[at - 1])
			continue;
		struct sum left = sum_of_pair(g, sum += bins[at - 1]);
		struct sum right = { node->all.g - left.g, node->all.h - left.h };
		if (left.h < g->s->min_weight)
			continue;
		if (right.h < g->s->min_weight)
			break;
		double gain = score(g->s, left) + score(g->s, right) - whole;
		if (gain > best.gain)
			best = (struct split){ gain, column, at };
	}
	return best;
}

/* Rows of the left child first, in their order; returns where the right ones begin. */
static size_t part(struct grower *g, const struct node *node)
{
	const uint8_t *x = g->x + (size_t)g->picked[node->best.column] * g->rows->count;
	size_t left = node->from, right = 0;
	for (size_t i = node->from; i < node->end; i++) {
		uint32_t place = g->order[i], goes_right = x[place] >= node->best.at;
		g->spare[right] = g->order[left] = place;
		right += goes_right;
		left += !goes_right;
	}
	memcpy(g->order + left, g->spare, right * sizeof(*g->spare));
	return left;
}

static struct sum sum_of(const struct grower *g, size_t from, size_t end)
{
	pair s = 0;
	for (size_t i = from; i < end; i++)
		s += g->grad[g->order[i]];
	return sum_of_pair(g, s);
}

/* Histograms of a level: of two siblings the smaller is counted, the other is what is left of the parent's. Threads
 * take columns, so no sum depends on them. */
static void read_level(struct grower *g, struct node *level, size_t count)
{
	for (size_t i = 0; i < level[count - 1].end; i++)
		g->ordered[i] = g->grad[g->order[i]];
#pragma omp parallel for schedule(dynamic) num_threads(g->s->threads)
	for (uint32_t c = 0; c < g->picks; c += 2) {
		uint32_t columns[2] = { c, c + 1 < g->picks ? c + 1 : c };
		for (size_t i = 0; i < count; i += 2) {
			struct node *a = &level[i], *b = count > 1 ? &level[i + 1] : NULL;
			if (a->from == a->end && (!b || b->from == b->end))
				continue;
			if (b && b->end - b->from < a->end - a->from) {
				struct node *t = a;
				a = b;
				b = t;
			}
			/* a child's histogram stands where its parent's stood: the larger one takes it over */
			fill_columns(g, a, columns);
			for (size_t k = (size_t)c * BINS; b && k < (size_t)(columns[1] + 1) * BINS; k++)
				b->histogram[k] -= a->histogram[k];
		}
	}
}

static void find_splits(struct grower *g, struct node *level, size_t count)
{
#pragma omp parallel for schedule(dynamic) num_threads(g->s->threads)
	for (size_t i = 0; i < count; i++) {
		level[i].best = (struct split){ 0 };
		if (level[i].from == level[i].end)
			continue;
		for (uint32_t c = 0; c < g->picks; c++) {
			struct split s = best_of(g, &level[i], c);
			if (s.gain > level[i].best.gain)
				level[i].best = s;
		}
	}
}

/* What each question of one column gains over all nodes of a level; a node that it does not part well enough gains
 * nothing. */
static struct split best_of_level(const struct grower *g, const struct node *level, size_t count, uint32_t column)
{
	double gains[BINS] = { 0 };
	struct split best = { 0, column, 0 };
	for (const struct node *node = level; node < level + count; node++) {
		const pair *bins = node->histogram + (size_t)column * BINS;
		double whole = score(g->s, node->all), gain = 0;
		pair sum = 0;
		for (uint32_t at = 1; node->from < node->end && at < BINS; at++) {
			if (bins[at - 1]) {
				struct sum left = sum_of_pair(g, sum += bins[at - 1]);
				struct sum right = { node->all.g - left.g, node->all.h - left.h };
				if (right.h < g->s->min_weight)
					break;
				if (left.h >= g->s->min_weight)
					gain = score(g->s, left) + score(g->s, right) - whole;
			}
			gains[at] += gain;
		}
	}
	for (uint32_t at = 1; at < BINS; at++)
		if (gains[at] > best.gain)
			best = (struct split){ gains[at], column, at };
	return best;
}

/* One question for all nodes of a level. */
static int find_question(struct grower *g, struct node *level, size_t count)
{
	struct split *found = malloc(g->picks * sizeof(*found)), best = { 0 };
	if (!found)
		return -1;
#pragma omp parallel for schedule(dynamic) num_threads(g->s->threads)
	for (uint32_t c = 0; c < g->picks; c++)
		found[c] = best_of_level(g, level, count, c);
	for (uint32_t c = 0; c < g->picks; c++)
		if (found[c].gain > best.gain)
			best = found[c];
	for (size_t i = 0; i < count; i++)
		level[i].best = best;
	free(found);
	return 0;
}

static int16_t leaf_of(const struct grower *g, struct sum all)
{
	int step = g->oblivious ? g->s->step : 1, most = g->oblivious ? INT8_MAX : INT16_MAX;
	double v = round(-all.g / (all.h + g->s->lambda) * g->s->eta * 1024 / step);
	return (int16_t)((v > most ? most : v < -most ? -most : v) * step);
}

/* The children of a level; a node that is not split goes on to the right as it is, its left child is empty. */
static void make_children(struct grower *g, const struct node *level, size_t count, struct node *next, pair **pool)
{
	for (size_t i = 0; i < count; i++) {
		const struct node *n = &level[i];
		bool split = n->best.gain > 0;
		size_t middle = split ? part(g, n) : n->from;
		next[2 * i] = (struct node){ .from = n->from, .end = middle };
		next[2 * i + 1] = (struct node){ .from = middle, .end = n->end };
		next[2 * i].all = split ? sum_of(g, n->from, middle) : n->all;
		next[2 * i + 1].all =
			split ? (struct sum){ n->all.g - next[2 * i].all.g, n->all.h - next[2 * i].all.h } : n->all;
		bool left_larger = next[2 * i].end - next[2 * i].from > next[2 * i + 1].end - next[2 * i + 1].from;
		/* read_level: the larger child stands in the parent's histogram, the smaller in a fresh one */
		next[2 * i + !left_larger].histogram = n->histogram;
		next[2 * i + left_larger].histogram = *pool;
		*pool += (size_t)g->picks * BINS;
	}
}

static int grow_tree(struct grower *g)
{
	struct node levels[2][ROOM], *level = levels[0], *next = levels[1];
	pair *pool = g->pool;
	size_t count = 1;
	read_gradients(g);
	pick_columns(g);
	level[0] = (struct node){ .end = sample_rows(g), .histogram = pool };
	pool += (size_t)g->picks * BINS;
	level[0].all = sum_of(g, 0, level[0].end);
	for (int depth = 0; depth < g->s->depth; depth++, count *= 2) {
		read_level(g, level, count);
		if (!g->oblivious)
			find_splits(g, level, count);
		else if (find_question(g, level, count))
			return -1;
		for (size_t i = 0; i < count; i++) {
			bool split = level[i].best.gain > 0;
			g->features[count - 1 + i] = split ? g->picked[level[i].best.column] : 0;
			g->thresholds[count - 1 + i] = (uint8_t)(split ? level[i].best.at : 0);
		}
		make_children(g, level, count, next, &pool);
		struct node *t = level;
		level = next;
		next = t;
	}
	for (size_t i = 0; i < count; i++)
		g->leaves[i] = leaf_of(g, level[i].all);
	return 0;
}

/* An oblivious tree's columns are read one after the other. */
static void add_oblivious(struct grower *g, size_t from, size_t end)
{
	uint8_t at[CHUNK] = { 0 };
	for (int k = 0; k < g->s->depth; k++) {
		size_t first = ((size_t)1 << k) - 1;
		const uint8_t *x = g->x + g->features[first] * g->rows->count + from, threshold = g->thresholds[first];
		for (size_t i = 0; i < end - from; i++)
			at[i] = (uint8_t)(2 * at[i] + (x[i] >= threshold));
	}
	for (size_t i = from; i < end; i++)
		g->margin[i] += (float)g->leaves[at[i - from]] / 1024;
}

static void add_complete(struct grower *g, size_t from, size_t end)
{
	size_t nodes = ((size_t)1 << g->s->depth) - 1;
	for (size_t i = from; i < end; i++) {
		const uint8_t *x = g->rows->x + (size_t)g->rows->index[i] * g->rows->stride;
		size_t at = 0;
		while (at < nodes)
			at = 2 * at + 1 + (x[g->features[at]] >= g->thresholds[at]);
		g->margin[i] += (float)g->leaves[at - nodes] / 1024;
	}
}

static void add_tree(struct grower *g)
{
#pragma omp parallel for schedule(static) num_threads(g->s->threads)
	for (size_t from = 0; from < g->rows->count; from += CHUNK) {
		size_t end = g->rows->count - from < CHUNK ? g->rows->count : from + CHUNK;
		if (g->oblivious)
			add_oblivious(g, from, end);
		else
			add_complete(g, from, end);
	}
}

/* Columns side by side: a histogram reads one of them. */
static void turn(struct grower *g)
{
	enum { BLOCK = 64 };
	for (size_t from = 0; from < g->rows->count; from += BLOCK)
		for (size_t c = 0; c < g->rows->columns; c++)
			for (size_t i = from; i < from + BLOCK && i < g->rows->count; i++)
				g->x[c * g->rows->count + i] =
					g->rows->x[(size_t)g->rows->index[i] * g->rows->stride + c];
}

static void grower_free(struct grower *g)
{
	free(g->margin);
	free(g->x);
	free(g->exact);
	free(g->grad);
	free(g->ordered);
	free(g->order);
	free(g->spare);
	free(g->picked);
	free(g->pool);
	free(g);
}

static struct grower *grower_make(const struct boost_settings *s, const struct grow_rows *rows)
{
	struct grower *g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->s = s;
	g->rows = rows;
	g->seed = s->seed ? (uint32_t)s->seed : 7;
	g->margin = calloc(rows->count + 1, sizeof(*g->margin));
	g->x = malloc(rows->count * rows->columns + 1);
	g->exact = calloc(rows->count + 1, sizeof(*g->exact));
	g->grad = calloc(rows->count + 1, sizeof(*g->grad));
	g->ordered = calloc(rows->count + 1, sizeof(*g->ordered));
	g->order = calloc(rows->count + 1, sizeof(*g->order));
	g->spare = calloc(rows->count + 1, sizeof(*g->spare));
	g->picked = calloc(rows->columns + 1, sizeof(*g->picked));
	g->pool = malloc(((size_t)1 << s->depth) * rows->columns * BINS * sizeof(*g->pool));
	if (!g->margin || !g->x || !g->exact || !g->grad || !g->ordered || !g->order || !g->spare || !g->picked ||
		!g->pool) {
		grower_free(g);
		return NULL;
	}
	turn(g);
	return g;
}

int grow_forest(const struct boost_settings *s, const struct grow_rows *rows, struct forest *ret)
{
	size_t nodes = ((size_t)1 << s->depth) - 1, leaves = nodes + 1, trees = (size_t)s->trees;
	uint16_t *features = calloc(trees * nodes + 1, sizeof(*features));
	uint8_t *thresholds = calloc(trees * nodes + 1, 1);
	int16_t *values = calloc(trees * leaves + 1, sizeof(*values));
	struct grower *g = grower_make(s, rows);
	int result = features && thresholds && values && g ? 0 : -1;
	*ret = (struct forest){ .trees = (uint32_t)trees,
		.depth = (uint32_t)s->depth,
		.features = features,
		.thresholds = thresholds,
		.leaves = values };
	for (size_t t = 0; t < trees && !result; t++) {
		result = grow_tree(g);
		memcpy(features + t * nodes, g->features, nodes * sizeof(*features));
		memcpy(thresholds + t * nodes, g->thresholds, nodes);
		memcpy(values + t * leaves, g->leaves, leaves * sizeof(*values));
		add_tree(g);
	}
	if (g)
		grower_free(g);
	return result;
}

/* A question of oblivious trees is whether something is below, one of grow_tree() whether it is not. */
static struct oblivious_tree tree_of(const struct grower *g)
{
	struct oblivious_tree tree;
	for (int k = 0; k < OBLIVIOUS_DEPTH; k++) {
		size_t first = ((size_t)1 << k) - 1;
		tree.features[k] = g->features[first];
		tree.thresholds[k] = (int8_t)(g->thresholds[first] - 128);
	}
	for (int i = 0; i < OBLIVIOUS_LEAVES; i++)
		tree.leaves[OBLIVIOUS_LEAVES - 1 - i] = (int8_t)(g->leaves[i] / g->s->step);
	return tree;
}

int grow_oblivious(const struct boost_settings *s, const struct grow_rows *rows, struct oblivious *ret)
{
	struct oblivious_tree *trees = calloc((size_t)s->trees + 1, sizeof(*trees));
	struct grower *g = s->depth == OBLIVIOUS_DEPTH ? grower_make(s, rows) : NULL;
	int result = trees && g ? 0 : -1;
	*ret = (struct oblivious){
		.trees = (uint32_t)s->trees, .columns = (uint32_t)rows->columns, .step = s->step, .tree = trees
	};
	if (g)
		g->oblivious = true;
	for (int t = 0; t < s->trees && !result; t++) {
		result = grow_tree(g);
		trees[t] = tree_of(g);
		add_tree(g);
	}
	if (g)
		grower_free(g);
	return result;
}

void oblivious_clear(struct oblivious *f)
{
	free((void *)f->tree);
	*f = (struct oblivious){ 0 };
}

void forest_clear(struct forest *f)
{
	free((void *)f->features);
	free((void *)f->thresholds);
	free((void *)f->leaves);
	*f = (struct forest){ 0 };
}
