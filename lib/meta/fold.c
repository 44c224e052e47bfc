#include "meta/fold.h"

#include "util/utf8.h"

/* Base letters of U+00C0 to U+017F and of U+1EA0 to U+1EF9, lower case. */
static const char latin[] = "aaaaaaaceeeeiiiidnoooooxouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
			    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
			    "nnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof(latin) == 0x180 - 0xC0 + 1, "one letter a code point");
static const char latin_more[] =
	"aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy";
_Static_assert(sizeof(latin_more) == 0x1EFA - 0x1EA0 + 1, "one letter a code point");

static uint32_t fold_greek(uint32_t cp)
{
	switch (cp) {
	case 0x386:
	case 0x3AC: return 0x3B1;
	case 0x388:
	case 0x3AD: return 0x3B5;
	case 0x389:
	case 0x3AE: return 0x3B7;
	case 0x38A:
	case 0x3AA:
	case 0x3AF:
	case 0x3CA:
	case 0x390: return 0x3B9;
	case 0x38C:
	case 0x3CC: return 0x3BF;
	case 0x38E:
	case 0x3AB:
	case 0x3CD:
	case 0x3CB:
	case 0x3B0: return 0x3C5;
	case 0x38F:
	case 0x3CE: return 0x3C9;
	case 0x3C2: return 0x3C3;
	default: return cp >= 0x391 && cp <= 0x3A9 ? cp + 0x20 : cp;
	}
}

static uint32_t fold_cyrillic(uint32_t cp)
{
	if (cp >= 0x410 && cp <= 0x42F)
		return cp + 0x20;
	if (cp == 0x401 || cp == 0x451)
		return 0x435; /* io as ie */
	if (cp >= 0x400 && cp <= 0x40F)
		return cp + 0x50;
	if (cp == 0x4C0 || cp == 0x4CF)
		return 0x4CF;
	if (cp >= 0x460 && cp <= 0x52F && !(cp >= 0x482 && cp <= 0x489))
		return cp >= 0x4C1 && cp <= 0x4CE ? ((cp + 1) & ~1u) : cp | 1;
	return cp;
}

static uint32_t fold_arabic(uint32_t cp)
{
	if ((cp >= 0x64B && cp <= 0x65F) || cp == 0x670 || cp == 0x640)
		return 0;
	switch (cp) {
	case 0x622:
	case 0x623:
	case 0x625:
	case 0x671: return 0x627;
	case 0x649:
	case 0x6CC:
	case 0x626: return 0x64A;
	case 0x6A9: return 0x643;
	case 0x629:
	case 0x6C1:
	case 0x6C2:
	case 0x6D5: return 0x647;
	default: return cp;
	}
}

uint32_t fold_letter(uint32_t cp)
{
	if (cp < 0x80)
		return cp >= 'A' && cp <= 'Z' ? cp | 0x20 : cp;
	if (cp >= 0xC0 && cp < 0x180)
		return (uint32_t)(unsigned char)latin[cp - 0xC0];
	if (cp >= 0x1EA0 && cp <= 0x1EF9)
		return (uint32_t)(unsigned char)latin_more[cp - 0x1EA0];
	if ((cp >= 0x300 && cp <= 0x36F) || cp == 0xAD || (cp >= 0x200B && cp <= 0x200F) || cp == 0xFEFF ||
		cp == 0x2060)
		return 0;
	if (cp >= 0x370 && cp <= 0x3FF)
		return fold_greek(cp);
	if (cp >= 0x400 && cp <= 0x52F)
		return fold_cyrillic(cp);
	if (cp >= 0x531 && cp <= 0x556)
		return cp + 0x30;
	if (cp >= 0x591 && cp <= 0x5C7 && cp != 0x5BE)
		return 0;
	if (cp >= 0x600 && cp <= 0x6FF)
		return fold_arabic(cp);
	if (cp >= 0xFF21 && cp <= 0xFF3A)
		return cp - 0xFF21 + 'a';
	if (cp >= 0xFF41 && cp <= 0xFF5A)
		return cp - 0xFF41 + 'a';
	switch (cp) {
	case 0x1A0:
	case 0x1A1: return 'o';
	case 0x1AF:
	case 0x1B0: return 'u';
	case 0x218:
	case 0x219: return 's';
	case 0x21A:
	case 0x21B: return 't';
	case 0x18F:
	case 0x259: return 'e';
	case 0x2BC:
	case 0x2019: return '\'';
	default: return cp;
	}
}

/* Both kinds of folding; @letters: nothing but letters and digits. */
static size_t fold_into(struct view in, bool letters, char *out, size_t cap)
{
	size_t n = 0;
	for (size_t at = 0; at < in.n;) {
		unsigned char byte = (unsigned char)in.p[at];
		if (byte < 0x80) {
			at++;
			if (letters && !fold_is_letter(byte))
				continue;
			if (n == cap)
				break;
			if (byte)
				out[n++] = ascii_lower((char)byte);
			continue;
		}
		uint32_t cp = utf8_next(in, &at);
		if (cp == UTF8_BAD || (letters && !fold_is_letter(cp)) || (cp = fold_letter(cp)) == 0)
			continue;
		char bytes[4];
		size_t k = utf8_put(bytes, cp);
		if (n + k > cap)
			break;
		memcpy(out + n, bytes, k);
		n += k;
	}
	return n;
}

