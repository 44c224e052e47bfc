#include "store/index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "util/clock.h"
#include "util/limits.h"
#include "util/utf8.h"
#include "util/plain.h"

/* ---- hostile text ------------------------------------------------------------------------- */

/* Characters that change how their neighbours are shown: bidi controls, zero widths, tags, C1 controls. */
static bool is_unseen(uint32_t c)
{
	return (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF) || c == UTF8_BAD;
}

static bool is_gap(uint32_t c)
{
	return c <= ' ' || c == 0xA0 || c == 0x2028 || c == 0x2029 || c == 0x3000;
}

/* Everything that Markdown, GFM's autolinks, mentions, mathematics or HTML would read as theirs. */
static void put_escaped(struct buf *out, uint32_t c)
{
	if (c == '<')
		buf_puts(out, "&lt;");
	else if (c == '>')
		buf_puts(out, "&gt;");
	else if (c == '&')
		buf_puts(out, "&amp;");
	else if (c == '@')
		buf_puts(out, "&#64;");
	else if (c < 0x80 && strchr("\\`*_[]|~$", (char)c))
		buf_printf(out, "\\%c", (char)c);
	else {
		char bytes[4];
		buf_put(out, bytes, utf8_put(bytes, c));
	}
}

void index_text(struct buf *out, const char *text, size_t max)
{
	struct view v = view_of(text);
	bool gap = false, any = false;
	size_t count = 0;
	for (size_t at = 0; at < v.n;) {
		size_t before = at;
		uint32_t c = utf8_next(v, &at);
		if (is_unseen(c))
			continue;
		if (is_gap(c)) {
			gap = any;
			continue;
		}
		if (count >= max) {
			buf_puts(out, "\xE2\x80\xA6");
			return;
		}
		if (gap)
			buf_putc(out, ' ');
		/* "http://…" and "www.…" would become links of their own. */
		struct view rest = view_from(v, before);
		bool link = c == ':' ? view_starts(rest, VIEW("://"))
				     : c == '.' && before >= 3 &&
					       view_eq_nocase(view_make(v.p + before - 3, 3), VIEW("www"));
		if (link)
			buf_printf(out, "\\%c", (char)c);
		else
			put_escaped(out, c);
		count += 1 + gap;
		gap = false;
		any = true;
	}
}

void index_link(struct buf *out, const char *url)
{
	for (const char *p = url; *p; p++) {
		unsigned char c = (unsigned char)*p;
		if (c <= ' ' || c >= 0x7F || strchr("<>\"`|\\^{}()[]*", c))
			buf_printf(out, "%%%02X", c);
		else
			buf_putc(out, (char)c);
	}
}

static bool is_web(const char *url)
{
	return url && (view_starts_nocase(view_of(url), VIEW("http://")) ||
			      view_starts_nocase(view_of(url), VIEW("https://")));
}

/* ---- rows --------------------------------------------------------------------------------- */

static void put_title(struct buf *out, const struct garner_document *d, bool pack, const char *up)
{
	const char *url = is_web(d->url_canonical) ? d->url_canonical : is_web(d->url) ? d->url : NULL;
	bool linked = pack ? d->path != NULL : url != NULL;
	if (linked)
		buf_putc(out, '[');
	size_t before = out->n;
	if (d->title)
		index_text(out, d->title, INDEX_TITLE_CHARS);
	if (out->n == before)
		index_text(out, d->path ? d->path : d->id ? d->id : "?", INDEX_TITLE_CHARS);
	if (!linked)
		return;
	buf_puts(out, "](");
	if (pack)
		buf_puts(out, up);
	index_link(out, pack ? d->path : url);
	buf_putc(out, ')');
}

/* The last part of a path, which tells more than its beginning. */
static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static void put_date(struct buf *out, const char *date)
{
	struct view v = view_first(view_of(date), 10);
	for (size_t i = 0; i < v.n; i++)
		if (!ascii_is_digit(v.p[i]) && v.p[i] != '-')
			v.n = i;
	buf_putv(out, v);
}

