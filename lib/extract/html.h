/* The main text of an HTML page. */
#ifndef GARNER_EXTRACT_HTML_H
#define GARNER_EXTRACT_HTML_H

#include "stage.h"
#include "dom/dom.h"

/* Stage, HTML pages: page->dom and page->evidence -> page->blocks, all text blocks of the page in
 * order, those that are not body marked cut with score and reason. Never drops a page by itself. */
extern const struct stage extract_html_stage;

struct model;
/* The built-in model, checked against the feature order of this build. < 0 with @error on a mismatch. */
int model_load(const struct model **ret_model, struct error *error);
/* NULL. One that is built in stays. */
const struct model *model_free(const struct model *model);

/* Markdown of the blocks kept, with headings, lists, tables, quotes, code and links. In the arena. */
int markdown_render(struct page *page, struct view *ret_text);

#endif
