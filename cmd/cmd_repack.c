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
			return help(&verb_repack);
		return usage_error(&verb_repack, "this option is not known");
	}
	if (argc - optind != 1)
		return usage_error(&verb_repack, "name one store");
	struct garner *garner = reading_begin();
	return garner ? reading_end(garner, garner_repack(garner, argv[optind])) : EXIT_STORE;
}

const struct verb verb_repack = { "repack", "STORE", "join small packs; drop the bytes of what was taken out",
	"Frames are copied as they are. The open pack is sealed first. Old packs go when the new one is committed.\n",
	run, false };
