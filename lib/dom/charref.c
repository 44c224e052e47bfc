#include "dom/charref.h"

#include <stdint.h>
#include "dom/charref_scan.h"
#include "dom/references_table.h"
#include "util/utf8.h"

/* Bytes that need a look: references, CR, controls, and leads of C1 controls and noncharacters. */
enum { PLAIN, REFERENCE, RETURN, ZERO, CONTROL, MAYBE_C1, MAYBE_NON, MAYBE_NON4 };
static const uint8_t classes[256] = {
	[0] = ZERO,
	[1 ... 8] = CONTROL,
	[11] = CONTROL,
	['\r'] = RETURN,
	[14 ... 31] = CONTROL,
	['&'] = REFERENCE,
	[0x7F] = CONTROL,
	[0xC2] = MAYBE_C1,
	[0xEF] = MAYBE_NON,
	[0xF0 ... 0xF4] = MAYBE_NON4,
};

/* Bytes of the control or noncharacter at @p, which read as U+FFFD; 0: it is none. */
static size_t odd_bytes(const unsigned char *p, size_t left, unsigned class)
{
	bool odd;
	switch (class) {
	case CONTROL: return 1;
	case MAYBE_C1: return left > 1 && p[1] < 0xA0 ? 2 : 0;
	case MAYBE_NON:
		odd = left > 2 && ((p[1] == 0xB7 && p[2] >= 0x90 && p[2] <= 0xAF) || (p[1] == 0xBF && p[2] >= 0xBE));
		return odd ? 3 : 0;
	case MAYBE_NON4: return left > 3 && (p[1] & 0x0F) == 0x0F && p[2] == 0xBF && p[3] >= 0xBE ? 4 : 0;
	default: return 0;
	}
}

static size_t put(char *out, uint32_t code)
{
	return utf8_put(out, code);
}

/* 13.2.5.80: what a number stands for. */
static uint32_t number_means(uint64_t code)
{
	static const uint16_t windows[32] = { 0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6,
		0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
		0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178 };
	if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return 0xFFFD;
	return code >= 0x80 && code < 0xA0 ? windows[code - 0x80] : (uint32_t)code;
}

