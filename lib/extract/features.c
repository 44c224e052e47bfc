#include "extract/features.h"

#include "extract/key_table.h"
#include "extract/quantise.h"
#include "extract/words.h"
#include "meta/meta.h"
#include "util/hash.h"

/* Raise when a feature keeps its name and changes its sense. */
enum { FEATURES_MEANING = 1 };
enum { NONE = UINT32_MAX };

static const char *const names[] = {
#define FEATURE_NAME(name) #name,
	FEATURES_TABLE(FEATURE_NAME) FEATURES_SECOND_TABLE(FEATURE_NAME)
#undef FEATURE_NAME
};

const char *feature_name(uint32_t feature)
{
	return feature < FEATURE_COUNT ? names[feature] : "";
}

uint32_t features_version(void)
{
	uint64_t h = FEATURES_MEANING;
	for (uint32_t i = 0; i < FEATURE_COUNT; i++)
		h = hash64(view_of(names[i]), h);
	return (uint32_t)h;
}

/* ---- gathering ----------------------------------------------------------------------------- */

static bool allocate(struct features *f)
{
	struct arena *arena = &f->page->arena;
	size_t n = f->blocks->count + 1;
	f->stats = arena_calloc(arena, n, sizeof(*f->stats));
	f->sums = arena_calloc(arena, n, sizeof(*f->sums));
	uint32_t *indices = arena_calloc(arena, n * 6, sizeof(uint32_t));
	uint8_t *bytes = arena_calloc(arena, n * 4, 1);
	f->classes = arena_calloc(arena, n, sizeof(*f->classes));
	if (!f->stats || !f->sums || !indices || !bytes || !f->classes)
		return false;
	f->copies = indices;
	f->copy_first = indices + n;
	f->alike = indices + 2 * n;
	f->last_good = indices + 3 * n;
	f->next_good = indices + 4 * n;
	f->last_heading = indices + 5 * n;
	f->climb = bytes;
	f->images = bytes + n;
	f->titles = bytes + 2 * n;
	f->h1s = bytes + 3 * n;
	return true;
}

static bool read_facts(struct features *f, struct word_set *set, uint32_t counts[3])
{
	const struct evidence *e = f->page->evidence;
	if (!e)
		return true;
	struct view title = e->og_title.n ? e->og_title : e->ld_headline.n ? e->ld_headline : e->title_tag;
	size_t bytes = e->title_tag.n + title.n + e->description.n + e->article_body.n;
	if (!bytes)
		return true;
	if (!words_init(set, &f->page->arena, bytes))
		return false;
	counts[0] = words_add(set, title, WORD_TITLE, 0);
	counts[1] = words_add(set, e->description, WORD_DESCRIPTION, 0);
	counts[2] = words_add(set, e->article_body, WORD_BODY, WORD_BODY_PAIR);
	return true;
}

/* Running text: long, with few links. Scripts without spaces say as much in fewer characters. */
static void judge_text(const struct text_block *b, struct text_stats *s)
{
	uint32_t size = s->chars + s->wide;
	bool plain = b->link_bytes * 3ull < b->text.n && !(b->flags & (TEXT_BUTTON | TEXT_HIDDEN)) &&
		     b->kind != BLOCK_HEADING;
	s->is_long = plain && size >= 70;
	s->good = plain && (size >= 100 || (size >= 50 && s->sentences));
}

static void read_stats(struct features *f, const struct word_set *set)
{
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		const struct text_block *b = &f->blocks->items[i];
		struct text_stats *s = &f->stats[i];
		words_scan(set, b->text, s);
		s->link = (uint32_t)((uint64_t)s->chars * b->link_bytes / b->text.n);
		judge_text(b, s);
		const struct text_sums *before = &f->sums[i];
		f->sums[i + 1] = (struct text_sums){ .chars = before->chars + s->chars,
			.link = before->link + s->link,
			.words = before->words + s->words,
			.good = before->good + (s->good ? s->chars : 0),
			.longs = before->longs + s->is_long,
			.headings = before->headings + (b->kind == BLOCK_HEADING),
			.items = before->items + (b->kind == BLOCK_ITEM),
			.rows = before->rows + (b->kind == BLOCK_ROW),
			.times = before->times + (b->time_bytes > 0) };
	}
}

