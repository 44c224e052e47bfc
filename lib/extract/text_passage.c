#include "extract/text_passage.h"

#include <string.h>
#include "extract/key_table.h"

enum { SAMPLE = 8 };

/* Length, and eight bytes of the beginning, the middle and the end: to read them all would cost a tenth of what the
 * rules take. Lines that only look alike so are told by their bytes. */
static uint64_t key_of(struct view text)
{
	uint64_t head = 0, middle = 0, tail = 0, h = text.n;
	size_t n = text.n < SAMPLE ? text.n : SAMPLE;
	memcpy(&head, text.p, n);
	memcpy(&middle, text.p + (text.n - n) / 2, n);
	memcpy(&tail, text.p + text.n - n, n);
	h = (h ^ head) * UINT64_C(0x9E3779B97F4A7C15);
	h = (h ^ h >> 29 ^ middle) * UINT64_C(0xD6E8FEB86659FD93);
	h = (h ^ h >> 31 ^ tail) * UINT64_C(0x9E3779B97F4A7C15);
	return h ^ h >> 30;
}

/* Notes the line; does one of the same text stand before it? Of lines that look alike, the first one is known. */
static bool stood_before(const struct work *work, struct key_table *seen, size_t place)
{
	bool fresh;
	struct view text = line_at(work, place)->text;
	uint32_t *first = key_table_put(seen, key_of(text), &fresh);
	if (fresh)
		*first = (uint32_t)place;
	return !fresh && view_eq(line_at(work, *first)->text, text);
}

/* Most texts say nothing twice: then no other line is looked at. */
static int says_twice(struct work *work, bool *ret_twice)
{
	struct key_table seen;
	size_t prose = 0;
	*ret_twice = false;
	for (size_t i = 0; i < work->live_count; i++)
		prose += is_prose(work, i);
	if (prose < 2)
		return 0;
	if (!key_table_init(&seen, &work->page->arena, (uint32_t)prose))
		return page_full(work->page);
	for (size_t i = 0; i < work->live_count && !*ret_twice; i++)
		*ret_twice = is_prose(work, i) && stood_before(work, &seen, i);
	return 0;
}

/* Of the runs of marked lines those that are no passage lose their marks. True: one is. */
static bool keep_passages(const struct work *work, bool *again)
{
	bool found = false;
	size_t n = work->live_count;
	for (size_t from = 0, end; from < n; from = end + 1) {
		uint64_t words = 0, prose = 0;
		for (end = from; end < n && again[end]; end++) {
			words += work->live[end].words;
			prose += prose_words(work, end);
		}
		if (end - from >= PASSAGE_LINES && words >= PASSAGE_WORDS && prose * 2 >= words)
			found = true;
		else
			memset(again + from, 0, end - from);
	}
	return found;
}

int passage_find(struct work *work, bool **ret_again)
{
	struct key_table seen;
	size_t n = work->live_count;
	bool twice;
	*ret_again = NULL;
	int result = says_twice(work, &twice);
	if (result || !twice)
		return result;
	bool *again = arena_calloc(&work->page->arena, n, sizeof(*again));
	if (!again || !key_table_init(&seen, &work->page->arena, (uint32_t)n))
		return page_full(work->page);
	for (size_t i = 0; i < n; i++)
		again[i] = stood_before(work, &seen, i);
	if (keep_passages(work, again))
		*ret_again = again;
	return 0;
}
