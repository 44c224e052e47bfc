/* What of a text the scorer holds for furniture. */
#include "extract/line_model.h"
#include "extract/text_said.h"
#include "extract/text_title.h"
#include "extract/text_work.h"

/* A text of nothing but furniture is rarer than a text the scorer does not know: then it has no say. */
static bool leaves_nothing(const struct work *work, const struct line_scores *scores, int64_t title)
{
	for (size_t i = 0; i < work->live_count; i++)
		if ((int64_t)i > title && scores->text[i] >= scores->limit[i])
			return false;
	return true;
}

/* The last line of prose that stays; 0: none. */
static size_t last_kept(const struct work *work, const struct line_scores *scores)
{
	size_t i = work->live_count;
	while (i-- > 1)
		if ((line_at(work, i)->flags & LINE_PROSE) && !is_cut(work, i) && scores->text[i] >= scores->limit[i])
			return i;
	return 0;
}

/* The first line of prose behind the title, when a sentence ends it and within the text it would stay; live_count:
 * none. */
static size_t lead_of(const struct work *work, const struct line_scores *scores, int64_t title)
{
	size_t lead = work->first_prose;
	if (title == NO_TITLE || (int64_t)lead <= title || lead == work->live_count)
		return work->live_count;
	const struct line *line = line_at(work, lead);
	/* Dates and labels stand between bars. */
	bool stays = line->flags & LINE_SENTENCE && line_is_said(line) &&
		     view_find(line->text, VIEW(" | ")) == line->text.n &&
		     scores->text[lead] >= work->model->thresholds[LINE_IN_LONG];
	return stays ? lead : work->live_count;
}

/* Beside furniture that rules have just cut, a list or a quotation looks like more of it. What stands within the text,
 * or is short and stands before prose that stays, is judged in the next pass, when that is gone: of 150 such lines in
 * 30 texts 9 are lost, where it were 59. Longer runs are no lists of a text, but of other articles. */
enum { LIST_LINES = 6 };

static bool waits(const struct work *work, const struct line_scores *scores, size_t place, size_t lead, size_t last)
{
	if (scores->zone[place] == LINE_IN || (place == lead && place < last))
		return true;
	return scores->zone[place] == LINE_TAIL && place < last && !(line_at(work, place)->flags & LINE_PROSE);
}

/* End of a run of lines that are cut or go; *@ret: how many go. */
static size_t run_end(
	const struct work *work, const struct line_scores *scores, int64_t title, size_t place, size_t *ret)
{
	*ret = 0;
	for (; place < work->live_count; place++) {
		bool cut = is_cut(work, place);
		if (!cut && !line_goes(scores, title, place))
			break;
		*ret += !cut;
	}
	return place;
}

/* A sentence or speech between two lines that stay, up to where the text ends: the end of a list, an answer. */
static bool is_answer(
	const struct work *work, const struct line_scores *scores, int64_t title, size_t place, size_t reach)
{
	return place > 0 && place < reach && scores->zone[place] != LINE_HEAD && line_is_said(line_at(work, place)) &&
	       !line_goes(scores, title, place - 1) && !line_goes(scores, title, place + 1) &&
	       !is_cut(work, place - 1) && !is_cut(work, place + 1);
}

/* The times of a ticker: two at least stand before this one, and what it stands over stays. */
static bool ticks_on(const struct work *work, size_t place, size_t over)
{
	enum { BEFORE = 2 };
	size_t count = 0;
	for (size_t i = 0; i < place; i++)
		count += !is_cut(work, i) && line_is_tick(line_at(work, i));
	return count >= BEFORE && over < work->live_count && !is_cut(work, over);
}

/* What the scorer holds for furniture, and what stands before the title. @scores were made before anything
 * was cut in this pass. */
int cut_scored(struct work *work, const struct line_scores *scores)
{
	const struct rule *rule = work->rules->detectors[DETECT_SCORER];
	int64_t title = title_find(work, scores);
	int result = 0;
	if (leaves_nothing(work, scores, title))
		return 0;
	bool again = true;
	size_t lead = lead_of(work, scores, title), last = last_kept(work, scores),
	       reach = said_reach(work, scores, title, last);
	for (bool more = true; more && result == 0; again = false) {
		for (size_t i = 0, end, count; i < work->live_count; i = end + 1) {
			end = run_end(work, scores, title, i, &count);
			for (; i < end && result == 0; i++)
				if (i + 1 == end && line_is_tick(line_at(work, i)) && ticks_on(work, i, end))
					continue;
				else if ((int64_t)i < title || (!again && !is_answer(work, scores, title, i, reach)) ||
					 (again && (i <= last || i > reach) &&
						 (count > LIST_LINES || !waits(work, scores, i, lead, last))))
					result = work_cut(work, i, rule);
		}
		more = again && work->cut_count == 0;
	}
	/* A title has a blank line behind it, here as in what is written: that is another text to look at. */
	if (title != NO_TITLE && (size_t)title + 1 < work->live_count) {
		work->changed |= !block_at(work, (size_t)title + 1)->gap;
		block_at(work, (size_t)title + 1)->gap = true;
	}
	return result;
}
