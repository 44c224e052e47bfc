/* Noise texts for tests/quality/train_lines, made of pages: what the extractor of the noise sets would leave of each,
 * with the body as the block model sees it.
 *
 *   page_texts MODELS DATA OUT.jsonl
 *
 * What that extractor leaves is learned from the pages whose noise text is at hand: trees over the blocks' features.
 * MODELS: folder that `train --models` left; "-": the built-in model for all folds, to try things out. One object a
 * page of the other sets: record, url, set, title, text, bodies: what the model of each fold keeps, then what the
 * built-in one keeps (none where the set has a truth). */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "capture/source.h"
#include "corpus.h"
#include "decode/decode.h"
#include "extract/decide.h"
#include "extract/html.h"
#include "grow.h"
#include "meta/meta.h"
#include "util/hash.h"
#include "util/jsonw.h"
#include "util/limits.h"

enum { MODELS = FOLDS + 1 };

static const char *const sets[] = { "newsroom", "wcxb-dev", "readability", "trafilatura", "htmldate" };
enum { SETS = sizeof(sets) / sizeof(*sets), SETS_WITH_NOISE = 2, SETS_WITH_TRUTH = 3, ROWS_MAX = 1500000 };

static const struct boost_settings settings = { .trees = 60,
	.depth = 6,
	.threads = 2,
	.eta = 0.15,
	.subsample = 0.8,
	.columns = 0.5,
	.min_weight = 20,
	.lambda = 4 };

struct maker {
	/* What the extractor leaves: rows to learn from, then the forest. */
	uint8_t *x;
	float *y, *w;
	uint32_t *index;
	size_t rows;
	struct forest leaves;
	struct map lines; /* of the noise texts: record and folded line */
	const struct model *models[MODELS];
	void *decode, *meta;
	struct buf line, text;
	FILE *out;
};

/* Letters, digits and all beyond ASCII alone. */
static uint64_t hash_line(uint64_t record, struct view line)
{
	uint64_t h = record;
	for (size_t i = 0; i < line.n; i++) {
		char c = ascii_lower(line.p[i]);
		if (ascii_is_alpha(c) || ascii_is_digit(c) || (unsigned char)c >= 0x80)
			h = (h ^ (unsigned char)c) * 0x100000001B3u;
	}
	return h;
}

static struct view as_key(const uint64_t *hash)
{
	return view_make((const char *)hash, sizeof(*hash));
}

static int read_noise(struct maker *m, const char *data, const char *set)
{
	char path[4096];
	static char line[32 << 20];
	snprintf(path, sizeof(path), "%s/%s.noise.jsonl.gz", data, set);
	gzFile file = gzopen(path, "rb");
	if (!file)
		return -1;
	while (gzgets(file, line, sizeof(line))) {
		json_error_t error;
		json_t *object = json_loads(line, 0, &error);
		struct view rest = view_of(json_string_value(json_object_get(object, "text"))), one;
		uint64_t record = hash64(view_of(json_string_value(json_object_get(object, "record"))), 0), hash;
		while (view_next_line(&rest, &one)) {
			hash = hash_line(record, one);
			*map_put(&m->lines, as_key(&hash)) = 1;
		}
		json_decref(object);
	}
	gzclose(file);
	return 0;
}

/* The blocks of a page with a noise text: was it left? */
static void add_rows(struct maker *m, struct page *page, const struct features *f)
{
	uint64_t record = hash64(page->capture.record, 0);
	for (uint32_t i = 0; i < f->blocks->count && m->rows < ROWS_MAX; i++) {
		struct view rest = f->blocks->items[i].text, line = VIEW_NONE;
		while (!line.n && view_next_line(&rest, &line))
			;
		uint64_t hash = hash_line(record, line);
		features_first(f, i, m->x + m->rows * FEATURE_FIRST_COUNT);
		m->y[m->rows] = map_get(&m->lines, as_key(&hash)) != NULL;
		m->w[m->rows] = 1;
		m->index[m->rows] = (uint32_t)m->rows;
		m->rows++;
	}
}

static int learn(struct maker *m)
{
	struct grow_rows rows = { .x = m->x,
		.stride = FEATURE_FIRST_COUNT,
		.columns = FEATURE_FIRST_COUNT,
		.index = m->index,
		.y = m->y,
		.w = m->w,
		.count = m->rows };
	fprintf(stderr, "%zu blocks with a noise text\n", m->rows);
	return grow_forest(&settings, &rows, &m->leaves);
}

static void put_block(struct buf *out, const struct text_block *b)
{
	if (out->n)
		buf_puts(out, b->kind != BLOCK_ITEM && (b->flags & TEXT_GAP) ? "\n\n" : "\n");
	if (b->kind == BLOCK_ITEM && (b->flags & TEXT_ITEM_FIRST))
		buf_puts(out, b->flags & TEXT_ORDERED ? "1. " : "\xE2\x80\xA2 ");
	buf_putv(out, b->text);
}

static int put_bodies(struct maker *m, struct page *page, struct features *f, struct jsonw *json)
{
	uint8_t *keep = arena_calloc(&page->arena, f->blocks->count + 1, 1);
	if (!keep)
		return page_full(page);
	jsonw_array(json, "bodies");
	for (int i = 0; i < MODELS; i++) {
		uint16_t *p;
		int32_t *first;
		int result = model_run(m->models[i], f, 0, &p, &first);
		if (result)
			return result;
		decide_body(f, p, keep);
		buf_reset(&m->text);
		for (uint32_t k = 0; k < f->blocks->count; k++)
			if (keep[k])
				put_block(&m->text, &f->blocks->items[k]);
		jsonw_string(json, NULL, buf_view(&m->text));
	}
	jsonw_close_array(json);
	return 0;
}

