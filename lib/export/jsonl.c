#include "export/jsonl.h"

#include <errno.h>
#include <jansson.h>
#include "util/jsonw.h"
#include "util/limits.h"

static void write_strings(struct jsonw *json, const char *key, const char *const *strings, size_t count)
{
	if (count == 0)
		return;
	jsonw_array(json, key);
	for (size_t i = 0; i < count; i++)
		jsonw_string(json, NULL, view_of(strings[i]));
	jsonw_close_array(json);
}

static void write_number(struct jsonw *json, const char *key, int64_t number)
{
	if (number != GARNER_NO_NUMBER)
		jsonw_int(json, key, number);
}

static void write_charset(struct jsonw *json, const struct garner_document *document)
{
	if (!document->charset.used)
		return;
	jsonw_object(json, "charset");
	jsonw_text(json, "declared", document->charset.declared);
	jsonw_text(json, "used", document->charset.used);
	jsonw_text(json, "from", document->charset.from);
	if (document->charset.replaced)
		jsonw_uint(json, "replaced", document->charset.replaced);
	jsonw_close_object(json);
}

static void write_cuts(struct jsonw *json, const struct garner_document *document)
{
	if (document->cut_count == 0)
		return;
	jsonw_array(json, "cut");
	for (size_t i = 0; i < document->cut_count; i++) {
		const struct garner_cut *cut = &document->cuts[i];
		jsonw_object(json, NULL);
		jsonw_text(json, "reason", cut->reason);
		jsonw_text(json, "kind", cut->kind);
		jsonw_uint(json, "at", cut->at);
		write_strings(json, "lines", cut->lines, cut->line_count);
		jsonw_close_object(json);
	}
	jsonw_close_array(json);
}

static void write_origin(struct jsonw *json, const struct garner_document *document)
{
	if (document->src.file || document->src.record) {
		jsonw_object(json, "src");
		jsonw_text(json, "file", document->src.file);
		write_number(json, "offset", document->src.offset);
		write_number(json, "length", document->src.length);
		jsonw_text(json, "record", document->src.record);
		jsonw_close_object(json);
	}
	if (document->http.status) {
		jsonw_object(json, "http");
		jsonw_int(json, "status", document->http.status);
		jsonw_text(json, "type", document->http.type);
		jsonw_text(json, "etag", document->http.etag);
		jsonw_text(json, "last_modified", document->http.last_modified);
		jsonw_close_object(json);
	}
	if (document->feed.url || document->feed.guid) {
		jsonw_object(json, "feed");
		jsonw_text(json, "url", document->feed.url);
		jsonw_text(json, "guid", document->feed.guid);
		jsonw_text(json, "published", document->feed.published);
		jsonw_text(json, "title", document->feed.title);
		jsonw_close_object(json);
	}
	if (document->raw.file) {
		jsonw_object(json, "raw");
		jsonw_text(json, "file", document->raw.file);
		write_number(json, "offset", document->raw.offset);
		write_number(json, "length", document->raw.length);
		write_number(json, "group", document->raw.group);
		jsonw_close_object(json);
	}
	if (document->store.pack) {
		jsonw_object(json, "store");
		jsonw_text(json, "pack", document->store.pack);
		write_number(json, "offset", document->store.offset);
		write_number(json, "length", document->store.length);
		jsonw_close_object(json);
	}
}

