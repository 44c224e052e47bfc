/* A plain text -> blocks, lines, and what the rules say of each. */
#include "extract/line_memory.h"
#include "extract/line_model.h"
#include "extract/text_detect.h"
#include "extract/text_dump.h"
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

/* Bytes of the line break that ends with @last, other than LF itself: VT, FF, NEL, U+2028, U+2029. The normaliser
 * writes each as LF. */
static size_t break_bytes(char last)
{
	unsigned char b = (unsigned char)last;
	return b < ' ' ? 1 : b == 0x85 ? 2 : 3;
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
	dump_see(work, text);
	page->block_count++;
	return 0;
}

/* The parts of the line from @from up to @to, between breaks other than LF. @gap: a blank line stands before; then,
 * whether the last part is blank. */
static int add_line(struct work *work, size_t from, size_t to, bool odd, bool *gap, uint32_t at)
{
	const char *text = work->map.text.p;
	for (bool more = true; more;) {
		size_t last = odd ? text_map_other(&work->map, from, to) : to, end = last;
		more = last < to;
		if (more)
			end = last + 1 - break_bytes(text[last]);
		struct view part = line_trim(view_make(text + from, end - from));
		int result = part.n ? add_block(work, part, *gap, at) : 0;
		if (result)
			return result;
		*gap = part.n == 0;
		from = last + 1;
	}
	return 0;
}

/* Lines are not joined, nor freed of marks. */
static bool is_left_alone(const struct page *page)
{
	return page->options->profile == GARNER_PROFILE_KEEP || page->options->no_rules;
}

/* page->utf8 -> page->blocks, one a line that is not blank. */
static int read_blocks(struct work *work)
{
	struct page *page = work->page;
	struct view text = page->utf8;
	if (!text_map_read(&page->arena, text, &work->map))
		return page_full(page);
	size_t breaks = work->map.breaks + work->map.others, room = breaks + 2;
	if (breaks + !view_ends(text, VIEW("\n")) > LIMIT_LINES)
		return page_drop(page, GARNER_TOO_COMPLEX, "more than %d lines", LIMIT_LINES);
	page->block_count = 0;
	page->blocks = arena_alloc(&page->arena, room * sizeof(*page->blocks));
	if (!page->blocks)
		return page_full(page);
	/* The keeping profile writes them as they are. */
	bool odd = work->map.others && page->options->profile != GARNER_PROFILE_KEEP, gap = false;
	uint32_t at = 0;
	for (size_t from = 0, end; from < text.n; from = end + 1, at++) {
		end = text_map_break(&work->map, from);
		size_t to = end > from && text.p[end - 1] == '\r' ? end - 1 : end;
		int result = add_line(work, from, to, odd, &gap, at);
		if (result)
			return result;
	}
	return is_left_alone(page) || page->block_count == 0 ? 0 : dump_read(work);
}

/* ---- what the rules say ---------------------------------------------------------------------- */

/* Where @rule stands when it is found; NULL: it cuts nothing itself, such a line alone is not even weak: "Discussion"
 * heads a chapter, too. */
static const struct rule **place_of(struct hits *hits, const struct rule *rule)
{
	if (rule->takes_section || (rule->takes_rest && rule->near))
		return NULL;
	if (rule->near)
		return &hits->weak;
	if (!rule->zone)
		return &hits->any;
	return hits->zoned && hits->zoned->zone != rule->zone ? &hits->other : &hits->zoned;
}

bool hits_note(void *user, const struct rule *rule)
{
	struct hits *hits = user;
	if (rule->marks_comment) {
		hits->comment = true;
		return true;
	}
	if (rule->takes_rest && !hits->rest)
		hits->rest = rule;
	if (rule->takes_section && !hits->section)
		hits->section = rule;
	const struct rule **place = place_of(hits, rule);
	if (place && !*place)
		*place = rule;
	return true;
}

/* The line that is judged. */
struct judged {
	struct work *work;
	size_t at;
};

/* Its row is made when something is found: of ten lines one has any. */
static bool note(void *user, const struct rule *rule)
{
	const struct judged *judged = user;
	struct work *work = judged->work;
	uint32_t *row = &work->rows[judged->at];
	if (*row == 0) {
		*row = ++work->row_count;
		work->hits[*row] = (struct hits){ 0 };
	}
	return hits_note(&work->hits[*row], rule);
}

/* What is certain everywhere leaves nothing to the zones and neighbours. */
static bool asks(void *user, const struct rule *rule)
{
	const struct judged *judged = user;
	struct hits hits = *hits_of(judged->work, judged->at);
	if (rule->marks_comment)
		return !hits.comment;
	if ((rule->takes_rest && !hits.rest) || (rule->takes_section && !hits.section))
		return true;
	const struct rule **place = place_of(&hits, rule);
	return place && !*place && !hits.any;
}

static bool is_asked(const struct work *work, const struct line *line, enum rule_detector d)
{
	const struct rule *rule = work->rules->detectors[d];
	return rule && !rule->off && line->words <= rule->words;
}

/* A rule that is certain everywhere has the line: nothing more need be asked. */
static bool is_settled(const struct judged *judged)
{
	return hits_of(judged->work, judged->at)->any != NULL;
}

/* @d found it. True: it is settled. */
static bool settles(struct judged *judged, enum rule_detector d)
{
	note(judged, judged->work->rules->detectors[d]);
	return is_settled(judged);
}

