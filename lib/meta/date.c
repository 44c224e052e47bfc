#include "meta/dates.h"
#include "normalise/normalise.h"
#include "util/clock.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { NEAR_BEFORE = 8, NEAR_BEHIND = 12 };

/* How well a day fits the capture: FITS, FUTURE (after it, and doubted), IMPOSSIBLE. What this run fetched has our own
 * clock: nothing is published later than the farthest zone (UTC+14) allows. The clock of a record from an archive can
 * be wrong (rewritten WARCs carry the day of the rewriting), so a later day is only doubted there, up to 366 days. */
enum fit { FITS, FUTURE, IMPOSSIBLE };
enum { ZONE_SECONDS = 14 * 3600, DOUBT_SECONDS = 366 * 86400, FUTURE_PENALTY = 20, STRONG = 80 };

static enum fit fit_of(const struct decide *d, const struct date *date, bool strong)
{
	if (date->year < (strong ? 1970 : 1990) || date->year > d->dates.year_max)
		return IMPOSSIBLE;
	int64_t fetched = d->page->capture.fetched, at = date_seconds(date);
	if (fetched == GARNER_NO_NUMBER || at <= fetched + ZONE_SECONDS)
		return FITS;
	int64_t doubt = d->page->capture.network ? 0 : DOUBT_SECONDS;
	return at <= fetched + doubt ? FUTURE : IMPOSSIBLE;
}

void dates_add_date(struct dates *dates, const struct date *date, int score, enum date_kind kind, unsigned says)
{
	enum fit fit = fit_of(dates->d, date, score >= STRONG);
	if (fit == IMPOSSIBLE || dates->count == DATE_CANDIDATES)
		return;
	if (fit == FUTURE)
		score -= FUTURE_PENALTY;
	if (score > 0)
		dates->list[dates->count++] = (struct date_candidate){ *date, score, (uint8_t)kind, (uint8_t)says };
}

void dates_add(struct dates *dates, struct view value, int score, enum date_kind kind, unsigned says)
{
	struct date date;
	if (value.n && score > 0 && date_read(&dates->d->dates, value, &date))
		dates_add_date(dates, &date, score, kind, says);
}

void dates_add_modified(struct dates *dates, struct view value, int score)
{
	struct date date;
	if (value.n && score > dates->modified_score && date_read(&dates->d->dates, value, &date) &&
		fit_of(dates->d, &date, false) != IMPOSSIBLE && date.day > 0) {
		dates->modified = date;
		dates->modified_score = score;
	}
}

static void from_ld(struct dates *dates)
{
	const struct ld *ld = &dates->d->detail->ld;
	for (size_t i = 0; i < ld->count; i++) {
		const struct ld_item *item = ld->items[i];
		bool main = item == dates->d->main;
		int score = main ? (item->class <= LD_WORK ? 92 : 84) : item->aside || item->class > LD_PAGE ? 0 : 70;
		if (score == 0)
			continue;
		dates_add(dates, item->published, score,
			!main			    ? DATE_LD_OTHER
			: item->class == LD_ARTICLE ? DATE_LD_MAIN
						    : DATE_LD_WORK,
			0);
		dates_add(dates, item->created, score - 20, DATE_LD_CREATED, 0);
		dates_add(dates, item->uploaded, score - 18, DATE_LD_UPLOADED, 0);
		dates_add_modified(dates, item->modified, score);
	}
}

/* How near a node stands to the headline and the beginning of the body: 0 in another box, 1 on the page's own part,
 * 2 near. */
static int nearness(const struct decide *d, uint32_t node)
{
	if (node == 0)
		return 2;
	size_t at = decide_block_of(d, node), head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	if (at != SIZE_MAX && head != SIZE_MAX && at + 2 >= head && at <= head + 4)
		return 2; /* right at the headline no name of a box makes it another page's */
	if (decide_is_aside(d, node))
		return 0;
	if (at == SIZE_MAX)
		return d->headline && node + 60 > d->headline && node < d->headline + 120 ? 2 : 1;
	if (head == SIZE_MAX)
		return 1;
	/* A headline that only machines read can stand far above the byline. */
	if (d->first != SIZE_MAX && at + 6 >= d->first && at <= d->first + 1)
		return 2;
	size_t from = head > NEAR_BEFORE ? head - NEAR_BEFORE : 0;
	return at >= from && at <= head + NEAR_BEHIND ? 2 : 1;
}

