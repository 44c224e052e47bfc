#include "cmd.h"

#include <getopt.h>
#include <string.h>

static const struct option options[] = {
	{ "rules", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int print_rule(void *user, const struct garner_rule *rule)
{
	(void)user;
	printf("%-28s %-14s %-6s %-5s %3u words %3u lines%s%s%s\n", rule->id, rule->kind, rule->languages, rule->zone,
		rule->words, rule->line_count, rule->pattern ? " pattern" : "", rule->near ? " weak" : "",
		rule->off ? " off" : "");
	return output_state();
}

static void print_finding(void *user, const char *place, const char *text)
{
	(void)user;
	printf("%s: %s\n", place, text);
}

static int list_rules(const char *file)
{
	struct garner_options settings = { .rules_file = file };
	struct garner *garner = garner_new(&settings);
	if (!garner || garner_error(garner)) {
		print_error(garner ? garner_error(garner) : "no memory");
		garner_free(garner);
		return EXIT_USAGE;
	}
	printf("rules %s\n", garner_rules_version(garner));
	output_only();
	return reading_end(garner, garner_rules_list(garner, print_rule, NULL));
}

static int test_rules(const char *file)
{
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	int result = garner_rules_test(garner, file, print_finding, NULL);
	if (result == 0)
		printf("%s: every example is found, no counter-example is\n", file ? file : "built-in rules");
	int code = reading_end(garner, result < 0 ? result : 0);
	return result < 0 ? EXIT_USAGE : result > 0 ? EXIT_VERIFY : code;
}

static int run(int argc, char **argv)
{
	const char *file = NULL;
	for (int c; (c = getopt_long(argc, argv, "hr:", options, NULL)) != -1;) {
		if (c == 'h')
			return help(&verb_rules);
		if (c != 'r')
			return option_error(&verb_rules);
		file = optarg;
	}
	int count = argc - optind;
	const char *what = count ? argv[optind] : "";
	if (strcmp(what, "list") == 0 && count == 1)
		return list_rules(file);
	if (strcmp(what, "test") == 0 && count == 2 && file)
		return usage_error(&verb_rules, "test takes one file: --rules, or the one behind it");
	if (strcmp(what, "test") == 0 && count <= 2)
		return test_rules(count == 2 ? argv[optind + 1] : file);
	return usage_error(&verb_rules, "say list, or test with at most one file");
}

const struct verb verb_rules = { "rules", "list|test [FILE]",
	"whole-line rules: what is in force; do their examples hold",
	"  list                 every rule: id, kind, languages, zone, words, lines\n"
	"  test [FILE]          check the examples and counter-examples of the built-in rules, and of FILE behind "
	"them\n"
	"  -r, --rules FILE     list these rules too\n",
	run, false, NULL };
