/* Feeds, lists of feeds, sitemaps, robots.txt: invented samples of every form, and hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "capture/feed.h"
#include "capture/feed_json.h"
#include "capture/http_date.h"
#include "capture/robots.h"
#include "capture/sitemap.h"
#include "garner.h"
#include "util/buf.h"
#include "util/clock.h"
#include "util/limits.h"

/* What was read, as lines "url|guid|title|published|updated|has text". */
struct listing {
	struct buf lines;
	struct feed_head head;
	struct error error;
	int result;
	size_t count;
};

static int list_entry(void *user, const struct feed_entry *e)
{
	struct listing *listing = user;
	char updated[CLOCK_TEXT_BYTES] = "";
	if (e->updated_at != GARNER_NO_NUMBER)
		clock_format(e->updated_at, updated);
	listing->count++;
	buf_printf(&listing->lines, "%.*s|%.*s|%.*s|%.*s|%s|%s\n", (int)e->url.n, e->url.p, (int)e->guid.n,
		e->guid.p ? e->guid.p : "", (int)e->title.n, e->title.p ? e->title.p : "", (int)e->published.n,
		e->published.p ? e->published.p : "", updated, e->text_key ? "text" : "");
	return 0;
}

static struct listing read_feed(const char *text)
{
	struct listing listing = { .lines = BUF_INIT(MIB(8)) };
	listing.result = feed_read(view_of(text), list_entry, &listing, &listing.head, &listing.error);
	assert_non_null(buf_str(&listing.lines));
	return listing;
}

static void assert_refused(const char *text)
{
	struct listing listing = read_feed(text);
	buf_free(&listing.lines);
	assert_int_equal(listing.result, GARNER_BAD_FEED);
}

static void check_feed(const char *text, enum feed_kind kind, const char *title, const char *lines)
{
	struct listing listing = read_feed(text);
	if (listing.result)
		print_error("%s\n", listing.error.text);
	assert_int_equal(listing.result, 0);
	assert_int_equal(listing.head.kind, kind);
	assert_int_equal(feed_sniff(view_of(text)), kind);
	assert_string_equal(listing.head.title, title);
	assert_string_equal(listing.lines.p, lines);
	buf_free(&listing.lines);
}

static void reads_rss_2(void **state)
{
	(void)state;
	check_feed("\n<?xml version='1.0'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
		   " xmlns:media='http://search.yahoo.com/mrss/' xmlns:atom='http://www.w3.org/2005/Atom'>"
		   "<channel><title>Harbour Post</title><atom:link href='/self' rel='self'/><ttl>30</ttl>"
		   "<image><title>Logo</title><link>http://a.example/logo</link></image>"
		   "<item><title>Ferry <![CDATA[& tide]]></title><link> http://a.example/1 </link>"
		   "<guid isPermaLink='false'>id-1</guid><pubDate>Tue, 05 Mar 2024 08:30:00 +0100</pubDate>"
		   "<media:title>Not this</media:title><description>Short</description>"
		   "<content:encoded><![CDATA[<p>Long</p>]]></content:encoded></item>"
		   "<item><title>Second</title><guid>http://a.example/2</guid></item>"
		   "<item><title>Nowhere</title><guid isPermaLink='false'>x</guid></item>"
		   "</channel></rss>",
		FEED_RSS, "Harbour Post",
		"http://a.example/1|id-1|Ferry & tide|2024-03-05T08:30:00+01:00||text\n"
		"http://a.example/2|http://a.example/2|Second|||\n");
	struct listing listing = read_feed("<rss><channel><ttl>30</ttl></channel></rss>");
	assert_int_equal(listing.head.ttl, 1800);
	buf_free(&listing.lines);
}

static void reads_rss_1_and_0_9(void **state)
{
	(void)state;
	check_feed("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
		   " xmlns:dc='http://purl.org/dc/elements/1.1/'><channel rdf:about='http://b.example/'>"
		   "<title>Горные вести</title></channel>"
		   "<item rdf:about='http://b.example/7'><title>Перевал закрыт</title><link>http://b.example/7</link>"
		   "<dc:date>2023-12-01T10:00+03:00</dc:date></item></rdf:RDF>",
		FEED_RSS, "Горные вести",
		"http://b.example/7|http://b.example/7|Перевал закрыт|2023-12-01T10:00:00+03:00||\n");
	check_feed("<!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' "
		   "'http://my.netscape.com/publish/formats/rss-0.91.dtd'><rss version='0.91'><channel>"
		   "<title>Caf&eacute; "
		   "News</title><item><title>A&nbsp;B</title><link>http://c.example/a?x=1&amp;y=2</link>"
		   "</item></channel></rss>",
		FEED_RSS, "Café News", "http://c.example/a?x=1&y=2||A\u00a0B|||\n");
}

