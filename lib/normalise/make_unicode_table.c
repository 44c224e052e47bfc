/* Build-time program: writes the property table and the composition pairs of unicode.h as C, from utf8proc. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#include "normalise/unicode.h"

enum { CODE_POINTS = 0x110000, PAGE = 128, PAGES = CODE_POINTS / PAGE };

struct range {
	uint32_t first, last;
};

#define IN(cp, ranges) in_ranges(cp, ranges, sizeof(ranges) / sizeof((ranges)[0]))

static bool in_ranges(uint32_t cp, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (cp >= ranges[i].first && cp <= ranges[i].last)
			return true;
	return false;
}

static unsigned action_of(uint32_t cp)
{
	static const struct range spaces[] = { { '\t', '\t' }, { 0xA0, 0xA0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200A },
		{ 0x202F, 0x202F }, { 0x205F, 0x205F }, { 0x3000, 0x3000 } };
	static const struct range lines[] = { { 0x0B, 0x0D }, { 0x85, 0x85 }, { 0x2028, 0x2029 } };
	static const struct range drops[] = { { 0x00, 0x08 }, { 0x0E, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD },
		{ 0x180E, 0x180E }, { 0x202D, 0x202E }, { 0x2060, 0x2064 }, { 0x206A, 0x206F }, { 0xFDD0, 0xFDEF },
		{ 0xFEFF, 0xFEFF }, { 0xFFF0, 0xFFFC }, { 0xE0001, 0xE001F } };
	static const struct range bidi[] = { { 0x061C, 0x061C }, { 0x200E, 0x200F }, { 0x202A, 0x202C },
		{ 0x2066, 0x2069 } };
	static const struct range ligatures[] = { { 0xFB00, 0xFB06 }, { 0xFB13, 0xFB17 } };
	if (IN(cp, spaces))
		return ACTION_SPACE;
	if (IN(cp, lines))
		return ACTION_LINE;
	if (IN(cp, drops) || (cp & 0xFFFE) == 0xFFFE)
		return ACTION_DROP;
	if (cp == 0x200C || cp == 0x200D)
		return ACTION_JOINER;
	if (cp == 0x200B)
		return ACTION_BREAK;
	if (IN(cp, bidi))
		return ACTION_BIDI;
	if (IN(cp, ligatures))
		return ACTION_LIGATURE;
	return cp >= 0xE0020 && cp <= 0xE007F ? ACTION_TAG : ACTION_KEEP;
}

static unsigned script_of(uint32_t cp)
{
	/* Arabic, Syriac, Arabic Supplement, NKo, Mandaic, Mongolian, presentation forms, Adlam … */
	static const struct range cursive[] = { { 0x0600, 0x06FF }, { 0x0700, 0x077F }, { 0x07C0, 0x07FF },
		{ 0x0840, 0x08FF }, { 0x1800, 0x18AF }, { 0xA840, 0xA87F }, { 0xFB50, 0xFDCF }, { 0xFDF0, 0xFDFF },
		{ 0xFE70, 0xFEFC }, { 0x10D00, 0x10FFF }, { 0x1E900, 0x1E95F } };
	/* Devanagari to Sinhala, Myanmar, Khmer, and the later Brahmic blocks. */
	static const struct range indic[] = { { 0x0900, 0x0DFF }, { 0x1000, 0x109F }, { 0x1700, 0x17FF },
		{ 0x1900, 0x1AAF }, { 0x1B00, 0x1C4F }, { 0x1CD0, 0x1CFF }, { 0xA800, 0xA82F }, { 0xA880, 0xA8FF },
		{ 0xA930, 0xA9FF }, { 0xAA00, 0xAADF }, { 0xABC0, 0xABFF }, { 0x11000, 0x11FFF } };
	static const struct range spaceless[] = { { 0x0E00, 0x0FFF }, { 0x1000, 0x109F }, { 0x1780, 0x17FF },
		{ 0x1950, 0x19FF }, { 0x1A20, 0x1AAF }, { 0xA9E0, 0xA9FF }, { 0xAA60, 0xAADF } };
	unsigned flags = 0;
	flags |= IN(cp, cursive) ? UNICODE_ARABIC : 0;
	flags |= IN(cp, indic) ? UNICODE_INDIC : 0;
	return flags | (IN(cp, spaceless) ? UNICODE_SPACELESS : 0);
}

