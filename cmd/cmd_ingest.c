#include "cmd.h"

#include <getopt.h>

static const struct option options[] = {
	WRITING_OPTIONS,
	{ 0 },
};

static int note(void *user, const struct garner_document *document, int reason, const char *detail)
{
	common_failure(user, document, reason, detail);
	return 0;
}

static int run(int argc, char **argv)
{
	struct common common = { 0 };
	bool usage = false;
	for (int c; (c = common_getopt(argc, argv, "", options)) != -1;) {
		if (c == 'h')
			return help(&verb_ingest);
		const char *wrong = NULL;
		if (!writing_take(&common, c, optarg, &wrong) && !common_take(&common, c, optarg, &usage))
			return option_error(&verb_ingest);
		if (wrong)
			return usage_error(&verb_ingest, "%s", wrong);
		if (usage)
			return EXIT_USAGE;
	}
	if (argc - optind < 2)
		return usage_error(&verb_ingest, "name the store, and at least one file, folder or URL");
	const char *store = argv[optind++];
	if (is_misplaced(&verb_ingest, store, "the store, which stands before the inputs"))
		return EXIT_USAGE;
	struct garner *garner = common_begin(&common);
	if (!garner)
		return EXIT_USAGE;
	int result = garner_ingest(
		garner, store, (const char *const *)argv + optind, (size_t)(argc - optind), note, &common);
	common_summary(&common, garner, result, store);
	return common_end(&common, garner, result);
}

const struct verb verb_ingest = { "ingest", "[OPTIONS] STORE FILE|FOLDER|URL|-...",
	"add to a store, which is made when it is not there", WRITING_HELP, run, true, options };
