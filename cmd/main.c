#include "cmd.h"

#include <fcntl.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

static const struct verb *const verbs[] = {
	&verb_clean,
	&verb_build,
	&verb_ingest,
	&verb_source,
	&verb_sync,
	&verb_config,
	&verb_list,
	&verb_search,
	&verb_show,
	&verb_export,
	&verb_rules,
	&verb_history,
	&verb_stats,
	&verb_verify,
	&verb_reclean,
	&verb_repair,
	&verb_forget,
	&verb_repack,
};
enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

static void print_verbs(FILE *out)
{
	fprintf(out, "garner gathers web pages and texts and stores them clean.\n\nusage: garner VERB ARGUMENTS\n\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %-9s %s\n", verbs[i]->name, verbs[i]->summary);
	fprintf(out,
		"\n'garner VERB --help' says more; 'garner --help limits' and '--help reasons' list the ceilings and\n"
		"the reasons why an input is not stored.\n\n"
		"Exit: 0 done, also when nothing was new; 1 finished, some inputs failed; 2 usage or config;\n"
		"3 store or file error; 4 every network input failed; 5 verification failed; 75 another run holds\n"
		"the lock; 128+N signal N.\n");
}

static int print_limits(void)
{
	size_t count;
	const struct garner_limit *limits = garner_limits(&count);
	for (size_t i = 0; i < count; i++)
		printf("%-26s %10llu %-10s %s\n", limits[i].name, (unsigned long long)limits[i].value, limits[i].unit,
			limits[i].meaning);
	return EXIT_DONE;
}

static int print_reasons(void)
{
#define REASON_LINE(name, text, meaning) printf("%-16s %s\n", text, meaning);
	GARNER_REASONS(REASON_LINE)
#undef REASON_LINE
	return EXIT_DONE;
}

static const struct verb *find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}

static int print_help(const char *topic)
{
	const struct verb *verb = topic ? find(topic) : NULL;
	if (verb)
		return help(verb);
	if (topic && strcmp(topic, "limits") == 0)
		return print_limits();
	if (topic && strcmp(topic, "reasons") == 0)
		return print_reasons();
	if (topic && strcmp(topic, "options") == 0) {
		fputs(common_help, stdout);
		return EXIT_DONE;
	}
	if (topic) {
		print_errorf("no help on '%s'", topic);
		return EXIT_USAGE;
	}
	print_verbs(stdout);
	return EXIT_DONE;
}

/* Edits between two names, for "did you mean"; names are short. */
static size_t distance(const char *a, const char *b)
{
	size_t row[32], bn = strlen(b);
	if (strlen(a) > 30 || bn > 30)
		return 99;
	for (size_t j = 0; j <= bn; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= bn; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			size_t step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			row[j] = change < step ? change : step;
		}
	}
	return row[bn];
}

static int unknown_verb(const char *name)
{
	const struct verb *nearest = NULL;
	size_t best = 3;
	for (size_t i = 0; i < VERB_COUNT; i++) {
		size_t d = distance(name, verbs[i]->name);
		if (d < best) {
			best = d;
			nearest = verbs[i];
		}
	}
	print_errorf(nearest ? "no verb '%s'; did you mean '%s'?" : "no verb '%s'", name, nearest ? nearest->name : "");
	fprintf(stderr, "'garner --help' lists them\n");
	return EXIT_USAGE;
}

/* What grows with a run (tables, buffers) is enlarged by one thread and another, and each thread's heap keeps the
 * places it left: without a fixed threshold two threads come to 112 MiB over 20 GB of pages, with it to 89. */
static void settle_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 512 << 10);
#endif
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		print_verbs(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return print_help(argc > 2 ? argv[2] : NULL);
	if (strcmp(argv[1], "--version") == 0) {
		printf("garner %s\n", GARNER_VERSION);
		return EXIT_DONE;
	}
	const struct verb *verb = find(argv[1]);
	if (!verb)
		return unknown_verb(argv[1]);
	argc--;
	argv++;
	if (!config_apply(&argc, &argv))
		return EXIT_USAGE;
	char name[32];
	snprintf(name, sizeof(name), "garner %s", verb->name);
	argv[0] = name; /* getopt begins its complaints with it */
	int code = verb->run(argc, argv);
	if (code == EXIT_USAGE)
		config_mention();
	config_free();
	return code;
}

/* What is closed would be the next file that is opened: words for the user would go into a store. Reading from and
 * writing to what stands in for it fails as before; words on standard error go nowhere. */
static void hold_standard_files(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_WRONLY };
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			return;
}

int main(int argc, char **argv)
{
	hold_standard_files();
	settle_memory();
	int code = run(argc, argv);
	/* Verbs that print much have looked for themselves. */
	return code == EXIT_DONE && !close_output(stdout) ? EXIT_STORE : code;
}
