#include <errno.h>
#include <stdlib.h>
#include "capture/url_parts.h"
#include "capture/feed.h"
#include "capture/sitemap.h"
#include "capture/stream.h"
#include "decode/charset.h"
#include "decode/decode.h"
#include "normalise/normalise.h"
#include "sieve.h"
#include "sync/sync.h"
#include "util/limits.h"

struct reading {
	struct decoder *decoder;
	struct detector *detector;
};

struct reading *reading_new(void)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	if (reading)
		reading->decoder = decoder_new();
	if (reading && reading->decoder)
		reading->detector = detector_new(reading->decoder);
	return reading && reading->detector ? reading : reading_free(reading);
}

struct reading *reading_free(struct reading *reading)
{
	if (reading) {
		detector_free(reading->detector);
		decoder_free(reading->decoder);
		free(reading);
	}
	return NULL;
}

/* ---- articles ---------------------------------------------------------------------------- */

/* Fills url (as given, absolute) and key (its one spelling). @outer, @base: each relative to what is before it, or
 * empty. False: no URL that can be fetched. */
static bool resolve(struct look *look, struct view outer, struct view base, struct view url, struct ledger_sighting *s)
{
	struct arena *arena = &look->page->arena;
	char *around = NULL, *within = NULL, *joined = NULL;
	const char *from = look->page->capture.url.p;
	if (outer.n)
		from = around = url_parts_join(from, outer);
	if (from && base.n)
		from = within = url_parts_join(from, base);
	if (from)
		joined = url_parts_join(from, url);
	struct url_parts parts;
	look->why = joined ? NULL : "not a URL";
	bool good = joined && url_parts_read(view_of(joined), &parts, &look->why) == 0;
	if (good) {
		s->url = view_of(arena_strdup_view(arena, view_of(parts.url)));
		if (url_canonical(arena, s->url, &s->key) != 0)
			s->key = s->url;
		url_parts_free(&parts);
	}
	free(around);
	free(within);
	free(joined);
	return good && s->url.n;
}

static struct view one_line(struct look *look, struct view text)
{
	struct view line = text;
	normalise_line(GARNER_PROFILE_CLEAN, &look->page->arena, text, LIMIT_TITLE_BYTES, &line);
	return line;
}

/* An entry that names what resolve() refused is told of: who keeps the feed takes it for read. */
static void refuse(struct look *look, struct view url)
{
	if (view_trim(url).n == 0 || look->refused++)
		return;
	struct view told = view_first(url_keep(look->page, one_line(look, url)), sizeof(look->refused_first) - 1);
	memcpy(look->refused_first, told.p, told.n);
	look->refused_why = look->why;
}

static int note(struct look *look, struct ledger_sighting *s)
{
	struct sync *sync = look->sync;
	look->seen++;
	if (sieve_excludes(sync->garner->engine.sieve, s->url, s->title))
		return 0;
	s->source = look->source->id;
	s->now = sync->now;
	s->turn = look->turn;
	s->shown = look->shown.count ? &look->shown : NULL;
	int result = ledger_see(sync->writer, s, &look->error);
	if (result < 0)
		return result;
	look->fresh += result == LEDGER_NEW && !s->old;
	look->changed += result == LEDGER_CHANGED;
	look->turn += result != LEDGER_SAME && !s->old;
	return 0;
}

static bool too_old(const struct look *look, int64_t at, int64_t age)
{
	return at != GARNER_NO_NUMBER && age > 0 && at < look->sync->now - age;
}

/* A feed's entry: what it shows is taken, but for --max-age. */
static int on_entry(void *user, const struct feed_entry *e)
{
	struct look *look = user;
	struct ledger_sighting s = { .guid = e->guid, .published = e->published, .text_key = e->text_key };
	int64_t age = look->sync->garner->engine.options.max_age;
	struct arena_mark mark = arena_mark(&look->page->arena);
	int result = 0;
	if (resolve(look, e->outer_base, e->base, e->url, &s)) {
		if (view_starts_nocase(s.guid, VIEW("http")))
			s.guid = url_keep(look->page, s.guid);
		s.guid = view_first(s.guid, LIMIT_FACT_BYTES);
		s.title = one_line(look, e->title);
		s.updated = e->updated_at == GARNER_NO_NUMBER ? 0 : e->updated_at;
		s.old = too_old(look, e->published_at, age);
		result = note(look, &s);
	} else {
		refuse(look, e->url);
	}
	arena_rewind(&look->page->arena, mark);
	return result;
}

