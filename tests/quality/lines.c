#include "lines.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "extract/text_fold.h"
#include "extract/text_rules.h"
#include "util/buf.h"
#include "util/hash.h"
#include "util/limits.h"

enum { SHORT_WORDS = 4, GRAM = 3 };

/* What a page made by page_texts counts for: one with a truth, one whose body is guessed. */
static const float PAGE_WEIGHT = 0.4f, GUESS_WEIGHT = 1.2f;

static const char *const sets[LINE_SETS] = { "newsroom", "wcxb-dev" };

/* ---- labels ----------------------------------------------------------------------------------------- */

/* What the truth body holds: its lines, and its runs of three words. */
struct body {
	struct map lines, grams;
};

static size_t hash_words(struct view text, uint32_t *words, size_t max)
{
	size_t at = 0, n = 0;
	for (uint32_t word; n < max && (word = score_word(text, &at));)
		words[n++] = word;
	return n;
}

static struct view as_key(const uint32_t *words, size_t n)
{
	return view_make((const char *)words, n * sizeof(*words));
}

static void body_read(struct body *body, struct view text)
{
	struct view line, rest = text;
	uint32_t *words = malloc((text.n + 1) * sizeof(*words));
	size_t n = words ? hash_words(text, words, text.n) : 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 1; k <= GRAM && i + k <= n; k++)
			*map_put(&body->grams, as_key(words + i, k)) = 1;
	while (words && view_next_line(&rest, &line)) {
		n = hash_words(line, words, text.n);
		if (n && n <= SHORT_WORDS)
			*map_put(&body->lines, as_key(words, n)) = 1;
	}
	free(words);
}

/* How much two lines have in common: shared words of all words, as sets of hashes. */
static float likeness(const uint32_t *a, size_t a_n, const uint32_t *b, size_t b_n)
{
	size_t shared = 0;
	for (size_t i = 0; i < a_n; i++)
		for (size_t k = 0; k < b_n; k++)
			if (a[i] == b[k]) {
				shared++;
				break;
			}
	return a_n + b_n > shared ? (float)shared / (float)(a_n + b_n - shared) : 1;
}

/* Label and trust of one line. */
static void label_line(
	const struct body *body, struct view text, struct view title, float *ret_y, float *ret_w, float *ret_like)
{
	static uint32_t words[1 << 16], title_words[256];
	size_t n = hash_words(text, words, 1 << 16), hits = 0;
	size_t title_n = hash_words(title, title_words, 256);
	*ret_w = 1;
	*ret_y = 0;
	*ret_like = 0;
	if (n == 0)
		return;
	*ret_like = title_n && n < 60 ? likeness(words, n, title_words, title_n) : 0;
	size_t gram = n < GRAM ? n : GRAM;
	for (size_t i = 0; i + gram <= n; i++)
		hits += map_get(&body->grams, as_key(words + i, gram)) != NULL;
	float share = (float)hits / (float)(n - gram + 1);
	if (n > SHORT_WORDS) {
		*ret_y = share;
		return;
	}
	/* A short line may be in the body by chance: only a line of its own there is sure. */
	bool line = map_get(&body->lines, as_key(words, n)) != NULL;
	*ret_y = line ? 1 : 0;
	*ret_w = line || share < 0.5f ? 1 : 0.15f;
}

static float kind_weight(const struct line_doc *doc)
{
	const struct truth *truth = doc->truth;
	const float origin[] = {
		[LINES_NOISE] = 1, [LINES_BODY] = 0.6f, [LINES_PAGE] = PAGE_WEIGHT, [LINES_GUESS] = GUESS_WEIGHT
	};
	float kind = 1;
	if (truth->set == SET_NEWSROOM)
		kind = 3;
	else if (truth->set == SET_WCXB)
		kind = view_eq(truth->kind, VIEW("article")) ? 1 : 0.25f;
	return kind * origin[doc->origin];
}

/* The line most like the title, the last of equals before the first long line of the body; or count. */
static uint32_t title_place(const struct line_doc *doc, const float *like)
{
	uint32_t best = doc->count;
	for (uint32_t i = 0; i < doc->count; i++) {
		if (like[i] >= 0.6f && (best == doc->count || like[i] >= like[best]))
			best = i;
		if (doc->work.lines[i].words > 25 && doc->y[FOLDS][i] > 0.8f)
			break;
	}
	return best;
}

