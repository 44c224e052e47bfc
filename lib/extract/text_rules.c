#include "extract/text_rules.h"

#include <errno.h>
#include <stdlib.h>
#include "extract/text_dump.h"
#include "extract/text_facts.h"
#include "extract/line_model.h"
#include "extract/text_next.h"
#include "extract/text_passage.h"
#include "extract/text_said.h"
#include "extract/text_section.h"
#include "extract/text_title.h"
#include "extract/text_work.h"
#include "util/limits.h"

/* One worker's. */
struct state {
	struct rules *rules;
	struct matcher *matcher;
	struct line_tables tables;
};

static int state_open(const struct engine *engine, void **ret_state, struct error *error)
{
	struct state *state = calloc(1, sizeof(*state));
	if (state)
		state->matcher = matcher_new();
	if (!state || !state->matcher) {
		free(state);
		return error_set(error, -ENOMEM, "no memory for matching rules");
	}
	state->rules = engine->rules;
	*ret_state = state;
	return 0;
}

static void state_close(void *arg)
{
	struct state *state = arg;
	if (state)
		matcher_free(state->matcher);
	free(state);
}

/* ---- one pass ---------------------------------------------------------------------------------- */

void work_find_prose(struct work *work)
{
	size_t n = work->live_count, first = 0, last = n;
	while (first < n && (!is_unknown_prose(work, first) || title_asks(work, first)))
		first++;
	while (last && !is_unknown_prose(work, last - 1))
		last--;
	work->first_prose = first;
	work->last_prose = last ? last - 1 : n;
}

/* Without any prose the whole text is head and tail. */
static bool in_zone(const struct work *work, size_t place, const struct rule *rule)
{
	if (rule->zone == ZONE_ANY || work->first_prose == work->live_count)
		return true;
	return rule->zone == ZONE_HEAD ? place < work->first_prose : place > work->last_prose;
}

int work_cut(struct work *work, size_t place, const struct rule *rule)
{
	struct block *block = block_at(work, place);
	if (is_cut(work, place))
		return 0;
	work->cut_count++;
	work->live[place].hits |= HIT_CUT;
	block->cut = true;
	block->reason = rule->id;
	block->cut_kind = rule->kind;
	return fact_of_rule(work->page, work->rules, work->matcher, rule, line_at(work, place));
}

static int cut_certain(struct work *work)
{
	for (size_t i = 0; i < work->live_count && work->sorts & (HIT_ANY | HIT_ZONED); i++) {
		if (!(work->live[i].hits & (HIT_ANY | HIT_ZONED)))
			continue;
		const struct hits *hits = hits_at(work, i);
		const struct rule *rule = hits->any;
		if (!rule && hits->zoned && in_zone(work, i, hits->zoned))
			rule = hits->zoned;
		if (!rule && hits->other && in_zone(work, i, hits->other))
			rule = hits->other;
		int result = rule ? work_cut(work, i, rule) : 0;
		if (result)
			return result;
	}
	return 0;
}

/* A bare headline: what stands under "Read more". */
static bool is_headline(const struct line *line)
{
	enum { HEADLINE_WORDS = 25 };
	return !(line->flags & (LINE_PROSE | LINE_COLON)) && line->words <= HEADLINE_WORDS;
}

static bool is_bare(const struct work *work, size_t place)
{
	enum { LEAST_WORDS = 3 };
	const struct line *line = line_at(work, place);
	return is_headline(line) && line->words >= LEAST_WORDS && !(line->flags & (LINE_SENTENCE | LINE_BULLET));
}

/* "Read More:" behind the last prose takes the headlines below it, up to the first line that is none. One that holds
 * its headline itself takes no other. */
