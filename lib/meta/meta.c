#include "meta/meta.h"

#include <errno.h>
#include "meta/evidence.h"
#include "meta/months.h"

static int read_run(void *state, struct page *page)
{
	(void)state;
	struct evidence *evidence = arena_calloc(&page->arena, 1, sizeof(*evidence));
	struct detail *detail = arena_calloc(&page->arena, 1, sizeof(*detail));
	if (!evidence || !detail)
		return page_full(page);
	evidence->detail = detail;
	page->evidence = evidence;
	return evidence_read(page, evidence, detail);
}

static int decide_run(void *state, struct page *page)
{
	(void)state;
	(void)page;
	return 0;
}

const struct stage meta_read_stage = { "meta-read", NULL, read_run, NULL };
const struct stage meta_decide_stage = { "meta", NULL, decide_run, NULL };
