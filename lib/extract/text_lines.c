#include "extract/text_lines.h"

#include "extract/text_bits.h"
#include "extract/text_fold.h"
#include "util/limits.h"
#include "util/utf8.h"

enum {
	PROSE_WORDS = 9,       /* with a sentence mark */
	PROSE_WORDS_BARE = 30, /* without one */
};

static bool is_space(uint32_t c)
{
	return c <= ' ' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200B) || c == 0x202F || c == 0xFEFF ||
	       c == 0x7F || c == 0x85;
}

struct view line_trim_any(struct view text)
{
	size_t at = 0, next = 0;
	while (text.n && text.p[0] == ' ')
		text = view_from(text, 1);
	while (text.n && text.p[text.n - 1] == ' ')
		text.n--;
	if (text.n && line_is_plain(text.p[0]) && line_is_plain(text.p[text.n - 1]))
		return text;
	while (next < text.n && is_space(utf8_next(text, &next)))
		at = next;
	text = view_from(text, at);
	while (text.n) {
		at = text.n;
		if (!is_space(utf8_prev(text, &at)))
			break;
		text.n = at;
	}
	return text;
}

/* Spaces and lead bytes of scripts written without spaces (U+3040 to U+9FFF, Hangul not; Thai, Khmer by
 * their lead bytes). Two plain loops that the compiler turns into vector code. */
static uint32_t count_words(struct view text)
{
	size_t spaces = 0, wide = 0;
	/* Counters of a byte: see text_read.c. */
	for (size_t from = 0, to; from < text.n; from = to) {
		uint8_t some_spaces = 0, some_wide = 0;
		to = from + 255 < text.n ? from + 255 : text.n;
		for (size_t i = from; i < to; i++) {
			unsigned char b = (unsigned char)text.p[i];
			some_spaces = (uint8_t)(some_spaces + (b == ' '));
			some_wide = (uint8_t)(some_wide + (b >= 0xE3 && b <= 0xE9));
		}
		spaces += some_spaces;
		wide += some_wide;
	}
	for (size_t i = 0; i + 1 < text.n && (unsigned char)text.p[0] >= 0xE0; i++)
		wide += (unsigned char)text.p[i] == 0xE0 && (unsigned char)text.p[i + 1] >= 0xB8;
	return (uint32_t)(1 + spaces + wide / 2);
}

static bool closes(uint32_t c)
{
	switch (c) {
	case '"':
	case '\'':
	case ')':
	case ']':
	case '*':
	case '_':
	case 0xBB:
	case 0xAB:
	case 0x2019:
	case 0x201C:
	case 0x201D:
	case 0x203A:
	case 0x300D:
	case 0x300F:
	case 0xFF09: return true;
	default: return false;
	}
}

static uint8_t end_flags(struct view text)
{
	size_t at = text.n;
	/* A letter or a digit: most lines that are no prose. */
	if (at && (ascii_is_alpha(text.p[at - 1]) || ascii_is_digit(text.p[at - 1])))
		return 0;
	for (int skipped = 0; at && skipped < 4; skipped++) {
		size_t before = at;
		uint32_t c = utf8_prev(text, &at);
		if (closes(c) || is_space(c))
			continue;
		switch (c) {
		case '.':
			if (before >= 3 && memcmp(text.p + before - 3, "...", 3) == 0)
				return LINE_ELLIPSIS;
			return LINE_SENTENCE;
		case '!':
		case '?':
		case 0x3002:
		case 0xFF01:
		case 0xFF1F:
		case 0xFF0E:
		case 0xFF61:
		case 0x61F:
		case 0x6D4:
		case 0x964:
		case 0x965:
		case 0x589:
		case 0xF0D:
		case 0x104B:
		case 0x1362:
		case 0x17D4:
		case 0x17D5: return LINE_SENTENCE;
		case 0x2026: return LINE_ELLIPSIS;
		case ':':
		case 0xFF1A: return LINE_COLON;
		default: return 0;
		}
	}
	return 0;
}

/* Guillemets are quotation marks or arrows: "« Non », dit-il", »Nein«, ›Nein‹, »Nej», but "« Older posts", "» Home »
 * News", "‹ Zurück | Weiter ›". Quotations that begin with » have no space behind it; what is never closed is one when
 * it ends as a sentence does, and buttons stand between bars. */
