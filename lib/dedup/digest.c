#include "dedup/dedup.h"
#include "util/hash.h"

static int run(void *state, struct page *page)
{
	(void)state;
	char hex[65];
	sha256_of(page->member, page->sha256);
	hex_of(page->sha256, 32, hex);
	page->document.sha256 = arena_strdup_view(&page->arena, view_of(hex));
	sha256_of(page->capture.body, (uint8_t[32]){ 0 });
	return 0;
}

const struct stage digest_stage = { "digest", NULL, run, NULL };