static int digit_of(char c, bool hex)
{
	if (ascii_is_digit(c))
		return c - '0';
	char l = (char)(c | 0x20);
	return hex && l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* @v begins with "&#". Bytes read, 0: not a reference. */
static size_t read_number(struct view v, uint32_t *ret)
{
	size_t at = 2;
	bool hex = at < v.n && (v.p[at] | 0x20) == 'x';
	at += hex;
	size_t first = at;
	uint64_t code = 0;
	for (int digit; at < v.n && (digit = digit_of(v.p[at], hex)) >= 0; at++)
		if (code <= 0x10FFFF)
			code = code * (hex ? 16 : 10) + (unsigned)digit;
	if (at == first)
		return 0;
	*ret = number_means(code);
	return at + (at < v.n && v.p[at] == ';');
}

static const struct reference *find_name(const char *p, size_t n)
{
	static const struct reference ampersand = { .n = 3, .legacy = 1, .first = '&' };
	if (n == 3 && memcmp(p, "amp", 3) == 0) /* nine of ten in addresses */
		return &ampersand;
	size_t low = 0, high = sizeof(references) / sizeof(references[0]);
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct reference *r = &references[middle];
		int order = view_cmp(view_make(reference_names + r->at, r->n), view_make(p, n));
		if (order == 0)
			return r;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

size_t charref_points(struct view name, uint32_t ret_points[2])
{
	const struct reference *reference = name.n ? find_name(name.p, name.n) : NULL;
	if (!reference)
		return 0;
	ret_points[0] = reference->first;
	ret_points[1] = reference->second;
	return reference->second ? 2 : 1;
}

enum { NAME_LONGEST = 31, LEGACY_LONGEST = 6, LEGACY_SHORTEST = 2 };

/* The longest name at the start of @v ("&name"). Bytes read, 0: none. */
static size_t read_name(struct view v, bool attribute, const struct reference **ret)
{
	size_t n = 0;
	while (n <= NAME_LONGEST && 1 + n < v.n && (ascii_is_alpha(v.p[1 + n]) || ascii_is_digit(v.p[1 + n])))
		n++;
	char behind = 1 + n < v.n ? v.p[1 + n] : ' ';
	if (behind == ';' && (*ret = find_name(v.p + 1, n)))
		return n + 2;
	/* In an attribute a name that "=", a letter or a digit follows is none, and so is any shorter one. */
	if (attribute) {
		bool may = n >= LEGACY_SHORTEST && n <= LEGACY_LONGEST && behind != '=';
		return may && (*ret = find_name(v.p + 1, n)) && (*ret)->legacy ? n + 1 : 0;
	}
	for (size_t k = n < LEGACY_LONGEST ? n : LEGACY_LONGEST; k >= LEGACY_SHORTEST; k--) {
		*ret = find_name(v.p + 1, k);
		if (*ret && (*ret)->legacy)
			return k + 1;
	}
	return 0;
}

/* Resolves the reference at the start of @v into @out (at most 8 bytes, fewer than read). Bytes read. */
static size_t resolve(struct view v, bool attribute, char *out, size_t *ret_n)
{
	const struct reference *reference;
	uint32_t code;
	size_t read = 0;
	if (v.n > 2 && v.p[1] == '#' && (read = read_number(v, &code))) {
		*ret_n = put(out, code);
		return read;
	}
	if (v.n > 1 && v.p[1] != '#' && (read = read_name(v, attribute, &reference))) {
		*ret_n = put(out, reference->first);
		if (reference->second)
			*ret_n += put(out + *ret_n, reference->second);
		return read;
	}
	out[0] = '&';
	*ret_n = 1;
	return 1;
}

bool charref_is_space(struct view v)
{
	char out[8];
	size_t n;
	resolve(v, false, out, &n);
	return n == 1 && ascii_is_space(out[0]);
}

/* What has to be changed at *@at or behind it. */
struct change {
	unsigned class; /* PLAIN: nothing up to the end */
	size_t odd;	/* bytes that become U+FFFD */
};

static struct change next_change(struct view v, bool references_too, size_t *at)
{
	for (size_t i = *at; (i += charref_scan(v.p + i, v.n - i)) < v.n; i++) {
		unsigned class = classes[(unsigned char)v.p[i]];
		*at = i;
		if ((class == REFERENCE && references_too) || class == RETURN || class == ZERO)
			return (struct change){ class, 0 };
		size_t odd = odd_bytes((const unsigned char *)v.p + i, v.n - i, class);
		if (odd)
			return (struct change){ class, odd };
	}
	*at = v.n;
	return (struct change){ PLAIN, 0 };
}

/* Room for what @n bytes mean where none is odd: "&nGt;" and "&nLt;" are 6 bytes for 5. */
static size_t room_for(size_t n)
{
	return n + n / 5 + 8;
}

/* Room in @out, which holds @n bytes, for U+FFFD and what the @left bytes behind it mean. */
static char *room_more(struct arena *arena, char *out, size_t *cap, size_t n, size_t left)
{
	size_t need = n + 3 + room_for(left), more = *cap * 2 > need ? *cap * 2 : need;
	if (need <= *cap)
		return out;
	out = arena_grow(arena, out, *cap, more);
	*cap = out ? more : 0;
	return out;
}

enum charref_result charref_resolve(
	struct arena *arena, struct view source, enum charref_context context, struct view *ret)
{
	size_t at = 0, from = 0, n = 0, cap = 0;
	char *out = NULL;
	for (;;) {
		struct change change = next_change(source, context != CHARREF_NONE, &at);
		if (change.class == ZERO)
			return CHARREF_ODD;
		if (at >= source.n && !out) {
			*ret = source;
			return CHARREF_DONE;
		}
		if (!out && !(out = arena_alloc(arena, cap = room_for(source.n))))
			return CHARREF_FULL;
		memcpy(out + n, source.p + from, at - from);
		n += at - from;
		if (at >= source.n)
			break;
		if (change.odd) {
			at += change.odd;
			if (!(out = room_more(arena, out, &cap, n, source.n - at)))
				return CHARREF_FULL;
			n += put(out + n, 0xFFFD);
		} else if (change.class == RETURN) {
			at += 1 + (at + 1 < source.n && source.p[at + 1] == '\n');
			out[n++] = '\n';
		} else {
			size_t put_n;
			at += resolve(view_from(source, at), context == CHARREF_ATTRIBUTE, out + n, &put_n);
			n += put_n;
		}
		from = at;
	}
	*ret = view_make(out, n);
	return CHARREF_DONE;
}
