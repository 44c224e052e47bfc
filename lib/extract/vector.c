/* The first pass's features of a block, byte by byte. */
#include "extract/feature_parts.h"
#include "extract/quantise.h"

#define PUT(name, value) ret[F_##name] = (value)

static void put_text(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct text_stats *s = &f->stats[i];
	const struct text_block *b = &f->blocks->items[i];
	const struct q_whole chars = q_whole_of(s->chars), bytes = q_whole_of(b->text.n);
	PUT(CHARS, q_log(s->chars));
	PUT(LINKS, q_share(b->link_bytes, &bytes));
	PUT(LINK_COUNT, q_count(b->links));
	PUT(BOLD, q_share(b->bold_bytes, &bytes));
	PUT(TIME, q_share(b->time_bytes, &bytes));
	PUT(SENTENCES, q_count(s->sentences));
	PUT(COMMAS, q_count(s->commas));
	PUT(COLONS, q_count(s->colons));
	PUT(QUOTES, q_count(s->quotes));
	PUT(DIGITS, q_share(s->digits, &chars));
	PUT(UPPER, q_ratio(s->upper, s->letters));
	PUT(SYMBOLS, q_share(s->symbols * 8ull, &chars));
	PUT(WIDE, q_share(s->wide, &chars));
	PUT(ENDS, s->ends);
	PUT(STARTS, s->starts);
	PUT(YEAR, s->year);
	PUT(CLOCK, s->clock);
	PUT(MONEY, s->money);
	PUT(MARK, s->mark);
	PUT(LONGEST, q_count(s->longest));
	PUT(HAS_BODY, f->all.has_body);
}

static void put_words(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct text_stats *s = &f->stats[i];
	const struct q_whole words = q_whole_of(s->words), grams = q_whole_of(s->grams);
	PUT(WORDS, q_log(s->words));
	PUT(WORD_LENGTH, q_count(s->words ? s->chars * 8ull / s->words : 0));
	PUT(CAPITALS, q_share(s->capitals, &words));
	PUT(SHORT_WORDS, q_share(s->short_words, &words));
	PUT(NUMBERS, q_share(s->numbers, &words));
	PUT(TITLE_HITS, q_share(s->title_hits, &words));
	PUT(TITLE_COVER, q_share(s->title_hits, &f->all.title_words));
	PUT(DESCRIPTION_HITS, q_share(s->description_hits, &words));
	PUT(DESCRIPTION_COVER, q_share(s->description_hits, &f->all.description_words));
	PUT(BODY_HITS, q_share(s->body_hits, &words));
	PUT(BODY_PAIRS, s->body_pairs ? q_ratio(s->body_pairs, s->words - 1) : 0);
	PUT(AUTHOR_HITS, q_share(s->author_hits, &words));
	PUT(AUTHOR_COVER, q_share(s->author_hits, &f->all.author_words));
	PUT(SITE_HITS, q_share(s->site_hits, &words));
	PUT(ECHO_BEFORE, q_share(s->echo_before, &grams));
	PUT(ECHO_AFTER, q_share(s->echo_after, &grams));
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
	const struct q_whole chars = q_whole_of(window.chars);
	int64_t title = f->title_block, h1 = f->h1_block;
	PUT(INDEX, q_log(i));
	PUT(INDEX_SHARE, q_share(i, &f->all.blocks));
	PUT(CHARS_BEFORE, q_share(f->sums[i].chars, &f->all.chars));
	PUT(CHARS_AFTER, q_log(all->chars - f->sums[i + 1].chars));
	PUT(GOOD_BEFORE, q_share(f->sums[i].good, &f->all.good));
	PUT(GOOD_AFTER, q_share(all->good - f->sums[i + 1].good, &f->all.good));
	PUT(FROM_TITLE, title == NONE ? 0 : q_signed_log((int64_t)i - title));
	PUT(FROM_TITLE_CHARS, title == NONE ? 0 : q_signed_log((int64_t)f->sums[i].chars - f->sums[title].chars));
	PUT(FROM_H1, h1 == NONE ? 0 : q_signed_log((int64_t)i - h1));
	PUT(LAST_GOOD, distance(f->last_good[i], i));
	PUT(NEXT_GOOD, distance(f->next_good[i], i));
	PUT(LAST_HEADING, distance(f->last_heading[i], i));
	PUT(LAST_HEADING_LEVEL, f->last_heading[i] == NONE ? 0 : f->blocks->items[f->last_heading[i]].level);
	PUT(WINDOW_CHARS, q_log(window.chars));
	PUT(WINDOW_LINKS, q_share(window.link, &chars));
	PUT(WINDOW_GOOD, q_share(window.good, &chars));
	PUT(INLINE_ODDS, q_signed(f->inline_odds[i]));
}

