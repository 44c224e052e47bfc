#include "meta/decide.h"
#include "meta/fold.h"
#include "normalise/normalise.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { CANDIDATES = 24 };

enum source { TITLE_LD, TITLE_OG, TITLE_META, TITLE_H1, TITLE_BLOCK, TITLE_ITEMPROP, TITLE_TAG };

struct candidate {
	struct view text;
	uint32_t node;
	enum source source;
};

struct titles {
	struct candidate list[CANDIDATES];
	size_t count;
};

static void add(struct titles *t, struct decide *d, struct view text, enum source source, uint32_t node)
{
	struct view plain = ld_plain(&d->page->arena, text, LIMIT_TITLE_BYTES);
	if (plain.n && t->count < CANDIDATES)
		t->list[t->count++] = (struct candidate){ plain, node, source };
}

static void collect(struct titles *t, struct decide *d)
{
	const struct detail *detail = d->detail;
	if (d->main)
		add(t, d, d->main->headline.n ? d->main->headline : d->main->name, TITLE_LD, 0);
	for (size_t i = 0; i < detail->count; i++) {
		const struct clue *c = &detail->clues[i];
		if (c->fact != CLUE_TITLE)
			continue;
		add(t, d, c->value,
			c->origin == FROM_OG	     ? TITLE_OG
			: c->origin == FROM_HEADING  ? TITLE_H1
			: c->origin == FROM_ITEMPROP ? TITLE_ITEMPROP
						     : TITLE_META,
			c->node);
	}
	add(t, d, d->evidence->title_tag, TITLE_TAG, 0);
}

/* Letters and digits only, folded: "The Daily-News" and "thedailynews" are one. */
static size_t squeeze(struct view v, char *out, size_t cap)
{
	size_t n = 0;
	for (size_t at = 0; at < v.n;) {
		uint32_t cp = utf8_next(v, &at);
		if (!fold_is_letter(cp) || (cp = fold_letter(cp)) == 0)
			continue;
		char bytes[4];
		size_t k = utf8_put(bytes, cp);
		if (n + k > cap)
			break;
		memcpy(out + n, bytes, k);
		n += k;
	}
	return n;
}

/* One holds the other and is not much longer: "The Daily News Online" and "dailynews", but not a headline that
 * speaks of the Daily News. */
static bool alike(struct view segment, struct view name)
{
	if (segment.n > name.n + name.n / 2 + 6)
		return false;
	return view_find(segment, name) < segment.n || view_find(name, segment) < name.n;
}

/* Labels of the host without "www" and the public suffix: "news.example.co.uk" -> "news", "example". */
static bool host_says(struct view host, struct view squeezed)
{
	struct view label;
	bool found = false;
	char whole[256];
	size_t n = squeeze(host, whole, sizeof(whole));
	if (squeezed.n >= 4 && view_eq(view_make(whole, n), squeezed))
		return true;
	while (!found && view_next_token(&host, '.', &label)) {
		char text[64];
		struct view s = { text, squeeze(label, text, sizeof(text)) };
		if (host.n == 0 || s.n < 2 || view_eq(s, VIEW("www")))
			continue;
		found = view_eq(s, squeezed) ||
			(s.n >= 4 && squeezed.n >= 4 &&
				(view_find(squeezed, s) < squeezed.n || view_find(s, squeezed) < s.n));
	}
	return found;
}

bool decide_is_site(const struct decide *d, struct view segment)
{
	char text[256], other[256];
	struct view s = { text, squeeze(segment, text, sizeof(text)) };
	if (s.n < 2)
		return true;
	if (utf8_count(segment) > 60)
		return false;
	for (size_t i = 0; i < d->site_count; i++) {
		struct view o = { other, squeeze(d->sites[i], other, sizeof(other)) };
		if (view_eq(s, o) || (o.n >= 4 && s.n >= 4 && alike(s, o)))
			return true;
	}
	return host_says(url_host(d->page->capture.url), s);
}

static bool is_site_exactly(const struct decide *d, struct view segment)
{
	for (size_t i = 0; i < d->site_count; i++)
		if (title_same(segment, d->sites[i]))
			return true;
	return false;
}

/* Length of a separator at @at, 0: none. One that is also a hyphen or colon needs spaces around it. */
static size_t separator(struct view v, size_t at)
{
	static const struct view marks[] = { { " | ", 3 }, { " - ", 3 }, { " \xE2\x80\x93 ", 5 },
		{ " \xE2\x80\x94 ", 5 }, { " \xC2\xB7 ", 4 }, { " \xE2\x80\xA2 ", 5 }, { " \xC2\xBB ", 4 },
		{ " \xC2\xAB ", 4 }, { " :: ", 4 }, { " / ", 3 }, { " > ", 3 }, { " < ", 3 }, { " \xE2\x80\xBA ", 5 },
		{ "_", 1 }, { " : ", 3 }, { "\xEF\xBD\x9C", 3 }, { "|", 1 }, { ": ", 2 }, { " // ", 4 }, { " ~ ", 3 },
		{ " \xE2\x88\x92 ", 5 }, { " \xE2\x94\x82 ", 5 }, { "- ", 2 } };
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (view_starts(view_from(v, at), marks[i]))
			return marks[i].n;
	return 0;
}