static bool read_copies(struct features *f)
{
	struct key_table copies, looks;
	struct arena *arena = &f->page->arena;
	bool fresh;
	if (!key_table_init(&copies, arena, f->blocks->count) || !key_table_init(&looks, arena, f->blocks->count))
		return false;
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		uint32_t *first = key_table_put(&copies, f->stats[i].hash, &fresh);
		if (fresh)
			*first = i;
		f->copy_first[i] = *first;
		f->copies[*first]++;
		const struct text_block *b = &f->blocks->items[i];
		uint32_t *class = key_table_put(&looks, f->boxes[b->box].signature ^ b->kind, &fresh);
		if (fresh)
			*class = f->class_count++;
		f->alike[i] = *class;
		struct alike *a = &f->classes[*class];
		a->blocks++;
		a->chars += f->stats[i].chars;
		a->link += f->stats[i].link;
		a->good += f->stats[i].good ? f->stats[i].chars : 0;
		if (a->good > f->classes[f->best_class].good)
			f->best_class = *class;
	}
	for (uint32_t i = 0; i < f->blocks->count; i++)
		f->copies[i] = f->copies[f->copy_first[i]];
	return true;
}

static struct text_sums sums_of(const struct features *f, uint32_t from, uint32_t end)
{
	const struct text_sums *a = &f->sums[from], *b = &f->sums[end];
	return (struct text_sums){ b->chars - a->chars, b->link - a->link, b->words - a->words, b->good - a->good,
		b->longs - a->longs, b->headings - a->headings, b->items - a->items, b->rows - a->rows,
		b->times - a->times };
}

static struct text_sums box_sums(const struct features *f, uint32_t box)
{
	return sums_of(f, f->blocks->boxes[box].first, f->blocks->boxes[box].end);
}

/* The box with most running text right inside, and the deepest with 7 tenths of all. */
static void find_main(struct features *f)
{
	const struct text_blocks *b = f->blocks;
	for (uint32_t i = 0; i < b->count; i++) {
		if (!f->stats[i].good)
			continue;
		f->boxes[b->items[i].box].direct += f->stats[i].chars;
		f->boxes[b->boxes[b->items[i].box].parent].direct += f->stats[i].chars;
	}
	uint32_t all = f->sums[b->count].good;
	for (uint32_t i = 1; i < b->box_count; i++) {
		struct text_sums s = box_sums(f, i);
		f->boxes[i].rich = s.longs >= 3 ? i : f->boxes[b->boxes[i].parent].rich;
		if (all && s.good * 10ull >= all * 7ull)
			f->main_box = i;
		if (f->boxes[i].direct > f->boxes[f->dense_box].direct)
			f->dense_box = i;
	}
}

/* The block that says the title: most of its words and few others, a heading before others. */
static void find_title(struct features *f, uint32_t title_words)
{
	uint32_t best = 0;
	f->title_block = f->h1_block = NONE;
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		const struct text_block *b = &f->blocks->items[i];
		const struct text_stats *s = &f->stats[i];
		bool h1 = b->kind == BLOCK_HEADING && b->level == 1 && !(b->flags & TEXT_HIDDEN);
		if (h1 && f->h1_block == NONE)
			f->h1_block = i;
		if (!title_words || !s->words || b->flags & TEXT_HIDDEN)
			continue;
		uint32_t covered = 100 * (s->title_hits < title_words ? s->title_hits : title_words) / title_words;
		uint32_t pure = 100 * s->title_hits / s->words;
		uint32_t score = covered * pure / 10 + (b->kind == BLOCK_HEADING ? 100 : 0) + (h1 ? 100 : 0);
		if (covered >= 40 && pure >= 50 && score > best) {
			best = score;
			f->title_block = i;
		}
	}
	if (f->title_block == NONE)
		f->title_block = f->h1_block;
}

