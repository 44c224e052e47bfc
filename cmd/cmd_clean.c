#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum format { FORMAT_TEXT, FORMAT_JSONL, FORMAT_MARKDOWN };

struct clean {
	struct common common;
	enum format format;
	bool explain, diff, dry_run;
	enum level format_level, instead_level; /* of --format, and of --diff or --dry-run */
	bool at_once;				/* the next document may be long in coming: what is printed goes out */
	uint64_t printed;
};

enum { OPT_FORMAT = 1, OPT_EXPLAIN, OPT_DIFF, OPT_DRY_RUN };

static const struct option options[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "diff", no_argument, NULL, OPT_DIFF },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ 0 },
};

/* The body's first line is the title: some pages keep it there, and it is said once. */
static bool opens_with(const char *body, const char *title)
{
	size_t n = strlen(title);
	body += strspn(body, "# ");
	return strncmp(body, title, n) == 0 && (body[n] == '\n' || !body[n]);
}

static void print_text(struct clean *clean, const struct garner_document *d)
{
	if (clean->printed)
		putchar('\n');
	if (clean->format == FORMAT_MARKDOWN) {
		const char *body = d->markdown ? d->markdown : d->text;
		if (d->title && !opens_with(body, d->title))
			printf("# %s\n\n", d->title);
		fputs(body, stdout);
	} else {
		if (d->title && !opens_with(d->text, d->title))
			printf("%s\n\n", d->title);
		fwrite(d->text, 1, d->text_size, stdout);
	}
	putchar('\n');
}

static void print_cut(const char *name, const struct garner_cut *cut, uint32_t line)
{
	print_said(stderr, name);
	fprintf(stderr, ":%u: %s (%s): ", cut->at + line + 1, cut->reason, cut->kind ? cut->kind : "");
	print_name(stderr, cut->lines[line]);
	putc('\n', stderr);
}

static void print_cuts(const struct garner_document *d)
{
	const char *name = d->src.file ? d->src.file : d->url ? d->url : "-";
	for (size_t i = 0; i < d->cut_count; i++)
		for (uint32_t k = 0; k < d->cuts[i].line_count; k++)
			print_cut(name, &d->cuts[i], k);
}

/* What was cut, as a patch without context: line numbers of the input, the reason behind the second @@. */
static void print_diff(const struct garner_document *d)
{
	const char *name = d->src.file ? d->src.file : d->url ? d->url : "-";
	printf("--- ");
	print_name(stdout, name);
	printf("\n+++ ");
	print_name(stdout, d->path ? d->path : name);
	puts(" (clean)");
	for (size_t i = 0; i < d->cut_count; i++) {
		const struct garner_cut *cut = &d->cuts[i];
		printf("@@ -%u,%u +0,0 @@ %s (%s)\n", cut->at + 1, cut->line_count, cut->reason,
			cut->kind ? cut->kind : "");
		for (uint32_t k = 0; k < cut->line_count; k++)
			printf("-%s\n", cut->lines[k]);
	}
}

/* What would be cut, counted. */
static void print_counts(const struct garner_document *d)
{
	uint32_t lines = 0;
	for (size_t i = 0; i < d->cut_count; i++)
		lines += d->cuts[i].line_count;
	print_name(stdout, d->src.file ? d->src.file : d->url ? d->url : "-");
	printf(": %u lines cut, %llu words left", lines, (unsigned long long)d->words);
	for (size_t i = 0; i < d->cut_count; i++)
		printf("%s %s", i ? "," : ":", d->cuts[i].reason);
	putchar('\n');
}

static int print(void *user, const struct garner_document *document, int reason, const char *detail)
{
	struct clean *clean = user;
	if (reason) {
		common_failure(&clean->common, document, reason, detail);
		return 0;
	}
	if (clean->explain)
		print_cuts(document);
	if (clean->diff) {
		print_diff(document);
	} else if (clean->dry_run) {
		print_counts(document);
	} else if (clean->format == FORMAT_JSONL) {
		char *json = garner_document_json(document);
		if (!json)
			return -1;
		puts(json);
		free(json);
	} else {
		print_text(clean, document);
	}
	clean->printed++;
	if (clean->at_once)
		fflush(stdout);
	return output_state();
}

