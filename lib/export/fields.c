/* The same documents under the key names of other tools. */
#include "export/export.h"

#include "util/jsonw.h"

static void put_joined(struct jsonw *json, const char *key, const char *const *strings, size_t count, const char *by)
{
	struct buf joined = BUF_INIT(1 << 20);
	for (size_t i = 0; i < count; i++) {
		buf_puts(&joined, i ? by : "");
		buf_puts(&joined, strings[i]);
	}
	if (count && !joined.err)
		jsonw_string(json, key, buf_view(&joined));
	buf_free(&joined);
}

static void put_strings(struct jsonw *json, const char *key, const char *const *strings, size_t count)
{
	if (count == 0)
		return;
	jsonw_array(json, key);
	for (size_t i = 0; i < count; i++)
		jsonw_text(json, NULL, strings[i]);
	jsonw_close_array(json);
}

static void put_day(struct jsonw *json, const char *key, const char *time)
{
	if (time)
		jsonw_string(json, key, view_first(view_of(time), 10));
}

static void put_text(struct jsonw *json, const char *key, const struct garner_document *d)
{
	if (d->text)
		jsonw_string(json, key, view_make(d->text, d->text_size));
}

/* As its --json gives them: lists are joined by "; ". */
static void trafilatura(struct jsonw *json, const struct garner_document *d)
{
	jsonw_text(json, "title", d->title);
	put_joined(json, "author", d->authors, d->author_count, "; ");
	jsonw_text(json, "hostname", d->host);
	put_day(json, "date", d->published);
	jsonw_text(json, "id", d->id);
	jsonw_text(json, "license", d->licence);
	put_text(json, "text", d);
	jsonw_text(json, "language", d->lang);
	jsonw_text(json, "image", d->image);
	put_day(json, "filedate", d->fetched);
	jsonw_text(json, "source", d->url);
	jsonw_text(json, "source-hostname", d->site);
	jsonw_text(json, "excerpt", d->description);
	jsonw_text(json, "categories", d->section);
	put_joined(json, "tags", d->tags, d->tag_count, "; ");
}

/* The document format of the Dolma toolkit: id, text, source, added, created, metadata. */
static void dolma(struct jsonw *json, const struct garner_document *d)
{
	jsonw_text(json, "id", d->id);
	put_text(json, "text", d);
	jsonw_text(json, "source", d->host ? d->host : d->src.file);
	jsonw_text(json, "added", d->fetched);
	jsonw_text(json, "created", d->published);
	jsonw_object(json, "metadata");
	jsonw_text(json, "url", d->url);
	jsonw_text(json, "title", d->title);
	put_strings(json, "authors", d->authors, d->author_count);
	jsonw_text(json, "lang", d->lang);
	jsonw_text(json, "license", d->licence);
	jsonw_text(json, "sha256", d->sha256);
	jsonw_close_object(json);
}

static void put_named(struct jsonw *json, const char *key, const char *type, const char *name)
{
	jsonw_object(json, key);
	jsonw_text(json, "@type", type);
	jsonw_text(json, "name", name);
	jsonw_close_object(json);
}

/* schema.org Article as JSON-LD. */
static void schema(struct jsonw *json, const struct garner_document *d)
{
	jsonw_text(json, "@context", "https://schema.org");
	jsonw_text(json, "@type", "Article");
	jsonw_text(json, "identifier", d->id);
	jsonw_text(json, "url", d->url);
	jsonw_text(json, "mainEntityOfPage", d->url_canonical);
	jsonw_text(json, "headline", d->title);
	if (d->author_count) {
		jsonw_array(json, "author");
		for (size_t i = 0; i < d->author_count; i++)
			put_named(json, NULL, "Person", d->authors[i]);
		jsonw_close_array(json);
	}
	if (d->site)
		put_named(json, "publisher", "Organization", d->site);
	jsonw_text(json, "datePublished", d->published);
	jsonw_text(json, "dateModified", d->modified);
	jsonw_text(json, "description", d->description);
	jsonw_text(json, "articleSection", d->section);
	put_strings(json, "keywords", d->tags, d->tag_count);
	jsonw_text(json, "image", d->image);
	jsonw_text(json, "license", d->licence);
	jsonw_text(json, "inLanguage", d->lang);
	if (d->words)
		jsonw_uint(json, "wordCount", d->words);
	put_text(json, "articleBody", d);
}

static const struct {
	const char *name;
	void (*write)(struct jsonw *json, const struct garner_document *d);
} sets[] = { { "trafilatura", trafilatura }, { "dolma", dolma }, { "schema", schema } };
enum { SETS = sizeof(sets) / sizeof(sets[0]) };

bool fields_known(const char *names)
{
	for (size_t i = 0; i < SETS; i++)
		if (strcmp(sets[i].name, names) == 0)
			return true;
	return false;
}

void fields_write(struct buf *out, const struct garner_document *document, const char *names)
{
	struct jsonw json = jsonw_begin(out);
	jsonw_object(&json, NULL);
	for (size_t i = 0; i < SETS; i++)
		if (strcmp(sets[i].name, names) == 0)
			sets[i].write(&json, document);
	jsonw_close_object(&json);
}
