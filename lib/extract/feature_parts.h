/* What the parts of the features share: gathering (features.c, page_facts.c), the vector (vector.c), second.c. */
#ifndef GARNER_EXTRACT_FEATURE_PARTS_H
#define GARNER_EXTRACT_FEATURE_PARTS_H

#include "extract/features.h"

enum { NONE = UINT32_MAX };

/* Sums of blocks [@from, @end). */
static inline struct text_sums sums_of(const struct features *f, uint32_t from, uint32_t end)
{
	const struct text_sums *a = &f->sums[from], *b = &f->sums[end];
	return (struct text_sums){ b->chars - a->chars, b->link - a->link, b->words - a->words, b->good - a->good,
		b->longs - a->longs, b->headings - a->headings, b->items - a->items, b->rows - a->rows,
		b->times - a->times };
}

static inline struct text_sums box_sums(const struct features *f, uint32_t box)
{
	return sums_of(f, f->blocks->boxes[box].first, f->blocks->boxes[box].end);
}

/* Boxes from @a up to the nearest that holds @b too, and from there down to @b. */
static inline void climb(const struct features *f, uint32_t a, uint32_t b, uint32_t *ret_up, uint32_t *ret_down)
{
	const struct box *boxes = f->blocks->boxes;
	*ret_up = *ret_down = 0;
	while (a != b) {
		/* a parent stands before its children, so the higher index is not an ancestor of the other */
		if (a > b) {
			a = boxes[a].parent;
			++*ret_up;
		} else {
			b = boxes[b].parent;
			++*ret_down;
		}
	}
}

/* What an element is named by; VIEW_NONE is not there. */
struct element_names {
	struct view class, id, role, itemprop, testid, component;
	uint64_t key;	    /* of all of them; 0: none of them is there */
	uint64_t class_key; /* 0: none, or empty */
};
/* Facts of box @i, whose parent's are there (box_facts.c); tokens_read() calls it, for it reads the names. */
void box_facts_fill(struct features *features, uint32_t i, const struct element_names *names);

/* The facts of the whole page, F_PAGE_BLOCKS and those behind it; images before each block. */
void page_facts_read(struct features *features);

#endif
