/* A program that knows garner.h alone, linked with the public static library: what the header says of handles, errors
 * and the end of calls. Its own functions have names that the library has inside. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "garner.h"

int error_set(const char *words);
void *arena_alloc(void);

int error_set(const char *words)
{
	return fprintf(stderr, "FAILED: %s\n", words);
}

void *arena_alloc(void)
{
	return NULL;
}

static int checks, failures;

static void check(bool good, const char *words)
{
	checks++;
	if (good)
		return;
	failures++;
	error_set(words);
}

struct seen {
	int count, answer;
	int64_t last;
};

static int see(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct seen *seen = user;
	(void)detail;
	seen->count += reason == GARNER_STORED;
	seen->last = d->n;
	return seen->answer;
}

static int see_rule(void *user, const struct garner_rule *rule)
{
	struct seen *seen = user;
	seen->count += rule->id != NULL;
	return seen->answer;
}

static int take_bytes(void *user, const void *bytes, size_t size)
{
	(void)bytes;
	*(size_t *)user += size;
	return 0;
}

static void count_finding(void *user, const char *place, const char *text)
{
	(void)place;
	(void)text;
	++*(int *)user;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		exit(2);
}

static const char *const inputs[] = { "quay.txt", "brücke.txt" };

static void rules_are_there_when_they_are_asked_for(void)
{
	struct seen seen = { .answer = 0 };
	struct garner *garner = garner_new(NULL);
	check(garner_rules_list(garner, see_rule, &seen) == 0 && seen.count > 400, "rules of a handle with defaults");
	check(garner_rules_version(garner) != NULL, "version of rules that were listed");
	garner_free(garner);

	struct garner_options options = { .rules_file = "none.rules" };
	garner = garner_new(&options);
	check(garner_error(garner) != NULL, "a file of rules that is not there is named");
	for (int i = 0; i < 2; i++) {
		seen = (struct seen){ 0 };
		check(garner_rules_list(garner, see_rule, &seen) == -ENOENT && !seen.count, "no rules, and why");
		check(garner_list(garner, "store", NULL, see, &seen) == 0 && seen.count == 2, "stores can be read");
		check(!garner_error(garner), "no error is left");
	}
	garner_free(garner);
}

static void a_stop_holds_for_one_call(struct garner *garner)
{
	struct seen seen = { 0 };
	size_t bytes = 0;
	struct garner_export export = { .format = "csv" };
	int findings = 0;
	check(garner_search_index(garner, "store") == 0, "an index of words");
	for (int stop = 1; stop >= 0; stop--) {
		int wanted = stop ? -EINTR : 0;
		seen.count = 0;
		if (stop)
			garner_stop(garner);
		check(garner_clean(garner, inputs, 2, see, &seen) == 0 && seen.count == (stop ? 0 : 2), "clean");
		seen.count = 0;
		if (stop)
			garner_stop(garner);
		check(garner_list(garner, "store", NULL, see, &seen) == wanted && seen.count == (stop ? 0 : 2), "list");
		check(!!garner_error(garner) == stop, "words of a stop");
		seen.count = 0;
		if (stop)
			garner_stop(garner);
		check(garner_list(garner, "one.tar.zst", NULL, see, &seen) == wanted && seen.count == (stop ? 0 : 2),
			"list of an archive");
		seen.count = 0;
		if (stop)
			garner_stop(garner);
		check(garner_search(garner, "store", "harbour", NULL, see, &seen) == wanted &&
				seen.count == (stop ? 0 : 1),
			"search");
		bytes = 0;
		if (stop)
			garner_stop(garner);
		check(garner_export(garner, "store", &export, take_bytes, &bytes) == wanted && !!bytes == !stop,
			"export");
		if (stop)
			garner_stop(garner);
		check(garner_verify(garner, "store", true, count_finding, &findings) == wanted, "verify");
		if (stop)
			garner_stop(garner);
		check(garner_verify(garner, "one.tar.zst", true, count_finding, &findings) == wanted,
			"verify of an archive");
		if (stop)
			garner_stop(garner);
		check(garner_build(garner, "one.tar.zst", inputs, 2, NULL, NULL) == wanted, "build");
	}
	check(garner_export(garner, "store", &export, NULL, NULL) == -EINVAL, "an export to nowhere");
	check(findings == 0, "a verification that is stopped has no findings");
}

static void what_the_caller_ends_is_passed_up(struct garner *garner)
{
	static const int answers[] = { 1, 5, -77, 100000 };
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct seen seen = { .answer = answers[i] };
		check(garner_list(garner, "store", NULL, see, &seen) == answers[i] && seen.count == 1, "list ended");
		seen.count = 0;
		check(garner_clean(garner, inputs, 2, see, &seen) == answers[i] && seen.count == 1, "clean ended");
		/* The archive of two documents stays. */
		seen.count = 0;
		check(garner_build(garner, "one.tar.zst", inputs, 2, see, &seen) == answers[i] && seen.count == 1,
			"build ended");
		seen = (struct seen){ 0 };
		check(garner_list(garner, "one.tar.zst", NULL, see, &seen) == 0 && seen.count == 2,
			"a part took the place of an archive");
	}
}

