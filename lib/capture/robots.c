#include "capture/robots.h"

#include <stdint.h>
#include <stdlib.h>
#include "util/buf.h"
#include "util/limits.h"

struct robots_rule {
	uint32_t at, n; /* pattern in robots->patterns, one spelling; a final "$" stands behind it */
	bool allow;
	bool anchored; /* the pattern ended in "$" */
};

struct robots {
	struct buf patterns;
	struct robots_rule *rules;
	size_t count, cap;
	double delay;
};

static bool is_unreserved(unsigned c)
{
	return (c < 0x80 && (ascii_is_alpha((char)c) || ascii_is_digit((char)c))) || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static int hex_digit(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_escaped(struct buf *out, unsigned c)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[3] = { '%', digits[c >> 4], digits[c & 15] };
	buf_put(out, text, 3);
}

/* One spelling of a path for byte comparison (section 2.2.2): unreserved octets bare, others in escapes of upper
 * case; "*" and "$" bare only where they are signs of a @pattern. */
static void put_spelled(struct buf *out, struct view v, bool pattern)
{
	for (size_t i = 0; i < v.n; i++) {
		unsigned c = (unsigned char)v.p[i];
		int high = c == '%' && i + 2 < v.n ? hex_digit(v.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(v.p[i + 2]) : -1;
		if (low >= 0) {
			c = (unsigned)(high * 16 + low);
			i += 2;
			if (is_unreserved(c))
				buf_putc(out, (char)c);
			else
				put_escaped(out, c);
		} else if (c <= 0x20 || c >= 0x7f || c == '$' || (c == '*' && !pattern)) {
			put_escaped(out, c);
		} else {
			buf_putc(out, (char)c);
		}
	}
}

/* ---- parse ------------------------------------------------------------------------------- */

/* A group is a run of user-agent lines and the rules behind them. */
struct parser {
	struct robots *robots;
	struct view token;
	bool by_name;	/* keep groups that name the token; else those for "*" */
	bool in_agents; /* the last line was a user-agent line */
	bool mine;	/* the group speaks to us */
	bool found;	/* some group did */
};

static void add_rule(struct robots *robots, struct view pattern, bool allow)
{
	bool anchored = pattern.n && pattern.p[pattern.n - 1] == '$';
	if (pattern.n == 0 || pattern.n > LIMIT_URL_BYTES || robots->count >= LIMIT_ROBOTS_RULES)
		return;
	if (pattern.p[0] != '/' && pattern.p[0] != '*')
		return;
	if (robots->count == robots->cap) {
		size_t cap = robots->cap ? robots->cap * 2 : 16;
		struct robots_rule *grown = realloc(robots->rules, cap * sizeof(*grown));
		if (!grown) {
			robots->patterns.err = -1;
			return;
		}
		robots->rules = grown;
		robots->cap = cap;
	}
	size_t at = robots->patterns.n;
	put_spelled(&robots->patterns, view_first(pattern, pattern.n - anchored), true);
	robots->rules[robots->count++] = (struct robots_rule){
		.at = (uint32_t)at, .n = (uint32_t)(robots->patterns.n - at), .allow = allow, .anchored = anchored
	};
	if (anchored)
		buf_putc(&robots->patterns, '$');
}

/* Our token is the run of letters, "_" and "-" at the front of the line's value (section 2.2.1). */
static bool names_us(const struct parser *parser, struct view value)
{
	size_t n = 0;
	if (!parser->by_name)
		return view_eq(value, VIEW("*"));
	while (n < value.n && (ascii_is_alpha(value.p[n]) || value.p[n] == '-' || value.p[n] == '_'))
		n++;
	return view_eq_nocase(view_first(value, n), parser->token);
}

static double seconds_of(struct view value)
{
	double seconds = 0, unit = 1;
	bool fraction = false;
	for (size_t i = 0; i < value.n && i < 12; i++) {
		if (value.p[i] == '.' && !fraction)
			fraction = true;
		else if (!ascii_is_digit(value.p[i]))
			return i ? seconds : -1;
		else if (fraction)
			seconds += (value.p[i] - '0') * (unit /= 10);
		else
			seconds = seconds * 10 + (value.p[i] - '0');
	}
	return value.n ? seconds : -1;
}

static void parse_line(struct parser *parser, struct view line)
{
	line = view_first(line, view_find_byte(line, '#'));
	size_t colon = view_find_byte(line, ':');
	if (colon == line.n)
		return;
	struct view key = view_trim(view_first(line, colon)), value = view_trim(view_from(line, colon + 1));
	if (view_eq_nocase(key, VIEW("user-agent"))) {
		if (!parser->in_agents)
			parser->mine = false;
		parser->in_agents = true;
		parser->mine |= names_us(parser, value);
		parser->found |= parser->mine;
		return;
	}
	bool allow = view_eq_nocase(key, VIEW("allow"));
	if (allow || view_eq_nocase(key, VIEW("disallow"))) {
		parser->in_agents = false;
		if (parser->mine)
			add_rule(parser->robots, value, allow);
	} else if (view_eq_nocase(key, VIEW("crawl-delay"))) {
		parser->in_agents = false;
		double delay = seconds_of(value);
		if (parser->mine && delay > parser->robots->delay)
			parser->robots->delay = delay;
	}
}

static void parse_pass(struct parser *parser, struct view text)
{
	while (text.n) {
		size_t n = 0;
		while (n < text.n && text.p[n] != '\n' && text.p[n] != '\r')
			n++;
		parse_line(parser, view_first(text, n));
		text = view_from(text, n + 1);
	}
}

struct robots *robots_parse(struct view text, struct view token)
{
	struct robots *robots = calloc(1, sizeof(*robots));
	if (!robots)
		return NULL;
	robots->patterns = BUF_INIT(3 * (size_t)LIMIT_ROBOTS_BYTES);
	robots->delay = -1;
	text = view_first(text, LIMIT_ROBOTS_BYTES);
	if (view_starts(text, VIEW("\xef\xbb\xbf")))
		text = view_from(text, 3);
	struct parser parser = { .robots = robots, .token = token, .by_name = true };
	parse_pass(&parser, text);
	if (!parser.found) {
		parser = (struct parser){ .robots = robots, .token = token };
		parse_pass(&parser, text);
	}
	if (robots->patterns.err)
		return robots_free(robots);
	return robots;
}

struct robots *robots_free(struct robots *robots)
{
	if (robots) {
		buf_free(&robots->patterns);
		free(robots->rules);
		free(robots);
	}
	return NULL;
}

size_t robots_size(const struct robots *robots)
{
	return robots ? sizeof(*robots) + robots->patterns.cap + robots->cap * sizeof(*robots->rules) : 0;
}

double robots_crawl_delay(const struct robots *robots)
{
	return robots ? robots->delay : -1;
}

/* ---- match ------------------------------------------------------------------------------- */

/* Each piece between stars is found leftmost, which needs no way back: linear in path and pattern. */
static bool matches(struct view pattern, bool anchored, struct view path)
{
	size_t star = view_find_byte(pattern, '*');
	if (!view_starts(path, view_first(pattern, star)))
		return false;
	if (star == pattern.n)
		return !anchored || path.n == pattern.n;
	path = view_from(path, star);
	for (;;) {
		pattern = view_from(pattern, star + 1);
		star = view_find_byte(pattern, '*');
		struct view piece = view_first(pattern, star);
		if (star == pattern.n && anchored)
			return view_ends(path, piece);
		size_t at = piece.n ? view_find(path, piece) : 0;
		if (piece.n && at == path.n)
			return false;
		path = view_from(path, at + piece.n);
		if (star == pattern.n)
			return true;
	}
}

bool robots_allows(const struct robots *robots, struct view target, struct view *ret_rule)
{
	const struct robots_rule *best = NULL;
	struct buf path = BUF_INIT(3 * (size_t)LIMIT_URL_BYTES + 3);
	if (ret_rule)
		*ret_rule = VIEW_NONE;
	if (!robots || view_eq(target, VIEW("/robots.txt")))
		return true;
	put_spelled(&path, view_first(target, LIMIT_URL_BYTES), false);
	if (path.n == 0)
		buf_putc(&path, '/');
	for (size_t i = 0; i < robots->count; i++) {
		const struct robots_rule *rule = &robots->rules[i];
		uint32_t length = rule->n + rule->anchored;
		uint32_t longest = best ? best->n + best->anchored : 0;
		if (best && (length < longest || (length == longest && (best->allow || !rule->allow))))
			continue;
		if (matches(view_make(robots->patterns.p + rule->at, rule->n), rule->anchored, buf_view(&path)))
			best = rule;
	}
	buf_free(&path);
	if (best && ret_rule)
		*ret_rule = view_make(robots->patterns.p + best->at, best->n + best->anchored);
	return !best || best->allow;
}
