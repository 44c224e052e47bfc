#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_DEDUP = 1, OPT_RAW, OPT_PACK_SIZE };

static const struct option options[] = {
	{ "dedup", required_argument, NULL, OPT_DEDUP },
	{ "raw", required_argument, NULL, OPT_RAW },
	{ "pack-size", required_argument, NULL, OPT_PACK_SIZE },
	{ 0 },
};

static int note(void *user, const struct garner_document *document, int reason, const char *detail)
{
	common_failure(user, document, reason, detail);
	return 0;
}

static bool take_raw(struct common *common, const char *name)
{
	static const char *const names[] = { "gzip", "zst", "none" };
	for (int i = 0; i < 3; i++) {
		if (strcmp(name, names[i]) == 0) {
			common->options.raw = (enum garner_raw)i;
			return true;
		}
	}
	return false;
}

/* Bytes, or with K, M or G behind the number. */
static bool take_size(const char *text, size_t *ret)
{
	static const char units[] = "KMG";
	char *end;
	unsigned long long n = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	if (end == text || (*end && (!unit || end[1])))
		return false;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	if (n < 1 || n > (UINT64_C(1) << 40) >> shift)
		return false;
	*ret = (size_t)n << shift;
	return true;
}

static int run(int argc, char **argv)
{
	struct common common = { 0 };
	bool usage = false;
	for (int c; (c = common_getopt(argc, argv, "", options)) != -1;) {
		if (c == 'h')
			return help(&verb_ingest);
		if (c == OPT_DEDUP) {
			if (!dedup_take(&common, optarg))
				return usage_error(&verb_ingest, "--dedup '%s' is not mark, skip or off", optarg);
		} else if (c == OPT_RAW) {
			if (!take_raw(&common, optarg))
				return usage_error(&verb_ingest, "--raw '%s' is not gzip, zst or none", optarg);
		} else if (c == OPT_PACK_SIZE) {
			if (!take_size(optarg, &common.options.pack_bytes))
				return usage_error(&verb_ingest, "--pack-size '%s' is not a size like 64M", optarg);
		} else if (!common_take(&common, c, optarg, &usage)) {
			return usage_error(&verb_ingest, "this option is not known or lacks its value");
		}
		if (usage)
			return EXIT_USAGE;
	}
	if (argc - optind < 2)
		return usage_error(&verb_ingest, "name the store, and at least one file, folder or URL");
	const char *store = argv[optind++];
	struct garner *garner = common_begin(&common);
	if (!garner)
		return EXIT_USAGE;
	int result = garner_ingest(
		garner, store, (const char *const *)argv + optind, (size_t)(argc - optind), note, &common);
	common_summary(&common, garner, result, store);
	return common_end(&common, garner, result);
}

const struct verb verb_ingest = { "ingest", "[OPTIONS] STORE FILE|FOLDER|URL|-...",
	"add to a store, which is made when it is not there",
	"  --dedup mark|skip|off\n"
	"                       texts seen before: stored and marked (default), left out, or not looked for\n"
	"  --raw gzip|zst|none  how captures of pages are kept beside their text (default gzip)\n"
	"  --pack-size SIZE     a pack of this size is sealed and never changes again (default 64M)\n",
	run, true };
