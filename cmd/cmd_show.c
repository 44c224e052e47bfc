#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_JSON = 1 };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
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

static int run(int argc, char **argv)
{
	bool json = false;
	for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_show);
		if (c != OPT_JSON)
			return usage_error(&verb_show, "this option is not known");
		json = true;
	}
	if (argc - optind != 2)
		return usage_error(&verb_show, "name the store and one document");
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	int result = garner_show(garner, argv[optind], argv[optind + 1], print, &json);
	if (result > 0) {
		fprintf(stderr, "garner: %s: no document '%s'\n", argv[optind], argv[optind + 1]);
		garner_free(garner);
		return EXIT_SOME_FAILED;
	}
	return reading_end(garner, result);
}

const struct verb verb_show = { "show", "[--json] STORE NUMBER|ID|NAME|URL", "one document of a store",
	"  --json               all its facts, as one line of JSON\n", run, false };
