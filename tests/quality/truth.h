/* What the data sets say of their pages, and the words both sides are compared by. */
#ifndef QUALITY_TRUTH_H
#define QUALITY_TRUTH_H

#include "util/arena.h"
#include "util/map.h"
#include "util/view.h"

enum { FOLDS = 5 };
enum { SET_NEWSROOM, SET_WCXB, SET_READABILITY, SET_TRAFILATURA, SET_COUNT };
extern const char *const set_names[SET_COUNT];

struct truth {
	uint8_t set;
	struct view record, url, body, kind; /* kind: page type or country */
	struct view *with, *without;
	uint32_t with_count, without_count;
	struct view *authors; /* as the score takes them apart */
	uint32_t author_count;
	bool knows_authors; /* the set says who wrote its pages, or that nobody is named */
	uint32_t site;	    /* hash of the registered domain: folds hold out sites */
};

struct truths {
	struct arena arena;
	struct truth *items;
	uint32_t count;
	struct map by_record;
};

/* All sets of folder @data. 0, or < 0 with words on stderr. */
int truths_read(struct truths *truths, const char *data);
/* Hash of the registered domain of @url. */
uint32_t truth_site(struct view url);
uint32_t fold_of(const struct truth *truth);
const struct truth *truths_find(const struct truths *truths, struct view record);
void truths_free(struct truths *truths);

/* The next word as the score counts it (lower case; scripts without spaces by character): its hash, 0 at the end. */
uint32_t score_word(struct view text, size_t *at);

#endif
