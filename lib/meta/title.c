#include "meta/decide.h"
#include "meta/fold.h"
#include "util/limits.h"
#include "util/utf8.h"

enum { CANDIDATES = 24 };

enum source { TITLE_LD, TITLE_OG, TITLE_META, TITLE_H1, TITLE_BLOCK, TITLE_ITEMPROP, TITLE_TAG };

struct candidate {
	struct view text, cut; /* as it stands, and without the site's name */
	uint32_t node;
	enum source source;
	uint32_t words[TITLE_WORDS]; /* of cut */
	size_t word_count;
};

struct titles {
	struct candidate list[CANDIDATES];
	size_t count;
};

static void add(struct titles *t, struct decide *d, struct view text, enum source source, uint32_t node)
{
	struct view plain = ld_plain(&d->page->arena, text, LIMIT_TITLE_BYTES);
	if (plain.n == 0 || t->count == CANDIDATES)
		return;
	struct candidate *c = &t->list[t->count++];
	*c = (struct candidate){ .text = plain, .cut = title_cut(d, plain), .node = node, .source = source };
	c->word_count = fold_hashes(c->cut, c->words, TITLE_WORDS);
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
	uint32_t words[TITLE_WORDS];
	size_t count = fold_hashes(text, words, TITLE_WORDS);
	double most = 0;
	for (size_t i = 0; i < t->count; i++) {
		if (is_heading(&t->list[i]))
			continue;
		double like = title_words_overlap(words, count, t->list[i].words, t->list[i].word_count);
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
		size_t n = title_separator(whole, at);
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
	struct view shared = og ? og->cut : VIEW_NONE;
	if (ld && is_news(d))
		return has_kicker(ld->text, shared) ? shared : ld->cut;
	if (heading && agreement(d, t, heading->text) >= 0.5)
		return has_kicker(heading->text, shared) ? shared : heading->cut;
	if (ld && d->main->class == LD_ARTICLE)
		return ld->cut;
	if (itemprop)
		return itemprop->text;
	if (og)
		return og->cut;
	if (tag && tag->cut.n > 1)
		return tag->cut;
	return heading ? heading->text : VIEW_NONE;
}

int title_decide(struct decide *d)
{
	struct garner_document *doc = &d->page->document;
	struct view title = VIEW_NONE;
	if (d->detail) {
		struct titles *titles = arena_alloc(&d->page->arena, sizeof(*titles));
		if (!titles)
			return page_full(d->page);
		titles->count = 0;
		collect(titles, d);
		add_heading_block(titles, d);
		title = choose(d, titles);
	}
	if (d->page->capture.title_hint.n)
		title = d->page->capture.title_hint;
	if (!doc->title && title.n)
		doc->title = decide_str(d, utf8_first(title, LIMIT_TITLE_BYTES));
	return 0;
}
