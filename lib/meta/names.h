/* Names out of a byline. */
#ifndef GARNER_META_NAMES_H
#define GARNER_META_NAMES_H

#include <stdbool.h>
#include "util/arena.h"
#include "util/limits.h"
#include "util/view.h"

struct names {
	struct view list[LIMIT_AUTHORS];
	size_t count;
};

enum {
	NAMES_LOOSE = 1,    /* a field for authors: handles and lower case are names too */
	NAMES_INVERTED = 2, /* "Last, First" is one person: library metadata */
	NAMES_WHOLE = 4,    /* one value, one name: commas and "and" do not separate */
	NAMES_HOUSE = 16,   /* one value, and what sounds like a job belongs to it: "Daily News Staff" */
	NAMES_MARKED = 8,   /* only when an introducing word ("by", "von" …) stands in front */
};

/* Adds the names in @line: "By Ann Lee and Bo Chu, staff writers" gives two. @lang (may be empty) decides on
 * words for "and" of one letter. Roles, dates, addresses, handles behind @ and repeated names are left out. */
void names_read(struct names *names, struct arena *arena, struct view line, struct view lang, int flags);
/* @line without the marks at its ends, folded into @out of @cap bytes. */
struct view names_fold(struct view line, char *out, size_t cap);
/* The line begins with "by", "von", "de", "автор:" … */
bool names_introduced(struct view line);
/* It begins with a noun for the author, or with any such word and a colon: "Autorin Ada Muster", "by: Ada Muster". */
bool names_is_labelled(struct view line);
/* Nothing but such a noun: "Author". */
bool names_is_noun(struct view line);
/* Nothing but such a word. */
bool names_is_intro(struct view line);
/* "Staff Writer", "reporter in Berlin": no name but what somebody does. */
bool names_is_role(struct view line);
/* One word like "Ada" or "Jean-Luc": a capital and small letters, no role and nobody. */
bool names_is_given(struct view word);
/* Family name and given name in one word, as two to four Han letters or syllables of Hangul are. */
bool names_is_full(struct view name);
/* @line without the word for a reporter or the day of the week behind its name: "정하늘 기자", "Ada Prado el mar". */
struct view names_trimmed_end(struct view line);
/* The name in front of the word for a reporter: "정하늘 기자 haneul@news.example". VIEW_NONE: the line begins otherwise. */
struct view names_of_reporter(struct view line);
/* "Daily News Staff", "The Example Team": all who write for a house. */
bool names_is_house(struct view line);
/* The same in one word with a dash: "Example-Redaktion". */
bool names_is_house_word(struct view line);
/* A word of it says that many write under the name: "Redaktion", "The Example Team", "Online-Redaktion Beispiel". */
bool names_has_house(struct view line);
/* A word of it is what somebody does. */
bool names_has_role(struct view line);
/* The same words, whatever their case and accents. */
bool names_same(struct view a, struct view b);
/* "Reviewed by", "Photo:", "Updated": who comes now did not write the text. */
bool names_ends_byline(struct view line);
/* "Contributions from:", "with help by": who is named next did a part of the work. */
bool names_are_helpers(struct view line);
/* A ministry, an institute, a company: no person's name. */
bool names_is_body(struct view line);
/* "dpa", "Associated Press": who sells the text. */
bool names_is_agency(struct view name);
/* Words that stand for anybody: admin, Redaktion, staff … */
bool names_is_nobody(struct view name);

#endif
