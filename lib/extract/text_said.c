#include "extract/text_said.h"

#include "util/utf8.h"

static bool is_closing_quote(uint32_t c)
{
	switch (c) {
	case '"':
	case '\'':
	case 0xAB:
	case 0xBB:
	case 0x2018:
	case 0x2019:
	case 0x201C:
	case 0x201D:
	case 0x203A:
	case 0x300D:
	case 0x300F: return true;
	default: return false;
	}
}

uint32_t line_last_point(struct view text)
{
	size_t at = text.n;
	return utf8_prev(text, &at);
}

bool line_is_said(const struct line *line)
{
	size_t at = 0;
	if (line->flags & (LINE_ELLIPSIS | LINE_BULLET))
		return false;
	uint32_t first = utf8_next(line->text, &at), last = line_last_point(line->text);
	if ((line->flags & LINE_QUOTED) && ((line->flags & LINE_SENTENCE) || is_closing_quote(last)))
		return true;
	if ((first == '-' || first == 0x2013 || first == 0x2014) && at < line->text.n && line->text.p[at] == ' ')
		return true;
	return (line->flags & LINE_SENTENCE) && last != '?' && last != '!' && last != 0xFF1F && last != 0xFF01;
}

bool line_holds_headline(const struct line *line)
{
	enum { HEADLINE_BYTES = 8 };
	for (size_t i = 0; i + HEADLINE_BYTES < line->core.n; i++)
		if (line->core.p[i] == ':' || line->core.p[i] == '|' || line->core.p[i] == '>')
			return true;
	return false;
}

bool line_is_tick(const struct line *line)
{
	struct view text = line->key;
	size_t at = 0;
	while (at < text.n && ascii_is_digit(text.p[at]))
		at++;
	return (at == 1 || at == 2) && text.n == at + 3 && strchr(":.h", text.p[at]) &&
	       ascii_is_digit(text.p[at + 1]) && ascii_is_digit(text.p[at + 2]);
}

static bool is_set_in(const struct block *block)
{
	static const char *const kinds[] = { "advertisement", "related", "photo", "player", "newsletter", "consent",
		"app", "follow", "navigation", "share" };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(block->cut_kind, kinds[i]) == 0)
			return true;
	return false;
}

/* "Zuschauer: 1.240", "10.00 Opening and brass band", "- 200 g of flour": a row of a table or a list, which names and
 * buttons are not. */
static bool is_row(const struct work *work, size_t place)
{
	enum { ROW_WORDS = 16 };
	const struct line *line = line_at(work, place);
	const struct hits *hits = hits_at(work, place);
	if (hits->any || hits->zoned || hits->weak || is_cut(work, place) || line->flags & (LINE_COLON | LINE_PROSE) ||
		line->words > ROW_WORDS)
		return false;
	return line->flags & (LINE_DIGITS | LINE_BULLET) || line_holds_headline(line);
}

/* "References", "What you need:" */
static bool is_row_head(const struct work *work, size_t place)
{
	const struct line *line = line_at(work, place);
	const struct hits *hits = hits_at(work, place);
	return !hits->any && !hits->zoned && !hits->weak && !is_cut(work, place) &&
	       !(line->flags & (LINE_PROSE | LINE_BULLET)) && line->words <= SAID_WORDS;
}

static size_t rows_from(const struct work *work, size_t place)
{
	while (place < work->live_count && is_row(work, place))
		place++;
	return place;
}

/* Behind the rows that follow the last prose at @last, two or more, or a head and three. */
static size_t rows_end(const struct work *work, size_t last)
{
	enum { FEWEST = 2, FEWEST_HEADED = 3 };
	size_t end = rows_from(work, last + 1);
	if (end - last - 1 >= FEWEST)
		return end;
	end = last + 2 < work->live_count && is_row_head(work, last + 1) ? rows_from(work, last + 2) : last;
	return end > last + 1 + FEWEST_HEADED ? end : last + 1;
}

/* Nothing of a text: a teaser's sentence, a headline. */
static bool ends_it(const struct line *line, bool said)
{
	if (line->flags & LINE_PROSE)
		return !said || !is_closing_quote(line_last_point(line->text));
	return !said && line->words > SAID_WORDS && !(line->flags & (LINE_COLON | LINE_SENTENCE));
}

size_t said_reach(const struct work *work, const struct line_scores *scores, int64_t title, size_t last)
{
	size_t reach = last ? rows_end(work, last) - 1 : 0, run = 0;
	for (size_t i = reach + 1, list = 0; last && i < work->live_count && list <= SAID_LIST; i++) {
		const struct block *block = block_at(work, i);
		const struct line *line = line_at(work, i);
		if (block->cut && !is_set_in(block))
			break;
		run = block->cut ? run + 1 : 0;
		if (run > SAID_SET_IN)
			break;
		if (block->cut)
			continue;
		bool said = line_is_said(line);
		if (line_goes(scores, title, i) && ends_it(line, said))
			break;
		list = said || !line_goes(scores, title, i) ? 0 : list + 1;
		reach = said ? i : reach;
	}
	return reach;
}
