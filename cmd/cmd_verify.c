#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>

static const struct option options[] = {
	{ "data", no_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int run(int argc, char **argv)
{
	bool data = false;
	uint64_t count = 0;
	for (int c; (c = getopt_long(argc, argv, "dh", options, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_verify);
		if (c != 'd')
			return option_error(&verb_verify);
		data = true;
	}
	if (argc - optind != 1)
		return usage_error(&verb_verify, "name one store or archive");
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	int result = garner_verify(garner, argv[optind], data, print_place, &count);
	if (result == 0)
		printf("%s: verified%s\n", argv[optind], data ? ", every byte" : "");
	int code = reading_end(garner, result);
	return result > 0 || (result == 0 && count) ? EXIT_VERIFY : code;
}

const struct verb verb_verify = { "verify", "[--data] STORE|ARCHIVE", "prove a store or an archive",
	"  -d, --data           read every byte, not only sizes, digests of derived files and the catalogue\n", run,
	false, NULL };
