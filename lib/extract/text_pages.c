/* What stands around the pages of a dump: running heads and feet. */
#include <stdlib.h>

#include "extract/text_dump.h"
#include "util/hash.h"

/* A line near a break. */
struct running {
	uint64_t hash; /* numbers apart */
	uint32_t at, page;
};

enum { RUNNING_LINES = 3 }; /* over and under a page are looked at */

static int compare_running(const void *a, const void *b)
{
	const struct running *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Runs of digits read alike. */
static uint64_t hash_apart(struct view text)
{
	enum { HASHED_BYTES = 200 };
	char apart[HASHED_BYTES];
	size_t n = 0;
	for (size_t i = 0; i < text.n && n < HASHED_BYTES; i++) {
		bool digit = ascii_is_digit(text.p[i]);
		if (!digit || i == 0 || !ascii_is_digit(text.p[i - 1]))
			apart[n++] = digit ? '#' : text.p[i];
	}
	return hash64(view_make(apart, n), 0);
}

static bool has_digit(struct view text)
{
	for (size_t i = 0; i < text.n; i++)
		if (ascii_is_digit(text.p[i]))
			return true;
	return false;
}

/* "https://… 2/7", as browsers print it under each page. */
static bool is_printed_address(struct view text)
{
	size_t end = text.n;
	while (end && ascii_is_digit(text.p[end - 1]))
		end--;
	size_t slash = end;
	if (end == text.n || end == 0 || text.p[end - 1] != '/')
		return false;
	for (end--; end && ascii_is_digit(text.p[end - 1]); end--)
		;
	return end + 1 < slash && end && text.p[end - 1] == ' ' && view_starts(text, VIEW("http"));
}

static bool begins(const struct work *work, size_t at)
{
	const struct block *blocks = work->page->blocks;
	if (at == 0 || (work->map.others && dump_begins_page(work, &blocks[at])))
		return true;
	struct view above = blocks[at - 1].text;
	return ascii_is_digit(above.p[above.n - 1]) && above.p[0] == 'h' && is_printed_address(above);
}

/* The lines of a page from @from up to @end that may be running. */
static size_t add_running(
	const struct work *work, struct running *running, size_t count, size_t from, size_t end, uint32_t page)
{
	for (size_t i = from; i < end; i++)
		if (!work->page->blocks[i].cut && (i < from + RUNNING_LINES || i + RUNNING_LINES >= end))
			running[count++] =
				(struct running){ hash_apart(work->page->blocks[i].text), (uint32_t)i, page };
	return count;
}

/* What is there on two pages or more; of words without numbers the first one stays: it is the headline. */
static void cut_running(struct work *work, struct running *running, size_t count)
{
	struct block *blocks = work->page->blocks;
	qsort(running, count, sizeof(*running), compare_running);
	for (size_t i = 0, end; i < count; i = end) {
		for (end = i + 1; end < count && running[end].hash == running[i].hash; end++)
			;
		if (running[end - 1].page == running[i].page)
			continue;
		for (size_t k = has_digit(blocks[running[i].at].text) ? i : i + 1; k < end; k++)
			dump_cut(work, &blocks[running[k].at], DETECT_PAGES);
	}
}

int pages_drop(struct work *work)
{
	struct page *page = work->page;
	size_t n = page->block_count, pages = 0, count = 0;
	for (size_t i = 1; i < n && !pages; i++)
		pages = begins(work, i);
	if (!pages || !dump_cuts(work, DETECT_PAGES))
		return 0;
	struct running *running = arena_alloc(&page->arena, n * sizeof(*running));
	if (!running)
		return page_full(page);
	for (size_t from = 0, end; from < n; from = end, pages++) {
		for (end = from + 1; end < n && !begins(work, end); end++)
			;
		count = add_running(work, running, count, from, end, (uint32_t)pages);
	}
	cut_running(work, running, count);
	return 0;
}
