#include "cmd.h"

#include <getopt.h>
#include <string.h>

struct build {
	struct common common;
	const char *out;
};

enum { OPT_DEDUP = 1 };

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "dedup", required_argument, NULL, OPT_DEDUP },
	{ 0 },
};

static int note(void *user, const struct garner_document *document, int reason, const char *detail)
{
	struct build *build = user;
	common_failure(&build->common, document, reason, detail);
	return 0;
}

static int run(int argc, char **argv)
{
	struct build build = { 0 };
	bool usage = false;
	for (int c; (c = common_getopt(argc, argv, "o:", options)) != -1;) {
		if (c == 'h')
			return help(&verb_build);
		if (c == 'o')
			build.out = optarg;
		else if (c == OPT_DEDUP) {
			if (!dedup_take(&build.common, optarg))
				return usage_error(&verb_build, "--dedup '%s' is not mark, skip or off", optarg);
		} else if (!common_take(&build.common, c, optarg, &usage))
			return option_error(&verb_build);
		if (usage)
			return EXIT_USAGE;
	}
	if (!build.out)
		return usage_error(&verb_build, "-o OUT.tar.zst is missing");
	if (!*build.out || strcmp(build.out, "-") == 0)
		return usage_error(&verb_build, "an archive is written aside and renamed: -o names a file");
	if (is_misplaced(&verb_build, build.out, "a file to write"))
		return EXIT_USAGE;
	if (optind == argc)
		return usage_error(&verb_build, "name at least one file, folder or URL");
	struct garner *garner = common_begin(&build.common);
	if (!garner)
		return EXIT_USAGE;
	int result = garner_build(
		garner, build.out, (const char *const *)argv + optind, (size_t)(argc - optind), note, &build);
	common_summary(&build.common, garner, result, build.out);
	return common_end(&build.common, garner, result);
}

const struct verb verb_build = { "build", "-o OUT.tar.zst [OPTIONS] FILE|FOLDER|URL|-...",
	"one archive of clean texts that proves itself",
	"  -o, --output FILE    the archive: tar in zstd frames, with INDEX.md, manifest.jsonl and SHA256SUMS\n"
	"  --dedup mark|skip|off\n"
	"                       texts seen before: stored and marked (default), left out, or not looked for\n",
	run, true, options };
