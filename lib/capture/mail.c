/* Letters: .eml files, mbox files with many of them, and pages saved as MHTML (RFC 2557). A letter is one input: what
 * its reader would show is the page; attachments are none.
 *
 *	From line ─> message ─> From line ─> …        (mbox: a blank line and "From " begin the next) */
#include "capture/source.h"

#include <errno.h>
#include <stdlib.h>
#include "capture/http.h"
#include "capture/http_date.h"
#include "capture/mime.h"
#include "capture/url_parts.h"
#include "util/clock.h"
#include "util/limits.h"
#include "util/utf8.h"

struct mail {
	struct decoder *decoder;
	bool many; /* an mbox */
};

/* ---- bids ---------------------------------------------------------------------------------- */

static bool name_ends(struct view name, struct view ending)
{
	return name.n > ending.n && view_eq_nocase(view_from(name, name.n - ending.n), ending);
}

static bool is_mbox(struct view first)
{
	size_t line = view_find_byte(first, '\n');
	return view_starts(first, VIEW("From ")) && line < first.n && mime_is_head(view_from(first, line + 1));
}

static int mail_bid(const struct source_probe *probe)
{
	static const struct view names[] = { VIEW(".eml"), VIEW(".mht"), VIEW(".mhtml"), VIEW(".mbox") };
	if (!is_mbox(probe->first) && !mime_is_head(probe->first))
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (name_ends(probe->name, names[i]))
			return 95;
	return 65;
}

static void mail_close(struct source *source)
{
	struct mail *mail = source->state;
	if (mail)
		decoder_free(mail->decoder);
	free(mail);
	source->state = NULL;
}

static int mail_open(struct source *source, struct error *error)
{
	struct mail *mail = calloc(1, sizeof(*mail));
	source->state = mail;
	if (mail)
		mail->decoder = decoder_new();
	if (!mail || !mail->decoder) {
		mail_close(source);
		return error_set(error, -ENOMEM, "%s: no memory", source->name);
	}
	mail->many = is_mbox(stream_look(source->stream, SOURCE_PROBE_BYTES));
	return 0;
}

/* ---- one letter ---------------------------------------------------------------------------- */

/* ">From " and ">>From " at a line's start lose one sign: what mboxrd put there. In place. */
static size_t unescape_from(char *p, size_t n)
{
	size_t out = 0;
	for (size_t at = 0; at < n;) {
		size_t end = at + view_find_byte(view_make(p + at, n - at), '\n'), signs = at;
		while (signs < end && p[signs] == '>')
			signs++;
		if (signs > at && view_starts(view_make(p + signs, end - signs), VIEW("From ")))
			at++;
		size_t width = (end < n ? end + 1 : n) - at;
		memmove(p + out, p + at, width);
		out += width;
		at += width;
	}
	return out;
}

static struct view fact(struct page *page, struct view value)
{
	value = view_first(value, LIMIT_FACT_BYTES);
	return utf8_is_valid(value) ? view_of(page_str(page, value)) : VIEW_NONE;
}

static bool is_web(struct view url)
{
	return view_starts_nocase(url, VIEW("http://")) || view_starts_nocase(url, VIEW("https://"));
}

/* A saved page knows its address and the day it was saved; a letter its subject, its day and its id. */
static int take_facts(
	struct mail *mail, struct page *page, struct mime_part message, struct mime_part shown, struct view type)
{
	struct capture *c = &page->capture;
	const struct view places[] = { http_field(shown.head, VIEW("Content-Location")),
		http_field(message.head, VIEW("Snapshot-Content-Location")),
		http_field(message.head, VIEW("Content-Location")) };
	char at[CLOCK_TEXT_BYTES];
	int64_t date;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && !c->url.n; i++)
		if (is_web(places[i]))
			c->url = url_keep(page, fact(page, places[i]));
	bool dated = http_date_parse(http_field(message.head, VIEW("Date")), &date);
	c->record = fact(page, http_field(message.head, VIEW("Message-ID")));
	c->content_type = fact(page, type);
	if (!c->content_type.n)
		c->content_type = VIEW("text/plain");
	if (c->url.n) {
		c->fetched = dated ? date : GARNER_NO_NUMBER;
		return 0;
	}
	if (dated && clock_format(date, at))
		c->published_hint = view_of(page_str(page, view_of(at)));
	return mime_words(http_field(message.head, VIEW("Subject")), mail->decoder, &page->arena, &c->title_hint);
}