/* Which addresses a feed shows, before any of them is looked up. */
static int on_address(void *user, const struct feed_entry *e)
{
	struct look *look = user;
	struct ledger_sighting s = { 0 };
	struct arena_mark mark = arena_mark(&look->page->arena);
	bool good = resolve(look, e->outer_base, e->base, e->url, &s);
	uint64_t key = good ? ledger_key(s.key) : 0;
	arena_rewind(&look->page->arena, mark);
	return good && !map_put(&look->shown, view_make((const char *)&key, sizeof(key))) ? -ENOMEM : 0;
}

static int read_feed(struct look *look)
{
	struct feed_head head;
	struct error error = { 0 };
	int result = feed_read(look->page->utf8, on_address, look, &head, &error);
	error = (struct error){ 0 };
	if (result >= 0)
		result = feed_read(look->page->utf8, on_entry, look, &head, &error);
	map_free(&look->shown);
	look->shown = (struct map){ 0 };
	if (result < 0)
		return result;
	if (result > 0 && !head.entries)
		return page_drop(look->page, result, "%s", error.text);
	if (result > 0)
		page_note(look->page, "%s", error.text);
	if (!result && head.entries > LIMIT_FEED_ENTRIES)
		page_note(look->page, "more than %d entries", LIMIT_FEED_ENTRIES);
	look->repairs = head.repairs;
	look->repair_line = head.repair_line;
	look->source->kind = LEDGER_FEED;
	look->ttl = head.ttl;
	if (head.title[0])
		look->source->title =
			one_line(look, view_of(arena_strdup_view(&look->page->arena, view_of(head.title))));
	return 0;
}

/* ---- sitemaps ---------------------------------------------------------------------------- */

static int64_t horizon(const struct look *look)
{
	int64_t age = look->sync->garner->engine.options.max_age;
	if (look->source->backfill || age > 0)
		return age;
	return (int64_t)LIMIT_SITEMAP_DAYS * 86400;
}

/* A sitemap of an index: looked at when it is new or its lastmod moved on; without one, at its own pace. */
static int on_child(struct look *look, struct view url, int64_t lastmod)
{
	struct sync *sync = look->sync;
	struct ledger_source child = { .url = url,
		.kind = LEDGER_SITEMAP,
		.parent = look->source->id,
		.depth = look->source->depth + 1,
		.backfill = look->source->backfill,
		.added = sync->now,
		.due = sync->now,
		.interval = sync->options.max_interval / 4,
		.lastmod = lastmod == GARNER_NO_NUMBER ? 0 : lastmod };
	int64_t id = 0;
	if (child.depth > LIMIT_SITEMAP_DEPTH || ++look->children > LIMIT_SITEMAP_CHILDREN)
		return 0;
	if (too_old(look, lastmod, horizon(look)))
		child.due = LEDGER_NEVER;
	int result = ledger_add(sync->writer, &child, &id, &look->error);
	if (result == 0)
		look->fresh++;
	if (result != GARNER_KNOWN || !child.lastmod)
		return result < 0 ? result : 0;
	result = ledger_source(sync->writer, id, &look->page->arena, &child, &look->error);
	if (result || child.parent != look->source->id || lastmod <= child.lastmod)
		return result < 0 ? result : 0;
	child.lastmod = lastmod;
	child.due = sync->now;
	look->changed++;
	return ledger_put(sync->writer, &child, &look->error);
}

static int on_url(void *user, const struct sitemap_entry *e)
{
	struct look *look = user;
	struct ledger_sighting s = { .published = e->published };
	struct arena_mark mark = arena_mark(&look->page->arena);
	int result = 0;
	if (resolve(look, VIEW_NONE, VIEW_NONE, e->url, &s)) {
		int64_t at = e->published_at != GARNER_NO_NUMBER ? e->published_at : e->lastmod;
		s.title = one_line(look, e->title);
		s.updated = e->lastmod == GARNER_NO_NUMBER ? 0 : e->lastmod;
		/* Without any date the first look only learns what is there. */
		bool first = !look->source->checked && !look->source->backfill;
		s.old = at == GARNER_NO_NUMBER ? first : too_old(look, at, horizon(look));
		result = e->child ? on_child(look, s.url, e->lastmod) : note(look, &s);
	} else {
		refuse(look, e->url);
	}
	arena_rewind(&look->page->arena, mark);
	return result;
}

struct pieces {
	struct stream *stream;
	size_t taken;
};

static struct view next_piece(void *from)
{
	struct pieces *pieces = from;
	stream_skip(pieces->stream, (int64_t)pieces->taken);
	struct view piece = stream_look(pieces->stream, KIB(64));
	pieces->taken = piece.n;
	return piece;
}

