#include "cmd.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_DRY_RUN = 1, OPT_LIST };

static const struct option options[] = {
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "list", no_argument, NULL, OPT_LIST },
	{ 0 },
};

/* Lines that a rule cut, before and now, over the documents that changed. */
struct by_rule {
	char *reason;
	uint64_t before, after;
};

struct changes {
	bool list;
	uint64_t same, changed, dropped, words_before, words_after;
	struct by_rule *rules;
	size_t count;
};

static struct by_rule *rule_of(struct changes *changes, const char *reason)
{
	for (size_t i = 0; i < changes->count; i++)
		if (strcmp(changes->rules[i].reason, reason) == 0)
			return &changes->rules[i];
	struct by_rule *grown = realloc(changes->rules, (changes->count + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	changes->rules = grown;
	grown[changes->count] = (struct by_rule){ .reason = strdup(reason) };
	return grown[changes->count].reason ? &grown[changes->count++] : NULL;
}

static bool add_cuts(struct changes *changes, const struct garner_document *d, bool after)
{
	for (size_t i = 0; i < d->cut_count; i++) {
		struct by_rule *rule = rule_of(changes, d->cuts[i].reason ? d->cuts[i].reason : "cut");
		if (!rule)
			return false;
		*(after ? &rule->after : &rule->before) += d->cuts[i].line_count;
	}
	return true;
}

static int note(void *user, const struct garner_document *before, const struct garner_document *after, int reason)
{
	struct changes *changes = user;
	if (reason == GARNER_KNOWN) {
		changes->same++;
		return 0;
	}
	if (changes->list)
		printf("%lld\t%s\t%llu\t%llu\t%s\n", (long long)before->n,
			reason ? garner_reason_name(reason) : "changed", (unsigned long long)before->words,
			(unsigned long long)(reason ? 0 : after->words), before->url ? before->url : "");
	if (reason) {
		changes->dropped++;
		return 0;
	}
	changes->changed++;
	changes->words_before += before->words;
	changes->words_after += after->words;
	return add_cuts(changes, before, false) && add_cuts(changes, after, true) ? 0 : -1;
}

static int by_reason(const void *a, const void *b)
{
	return strcmp(((const struct by_rule *)a)->reason, ((const struct by_rule *)b)->reason);
}

static void print_changes(struct changes *changes, bool dry)
{
	printf("same\t%llu\nchanged\t%llu\nwould be dropped, kept as they were\t%llu\n",
		(unsigned long long)changes->same, (unsigned long long)changes->changed,
		(unsigned long long)changes->dropped);
	printf("words of the changed, before\t%llu\nwords of the changed, now\t%llu\n",
		(unsigned long long)changes->words_before, (unsigned long long)changes->words_after);
	if (changes->count)
		qsort(changes->rules, changes->count, sizeof(*changes->rules), by_reason);
	for (size_t i = 0; i < changes->count; i++)
		if (changes->rules[i].before != changes->rules[i].after)
			printf("lines cut by %s\t%llu\t%llu\n", changes->rules[i].reason,
				(unsigned long long)changes->rules[i].before,
				(unsigned long long)changes->rules[i].after);
	if (dry)
		puts("nothing was written");
}

static int run(int argc, char **argv)
{
	struct common common = { 0 };
	struct changes changes = { 0 };
	bool usage = false, dry = false;
	for (int c; (c = common_getopt(argc, argv, "", options)) != -1;) {
		if (c == 'h')
			return help(&verb_reclean);
		if (c == OPT_DRY_RUN)
			dry = true;
		else if (c == OPT_LIST)
			changes.list = true;
		else if (!common_take(&common, c, optarg, &usage))
			return option_error(&verb_reclean);
		if (usage)
			return EXIT_USAGE;
	}
	if (argc - optind != 1)
		return usage_error(&verb_reclean, "name one store");
	if (common_given(&common, "repeated") == BY_LINE)
		return usage_error(&verb_reclean,
			"--repeated counts lines of files: captures are of URLs, one of them is cleaned at a time");
	struct garner *garner = common_begin(&common);
	if (!garner)
		return EXIT_USAGE;
	int result = garner_reclean(garner, argv[optind], dry, note, &changes);
	if (result == 0)
		print_changes(&changes, dry);
	for (size_t i = 0; i < changes.count; i++)
		free(changes.rules[i].reason);
	free(changes.rules);
	return common_end(&common, garner, result);
}

const struct verb verb_reclean = { "reclean", "[OPTIONS] STORE", "clean the kept captures again with today's rules",
	"      --dry-run        tell what would change, write nothing\n"
	"      --list           also a line a document: number, changed or the reason, words before, words now, URL\n\n"
	"Offline: of the options below those of the network do nothing here, and --repeated is for files.\n"
	"New texts become revisions, old ones stay ('export --revisions newest' leaves them out). A run that\n"
	"was stopped goes on where it was. Texts of files that are not WARCs have no capture: ingest them again.\n",
	run, true, options };
