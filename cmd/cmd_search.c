#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_INDEX = 1, OWN = 1 };

static int make_index(const char *store)
{
	struct garner *garner = changing_begin();
	return garner ? reading_end(garner, garner_search_index(garner, store)) : EXIT_STORE;
}

/* All arguments behind the store, as one query. */
static char *join(char **words, int count)
{
	size_t n = 1;
	for (int i = 0; i < count; i++)
		n += strlen(words[i]) + 1;
	char *joined = calloc(1, n);
	for (int i = 0; joined && i < count; i++) {
		strcat(joined, words[i]);
		strcat(joined, " ");
	}
	return joined;
}

static int run(int argc, char **argv)
{
	struct garner_filter filter = { 0 };
	struct option all[32] = { { "index", no_argument, NULL, OPT_INDEX } };
	bool index = false, filtered = false;
	for (size_t i = 0; filter_options[i].name; i++)
		all[i + OWN] = filter_options[i];
	for (int c; (c = getopt_long(argc, argv, "h", all, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_search);
		if (c == OPT_INDEX)
			index = true;
		else if (!filter_take(&verb_search, &filter, c, optarg))
			return EXIT_USAGE;
		else
			filtered = true;
	}
	if (!filter_check(&verb_search, &filter))
		return EXIT_USAGE;
	if (index && filtered)
		return usage_error(&verb_search, "--index is of all documents: it takes no filters");
	if (index && argc - optind == 1)
		return make_index(argv[optind]);
	if (index || argc - optind < 2)
		return usage_error(&verb_search, index ? "name one store" : "name the store and words");
	struct garner *garner = reading_begin();
	char *words = garner ? join(argv + optind + 1, argc - optind - 1) : NULL;
	if (!words)
		return EXIT_STORE;
	int code = reading_end(garner, garner_search(garner, argv[optind], words, &filter, list_print, NULL));
	free(words);
	return code;
}

const struct verb verb_search = { "search", "[OPTIONS] STORE WORDS... | --index STORE",
	"documents that hold words, the best first",
	"Lines as of 'garner list'. All words must stand in title or text; \"words in quotes\" as they stand; word* is "
	"a\n"
	"beginning. Accents and case don't count.\n\n"
	"      --index          make the index of words (search.db); later runs keep it up\n" FILTER_HELP,
	run, false, NULL };
