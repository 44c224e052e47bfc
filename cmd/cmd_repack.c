#include "cmd.h"

#include <getopt.h>

static int run(int argc, char **argv)
{
	int status = operands_only(&verb_repack, argc, argv, 1, "name one store");
	if (status >= 0)
		return status;
	struct garner *garner = changing_begin();
	return garner ? reading_end(garner, garner_repack(garner, argv[optind])) : EXIT_STORE;
}

const struct verb verb_repack = { "repack", "STORE", "join small packs; drop the bytes of what was taken out",
	"Frames are copied as they are. The open pack is sealed first. Old packs go when the new one is committed.\n",
	run, false, NULL };
