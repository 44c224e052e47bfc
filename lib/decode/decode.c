#include "decode/decode.h"

static int run(void *state, struct page *page)
{
	(void)state;
	page->body = page->utf8 = page->capture.body;
	page->kind = view_find_nocase(view_first(page->body, 512), VIEW("<html")) < 512 ? PAGE_HTML : PAGE_TEXT;
	return 0;
}

const struct stage decode_stage = { "decode", NULL, run, NULL };
