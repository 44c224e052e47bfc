#include "cmd.h"

#include <getopt.h>

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int run(int argc, char **argv)
{
	for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_repair);
		return usage_error(&verb_repair, "this option is not known");
	}
	if (argc - optind != 1)
		return usage_error(&verb_repair, "name one store");
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	int result = garner_repair(garner, argv[optind], print_place, NULL);
	if (result >= 0)
		printf("%s: %s\n", argv[optind],
			result ? "repaired; what stands above was wrong"
			       : "nothing was wrong; everything derived is new");
	return reading_end(garner, result > 0 ? 0 : result);
}

const struct verb verb_repair = { "repair", "STORE", "make a store whole again from its packs and manifests",
	"Cuts torn tails, makes catalogue, manifests, index and seek tables again, copies what is sound out of\n"
	"damaged packs, and names each document that is lost. Sources and their state are kept,\n"
	"unless catalogue.db is gone: they stand nowhere else.\n",
	run, false };