size_t fold_word(struct view in, char *out, size_t cap)
{
	return fold_into(in, false, out, cap);
}

size_t fold_squeeze(struct view in, char *out, size_t cap)
{
	return fold_into(in, true, out, cap);
}

bool fold_is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return ascii_is_alpha((char)cp) || ascii_is_digit((char)cp);
	if (cp < 0xC0)
		return cp == 0xAA || cp == 0xB5 || cp == 0xBA;
	if (cp == 0xD7 || cp == 0xF7 || cp == UTF8_BAD)
		return false;
	if (cp >= 0x2000 && cp <= 0x2BFF)
		return cp == 0x200C || cp == 0x200D || cp == 0x207F || (cp >= 0x2100 && cp < 0x2190);
	if (cp >= 0x3000 && cp <= 0x3020)
		return cp == 0x3005 || cp == 0x3007;
	if ((cp >= 0xFF00 && cp <= 0xFF0F) || (cp >= 0xFF1A && cp <= 0xFF20) || (cp >= 0xFF3B && cp <= 0xFF40) ||
		(cp >= 0xFF5B && cp <= 0xFF65))
		return false;
	if (cp == 0x60C || cp == 0x61B || cp == 0x61F || cp == 0x66A || cp == 0x66B || cp == 0x66C || cp == 0x6D4 ||
		cp == 0x5BE || cp == 0x5C3 || cp == 0x964 || cp == 0x965 || cp == 0x37E || cp == 0x387 || cp == 0x55D ||
		cp == 0x589 || cp == 0xFEFF || cp == 0xFFFD || cp == 0x30FB)
		return false;
	return !(cp >= 0xE000 && cp <= 0xF8FF) && !(cp >= 0x1F000 && cp <= 0x1FAFF) && !(cp >= 0xFE00 && cp <= 0xFE6F);
}

int fold_digit(uint32_t cp)
{
	/* Zeros of the decimal digits: Arabic-Indic, Persian, N'Ko, Devanagari to Malayalam, Sinhala, Thai, Lao,
	 * Tibetan, Myanmar, Khmer, Mongolian, full width. */
	static const uint32_t zero[] = { 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6,
		0xD66, 0xDE6, 0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0x1810, 0xFF10 };
	if (cp < 0x80)
		return cp >= '0' && cp <= '9' ? (int)cp - '0' : -1;
	if (cp < 0x660)
		return -1;
	for (size_t i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		if (cp >= zero[i] && cp <= zero[i] + 9)
			return (int)(cp - zero[i]);
	return -1;
}

bool fold_is_unspaced(uint32_t cp)
{
	return (cp >= 0x3040 && cp <= 0x30FF) || (cp >= 0x3400 && cp <= 0x9FFF) || (cp >= 0xE00 && cp <= 0xEFF) ||
	       (cp >= 0xF900 && cp <= 0xFAFF) || (cp >= 0x20000 && cp <= 0x3FFFF) || (cp >= 0x1780 && cp <= 0x17FF) ||
	       cp == 0x3005 || cp == 0x3007;
}

/* Letters and digits of ASCII, folded; 0: any other. */
static const unsigned char ascii_folds[256] = { ['0'] = '0',
	['1'] = '1',
	['2'] = '2',
	['3'] = '3',
	['4'] = '4',
	['5'] = '5',
	['6'] = '6',
	['7'] = '7',
	['8'] = '8',
	['9'] = '9',
#define BOTH(upper) [upper] = (upper) | 0x20, [(upper) | 0x20] = (upper) | 0x20
	BOTH('A'),
	BOTH('B'),
	BOTH('C'),
	BOTH('D'),
	BOTH('E'),
	BOTH('F'),
	BOTH('G'),
	BOTH('H'),
	BOTH('I'),
	BOTH('J'),
	BOTH('K'),
	BOTH('L'),
	BOTH('M'),
	BOTH('N'),
	BOTH('O'),
	BOTH('P'),
	BOTH('Q'),
	BOTH('R'),
	BOTH('S'),
	BOTH('T'),
	BOTH('U'),
	BOTH('V'),
	BOTH('W'),
	BOTH('X'),
	BOTH('Y'),
	BOTH('Z')
#undef BOTH
};

size_t fold_hashes(struct view text, uint32_t *out, size_t cap)
{
	size_t count = 0;
	uint32_t hash = 0;
	bool open = false;
	for (size_t at = 0; at < text.n && count < cap;) {
		unsigned char byte = (unsigned char)text.p[at];
		if (ascii_folds[byte]) {
			hash = open ? hash : 2166136261u;
			for (; at < text.n && (byte = ascii_folds[(unsigned char)text.p[at]]); at++)
				hash = (hash ^ byte) * 16777619u;
			open = true;
			continue;
		}
		uint32_t cp = byte < 0x80 ? (at++, byte) : utf8_next(text, &at);
		if (!fold_is_letter(cp) || fold_is_unspaced(cp)) {
			if (open)
				out[count++] = hash;
			open = false;
			if (fold_is_unspaced(cp) && count < cap)
				out[count++] = cp * 2654435761u;
			continue;
		}
		cp = fold_letter(cp);
		if (cp == 0)
			continue;
		hash = ((open ? hash : 2166136261u) ^ cp) * 16777619u;
		open = true;
	}
	if (open && count < cap)
		out[count++] = hash;
	return count;
}
