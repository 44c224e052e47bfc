/* Authors of plain text: lines that say "By Ann Lee", and what the rules of lines took for names. */
#include "meta/author.h"

#include "meta/byline.h"

enum { TOP_LINES = 8, BYLINE_BYTES = 120 };

/* Agencies apart, the others are the authors. */
static int set_names(struct decide *d, const struct names *names)
{
	struct garner_document *doc = &d->page->document;
	const char **list = arena_calloc(&d->page->arena, names->count, sizeof(*list));
	size_t count = 0;
	if (!list)
		return page_full(d->page);
	for (size_t i = 0; i < names->count; i++) {
		const char *name = decide_str(d, names->list[i]);
		if (!name)
			return page_full(d->page);
		if (!names_is_agency(names->list[i]))
			list[count++] = name;
		else if (!doc->agency)
			doc->agency = name;
	}
	doc->authors = count ? list : NULL;
	doc->author_count = count;
	return 0;
}

/* "Ann Lee", "Staff Writer" as two names of a line: the second is none. */
static void read_known(const struct decide *d, struct names *names)
{
	const struct garner_document *doc = &d->page->document;
	for (size_t i = 0; i < doc->author_count; i++)
		if (!names_has_role(view_of(doc->authors[i])))
			names_read(names, &d->page->arena, view_of(doc->authors[i]), d->dates.lang, NAMES_LOOSE);
}

/* Lines that were cut above the body. */
static void read_top(const struct decide *d, struct names *names)
{
	const struct page *page = d->page;
	for (size_t i = 0; i < page->block_count && i < TOP_LINES && names->count == 0; i++) {
		const struct block *b = &page->blocks[i];
		if (b->cut && b->text.n <= BYLINE_BYTES && names_introduced(b->text))
			names_read(names, &d->page->arena, b->text, d->dates.lang, NAMES_MARKED);
	}
}

int author_of_text(struct decide *d)
{
	struct names *names = arena_calloc(&d->page->arena, 1, sizeof(*names));
	if (!names)
		return page_full(d->page);
	if (d->page->document.author_count)
		read_known(d, names);
	else
		read_top(d, names);
	return names->count ? set_names(d, names) : 0;
}

/* A byline is a fact then: the line leaves the text when it says nothing else. */
void author_cut_byline(struct decide *d, const struct names *names)
{
	size_t head = d->head_block, bytes = 0;
	if (head == SIZE_MAX)
		return;
	for (size_t i = 0; i < names->count; i++)
		bytes += names->list[i].n;
	for (size_t i = head + 1; i < d->page->block_count && i <= head + 4; i++) {
		struct block *b = &d->page->blocks[i];
		/* "Written by", and ", " or " and " between names. */
		if (b->cut || b->kind != BLOCK_PARAGRAPH || b->text.n > bytes + 12 + 6 * names->count ||
			!names_introduced(b->text))
			continue;
		bool all = true;
		for (size_t k = 0; k < names->count; k++)
			all &= view_find(b->text, names->list[k]) < b->text.n;
		if (!all)
			continue;
		b->cut = true;
		b->reason = b->cut_kind = "byline";
		return;
	}
}
