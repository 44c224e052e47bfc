#include "normalise/normalise.h"

const char *normalise_version(enum garner_profile profile)
{
	(void)profile;
	return "clean/0";
}

static int run(void *state, struct page *page)
{
	(void)state;
	(void)page;
	size_t n = 0;
	for (size_t i = 0; i < page->block_count; i++)
		n += page->blocks[i].text.n + 2;
	char *text = arena_alloc(&page->arena, n + 1), *at = text;
	if (!text)
		return page_full(page);
	for (size_t i = 0; i < page->block_count; i++) {
		const struct block *block = &page->blocks[i];
		if (block->cut)
			continue;
		if (at > text) {
			*at++ = '\n';
			if (block->gap)
				*at++ = '\n';
		}
		memcpy(at, block->text.p, block->text.n);
		at += block->text.n;
	}
	*at = 0;
	page->document.text = text;
	page->document.text_size = (size_t)(at - text);
	page->member = arena_printf(&page->arena, "%s\n", text) ? view_of(text) : VIEW_NONE;
	return at > text ? 0 : page_drop(page, GARNER_NO_TEXT, "nothing is left");
}

const struct stage normalise_stage = { "normalise", NULL, run, NULL };