static void put_around(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct box_facts *own = &f->boxes[f->blocks->items[i].box];
	PUT(DEPTH, own->depth);
	memcpy(ret + F_IN_ARTICLE, own->in, sizeof(own->in));
	uint32_t title_box = f->title_block == NONE ? 0 : f->blocks->items[f->title_block].box;
	uint32_t title_article = f->boxes[title_box].article;
	PUT(SAME_ARTICLE, own->article == title_article ? (own->article ? 1 : 0) : own->article ? 3 : 2);
	PUT(TITLE_UP, own->to_title.up);
	PUT(TITLE_DOWN, own->to_title.down);
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

/* The twelve of FEATURES_BOX; the place of the block in the box is put behind. */
void box_vectors_make(struct features *f)
{
	uint8_t *ret = f->box_vectors;
	for (uint32_t box = 0; box < f->blocks->box_count; box++) {
		const struct box *b = &f->blocks->boxes[box];
		struct box_facts *own = &f->boxes[box];
		struct text_sums s = box_sums(f, box);
		uint32_t count = b->end - b->first;
		own->chars = q_whole_of(s.chars);
		*ret++ = q_log(s.chars);
		*ret++ = q_share(s.chars, &f->all.chars);
		*ret++ = q_share(s.link, &own->chars);
		*ret++ = q_share(s.good, &own->chars);
		*ret++ = q_log(count);
		*ret++ = q_log(s.longs);
		*ret++ = q_log(s.headings);
		*ret++ = q_log(s.chars / (count ? count : 1));
		*ret++ = 0; /* BOX_PLACE */
		*ret++ = q_signed(own->odds);
		*ret++ = own->tag;
		*ret++ = q_log(f->boxes[b->parent].children);
	}
}

static void put_box(const struct features *f, uint32_t i, uint32_t box, uint8_t *ret)
{
	uint32_t before = f->sums[f->blocks->boxes[box].first].chars;
	memcpy(ret, f->box_vectors + (size_t)box * BOX_FEATURES, BOX_FEATURES);
	ret[BOX_PLACE] = q_share(f->sums[i].chars - before, &f->boxes[box].chars);
}

_Static_assert(F_BOX1_CHARS - F_BOX0_CHARS == BOX_FEATURES && F_BOX0_PLACE - F_BOX0_CHARS == BOX_PLACE, "FEATURES_BOX");

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

static void put_unit(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct box_facts *own = &f->boxes[f->blocks->items[i].box];
	uint32_t unit = own->unit;
	if (unit == NONE) {
		memset(ret + F_UNIT_UP, 255, F_UNIT_TITLE - F_UNIT_UP + 1);
		return;
	}
	const struct twins *t = &f->twins[f->boxes[unit].twins];
	const struct box *box = &f->blocks->boxes[unit];
	const struct box *parent = &f->blocks->boxes[box->parent];
	uint32_t title = f->title_block;
	ret[F_UNIT_UP] = own->unit_up;
	ret[F_UNIT_TWINS] = q_count(t->boxes);
	ret[F_UNIT_PLACE] = f->boxes[unit].twin_place;
	ret[F_UNIT_CHARS] = q_log(box_sums(f, unit).chars);
	memcpy(ret + F_UNIT_MEAN, t->vector, TWINS_FEATURES);
	ret[F_UNIT_TITLE] = title >= box->first && title < box->end	    ? 1
			    : title >= parent->first && title < parent->end ? 2
									    : 0;
}

_Static_assert(F_UNIT_GOOD - F_UNIT_MEAN + 1 == TWINS_FEATURES && F_ALIKE_MEAN - F_ALIKE + 1 == ALIKE_FEATURES,
	"FEATURES_TABLE");

static void twins_vector(const struct features *f, struct twins *t)
{
	t->vector[0] = q_log(t->chars / t->boxes);
	t->vector[F_UNIT_LINKS - F_UNIT_MEAN] = q_ratio(t->link, t->chars);
	t->vector[F_UNIT_GOOD - F_UNIT_MEAN] = q_share(t->good, &f->all.good);
}

static void alike_vector(const struct features *f, struct alike *a)
{
	a->vector[0] = q_log(a->blocks);
	a->vector[F_ALIKE_SHARE - F_ALIKE] = q_share(a->chars, &f->all.chars);
	a->vector[F_ALIKE_GOOD - F_ALIKE] = q_share(a->good, &f->all.good);
	a->vector[F_ALIKE_LINKS - F_ALIKE] = q_ratio(a->link, a->chars);
	a->vector[F_ALIKE_BEST - F_ALIKE] = a == &f->classes[f->best_class];
	a->vector[F_ALIKE_MEAN - F_ALIKE] = q_log(a->chars / a->blocks);
}

void shared_vectors_make(struct features *f)
{
	const struct text_sums *sums = &f->sums[f->blocks->count];
	if (!f->blocks->box_count)
		return; /* nothing was parsed */
	f->all.blocks = q_whole_of(f->blocks->count);
	f->all.chars = q_whole_of(sums->chars);
	f->all.good = q_whole_of(sums->good);
	f->all.title_words = q_whole_of(f->fact_words[0]);
	f->all.description_words = q_whole_of(f->fact_words[1]);
	f->all.author_words = q_whole_of(f->fact_words[3]);
	f->all.has_body = f->fact_words[2] ? q_ratio(f->fact_words[2], sums->words) | 1 : 0;
	f->all.main_share = q_share(box_sums(f, f->main_box).good, &f->all.good);
	f->all.dense_share = q_share(f->boxes[f->dense_box].direct, &f->all.good);
	for (uint32_t i = 1; i <= f->twins_count; i++)
		twins_vector(f, &f->twins[i]);
	for (uint32_t i = 0; i < f->class_count; i++)
		alike_vector(f, &f->classes[i]);
}

static void put_alike(const struct features *f, uint32_t i, uint8_t *ret)
{
	memcpy(ret + F_ALIKE, f->classes[f->alike[i]].vector, ALIKE_FEATURES);
}

static void put_main(const struct features *f, uint32_t i, uint8_t *ret)
{
	const struct box_facts *own = &f->boxes[f->blocks->items[i].box];
	const struct box *main = &f->blocks->boxes[f->main_box], *dense = &f->blocks->boxes[f->dense_box];
	ret[F_MAIN_IN] = own->to_main.down == 0;
	ret[F_MAIN_UP] = own->to_main.up;
	ret[F_MAIN_DOWN] = own->to_main.down;
	ret[F_MAIN_SHARE] = f->all.main_share;
	ret[F_MAIN_SIDE] = i < main->first ? 0 : i < main->end ? 1 : 2;
	ret[F_DENSE_IN] = own->to_dense.down == 0;
	ret[F_DENSE_UP] = own->to_dense.up;
	ret[F_DENSE_DOWN] = own->to_dense.down;
	ret[F_SUB_IS_DENSE] = own->sub == f->dense_box;
	ret[F_DENSE_SHARE] = f->all.dense_share;
	ret[F_DENSE_DIRECT] = i < dense->first ? 0 : i < dense->end ? 1 : 2;
}

_Static_assert(F_PREV2_CHARS - F_PREV1_CHARS == NEAR_FEATURES && F_PREV1_SAME - F_PREV1_CHARS == NEAR_SAME &&
		       F_PREV1_CLIMB - F_PREV1_CHARS == NEAR_CLIMB,
	"FEATURES_NEAR");

/* The eight of FEATURES_NEAR: each block stands beside four. */
void near_vectors_make(struct features *f)
{
	uint8_t *ret = f->near;
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		const struct text_block *b = &f->blocks->items[i];
		const struct text_stats *s = &f->stats[i];
		const struct box_facts *boxes = f->boxes;
		*ret++ = q_log(s->chars);
		*ret++ = q_ratio(b->link_bytes, b->text.n);
		*ret++ = (uint8_t)(b->kind * 8 + (b->level < 8 ? b->level : 7));
		*ret++ = s->ends;
		*ret++ = 0; /* NEAR_SAME */
		*ret++ = q_signed(boxes[b->box].odds + boxes[f->blocks->boxes[b->box].parent].odds + f->inline_odds[i]);
		*ret++ = 0; /* NEAR_CLIMB */
		*ret++ = q_ratio(s->short_words, s->words);
	}
}

/* @j may be outside. */
static void put_near(const struct features *f, uint32_t i, int64_t j, uint8_t climbed, uint8_t *ret)
{
	if (j < 0 || j >= f->blocks->count) {
		memset(ret, 255, NEAR_FEATURES);
		return;
	}
	memcpy(ret, f->near + (size_t)j * NEAR_FEATURES, NEAR_FEATURES);
	ret[NEAR_SAME] =
		(uint8_t)((f->alike[i] == f->alike[j]) + 2 * (f->blocks->items[j].box == f->blocks->items[i].box));
	ret[NEAR_CLIMB] = climbed;
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
	put_words(f, i, ret);
	put_kind(f, i, ret);
	put_place(f, i, ret);
	put_around(f, i, ret);
	put_boxes(f, i, ret);
	put_unit(f, i, ret);
	put_alike(f, i, ret);
	put_main(f, i, ret);
	put_neighbours(f, i, ret);
	memcpy(ret + F_PAGE_BLOCKS, f->page_facts, sizeof(f->page_facts));
}
