/* Single-byte encodings: letters that one language has, as often as it has them. */
#include <math.h>
#include "decode/detect.h"
#include "decode/letters.h"
#include "util/utf8.h"

/* Costs in nats of a character that is no letter of the language. */
#define COST_QUOTE   4.6  /* quotation marks, dashes, no-break space: every language */
#define COST_SIGN    6.0  /* currency, degrees, copyright … */
#define COST_FOREIGN 9.0  /* letter of another language in the same script: names */
#define COST_ODD     11.0 /* anything else */
#define COST_BROKEN  14.0 /* C1 control or hole */
/* Accents rarely stand side by side, letters of other scripts rarely beside ASCII letters. */
#define COST_NEIGHBOUR 2.0

void high_bytes_of(struct view sample, struct high_bytes *ret_high)
{
	*ret_high = (struct high_bytes){ .total = 0 };
	for (size_t i = 0; i < sample.n; i++) {
		unsigned char c = (unsigned char)sample.p[i];
		if (c < 0x80)
			continue;
		unsigned char before = i ? (unsigned char)sample.p[i - 1] : 0;
		unsigned char after = i + 1 < sample.n ? (unsigned char)sample.p[i + 1] : 0;
		ret_high->count[c]++;
		ret_high->total++;
		ret_high->beside_high += before >= 0x80;
		ret_high->beside_ascii += ascii_is_alpha((char)before) + ascii_is_alpha((char)after);
	}
}

static bool is_quote(uint32_t cp)
{
	return cp == 0xA0 || cp == 0xAB || cp == 0xBB || (cp >= 0x2013 && cp <= 0x2014) ||
	       (cp >= 0x2018 && cp <= 0x201E) || cp == 0x2026;
}

static bool is_sign(uint32_t cp)
{
	static const uint16_t signs[] = { 0xA1, 0xA3, 0xA7, 0xA9, 0xAA, 0xAD, 0xAE, 0xB0, 0xB2, 0xB3, 0xB4, 0xB7, 0xBA,
		0xBD, 0xBF, 0xD7, 0x2010, 0x2015, 0x2022, 0x2039, 0x203A, 0x20AC, 0x2116, 0x2122, 0x2212, 0x60C, 0x61B,
		0x61F };
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (signs[i] == cp)
			return true;
	return false;
}

static bool is_letter_of(enum letter_script script, uint32_t cp)
{
	switch (script) {
	case LETTERS_LATIN:
		return (cp >= 0xC0 && cp < 0x250 && cp != 0xD7 && cp != 0xF7) || (cp >= 0x300 && cp < 0x330);
	case LETTERS_CYRILLIC: return cp >= 0x400 && cp < 0x530;
	case LETTERS_GREEK: return cp >= 0x386 && cp < 0x3D0 && cp != 0x387;
	case LETTERS_HEBREW: return cp >= 0x5D0 && cp <= 0x5EA;
	case LETTERS_ARABIC: return cp >= 0x620 && cp < 0x6D4;
	case LETTERS_THAI: return cp >= 0xE01 && cp < 0xE50;
	}
	return false;
}

static double cost_of(const struct letter_language *language, uint32_t cp)
{
	size_t low = language->start, high = low + language->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (letters[middle].cp == cp)
			return letters[middle].rarity / 4.0;
		if (letters[middle].cp < cp)
			low = middle + 1;
		else
			high = middle;
	}
	if (cp == UTF8_BAD || (cp >= 0x80 && cp < 0xA0))
		return COST_BROKEN;
	if (is_letter_of((enum letter_script)language->script, cp))
		return COST_FOREIGN;
	if (is_quote(cp))
		return COST_QUOTE;
	return is_sign(cp) ? COST_SIGN : COST_ODD;
}

