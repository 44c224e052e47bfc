#include "cmd.h"

#include <getopt.h>

static int run(int argc, char **argv)
{
	int status = operands_only(&verb_repair, argc, argv, 1, "name one store");
	if (status >= 0)
		return status;
	struct garner *garner = changing_begin();
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
	"damaged packs, and names each document that is lost. A damaged capture stays and is named: its text is\n"
	"whole. Damaged counts of lines begin anew. Sources and their state are kept, unless catalogue.db is gone: they\n"
	"stand nowhere else.\n",
	run, false, NULL };
