/* What garner.h says of arguments that are left out, and that every string it hands out is UTF-8, whatever it was
 * given. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "garner.h"

static int checks, failures;

static void check(bool good, const char *words, const char *more)
{
	checks++;
	if (good)
		return;
	failures++;
	fprintf(stderr, "FAILED: %s%s%s\n", words, more ? ": " : "", more ? more : "");
}

static int see(void *user, const struct garner_document *document, int reason, const char *detail)
{
	(void)document;
	(void)detail;
	*(int *)user += reason == GARNER_STORED;
	return 0;
}

static int write_bytes(void *user, const void *bytes, size_t size)
{
	(void)user;
	(void)bytes;
	(void)size;
	return 0;
}

static int see_source(void *user, const struct garner_source *source)
{
	*(int *)user += source->url != NULL;
	return 0;
}

static const char *const one[] = { "quay.txt" };
static const char *const hole[] = { "quay.txt", NULL };

#define REFUSED(call)                                                                                                  \
	do {                                                                                                           \
		int result = (call);                                                                                   \
		const char *words = garner_error(g);                                                                   \
		check(result == -EINVAL && words && strstr(words, "is missing"), #call, words);                        \
	} while (0)

static void what_is_missing_is_refused(struct garner *g, const char *store)
{
	struct garner_stats stats;
	const struct garner_export to_function = { .format = "jsonl" }, nowhere = { .format = "txt", .path = "" };
	int n = 0;
	REFUSED(garner_clean(g, NULL, 1, see, &n));
	REFUSED(garner_clean(g, hole, 2, see, &n));
	REFUSED(garner_clean_bytes(g, NULL, 5, NULL, NULL, see, &n));
	REFUSED(garner_build(g, NULL, one, 1, see, &n));
	REFUSED(garner_build(g, "", one, 1, see, &n));
	REFUSED(garner_build(g, "out.tar.zst", hole, 2, see, &n));
	REFUSED(garner_ingest(g, NULL, one, 1, see, &n));
	REFUSED(garner_ingest(g, store, NULL, 2, see, &n));
	REFUSED(garner_source_add(g, NULL, "http://a.example/", NULL, false));
	REFUSED(garner_source_add(g, store, NULL, NULL, false));
	REFUSED(garner_source_import(g, store, NULL, NULL, NULL));
	REFUSED(garner_source_remove(g, store, NULL));
	REFUSED(garner_source_remove(g, NULL, "x"));
	REFUSED(garner_source_list(g, store, true, NULL, NULL));
	REFUSED(garner_source_list(g, NULL, true, see_source, &n));
	REFUSED(garner_sync(g, NULL, NULL, see, &n));
	REFUSED(garner_list(g, NULL, NULL, see, &n));
	REFUSED(garner_list(g, store, NULL, NULL, NULL));
	REFUSED(garner_search(g, NULL, "river", NULL, see, &n));
	REFUSED(garner_search(g, store, NULL, NULL, see, &n));
	REFUSED(garner_search(g, store, "river", NULL, NULL, NULL));
	REFUSED(garner_search_index(g, NULL));
	REFUSED(garner_export(g, store, NULL, write_bytes, NULL));
	REFUSED(garner_export(g, NULL, &to_function, write_bytes, NULL));
	REFUSED(garner_export(g, store, &nowhere, write_bytes, NULL));
	REFUSED(garner_show(g, store, NULL, see, &n));
	REFUSED(garner_show(g, NULL, "0", see, &n));
	REFUSED(garner_show(g, store, "0", NULL, NULL));
	REFUSED(garner_history(g, store, NULL, see, &n));
	REFUSED(garner_history(g, store, "0", NULL, NULL));
	REFUSED(garner_stats(g, store, NULL));
	REFUSED(garner_stats(g, NULL, &stats));
	REFUSED(garner_verify(g, NULL, true, NULL, NULL));
	REFUSED(garner_repair(g, NULL, NULL, NULL));
	REFUSED(garner_forget(g, store, hole, 2, "a reason", NULL, NULL));
	REFUSED(garner_forget(g, store, NULL, 1, "a reason", NULL, NULL));
	REFUSED(garner_reclean(g, NULL, true, NULL, NULL));
	REFUSED(garner_repack(g, NULL));
	REFUSED(garner_rules_list(g, NULL, NULL));
	check(n == 0, "nothing was run", NULL);
	check(access("out.tar.zst", F_OK) < 0 && access(".new", F_OK) < 0, "nothing was written", NULL);
	check(garner_show(g, store, "0", see, &n) == 0 && n == 1, "the handle works after all of it", garner_error(g));
}

static void what_may_be_left_out_may(struct garner *g, const char *store)
{
	int n = 0;
	check(garner_clean(g, NULL, 0, see, &n) == 0 && garner_report(g)->inputs == 0, "no inputs", NULL);
	check(garner_clean(g, one, 1, NULL, NULL) == 0 && garner_report(g)->stored == 1, "no function", NULL);
	check(garner_clean_bytes(g, NULL, 0, NULL, NULL, see, &n) == 0 &&
			garner_report(g)->by_reason[GARNER_EMPTY] == 1,
		"no bytes", NULL);
	check(garner_source_import(g, store, "list.opml", NULL, NULL) == 0, "no counts", garner_error(g));
	check(garner_source_list(g, store, true, see_source, &n) == 0 && n == 1, "they were imported", NULL);
	check(garner_verify(g, store, true, NULL, NULL) == 0 && garner_repair(g, store, NULL, NULL) == 0, "no findings",
		garner_error(g));
	check(garner_forget(g, store, NULL, 0, "a reason", NULL, NULL) == 0, "no keys", NULL);
	check(garner_limits(NULL) != NULL && garner_free(NULL) == NULL, "no count, no handle", NULL);
	const struct garner_options holes[] = { { .keep = NULL, .keep_count = 2 }, { .keep = hole, .keep_count = 2 } };
	for (size_t i = 0; i < 2; i++) {
		struct garner *other = garner_new(&holes[i]);
		check(other && garner_error(other) && garner_clean(other, one, 1, NULL, NULL) == -EINVAL,
			"a list with a hole", NULL);
		garner_free(other);
	}
}

/* The shortest form, no surrogates, no more than U+10FFFF: as RFC 3629, 4. */
static bool is_utf8(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c;) {
		int n = *c < 0x80		  ? 0
			: *c >= 0xC2 && *c < 0xE0 ? 1
			: *c >= 0xE0 && *c < 0xF0 ? 2
			: *c >= 0xF0 && *c < 0xF5 ? 3
						  : -1;
		unsigned char low = *c == 0xE0	 ? 0xA0
				    : *c == 0xF0 ? 0x90
						 : 0x80,
			      high = *c == 0xED	  ? 0x9F
				     : *c == 0xF4 ? 0x8F
						  : 0xBF;
		if (n < 0 || (n && (c[1] < low || c[1] > high)))
			return false;
		for (c++; n > 0; n--, c++)
			if ((*c & 0xC0) != 0x80)
				return false;
	}
	return true;
}