static void reads_atom(void **state)
{
	(void)state;
	check_feed("<feed xmlns='http://www.w3.org/2005/Atom' xml:base='http://d.example/base/'><title>山の便り</title>"
		   "<link rel='self' href='http://d.example/feed'/><entry><id>tag:d.example,2024:1</id>"
		   "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>雪<b>崩</b></div></title>"
		   "<link rel='enclosure' href='audio.mp3'/><link rel='alternate' type='text/html' href='one.html'/>"
		   "<link rel='alternate' type='application/pdf' href='one.pdf'/>"
		   "<published>2024-01-02T03:04:05Z</published><updated>2024-01-03T03:04:05+09:00</updated>"
		   "<author><name>N</name></author><source><title>Other</title><id>other</id></source>"
		   "<summary>s</summary></entry></feed>",
		FEED_ATOM, "山の便り",
		"one.html|tag:d.example,2024:1|雪崩|2024-01-02T03:04:05Z|2024-01-02T18:04:05Z|text\n");
}

static void reads_json_feed(void **state)
{
	(void)state;
	check_feed("{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Ilhas\",\"items\":["
		   "{\"id\":\"1\",\"url\":\"http://e.example/1\",\"title\":\"Vento\",\"content_html\":\"<p>x</p>\","
		   "\"date_published\":\"2022-05-06T07:08:09-03:00\",\"date_modified\":\"2022-05-07T00:00:00Z\"},"
		   "{\"id\":\"http://e.example/2\",\"content_text\":\"y\"},{\"id\":\"3\"},7]}",
		FEED_JSON, "Ilhas",
		"http://e.example/1|1|Vento|2022-05-06T07:08:09-03:00|2022-05-07T00:00:00Z|text\n"
		"http://e.example/2|http://e.example/2||||text\n");
	assert_refused("{\"version\":\"1\",\"items\":[]}");
	assert_refused("{\"version\":");
}

static void reads_opml(void **state)
{
	(void)state;
	check_feed("<opml version='2.0'><head><title>Mine</title></head><body><outline text='Papers'>"
		   "<outline text='Post' type='rss' xmlUrl='http://a.example/rss'/>"
		   "<outline text='x' title='Wire' xmlUrl='http://b.example/atom'/></outline></body></opml>",
		FEED_OPML, "", "http://a.example/rss||Post|||\nhttp://b.example/atom||Wire|||\n");
}

static void keeps_entries_before_a_fault(void **state)
{
	(void)state;
	struct listing listing = read_feed("<rss><channel>\n<item><link>http://a.example/1</link></item>\n<item><oops");
	assert_int_equal(listing.result, GARNER_BAD_FEED);
	assert_int_equal(listing.count, 1);
	assert_non_null(strstr(listing.error.text, "line 3"));
	buf_free(&listing.lines);
	assert_refused("<html><body>no feed</body></html>");
	assert_refused("");
}

