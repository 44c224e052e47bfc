#include "extract/text_facts.h"

#include "extract/text_dateline.h"
#include "util/limits.h"
#include "util/utf8.h"

int fact_date(struct page *page, const struct date_found *date, bool modified)
{
	struct garner_document *d = &page->document;
	const char **place = modified || date->updated ? &d->modified : &d->published;
	/* A date that can be read in two ways is no fact. */
	if (*place || date->month == 0 || date->day == 0 || page->capture.published_hint.n)
		return 0;
	*place = arena_printf(&page->arena, "%04d-%02d-%02d", date->year, date->month, date->day);
	if (!*place)
		return page_full(page);
	if (place == &d->published) {
		d->published_from = "text";
		d->published_precision = "day";
	}
	return 0;
}

/* Offset of the next separator of names at or behind @at, its length in @ret_n; v.n when there is none. */
static size_t next_separator(struct view v, size_t at, size_t *ret_n)
{
	static const char *const separators[] = { ", ", " and ", " & ", " und ", " et ", " y ", " e ", " en ", " och ",
		" og ", " i ", " и ", " та ", " ve ", " و ", " וגם ", " dan ", " và ", "、", ";", " / ", " | ", "，" };
	size_t best = v.n;
	*ret_n = 0;
	for (size_t i = 0; i < sizeof(separators) / sizeof(*separators); i++) {
		size_t hit = at + view_find(view_from(v, at), view_of(separators[i]));
		if (hit < best) {
			best = hit;
			*ret_n = strlen(separators[i]);
		}
	}
	return best;
}

int fact_authors(struct page *page, struct view names)
{
	struct garner_document *d = &page->document;
	size_t n = 0;
	if (d->author_count)
		return 0;
	const char **list = arena_calloc(&page->arena, LIMIT_AUTHORS, sizeof(*list));
	if (!list)
		return page_full(page);
	for (size_t at = 0; at < names.n && n < LIMIT_AUTHORS;) {
		size_t skip, end = next_separator(names, at, &skip);
		struct view name = line_trim(view_make(names.p + at, end - at));
		if (name.n) {
			list[n] = page_str(page, utf8_first(name, LIMIT_FACT_BYTES));
			if (!list[n++])
				return page_full(page);
		}
		at = end + (skip ? skip : 1);
	}
	d->authors = list;
	d->author_count = n;
	return 0;
}

int fact_section(struct page *page, struct view text)
{
	if (page->document.section)
		return 0;
	page->document.section = page_str(page, utf8_first(text, LIMIT_FACT_BYTES));
	return page->document.section ? 0 : page_full(page);
}

int fact_dateline(struct page *page, struct view line)
{
	struct garner_document *d = &page->document;
	struct dateline found;
	if (d->place || d->agency || !dateline_read(line, page->utf8, &found))
		return 0;
	d->place = page_str(page, found.place);
	d->agency = page_str(page, found.agency);
	return (found.place.n && !d->place) || (found.agency.n && !d->agency) ? page_full(page) : 0;
}

int fact_of_rule(struct page *page, const struct rules *rules, struct matcher *matcher, const struct rule *rule,
	const struct line *line)
{
	struct date_found date;
	struct view group = VIEW_NONE;
	if ((rule->detector == DETECT_DATE || rule->detector == DETECT_STAMP) && detect_date(rules, line->key, &date))
		return fact_date(page, &date, false);
	if (rule->fact == FACT_NONE)
		return 0;
	if (rule->pattern && pattern_match(matcher, rule->pattern, rule->exact ? line->text : line->core))
		group = matcher_group(matcher, rule->pattern, rule->exact ? line->text : line->core, "fact");
	if (!group.n)
		return 0;
	switch (rule->fact) {
	case FACT_AUTHOR: return rule->exact ? fact_authors(page, group) : 0;
	case FACT_SECTION: return rule->exact ? fact_section(page, group) : 0;
	case FACT_PUBLISHED:
	case FACT_MODIFIED:
		if (!rule->exact && detect_date(rules, group, &date))
			return fact_date(page, &date, rule->fact == FACT_MODIFIED);
		return 0;
	default: return 0;
	}
}
