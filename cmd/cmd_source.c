#include "cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OPT_KIND = 1, OPT_BACKFILL, OPT_ALL, OPT_FORMAT };

static const struct option options[] = {
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "backfill", no_argument, NULL, OPT_BACKFILL },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct settings {
	const char *kind, *format;
	bool backfill, all;
};

/* ---- list -------------------------------------------------------------------------------- */

static const char *when(int64_t seconds, char room[32])
{
	time_t at = (time_t)seconds;
	struct tm parts;
	if (seconds <= 0 || seconds > 253402300799 || !gmtime_r(&at, &parts))
		return "-";
	strftime(room, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
	return room;
}

static int print_text(void *user, const struct garner_source *s)
{
	char room[2][32];
	(void)user;
	printf("%-8s %s\n", s->kind, s->url);
	if (s->title)
		printf("         title   %s\n", s->title);
	printf("         state   %s\n", s->state ? s->state : "not looked at yet");
	printf("         checked %s  due %s\n", when(s->checked, room[0]), when(s->due, room[1]));
	printf("         items   %lld, %lld waiting\n", (long long)s->items, (long long)s->waiting);
	return 0;
}

static void print_pair(const char *key, const char *value, bool first)
{
	printf("%s\"%s\":", first ? "{" : ",", key);
	if (!value) {
		printf("null");
		return;
	}
	print_json(stdout, value);
}

static int print_line(void *user, const struct garner_source *s)
{
	char room[32];
	(void)user;
	print_pair("url", s->url, true);
	print_pair("kind", s->kind, false);
	print_pair("title", s->title, false);
	print_pair("state", s->state, false);
	print_pair("added", s->added ? when(s->added, room) : NULL, false);
	print_pair("checked", s->checked ? when(s->checked, room) : NULL, false);
	print_pair("changed", s->changed ? when(s->changed, room) : NULL, false);
	print_pair("due", strcmp(when(s->due, room), "-") ? room : NULL, false);
	printf(",\"interval\":%lld,\"failures\":%lld,\"items\":%lld,\"waiting\":%lld,\"backfill\":%s}\n",
		(long long)s->interval, (long long)s->failures, (long long)s->items, (long long)s->waiting,
		s->backfill ? "true" : "false");
	return 0;
}

static int list(const char *store, char **urls, size_t count, const struct settings *settings)
{
	bool json = settings->format && strcmp(settings->format, "jsonl") == 0;
	(void)urls;
	if (count)
		return usage_error(&verb_source, "list takes the store alone");
	if (settings->format && !json && strcmp(settings->format, "text"))
		return usage_error(&verb_source, "--format '%s' is not text or jsonl", settings->format);
	struct garner *garner = reading_begin();
	if (!garner)
		return EXIT_STORE;
	output_only();
	int result = garner_source_list(garner, store, settings->all, json ? print_line : print_text, NULL);
	return reading_end(garner, result);
}

/* ---- changes ----------------------------------------------------------------------------- */

static int complain(struct garner *garner, const char *what, int result)
{
	const char *words = garner_error(garner);
	fprintf(stderr, "garner: %s: ", what);
	print_said(stderr, words ? words : garner_reason_name(result));
	putc('\n', stderr);
	if (result == -EWOULDBLOCK)
		return EXIT_LOCKED;
	return result == -EINVAL || result == GARNER_BAD_URL ? EXIT_USAGE : result < 0 ? EXIT_STORE : EXIT_SOME_FAILED;
}

static int add_one(struct garner *garner, const char *store, const char *url, const struct settings *settings)
{
	int result = garner_source_add(garner, store, url, settings->kind, settings->backfill);
	/* Not @url itself: it may hold a password. */
	if (result == GARNER_BAD_URL)
		return complain(garner, "source add", result);
	if (result == GARNER_KNOWN) {
		print_errorf("%s: already a source", url);
		return EXIT_DONE;
	}
	return result ? complain(garner, "source add", result) : EXIT_DONE;
}

static int remove_one(struct garner *garner, const char *store, const char *url, const struct settings *settings)
{
	(void)settings;
	int result = garner_source_remove(garner, store, url);
	if (result != 1)
		return result ? complain(garner, "source remove", result) : EXIT_DONE;
	print_errorf("%s: not a source of %s", url, store);
	return EXIT_SOME_FAILED;
}

static int import_one(struct garner *garner, const char *store, const char *file, const struct settings *settings)
{
	size_t added = 0, known = 0;
	(void)settings;
	int result = garner_source_import(garner, store, file, &added, &known);
	if (result >= 0 || added)
		fprintf(stderr, "%s: %zu sources added, %zu known\n", file, added, known);
	int code = result ? complain(garner, "source import", result) : EXIT_DONE;
	return result > 0 ? EXIT_SOME_FAILED : code;
}

static int change(const char *action, const char *store, char **what, size_t count, const struct settings *settings)
{
	int (*one)(struct garner *, const char *, const char *, const struct settings *) =
		strcmp(action, "add") == 0	? add_one
		: strcmp(action, "import") == 0 ? import_one
						: remove_one;
	int code = EXIT_DONE;
	if (!count)
		return usage_error(&verb_source, "%s what?", action);
	struct garner *garner = changing_begin();
	if (!garner)
		return EXIT_STORE;
	for (size_t i = 0; i < count && code <= EXIT_SOME_FAILED; i++) {
		int one_code = one(garner, store, what[i], settings);
		code = one_code > code ? one_code : code;
	}
	return changing_end(garner, code);
}

/* An option that was given and that @action has no use for; NULL: none. */
static const char *foreign_option(const char *action, const struct settings *settings)
{
	bool lists = strcmp(action, "list") == 0, adds = strcmp(action, "add") == 0;
	if (settings->kind && !adds)
		return "kind";
	if (settings->backfill && !adds)
		return "backfill";
	if (settings->all && !lists)
		return "all";
	return settings->format && !lists ? "format" : NULL;
}

static int run(int argc, char **argv)
{
	struct settings settings = { 0 };
	for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		switch (c) {
		case 'h': return help(&verb_source);
		case OPT_KIND: settings.kind = optarg; break;
		case OPT_BACKFILL: settings.backfill = true; break;
		case OPT_ALL: settings.all = true; break;
		case OPT_FORMAT: settings.format = optarg; break;
		default: return option_error(&verb_source);
		}
	}
	if (argc - optind < 2)
		return usage_error(&verb_source, "name an action and the store");
	const char *action = argv[optind], *store = argv[optind + 1];
	size_t count = (size_t)(argc - optind - 2);
	if (is_misplaced(&verb_source, store, "the store, which stands behind the action"))
		return EXIT_USAGE;
	const char *foreign = foreign_option(action, &settings);
	if (foreign)
		return usage_error(&verb_source, "%s takes no --%s", action, foreign);
	if (strcmp(action, "list") == 0)
		return list(store, argv + optind + 2, count, &settings);
	if (strcmp(action, "add") && strcmp(action, "remove") && strcmp(action, "import"))
		return usage_error(&verb_source, "'%s' is not add, list, remove or import", action);
	return change(action, store, argv + optind + 2, count, &settings);
}

const struct verb verb_source = { "source", "add|list|remove|import [OPTIONS] STORE [URL|FOLDER|OPML...]",
	"the feeds, sitemaps, pages and folders that sync keeps a store up from",
	"  add     URL or FOLDER; what a URL is, the first sync finds out: a feed, a sitemap, a page\n"
	"          with a feed, or a page\n"
	"  import  every feed of an OPML file\n"
	"  list    each with its state, last and next look\n"
	"  remove  the documents stay\n"
	"  --kind feed|sitemap|page|folder\n"
	"                       what it is, when the first look is not to decide\n"
	"  --backfill           take all that a sitemap names, however old\n"
	"  --all                list also the sitemaps that indexes named\n"
	"  --format text|jsonl  of list\n",
	run, false, NULL };
