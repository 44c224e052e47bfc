#include "document.h"

#include "capture/http.h"
#include "extract/html.h"
#include "normalise/normalise.h"
#include "util/clock.h"

/* What a server or a caller gave; names of files and what feeds say are UTF-8 already. */
static const char *given(struct page *page, struct view v)
{
	return page_keep(page, v, SIZE_MAX).p;
}

/* 206, though nobody asks for parts (RFC 9110, 15.3.7): all of it ("bytes 0-99/100"), or the page ends early. */
static bool is_part(const struct capture *c)
{
	struct view range = http_field(c->head, VIEW("Content-Range"));
	struct view span = view_from(range, view_find_byte(range, ' ') + 1);
	size_t dash = view_find_byte(span, '-'), slash = view_find_byte(span, '/');
	unsigned long long first, last, all;
	if (c->status != 206)
		return false;
	bool told = dash < slash && slash < span.n && view_to_u64(view_first(span, dash), &first) &&
		    view_to_u64(view_make(span.p + dash + 1, slash - dash - 1), &last) &&
		    view_to_u64(view_from(span, slash + 1), &all);
	return !told || first > 0 || last + 1 < all;
}

static int begin_run(void *state, struct page *page)
{
	(void)state;
	const struct capture *c = &page->capture;
	struct garner_document *d = &page->document;
	d->tool = "garner/" GARNER_VERSION;
	d->url = given(page, c->url);
	if (c->url_requested.n && !view_eq(c->url, c->url_requested))
		d->url_requested = given(page, c->url_requested);
	struct view host;
	if (c->url.n && url_host_canonical(&page->arena, c->url, &host) == 0)
		d->host = page_str(page, host);
	char text[CLOCK_TEXT_BYTES];
	if (c->fetched != GARNER_NO_NUMBER && clock_format(c->fetched, text))
		d->fetched = page_str(page, view_of(text));
	d->src.file = page_str(page, c->file);
	d->src.record = given(page, c->record);
	d->src.offset = c->offset;
	d->src.length = c->length;
	d->http.status = c->status;
	if (c->status) {
		d->http.type = given(page, c->content_type);
		d->http.etag = given(page, c->etag);
		d->http.last_modified = given(page, c->last_modified);
	}
	d->robots = page_str(page, c->robots);
	d->feed.url = page_str(page, c->feed_url);
	d->feed.guid = page_str(page, c->feed_guid);
	d->feed.published = page_str(page, c->feed_published);
	d->feed.title = page_str(page, c->feed_title);
	if (c->truncated)
		page_note(page, "%s", garner_reason_name(GARNER_TRUNCATED));
	else if (is_part(c))
		page_note(page, "%s: status 206", garner_reason_name(GARNER_TRUNCATED));
	return 0;
}

static bool listed(const struct page *page, const struct block *block)
{
	if (!block->cut)
		return false;
	return page->options->explain || page->kind != PAGE_HTML || !block->reason ||
	       !view_starts(view_of(block->reason), VIEW("model"));
}

static bool joins(const struct block *a, const struct block *b)
{
	return a->at + 1 == b->at && a->reason && b->reason && strcmp(a->reason, b->reason) == 0;
}

static int end_run(void *state, struct page *page)
{
	(void)state;
	const struct block *b = page->blocks;
	size_t count = 0, at = 0;
	for (size_t i = 0; i < page->block_count; i++)
		count += listed(page, &b[i]);
	if (page->options->markdown && page->kind == PAGE_HTML) {
		struct view text;
		int result = markdown_render(page, &text);
		if (result)
			return result;
		page->document.markdown = page_str(page, text);
	}
	if (count == 0)
		return 0;
	struct garner_cut *cuts = arena_calloc(&page->arena, count, sizeof(*cuts));
	const char **lines = arena_calloc(&page->arena, count, sizeof(*lines));
	if (!cuts || !lines)
		return page_full(page);
	const struct block *last = NULL;
	for (size_t i = 0; i < page->block_count; i++) {
		if (!listed(page, &b[i]))
			continue;
		bool joined = last && joins(last, &b[i]);
		struct garner_cut *cut = &cuts[joined ? at - 1 : at++];
		if (!joined) {
			*cut = (struct garner_cut){ .reason = b[i].reason ? b[i].reason : "cut",
				.kind = b[i].cut_kind,
				.at = b[i].at,
				.lines = lines };
		}
		*lines = arena_strdup_view(&page->arena, b[i].text);
		if (!*lines++)
			return page_full(page);
		cut->line_count++;
		last = &b[i];
	}
	page->document.cuts = cuts;
	page->document.cut_count = at;
	return 0;
}

const struct stage document_begin_stage = { "begin", NULL, begin_run, NULL };
const struct stage document_end_stage = { "end", NULL, end_run, NULL };