static void put_notes(struct buf *out, const struct garner_document *d)
{
	const char *comma = "";
	if (d->revision_of != GARNER_NO_NUMBER) {
		buf_printf(out, "revision of %lld", (long long)d->revision_of);
		comma = ", ";
	}
	if (d->dup_of != GARNER_NO_NUMBER) {
		buf_printf(out, "%ssame text as %lld", comma, (long long)d->dup_of);
		comma = ", ";
	}
	if (d->near.n != GARNER_NO_NUMBER) {
		char score[32];
		plain_format(score, sizeof(score), "%.2f", d->near.score);
		buf_printf(out, "%snear %lld (%s)", comma, (long long)d->near.n, score);
		comma = ", ";
	}
	if (d->access) {
		buf_puts(out, comma);
		index_text(out, d->access, 40);
	}
}

void index_row(struct buf *out, const struct garner_document *d, bool pack, const char *up)
{
	uint64_t cut = 0;
	for (size_t i = 0; i < d->cut_count; i++)
		cut += d->cuts[i].line_count;
	buf_printf(out, "| %lld | ", (long long)d->n);
	put_title(out, d, pack, up);
	buf_puts(out, " | ");
	if (d->site || d->host)
		index_text(out, d->site ? d->site : d->host, 60);
	else if (d->src.file)
		index_text(out, last_part(d->src.file), 60);
	buf_puts(out, " | ");
	put_date(out, d->published);
	buf_puts(out, " | ");
	put_date(out, d->fetched);
	buf_puts(out, " | ");
	if (d->lang)
		index_text(out, d->lang, 20);
	buf_printf(out, " | %llu | %llu | ", (unsigned long long)d->words, (unsigned long long)cut);
	put_notes(out, d);
	buf_puts(out, " | `");
	struct view digest = view_first(view_of(d->sha256), 16);
	buf_putv(out, digest);
	buf_puts(out, "` |\n");
}

static void put_columns(struct buf *out)
{
	buf_puts(out, "| No | Document | Source | Published | Fetched | Lang | Words | Cut | Notes | SHA-256 |\n"
		      "| ---: | --- | --- | --- | --- | --- | ---: | ---: | --- | --- |\n");
}

void index_page(struct buf *out, int64_t page, struct view rows)
{
	buf_printf(out, "# Documents %lld to %lld\n\n[Index](../INDEX.md)", (long long)(page * INDEX_ROWS),
		(long long)(page * INDEX_ROWS + INDEX_ROWS - 1));
	if (page > 0)
		buf_printf(out, " \xC2\xB7 [before](%06lld.md)", (long long)page - 1);
	buf_puts(out, "\n\n");
	put_columns(out);
	buf_putv(out, rows);
}

/* ---- the head ----------------------------------------------------------------------------- */

static void put_number(struct buf *out, int64_t value)
{
	char digits[32];
	int n = snprintf(digits, sizeof(digits), "%lld", (long long)value);
	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0 && digits[i - 1] != '-')
			buf_putc(out, ',');
		buf_putc(out, digits[i]);
	}
}

static void put_counted(struct buf *out, int64_t value, const char *one, const char *many)
{
	put_number(out, value);
	buf_printf(out, " %s", value == 1 ? one : many);
}

static void put_day(struct buf *out, int64_t day)
{
	char text[CLOCK_TEXT_BYTES];
	if (clock_format(day * 86400, text))
		buf_putv(out, view_first(view_of(text), 10));
}

static void put_fact(struct buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	buf_printf(out, "| %s | ", name);
	index_text(out, text, 200);
	buf_puts(out, " |\n");
}

static void put_top(struct buf *out, const char *name, const struct index_top *top, size_t count, int64_t keys)
{
	if (count == 0)
		return;
	buf_printf(out, "| %s | ", name);
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, i ? ", " : "");
		index_text(out, top[i].key, 80);
		buf_putc(out, ' ');
		put_number(out, top[i].value);
	}
	if (keys > (int64_t)count) {
		buf_puts(out, " and ");
		put_number(out, keys - (int64_t)count);
		buf_puts(out, " more");
	}
	buf_puts(out, " |\n");
}

