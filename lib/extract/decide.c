#include "extract/decide.h"

enum { STEPS = 256 };

static uint8_t fact(const struct features *f, enum feature feature)
{
	return f->page_facts[feature - F_PAGE_BLOCKS];
}

/* The page calls itself an article, in Open Graph or Schema.org words. */
static bool is_article(const struct features *f)
{
	uint8_t schema = fact(f, F_PAGE_SCHEMA);
	return fact(f, F_PAGE_OG) == FEATURE_OG_ARTICLE ||
	       (schema >= FEATURE_SCHEMA_NEWS && schema <= FEATURE_SCHEMA_TECH);
}

/* Blocks by probability are taken while each makes 2 * hits / (taken + words of the body) larger; hits and the
 * words of the body are what the scores expect (Lewis 1995; Dembczynski 2011 show that such sets are best). */
static uint16_t best_threshold(const struct features *f, const uint16_t *p)
{
	/* Where the model is sure of an article as a whole, low scores are mistakes more often than a missed body: on
	 * held-out news pages one half is better by 0.4 points there, and worse by 3 on listings. In manuals, which do
	 * not call themselves an article, it would lose short notes and declarations. */
	const double sure = 0.8;
	uint64_t words[STEPS] = { 0 }, hits[STEPS] = { 0 }, expected = 0;
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		uint64_t w = f->stats[i].words;
		words[p[i] / (65536 / STEPS)] += w;
		hits[p[i] / (65536 / STEPS)] += w * p[i];
		expected += w * p[i];
	}
	uint64_t taken = 0, hit = 0;
	double best = 0;
	int at = STEPS / 2;
	for (int k = STEPS - 1; k > 0; k--) {
		taken += words[k];
		hit += hits[k];
		double f1 = taken ? 2.0 * (double)hit / ((double)taken * 65535.0 + (double)expected) : 0;
		if (words[k] && f1 > best) {
			best = f1;
			at = k;
		}
	}
	if (best >= sure && at < STEPS / 2 && is_article(f))
		at = STEPS / 2;
	return (uint16_t)(at * (65536 / STEPS));
}

enum {
	COPY_WORDS = 8,	 /* a text so long is not said twice by its author */
	COPIES_MANY = 3, /* and three times only by a template */
};

/* Tables and lists say the same of many things: the parameters of functions. */
static bool may_repeat(const struct features *f, const uint16_t *p, uint32_t i)
{
	const uint16_t sure = 65536 * 4 / 5;
	enum block_kind kind = f->blocks->items[i].kind;
	return f->alike[i] == f->best_class || kind == BLOCK_ROW || (kind == BLOCK_ITEM && p[i] >= sure);
}

/* Repeated texts, but for those that look like the body's paragraphs. */
static void drop_copies(const struct features *f, const uint16_t *p, uint8_t *keep)
{
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		if (!keep[i] || f->stats[i].words < COPY_WORDS || f->copies[i] < 2 || may_repeat(f, p, i))
			continue;
		keep[i] = f->copies[i] < COPIES_MANY && (f->copy_first[i] == i || !keep[f->copy_first[i]]);
	}
}

enum {
	/* as much text is shown as is hidden, and the hidden one is something else; panels behind tabs and buttons are
	 * text (with 2: -.0009 on all types but articles) */
	HIDDEN_TIMES = 10,
	NOSCRIPT_TIMES = 2,
	NUMBER_DIGITS = 9, /* of the number of a line */
};

enum { BODY_WORDS = 60 }; /* kept between two titles before the second may end the page */

/* The innermost box that holds both: a parent stands before its children. */
static uint32_t shared_box(const struct features *f, uint32_t a, uint32_t b)
{
	while (a != b) {
		if (a > b)
			a = f->blocks->boxes[a].parent;
		else
			b = f->blocks->boxes[b].parent;
	}
	return a;
}

/* Endless pages hang the next article below the first: it begins with a heading as high as the title, in an <article>
 * of its own, outside of the box that the title shares with its body (a section of the body would stand inside). */