static void find_subs(struct features *f)
{
	for (uint32_t i = 0; i < f->blocks->box_count; i++) {
		uint32_t up = f->blocks->boxes[i].parent;
		bool inside = i && i != f->dense_box && up >= f->dense_box && f->boxes[up].sub != NONE;
		f->boxes[i].sub = i == f->dense_box		 ? i
				  : inside && up == f->dense_box ? i
				  : inside			 ? f->boxes[up].sub
								 : NONE;
	}
	for (uint32_t i = 0; i < f->blocks->box_count; i++)
		if (f->boxes[i].sub == NONE)
			f->boxes[i].sub = f->boxes[i].part;
}

/* A page of several articles repeats the look of its title. */
static void find_titles(struct features *f)
{
	uint32_t title = f->title_block, titles = 0, h1s = 0;
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		const struct text_block *b = &f->blocks->items[i];
		bool heading = b->kind == BLOCK_HEADING && title != NONE && i > title;
		f->titles[i] = q_count(titles += heading && f->alike[i] == f->alike[title]);
		f->h1s[i] = q_count(h1s += heading && b->level == 1);
	}
}

static void find_near(struct features *f)
{
	uint32_t good = NONE, heading = NONE;
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		f->last_good[i] = good;
		f->last_heading[i] = heading;
		if (f->stats[i].good)
			good = i;
		if (f->blocks->items[i].kind == BLOCK_HEADING)
			heading = i;
	}
	good = NONE;
	for (uint32_t i = f->blocks->count; i-- > 0;) {
		f->next_good[i] = good;
		if (f->stats[i].good)
			good = i;
	}
}

/* Boxes from @a up to the nearest that holds @b too, and from there down to @b. */
static void climb(const struct features *f, uint32_t a, uint32_t b, uint32_t *ret_up, uint32_t *ret_down)
{
	const struct box *boxes = f->blocks->boxes;
	*ret_up = *ret_down = 0;
	while (a != b) {
		/* a parent stands before its children, so the higher index is not an ancestor of the other */
		if (a > b) {
			a = boxes[a].parent;
			++*ret_up;
		} else {
			b = boxes[b].parent;
			++*ret_down;
		}
	}
}

static void find_climbs(struct features *f)
{
	for (uint32_t i = 1; i < f->blocks->count; i++) {
		uint32_t up, down;
		climb(f, f->blocks->items[i - 1].box, f->blocks->items[i].box, &up, &down);
		f->climb[i] = q_count(up + down);
	}
}

/* ---- the page ------------------------------------------------------------------------------ */

struct tag_counts {
	uint32_t articles, times, images, inputs, codes, h1;
};

static void count_tags(struct features *f, struct tag_counts *c)
{
	const struct dom *dom = f->page->dom;
	uint32_t block = 0, images = 0;
	for (uint32_t i = 0; i < dom->count; i++) {
		while (block < f->blocks->count && f->blocks->items[block].node <= i) {
			f->images[block++] = q_count(images);
			images = 0;
		}
		if (dom->nodes[i].is_text)
			continue;
		switch (dom->nodes[i].tag) {
		case DOM_article: c->articles++; break;
		case DOM_time: c->times++; break;
		case DOM_img:
		case DOM_picture:
		case DOM_video:
		case DOM_iframe: c->images++, images++; break;
		case DOM_input:
		case DOM_select:
		case DOM_textarea:
		case DOM_button: c->inputs++; break;
		case DOM_pre:
		case DOM_code: c->codes++; break;
		case DOM_h1: c->h1++; break;
		default: break;
		}
	}
}

