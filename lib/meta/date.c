#include "meta/decide.h"
#include "normalise/normalise.h"
#include "util/clock.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { CANDIDATES = 64, NEAR_BEFORE = 8, NEAR_BEHIND = 12, LINE_BYTES = 240, FAR_BLOCKS = 400 };

struct candidate {
	struct date date;
	int score;
	const char *from;
};

struct dates {
	struct decide *d;
	struct candidate list[CANDIDATES];
	size_t count;
	struct date modified;
	int modified_score;
};

/* How well a day fits the capture: 0 it does, FUTURE it is after it, IMPOSSIBLE. The clock of a capture can be wrong
 * (rewritten WARCs carry the day of the rewriting), so markup that says "published" is only doubted within a year. */
enum fit { FITS, FUTURE, IMPOSSIBLE };
enum { ZONE_SECONDS = 14 * 3600, DOUBT_SECONDS = 366 * 86400, FUTURE_PENALTY = 20, STRONG = 80, HINT = 100 };

static enum fit fit_of(const struct decide *d, const struct date *date, bool strong)
{
	if (date->year < (strong ? 1970 : 1990) || date->year > d->dates.year_max)
		return IMPOSSIBLE;
	int64_t fetched = d->page->capture.fetched, at = date_seconds(date);
	if (fetched == GARNER_NO_NUMBER || at <= fetched + ZONE_SECONDS)
		return FITS;
	return at <= fetched + DOUBT_SECONDS ? FUTURE : IMPOSSIBLE;
}

static void add_date(struct dates *dates, const struct date *date, int score, const char *from)
{
	enum fit fit = fit_of(dates->d, date, score >= STRONG);
	if (fit == IMPOSSIBLE || dates->count == CANDIDATES)
		return;
	if (fit == FUTURE)
		score -= FUTURE_PENALTY;
	if (score > 0)
		dates->list[dates->count++] = (struct candidate){ *date, score, from };
}

static void add(struct dates *dates, struct view value, int score, const char *from)
{
	struct date date;
	if (value.n && score > 0 && date_read(&dates->d->dates, value, &date))
		add_date(dates, &date, score, from);
}

static void add_modified(struct dates *dates, struct view value, int score)
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
		add(dates, item->published, score, "json-ld");
		add(dates, item->created, score - 20, "json-ld");
		add(dates, item->uploaded, score - 18, "json-ld");
		add_modified(dates, item->modified, score);
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
	size_t from = head > NEAR_BEFORE ? head - NEAR_BEFORE : 0;
	return at >= from && at <= head + NEAR_BEHIND ? 2 : 1;
}

static void from_clue(struct dates *dates, const struct clue *c)
{
	struct decide *d = dates->d;
	int rank = c->rank;
	if (c->fact == CLUE_MODIFIED) {
		add_modified(dates, c->value, c->origin == FROM_OG ? 80 - rank : 70 - rank);
		return;
	}
	if (c->origin == FROM_OG)
		add(dates, c->value, 90 - rank, "meta");
	else if (c->origin == FROM_META && c->fact == CLUE_PUBLISHED)
		add(dates, c->value, 88 - 2 * rank, "meta");
	else if (c->origin == FROM_META)
		add(dates, c->value, 76 - rank, "meta");
	else if (c->origin == FROM_DC)
		add(dates, c->value, 80 - 3 * rank, "meta");
	else if (c->origin == FROM_ITEMPROP) {
		int near = nearness(d, c->node);
		add(dates, c->value, near == 2 ? 86 - rank : near == 1 ? 66 - rank : 0, "microdata");
	}
}

/* "updated", "modified" … in the words around a date: then it is no date of publication. */
static bool says_modified(struct view text)
{
	static const char *const words[] = { "updated", "modified", "aktualisiert", "geändert", "mis à jour",
		"mise à jour", "modifié", "actualizado", "atualizado", "aggiornato", "bijgewerkt", "updaterad",
		"uppdaterad", "opdateret", "oppdatert", "päivitetty", "aktualizováno", "aktualizacja", "zaktualizowano",
		"обновлено", "оновлено", "изменено", "frissítve", "actualizat", "güncelleme", "تحديث", "به‌روز",
		"עודכן", "更新", "업데이트", "수정", "cập nhật", "diperbarui", "last edit", "letzte änderung",
		"stand:", "ajourf", "atnaujinta", "uuendatud", "ενημέρωση", NULL };
	for (size_t i = 0; words[i]; i++)
		if (view_find_nocase(text, view_of(words[i])) < text.n)
			return true;
	return false;
}

static bool says_published(struct view text)
{
	static const char *const words[] = { "publi", "veröffentlicht", "erstellt", "erschienen", "posted", "pubblicat",
		"gepubliceerd", "geplaatst", "publicerad", "julkaistu", "opublikowan", "опубликован", "опубліковано",
		"közzét", "megjelent", "yayın", "نشر", "انتشار", "פורסם", "发布", "發布", "投稿", "公開", "등록",
		"입력", "đăng", "written on", "eingestellt", "δημοσίευση", "objavljen", "veröff", "datum", "created",
		NULL };
	for (size_t i = 0; words[i]; i++)
		if (view_find_nocase(text, view_of(words[i])) < text.n)
			return true;
	return false;
}