static unsigned kind_of(uint32_t cp, const utf8proc_property_t *property)
{
	static const struct range ideographs[] = { { 0x3005, 0x3007 }, { 0x3041, 0x309F }, { 0x30A0, 0x30FA },
		{ 0x30FC, 0x30FF }, { 0x31F0, 0x31FF }, { 0x3400, 0x4DBF }, { 0x4E00, 0x9FFF }, { 0xF900, 0xFAFF },
		{ 0xFF66, 0xFF9F }, { 0x1B000, 0x1B16F }, { 0x20000, 0x3FFFD } };
	static const struct range emoji[] = { { 0xA9, 0xA9 }, { 0xAE, 0xAE }, { 0x203C, 0x203C }, { 0x2049, 0x2049 },
		{ 0x2122, 0x2122 }, { 0x2139, 0x2139 }, { 0x2194, 0x21AA }, { 0x231A, 0x2328 }, { 0x232B, 0x23FF },
		{ 0x24C2, 0x24C2 }, { 0x25AA, 0x27BF }, { 0x2934, 0x2935 }, { 0x2B05, 0x2B55 }, { 0x3030, 0x3030 },
		{ 0x303D, 0x303D }, { 0x3297, 0x3299 }, { 0x1F000, 0x1FAFF } };
	unsigned flags = IN(cp, ideographs) ? UNICODE_IDEOGRAPH : 0;
	flags |= IN(cp, emoji) ? UNICODE_EMOJI : 0;
	switch (property->category) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO: return flags | UNICODE_WORD;
	default: return flags;
	}
}

static unsigned direction_of(uint32_t cp, const utf8proc_property_t *property)
{
	/* The profile search drops tatweel and the spacing vowel forms: a line with nothing else is not RTL. */
	bool strong = property->bidi_class == UTF8PROC_BIDI_CLASS_R || property->bidi_class == UTF8PROC_BIDI_CLASS_AL;
	bool mark = cp == 0x200F || cp == 0x061C || cp == 0x0640 || (cp >= 0xFE70 && cp <= 0xFE7F);
	return strong && !mark ? UNICODE_RTL : 0;
}

static unsigned search_of(uint32_t cp)
{
	static const struct range changed[] = { { 0xAB, 0xAB }, { 0xB4, 0xB4 }, { 0xBB, 0xBB }, { 0x0622, 0x0626 },
		{ 0x0629, 0x0629 }, { 0x0640, 0x0640 }, { 0x0649, 0x0649 }, { 0x064B, 0x065F }, { 0x0660, 0x0669 },
		{ 0x0670, 0x0671 }, { 0x06A9, 0x06A9 }, { 0x06CC, 0x06CC }, { 0x06D5, 0x06D5 }, { 0x06F0, 0x06F9 },
		{ 0x2010, 0x2015 }, { 0x2018, 0x201F }, { 0x2026, 0x2026 }, { 0x2032, 0x2033 }, { 0x2039, 0x203A },
		{ 0x2212, 0x2212 }, { 0xFB50, 0xFDCF }, { 0xFDF0, 0xFDFC }, { 0xFE58, 0xFE58 }, { 0xFE63, 0xFE63 },
		{ 0xFE70, 0xFEFC }, { 0xFF01, 0xFF5E }, { 0xFF61, 0xFF9F }, { 0xFFE0, 0xFFE2 }, { 0xFFE4, 0xFFE6 } };
	return IN(cp, changed) ? UNICODE_SEARCH : 0;
}

/* Canonical decomposition, whole; 1 when there is none. */
static size_t decompose(uint32_t cp, utf8proc_int32_t out[8])
{
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, out, 8, UTF8PROC_DECOMPOSE, &boundary);
	return n > 0 ? (size_t)n : 0;
}

