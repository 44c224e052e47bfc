/* Trains what an author's name is believed by, and measures it by cross-validation over sites. See README.md. */
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "capture/source.h"
#include "corpus.h"
#include "extract/html.h"
#include "extract/model.h"
#include "extract/text_rules.h"
#include "grow.h"
#include "meta/author.h"
#include "pipeline.h"
#include "util/limits.h"

static const char usage[] =
	"train_authors [--data DIR] [--write FILE] [--set NAME=VALUE]... [--search] [--show] [--dump FILE]\n"
	"  --data DIR     folder of the data sets (default ../shared/data)\n"
	"  --write FILE   train on everything and write the model (lib/meta/authormodel.c)\n"
	"  --set eta=0.1  trees, depth, eta, subsample, columns, min_weight, lambda; draws: so many\n"
	"                 ways to part the sites in ten (default 3), figures are means of them;\n"
	"                 newsroom, wcxb, readability, trafilatura: weight of a set's pages;\n"
	"                 prefer, least, declared, site, said: see lib/meta/author.h\n"
	"  --search       also which least, declared, site and said give the fewest spurious\n"
	"                 authors on trafilatura for authors of at least\n"
	"                 .90 on newsroom, .75 on wcxb-dev and .68 on trafilatura\n"
	"  --show         what is chosen for each page when its site was held out\n"
	"  --dump FILE    all groups with their facts, a line each\n";

enum { PARTS = 10, DRAWS_MAX = 8, PAGES_MAX = 8192, GROUPS_MAX = 65536, NAMES_MAX = 64 };

struct group {
	uint8_t x[AUTHOR_X_COUNT];
	float y, w;
	bool right;
	int32_t belief[DRAWS_MAX];
	char *names;
};

struct sheet {
	const struct truth *truth;
	uint32_t first, count;
};

struct trainer {
	struct truths truths;
	struct engine engine;
	struct sheet sheets[PAGES_MAX];
	struct group groups[GROUPS_MAX];
	uint32_t sheet_count, group_count;
	uint8_t *x;
	float *y, *w;
	uint32_t *index;
	struct boost_settings settings;
	atomic_bool stop;
	bool show, search;
	int draws;
	double weights[SET_COUNT];
	struct author_model model; /* thresholds alone */
	const char *dump;
};

/* The score's spelling of a name: its words, whatever their case, without "by". */
static uint32_t name_key(struct view name)
{
	name = view_trim(name);
	if (view_starts_nocase(name, VIEW("by ")))
		name = view_from(name, 3);
	uint32_t key = 0;
	size_t at = 0;
	for (uint32_t h; (h = score_word(name, &at));)
		key = (key ^ h) * 0x9E3779B1u + 1;
	return key;
}

static size_t put_key(uint32_t *set, size_t n, uint32_t key)
{
	for (size_t i = 0; i < n; i++)
		if (set[i] == key)
			return n;
	if (key && n < NAMES_MAX)
		set[n++] = key;
	return n;
}

static size_t shared(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
	size_t both = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			both += a[i] == b[k];
	return both;
}

/* One for the very set, something for a part of it or more than it. */
static void judge(struct group *g, const struct truth *truth, const struct names *names)
{
	uint32_t want[NAMES_MAX], got[NAMES_MAX];
	size_t n = 0, m = 0;
	for (uint32_t i = 0; i < truth->author_count; i++)
		n = put_key(want, n, name_key(truth->authors[i]));
	for (size_t i = 0; i < names->count; i++)
		m = put_key(got, m, name_key(names->list[i]));
	size_t both = shared(want, n, got, m);
	g->right = n && both == n && both == m;
	g->y = g->right ? 1 : n && m && both == m ? 0.6f : both && both == n ? 0.3f : 0;
}

static char *joined(const struct names *names)
{
	struct buf b = BUF_INIT(1 << 16);
	for (size_t i = 0; i < names->count; i++) {
		buf_puts(&b, i ? "; " : "");
		buf_putv(&b, names->list[i]);
	}
	char *text = strdup(b.n ? buf_str(&b) : "");
	buf_free(&b);
	return text;
}

