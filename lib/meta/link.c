#include <errno.h>
#include "meta/decide.h"
#include "normalise/normalise.h"
#include "util/limits.h"

/* A page fetched by its editor names itself with what the editor signs in with: that is no part of its address. */
static int drop_credentials(struct decide *d, struct view *href)
{
	size_t at = view_find_byte(*href, '@');
	if (at == href->n || view_find(*href, VIEW("//")) > at)
		return 0;
	char *copy = arena_alloc(&d->page->arena, href->n);
	if (!copy)
		return page_full(d->page);
	*href = view_make(copy, url_without_credentials(*href, copy));
	return 0;
}

/* @ret absolute, or VIEW_NONE when @href is not a web address. 0 or a reason. */
static int resolve(struct decide *d, struct view href, struct view *ret)
{
	*ret = VIEW_NONE;
	struct view base = d->page->capture.url;
	if (href.n == 0 || href.n > LIMIT_URL_BYTES)
		return 0;
	struct view of_page = d->detail ? view_trim(d->detail->base) : VIEW_NONE, absolute;
	if (of_page.n && base.n) {
		int result = url_resolve(&d->page->arena, base, of_page, &absolute);
		if (result == -ENOMEM)
			return page_full(d->page);
		base = result == 0 ? absolute : base;
	}
	/* A file from a disk: its canonical address tells where it was. */
	if (base.n == 0)
		base = d->page->document.url_canonical ? view_of(d->page->document.url_canonical) : href;
	href = view_trim(href);
	int result = drop_credentials(d, &href);
	if (result)
		return result;
	result = url_resolve(&d->page->arena, base, href, &absolute);
	if (result == -ENOMEM)
		return page_full(d->page);
	if (result == 0 &&
		(view_starts_nocase(absolute, VIEW("http://")) || view_starts_nocase(absolute, VIEW("https://"))))
		*ret = absolute;
	return 0;
}

static struct view best_clue(const struct decide *d, enum clue_fact fact, int origin)
{
	struct view best = VIEW_NONE;
	unsigned rank = UINT32_MAX;
	for (size_t i = 0; i < d->detail->count; i++) {
		const struct clue *c = &d->detail->clues[i];
		if (c->fact != fact || (origin >= 0 && c->origin != origin) || c->rank >= rank)
			continue;
		rank = c->rank;
		best = c->value;
	}
	return best;
}

static int decide_canonical(struct decide *d)
{
	struct view found[3] = { best_clue(d, CLUE_CANONICAL, FROM_REL), best_clue(d, CLUE_CANONICAL, FROM_OG),
		d->main ? d->main->url : VIEW_NONE };
	for (size_t i = 0; i < 3; i++) {
		struct view absolute;
		int result = resolve(d, found[i], &absolute);
		if (result)
			return result;
		/* A canonical address that leads to the front page speaks of a template, not of this page. */
		if (absolute.n == 0 || (url_is_front_page(absolute) && !url_is_front_page(d->page->capture.url)))
			continue;
		if (!d->page->document.url_canonical)
			d->page->document.url_canonical = decide_str(d, absolute);
		return 0;
	}
	return 0;
}

static bool listed(const char *const *tags, size_t count, struct view tag)
{
	for (size_t i = 0; i < count; i++)
		if (view_eq_nocase(view_of(tags[i]), tag))
			return true;
	return false;
}

struct taglist {
	const char **tags;
	size_t count;
	size_t bytes;
};

static void add_tag(struct decide *d, struct taglist *list, struct view tag)
{
	tag = ld_plain(&d->page->arena, view_trim(tag), 100);
	if (tag.n == 0 || list->count == LD_TAGS || list->bytes + tag.n > LIMIT_FACT_BYTES ||
		listed(list->tags, list->count, tag))
		return;
	const char *text = decide_str(d, tag);
	if (!text)
		return;
	list->tags[list->count++] = text;
	list->bytes += tag.n;
}

/* Article tags first; the page's keywords only when there are none. */
static int decide_tags(struct decide *d)
{
	struct garner_document *doc = &d->page->document;
	struct taglist list = { .tags = arena_calloc(&d->page->arena, LD_TAGS, sizeof(char *)) };
	if (!list.tags)
		return page_full(d->page);
	for (size_t pass = 0; pass < 3 && list.count == 0; pass++) {
		for (size_t i = 0; i < d->detail->count; i++) {
			const struct clue *c = &d->detail->clues[i];
			bool tag = c->fact == CLUE_TAG && (pass == 0	      ? c->origin == FROM_OG
								  : pass == 1 ? c->origin == FROM_META
									      : c->origin == FROM_REL);
			struct view rest = c->value, part;
			while (tag && view_next_token(&rest, pass == 1 ? ',' : '\n', &part))
				add_tag(d, &list, part);
		}
		for (size_t i = 0; pass == 0 && list.count == 0 && d->main && i < d->main->tag_count; i++)
			add_tag(d, &list, d->main->tags[i]);
	}
	if (list.count && !doc->tags) {
		doc->tags = list.tags;
		doc->tag_count = list.count;
	}
	return 0;
}

static void decide_section(struct decide *d)
{
	struct view section = best_clue(d, CLUE_SECTION, -1);
	if (d->main && d->main->section.n)
		section = d->main->section;
	for (size_t i = 0; section.n == 0 && i < d->detail->ld.count; i++)
		if (d->detail->ld.items[i]->class == LD_BREADCRUMB)
			section = d->detail->ld.items[i]->section;
	section = ld_plain(&d->page->arena, section, 200);
	if (section.n && !d->page->document.section && !view_starts(section, VIEW("http")))
		d->page->document.section = decide_str(d, section);
}

int link_decide(struct decide *d)
{
	if (!d->detail)
		return 0;
	struct garner_document *doc = &d->page->document;
	struct view image = best_clue(d, CLUE_IMAGE, -1), licence = best_clue(d, CLUE_LICENCE, -1), absolute;
	int result = decide_canonical(d);
	if (result == 0)
		result = decide_tags(d);
	if (result)
		return result;
	decide_section(d);
	if (image.n == 0 && d->main)
		image = d->main->image;
	if ((result = resolve(d, image, &absolute)))
		return result;
	doc->image = decide_str(d, absolute);
	if (licence.n == 0 && d->main)
		licence = d->main->licence;
	bool address = view_starts(licence, VIEW("http")) || view_starts(licence, VIEW("/"));
	if (address && (result = resolve(d, licence, &absolute)))
		return result;
	doc->licence = decide_str(d, address ? absolute : licence);
	struct view description = ld_plain(&d->page->arena, d->evidence->description, LIMIT_FACT_BYTES);
	if (description.n && !doc->description)
		doc->description = decide_str(d, description);
	return 0;
}
