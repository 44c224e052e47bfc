/* Prevertical, what Sketch Engine and NoSketch Engine tokenise: <doc …> with a <p> a paragraph. */
#include "export/export.h"

#include <inttypes.h>

static void put_escaped(struct buf *out, struct view v)
{
	size_t plain = 0;
	for (size_t i = 0; i <= v.n; i++) {
		char c = i < v.n ? v.p[i] : 0;
		const char *code = c == '&'   ? "&amp;"
				   : c == '<' ? "&lt;"
				   : c == '>' ? "&gt;"
				   : c == '"' ? "&quot;"
					      : NULL;
		if (i < v.n && !code && c != '\n' && c != '\t')
			continue;
		buf_put(out, v.p + plain, i - plain);
		plain = i + 1;
		if (code)
			buf_puts(out, code);
		else if (i < v.n)
			buf_putc(out, ' ');
	}
}

static void put_attribute(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(out, " %s=\"", name);
	put_escaped(out, view_of(value));
	buf_putc(out, '"');
}

static void put_paragraph(struct buf *out, const char *open, struct view text)
{
	buf_puts(out, open);
	put_escaped(out, text);
	buf_puts(out, "\n</p>\n");
}

static int vertical_put(struct exporter *exporter, const struct garner_document *d, struct error *error)
{
	struct buf *out = &exporter->out;
	struct view rest = view_make(d->text, d->text_size), line;
	buf_puts(out, "<doc");
	put_attribute(out, "id", d->id);
	put_attribute(out, "url", d->url);
	put_attribute(out, "host", d->host);
	put_attribute(out, "site", d->site);
	put_attribute(out, "title", d->title);
	for (size_t i = 0; i < d->author_count; i++)
		if (i == 0)
			put_attribute(out, "author", d->authors[i]);
	put_attribute(out, "date", d->published);
	put_attribute(out, "lang", d->lang);
	buf_printf(out, " wordcount=\"%" PRIu64 "\">\n", d->words);
	if (d->title)
		put_paragraph(out, "<p heading=\"1\">\n", view_of(d->title));
	while (view_next_line(&rest, &line))
		if (view_trim(line).n)
			put_paragraph(out, "<p>\n", view_trim(line));
	buf_puts(out, "</doc>\n");
	return out->err ? error_set(error, out->err, "no memory for a document") : 0;
}

const struct export_format export_vertical = { .name = "vertical", .kind = EXPORT_STREAM, .put = vertical_put };