static uint8_t schema_class(struct view type)
{
	/* schema.org types by what the page is for */
	static const struct {
		struct view name;
		uint8_t class;
	} types[] = { { VIEW("NewsArticle"), 10 }, { VIEW("ReportageNewsArticle"), 10 },
		{ VIEW("AnalysisNewsArticle"), 10 }, { VIEW("OpinionNewsArticle"), 10 },
		{ VIEW("LiveBlogPosting"), 20 }, { VIEW("BlogPosting"), 30 }, { VIEW("Article"), 40 },
		{ VIEW("TechArticle"), 50 }, { VIEW("ScholarlyArticle"), 50 }, { VIEW("APIReference"), 50 },
		{ VIEW("Recipe"), 60 }, { VIEW("HowTo"), 60 }, { VIEW("Product"), 70 }, { VIEW("ProductGroup"), 70 },
		{ VIEW("Offer"), 70 }, { VIEW("Book"), 75 }, { VIEW("Movie"), 75 }, { VIEW("VideoObject"), 78 },
		{ VIEW("DiscussionForumPosting"), 80 }, { VIEW("QAPage"), 85 }, { VIEW("Question"), 85 },
		{ VIEW("FAQPage"), 90 }, { VIEW("CollectionPage"), 100 }, { VIEW("ItemList"), 105 },
		{ VIEW("SearchResultsPage"), 105 }, { VIEW("Blog"), 110 }, { VIEW("Event"), 120 },
		{ VIEW("JobPosting"), 125 }, { VIEW("Person"), 130 }, { VIEW("ProfilePage"), 130 },
		{ VIEW("Service"), 140 }, { VIEW("LocalBusiness"), 145 }, { VIEW("Organization"), 150 },
		{ VIEW("SoftwareApplication"), 155 }, { VIEW("WebPage"), 160 }, { VIEW("AboutPage"), 165 },
		{ VIEW("WebSite"), 170 } };
	if (!type.n)
		return 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (view_eq_nocase(type, types[i].name))
			return types[i].class;
	return 200;
}

static uint8_t og_class(struct view type)
{
	if (!type.n)
		return 0;
	if (view_starts_nocase(type, VIEW("article")))
		return 10;
	if (view_starts_nocase(type, VIEW("product")) || view_starts_nocase(type, VIEW("og:product")))
		return 20;
	return view_starts_nocase(type, VIEW("website")) ? 30 : view_starts_nocase(type, VIEW("profile")) ? 40 : 50;
}

static void url_facts(struct view url, uint8_t *facts)
{
	size_t at = view_find(url, VIEW("://"));
	struct view path = view_from(url, at < url.n ? at + 3 : 0);
	path = view_from(path, view_find_byte(path, '/'));
	size_t query = view_find_byte(path, '?');
	uint32_t depth = 0, digits = 0, hyphens = 0;
	for (size_t i = 0; i < query; i++) {
		depth += path.p[i] == '/' && i + 1 < query;
		digits += ascii_is_digit(path.p[i]);
		hyphens = path.p[i] == '/' && i + 1 < query ? 0 : hyphens + (path.p[i] == '-' || path.p[i] == '_');
	}
	facts[F_URL_DEPTH - F_PAGE_BLOCKS] = q_count(depth);
	facts[F_URL_LENGTH - F_PAGE_BLOCKS] = q_count(query);
	facts[F_URL_DIGITS - F_PAGE_BLOCKS] = q_count(digits);
	facts[F_URL_HYPHENS - F_PAGE_BLOCKS] = q_count(hyphens);
	facts[F_URL_QUERY - F_PAGE_BLOCKS] = q_count(path.n - query);
}

static void read_page(struct features *f)
{
	const struct evidence *e = f->page->evidence;
	const struct text_sums *all = &f->sums[f->blocks->count];
	struct tag_counts c = { 0 };
	uint32_t wide = 0, longest = 0, money = 0;
	count_tags(f, &c);
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		wide += f->stats[i].wide;
		money += f->stats[i].money;
		if (f->stats[i].good && f->stats[i].chars > longest)
			longest = f->stats[i].chars;
	}
	uint8_t *p = f->page_facts;
