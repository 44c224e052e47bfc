#include "extract/text_next.h"

#include <string.h>

static bool is_hit(const struct work *work, size_t place)
{
	return (work->live[place].hits & (HIT_ANY | HIT_ZONED | HIT_WEAK)) != 0;
}

/* ---- the next article ------------------------------------------------------------------------------------ */

static bool has_digit(struct view text)
{
	bool found = false;
	for (size_t i = 0; i < text.n; i++)
		found |= ascii_is_digit(text.p[i]);
	return found;
}

/* A byline or a date's label. The date itself, said again, is that of the same article: in a quotation, a list of
 * cards, a note on the author. */
static bool is_masthead(const struct work *work, size_t place)
{
	const struct hits *hits = hits_at(work, place);
	const struct rule *rule = hits->any ? hits->any : hits->zoned ? hits->zoned : hits->weak;
	return rule &&
	       (rule->zone == ZONE_HEAD || strcmp(rule->kind, "byline") == 0 || strcmp(rule->kind, "date") == 0) &&
	       !has_digit(line_at(work, place)->core);
}

/* The lines over the text: those before NEXT_HEAD_PROSE words of prose. */
static size_t head_end(const struct work *work)
{
	uint64_t prose = 0;
	size_t i = 0;
	for (; i < work->live_count && i < NEXT_HEAD_LINES && prose < NEXT_HEAD_PROSE; i++)
		prose += prose_words(work, i);
	return i;
}

/* A masthead stands over the text: a lead at most before it. */
static bool is_over_text(const struct work *work, size_t place)
{
	size_t prose = 0;
	for (size_t i = 0; i < place; i++)
		prose += is_prose(work, i);
	return prose <= 1;
}

/* The first line of the head from @from on that reads as the one at @place, or @end. */
static size_t same_in_head(const struct work *work, size_t from, size_t end, size_t place)
{
	while (from < end && !view_eq(line_at(work, from)->core, line_at(work, place)->core))
		from++;
	return from;
}

/* The line at @place stands in the head before it too, and so does one of the next lines, further down. */
static bool comes_again(const struct work *work, size_t place, size_t end)
{
	size_t first = is_hit(work, place) && is_masthead(work, place) ? same_in_head(work, 0, end, place) : end;
	if (first == end || first >= place || !is_over_text(work, first))
		return false;
	for (size_t i = place + 1; i < work->live_count && i <= place + NEXT_NEAR; i++)
		if (!view_eq(line_at(work, i)->core, line_at(work, place)->core) &&
			same_in_head(work, first + 1, end, i) < end)
			return true;
	return false;
}

/* Above the masthead: a lead, above it a headline. */
static size_t with_headline(const struct work *work, size_t place)
{
	size_t lead = place;
	if (lead && is_prose(work, lead - 1) && line_at(work, lead - 1)->words <= NEXT_LEAD_WORDS)
		lead--;
	return lead && !is_prose(work, lead - 1) ? lead - 1 : place;
}

size_t next_find(const struct work *work)
{
	size_t end = head_end(work);
	uint64_t prose = 0;
	for (size_t i = 0; i < work->live_count; i++) {
		/* Soon after the first one, it is that of a card of a list. */
		if (comes_again(work, i, end))
			return prose >= NEXT_PROSE ? with_headline(work, i) : work->live_count;
		prose += prose_words(work, i);
	}
	return work->live_count;
}

/* ---- teasers --------------------------------------------------------------------------------------------- */

static bool is_head(const struct line *line)
{
	enum { HEAD_WORDS = 4, HEAD_WORDS_MAX = 25, NONE = LINE_PROSE | LINE_COLON | LINE_BULLET | LINE_SENTENCE };
	return !(line->flags & NONE) && line->words >= HEAD_WORDS && line->words <= HEAD_WORDS_MAX;
}

static bool is_teaser(const struct work *work, size_t place)
{
	const struct line *line = line_at(work, place);
	return (line->flags & LINE_PROSE) && !(line->flags & LINE_BULLET) && line->words <= TEASER_WORDS_MAX &&
	       is_head(line_at(work, place - 1));
}

struct teasers {
	size_t from, count;
	uint64_t heads, words;
};

/* The pairs before @end. */
static struct teasers walk_back(const struct work *work, size_t end)
{
	struct teasers found = { .from = end };
	while (found.from >= 2 && is_teaser(work, found.from - 1)) {
		found.heads += line_at(work, found.from - 2)->words;
		found.words += line_at(work, found.from - 1)->words;
		found.count++;
		found.from -= 2;
	}
	return found;
}

