#include "dom/token.h"

#include "dom/token_step.h"

const uint8_t token_classes[256] = {
	[' '] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE | PASSED,
	['\t'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE | PASSED,
	['\n'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE | PASSED,
	['\f'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE | PASSED,
	['\r'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE | SPACE | PASSED,
	['/'] = ENDS_TAG | ENDS_NAME | PASSED | OPENS,
	['!'] = OPENS,
	['?'] = OPENS,
	['A' ... 'Z'] = OPENS,
	['a' ... 'z'] = OPENS,
	['>'] = ENDS_TAG | ENDS_NAME | ENDS_VALUE,
	['='] = ENDS_NAME,
};

bool token_attr_read(const char *p, const struct token *token, size_t *at, struct token_attr *ret)
{
	bool self = false;
	return attr_step(p, token->end, at, ret, &self);
}

static size_t behind(const char *p, size_t n, size_t at, char c)
{
	size_t hit = find(p, n, at, c);
	return hit < n ? hit + 1 : n;
}

/* Behind the comment whose "<!--" stands at @at. */
static size_t comment_end(const char *p, size_t n, size_t at)
{
	size_t i = at + 4;
	if (i < n && p[i] == '>')
		return i + 1;
	if (i + 1 < n && p[i] == '-' && p[i + 1] == '>')
		return i + 2;
	for (; (i = find(p, n, i, '>')) < n; i++) {
		if (i >= at + 6 && p[i - 1] == '-' && p[i - 2] == '-')
			return i + 1;
		if (i >= at + 7 && p[i - 1] == '!' && p[i - 2] == '-' && p[i - 3] == '-')
			return i + 1;
	}
	return n;
}

static void read_declaration(const char *p, size_t n, size_t at, struct token *ret)
{
	ret->kind = TOKEN_COMMENT;
	if (n - at >= 4 && p[at + 2] == '-' && p[at + 3] == '-') {
		ret->end = comment_end(p, n, at);
		return;
	}
	if (n - at >= 9 && view_starts_nocase(view_make(p + at + 2, n - at - 2), VIEW("doctype")))
		ret->kind = TOKEN_DOCTYPE;
	ret->end = behind(p, n, at + 2, '>');
}

void token_read_other(const char *p, size_t n, struct token *ret)
{
	size_t at = ret->begin;
	char c = p[at + 1];
	if (ascii_is_alpha(c)) { /* and nothing behind it */
		ret->kind = TOKEN_END;
		ret->end = n;
	} else if (c == '!') {
		read_declaration(p, n, at, ret);
	} else if (c == '?') {
		ret->kind = TOKEN_COMMENT;
		ret->end = behind(p, n, at + 1, '>');
	} else {
		ret->kind = p[at + 2] == '>' ? TOKEN_NOTHING : TOKEN_COMMENT;
		ret->end = behind(p, n, at + 2, '>');
	}
}

void token_read(const char *p, size_t n, size_t at, struct token *ret)
{
	token_step(p, n, at, ret, NULL);
}

void token_read_kept(const char *p, size_t n, size_t at, struct token *ret, struct token_kept *kept)
{
	token_step(p, n, at, ret, kept);
}

enum token_raw token_raw_kind(const char *p, const struct token *open)
{
	switch ((enum dom_tag)open->tag) {
	case DOM_script: return RAW_SCRIPT;
	case DOM_title:
	case DOM_textarea: return RAW_RCDATA;
	case DOM_style:
	case DOM_xmp:
	case DOM_iframe:
	case DOM_noframes: return RAW_TEXT;
	case DOM_plaintext: return RAW_PLAIN;
	default:
		return view_eq_nocase(view_make(p + open->name_at, open->name_end - open->name_at), VIEW("noembed"))
			       ? RAW_TEXT
			       : RAW_NO;
	}
}

/* The name at @at, whole: one of the bytes that end a tag name follows. */
static bool name_stands(const char *p, size_t n, size_t at, const char *name, size_t name_n)
{
	return n - at > name_n && is(p[at + name_n], ENDS_TAG) &&
	       view_eq_nocase(view_make(p + at, name_n), view_make(name, name_n));
}

static bool close_stands(const char *p, size_t n, size_t at, const char *name, size_t name_n)
{
	return n - at > 2 && p[at + 1] == '/' && name_stands(p, n, at + 2, name, name_n);
}

/* 13.2.5.4 and 13.2.5.20 on: NORMAL -> ESCAPED ["<!--"], ESCAPED -> DOUBLE ["<script"],
 * DOUBLE -> ESCAPED ["</script"], ESCAPED and DOUBLE -> NORMAL ["-->"]. */
static size_t script_end(const char *p, size_t n, size_t at)
{
	enum { NORMAL, ESCAPED, DOUBLE } state = NORMAL;
	size_t dashes = 0; /* first place whose "-" may count for "-->" */
	for (size_t i = at; i < n; i++) {
		if (state == NORMAL && (i = find(p, n, i, '<')) >= n)
			return n;
		if (state != NORMAL && p[i] == '>' && i >= dashes + 2 && p[i - 1] == '-' && p[i - 2] == '-')
			state = NORMAL;
		if (p[i] != '<')
			continue;
		if (state != DOUBLE && close_stands(p, n, i, "script", 6))
			return i;
		if (state == NORMAL && n - i > 3 && memcmp(p + i, "<!--", 4) == 0) {
			state = ESCAPED;
			dashes = i + 2;
			i += 3;
		} else if (state == ESCAPED && name_stands(p, n, i + 1, "script", 6)) {
			state = DOUBLE;
			i += 7;
		} else if (state == DOUBLE && close_stands(p, n, i, "script", 6)) {
			state = ESCAPED;
			i += 8;
		}
	}
	return n;
}

size_t token_raw_end(const char *p, size_t n, size_t at, const struct token *open)
{
	enum token_raw raw = token_raw_kind(p, open);
	if (raw == RAW_PLAIN)
		return n;
	if (raw == RAW_SCRIPT)
		return script_end(p, n, at);
	for (size_t i = at; (i = find(p, n, i, '<')) < n; i++)
		if (close_stands(p, n, i, p + open->name_at, open->name_end - open->name_at))
			return i;
	return n;
}
