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

static bool is_set_in(const struct block *block)
{
	static const char *const kinds[] = { "advertisement", "related", "photo", "player", "newsletter", "consent",
		"app", "follow", "navigation", "share" };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(block->cut_kind, kinds[i]) == 0)
			return true;
	return false;
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
	size_t reach = last, run = 0;
	for (size_t i = last + 1, list = 0; last && i < work->live_count && list <= SAID_LIST; i++) {
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