static void detect_hits(struct judged *judged)
{
	struct date_found date;
	const struct work *work = judged->work;
	const struct rules *rules = work->rules;
	const struct line *line = &work->lines[judged->at];
	if (!(line->flags & LINE_WHOLE) || is_settled(judged))
		return;
	if (is_asked(work, line, DETECT_SUM) && detect_sum(rules, line->key) && settles(judged, DETECT_SUM))
		return;
	if (line->flags & LINE_DIGITS) {
		bool asked = is_asked(work, line, DETECT_DATE), found = asked && detect_date(rules, line->key, &date);
		if (found && settles(judged, DETECT_DATE))
			return;
		/* What is no date has no stamp either. */
		if ((found || !asked) && is_asked(work, line, DETECT_STAMP) && detect_stamp(rules, line->key, &date) &&
			settles(judged, DETECT_STAMP))
			return;
	}
	if (line->flags & LINE_JOINTS && is_asked(work, line, DETECT_GLUED) && detect_glued(line->text) &&
		settles(judged, DETECT_GLUED))
		return;
	if (rules->memory && is_asked(work, line, DETECT_REPEATED) &&
		line_memory_repeats(rules->memory, work->host, line))
		note(judged, rules->detectors[DETECT_REPEATED]);
}

/* A line that does not stand so in the text, or of which the normaliser may change more. */
static int read_made(struct work *work, struct view text, struct line *line)
{
	struct page *page = work->page;
	if (normalise_line(page->options->profile, &page->arena, text, LIMIT_BODY_BYTES, &text))
		return page_full(page);
	return line_read(&page->arena, text, line) ? 0 : page_full(page);
}

/* A line as it will be written: else cleaning what came out would see other lines. Nothing of it: invisible characters
 * alone. ASCII without controls and without spaces in a row is written as it stands by every profile. */
static int read_line(struct work *work, struct view text, struct line *line)
{
	struct page *page = work->page;
	size_t from = (size_t)((uintptr_t)text.p - (uintptr_t)work->map.text.p);
	if (from >= work->map.text.n)
		return read_made(work, text, line);
	struct text_kinds kinds = text_map_kinds(&work->map, from, from + text.n);
	if (!kinds.rough && !kinds.twins && text.n <= LIMIT_BODY_BYTES) {
		line_read_plain(text, work->map.low + from, &kinds, line);
		return 0;
	}
	if (!kinds.twins && text.n <= LIMIT_BODY_BYTES &&
		line_read_settled(&work->map, text, &kinds, page->options->profile, &page->arena, line))
		return 0;
	return read_made(work, text, line);
}

/* What no line has need not be looked for in pass after pass. */
static void note_sorts(struct work *work, size_t place)
{
	if (work->rows[work->live[place].at] == 0)
		return;
	const struct hits *hits = hits_at(work, place);
	unsigned bits = hit_bits(hits);
	work->live[place].hits = (uint16_t)bits;
	work->sorts |= bits;
	work->heads |= (hits->any && hits->any->takes_headlines) || (hits->zoned && hits->zoned->takes_headlines);
}

/* Step by step for all lines: what one step needs of code and tables stays near. */
static void judge_lines(struct work *work)
{
	static const struct rule_asker asker = { note, asks };
	for (size_t i = 0; i < work->live_count; i++) {
		struct judged judged = { work, work->live[i].at };
		rule_index_find(work->rules, work->matcher, line_at(work, i), &asker, &judged);
	}
	for (size_t i = 0; i < work->live_count; i++) {
		struct judged judged = { work, work->live[i].at };
		detect_hits(&judged);
		note_sorts(work, i);
	}
	for (size_t i = 0; work->own && i < work->live_count; i++)
		line_features_own(line_at(work, i), hits_at(work, i), &work->model->odds, &work->own[work->live[i].at]);
}

static int read_lines(struct work *work)
{
	struct page *page = work->page;
	size_t n = page->block_count, kept = 0;
	bool gap = false;
	work->lines = arena_alloc(&page->arena, (n + 1) * sizeof(*work->lines));
	work->hits = arena_alloc(&page->arena, (n + 1) * sizeof(*work->hits));
	work->rows = arena_calloc(&page->arena, n + 1, sizeof(*work->rows));
	work->live = arena_alloc(&page->arena, (n + 1) * sizeof(*work->live));
	if (work->model)
		work->own = arena_alloc(&page->arena, (n + 1) * sizeof(*work->own));
	if (!work->lines || !work->hits || !work->rows || !work->live || (work->model && !work->own))
		return page_full(page);
	work->hits[0] = (struct hits){ 0 };
	for (size_t i = 0; i < n; i++) {
		int result = read_line(work, page->blocks[i].text, &work->lines[kept]);
		if (result)
			return result;
		gap |= page->blocks[i].gap || work->lines[kept].text.n == 0;
		if (work->lines[kept].text.n == 0)
			continue;
		if (kept < i)
			page->blocks[kept] = page->blocks[i];
		page->blocks[kept].gap = gap;
		gap = false;
		if (!page->blocks[kept].cut)
			live_add(work, kept);
		else if (!work->as_written)
			work->lines[kept] = (struct line){ 0 };
		kept++;
	}
	page->block_count = kept;
	judge_lines(work);
	if (work->own)
		line_hash_cores(work->lines, work->own, kept);
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

int work_read_again(struct work *work, bool *ret)
{
	size_t before = work->dumped;
	*ret = false;
	if (is_left_alone(work->page) || work->live_count == 0 || !dump_is_asked(work))
		return 0;
	for (size_t i = 0; i < work->live_count; i++)
		block_at(work, i)->text = line_at(work, i)->text;
	int result = dump_read(work);
	*ret = work->dumped > before;
	if (result || !*ret)
		return result;
	work->live_count = 0;
	work->row_count = 0;
	work->sorts = 0;
	work->heads = false;
	return read_lines(work);
}
