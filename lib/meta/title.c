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
		/* A property is mostly a heading's own, so it would agree with itself. */
		if (is_heading(&t->list[i]) || t->list[i].source == TITLE_ITEMPROP)
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

enum { KICKER_WORDS = 8, TAIL_WORDS = 3, ECHO_BLOCKS = 20, HEADINGS = 60 };

static bool same(const struct candidate *a, const struct candidate *b)
{
	return a->word_count == b->word_count && a->word_count > 0 &&
	       memcmp(a->words, b->words, a->word_count * sizeof(a->words[0])) == 0;
}

/* @words end with those of @part, with no more than @max others in front. */
static bool ends_with(const uint32_t *words, size_t count, const struct candidate *part, size_t max)
{
	size_t n = part->word_count;
	return n >= TAIL_WORDS && n <= count && count - n <= max &&
	       memcmp(words + count - n, part->words, n * sizeof(words[0])) == 0;
}

/* How many of the page's titles are the same as this one, itself included. */
static size_t votes(const struct titles *t, const struct candidate *c)
{
	size_t n = 0;
	for (size_t i = 0; i < t->count; i++)
		n += t->list[i].source != TITLE_BLOCK && same(&t->list[i], c);
	return n;
}

/* Below the headline stands a second one that is the title of the JSON-LD or of Open Graph, where the first one, like
 * the title element, was written for search engines: the second is what the editors wrote. */
static const struct candidate *echoed(const struct decide *d, const struct titles *t, const struct candidate *heading)
{
	static const enum source sources[] = { TITLE_LD, TITLE_OG };
	size_t head = heading && heading->node ? decide_block_of(d, heading->node) : SIZE_MAX;
	if (head == SIZE_MAX)
		return NULL;
	for (size_t i = head + 1; i < d->page->block_count && i < head + ECHO_BLOCKS && i <= d->first; i++) {
		const struct block *b = &d->page->blocks[i];
		uint32_t words[TITLE_WORDS];
		if (b->kind != BLOCK_HEADING)
			continue;
		size_t count = fold_hashes(b->text, words, TITLE_WORDS);
		if (count == heading->word_count && memcmp(words, heading->words, count * sizeof(words[0])) == 0)
			continue;
		for (size_t k = 0; k < 2; k++) {
			const struct candidate *c = first_of(t, sources[k]);
			if (c && !same(c, heading) && ends_with(words, count, c, KICKER_WORDS))
				return c;
		}
	}
	return NULL;
}

enum { LINES = 120 };

/* The block that says @part and nothing else: a heading, or any line above the body and right at its beginning. */
static const struct block *line_of(const struct decide *d, struct view part, bool headings)
{
	size_t seen = 0;
	for (size_t i = 0; i < d->page->block_count && seen < (headings ? HEADINGS : LINES); i++) {
		const struct block *b = &d->page->blocks[i];
		if (headings && b->kind != BLOCK_HEADING)
			continue;
		seen++;
		if (!headings && (d->first == SIZE_MAX || i > d->first + 2))
			break;
		if ((d->first == SIZE_MAX || i <= d->first + 2 || !b->cut) && b->text.n < part.n + part.n / 2 + 8 &&
			title_same(b->text, part))
			return b;
	}
	return NULL;
}

/* The headline in the title element, between the names of site and section: its longest part that stands on the page
 * as a heading too, or as a line. Templates without a name for the headline put the site's into h1; old ones have no
 * headings at all. */
static struct view segment_on_page(struct decide *d, const struct candidate *tag, bool headings)
{
	struct view rest = tag->cut, best = VIEW_NONE;
	uint32_t best_node = 0;
	for (size_t from = 0, at = 1; at <= rest.n; at++) {
		size_t n = at < rest.n ? title_separator(rest, at) : 0;
		if (at < rest.n && (n == 0 || rest.p[at] == ':' || rest.p[at] == '-'))
			continue;
		struct view part = view_trim(view_make(rest.p + from, at - from));
		from = at + n;
		at += n ? n - 1 : 0;
		uint32_t words[TITLE_WORDS];
		if (part.n <= best.n || fold_hashes(part, words, TITLE_WORDS) < 2 || decide_is_site(d, part))
			continue;
		const struct block *b = line_of(d, part, headings);
		if (!b)
			continue;
		best = part;
		best_node = b->node;
	}
	if (best.n)
		d->headline = best_node;
	return best;
}

