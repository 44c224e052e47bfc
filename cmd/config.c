/* The configuration file: an INI file whose keys are the long options without their dashes. Keys before any section
 * hold for every verb that runs the pipeline, keys of a section for the verb it names. They are put in front of the
 * arguments, so that what stands on the command line wins. The only file that knows inih. */
#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTINGS_MAX = 256, PATH_BYTES = 4096 };

struct setting {
	char *section, *name, *value;
	int line;
};

struct config {
	char path[PATH_BYTES]; /* empty: none */
	struct setting settings[SETTINGS_MAX];
	size_t count;
	int line;	     /* that is read */
	char complaint[256]; /* the first, without the place */
	int complaint_line;
};

/* The command runs one verb with one configuration, and both live as long as it. */
static struct config config;
static char **arguments; /* the verb, what the file adds, what stood on the command line */
static int added;
static int added_lines[SETTINGS_MAX + 1]; /* of arguments[i] */

static const struct verb *const pipeline_verbs[] = { &verb_clean, &verb_build, &verb_ingest, &verb_sync,
	&verb_reclean };
enum { PIPELINE_VERBS = sizeof(pipeline_verbs) / sizeof(pipeline_verbs[0]) };

/* NULL: a verb that does not run the pipeline, or none. */
static const struct verb *pipeline_verb(const char *name)
{
	for (size_t i = 0; i < PIPELINE_VERBS; i++)
		if (strcmp(name, pipeline_verbs[i]->name) == 0)
			return pipeline_verbs[i];
	return NULL;
}