static void undoes_the_slips_of_servers(void **state)
{
	(void)state;
	static const struct {
		const char *text, *title, *lines;
		uint64_t repairs;
		unsigned long line;
	} cases[] = {
		{ "<rss><channel>\n<title>Fish & Chips</title>\n<item><title>R&D&nbsp;caf&eacute; &mdash; "
		  "a&lt;b</title><link>http://a.example/?x=1&y=2&amp;z=3</link></item></channel></rss>",
			"Fish & Chips", "http://a.example/?x=1&y=2&z=3||R&D\u00a0caf\u00e9 \u2014 a<b|||\n", 6, 2 },
		{ "<feed xmlns='http://www.w3.org/2005/Atom'><title>a &bogus; b &#0; c &#x41; & "
		  "&#67;</title><entry><link "
		  "href='/a?b=1&c=2'/></entry></feed>",
			"a &bogus; b &#0; c A & C", "/a?b=1&c=2|||||\n", 4, 1 },
		/* Where "&" may stand as it is, and where a DTD declares the name. */
		{ "<rss><?php a&b ?><!-- R&D > && --><channel><title><![CDATA[R&D ]> &amp; > &nbsp;]]> &amp; x</title>"
		  "</channel></rss>",
			"R&D ]> &amp; > &nbsp; & x", "", 0, 0 },
		{ "<!DOCTYPE rss [<!ENTITY nbsp '_'>]><rss><channel><title>a&nbsp;b & c</title></channel></rss>",
			"a_b & c", "", 1, 1 },
		{ "<rss><channel><title>bell\x07"
		  "and\x0C"
		  "feed</title></channel></rss>",
			"bell and feed", "", 2, 1 },
		{ "<?xml version='1.0' standalone='yes'?><rss><channel><title>M&uuml;ller "
		  "&NotEqualTilde;</title></channel></rss>",
			"M\u00fcller \u2242\u0338", "", 2, 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct listing listing = read_feed(cases[i].text);
		if (listing.result)
			print_error("%s\n", listing.error.text);
		assert_int_equal(listing.result, 0);
		assert_string_equal(listing.head.title, cases[i].title);
		assert_string_equal(listing.lines.p, cases[i].lines);
		assert_int_equal(listing.head.repairs, cases[i].repairs);
		assert_int_equal(listing.head.repair_line, cases[i].line);
		buf_free(&listing.lines);
	}
}

/* A ceiling, and then what expat says, with the line; what was read before stays. */
static void undoes_no_more_slips_than_the_ceiling(void **state)
{
	(void)state;
	struct buf text = BUF_INIT(MIB(1));
	buf_puts(&text, "<rss><channel>\n<item><link>http://a.example/1</link></item>\n<item><title>");
	for (int i = 0; i < LIMIT_XML_REPAIRS + 1; i++)
		buf_puts(&text, "& ");
	buf_puts(&text, "</title></item></channel></rss>");
	struct listing listing = read_feed(buf_str(&text));
	assert_int_equal(listing.result, GARNER_BAD_FEED);
	assert_int_equal(listing.head.repairs, LIMIT_XML_REPAIRS);
	assert_non_null(strstr(listing.error.text, "line 3: not well-formed"));
	assert_int_equal(listing.count, 1);
	buf_free(&listing.lines);
	buf_free(&text);
}

static void refuses_entities_of_entities(void **state)
{
	(void)state;
	struct listing listing = read_feed("<!DOCTYPE rss [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><rss><channel>"
					   "<title>&b;</title></channel></rss>");
	assert_int_equal(listing.result, GARNER_BAD_FEED);
	assert_non_null(strstr(listing.error.text, "entities"));
	buf_free(&listing.lines);
	/* A file that is named is never opened. */
	check_feed("<!DOCTYPE rss [<!ENTITY f SYSTEM "
		   "'file:///etc/passwd'>]><rss><channel><title>[&f;]</title></channel></rss>",
		FEED_RSS, "[]", "");
	check_feed("<!DOCTYPE rss [<!ENTITY nbsp ' '>]><rss><channel><title>a&nbsp;b</title></channel></rss>", FEED_RSS,
		"a b", "");
}

static void bounds_huge_and_deep_feeds(void **state)
{
	(void)state;
	struct buf text = BUF_INIT(MIB(16));
	buf_puts(&text, "<rss><channel>");
	for (int i = 0; i < LIMIT_FEED_ENTRIES + 500; i++)
		buf_printf(&text, "<item><link>http://a.example/%d</link></item>", i);
	buf_puts(&text, "</channel></rss>");
	struct listing listing = read_feed(buf_str(&text));
	assert_int_equal(listing.result, 0);
	assert_int_equal(listing.count, LIMIT_FEED_ENTRIES);
	buf_free(&listing.lines);
	buf_reset(&text);
	buf_puts(&text, "<rss><channel>");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "<a>");
	assert_refused(buf_str(&text));
	buf_free(&text);
}

