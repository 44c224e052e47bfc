/* Words, numbers and marks of a text, with what each can mean in a date; inside meta/ only. */
#ifndef GARNER_META_DATETOKEN_H
#define GARNER_META_DATETOKEN_H

#include "meta/datetext.h"

/* What a word means between the numbers of a date. */
enum role {
	ROLE_NONE,
	ROLE_FILL,  /* de, of, the … */
	ROLE_YEAR,  /* year's mark: 年, г., gada */
	ROLE_MONTH, /* month's mark: 月, tháng */
	ROLE_DAY,
	ROLE_HOUR,
	ROLE_MINUTE,
	ROLE_AM,
	ROLE_PM,
	ROLE_ZONE,
	ROLE_T,	    /* of ISO 8601 */
	ROLE_ERA,   /* its value: the year before its first */
	ROLE_FIRST, /* year of an era */
};

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_PUNCT };

struct token {
	uint8_t kind, role, calendar, month, digits;
	char punct;  /* ASCII of a mark; its nearest ASCII for others, '?' unknown */
	bool joined; /* no space before it */
	uint32_t at; /* offset in the text */
	uint32_t end;
	int64_t value; /* of a number; minutes of a zone */
};

enum { TOKENS = 160, WORD_MAX = 48 };

struct tokens {
	struct token list[TOKENS + 4];
	size_t count;
};

/* At most TOKENS of @text (valid UTF-8, at most DATE_SCAN_BYTES); four of kind TOKEN_END stand behind the last. */
void datetoken_read(const struct date_reader *reader, struct view text, struct tokens *tokens);

/* Row @i of the words that have a role, for tests: ROLE_NONE behind the last, or where the row says that a word has
 * none. */
enum role datetoken_role(size_t i, struct view *ret_word);

static inline bool token_is_number(const struct token *t)
{
	return t->kind == TOKEN_NUMBER;
}

static inline bool token_is_punct(const struct token *t, char c)
{
	return t->kind == TOKEN_PUNCT && t->punct == c;
}

static inline bool token_is_role(const struct token *t, enum role role)
{
	return t->kind == TOKEN_WORD && t->role == role;
}

#endif