static int put(void *user, struct page *page, struct error *error)
{
	struct trainer *t = user;
	(void)error;
	const struct truth *truth = truths_find(&t->truths, page->capture.record);
	if (!truth || !truth->knows_authors || t->sheet_count == PAGES_MAX)
		return 0;
	struct sheet *sheet = &t->sheets[t->sheet_count++];
	*sheet = (struct sheet){ .truth = truth, .first = t->group_count };
	const struct detail *detail = page->evidence ? page->evidence->detail : NULL;
	const struct authors *a = detail && !page->reason ? detail->authors : NULL;
	for (size_t i = 0; a && i < a->count && t->group_count < GROUPS_MAX; i++) {
		struct group *g = &t->groups[t->group_count++];
		memcpy(g->x, a->groups[i].x, sizeof(g->x));
		judge(g, truth, &a->groups[i].names);
		g->names = joined(&a->groups[i].names);
	}
	sheet->count = t->group_count - sheet->first;
	for (uint32_t i = 0; i < sheet->count; i++)
		t->groups[sheet->first + i].w = (float)(t->weights[truth->set] / sheet->count);
	return 0;
}

static int read_set(struct trainer *t, const char *data, const char *set, struct error *error)
{
	char path[4096];
	const char *input = path;
	struct capture_reader *reader = NULL;
	struct page page = { 0 };
	snprintf(path, sizeof(path), "%s/%s.warc.gz", data, set);
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &t->engine.options;
	struct pipeline pipeline = { .engine = &t->engine, .jobs = 1, .stop = &t->stop, .sink = put, .user = t };
	int result = capture_open(&t->engine, &input, 1, &reader, error);
	while (!result) {
		page_reset(&page);
		int got = capture_next(reader, &page);
		if (got == SOURCE_END)
			break;
		result = got == 0 ? pipeline_run_page(&pipeline, &page, error) : got < 0 ? got : 0;
	}
	capture_close(reader);
	arena_free(&page.arena);
	return result;
}

static int fill(struct trainer *t)
{
	t->x = malloc((size_t)t->group_count * AUTHOR_X_COUNT + 1);
	t->y = malloc(t->group_count * sizeof(*t->y) + 1);
	t->w = malloc(t->group_count * sizeof(*t->w) + 1);
	t->index = malloc(t->group_count * sizeof(*t->index) + 1);
	if (!t->x || !t->y || !t->w || !t->index)
		return -1;
	for (uint32_t i = 0; i < t->group_count; i++) {
		memcpy(t->x + (size_t)i * AUTHOR_X_COUNT, t->groups[i].x, AUTHOR_X_COUNT);
		t->y[i] = t->groups[i].y;
		t->w[i] = t->groups[i].w;
	}
	return 0;
}

/* Which of the parts a site is in, otherwise in each draw. */
static int part_of(const struct truth *truth, int draw)
{
	uint32_t h = truth->site ^ (uint32_t)draw * 0x9E3779B1u;
	if (draw)
		h = (h ^ h >> 16) * 0x85EBCA6Bu;
	return (int)((h ^ h >> 15) % PARTS);
}

/* All groups but those of part @out; -1: all. */
static int train(struct trainer *t, int draw, int out, struct forest *ret)
{
	struct grow_rows rows = {
		.x = t->x, .stride = AUTHOR_X_COUNT, .columns = AUTHOR_X_COUNT, .index = t->index, .y = t->y, .w = t->w
	};
	for (uint32_t i = 0; i < t->sheet_count; i++)
		for (uint32_t k = 0; k < t->sheets[i].count && part_of(t->sheets[i].truth, draw) != out; k++)
			t->index[rows.count++] = t->sheets[i].first + k;
	return grow_forest(&t->settings, &rows, ret);
}

static void clear_forest(struct forest *f)
{
	free((void *)f->features);
	free((void *)f->thresholds);
	free((void *)f->leaves);
	*f = (struct forest){ 0 };
}

static int cross_validate(struct trainer *t, int draw)
{
	int result = 0;
	for (int part = 0; part < PARTS && !result; part++) {
		struct forest forest = { 0 };
		result = train(t, draw, part, &forest);
		for (uint32_t i = 0; i < t->sheet_count && !result; i++) {
			const struct sheet *s = &t->sheets[i];
			struct group *g = t->groups + s->first;
			for (uint32_t k = 0; k < s->count && part_of(s->truth, draw) == part; k++)
				forest_score(&forest, g[k].x, AUTHOR_X_COUNT, 1, &g[k].belief[draw]);
		}
		clear_forest(&forest);
	}
	return result;
}

