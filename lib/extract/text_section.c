#include "extract/text_section.h"

bool section_takes_rest(const struct work *work, size_t place)
{
	const struct rule *rule = hits_at(work, place)->rest;
	/* Of a head that says no more than "Comments" only if a comment follows. */
	if (!rule || !rule->near)
		return rule != NULL;
	for (size_t i = place + 1; i < work->live_count && i <= place + rule->near; i++)
		if (hits_at(work, i)->comment)
			return true;
	return false;
}

struct section_walk section_walk(const struct work *work)
{
	struct section_walk walk = { 0 };
	for (size_t i = 0; i < work->live_count; i++) {
		walk.all += work->live[i].words;
		if (work->live[i].hits & HIT_SECTION && walk.head_count < SECTION_HEADS)
			walk.heads[walk.head_count++] = (uint32_t)i;
	}
	return walk;
}

static bool is_long_prose(const struct work *work, size_t place)
{
	return prose_words(work, place) >= SECTION_TEXT_WORDS;
}

/* Where the text goes on, or the end. */
static size_t end_of(const struct work *work, size_t head)
{
	size_t run = 0;
	for (size_t i = head + 1; i < work->live_count; i++) {
		run = is_long_prose(work, i) ? run + 1 : 0;
		if (run == SECTION_TEXT)
			return i + 1 - SECTION_TEXT;
	}
	return work->live_count;
}

void section_walk_line(const struct work *work, struct section_walk *walk)
{
	walk->before += work->live[walk->place].words;
	walk->prose += prose_words(work, walk->place++);
}

/* The same head twice or more: boxes between paragraphs. */
static bool is_box(const struct work *work, const struct section_walk *walk, struct view head)
{
	size_t same = 0;
	for (size_t i = 0; i < walk->head_count; i++)
		same += view_eq(line_at(work, walk->heads[i])->core, head);
	return same > 1;
}

bool section_next(const struct work *work, struct section_walk *walk, const struct rule **ret_rule, size_t *ret_end)
{
	for (; walk->place < work->live_count; section_walk_line(work, walk)) {
		if (!(work->live[walk->place].hits & HIT_SECTION))
			continue;
		*ret_rule = hits_at(work, walk->place)->section;
		if (is_box(work, walk, line_at(work, walk->place)->core) || walk->prose < SECTION_PROSE ||
			walk->before * 100 < walk->all * SECTION_PERCENT)
			continue;
		*ret_end = end_of(work, walk->place);
		return true;
	}
	return false;
}
