/* Who may have written a page: the names of each kind of evidence, and how far they are believed; inside meta/ and for
 * training. */
#ifndef GARNER_META_AUTHOR_H
#define GARNER_META_AUTHOR_H

#include "meta/forest.h"
#include "meta/decide.h"
#include "meta/names.h"

enum { AUTHOR_GROUPS = 24 };

/* What speaks of an author, the strongest first. */
enum author_kind {
	AUTHOR_LD,
	AUTHOR_META,
	AUTHOR_OG,
	AUTHOR_ITEMPROP,
	AUTHOR_DC,
	AUTHOR_REL,
	AUTHOR_CLASS,	  /* a box that its class calls a byline */
	AUTHOR_LINE,	  /* "By Ann Lee" */
	AUTHOR_DATED,	  /* "Ann Lee | 5 April" */
	AUTHOR_LONE,	  /* a name next to a date */
	AUTHOR_LABEL,	  /* "Author: Ann Lee", anywhere */
	AUTHOR_SIGNATURE, /* a name set off at the end or the beginning of the body */
	AUTHOR_USER	  /* a user's name, a link to somebody's page */
};

/* One byte each: what is known of a group, its names and the page. */
#define AUTHOR_FEATURES(X)                                                                                             \
	X(KIND)                                                                                                        \
	X(SCORE)                                                                                                       \
	X(PICKED)                                                                                                      \
	X(RANK)                                                                                                        \
	X(FOOT)                                                                                                        \
	X(LD_CLASS)                                                                                                    \
	X(LD_NEWS)                                                                                                     \
	X(LD_ORGANISATION)                                                                                             \
	X(LD_URL)                                                                                                      \
	X(LD_PERSON)                                                                                                   \
	X(LD_HAS_PUBLISHER)                                                                                            \
	X(GENERATOR)                                                                                                   \
	X(LINKED)                                                                                                      \
	X(LD_PUBLISHER)                                                                                                \
	X(NAMES)                                                                                                       \
	X(WORDS_MIN)                                                                                                   \
	X(WORDS_MAX)                                                                                                   \
	X(LENGTH)                                                                                                      \
	X(DIGITS)                                                                                                      \
	X(LOWER)                                                                                                       \
	X(UPPER)                                                                                                       \
	X(INNER)                                                                                                       \
	X(DOT)                                                                                                         \
	X(GIVEN)                                                                                                       \
	X(BODY)                                                                                                        \
	X(ROLE)                                                                                                        \
	X(AGENCY)                                                                                                      \
	X(UNSPACED)                                                                                                    \
	X(SITE)                                                                                                        \
	X(SITE_WORDS)                                                                                                  \
	X(HOST)                                                                                                        \
	X(TITLE_WORDS)                                                                                                 \
	X(SAME)                                                                                                        \
	X(SAME_HEAD)                                                                                                   \
	X(SAME_SEEN)                                                                                                   \
	X(SAME_BEST)                                                                                                   \
	X(PARTS)                                                                                                       \
	X(WHOLES)                                                                                                      \
	X(RIVALS)                                                                                                      \
	X(RIVAL_BEST)                                                                                                  \
	X(GROUP_COUNT)                                                                                                 \
	X(SEEN_HEAD)                                                                                                   \
	X(SEEN_FOOT)                                                                                                   \
	X(SEEN_BY)                                                                                                     \
	X(SEEN_ALONE)                                                                                                  \
	X(SEEN_DISTANCE)                                                                                               \
	X(SEEN_DATED)                                                                                                  \
	X(SEEN_ALL)                                                                                                    \
	X(SEEN_KEPT)                                                                                                   \
	X(SEEN_SHORT)                                                                                                  \
	X(SEEN_PROSE)                                                                                                  \
	X(CREDIT)                                                                                                      \
	X(HOLDER)                                                                                                      \
	X(PERSON_LINKS)                                                                                                \
	X(OTHER_LINKS)                                                                                                 \
	X(DATED)                                                                                                       \
	X(OG_TYPE)                                                                                                     \
	X(HEADLINE)                                                                                                    \
	X(PARAGRAPHS)                                                                                                  \
	X(BODY_BYTES)                                                                                                  \
	X(BLOCKS)                                                                                                      \
	X(AUTHOR_CLUES)                                                                                                \
	X(BYLINE_CLUES)                                                                                                \
	X(DATE_CLUES)                                                                                                  \
	X(HEADING_CLUES)                                                                                               \
	X(LD_ITEMS)                                                                                                    \
	X(PATH)                                                                                                        \
	X(HAS_SITE)                                                                                                    \
	X(SURNAME)                                                                                                     \
	X(BIO)                                                                                                         \
	X(LEAD)                                                                                                        \
	X(AVATAR)                                                                                                      \
	X(HOUSE)                                                                                                       \
	X(TITLE_TAG)                                                                                                   \
	X(USER_CLUES)                                                                                                  \
	X(PERSONS)                                                                                                     \
	X(LD_FIELDS)                                                                                                   \
	X(SCHEMA)                                                                                                      \
	X(SEEN_MORE)                                                                                                   \
	X(LD_FREE)                                                                                                     \
	X(LD_SECTION)                                                                                                  \
	X(RIVAL_PERSONS)                                                                                               \
	X(RIVAL_PERSON_BEST)                                                                                           \
	X(AT_RIGHT)                                                                                                    \
	X(FIRST_NAMES)                                                                                                 \
	X(FORUM)                                                                                                       \
	X(PERSON_PATHS)

