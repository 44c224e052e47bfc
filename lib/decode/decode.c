/* The stage: codings off, what kind of page it is, then its charset. */
#include "decode/decode.h"

#include <errno.h>
#include <stdlib.h>
#include "decode/charset.h"
#include "util/limits.h"

struct decode_state {
	struct decoder *decoder;
	struct detector *detector;
};

static void state_close(void *arg)
{
	struct decode_state *state = arg;
	if (!state)
		return;
	detector_free(state->detector);
	decoder_free(state->decoder);
	free(state);
}

static int state_open(const struct engine *engine, void **ret_state, struct error *error)
{
	(void)engine;
	struct decode_state *state = calloc(1, sizeof(*state));
	if (state) {
		state->decoder = decoder_new();
		state->detector = detector_new(state->decoder);
	}
	if (!state || !state->decoder || !state->detector) {
		state_close(state);
		return error_set(error, -ENOMEM, "no memory for the decoders");
	}
	*ret_state = state;
	return 0;
}

enum type { TYPE_NONE, TYPE_HTML, TYPE_TEXT, TYPE_XML, TYPE_DATA, TYPE_OTHER };

/* "text/html; …" -> what it promises. Types that say nothing (octet-stream) count as none. */
static enum type type_of(struct view content_type)
{
	struct view name = view_trim(view_first(content_type, view_find_byte(content_type, ';')));
	static const struct {
		struct view name;
		enum type type;
	} known[] = { { { "text/html", 9 }, TYPE_HTML }, { { "application/xhtml+xml", 21 }, TYPE_HTML },
		{ { "text/plain", 10 }, TYPE_TEXT }, { { "text/markdown", 13 }, TYPE_TEXT },
		{ { "text/xml", 8 }, TYPE_XML }, { { "application/xml", 15 }, TYPE_XML },
		{ { "application/octet-stream", 24 }, TYPE_NONE }, { { "application/unknown", 19 }, TYPE_NONE },
		{ { "unknown/unknown", 15 }, TYPE_NONE }, { { "*/*", 3 }, TYPE_NONE }, { { "text/css", 8 }, TYPE_DATA },
		{ { "text/javascript", 15 }, TYPE_DATA }, { { "application/javascript", 22 }, TYPE_DATA },
		{ { "application/json", 16 }, TYPE_DATA }, { { "text/csv", 8 }, TYPE_DATA } };
	if (view_find_byte(name, '/') == name.n)
		return TYPE_NONE;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (view_eq_nocase(name, known[i].name))
			return known[i].type;
	if (view_ends(name, VIEW("+xml")))
		return TYPE_XML;
	return view_ends(name, VIEW("+json")) ? TYPE_DATA : TYPE_OTHER;
}

/* A document begins with markup; a style sheet that quotes "<html" does not. */
static bool opens_with_html(struct view body)
{
	struct view text = view_trim(view_first(body, SNIFF_BYTES));
	return view_starts_nocase(text, VIEW("<!doctype html")) || view_starts_nocase(text, VIEW("<html"));
}

static int drop_kind(struct page *page, int reason, const char *seen)
{
	struct view type = view_first(page->capture.content_type, 80);
	if (type.n && (page->capture.url.n || page->capture.status))
		return page_drop(page, reason, "declared as %.*s, looks like %s", (int)type.n, type.p, seen);
	return page_drop(page, reason, "looks like %s", seen);
}

/* The declared type decides where the bytes don't speak against it. */
static int decide_kind(struct page *page)
{
	enum type type = type_of(page->capture.content_type);
	enum sniffed sniffed = sniff_bytes(view_first(page->body, SNIFF_BYTES));
	page->kind = PAGE_UNKNOWN;
	/* Its first record describes the file (Internet Archive, ARC file format, version 1). */
	if (view_starts(page->body, VIEW("filedesc://")))
		return page_drop(page, GARNER_UNSUPPORTED, "an ARC file; make a WARC file of it first");
	if (sniffed == SNIFF_BINARY)
		return drop_kind(page, GARNER_BINARY, "binary data");
	switch (type) {
	case TYPE_HTML: page->kind = PAGE_HTML; break;
	case TYPE_TEXT:
		/* Some servers call every page plain text; a text file of one's own that begins so is one too. */
		page->kind = page->capture.status && opens_with_html(page->body) ? PAGE_HTML : PAGE_TEXT;
		break;
	case TYPE_DATA:
	case TYPE_OTHER: page->kind = opens_with_html(page->body) ? PAGE_HTML : PAGE_UNKNOWN; break;
	case TYPE_XML:
	case TYPE_NONE:
		if (sniffed == SNIFF_HTML)
			page->kind = PAGE_HTML;
		else if (sniffed == SNIFF_TEXT && type == TYPE_NONE)
			page->kind = PAGE_TEXT;
		break;
	}
	if (page->kind == PAGE_UNKNOWN)
		return drop_kind(page, GARNER_NOT_A_PAGE, sniffed == SNIFF_XML ? "XML" : "text of another kind");
	return 0;
}

static int run(void *arg, struct page *page)
{
	struct decode_state *state = arg;
	const struct capture *capture = &page->capture;
	if (capture->body.n == 0)
		return page_drop(page, GARNER_EMPTY, "no bytes");
	int result = coding_undo(page, capture->content_encoding, capture->body, LIMIT_BODY_BYTES, &page->body);
	if (result == GARNER_TRUNCATED)
		page_note(page, "the content coding ends before its end");
	else if (result == GARNER_TOO_LARGE)
		return page_drop(page, result, "more than %d bytes after content decoding", LIMIT_BODY_BYTES);
	else if (result == GARNER_BAD_CODING)
		return page_drop(page, result, "content-encoding %.*s can't be undone",
			(int)view_first(capture->content_encoding, 80).n, capture->content_encoding.p);
	else if (result < 0)
		return error_set(&page->error, result, "no memory to undo a content coding");
	else if (result > 0)
		return result;
	if (page->body.n > LIMIT_BODY_BYTES)
		return page_drop(
			page, GARNER_TOO_LARGE, "%zu bytes, at most %d are taken", page->body.n, LIMIT_BODY_BYTES);
	if (page->body.n == 0)
		return page_drop(page, GARNER_EMPTY, "no bytes after content decoding");
	result = decide_kind(page);
	return result ? result : charset_decode(state->decoder, state->detector, page);
}

const struct stage decode_stage = { "decode", state_open, run, state_close };
