/* Posts of a thread, cards of a listing, entries of a feed: boxes of several blocks that stand side by side and look
 * alike. A block inside is judged with the kind of unit it belongs to. */
#include "extract/feature_parts.h"
#include "extract/key_table.h"
#include "extract/quantise.h"

enum {
	TWINS_MIN = 3,	/* two may be chance */
	UNIT_BLOCKS = 2 /* on average: paragraphs and plain list items are no units */
};

static bool count_twins(struct features *f)
{
	struct key_table looks;
	struct arena *arena = &f->page->arena;
	uint32_t count = f->blocks->box_count;
	bool fresh;
	f->twins = arena_alloc(arena, (count + 1) * sizeof(*f->twins));
	struct arena_mark mark = arena_mark(arena);
	if (!f->twins || !key_table_init(&looks, arena, count))
		return false;
	f->twins[0] = (struct twins){ 0 };
	for (uint32_t i = 1; i < count; i++) {
		const struct box *box = &f->blocks->boxes[i];
		uint32_t *class = key_table_put(&looks, (uint64_t)box->parent << 32 | f->boxes[i].look, &fresh);
		if (fresh) {
			*class = ++f->twins_count;
			f->twins[*class] = (struct twins){ 0 };
		}
		struct twins *t = &f->twins[*class];
		struct text_sums s = box_sums(f, i);
		f->boxes[i].twins = *class;
		f->boxes[i].twin_place = q_count(t->boxes++);
		t->blocks += box->end - box->first;
		t->words += s.words;
		t->chars += s.chars;
		t->link += s.link;
		t->good += s.good;
	}
	arena_rewind(arena, mark);
	return true;
}

int units_read(struct features *f)
{
	if (!count_twins(f))
		return page_full(f->page);
	f->boxes[0].unit = NONE;
	f->boxes[0].unit_up = 255;
	for (uint32_t i = 1; i < f->blocks->box_count; i++) {
		struct box_facts *own = &f->boxes[i];
		const struct box_facts *up = &f->boxes[f->blocks->boxes[i].parent];
		const struct twins *t = &f->twins[own->twins];
		bool unit = t->boxes >= TWINS_MIN && t->blocks >= UNIT_BLOCKS * t->boxes;
		own->unit = unit ? i : up->unit;
		own->unit_up = unit ? 0 : (uint8_t)(up->unit_up + (up->unit_up < 255));
	}
	return 0;
}
