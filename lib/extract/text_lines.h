/* Plain text as lines with what can be seen of each. */
#ifndef GARNER_EXTRACT_TEXT_LINES_H
#define GARNER_EXTRACT_TEXT_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include "garner.h"
#include "util/arena.h"
#include "util/view.h"

enum line_flag {
	LINE_WHOLE = 1,	   /* key is the whole line; otherwise its beginning */
	LINE_SENTENCE = 2, /* ends in a sentence mark (perhaps before a closing quote) */
	LINE_ELLIPSIS = 4,
	LINE_COLON = 8,
	LINE_QUOTED = 16, /* begins with a quotation mark that is no arrow */
	LINE_BULLET = 32,
	LINE_PROSE = 64,   /* long enough and ended like a sentence, or very long */
	LINE_DIGITS = 128, /* in the key */
	LINE_JOINTS = 256, /* capitals may stand behind small letters */
	/* With LINE_QUOTED: « stands before and » behind, which may be arrows around buttons. */
	LINE_ARROWS = 512,
};

struct line {
	struct view text; /* without spaces at the ends (also no-break and wide ones) */
	struct view key;  /* folded; the whole line or its beginning, see LINE_WHOLE */
	struct view core; /* key without bullets and end marks */
	uint32_t words;	  /* in scripts without spaces: characters / 2 */
	uint16_t flags;
};

struct text_kinds;
struct text_map;

enum {
	KEY_PREFIX_BYTES = 96, /* of a line that is longer than LIMIT_RULE_LINE_BYTES */
	LINE_SLACK = 64,       /* bytes behind a key that can be read */
};

/* Fills @line from @text (valid UTF-8, one line). Keys go to @arena. False: no memory. */
bool line_read(struct arena *arena, struct view text, struct line *line);
/* The same of a trimmed text of printable ASCII without spaces in a row. @low: the same with small letters, kept for
 * the key. */
void line_read_plain(struct view text, const char *low, const struct text_kinds *kinds, struct line *line);
/* The same of a trimmed text of @map without spaces in a row, of which the normaliser changes nothing but no-break
 * spaces; then line->text is a text in @arena. The key is written over map->low. False: it may change more, @line is as
 * it was. */
bool line_read_settled(struct text_map *map, struct view text, const struct text_kinds *kinds,
	enum garner_profile profile, struct arena *arena, struct line *line);
/* What follows from a text (not empty), its key and its words. */
void line_set(struct line *line, struct view text, struct view key, uint32_t words, unsigned flags);
static inline bool line_is_plain(char c)
{
	return c > ' ' && c < 0x7F;
}

/* Without spaces of any script at both ends: line_trim() asks only where there may be some. */
struct view line_trim_any(struct view text);
static inline struct view line_trim(struct view text)
{
	return text.n == 0 || (line_is_plain(text.p[0]) && line_is_plain(text.p[text.n - 1])) ? text
											      : line_trim_any(text);
}

#endif
