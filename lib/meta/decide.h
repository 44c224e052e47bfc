/* From candidates to facts: one file a fact. Inside meta/ only. */
#ifndef GARNER_META_DECIDE_H
#define GARNER_META_DECIDE_H

#include "meta/datetext.h"
#include "meta/evidence.h"

enum { DECIDE_SITES = 12, DECIDE_LABELS = 16 };

/* The site's names and its address without spaces and marks, folded (fold_squeeze). */
struct site_words {
	struct view names[DECIDE_SITES];	 /* one each of decide.sites */
	struct view host, labels[DECIDE_LABELS]; /* of the host, without "www" and the last one */
	size_t label_count;
};

/* What the decisions share. For plain text dom, evidence and detail are NULL. */
struct decide {
	struct page *page;
	const struct dom *dom;
	const struct evidence *evidence;
	struct detail *detail;
	const struct ld_item *main; /* the JSON-LD item that speaks of this page; NULL: none */
	struct date_reader dates;
	struct view sites[DECIDE_SITES]; /* names the site goes by */
	size_t site_count;
	struct site_words site_words;
	uint32_t headline;     /* node of the heading chosen; 0: none */
	size_t head_block;     /* block of the headline; SIZE_MAX: none */
	uint32_t box;	       /* node that holds headline and body, smaller than the page; 0: none */
	size_t first, last;    /* blocks: first and last of the body kept; SIZE_MAX: none */
	struct date published; /* year -1: none */
	uint8_t *verdicts;     /* one a node, of decide_is_aside(); asked only when the headline is known */
};

/* Longest run of comparison: words of two headlines. */
enum { TITLE_WORDS = 64 };

/* Share of the words of the shorter one that the longer one has, 0 to 1. */
double title_overlap(struct view a, struct view b);
/* The same of what fold_hashes() made, at most TITLE_WORDS each. */
double title_words_overlap(const uint32_t *a, size_t na, const uint32_t *b, size_t nb);
/* The same words in the same order. */
bool title_same(struct view a, struct view b);

/* Length of a separator at @at of a title ("Headline | Site"), 0: none. One that is also a hyphen or a colon needs
 * spaces around it. */
size_t title_separator(struct view title, size_t at);
/* Without the names of the site at its end and front, as long as one is there. */
struct view title_cut(const struct decide *d, struct view title);

/* The node stands in a part that is not this page's article: navigation, related items, comments. */
bool decide_is_aside(const struct decide *d, uint32_t node);
/* The node stands in the box that holds headline and body. */
bool decide_in_box(const struct decide *d, uint32_t node);
/* Block whose text begins inside @node's subtree, or SIZE_MAX. */
size_t decide_block_of(const struct decide *d, uint32_t node);
/* @name is a name of the site, by what the page or its address says. */
bool decide_is_site(const struct decide *d, struct view name);
/* Sets d->site_words by d->sites and the address. 0 or a reason. */
int decide_site_words(struct decide *d);
/* Sets d->head_block, first, last and box. */
void decide_places(struct decide *d);

/* Each sets facts of page->document; 0 or a reason. Order matters: site, title, date, authors, links, access. */
int site_decide(struct decide *d);
int title_decide(struct decide *d);
int date_decide(struct decide *d);
int author_decide(struct decide *d);
int link_decide(struct decide *d);
int access_decide(struct decide *d);

/* A view as a string of the document; NULL when empty or memory is out. */
const char *decide_str(struct decide *d, struct view v);

#endif
