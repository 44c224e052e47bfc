/* How fast plain text is cleaned, in one process and on one core, CPU time alone.
 *
 *   bench_text [--seconds N] [--only lines|rules|more|all] FILE...
 *
 * FILE: plain text (one document), or JSON lines with "text" or "body", gzip or not. Each document goes through
 * normalisation of lines, rules and scorer, as `garner clean` does, without reading and writing.
 *   lines  splitting alone
 *   rules  all of our rules, without the scorer
 *   more   the same with MORE_RULES made-up rules beside them: what the number of rules costs
 *   all    all of our rules and the scorer */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <zlib.h>
#include "extract/rules.h"
#include "extract/text_rules.h"
#include "util/limits.h"

enum { MORE_RULES = 10000 };

struct texts {
	struct view *items;
	size_t count, room, lines;
	uint64_t bytes;
};

static void add(struct texts *texts, const char *text)
{
	if (texts->count == texts->room) {
		texts->room = texts->room ? texts->room * 2 : 1024;
		texts->items = realloc(texts->items, texts->room * sizeof(*texts->items));
	}
	char *copy = strdup(text);
	if (!texts->items || !copy)
		exit(1);
	struct view v = view_of(copy);
	texts->items[texts->count++] = v;
	texts->bytes += v.n;
	for (size_t i = 0; i < v.n; i++)
		texts->lines += v.p[i] == '\n';
}

static void read_file(struct texts *texts, const char *path)
{
	static char line[64 << 20];
	gzFile file = gzopen(path, "rb");
	size_t n = 0;
	if (!file) {
		fprintf(stderr, "%s: can't be read\n", path);
		exit(1);
	}
	bool rows = strstr(path, ".jsonl") != NULL;
	while (gzgets(file, line + n, (int)(sizeof(line) - n))) {
		json_error_t error;
		json_t *object = rows ? json_loads(line, 0, &error) : NULL;
		const char *text = json_string_value(json_object_get(object, "text"));
		if (!text)
			text = json_string_value(json_object_get(object, "body"));
		if (text)
			add(texts, text);
		json_decref(object);
		n = rows ? 0 : n + strlen(line + n);
	}
	if (!rows && n)
		add(texts, line);
	gzclose(file);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* All texts once. Returns how many lines were cut. */
static size_t clean_all(const struct texts *texts, const struct garner_options *options, void *state, struct page *page)
{
	size_t cut = 0;
	for (size_t i = 0; i < texts->count; i++) {
		page->options = options;
		page_reset(page);
		page->kind = PAGE_TEXT;
		page->utf8 = texts->items[i];
		if (text_lines_stage.run(state, page))
			continue;
		for (size_t k = 0; k < page->block_count; k++)
			cut += page->blocks[k].cut;
	}
	return cut;
}

/* Rules that no text has: two of three are lines as they stand, every third a pattern. They live in memory, @ret_path
 * names them while the program runs. */
static bool write_rules(char ret_path[64])
{
	int fd = memfd_create("rules", 0);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	for (int i = 0; out && i < MORE_RULES; i++) {
		fprintf(out, "language en\nrule share.more-%d\n", i);
		fprintf(out,
			i % 3 ? "line Press the %d%c button\n"
			      : "match %d%c (?:buttons?|levers?) pressed(?: by .{2,40})?\n",
			1000 + i, 'a' + i % 26);
	}
	snprintf(ret_path, 64, "/proc/self/fd/%d", fd);
	return out && fflush(out) == 0;
}

static int measure(const struct texts *texts, const char *name, struct garner_options options, double seconds)
{
	struct engine engine = { .options = options };
	struct error error = { 0 };
	struct page page = { 0 };
	void *state = NULL;
	if (rules_load(&options, &engine.rules, &error) || text_lines_stage.open(&engine, &state, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	arena_init(&page.arena, LIMIT_PAGE_MEMORY);
	size_t cut = clean_all(texts, &options, state, &page), rounds = 0;
	double best = 0, begin = now(), end = begin;
	do {
		double from = now();
		clean_all(texts, &options, state, &page);
		end = now();
		double rate = (double)texts->bytes / (end - from) / 1e6;
		best = rate > best ? rate : best;
		rounds++;
	} while (end - begin < seconds);
	printf("%-34s %5zu rules %8.1f MB/s mean %8.1f best  %6.0f ns a line  %zu lines cut\n", name,
		options.no_rules ? (size_t)0 : engine.rules->count,
		(double)texts->bytes * (double)rounds / (end - begin) / 1e6, best,
		(end - begin) / (double)rounds / (double)(texts->lines + texts->count) * 1e9, cut);
	arena_free(&page.arena);
	text_lines_stage.close(state);
	rules_free(engine.rules);
	return 0;
}

int main(int argc, char **argv)
{
	struct texts texts = { 0 };
	const char *const scorer[] = { "furniture.line" };
	char more[64] = "";
	const struct {
		const char *key, *name;
		struct garner_options options;
	} cases[] = {
		{ "lines", "lines alone", { .jobs = 1, .no_rules = true } },
		{ "rules", "all rules, scorer off", { .jobs = 1, .keep = scorer, .keep_count = 1 } },
		{ "more", "and made-up ones, scorer off",
			{ .jobs = 1, .keep = scorer, .keep_count = 1, .rules_file = more } },
		{ "all", "all rules and scorer", { .jobs = 1 } },
	};
	const char *only = NULL;
	double seconds = 2;
	int first = 1;
	for (; first + 1 < argc && argv[first][0] == '-'; first += 2) {
		if (strcmp(argv[first], "--seconds") == 0)
			seconds = atof(argv[first + 1]);
		else
			only = argv[first + 1];
	}
	if (first >= argc) {
		fprintf(stderr, "usage: bench_text [--seconds N] [--only lines|rules|more|all] FILE...\n");
		return 2;
	}
	for (int i = first; i < argc; i++)
		read_file(&texts, argv[i]);
	if (!texts.count)
		return 1;
	if (!write_rules(more)) {
		fprintf(stderr, "no memory for rules\n");
		return 1;
	}
	printf("CPU time of one core; texts in memory: no reading, JSON, charset, language or output\n");
	printf("%zu texts, %.1f MB, %zu lines\n", texts.count, (double)texts.bytes / 1e6, texts.lines + texts.count);
	int result = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (!only || strcmp(only, cases[i].key) == 0)
			result |= measure(&texts, cases[i].name, cases[i].options, seconds);
	for (size_t i = 0; i < texts.count; i++)
		free((char *)(uintptr_t)texts.items[i].p);
	free(texts.items);
	return result;
}