static void what_a_sync_stored_before_its_caller_ended_it_stays(struct garner *garner)
{
	const struct garner_sync_options all = { .all = true };
	if (mkdir("watched", 0777) < 0)
		exit(2);
	write_file("watched/one.txt",
		"The first ferry of the year left the quay at noon, with sixty passengers on board.\n");
	write_file(
		"watched/two.txt", "Der Rat der Stadt beriet am Abend drei Stunden lang, ohne etwas zu beschließen.\n");
	for (int answer = -7; answer <= 7; answer += 14) {
		struct seen seen = { .answer = answer };
		struct garner_stats stats = { 0 };
		const char *store = answer < 0 ? "synced.one" : "synced.two";
		check(garner_source_add(garner, store, "watched", NULL, false) == 0, "a folder is watched");
		check(garner_sync(garner, store, &all, see, &seen) == answer && seen.count == 1,
			"its answer is passed up");
		check(garner_stats(garner, store, &stats) == 0 && stats.documents == 1, "one document stays");
		check(garner_verify(garner, store, true, NULL, NULL) == 0, "the store is whole");
		seen = (struct seen){ .answer = 0 };
		check(garner_sync(garner, store, &all, see, &seen) == 0 && seen.count == 1, "the next goes on");
		check(garner_stats(garner, store, &stats) == 0 && stats.documents == 2 &&
				garner_report(garner)->known == 1,
			"all are there");
	}
}

static void options_that_can_not_be_are_refused(void)
{
	const struct garner_options refused[] = { { .clock = INT64_MAX }, { .clock = INT64_MIN },
		{ .threshold = (double)NAN }, { .include = "(" }, { .contact = "me\r\nX: y" } };
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct garner *garner = garner_new(&refused[i]);
		check(garner_error(garner) != NULL, "options are refused");
		check(garner_ingest(garner, "none", inputs, 2, NULL, NULL) == -EINVAL, "no run with such options");
		check(access("none", F_OK) < 0, "no store with such options");
		garner_free(garner);
	}
	struct garner_options options = { .jobs = 1000000 };
	struct garner *garner = garner_new(&options);
	check(garner_ingest(garner, "many", inputs, 2, NULL, NULL) == 0, "more threads than can be are as many as can");
	garner_free(garner);
}

static void documents_go_for_a_reason(struct garner *garner)
{
	static const char *const keys[] = { "0" };
	struct seen seen = { 0 };
	int findings = 0;
	check(garner_forget(garner, "store", keys, 1, NULL, NULL, NULL) == -EINVAL, "no reason");
	check(garner_forget(garner, "store", keys, 1, "", NULL, NULL) == -EINVAL, "an empty reason");
	check(garner_show(garner, "store", "0", see, &seen) == 0 && seen.count == 1, "it is still there");
	check(garner_forget(garner, "store", keys, 1, "asked for", NULL, NULL) == 0, "a reason");
	check(garner_show(garner, "store", "0", see, &seen) == GARNER_FORGOTTEN, "it is gone");
	check(garner_verify(garner, "store", true, count_finding, &findings) == 0 && !findings, "the store is whole");
}