static unsigned guillemet_flags(struct view text, uint32_t open, unsigned flags)
{
	bool left = open == 0xAB || open == 0x2039, single = open == 0x2039 || open == 0x203A;
	size_t size = single ? 3 : 2, closed = 0;
	const char *marks = single ? "\xE2\x80\xB9\xE2\x80\xBA" : "\xC2\xAB\xC2\xBB";
	struct view to_left = view_make(marks, size), to_right = view_make(marks + size, size),
		    rest = view_from(text, size);
	bool sentence = flags & (LINE_SENTENCE | LINE_PROSE);
	if (sentence)
		return LINE_QUOTED;
	closed = view_find(rest, to_right);
	if (!left && view_find(rest, to_left) < closed)
		closed = view_find(rest, to_left);
	if (closed == rest.n || (!left && rest.p[0] == ' ') || view_find_byte(rest, '|') < rest.n ||
		view_find(rest, VIEW(" \xC2\xB7 ")) < rest.n || view_find(rest, VIEW(" \xE2\x80\xA2 ")) < rest.n ||
		view_find(rest, VIEW(" / ")) < rest.n)
		return 0;
	return LINE_QUOTED | (left && closed + size == rest.n ? LINE_ARROWS : 0u);
}

static unsigned front_flags(struct view text, unsigned flags)
{
	size_t at = 0;
	if (ascii_is_alpha(text.p[0]) || ascii_is_digit(text.p[0]))
		return 0;
	uint32_t c = utf8_next(text, &at);
	switch (c) {
	case 0xAB:
	case 0xBB:
	case 0x2039:
	case 0x203A: return guillemet_flags(text, c, flags);
	/* Closed or not: of 490 lines in two sets of other extractors' texts that begin with one of these, close it
	 * never or behind two words and end as no sentence, two are furniture, the others code, headlines and products.
	 */
	case '"':
	case '\'':
	case 0x2018:
	case 0x201A:
	case 0x201C:
	case 0x201E:
	case 0x300C:
	case 0x300E: return LINE_QUOTED;
	case '*':
	case 0xB7:
	case 0x2022:
	case 0x25AA:
	case 0x25CF: return LINE_BULLET;
	default: return 0;
	}
}

static void read_flags(struct line *line)
{
	struct view text = line->text;
	line->flags = (uint16_t)(line->flags | end_flags(text));
	if (line->words >= PROSE_WORDS_BARE || (line->words >= PROSE_WORDS && (line->flags & LINE_SENTENCE)))
		line->flags |= LINE_PROSE;
	line->flags = (uint16_t)(line->flags | front_flags(text, line->flags));
}

void line_set(struct line *line, struct view text, struct view key, uint32_t words, unsigned flags)
{
	bool whole = text.n <= LIMIT_RULE_LINE_BYTES;
	char end;
	*line = (struct line){ .text = text, .key = key, .words = words };
	line->flags = (uint16_t)(flags | (whole ? LINE_WHOLE : 0));
	read_flags(line);
	line->core = whole ? text_core(key, &end) : key;
}

void line_read_plain(struct view text, const char *low, const struct text_kinds *kinds, struct line *line)
{
	size_t n = text.n <= LIMIT_RULE_LINE_BYTES ? text.n : KEY_PREFIX_BYTES;
	n -= low[n - 1] == ' ';
	line_set(line, text, view_make(low, n), 1 + kinds->spaces,
		(kinds->digits ? LINE_DIGITS : 0u) | (kinds->joints ? LINE_JOINTS : 0u));
}

/* Without a branch: sixteen bytes at a time. */
static bool has_digit(const char *p, size_t n)
{
	uint8_t digits = 0;
	for (size_t i = 0; i < n; i++)
		digits |= (uint8_t)((uint8_t)(p[i] - '0') < 10);
	return digits;
}

bool line_read(struct arena *arena, struct view text, struct line *line)
{
	text = line_trim(text);
	*line = (struct line){ .text = text };
	if (text.n == 0)
		return true;
	struct view part = text.n <= LIMIT_RULE_LINE_BYTES ? text : utf8_first(text, KEY_PREFIX_BYTES);
	char *key = arena_alloc(arena, part.n + LINE_SLACK);
	if (!key)
		return false;
	size_t n = text_fold(part, key);
	line_set(
		line, text, view_make(key, n), count_words(text), (has_digit(key, n) ? LINE_DIGITS : 0u) | LINE_JOINTS);
	return true;
}
