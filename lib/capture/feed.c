#include "capture/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "capture/feed_json.h"
#include "capture/http_date.h"
#include "capture/xml.h"
#include "garner.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/limits.h"
#include "util/utf8.h"

#define NS_ATOM	   "http://www.w3.org/2005/Atom"
#define NS_ATOM03  "http://purl.org/atom/ns#"
#define NS_RSS1	   "http://purl.org/rss/1.0/"
#define NS_RSS09   "http://my.netscape.com/rdf/simple/0.9/"
#define NS_RDF	   "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define NS_DC	   "http://purl.org/dc/elements/1.1/"
#define NS_DCTERMS "http://purl.org/dc/terms/"
#define NS_CONTENT "http://purl.org/rss/1.0/modules/content/"
#define NS_XML	   "http://www.w3.org/XML/1998/namespace"

/* What a child element of an entry (or of the feed's head) means. */
enum field { F_NONE, F_TITLE, F_LINK, F_GUID, F_PUBLISHED, F_UPDATED, F_TEXT, F_TTL, FIELD_COUNT };

struct reader {
	struct feed_head *head;
	feed_entry_fn *fn;
	void *user;
	struct buf fields[FIELD_COUNT]; /* text of the entry being read */
	struct buf base[2];		/* xml:base of the feed, of the entry */
	bool has[FIELD_COUNT];
	bool guid_is_url;
	uint64_t text_key;
	size_t depth, entry_depth, field_depth; /* 0: not in one */
	size_t head_depth;			/* elements of the channel or feed stand at this depth */
	enum field field;
};

static bool is(struct view v, const char *text)
{
	return view_eq(v, view_of(text));
}

/* Old and careless feeds leave the namespace out, or write another version's. */
static bool own_space(struct view space)
{
	return space.n == 0 || is(space, NS_RSS1) || is(space, NS_RSS09) || is(space, NS_ATOM) ||
	       is(space, NS_ATOM03) || is(space, "http://backend.userland.com/rss2") ||
	       is(space, "http://channel.netscape.com/rdf/simple/0.9/");
}

static enum field field_of(struct xml_name name)
{
	static const struct {
		const char *local;
		enum field field;
	} own[] = { { "title", F_TITLE }, { "link", F_LINK }, { "guid", F_GUID }, { "id", F_GUID },
		{ "pubDate", F_PUBLISHED }, { "published", F_PUBLISHED }, { "issued", F_PUBLISHED },
		{ "updated", F_UPDATED }, { "modified", F_UPDATED }, { "description", F_TEXT }, { "summary", F_TEXT },
		{ "content", F_TEXT }, { "ttl", F_TTL } };
	if (own_space(name.space)) {
		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			if (is(name.local, own[i].local))
				return own[i].field;
	} else if (is(name.space, NS_DC) && is(name.local, "date")) {
		return F_PUBLISHED;
	} else if (is(name.space, NS_DCTERMS)) {
		if (is(name.local, "created") || is(name.local, "issued"))
			return F_PUBLISHED;
		if (is(name.local, "modified"))
			return F_UPDATED;
	} else if (is(name.space, NS_CONTENT) && is(name.local, "encoded")) {
		return F_TEXT;
	}
	return F_NONE;
}

/* ---- entries ----------------------------------------------------------------------------- */

static void entry_clear(struct reader *r)
{
	for (int i = 0; i < FIELD_COUNT; i++) {
		buf_reset(&r->fields[i]);
		r->has[i] = false;
	}
	buf_reset(&r->base[1]);
	r->guid_is_url = false;
	r->text_key = 0;
}

static struct view field(const struct reader *r, enum field which)
{
	struct view v = view_trim(buf_view(&r->fields[which]));
	return v.n ? v : VIEW_NONE;
}

void feed_set_title(struct feed_head *head, struct view title)
{
	title = utf8_first(title, sizeof(head->title) - 1);
	if (title.n)
		memcpy(head->title, title.p, title.n);
	head->title[title.n] = 0;
}

/* W3C date-times leave the seconds out, careless ones the T or the zone: "2023-12-01 10:00" -> the full form. */
static bool iso_with_gaps(struct view text, char room[FEED_DATE_BYTES])
{
	if (text.n < 16 || text.n > 32 || text.p[4] != '-' || text.p[7] != '-' || text.p[13] != ':')
		return false;
	bool seconds = text.n > 18 && text.p[16] == ':';
	struct view zone = view_trim(view_from(text, seconds ? 19 : 16));
	int n = snprintf(room, FEED_DATE_BYTES, "%.10sT%.5s%.3s%.*s", text.p, text.p + 11,
		seconds ? text.p + 16 : ":00", (int)zone.n, zone.n ? zone.p : "");
	if (zone.n == 0)
		snprintf(room + n, FEED_DATE_BYTES - (size_t)n, "Z");
	return true;
}