#define PUT(name, value) p[F_##name - F_PAGE_BLOCKS] = (value)
	PUT(PAGE_BLOCKS, q_log(f->blocks->count));
	PUT(PAGE_CHARS, q_log(all->chars));
	PUT(PAGE_LINKS, q_ratio(all->link, all->chars));
	PUT(PAGE_LONGS, q_log(all->longs));
	PUT(PAGE_GOOD, q_ratio(all->good, all->chars));
	PUT(PAGE_HEADINGS, q_log(all->headings));
	PUT(PAGE_ITEMS, q_log(all->items));
	PUT(PAGE_ROWS, q_log(all->rows));
	PUT(PAGE_ARTICLES, q_count(c.articles));
	PUT(PAGE_TIMES, q_count(c.times));
	PUT(PAGE_IMAGES, q_log(c.images));
	PUT(PAGE_INPUTS, q_log(c.inputs));
	PUT(PAGE_CODE, q_log(c.codes));
	PUT(PAGE_H1, q_count(c.h1));
	PUT(PAGE_SCHEMA, e ? schema_class(e->schema_type) : 0);
	PUT(PAGE_OG, e ? og_class(e->og_type) : 0);
	PUT(PAGE_WIDE, q_ratio(wide, all->chars));
	PUT(PAGE_MEAN, q_log(all->chars / (f->blocks->count + 1)));
	PUT(PAGE_LONGEST, q_log(longest));
	PUT(PAGE_MONEY, q_log(money));
#undef PUT
	url_facts(f->page->capture.url, p);
}

int features_read(struct page *page, const struct text_blocks *blocks, struct features *ret_features)
{
	struct features *f = ret_features;
	struct word_set set = { 0 };
	uint32_t fact_words[3] = { 0 };
	*f = (struct features){ .page = page, .blocks = blocks };
	if (!allocate(f) || !read_facts(f, &set, fact_words))
		return page_full(page);
	memcpy(f->fact_words, fact_words, sizeof(fact_words));
	read_stats(f, &set);
	int result = box_facts_read(f);
	if (result)
		return result;
	if (!read_copies(f))
		return page_full(page);
	find_main(f);
	find_title(f, fact_words[0]);
	find_subs(f);
	find_titles(f);
	find_near(f);
	find_climbs(f);
	read_page(f);
	return 0;
}

/* ---- the vector ----------------------------------------------------------------------------- */

static void put_text(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct text_stats *s = &f->stats[i];
	const struct text_block *b = &f->blocks->items[i];
#define PUT(name, value) ret[F_##name] = (value)
	PUT(CHARS, q_log(s->chars));
	PUT(WORDS, q_log(s->words));
	PUT(WORD_LENGTH, q_count(s->words ? s->chars * 8ull / s->words : 0));
	PUT(LINKS, q_ratio(b->link_bytes, b->text.n));
	PUT(LINK_COUNT, q_count(b->links));
	PUT(BOLD, q_ratio(b->bold_bytes, b->text.n));
	PUT(TIME, q_ratio(b->time_bytes, b->text.n));
	PUT(SENTENCES, q_count(s->sentences));
	PUT(COMMAS, q_count(s->commas));
	PUT(COLONS, q_count(s->colons));
	PUT(QUOTES, q_count(s->quotes));
	PUT(DIGITS, q_ratio(s->digits, s->chars));
	PUT(UPPER, q_ratio(s->upper, s->letters));
	PUT(CAPITALS, q_ratio(s->capitals, s->words));
	PUT(SYMBOLS, q_rare(s->symbols, s->chars));
	PUT(SHORT_WORDS, q_ratio(s->short_words, s->words));
	PUT(WIDE, q_ratio(s->wide, s->chars));
	PUT(ENDS, s->ends);
	PUT(STARTS, s->starts);
	PUT(YEAR, s->year);
	PUT(CLOCK, s->clock);
	PUT(MONEY, s->money);
	PUT(MARK, s->mark);
	PUT(LONGEST, q_count(s->longest));
	PUT(NUMBERS, q_ratio(s->numbers, s->words));
	PUT(TITLE_HITS, q_ratio(s->title_hits, s->words));
	PUT(TITLE_COVER, q_ratio(s->title_hits, f->fact_words[0]));
	PUT(DESCRIPTION_HITS, q_ratio(s->description_hits, s->words));
	PUT(DESCRIPTION_COVER, q_ratio(s->description_hits, f->fact_words[1]));
	PUT(BODY_HITS, q_ratio(s->body_hits, s->words));
	PUT(BODY_PAIRS, q_ratio(s->body_pairs, s->words > 1 ? s->words - 1 : 0));
	PUT(HAS_BODY, f->fact_words[2] ? q_ratio(f->fact_words[2], f->sums[f->blocks->count].words) | 1 : 0);
}

