#include "cmd.h"

#include <getopt.h>

static const struct option options[] = {
	{ "reason", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int run(int argc, char **argv)
{
	const char *reason = NULL;
	for (int c; (c = getopt_long(argc, argv, "hr:", options, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_forget);
		if (c != 'r')
			return option_error(&verb_forget);
		reason = optarg;
	}
	if (argc - optind < 2)
		return usage_error(&verb_forget, "name the store, and at least one document");
	if (!reason || !*reason)
		return usage_error(&verb_forget, "--reason says why: it stays in the store");
	struct garner *garner = changing_begin();
	if (!garner)
		return EXIT_STORE;
	int result = garner_forget(garner, argv[optind], (const char *const *)argv + optind + 1,
		(size_t)(argc - optind - 1), reason, print_place, NULL);
	int code = reading_end(garner, result > 0 ? 0 : result);
	return result > 0 ? EXIT_SOME_FAILED : code;
}

const struct verb verb_forget = { "forget", "--reason WORDS STORE NUMBER|ID|NAME|URL...", "take documents out",
	"  -r, --reason WORDS   why; kept with number, id and date\n\n"
	"All texts that the document ever had are gone for readers at once. 'garner repack' removes their bytes\n"
	"from packs, manifests and captures.\n",
	run, false, NULL };