/* NFC of a few code points, in place; the new length. */
static size_t compose(utf8proc_int32_t *cps, size_t n)
{
	utf8proc_ssize_t after = utf8proc_normalize_utf32(cps, (utf8proc_ssize_t)n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	return after > 0 ? (size_t)after : 0;
}

static struct unicode_pair pairs[4096];
static size_t pair_count;
static uint16_t entries[CODE_POINTS];

static bool is_hangul(uint32_t cp)
{
	return cp >= 0xAC00 && cp <= 0xD7A3;
}

/* The last step of composing @cp, where NFC takes it: (composite of all but the last, last). */
static bool find_pair(uint32_t cp)
{
	utf8proc_int32_t parts[8], all[8];
	size_t n = decompose(cp, parts);
	if (n < 2 || is_hangul(cp))
		return false;
	memcpy(all, parts, sizeof(all));
	if (compose(all, n) != 1 || all[0] != (utf8proc_int32_t)cp)
		return false;
	if (compose(parts, n - 1) != 1) {
		fprintf(stderr, "U+%04X has a composition of an unknown kind\n", cp);
		exit(1);
	}
	utf8proc_int32_t whole[8];
	size_t whole_n = decompose(cp, whole);
	pairs[pair_count++] = (struct unicode_pair){ (uint32_t)parts[0], (uint32_t)whole[whole_n - 1], cp };
	return true;
}

static void fill(void)
{
	for (uint32_t cp = 0; cp < CODE_POINTS; cp++) {
		const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)cp);
		unsigned entry = action_of(cp) | script_of(cp) | kind_of(cp, property) | direction_of(cp, property) |
				 search_of(cp);
		utf8proc_int32_t parts[8];
		bool surrogate = cp >= 0xD800 && cp <= 0xDFFF;
		if (!surrogate && property->combining_class)
			entry |= UNICODE_MARK;
		if (!surrogate && !is_hangul(cp) && !find_pair(cp) &&
			(decompose(cp, parts) != 1 || parts[0] != (utf8proc_int32_t)cp))
			entry |= UNICODE_NFC_NO;
		entries[cp] = (uint16_t)entry;
	}
	for (size_t i = 0; i < pair_count; i++)
		entries[pairs[i].second] |= UNICODE_NFC_MAYBE;
	for (uint32_t cp = 0x1161; cp <= 0x1175; cp++) /* Hangul vowels and finals compose by rule */
		entries[cp] |= UNICODE_NFC_MAYBE;
	for (uint32_t cp = 0x11A8; cp <= 0x11C2; cp++)
		entries[cp] |= UNICODE_NFC_MAYBE;
}

static int by_parts(const void *a, const void *b)
{
	const struct unicode_pair *x = a, *y = b;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return x->second < y->second ? -1 : x->second > y->second;
}

static void write_tables(FILE *out)
{
	static uint8_t pages[PAGES];
	static size_t first_with[256];
	size_t unique = 0;
	fprintf(out,
		"/* Made by make_unicode_table.c; utf8proc %s, Unicode %s. */\n#include \"normalise/unicode.h\"\n\n",
		utf8proc_version(), utf8proc_unicode_version());
	fprintf(out, "const uint16_t unicode_entries[] = {\n");
	for (size_t page = 0; page < PAGES; page++) {
		size_t same = 0;
		while (same < unique && memcmp(&entries[first_with[same] * PAGE], &entries[page * PAGE],
						PAGE * sizeof(entries[0])) != 0)
			same++;
		pages[page] = (uint8_t)same;
		if (same < unique)
			continue;
		if (unique == 256) {
			fprintf(stderr, "more than 256 different pages\n");
			exit(1);
		}
		first_with[unique++] = page;
		for (size_t i = 0; i < PAGE; i++)
			fprintf(out, "%u,%s", entries[page * PAGE + i], i % 16 == 15 ? "\n" : "");
	}
	fprintf(out, "};\n\nconst uint8_t unicode_pages[] = {\n");
	for (size_t page = 0; page < PAGES; page++)
		fprintf(out, "%u,%s", pages[page], page % 32 == 31 ? "\n" : "");
	fprintf(out, "};\n\nconst struct unicode_pair unicode_pairs[] = {\n");
	for (size_t i = 0; i < pair_count; i++)
		fprintf(out, "{0x%X,0x%X,0x%X},\n", pairs[i].first, pairs[i].second, pairs[i].composed);
	fprintf(out, "};\nconst size_t unicode_pair_count = %zu;\n", pair_count);
}

int main(int argc, char **argv)
{
	FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
	if (!out) {
		fprintf(stderr, "usage: make_unicode_table FILE\n");
		return 2;
	}
	fill();
	qsort(pairs, pair_count, sizeof(pairs[0]), by_parts);
	write_tables(out);
	return fclose(out) == 0 ? 0 : 1;
}