static void finds_the_feed_of_a_page(void **state)
{
	(void)state;
	char room[256];
	struct view html =
		VIEW("<!-- <link rel=alternate type=application/rss+xml href=/no> --><link rel='stylesheet' href='x'>"
		     "<LINK title=\"a > b\" REL='home alternate' type='application/rss+xml; charset=utf-8'\n"
		     " href=\"/feed?a=1&amp;b=2\"/><link rel=alternate type=application/atom+xml href=/second>");
	struct view href = feed_discover(html, room, sizeof(room));
	assert_true(view_eq(href, VIEW("/feed?a=1&b=2")));
	assert_int_equal(
		feed_discover(VIEW("<link rel=alternate hreflang=de href=/de><link"), room, sizeof(room)).n, 0);
	/* A ">" that a quote holds, and then begins a name. */
	assert_int_equal(feed_discover(VIEW("<link a=b=\"> >\">"), room, sizeof(room)).n, 0);
}

/* ---- sitemaps ------------------------------------------------------------------------------ */

struct pieces {
	struct view rest;
	size_t step;
};

static struct view next_piece(void *from)
{
	struct pieces *pieces = from;
	struct view piece = view_first(pieces->rest, pieces->step);
	pieces->rest = view_from(pieces->rest, piece.n);
	return piece;
}

static int list_url(void *user, const struct sitemap_entry *e)
{
	char lastmod[CLOCK_TEXT_BYTES] = "";
	if (e->lastmod != GARNER_NO_NUMBER)
		clock_format(e->lastmod, lastmod);
	buf_printf(user, "%s%.*s|%s|%.*s|%.*s\n", e->child ? "+" : "", (int)e->url.n, e->url.p, lastmod,
		(int)e->title.n, e->title.p ? e->title.p : "", (int)e->published.n,
		e->published.p ? e->published.p : "");
	return 0;
}

static int read_sitemap(struct view text, size_t step, struct buf *out)
{
	struct pieces pieces = { text, step };
	struct sitemap_head head;
	struct error error = { 0 };
	return sitemap_read(next_piece, &pieces, list_url, out, &head, &error);
}

static void reads_sitemaps_in_any_pieces(void **state)
{
	(void)state;
	static const char text[] =
		"<?xml version='1.0' encoding='UTF-8'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
		" xmlns:news='http://www.google.com/schemas/sitemap-news/0.9' "
		"xmlns:image='http://www.google.com/schemas/"
		"sitemap-image/1.1'><url><loc>http://a.example/1?x&amp;y</loc><lastmod>2024-02-03</lastmod>"
		"<image:image><image:loc>http://a.example/1.jpg</image:loc></image:image><news:news><news:publication>"
		"<news:name>A</news:name></news:publication><news:publication_date>2024-02-03T04:05:06+02:00"
		"</news:publication_date><news:title>Öl</news:title></news:news></url><url><loc>http://a.example/2</"
		"loc></url>"
		"<url><lastmod>2024-02-03</lastmod></url></urlset>";
	for (size_t step = 1; step < sizeof(text) + 7; step += 6) {
		struct buf out = BUF_INIT(MIB(1));
		assert_int_equal(read_sitemap(view_of(text), step, &out), 0);
		assert_string_equal(buf_str(&out),
			"http://a.example/1?x&y|2024-02-03T00:00:00Z|Öl|2024-02-03T04:05:06+02:00\nhttp://a.example/"
			"2|||\n");
		buf_free(&out);
	}
}

static void undoes_slips_in_any_pieces(void **state)
{
	(void)state;
	static const char text[] =
		"<?xml version='1.0' encoding='ISO-8859-1'?><urlset><!-- a & b --><url><loc><![CDATA["
		"http://a.example/?a&b]]></loc></url>\n<url><loc>http://a.example/?x=1&y=\xe9&eacute;&z"
		"</loc></url></urlset>";
	for (size_t step = 1; step < sizeof(text) + 7; step++) {
		struct buf out = BUF_INIT(MIB(1));
		assert_int_equal(read_sitemap(view_of(text), step, &out), 0);
		assert_string_equal(
			buf_str(&out), "http://a.example/?a&b|||\nhttp://a.example/?x=1&y=\u00e9\u00e9&z|||\n");
		buf_free(&out);
	}
	/* Two bytes a character: left as it is. */
	static const char wide[] = "<\0u\0r\0l\0s\0e\0t\0>\0<\0u\0r\0l\0>\0<\0l\0o\0c\0>\0h\0:\0a\0&\0a\0m\0p\0;\0"
				   "<\0/\0l\0o\0c\0>\0<\0/\0u\0r\0l\0>\0<\0/\0u\0r\0l\0s\0e\0t\0>";
	struct buf out = BUF_INIT(MIB(1)), both = BUF_INIT(MIB(1));
	buf_put(&both, "\xff\xfe", 2);
	buf_put(&both, wide, sizeof(wide));
	assert_int_equal(read_sitemap(buf_view(&both), 7, &out), 0);
	assert_string_equal(buf_str(&out), "h:a&|||\n");
	buf_free(&both);
	buf_free(&out);
}

