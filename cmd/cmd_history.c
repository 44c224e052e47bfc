#include "cmd.h"

#include <getopt.h>

static int print(void *user, const struct garner_document *d, int reason, const char *detail)
{
	(void)user;
	(void)reason;
	(void)detail;
	printf("%lld\t%s\t%s\t%s\t%llu\t%s\t%s\n", (long long)d->n, d->fetched ? d->fetched : "",
		d->modified    ? d->modified
		: d->published ? d->published
			       : "",
		d->rules ? d->rules : "", (unsigned long long)d->words, d->sha256 ? d->sha256 : "",
		d->title ? d->title : "");
	return output_state();
}

static int run(int argc, char **argv)
{
	int status = operands_only(&verb_history, argc, argv, 2, "name the store and one document");
	if (status >= 0)
		return status;
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	int result = garner_history(garner, argv[optind], argv[optind + 1], print, NULL);
	return result > 0 ? say_missing(garner, argv[optind], argv[optind + 1]) : reading_end(garner, result);
}

const struct verb verb_history = { "history", "STORE|ARCHIVE NUMBER|ID|NAME|URL",
	"the texts that a document had, oldest first",
	"Columns, separated by tabs: number, fetched, modified (or published), rules, words, SHA-256, title.\n"
	"'garner show --diff N STORE M' compares two of them.\n",
	run, false, NULL };
