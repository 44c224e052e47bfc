/* A plain text -> blocks, lines, and what the rules say of each. */
#include "extract/line_memory.h"
#include "extract/line_model.h"
#include "extract/text_detect.h"
#include "extract/text_facts.h"
#include "extract/text_work.h"
#include "normalise/normalise.h"
#include "util/limits.h"

/* Cuts a date that stands glued in front of the first sentence off it: two blocks with the same place. */
static int split_leading_date(struct work *work, struct block *block, struct view *text)
{
	const struct rule *rule = work->rules->detectors[DETECT_LEADING_DATE];
	struct line line;
	struct date_found date;
	if (!rule || rule->off)
		return 0;
	if (!line_read(&work->page->arena, *text, &line))
		return page_full(work->page);
	if (!(line.flags & LINE_PROSE) || !detect_leading_date(work->rules, line.key, &date))
		return 0;
	/* The key of such a beginning has the bytes of the line, but for folded ones: count words instead. */
	size_t spaces = 1, end = 0;
	for (size_t i = 0; i < date.end; i++)
		spaces += line.key.p[i] == ' ';
	for (; end < line.text.n && spaces; end++)
		if (line.text.p[end] == ' ' && (end == 0 || line.text.p[end - 1] != ' '))
			spaces--;
	block->text = line_trim(view_first(line.text, end));
	block->cut = true;
	block->reason = rule->id;
	block->cut_kind = rule->kind;
	*text = line_trim(view_from(line.text, end));
	return fact_date(work->page, &date, false);
}

/* Lines and other breaks of a text, at most; @ret_odd: there may be breaks other than LF. */
static size_t count_breaks(struct view text, bool *ret_odd)
{
	size_t lines = 1, odd = 0;
	/* Counters of a byte, so that the compiler takes 16 or 32 bytes at a time. */
	for (size_t from = 0, to; from < text.n; from = to) {
		uint8_t breaks = 0, others = 0;
		to = from + 255 < text.n ? from + 255 : text.n;
		for (size_t i = from; i < to; i++) {
			unsigned char b = (unsigned char)text.p[i];
			breaks = (uint8_t)(breaks + (b == '\n'));
			others = (uint8_t)(others + ((b == 0x0B) | (b == 0x0C) | (b == 0x85) | ((b & 0xFE) == 0xA8)));
		}
		lines += breaks;
		odd += others;
	}
	*ret_odd = odd != 0;
	return lines + odd;
}

/* Length of the line break at @at that the normaliser writes as LF, other than LF itself: VT, FF, NEL, U+2028, U+2029.
 */
static size_t break_at(struct view text, size_t at)
{
	switch ((unsigned char)text.p[at]) {
	case 0x0B:
	case 0x0C: return 1;
	case 0xC2: return at + 1 < text.n && (unsigned char)text.p[at + 1] == 0x85 ? 2 : 0;
	case 0xE2:
		return at + 2 < text.n && (unsigned char)text.p[at + 1] == 0x80 &&
				       ((unsigned char)text.p[at + 2] & 0xFE) == 0xA8
			       ? 3
			       : 0;
	default: return 0;
	}
}

/* Cuts the first line off @rest, of a line that may hold such breaks. */
static struct view next_part(struct view *rest, bool odd)
{
	struct view part = *rest;
	for (size_t i = 0; i < rest->n && odd; i++) {
		size_t n = break_at(*rest, i);
		if (n) {
			part = view_first(*rest, i);
			*rest = view_from(*rest, i + n);
			return part;
		}
	}
	*rest = VIEW_NONE;
	return part;
}

/* One line of the text -> its block, and one for a date that stood glued before it. */
static int add_block(struct work *work, struct view text, bool gap, uint32_t at)
{
	struct page *page = work->page;
	struct block *block = &page->blocks[page->block_count];
	*block = (struct block){ .kind = BLOCK_LINE, .gap = gap, .at = at, .score = -1 };
	if (page->block_count == 0 && !page->options->no_rules) {
		int result = split_leading_date(work, block, &text);
		if (result)
			return result;
		if (block->cut)
			*(block = &page->blocks[++page->block_count]) =
				(struct block){ .kind = BLOCK_LINE, .at = at, .score = -1 };
	}
	block->text = text;
	page->block_count++;
	return 0;
}

/* page->utf8 -> page->blocks, one a line that is not blank. */
static int read_blocks(struct work *work)
{
	struct page *page = work->page;
	bool odd, gap = false;
	size_t room = count_breaks(page->utf8, &odd) + 1;
	struct view rest = page->utf8, line;
	if (room > LIMIT_LINES)
		return page_drop(page, GARNER_TOO_COMPLEX, "more than %d lines", LIMIT_LINES);
	page->block_count = 0;
	page->blocks = arena_calloc(&page->arena, room, sizeof(*page->blocks));
	if (!page->blocks)
		return page_full(page);
	/* The keeping profile writes them as they are. */
	odd = odd && page->options->profile != GARNER_PROFILE_KEEP;
	for (uint32_t at = 0; view_next_line(&rest, &line); at++) {
		do {
			struct view text = line_trim(next_part(&line, odd));
			int result = text.n ? add_block(work, text, gap, at) : 0;
			if (result)
				return result;
			gap = text.n == 0;
		} while (line.p);
	}
	return 0;
}