static double neighbour_cost(const struct letter_language *language, const struct high_bytes *high)
{
	double share = language->script == LETTERS_LATIN ? high->beside_high : high->beside_ascii;
	/* Vietnamese writes tones behind letters; "ść", "é»" are fair in all. */
	double fair = strcmp(language->code, "vi") == 0 ? 0.6 : language->script == LETTERS_LATIN ? 0.35 : 0.03;
	double surplus = share - fair * high->total;
	return surplus > 0 ? surplus * COST_NEIGHBOUR : 0;
}

/* Bytes that occur, as code points; what is left out costs the same in every language. */
static double score_in(const struct letter_language *language, const uint32_t table[256], const struct high_bytes *high,
	double *ret_expected)
{
	double score = -neighbour_cost(language, high), entropy = 0, counted = 0;
	for (size_t b = 0x80; b < 256; b++) {
		if (high->count[b] == 0)
			continue;
		double cost = cost_of(language, table[b]);
		score -= cost * high->count[b];
		if (is_quote(table[b]) || is_sign(table[b]))
			entropy += cost * high->count[b];
		else
			counted += high->count[b];
	}
	double own = 0;
	for (size_t i = language->start; i < (size_t)language->start + language->count; i++)
		own += letters[i].rarity / 4.0 * exp(-letters[i].rarity / 4.0);
	*ret_expected = -(entropy + own * counted);
	return score;
}

double single_score(const uint32_t table[256], const struct high_bytes *high, double *ret_expected)
{
	double best = -INFINITY;
	*ret_expected = 0;
	for (size_t i = 0; i < letter_language_count; i++) {
		double expected, score;
		if (letter_languages[i].count < 4)
			continue;
		score = score_in(&letter_languages[i], table, high, &expected);
		if (score > best) {
			best = score;
			*ret_expected = expected;
		}
	}
	return best;
}

/* Nats that a charset must show more, for how rarely pages are in it. Order breaks ties: first wins. */
static const struct {
	enum encoding encoding;
	double handicap;
} candidates[] = { { ENCODING_WINDOWS_1252, 0 }, { ENCODING_WINDOWS_1251, 0 }, { ENCODING_WINDOWS_1250, 0 },
	{ ENCODING_WINDOWS_1253, 0 }, { ENCODING_WINDOWS_1254, 0 }, { ENCODING_WINDOWS_1255, 0 },
	{ ENCODING_WINDOWS_1256, 0 }, { ENCODING_WINDOWS_1257, 0 }, { ENCODING_WINDOWS_874, 0 }, { ENCODING_KOI8_R, 0 },
	{ ENCODING_ISO_8859_2, 0 }, { ENCODING_KOI8_U, 0 }, { ENCODING_ISO_8859_7, 0 }, { ENCODING_ISO_8859_15, 1 },
	{ ENCODING_WINDOWS_1258, 1 }, { ENCODING_ISO_8859_5, 1 }, { ENCODING_ISO_8859_6, 1 },
	{ ENCODING_ISO_8859_8, 1 }, { ENCODING_ISO_8859_13, 1 }, { ENCODING_ISO_8859_4, 2 },
	{ ENCODING_ISO_8859_10, 3 }, { ENCODING_ISO_8859_16, 3 }, { ENCODING_ISO_8859_3, 3 },
	{ ENCODING_ISO_8859_14, 3 }, { ENCODING_MACINTOSH, 3 }, { ENCODING_IBM866, 2 }, { ENCODING_MAC_CYRILLIC, 3 } };

enum encoding single_best(struct decoder *decoder, const struct high_bytes *high, double *ret_score)
{
	enum encoding best = ENCODING_NONE;
	*ret_score = -INFINITY;
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		double expected;
		const uint32_t *table = decoder_table(decoder, candidates[i].encoding);
		double score = table ? single_score(table, high, &expected) - candidates[i].handicap : -INFINITY;
		if (score > *ret_score) {
			*ret_score = score;
			best = candidates[i].encoding;
		}
	}
	return best;
}