static void cut_next_article(const struct features *f, uint8_t *keep)
{
	const struct text_block *blocks = f->blocks->items;
	uint32_t title = f->title_block, words = 0, n = f->blocks->count, body = UINT32_MAX, i;
	if (title >= n || blocks[title].kind != BLOCK_HEADING || !is_article(f))
		return;
	for (i = title + 1; i < n; i++) {
		bool titled = blocks[i].kind == BLOCK_HEADING && blocks[i].level <= blocks[title].level &&
			      f->boxes[blocks[i].box].article != f->boxes[blocks[title].box].article;
		if (titled && words >= BODY_WORDS && f->stats[i].title_hits * 2 < f->stats[i].words &&
			shared_box(f, blocks[i].box, blocks[title].box) < body)
			break;
		if (keep[i] && f->stats[i].good)
			body = shared_box(f, body == UINT32_MAX ? blocks[title].box : body, blocks[i].box);
		words += keep[i] ? f->stats[i].words : 0;
	}
	memset(keep + i, 0, n - i);
}

/* The headline of an article is the document's title. Forums, listings and products often have no other heading, and
 * readers count it there as text: on held-out pages +.0003 on news, -.004 on forums were it cut on those as well. */
static void cut_headline(const struct features *f, uint8_t *keep)
{
	uint32_t title = f->title_block;
	if (title < f->blocks->count && f->blocks->items[title].kind == BLOCK_HEADING && is_article(f))
		keep[title] = 0;
}

/* The headline is the document's title, not its text. */
static void drop_headline(const struct features *f, uint8_t *keep)
{
	uint32_t title = f->title_block;
	if (title >= f->blocks->count || f->blocks->items[title].kind != BLOCK_HEADING ||
		f->blocks->items[title].level != 1)
		return;
	for (uint32_t i = 0; i < title; i++)
		if (keep[i] && f->stats[i].good)
			return; /* a section that is called like the page */
	keep[title] = 0;
}

/* Blocks with the flag go where @times as much is shown. */
static void drop_unseen(const struct features *f, uint8_t *keep, uint32_t flag, uint64_t times)
{
	const struct text_block *blocks = f->blocks->items;
	uint64_t shown = 0, unseen = 0;
	for (uint32_t i = 0; i < f->blocks->count; i++)
		if (keep[i])
			*(blocks[i].flags & flag ? &unseen : &shown) += f->stats[i].words;
	for (uint32_t i = 0; unseen && unseen * times <= shown && i < f->blocks->count; i++)
		if (blocks[i].flags & flag)
			keep[i] = 0;
}

/* "1\n2\n3", line by line. */
static bool is_count(struct view text)
{
	struct view line;
	uint64_t number = 0, lines = 0;
	while (view_next_line(&text, &line)) {
		line = view_trim(line);
		uint64_t n = 0;
		for (size_t i = 0; i < line.n; i++) {
			if (!ascii_is_digit(line.p[i]) || line.n > NUMBER_DIGITS)
				return false;
			n = n * 10 + (uint64_t)(line.p[i] - '0');
		}
		if (!line.n || (lines && n != number + 1))
			return false;
		number = n;
		lines++;
	}
	return lines > 1;
}

/* The numbers of its lines in a column beside some code. */
static void drop_line_numbers(const struct features *f, uint8_t *keep)
{
	const struct text_block *blocks = f->blocks->items;
	for (uint32_t i = 0; i + 1 < f->blocks->count; i++)
		if (keep[i] && blocks[i].kind == BLOCK_CODE && blocks[i + 1].kind == BLOCK_CODE &&
			ascii_is_digit(*view_trim(blocks[i].text).p) && is_count(blocks[i].text))
			keep[i] = 0;
}

/* Texts in boxes like those of most of the body belong to it unless the model is sure: the other posts of a thread, the
 * other sections. On pages that call themselves an article such boxes are of other articles, too: news -.002. By a
 * fifth or a third, the same within .001. */
static void join_alike(const struct features *f, const uint16_t *p, uint8_t *keep)
{
	const uint16_t least = 65536 / 4;
	if (is_article(f))
		return;
	for (uint32_t i = 0; i < f->blocks->count; i++)
		if (f->alike[i] == f->best_class && f->stats[i].good && p[i] >= least)
			keep[i] = 1;
}

/* A row stands in the table's head, body or foot. */
static uint32_t table_of(const struct text_blocks *blocks, uint32_t i)
{
	const struct box *boxes = blocks->boxes;
	return boxes[boxes[blocks->items[i].box].parent].parent;
}

