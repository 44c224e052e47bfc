#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_FORMAT = 1, OPT_FIELDS };

static const struct option own[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "fields", required_argument, NULL, OPT_FIELDS },
	{ "output", required_argument, NULL, 'o' },
};
enum { OWN = sizeof(own) / sizeof(own[0]) };

static int print(void *user, const void *bytes, size_t size)
{
	(void)user;
	return fwrite(bytes, 1, size, stdout) == size ? 0 : output_state();
}

static int run(int argc, char **argv)
{
	struct garner_export export = { .format = "jsonl" };
	struct option all[32] = { { 0 } };
	memcpy(all, own, sizeof(own));
	for (size_t i = 0; filter_options[i].name; i++)
		all[i + OWN] = filter_options[i];
	for (int c; (c = getopt_long(argc, argv, "ho:", all, NULL)) != -1;) {
		switch (c) {
		case 'h': return help(&verb_export);
		case 'o': export.path = strcmp(optarg, "-") ? optarg : NULL; break;
		case OPT_FORMAT: export.format = optarg; break;
		case OPT_FIELDS: export.fields = optarg; break;
		default:
			if (!filter_take(&verb_export, &export.filter, c, optarg))
				return EXIT_USAGE;
		}
	}
	if (!filter_check(&verb_export, &export.filter))
		return EXIT_USAGE;
	if (argc - optind != 1)
		return usage_error(&verb_export, "name one store");
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	return reading_end(garner, garner_export(garner, argv[optind], &export, print, NULL));
}

const struct verb verb_export = { "export", "[--format NAME] [-o PATH] [OPTIONS] STORE|ARCHIVE",
	"documents of a store for other tools",
	"  --format NAME        jsonl (default), csv, wet (WARC conversion records) and vertical (<doc>, <p>) to "
	"standard\n"
	"                       output or -o FILE; tar.zst and wacz (the captures, to replay) with -o FILE; txt and "
	"bagit\n"
	"                       with -o FOLDER, which must be new or empty\n"
	"  -o, --output PATH    the file (- is standard output) or folder; it appears whole or not at all: until\n"
	"                       then it is PATH.new. A folder that is there and empty is filled, and emptied again "
	"when\n"
	"                       that fails; SHA256SUMS comes last into it\n"
	"  --fields NAMES       keys of jsonl as trafilatura, dolma or schema (schema.org) name them\n" FILTER_HELP
	"\nValues of csv stand as they are: have a spreadsheet import titles as text, or '=...' is a formula to it.\n",
	run, false, NULL };
