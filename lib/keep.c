#include "keep.h"

#include <errno.h>
#include <stddef.h>
#include "dedup/dedup.h"
#include "util/limits.h"

struct keeper {
	struct arena *arena;
	bool failed;
};

static const char *keep_text(struct keeper *keeper, const char *text)
{
	const char *copy = text ? arena_strndup(keeper->arena, text, strlen(text)) : NULL;
	keeper->failed |= text && !copy;
	return copy;
}

static const char **keep_list(struct keeper *keeper, const char *const *list, size_t count)
{
	const char **copy = count ? arena_alloc(keeper->arena, count * sizeof(*copy)) : NULL;
	keeper->failed |= count && !copy;
	for (size_t i = 0; copy && i < count; i++)
		copy[i] = keep_text(keeper, list[i]);
	return copy;
}

static const struct garner_cut *keep_cuts(struct keeper *keeper, const struct garner_cut *cuts, size_t count)
{
	struct garner_cut *copy = count ? arena_alloc(keeper->arena, count * sizeof(*copy)) : NULL;
	keeper->failed |= count && !copy;
	for (size_t i = 0; copy && i < count; i++) {
		copy[i] = cuts[i];
		copy[i].reason = keep_text(keeper, cuts[i].reason);
		copy[i].kind = keep_text(keeper, cuts[i].kind);
		copy[i].lines = keep_list(keeper, cuts[i].lines, cuts[i].line_count);
	}
	return copy;
}

/* Every string of a document but its text. */
#define DOCUMENT_STRINGS(X)                                                                                            \
	X(id)                                                                                                          \
	X(path)                                                                                                        \
	X(url)                                                                                                         \
	X(url_requested)                                                                                               \
	X(url_canonical)                                                                                               \
	X(host)                                                                                                        \
	X(site)                                                                                                        \
	X(title) X(published) X(published_from) X(published_precision) X(modified) X(fetched) X(description)           \
		X(section) X(place) X(agency) X(image) X(licence) X(lang) X(access) X(robots) X(charset.declared)      \
			X(charset.used) X(charset.from) X(text_from) X(markdown) X(sha256) X(sha256_raw) X(rules)      \
				X(normaliser) X(tool) X(src.file) X(src.record) X(http.type) X(http.etag)              \
					X(http.last_modified) X(feed.url) X(feed.guid) X(feed.published) X(feed.title) \
						X(raw.file) X(store.pack)

/* The text stands in the member, as a rule. */
static void keep_body(struct keeper *keeper, struct page *page)
{
	struct garner_document *d = &page->document;
	struct view member = page->member;
	size_t at = d->text ? (size_t)((uintptr_t)d->text - (uintptr_t)member.p) : 0;
	bool within = d->text && member.p && at <= member.n && d->text_size <= member.n - at;
	if (member.p) {
		const char *copy = arena_strndup(keeper->arena, member.p, member.n);
		keeper->failed |= !copy;
		page->member = view_make(copy, member.n);
	}
	if (within && page->member.p)
		d->text = page->member.p + at;
	else if (d->text)
		keeper->failed |= !(d->text = arena_strndup(keeper->arena, d->text, d->text_size));
}

static void keep_signature(struct keeper *keeper, struct page *page)
{
	struct minhash *copy = page->minhash ? arena_alloc(keeper->arena, sizeof(*copy)) : NULL;
	keeper->failed |= page->minhash && !copy;
	if (copy)
		*copy = *page->minhash;
	page->minhash = copy;
}

int keep_results(struct page *page)
{
	struct keeper keeper = { .arena = &page->arena };
	struct garner_document *d = &page->document;
	/* What fitted into the stages' arena fits: a page is not refused for where it stands. */
	size_t limit = page->arena.limit;
	page->arena.limit += 2 * (size_t)LIMIT_PAGE_MEMORY;
	keep_body(&keeper, page);
#define DOCUMENT_KEEP(name) d->name = keep_text(&keeper, d->name);
	DOCUMENT_STRINGS(DOCUMENT_KEEP)
#undef DOCUMENT_KEEP
	d->authors = keep_list(&keeper, d->authors, d->author_count);
	d->tags = keep_list(&keeper, d->tags, d->tag_count);
	d->cuts = keep_cuts(&keeper, d->cuts, d->cut_count);
	d->errors = page->errors = keep_list(&keeper, d->errors, d->error_count);
	page->detail = keep_text(&keeper, page->detail);
	keep_signature(&keeper, page);
	page->arena.limit = limit;
	page->body = page->utf8 = VIEW_NONE;
	page->dom = NULL;
	page->evidence = NULL;
	page->blocks = NULL;
	page->block_count = 0;
	return keeper.failed ? error_set(&page->error, -ENOMEM, "no memory for a finished page") : 0;
}

/* Of what a capture says, all that is asked for after the stages. */
#define CAPTURE_VIEWS(X)                                                                                               \
	X(url)                                                                                                         \
	X(url_requested)                                                                                               \
	X(protocol)                                                                                                    \
	X(content_type)                                                                                                \
	X(content_encoding)                                                                                            \
	X(etag) X(last_modified) X(ip) X(file) X(record) X(feed_url) X(feed_guid) X(feed_published) X(feed_title)      \
		X(identity) X(title_hint) X(published_hint) X(revisit_url) X(robots)

static struct view keep_view(struct keeper *keeper, struct view v)
{
	const char *copy = v.p ? arena_strndup(keeper->arena, v.p, v.n) : NULL;
	keeper->failed |= v.p && !copy;
	return copy ? view_make(copy, v.n) : VIEW_NONE;
}

int keep_capture(struct page *page)
{
	struct keeper keeper = { .arena = &page->arena };
	struct capture *c = &page->capture;
	size_t limit = page->arena.limit;
	page->arena.limit += LIMIT_PAGE_MEMORY;
#define CAPTURE_KEEP(name) c->name = keep_view(&keeper, c->name);
	CAPTURE_VIEWS(CAPTURE_KEEP)
#undef CAPTURE_KEEP
	page->arena.limit = limit;
	c->body.p = NULL;
	c->head = c->request_head = VIEW_NONE;
	return keeper.failed ? error_set(&page->error, -ENOMEM, "no memory for a finished page") : 0;
}