static void put_kind(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct text_block *b = &f->blocks->items[i];
	PUT(KIND, b->kind);
	PUT(LEVEL, b->level);
	PUT(HIDDEN, (b->flags & TEXT_HIDDEN) != 0);
	PUT(ARIA_HIDDEN, (b->flags & TEXT_ARIA_HIDDEN) != 0);
	PUT(NOSCRIPT, (b->flags & TEXT_NOSCRIPT) != 0);
	PUT(DETAILS, (b->flags & TEXT_DETAILS) != 0);
	PUT(FORM, (b->flags & TEXT_FORM) != 0);
	PUT(TABLE, (b->flags & TEXT_TABLE) != 0);
	PUT(LABEL, (b->flags & TEXT_LABEL) != 0);
	PUT(BUTTON, (b->flags & TEXT_BUTTON) != 0);
	PUT(FIGURE, (b->flags & TEXT_FIGURE) != 0);
	PUT(QUOTE, (b->flags & TEXT_QUOTE) != 0);
	PUT(CAPTION, (b->flags & TEXT_CAPTION) != 0);
	PUT(GAP, (b->flags & TEXT_GAP) != 0);
	PUT(LINE, (b->flags & TEXT_LINE) != 0);
	PUT(ORDERED, (b->flags & TEXT_ORDERED) != 0);
	PUT(IMAGES_BEFORE, f->images[i]);
	PUT(COPIES, q_count(f->copies[i]));
	PUT(COPY_BEFORE, f->copy_first[i] < i);
}

static uint8_t distance(uint32_t from, uint32_t to)
{
	return from == NONE || to == NONE ? 255 : q_log(from > to ? from - to : to - from);
}

static void put_place(const struct features *f, uint32_t i, uint8_t *ret)
{
	uint32_t count = f->blocks->count;
	const struct text_sums *all = &f->sums[count];
	uint32_t from = i > 4 ? i - 4 : 0, end = i + 5 < count ? i + 5 : count;
	struct text_sums window = sums_of(f, from, end);
	int64_t title = f->title_block, h1 = f->h1_block;
	PUT(INDEX, q_log(i));
	PUT(INDEX_SHARE, q_ratio(i, count));
	PUT(CHARS_BEFORE, q_ratio(f->sums[i].chars, all->chars));
	PUT(CHARS_AFTER, q_log(all->chars - f->sums[i + 1].chars));
	PUT(GOOD_BEFORE, q_ratio(f->sums[i].good, all->good));
	PUT(GOOD_AFTER, q_ratio(all->good - f->sums[i + 1].good, all->good));
	PUT(FROM_TITLE, title == NONE ? 0 : q_signed_log((int64_t)i - title));
	PUT(FROM_TITLE_CHARS, title == NONE ? 0 : q_signed_log((int64_t)f->sums[i].chars - f->sums[title].chars));
	PUT(FROM_H1, h1 == NONE ? 0 : q_signed_log((int64_t)i - h1));
	PUT(LAST_GOOD, distance(f->last_good[i], i));
	PUT(NEXT_GOOD, distance(f->next_good[i], i));
	PUT(LAST_HEADING, distance(f->last_heading[i], i));
	PUT(LAST_HEADING_LEVEL, f->last_heading[i] == NONE ? 0 : f->blocks->items[f->last_heading[i]].level);
	PUT(WINDOW_CHARS, q_log(window.chars));
	PUT(WINDOW_LINKS, q_ratio(window.link, window.chars));
	PUT(WINDOW_GOOD, q_ratio(window.good, window.chars));
	PUT(INLINE_ODDS, q_signed(f->inline_odds[i]));
}

