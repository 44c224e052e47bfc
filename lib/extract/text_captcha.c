#include "extract/text_detect.h"

/* The shape of a sum, one letter a token:
 * n number, + operator, = equals, ? a place to fill in, w a word that leads in. */
enum { SHAPE_MAX = 16 };

static char shape_of_word(const struct rules *rules, struct view text)
{
	size_t count;
	const struct word *senses = rules_senses(rules, text, &count);
	char shape = 0;
	for (size_t i = 0; i < count; i++) {
		if (senses[i].class == WORD_OPERATOR)
			return senses[i].value == '=' ? '=' : '+';
		if (senses[i].class == WORD_NUMBER)
			shape = 'n';
		else if (senses[i].class == WORD_SUM && !shape)
			shape = 'w';
	}
	return shape;
}

/* 0: a token that no sum has; ' ': one without meaning. */
static char shape_of(const struct rules *rules, const struct token *token)
{
	switch (token->kind) {
	case 'd': return token->text.n <= 3 ? 'n' : 0;
	case 'w': return shape_of_word(rules, token->text);
	case '+':
	case '-':
	case '*':
	case '/': return '+';
	case '=': return '=';
	case '?':
	case '_': return '?';
	case ':':
	case '.':
	case '(':
	case ')':
	case '[':
	case ']':
	case '!': return ' ';
	default: return 0;
	}
}

/* "x" between two numbers multiplies. */
static bool is_times(const struct token *token, const char *shape, size_t n)
{
	return token->kind == 'w' && view_eq(token->text, VIEW("x")) && n && shape[n - 1] == 'n';
}

static size_t read_shape(const struct rules *rules, struct view key, char shape[SHAPE_MAX])
{
	struct token token;
	size_t n = 0;
	while (token_next(&key, &token)) {
		char c = is_times(&token, shape, n) ? '+' : shape_of(rules, &token);
		if (c == 0 || n == SHAPE_MAX - 1)
			return 0;
		/* "twenty one", "divided by", "is equal to", "??", "___": one place in the shape. */
		if (c == ' ' || (n && c == shape[n - 1]))
			continue;
		shape[n++] = c;
	}
	shape[n] = 0;
	return n;
}

/* Most short lines begin as no sum does. */
static bool may_be_sum(const struct rules *rules, struct view key)
{
	if (key.n < 3)
		return false;
	const struct rule_image *image = &rules->image;
	uint32_t two = image_two(key.p), word = image_gram_hash(image_three(key.p), IMAGE_GRAM_SHORT);
	return (image->sum_bits[two / 64] >> (two % 64) | image->sum_words[word / 64] >> (word % 64)) & 1;
}

bool detect_sum(const struct rules *rules, struct view key)
{
	static const char *const sums[] = { "n+n=", "n+n=?", "n+?=n", "?+n=n", "n+=n", "n+n+n=", "n+n+n=?", "?=n+n",
		"=n+n" };
	char shape[SHAPE_MAX], *at = shape;
	if (!may_be_sum(rules, key) || read_shape(rules, key, shape) < 3)
		return false;
	/* "Sa 9-14" are hours, and "is 3-2" is a score: a dash subtracts where something is asked. */
	if (view_find_byte(key, '-') < key.n && view_find_byte(key, '?') == key.n && view_find_byte(key, '=') == key.n)
		return false;
	bool led = *at == 'w';
	while (*at == 'w')
		at++;
	/* "how much makes 3 + 4": the word for = may stand before. */
	if (led && *at == '=' && at[1] == 'n')
		at++;
	size_t n = strlen(at);
	bool trailed = n && at[n - 1] == 'w';
	while (n && at[n - 1] == 'w')
		at[--n] = 0;
	for (size_t i = 0; i < sizeof(sums) / sizeof(*sums); i++)
		if (strcmp(at, sums[i]) == 0)
			return true;
	return (led || trailed) && (strcmp(at, "n+n") == 0 || strcmp(at, "n+n?") == 0 || strcmp(at, "n+n+n?") == 0);
}
