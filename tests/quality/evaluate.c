/* Runs pages through the whole pipeline, each with the model of the fold that never saw its site, and writes a set's
 * documents as JSON lines for score.py:  evaluate MODELS_FOLDER DATA_FOLDER OUT_FOLDER
 * [SET...]  (MODELS_FOLDER as `train --models` leaves it; "-": the model that is built in, for every page; a set that
 * nothing was learned from is read with the first fold's). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "capture/source.h"
#include "corpus.h"
#include "export/jsonl.h"
#include "extract/html.h"
#include "extract/model.h"
#include "extract/text_rules.h"
#include "pipeline.h"
#include "util/clock.h"
#include "util/file.h"
#include "util/limits.h"

struct run {
	struct truths truths;
	struct engine engines[FOLDS];
	struct buf line;
	FILE *out;
	atomic_bool stop;
};

static int put(void *user, struct page *page, struct error *error)
{
	struct run *run = user;
	(void)error;
	if (page->reason)
		return 0;
	buf_reset(&run->line);
	document_write(&run->line, &page->document, DOCUMENT_ALL);
	fwrite(run->line.p, 1, run->line.n, run->out);
	fputc('\n', run->out);
	return 0;
}

static int load_model(const char *folder, int fold, const struct model **ret, struct error *error)
{
	char path[4096];
	static char bytes[16 << 20];
	if (strcmp(folder, "-") == 0)
		return model_load(ret, error);
	snprintf(path, sizeof(path), "%s/fold%d.model", folder, fold);
	FILE *file = fopen(path, "rb");
	if (!file)
		return error_set(error, -2, "%s: can't be opened", path);
	size_t n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return model_read(view_make(bytes, n), ret, error);
}

static int run_set(struct run *run, const char *data, const char *out, const char *set, struct error *error)
{
	char path[4096];
	const char *input = path;
	struct capture_reader *reader = NULL;
	struct page page = { 0 };
	snprintf(path, sizeof(path), "%s/%s.jsonl", out, set);
	run->out = fopen(path, "w");
	if (!run->out)
		return error_set(error, -1, "%s: can't be written", path);
	snprintf(path, sizeof(path), "%s/%s.warc.gz", data, set);
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	page.options = &run->engines[0].options;
	int result = capture_open(&run->engines[0], &input, 1, &reader, error);
	while (!result) {
		page_reset(&page);
		int got = capture_next(reader, &page);
		if (got == SOURCE_END)
			break;
		const struct truth *truth = truths_find(&run->truths, page.capture.record);
		struct pipeline pipeline = { .engine = &run->engines[truth ? fold_of(truth) : 0],
			.jobs = 1,
			.stop = &run->stop,
			.sink = put,
			.user = run };
		if (got == 0)
			result = pipeline_run_page(&pipeline, &page, error);
		else if (got < 0)
			result = error_set(error, got, "%s", page.error.text);
	}
	capture_close(reader);
	arena_free(&page.arena);
	fclose(run->out);
	return result;
}

int main(int argc, char **argv)
{
	static struct run run = { .line = { .max = (size_t)256 << 20 } };
	struct error error = { 0 };
	if (argc < 4) {
		fputs("evaluate MODELS_FOLDER|- DATA_FOLDER OUT_FOLDER [SET...]\n", stderr);
		return 2;
	}
	int result = truths_read(&run.truths, argv[2]);
	for (int i = 0; i < FOLDS && !result; i++) {
		run.engines[i].options = (struct garner_options){ .jobs = 1, .clock = 1 };
		result = load_model(argv[1], i, &run.engines[i].model, &error);
		if (!result)
			result = rules_load(&run.engines[i].options, &run.engines[i].rules, &error);
	}
	for (int s = 0; s < SET_COUNT && argc == 4 && !result; s++)
		result = run_set(&run, argv[2], argv[3], set_names[s], &error);
	for (int a = 4; a < argc && !result; a++)
		result = run_set(&run, argv[2], argv[3], argv[a], &error);
	if (result)
		fprintf(stderr, "evaluate: %s\n", error.text);
	for (int i = 0; i < FOLDS; i++) {
		model_free(run.engines[i].model);
		rules_free(run.engines[i].rules);
	}
	buf_free(&run.line);
	truths_free(&run.truths);
	return result ? 1 : 0;
}