static bool take_format(struct clean *clean, const char *name)
{
	static const char *const names[] = { "text", "jsonl", "markdown", NULL };
	int i = choice_of(names, name);
	if (i >= 0)
		clean->format = (enum format)i;
	return i >= 0;
}

/* Any of them is no file and no folder: a pipe, a terminal, a URL. */
static bool any_comes_slowly(const char *const *inputs, size_t count)
{
	struct stat st;
	for (size_t i = 0; i < count; i++) {
		int code = strcmp(inputs[i], "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(inputs[i], &st);
		if (code < 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
			return true;
	}
	return false;
}

static int run(int argc, char **argv)
{
	struct clean clean = { 0 };
	bool usage = false;
	for (int c; (c = common_getopt(argc, argv, "", options)) != -1;) {
		if (c == 'h')
			return help(&verb_clean);
		if (c == OPT_FORMAT) {
			clean.format_level = config_level();
			if (!take_format(&clean, optarg))
				return usage_error(&verb_clean, "--format '%s' is not text, jsonl or markdown", optarg);
		} else if (c == OPT_DIFF) {
			clean.diff = clean.common.options.explain = true;
			clean.instead_level = config_level();
		} else if (c == OPT_DRY_RUN) {
			clean.dry_run = true;
			clean.instead_level = config_level();
		} else if (c == OPT_EXPLAIN) {
			clean.explain = clean.common.options.explain = true;
		} else if (!common_take(&clean.common, c, optarg, &usage)) {
			return option_error(&verb_clean);
		}
		if (usage)
			return EXIT_USAGE;
	}
	if (clean.diff && clean.dry_run)
		return usage_error(&verb_clean, "--diff and --dry-run each stand in for the text: name one");
	if (clean.format != FORMAT_TEXT && clean.instead_level) {
		if (clean.instead_level == clean.format_level)
			return usage_error(&verb_clean, "--%s stands in for the text, which --format is for: name one",
				clean.diff ? "diff" : "dry-run");
		/* One is of the configuration: the command line wins. */
		if (clean.instead_level > clean.format_level)
			clean.format = FORMAT_TEXT;
		else
			clean.diff = clean.dry_run = false;
	}
	static const char *const standard_input[] = { "-" };
	const char *const *inputs = (const char *const *)argv + optind;
	size_t count = (size_t)(argc - optind);
	if (count == 0) {
		if (isatty(STDIN_FILENO))
			return usage_error(&verb_clean, "name a file, a folder, a URL, or - for standard input");
		inputs = standard_input;
		count = 1;
	}
	clean.at_once = any_comes_slowly(inputs, count);
	clean.common.options.markdown = clean.format == FORMAT_MARKDOWN;
	clean.common.options.no_lang = clean.format != FORMAT_JSONL; /* nobody would see it */
	struct garner *garner = common_begin(&clean.common);
	if (!garner)
		return EXIT_USAGE;
	output_only();
	int result = garner_clean(garner, inputs, count, print, &clean);
	int code = common_end(&clean.common, garner, result);
	return close_output(stdout) ? code : EXIT_STORE;
}

const struct verb verb_clean = { "clean", "[OPTIONS] [FILE|FOLDER|URL|-]...", "print clean text of pages and texts",
	"  --format text|jsonl|markdown\n"
	"                       text (default): title, blank line, body; jsonl: a line a document\n"
	"  --explain            name every line or block that was cut, with its reason, on standard error\n"
	"  --diff               instead of the text (so without --format), what was cut, as a patch without context\n"
	"  --dry-run            instead of the text, too, how much would be cut and why\n",
	run, true, options };
