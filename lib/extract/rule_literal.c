#include "extract/rule_literal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What is known of a part of the pattern. */
struct part {
	bool exact;	       /* it matches these strings and no others */
	bool needed;	       /* @need holds what one of must be in every match */
	bool empty;	       /* it may match nothing */
	bool apart;	       /* what it matches ends in no letter of ASCII */
	char must;	       /* a byte that every match and few lines have; 0: none is known */
	uint32_t longest;      /* bytes of a match at most; UINT32_MAX: any */
	uint64_t first[4];     /* bytes that it may begin with */
	struct literal_set is; /* when exact */
	struct literal_set need;
};

struct reader {
	const char *p, *end;
	int depth;
	bool front; /* what is read next begins at a boundary of words */
	bool exact;
	bool lost; /* something that this reader does not know: nothing may be said of the whole pattern */
};

enum { UTF8_BYTES = 4, DEPTH_MAX = 12, CLASS_MAX = 6, EXACT_MAX = 48 };

/* ---- sets ------------------------------------------------------------------------------------ */

static bool set_add(struct literal_set *set, const char *p, size_t n, bool front)
{
	if (set->n == LITERAL_SET_MAX || n > LITERAL_BYTES)
		return false;
	memcpy(set->item[set->n].p, p, n);
	set->item[set->n].front = front;
	set->item[set->n++].n = (unsigned char)n;
	return true;
}

static void set_empty_string(struct literal_set *set, bool front)
{
	set->n = 0;
	set_add(set, "", 0, front);
}

/* Nothing was read since a boundary of words. */
static bool set_is_front(const struct literal_set *set)
{
	bool front = true;
	for (size_t i = 0; i < set->n; i++)
		front = front && set->item[i].n == 0 && set->item[i].front;
	return front;
}

/* A set is 10 KB and mostly empty. */
static void set_copy(struct literal_set *to, const struct literal_set *from)
{
	to->n = from->n;
	memcpy(to->item, from->item, from->n * sizeof(*from->item));
}

/* @front: a boundary of words stands before them. */
static void set_start(struct literal_set *to, const struct literal_set *from, bool front)
{
	set_copy(to, from);
	for (size_t i = 0; i < to->n; i++)
		to->item[i].front = to->item[i].front || front;
}

static void append(struct literal *literal, const struct literal *more)
{
	memcpy(literal->p + literal->n, more->p, more->n);
	literal->front = literal->front || (literal->n == 0 && more->front);
	literal->n = (unsigned char)(literal->n + more->n);
}

/* Every string of @a before every string of @b, into @a. False: too many or too long, @a is as it was. */
static bool set_join(struct literal_set *a, const struct literal_set *b)
{
	if (a->n * b->n > EXACT_MAX)
		return false;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (a->item[i].n + b->item[k].n > LITERAL_BYTES)
				return false;
	for (size_t i = 0; b->n == 1 && i < a->n; i++)
		append(&a->item[i], &b->item[0]);
	if (b->n == 1)
		return true;
	struct literal_set *out = malloc(sizeof(*out));
	if (!out)
		return false;
	out->n = 0;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++) {
			out->item[out->n] = a->item[i];
			append(&out->item[out->n++], &b->item[k]);
		}
	set_copy(a, out);
	free(out);
	return true;
}

/* Roughly how many bits a byte tells, by how frequent it is in running text. */
static unsigned bits_of(unsigned char c)
{
	if (c >= 0x80 || strchr("srhldcu", c))
		return 4;
	return strchr(" etaoin", c) ? 3 : 6;
}

/* How often one of @set stands in a text, in parts of 2^48; UINT64_MAX: it is of no use. */
static uint64_t frequency(const struct literal_set *set)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < set->n; i++) {
		unsigned bits = 0;
		for (size_t k = 0; k < set->item[i].n; k++)
			bits += bits_of((unsigned char)set->item[i].p[k]);
		if (set->item[i].n < LITERAL_BYTES_MIN)
			return UINT64_MAX;
		sum += (uint64_t)1 << (48 - (bits < 40 ? bits : 40));
	}
	return set->n ? sum : UINT64_MAX;
}