static int take_letter(struct mail *mail, struct page *page, struct view bytes)
{
	struct mime_shown shown;
	struct view type;
	if (mail->many)
		bytes = view_from(bytes, view_find_byte(bytes, '\n') + 1);
	char *copy = arena_strndup(&page->arena, bytes.p, bytes.n);
	if (!copy)
		return page_full(page);
	struct mime_part message = mime_split(view_make(copy, mail->many ? unescape_from(copy, bytes.n) : bytes.n));
	if (mime_shown(message, &page->arena, &shown))
		return page_full(page);
	if (!shown.count)
		return page_drop(page, GARNER_NOT_A_PAGE, "a message without text");
	if (mime_text(&shown, mail->decoder, &page->arena, &page->capture.body, &type) ||
		take_facts(mail, page, message, shown.parts[0], type))
		return page_full(page);
	return 0;
}

/* ---- the file ------------------------------------------------------------------------------ */

/* What follows a blank line and "From " is prose unless a time stands in that line (RFC 4155, appendix A) or a field of
 * a head under it. */
static bool is_from_line(struct view v)
{
	struct view line, under;
	if (!view_next_line(&v, &line))
		return false;
	for (size_t i = 1; i + 2 < line.n; i++)
		if (line.p[i] == ':' && ascii_is_digit(line.p[i - 1]) && ascii_is_digit(line.p[i + 1]) &&
			ascii_is_digit(line.p[i + 2]))
			return true;
	size_t colon = view_next_line(&v, &under) ? view_find_byte(under, ':') : 0;
	return colon && colon < under.n && view_find_byte(under, ' ') > colon;
}

enum { FROM_LINES_BYTES = 1024 }; /* a From line and the one under it */

/* Where the next letter begins in @v, at or behind @from; v.n when there is none. */
static size_t find_letter(struct view v, size_t from)
{
	for (;;) {
		struct view rest = view_from(v, from);
		size_t bare = view_find(rest, VIEW("\n\nFrom ")), crlf = view_find(rest, VIEW("\n\r\nFrom "));
		if (bare >= rest.n && crlf >= rest.n)
			return v.n;
		from += bare < crlf ? bare + 2 : crlf + 3;
		if (is_from_line(view_first(view_from(v, from), FROM_LINES_BYTES)))
			return from;
	}
}

/* Bytes of the letter at the stream's place. @ret_whole: false when there are more than the ceiling. */
static struct view next_letter(struct mail *mail, struct stream *stream, bool *ret_whole)
{
	size_t want = KIB(64), looked = 0;
	*ret_whole = true;
	for (;;) {
		struct view v = stream_look(stream, want);
		size_t end = mail->many ? find_letter(v, looked) : v.n;
		/* One that begins near the window's end is judged with what comes behind it. */
		if (end < v.n && (v.n - end >= FROM_LINES_BYTES || v.n < want))
			return view_first(v, end);
		if (v.n < want)
			return v;
		if (want > LIMIT_BODY_BYTES) {
			*ret_whole = false;
			return v;
		}
		looked = v.n > 2 * FROM_LINES_BYTES ? v.n - 2 * FROM_LINES_BYTES : 0;
		want = want * 2 < LIMIT_BODY_BYTES ? want * 2 : LIMIT_BODY_BYTES + 1;
	}
}

/* To the next letter, behind one that is too long. */
static void pass_letter(struct mail *mail, struct stream *stream, size_t n)
{
	enum { KEPT = 2 * FROM_LINES_BYTES };
	stream_skip(stream, (int64_t)(n > KEPT ? n - KEPT : n));
	for (;;) {
		struct view v = stream_look(stream, KIB(64));
		size_t next = mail->many ? find_letter(v, 0) : v.n;
		if (next < v.n && (v.n - next >= FROM_LINES_BYTES || v.n < KIB(64))) {
			stream_skip(stream, (int64_t)next);
			return;
		}
		stream_skip(stream, (int64_t)(v.n < KIB(64) ? v.n : v.n - KEPT));
		if (v.n < KIB(64))
			return;
	}
}

static int mail_next(struct source *source, struct page *page)
{
	struct mail *mail = source->state;
	struct stream *stream = source->stream;
	bool whole;
	struct view letter = next_letter(mail, stream, &whole);
	int64_t at = stream->offset;
	if (letter.n == 0 && !stream->reason)
		return SOURCE_END;
	page->capture.offset = source->coded ? GARNER_NO_NUMBER : at;
	page->capture.length = source->coded || !whole ? GARNER_NO_NUMBER : (int64_t)letter.n;
	if (!whole) {
		pass_letter(mail, stream, letter.n);
		return page_drop(page, GARNER_TOO_LARGE, "a message of more than %d bytes", LIMIT_BODY_BYTES);
	}
	bool last = stream->end - stream->at <= letter.n;
	if (last && stream->reason) {
		int reason = stream->reason;
		stream->reason = 0;
		stream_skip(stream, (int64_t)letter.n);
		return page_drop(page, reason, "%s", stream->detail);
	}
	int result = take_letter(mail, page, letter);
	stream_skip(stream, (int64_t)letter.n);
	return result;
}

const struct source_ops source_mail = { "mail", false, mail_bid, mail_open, mail_next, mail_close };
