#include "meta/decide.h"
#include "meta/fold.h"
#include "normalise/normalise.h"
#include "util/limits.h"
#include "util/utf8.h"

static void add_name(struct decide *d, struct view name)
{
	name = view_trim(name);
	if (name.n == 0 || name.n > 120 || d->site_count == DECIDE_SITES)
		return;
	for (size_t i = 0; i < d->site_count; i++)
		if (view_eq(d->sites[i], name))
			return;
	d->sites[d->site_count++] = name;
}

static struct view best_clue(const struct detail *detail, enum clue_fact fact)
{
	struct view best = VIEW_NONE;
	unsigned rank = UINT32_MAX;
	for (size_t i = 0; i < detail->count; i++) {
		if (detail->clues[i].fact != fact || detail->clues[i].rank >= rank)
			continue;
		rank = detail->clues[i].rank;
		best = detail->clues[i].value;
	}
	return best;
}

/* Handles, addresses and whole sentences are no names of sites. */
static bool plausible(struct view name)
{
	return name.n > 1 && name.n <= 100 && name.p[0] != '@' && !view_starts(name, VIEW("http"));
}

int site_decide(struct decide *d)
{
	struct garner_document *doc = &d->page->document;
	struct view site = VIEW_NONE;
	if (d->detail) {
		const struct ld *ld = &d->detail->ld;
		struct view og = best_clue(d->detail, CLUE_SITE);
		struct view candidates[3] = { og, d->main ? d->main->publisher : VIEW_NONE, VIEW_NONE };
		for (size_t i = 0; i < ld->count; i++)
			if (ld->items[i]->class == LD_SITE && candidates[2].n == 0)
				candidates[2] = ld->items[i]->name;
		for (size_t i = 0; i < 3; i++) {
			if (!plausible(candidates[i]))
				continue;
			add_name(d, candidates[i]);
			if (site.n == 0)
				site = candidates[i];
		}
		for (size_t i = 0; i < d->detail->count; i++)
			if (d->detail->clues[i].fact == CLUE_SITE)
				add_name(d, d->detail->clues[i].value);
		for (size_t i = 0; i < ld->count; i++)
			add_name(d, ld->items[i]->publisher);
	}
	if (!doc->site && site.n)
		doc->site = decide_str(d, ld_plain(&d->page->arena, site, 200));
	return decide_site_words(d);
}