/* Labels of @doc by @text, into y[at] and w[at]. */
static void label_by(struct line_doc *doc, struct view text, int at)
{
	struct body body = { 0 };
	float *y = doc->y[at], *w = doc->w[at], total = 0, *like = calloc(doc->count + 1, sizeof(*like));
	bool clean = doc->origin == LINES_BODY;
	body_read(&body, text);
	for (uint32_t i = 0; i < doc->count; i++) {
		label_line(&body, doc->work.lines[i].text, doc->title, &y[i], &w[i], &like[i]);
		if (clean)
			y[i] = w[i] = 1;
		total += (float)doc->work.lines[i].words;
	}
	uint32_t title = clean ? doc->count : title_place(doc, like);
	/* A truth that is empty says nothing of the lines: such a text is cleaned, not learned from. */
	float known = text.n ? 1 : 0;
	/* What a wrong decision costs in the page's F1, in percent; short lines count a little more than their words.
	 */
	for (uint32_t i = 0; i < doc->count; i++) {
		float kind = kind_weight(doc);
		w[i] *= known * 100 * kind * ((float)doc->work.lines[i].words + 2) / (total + 80);
		doc->is_title[i] = i == title;
		doc->title_w[i] = doc->origin == LINES_GUESS ? 0
							     : known * kind *
								       (i == title		? 4
									       : like[i] > 0.4f ? 0.5f
												: 1);
		/* The title itself is the other forest's to find. */
		if (i == title || like[i] == 1)
			w[i] = 0;
	}
	free(like);
	map_free(&body.lines);
	map_free(&body.grams);
}

/* ---- documents --------------------------------------------------------------------------------------- */

static const struct garner_options options = { .jobs = 1 };
static const struct line_model no_odds;

/* All labels: of the truth, or one for each of @bodies. */
static int label_doc(struct line_doc *doc, const json_t *bodies)
{
	for (int i = LABELS; i-- > 0;) {
		if (!bodies && i < FOLDS) {
			doc->y[i] = doc->y[FOLDS];
			doc->w[i] = doc->w[FOLDS];
			continue;
		}
		doc->y[i] = arena_calloc(&doc->page.arena, doc->count + 1, sizeof(float));
		doc->w[i] = arena_calloc(&doc->page.arena, doc->count + 1, sizeof(float));
		if (!doc->y[i] || !doc->w[i])
			return -1;
		label_by(doc, bodies ? view_of(json_string_value(json_array_get(bodies, (size_t)i))) : doc->truth->body,
			i);
	}
	return 0;
}

static int add_doc(struct line_corpus *corpus, const struct truth *truth, struct view title, struct view text,
	enum line_origin origin, const json_t *bodies)
{
	struct line_doc *doc = &corpus->docs[corpus->count];
	arena_init(&doc->page.arena, MIB(64));
	doc->page.options = &options;
	page_reset(&doc->page);
	doc->page.kind = PAGE_TEXT;
	struct arena *arena = &doc->page.arena;
	doc->page.utf8 = view_make(arena_strdup_view(arena, text), text.n);
	doc->title = view_make(arena_strdup_view(arena, title), title.n);
	doc->truth = truth;
	doc->record = truth->record;
	doc->origin = (uint8_t)origin;
	doc->fold = (uint8_t)fold_of(truth);
	doc->work = (struct work){
		.rules = corpus->rules, .matcher = corpus->matcher, .model = &no_odds, .page = &doc->page
	};
	if (work_read(&doc->work) || doc->work.live_count != doc->page.block_count) {
		/* A date in front of the first line was cut: such a text is not learned from. */
		arena_free(&doc->page.arena);
		return 0;
	}
	doc->count = (uint32_t)doc->work.live_count;
	doc->row = corpus->rows;
	doc->is_title = arena_calloc(arena, doc->count + 1, sizeof(float));
	doc->title_w = arena_calloc(arena, doc->count + 1, sizeof(float));
	if (!doc->is_title || !doc->title_w || label_doc(doc, bodies))
		return -1;
	corpus->rows += doc->count;
	corpus->count++;
	return 0;
}

/* Bodies of one set stand without blank lines; half of them get some, so that nothing is learned from that. */
static int add_body(struct line_corpus *corpus, const struct truth *truth)
{
	struct buf text = BUF_INIT(MIB(16));
	bool spread = (hash64(truth->record, 3) & 1) != 0;
	for (size_t i = 0; i < truth->body.n; i++) {
		buf_putc(&text, truth->body.p[i]);
		if (spread && truth->body.p[i] == '\n')
			buf_putc(&text, '\n');
	}
	int result = add_doc(corpus, truth, VIEW_NONE, buf_view(&text), LINES_BODY, NULL);
	buf_free(&text);
	return result;
}

