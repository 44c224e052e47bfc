#include "capture/warc_page.h"

#include "capture/http.h"
#include "capture/url_parts.h"
#include "util/clock.h"
#include "util/limits.h"

void warc_page_name(struct page *page, const struct warc_head *head)
{
	struct capture *c = &page->capture;
	c->url = url_keep(page, head->uri);
	c->record = page_keep(page, head->record_id, LIMIT_FACT_BYTES);
	c->ip = page_keep(page, head->ip, LIMIT_FACT_BYTES);
	if (!clock_parse(head->date, &c->fetched))
		c->fetched = GARNER_NO_NUMBER;
}

/* ---- what counts as a page ------------------------------------------------------------------- */

static bool holds_html(struct view body)
{
	struct view first = view_first(body, 1024);
	return view_find_nocase(first, VIEW("<html")) < first.n ||
	       view_find_nocase(first, VIEW("<!doctype html")) < first.n;
}

/* Types that hold a document; the generic ones by what stands inside. */
static bool is_page_type(struct view type, struct view body)
{
	static const struct view pages[] = { VIEW("text/html"), VIEW("application/xhtml+xml"), VIEW("text/plain"),
		VIEW("text/markdown") };
	static const struct view generic[] = { VIEW("application/xml"), VIEW("text/xml"),
		VIEW("application/octet-stream"), VIEW("application/unknown"), VIEW("unknown/unknown"), VIEW("*/*") };
	struct view essence = http_type_essence(type);
	if (essence.n == 0)
		return true;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (view_eq_nocase(essence, pages[i]))
			return true;
	for (size_t i = 0; i < sizeof(generic) / sizeof(generic[0]); i++)
		if (view_eq_nocase(essence, generic[i]))
			return holds_html(body);
	return view_find_byte(essence, '/') == essence.n && holds_html(body);
}

/* RFC 9309, 2.3: the file of rules for robots has this path and no other. */
static bool is_robots_file(struct view url)
{
	size_t scheme = view_find(url, VIEW("://"));
	struct view rest = view_from(url, scheme + 3);
	struct view path = view_from(rest, view_find_byte(rest, '/'));
	return scheme < url.n && view_eq(view_first(path, view_find_byte(path, '?')), VIEW("/robots.txt"));
}

static int not_a_page(struct page *page, struct view type)
{
	struct view shown = page_keep(page, http_type_essence(type), 100);
	return page_drop(page, GARNER_NOT_A_PAGE, "content type %.*s", (int)shown.n, shown.n ? shown.p : "");
}

/* ---- bodies ---------------------------------------------------------------------------------- */

/* Archivers that keep the decoded body often keep the field that says it is coded. */
static bool is_still_coded(struct view encoding, struct view body)
{
	const unsigned char *b = (const unsigned char *)body.p;
	bool zlib = body.n >= 2 && b[0] == 0x78 && (b[0] << 8 | b[1]) % 31 == 0; /* RFC 1950, 2.2 */
	if (view_eq_nocase(encoding, VIEW("gzip")) || view_eq_nocase(encoding, VIEW("x-gzip")))
		return zlib || (body.n >= 2 && b[0] == 0x1F && b[1] == 0x8B);
	if (view_eq_nocase(encoding, VIEW("zstd")))
		return body.n >= 4 && b[1] == 0xB5 && b[2] == 0x2F && b[3] == 0xFD;
	if (view_eq_nocase(encoding, VIEW("br")) || view_eq_nocase(encoding, VIEW("deflate")))
		return !holds_html(body);
	return true;
}

static void take_head(struct page *page, struct view head)
{
	struct capture *c = &page->capture;
	c->head = head;
	c->content_type = page_keep(page, http_field(head, VIEW("Content-Type")), LIMIT_FACT_BYTES);
	c->etag = page_keep(page, http_field(head, VIEW("ETag")), LIMIT_FACT_BYTES);
	c->last_modified = page_keep(page, http_field(head, VIEW("Last-Modified")), LIMIT_FACT_BYTES);
}

static int refused_status(struct page *page, int status)
{
	if (status >= 400)
		return page_drop(page, GARNER_HTTP_ERROR, "status %d", status);
	if (status == 304)
		return page_drop(page, GARNER_UNCHANGED, "status 304");
	if (status >= 300 || status < 200)
		return page_drop(page, GARNER_NOT_A_PAGE, "status %d", status);
	return 0;
}

static void take_body(struct page *page, char *body, size_t n)
{
	struct capture *c = &page->capture;
	unsigned long long promised;
	bool chunked = http_is_chunked(c->head);
	if (chunked) {
		size_t whole = n;
		enum http_chunks chunks = http_dechunk(view_make(body, n), body, &whole);
		if (chunks != HTTP_CHUNKS_NONE)
			n = whole;
		c->truncated |= chunks == HTTP_CHUNKS_CUT;
	}
	c->body = view_make(body, n);
	c->content_encoding = http_field(c->head, VIEW("Content-Encoding"));
	if (c->content_encoding.n && !is_still_coded(c->content_encoding, c->body))
		c->content_encoding = VIEW_NONE;
	else if (!chunked && view_to_u64(http_field(c->head, VIEW("Content-Length")), &promised) && n < promised)
		c->truncated = true;
}

