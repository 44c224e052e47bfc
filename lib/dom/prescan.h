/* The pre-pass: from a page's bytes to a short skeleton that gives the same tree.
 *
 * gumbo takes 375 instructions a byte, so it gets few bytes. The pre-pass runs the tokenizer's states over the
 * page, drops what holds no text (script, style, comments, svg) and writes into scratch->skeleton
 *  - a letter for a text and a space for a blank one,
 *  - start tags without their attributes and end tags,
 *  - for an element whose whole content is in order (every tag does exactly what it says, by the rules of
 *    content.h) nothing but one stand-in that does to the rest of the tree what the element would do: <hr> for one
 *    that closes an open p, a letter for any other. Neighbouring stand-ins become one.
 * The events tell what was there, marks connect both. Where the pre-pass is not sure what the tree builder would do
 * with a tag it hands it on and believes nothing about the elements that are open then; where that is not enough
 * it says PRESCAN_UNSURE and the page is parsed whole. */
#ifndef GARNER_DOM_PRESCAN_H
#define GARNER_DOM_PRESCAN_H

#include "dom/scratch.h"

enum prescan_result {
	PRESCAN_DONE,
	PRESCAN_UNSURE, /* the page needs the full parse */
};

/* Scripts that hold data go to page->dom on the way, whatever the result. */
enum prescan_result prescan_run(struct dom_scratch *scratch, struct page *page);

#endif
