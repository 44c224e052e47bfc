/* What lines that are cut say about the document. */
#ifndef GARNER_EXTRACT_TEXT_FACTS_H
#define GARNER_EXTRACT_TEXT_FACTS_H

#include "extract/text_detect.h"
#include "page.h"

/* Each fact only where the document has none yet. 0 or an arena failure's reason (page_full). */
int fact_date(struct page *page, const struct date_found *date, bool modified);
/* @names as they stand in a byline: "Ana Ruiz and Bo Li", "Ana Ruiz, Bo Li". */
int fact_authors(struct page *page, struct view names);
int fact_section(struct page *page, struct view text);
/* The fact that @rule makes of @line, if any. */
int fact_of_rule(struct page *page, const struct rules *rules, struct matcher *matcher, const struct rule *rule,
	const struct line *line);

/* Place and agency of the dateline that @line, the first running text of the page, begins with. 0 or page_full. */
int fact_dateline(struct page *page, struct view line);

#endif
