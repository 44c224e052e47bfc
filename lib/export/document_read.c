/* A line of JSON as a document: one pass over the bytes, a table says where each key goes. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include "export/jsonl.h"
#include "util/jsonr.h"

enum kind {
	TEXT,	 /* const char * */
	BODY,	 /* the same; its length into text_size */
	NUMBER,	 /* int64_t, GARNER_NO_NUMBER where there is none */
	COUNT64, /* uint64_t, 0 */
	COUNT32, /* uint32_t or int, 0 */
	BYTES,	 /* text_size, where the text is not there */
	REAL,	 /* double */
	STRINGS, /* const char *const *, its count at @more */
	CUTS,
	OBJECT, /* @inside; @more of them */
};

struct field {
	const char *key;
	enum kind kind;
	size_t offset, more;
	const struct field *inside;
};

#define AT(member) offsetof(struct garner_document, member)
#define ONE(kind, key, member)                                                                                         \
	{                                                                                                              \
		key, kind, AT(member), 0, NULL                                                                         \
	}
#define MANY(key, member, count)                                                                                       \
	{                                                                                                              \
		key, STRINGS, AT(member), AT(count), NULL                                                              \
	}
#define IN(key, table)                                                                                                 \
	{                                                                                                              \
		key, OBJECT, 0, sizeof(table) / sizeof(table[0]), table                                                \
	}

static const struct field charset[] = { ONE(TEXT, "declared", charset.declared), ONE(TEXT, "used", charset.used),
	ONE(TEXT, "from", charset.from), ONE(COUNT32, "replaced", charset.replaced) };
static const struct field near[] = { ONE(NUMBER, "n", near.n), ONE(REAL, "score", near.score) };
static const struct field src[] = { ONE(TEXT, "file", src.file), ONE(NUMBER, "offset", src.offset),
	ONE(NUMBER, "length", src.length), ONE(TEXT, "record", src.record) };
static const struct field http[] = { ONE(COUNT32, "status", http.status), ONE(TEXT, "type", http.type),
	ONE(TEXT, "etag", http.etag), ONE(TEXT, "last_modified", http.last_modified) };
static const struct field feed[] = { ONE(TEXT, "url", feed.url), ONE(TEXT, "guid", feed.guid),
	ONE(TEXT, "published", feed.published), ONE(TEXT, "title", feed.title) };
static const struct field raw[] = { ONE(TEXT, "file", raw.file), ONE(NUMBER, "offset", raw.offset),
	ONE(NUMBER, "length", raw.length), ONE(NUMBER, "group", raw.group) };
static const struct field store[] = { ONE(TEXT, "pack", store.pack), ONE(NUMBER, "offset", store.offset),
	ONE(NUMBER, "length", store.length) };

/* In the order in which they are written, so that the next key is nearly always the next row. */
static const struct field document[] = {
	ONE(NUMBER, "n", n),
	ONE(TEXT, "id", id),
	ONE(TEXT, "path", path),
	ONE(TEXT, "url", url),
	ONE(TEXT, "url_requested", url_requested),
	ONE(TEXT, "url_canonical", url_canonical),
	ONE(TEXT, "host", host),
	ONE(TEXT, "site", site),
	ONE(TEXT, "title", title),
	MANY("authors", authors, author_count),
	ONE(TEXT, "published", published),
	ONE(TEXT, "published_from", published_from),
	ONE(TEXT, "published_precision", published_precision),
	ONE(TEXT, "modified", modified),
	ONE(TEXT, "fetched", fetched),
	ONE(TEXT, "description", description),
	ONE(TEXT, "section", section),
	ONE(TEXT, "place", place),
	ONE(TEXT, "agency", agency),
	MANY("tags", tags, tag_count),
	ONE(TEXT, "image", image),
	ONE(TEXT, "licence", licence),
	ONE(TEXT, "lang", lang),
	ONE(REAL, "lang_score", lang_score),
	ONE(TEXT, "access", access),
	ONE(TEXT, "robots", robots),
	IN("charset", charset),
	ONE(BODY, "text", text),
	ONE(TEXT, "markdown", markdown),
	ONE(TEXT, "text_from", text_from),
	ONE(BYTES, "bytes", text_size),
	ONE(COUNT64, "words", words),
	ONE(TEXT, "sha256", sha256),
	ONE(TEXT, "sha256_raw", sha256_raw),
	{ "cut", CUTS, AT(cuts), AT(cut_count), NULL },
	ONE(TEXT, "rules", rules),
	ONE(TEXT, "normaliser", normaliser),
	ONE(TEXT, "tool", tool),
	ONE(NUMBER, "dup_of", dup_of),
	IN("near", near),
	ONE(NUMBER, "revision_of", revision_of),
	IN("src", src),
	IN("http", http),
	IN("feed", feed),
	IN("raw", raw),
	IN("store", store),
	MANY("errors", errors, error_count),
};
enum { DOCUMENT_FIELDS = sizeof(document) / sizeof(document[0]) };
_Static_assert(DOCUMENT_FIELDS < 64, "seen is a bit each");

