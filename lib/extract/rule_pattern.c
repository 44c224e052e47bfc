#include "extract/rule_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include "util/limits.h"

struct pattern {
	struct view source;
	_Atomic(pcre2_code *) code; /* NULL: not compiled yet */
};

struct matcher {
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
	uint64_t *sets;
	size_t sets_room;
	bool gave_up;
};

enum { MATCH_GROUPS = 8, JIT_STACK_BYTES = 64 << 10 };

static pcre2_code *compile(struct view source, int *ret_code, PCRE2_SIZE *ret_at)
{
	uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C |
			 PCRE2_DOLLAR_ENDONLY;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)source.p, source.n, flags, ret_code, ret_at, NULL);
	/* Without JIT (not built in, or no executable memory) the interpreter does the same, slower. */
	if (code)
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

int pattern_later(struct view source, const char *place, struct pattern **ret_pattern, struct error *error)
{
	struct pattern *pattern = calloc(1, sizeof(*pattern));
	if (!pattern)
		return error_set(error, -ENOMEM, "%s: no memory for a pattern", place);
	pattern->source = source;
	*ret_pattern = pattern;
	return 0;
}

int pattern_compile(struct view source, const char *place, struct pattern **ret_pattern, struct error *error)
{
	int code;
	PCRE2_SIZE at;
	struct pattern *pattern = NULL;
	int result = pattern_later(source, place, &pattern, error);
	if (result < 0)
		return result;
	pattern->code = compile(source, &code, &at);
	if (!pattern->code) {
		PCRE2_UCHAR words[160];
		pcre2_get_error_message(code, words, sizeof(words));
		free(pattern);
		return error_set(error, -EINVAL, "%s: pattern, byte %zu: %s", place, (size_t)at, (const char *)words);
	}
	*ret_pattern = pattern;
	return 0;
}

/* The first thread that asks compiles; of two at once the second throws its own away. */
static const pcre2_code *code_of(struct pattern *pattern)
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = atomic_load_explicit(&pattern->code, memory_order_acquire), *none = NULL;
	if (code)
		return code;
	code = compile(pattern->source, &error, &at);
	if (!code || atomic_compare_exchange_strong(&pattern->code, &none, code))
		return code;
	pcre2_code_free(code);
	return none;
}

struct pattern *pattern_free(struct pattern *pattern)
{
	if (pattern)
		pcre2_code_free(pattern->code);
	free(pattern);
	return NULL;
}

struct matcher *matcher_new(void)
{
	struct matcher *matcher = calloc(1, sizeof(*matcher));
	if (!matcher)
		return NULL;
	matcher->context = pcre2_match_context_create(NULL);
	matcher->data = pcre2_match_data_create(MATCH_GROUPS, NULL);
	matcher->stack = pcre2_jit_stack_create(JIT_STACK_BYTES / 2, JIT_STACK_BYTES, NULL);
	if (!matcher->context || !matcher->data)
		return matcher_free(matcher);
	pcre2_set_match_limit(matcher->context, LIMIT_RULE_STEPS);
	pcre2_set_heap_limit(matcher->context, LIMIT_RULE_HEAP_KIB);
	if (matcher->stack)
		pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
	return matcher;
}

struct matcher *matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return NULL;
	free(matcher->sets);
	pcre2_jit_stack_free(matcher->stack);
	pcre2_match_data_free(matcher->data);
	pcre2_match_context_free(matcher->context);
	free(matcher);
	return NULL;
}

uint64_t *matcher_sets(struct matcher *matcher, size_t cells)
{
	if (matcher->sets_room < cells) {
		free(matcher->sets);
		matcher->sets = calloc(cells, sizeof(*matcher->sets));
		matcher->sets_room = matcher->sets ? cells : 0;
	}
	return matcher->sets;
}

bool pattern_match(struct matcher *matcher, struct pattern *pattern, struct view subject)
{
	const pcre2_code *code = code_of(pattern);
	int result = code ? pcre2_match(code, (PCRE2_SPTR)subject.p, subject.n, 0, PCRE2_NO_UTF_CHECK, matcher->data,
				    matcher->context)
			  : PCRE2_ERROR_NOMEMORY;
	matcher->gave_up = result < 0 && result != PCRE2_ERROR_NOMATCH;
	return result >= 0;
}

bool matcher_gave_up(const struct matcher *matcher)
{
	return matcher->gave_up;
}

struct view matcher_group(struct matcher *matcher, struct pattern *pattern, struct view subject, const char *name)
{
	const pcre2_code *code = code_of(pattern);
	int number = code ? pcre2_substring_number_from_name(code, (PCRE2_SPTR)name) : 0;
	if (number <= 0 || (uint32_t)number >= pcre2_get_ovector_count(matcher->data))
		return VIEW_NONE;
	const PCRE2_SIZE *pair = pcre2_get_ovector_pointer(matcher->data) + 2 * number;
	if (pair[0] == PCRE2_UNSET || pair[1] <= pair[0] || pair[1] > subject.n)
		return VIEW_NONE;
	return view_make(subject.p + pair[0], pair[1] - pair[0]);
}

