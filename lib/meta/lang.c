#include "meta/meta.h"

static int run(void *state, struct page *page)
{
	(void)state;
	(void)page;
	return 0;
}

const struct stage lang_stage = { "lang", NULL, run, NULL };