/* Cuts a site's name off the end, then off the front, as long as one is there. */
static struct view cut_site(const struct decide *d, struct view title)
{
	for (int rounds = 0; rounds < 6; rounds++) {
		size_t last = SIZE_MAX, behind = 0, front = SIZE_MAX, front_n = 0;
		for (size_t at = 1; at < title.n; at++) {
			size_t n = separator(title, at);
			if (n == 0)
				continue;
			if (front == SIZE_MAX) {
				front = at;
				front_n = n;
			}
			last = at;
			behind = at + n;
			at += n - 1;
		}
		if (last == SIZE_MAX)
			break;
		struct view tail = view_trim(view_from(title, behind)), head = view_trim(view_first(title, front));
		/* A colon belongs to headlines: only the site's exact name is cut at one. */
		bool colon = title.p[front] == ':';
		if (decide_is_site(d, tail) && title.p[last] != ':' && view_trim(view_first(title, last)).n > 1)
			title = view_trim(view_first(title, last));
		else if ((colon ? is_site_exactly(d, head) : decide_is_site(d, head)) &&
			 view_trim(view_from(title, front + front_n)).n > 1)
			title = view_trim(view_from(title, front + front_n));
		else
			break;
	}
	return title;
}

static const struct candidate *first_of(const struct titles *t, enum source source)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->list[i].source == source)
			return &t->list[i];
	return NULL;
}

static bool is_heading(const struct candidate *c)
{
	return c->source == TITLE_H1 || c->source == TITLE_BLOCK;
}

/* How much the head of the page says the same: the best overlap with one of its titles. */
static double agreement(const struct decide *d, const struct titles *t, struct view text)
{
	double most = 0;
	for (size_t i = 0; i < t->count; i++) {
		if (is_heading(&t->list[i]))
			continue;
		double like = title_overlap(text, cut_site(d, t->list[i].text));
		most = like > most ? like : most;
	}
	return decide_is_site(d, text) ? most / 2 : most;
}

/* The heading of the text: of those of the highest level before the body the one that agrees best with the head of
 * the page, the last of equals. */
static void add_heading_block(struct titles *t, struct decide *d)
{
	const struct page *page = d->page;
	const struct block *best = NULL;
	double most = 0;
	for (size_t i = 0; i < page->block_count && (i < d->first || d->first == SIZE_MAX); i++) {
		const struct block *b = &page->blocks[i];
		if (b->kind != BLOCK_HEADING || (best && b->level > best->level))
			continue;
		double like = agreement(d, t, b->text);
		if (best && b->level == best->level && like < most)
			continue;
		best = b;
		most = like;
	}
	if (best)
		add(t, d, best->text, TITLE_BLOCK, best->node);
}

static const struct candidate *best_heading(struct decide *d, const struct titles *t)
{
	const struct candidate *block = first_of(t, TITLE_BLOCK), *best = NULL;
	double most = -1;
	if (block && agreement(d, t, block->text) >= 0.5)
		return block;
	for (size_t i = 0; i < t->count; i++) {
		if (t->list[i].source != TITLE_H1)
			continue;
		double like = agreement(d, t, t->list[i].text);
		if (like > most) {
			best = &t->list[i];
			most = like;
		}
	}
	return best;
}

/* Newsrooms write JSON-LD by hand or from the article's own fields; other types are filled by plugins with what the
 * head says, or with a title for search engines. */
static bool is_news(const struct decide *d)
{
	return d->main && d->main->headline.n && d->main->class == LD_ARTICLE &&
	       (view_ends(d->main->type, VIEW("NewsArticle")) || view_eq(d->main->type, VIEW("LiveBlogPosting")));
}

/* @whole is @part with something of its own in front: "Kicker: headline". */
static bool has_kicker(struct view whole, struct view part)
{
	for (size_t at = 1; at < whole.n; at++) {
		size_t n = separator(whole, at);
		if (n && title_same(view_from(whole, at + n), part))
			return true;
	}
	return false;
}

static struct view choose(struct decide *d, const struct titles *t)
{
	const struct candidate *heading = best_heading(d, t), *og = first_of(t, TITLE_OG), *ld = first_of(t, TITLE_LD);
	const struct candidate *tag = first_of(t, TITLE_TAG), *itemprop = first_of(t, TITLE_ITEMPROP);
	if (heading)
		d->headline = heading->node;
	struct view shared = og ? cut_site(d, og->text) : VIEW_NONE;
	if (ld && is_news(d))
		return has_kicker(ld->text, shared) ? shared : cut_site(d, ld->text);
	if (heading && agreement(d, t, heading->text) >= 0.5)
		return has_kicker(heading->text, shared) ? shared : cut_site(d, heading->text);
	if (ld && d->main->class == LD_ARTICLE)
		return cut_site(d, ld->text);
	if (itemprop)
		return itemprop->text;
	if (og)
		return cut_site(d, og->text);
	if (tag && cut_site(d, tag->text).n > 1)
		return cut_site(d, tag->text);
	return heading ? heading->text : VIEW_NONE;
}

int title_decide(struct decide *d)
{
	struct garner_document *doc = &d->page->document;
	struct titles titles = { .count = 0 };
	struct view title = VIEW_NONE;
	if (d->detail) {
		collect(&titles, d);
		add_heading_block(&titles, d);
		title = choose(d, &titles);
	}
	if (d->page->capture.title_hint.n)
		title = d->page->capture.title_hint;
	if (!doc->title && title.n)
		doc->title = decide_str(d, utf8_first(title, LIMIT_TITLE_BYTES));
	return 0;
}