/* ---- what a line must begin with ----------------------------------------------------------
 * A small reader of the pattern's front: literals, escaped marks, (?:a|b), [abc] of ASCII and the
 * quantifier "?". Anything else ends the derivation there, which is always sound: a shorter prefix
 * lets more lines through, never fewer. */

struct prefix_set {
	struct prefix item[PREFIX_SET_MAX];
	size_t n;
};

struct scan {
	const char *p, *end;
	int depth;
	bool looks; /* there are assertions, which are not looked into */
};

static bool set_add(struct prefix_set *set, struct prefix item)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->item[i].n == item.n && set->item[i].open == item.open &&
			memcmp(set->item[i].p, item.p, item.n) == 0)
			return true;
	if (set->n == PREFIX_SET_MAX)
		return false;
	set->item[set->n++] = item;
	return true;
}

static void set_close(struct prefix_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		set->item[i].open = false;
}

/* Every open item of @set goes on with every item of @next. False: too many. */
static bool set_extend(struct prefix_set *set, const struct prefix_set *next)
{
	struct prefix_set *out = malloc(sizeof(*out));
	bool fits = out != NULL;
	if (out)
		out->n = 0;
	for (size_t i = 0; fits && i < set->n; i++) {
		if (!set->item[i].open) {
			fits = set_add(out, set->item[i]);
			continue;
		}
		for (size_t k = 0; fits && k < next->n; k++) {
			struct prefix joined = set->item[i];
			size_t room = (size_t)(PREFIX_BYTES - joined.n), n = next->item[k].n;
			joined.open = next->item[k].open && n < room;
			memcpy(joined.p + joined.n, next->item[k].p, n < room ? n : room);
			joined.n = (unsigned char)(joined.n + (n < room ? n : room));
			fits = set_add(out, joined);
		}
	}
	if (fits) {
		set->n = out->n;
		memcpy(set->item, out->item, out->n * sizeof(*out->item));
	}
	free(out);
	return fits;
}

static bool scan_branches(struct scan *scan, struct prefix_set *out);

static bool is_open(const struct prefix_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->item[i].open)
			return true;
	return false;
}

/* One character at @p, perhaps behind a backslash, as an open prefix; behind it. NULL: none that is known. */
static const char *scan_char(const char *p, const char *end, struct prefix *ret)
{
	if (*p == '\\' && (++p == end || ascii_is_alpha(*p) || ascii_is_digit(*p) || (unsigned char)*p >= 0x80))
		return NULL;
	size_t n = 1, left = (size_t)(end - p);
	while (n < left && ((unsigned char)p[n] & 0xC0) == 0x80)
		n++;
	*ret = (struct prefix){ .n = (unsigned char)(n < PREFIX_BYTES ? n : PREFIX_BYTES), .open = true };
	memcpy(ret->p, p, ret->n);
	return p + n;
}

/* [...] of single characters and of ranges of ASCII; false for anything else. */
static bool scan_class(struct scan *scan, struct prefix_set *atom)
{
	const char *p = scan->p + 1;
	if (p < scan->end && (*p == '^' || *p == ']'))
		return false;
	while (p < scan->end && *p != ']') {
		struct prefix item, last;
		if (*p == '[' || !(p = scan_char(p, scan->end, &item)))
			return false;
		if (p + 1 >= scan->end || *p != '-' || p[1] == ']') {
			if (!set_add(atom, item))
				return false;
			continue;
		}
		p = scan_char(p + 1, scan->end, &last);
		if (!p || item.n != 1 || last.n != 1)
			return false;
		for (int c = item.p[0]; c <= last.p[0]; c++)
			if (!set_add(atom, (struct prefix){ .p = { (char)c }, .n = 1, .open = true }))
				return false;
	}
	scan->p = p < scan->end ? p + 1 : p;
	return true;
}

static void digits(struct prefix_set *atom)
{
	for (char c = '0'; c <= '9'; c++)
		set_add(atom, (struct prefix){ .p = { c }, .n = 1, .open = true });
}

/* To the end of this branch, when the rest of it does not matter any more. */
static void skip_branch(struct scan *scan)
{
	int depth = 0;
	for (; scan->p < scan->end; scan->p++) {
		char c = *scan->p;
		if (c == '\\' && scan->p + 1 < scan->end)
			scan->p++;
		else if (c == '[')
			while (scan->p < scan->end && *scan->p != ']')
				scan->p += *scan->p == '\\' ? 2 : 1;
		else if (c == '(')
			depth++;
		else if (c == ')' && depth-- == 0)
			return;
		else if (c == '|' && depth == 0)
			return;
	}
	if (scan->p > scan->end)
		scan->p = scan->end;
}

/* Behind an assertion at "(?=", "(?!" …: lines are not sorted out by it. */
static void skip_assertion(struct scan *scan)
{
	scan->looks = true;
	do {
		scan->p++;
		skip_branch(scan);
	} while (scan->p < scan->end && *scan->p == '|');
	scan->p += scan->p < scan->end;
}

