#include "meta/meta.h"

#include <errno.h>
#include "meta/decide.h"
#include "util/clock.h"

/* Later than this no page is from when the capture does not say its time. */
enum { YEAR_MAX = 2100 };

static int read_run(void *state, struct page *page)
{
	(void)state;
	struct evidence *evidence = arena_calloc(&page->arena, 1, sizeof(*evidence));
	struct detail *detail = arena_calloc(&page->arena, 1, sizeof(*detail));
	if (!evidence || !detail)
		return page_full(page);
	evidence->detail = detail;
	page->evidence = evidence;
	return evidence_read(page, evidence, detail);
}

static int decide_open(const struct engine *engine, void **ret_state, struct error *error)
{
	(void)engine;
	*ret_state = months_new();
	return *ret_state ? 0 : error_set(error, -ENOMEM, "no memory for the names of months");
}

static void decide_close(void *state)
{
	months_free(state);
}

static struct view page_language(const struct decide *d)
{
	if (!d->detail)
		return VIEW_NONE;
	if (d->detail->lang.n >= 2)
		return d->detail->lang;
	for (size_t i = 0; i < d->detail->count; i++)
		if (d->detail->clues[i].fact == CLUE_LOCALE)
			return d->detail->clues[i].value;
	return d->main ? d->main->lang : VIEW_NONE;
}

/* English of the United States puts the month first; so does English that does not say where it is from, on a host
 * outside of the country domains that put the day first. */
static enum date_order order_of(struct view lang, struct view url)
{
	if (!view_starts_nocase(lang, VIEW("en")) && lang.n)
		return DATE_DAY_FIRST;
	if (lang.n >= 5)
		return view_eq_nocase(view_first(view_from(lang, 3), 2), VIEW("us")) ? DATE_MONTH_FIRST
										     : DATE_DAY_FIRST;
	size_t at = view_find(url, VIEW("://"));
	struct view host = view_from(url, at + 3);
	host = view_first(host, view_find_byte(host, '/'));
	bool country = host.n > 3 && host.p[host.n - 3] == '.' && !view_ends(host, VIEW(".us"));
	return country ? DATE_DAY_FIRST : DATE_MONTH_FIRST;
}

static double main_score(const struct decide *d, const struct ld_item *item)
{
	const struct evidence *e = d->evidence;
	struct view name = item->headline.n ? item->headline : item->name;
	double score = item->class == LD_ARTICLE ? 3 : item->class == LD_WORK ? 1.5 : 1;
	double like = 0, titles[3] = { title_overlap(name, e->h1), title_overlap(name, e->og_title),
		title_overlap(name, e->title_tag) };
	for (int i = 0; i < 3; i++)
		like = titles[i] > like ? titles[i] : like;
	score += 3 * like;
	struct view url = d->page->capture.url;
	if (url.n && (view_eq(item->url, url) || view_eq(item->id, url)))
		score += 2;
	if (item->aside)
		score -= like > 0.8 && item->class == LD_ARTICLE ? 1.5 : 4;
	return score - 0.05 * item->depth;
}

static const struct ld_item *main_item(const struct decide *d)
{
	const struct ld_item *best = NULL;
	double most = 0.5;
	for (size_t i = 0; i < d->detail->ld.count; i++) {
		const struct ld_item *item = d->detail->ld.items[i];
		double score = item->class <= LD_PAGE ? main_score(d, item) : 0;
		if (score > most) {
			best = item;
			most = score;
		}
	}
	return best;
}

static void begin(struct decide *d, struct page *page, const struct months *months)
{
	*d = (struct decide){ .page = page, .dom = page->dom, .evidence = page->evidence };
	d->published.year = -1;
	d->detail = page->evidence ? page->evidence->detail : NULL;
	d->main = d->detail ? main_item(d) : NULL;
	d->dates.months = months;
	d->dates.lang = page_language(d);
	d->dates.order = order_of(d->dates.lang, page_address(page));
	d->dates.year_max = YEAR_MAX;
	int month, day;
	if (page->capture.fetched != GARNER_NO_NUMBER)
		clock_civil(page->capture.fetched / 86400 + 366, &d->dates.year_max, &month, &day);
}

static int decide_run(void *state, struct page *page)
{
	static int (*const steps[])(struct decide *) = { site_decide, title_decide, date_decide, author_decide,
		link_decide, access_decide };
	struct decide d;
	begin(&d, page, state);
	if (d.dom && !(d.verdicts = arena_calloc(&page->arena, d.dom->count, 1)))
		return page_full(page);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (i == 1 || i == 2) /* the title looks at the body, and what follows at the headline */
			decide_places(&d);
		int result = steps[i](&d);
		if (result)
			return result;
	}
	return 0;
}

const struct stage meta_read_stage = { "meta-read", NULL, read_run, NULL };
const struct stage meta_decide_stage = { "meta", decide_open, decide_run, decide_close };