/* A copyright line, an event to come or a deadline is no date of the page. */
static bool says_other(struct view text)
{
	static const char *const words[] = { "\xC2\xA9", "copyright", "(c)", "all rights", "termin", "born", "expires",
		"deadline", "valid until", "joined", "member since", "registriert", "dabei seit", NULL };
	for (size_t i = 0; words[i]; i++)
		if (view_find_nocase(text, view_of(words[i])) < text.n)
			return true;
	return false;
}

static bool has_digit(struct view text)
{
	for (size_t i = 0; i < text.n; i++)
		if (ascii_is_digit(text.p[i]) || (unsigned char)text.p[i] >= 0xD9)
			return true;
	return false;
}

/* A date inside a line of text: short lines are about themselves, running text speaks of other days. */
static void from_line(struct dates *dates, struct view text, int score, const char *from, bool date_alone)
{
	struct view line = utf8_first(text, DATE_SCAN_BYTES), span;
	for (int found = 0; found < 3 && line.n >= 6 && has_digit(line); found++) {
		struct date date;
		if (!date_find(&dates->d->dates, line, &date, &span))
			return;
		struct view before = view_make(line.p, (size_t)(span.p - line.p));
		struct view context = before.n > 60 ? view_from(before, before.n - 60) : before;
		struct view behind = view_first(view_from(line, before.n + span.n), 24);
		int points = score;
		if (says_other(context))
			points = 0;
		else if (says_published(context) || (!says_modified(context) && says_published(behind)))
			points += 6;
		else if (says_modified(context)) {
			add_modified(dates, span, 50);
			points -= 22;
		} else if (date_alone && text.n > span.n + 80)
			points -= 25;
		if (points > 0)
			add(dates, span, points, from);
		line = view_from(line, (size_t)(span.p - line.p) + span.n);
	}
}

static void from_element(struct dates *dates, const struct clue *c)
{
	struct decide *d = dates->d;
	int near = nearness(d, c->node);
	bool time = c->fact == CLUE_DATE;
	if (near == 0)
		return;
	int score = near == 2 ? 74 : 52;
	if (!time) {
		struct view text = dom_text(d->page, c->node, LINE_BYTES);
		if (text.n >= 6 && text.n < LINE_BYTES)
			from_line(dates, text, score - 4, "text", true);
		return;
	}
	/* What stands before the time element, or its class, can say that it is of a change. */
	uint32_t parent = d->dom->nodes[c->node].parent;
	struct view around = dom_text(d->page, parent, LINE_BYTES), own = dom_attr(d->dom, c->node, DOM_ATTR_CLASS);
	struct view self = dom_text(d->page, c->node, LINE_BYTES);
	size_t at = self.n ? view_find(around, self) : around.n;
	struct view before = around.n < LINE_BYTES && at < around.n ? view_first(around, at) : VIEW_NONE;
	bool modified = says_modified(before) || view_find_nocase(own, VIEW("updated")) < own.n ||
			view_find_nocase(own, VIEW("modif")) < own.n || says_modified(self);
	bool published = says_published(before) || view_find_nocase(own, VIEW("publi")) < own.n;
	if (modified && !published) {
		add_modified(dates, c->value, 55);
		score -= 20;
	}
	add(dates, c->value, score + (published ? 4 : 0) + (c->rank == 0 ? 4 : 0), "time");
}

static void from_url(struct dates *dates)
{
	struct view urls[2] = { dates->d->page->capture.url, dates->d->main ? dates->d->main->url : VIEW_NONE };
	for (size_t i = 0; i < 2; i++) {
		struct date date;
		if (!date_in_url(urls[i], dates->d->dates.year_max, &date))
			continue;
		add_date(dates, &date, date.day > 0 ? 79 - (int)i : 20, "url");
		return;
	}
}

/* Lines around the headline and behind the body. */
static void from_blocks(struct dates *dates)
{
	const struct decide *d = dates->d;
	const struct page *page = d->page;
	size_t head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	if (head == SIZE_MAX)
		return;
	size_t from = head > NEAR_BEFORE ? head - NEAR_BEFORE : 0;
	size_t to = d->first != SIZE_MAX && d->first >= head ? d->first + 2 : head + NEAR_BEHIND;
	for (size_t i = from; i < to && i < page->block_count && i < head + 40; i++) {
		const struct block *b = &page->blocks[i];
		int distance = i > head ? (int)(i - head) : (int)(head - i) * 2;
		if (d->dom && decide_is_aside(d, b->node))
			continue;
		bool body = !b->cut && i != d->head_block && b->text.n > LINE_BYTES;
		from_line(dates, body ? utf8_first(b->text, 80) : b->text,
			(body ? 34 : 64) - (distance > 12 ? 12 : distance), "text", true);
	}
	if (d->last == SIZE_MAX)
		return;
	for (size_t i = d->last + 1; i < d->last + 6 && i < page->block_count; i++)
		if (page->blocks[i].text.n < 160 && !(d->dom && decide_is_aside(d, page->blocks[i].node)))
			from_line(dates, page->blocks[i].text, 42 - (int)(i - d->last), "text", true);
}