static int cut_headlines(struct work *work)
{
	size_t from = work->first_prose == work->live_count ? work->live_count : work->last_prose + 1;
	const struct rule *taker = NULL;
	for (size_t i = from; i < work->live_count; i++) {
		const struct rule *rule = hits_at(work, i)->any ? hits_at(work, i)->any : hits_at(work, i)->zoned;
		if (is_cut(work, i)) {
			if (strcmp(block_at(work, i)->cut_kind, "advertisement") == 0)
				taker = NULL;
			else if (rule && rule->takes_headlines)
				taker = line_holds_headline(line_at(work, i)) ? NULL : rule;
			continue;
		}
		if (!is_headline(line_at(work, i)) || line_is_said(line_at(work, i)))
			taker = NULL;
		int result = taker ? work_cut(work, i, taker) : 0;
		if (result)
			return result;
	}
	return 0;
}

/* Furniture stands behind it as before it. */
static bool is_alone(const struct work *work, size_t place)
{
	return place > work->first_prose && place + 1 < work->last_prose && is_bare(work, place) &&
	       !is_cut(work, place) && is_cut(work, place + 1);
}

/* Within the text such a head stands over headlines between two paragraphs: two or more without bullets, and then
 * prose. One alone may head what follows, unless furniture does; what has bullets is sooner a list of the text. One
 * that holds its headline takes no other here, either. */
static int cut_headlines_within(struct work *work)
{
	enum { FEWEST = 2, MOST = 8 };
	for (size_t i = 0; i < work->last_prose && work->last_prose < work->live_count; i++) {
		const struct rule *rule = hits_at(work, i)->any ? hits_at(work, i)->any : hits_at(work, i)->zoned;
		size_t end = i + 1;
		if (!rule || !rule->takes_headlines || line_holds_headline(line_at(work, i)))
			continue;
		while (end < work->last_prose && is_bare(work, end))
			end++;
		if (is_alone(work, i + 1))
			end = i + 2;
		else if (end - i - 1 < FEWEST || end - i - 1 > MOST || !(line_at(work, end)->flags & LINE_PROSE))
			continue;
		for (size_t k = i; k < end; k++) {
			int result = work_cut(work, k, rule);
			if (result)
				return result;
		}
		i = end - 1;
	}
	return 0;
}

/* The head of a comment section, behind enough prose, takes all that follows. On development pages 76 articles have
 * one, with 39,000 words of comments behind it and 600 of the articles. Where so little
 * stands before it, what stands behind is the text: a forum. */
static int cut_rest(struct work *work)
{
	enum { WORDS_BEFORE = 100, TIMES = 20 };
	uint64_t prose = 0, words = 0, all = 0;
	size_t i = 0;
	for (size_t k = 0; k < work->live_count; k++)
		all += work->live[k].words;
	for (; i < work->live_count; i++) {
		if (prose >= WORDS_BEFORE && section_takes_rest(work, i))
			break;
		words += work->live[i].words;
		prose += prose_words(work, i);
	}
	int result = 0;
	const struct rule *taker = i < work->live_count && all <= words * TIMES ? hits_at(work, i)->rest : NULL;
	for (; taker && i < work->live_count && result == 0; i++)
		result = work_cut(work, i, taker);
	return result;
}

/* "Related articles" and "About the author" behind the text take what they head: .07 of it is text. */
static int cut_sections(struct work *work)
{
	const struct rule *rule;
	struct section_walk walk = section_walk(work);
	for (size_t end; section_next(work, &walk, &rule, &end);)
		/* The words of what goes count as before: each section is looked at as if it were the only one. */
		for (size_t i = walk.place; i < end; i++) {
			int result = work_cut(work, i, rule);
			if (result)
				return result;
			section_walk_line(work, &walk);
		}
	return 0;
}

