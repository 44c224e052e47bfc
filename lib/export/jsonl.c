#include "export/jsonl.h"

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
	jsonw_text(&json, "place", document->place);
	jsonw_text(&json, "agency", document->agency);
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
