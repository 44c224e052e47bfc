/* The tokens of HTML source by the states of WHATWG 13.2.5, as places in the bytes: nothing is copied
 * or decoded. Raw text (script, style …) and foreign content (CDATA) are the caller's to know. */
#ifndef GARNER_DOM_TOKEN_H
#define GARNER_DOM_TOKEN_H

#include <stdbool.h>
#include <stdint.h>
#include "dom/dom.h"

enum token_kind {
	TOKEN_END, /* nothing is left; a tag that the end of the input cuts is dropped */
	TOKEN_TEXT,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMENT, /* also bogus ones: <!x>, <?x>, </1> */
	TOKEN_NOTHING, /* </> */
	TOKEN_DOCTYPE,
};

struct token {
	size_t begin, end;	  /* the whole token */
	size_t name_at, name_end; /* of tags */
	uint8_t kind;
	uint8_t tag;	   /* enum dom_tag */
	bool self_closing; /* of TOKEN_OPEN: ends in "/>" */
	bool plain;	   /* no byte stands between the name and ">" */
	uint8_t kept;	   /* token_read_kept: attributes of a start tag that were kept */
};

/* The token that begins at @at of the @n bytes at @p. */
void token_read(const char *p, size_t n, size_t at, struct token *ret);

/* An attribute that garner knows, with its value as it stands; both 0: it has none. */
struct token_kept {
	uint32_t value_at, value_end;
	uint8_t name; /* enum dom_attr_name */
};
/* The same where @n < UINT32_MAX; @kept has room for DOM_ATTR_COUNT + 1. Of attributes that stand twice the first
 * counts, and those behind LIMIT_ATTRIBUTES are not there. */
void token_read_kept(const char *p, size_t n, size_t at, struct token *ret, struct token_kept *kept);

struct token_attr {
	size_t name_at, name_end;
	size_t value_at, value_end; /* without quotes; both 0: no value */
};

/* The attribute at or behind *@at, which starts at token.name_end; false: the tag ends there. */
bool token_attr_read(const char *p, const struct token *token, size_t *at, struct token_attr *ret);

/* How the text behind a start tag reads in HTML content. */
enum token_raw {
	RAW_NO,
	RAW_TEXT,   /* style, xmp, iframe, noembed, noframes: up to the end tag */
	RAW_RCDATA, /* title, textarea: the same, with character references */
	RAW_SCRIPT, /* with its escapes, 13.2.5.20 */
	RAW_PLAIN,  /* plaintext: up to the end */
};
enum token_raw token_raw_kind(const char *p, const struct token *open);
/* Where the end tag of the raw element @open begins, from @at on; @n when there is none. */
size_t token_raw_end(const char *p, size_t n, size_t at, const struct token *open);

#endif