enum author_feature {
#define AUTHOR_FEATURE_ENUM(name) AUTHOR_X_##name,
	AUTHOR_FEATURES(AUTHOR_FEATURE_ENUM)
#undef AUTHOR_FEATURE_ENUM
		AUTHOR_X_COUNT
};

/* Names of one kind of evidence. */
struct author_group {
	struct names names;
	uint32_t keys[LIMIT_AUTHORS]; /* of the names' words, whatever their case and accents */
	int score;		      /* by kind and place alone */
	uint8_t kind, rank;
	bool foot;   /* stands behind the body */
	bool picked; /* by the scores */
	bool linked; /* a name is a link */
	bool right;  /* set at the right, as a signature is */
	uint8_t x[AUTHOR_X_COUNT];
	int32_t belief; /* 1/1024 logit of being the page's authors, all and no others */
};

struct authors {
	struct decide *d;
	struct author_group *groups; /* in the order of the evidence */
	size_t count;
	struct author_group *scratch; /* the next one, being filled */
	size_t label;		      /* block that a label's names were read from; 0: none */
};

/* Made by tests/quality/train_authors. Beliefs are in 1/1024 logit. */
struct author_model {
	uint32_t features;	/* AUTHOR_X_COUNT of the build that it was made with */
	int32_t prefer;		/* what being picked by the scores counts for when groups compete */
	int32_t least;		/* believed less, nobody is named */
	int32_t least_declared; /* the same where JSON-LD declares an article: its publisher fills in its authors */
	int32_t least_site;	/* the same there for the site itself */
	int32_t least_said;	/* the same for what author_is_said() */
	struct forest forest;
};
extern const struct author_model author_model;

/* What was gathered in scratch becomes a group of its own, unless @score is 0. */
struct author_group *author_offer(struct authors *authors, enum author_kind kind, int score);
void author_read(struct authors *authors, struct view text, int flags);
/* The names of a line that begins with "By" and the like, or of the next where it says no more than that. */
void author_read_line(struct authors *authors, size_t block);
/* @score, or @site_score where all the names gathered are the site's. */
int author_weigh(const struct authors *authors, int score, int site_score);
/* 2: between a little above the headline and the beginning of the body; 1: behind the body; 0: elsewhere. */
int author_place(const struct decide *d, uint32_t node);
/* The address is of a thread. */
bool author_is_thread(struct view url);
/* Who began the thread: the first user between the headline and the end of what is kept; @best: the highest score so
 * far. */
void author_starter(struct authors *authors, int best);
/* What speaks of an author farther from headline and body; @best: the highest score so far. */
void author_far(struct authors *authors, int best);
/* The same for plain text, where rules of lines have found some. */
int author_of_text(struct decide *d);
/* Cuts the line below the headline that names these authors and says nothing else. */
void author_cut_byline(struct decide *d, const struct names *names);
/* Fills those of x that say where the first name is seen on the page. */
void author_look(struct authors *authors);
/* Fills those that say in which lines and links the first name stands, wherever they are. */
void author_marks(struct authors *authors);
/* Fills the others of x of all groups. */
void author_facts(struct authors *authors);
/* By its facts the group needs little of the model: names of two to four words, none of them the site's or a job, in
 * "By Ann Lee" or next to a date near the headline, in "Author: Ann Lee", or marked by rel or itemprop near the
 * headline, by three marks behind the text, or by Dublin Core and shown. In a thread one word is enough, which is no
 * name of the site. */
bool author_is_said(const uint8_t x[AUTHOR_X_COUNT]);
/* @belief is enough for a group with the facts @x. */
bool author_is_believed(const struct author_model *model, const uint8_t x[AUTHOR_X_COUNT], int32_t belief);
/* Fills belief of all groups. Returns the one of those believed that names the page's authors, or NULL. */
const struct author_group *author_believe(struct authors *authors);

#endif
