#include "extract/features.h"

#include "extract/quantise.h"

/* What the first pass said, summed so that any range of blocks costs nothing. */
struct second {
	const struct features *f;
	const uint8_t *p;
	uint32_t *weight;		    /* sums of characters, count + 1 */
	uint64_t *weighted;		    /* sums of characters times score */
	uint32_t *sure_before, *sure_after; /* index of the nearest block the first pass is sure of */
	uint64_t *alike_weighted;	    /* by class */
	uint64_t *twins_weighted;	    /* the same */
	uint32_t *twins_weight;
	uint32_t below[257];
	uint32_t first, last; /* sure blocks of the page; UINT32_MAX none */
};

enum { SURE = 191 }; /* 3 of 4 */

int features_second_prepare(const struct features *f, const uint8_t *p, struct second **ret_second)
{
	struct arena *arena = &f->page->arena;
	uint32_t n = f->blocks->count;
	struct second *s = arena_calloc(arena, 1, sizeof(*s));
	if (!s)
		return page_full(f->page);
	s->weight = arena_calloc(arena, n + 1, sizeof(*s->weight));
	s->weighted = arena_calloc(arena, n + 1, sizeof(*s->weighted));
	s->sure_before = arena_calloc(arena, n + 1, sizeof(uint32_t));
	s->sure_after = arena_calloc(arena, n + 1, sizeof(uint32_t));
	s->alike_weighted = arena_calloc(arena, f->class_count + 1, sizeof(*s->alike_weighted));
	s->twins_weighted = arena_calloc(arena, f->twins_count + 1, sizeof(*s->twins_weighted));
	s->twins_weight = arena_calloc(arena, f->twins_count + 1, sizeof(*s->twins_weight));
	if (!s->twins_weighted || !s->twins_weight || !s->weight || !s->weighted || !s->sure_before || !s->sure_after ||
		!s->alike_weighted)
		return page_full(f->page);
	s->f = f;
	s->p = p;
	s->first = s->last = UINT32_MAX;
	uint32_t sure = UINT32_MAX;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t w = f->stats[i].chars + 1;
		s->weight[i + 1] = s->weight[i] + w;
		s->weighted[i + 1] = s->weighted[i] + (uint64_t)w * p[i];
		s->alike_weighted[f->alike[i]] += (uint64_t)w * p[i];
		s->below[p[i] + 1]++;
		s->sure_before[i] = sure;
		if (p[i] >= SURE) {
			sure = i;
			s->last = i;
			if (s->first == UINT32_MAX)
				s->first = i;
		}
	}
	for (uint32_t i = n, next = UINT32_MAX; i-- > 0;) {
		s->sure_after[i] = next;
		if (p[i] >= SURE)
			next = i;
	}
	for (uint32_t i = 1; i < f->blocks->box_count; i++) {
		const struct box *box = &f->blocks->boxes[i];
		s->twins_weighted[f->boxes[i].twins] += s->weighted[box->end] - s->weighted[box->first];
		s->twins_weight[f->boxes[i].twins] += s->weight[box->end] - s->weight[box->first];
	}
	for (int k = 1; k <= 256; k++)
		s->below[k] += s->below[k - 1];
	*ret_second = s;
	return 0;
}

static uint8_t mean(const struct second *s, uint32_t from, uint32_t end)
{
	uint32_t w = s->weight[end] - s->weight[from];
	return (uint8_t)(w ? (s->weighted[end] - s->weighted[from]) / w : 0);
}

/* Without the block itself. */
static uint8_t mean_around(const struct second *s, uint32_t i, uint32_t from, uint32_t end)
{
	uint32_t own = s->weight[i + 1] - s->weight[i], w = s->weight[end] - s->weight[from] - own;
	uint64_t weighted = s->weighted[end] - s->weighted[from] - (uint64_t)own * s->p[i];
	return (uint8_t)(w ? weighted / w : s->p[i]);
}

static uint8_t at(const struct second *s, int64_t i)
{
	return i < 0 || i >= s->f->blocks->count ? 0 : s->p[i];
}

static uint8_t away(uint32_t a, uint32_t b)
{
	return b == UINT32_MAX ? 255 : q_log(a > b ? a - b : b - a);
}

