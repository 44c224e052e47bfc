#include "meta/author.h"

/* Two to four words, or a name of Han letters, which is whole in one. */
static bool is_full(const uint8_t x[AUTHOR_X_COUNT])
{
	bool one = x[AUTHOR_X_UNSPACED] && x[AUTHOR_X_LENGTH] >= 2 && x[AUTHOR_X_LENGTH] <= 4;
	return (x[AUTHOR_X_WORDS_MIN] >= 2 || one) && x[AUTHOR_X_WORDS_MAX] <= 4 && !x[AUTHOR_X_SITE] &&
	       !x[AUTHOR_X_ROLE] && !x[AUTHOR_X_DIGITS] && !x[AUTHOR_X_LOWER];
}

bool author_is_said(const uint8_t x[AUTHOR_X_COUNT])
{
	bool byline = x[AUTHOR_X_SEEN_HEAD] && x[AUTHOR_X_SEEN_BY];
	bool alone = x[AUTHOR_X_SEEN_HEAD] && x[AUTHOR_X_SEEN_ALONE] && x[AUTHOR_X_SEEN_DATED] &&
		     x[AUTHOR_X_TITLE_WORDS] == 0 && x[AUTHOR_X_PATH] > 0;
	bool marked = x[AUTHOR_X_KIND] == AUTHOR_ITEMPROP || x[AUTHOR_X_KIND] == AUTHOR_REL;
	marked &= !x[AUTHOR_X_FOOT] && x[AUTHOR_X_SEEN_HEAD] && x[AUTHOR_X_SEEN_ALONE];
	bool handle = x[AUTHOR_X_FORUM] && x[AUTHOR_X_WORDS_MAX] < 2 && !x[AUTHOR_X_SITE];
	/* three marks of one name behind the text and none of another */
	bool agreed = x[AUTHOR_X_KIND] == AUTHOR_ITEMPROP && x[AUTHOR_X_SAME_SEEN] >= 2 && x[AUTHOR_X_RIVALS] == 0;
	/* fields of libraries, of names that the page shows above the text */
	bool record = x[AUTHOR_X_KIND] == AUTHOR_DC && x[AUTHOR_X_SEEN_HEAD] && x[AUTHOR_X_SEEN_ALL];
	return handle ||
	       (is_full(x) && (byline || alone || marked || agreed || record || x[AUTHOR_X_KIND] == AUTHOR_LABEL));
}

/* What an article's JSON-LD declares is filled in by its publisher: less is asked of it, but not of agencies. */
static int32_t least_of(const struct author_model *m, const uint8_t x[AUTHOR_X_COUNT])
{
	if (x[AUTHOR_X_LD_CLASS] != LD_ARTICLE || x[AUTHOR_X_AGENCY])
		return m->least;
	return x[AUTHOR_X_SITE] ? m->least_site : m->least_declared;
}

/* "By Ann Lee" in a box or a line near the headline where nobody else is named, or "Author: Ann Lee" there: held out,
 * one page more is right and none wrong, down to this belief. */
enum { LEAST_TOLD = -1500, LEAST_LABELLED = -1000 };

static bool is_told(const uint8_t x[AUTHOR_X_COUNT], int32_t belief)
{
	uint8_t kind = x[AUTHOR_X_KIND];
	bool marked = kind == AUTHOR_ITEMPROP || kind == AUTHOR_REL || kind == AUTHOR_CLASS || kind == AUTHOR_LINE;
	if (!is_full(x) || !x[AUTHOR_X_SEEN_HEAD] || x[AUTHOR_X_HOUSE] || x[AUTHOR_X_BODY] || x[AUTHOR_X_AGENCY])
		return false;
	return (kind == AUTHOR_LABEL && belief >= LEAST_LABELLED) ||
	       (marked && x[AUTHOR_X_SEEN_BY] && x[AUTHOR_X_RIVALS] == 0 && belief >= LEAST_TOLD);
}

bool author_is_believed(const struct author_model *m, const uint8_t x[AUTHOR_X_COUNT], int32_t belief)
{
	return belief >= least_of(m, x) || (belief >= m->least_said && author_is_said(x)) || is_told(x, belief);
}

const struct author_group *author_believe(struct authors *a)
{
	const struct author_model *m = &author_model;
	const struct author_group *best = NULL;
	uint8_t x[AUTHOR_GROUPS][AUTHOR_X_COUNT];
	int32_t most = 0, beliefs[AUTHOR_GROUPS];
	for (size_t i = 0; i < a->count; i++)
		memcpy(x[i], a->groups[i].x, sizeof(x[i]));
	forest_score(&m->forest, x[0], AUTHOR_X_COUNT, (uint32_t)a->count, beliefs);
	for (size_t i = 0; i < a->count; i++) {
		struct author_group *g = &a->groups[i];
		g->belief = beliefs[i];
		int32_t value = g->belief + (g->picked ? m->prefer : 0);
		if (!author_is_believed(m, g->x, g->belief) || (best && value <= most))
			continue;
		best = g;
		most = value;
	}
	return best;
}