/* ---- what the rules say ---------------------------------------------------------------------- */

bool hits_note(void *user, const struct rule *rule)
{
	struct hits *hits = user;
	const struct rule **place = rule->near ? &hits->weak : rule->zone ? &hits->zoned : &hits->any;
	if (!*place)
		*place = rule;
	if (rule->takes_rest && !hits->rest)
		hits->rest = rule;
	/* A certain rule that holds everywhere needs no second opinion. */
	return !hits->any;
}

static void find_hits(struct work *work, const struct line *line, struct hits *hits)
{
	if (!(line->flags & LINE_WHOLE))
		return;
	rule_index_find(work->rules, work->matcher, line, hits_note, hits);
	for (int d = DETECT_SUM; d < DETECT_SCORER && !hits->any; d++) {
		const struct rule *rule = d == DETECT_LEADING_DATE ? NULL : work->rules->detectors[d];
		if (rule && !rule->off && line->words <= rule->words &&
			detect(work->rules, (enum rule_detector)d, line, NULL))
			hits_note(hits, rule);
	}
	const struct rule *repeated = work->rules->detectors[DETECT_REPEATED];
	if (work->rules->memory && !hits->any && repeated && !repeated->off && line->words <= repeated->words &&
		line_memory_repeats(work->rules->memory, work->host, line))
		hits_note(hits, repeated);
}

/* ASCII without controls and without spaces in a row: every profile writes it as it stands. */
static bool is_plain(struct view text)
{
	for (size_t from = 0, to; from < text.n; from = to) {
		uint8_t others = 0, runs = 0;
		to = from + 255 < text.n ? from + 255 : text.n;
		for (size_t i = from; i < to; i++)
			others = (uint8_t)(others + ((uint8_t)((unsigned char)text.p[i] - ' ') > '~' - ' '));
		for (size_t i = from ? from : 1; i < to; i++)
			runs = (uint8_t)(runs + ((text.p[i] == ' ') & (text.p[i - 1] == ' ')));
		if (others | runs)
			return false;
	}
	return true;
}

/* A line as it will be written: else cleaning what came out would see other lines. Nothing of it: invisible characters
 * alone. */
static int read_line(struct page *page, struct view text, struct line *line)
{
	bool plain;
	if (!line_read_plain(&page->arena, text, line, &plain))
		return page_full(page);
	if (plain)
		return 0;
	/* A short one was looked at. */
	bool long_and_plain = text.n > LIMIT_RULE_LINE_BYTES && text.n <= LIMIT_BODY_BYTES && is_plain(text);
	if (!long_and_plain && normalise_line(page->options->profile, &page->arena, text, LIMIT_BODY_BYTES, &text))
		return page_full(page);
	return line_read(&page->arena, text, line) ? 0 : page_full(page);
}

static void judge_line(struct work *work, size_t i)
{
	find_hits(work, &work->lines[i], &work->hits[i]);
	if (work->own)
		line_features_own(&work->lines[i], &work->hits[i], &work->model->odds, &work->own[i]);
	work->live[work->live_count++] = (uint32_t)i;
}

static int read_lines(struct work *work)
{
	struct page *page = work->page;
	size_t n = page->block_count, kept = 0;
	bool gap = false;
	work->lines = arena_alloc(&page->arena, (n + 1) * sizeof(*work->lines));
	work->hits = arena_calloc(&page->arena, n + 1, sizeof(*work->hits));
	work->live = arena_alloc(&page->arena, (n + 1) * sizeof(*work->live));
	if (work->model)
		work->own = arena_alloc(&page->arena, (n + 1) * sizeof(*work->own));
	if (!work->lines || !work->hits || !work->live || (work->model && !work->own))
		return page_full(page);
	for (size_t i = 0; i < n; i++) {
		int result = read_line(page, page->blocks[i].text, &work->lines[kept]);
		if (result)
			return result;
		gap |= page->blocks[i].gap || work->lines[kept].text.n == 0;
		if (work->lines[kept].text.n == 0)
			continue;
		if (kept < i)
			page->blocks[kept] = page->blocks[i];
		page->blocks[kept].gap = gap;
		gap = false;
		if (page->blocks[kept].cut)
			work->lines[kept] = (struct line){ 0 };
		else
			judge_line(work, kept);
		kept++;
	}
	page->block_count = kept;
	if (work->live_count)
		block_at(work, 0)->gap = false;
	return 0;
}

int work_read(struct work *work)
{
	if (work->rules->memory)
		work->host = line_memory_host(work->page->capture.url, work->page->capture.file);
	int result = read_blocks(work);
	return result || work->page->options->no_rules ? result : read_lines(work);
}