static void put_inputs(struct buf *out, const struct index_head *head)
{
	if (head->inputs == 0)
		return;
	buf_puts(out, "| Inputs | ");
	put_number(out, head->inputs);
	buf_puts(out, " = ");
	put_number(out, head->inputs - head->known - head->dropped);
	buf_puts(out, " stored + ");
	put_number(out, head->known);
	buf_puts(out, " known + ");
	put_number(out, head->dropped);
	buf_puts(out, " dropped |\n");
	bool any = false;
	for (int i = 1; i < GARNER_REASON_COUNT; i++) {
		if (!head->by_reason[i] || i == GARNER_KNOWN || i == GARNER_UNCHANGED)
			continue;
		buf_printf(out, "%s%s ", any ? ", " : "| Dropped | ", garner_reason_name(i));
		put_number(out, head->by_reason[i]);
		any = true;
	}
	if (any)
		buf_puts(out, " |\n");
}

static void put_what(struct buf *out, const struct index_head *head)
{
	buf_puts(out, "# Index\n\n");
	if (head->name)
		buf_printf(out, "Pack `%s` of a store: ", head->name);
	else
		buf_puts(out, head->pack ? "An archive of clean text: " : "A store of clean text: ");
	put_counted(out, head->documents, "document", "documents");
	buf_puts(out, ", ");
	put_counted(out, head->words, "word", "words");
	buf_puts(out, ".\n\n| | |\n| --- | --- |\n");
}

static void put_marks(struct buf *out, const struct index_head *head)
{
	if (!(head->duplicates | head->near | head->revisions | head->gone))
		return;
	buf_puts(out, "| Marked | ");
	put_number(out, head->duplicates);
	buf_puts(out, " same text, ");
	put_number(out, head->near);
	buf_puts(out, " near, ");
	put_counted(out, head->revisions, "revision", "revisions");
	if (head->gone) {
		buf_puts(out, ", ");
		put_number(out, head->gone);
		buf_puts(out, " taken out");
	}
	buf_puts(out, " |\n");
}

static void put_proof(struct buf *out, const struct index_head *head)
{
	buf_puts(out, "\n## Verify\n\n```sh\n");
	if (!head->pack)
		buf_puts(out, "sha256sum --quiet -c SHA256SUMS\nzstd -tq packs/*.tar.zst\ngarner verify --data .\n");
	else
		buf_puts(out, "sha256sum --quiet -c SHA256SUMS        # the unpacked files\n"
			      "zstd -tq ARCHIVE.tar.zst               # the frames\n"
			      "garner verify --data ARCHIVE.tar.zst   # everything\n");
	buf_puts(out, "```\n");
}

static void put_pages(struct buf *out, const struct index_head *head)
{
	int64_t pages = (head->next_n + INDEX_ROWS - 1) / INDEX_ROWS;
	if (head->pack && head->documents <= INDEX_ROWS)
		return;
	buf_puts(out, "\nAll documents: ");
	/* The first and the last pages: the others are found from page to page. */
	for (int64_t p = 0; p < pages; p++) {
		if (p == 10 && pages > 20) {
			buf_puts(out, "\xE2\x80\xA6 ");
			p = pages - 10;
		}
		buf_printf(out, "[%lld](index/%06lld.md) ", (long long)(p * INDEX_ROWS), (long long)p);
	}
	out->n -= out->n && out->p[out->n - 1] == ' ';
	buf_putc(out, '\n');
}

void index_file(struct buf *out, const struct index_head *head, struct view rows)
{
	put_what(out, head);
	put_fact(out, "Written", head->at);
	put_fact(out, "Tool", head->tool);
	put_fact(out, "Rules", head->rules);
	put_fact(out, "Normaliser", head->normaliser);
	put_inputs(out, head);
	put_marks(out, head);
	put_top(out, "Languages", head->langs, head->lang_count, head->lang_keys);
	put_top(out, "Hosts", head->hosts, head->host_count, head->host_keys);
	if (head->first_day != GARNER_NO_NUMBER) {
		buf_puts(out, "| Dates | ");
		put_day(out, head->first_day);
		buf_puts(out, " to ");
		put_day(out, head->last_day);
		buf_puts(out, " |\n");
	}
	buf_printf(out, "| Format | %d |\n", STORE_FORMAT);
	put_proof(out, head);
	put_pages(out, head);
	buf_puts(out, head->documents > INDEX_ROWS ? "\n## Newest documents\n\n" : "\n## Documents\n\n");
	put_columns(out);
	buf_putv(out, rows);
}