static void from_clue(struct dates *dates, const struct clue *c)
{
	struct decide *d = dates->d;
	int rank = c->rank;
	if (c->fact == CLUE_MODIFIED) {
		dates_add_modified(dates, c->value, c->origin == FROM_OG ? 80 - rank : 70 - rank);
		return;
	}
	if (c->origin == FROM_OG)
		dates_add(dates, c->value, 90 - rank, DATE_OG, 0);
	else if (c->origin == FROM_META && c->fact == CLUE_PUBLISHED)
		dates_add(dates, c->value, 88 - 2 * rank, DATE_META, 0);
	else if (c->origin == FROM_META)
		dates_add(dates, c->value, 69 - rank, DATE_META_PLAIN, 0); /* "date": often of the rendering */
	else if (c->origin == FROM_DC)
		dates_add(dates, c->value, 80 - 4 * rank, DATE_DC, 0); /* "dc.date" below what is shown */
	else if (c->origin == FROM_ITEMPROP) {
		int near = nearness(d, c->node);
		dates_add(dates, c->value,
			near == 2   ? 86 - rank
			: near == 1 ? 66 - rank
				    : 0,
			near == 2 ? DATE_ITEM : DATE_ITEM_FAR, 0);
	}
}

/* The time of a post that is shown as a quotation is another page's. */
static bool is_quoted(const struct dom *dom, uint32_t node)
{
	for (int i = 0; i < 8 && node != 0; i++, node = dom->nodes[node].parent)
		if (dom->nodes[node].tag == DOM_blockquote)
			return true;
	return false;
}

static void from_element(struct dates *dates, const struct clue *c)
{
	struct decide *d = dates->d;
	int near = nearness(d, c->node);
	bool time = c->fact == CLUE_DATE;
	if (near == 0 || (time && is_quoted(d->dom, c->node)))
		return;
	int score = near == 2 ? 74 - (c->node < d->headline) : 52; /* behind the headline rather than before it */
	if (!time) {
		struct view text = dom_text(d->page, c->node, DATE_LINE_BYTES);
		if (text.n >= 6 && text.n < DATE_LINE_BYTES)
			dates_from_line(dates, text, score - 4, near == 2 ? DATE_CLASS : DATE_CLASS_FAR, true);
		return;
	}
	/* What stands before the time element, or its class, can say that it is of a change. */
	uint32_t parent = d->dom->nodes[c->node].parent;
	struct view around = dom_text(d->page, parent, DATE_LINE_BYTES),
		    own = dom_attr(d->dom, c->node, DOM_ATTR_CLASS);
	struct view self = dom_text(d->page, c->node, DATE_LINE_BYTES);
	size_t at = self.n ? view_find(around, self) : around.n;
	struct view before = around.n < DATE_LINE_BYTES && at < around.n ? view_first(around, at) : VIEW_NONE;
	bool modified = dates_says_modified(before) || view_find_nocase(own, VIEW("updated")) < own.n ||
			view_find_nocase(own, VIEW("modif")) < own.n || dates_says_modified(self);
	bool published = dates_says_published(before) || view_find_nocase(own, VIEW("publi")) < own.n;
	if (modified && !published) {
		dates_add_modified(dates, c->value, 55);
		score -= 20;
	}
	dates_add(dates, c->value, score + (published ? 4 : 0) + (c->rank == 0 ? 4 : 0),
		near == 2 ? DATE_TIME : DATE_TIME_FAR,
		(published ? DATE_SAYS_PUBLISHED : 0) | (modified ? DATE_SAYS_MODIFIED : 0));
}

static void from_url(struct dates *dates)
{
	struct view urls[2] = { page_address(dates->d->page), dates->d->main ? dates->d->main->url : VIEW_NONE };
	for (size_t i = 0; i < 2; i++) {
		struct date date;
		if (!date_in_url(urls[i], dates->d->dates.year_max, &date))
			continue;
		dates_add_date(dates, &date, date.day > 0 ? 79 - (int)i : 20, DATE_URL, 0);
		return;
	}
}

/* Times in boxes that look like another page's: taken when the page knows only one day. */
static void from_only_time(struct dates *dates)
{
	const struct detail *detail = dates->d->detail;
	struct date only = { .year = -1 }, date;
	for (size_t i = 0; i < detail->count; i++) {
		const struct clue *c = &detail->clues[i];
		if ((c->fact != CLUE_DATE && c->fact != CLUE_PUBLISHED) ||
			!date_read(&dates->d->dates, c->value, &date) || date.day <= 0)
			continue;
		if (only.year >= 0 && date_compare_days(&only, &date) != 0)
			return;
		only = date;
	}
	if (only.year >= 0)
		dates_add_date(dates, &only, 34, DATE_ONLY, 0);
}

