/* Rules in code: what a pattern says badly. */
#ifndef GARNER_EXTRACT_TEXT_DETECT_H
#define GARNER_EXTRACT_TEXT_DETECT_H

#include "extract/rules.h"
#include "extract/text_lines.h"

struct token {
	struct view text; /* of the folded line; empty at the end */
	char kind;	  /* 'd' digits, 'w' letters, else the (first byte of the) mark itself */
	bool glued;	  /* no space before it */
};

/* Cuts the next token off @rest: a run of digits, a run of letters (one Han character or kana, alone), or one mark. */
bool token_next(struct view *rest, struct token *ret_token);
/* All senses of a folded word, NULL and 0: none. */
const struct word *rules_senses(const struct rules *rules, struct view folded, size_t *ret_count);
/* The word in class @class, or NULL. */
const struct word *rules_word(const struct rules *rules, struct view folded, enum word_class class);

/* A sum to be solved: "0 + 0 =", "4 - three =", "What is 5 x 2?", "? + 3 = 7"; any operator, digits or words. A
 * complete equation ("2 + 2 = 4") and a score ("3 - 2") are none. text_captcha.c */
bool detect_sum(const struct rules *rules, struct view key);

struct date_found {
	int year, month, day; /* month or day 0: the line is a date, but which is not certain */
	int hour, minute;     /* -1 unknown */
	bool updated;
	bool stamped; /* a word says what date it is: published, updated */
	size_t end;   /* bytes of the key up to the end of the date */
};
/* The whole of @key is a date: a year, a month and a day in any usual order, perhaps a time, a weekday and a word
 * like "published". text_date.c */
bool detect_date(const struct rules *rules, struct view key, struct date_found *ret_date);
/* Such a date with a word like "published". */
bool detect_stamp(const struct rules *rules, struct view key, struct date_found *ret_date);
/* @key begins with a word like "date" or "published" and a whole date with a four-digit year; more follows. */
bool detect_leading_date(const struct rules *rules, struct view key, struct date_found *ret_date);

/* Category links run together: "IranIraqMiddle East". @text as it stands. text_glued.c */
bool detect_glued(struct view text);

/* One of the above by its number. */
bool detect(
	const struct rules *rules, enum rule_detector detector, const struct line *line, struct date_found *ret_date);

#endif
