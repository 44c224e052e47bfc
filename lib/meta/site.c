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

/* ---- the name that the title ends with and the link to the front page says ----------------------- */

enum { HOME_LINKS = 60, NAME_BYTES = 120, HEADINGS = 60 };

static bool is_index(struct view file)
{
	size_t dot = view_find_byte(file, '.');
	return view_eq_nocase(view_first(file, dot), VIEW("index")) && file.n < 12;
}

/* @href leads to the front page of the site that the page is from. */
static bool leads_home(const struct decide *d, uint32_t link)
{
	struct view href = view_trim(dom_attr(d->dom, link, DOM_ATTR_HREF)), host = url_host(page_address(d->page));
	if (dom_has_token(dom_attr(d->dom, link, DOM_ATTR_REL), VIEW("home")))
		return true;
	if (view_starts_nocase(href, VIEW("http:")) || view_starts_nocase(href, VIEW("https:")))
		return url_is_front_page(href) && (!host.n || view_eq_nocase(url_host(href), host));
	if (view_starts(href, VIEW("./")))
		href = view_from(href, 1);
	return view_eq(href, VIEW("/")) || is_index(view_starts(href, VIEW("/")) ? view_from(href, 1) : href);
}

/* What a link says, or its picture. */
static struct view said_by(struct decide *d, uint32_t link)
{
	struct view text = dom_text(d->page, link, NAME_BYTES);
	for (uint32_t i = link + 1; !text.n && i < d->dom->nodes[link].end; i++)
		if (!d->dom->nodes[i].is_text && d->dom->nodes[i].tag == DOM_img)
			text = view_trim(dom_attr(d->dom, i, DOM_ATTR_ALT));
	return text;
}

static bool is_heading(const struct decide *d, struct view part)
{
	size_t seen = 0;
	for (size_t i = 0; i < d->page->block_count && seen < HEADINGS; i++) {
		if (d->page->blocks[i].kind != BLOCK_HEADING)
			continue;
		seen++;
		if (title_same(d->page->blocks[i].text, part))
			return true;
	}
	return false;
}

/* The first or the last part of the title element, in front of or behind @rest. */
static struct view part_of(struct view title, bool last, struct view *rest)
{
	size_t at = 0, n = 0;
	for (size_t i = 1; i < title.n && (last || !n); i++) {
		size_t size = title_separator(title, i);
		if (!size || (last && title.p[i] == ':'))
			continue;
		at = i;
		n = size;
		i += size - 1;
	}
	if (!n)
		return VIEW_NONE;
	struct view head = view_trim(view_first(title, at)), tail = view_trim(view_from(title, at + n));
	*rest = last ? head : tail;
	return last ? tail : head;
}

static bool is_home(struct decide *d, struct view name)
{
	for (size_t i = 0; i < d->detail->link_count && i < HOME_LINKS; i++) {
		uint32_t link = d->detail->links[i];
		if (d->dom->nodes[link].tag == DOM_a && leads_home(d, link) && title_same(said_by(d, link), name))
			return true;
	}
	return false;
}

/* "Headline - The Daily News" over a link to the front page that says "The Daily News". In front of the title a name
 * is one where what comes behind it is a heading: "Home - The Daily News" has links that say "Home", too. */
static struct view named_at_home(struct decide *d)
{
	struct view title = d->evidence->title_tag, rest, last = part_of(title, true, &rest);
	if (last.n && plausible(last) && is_home(d, last))
		return last;
	struct view first = part_of(title, false, &rest);
	bool titled = first.n && (is_heading(d, rest) || (last.n && is_heading(d, last)));
	if (titled && plausible(first) && is_home(d, first))
		return first;
	return VIEW_NONE;
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
		if (!site.n && d->dom) {
			site = named_at_home(d);
			add_name(d, site);
		}
	}
	if (!doc->site && site.n)
		doc->site = decide_str(d, ld_plain(&d->page->arena, site, 200));
	return decide_site_words(d);
}