/* Rows of a table with data are one thing: all of them stay where half of their words do. */
static void join_rows(const struct features *f, uint8_t *keep)
{
	const struct text_block *items = f->blocks->items;
	uint32_t n = f->blocks->count;
	for (uint32_t i = 0, end; i < n; i = end) {
		uint32_t kept = 0, all = 0;
		for (end = i;
			end < n && items[end].kind == BLOCK_ROW && table_of(f->blocks, end) == table_of(f->blocks, i);
			end++) {
			all += f->stats[end].words;
			kept += keep[end] ? f->stats[end].words : 0;
		}
		if (kept && kept * 2 >= all)
			memset(keep + i, 1, end - i);
		end += end == i;
	}
}

static bool shows_code(const struct features *f, const uint8_t *keep)
{
	for (uint32_t i = 0; i < f->blocks->count; i++)
		if (keep[i] && f->blocks->items[i].kind == BLOCK_CODE)
			return true;
	return false;
}

/* Boxes alike, side by side, are sections of one text where half of their words are kept, running text for a third,
 * and the body shows code: what the others hold stays by a twentieth. On held-out pages documentation +.0022. Without
 * code such boxes are offers and teasers: all types -.0006. */
static void join_sections(const struct features *f, const uint16_t *p, uint8_t *keep)
{
	enum { WORDS = 50 };
	const struct text_blocks *blocks = f->blocks;
	const uint16_t least = 65536 / 20;
	if (is_article(f) || !shows_code(f, keep))
		return;
	f->kept[0] = 0;
	for (uint32_t i = 0; i < blocks->count; i++)
		f->kept[i + 1] = f->kept[i] + (keep[i] ? f->stats[i].words : 0);
	for (uint32_t i = 0; i <= f->twins_count; i++)
		f->twins[i].kept = 0;
	for (uint32_t i = 1; i < blocks->box_count; i++)
		f->twins[f->boxes[i].twins].kept += f->kept[blocks->boxes[i].end] - f->kept[blocks->boxes[i].first];
	for (uint32_t i = 1; i < blocks->box_count; i++) {
		const struct twins *t = &f->twins[f->boxes[i].twins];
		if (t->boxes < 2 || t->words < WORDS || t->kept * 2ull < t->words || t->link * 4ull > t->chars ||
			t->good * 3ull < t->chars)
			continue;
		for (uint32_t k = blocks->boxes[i].first; k < blocks->boxes[i].end; k++)
			if (p[k] >= least && f->stats[k].link * 2ull <= f->stats[k].chars)
				keep[k] = 1;
	}
}

/* What stands between kept blocks stays where it is body by two fifths on the mean of its words, and by a tenth where
 * the body shows code: declarations, notes and examples of manuals look like nothing else. On held-out pages
 * documentation +.0034, of it .0025 by the tenth, all types +.0001; on articles, which hold other articles' teasers,
 * not. */
static void fill_gaps(const struct features *f, const uint16_t *p, uint8_t *keep)
{
	const uint64_t least = shows_code(f, keep) ? 65536 / 10 : 65536 * 2 / 5;
	uint64_t words = 0, sum = 0;
	uint32_t last = UINT32_MAX;
	for (uint32_t i = 0; !is_article(f) && i < f->blocks->count; i++) {
		if (!keep[i]) {
			words += f->stats[i].words;
			sum += (uint64_t)f->stats[i].words * p[i];
			continue;
		}
		if (last != UINT32_MAX && sum >= words * least)
			memset(keep + last, 1, i - last);
		words = sum = 0;
		last = i;
	}
}

uint16_t decide_body(const struct features *f, const uint16_t *p, uint8_t *ret_keep)
{
	uint16_t threshold = best_threshold(f, p);
	for (uint32_t i = 0; i < f->blocks->count; i++)
		ret_keep[i] = p[i] >= threshold;
	join_alike(f, p, ret_keep);
	join_sections(f, p, ret_keep);
	join_rows(f, ret_keep);
	fill_gaps(f, p, ret_keep);
	drop_headline(f, ret_keep);
	drop_copies(f, p, ret_keep);
	drop_unseen(f, ret_keep, TEXT_NOSCRIPT, NOSCRIPT_TIMES);
	drop_unseen(f, ret_keep, TEXT_HIDDEN, HIDDEN_TIMES);
	drop_line_numbers(f, ret_keep);
	cut_next_article(f, ret_keep);
	cut_headline(f, ret_keep);
	return threshold;
}