static const struct option *option_of(const struct option *options, const char *name)
{
	for (const struct option *o = options; o && o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

/* @verb NULL: what stands before any section. */
static const struct option *setting_option(const struct verb *verb, const char *name)
{
	const struct option *own = verb ? option_of(verb->options, name) : NULL;
	return own ? own : option_of(common_options, name);
}

static bool is_yes(const char *value)
{
	return !*value || !strcmp(value, "yes") || !strcmp(value, "true") || !strcmp(value, "on");
}

static bool is_no(const char *value)
{
	return !strcmp(value, "no") || !strcmp(value, "false") || !strcmp(value, "off");
}

/* inih: 1 to go on, 0 for an error on this line. */
static int on_pair(void *user, const char *section, const char *name, const char *value)
{
	(void)user;
	struct setting *s = &config.settings[config.count];
	const struct verb *verb = pipeline_verb(section);
	const struct option *option = setting_option(verb, name);
	if (config.complaint[0])
		return 0;
	config.complaint_line = config.line;
	if (*section && !verb)
		snprintf(config.complaint, sizeof(config.complaint), "no section [%.100s]", section);
	else if (!option)
		snprintf(config.complaint, sizeof(config.complaint), "no setting '%.100s' %s%s", name,
			*section ? "of " : "for all verbs", section);
	else if (option->has_arg == no_argument && !is_yes(value) && !is_no(value))
		snprintf(config.complaint, sizeof(config.complaint), "'%.100s' is yes or no", name);
	else if (config.count == SETTINGS_MAX)
		snprintf(config.complaint, sizeof(config.complaint), "more than %d settings", SETTINGS_MAX);
	if (config.complaint[0])
		return 0;
	*s = (struct setting){ strdup(section), strdup(name), strdup(value), config.line };
	if (!s->section || !s->name || !s->value) {
		snprintf(config.complaint, sizeof(config.complaint), "no memory");
		return 0;
	}
	config.count++;
	return 1;
}

/* A line at a time, as inih asks for it. It takes no more than @size bytes of one, and would read the rest as another
 * line: of a comment the rest is passed over, all else is named. */
static char *next_line(char *line, int size, void *file)
{
	if (!fgets(line, size, file))
		return NULL;
	config.line++;
	size_t n = strlen(line);
	if ((n && line[n - 1] == '\n') || (int)n < size - 1)
		return line;
	const char *first = line + strspn(line, " \t");
	int next = getc(file);
	if (next != '\n' && next != EOF && *first != '#' && *first != ';' && !config.complaint[0]) {
		snprintf(config.complaint, sizeof(config.complaint), "a line of more than %zu bytes", n);
		config.complaint_line = config.line;
	}
	while (next != '\n' && next != EOF)
		next = getc(file);
	return line;
}

static void find_path(const char *named)
{
	const char *home = getenv("XDG_CONFIG_HOME"), *user = getenv("HOME");
	int n = 0;
	if (named)
		n = snprintf(config.path, sizeof(config.path), "%s", named);
	else if (home && *home == '/')
		n = snprintf(config.path, sizeof(config.path), "%s/garner/garner.ini", home);
	else if (user)
		n = snprintf(config.path, sizeof(config.path), "%s/.config/garner/garner.ini", user);
	if (n >= (int)sizeof(config.path) || (!named && n && access(config.path, F_OK) < 0))
		config.path[0] = 0;
}

static bool load(const char *named)
{
	find_path(named);
	if (!config.path[0])
		return true;
	struct stat st;
	if (stat(config.path, &st) == 0 && S_ISDIR(st.st_mode)) {
		print_errorf("%s: %s", config.path, strerror(EISDIR));
		return false;
	}
	FILE *file = fopen(config.path, "re");
	int wrong = file ? ini_parse_stream(next_line, file, on_pair, NULL) : -1;
	bool unread = !file || ferror(file) || wrong < 0;
	if (unread)
		print_errorf("%s: %s", config.path, errno ? strerror(errno) : "can't be read");
	else if (config.complaint[0] && (wrong == 0 || wrong >= config.complaint_line))
		print_errorf("%s:%d: %s", config.path, config.complaint_line, config.complaint);
	else if (wrong)
		print_errorf("%s:%d: neither [section] nor key = value", config.path, wrong);
	if (file)
		fclose(file);
	return !unread && !wrong && !config.complaint[0];
}

/* Takes "--config FILE" or "--config=FILE" out of the arguments. False: it lacks its value. */
static bool take_path(int *argc, char **argv, const char **ret_path)
{
	int kept = 1;
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			while (i < *argc)
				argv[kept++] = argv[i++];
			break;
		}
		if (strcmp(argv[i], "--config") == 0) {
			if (++i == *argc)
				return false;
			*ret_path = argv[i];
		} else if (strncmp(argv[i], "--config=", 9) == 0) {
			*ret_path = argv[i] + 9;
		} else {
			argv[kept++] = argv[i];
		}
	}
	*argc = kept;
	return true;
}

static char *argument_of(const struct setting *s)
{
	const struct option *option = setting_option(pipeline_verb(s->section), s->name);
	char *text = NULL;
	bool flag = option && option->has_arg == no_argument;
	if (flag && is_no(s->value))
		return NULL;
	int n = flag ? asprintf(&text, "--%s", s->name) : asprintf(&text, "--%s=%s", s->name, s->value);
	return n < 0 ? NULL : text;
}

static bool is_for(const struct setting *s, const char *verb)
{
	return !*s->section || strcmp(s->section, verb) == 0;
}

/* A section's word stands over the one before any section, also where it says no; only --keep adds up. */
static bool is_overruled(const struct setting *s, const char *verb)
{
	if (strcmp(s->name, "keep") == 0)
		return false;
	for (const struct setting *later = s + 1; later < config.settings + config.count; later++)
		if (is_for(later, verb) && strcmp(later->name, s->name) == 0)
			return true;
	return false;
}

