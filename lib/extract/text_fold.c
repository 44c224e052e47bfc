#include "extract/text_fold.h"

#include <stdint.h>
#include "util/utf8.h"

enum { DROP = 0 }; /* not part of any key */

static uint32_t fold_latin(uint32_t c)
{
	if (c < 0x100)
		return c >= 0xC0 && c <= 0xDE && c != 0xD7 ? c + 0x20 : c;
	if (c == 0x130 || c == 0x131)
		return 'i';
	if (c == 0x178)
		return 0xFF;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
		return (c & 1) ? c + 1 : c;
	if (c < 0x180)
		return (c & 1) ? c : c + 1;
	if (c == 0x1A0 || c == 0x1AF)
		return c + 1;
	if (c == 0x218 || c == 0x219)
		return 0x15F;
	if (c == 0x21A || c == 0x21B)
		return 0x163;
	return c;
}

static uint32_t fold_greek(uint32_t c)
{
	/* U+0386 to U+03CE that carry an accent, to the bare small letter. */
	static const struct {
		uint16_t from, to;
	} accents[] = { { 0x386, 0x3B1 }, { 0x388, 0x3B5 }, { 0x389, 0x3B7 }, { 0x38A, 0x3B9 }, { 0x38C, 0x3BF },
		{ 0x38E, 0x3C5 }, { 0x38F, 0x3C9 }, { 0x3AC, 0x3B1 }, { 0x3AD, 0x3B5 }, { 0x3AE, 0x3B7 },
		{ 0x3AF, 0x3B9 }, { 0x3CC, 0x3BF }, { 0x3CD, 0x3C5 }, { 0x3CE, 0x3C9 }, { 0x3C2, 0x3C3 } };
	for (size_t i = 0; i < sizeof(accents) / sizeof(*accents); i++)
		if (accents[i].from == c)
			return accents[i].to;
	return c >= 0x391 && c <= 0x3A9 ? c + 0x20 : c;
}

static uint32_t fold_cyrillic(uint32_t c)
{
	if (c == 0x401 || c == 0x451)
		return 0x435;
	if (c >= 0x410 && c <= 0x42F)
		return c + 0x20;
	if (c <= 0x40F)
		return c + 0x50;
	if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || c >= 0x4D0)
		return c | 1;
	return c;
}

static uint32_t fold_arabic(uint32_t c)
{
	switch (c) {
	case 0x622:
	case 0x623:
	case 0x625: return 0x627;
	case 0x629: return 0x647;
	case 0x643: return 0x6A9;
	case 0x649:
	case 0x64A: return 0x6CC;
	case 0x640: return DROP;
	default: break;
	}
	if (c >= 0x64B && c <= 0x652)
		return DROP;
	if (c >= 0x660 && c <= 0x669)
		return '0' + (c - 0x660);
	if (c >= 0x6F0 && c <= 0x6F9)
		return '0' + (c - 0x6F0);
	return c;
}

/* General punctuation and spaces, U+2000 to U+206F, and the minus sign. */
static uint32_t fold_mark(uint32_t c)
{
	if (c <= 0x200A || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F)
		return ' ';
	if ((c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F))
		return DROP;
	if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
		return '-';
	if ((c >= 0x2018 && c <= 0x201B) || c == 0x2032)
		return '\'';
	if ((c >= 0x201C && c <= 0x201F) || c == 0x2033)
		return '"';
	return c;
}

static uint32_t fold_wide(uint32_t c)
{
	if (c == 0x3000)
		return ' ';
	if (c == 0xFEFF)
		return DROP;
	if (c >= 0xFF01 && c <= 0xFF5E)
		c -= 0xFEE0;
	return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
}

/* Digits of the scripts behind Arabic: \d of a pattern means those of all scripts, and how a match begins is known by
 * those of ASCII alone (rule_prefix.c), so that no other may stand in a key. */
static uint32_t fold_digit(uint32_t c)
{
	static const uint32_t zeros[] = { 0x7C0, 0xE50, 0xED0, 0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0,
		0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
		0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0,
		0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8,
		0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0 };
	/* Ten scripts of India and Ceylon, 128 characters each. */
	if (c >= 0x900 && c < 0xE00)
		return c % 128 >= 0x66 && c % 128 <= 0x6F ? '0' + c % 128 - 0x66 : c;
	/* Letters of most texts. */
	if ((c >= 0xE00 && c < 0xE50) || (c >= 0x1E00 && c < 0xA620) || (c >= 0xAC00 && c < 0x104A0))
		return c;
	for (size_t i = 0; i < sizeof(zeros) / sizeof(*zeros) && zeros[i] <= c; i++)
		if (c - zeros[i] < 10)
			return '0' + (c - zeros[i]);
	return c;
}

