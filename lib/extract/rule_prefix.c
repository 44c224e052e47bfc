/* What a line must begin with: a small reader of the pattern's front: literals, escaped marks, (?:a|b), [abc] of ASCII
 * and quantifiers. Anything else ends the derivation there, which is always sound: a shorter prefix lets more lines
 * through, never fewer. */
#include "extract/rule_prefix.h"

#include <stdlib.h>
#include <string.h>

struct prefix_set {
	size_t n;
	unsigned width; /* bytes of an item at most */
	bool digits_alike;
	struct prefix item[PREFIX_SET_MAX];
};

struct scan {
	const char *p, *end;
	int depth;
	unsigned width;
	bool as_it_stands; /* digits of all scripts may stand there */
	bool looks;	   /* there are assertions, which are not looked into */
};

static void set_clear(struct prefix_set *set, unsigned width)
{
	set->n = 0;
	set->width = width;
	set->digits_alike = width > PREFIX_SHORT;
}

static struct prefix_set *set_new(unsigned width)
{
	struct prefix_set *set = malloc(sizeof(*set));
	if (set)
		set_clear(set, width);
	return set;
}

static uint64_t bytes_of(const struct prefix *item)
{
	uint64_t bytes;
	_Static_assert(sizeof(item->p) == sizeof(bytes), "bytes behind the last one are 0");
	memcpy(&bytes, item->p, sizeof(bytes));
	return bytes;
}

/* Once each. */
static void put_item(struct prefix_set *set, struct prefix item)
{
	uint64_t bytes = bytes_of(&item);
	for (size_t i = 0; i < set->n; i++)
		if (set->item[i].n == item.n && set->item[i].open == item.open && bytes_of(&set->item[i]) == bytes)
			return;
	set->item[set->n++] = item;
}

static struct prefix cut_short(struct prefix item, unsigned width)
{
	if (item.n >= width) {
		memset(item.p + width, 0, PREFIX_BYTES - width);
		item.n = (unsigned char)width;
		item.open = false;
	}
	return item;
}

/* Where there are too many, all become shorter, which makes some of them equal. */
static bool shrink(struct prefix_set *set)
{
	size_t count = set->n;
	if (set->width <= PREFIX_SHORT)
		return false;
	set->width--;
	set->n = 0;
	for (size_t i = 0; i < count; i++)
		put_item(set, cut_short(set->item[i], set->width));
	return true;
}

static bool set_add(struct prefix_set *set, struct prefix item)
{
	for (unsigned i = 0; set->digits_alike && i < item.n; i++)
		item.p[i] = ascii_is_digit(item.p[i]) ? '0' : item.p[i];
	while (set->n == PREFIX_SET_MAX)
		if (!shrink(set))
			return false;
	put_item(set, cut_short(item, set->width));
	return true;
}

static void set_copy(struct prefix_set *to, const struct prefix_set *from)
{
	to->n = from->n;
	to->width = from->width;
	memcpy(to->item, from->item, from->n * sizeof(*from->item));
}

static void set_close(struct prefix_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		set->item[i].open = false;
}

/* Every open item of @set goes on with every item of @next. False: too many. */
static bool set_extend(struct prefix_set *set, const struct prefix_set *next)
{
	struct prefix_set *out = set_new(set->width);
	bool fits = out != NULL;
	for (size_t i = 0; fits && i < set->n; i++) {
		if (!set->item[i].open) {
			fits = set_add(out, set->item[i]);
			continue;
		}
		for (size_t k = 0; fits && k < next->n; k++) {
			struct prefix joined = set->item[i];
			size_t room = set->width - joined.n, n = next->item[k].n;
			joined.open = next->item[k].open && n < room;
			memcpy(joined.p + joined.n, next->item[k].p, n < room ? n : room);
			joined.n = (unsigned char)(joined.n + (n < room ? n : room));
			fits = set_add(out, joined);
		}
	}
	if (fits)
		set_copy(set, out);
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
	*ret = (struct prefix){ .n = (unsigned char)(n < PREFIX_SHORT ? n : PREFIX_SHORT), .open = true };
	memcpy(ret->p, p, ret->n);
	return p + n;
}

/* At "\d" that no range begins with. */
static bool is_digits(const char *p, const char *end)
{
	return end - p > 2 && p[0] == '\\' && p[1] == 'd' && p[2] != '-';
}