/* "Topic - Name of the forum", the name as the first heading and the topic as the next, above the text. */
static struct view topic_of(struct decide *d, const struct candidate *tag, const struct candidate *heading)
{
	enum { NAME_WORDS = 6, SEPARATOR = 6 /* bytes of one at most */ };
	struct view title = tag->cut;
	uint32_t words[TITLE_WORDS];
	if (heading->word_count > NAME_WORDS || !view_ends(title, heading->text))
		return VIEW_NONE;
	size_t end = title.n - heading->text.n, at = end > SEPARATOR ? end - SEPARATOR : 0;
	while (at < end && at + title_separator(title, at) != end)
		at++;
	struct view topic = view_trim(view_first(title, at));
	if (at == end || fold_hashes(topic, words, TITLE_WORDS) < 2)
		return VIEW_NONE;
	const struct block *b = line_of(d, topic, true);
	if (!b || b->node < heading->node || (d->first != SIZE_MAX && b > d->page->blocks + d->first + 2))
		return VIEW_NONE;
	d->headline = b->node;
	return topic;
}

/* A headline of JSON-LD that was cut short: the heading says all of it. */
static bool is_cut_short(const struct candidate *c, const struct candidate *heading)
{
	struct view text = c->text;
	if (view_ends(text, VIEW("...")))
		text = view_first(text, text.n - 3);
	else if (view_ends(text, VIEW("\xE2\x80\xA6")))
		text = view_first(text, text.n - 3);
	else if (text.n < 100)
		return false;
	return heading && heading->text.n > c->text.n && text.n > 20 && view_starts(heading->text, view_trim(text));
}

static struct view from_news(
	const struct titles *t, const struct candidate *ld, const struct candidate *og, const struct candidate *heading)
{
	if (is_cut_short(ld, heading))
		return heading->cut;
	if (og && has_kicker(ld->text, og->cut))
		return og->cut;
	/* The kicker that nearly all of the page's titles have belongs to the headline. */
	if (heading && has_kicker(heading->cut, ld->cut) && votes(t, heading) > 3)
		return heading->cut;
	return ld->cut;
}

/* Heading and Open Graph have the same headline behind kickers that have no word in common. */
static struct view common_tail(struct view a, struct view b)
{
	for (size_t at = 1; at < a.n; at++) {
		size_t n = title_separator(a, at);
		if (n == 0)
			continue;
		struct view tail = view_trim(view_from(a, at + n));
		uint32_t words[TITLE_WORDS];
		bool whole = fold_hashes(tail, words, TITLE_WORDS) > TAIL_WORDS && b.n > tail.n &&
			     title_overlap(view_first(a, at), view_first(b, b.n - tail.n)) == 0;
		return whole && has_kicker(b, tail) ? tail : VIEW_NONE;
	}
	return VIEW_NONE;
}

/* "Kicker headline" in one element, and elsewhere the headline alone, more than once. */
static bool has_joined_kicker(const struct titles *t, const struct candidate *heading, const struct candidate *og)
{
	return votes(t, og) > 1 && heading->text.n > og->cut.n + 4 &&
	       ends_with(heading->words, heading->word_count, og, KICKER_WORDS / 2);
}

static struct view from_heading(const struct titles *t, const struct candidate *heading, const struct candidate *og)
{
	if (!og || same(heading, og))
		return heading->cut;
	if (has_kicker(heading->text, og->cut) || has_joined_kicker(t, heading, og))
		return og->cut;
	struct view tail = common_tail(heading->cut, og->cut);
	return tail.n ? tail : heading->cut;
}

static struct view choose(struct decide *d, const struct titles *t)
{
	const struct candidate *heading = best_heading(d, t), *og = first_of(t, TITLE_OG), *ld = first_of(t, TITLE_LD);
	const struct candidate *tag = first_of(t, TITLE_TAG), *itemprop = first_of(t, TITLE_ITEMPROP);
	bool agrees = heading && agreement(d, t, heading->text) >= 0.5;
	/* A heading behind the beginning of the body that nothing agrees with is a box's. */
	bool behind = heading && d->first != SIZE_MAX && heading->node > d->page->blocks[d->first].node;
	if (heading && (agrees || !behind))
		d->headline = heading->node;
	const struct candidate *echo = echoed(d, t, heading);
	if (echo)
		return echo->cut;
	if (ld && is_news(d))
		return from_news(t, ld, og, heading);
	/* "Thread: Topic" where the title element says "Topic" and nothing else. */
	if (tag && agrees && !og && !ld && has_kicker(heading->text, tag->text) && !decide_is_site(d, tag->text))
		return tag->text;
	struct view topic = tag && agrees && votes(t, heading) == 1 ? topic_of(d, tag, heading) : VIEW_NONE;
	if (topic.n)
		return topic;
	struct view segment = tag && !(agrees && votes(t, heading) > 1) ? segment_on_page(d, tag, true) : VIEW_NONE;
	if (segment.n && (!agrees || decide_is_site(d, heading->text)))
		return segment;
	if (agrees)
		return from_heading(t, heading, og);
	if (tag && !og && !ld && !itemprop && (segment = segment_on_page(d, tag, false)).n)
		return segment;
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