/* @text as ISO 8601 with its own zone, into @room; VIEW_NONE when it is no date. */
struct view feed_date(struct view text, char room[FEED_DATE_BYTES], int64_t *ret_at)
{
	int64_t at;
	int zone = 0;
	*ret_at = GARNER_NO_NUMBER;
	text = view_trim(text);
	if (clock_parse(text, &at)) {
		*ret_at = at;
		return text.n < FEED_DATE_BYTES ? text : VIEW_NONE;
	}
	if (clock_parse_date(text, &at)) {
		*ret_at = at * 86400;
		return text;
	}
	if (iso_with_gaps(text, room) && clock_parse(view_of(room), &at)) {
		*ret_at = at;
		return view_of(room);
	}
	if (!http_date_parse_zone(text, &at, &zone) || !clock_format(at + zone, room))
		return VIEW_NONE;
	*ret_at = at;
	if (zone) {
		unsigned minutes = (unsigned)abs(zone) / 60 % 1440;
		snprintf(room + 19, FEED_DATE_BYTES - 19, "%c%02u:%02u", zone < 0 ? '-' : '+', minutes / 60,
			minutes % 60);
	}
	return view_of(room);
}

static int entry_give(struct reader *r)
{
	char room[2][FEED_DATE_BYTES];
	struct feed_entry entry = { .guid = field(r, F_GUID), .url = field(r, F_LINK), .title = field(r, F_TITLE) };
	entry.published = feed_date(field(r, F_PUBLISHED), room[0], &entry.published_at);
	feed_date(field(r, F_UPDATED), room[1], &entry.updated_at);
	entry.outer_base = r->base[0].n ? buf_view(&r->base[0]) : VIEW_NONE;
	entry.base = r->base[1].n ? buf_view(&r->base[1]) : VIEW_NONE;
	entry.text_key = r->text_key;
	if (!entry.url.n && (r->guid_is_url || view_starts(entry.guid, VIEW("http"))))
		entry.url = entry.guid;
	if (!entry.url.n || ++r->head->entries > LIMIT_FEED_ENTRIES)
		return 0;
	return r->fn(r->user, &entry);
}

/* Atom: the alternate link is the article (RFC 4287 section 4.2.7.2); RSS: the element's text. */
static void read_link(struct reader *r, struct xml_attributes attributes)
{
	struct view href = xml_attribute(attributes, "href"), rel = xml_attribute(attributes, "rel");
	if (!href.n || (rel.n && !view_eq_nocase(rel, VIEW("alternate"))))
		return;
	struct view type = xml_attribute(attributes, "type");
	bool html = !type.n || view_starts_nocase(type, VIEW("text/html"));
	if (r->fields[F_LINK].n && !html)
		return;
	buf_reset(&r->fields[F_LINK]);
	buf_putv(&r->fields[F_LINK], href);
}

static void open_field(struct reader *r, struct xml_name name, struct xml_attributes attributes)
{
	enum field which = field_of(name);
	if (which == F_LINK && xml_attribute(attributes, "href").n) {
		if (r->entry_depth)
			read_link(r, attributes);
		return;
	}
	if (which == F_NONE || (r->has[which] && which != F_TEXT))
		return; /* the first of its kind counts */
	if (which == F_GUID)
		r->guid_is_url = is(name.local, "guid") && !is(xml_attribute(attributes, "isPermaLink"), "false");
	r->has[which] = true;
	r->field = which;
	r->field_depth = r->depth;
}

static void open_outline(struct reader *r, struct xml_attributes attributes)
{
	struct feed_entry entry = { .published_at = GARNER_NO_NUMBER, .updated_at = GARNER_NO_NUMBER };
	entry.url = xml_attribute(attributes, "xmlUrl");
	entry.title = xml_attribute(attributes, "title");
	if (!entry.title.n)
		entry.title = xml_attribute(attributes, "text");
	if (entry.url.n && ++r->head->entries <= LIMIT_FEED_ENTRIES)
		r->field = r->fn(r->user, &entry) ? FIELD_COUNT : F_NONE;
}

static enum feed_kind kind_of_root(struct xml_name name)
{
	if (is(name.local, "rss") || is(name.local, "RDF"))
		return FEED_RSS;
	if (is(name.local, "feed"))
		return FEED_ATOM;
	if (is(name.local, "opml"))
		return FEED_OPML;
	if (is(name.local, "urlset"))
		return FEED_SITEMAP;
	return is(name.local, "sitemapindex") ? FEED_SITEMAP_INDEX : FEED_NONE;
}