/* [...] of single characters, of ranges of ASCII and of digits; false for anything else. */
static bool scan_class(struct scan *scan, struct prefix_set *atom)
{
	const char *p = scan->p + 1;
	if (p < scan->end && (*p == '^' || *p == ']'))
		return false;
	while (p < scan->end && *p != ']') {
		struct prefix item, last;
		if (atom->digits_alike && !scan->as_it_stands && is_digits(p, scan->end)) {
			if (!set_add(atom, (struct prefix){ .p = "0", .n = 1, .open = true }))
				return false;
			p += 2;
			continue;
		}
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
		if (c == 'd' && !scan->as_it_stands)
			digits(atom);
		else if (c == 'b')
			set_add(atom, (struct prefix){ .open = true });
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
	struct prefix item = { .n = (unsigned char)(n < PREFIX_SHORT ? n : PREFIX_SHORT), .open = true };
	memcpy(item.p, scan->p, item.n);
	scan->p += n;
	return set_add(atom, item);
}

/* "{2}", "{2,}", "{0,5}", "+", "*": how often; NULL: no such quantifier. Otherwise behind it. */
static const char *read_times(const char *p, const char *end, unsigned *ret_min, unsigned *ret_max)
{
	enum { TIMES_MAX = 1000 };
	*ret_min = *p == '+';
	*ret_max = TIMES_MAX;
	if (*p == '+' || *p == '*')
		return p + 1;
	unsigned *number = ret_min;
	if (p + 1 == end || !ascii_is_digit(p[1]))
		return NULL;
	for (p++; p < end && *p != '}'; p++) {
		if (*p == ',' && number == ret_min) {
			number = ret_max;
			*number = p + 1 < end && p[1] == '}' ? TIMES_MAX : 0;
		} else if (ascii_is_digit(*p) && *number < TIMES_MAX) {
			*number = *number * 10 + (unsigned)(*p - '0');
		} else {
			return NULL;
		}
	}
	*ret_max = number == ret_min ? *ret_min : *ret_max;
	return p < end ? p + 1 : NULL;
}

/* @atom @min to @max times, at least once. False: too many, @atom is as it was. */
static bool set_repeat(struct prefix_set *atom, unsigned min, unsigned max)
{
	struct prefix_set *power = set_new(atom->width), *all = set_new(atom->width);
	bool fits = power && all;
	if (fits)
		set_copy(power, atom);
	for (unsigned times = 1; fits; times++) {
		bool last = times >= atom->width;
		/* Longer ones begin so; of those that may be empty, nothing is known behind them. */
		if (last && times < max)
			set_close(power);
		for (size_t i = 0; fits && (times >= min || last) && i < power->n; i++)
			fits = set_add(all, power->item[i]);
		if (last || times >= max)
			break;
		fits = fits && set_extend(power, atom);
	}
	if (fits)
		set_copy(atom, all);
	free(power);
	free(all);
	return fits;
}

/* Nothing, too. False: there are too many without it, then nothing is known. */
static bool set_optional(struct prefix_set *atom)
{
	if (set_add(atom, (struct prefix){ .open = true }))
		return true;
	atom->n = 1;
	atom->item[0] = (struct prefix){ .n = 0 };
	return false;
}

/* A quantifier that a short derivation knows too little of. False: it stays before it; otherwise *@ret_known as
 * scan_quantifier() returns it. */
static bool scan_times(struct scan *scan, struct prefix_set *atom, bool *ret_known)
{
	unsigned min, max;
	const char *behind = read_times(scan->p, scan->end, &min, &max);
	if (scan->width <= PREFIX_SHORT || !behind || max == 0 || !set_repeat(atom, min, max))
		return false;
	scan->p = behind;
	if (scan->p < scan->end && (*scan->p == '+' || *scan->p == '?'))
		scan->p++;
	*ret_known = min > 0 || set_optional(atom);
	return true;
}

/* The quantifier behind an atom. False: the atom stands there and repeats, so nothing is known behind it. */
static bool scan_quantifier(struct scan *scan, struct prefix_set *atom)
{
	bool known;
	if (scan->p >= scan->end)
		return true;
	if (strchr("*+{", *scan->p) && scan_times(scan, atom, &known))
		return known;
	switch (*scan->p) {
	case '?':
		scan->p++;
		if (scan->p < scan->end && (*scan->p == '+' || *scan->p == '?'))
			scan->p++;
		return set_optional(atom);
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
	return set_optional(atom);
}

/* Behind an atom: a quantifier of what is quantified already, which may make nothing of it. */
static bool is_doubled(const char *p, const char *end)
{
	if (p == end || !strchr("?*+{", *p))
		return false;
	if (*p == '{')
		while (p < end && *p != '}')
			p++;
	p += p < end;
	p += p < end && (*p == '?' || *p == '+');
	return p < end && strchr("?*+{", *p);
}

static void scan_branch(struct scan *scan, struct prefix_set *out)
{
	struct prefix_set *atom = set_new(scan->width);
	set_clear(out, scan->width);
	set_add(out, (struct prefix){ .open = true });
	while (atom && scan->p < scan->end && *scan->p != '|' && *scan->p != ')') {
		const char *before = scan->p;
		set_clear(atom, scan->width);
		bool known = scan_atom(scan, atom);
		if (!known)
			scan->p = before;
		known = known && !is_doubled(scan->p, scan->end);
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
	struct prefix_set *branch = set_new(scan->width);
	bool fits = branch != NULL && ++scan->depth < 8;
	set_clear(out, scan->width);
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

size_t pattern_prefixes(
	struct view source, bool exact, unsigned width, struct prefix ret_set[PREFIX_SET_MAX], bool *ret_looks)
{
	struct prefix_set *set = set_new(width);
	struct scan scan = { .p = source.p, .end = source.p + source.n, .width = width, .as_it_stands = exact };
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

size_t pattern_long_prefixes(struct view source, bool exact, struct prefix ret_set[PREFIX_SET_MAX])
{
	bool looks;
	size_t n = pattern_prefixes(source, exact, PREFIX_BYTES, ret_set, &looks);
	if (n)
		return n;
	n = pattern_prefixes(source, exact, PREFIX_SHORT, ret_set, &looks);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < ret_set[i].n; k++)
			ret_set[i].p[k] = ascii_is_digit(ret_set[i].p[k]) ? '0' : ret_set[i].p[k];
	return n;
}