/* Embedded state of a page that a script builds: the day of publication when all of it names the same. */
static void from_state(struct dates *dates)
{
	static const struct view keys[] = { { "datePublished\"", 14 }, { "publishedAt\"", 12 },
		{ "published_at\"", 13 }, { "publishDate\"", 12 }, { "publishedDate\"", 14 },
		{ "publicationDate\"", 16 }, { "publish_date\"", 13 } };
	const struct dom *dom = dates->d->dom;
	struct date only = { .year = -1 }, date;
	for (uint32_t i = 0; i < dom->script_count; i++) {
		/* Scripts are long, and most hold none of the keys. */
		struct view script = view_first(dom->scripts[i].text, LIMIT_JSONLD_BYTES);
		if (view_find(script, VIEW("ubli")) == script.n)
			continue;
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			struct view rest = script;
			for (size_t at; (at = view_find(rest, keys[k])) < rest.n;) {
				rest = view_from(rest, at + keys[k].n);
				struct view value = view_trim(view_first(rest, 48));
				if (value.n < 12 || value.p[0] != ':')
					continue;
				value = view_trim(view_from(value, 1));
				value = view_from(value, value.n && value.p[0] == '"');
				value = view_first(value, view_find_byte(value, '"'));
				if (!date_read(&dates->d->dates, value, &date) || date.day <= 0)
					continue;
				if (only.year >= 0 && date_compare_days(&only, &date) != 0)
					return;
				only = date;
			}
		}
	}
	if (only.year >= 0)
		dates_add_date(dates, &only, 38, DATE_STATE, 0);
}

static const char *kind_name(unsigned kind)
{
	static const char *const names[DATE_KINDS] = { "hint", "feed", "json-ld", "json-ld", "json-ld", "json-ld",
		"json-ld", "meta", "meta", "meta", "meta", "microdata", "microdata", "time", "time", "text", "text",
		"text", "text", "text", "url", "text", "text", "time", "state", "modified" };
	return names[kind];
}

static void set_dates(struct dates *dates)
{
	struct decide *d = dates->d;
	struct garner_document *doc = &d->page->document;
	const struct date_candidate *fine, *best = dates_choose(dates, &fine);
	char text[DATE_TEXT_BYTES];
	if (best && !doc->published) {
		d->published = fine->date;
		date_format(&fine->date, text);
		doc->published = decide_str(d, view_of(text));
		doc->published_from = kind_name(best->kind);
		doc->published_precision = date_precision(&fine->date);
	}
	if (dates->modified_score > 0 && !doc->modified &&
		(d->published.year < 0 || date_compare_days(&dates->modified, &d->published) >= 0)) {
		date_format(&dates->modified, text);
		doc->modified = decide_str(d, view_of(text));
	}
}

/* The front page of a site, or a product, has no day of publication, whatever its template says. */
static bool has_no_day(const struct decide *d)
{
	if (!d->detail || (d->main && d->main->class == LD_ARTICLE))
		return false;
	struct view type = d->evidence->og_type;
	if (view_starts_nocase(type, VIEW("article")))
		return false;
	if (d->main && view_eq(d->main->type, VIEW("Product")))
		return true;
	return view_starts_nocase(type, VIEW("product")) || url_is_front_page(d->page->capture.url);
}

static void gather(struct dates *dates)
{
	struct decide *d = dates->d;
	if (d->detail) {
		from_ld(dates);
		for (size_t i = 0; i < d->detail->count; i++) {
			const struct clue *c = &d->detail->clues[i];
			if (c->fact == CLUE_PUBLISHED || c->fact == CLUE_MODIFIED ||
				(c->fact == CLUE_DATE && c->origin == FROM_META))
				from_clue(dates, c);
			else if (c->fact == CLUE_DATE || c->fact == CLUE_DATELINE)
				from_element(dates, c);
		}
		dates_from_blocks(dates);
	}
	from_url(dates);
	const struct date_candidate *best = dates_best(dates);
	if (d->detail && (!best || best->score < 70))
		dates_from_labels(dates);
}

int date_decide(struct decide *d)
{
	struct dates dates = { .d = d };
	dates_add(&dates, d->page->capture.published_hint, DATE_HINT_SCORE + FUTURE_PENALTY, DATE_HINT, 0);
	dates_add(&dates, d->page->capture.feed_published, 89, DATE_FEED, 0);
	if (dates.count || !has_no_day(d)) {
		gather(&dates);
		dates_weigh(&dates);
		const struct date_candidate *best = dates_best(&dates);
		if (d->detail && (!best || best->score < 40)) {
			dates_from_far_blocks(&dates);
			from_only_time(&dates);
			from_state(&dates);
		}
	}
	set_dates(&dates);
	return 0;
}