static int put_page(struct maker *m, struct page *page, int set)
{
	struct text_blocks blocks;
	struct features f;
	int result = blocks_read(page, &blocks);
	if (!result)
		result = features_read(page, &blocks, &f);
	if (result)
		return result;
	features_odds(&f, &model_builtin.odds);
	if (set < SETS_WITH_NOISE) {
		add_rows(m, page, &f);
		return 0;
	}
	buf_reset(&m->text);
	for (uint32_t i = 0; i < blocks.count; i++) {
		uint8_t x[FEATURE_FIRST_COUNT];
		int32_t logit;
		features_first(&f, i, x);
		forest_score(&m->leaves, x, FEATURE_FIRST_COUNT, 1, &logit);
		if (logit >= 0)
			put_block(&m->text, &blocks.items[i]);
	}
	buf_reset(&m->line);
	struct jsonw json = jsonw_begin(&m->line);
	jsonw_object(&json, NULL);
	jsonw_string(&json, "record", page->capture.record);
	jsonw_string(&json, "url", page->capture.url);
	jsonw_text(&json, "set", sets[set]);
	if (f.title_block < blocks.count)
		jsonw_string(&json, "title", blocks.items[f.title_block].text);
	jsonw_string(&json, "text", buf_view(&m->text));
	if (set >= SETS_WITH_TRUTH)
		result = put_bodies(m, page, &f, &json);
	jsonw_close_object(&json);
	if (!result)
		fprintf(m->out, "%.*s\n", (int)m->line.n, m->line.p);
	return result;
}

static int run_page(struct maker *m, struct page *page, int set)
{
	int result = decode_stage.run(m->decode, page);
	if (!result)
		result = dom_parse(page);
	if (!result)
		result = meta_read_stage.run(m->meta, page);
	if (!result)
		result = put_page(m, page, set);
	return result < 0 ? result : 0;
}

static int run_set(struct maker *m, struct engine *engine, const char *data, int set, struct error *error)
{
	char path[4096];
	const char *input = path;
	struct capture_reader *reader = NULL;
	struct page page = { 0 };
	snprintf(path, sizeof(path), "%s/%s.warc.gz", data, sets[set]);
	arena_init(&page.arena, (size_t)1 << 30);
	page.options = &engine->options;
	int result = capture_open(engine, &input, 1, &reader, error);
	while (!result) {
		page_reset(&page);
		int got = capture_next(reader, &page);
		if (got == SOURCE_END)
			break;
		result = got < 0 ? got : got == 0 ? run_page(m, &page, set) : 0;
	}
	capture_close(reader);
	arena_free(&page.arena);
	return result;
}

static int load(struct maker *m, const char *folder, struct error *error)
{
	static char bytes[16 << 20];
	char path[4096];
	int result = 0;
	for (int i = 0; i < FOLDS && !result; i++) {
		if (strcmp(folder, "-") == 0) {
			m->models[i] = &model_builtin;
			continue;
		}
		snprintf(path, sizeof(path), "%s/fold%d.model", folder, i);
		FILE *file = fopen(path, "rb");
		if (!file)
			return error_set(error, -2, "%s: can't be opened", path);
		size_t n = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		result = model_read(view_make(bytes, n), &m->models[i], error);
	}
	m->models[FOLDS] = &model_builtin;
	return result;
}

int main(int argc, char **argv)
{
	static struct maker m = { .line = { .max = (size_t)256 << 20 }, .text = { .max = (size_t)64 << 20 } };
	struct engine engine = { .options = { .jobs = 1 } };
	struct error error = { 0 };
	if (argc != 4) {
		fputs("page_texts MODELS DATA OUT.jsonl\n", stderr);
		return 2;
	}
	int result = load(&m, argv[1], &error);
	if (!result && decode_stage.open)
		result = decode_stage.open(&engine, &m.decode, &error);
	if (!result && meta_read_stage.open)
		result = meta_read_stage.open(&engine, &m.meta, &error);
	m.out = result ? NULL : fopen(argv[3], "w");
	m.x = malloc((size_t)ROWS_MAX * FEATURE_FIRST_COUNT);
	m.y = malloc(ROWS_MAX * sizeof(float));
	m.w = malloc(ROWS_MAX * sizeof(float));
	m.index = malloc(ROWS_MAX * sizeof(uint32_t));
	if (!m.x || !m.y || !m.w || !m.index)
		result = -1;
	for (int set = 0; set < SETS_WITH_NOISE && !result; set++)
		result = read_noise(&m, argv[2], sets[set]);
	for (int set = 0; set < SETS && m.out && !result; set++) {
		if (set == SETS_WITH_NOISE)
			result = learn(&m);
		if (!result)
			result = run_set(&m, &engine, argv[2], set, &error);
	}
	if (!m.out || fclose(m.out) || result)
		fprintf(stderr, "page_texts: %s\n", error.text);
	for (int i = 0; i < FOLDS; i++)
		model_free(m.models[i]);
	forest_clear(&m.leaves);
	map_free(&m.lines);
	free(m.x);
	free(m.y);
	free(m.w);
	free(m.index);
	buf_free(&m.line);
	buf_free(&m.text);
	return result ? 1 : 0;
}