/* The body as a stream with gzip or zstd undone, as often as they are found, up to LIMIT_CODINGS. NULL: no memory. */
static struct stream *decoded(struct view body)
{
	struct stream *stream = stream_of_view(body);
	for (int i = 0; stream && i < LIMIT_CODINGS; i++) {
		enum stream_coding coding = stream_coding_of(stream_look(stream, 16));
		if (coding == STREAM_PLAIN)
			break;
		struct stream *plain = coding == STREAM_GZIP ? stream_of_gzip(stream) : stream_of_zstd(stream);
		if (!plain)
			stream_close(stream);
		stream = plain;
	}
	return stream;
}

static int read_sitemap(struct look *look)
{
	struct pieces pieces = { .stream = decoded(look->page->capture.body) };
	struct sitemap_head head;
	struct error error = { 0 };
	if (!pieces.stream)
		return -ENOMEM;
	int result = sitemap_read(next_piece, &pieces, on_url, look, &head, &error);
	int broken = pieces.stream->reason;
	if (result >= 0 && broken)
		result = broken;
	if (result > 0 && !head.entries)
		page_drop(look->page, result, "%s", broken ? pieces.stream->detail : error.text);
	else if (result > 0)
		page_note(look->page, "%s", broken ? pieces.stream->detail : error.text);
	if (result < 0 || (result > 0 && !head.entries)) {
		stream_close(pieces.stream);
		return result;
	}
	stream_close(pieces.stream);
	look->repairs = head.repairs;
	look->repair_line = head.repair_line;
	look->source->kind = LEDGER_SITEMAP;
	return 0;
}

/* The root element tells, or the lines, without decoding more than the beginning. */
static bool is_sitemap(struct look *look)
{
	struct stream *stream = decoded(look->page->capture.body);
	struct view first = stream ? stream_look(stream, KIB(16)) : VIEW_NONE;
	enum feed_kind kind = feed_sniff(first);
	bool found = kind == FEED_SITEMAP || kind == FEED_SITEMAP_INDEX || sitemap_is_list(first, first.n < KIB(16));
	stream_close(stream);
	return found;
}

/* ---- pages ------------------------------------------------------------------------------- */

/* A page that was given as a source: its feed if it names one, else the page itself is the article. */
static int read_page(struct look *look)
{
	char room[2048];
	struct ledger_sighting s = { .url = VIEW_NONE };
	struct view href = feed_discover(look->page->utf8, room, sizeof(room));
	struct sync *sync = look->sync;
	if (href.n && resolve(look, VIEW_NONE, VIEW_NONE, href, &s)) {
		int result = ledger_rename(sync->writer, look->source->id, s.url.p, &look->error);
		if (result < 0)
			return result;
		if (result == 0) {
			look->source->kind = LEDGER_FEED;
			look->found = look->source;
			return 0;
		}
	}
	look->source->kind = LEDGER_PAGE;
	if (!resolve(look, VIEW_NONE, VIEW_NONE, look->source->url, &s))
		return 0;
	int result = note(look, &s);
	if (!result)
		result = ledger_waiting_of(sync->writer, s.key, &look->article, &look->error);
	if (result == 1)
		look->article = 0;
	return result < 0 ? result : 0;
}

static int decode(struct reading *reading, struct look *look)
{
	struct page *page = look->page;
	int result =
		coding_undo(page, page->capture.content_encoding, page->capture.body, LIMIT_BODY_BYTES, &page->body);
	if (result == GARNER_TRUNCATED && page->body.n)
		result = 0;
	if (!result && !view_trim(page->body).n)
		return page_drop(page, GARNER_EMPTY, "no bytes");
	return result ? result : charset_decode(reading->decoder, reading->detector, page);
}

/* Says that it is a feed, though its root was not reached: what is wrong with it is to be told. */
static bool means_feed(const struct page *page)
{
	static const char *const types[] = { "application/rss+xml", "application/atom+xml", "application/feed+json" };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (view_starts_nocase(view_trim(page->capture.content_type), view_of(types[i])))
			return true;
	struct view first = view_first(view_trim(page->utf8), KIB(4));
	return view_starts(first, VIEW("<?xml")) && view_find_nocase(first, VIEW("<html")) == first.n;
}

int look_at(struct reading *reading, struct look *look)
{
	struct ledger_source *source = look->source;
	if (source->kind == LEDGER_SITEMAP || (source->kind == LEDGER_AUTO && is_sitemap(look)))
		return read_sitemap(look);
	int result = decode(reading, look);
	if (result)
		return result;
	enum feed_kind kind = feed_sniff(look->page->utf8);
	if (kind == FEED_SITEMAP || kind == FEED_SITEMAP_INDEX)
		return read_sitemap(look);
	if (source->kind == LEDGER_FEED || kind != FEED_NONE || means_feed(look->page))
		return read_feed(look);
	return read_page(look);
}