/* The most believed of those that are believed, as author_believe() chooses; NULL: none. */
static const struct group *chosen(
	const struct trainer *t, const struct author_model *m, const struct sheet *sheet, int draw)
{
	const struct group *best = NULL;
	int most = INT_MIN;
	for (uint32_t k = 0; k < sheet->count; k++) {
		const struct group *g = &t->groups[sheet->first + k];
		int value = g->belief[draw] + (g->x[AUTHOR_X_PICKED] ? m->prefer : 0);
		if (value > most && author_is_believed(m, g->x, g->belief[draw])) {
			best = g;
			most = value;
		}
	}
	return best;
}

struct tally {
	double right, spurious; /* shares of the pages with an author, and without */
};

/* Of draws @from to @end - 1. */
static void measure(
	const struct trainer *t, const struct author_model *m, int from, int end, struct tally tallies[SET_COUNT])
{
	unsigned has[SET_COUNT] = { 0 }, none[SET_COUNT] = { 0 };
	memset(tallies, 0, SET_COUNT * sizeof(*tallies));
	for (uint32_t i = 0; i < t->sheet_count; i++) {
		const struct truth *truth = t->sheets[i].truth;
		*(truth->author_count ? &has[truth->set] : &none[truth->set]) += (unsigned)(end - from);
		for (int draw = from; draw < end; draw++) {
			const struct group *g = chosen(t, m, &t->sheets[i], draw);
			if (truth->author_count)
				tallies[truth->set].right += g && g->right;
			else
				tallies[truth->set].spurious += g != NULL;
		}
	}
	for (int s = 0; s < SET_COUNT; s++) {
		tallies[s].right /= has[s] ? has[s] : 1;
		tallies[s].spurious /= none[s] ? none[s] : 1;
	}
}

static void report_line(const struct trainer *t, const struct author_model *m, int from, int end)
{
	struct tally tallies[SET_COUNT];
	measure(t, m, from, end, tallies);
	printf("%6d %6d %6d %6d", m->least, m->least_declared, m->least_site, m->least_said);
	for (int s = 0; s < SET_COUNT; s++)
		printf("  %s %.3f %.3f", set_names[s], tallies[s].right, tallies[s].spurious);
	putchar('\n');
}

/* Authors that are right, and spurious ones, of each set: by draw, the mean, and with other thresholds. */
static void report(const struct trainer *t)
{
	for (int draw = 0; draw < t->draws; draw++)
		report_line(t, &t->model, draw, draw + 1);
	puts("mean");
	report_line(t, &t->model, 0, t->draws);
	for (int more = -512; more <= 1024; more += 128) {
		struct author_model m = t->model;
		m.least += more;
		m.least_declared += more;
		m.least_site += more;
		report_line(t, &m, 0, t->draws);
	}
}

/* Better: nearer to the floors, or all of them kept and fewer spurious. */
static bool is_better(const struct trainer *t, const struct author_model *m, double *best)
{
	struct tally s[SET_COUNT];
	measure(t, m, 0, t->draws, s);
	double miss = fmax(0, .90 - s[SET_NEWSROOM].right) + fmax(0, .75 - s[SET_WCXB].right) +
		      fmax(0, .68 - s[SET_TRAFILATURA].right);
	double cost = s[SET_TRAFILATURA].spurious + 100 * miss;
	if (cost >= *best)
		return false;
	*best = cost;
	return true;
}

static void search(struct trainer *t)
{
	double best = 1e9;
	struct author_model found = t->model;
	for (int site = -2048; site <= 1024; site += 256)
		for (int declared = -2048; declared <= 1280; declared += 256)
			for (int least = -256; least <= 1280; least += 128)
				for (int said = -1536; said <= 512; said += 512) {
					struct author_model m = { .prefer = t->model.prefer,
						.least = least,
						.least_declared = declared,
						.least_site = site,
						.least_said = said };
					if (is_better(t, &m, &best))
						found = m;
				}
	puts("found");
	report_line(t, &found, 0, t->draws);
}

