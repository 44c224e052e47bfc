#include "grow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 256, ROOM = 1 << FOREST_DEPTH_MAX };

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
	struct forest *forest;
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

/* One column of a node's histogram, in four that take turns: equal values one after the other do not wait. */
static void fill_column(const struct grower *g, const struct node *node, uint32_t column)
{
	pair bins[4][BINS] = { 0 };
	const uint8_t *x = g->x + (size_t)g->picked[column] * g->rows->count;
	size_t i = node->from;
	for (; i + 4 <= node->end; i += 4)
		for (int k = 0; k < 4; k++)
			bins[k][x[g->order[i + k]]] += g->ordered[i + k];
	for (; i < node->end; i++)
		bins[0][x[g->order[i]]] += g->ordered[i];
	for (int b = 0; b < BINS; b++)
		node->histogram[(size_t)column * BINS + b] = bins[0][b] + bins[1][b] + bins[2][b] + bins[3][b];
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
		uint32_t place = g->order[i];
		if (x[place] >= node->best.at)
			g->spare[right++] = place;
		else
			g->order[left++] = place;
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
	for (uint32_t c = 0; c < g->picks; c++) {
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
			fill_column(g, a, c);
			for (size_t k = (size_t)c * BINS; b && k < (size_t)(c + 1) * BINS; k++)
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

static int16_t leaf_of(const struct boost_settings *s, struct sum all)
{
	double v = round(-all.g / (all.h + s->lambda) * s->eta * 1024);
	return (int16_t)(v > 32767 ? 32767 : v < -32768 ? -32768 : v);
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

static void grow_tree(struct grower *g, size_t tree)
{
	static struct node levels[2][ROOM];
	size_t nodes = ((size_t)1 << g->s->depth) - 1;
	uint16_t *features = (uint16_t *)g->forest->features + tree * nodes;
	uint8_t *thresholds = (uint8_t *)g->forest->thresholds + tree * nodes;
	int16_t *leaves = (int16_t *)g->forest->leaves + tree * (nodes + 1);
	struct node *level = levels[0], *next = levels[1];
	pair *pool = g->pool;
	size_t count = 1;
	read_gradients(g);
	pick_columns(g);
	level[0] = (struct node){ .end = sample_rows(g), .histogram = pool };
	pool += (size_t)g->picks * BINS;
	level[0].all = sum_of(g, 0, level[0].end);
	for (int depth = 0; depth < g->s->depth; depth++, count *= 2) {
		read_level(g, level, count);
		find_splits(g, level, count);
		for (size_t i = 0; i < count; i++) {
			bool split = level[i].best.gain > 0;
			features[count - 1 + i] = split ? g->picked[level[i].best.column] : 0;
			thresholds[count - 1 + i] = (uint8_t)(split ? level[i].best.at : 0);
		}
		make_children(g, level, count, next, &pool);
		struct node *t = level;
		level = next;
		next = t;
	}
	for (size_t i = 0; i < count; i++)
		leaves[i] = leaf_of(g->s, level[i].all);
}

static void add_tree(struct grower *g, size_t tree)
{
	size_t nodes = ((size_t)1 << g->s->depth) - 1;
	const uint16_t *features = g->forest->features + tree * nodes;
	const uint8_t *thresholds = g->forest->thresholds + tree * nodes;
	const int16_t *leaves = g->forest->leaves + tree * (nodes + 1);
#pragma omp parallel for schedule(static) num_threads(g->s->threads)
	for (size_t i = 0; i < g->rows->count; i++) {
		const uint8_t *x = g->rows->x + (size_t)g->rows->index[i] * g->rows->stride;
		size_t at = 0;
		while (at < nodes)
			at = 2 * at + 1 + (x[features[at]] >= thresholds[at]);
		g->margin[i] += (float)leaves[at - nodes] / 1024;
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

int grow_forest(const struct boost_settings *s, const struct grow_rows *rows, struct forest *ret)
{
	size_t nodes = ((size_t)1 << s->depth) - 1, trees = (size_t)s->trees;
	struct grower g = { .s = s, .rows = rows, .seed = 7, .forest = ret };
	*ret = (struct forest){ .trees = (uint32_t)trees, .depth = (uint32_t)s->depth };
	ret->features = calloc(trees * nodes + 1, sizeof(*ret->features));
	ret->thresholds = calloc(trees * nodes + 1, 1);
	ret->leaves = calloc(trees * (nodes + 1) + 1, sizeof(*ret->leaves));
	g.margin = calloc(rows->count + 1, sizeof(*g.margin));
	g.x = malloc(rows->count * rows->columns + 1);
	g.exact = calloc(rows->count + 1, sizeof(*g.exact));
	g.grad = calloc(rows->count + 1, sizeof(*g.grad));
	g.ordered = calloc(rows->count + 1, sizeof(*g.ordered));
	g.order = calloc(rows->count + 1, sizeof(*g.order));
	g.spare = calloc(rows->count + 1, sizeof(*g.spare));
	g.picked = calloc(rows->columns + 1, sizeof(*g.picked));
	g.pool = malloc((nodes + 1) * rows->columns * BINS * sizeof(*g.pool));
	int result = ret->features && ret->thresholds && ret->leaves && g.margin && g.x && g.exact && g.grad &&
				     g.ordered && g.order && g.spare && g.picked && g.pool
			     ? 0
			     : -1;
	if (!result)
		turn(&g);
	for (size_t t = 0; t < trees && !result; t++) {
		grow_tree(&g, t);
		add_tree(&g, t);
	}
	free(g.margin);
	free(g.x);
	free(g.exact);
	free(g.grad);
	free(g.ordered);
	free(g.order);
	free(g.spare);
	free(g.picked);
	free(g.pool);
	return result;
}

void forest_clear(struct forest *f)
{
	free((void *)f->features);
	free((void *)f->thresholds);
	free((void *)f->leaves);
	*f = (struct forest){ 0 };
}