/* Weak lines within reach of a cut one, forwards and backwards; those that go carry the reach on. */
static int cut_weak(struct work *work)
{
	if (work->cut_count == 0)
		return 0;
	for (int sweep = 0; sweep < 3; sweep++) {
		size_t last = SIZE_MAX;
		for (size_t k = 0; k < work->live_count; k++) {
			size_t i = sweep == 1 ? work->live_count - 1 - k : k;
			if (!(work->live[i].hits & (HIT_WEAK | HIT_CUT)))
				continue;
			const struct rule *rule = hits_at(work, i)->weak;
			if (!is_cut(work, i) && last != SIZE_MAX && in_zone(work, i, rule) &&
				(last > i ? last - i : i - last) <= rule->near) {
				int result = work_cut(work, i, rule);
				if (result)
					return result;
			}
			if (is_cut(work, i))
				last = i;
		}
	}
	return 0;
}

/* Lines that were cut leave; the gap before them stays with the next one. Returns how many left. */
static size_t settle(struct work *work)
{
	size_t kept = 0, before = work->live_count;
	bool gap = false;
	for (size_t i = 0; i < before && work->cut_count; i++) {
		struct block *block = block_at(work, i);
		gap |= block->gap;
		if (block->cut)
			continue;
		block->gap = gap;
		gap = false;
		work->live[kept++] = work->live[i];
	}
	if (work->cut_count)
		work->live_count = kept;
	if (work->live_count)
		block_at(work, 0)->gap = false;
	return before - work->live_count;
}

/* ---- passes ------------------------------------------------------------------------------------ */

/* What stands there twice, when all else is decided: nothing must go because of a line that goes as well. */
static int cut_passages(struct work *work)
{
	const struct rule *rule = work->rules->detectors[DETECT_PASSAGE];
	bool *again;
	if (!rule || rule->off || work->cut_count)
		return 0;
	int result = passage_find(work, &again);
	for (size_t i = 0; i < work->live_count && result == 0 && again; i++)
		if (again[i])
			result = work_cut(work, i, rule);
	return result;
}

static int cut_lines(struct work *work, size_t place, size_t end, enum rule_detector detector)
{
	const struct rule *rule = work->rules->detectors[detector];
	int result = 0;
	for (; rule && !rule->off && place < end && result == 0; place++)
		result = work_cut(work, place, rule);
	return result;
}

/* What stands over and behind the text without a head that names it. */
static int cut_around(struct work *work)
{
	size_t n = work->live_count;
	int result = cut_lines(work, 0, menu_lines(work), DETECT_MENU);
	if (result == 0)
		result = cut_lines(work, next_find(work), n, DETECT_NEXT);
	if (result == 0)
		result = cut_lines(work, teasers_find(work), n, DETECT_TEASERS);
	return result ? result : cut_lines(work, excerpts_find(work), n, DETECT_TEASERS);
}

static int run_pass(struct work *work)
{
	const struct rule *scorer = work->rules->detectors[DETECT_SCORER];
	bool score = work->model && scorer && !scorer->off && work->live_count;
	struct line_scores scores = { 0 };
	work->cut_count = 0;
	work_find_prose(work);
	int result = score ? line_model_run(work->model, work, &scores) : 0;
	if (result == 0)
		result = cut_certain(work);
	if (result == 0 && work->sorts & HIT_REST)
		result = cut_rest(work);
	if (result == 0 && work->sorts & HIT_SECTION)
		result = cut_sections(work);
	if (result == 0 && work->heads)
		result = cut_headlines(work);
	if (result == 0 && work->heads)
		result = cut_headlines_within(work);
	if (result == 0)
		result = cut_around(work);
	if (result == 0 && score)
		result = cut_scored(work, &scores);
	if (result == 0 && work->sorts & HIT_WEAK)
		result = cut_weak(work);
	return result ? result : cut_passages(work);
}

/* Until nothing more goes: so cleaning what came out changes nothing. */
static int run_passes(struct work *work)
{
	do {
		work->changed = false;
		int result = run_pass(work);
		if (result)
			return result;
	} while (settle(work) || work->changed);
	return 0;
}

enum { LEFT_PERCENT = 25, LOSS_WORDS_MIN = 50 };

