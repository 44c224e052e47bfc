#include "meta/dates.h"
#include "meta/fold.h"
#include "util/utf8.h"

enum { NEAR_BEFORE = 8, NEAR_BEHIND = 12, FAR_BLOCKS = 400 };

/* One of the folded @words stands in @text, whatever its case and accents. One pass: two letters decide whether any can
 * begin. */
static bool holds_any(struct view text, const char *const *words)
{
	char folded[DATE_LINE_BYTES];
	size_t n = fold_word(text, folded, sizeof(folded));
	uint64_t pairs[4] = { 0 };
	for (size_t i = 0; words[i] && n > 1; i++) {
		unsigned pair = ((unsigned char)words[i][0] + 7u * (unsigned char)words[i][1]) & 255;
		pairs[pair / 64] |= UINT64_C(1) << (pair % 64);
	}
	for (size_t at = 0; at + 1 < n; at++) {
		unsigned pair = ((unsigned char)folded[at] + 7u * (unsigned char)folded[at + 1]) & 255;
		if (!(pairs[pair / 64] >> (pair % 64) & 1))
			continue;
		struct view rest = view_make(folded + at, n - at);
		for (size_t i = 0; words[i]; i++)
			if (words[i][1] == rest.p[1] && view_starts(rest, view_of(words[i])))
				return true;
	}
	return false;
}

/* "updated", "modified" … in the words around a date: then it is no date of publication. Folded (fold.h). */
static const char *const modified_words[] = { "updated", "modified", "aktualisiert", "geandert", "mis a jour",
	"mise a jour", "modifie", "actualizado", "atualizado", "aggiornat", "bijgewerkt", "updaterad", "uppdaterad",
	"opdateret", "oppdatert", "paivitetty", "aktualizovan", "aktualizacja", "zaktualizowan", "обновлен", "оновлен",
	"изменен", "обновен", "ажурирано", "azurirano", "posodobljen", "frissitve", "modositva", "actualizat",
	"guncelle", "تحديث", "بهروز", "עודכן", "更新", "업데이트", "수정", "cap nhat", "diperbarui", "dikemas kini",
	"last edit", "letzte anderung", "stand:", "ajourf", "atnaujinta", "atjaun", "uuendatud", "ενημερωση",
	"ενημερωθηκε", "अपडेट", "संशोधित", "আপডেট", "อัปเดต", "อัพเดต", "แก้ไขล่าสุด", "թարմաց", "განახლ", NULL };

static const char *const published_words[] = { "publi", "veroffentlicht", "erstellt", "erschienen", "posted",
	"pubblicat", "gepubliceerd", "geplaatst", "julkaistu", "opublikowan", "опубликован", "опублікован",
	"публикуван", "објављено", "objavljen", "zverejnen", "vydano", "kozzet", "megjelent", "yayin", "نشر", "انتشار",
	"פורסם", "发布", "發布", "投稿", "公開", "掲載", "配信", "등록", "입력", "dang luc", "dang ngay", "ngay dang",
	"diterbitkan", "written on", "eingestellt", "gepostet", "gespeichert", "geschrieben", "eingetragen", "verfasst",
	"mise en ligne", "mis en ligne", "δημοσιευ", "datum", "created", "udgivet", "paskelbta", "avaldatud", "प्रकाशित",
	"প্রকাশ", "เผยแพร่", "გამოქვეყნ", "հրապարակ", NULL };

/* A copyright line, an event to come or a deadline is no date of the page. */
static const char *const other_words[] = { "\xC2\xA9", "copyright", "(c)", "all rights", "termin", "born", "expires",
	"deadline", "valid until", "joined", "member since", "registriert", "dabei seit", "registered", "founded",
	"birthday", "geburtstag", "inscrit le", "registrado", "iscritto", "регистрация", NULL };

bool dates_says_modified(struct view text)
{
	return holds_any(text, modified_words);
}

bool dates_says_published(struct view text)
{
	return holds_any(text, published_words);
}

static bool says_other(struct view text)
{
	return holds_any(text, other_words);
}

/* A date inside a line of text: short lines are about themselves, running text speaks of other days. */
void dates_from_line(struct dates *dates, struct view text, int score, enum date_kind kind, bool date_alone)
{
	struct view line = utf8_first(text, DATE_SCAN_BYTES), span;
	for (int found = 0; found < 3 && line.n >= 6 && date_has_digits(line); found++) {
		struct date date;
		if (!date_find(&dates->d->dates, line, &date, &span))
			return;
		struct view before = view_make(line.p, (size_t)(span.p - line.p));
		struct view context = before.n > 60 ? view_from(before, before.n - 60) : before;
		struct view behind = view_first(view_from(line, before.n + span.n), 24);
		int points = score;
		unsigned says = line.n <= span.n + 12 ? DATE_STANDS_ALONE : 0;
		if (says_other(context))
			points = 0;
		else if (dates_says_published(context) ||
			 (!dates_says_modified(context) && dates_says_published(behind))) {
			says |= DATE_SAYS_PUBLISHED;
			points += 6;
		} else if (dates_says_modified(context)) {
			dates_add_modified(dates, span, 50);
			says |= DATE_SAYS_MODIFIED;
			points -= found ? 40 : 22; /* behind another date it is no publication */
		} else if (date_alone && text.n > span.n + 80)
			points -= before.n ? 25 : 15;
		if (points > 0)
			dates_add(dates, span, points, kind, says);
		line = view_from(line, (size_t)(span.p - line.p) + span.n);
	}
}