static void reads_indexes_and_plain_lists(void **state)
{
	(void)state;
	struct buf out = BUF_INIT(MIB(1));
	assert_int_equal(read_sitemap(VIEW("<sitemapindex><sitemap><loc>http://a.example/s.xml.gz</loc><lastmod>"
					   "2024-02-03T01:00:00Z</lastmod></sitemap></sitemapindex>"),
				 10, &out),
		0);
	assert_int_equal(read_sitemap(VIEW("\xef\xbb\xbfhttp://a.example/1\r\n\nhttps://a.example/2"), 9, &out), 0);
	assert_string_equal(buf_str(&out), "+http://a.example/s.xml.gz|2024-02-03T01:00:00Z||\nhttp://a.example/1|||\n"
					   "https://a.example/2|||\n");
	for (size_t step = 1; step < 40; step += 3) {
		buf_reset(&out);
		assert_int_equal(read_sitemap(VIEW("\xef\xbb\xbf\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\rhttp://a.example/1\n"),
					 step, &out),
			0);
		assert_string_equal(buf_str(&out), "http://a.example/1|||\n");
		assert_int_equal(read_sitemap(VIEW(" \xef\xbb\xbfhttp://a.example/1"), step, &out), GARNER_BAD_FEED);
	}
	assert_int_equal(read_sitemap(VIEW("<html>"), 10, &out), GARNER_BAD_FEED);
	assert_int_equal(read_sitemap(VIEW("http://a.example/\nother words"), 100, &out), GARNER_BAD_FEED);
	buf_free(&out);
}

static void knows_a_plain_list_by_its_lines(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool whole, list;
	} cases[] = { { "http://a.example/1", true, true },
		{ "\xef\xbb\xbfHTTPS://a.example/1\r\n\r\n\r\nhttp://b.example\r\n", true, true },
		{ "http://a.example/1\nhttp://a.exam", false, true }, { "http://a.example/1\nht", false, true },
		{ "http://a.example/1\nht", true, false }, { "", true, false }, { "\n \n", true, false },
		{ "http://a.example/1 is worth a look", true, false },
		{ "http://a.example/1\nAnd so on.\n", false, false }, { "<html>", true, false },
		{ "http://a.example/1<br>\nhttp://a.example/2", true, false },
		{ "See\nhttp://a.example/1", true, false } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (sitemap_is_list(view_of(cases[i].text), cases[i].whole) != cases[i].list)
			fail_msg("%s", cases[i].text);
}

static struct view endless_spaces(void *from)
{
	static char spaces[65536];
	int *begun = from;
	if (!*begun) {
		*begun = 1;
		return VIEW("<urlset>");
	}
	memset(spaces, ' ', sizeof(spaces));
	return view_make(spaces, sizeof(spaces));
}

static void ends_an_endless_sitemap(void **state)
{
	(void)state;
	struct sitemap_head head;
	struct error error = { 0 };
	struct buf out = BUF_INIT(MIB(1));
	for (int begun = 0; begun < 2; begun++) {
		int from = begun;
		assert_int_equal(sitemap_read(endless_spaces, &from, list_url, &out, &head, &error), GARNER_TOO_LARGE);
	}
	buf_free(&out);
}

/* ---- robots, dates ------------------------------------------------------------------------- */

