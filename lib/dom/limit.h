/* What has to be done to a page before gumbo may see the whole of it. */
#ifndef GARNER_DOM_LIMIT_H
#define GARNER_DOM_LIMIT_H

#include "dom/dom.h"

enum limit_mode {
	LIMIT_NORMAL,
	/* For pages that would make gumbo slow or large all the same: only head elements, headings and line breaks
	 * stay, and text behind any other block's start or end begins a paragraph. No words are lost. */
	LIMIT_STRICT,
};

/* A copy of page->utf8 in the arena, or page->utf8 itself when nothing had to change, in which
 *  - start tags nested deeper than LIMIT_DOM_DEPTH and their end tags are left out, because gumbo's time is
 *    quadratic in the nesting (250 KB of open <div> ran for minutes); page->dom->flattened tells;
 *  - attributes of a tag behind the first LIMIT_ATTRIBUTES are left out: gumbo compares each with all before it;
 *  - repeated attributes without a value and "</>" are left out: gumbo 0.10.1 joins them to the name behind;
 *  - an empty comment stands between text and </form>, <a>, <nobr> or the end tag of a formatting element: gumbo
 *    0.10.1 puts the text where the elements have been moved.
 * 0; LIMIT_TRY_STRICT: gumbo would have too much work, or the memory is spent. */
enum { LIMIT_TRY_STRICT = 1 };
int limit_markup(struct page *page, enum limit_mode mode, struct view *ret_html);

#endif
