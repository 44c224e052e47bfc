/* RFC 4180: CRLF, a head line, quotes where they are needed. Values stand as they are: a reader that runs formulas must
 * be told not to. */
#include "export/export.h"

#include <errno.h>
#include <inttypes.h>

static const char head[] = "n,id,url,host,site,title,authors,published,modified,fetched,lang,words,access,dup_of,"
			   "revision_of,sha256,path,text\r\n";

static void put_value(struct buf *out, struct view v, bool last)
{
	bool quote = false;
	for (size_t i = 0; i < v.n && !quote; i++)
		quote = v.p[i] == '"' || v.p[i] == ',' || v.p[i] == '\n' || v.p[i] == '\r';
	if (quote)
		buf_putc(out, '"');
	for (struct view rest = v, part; view_next_token(&rest, '"', &part);) {
		buf_putv(out, part);
		if (part.p + part.n < v.p + v.n)
			buf_puts(out, "\"\"");
	}
	if (quote)
		buf_putc(out, '"');
	buf_puts(out, last ? "\r\n" : ",");
}

static void put_text(struct buf *out, const char *s)
{
	put_value(out, view_of(s), false);
}

static void put_number(struct buf *out, int64_t n)
{
	if (n != GARNER_NO_NUMBER)
		buf_printf(out, "%" PRId64, n);
	buf_putc(out, ',');
}

static int csv_begin(struct exporter *exporter, struct error *error)
{
	return buf_puts(&exporter->out, head) ? error_set(error, -ENOMEM, "no memory") : 0;
}

static int csv_put(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct buf *out = &exporter->out, authors = BUF_INIT(1 << 20);
	for (size_t i = 0; i < d->author_count; i++) {
		buf_puts(&authors, i ? "; " : "");
		buf_puts(&authors, d->authors[i]);
	}
	put_number(out, d->n);
	put_text(out, d->id);
	put_text(out, d->url);
	put_text(out, d->host);
	put_text(out, d->site);
	put_text(out, d->title);
	put_value(out, buf_view(&authors), false);
	put_text(out, d->published);
	put_text(out, d->modified);
	put_text(out, d->fetched);
	put_text(out, d->lang);
	put_number(out, (int64_t)d->words);
	put_text(out, d->access);
	put_number(out, d->dup_of);
	put_number(out, d->revision_of);
	put_text(out, d->sha256);
	put_text(out, d->path);
	put_value(out, view_make(d->text, d->text_size), true);
	buf_free(&authors);
	return out->err ? error_set(error, out->err, "no memory for a document") : 0;
}

const struct export_format export_csv = { .name = "csv", .kind = EXPORT_STREAM, .begin = csv_begin, .put = csv_put };
