/* Trains the block model and measures it by cross-validation over sites. See README.md. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "grow.h"
#include "corpus.h"
#include "extract/decide.h"
#include "learn.h"
#include "util/clock.h"

static const char usage[] =
	"train [--data DIR] [--quick] [--models DIR] [--write FILE] [--set PASS.NAME=VALUE]...\n"
	"  --data DIR     folder of the data sets (default ../shared/data)\n"
	"  --quick        one fold is held out instead of each in turn\n"
	"  --models DIR   write the folds' models there: fold0.model ...\n"
	"  --write FILE   train on everything and write the model as C (lib/extract/model_data.c)\n"
	"  --fast         10 trainings instead of 20, for trying things out\n"
	"  --score DIR      no training: the models that --models left in DIR\n"
	"  --set 1.eta=0.1  of a pass: trees, threads, eta, subsample, columns, min_weight, lambda, step, seed\n"
	"  --labels       no training: how well the blocks can match the truth at best\n"
	"  --show PART      all blocks of pages whose address holds PART\n"
	"  --wrong FILE     wrong blocks of pages with a score below 0.95\n"
	"  --dump FILE    scores of all blocks of held-out pages\n";

struct tally {
	double f1[3], precision, recall;
	uint32_t pages;
};

static void report_line(const char *name, const struct tally *t)
{
	if (t->pages)
		printf("%-24s %5u  first %.4f  second %.4f  body %.4f  precision %.4f  recall %.4f\n", name, t->pages,
			t->f1[0] / t->pages, t->f1[1] / t->pages, t->f1[2] / t->pages, t->precision / t->pages,
			t->recall / t->pages);
}

/* Word F1 of held-out pages: first pass at one half, second at one half, the page's decision. */
static void measure(const struct corpus *c, const struct learner *l, int only_fold)
{
	struct tally sets[SET_COUNT] = { 0 }, kinds[64] = { 0 };
	struct view names[64];
	uint32_t kind_count = 0;
	for (uint32_t i = 0; i < c->count; i++) {
		const struct kept *k = &c->pages[i];
		if (!k->truth->body.p || (only_fold >= 0 && k->fold != (uint32_t)only_fold))
			continue;
		uint32_t n = k->blocks.count, at = 0;
		uint8_t *keep = calloc(n + 1, 1);
		double f1[3], precision, recall;
		for (uint32_t b = 0; b < n; b++)
			keep[b] = l->p_first[k->row + b] >= 128;
		f1[0] = corpus_f1(k, keep, &precision, &recall);
		for (uint32_t b = 0; b < n; b++)
			keep[b] = l->p[k->row + b] >= 32768;
		f1[1] = corpus_f1(k, keep, &precision, &recall);
		decide_body(&k->features, l->p + k->row, keep);
		f1[2] = corpus_f1(k, keep, &precision, &recall);
		free(keep);
		while (at < kind_count && !view_eq(names[at], k->truth->kind))
			at++;
		if (at == kind_count && kind_count < 63)
			names[kind_count++] = k->truth->kind;
		struct tally *rows[2] = { &sets[k->truth->set], &kinds[at] };
		for (int r = 0; r < 2; r++) {
			for (int m = 0; m < 3; m++)
				rows[r]->f1[m] += f1[m];
			rows[r]->precision += precision;
			rows[r]->recall += recall;
			rows[r]->pages++;
		}
		if (l->dump)
			fprintf(l->dump, "%s\t%.4f\t%.4f\t%.4f\t%.*s\n", set_names[k->truth->set], f1[2], precision,
				recall, (int)k->truth->url.n, k->truth->url.p);
	}
	for (int s = 0; s < SET_COUNT; s++)
		report_line(set_names[s], &sets[s]);
	for (uint32_t i = 0; i < kind_count; i++) {
		char name[64];
		snprintf(name, sizeof(name), "  %.*s", (int)names[i].n, names[i].p ? names[i].p : "");
		if (kinds[i].pages >= 40)
			report_line(name, &kinds[i]);
	}
}