static void put_around(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct box_facts *own = &f->boxes[f->blocks->items[i].box];
	PUT(DEPTH, own->depth);
	memcpy(ret + F_IN_ARTICLE, own->in, sizeof(own->in));
	uint32_t title_box = f->title_block == NONE ? 0 : f->blocks->items[f->title_block].box, up, down;
	uint32_t title_article = f->boxes[title_box].article;
	climb(f, f->blocks->items[i].box, title_box, &up, &down);
	PUT(SAME_ARTICLE, own->article == title_article ? (own->article ? 1 : 0) : own->article ? 3 : 2);
	PUT(TITLE_UP, q_count(up));
	PUT(TITLE_DOWN, q_count(down));
	PUT(TITLES_SINCE, f->titles[i]);
	PUT(H1_SINCE, f->h1s[i]);
	PUT(ODDS_SUM, q_signed(own->odds_sum / 4));
	PUT(ODDS_MIN, q_signed(own->odds_min));
	PUT(ODDS_MAX, q_signed(own->odds_max));
	PUT(ODDS_MIN_AT, own->min_at);
	uint32_t box = f->blocks->items[i].box;
	int sum = f->inline_odds[i];
	for (int k = 0; k < 3; k++) {
		sum += f->boxes[box].odds;
		if (box)
			box = f->blocks->boxes[box].parent;
	}
	PUT(ODDS_NEAR, q_signed(sum / 2));
}
#undef PUT

/* The twelve of FEATURES_BOX. */
static void put_box(const struct features *f, uint32_t i, uint32_t box, uint8_t *ret)
{
	const struct box *b = &f->blocks->boxes[box];
	struct text_sums s = box_sums(f, box);
	uint32_t count = b->end - b->first;
	*ret++ = q_log(s.chars);
	*ret++ = q_ratio(s.chars, f->sums[f->blocks->count].chars);
	*ret++ = q_ratio(s.link, s.chars);
	*ret++ = q_ratio(s.good, s.chars);
	*ret++ = q_log(count);
	*ret++ = q_log(s.longs);
	*ret++ = q_log(s.headings);
	*ret++ = q_log(s.chars / (count ? count : 1));
	*ret++ = q_ratio(f->sums[i].chars - f->sums[b->first].chars, s.chars);
	*ret++ = q_signed(f->boxes[box].odds);
	*ret++ = f->boxes[box].tag;
	*ret++ = q_log(f->boxes[b->parent].children);
}

static void put_boxes(const struct features *f, uint32_t i, uint8_t *ret)
{
	uint32_t box = f->blocks->items[i].box;
	enum { STEP = F_BOX1_CHARS - F_BOX0_CHARS };
	put_box(f, i, f->boxes[box].part, ret + F_PART_CHARS);
	put_box(f, i, f->boxes[box].rich, ret + F_RICH_CHARS);
	put_box(f, i, f->boxes[box].sub, ret + F_SUB_CHARS);
	for (int k = 0; k < 5; k++) {
		put_box(f, i, box, ret + F_BOX0_CHARS + k * STEP);
		box = f->blocks->boxes[box].parent;
	}
}

