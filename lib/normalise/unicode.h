/* What the normaliser knows of a code point, and Normalization Form C (UAX #15). */
#ifndef GARNER_NORMALISE_UNICODE_H
#define GARNER_NORMALISE_UNICODE_H

#include <stdint.h>
#include "util/arena.h"
#include "util/view.h"

/* What the profile clean does with a code point: the low four bits of its entry. */
enum unicode_action {
	ACTION_KEEP,
	ACTION_SPACE,	 /* every space but U+0020 */
	ACTION_LINE,	 /* VT, FF, NEL, U+2028, U+2029 */
	ACTION_DROP,	 /* controls, soft hyphen, zero width, noncharacters, bidi overrides */
	ACTION_JOINER,	 /* ZWNJ, ZWJ: kept where a script or an emoji needs them */
	ACTION_BIDI,	 /* marks, embeddings, isolates: kept in lines that hold right-to-left letters */
	ACTION_LIGATURE, /* ff, fi … of typesetting */
	ACTION_BREAK,	 /* U+200B: kept between letters of scripts that write no spaces */
	ACTION_TAG,	 /* U+E0020 to U+E007F: kept behind an emoji (flags) */
	ACTION_MASK = 15,
};

enum {
	UNICODE_NFC_NO = 1 << 4,     /* never stands in NFC */
	UNICODE_NFC_MAYBE = 1 << 5,  /* may compose with what stands before it */
	UNICODE_MARK = 1 << 6,	     /* canonical combining class is not 0 */
	UNICODE_RTL = 1 << 7,	     /* bidi class R or AL */
	UNICODE_ARABIC = 1 << 8,     /* cursive scripts: ZWNJ and ZWJ have a meaning between letters */
	UNICODE_INDIC = 1 << 9,	     /* conjunct scripts: they have one behind a letter */
	UNICODE_SPACELESS = 1 << 10, /* Thai, Lao, Khmer, Myanmar, Tibetan … */
	UNICODE_WORD = 1 << 11,	     /* letter, mark or number */
	UNICODE_IDEOGRAPH = 1 << 12, /* Han and kana: each counts as a word */
	UNICODE_EMOJI = 1 << 13,
	UNICODE_SEARCH = 1 << 14, /* the profile search changes it */
};

/* Made by make_unicode_table.c at build time from the utf8proc that the library is linked with. */
extern const uint8_t unicode_pages[];
extern const uint16_t unicode_entries[];
static inline unsigned unicode_entry(uint32_t cp)
{
	return unicode_entries[(size_t)unicode_pages[cp >> 7] << 7 | (cp & 127)];
}

/* Primary composites, ordered by first, then second. */
struct unicode_pair {
	uint32_t first, second, composed;
};
extern const struct unicode_pair unicode_pairs[];
extern const size_t unicode_pair_count;

/* @in valid UTF-8 -> its NFC in @arena, or @in itself when it is that already. Linear in the length, also for
 * long runs of marks. At most 3 x the bytes (UAX #15, 9.). 0 or -ENOMEM. */
int unicode_nfc(struct arena *arena, struct view in, struct view *ret_text);

/* Words of valid UTF-8: runs of letters, marks and digits, held together by apostrophes and, in numbers, by
 * points; ideographs and kana one each. */
uint64_t unicode_words(struct view text);
/* The same, a character at a time. */
uint64_t unicode_words_plain(struct view text);

#endif
