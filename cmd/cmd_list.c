#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

int list_print(void *user, const struct garner_document *d, int reason, const char *detail)
{
	(void)user;
	(void)reason;
	(void)detail;
	const char *date = d->published ? d->published : "";
	printf("%lld\t%s\t%.10s\t%s\t%llu\t%s\t%s%s%s\n", (long long)d->n, d->id ? d->id : "", date,
		d->lang ? d->lang : "", (unsigned long long)d->words, d->host ? d->host : "", d->title ? d->title : "",
		d->dup_of != GARNER_NO_NUMBER ? "\tduplicate" : "",
		d->revision_of != GARNER_NO_NUMBER ? "\trevision" : "");
	return output_state();
}

static int run(int argc, char **argv)
{
	struct garner_filter filter = { 0 };
	for (int c; (c = getopt_long(argc, argv, "h", filter_options, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_list);
		if (!filter_take(&verb_list, &filter, c, optarg))
			return EXIT_USAGE;
	}
	if (!filter_check(&verb_list, &filter))
		return EXIT_USAGE;
	if (argc - optind != 1)
		return usage_error(&verb_list, "name one store");
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	return reading_end(garner, garner_list(garner, argv[optind], &filter, list_print, NULL));
}

const struct verb verb_list = { "list", "[OPTIONS] STORE|ARCHIVE", "documents of a store, a line each",
	"Columns, separated by tabs: number, id, published, language, words, host, title, marks.\n\n" FILTER_HELP, run,
	false, NULL };