/* Pages, and under each its groups with what they are worth and their facts: fields parted by tabs. */
static int dump(const struct trainer *t, const char *path)
{
	FILE *f = fopen(path, "w");
	if (!f)
		return -1;
	for (uint32_t i = 0; i < t->sheet_count; i++) {
		const struct sheet *s = &t->sheets[i];
		fprintf(f, "S\t%s\t%u\t%u\t%.*s\t", set_names[s->truth->set], s->truth->site, s->truth->author_count,
			(int)s->truth->url.n, s->truth->url.p);
		for (uint32_t k = 0; k < s->truth->author_count; k++)
			fprintf(f, "%s%.*s", k ? "; " : "", (int)s->truth->authors[k].n, s->truth->authors[k].p);
		fputc('\n', f);
		for (uint32_t k = 0; k < s->count; k++) {
			const struct group *g = &t->groups[s->first + k];
			fprintf(f, "G\t%.2f\t%d\t%d\t%s\t", g->y, g->right, g->belief[0], g->names);
			for (int x = 0; x < AUTHOR_X_COUNT; x++)
				fprintf(f, "%s%d", x ? "," : "", g->x[x]);
			fputc('\n', f);
		}
	}
	return fclose(f) ? -1 : 0;
}

static void show(const struct trainer *t)
{
	for (uint32_t i = 0; i < t->sheet_count; i++) {
		const struct sheet *s = &t->sheets[i];
		const struct group *best = chosen(t, &t->model, s, 0);
		printf("%s\t%d\t%d\t%.*s\t", set_names[s->truth->set], best ? best->belief[0] : -9999,
			s->truth->author_count ? best && best->right : -1, (int)s->truth->url.n, s->truth->url.p);
		for (uint32_t k = 0; k < s->truth->author_count; k++)
			printf("%s%.*s", k ? "; " : "", (int)s->truth->authors[k].n, s->truth->authors[k].p);
		for (uint32_t k = 0; k < s->count; k++) {
			const struct group *g = &t->groups[s->first + k];
			printf("\t[%d %d/%d %s%s]", g->x[AUTHOR_X_KIND], g->x[AUTHOR_X_SCORE], g->belief[0],
				g->right ? "= " : "", g->names);
		}
		if (best)
			for (int f = 0; f < AUTHOR_X_COUNT; f++)
				printf("%s%d", f ? "," : "\tX", best->x[f]);
		putchar('\n');
	}
}

static int write_c(const struct trainer *t, const char *path, const struct forest *f)
{
	FILE *file = fopen(path, "w");
	if (!file)
		return -1;
	size_t leaves = (size_t)1 << f->depth, nodes = leaves - 1;
	fputs("/* Made by tests/quality/train_authors: trees over the features of author.h. */\n"
	      "// clang-format off\n#include \"meta/author.h\"\n\n",
		file);
	fprintf(file, "static const uint16_t features[] = {\n");
	for (size_t i = 0; i < f->trees * nodes; i++)
		fprintf(file, "%u,%s", f->features[i], i % 32 == 31 ? "\n" : "");
	fprintf(file, "\n};\nstatic const uint8_t thresholds[] = {\n");
	for (size_t i = 0; i < f->trees * nodes; i++)
		fprintf(file, "%u,%s", f->thresholds[i], i % 32 == 31 ? "\n" : "");
	fprintf(file, "\n};\nstatic const int16_t leaves[] = {\n");
	for (size_t i = 0; i < f->trees * leaves; i++)
		fprintf(file, "%d,%s", f->leaves[i], i % 32 == 31 ? "\n" : "");
	fprintf(file, "\n};\nconst struct author_model author_model = {\n");
	fprintf(file, "\t.features = %d, .prefer = %d, .least = %d, .least_declared = %d, .least_site = %d,\n",
		AUTHOR_X_COUNT, t->model.prefer, t->model.least, t->model.least_declared, t->model.least_site);
	fprintf(file, "\t.least_said = %d,\n", t->model.least_said);
	fprintf(file,
		"\t.forest = { .trees = %u, .depth = %u, .base = %d, .features = features, .thresholds = thresholds,\n"
		"\t\t.leaves = leaves },\n};\n",
		f->trees, f->depth, f->base);
	return fclose(file) ? -1 : 0;
}