bool config_apply(int *argc, char ***argv)
{
	const char *named = NULL;
	const char *verb = (*argv)[0];
	if (!take_path(argc, *argv, &named)) {
		fprintf(stderr, "garner: --config lacks its file\n");
		return false;
	}
	if (!named && !pipeline_verb(verb) && strcmp(verb, "config"))
		return true;
	if (!load(named))
		return false;
	char **grown = calloc((size_t)*argc + config.count + 1, sizeof(*grown));
	int n = 0;
	if (!grown)
		return false;
	grown[n++] = (*argv)[0];
	for (size_t i = 0; i < config.count && pipeline_verb(verb); i++) {
		const struct setting *s = &config.settings[i];
		char *argument = is_for(s, verb) && !is_overruled(s, verb) ? argument_of(s) : NULL;
		if (argument) {
			added_lines[n] = s->line;
			grown[n++] = argument;
		}
	}
	added = n - 1;
	for (int i = 1; i < *argc; i++)
		grown[n++] = (*argv)[i];
	*argc = n;
	*argv = arguments = grown;
	return true;
}

/* The verb is done: nobody looks at its arguments any more. getopt has moved them about, but not those of the file
 * behind the others, as all of them are options. */
void config_free(void)
{
	for (int i = 1; arguments && i <= added; i++)
		free(arguments[i]);
	free(arguments);
	arguments = NULL;
	for (size_t i = 0; i < config.count; i++) {
		free(config.settings[i].section);
		free(config.settings[i].name);
		free(config.settings[i].value);
	}
	config.count = 0;
}

enum level config_level(void)
{
	/* getopt stands behind the argument that it gave last, and those of the file are the first ones. */
	return optind > 1 && optind - 1 <= added ? BY_FILE : BY_LINE;
}

void config_mention(void)
{
	if (!common_taken() && config_level() == BY_FILE)
		fprintf(stderr, "garner: it stands in %s:%d\n", config.path, added_lines[optind - 1]);
	else if (config.count)
		fprintf(stderr, "garner: settings of %s were in force\n", config.path);
}

/* ---- the verb ---------------------------------------------------------------------------- */

/* A proxy's password is not for the screen. */
static void print_value(const char *value)
{
	const char *at = strrchr(value, '@'), *host = strstr(value, "//");
	if (at && host && at > host)
		printf("%.*s***%s\n", (int)(host + 2 - value), value, at);
	else
		printf("%s\n", value);
}

static const struct setting *setting_of(const char *section, const char *name)
{
	for (size_t i = config.count; i-- > 0;)
		if (strcmp(config.settings[i].section, section) == 0 && strcmp(config.settings[i].name, name) == 0)
			return &config.settings[i];
	return NULL;
}

static int dump(void)
{
	printf("# %s\n", config.path[0] ? config.path : "no file: defaults");
	for (const struct option *o = common_options; o->name; o++) {
		const struct setting *s = setting_of("", o->name);
		printf("%s%s = ", s ? "" : "; ", o->name);
		print_value(s ? s->value : o->has_arg == no_argument ? "no" : "");
	}
	for (size_t v = 0; v < PIPELINE_VERBS; v++) {
		bool begun = false;
		for (size_t i = 0; i < config.count; i++) {
			const struct setting *s = &config.settings[i];
			if (strcmp(s->section, pipeline_verbs[v]->name))
				continue;
			if (!begun)
				printf("\n[%s]\n", s->section);
			begun = true;
			printf("%s = ", s->name);
			print_value(s->value);
		}
	}
	return close_output(stdout) ? EXIT_DONE : EXIT_STORE;
}

static int run(int argc, char **argv)
{
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return help(&verb_config);
	if (argc != 2 || strcmp(argv[1], "--dump"))
		return usage_error(&verb_config, "say --dump");
	return dump();
}

const struct verb verb_config = { "config", "--dump", "show the settings that are in force",
	"  --dump               every setting with its value, in the form of the file\n"
	"  --config FILE        this file (of every verb); otherwise $XDG_CONFIG_HOME/garner/garner.ini, or\n"
	"                       ~/.config/garner/garner.ini where it is there\n"
	"\n"
	"The file's keys are the long options: 'contact = https://example.org/bot' before any section\n"
	"holds for clean, build, ingest, sync and reclean; under [sync] for sync alone.\n",
	run, false, NULL };
