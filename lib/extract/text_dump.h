/* Texts that other tools dumped: what stands on each line there is not what the page said on one.
 *
 *   text browsers   hard-wrapped at some column, link numbers "[12]" and the list of their addresses at the end
 *   PDF to text     wrapped as the page was, words parted at line ends, the same lines over and under each page
 *   Markdown        marks of headings, emphasis and links, wrapped or not
 *   get_text("\n")  a sentence broken wherever a link or a bold word begins or ends
 *
 * Each is recognised by its own structure, never by the text, and its lines become what the page had: one a paragraph.
 * So rules and the scorer see whole sentences, and the text is spelled as that of any other tool. The keeping profile
 * and --no-rules leave the lines alone. */
#ifndef GARNER_EXTRACT_TEXT_DUMP_H
#define GARNER_EXTRACT_TEXT_DUMP_H

#include "extract/text_work.h"

/* page->blocks as they were read -> as they are judged. Texts that were joined or freed of marks are in the arena;
 * the block keeps the place of its first line. 0 or a reason. */
int dump_read(struct work *work);
/* How often what is left is looked at again at most: marks within marks end. */
enum { DUMP_ROUNDS = 8 };
/* When rules have cut theirs: what lines began and ended with says that what is left must be looked at again. */
bool dump_is_asked(struct work *work);

/* Counts of what lines begin and end with, all in one number; see text_dump.c. */
extern const uint64_t dump_first[256], dump_last[256];

static inline void dump_see(struct work *work, struct view text)
{
	uint64_t first = dump_first[(unsigned char)text.p[0]], last = dump_last[(unsigned char)text.p[text.n - 1]];
	work->sights += first + last;
	work->addresses |= first & last;
}

/* ---- the parts, in this order ------------------------------------------------------------------- */

/* text_links.c: the list of links that a text browser leaves behind a text that holds their numbers (*@ret_last: the
 * last one, 0: there is no such list). */
enum { LINKS_LEAST = 3 };
bool links_may_be(const struct work *work);
void links_drop(struct work *work, unsigned *ret_last);
/* text_pages.c: the lines that stand around each break between two pages. */
int pages_drop(struct work *work);

/* text_wrap.c: joins lines that end where the next word had no room. Of those that end in no mark and go on with a
 * small letter below, or in a script that has none, WRAP_PAIRS or more, WRAP_PERCENT were full at one width. With
 * letters of different widths (PDF) the edge is ragged: more pairs, wider limits. */
enum { WRAP_PAIRS = 4, WRAP_PERCENT = 80, WRAP_PAIRS_RAGGED = 8, WRAP_PERCENT_RAGGED = 85, WRAP_RAGGED = 7 };
/* Full lines are so much of the text: a dump is wrapped as a whole. */
enum { WRAP_BYTES_PERCENT = 25, WRAP_BYTES_RAGGED = 40 };
enum { WRAP_COLUMNS_MIN = 36, WRAP_COLUMNS_MAX = 160 };
int wrap_join(struct work *work, bool *ret_wrapped);
/* Joins sentences that are broken around their links, where BROKEN_MARKS lines begin with a comma or a full stop. */
enum { BROKEN_MARKS = 3 };
int broken_join(struct work *work);

/* text_links.c: takes the numbers of links up to @last out of the text, when lines are whole; 0: there are none. */
int links_unmark(struct work *work, unsigned last);
/* text_markup.c: the marks of Markdown, where MARKUP_LINKS links say that it is. */
enum { MARKUP_LINKS = 3 };
int markup_drop(struct work *work);

/* What they share. The block goes, as @detector's rule says; it stays where that is off. */
void dump_cut(struct work *work, struct block *block, enum rule_detector detector);
bool dump_cuts(const struct work *work, enum rule_detector detector);
/* Whether a block goes on with the next one that is not cut, and how. */
struct join {
	uint8_t how;  /* enum join_how */
	uint8_t skip; /* bytes of the next one that are left out */
};
enum join_how { JOIN_NOT, JOIN_SPACE, JOIN_HYPHEN, JOIN_TIGHT }; /* HYPHEN: the parted word becomes whole */
/* Joins what @joins says (one a block): one block of each run, what is cut within stands behind it. 0 or a reason. */
int dump_join(struct work *work, const struct join *joins);
/* A new page begins with the block. */
bool dump_begins_page(const struct work *work, const struct block *block);
/* The next block from @at on that is not cut; block_count: none. */
size_t dump_next(const struct work *work, size_t at);
/* Has a mark at the end that ends a sentence. */
bool dump_ends_sentence(struct view text);
bool dump_is_unspaced(uint32_t c);
/* Begins with a small letter of a script that has capitals. */
bool dump_is_small(struct view text);
/* Spaces before the text on its line. */
size_t dump_indent(const struct work *work, const struct block *block);
/* A bullet or a number stands before the text; bytes up to the text, 0: none. */
size_t dump_bullet(struct view text);

#endif