static void put_alike(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct alike *a = &f->classes[f->alike[i]];
	const struct text_sums *all = &f->sums[f->blocks->count];
	ret[F_ALIKE] = q_log(a->blocks);
	ret[F_ALIKE_SHARE] = q_ratio(a->chars, all->chars);
	ret[F_ALIKE_GOOD] = q_ratio(a->good, all->good);
	ret[F_ALIKE_LINKS] = q_ratio(a->link, a->chars);
	ret[F_ALIKE_BEST] = f->alike[i] == f->best_class;
	ret[F_ALIKE_MEAN] = q_log(a->chars / a->blocks);
}

static void put_main(const struct features *f, uint32_t i, uint8_t *ret)
{
	uint32_t box = f->blocks->items[i].box, up, down, all = f->sums[f->blocks->count].good;
	const struct box *main = &f->blocks->boxes[f->main_box], *dense = &f->blocks->boxes[f->dense_box];
	climb(f, box, f->main_box, &up, &down);
	ret[F_MAIN_IN] = down == 0;
	ret[F_MAIN_UP] = q_count(up);
	ret[F_MAIN_DOWN] = q_count(down);
	ret[F_MAIN_SHARE] = q_ratio(box_sums(f, f->main_box).good, all);
	ret[F_MAIN_SIDE] = i < main->first ? 0 : i < main->end ? 1 : 2;
	climb(f, box, f->dense_box, &up, &down);
	ret[F_DENSE_IN] = down == 0;
	ret[F_DENSE_UP] = q_count(up);
	ret[F_DENSE_DOWN] = q_count(down);
	ret[F_SUB_IS_DENSE] = f->boxes[box].sub == f->dense_box;
	ret[F_DENSE_SHARE] = q_ratio(f->boxes[f->dense_box].direct, all);
	ret[F_DENSE_DIRECT] = i < dense->first ? 0 : i < dense->end ? 1 : 2;
}

/* The eight of FEATURES_NEAR; @j may be outside. */
static void put_near(const struct features *f, uint32_t i, int64_t j, uint8_t climbed, uint8_t *ret)
{
	if (j < 0 || j >= f->blocks->count) {
		memset(ret, 255, F_PREV2_CHARS - F_PREV1_CHARS);
		return;
	}
	const struct text_block *b = &f->blocks->items[j];
	const struct text_stats *s = &f->stats[j];
	*ret++ = q_log(s->chars);
	*ret++ = q_ratio(b->link_bytes, b->text.n);
	*ret++ = (uint8_t)(b->kind * 8 + (b->level < 8 ? b->level : 7));
	*ret++ = s->ends;
	*ret++ = (uint8_t)((f->alike[i] == f->alike[j]) + 2 * (b->box == f->blocks->items[i].box));
	*ret++ = q_signed(f->boxes[b->box].odds + f->boxes[f->blocks->boxes[b->box].parent].odds + f->inline_odds[j]);
	*ret++ = climbed;
	*ret++ = q_ratio(s->short_words, s->words);
}

static void put_neighbours(const struct features *f, uint32_t i, uint8_t *ret)
{
	uint32_t count = f->blocks->count;
	uint8_t back2 = i ? f->climb[i - 1] : 0, on1 = i + 1 < count ? f->climb[i + 1] : 0,
		on2 = i + 2 < count ? f->climb[i + 2] : 0;
	put_near(f, i, (int64_t)i - 1, f->climb[i], ret + F_PREV1_CHARS);
	put_near(f, i, (int64_t)i - 2, back2, ret + F_PREV2_CHARS);
	put_near(f, i, (int64_t)i + 1, on1, ret + F_NEXT1_CHARS);
	put_near(f, i, (int64_t)i + 2, on2, ret + F_NEXT2_CHARS);
}

void features_first(const struct features *f, uint32_t i, uint8_t *ret)
{
	put_text(f, i, ret);
	put_kind(f, i, ret);
	put_place(f, i, ret);
	put_around(f, i, ret);
	put_boxes(f, i, ret);
	put_alike(f, i, ret);
	put_main(f, i, ret);
	put_neighbours(f, i, ret);
	memcpy(ret + F_PAGE_BLOCKS, f->page_facts, sizeof(f->page_facts));
}
