#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_JSON = 1, OPT_DIFF };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "diff", required_argument, NULL, OPT_DIFF },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int print(void *user, const struct garner_document *d, int reason, const char *detail)
{
	const bool *json = user;
	(void)reason;
	(void)detail;
	if (*json) {
		char *line = garner_document_json(d);
		if (!line)
			return -1;
		puts(line);
		free(line);
		return 0;
	}
	if (d->title)
		printf("%s\n\n", d->title);
	fwrite(d->text, 1, d->text_size, stdout);
	putchar('\n');
	return 0;
}

/* Title and text, to be compared. */
static int take(void *user, const struct garner_document *d, int reason, const char *detail)
{
	char **text = user;
	(void)reason;
	(void)detail;
	const char *title = d->title ? d->title : "", *gap = d->title ? "\n\n" : "";
	size_t n = strlen(title) + strlen(gap) + d->text_size + 1;
	*text = malloc(n);
	if (*text)
		snprintf(*text, n, "%s%s%s", title, gap, d->text);
	return *text ? 0 : -1;
}

static int diff(struct garner *garner, const char *store, const char *before, const char *after)
{
	const char *const keys[] = { before, after };
	char *texts[2] = { NULL, NULL };
	int result = 0;
	for (int i = 0; !result && i < 2; i++) {
		result = garner_show(garner, store, keys[i], take, &texts[i]);
		if (result > 0) {
			free(texts[0]);
			return say_missing(garner, store, keys[i]);
		}
	}
	if (!result && !diff_print(texts[0], texts[1]))
		result = -1;
	free(texts[0]);
	free(texts[1]);
	return reading_end(garner, result);
}

static int run(int argc, char **argv)
{
	bool json = false;
	const char *before = NULL;
	for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_show);
		if (c == OPT_DIFF)
			before = optarg;
		else if (c == OPT_JSON)
			json = true;
		else
			return option_error(&verb_show);
	}
	if (json && before)
		return usage_error(&verb_show, "--json and --diff each stand in for the text: name one");
	if (argc - optind != 2)
		return usage_error(&verb_show, "name the store and one document");
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	if (before)
		return diff(garner, argv[optind], before, argv[optind + 1]);
	int result = garner_show(garner, argv[optind], argv[optind + 1], print, &json);
	return result > 0 ? say_missing(garner, argv[optind], argv[optind + 1]) : reading_end(garner, result);
}

const struct verb verb_show = { "show", "[--json] [--diff NUMBER] STORE|ARCHIVE NUMBER|ID|NAME|URL",
	"one document of a store",
	"  --json               all its facts, as one line of JSON\n"
	"  --diff NUMBER        line by line against another text; 'garner history' lists them\n",
	run, false, NULL };