static void obeys_robots(void **state)
{
	(void)state;
	static const struct {
		const char *text, *path;
		bool allowed;
	} cases[] = {
		{ "", "/a", true },
		{ "User-agent: *\nDisallow: /", "/a", false },
		{ "User-agent: *\nDisallow:", "/a", true },
		{ "user-AGENT: GARNER/2.0\ndisallow: /x\n\nUser-agent: *\nDisallow: /", "/a", true },
		{ "User-agent: garner\nDisallow: /x\n\nUser-agent: *\nDisallow: /", "/x/y", false },
		{ "User-agent: garnerbot\nDisallow: /", "/a", true },
		{ "User-agent: a\nUser-agent: garner\nDisallow: /x\nUser-agent: b\nDisallow: /y\n", "/y", true },
		{ "User-agent: garner\nDisallow: /x\n\nUser-agent: other\nDisallow: /\n\nUser-agent: garner\nDisallow: "
		  "/y",
			"/y", false },
		{ "User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true },
		{ "User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", false },
		{ "User-agent: *\nAllow: /a\nDisallow: /a", "/a", true },
		{ "User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false },
		{ "User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?a", true },
		{ "User-agent: *\nDisallow: /a*b*c", "/a1b2c3", false },
		{ "User-agent: *\nDisallow: /a*b*c$", "/a1b2c3", true },
		{ "User-agent: *\nDisallow: /a$", "/a", false },
		{ "User-agent: *\nDisallow: /a$", "/ab", true },
		{ "User-agent: *\nDisallow: *x", "/yx", false },
		{ "User-agent: *\nDisallow: /caf%c3%a9", "/caf\xc3\xa9", false },
		{ "User-agent: *\nDisallow: /caf\xc3\xa9", "/caf%C3%A9/1", false },
		{ "User-agent: *\nDisallow: /%7ejoe", "/~joe", false },
		{ "User-agent: *\nDisallow: /a%2fb", "/a/b", true },
		{ "User-agent: *\nDisallow: /", "/robots.txt", true },
		{ "\xef\xbb\xbfUser-agent: * # all\r\nDisallow : /x # no\r\rjunk\nSitemap: http://a/\n", "/x1", false },
		{ "Disallow: /\nUser-agent: *\nDisallow: /z", "/a", true },
		{ "User-agent: *\n\n\nDisallow: /\n", "/a", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct robots *robots = robots_parse(view_of(cases[i].text), VIEW("garner"));
		assert_non_null(robots);
		if (robots_allows(robots, view_of(cases[i].path), NULL) != cases[i].allowed)
			fail_msg("case %zu: %s of\n%s", i, cases[i].path, cases[i].text);
		robots_free(robots);
	}
	/* The rule is named as it stands. */
	struct view rule;
	struct robots *robots = robots_parse(VIEW("User-agent: *\nDisallow: /*.pdf$\nDisallow: /x"), VIEW("garner"));
	assert_false(robots_allows(robots, VIEW("/y.pdf"), &rule));
	assert_true(view_eq(rule, VIEW("/*.pdf$")));
	assert_false(robots_allows(robots, VIEW("/xy"), &rule));
	assert_true(view_eq(rule, VIEW("/x")));
	robots_free(robots);
	robots = robots_parse(VIEW("User-agent: *\nCrawl-delay: 2.5\nDisallow: /x"), VIEW("garner"));
	assert_true(robots_crawl_delay(robots) > 2.49 && robots_crawl_delay(robots) < 2.51);
	robots_free(robots);
}

static void bounds_hostile_robots(void **state)
{
	(void)state;
	struct buf text = BUF_INIT(MIB(4));
	char path[8192];
	buf_puts(&text, "User-agent: *\n");
	for (int i = 0; i < 40000; i++)
		buf_puts(&text, "Disallow: /*a*a*a*a*b\n");
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	uint64_t began = clock_ticks();
	struct robots *robots = robots_parse(buf_view(&text), VIEW("garner"));
	assert_true(robots_allows(robots, view_make(path, sizeof(path)), NULL));
	print_message("%zu KiB of robots.txt, a path of 8 KiB: %.0f ms\n", text.n >> 10,
		(double)(clock_ticks() - began) / 1e6);
	robots_free(robots);
	buf_free(&text);
}

static void reads_dates_of_every_feed(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = { { "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z" },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z" },
		{ "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z" },
		{ "6 Nov 1994 08:49 +0200", "1994-11-06T06:49:00Z" },
		{ "Sun, 6 Nov 2022 08:49:37 EST", "2022-11-06T13:49:37Z" },
		{ "Thu, 29 Feb 2024 23:59:60 -05:30", "2024-03-01T05:30:00Z" },
		{ "Tue, 14 Nov 2023 20:00:00 CEST", "2023-11-14T18:00:00Z" },
		{ "Tue, 14 Nov 2023 8:00:00 PM", "2023-11-14T20:00:00Z" },
		{ "Tue, 14 Nov 2023 12:05 AM EST", "2023-11-14T05:05:00Z" },
		{ "14 Nov 101 20:00:00", "2001-11-14T20:00:00Z" }, { "Mon, 01 Jan 0001 00:00:00 GMT", NULL },
		{ "Fri, 30 Feb 2024 00:00:00 GMT", NULL }, { "yesterday", NULL }, { "", NULL }, { "12", NULL } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[CLOCK_TEXT_BYTES] = "";
		int64_t at;
		bool found = http_date_parse(view_of(cases[i].text), &at) && clock_format(at, text);
		if (found != (cases[i].expected != NULL) || (found && strcmp(text, cases[i].expected)))
			fail_msg("%s: %s", cases[i].text, text);
	}
	assert_int_equal(http_retry_after(VIEW("HTTP/1.1 429 X\r\nRetry-After: 120\r\n\r\n"), 0), 120);
	assert_int_equal(
		http_retry_after(VIEW("HTTP/1.1 429 X\r\nRetry-After: Thu, 01 Jan 1970 00:02:00 GMT\r\n\r\n"), 30), 90);
	assert_int_equal(http_retry_after(VIEW("HTTP/1.1 429 X\r\n\r\n"), 0), -1);
	assert_int_equal(http_retry_after(VIEW("HTTP/1.1 429 X\r\nRetry-After: 3000000000\r\n\r\n"), 0), INT32_MAX);
	assert_int_equal(
		http_retry_after(VIEW("HTTP/1.1 429 X\r\nRetry-After: 99999999999999999999999\r\n\r\n"), 0), INT32_MAX);
	assert_int_equal(http_retry_after(VIEW("HTTP/1.1 429 X\r\nRetry-After: 1.5\r\n\r\n"), 0), -1);
	assert_int_equal(http_retry_after(VIEW("HTTP/1.1 429 X\r\nRetry-After: -5\r\n\r\n"), 0), -1);
}

/* A day alone, behind which no byte can be read. */
static void reads_no_further_than_a_date(void **state)
{
	(void)state;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(p != MAP_FAILED);
	assert_int_equal(mprotect(p + page, page, PROT_NONE), 0);
	char room[FEED_DATE_BYTES];
	int64_t at;
	struct view text = view_make(memcpy(p + page - 10, "2024-02-29", 10), 10);
	assert_true(view_eq(feed_date(text, room, &at), text));
	assert_int_equal(at, 1709164800);
	memcpy(p + page - 10, "2023-02-29", 10);
	assert_int_equal(feed_date(text, room, &at).n, 0);
	munmap(p, 2 * page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rss_2),
		cmocka_unit_test(reads_rss_1_and_0_9),
		cmocka_unit_test(reads_atom),
		cmocka_unit_test(reads_json_feed),
		cmocka_unit_test(reads_opml),
		cmocka_unit_test(keeps_entries_before_a_fault),
		cmocka_unit_test(undoes_the_slips_of_servers),
		cmocka_unit_test(undoes_no_more_slips_than_the_ceiling),
		cmocka_unit_test(refuses_entities_of_entities),
		cmocka_unit_test(bounds_huge_and_deep_feeds),
		cmocka_unit_test(finds_the_feed_of_a_page),
		cmocka_unit_test(reads_sitemaps_in_any_pieces),
		cmocka_unit_test(undoes_slips_in_any_pieces),
		cmocka_unit_test(reads_indexes_and_plain_lists),
		cmocka_unit_test(knows_a_plain_list_by_its_lines),
		cmocka_unit_test(ends_an_endless_sitemap),
		cmocka_unit_test(obeys_robots),
		cmocka_unit_test(bounds_hostile_robots),
		cmocka_unit_test(reads_dates_of_every_feed),
		cmocka_unit_test(reads_no_further_than_a_date),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