/* Every line is text again, but for the date that stood glued before the first. */
static void restore(struct work *work)
{
	struct page *page = work->page;
	bool gap = false;
	work->live_count = 0;
	for (size_t i = 0; i < page->block_count; i++) {
		struct block *block = &page->blocks[i];
		gap |= block->gap;
		if (!work->lines[i].text.n)
			continue;
		block->cut = false;
		block->reason = block->cut_kind = NULL;
		block->gap = gap && work->live_count;
		gap = false;
		live_add(work, i);
	}
}

/* A document that would lose all its words keeps them, one that loses most of them says so: the rules may not be made
 * for it. */
static void weigh_loss(struct work *work)
{
	uint64_t all = 0, left = 0;
	for (size_t i = 0; i < work->page->block_count; i++)
		all += work->lines[i].words;
	for (size_t i = 0; i < work->live_count; i++)
		left += work->live[i].words;
	if (all < LOSS_WORDS_MIN || left * 100 >= all * LEFT_PERCENT)
		return;
	page_note(work->page,
		left ? "cleaning left %llu of %llu words"
		     : "cleaning would have left %llu of %llu words: nothing was cut",
		(unsigned long long)left, (unsigned long long)all);
	if (!left)
		restore(work);
}

int work_clean(struct work *work)
{
	int result = work_read(work);
	bool more = true;
	for (int round = 0; more && result == 0; round++) {
		result = run_passes(work);
		more = false;
		if (result == 0 && round < DUMP_ROUNDS)
			result = work_read_again(work, &more);
	}
	if (result)
		return result;
	weigh_loss(work);
	work_find_prose(work);
	if (work->first_prose < work->live_count)
		result = fact_dateline(work->page, line_at(work, work->first_prose)->text);
	return result ? result : title_take(work);
}

static int run_lines(void *arg, struct page *page)
{
	struct state *state = arg;
	const struct rule *scorer = state->rules->detectors[DETECT_SCORER];
	struct work work = { .rules = state->rules, .matcher = state->matcher, .page = page, .tables = &state->tables };
	if (page->arena.limit < LIMIT_TEXT_MEMORY)
		page->arena.limit = LIMIT_TEXT_MEMORY;
	if (page->options->no_rules)
		return work_read(&work);
	int result = scorer && !scorer->off ? rules_model(state->rules, &work.model, &page->error) : 0;
	if (result < 0)
		return result;
	page->document.rules = rules_version(state->rules);
	return work_clean(&work);
}

/* Code and table rows are no lines of a page's furniture. */
static bool may_be_furniture(const struct block *block)
{
	return !block->cut && block->kind != BLOCK_CODE && block->kind != BLOCK_ROW &&
	       block->text.n <= LIMIT_RULE_LINE_BYTES;
}

/* The first paragraph of some length. */
static int read_dateline(struct page *page)
{
	enum { PARAGRAPH_BYTES = 60 };
	for (size_t i = 0; i < page->block_count; i++) {
		const struct block *block = &page->blocks[i];
		if (!block->cut && block->kind == BLOCK_PARAGRAPH && block->text.n >= PARAGRAPH_BYTES)
			return fact_dateline(page, block->text);
	}
	return 0;
}

/* The last pass over a page: certain rules alone, since zones and neighbours of blocks are the model's to judge. */
static int run_rules(void *arg, struct page *page)
{
	struct state *state = arg;
	if (page->options->no_rules)
		return 0;
	for (size_t i = 0; i < page->block_count; i++) {
		struct block *block = &page->blocks[i];
		struct line line;
		if (!may_be_furniture(block))
			continue;
		if (!line_read(&page->arena, block->text, &line))
			return page_full(page);
		const struct rule *rule = rule_index_of_page(state->rules, state->matcher, &line);
		if (!rule)
			continue;
		block->cut = true;
		block->reason = rule->id;
		block->cut_kind = rule->kind;
	}
	return read_dateline(page);
}

const struct stage text_lines_stage = { "text-lines", state_open, run_lines, state_close };
const struct stage text_rules_stage = { "text-rules", state_open, run_rules, state_close };