static int on_open(void *user, struct xml_name name, struct xml_attributes attributes)
{
	struct reader *r = user;
	struct view base = xml_attribute_in(attributes, NS_XML, "base");
	if (++r->depth == 1) {
		r->head->kind = kind_of_root(name);
		r->head_depth = r->head->kind == FEED_ATOM ? 2 : 3;
		buf_putv(&r->base[0], base);
		return r->head->kind == FEED_NONE ? GARNER_BAD_FEED : 0;
	}
	if (r->head->kind == FEED_OPML) {
		if (is(name.local, "outline"))
			open_outline(r, attributes);
		return r->field == FIELD_COUNT ? -ECANCELED : 0;
	}
	if (r->field)
		return 0;
	if (!r->entry_depth && own_space(name.space) && (is(name.local, "item") || is(name.local, "entry"))) {
		entry_clear(r);
		r->entry_depth = r->depth;
		buf_putv(&r->base[1], base);
		struct view about = xml_attribute_in(attributes, NS_RDF, "about");
		if (about.n) {
			buf_putv(&r->fields[F_GUID], about);
			r->guid_is_url = true;
		}
	} else if (r->entry_depth ? r->depth == r->entry_depth + 1 : r->depth == r->head_depth) {
		open_field(r, name, attributes);
	}
	return 0;
}

/* A field of the feed itself has ended: its title, its ttl (minutes). */
static void close_head_field(struct reader *r)
{
	struct view value = field(r, r->field);
	unsigned long long minutes;
	if (r->field == F_TITLE && !r->head->title[0])
		feed_set_title(r->head, value);
	else if (r->field == F_TTL && view_to_u64(value, &minutes) && minutes < 1000000)
		r->head->ttl = (int64_t)minutes * 60;
	buf_reset(&r->fields[r->field]);
	r->has[r->field] = false;
}

static int on_close(void *user, struct xml_name name)
{
	struct reader *r = user;
	int result = 0;
	(void)name;
	if (r->field && r->depth == r->field_depth) {
		if (!r->entry_depth)
			close_head_field(r);
		r->field = F_NONE;
	}
	if (r->entry_depth && r->depth == r->entry_depth) {
		result = entry_give(r);
		entry_clear(r);
		r->entry_depth = 0;
	}
	r->depth--;
	return result;
}

static int on_text(void *user, struct view text)
{
	struct reader *r = user;
	if (r->field == F_TEXT)
		r->text_key = hash64(text, r->text_key | 1);
	else if (r->field && r->fields[r->field].n + text.n <= r->fields[r->field].max)
		buf_putv(&r->fields[r->field], text);
	return r->field && r->fields[r->field].err == -ENOMEM ? -ENOMEM : 0;
}

/* ---- whole documents --------------------------------------------------------------------- */

struct sniff {
	enum feed_kind kind;
};

static int sniff_open(void *user, struct xml_name name, struct xml_attributes attributes)
{
	(void)attributes;
	((struct sniff *)user)->kind = kind_of_root(name);
	return -ECANCELED;
}

static int sniff_close(void *user, struct xml_name name)
{
	(void)user, (void)name;
	return 0;
}

static int sniff_text(void *user, struct view text)
{
	(void)user, (void)text;
	return 0;
}

enum feed_kind feed_sniff(struct view utf8)
{
	struct sniff sniff = { FEED_NONE };
	struct xml_handler handler = { sniff_open, sniff_close, sniff_text, &sniff };
	struct view text = view_trim(view_first(utf8, KIB(64)));
	if (text.n && text.p[0] == '{')
		return view_find(text, VIEW("jsonfeed.org/version/")) < text.n ||
				       view_find(text, VIEW("jsonfeed.org\\/version\\/")) < text.n
			       ? FEED_JSON
			       : FEED_NONE;
	struct xml *xml = xml_new(&handler, true);
	if (xml)
		xml_push(xml, text, false, NULL);
	xml_free(xml);
	return sniff.kind;
}

int feed_read(struct view utf8, feed_entry_fn *fn, void *user, struct feed_head *ret_head, struct error *error)
{
	*ret_head = (struct feed_head){ 0 };
	utf8 = view_trim(utf8); /* a blank line before the XML declaration is an error to expat, and common */
	if (utf8.n && utf8.p[0] == '{')
		return feed_json_read(utf8, fn, user, ret_head, error);
	struct reader reader = { .head = ret_head, .fn = fn, .user = user };
	for (int i = 0; i < FIELD_COUNT; i++)
		reader.fields[i] = BUF_INIT(LIMIT_URL_BYTES);
	reader.base[0] = reader.base[1] = BUF_INIT(LIMIT_URL_BYTES);
	struct xml_handler handler = { on_open, on_close, on_text, &reader };
	struct xml *xml = xml_new(&handler, true);
	int result = xml ? xml_push(xml, utf8, true, error) : error_set(error, -ENOMEM, "no memory for a feed");
	if (result == GARNER_BAD_FEED)
		error_set(error, GARNER_BAD_FEED, "neither a feed nor a list of feeds");
	if (xml) {
		ret_head->repairs = xml_repaired(xml).count;
		ret_head->repair_line = xml_repaired(xml).line;
	}
	xml_free(xml);
	for (int i = 0; i < FIELD_COUNT; i++)
		buf_free(&reader.fields[i]);
	buf_free(&reader.base[0]);
	buf_free(&reader.base[1]);
	return result;
}
