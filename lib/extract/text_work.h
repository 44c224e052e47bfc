/* One plain-text document while it is cleaned; shared by the files that clean it. */
#ifndef GARNER_EXTRACT_TEXT_WORK_H
#define GARNER_EXTRACT_TEXT_WORK_H

#include "extract/rules.h"
#include "extract/text_bits.h"
#include "extract/text_lines.h"
#include "page.h"

struct line_model;
struct line_scores;
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

/* Which of them there are; without @zoned there is no @other. */
enum hit_bits {
	HIT_ANY = 1,
	HIT_ZONED = 2,
	HIT_WEAK = 4,
	HIT_REST = 8,
	HIT_SECTION = 16,
	HIT_CUT = 32, /* in this pass */
};

/* A line that is not cut: what every pass asks of all lines, so that it reads little else. */
struct live {
	uint32_t at;	/* its index */
	uint32_t words; /* as its line has */
	uint16_t flags; /* as its line has */
	uint16_t hits;	/* HIT_... */
};

/* Lines, blocks and rows go by the same index. */
struct work {
	const struct rules *rules;
	struct matcher *matcher;
	const struct line_model *model; /* NULL: rules alone */
	struct page *page;
	struct text_map map; /* of page->utf8 */
	struct line *lines;
	struct hits *hits; /* of lines that rules found, behind one of none */
	uint32_t *rows;	   /* the places of a line's hits; 0: none */
	uint32_t row_count;
	struct line_own *own;	    /* see line_features.h; NULL without a model */
	struct line_tables *tables; /* a worker's, empty; NULL: made when they are needed */
	struct live *live;	    /* the lines that are not cut, in order */
	size_t live_count;
	size_t cut_count;		/* of them, cut in this pass */
	uint64_t host;			/* for the line memory */
	unsigned sorts;			/* HIT_... of all lines */
	bool heads;			/* some line has a rule that takes headlines */
	bool changed;			/* this pass changed more than what is cut */
	bool as_written;		/* lines are looked at as they will be written, not as they came */
	uint64_t sights, addresses;	/* see dump_see() */
	size_t dumped;			/* lines that dump_read() changed */
	size_t first_prose, last_prose; /* places in live; live_count: there is none */
};

static inline struct line *line_at(const struct work *work, size_t place)
{
	return &work->lines[work->live[place].at];
}

static inline struct block *block_at(const struct work *work, size_t place)
{
	return &work->page->blocks[work->live[place].at];
}

/* Of the line of this index. */
static inline const struct hits *hits_of(const struct work *work, size_t at)
{
	return &work->hits[work->rows[at]];
}

static inline const struct hits *hits_at(const struct work *work, size_t place)
{
	return hits_of(work, work->live[place].at);
}

static inline bool is_prose(const struct work *work, size_t place)
{
	return (work->live[place].flags & LINE_PROSE) != 0;
}

/* And no rule is certain of it everywhere. */
static inline bool is_unknown_prose(const struct work *work, size_t place)
{
	return is_prose(work, place) && !(work->live[place].hits & HIT_ANY);
}

/* In this pass; before, none of them was. */
static inline bool is_cut(const struct work *work, size_t place)
{
	return (work->live[place].hits & HIT_CUT) != 0;
}

/* Its words if it is prose. */
static inline uint32_t prose_words(const struct work *work, size_t place)
{
	return is_prose(work, place) ? work->live[place].words : 0;
}

static inline unsigned hit_bits(const struct hits *hits)
{
	return (hits->any ? HIT_ANY : 0u) | (hits->zoned ? HIT_ZONED : 0u) | (hits->weak ? HIT_WEAK : 0u) |
	       (hits->rest ? HIT_REST : 0u) | (hits->section ? HIT_SECTION : 0u);
}

/* Line @at is the last of those that live. */
static inline void live_add(struct work *work, size_t at)
{
	const struct line *line = &work->lines[at];
	work->live[work->live_count++] = (struct live){ .at = (uint32_t)at,
		.words = line->words,
		.flags = line->flags,
		.hits = work->rows[at] ? (uint16_t)hit_bits(hits_of(work, at)) : 0 };
}

/* A rule_found_fn: keeps the first of each sort in @user, a struct hits. */
bool hits_note(void *user, const struct rule *rule);
/* page->utf8 -> blocks, lines, hits; all live. 0 or a reason. */
int work_read(struct work *work);
/* What is left, once more: without some lines it may be seen what kind of dump it is. *@ret: lines have changed. 0 or a
 * reason. */
int work_read_again(struct work *work, bool *ret);
/* Reads, cuts and takes the title: what the stage does. */
int work_clean(struct work *work);
/* Cuts the line at @place, unless it is cut: with its facts. 0 or a reason. */
int work_cut(struct work *work, size_t place, const struct rule *rule);
/* text_scored.c: what the scorer holds for furniture, and what stands before the title, when the rules have cut theirs;
 * @scores were made before. 0 or a reason. */
int cut_scored(struct work *work, const struct line_scores *scores);
/* Where the first and the last line of prose stand among the live ones. */
void work_find_prose(struct work *work);

#endif
