/* The node table as text, for tests and for people. */
#ifndef GARNER_TESTS_DOM_TEXT_H
#define GARNER_TESTS_DOM_TEXT_H

#include "dom/dom.h"
#include "util/buf.h"

/* A line a node, indented by depth: <tag name="value">, or "text"; line ends as \n, quotes as \". Then the scripts. */
void dom_text_write(const struct dom *dom, struct buf *out);
/* A page around @html, parsed: result of dom_parse. The caller frees page->arena. */
int dom_text_parse(struct page *page, struct garner_options *options, struct view html);

#endif