uint32_t text_fold_point(uint32_t c)
{
	if (c < 0x80)
		return (uint32_t)(unsigned char)ascii_lower((char)c);
	if (c == 0xA0)
		return ' ';
	if (c == 0xAD || c == 0x307)
		return DROP;
	if (c < 0x250)
		return fold_latin(c);
	if (c >= 0x370 && c < 0x400)
		return fold_greek(c);
	if (c >= 0x400 && c < 0x530)
		return fold_cyrillic(c);
	if (c >= 0x531 && c <= 0x556) /* Armenian capitals */
		return c + 0x30;
	if (c >= 0x600 && c < 0x700)
		return fold_arabic(c);
	if (c >= 0x1E00 && c < 0x1F00)
		return c >= 0x1E96 && c <= 0x1E9F ? (c == 0x1E9E ? 0xDF : c) : (c | 1);
	if ((c >= 0x2000 && c < 0x2070) || c == 0x2212)
		return fold_mark(c);
	if (c == 0x3000 || (c >= 0xFE00 && c < 0x10000))
		return fold_wide(c);
	return c < 0x7C0 ? c : fold_digit(c);
}

/* Eight bytes of letters, digits, marks and single spaces: small letters into @out. False: something else among them.
 * @ret_spaces: the high bit of each byte that is a space. */
static inline bool fold_eight(const char *in, char *out, bool after_space, uint64_t *ret_spaces)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	uint64_t x, space;
	memcpy(&x, in, 8);
	/* High bits: not ASCII; with 0x20 taken off, below the space; DEL. */
	if ((x | (x - ones * 0x20)) & highs || ((x ^ ones * 0x7F) - ones) & ~(x ^ ones * 0x7F) & highs)
		return false;
	space = ~((x ^ ones * ' ') + ones * 0x7F) & highs; /* no byte is over 0x7F: nothing is carried */
	if (space && (!!(space & space << 8) || (after_space && in[0] == ' ')))
		return false;
	uint64_t capital = (x + ones * (0x80 - 'A')) & ~(x + ones * (0x80 - 'Z' - 1)) & highs;
	x |= capital >> 2;
	memcpy(out, &x, 8);
	*ret_spaces = space;
	return true;
}

size_t text_fold(struct view in, char *out)
{
	size_t n = 0;
	for (size_t at = 0; at < in.n;) {
		uint64_t spaces;
		if (at + 8 <= in.n && fold_eight(in.p + at, out + n, n == 0 || out[n - 1] == ' ', &spaces)) {
			at += 8;
			n += 8;
			continue;
		}
		unsigned char b = (unsigned char)in.p[at];
		uint32_t c;
		if (b < 0x80) {
			c = b < 0x21 || b == 0x7F ? ' ' : (uint32_t)(unsigned char)ascii_lower((char)b);
			at++;
		} else {
			c = utf8_next(in, &at);
			if (c == UTF8_BAD)
				continue;
			if (c == 0x2026) {
				memcpy(out + n, "...", 3);
				n += 3;
				continue;
			}
			c = text_fold_point(c);
		}
		if (c == DROP || (c == ' ' && (n == 0 || out[n - 1] == ' ')))
			continue;
		if (c < 0x80)
			out[n++] = (char)c;
		else
			n += utf8_put(out + n, c);
	}
	while (n && out[n - 1] == ' ')
		n--;
	return n;
}

size_t text_fold_letters(struct view in, char *out)
{
	size_t n = 0;
	for (size_t at = 0; at < in.n;) {
		if ((unsigned char)in.p[at] < 0x80) {
			out[n++] = in.p[at++];
			continue;
		}
		uint32_t c = utf8_next(in, &at);
		c = c == UTF8_BAD ? DROP : text_fold_point(c);
		if (c != DROP)
			n += utf8_put(out + n, c);
	}
	return n;
}

/* Bullets, arrows, stars and the like; what stands before or behind a label and says nothing. */
static bool is_ornament(uint32_t c)
{
	switch (c) {
	case ' ':
	case '*':
	case '-':
	case '>':
	case '<':
	case '|':
	case '+':
	case '/':
	case '#':
	case '[':
	case ']':
	case '~':
	case '_':
	case 0xAB:
	case 0xBB:
	case 0xB7:
	case 0x2022:
	case 0x2039:
	case 0x203A: return true;
	default: break;
	}
	return (c >= 0x2190 && c <= 0x21FF) || (c >= 0x25A0 && c <= 0x27BF) || (c >= 0x2B00 && c <= 0x2BFF) ||
	       (c >= 0x1F300 && c <= 0x1FAFF) || c == 0xFE0F;
}

static bool is_letter_or_digit(char c)
{
	return ascii_is_alpha(c) || ascii_is_digit(c);
}

static struct view skip_front(struct view key)
{
	size_t at = 0;
	if (key.n && is_letter_or_digit(key.p[0]))
		return key;
	while (at < key.n) {
		size_t next = at;
		uint32_t c = utf8_next(key, &next);
		if (!is_ornament(c))
			break;
		at = next;
	}
	return view_from(key, at);
}

struct view text_core(struct view key, char *ret_end)
{
	struct view core = skip_front(key);
	*ret_end = 0;
	while (core.n && !is_letter_or_digit(core.p[core.n - 1])) {
		size_t at = core.n;
		uint32_t c = utf8_prev(core, &at);
		bool dots = c == '.' && core.n > 2 && memcmp(core.p + core.n - 3, "...", 3) == 0;
		if (!is_ornament(c) && c != '.' && c != ':' && c != ',' && c != ';')
			break;
		if (!*ret_end && (c == '.' || c == ':'))
			*ret_end = dots ? 'e' : (char)c;
		core.n = at;
	}
	/* A line of ornaments alone is its own core. */
	return core.n ? core : key;
}