static uint8_t at_index(const struct second *s, uint32_t i)
{
	return i == UINT32_MAX ? 0 : s->p[i];
}

/* The mean up to the next heading, what a heading stands over. */
static uint8_t below_heading(const struct second *s, uint32_t i)
{
	uint32_t end = i + 1, n = s->f->blocks->count;
	while (end < n && end < i + 12 && s->f->blocks->items[end].kind != BLOCK_HEADING)
		end++;
	return mean(s, i + 1 < n ? i + 1 : n, end);
}

void features_second(const struct second *s, uint32_t i, uint8_t *ret)
{
	const struct features *f = s->f;
	uint32_t n = f->blocks->count, box = f->blocks->items[i].box, head = f->last_heading[i];
	const struct box *boxes = f->blocks->boxes;
#define PUT(name, value) ret[F_P_##name] = (value)
	PUT(OWN, s->p[i]);
	PUT(PREV1, at(s, (int64_t)i - 1));
	PUT(PREV2, at(s, (int64_t)i - 2));
	PUT(PREV3, at(s, (int64_t)i - 3));
	PUT(NEXT1, at(s, (int64_t)i + 1));
	PUT(NEXT2, at(s, (int64_t)i + 2));
	PUT(NEXT3, at(s, (int64_t)i + 3));
	PUT(WINDOW3, mean_around(s, i, i > 3 ? i - 3 : 0, i + 4 < n ? i + 4 : n));
	PUT(WINDOW8, mean_around(s, i, i > 8 ? i - 8 : 0, i + 9 < n ? i + 9 : n));
	for (int k = 0; k < 3; k++) {
		box = boxes[box].parent;
		ret[F_P_BOX1 + k] = mean_around(s, i, boxes[box].first, boxes[box].end);
	}
	uint32_t part = f->boxes[f->blocks->items[i].box].part;
	PUT(PART, mean_around(s, i, boxes[part].first, boxes[part].end));
	uint32_t sub = f->boxes[f->blocks->items[i].box].sub;
	PUT(SUB, mean_around(s, i, boxes[sub].first, boxes[sub].end));
	const struct alike *a = &f->classes[f->alike[i]];
	PUT(ALIKE, (uint8_t)(s->alike_weighted[f->alike[i]] / (a->chars + a->blocks)));
	uint32_t own = boxes[f->blocks->items[i].box].parent;
	PUT(MAX_BOX1, mean(s, boxes[own].first, boxes[own].end));
	PUT(BEFORE, q_ratio(s->weighted[i], s->weighted[n]));
	PUT(AFTER, q_ratio(s->weighted[n] - s->weighted[i + 1], s->weighted[n]));
	PUT(LAST_SURE, away(i, s->sure_before[i]));
	PUT(NEXT_SURE, away(i, s->sure_after[i]));
	PUT(FIRST, s->first == UINT32_MAX ? 0 : q_signed_log((int64_t)i - s->first));
	PUT(LAST, s->last == UINT32_MAX ? 0 : q_signed_log((int64_t)s->last - i));
	PUT(PAGE, mean(s, 0, n));
	PUT(PAGE_CHARS, q_log(s->weighted[n] / 255));
	PUT(RANK, q_ratio(s->below[s->p[i]], n));
	PUT(LONG_PREV, at_index(s, f->last_good[i]));
	PUT(LONG_NEXT, at_index(s, f->next_good[i]));
	PUT(HEADING_NEXT, below_heading(s, i));
	PUT(SINCE_HEADING, head == UINT32_MAX ? 0 : mean(s, head, i));
	uint32_t unit = f->boxes[f->blocks->items[i].box].unit, twins = unit == UINT32_MAX ? 0 : f->boxes[unit].twins;
	PUT(UNIT, unit == UINT32_MAX ? 0 : mean_around(s, i, boxes[unit].first, boxes[unit].end));
	PUT(TWINS, (uint8_t)(s->twins_weight[twins] ? s->twins_weighted[twins] / s->twins_weight[twins] : 0));
	PUT(COPY, f->copy_first[i] < i ? s->p[f->copy_first[i]] : 0);
#undef PUT
}
