#include "meta/decide.h"
#include "normalise/normalise.h"
#include "util/clock.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { CANDIDATES = 64, NEAR_BEFORE = 8, NEAR_BEHIND = 12, LINE_BYTES = 240 };

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
enum { ZONE_SECONDS = 14 * 3600, DOUBT_SECONDS = 366 * 86400, FUTURE_PENALTY = 20, STRONG = 80 };

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

/* How near a node stands to the headline and the beginning of the body: 0 far, 1 on the page's own part, 2 near. */
static int nearness(const struct decide *d, uint32_t node)
{
	if (node == 0)
		return 2;
	if (decide_is_aside(d, node))
		return 0;
	if (d->dom->nodes[node].parent == 0)
		return 1;
	size_t at = decide_block_of(d, node);
	if (at == SIZE_MAX)
		return d->headline && node + 60 > d->headline && node < d->headline + 120 ? 2 : 1;
	size_t head = d->head_block != SIZE_MAX ? d->head_block : d->first;
	if (head == SIZE_MAX)
		return 1;
	size_t from = head > NEAR_BEFORE ? head - NEAR_BEFORE : 0, to = head + NEAR_BEHIND;
	return at >= from && at <= to ? 2 : 1;
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
		int points = score;
		if (says_other(context))
			points = 0;
		else if (says_published(context))
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
	const struct candidate *best = best_of(dates);
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
	add(&dates, d->page->capture.published_hint, 100, "hint");
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
	set_dates(&dates);
	return 0;
}
