/* Learns the scorer of plain-text lines.
 *
 *   train_lines DATA PAGES|- OUT THRESHOLDS...
 *
 * For each THRESHOLDS (percent, seven between slashes as in enum line_threshold: a line that is less probably text is
 * cut):
 *   OUT.THRESHOLDS.jsonl    each noise document, cleaned by a model that has not seen its site, for score.py
 *   OUT.THRESHOLDS.bodies   each truth body, the same
 *   OUT.THRESHOLDS.c        the model of all documents: lib/extract/line_model_data.c */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "grow.h"
#include "extract/model.h"
#include "lines.h"
#include "model_c.h"
#include "util/jsonw.h"
#include "util/limits.h"

enum { NONE = FOLDS }; /* no fold is held out */

enum { TEXT, TITLE, FORESTS };

static const struct boost_settings settings[FORESTS] = {
	{ .trees = 800,
		.depth = OBLIVIOUS_DEPTH,
		.threads = 2,
		.eta = 0.05,
		.subsample = 0.6,
		.columns = 0.12,
		.min_weight = 20,
		.lambda = 4,
		.step = 2 },
	{ .trees = 120,
		.depth = OBLIVIOUS_DEPTH,
		.threads = 2,
		.eta = 0.12,
		.subsample = 0.8,
		.columns = 0.5,
		.min_weight = 10,
		.lambda = 4,
		.step = 2 },
};

struct learner {
	struct line_corpus corpus;
	struct line_model models[FOLDS + 1];
};

/* ---- odds of words -------------------------------------------------------------------------------------- */

struct count {
	uint32_t hash, site, sites;
	float in, out, site_in, site_out;
};

struct counts {
	struct count *slots;
	uint32_t size, used;
};

static struct count *count_of(struct counts *counts, uint32_t hash)
{
	uint32_t at = hash & (counts->size - 1);
	while (counts->slots[at].hash && counts->slots[at].hash != hash)
		at = (at + 1) & (counts->size - 1);
	if (!counts->slots[at].hash) {
		counts->slots[at].hash = hash;
		counts->used++;
	}
	return &counts->slots[at];
}

/* A site speaks once for a word, by the share of its lines with it that are text. */
static void close_site(struct count *c)
{
	float all = c->site_in + c->site_out;
	if (all > 0) {
		c->in += c->site_in / all;
		c->out += c->site_out / all;
		c->sites++;
	}
	c->site_in = c->site_out = 0;
}

static void count_doc(struct counts *counts, const struct line_doc *doc, const float *y)
{
	for (uint32_t i = 0; i < doc->count; i++) {
		const struct line *line = &doc->work.lines[i];
		struct view rest = line->key, word;
		for (int n = 0; n < 40 && line_next_word(&rest, &word); n++) {
			struct count *c = count_of(counts, line_word_hash(word));
			if (c->site != doc->truth->site) {
				close_site(c);
				c->site = doc->truth->site;
			}
			/* A word in a short line says more about such lines. */
			float weight = 1.0f / (float)(line->words < 3 ? 3 : line->words > 30 ? 30 : line->words);
			c->site_in += weight * y[i];
			c->site_out += weight * (1 - y[i]);
		}
	}
}