static void take_fetched(const char *store, char times[2][64])
{
	char path[64], line[4096];
	snprintf(path, sizeof(path), "%s/manifest/runs.jsonl", store);
	FILE *file = fopen(path, "r");
	for (int i = 0; file && i < 2; i++) {
		const char *at = fgets(line, sizeof(line), file) ? strstr(line, "\"at\":") : NULL;
		snprintf(times[i], 64, "%.27s", at ? at : "");
	}
	if (file)
		fclose(file);
}

/* A handle may be kept for years. */
static void each_call_has_its_own_time(void)
{
	char times[2][64] = { "", "" };
	const struct timespec more_than_a_second = { 1, 100000000 };
	struct garner *garner = garner_new(NULL);
	check(garner_ingest(garner, "timed", inputs, 1, NULL, NULL) == 0, "a run");
	nanosleep(&more_than_a_second, NULL);
	check(garner_ingest(garner, "timed", inputs, 2, NULL, NULL) == 0, "a later run");
	garner_free(garner);
	take_fetched("timed", times);
	check(strlen(times[0]) > 20 && strcmp(times[0], times[1]) < 0, "the later run is said to be later");
	struct garner_options pinned = { .clock = 86400 };
	garner = garner_new(&pinned);
	for (int i = 0; i < 2; i++)
		check(garner_ingest(garner, "pinned", inputs, 2, NULL, NULL) == 0, "a run at a given time");
	garner_free(garner);
	take_fetched("pinned", times);
	check(strstr(times[0], "1970-01-02") && strcmp(times[0], times[1]) == 0, "both at the time that was given");
}

static int see_url(void *user, const struct garner_document *d, int reason, const char *detail)
{
	char *url = user;
	(void)detail;
	snprintf(url, 200, "%s %s %s", reason == GARNER_STORED ? "stored" : "dropped", d->url ? d->url : "-",
		d->url_requested ? d->url_requested : "-");
	return 0;
}

/* Who hands bytes over says where they are from, at times with what was signed in with: nothing passes it on. */
static void credentials_go_nowhere(struct garner *garner)
{
	static const char page[] =
		"<title>The port opens</title><p>The port opened on Tuesday after a long repair of its old "
		"quay, and the first boats came in at noon.";
	char seen[200] = "";
	check(garner_clean_bytes(garner, page, sizeof(page) - 1, "https://ed:sesame@a.example/port?x=@", "text/html",
		      see_url, seen) == 0 &&
			strstr(seen, "stored https://a.example/port?x=@") && !strstr(seen, "sesame"),
		"bytes from an address with credentials");
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/library_calls.XXXXXX", remove[64];
	(void)argv;
	if (argc != 1 || !mkdtemp(folder) || chdir(folder) < 0)
		return 2;
	unsetenv("SOURCE_DATE_EPOCH");
	write_file(inputs[0], "The harbour opened on Tuesday after a long repair of its old quay.\n");
	write_file(inputs[1],
		"Die Brücke über den Fluss bleibt drei Wochen lang gesperrt, teilte der Rat am Montag mit.\n");
	struct garner *garner = garner_new(NULL);
	check(garner_ingest(garner, "store", inputs, 2, NULL, NULL) == 0, "a store");
	check(garner_build(garner, "one.tar.zst", inputs, 2, NULL, NULL) == 0, "an archive");
	rules_are_there_when_they_are_asked_for();
	a_stop_holds_for_one_call(garner);
	what_the_caller_ends_is_passed_up(garner);
	what_a_sync_stored_before_its_caller_ended_it_stays(garner);
	options_that_can_not_be_are_refused();
	each_call_has_its_own_time();
	documents_go_for_a_reason(garner);
	credentials_go_nowhere(garner);
	garner_free(garner);
	snprintf(remove, sizeof(remove), "rm -rf %s", folder);
	if (chdir("/") < 0 || system(remove) != 0)
		failures++;
	printf("%d checks, %d failed\n", checks, failures);
	return failures || !checks || arena_alloc();
}