typedef int json_fn(struct line_corpus *corpus, struct map *titles, const json_t *object);

static int each_line(struct line_corpus *corpus, struct map *titles, const char *path, json_fn *fn)
{
	static char line[32 << 20];
	gzFile file = gzopen(path, "rb");
	int result = file ? 0 : -1;
	while (result == 0 && gzgets(file, line, sizeof(line))) {
		json_error_t error;
		json_t *object = json_loads(line, 0, &error);
		result = object ? fn(corpus, titles, object) : -1;
		json_decref(object);
	}
	if (result)
		fprintf(stderr, "%s: can't be read\n", path);
	if (file)
		gzclose(file);
	return result;
}

static struct view text_of(const json_t *object, const char *key)
{
	return view_of(json_string_value(json_object_get(object, key)));
}

static int note_title(struct line_corpus *corpus, struct map *titles, const json_t *object)
{
	(void)corpus;
	struct view title = text_of(object, "title");
	if (title.n)
		*map_put(titles, text_of(object, "record")) = (uint64_t)(uintptr_t)strndup(title.p, title.n);
	return 0;
}

static int note_noise(struct line_corpus *corpus, struct map *titles, const json_t *object)
{
	const struct truth *truth = truths_find(&corpus->truths, text_of(object, "record"));
	struct view text = text_of(object, "text");
	if (!truth || !text.n)
		return 0;
	uint64_t *title = map_get(titles, truth->record);
	struct view words = title ? view_of((const char *)(uintptr_t)*title) : VIEW_NONE;
	int result = add_doc(corpus, truth, words, text, LINES_NOISE, NULL);
	return result || !truth->body.n ? result : add_body(corpus, truth);
}

/* A page of page_texts. */
static int note_page(struct line_corpus *corpus, struct map *titles, const json_t *object)
{
	const struct truth *truth = truths_find(&corpus->truths, text_of(object, "record"));
	const json_t *bodies = json_object_get(object, "bodies");
	struct view text = text_of(object, "text"), title = text_of(object, "title");
	(void)titles;
	if (!text.n || (!bodies && (!truth || !truth->body.n)))
		return 0;
	if (bodies && !view_of(json_string_value(json_array_get(bodies, FOLDS))).n)
		return 0;
	if (bodies) {
		struct truth *made = arena_calloc(&corpus->truths.arena, 1, sizeof(*made));
		struct view url = text_of(object, "url"), record = text_of(object, "record");
		if (!made)
			return -1;
		*made = (struct truth){ .set = SET_COUNT, .site = truth_site(url) };
		made->record = view_make(arena_strdup_view(&corpus->truths.arena, record), record.n);
		truth = made;
	}
	return add_doc(corpus, truth, title, text, bodies ? LINES_GUESS : LINES_PAGE, bodies);
}

int lines_read(struct line_corpus *corpus, const char *data, const char *pages)
{
	struct error error = { 0 };
	struct map titles = { 0 };
	*corpus = (struct line_corpus){ .matcher = matcher_new() };
	int result = truths_read(&corpus->truths, data);
	if (result == 0 && rules_load(&options, &corpus->rules, &error)) {
		fprintf(stderr, "%s\n", error.text);
		result = -1;
	}
	corpus->docs = calloc((size_t)corpus->truths.count * 4 + 4096, sizeof(*corpus->docs));
	for (int i = 0; i < LINE_SETS && result == 0; i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/%s.truth.jsonl.gz", data, sets[i]);
		result = each_line(corpus, &titles, path, note_title);
		snprintf(path, sizeof(path), "%s/%s.noise.jsonl.gz", data, sets[i]);
		if (result == 0)
			result = each_line(corpus, &titles, path, note_noise);
	}
	if (pages && result == 0)
		result = each_line(corpus, &titles, pages, note_page);
	for (size_t i = 0; i < corpus->truths.count; i++) {
		uint64_t *title = map_get(&titles, corpus->truths.items[i].record);
		if (title) {
			free((char *)(uintptr_t)*title);
			*title = 0;
		}
	}
	map_free(&titles);
	return result;
}

void lines_free(struct line_corpus *corpus)
{
	for (uint32_t i = 0; i < corpus->count; i++)
		arena_free(&corpus->docs[i].page.arena);
	free(corpus->docs);
	rules_free(corpus->rules);
	matcher_free(corpus->matcher);
	truths_free(&corpus->truths);
}