static int by_site(const void *a, const void *b)
{
	const struct line_doc *x = *(struct line_doc *const *)a, *y = *(struct line_doc *const *)b;
	if (x->truth->site != y->truth->site)
		return x->truth->site < y->truth->site ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

/* Odds of words from the noise documents of all folds but @a and @b, into @model. */
static void learn_odds(struct learner *l, uint32_t a, uint32_t b, struct line_model *model)
{
	struct counts counts = { .size = 1 << 20 };
	counts.slots = calloc(counts.size, sizeof(*counts.slots));
	struct line_doc **docs = calloc(l->corpus.count, sizeof(*docs));
	size_t n = 0, words = 0;
	for (uint32_t i = 0; i < l->corpus.count; i++) {
		struct line_doc *doc = &l->corpus.docs[i];
		bool known = doc->origin == LINES_GUESS || doc->truth->body.n;
		if (known && doc->origin != LINES_BODY && doc->fold != a && doc->fold != b)
			docs[n++] = doc;
	}
	qsort(docs, n, sizeof(*docs), by_site);
	for (size_t i = 0; i < n && counts.used < counts.size / 2; i++)
		count_doc(&counts, docs[i], docs[i]->y[a]);
	float in = 1, out = 1;
	for (uint32_t i = 0; i < counts.size; i++) {
		close_site(&counts.slots[i]);
		in += counts.slots[i].in;
		out += counts.slots[i].out;
	}
	struct word_odds *items = calloc(counts.used + 1, sizeof(*items));
	for (uint32_t i = 0; i < counts.size; i++) {
		const struct count *c = &counts.slots[i];
		if (!c->hash || c->sites < 6)
			continue;
		double odds = log((c->in + 1.0) / (c->out + 1.0)) - log(in / out);
		int value = (int)lround(odds * 16);
		if (abs(value) >= 8 && words < MODEL_ODDS_MAX)
			items[words++] = (struct word_odds){ c->hash, (int8_t)(value > 60    ? 60
									       : value < -60 ? -60
											     : value) };
	}
	word_odds_make(items, words, &model->odds);
	fprintf(stderr, "%zu words with odds\n", words);
	free(items);
	free(docs);
	free(counts.slots);
}

/* ---- passes ------------------------------------------------------------------------------------------------ */

/* Features of @doc as @model sees it, LF_COUNT a line; free()d by the caller. */
static uint8_t *features(struct line_doc *doc, const struct line_model *model)
{
	uint8_t *x = calloc((size_t)doc->count + 1, LF_COUNT);
	doc->work.model = model;
	for (uint32_t i = 0; i < doc->count; i++)
		line_features_own(&doc->work.lines[i], hits_of(&doc->work, i), &model->odds, &doc->work.own[i]);
	line_hash_cores(doc->work.lines, doc->work.own, doc->count);
	work_find_prose(&doc->work);
	if (x && doc->count)
		line_features(&doc->work, x);
	return x;
}

struct matrix {
	uint8_t *x;
	float *y, *w;
	uint32_t *index;
	size_t rows;
};

static void matrix_free(struct matrix *m)
{
	free(m->x);
	free(m->y);
	free(m->w);
	free(m->index);
}

static void matrix_add(struct matrix *m, const struct line_doc *doc, const uint8_t *x, uint32_t held, int forest)
{
	/* Titles are asked for before the first prose alone. */
	uint32_t n = doc->count;
	if (forest == TITLE)
		n = doc->work.first_prose < n ? (uint32_t)doc->work.first_prose : 0;
	for (uint32_t i = 0; i < n; i++) {
		float w = forest == TITLE ? doc->title_w[i] : doc->w[held][i];
		if (w <= 0)
			continue;
		memcpy(m->x + m->rows * LF_COUNT, x + (size_t)i * LF_COUNT, LF_COUNT);
		m->y[m->rows] = forest == TITLE ? doc->is_title[i] : doc->y[held][i];
		m->index[m->rows] = (uint32_t)m->rows;
		m->w[m->rows++] = w;
	}
}

/* Trains one forest without fold @held; odds for a row never come from its own fold. */
static int train(struct learner *l, uint32_t held, int forest, const struct line_model *views, struct oblivious *ret)
{
	struct matrix m = { .x = malloc((size_t)l->corpus.rows * LF_COUNT),
		.y = malloc(l->corpus.rows * sizeof(float)),
		.w = malloc(l->corpus.rows * sizeof(float)),
		.index = malloc(l->corpus.rows * sizeof(uint32_t)) };
	int result = m.x && m.y && m.w && m.index ? 0 : -1;
	for (uint32_t i = 0; i < l->corpus.count && result == 0; i++) {
		struct line_doc *doc = &l->corpus.docs[i];
		if (doc->fold == held)
			continue;
		uint8_t *x = features(doc, &views[doc->fold]);
		matrix_add(&m, doc, x, held, forest);
		free(x);
	}
	struct grow_rows rows = {
		.x = m.x, .stride = LF_COUNT, .columns = LF_COUNT, .index = m.index, .y = m.y, .w = m.w, .count = m.rows
	};
	if (result == 0)
		result = grow_oblivious(&settings[forest], &rows, ret);
	fprintf(stderr, "forest %d without fold %u: %zu lines\n", forest + 1, held, m.rows);
	matrix_free(&m);
	return result;
}

static int learn(struct learner *l)
{
	int result = 0;
	for (uint32_t held = 0; held <= NONE && result == 0; held++) {
		struct line_model views[FOLDS] = { 0 };
		learn_odds(l, held, held, &l->models[held]);
		for (uint32_t f = 0; f < FOLDS; f++)
			if (f != held)
				learn_odds(l, held, f, &views[f]);
		result = train(l, held, TEXT, views, &l->models[held].text) ||
			 train(l, held, TITLE, views, &l->models[held].title);
		for (uint32_t f = 0; f < FOLDS; f++)
			word_odds_free(&views[f].odds);
	}
	return result;
}

/* ---- out ------------------------------------------------------------------------------------------------- */

static void write_doc(FILE *out, const struct line_doc *doc, const struct page *page)
{
	struct buf text = BUF_INIT(MIB(64)), line = BUF_INIT(MIB(64));
	for (size_t i = 0; i < page->block_count; i++) {
		if (page->blocks[i].cut)
			continue;
		if (text.n)
			buf_puts(&text, page->blocks[i].gap ? "\n\n" : "\n");
		buf_putv(&text, page->blocks[i].text);
	}
	struct jsonw json = jsonw_begin(&line);
	jsonw_object(&json, NULL);
	jsonw_string(&json, "record", doc->record);
	jsonw_text(&json, "title", page->document.title);
	jsonw_string(&json, "text", buf_view(&text));
	jsonw_close_object(&json);
	fprintf(out, "%.*s\n", (int)line.n, line.p);
	buf_free(&text);
	buf_free(&line);
}

/* Cleans a copy of the document as the stage does. */
static void clean_doc(struct learner *l, const struct line_doc *doc, FILE *out)
{
	struct page page = { 0 };
	arena_init(&page.arena, MIB(256));
	page.options = doc->page.options;
	page_reset(&page);
	page.kind = PAGE_TEXT;
	page.utf8 = doc->page.utf8;
	struct work work = {
		.rules = l->corpus.rules, .matcher = l->corpus.matcher, .model = &l->models[doc->fold], .page = &page
	};
	if (work_clean(&work) == 0)
		write_doc(out, doc, &page);
	arena_free(&page.arena);
}

static int write_cv(struct learner *l, const char *name)
{
	char noise[4200], bodies[4200];
	snprintf(noise, sizeof(noise), "%s.jsonl", name);
	snprintf(bodies, sizeof(bodies), "%s.bodies", name);
	FILE *out[2] = { fopen(noise, "w"), fopen(bodies, "w") };
	if (!out[0] || !out[1])
		return -1;
	for (uint32_t i = 0; i < l->corpus.count; i++)
		if (l->corpus.docs[i].origin <= LINES_BODY)
			clean_doc(l, &l->corpus.docs[i], out[l->corpus.docs[i].origin]);
	return fclose(out[0]) | fclose(out[1]);
}

/* A bucket's last value and the rest of its bytes are 0. */
static void write_odds(FILE *file, const struct word_odds_table *odds)
{
	fputs("static const struct odds_bucket buckets[] = {\n", file);
	for (const struct odds_bucket *b = odds->buckets; b <= odds->buckets + odds->mask; b++) {
		fputs("{{", file);
		for (int k = 0; k < ODDS_PLACES; k++)
			fprintf(file, "%u,", b->hash[k]);
		fputs("},{", file);
		for (int k = 0; k < ODDS_PLACES; k++)
			fprintf(file, "%d,", b->value[k]);
		fprintf(file, "},%d},\n", b->full);
	}
	fputs("};\n", file);
}

static int write_model(const struct line_model *model, const char *name)
{
	char path[4200];
	snprintf(path, sizeof(path), "%s.c", name);
	FILE *file = code_open(path, "tests/quality/train_lines", "extract/line_model.h");
	if (!file)
		return -1;
	write_odds(file, &model->odds);
	code_forest(file, "text", &model->text);
	code_forest(file, "title", &model->title);
	fprintf(file, "const struct line_model line_model_builtin = {\n\t.features = %u,\n\t.number = 1,\n",
		line_features_version());
	fputs("\t.thresholds = { ", file);
	for (int i = 0; i < LINE_THRESHOLDS; i++)
		fprintf(file, "%d%s", model->thresholds[i], i + 1 < LINE_THRESHOLDS ? ", " : " },\n");
	fprintf(file, "\t.odds = { buckets, %u },\n", model->odds.mask);
	code_forest_member(file, "text", &model->text);
	code_forest_member(file, "title", &model->title);
	fputs("};\n", file);
	return fclose(file) ? -1 : 0;
}

/* Percents as logits; -1 when there are not as many as LINE_THRESHOLDS. */
static int read_thresholds(const char *percents, int32_t *ret)
{
	int count = 0;
	for (const char *p = percents; count < LINE_THRESHOLDS; p++) {
		char *end;
		double share = strtod(p, &end) / 100;
		if (end == p || share <= 0 || share >= 1)
			return -1;
		ret[count++] = (int32_t)lround(log(share / (1 - share)) * 1024);
		p = end;
		if (*p != '/')
			return count == LINE_THRESHOLDS && !*p ? 0 : -1;
	}
	return -1;
}

static int write_all(struct learner *l, const char *out, const char *percents)
{
	char name[4096];
	int32_t thresholds[LINE_THRESHOLDS];
	if (read_thresholds(percents, thresholds))
		return -1;
	for (uint32_t i = 0; i <= NONE; i++)
		memcpy(l->models[i].thresholds, thresholds, sizeof(thresholds));
	int n = snprintf(name, sizeof(name), "%s.%s", out, percents);
	for (char *p = name + n - strlen(percents); *p; p++)
		*p = *p == '/' ? '-' : *p;
	return write_cv(l, name) | write_model(&l->models[NONE], name);
}

int main(int argc, char **argv)
{
	static struct learner l;
	if (argc < 5) {
		fprintf(stderr, "usage: train_lines DATA PAGES|- OUT THRESHOLDS...\n");
		return 2;
	}
	if (lines_read(&l.corpus, argv[1], strcmp(argv[2], "-") ? argv[2] : NULL))
		return 1;
	fprintf(stderr, "%u documents, %u lines\n", l.corpus.count, l.corpus.rows);
	int result = learn(&l);
	for (int a = 4; a < argc && result == 0; a++)
		result = write_all(&l, argv[3], argv[a]);
	lines_free(&l.corpus);
	return result != 0;
}