void document_write(struct buf *out, const struct garner_document *document, enum document_part part)
{
	struct jsonw json = jsonw_begin(out);
	jsonw_object(&json, NULL);
	write_number(&json, "n", document->n);
	jsonw_text(&json, "id", document->id);
	jsonw_text(&json, "path", document->path);
	jsonw_text(&json, "url", document->url);
	jsonw_text(&json, "url_requested", document->url_requested);
	jsonw_text(&json, "url_canonical", document->url_canonical);
	jsonw_text(&json, "host", document->host);
	jsonw_text(&json, "site", document->site);
	jsonw_text(&json, "title", document->title);
	write_strings(&json, "authors", document->authors, document->author_count);
	jsonw_text(&json, "published", document->published);
	jsonw_text(&json, "published_from", document->published_from);
	jsonw_text(&json, "published_precision", document->published_precision);
	jsonw_text(&json, "modified", document->modified);
	jsonw_text(&json, "fetched", document->fetched);
	jsonw_text(&json, "description", document->description);
	jsonw_text(&json, "section", document->section);
	write_strings(&json, "tags", document->tags, document->tag_count);
	jsonw_text(&json, "image", document->image);
	jsonw_text(&json, "licence", document->licence);
	jsonw_text(&json, "lang", document->lang);
	if (document->lang_score > 0)
		jsonw_real(&json, "lang_score", document->lang_score, 3);
	jsonw_text(&json, "access", document->access);
	jsonw_text(&json, "robots", document->robots);
	write_charset(&json, document);
	if (part == DOCUMENT_ALL) {
		if (document->text)
			jsonw_string(&json, "text", view_make(document->text, document->text_size));
		jsonw_text(&json, "markdown", document->markdown);
	}
	jsonw_text(&json, "text_from", document->text_from);
	if (document->text || document->text_size)
		jsonw_uint(&json, "bytes", document->text_size);
	if (document->text || document->words)
		jsonw_uint(&json, "words", document->words);
	jsonw_text(&json, "sha256", document->sha256);
	jsonw_text(&json, "sha256_raw", document->sha256_raw);
	write_cuts(&json, document);
	jsonw_text(&json, "rules", document->rules);
	jsonw_text(&json, "normaliser", document->normaliser);
	jsonw_text(&json, "tool", document->tool);
	write_number(&json, "dup_of", document->dup_of);
	if (document->near.n != GARNER_NO_NUMBER) {
		jsonw_object(&json, "near");
		jsonw_int(&json, "n", document->near.n);
		jsonw_real(&json, "score", document->near.score, 3);
		jsonw_close_object(&json);
	}
	write_number(&json, "revision_of", document->revision_of);
	write_origin(&json, document);
	write_strings(&json, "errors", document->errors, document->error_count);
	jsonw_close_object(&json);
}

static const char *copy_string(struct arena *arena, const json_t *value, bool *bad)
{
	if (!json_is_string(value))
		return NULL;
	char *copy = arena_strndup(arena, json_string_value(value), json_string_length(value));
	*bad |= !copy;
	return copy;
}

static const char *read_text(struct arena *arena, const json_t *object, const char *key, bool *bad)
{
	return copy_string(arena, json_object_get(object, key), bad);
}

static int64_t read_number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	return json_is_integer(value) ? (int64_t)json_integer_value(value) : GARNER_NO_NUMBER;
}

static uint64_t read_count(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	return json_is_integer(value) && json_integer_value(value) > 0 ? (uint64_t)json_integer_value(value) : 0;
}

static const char *const *read_strings(
	struct arena *arena, const json_t *object, const char *key, size_t *ret_count, bool *bad)
{
	const json_t *array = json_object_get(object, key);
	size_t count = json_array_size(array);
	if (count == 0)
		return NULL;
	const char **strings = arena_calloc(arena, count, sizeof(*strings));
	if (!strings) {
		*bad = true;
		return NULL;
	}
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if ((strings[kept] = copy_string(arena, json_array_get(array, i), bad)))
			kept++;
	*ret_count = kept;
	return strings;
}

static void read_cuts(struct arena *arena, const json_t *root, struct garner_document *document, bool *bad)
{
	const json_t *array = json_object_get(root, "cut");
	size_t count = json_array_size(array);
	struct garner_cut *cuts = count ? arena_calloc(arena, count, sizeof(*cuts)) : NULL;
	if (!cuts) {
		*bad |= count > 0;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(array, i);
		size_t lines = 0;
		cuts[i].reason = read_text(arena, item, "reason", bad);
		cuts[i].kind = read_text(arena, item, "kind", bad);
		cuts[i].at = (uint32_t)read_count(item, "at");
		cuts[i].lines = read_strings(arena, item, "lines", &lines, bad);
		cuts[i].line_count = (uint32_t)lines;
	}
	document->cuts = cuts;
	document->cut_count = count;
}

