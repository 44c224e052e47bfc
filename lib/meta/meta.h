/* Facts about a document. */
#ifndef GARNER_META_META_H
#define GARNER_META_META_H

#include "stage.h"
#include "dom/dom.h"

/* What the page's markup says, gathered before extraction (which uses it too). Views into the arena,
 * in document order; nothing is decided here. */
struct evidence {
	struct view title_tag, og_title, ld_headline, h1;
	struct view description;  /* the best of meta, og, JSON-LD */
	struct view article_body; /* JSON-LD articleBody or text, longest; spaces as they stood */
	struct view schema_type;  /* first article-like Schema.org type: "NewsArticle", "Product" …, else the first */
	struct view og_type, generator;
	struct view author, site; /* the first name that the head or JSON-LD gives */
	void *detail;		  /* meta/ alone: every candidate with its source */
};

/* Stage, HTML pages, between dom and extract: page->dom -> page->evidence. */
extern const struct stage meta_read_stage;
/* The page's address as it was captured, or else the canonical one that its head gives; empty: not known. */
struct view page_address(const struct page *page);
/* Stage, all pages, after extract: evidence, blocks and capture -> document.title, authors, published,
 * modified, site, section, url_canonical, access …. Never overwrites a fact already set by text_lines. */
extern const struct stage meta_decide_stage;
/* Stage, all pages, after normalise: document.lang and lang_score of the text itself. */
extern const struct stage lang_stage;
/* ISO 639 code of @text (valid UTF-8), with a script subtag where cld2 gives one (zh-Hant): a static string, or
 * NULL when it can't be told. @ret_score is the share of the text in that language, 0 to 1, halved where the
 * detector calls itself unsure. Without libcld2 only scripts that one language writes are told. */
const char *lang_of(struct view text, double *ret_score);

#endif
