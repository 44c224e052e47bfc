#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_FORMAT = 1 };

static const char *format_name = "jsonl";

static int print(void *user, const struct garner_document *d, int reason, const char *detail)
{
	(void)user;
	(void)reason;
	(void)detail;
	char *line = garner_document_json(d);
	if (!line)
		return -1;
	puts(line);
	free(line);
	return ferror(stdout) ? -1 : 0;
}

static int run(int argc, char **argv)
{
	struct garner_filter filter = { .with_text = true };
	struct option all[32] = { { "format", required_argument, NULL, OPT_FORMAT } };
	for (size_t i = 0; filter_options[i].name; i++)
		all[i + 1] = filter_options[i];
	for (int c; (c = getopt_long(argc, argv, "h", all, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_export);
		if (c == OPT_FORMAT) {
			format_name = optarg;
			continue;
		}
		const char *wrong = filter_take(&filter, c, optarg);
		if (wrong)
			return usage_error(&verb_export, "'%s' %s", optarg ? optarg : argv[optind - 1], wrong);
	}
	if (strcmp(format_name, "jsonl") != 0)
		return usage_error(&verb_export, "--format '%s' is not jsonl", format_name);
	if (argc - optind != 1)
		return usage_error(&verb_export, "name one store");
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	return reading_end(garner, garner_list(garner, argv[optind], &filter, print, NULL));
}

const struct verb verb_export = { "export", "[--format jsonl] [OPTIONS] STORE", "documents of a store with their texts",
	"  --format jsonl       a line of JSON a document\n"
	"  --since DATE, --until DATE\n"
	"                       published (else fetched) in this span, YYYY-MM-DD, both ends included\n"
	"  --host HOST          of this host and its subdomains\n"
	"  --lang CODE          in this language\n"
	"  --source FILE        from this file or feed\n"
	"  --access WORD        open, paywall, consent or error\n"
	"  --query WORDS        whose title or text match\n"
	"  --duplicates WORD    all (default), first (no later copies) or only\n"
	"  --from N, --limit N  begin at number N; at most N documents\n",
	run, false };