/* @set is one more thing that every match contains one of: the rarer one is kept. */
static void offer(struct part *part, const struct literal_set *set)
{
	uint64_t often = frequency(set);
	if (often != UINT64_MAX && (!part->needed || often < frequency(&part->need))) {
		set_copy(&part->need, set);
		part->needed = true;
	}
}

/* ---- reading ----------------------------------------------------------------------------------- */

static void read_branches(struct reader *in, struct part *out);

static size_t char_bytes(const struct reader *in)
{
	size_t n = 1;
	while (in->p + n < in->end && ((unsigned char)in->p[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* One character, and nobody knows which. */
static void be_unknown(struct part *out)
{
	out->exact = out->needed = out->empty = out->apart = false;
	out->must = 0;
	out->longest = UTF8_BYTES;
	memset(out->first, 0xFF, sizeof(out->first));
}

/* Nothing: an assertion. @front: one that no letter of ASCII stands before what follows, if that is one. */
static void be_nothing(struct part *out, bool front)
{
	out->exact = out->empty = out->apart = true;
	out->needed = false;
	out->must = 0;
	out->longest = 0;
	memset(out->first, 0, sizeof(out->first));
	set_empty_string(&out->is, front);
}

static void be_empty(struct part *out)
{
	be_nothing(out, false);
}

static void add_first(struct part *out, char from, char to)
{
	for (unsigned c = (unsigned char)from; c <= (unsigned char)to; c++)
		out->first[c / 64] |= (uint64_t)1 << (c % 64);
}

/* Letters of ASCII, digits and the space stand in nearly every line. */
static bool is_mark(char c)
{
	return (unsigned char)c >= 0x80 || (c > ' ' && c < 0x7F && !ascii_is_alpha(c) && !ascii_is_digit(c));
}

static bool is_no_letter(char c)
{
	return c >= ' ' && c < 0x7F && !ascii_is_alpha(c);
}

static void be_char(struct reader *in, struct part *out)
{
	size_t n = char_bytes(in);
	be_empty(out);
	out->empty = false;
	out->apart = is_no_letter(*in->p);
	out->must = is_mark(*in->p) ? *in->p : 0;
	add_first(out, *in->p, *in->p);
	out->longest = (uint32_t)n;
	out->is.n = 0;
	set_add(&out->is, in->p, n, false);
	in->p += n;
}

static uint32_t times(uint32_t bytes, uint32_t count)
{
	uint64_t all = (uint64_t)bytes * count;
	return all < UINT32_MAX ? (uint32_t)all : UINT32_MAX;
}

static uint32_t plus(uint32_t a, uint32_t b)
{
	return a < UINT32_MAX - b ? a + b : UINT32_MAX;
}

/* Of "{2}", "{2,5}"; UINT32_MAX: any number, or none that is known. */
static uint32_t most_times(const struct reader *in)
{
	uint32_t most = 0, commas = 0;
	const char *p = in->p + 1;
	bool counts = p < in->end && ascii_is_digit(*p);
	for (; p < in->end && (ascii_is_digit(*p) || *p == ','); p++) {
		commas += *p == ',';
		most = *p == ',' ? 0 : plus(times(most, 10), (uint32_t)(*p - '0'));
	}
	return counts && commas < 2 && p < in->end && *p == '}' && ascii_is_digit(p[-1]) ? most : UINT32_MAX;
}

static void skip_braces(struct reader *in)
{
	if (in->p >= in->end || *in->p != '{')
		return;
	while (in->p < in->end && *in->p != '}')
		in->p++;
	in->p += in->p < in->end;
}

/* Behind a backslash. */
static void read_escape(struct reader *in, struct part *out)
{
	be_unknown(out);
	if (in->p >= in->end) {
		in->lost = true;
		return;
	}
	char c = *in->p;
	if (!ascii_is_alpha(c) && !ascii_is_digit(c)) {
		be_char(in, out);
		return;
	}
	in->p++;
	if (c == 'b' || c == 'B' || c == 'A' || c == 'Z' || c == 'z') {
		be_nothing(out, c == 'b' || c == 'A');
		return;
	}
	if (c == 'd') {
		memset(out->first, 0, sizeof(out->first));
		out->apart = true;
		add_first(out, '0', '9');
		/* \d of any script */
		add_first(out, '\x80', '\xFF');
	}
	if (c == 'p' || c == 'P' || c == 'x') {
		if (in->p < in->end && *in->p == '{')
			skip_braces(in);
		else if (c != 'x')
			in->p += in->p < in->end;
		return;
	}
	if (c == 'X')
		out->longest = UINT32_MAX;
	/* \d \s \w and the like; \Q, \K and references are not for this reader. */
	if (!strchr("dDwWsShHvVRXN", c))
		in->lost = true;
}

static void read_class(struct reader *in, struct part *out)
{
	be_unknown(out);
	bool plain = in->p + 1 < in->end && in->p[1] != '^', listed = plain;
	memset(out->first, 0, sizeof(out->first));
	out->is.n = 0;
	out->apart = plain;
	in->p++;
	if (in->p < in->end && *in->p == '^')
		in->p++;
	for (bool first = true; in->p < in->end && (*in->p != ']' || first); first = false) {
		if (*in->p == '\\') {
			plain = listed = out->apart = false;
			in->p += in->p + 1 < in->end ? 2 : 1;
			skip_braces(in);
			continue;
		}
		if (*in->p == '[' && in->p + 1 < in->end && strchr(":.=", in->p[1])) {
			in->lost = true; /* [[:alpha:]] */
			return;
		}
		size_t n = char_bytes(in);
		out->apart = out->apart && is_no_letter(*in->p);
		bool range = in->p + n + 1 < in->end && in->p[n] == '-' && in->p[n + 1] != ']';
		/* Of a range, the first bytes of both ends and all between. */
		add_first(out, *in->p, range ? in->p[n + 1] : *in->p);
		out->apart = out->apart && !range;
		listed = listed && !(range && in->p[n + 1] == '\\');
		plain = plain && *in->p != '-' && out->is.n < CLASS_MAX && set_add(&out->is, in->p, n, false);
		in->p += n;
	}
	in->p += in->p < in->end;
	out->exact = plain && out->is.n;
	if (!listed)
		memset(out->first, 0xFF, sizeof(out->first));
}

static bool starts(const struct reader *in, const char *words)
{
	return view_starts(view_make(in->p, (size_t)(in->end - in->p)), view_of(words));
}

/* At an opening parenthesis. */
static void read_group(struct reader *in, struct part *out)
{
	bool around = starts(in, "(?=") || starts(in, "(?!") || starts(in, "(?<=") || starts(in, "(?<!"),
	     front = !in->exact && starts(in, "(?<![a-z])"); /* a capital is folded to a letter, too */
	if (around || starts(in, "(?:") || starts(in, "(?>")) {
		in->p += starts(in, "(?<") ? 4 : 3;
	} else if (starts(in, "(?<")) {
		while (in->p < in->end && *in->p != '>')
			in->p++;
		in->p += in->p < in->end;
	} else if (starts(in, "(?") || starts(in, "(*")) {
		in->lost = true;
		return;
	} else {
		in->p++;
	}
	if (++in->depth > DEPTH_MAX) {
		in->lost = true;
		return;
	}
	read_branches(in, out);
	in->depth--;
	if (in->p >= in->end || *in->p != ')')
		in->lost = true;
	else
		in->p++;
	if (around)
		be_nothing(out, front);
}

static void read_atom(struct reader *in, struct part *out)
{
	switch (*in->p) {
	case '(': read_group(in, out); return;
	case '[': read_class(in, out); return;
	case '\\':
		in->p++;
		read_escape(in, out);
		return;
	case '.':
		in->p++;
		be_unknown(out);
		return;
	case '^':
	case '$': be_nothing(out, *in->p++ == '^'); return;
	default: be_char(in, out);
	}
}

/* The quantifier behind an atom, if there is one. */
static void read_quantifier(struct reader *in, struct part *part)
{
	if (in->p >= in->end || !strchr("?*+{", *in->p))
		return;
	char c = *in->p;
	bool none = c == '?' || c == '*' || (c == '{' && in->p + 1 < in->end && (in->p[1] == '0' || in->p[1] == ','));
	bool once = c == '?';
	if (!once)
		part->longest = times(part->longest, c == '{' ? most_times(in) : UINT32_MAX);
	if (c == '{')
		skip_braces(in);
	else
		in->p++;
	if (in->p < in->end && (*in->p == '?' || *in->p == '+'))
		in->p++;
	part->empty = part->empty || none;
	/* A quantifier of a quantified atom. */
	in->lost |= in->p < in->end && strchr("?*+{", *in->p);
	if (none) {
		part->needed = false;
		part->must = 0;
		part->exact = part->exact && once && set_add(&part->is, "", 0, false);
		return;
	}
	/* Once at least: what one round needs is needed. */
	if (part->exact)
		offer(part, &part->is);
	part->exact = false;
}

/* One branch, up to | or ) or the end. */
static void read_branch(struct reader *in, struct part *out)
{
	struct part *atom = malloc(sizeof(*atom));
	struct literal_set *run = malloc(sizeof(*run));
	bool whole = true, front = in->front, apart;
	be_empty(out);
	out->exact = false;
	out->apart = front;
	if (!atom || !run)
		in->lost = true;
	else
		set_empty_string(run, front);
	while (!in->lost && in->p < in->end && *in->p != '|' && *in->p != ')') {
		apart = out->apart;
		in->front = apart || set_is_front(run);
		read_atom(in, atom);
		if (in->lost)
			break;
		read_quantifier(in, atom);
		for (int i = 0; i < 4 && out->empty; i++)
			out->first[i] |= atom->first[i];
		out->empty = out->empty && atom->empty;
		out->apart = atom->apart && (out->apart || !atom->empty);
		out->longest = plus(out->longest, atom->longest);
		out->must = atom->must ? atom->must : out->must;
		if (atom->exact && set_join(run, &atom->is))
			continue;
		whole = false;
		offer(out, run);
		if (atom->needed)
			offer(out, &atom->need);
		if (atom->exact)
			set_start(run, &atom->is, apart);
		else
			set_empty_string(run, out->apart);
	}
	in->front = front;
	if (!in->lost) {
		out->exact = whole;
		set_copy(&out->is, run);
		if (!whole)
			offer(out, run);
	}
	free(run);
	free(atom);
}

static bool set_append(struct literal_set *set, const struct literal_set *more)
{
	for (size_t i = 0; i < more->n; i++)
		if (!set_add(set, more->item[i].p, more->item[i].n, more->item[i].front))
			return false;
	return true;
}

static void read_branches(struct reader *in, struct part *out)
{
	struct part *branch = malloc(sizeof(*branch));
	be_empty(out);
	out->needed = true;
	out->empty = false;
	out->is.n = out->need.n = 0;
	if (!branch)
		in->lost = true;
	for (bool first = true; !in->lost; first = false) {
		read_branch(in, branch);
		out->must = first || out->must == branch->must ? branch->must : 0;
		out->empty = out->empty || branch->empty;
		out->apart = out->apart && branch->apart;
		out->longest = branch->longest > out->longest ? branch->longest : out->longest;
		for (int i = 0; i < 4; i++)
			out->first[i] |= branch->first[i];
		out->exact = out->exact && branch->exact && set_append(&out->is, &branch->is);
		if (branch->exact)
			offer(branch, &branch->is);
		out->needed = out->needed && branch->needed && set_append(&out->need, &branch->need);
		if (in->p >= in->end || *in->p != '|')
			break;
		in->p++;
	}
	free(branch);
}

bool pattern_read(struct view source, bool exact, struct pattern_facts *ret_facts)
{
	struct part *whole = malloc(sizeof(*whole));
	struct reader in = { .p = source.p, .end = source.p + source.n, .front = true, .exact = exact };
	if (whole)
		read_branches(&in, whole);
	bool known = whole && !in.lost && in.p == in.end;
	ret_facts->needed.n = known && whole->needed ? whole->need.n : 0;
	if (ret_facts->needed.n)
		ret_facts->needed = whole->need;
	ret_facts->must = known ? whole->must : 0;
	ret_facts->longest = known ? whole->longest : UINT32_MAX;
	memset(ret_facts->first, 0xFF, sizeof(ret_facts->first));
	if (known && !whole->empty)
		memcpy(ret_facts->first, whole->first, sizeof(ret_facts->first));
	free(whole);
	return known;
}