static int see_strings(void *user, const struct garner_document *d, int reason, const char *detail)
{
	const char *const strings[] = { d->id, d->url, d->url_requested, d->url_canonical, d->host, d->title, d->text,
		d->charset.declared, d->http.type, d->http.etag, d->http.last_modified, d->src.file, d->src.record,
		detail };
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		check(!strings[i] || (*strings[i] && is_utf8(strings[i])), "a string that is UTF-8", strings[i]);
	*(int *)user += reason == GARNER_STORED;
	return 0;
}

static void every_string_is_utf8(struct garner *g)
{
	static const char text[] = "One sentence of some length stands here, alone, and says what it says.";
	static const char page[] =
		"<html><head><meta charset='\xFE'><title>\xE9t\xE9</title></head><body><article><p>"
		"One sentence of some length stands here, alone, and says it.</p></article></body></html>";
	static const char *const urls[] = { "http://\xFF\xFE.example/\xC3?\xED\xA0\x80", "\xFF",
		"http://quay.example/\x1B[31m" };
	static const char *const types[] = { "text/plain; charset=\xFF", "text/html; charset=\"\xFE\"", NULL };
	static const char *const inputs[] = { "http://a\xFF.invalid/\xFF", "none\xFF.txt" };
	int n = 0;
	for (size_t i = 0; i < 3; i++) {
		garner_clean_bytes(g, text, sizeof(text) - 1, urls[i], types[0], see_strings, &n);
		garner_clean_bytes(g, page, sizeof(page) - 1, urls[i], types[i], see_strings, &n);
	}
	check(n == 6, "all are texts", NULL);
	check(garner_clean(g, inputs, 2, see_strings, &n) == 0 && n == 6, "no texts", garner_error(g));
	check(garner_report(g)->by_reason[GARNER_BAD_URL] == 1, "a host that is no UTF-8 is not asked", NULL);
}

int main(void)
{
	char folder[] = "/tmp/garner-arguments-XXXXXX";
	int n = 0;
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return 2;
	FILE *quay = fopen("quay.txt", "w"), *list = fopen("list.opml", "w");
	if (!quay || !list)
		return 2;
	fputs("The quay was rebuilt after the flood, and the boats came back in spring.\n", quay);
	fputs("<opml><body><outline text='A' xmlUrl='http://a.invalid/rss'/></body></opml>", list);
	fclose(quay);
	fclose(list);
	struct garner *g = garner_new(NULL);
	check(g && garner_ingest(g, "store", one, 1, see, &n) == 0 && n == 1, "a store", garner_error(g));
	what_is_missing_is_refused(g, "store");
	what_may_be_left_out_may(g, "store");
	every_string_is_utf8(g);
	garner_free(g);
	fprintf(stderr, "%d checks, %d failed\n", checks, failures);
	if (!failures && system("rm -rf quay.txt list.opml store") == 0)
		rmdir(folder);
	return failures != 0;
}