/* What is left when nothing near the headline speaks: a line anywhere that says "published", or a line in the body that
 * is a date and nothing else. */
static void from_far_blocks(struct dates *dates)
{
	const struct page *page = dates->d->page;
	for (size_t i = 0; i < page->block_count && i < FAR_BLOCKS; i++) {
		const struct block *b = &page->blocks[i];
		struct date date;
		struct view span;
		if (b->text.n > 160 || b->text.n < 6 || !has_digit(b->text) ||
			!date_find(&dates->d->dates, b->text, &date, &span))
			continue;
		struct view before = view_make(b->text.p, (size_t)(span.p - b->text.p));
		struct view behind = view_from(b->text, before.n + span.n);
		if (says_other(b->text) || says_modified(before) ||
			(dates->d->dom && decide_is_aside(dates->d, b->node)))
			continue;
		if (says_published(before) || says_published(behind))
			add_date(dates, &date, 36, "text");
		else if (!b->cut && b->text.n <= span.n + 2)
			add_date(dates, &date, 30, "text");
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
		add_date(dates, &only, 34, "time");
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
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
			struct view rest = view_first(dom->scripts[i].text, LIMIT_JSONLD_BYTES);
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
		add_date(dates, &only, 38, "state");
}

/* The day in an address is the day where the page was written: a time in UTC can be of the day before or after, and a
 * site that moved to another system wrote later days into its markup. */
static const struct candidate *local_day(const struct dates *dates, const struct candidate *best)
{
	for (size_t i = 0; best && i < dates->count; i++) {
		const struct candidate *c = &dates->list[i];
		if (strcmp(c->from, "url") != 0 || c->date.day <= 0 || best->score >= HINT)
			continue;
		int64_t days = clock_days(c->date.year, c->date.month, c->date.day) -
			       clock_days(best->date.year, best->date.month > 0 ? best->date.month : 1,
				       best->date.day > 0 ? best->date.day : 1);
		bool utc = best->date.zoned && best->date.offset == 0 && best->date.hour >= 0;
		if ((utc && (days == 1 || days == -1)) || days < -2)
			return c;
	}
	return best;
}

static const struct candidate *best_of(const struct dates *dates)
{
	const struct candidate *best = NULL;
	for (size_t i = 0; i < dates->count; i++) {
		const struct candidate *c = &dates->list[i];
		if (!best || c->score > best->score)
			best = c;
	}
	return best;
}

/* Of the candidates of the same day, the strongest that knows the time and, if any does, the zone. */
static const struct candidate *finest(const struct dates *dates, const struct candidate *best)
{
	const struct candidate *fine = best;
	for (size_t i = 0; i < dates->count; i++) {
		const struct candidate *c = &dates->list[i];
		if (date_compare_days(&c->date, &best->date) != 0 || c->date.day <= 0)
			continue;
		int gain = (c->date.hour >= 0) + c->date.zoned - (fine->date.hour >= 0) - fine->date.zoned;
		if (fine->date.day <= 0 || gain > 0)
			fine = c;
	}
	return fine;
}

static void set_dates(struct dates *dates)
{
	struct decide *d = dates->d;
	struct garner_document *doc = &d->page->document;
	const struct candidate *best = local_day(dates, best_of(dates));
	char text[DATE_TEXT_BYTES];
	if (best && !doc->published) {
		const struct candidate *fine = finest(dates, best);
		d->published = fine->date;
		date_format(&fine->date, text);
		doc->published = decide_str(d, view_of(text));
		doc->published_from = best->from;
		doc->published_precision = date_precision(&fine->date);
	}
	if (dates->modified_score > 0 && !doc->modified &&
		(d->published.year < 0 || date_compare_days(&dates->modified, &d->published) >= 0)) {
		date_format(&dates->modified, text);
		doc->modified = decide_str(d, view_of(text));
	}
}

int date_decide(struct decide *d)
{
	struct dates dates = { .d = d };
	add(&dates, d->page->capture.published_hint, HINT + FUTURE_PENALTY, "hint");
	if (d->detail) {
		from_ld(&dates);
		for (size_t i = 0; i < d->detail->count; i++) {
			const struct clue *c = &d->detail->clues[i];
			if (c->fact == CLUE_PUBLISHED || c->fact == CLUE_MODIFIED ||
				(c->fact == CLUE_DATE && c->origin == FROM_META))
				from_clue(&dates, c);
			else if (c->fact == CLUE_DATE || c->fact == CLUE_DATELINE)
				from_element(&dates, c);
		}
		from_blocks(&dates);
	}
	from_url(&dates);
	add(&dates, d->page->capture.feed_published, 89, "feed");
	const struct candidate *best = best_of(&dates);
	if (d->detail && (!best || best->score < 40)) {
		from_far_blocks(&dates);
		from_only_time(&dates);
		from_state(&dates);
	}
	set_dates(&dates);
	return 0;
}