/* The best that blocks can do: those that are mostly in the truth. */
static void measure_labels(const struct corpus *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		const struct kept *k = &c->pages[i];
		uint8_t *keep = calloc(k->blocks.count + 1, 1);
		double precision, recall;
		if (!k->truth->body.p)
			continue;
		for (uint32_t b = 0; b < k->blocks.count; b++)
			keep[b] = k->labels.share[b] > 0.5f;
		double f1 = corpus_f1(k, keep, &precision, &recall);
		printf("%s\t%.4f\t%.4f\t%.4f\t%u\t%.*s\t%.*s\n", set_names[k->truth->set], f1, precision, recall,
			k->labels.truth_words, (int)k->truth->kind.n, k->truth->kind.p ? k->truth->kind.p : "",
			(int)k->truth->url.n, k->truth->url.p);
		free(keep);
	}
}

/* The blocks of pages whose address holds @part: label, scores, what was decided, text. */
static void show_pages(const struct corpus *c, const struct learner *l, const char *part)
{
	for (uint32_t i = 0; i < c->count; i++) {
		const struct kept *k = &c->pages[i];
		if (view_find(k->truth->url, view_of(part)) == k->truth->url.n)
			continue;
		uint8_t *keep = calloc(k->blocks.count + 1, 1);
		decide_body(&k->features, l->p + k->row, keep);
		printf("== %.*s\n", (int)k->truth->url.n, k->truth->url.p);
		for (uint32_t b = 0; b < k->blocks.count; b++) {
			struct view text = view_first(k->blocks.items[b].text, 100);
			printf("%4u %s label %.2f first %.2f second %.2f kind %u words %u | %.*s\n", b,
				keep[b] ? "+" : "-", (double)k->labels.share[b], l->p_first[k->row + b] / 255.0,
				l->p[k->row + b] / 65535.0, k->blocks.items[b].kind, k->labels.words[b], (int)text.n,
				text.p);
		}
		free(keep);
	}
}

/* Wrong blocks of held-out pages below @limit. */
static void show_wrong(const struct corpus *c, const struct learner *l, const char *path, double limit)
{
	FILE *out = fopen(path, "w");
	for (uint32_t i = 0; out && i < c->count; i++) {
		const struct kept *k = &c->pages[i];
		uint8_t *keep = calloc(k->blocks.count + 1, 1);
		double precision, recall;
		decide_body(&k->features, l->p + k->row, keep);
		double f1 = k->truth->body.p ? corpus_f1(k, keep, &precision, &recall) : 1;
		if (f1 < limit) {
			fprintf(out, "== %s %.*s %.4f p %.4f r %.4f %.*s\n", set_names[k->truth->set],
				(int)k->truth->kind.n, k->truth->kind.p ? k->truth->kind.p : "", f1, precision, recall,
				(int)k->truth->url.n, k->truth->url.p);
			for (uint32_t b = 0; b < k->blocks.count; b++) {
				struct view text = view_first(k->blocks.items[b].text, 120);
				if (keep[b] == (k->labels.share[b] > 0.5f))
					continue;
				fprintf(out, "%4u %s label %.2f first %.2f second %.2f kind %u words %u | %.*s\n", b,
					keep[b] ? "EXTRA" : "LOST ", (double)k->labels.share[b],
					l->p_first[k->row + b] / 255.0, l->p[k->row + b] / 65535.0,
					k->blocks.items[b].kind, k->labels.words[b], (int)text.n, text.p);
			}
		}
		free(keep);
	}
	if (out)
		fclose(out);
}

