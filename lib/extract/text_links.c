/* Numbers of links, and the list of their addresses that a text browser leaves behind the text. */
#include "extract/text_dump.h"

static size_t read_number(struct view text, size_t at, unsigned *ret)
{
	enum { NUMBER_DIGITS = 5 };
	unsigned number = 0;
	size_t from = at;
	while (at < text.n && ascii_is_digit(text.p[at]) && at - from < NUMBER_DIGITS)
		number = number * 10 + (unsigned)(text.p[at++] - '0');
	*ret = number;
	return at;
}

/* "12. https://…", "[12] mailto:…": its number, or 0. */
static unsigned link_number(struct view text)
{
	unsigned number;
	size_t open = text.p[0] == '[', at = read_number(text, open, &number), from;
	if (at == open || at >= text.n || text.p[at] != (open ? ']' : '.'))
		return 0;
	while (++at < text.n && text.p[at] == ' ')
		;
	for (from = at; at < text.n && ascii_is_alpha(text.p[at]); at++)
		;
	bool address = at > from + 2 && at + 1 < text.n && text.p[at] == ':' &&
		       view_find_byte(view_from(text, from), ' ') == text.n - from;
	return address ? number : 0;
}

/* "References", "Visible links", "Hidden links:" in any language. */
static bool is_links_head(struct view text)
{
	enum { HEAD_BYTES = 40 };
	return text.n <= HEAD_BYTES && !dump_ends_sentence(text) && !dump_bullet(text);
}

/* Where the list begins at the end of the text, or block_count; its last number. */
static size_t links_find(const struct work *work, unsigned *ret_last)
{
	enum { HEADS_MOST = 3 };
	const struct page *page = work->page;
	size_t from = page->block_count, i = from, links = 0, heads = 0;
	unsigned before = 0;
	*ret_last = 0;
	while (i-- > 0 && heads <= HEADS_MOST) {
		if (page->blocks[i].cut)
			continue;
		unsigned number = link_number(page->blocks[i].text);
		if (number && (!before || number < before)) {
			before = number;
			*ret_last = number > *ret_last ? number : *ret_last;
			links++;
			from = i;
		} else if (links && is_links_head(page->blocks[i].text)) {
			heads++;
		} else {
			break;
		}
	}
	if (links < LINKS_LEAST)
		return page->block_count;
	/* The head of the list. */
	return from && is_links_head(page->blocks[from - 1].text) && page->blocks[from].gap ? from - 1 : from;
}

/* Bytes of a link's number at @at, 0: there is none. */
static size_t mark_bytes(struct view text, size_t at, unsigned last)
{
	unsigned number;
	if (text.p[at] != '[')
		return 0;
	size_t end = read_number(text, at + 1, &number);
	return end > at + 1 && end < text.n && text.p[end] == ']' && number && number <= last ? end + 1 - at : 0;
}

static size_t count_marks(struct view text, unsigned last)
{
	size_t count = 0;
	for (size_t i = 0; i < text.n; i++)
		count += mark_bytes(text, i, last) != 0;
	return count;
}

static int drop_marks(struct work *work, struct block *block, unsigned last)
{
	struct view text = block->text;
	if (!count_marks(text, last))
		return 0;
	char *out = arena_alloc(&work->page->arena, text.n);
	size_t n = 0;
	if (!out)
		return page_full(work->page);
	for (size_t i = 0; i < text.n;) {
		size_t mark = mark_bytes(text, i, last);
		if (!mark)
			out[n++] = text.p[i++];
		i += mark;
	}
	struct view rest = line_trim(view_make(out, n));
	work->dumped++;
	if (rest.n)
		block->text = rest;
	else
		dump_cut(work, block, DETECT_LINKS);
	return 0;
}

bool links_may_be(const struct work *work)
{
	const struct page *page = work->page;
	size_t i = page->block_count;
	while (i && page->blocks[i - 1].cut)
		i--;
	return i && link_number(page->blocks[i - 1].text);
}

void links_drop(struct work *work, unsigned *ret_last)
{
	struct page *page = work->page;
	unsigned last = 0;
	bool asked = links_may_be(work) && dump_cuts(work, DETECT_LINKS);
	size_t marks = 0, from = asked ? links_find(work, &last) : page->block_count;
	for (size_t i = 0; i < from && from < page->block_count; i++)
		marks += page->blocks[i].cut ? 0 : count_marks(page->blocks[i].text, last);
	*ret_last = from < page->block_count && marks >= LINKS_LEAST ? last : 0;
	for (size_t i = from; i < page->block_count && *ret_last; i++)
		if (!page->blocks[i].cut)
			dump_cut(work, &page->blocks[i], DETECT_LINKS);
}

int links_unmark(struct work *work, unsigned last)
{
	struct page *page = work->page;
	for (size_t i = 0; i < page->block_count && last; i++) {
		int result = page->blocks[i].cut ? 0 : drop_marks(work, &page->blocks[i], last);
		if (result)
			return result;
	}
	return 0;
}
