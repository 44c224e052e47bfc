/* Lines that the normaliser leaves as they are, although they are not of ASCII alone: quotation marks and accents in
 * English, whole texts in Russian or Chinese; and those of which it changes no-break spaces alone. One walk over what
 * is not ASCII tells it, counts and folds. */
#include "extract/text_lines.h"

#include <string.h>
#include "extract/text_bits.h"
#include "extract/text_fold.h"
#include "normalise/unicode.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { NO_BREAK_SPACE = 0xA0, NO_BREAK_LEAD = 0xC2 }; /* its last byte is its number */

struct key {
	char *out;
	size_t n;
	bool digits; /* of another script */
};

static inline bool ends_in_space(const struct key *key)
{
	return key->n == 0 || key->out[key->n - 1] == ' ';
}

/* ASCII with small letters and single spaces. It may stand where it is written. */
static void put_ascii(struct key *key, const char *low, size_t n)
{
	if (n && *low == ' ' && ends_in_space(key)) {
		low++;
		n--;
	}
	if (n && low != key->out + key->n)
		memmove(key->out + key->n, low, n);
	key->n += n;
}

static void put_point(struct key *key, uint32_t cp)
{
	uint32_t folded = text_fold_point(cp);
	if (cp == 0x2026) {
		memcpy(key->out + key->n, "...", 3);
		key->n += 3;
	} else if (folded < 0x80) {
		key->digits |= ascii_is_digit((char)folded);
		/* Nothing, or a second space. */
		if (folded && !(folded == ' ' && ends_in_space(key)))
			key->out[key->n++] = (char)folded;
	} else {
		key->n += utf8_put(key->out + key->n, folded);
	}
}

/* How @cp counts among the words of a line, in halves: scripts without spaces, see text_lines.c. */
static uint32_t half_words(unsigned char lead, unsigned char next, bool wide_line)
{
	return (lead >= 0xE3 && lead <= 0xE9) + (wide_line && lead == 0xE0 && next >= 0xB8);
}

/* @text, which has no two spaces in a row and none at its ends, as the normaliser writes it: with spaces for no-break
 * spaces, one at a time. *@spaces: how many it has. */
static bool write_spaces(struct arena *arena, struct view *text, uint32_t *spaces)
{
	char *out = arena_alloc(arena, text->n);
	size_t n = 0;
	if (!out)
		return false;
	for (struct view rest = *text; rest.n;) {
		size_t end = view_find_byte(rest, (char)NO_BREAK_LEAD);
		bool wide = end < rest.n && (unsigned char)rest.p[end + 1] == NO_BREAK_SPACE;
		end += end < rest.n && !wide ? 2 : 0;
		memcpy(out + n, rest.p, end);
		n += end;
		rest = view_from(rest, end + 2 * wide);
		if (wide && out[n - 1] != ' ') {
			out[n++] = ' ';
			++*spaces;
		}
		if (n && out[n - 1] == ' ' && rest.n && rest.p[0] == ' ') {
			rest = view_from(rest, 1);
			--*spaces;
		}
	}
	*text = view_make(out, n);
	return true;
}

bool line_read_settled(struct text_map *map, struct view text, const struct text_kinds *kinds,
	enum garner_profile profile, struct arena *arena, struct line *line)
{
	const unsigned unsettled = ACTION_MASK | UNICODE_NFC_NO | UNICODE_NFC_MAYBE | UNICODE_MARK |
				   (profile == GARNER_PROFILE_SEARCH ? UNICODE_SEARCH : 0u);
	size_t from = (size_t)(text.p - map->text.p), to = from + text.n;
	bool whole = text.n <= LIMIT_RULE_LINE_BYTES, wide_line = (unsigned char)text.p[0] >= 0xE0;
	size_t key_to = whole ? to : from + utf8_first(text, KEY_PREFIX_BYTES).n;
	struct key key = { .out = map->low + from };
	uint32_t halves = 0, spaces = kinds->spaces;
	bool wide_spaces = false, may_write = whole && profile != GARNER_PROFILE_KEEP;
	for (size_t at = from, rough; at < to; at = rough) {
		rough = text_map_rough(map, at, to);
		if (at < key_to)
			put_ascii(&key, map->low + at, (rough < key_to ? rough : key_to) - at);
		while (rough < to && (unsigned char)map->text.p[rough] >= 0x80) {
			const unsigned char *p = (const unsigned char *)map->text.p + rough;
			size_t here = rough;
			uint32_t cp = utf8_next(view_first(map->text, to), &rough);
			if (cp == UTF8_BAD || unicode_entry(cp) & unsettled) {
				if (cp != NO_BREAK_SPACE || !may_write)
					return false;
				wide_spaces = true;
			}
			halves += half_words(p[0], p[1], wide_line);
			if (here < key_to)
				put_point(&key, cp);
		}
		if (rough < to && ((unsigned char)map->text.p[rough] < ' ' || map->text.p[rough] == 0x7F))
			return false;
	}
	while (key.n && key.out[key.n - 1] == ' ')
		key.n--;
	if (wide_spaces && !write_spaces(arena, &text, &spaces))
		return false;
	line_set(line, text, view_make(key.out, key.n), 1 + spaces + halves / 2,
		(kinds->digits || key.digits ? LINE_DIGITS : 0u) | LINE_JOINTS);
	return true;
}