static bool set_number(struct trainer *t, const char *text)
{
	struct boost_settings *s = &t->settings;
	const struct {
		const char *name;
		int *whole;
		double *real;
	} numbers[] = { { "trees", &s->trees, NULL }, { "depth", &s->depth, NULL }, { "eta", NULL, &s->eta },
		{ "subsample", NULL, &s->subsample }, { "columns", NULL, &s->columns },
		{ "min_weight", NULL, &s->min_weight }, { "lambda", NULL, &s->lambda }, { "draws", &t->draws, NULL },
		{ "newsroom", NULL, &t->weights[SET_NEWSROOM] }, { "wcxb", NULL, &t->weights[SET_WCXB] },
		{ "readability", NULL, &t->weights[SET_READABILITY] },
		{ "trafilatura", NULL, &t->weights[SET_TRAFILATURA] }, { "prefer", &t->model.prefer, NULL },
		{ "least", &t->model.least, NULL }, { "declared", &t->model.least_declared, NULL },
		{ "site", &t->model.least_site, NULL }, { "said", &t->model.least_said, NULL } };
	const char *eq = strchr(text, '=');
	struct view name = { text, eq ? (size_t)(eq - text) : 0 };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!view_eq(name, view_of(numbers[i].name)))
			continue;
		if (numbers[i].whole)
			*numbers[i].whole = atoi(eq + 1);
		else
			*numbers[i].real = atof(eq + 1);
		return true;
	}
	return false;
}

static int run(struct trainer *t, const char *data, const char *path)
{
	struct error error = { 0 };
	int result = truths_read(&t->truths, data);
	if (!result)
		result = model_load(&t->engine.model, &error);
	if (!result)
		result = rules_load(&t->engine.options, &t->engine.rules, &error);
	for (int s = 0; s < SET_COUNT && !result; s++)
		result = read_set(t, data, set_names[s], &error);
	if (!result)
		result = fill(t);
	for (int draw = 0; draw < t->draws && !result; draw++)
		result = cross_validate(t, draw);
	if (result) {
		fprintf(stderr, "train_authors: %s\n", error.text);
		return result;
	}
	report(t);
	if (t->search)
		search(t);
	if (t->dump && (result = dump(t, t->dump)))
		perror(t->dump);
	if (t->show)
		show(t);
	struct forest forest = { 0 };
	if (path && !(result = train(t, 0, -1, &forest)))
		result = write_c(t, path, &forest);
	clear_forest(&forest);
	return result;
}

static void clear(struct trainer *t)
{
	for (uint32_t i = 0; i < t->group_count; i++)
		free(t->groups[i].names);
	free(t->x);
	free(t->y);
	free(t->w);
	free(t->index);
	model_free(t->engine.model);
	rules_free(t->engine.rules);
	truths_free(&t->truths);
	free(t);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "data", 1, NULL, 'd' }, { "write", 1, NULL, 'w' },
		{ "set", 1, NULL, 's' }, { "show", 0, NULL, 'S' }, { "search", 0, NULL, 'f' }, { "dump", 1, NULL, 'D' },
		{ 0 } };
	const char *data = "../shared/data", *path = NULL;
	struct trainer *t = calloc(1, sizeof(*t));
	int option;
	if (!t)
		return 1;
	t->engine.options = (struct garner_options){ .jobs = 1, .clock = 1 };
	t->draws = 3;
	/* Pages of news are few in the sets, and what the library is for. */
	t->weights[SET_NEWSROOM] = 7;
	t->weights[SET_WCXB] = 1.5;
	t->weights[SET_READABILITY] = 1;
	t->weights[SET_TRAFILATURA] = 6;
	t->model = (struct author_model){
		.prefer = 3072, .least = 640, .least_declared = -1536, .least_site = -1024, .least_said = -512
	};
	t->settings = (struct boost_settings){ .trees = 250,
		.depth = 6,
		.threads = 2,
		.eta = 0.03,
		.subsample = 0.6,
		.columns = 0.2,
		.min_weight = 1,
		.lambda = 6 };
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		bool good = true;
		switch (option) {
		case 'd': data = optarg; break;
		case 'w': path = optarg; break;
		case 's': good = set_number(t, optarg); break;
		case 'S': t->show = true; break;
		case 'f': t->search = true; break;
		case 'D': t->dump = optarg; break;
		default: good = false;
		}
		if (!good || t->draws < 1 || t->draws > DRAWS_MAX) {
			fputs(usage, stderr);
			return 2;
		}
	}
	int result = run(t, data, path);
	clear(t);
	return result ? 1 : 0;
}
