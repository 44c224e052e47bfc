#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "capture/source.h"
#include "decode/decode.h"
#include "meta/meta.h"
#include "util/limits.h"

#define COPY(to, from, n)                                                                                              \
	do {                                                                                                           \
		(to) = arena_alloc(arena, sizeof(*(to)) * ((size_t)(n) + 1));                                          \
		memcpy((void *)(to), (from), sizeof(*(to)) * (size_t)(n));                                             \
	} while (0)

/* Everything the second look needs, without the tree. */
static void keep_features(struct kept *k, const struct features *f)
{
	struct arena *arena = &k->page.arena;
	uint32_t n = f->blocks->count;
	k->features = *f;
	k->features.page = &k->page;
	k->blocks = *f->blocks;
	COPY(k->blocks.items, f->blocks->items, n);
	COPY(k->blocks.boxes, f->blocks->boxes, f->blocks->box_count);
	for (uint32_t i = 0; i < n; i++)
		k->blocks.items[i].text.p = arena_strdup_view(arena, f->blocks->items[i].text);
	k->features.blocks = &k->blocks;
	COPY(k->features.stats, f->stats, n);
	COPY(k->features.sums, f->sums, n + 1);
	COPY(k->features.boxes, f->boxes, f->blocks->box_count);
	COPY(k->features.box_vectors, f->box_vectors, f->blocks->box_count * BOX_FEATURES);
	COPY(k->features.near, f->near, n * NEAR_FEATURES);
	if (f->token_count)
		COPY(k->features.tokens, f->tokens, f->token_count);
	COPY(k->features.sets, f->sets, f->set_count);
	COPY(k->features.inline_sets, f->inline_sets, n);
	COPY(k->features.inline_odds, f->inline_odds, n);
	COPY(k->features.copies, f->copies, n);
	COPY(k->features.copy_first, f->copy_first, n);
	COPY(k->features.alike, f->alike, n);
	COPY(k->features.kept, f->kept, n + 1);
	COPY(k->features.classes, f->classes, f->class_count);
	COPY(k->features.twins, f->twins, f->twins_count + 1);
	COPY(k->features.last_good, f->last_good, n);
	COPY(k->features.next_good, f->next_good, n);
	COPY(k->features.last_heading, f->last_heading, n);
	COPY(k->features.titles, f->titles, n);
	COPY(k->features.h1s, f->h1s, n);
	COPY(k->features.climb, f->climb, n);
	COPY(k->features.images, f->images, n);
}

static void keep_words(struct kept *k, const struct text_blocks *blocks)
{
	struct arena *arena = &k->page.arena;
	struct map words = { 0 };
	size_t at = 0, room = 0;
	k->truth_counts = arena_calloc(arena, k->labels.truth_words + 2, 4);
	for (uint32_t h; (h = score_word(k->truth->body, &at));) {
		uint64_t *slot = map_put(&words, view_make((const char *)&h, sizeof(h)));
		if (!*slot)
			*slot = ++k->truth_kinds;
		k->truth_counts[*slot]++;
	}
	for (uint32_t i = 0; i < blocks->count; i++)
		room += k->labels.words[i];
	k->vocabulary = arena_calloc(arena, room + 1, 4);
	k->vocabulary_at = arena_calloc(arena, blocks->count + 1, 4);
	uint32_t n = 0;
	for (uint32_t i = 0; i < blocks->count; i++) {
		k->vocabulary_at[i] = n;
		at = 0;
		for (uint32_t h; (h = score_word(blocks->items[i].text, &at));) {
			uint64_t *slot = map_get(&words, view_make((const char *)&h, sizeof(h)));
			k->vocabulary[n++] = slot ? (uint32_t)*slot : 0;
		}
	}
	k->vocabulary_at[blocks->count] = n;
	map_free(&words);
}