/* Longer heads and shorter paragraphs than the text's? */
static bool is_list(const struct work *work, const struct teasers *found)
{
	uint64_t prose = 0, count = 0;
	if (found->count < TEASERS || found->heads < found->count * TEASER_HEAD ||
		found->words > found->count * TEASER_WORDS)
		return false;
	for (size_t i = 0; i < found->from; i++)
		if (is_prose(work, i)) {
			prose += work->live[i].words;
			count++;
		}
	return prose >= NEXT_PROSE && found->words * 2 * count <= prose * found->count;
}

size_t teasers_find(const struct work *work)
{
	size_t n = work->live_count, end = n;
	while (end && n - end < TEASER_REST && !is_prose(work, end - 1))
		end--;
	if (end && !is_prose(work, end - 1))
		return n;
	struct teasers found = walk_back(work, end);
	return is_list(work, &found) ? found.from : n;
}

/* ---- excerpts -------------------------------------------------------------------------------------------- */

/* Data and code are no language. */
static bool is_code(struct view text)
{
	uint8_t marks = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		marks |= (uint8_t)((c == '{') | (c == '}') | (c == '<') | (c == '>') | (c == '=') | (c == ';') |
				   (c == '|') | (c == '\\'));
	}
	return marks || (text.p[0] >= 'a' && text.p[0] <= 'z');
}

/* The beginning of another text, which ends where there was no more room. */
static bool is_cut_off(const struct line *line)
{
	enum { NO_END = LINE_PROSE | LINE_SENTENCE | LINE_COLON };
	return line->flags & LINE_ELLIPSIS || (!(line->flags & NO_END) && line->words >= EXCERPT_OPEN_WORDS);
}

static bool is_excerpt(const struct work *work, size_t place)
{
	const struct line *line = line_at(work, place);
	if (is_hit(work, place) || line->flags & LINE_BULLET || line->words < EXCERPT_WORDS_MIN ||
		line->words > EXCERPT_WORDS_MAX)
		return false;
	return is_cut_off(line) ? !is_code(line->text) : is_prose(work, place);
}

static bool is_excerpt_head(const struct work *work, size_t place)
{
	enum { HEAD_WORDS = 3, HEAD_WORDS_MAX = 25 };
	const struct line *line = line_at(work, place);
	return !is_hit(work, place) && !(line->flags & (LINE_PROSE | LINE_COLON | LINE_BULLET)) &&
	       line->words >= HEAD_WORDS && line->words <= HEAD_WORDS_MAX && !is_code(line->text);
}

/* The first headline over the excerpt at @place, with the short lines between (a date, a label), or @place: none.
 * *@ret_before: the line before all of them. */
static size_t over_excerpt(const struct work *work, size_t place, size_t *ret_before)
{
	size_t head = place, i = place;
	for (; i && place - i < EXCERPT_LINES && !is_prose(work, i - 1) && !is_excerpt(work, i - 1); i--)
		if (is_excerpt_head(work, i - 1))
			head = i - 1;
	*ret_before = i;
	return head;
}

/* The list that ends with the excerpt at @place: where it begins, or live_count. */
static size_t excerpts_to(const struct work *work, size_t place)
{
	size_t from = work->live_count, count = 0, open = 0, before;
	for (;; place = before - 1) {
		size_t head = over_excerpt(work, place, &before);
		if (head == place)
			break;
		from = head;
		count++;
		open += is_cut_off(line_at(work, place));
		if (!before || !is_excerpt(work, before - 1))
			break;
	}
	return count >= TEASERS && open * 3 >= count * 2 ? from : work->live_count;
}

size_t excerpts_find(const struct work *work)
{
	size_t n = work->live_count;
	uint64_t behind = 0, prose = 0;
	for (size_t i = n; i-- > 1 && behind <= EXCERPT_REST;) {
		size_t from = is_excerpt(work, i) ? excerpts_to(work, i) : n;
		if (from < n) {
			for (size_t k = 0; k < from; k++)
				prose += prose_words(work, k);
			return prose >= NEXT_PROSE ? from : n;
		}
		behind += is_hit(work, i) ? 0 : work->live[i].words;
	}
	return n;
}

/* ---- menu ------------------------------------------------------------------------------------------------ */

size_t menu_lines(const struct work *work)
{
	uint64_t words = 0, prose = 0;
	size_t first = work->first_prose;
	if (first == work->live_count || first < MENU_LINES)
		return 0;
	for (size_t i = 0; i < first; i++)
		words += work->live[i].words;
	for (size_t i = first; i < work->live_count; i++)
		prose += prose_words(work, i);
	return words <= first * MENU_WORDS && prose >= NEXT_PROSE ? first - MENU_REST : 0;
}