/* @block in the page's arena, with a NUL behind it, to be changed at will. */
static char *own_block(struct page *page, struct view block, bool own)
{
	if (!own)
		return arena_strndup(&page->arena, block.p, block.n);
	char *p = (char *)(uintptr_t)block.p;
	p[block.n] = 0;
	return p;
}

/* Interim answers come before the one that counts (RFC 9110, 15.2). */
static struct view final_answer(struct view block)
{
	for (;;) {
		int status = http_status(block);
		struct view next = view_from(block, http_head_size(view_first(block, LIMIT_HEAD_BYTES)));
		if (status / 100 != 1 || status == 101 || next.p == block.p || !http_status(next))
			return block;
		block = next;
	}
}

/* resource and conversion: the block is the document. */
static int document(struct page *page, const struct warc_head *head, struct view block, bool own)
{
	if (!is_page_type(head->content_type, block))
		return not_a_page(page, head->content_type);
	if (block.n > LIMIT_BODY_BYTES)
		return page_drop(page, GARNER_TOO_LARGE, "a body of %zu bytes", block.n);
	char *copy = own_block(page, block, own);
	if (!copy)
		return page_full(page);
	page->capture.body = view_make(copy, block.n);
	page->capture.content_type = page_keep(page, head->content_type, LIMIT_FACT_BYTES);
	return 0;
}

static int response(struct page *page, const struct warc_head *head, struct view block, bool own)
{
	struct capture *c = &page->capture;
	struct view essence = http_type_essence(head->content_type);
	block = final_answer(block);
	/* Some writers name the type of what lies inside; the bytes tell whether there is a head. */
	if (essence.n && !view_eq_nocase(essence, VIEW("application/http")) && !http_status(block))
		return document(page, head, block, own);
	struct view http = view_first(block, http_head_size(view_first(block, LIMIT_HEAD_BYTES)));
	c->status = http_status(block);
	if (http.n == 0 || c->status == 0)
		return page_drop(page, GARNER_BAD_HTTP, "no HTTP head");
	int reason = refused_status(page, c->status);
	if (reason)
		return reason;
	struct view body = view_from(block, http.n), type = http_field(http, VIEW("Content-Type"));
	bool coded = http_field(http, VIEW("Content-Encoding")).n > 0;
	if (is_robots_file(c->url))
		return page_drop(page, GARNER_NOT_A_PAGE, "rules for robots");
	if (!is_page_type(type, coded ? VIEW("<html") : body))
		return not_a_page(page, type);
	if (body.n > LIMIT_BODY_BYTES)
		return page_drop(page, GARNER_TOO_LARGE, "a body of %zu bytes", body.n);
	char *copy = own_block(page, block, own);
	if (!copy)
		return page_full(page);
	take_head(page, view_make(copy, http.n));
	take_body(page, copy + http.n, body.n);
	return 0;
}

static int revisit(struct page *page, const struct warc_head *head)
{
	struct view to = page_keep(page, head->refers_to, 200);
	page->capture.revisit_url = url_keep(page, head->refers_to_uri);
	return page_drop(page, GARNER_UNCHANGED, "a revisit of %.*s", (int)(to.n ? to.n : 17),
		to.n ? to.p : "an earlier record");
}

/* The block's digest speaks of these very bytes. What a payload is, writers disagree on (transfer coding or not), so
 * that digest is asked only where it is the only one and its record holds the payload alone. */
static bool digests_hold(const struct warc_head *head, struct view block)
{
	if (head->type == WARC_REVISIT && warc_digest_holds(head->block_digest, VIEW("")))
		return true; /* wget 1.21 gives the digest of the payload that is not there */
	if (head->block_digest.n)
		return warc_digest_holds(head->block_digest, block);
	if (!head->payload_digest.n || head->type == WARC_REVISIT)
		return true;
	size_t http = head->type == WARC_RESPONSE ? http_head_size(view_first(block, LIMIT_HEAD_BYTES)) : 0;
	if (head->type == WARC_RESPONSE && http_is_chunked(view_first(block, http)))
		return true;
	return warc_digest_holds(head->payload_digest, view_from(block, http));
}

int warc_page(struct page *page, const struct warc_head *head, struct view block, bool own)
{
	struct view shown = page_keep(page, head->version, 32);
	if (!head->known_version)
		return page_drop(page, GARNER_UNSUPPORTED, "version %.*s", (int)shown.n, shown.p);
	if (head->segment.n || head->type == WARC_CONTINUATION)
		return page_drop(page, GARNER_UNSUPPORTED, "a segment of a record");
	if (!digests_hold(head, block))
		return page_drop(page, GARNER_BAD_DIGEST, "the bytes are not those of the record's digest");
	page->capture.keep_raw = true;
	page->capture.truncated = head->truncated.n > 0;
	switch (head->type) {
	case WARC_RESPONSE: return response(page, head, block, own);
	case WARC_RESOURCE:
	case WARC_CONVERSION: return document(page, head, block, own);
	case WARC_REVISIT: return revisit(page, head);
	default: break;
	}
	shown = page_keep(page, head->type_name, 64);
	return page_drop(page, GARNER_NOT_A_PAGE, "a record of type \"%.*s\"", (int)shown.n, shown.n ? shown.p : "");
}
