#include "extract/features.h"

#include "extract/feature_parts.h"
#include "extract/key_table.h"
#include "extract/quantise.h"
#include "extract/words.h"
#include "meta/meta.h"
#include "util/hash.h"

/* Raise when a feature keeps its name and changes its sense. */
enum { FEATURES_MEANING = 1 };

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
	f->stats = arena_alloc(arena, n * sizeof(*f->stats));
	f->sums = arena_alloc(arena, n * sizeof(*f->sums));
	uint32_t *indices = arena_calloc(arena, n * 7, sizeof(uint32_t));
	uint8_t *bytes = arena_calloc(arena, n * 4, 1);
	f->classes = arena_alloc(arena, n * sizeof(*f->classes));
	if (!f->stats || !f->sums || !indices || !bytes || !f->classes)
		return false;
	f->sums[0] = (struct text_sums){ 0 };
	f->copies = indices;
	f->copy_first = indices + n;
	f->alike = indices + 2 * n;
	f->last_good = indices + 3 * n;
	f->next_good = indices + 4 * n;
	f->last_heading = indices + 5 * n;
	f->kept = indices + 6 * n;
	f->climb = bytes;
	f->images = bytes + n;
	f->titles = bytes + 2 * n;
	f->h1s = bytes + 3 * n;
	return true;
}

static bool read_facts(struct features *f, struct word_set *set, uint32_t counts[4])
{
	const struct evidence *e = f->page->evidence;
	if (!e)
		return true;
	struct view title = e->og_title.n ? e->og_title : e->ld_headline.n ? e->ld_headline : e->title_tag;
	size_t bytes = e->title_tag.n + title.n + e->description.n + e->article_body.n + e->author.n + e->site.n;
	if (!bytes)
		return true;
	if (!words_init(set, &f->page->arena, bytes))
		return false;
	counts[0] = words_add(set, title, WORD_TITLE, 0);
	counts[1] = words_add(set, e->description, WORD_DESCRIPTION, 0);
	counts[2] = words_add(set, e->article_body, WORD_BODY, WORD_BODY_PAIR);
	counts[3] = words_add(set, e->author, WORD_AUTHOR, 0);
	words_add(set, e->site, WORD_SITE, 0);
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

static bool read_stats(struct features *f, const struct word_set *set)
{
	struct echo echo;
	size_t bytes = 0;
	for (uint32_t i = 0; i < f->blocks->count; i++)
		bytes += f->blocks->items[i].text.n;
	if (!echo_init(&echo, &f->page->arena, bytes))
		return false;
	for (uint32_t i = 0; i < f->blocks->count; i++) {
		const struct text_block *b = &f->blocks->items[i];
		struct text_stats *s = &f->stats[i];
		words_scan(set, b->text, &echo, i, f->stats);
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
	return true;
}

static bool read_copies(struct features *f)
{
	struct key_table copies, looks;
	struct arena *arena = &f->page->arena;
	struct arena_mark mark = arena_mark(arena);
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
		if (fresh) {
			*class = f->class_count++;
			f->classes[*class] = (struct alike){ 0 };
		}
		f->alike[i] = *class;
		struct alike *a = &f->classes[*class];
		a->blocks++;
		a->chars += f->stats[i].chars;
		a->link += f->stats[i].link;
		a->good += f->stats[i].good ? f->stats[i].chars : 0;
		if (a->good > f->classes[f->best_class].good)
			f->best_class = *class;
	}
	arena_rewind(arena, mark);
	for (uint32_t i = 0; i < f->blocks->count; i++)
		f->copies[i] = f->copies[f->copy_first[i]];
	return true;
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

static void find_climbs(struct features *f)
{
	for (uint32_t i = 1; i < f->blocks->count; i++) {
		uint32_t up, down;
		climb(f, f->blocks->items[i - 1].box, f->blocks->items[i].box, &up, &down);
		f->climb[i] = q_count(up + down);
	}
}

int features_read(struct page *page, const struct text_blocks *blocks, struct features *ret_features)
{
	struct features *f = ret_features;
	struct word_set set = { 0 };
	uint32_t fact_words[4] = { 0 };
	*f = (struct features){ .page = page, .blocks = blocks };
	if (!allocate(f))
		return page_full(page);
	struct arena_mark mark = arena_mark(&page->arena);
	if (!read_facts(f, &set, fact_words))
		return page_full(page);
	memcpy(f->fact_words, fact_words, sizeof(fact_words));
	if (!read_stats(f, &set))
		return page_full(page);
	arena_rewind(&page->arena, mark); /* the words are not looked at again */
	int result = box_facts_read(f);
	if (result)
		return result;
	if (!read_copies(f))
		return page_full(page);
	result = units_read(f);
	if (result)
		return result;
	find_main(f);
	find_title(f, fact_words[0]);
	find_subs(f);
	box_ways_read(f);
	find_titles(f);
	find_near(f);
	find_climbs(f);
	page_facts_read(f);
	shared_vectors_make(f);
	return 0;
}