/* A date and little else, or the words of a byline that say what the date is of; no sentence. */
static bool is_short_or_labelled(const struct block *b)
{
	if (b->text.n < 40)
		return true;
	return b->text.n < 120 && (b->cut || b->text.p[b->text.n - 1] != '.') && date_has_digits(b->text) &&
	       (dates_says_published(b->text) || dates_says_modified(b->text));
}

/* Lines around the headline and behind the body. */
void dates_from_blocks(struct dates *dates)
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
		/* Right at the headline no name of a box makes it another page's. */
		bool at_head = d->head_block != SIZE_MAX && i + 2 >= head && i <= head + 4;
		if (d->dom && !at_head && decide_is_aside(d, b->node))
			continue;
		bool body = !b->cut && i != d->head_block && b->text.n > DATE_LINE_BYTES;
		dates_from_line(dates, body ? utf8_first(b->text, 80) : b->text,
			(body ? 34 : 64) - (distance > 12 ? 12 : distance), body ? DATE_BODY : DATE_HEAD, true);
	}
	/* A teaser can stand between the headline and the line with the date: then it is a date and little else. */
	for (size_t i = to; i < page->block_count && i <= head + NEAR_BEHIND; i++)
		if (is_short_or_labelled(&page->blocks[i]) && !(d->dom && decide_is_aside(d, page->blocks[i].node)))
			dates_from_line(dates, page->blocks[i].text, 58 - (int)(i - head), DATE_HEAD, true);
	if (d->last == SIZE_MAX)
		return;
	for (size_t i = d->last + 1; i < d->last + 6 && i < page->block_count; i++)
		if (page->blocks[i].text.n < 160 && !(d->dom && decide_is_aside(d, page->blocks[i].node)))
			dates_from_line(dates, page->blocks[i].text, 42 - (int)(i - d->last), DATE_FOOT, true);
}

/* Only a date, or a date with the word for its publication. */
static bool is_labelled(const struct page *page, size_t at, struct view span)
{
	const struct block *b = &page->blocks[at];
	struct view before = view_trim(view_make(b->text.p, (size_t)(span.p - b->text.p)));
	size_t behind = b->text.n - (size_t)(span.p - b->text.p) - span.n;
	if (behind > 8)
		return false;
	if (before.n)
		return before.n < 30 && dates_says_published(before) && !dates_says_modified(before);
	/* <h4>Published</h4><div>July 8, 2025</div> */
	struct view label = at > 0 ? page->blocks[at - 1].text : VIEW_NONE;
	return label.n > 0 && label.n < 30 && !date_has_digits(label) && dates_says_published(label) &&
	       !dates_says_modified(label);
}

void dates_from_labels(struct dates *dates)
{
	const struct page *page = dates->d->page;
	struct date only = { .year = -1 };
	for (size_t i = 0; i < page->block_count && i < FAR_BLOCKS; i++) {
		const struct block *b = &page->blocks[i];
		struct date date;
		struct view span;
		if (b->text.n > 60 || b->text.n < 6 || !date_has_digits(b->text) ||
			!date_find(&dates->d->dates, b->text, &date, &span) || !is_labelled(page, i, span))
			continue;
		if (only.year >= 0 && date_compare_days(&only, &date) != 0)
			return;
		only = date;
	}
	if (only.year >= 0)
		dates_add_date(dates, &only, 66, DATE_LABEL, DATE_SAYS_PUBLISHED);
}

/* What is left when nothing near the headline speaks: a line anywhere that says "published", or a line in the body that
 * is a date and nothing else. */
void dates_from_far_blocks(struct dates *dates)
{
	const struct page *page = dates->d->page;
	struct date url = { .year = -1 };
	date_in_url(page_address(page), dates->d->dates.year_max, &url);
	for (size_t i = 0; i < page->block_count && i < FAR_BLOCKS; i++) {
		const struct block *b = &page->blocks[i];
		struct date date;
		struct view span;
		/* "01.02.2022 The market …": a dateline. */
		bool leads = b->text.n > 160 && !b->cut && ascii_is_digit(b->text.p[0]) && i <= dates->d->first + 8;
		if ((b->text.n > 160 && !leads) || b->text.n < 6 || !date_has_digits(view_first(b->text, 160)) ||
			!date_find(&dates->d->dates, view_first(b->text, leads ? 40 : 160), &date, &span))
			continue;
		struct view before = view_make(b->text.p, (size_t)(span.p - b->text.p));
		struct view behind = view_from(b->text, before.n + span.n);
		/* In a side box only the month of the address tells that it is of this page. */
		bool confirmed = date.year == url.year && date.month == url.month;
		if (says_other(b->text) || dates_says_modified(before) ||
			(!confirmed && dates->d->dom && decide_is_aside(dates->d, b->node)))
			continue;
		if (dates_says_published(before) || dates_says_published(behind))
			dates_add_date(dates, &date, 36, DATE_LOOSE, DATE_SAYS_PUBLISHED);
		else if (!b->cut && (b->text.n <= span.n + 2 || (leads && before.n == 0)))
			dates_add_date(dates, &date, leads ? 28 : 30, DATE_LOOSE, DATE_STANDS_ALONE);
	}
}