static int keep(struct corpus *c, struct page *page)
{
	const struct truth *truth = truths_find(&c->truths, page->capture.record);
	struct text_blocks blocks;
	struct features f;
	struct labels labels;
	if (!truth)
		return 0;
	int result = blocks_read(page, &blocks);
	if (!result)
		result = features_read(page, &blocks, &f);
	if (result)
		return result;
	struct kept *k = &c->pages[c->count];
	arena_init(&k->page.arena, (size_t)1 << 30);
	k->truth = truth;
	keep_features(k, &f);
	if (!labels_make(&page->arena, truth, &blocks, &labels))
		return page_full(page);
	struct arena *arena = &k->page.arena;
	k->labels = labels;
	COPY(k->labels.share, labels.share, blocks.count);
	COPY(k->labels.words, labels.words, blocks.count);
	keep_words(k, &blocks);
	k->fold = fold_of(truth);
	k->row = c->rows;
	c->rows += blocks.count;
	c->count++;
	return 0;
}

static int run_page(struct corpus *c, void *const states[2], struct page *page)
{
	int result = decode_stage.run(states[0], page);
	if (!result)
		result = dom_parse(page);
	if (!result)
		result = meta_read_stage.run(states[1], page);
	if (!result)
		result = keep(c, page);
	if (result > 0)
		fprintf(stderr, "%.*s: %s\n", (int)page->capture.record.n, page->capture.record.p, page->detail);
	return result < 0 ? result : 0;
}

static int read_all(struct corpus *c, struct engine *engine, const char *const *inputs, size_t count)
{
	struct error error = { 0 };
	struct capture_reader *reader = NULL;
	struct page page = { 0 };
	void *states[2] = { NULL, NULL };
	arena_init(&page.arena, (size_t)1 << 30);
	page.options = &engine->options;
	int result = capture_open(engine, inputs, count, &reader, &error);
	if (!result && decode_stage.open)
		result = decode_stage.open(engine, &states[0], &error);
	if (!result && meta_read_stage.open)
		result = meta_read_stage.open(engine, &states[1], &error);
	while (!result) {
		page_reset(&page);
		int got = capture_next(reader, &page);
		if (got == SOURCE_END)
			break;
		result = got < 0 ? got : got == 0 ? run_page(c, states, &page) : 0;
	}
	if (decode_stage.close)
		decode_stage.close(states[0]);
	if (meta_read_stage.close)
		meta_read_stage.close(states[1]);
	if (result < 0)
		fprintf(stderr, "%s%s\n", error.text, page.error.text);
	arena_free(&page.arena);
	capture_close(reader);
	return result;
}

int corpus_read(struct corpus *c, const char *data)
{
	struct engine engine = { 0 };
	char paths[SET_COUNT][4096];
	const char *inputs[SET_COUNT];
	*c = (struct corpus){ 0 };
	int result = truths_read(&c->truths, data);
	if (result)
		return result;
	c->pages = calloc(c->truths.count + 1, sizeof(*c->pages));
	size_t count = 0;
	for (int i = 0; i < SET_COUNT; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/%s.warc.gz", data, set_names[i]);
		if (access(paths[i], R_OK) == 0)
			inputs[count++] = paths[i];
	}
	return c->pages ? read_all(c, &engine, inputs, count) : -1;
}

void corpus_free(struct corpus *c)
{
	for (uint32_t i = 0; i < c->count; i++)
		arena_free(&c->pages[i].page.arena);
	free(c->pages);
	truths_free(&c->truths);
}

double corpus_f1(const struct kept *k, const uint8_t *keep, double *ret_precision, double *ret_recall)
{
	uint32_t taken = 0, hits = 0;
	uint32_t *left = malloc((k->truth_kinds + 1) * sizeof(*left));
	memcpy(left, k->truth_counts, (k->truth_kinds + 1) * sizeof(*left));
	for (uint32_t i = 0; i < k->blocks.count; i++) {
		if (!keep[i])
			continue;
		for (uint32_t w = k->vocabulary_at[i]; w < k->vocabulary_at[i + 1]; w++) {
			uint32_t word = k->vocabulary[w];
			taken++;
			if (word && left[word]) {
				left[word]--;
				hits++;
			}
		}
	}
	free(left);
	uint32_t truth = k->labels.truth_words;
	*ret_precision = taken ? (double)hits / taken : truth == 0;
	*ret_recall = truth ? (double)hits / truth : taken == 0;
	return taken + truth ? 2.0 * hits / (taken + truth) : 1;
}