/* PASS.NAME=VALUE */
static bool set_number(struct boost_settings settings[2], const char *text)
{
	char name[32];
	int pass;
	double value;
	if (sscanf(text, "%d.%31[a-z_]=%lf", &pass, name, &value) != 3 || pass < 1 || pass > 2)
		return false;
	struct boost_settings *s = &settings[pass - 1];
	const struct {
		const char *name;
		int *whole;
		double *real;
	} numbers[] = { { "trees", &s->trees, NULL }, { "threads", &s->threads, NULL }, { "eta", NULL, &s->eta },
		{ "subsample", NULL, &s->subsample }, { "columns", NULL, &s->columns }, { "seed", &s->seed, NULL },
		{ "step", &s->step, NULL }, { "min_weight", NULL, &s->min_weight }, { "lambda", NULL, &s->lambda } };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strcmp(numbers[i].name, name) != 0)
			continue;
		if (numbers[i].whole)
			*numbers[i].whole = (int)value;
		else
			*numbers[i].real = value;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "data", 1, NULL, 'd' }, { "quick", 0, NULL, 'q' },
		{ "models", 1, NULL, 'm' }, { "write", 1, NULL, 'w' }, { "set", 1, NULL, '=' },
		{ "fast", 0, NULL, 'f' }, { "labels", 0, NULL, 'l' }, { "dump", 1, NULL, 'u' },
		{ "show", 1, NULL, 's' }, { "score", 1, NULL, 'S' }, { "wrong", 1, NULL, 'W' },
		{ "help", 0, NULL, 'h' }, { 0 } };
	const char *data = "../shared/data", *models = NULL, *write = NULL, *show = NULL, *wrong = NULL, *score = NULL;
	struct learner learner = { .settings = { { .trees = 300,
							 .depth = OBLIVIOUS_DEPTH,
							 .threads = 2,
							 .eta = 0.08,
							 .subsample = 0.6,
							 .columns = 0.1,
							 .min_weight = 10,
							 .lambda = 5,
							 .step = 2 },
					   { .trees = 600,
						   .depth = OBLIVIOUS_DEPTH,
						   .threads = 2,
						   .eta = 0.05,
						   .subsample = 0.6,
						   .columns = 0.1,
						   .min_weight = 10,
						   .lambda = 5,
						   .step = 2 } } };
	bool quick = false, fast = false, labels = false;
	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (o) {
		case 's': show = optarg; break;
		case 'W': wrong = optarg; break;
		case 'S': score = optarg; break;
		case 'd': data = optarg; break;
		case 'q': quick = true; break;
		case 'f': fast = true; break;
		case 'l': labels = true; break;
		case 'm': models = optarg; break;
		case 'w': write = optarg; break;
		case '=':
			if (!set_number(learner.settings, optarg)) {
				fprintf(stderr, "train: --set %s: no such number\n", optarg);
				return 2;
			}
			break;
		case 'u': learner.dump = fopen(optarg, "w"); break;
		default: fputs(usage, o == 'h' ? stdout : stderr); return o == 'h' ? 0 : 2;
		}
	}
	struct corpus corpus;
	uint64_t begun = clock_ticks();
	if (corpus_read(&corpus, data))
		return 3;
	fprintf(stderr, "%u pages, %u blocks, %.1f s\n", corpus.count, corpus.rows,
		(double)(clock_ticks() - begun) / 1e9);
	if (labels) {
		learner_open(&learner, &corpus);
		if (show)
			show_pages(&corpus, &learner, show);
		else
			measure_labels(&corpus);
		learner_close(&learner);
		corpus_free(&corpus);
		return 0;
	}
	int result = learner_open(&learner, &corpus);
	if (!result)
		result = score	? learner_score(&learner, score)
			 : fast ? learner_cross_validate_fast(&learner, models)
				: learner_cross_validate(&learner, quick ? 0 : -1, models);
	if (!result)
		measure(&corpus, &learner, quick ? 0 : -1);
	if (!result && show)
		show_pages(&corpus, &learner, show);
	if (!result && wrong)
		show_wrong(&corpus, &learner, wrong, 0.95);
	if (!result && write)
		result = learner_write(&learner, write);
	fprintf(stderr, "%.1f s\n", (double)(clock_ticks() - begun) / 1e9);
	learner_close(&learner);
	corpus_free(&corpus);
	return result ? 1 : 0;
}
