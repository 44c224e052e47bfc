/* One plain-text document while it is cleaned; shared by the files that clean it. */
#ifndef GARNER_EXTRACT_TEXT_WORK_H
#define GARNER_EXTRACT_TEXT_WORK_H

#include "extract/rules.h"
#include "extract/text_bits.h"
#include "extract/text_lines.h"
#include "page.h"

struct line_model;
struct line_tables;

/* What the rules say of one line, whatever stands around it. */
struct hits {
	const struct rule *any;	    /* certain, everywhere */
	const struct rule *zoned;   /* certain, in its zone */
	const struct rule *other;   /* certain, in the other zone */
	const struct rule *weak;    /* next to another */
	const struct rule *rest;    /* takes what follows */
	const struct rule *section; /* takes what it heads */
	bool comment;		    /* a line of one */
};

/* Lines, blocks and hits go by the same index. */
struct work {
	const struct rules *rules;
	struct matcher *matcher;
	const struct line_model *model; /* NULL: rules alone */
	struct page *page;
	struct text_map map; /* of page->utf8 */
	struct line *lines;
	struct hits *hits;
	struct line_own *own;	    /* see line_features.h; NULL without a model */
	struct line_tables *tables; /* a worker's, empty; NULL: made when they are needed */
	uint32_t *live;		    /* indexes of the lines that are not cut, in order */
	size_t live_count;
	uint64_t host;			 /* for the line memory */
	bool weak, rest, section, heads; /* some line has a rule that is so, or takes headlines */
	bool changed;			 /* this pass changed more than what is cut */
	size_t first_prose, last_prose;	 /* places in live; live_count: there is none */
};

static inline struct line *line_at(const struct work *work, size_t place)
{
	return &work->lines[work->live[place]];
}

static inline struct block *block_at(const struct work *work, size_t place)
{
	return &work->page->blocks[work->live[place]];
}

static inline struct hits *hits_at(const struct work *work, size_t place)
{
	return &work->hits[work->live[place]];
}

/* A rule_found_fn: keeps the first of each sort in @user, a struct hits. */
bool hits_note(void *user, const struct rule *rule);
/* page->utf8 -> blocks, lines, hits; all live. 0 or a reason. */
int work_read(struct work *work);
/* Reads, cuts and takes the title: what the stage does. */
int work_clean(struct work *work);
/* Where the first and the last line of prose stand among the live ones. */
void work_find_prose(struct work *work);

#endif