static void read_origin(struct arena *arena, const json_t *root, struct garner_document *document, bool *bad)
{
	const json_t *src = json_object_get(root, "src"), *http = json_object_get(root, "http");
	const json_t *feed = json_object_get(root, "feed"), *store = json_object_get(root, "store");
	document->src.file = read_text(arena, src, "file", bad);
	document->src.offset = read_number(src, "offset");
	document->src.length = read_number(src, "length");
	document->src.record = read_text(arena, src, "record", bad);
	document->http.status = (int)read_count(http, "status");
	document->http.type = read_text(arena, http, "type", bad);
	document->http.etag = read_text(arena, http, "etag", bad);
	document->http.last_modified = read_text(arena, http, "last_modified", bad);
	document->feed.url = read_text(arena, feed, "url", bad);
	document->feed.guid = read_text(arena, feed, "guid", bad);
	document->feed.published = read_text(arena, feed, "published", bad);
	document->feed.title = read_text(arena, feed, "title", bad);
	const json_t *raw = json_object_get(root, "raw");
	document->raw.file = read_text(arena, raw, "file", bad);
	document->raw.offset = read_number(raw, "offset");
	document->raw.length = read_number(raw, "length");
	document->raw.group = read_number(raw, "group");
	document->store.pack = read_text(arena, store, "pack", bad);
	document->store.offset = read_number(store, "offset");
	document->store.length = read_number(store, "length");
}

int document_read(struct arena *arena, struct view line, struct garner_document *ret_document, struct error *error)
{
	json_error_t where;
	json_t *root = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &where);
	if (!json_is_object(root)) {
		json_decref(root);
		return error_set(error, -EINVAL, "not a JSON object: column %d: %s", where.column, where.text);
	}
	bool bad = false;
	struct garner_document d = { .n = read_number(root, "n") };
#define TEXT(field) d.field = read_text(arena, root, #field, &bad)
	TEXT(id);
	TEXT(path);
	TEXT(url);
	TEXT(url_requested);
	TEXT(url_canonical);
	TEXT(host);
	TEXT(site);
	TEXT(title);
	d.authors = read_strings(arena, root, "authors", &d.author_count, &bad);
	TEXT(published);
	TEXT(published_from);
	TEXT(published_precision);
	TEXT(modified);
	TEXT(fetched);
	TEXT(description);
	TEXT(section);
	d.tags = read_strings(arena, root, "tags", &d.tag_count, &bad);
	TEXT(image);
	TEXT(licence);
	TEXT(lang);
	d.lang_score = json_number_value(json_object_get(root, "lang_score"));
	TEXT(access);
	TEXT(robots);
	const json_t *charset = json_object_get(root, "charset");
	d.charset.declared = read_text(arena, charset, "declared", &bad);
	d.charset.used = read_text(arena, charset, "used", &bad);
	d.charset.from = read_text(arena, charset, "from", &bad);
	d.charset.replaced = (uint32_t)read_count(charset, "replaced");
	TEXT(text);
	d.text_size = d.text ? json_string_length(json_object_get(root, "text")) : (size_t)read_count(root, "bytes");
	TEXT(markdown);
	TEXT(text_from);
	d.words = read_count(root, "words");
	TEXT(sha256);
	TEXT(sha256_raw);
	read_cuts(arena, root, &d, &bad);
	TEXT(rules);
	TEXT(normaliser);
	TEXT(tool);
#undef TEXT
	d.dup_of = read_number(root, "dup_of");
	const json_t *near = json_object_get(root, "near");
	d.near.n = read_number(near, "n");
	d.near.score = json_number_value(json_object_get(near, "score"));
	d.revision_of = read_number(root, "revision_of");
	read_origin(arena, root, &d, &bad);
	d.errors = read_strings(arena, root, "errors", &d.error_count, &bad);
	json_decref(root);
	if (bad)
		return error_set(error, -ENOMEM, "no memory for a document");
	*ret_document = d;
	return 0;
}
