/* Where a page stood. A file from a disk says so itself, if anything does. */
#include "meta/evidence.h"
#include "normalise/normalise.h"
#include "util/limits.h"

static bool is_address(struct view url)
{
	return url.n <= LIMIT_URL_BYTES &&
	       (view_starts_nocase(url, VIEW("http://")) || view_starts_nocase(url, VIEW("https://")));
}

struct view page_address(const struct page *page)
{
	const struct detail *detail = page->evidence ? page->evidence->detail : NULL;
	struct view best = VIEW_NONE;
	if (page->capture.url.n || !detail)
		return page->capture.url;
	for (size_t i = 0; i < detail->count; i++) {
		const struct clue *c = &detail->clues[i];
		/* One that leads to the front page speaks of a template, not of this page. */
		if (c->fact != CLUE_CANONICAL || !is_address(c->value) || url_is_front_page(c->value))
			continue;
		if (c->origin == FROM_REL)
			return c->value;
		if (!best.n)
			best = c->value;
	}
	return best;
}