/* One atom into @atom; false: nothing is known from here on. */
static bool scan_atom(struct scan *scan, struct prefix_set *atom)
{
	char c = *scan->p;
	size_t left = (size_t)(scan->end - scan->p);
	if (c == '(') {
		if (left > 3 && scan->p[1] == '?' && (scan->p[2] == '=' || scan->p[2] == '!')) {
			skip_assertion(scan);
			return set_add(atom, (struct prefix){ .open = true });
		}
		if (left < 3 || scan->p[1] != '?' || scan->p[2] != ':')
			return false;
		scan->p += 3;
		return scan_branches(scan, atom);
	}
	if (c == '[')
		return scan_class(scan, atom);
	if (c == '\\' && left > 1) {
		c = scan->p[1];
		if (c == 'd')
			digits(atom);
		else if (ascii_is_alpha(c) || ascii_is_digit(c))
			return false;
		else
			set_add(atom, (struct prefix){ .p = { c }, .n = 1, .open = true });
		scan->p += 2;
		return true;
	}
	if (strchr(".^$*+?{", c))
		return false;
	size_t n = 1;
	while (n < left && ((unsigned char)scan->p[n] & 0xC0) == 0x80)
		n++;
	struct prefix item = { .n = (unsigned char)(n < 4 ? n : 4), .open = true };
	memcpy(item.p, scan->p, item.n);
	scan->p += n;
	return set_add(atom, item);
}

/* The quantifier behind an atom. False: the atom stands there and repeats, so nothing is known behind it. */
static bool scan_quantifier(struct scan *scan, struct prefix_set *atom)
{
	if (scan->p >= scan->end)
		return true;
	switch (*scan->p) {
	case '?':
		scan->p++;
		if (scan->p < scan->end && (*scan->p == '+' || *scan->p == '?'))
			scan->p++;
		return set_add(atom, (struct prefix){ .open = true });
	case '*': scan->p++; break;
	case '{':
		/* Once at least, as "+". */
		if (scan->p + 1 < scan->end && scan->p[1] >= '1' && scan->p[1] <= '9') {
			set_close(atom);
			return false;
		}
		/* No number: it stands for itself, or for what nobody knows. */
		if (scan->p + 1 == scan->end || scan->p[1] != '0') {
			set_add(atom, (struct prefix){ .n = 0 });
			return false;
		}
		while (scan->p < scan->end && *scan->p != '}')
			scan->p++;
		scan->p += scan->p < scan->end;
		break;
	case '+': set_close(atom); return false;
	default: return true;
	}
	/* Not at all: what follows begins. Otherwise nothing is known behind it. */
	if (scan->p < scan->end && (*scan->p == '+' || *scan->p == '?'))
		scan->p++;
	set_close(atom);
	return set_add(atom, (struct prefix){ .open = true });
}

static void scan_branch(struct scan *scan, struct prefix_set *out)
{
	struct prefix_set *atom = malloc(sizeof(*atom));
	out->n = 0;
	set_add(out, (struct prefix){ .open = true });
	while (atom && scan->p < scan->end && *scan->p != '|' && *scan->p != ')') {
		const char *before = scan->p;
		atom->n = 0;
		bool known = scan_atom(scan, atom);
		if (!known)
			scan->p = before;
		bool goes_on = known && scan_quantifier(scan, atom);
		if (!known || !set_extend(out, atom) || !goes_on) {
			set_close(out);
			scan->p = before;
			skip_branch(scan);
			break;
		}
		/* All that is asked for is known. */
		if (!is_open(out)) {
			skip_branch(scan);
			break;
		}
	}
	if (!atom)
		set_close(out);
	free(atom);
}

/* Alternatives up to the closing parenthesis (taken) or the end. False: too many or too deep. */
static bool scan_branches(struct scan *scan, struct prefix_set *out)
{
	struct prefix_set *branch = malloc(sizeof(*branch));
	bool fits = branch != NULL && ++scan->depth < 8;
	out->n = 0;
	while (fits) {
		scan_branch(scan, branch);
		for (size_t i = 0; fits && i < branch->n; i++)
			fits = set_add(out, branch->item[i]);
		if (!fits || scan->p >= scan->end || *scan->p != '|')
			break;
		scan->p++;
	}
	if (fits && scan->p < scan->end && *scan->p == ')')
		scan->p++;
	scan->depth--;
	free(branch);
	return fits;
}

size_t pattern_prefixes(struct view source, struct prefix ret_set[PREFIX_SET_MAX], bool *ret_looks)
{
	struct prefix_set *set = malloc(sizeof(*set));
	struct scan scan = { .p = source.p, .end = source.p + source.n };
	size_t n = 0;
	if (set && scan_branches(&scan, set)) {
		n = set->n;
		for (size_t i = 0; i < set->n; i++)
			if (set->item[i].n == 0)
				n = 0;
		memcpy(ret_set, set->item, n * sizeof(*ret_set));
	}
	*ret_looks = scan.looks;
	free(set);
	return n;
}
