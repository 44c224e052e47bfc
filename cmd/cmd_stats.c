#include "cmd.h"

#include <getopt.h>

static int run(int argc, char **argv)
{
	struct garner_stats s;
	int status = operands_only(&verb_stats, argc, argv, 1, "name one store");
	if (status >= 0)
		return status;
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	int result = garner_stats(garner, argv[optind], &s);
	if (result)
		return reading_end(garner, result);
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = { { "documents", s.documents }, { "words", s.words }, { "text_bytes", s.text_bytes },
		{ "duplicates", s.duplicates }, { "near", s.near }, { "revisions", s.revisions }, { "gone", s.gone },
		{ "hosts", s.hosts }, { "languages", s.languages }, { "runs", s.runs }, { "inputs", s.inputs },
		{ "known", s.known }, { "dropped", s.dropped }, { "packs", s.packs }, { "pack_bytes", s.pack_bytes },
		{ "manifest_bytes", s.manifest_bytes }, { "raw_bytes", s.raw_bytes },
		{ "index_bytes", s.index_bytes } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("%s\t%llu\n", rows[i].name, (unsigned long long)rows[i].value);
	return reading_end(garner, 0);
}

const struct verb verb_stats = { "stats", "STORE|ARCHIVE", "counts and sizes of a store",
	"A name, a tab and a number a line. runs to dropped are sums over all runs.\n", run, false, NULL };