/* ---- values --------------------------------------------------------------------------------- */

static bool read_text(struct jsonr *json, const char **slot, size_t *ret_n)
{
	struct view text;
	if (jsonr_peek(json) != '"')
		return jsonr_skip(json);
	if (!jsonr_string(json, &text))
		return false;
	*slot = text.p;
	if (ret_n)
		*ret_n = text.n;
	return true;
}

/* False also where it is something else, which is passed over. */
static bool read_whole(struct jsonr *json, int64_t *ret)
{
	bool whole = false;
	double real;
	char c = jsonr_peek(json);
	if (c != '-' && !ascii_is_digit(c)) {
		jsonr_skip(json);
		return false;
	}
	return jsonr_number(json, &whole, ret, &real) && whole;
}

static void read_real(struct jsonr *json, double *slot)
{
	bool whole;
	int64_t ignored;
	char c = jsonr_peek(json);
	if (c == '-' || ascii_is_digit(c))
		jsonr_number(json, &whole, &ignored, slot);
	else
		jsonr_skip(json);
}

/* Room for one more; it doubles at each power of two. */
static void *grow(struct jsonr *json, void *items, size_t count, size_t size)
{
	if (count & (count - 1))
		return items;
	void *grown = arena_grow(json->arena, items, count * size, (count ? count * 2 : 1) * size);
	json->no_memory |= !grown;
	return grown;
}

static void read_strings(struct jsonr *json, const char *const **slot, size_t *slot_count)
{
	const char **strings = NULL;
	size_t count = 0;
	bool first = true;
	if (jsonr_peek(json) != '[') {
		jsonr_skip(json);
		return;
	}
	for (jsonr_begin_array(json); jsonr_next_item(json, &first);) {
		const char *text = NULL;
		if (!read_text(json, &text, NULL))
			return;
		if (!text)
			continue;
		const char **grown = grow(json, strings, count, sizeof(*strings));
		if (!grown)
			return;
		strings = grown;
		strings[count++] = text;
	}
	*slot = strings;
	*slot_count = count;
}

static void read_cut(struct jsonr *json, struct garner_cut *cut)
{
	bool first = true;
	struct view key;
	int64_t at = 0;
	size_t lines = 0;
	if (jsonr_peek(json) != '{') {
		jsonr_skip(json);
		return;
	}
	for (jsonr_begin_object(json); jsonr_next_key(json, &first, &key);) {
		if (view_eq(key, VIEW("reason")))
			read_text(json, &cut->reason, NULL);
		else if (view_eq(key, VIEW("kind")))
			read_text(json, &cut->kind, NULL);
		else if (view_eq(key, VIEW("at")))
			cut->at = read_whole(json, &at) && at > 0 ? (uint32_t)at : 0;
		else if (view_eq(key, VIEW("lines")))
			read_strings(json, &cut->lines, &lines);
		else
			jsonr_skip(json);
	}
	cut->line_count = (uint32_t)lines;
}

