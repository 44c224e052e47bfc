/* The catalogue against what it was made from: each row against its manifest line and its text, keys and signatures
 * against the row, totals against the sum of the lines. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "dedup/dedup.h"
#include "store/near.h"
#include "store/raw.h"
#include "store/verify.h"
#include "util/hash.h"

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The first fact in which two rows differ; NULL: none. */
static const char *difference(const struct catalogue_document *a, const struct catalogue_document *b)
{
	const struct {
		const char *name;
		int64_t a, b;
	} numbers[] = { { "day", a->day, b->day }, { "dup_of", a->dup_of, b->dup_of },
		{ "revision_of", a->revision_of, b->revision_of }, { "near", a->near, b->near },
		{ "words", a->words, b->words }, { "bytes", a->bytes, b->bytes }, { "raw", a->raw, b->raw },
		{ "raw_at", a->raw_at, b->raw_at }, { "pack", a->pack, b->pack }, { "frame", a->frame, b->frame } };
	const struct {
		const char *name, *a, *b;
	} texts[] = { { "host", a->host, b->host }, { "lang", a->lang, b->lang }, { "access", a->access, b->access },
		{ "source", a->source, b->source } };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].a != numbers[i].b)
			return numbers[i].name;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!same_text(texts[i].a, texts[i].b))
			return texts[i].name;
	if (a->url_count != b->url_count || memcmp(a->urls, b->urls, a->url_count * sizeof(a->urls[0])) != 0)
		return "urls";
	return NULL;
}

/* "raw/000012.warc.gz" and "packs/000012.tar.zst" */
static int64_t number_in(const char *name)
{
	const char *slash = name ? strchr(name, '/') : NULL;
	return slash && ascii_is_digit(slash[1]) ? (int64_t)strtoll(slash + 1, NULL, 10) : GARNER_NO_NUMBER;
}

void verify_row(
	struct verify *verify, const char *place, const struct catalogue_document *row, const struct garner_document *d)
{
	struct catalogue_document expected;
	char hex[65];
	hex_of(row->sha256, 32, hex);
	if (!d->sha256 || strcmp(d->sha256, hex) != 0 || !d->id || strtoull(d->id, NULL, 16) != row->id || !d->path) {
		verify_find(verify, place, "offset %lld: document %lld: the catalogue has another id or digest",
			(long long)row->line, (long long)row->n);
		return;
	}
	store_row(d, row->sha256, &expected);
	expected.raw = number_in(d->raw.file);
	expected.raw_at = expected.raw == GARNER_NO_NUMBER ? GARNER_NO_NUMBER : d->raw.offset;
	expected.pack = number_in(d->store.pack);
	expected.frame = d->store.offset;
	const char *name = difference(row, &expected);
	if (name)
		verify_find(verify, place, "offset %lld: document %lld: the catalogue has another value of %s",
			(long long)row->line, (long long)row->n, name);
}

int verify_keys(struct verify *verify, struct store_reader *reader, const struct catalogue_document *row)
{
	if (!reader->keys)
		return 0;
	struct error why = { 0 };
	struct catalogue_document copy = *row;
	int result = keys_check(reader->keys, &copy, &why);
	if (result > 0)
		verify_find(verify, reader->root, "document %lld: it is not found by its %s: garner repair",
			(long long)copy.n, keys_name(result - 1));
	return result < 0 ? verify_failed(verify, reader->root, result, &why) : 0;
}

int verify_capture(struct verify *verify, const char *root, const struct garner_document *d)
{
	struct error why = { 0 };
	int result = raw_check(root, d, &why);
	if (result > 0)
		verify_find(verify, d->raw.file, "document %lld (%s): its capture is damaged: %s", (long long)d->n,
			d->path, why.text);
	return result < 0 ? error_set(verify->error, result, "%s", why.text) : 0;
}

int verify_signature(struct verify *verify, const struct near_file *signatures, const struct catalogue_document *row,
	const struct garner_document *d, struct view text)
{
	struct minhash signature;
	struct error why = { 0 };
	bool fit = d->words >= NEAR_WORDS_MIN && d->dup_of == GARNER_NO_NUMBER;
	if (signatures->fd < 0)
		return 0;
	if (fit)
		minhash_of(text, &signature);
	int result = near_compare(signatures, row->n, row->id, fit ? &signature : NULL, &why);
	if (result > 0)
		verify_find(verify, signatures->path, "offset %lld: document %lld: not the signature of its text",
			(long long)near_offset(row->n), (long long)row->n);
	return result < 0 ? verify_failed(verify, signatures->path, result, &why) : 0;
}

struct totals {
	const struct map *expected;
	bool same;
};

static int compare_total(void *user, const char *kind, const char *key, int64_t value)
{
	struct totals *totals = user;
	(void)kind;
	const uint64_t *expected = map_get(totals->expected, view_of(key));
	totals->same &= expected && (int64_t)*expected == value;
	return 0;
}

/* INDEX.md names the largest ones only. */
static int compare_all(
	struct store_reader *reader, const char *kind, const struct map *expected, bool *ret_same, struct error *error)
{
	struct totals totals = { .expected = expected, .same = true };
	int result = catalogue_each_total(reader->catalogue, kind, 0, compare_total, &totals, error);
	*ret_same &= totals.same;
	return result;
}

/* What the catalogue's totals say, rendered, against the same of the lines: INDEX.md is made from them next time. */
int verify_totals(
	struct verify *verify, struct store_reader *reader, const struct index_count *lines, struct view from_lines)
{
	struct buf out = BUF_INIT(SIZE_MAX / 2);
	struct index_count count;
	struct error why = { 0 };
	bool same = true;
	if (!reader->keys)
		return 0;
	index_count_init(&count);
	int result = store_head(reader->catalogue, reader->keys, &reader->lines, &count, &why);
	/* "Taken out" stands in a log, not in the lines. */
	if (!result)
		result = store_render_top(reader->catalogue, &reader->lines, &count.head, &out, &why);
	if (!result)
		result = compare_all(reader, "lang", &lines->langs, &same, &why);
	if (!result)
		result = compare_all(reader, "host", &lines->hosts, &same, &why);
	same &= count.head.runs == lines->head.runs && view_eq(buf_view(&out), from_lines);
	if (!result && !same)
		verify_find(verify, reader->root,
			"catalogue.db: its totals are not what the manifests give: garner repair");
	index_count_free(&count);
	buf_free(&out);
	return result ? verify_failed(verify, reader->root, result, &why) : 0;
}