static void read_cuts(struct jsonr *json, struct garner_document *d)
{
	struct garner_cut *cuts = NULL;
	size_t count = 0;
	bool first = true;
	if (jsonr_peek(json) != '[') {
		jsonr_skip(json);
		return;
	}
	for (jsonr_begin_array(json); jsonr_next_item(json, &first);) {
		struct garner_cut *grown = grow(json, cuts, count, sizeof(*cuts));
		if (!grown)
			return;
		cuts = grown;
		cuts[count] = (struct garner_cut){ 0 };
		read_cut(json, &cuts[count++]);
	}
	d->cuts = cuts;
	d->cut_count = count;
}

/* ---- the document --------------------------------------------------------------------------- */

static const char *read_object(struct jsonr *json, const struct field *fields, size_t count, struct garner_document *d);

static const char *read_field(struct jsonr *json, const struct field *field, struct garner_document *d)
{
	char *slot = (char *)d + field->offset;
	int64_t number = GARNER_NO_NUMBER;
	switch (field->kind) {
	case TEXT: read_text(json, (const char **)slot, NULL); break;
	case BODY: read_text(json, (const char **)slot, &d->text_size); break;
	case NUMBER: *(int64_t *)slot = read_whole(json, &number) ? number : GARNER_NO_NUMBER; break;
	case COUNT64: *(uint64_t *)slot = read_whole(json, &number) && number > 0 ? (uint64_t)number : 0; break;
	case COUNT32: *(uint32_t *)slot = read_whole(json, &number) && number > 0 ? (uint32_t)number : 0; break;
	case BYTES:
		if (read_whole(json, &number) && number > 0 && !d->text)
			d->text_size = (size_t)number;
		break;
	case REAL: read_real(json, (double *)slot); break;
	case STRINGS: read_strings(json, (const char *const **)slot, (size_t *)((char *)d + field->more)); break;
	case CUTS: read_cuts(json, d); break;
	case OBJECT:
		if (jsonr_peek(json) == '{')
			return read_object(json, field->inside, field->more, d);
		jsonr_skip(json);
		break;
	}
	return NULL;
}

/* From row @next on, then from the first. @count: it is not one of them. */
static size_t find_field(const struct field *fields, size_t count, size_t next, struct view key)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = next + i < count ? next + i : next + i - count;
		if (view_eq(view_of(fields[at].key), key))
			return at;
	}
	return count;
}

/* NULL, or the words of an error that is not the form's. */
static const char *read_object(struct jsonr *json, const struct field *fields, size_t count, struct garner_document *d)
{
	uint64_t seen = 0;
	size_t next = 0;
	bool first = true;
	struct view key;
	const char *why = NULL;
	for (jsonr_begin_object(json); !why && jsonr_next_key(json, &first, &key);) {
		size_t at = find_field(fields, count, next, key);
		if (at == count) {
			jsonr_skip(json);
			continue;
		}
		if (seen >> at & 1)
			return "a key that is there twice";
		seen |= UINT64_C(1) << at;
		next = at + 1;
		why = read_field(json, &fields[at], d);
	}
	return why;
}

int document_read(struct arena *arena, struct view line, struct garner_document *ret_document, struct error *error)
{
	struct jsonr json = jsonr_begin(line, arena);
	struct garner_document d = {
		.n = GARNER_NO_NUMBER, .dup_of = GARNER_NO_NUMBER, .revision_of = GARNER_NO_NUMBER
	};
	d.near.n = d.src.offset = d.src.length = d.raw.offset = d.raw.length = d.raw.group = GARNER_NO_NUMBER;
	d.store.offset = d.store.length = GARNER_NO_NUMBER;
	const char *why = read_object(&json, document, DOCUMENT_FIELDS, &d);
	if (json.no_memory)
		return error_set(error, -ENOMEM, "no memory for a document");
	if (why || !jsonr_end(&json))
		return error_set(
			error, -EINVAL, "not a JSON object: column %zu: %s", json.at + 1, why ? why : json.why);
	*ret_document = d;
	return 0;
}
