/* WARC 1.0 and 1.1 (ISO 28500), plain or with each record (or all of them) compressed.
 *
 *	members ─> stream of one member ─> head ─> block ─> boundary: newlines, then a record or the end
 *	                  ^                                   │ holds: page, drop or pass over
 *	                  └──── to the next record's begin ───┘ else: the length lies; BAD_RECORD
 *
 * A record is held in memory up to the ceiling of a body; a longer one is passed over and told of. */
#include "capture/source.h"

#include <errno.h>
#include <stdlib.h>
#include "capture/http.h"
#include "capture/members.h"
#include "capture/warc_facts.h"
#include "capture/warc_head.h"
#include "capture/warc_page.h"
#include "capture/warc_read.h"
#include "util/clock.h"
#include "util/limits.h"

enum { HOLD_BYTES = LIMIT_BODY_BYTES + 2 * LIMIT_HEAD_BYTES };
enum { RECORD_PASSED = SOURCE_END + 1, MEMBER_DONE };

struct warc {
	struct members *members;
	struct stream *stream; /* of the member at hand; NULL between members */
	bool lost;	       /* damage was told of: what stands up to the next record goes with it */
	struct companion {
		struct buf record; /* the response it stands beside (WARC-Concurrent-To) */
		struct buf block;
	} facts, request; /* the newest of each */
};

static int warc_bid(const struct source_probe *probe)
{
	if (view_starts(probe->first, VIEW("WARC/")))
		return 90;
	/* A dictionary comes first: only a WARC keeps one there, and without it nothing behind it can be looked at. */
	if (view_starts(probe->raw, VIEW("\x5D\x2A\x4D\x18")))
		return 90;
	/* Damage at the very start must not hide the records behind it; a text that shows one, under a name of its own,
	 * is none. */
	bool named = view_find_nocase(probe->name, VIEW(".warc")) < probe->name.n || view_eq(probe->name, VIEW("-"));
	return named && warc_find_record_line(probe->first, 0) < probe->first.n ? 50 : 0;
}

static int warc_open(struct source *source, struct error *error)
{
	struct warc *w = calloc(1, sizeof(*w));
	if (!w)
		return error_set(error, -ENOMEM, "%s: no memory", source->name);
	source->state = w;
	w->facts.record = w->request.record = BUF_INIT(LIMIT_HEAD_BYTES);
	w->facts.block = w->request.block = BUF_INIT(LIMIT_HEAD_BYTES);
	return members_open(source->stream, VIEW("WARC/"), &w->members, error);
}

static void warc_close(struct source *source)
{
	struct warc *w = source->state;
	if (w) {
		members_close(w->members);
		buf_free(&w->facts.record);
		buf_free(&w->facts.block);
		buf_free(&w->request.record);
		buf_free(&w->request.block);
	}
	free(w);
	source->state = NULL;
}

/* ---- places -------------------------------------------------------------------------------- */

/* In the file: of the record itself where the file is plain, else of the member that holds it. */
static int64_t place(const struct warc *w)
{
	return members_is_plain(w->members) ? w->stream->offset : members_offset(w->members);
}

static void pass_newlines(struct stream *stream)
{
	for (struct view v; (v = stream_some(stream)).n && (v.p[0] == '\n' || v.p[0] == '\r');)
		stream_skip(stream, 1);
}

/* Moves to the next record that begins at least @from bytes ahead, or to the end. */
static void seek_record(struct warc *w, size_t from)
{
	enum { STEP = 64 << 10, KEPT = WARC_MARK_BYTES + 1 /* a record may begin across the window's end */ };
	struct stream *stream = w->stream;
	for (;;) {
		struct view v = stream_look(stream, from + STEP);
		size_t at = warc_find_record(v, from);
		if (at < v.n || (v.n < from + STEP && !members_go_on(w->members))) {
			stream_skip(stream, (int64_t)at);
			return;
		}
		if (v.n > from + KEPT) {
			stream_skip(stream, (int64_t)(v.n - KEPT));
			from = 1;
		}
	}
}

/* The bytes behind a block: the CRLF CRLF that belongs there, or any newlines and then a record or the end of the
 * member. @ret_n: the newlines. */
static bool is_boundary(struct view rest, size_t *ret_n)
{
	size_t n = 0;
	while (n < rest.n && (rest.p[n] == '\r' || rest.p[n] == '\n'))
		n++;
	*ret_n = n;
	return n == rest.n || view_starts(rest, VIEW("\r\n\r\n")) || view_starts(view_from(rest, n), VIEW("WARC/"));
}

/* ---- what stands beside a response ----------------------------------------------------------- */

static void keep_companion(struct companion *companion, const struct warc_head *head, struct view block)
{
	buf_reset(&companion->record);
	buf_reset(&companion->block);
	buf_putv(&companion->record, head->concurrent_to);
	if (buf_putv(&companion->block, block) < 0)
		buf_reset(&companion->record); /* too long: no companion */
}

/* A request, or facts that a capture was written with; they come before their response. */
static void note_companion(struct warc *w, const struct warc_head *head, struct view block)
{
	struct view type = http_type_essence(head->content_type);
	if (!head->concurrent_to.n)
		return;
	if (head->type == WARC_METADATA && view_eq_nocase(type, VIEW("application/warc-fields")))
		keep_companion(&w->facts, head, block);
	else if (head->type == WARC_REQUEST)
		keep_companion(&w->request, head, block);
}

static bool is_companion(const struct companion *companion, const struct warc_head *head)
{
	return companion->block.n && head->record_id.n && view_eq(buf_view(&companion->record), head->record_id);
}

static void take_companions(const struct warc *w, struct page *page, const struct warc_head *head)
{
	if (is_companion(&w->facts, head))
		warc_facts_read(page, buf_view(&w->facts.block));
	if (is_companion(&w->request, head)) {
		struct view request = buf_view(&w->request.block);
		page->capture.request_head = view_of(page_str(page, request));
	}
}

/* ---- records ------------------------------------------------------------------------------- */

/* wget keeps its log and arguments as resources of a scheme of its own. */
static bool is_input(const struct warc_head *head)
{
	if (head->type == WARC_RESOURCE && view_starts_nocase(head->uri, VIEW("metadata:")))
		return false;
	return head->type != WARC_WARCINFO && head->type != WARC_REQUEST && head->type != WARC_METADATA;
}

/* The stream stands where it goes on. Where nothing is left, the way it ended says more than @reason. */
static int damaged(struct warc *w, struct page *page, int reason, const char *words)
{
	struct stream *stream = w->stream;
	w->lost = true;
	if (stream_some(stream).n || !stream->reason)
		return page_drop(page, reason, "%s", words);
	reason = stream->reason;
	stream->reason = 0;
	return page_drop(page, reason, "%s", stream->detail);
}

/* A record that is too long to hold: its end is sought without it. */
static int pass_long_record(struct warc *w, struct page *page, const struct warc_head *head)
{
	struct stream *stream = w->stream;
	int64_t from = stream->offset, total = (int64_t)head->size + head->length;
	size_t newlines;
	if (members_is_plain(w->members) && stream_seek(stream, from + total)) {
		struct view rest = stream_look(stream, 16);
		if (rest.n && is_boundary(rest, &newlines))
			return is_input(head) ? page_drop(page, GARNER_TOO_LARGE, "a record of %lld bytes",
							(long long)head->length)
					      : RECORD_PASSED;
		stream_seek(stream, from);
		seek_record(w, head->size);
		return damaged(w, page, GARNER_BAD_RECORD, "its length reaches past its end");
	}
	/* No way back: a record that begins inside ends this one, whatever its length says. */
	seek_record(w, head->size);
	if (stream->offset - from < total)
		return stream_some(stream).n ? damaged(w, page, GARNER_BAD_RECORD, "its length reaches past its end")
					     : damaged(w, page, GARNER_TRUNCATED, "the input ends inside it");
	return is_input(head) ? page_drop(page, GARNER_TOO_LARGE, "a record of %lld bytes", (long long)head->length)
			      : RECORD_PASSED;
}

/* The block does not end where it should: goes on with the record that begins inside it or behind it. */
static int wrong_length(struct warc *w, struct page *page, const struct warc_head *head)
{
	struct stream *stream = w->stream;
	size_t total = head->size + (size_t)head->length;
	struct view v = stream_look(stream, total + WARC_MARK_BYTES);
	bool short_of_bytes = v.n < total;
	size_t inside = warc_find_record(v, head->size);
	if (inside < (v.n < total ? v.n : total)) {
		stream_skip(stream, (int64_t)inside);
		return damaged(w, page, GARNER_BAD_RECORD, "its length reaches into the next record");
	}
	if (short_of_bytes) {
		stream_skip(stream, (int64_t)v.n);
		return damaged(w, page, GARNER_TRUNCATED, "the input ends inside it");
	}
	seek_record(w, total);
	return damaged(w, page, GARNER_BAD_RECORD, "its length ends before it does");
}

/* Up to @want bytes. What was compressed without regard to records, by blocks or as parts of a split file, goes on in
 * the next member (RFC 1952, 2.2: members are one file). */
static struct view look(struct warc *w, size_t want)
{
	struct view v = stream_look(w->stream, want);
	while (v.n < want && members_go_on(w->members))
		v = stream_look(w->stream, want);
	return v;
}

static int take_record(struct warc *w, struct page *page, const struct warc_head *head)
{
	struct stream *stream = w->stream;
	size_t total = head->size + (size_t)head->length, newlines = 0;
	struct view v = look(w, total);
	v = stream_look(stream, total + 16);
	if (v.n < total || !is_boundary(view_from(v, total), &newlines))
		return wrong_length(w, page, head);
	if (stream->reason && v.n <= total + newlines) {
		stream_skip(stream, (int64_t)v.n);
		return damaged(w, page, GARNER_TRUNCATED, "damaged");
	}
	struct warc_head here;
	warc_head_parse(v, &here); /* the look ahead may have moved the window */
	bool alone = stream->offset == 0 && !members_is_plain(w->members) && v.n == total + newlines;
	if (members_is_plain(w->members))
		page->capture.length = (int64_t)(total + newlines);
	else if (alone && members_length(w->members) >= 0)
		page->capture.length = members_length(w->members);
	if (newlines < 4 && newlines + total < v.n)
		page_note(page, "record at byte %lld: no CRLF CRLF behind it", (long long)page->capture.offset);
	struct view block = view_make(v.p + head->size, (size_t)head->length);
	int result = RECORD_PASSED;
	if (is_input(&here)) {
		take_companions(w, page, &here);
		bool own = members_is_lent(w->members) && (newlines > 0 || v.n == total);
		result = warc_page(page, &here, block, own);
	} else {
		note_companion(w, &here, block);
	}
	stream_skip(stream, (int64_t)(total + newlines));
	return result;
}

static int bad_head(struct warc *w, struct page *page, enum warc_head_result code, bool ended, size_t joined)
{
	struct stream *stream = w->stream;
	if (code == WARC_HEAD_CUT && ended) {
		stream_skip(stream, (int64_t)stream_look(stream, LIMIT_HEAD_BYTES).n);
		return damaged(w, page, GARNER_TRUNCATED, "the input ends inside its head");
	}
	if (code == WARC_HEAD_JOINED) {
		stream_skip(stream, (int64_t)joined);
		return damaged(w, page, GARNER_BAD_RECORD, "its head breaks off where another record begins");
	}
	seek_record(w, 1);
	if (code == WARC_HEAD_NONE)
		return damaged(w, page, GARNER_BAD_RECORD, "no record begins here");
	return damaged(w, page, GARNER_BAD_RECORD,
		code == WARC_HEAD_CUT ? "a head over the ceiling of bytes" : "a head over the ceiling of fields");
}

/* 0 a page; a reason; RECORD_PASSED; MEMBER_DONE; < 0. */
static int next_record(struct warc *w, struct page *page)
{
	struct stream *stream = w->stream;
	pass_newlines(stream);
	page->capture.offset = place(w);
	struct view v = stream_look(stream, LIMIT_HEAD_BYTES);
	if (v.n == 0) {
		if (!stream->reason || w->lost) {
			stream->reason = 0;
			return MEMBER_DONE;
		}
		return damaged(w, page, GARNER_TRUNCATED, "damaged");
	}
	struct warc_head head;
	head.size = 0;
	enum warc_head_result code = warc_head_parse(v, &head);
	if (code == WARC_HEAD_CUT && v.n < LIMIT_HEAD_BYTES) {
		v = look(w, LIMIT_HEAD_BYTES);
		code = warc_head_parse(v, &head);
	}
	if (code != WARC_HEAD_DONE)
		return bad_head(w, page, code, v.n < LIMIT_HEAD_BYTES, head.size);
	if (head.length < 0) {
		seek_record(w, head.size);
		return damaged(w, page, GARNER_BAD_RECORD, "no Content-Length, or not a number");
	}
	w->lost = false;
	warc_page_name(page, &head);
	if (head.length > HOLD_BYTES)
		return pass_long_record(w, page, &head);
	return take_record(w, page, &head);
}

static int warc_next(struct source *source, struct page *page)
{
	struct warc *w = source->state;
	struct arena_mark mark = arena_mark(&page->arena);
	for (;;) {
		if (!w->stream) {
			const char *words;
			int result = members_next(w->members, &page->arena, &words);
			if (result == MEMBERS_END)
				return SOURCE_END;
			if (result < 0)
				return error_set(&page->error, result, "%s: no memory", source->name);
			page->capture.offset = members_offset(w->members);
			if (result > 0)
				return page_drop(page, result, "%s", words);
			w->stream = members_stream(w->members);
			w->lost = false;
		}
		int result = next_record(w, page);
		if (result != MEMBER_DONE && result != RECORD_PASSED) {
			members_settle(w->members);
			return result;
		}
		page->capture.url = page->capture.record = page->capture.ip = VIEW_NONE;
		page->capture.offset = page->capture.length = page->capture.fetched = GARNER_NO_NUMBER;
		page->document.error_count = 0;
		if (result == MEMBER_DONE) {
			w->stream = NULL;
			page->errors = NULL;
			arena_rewind(&page->arena, mark);
		}
	}
}

const struct source_ops source_warc = { "warc", true, warc_bid, warc_open, warc_next, warc_close };

int warc_read_group(struct view bytes, struct page *page)
{
	struct source source = { .ops = &source_warc, .name = "" };
	source.stream = stream_of_view(bytes);
	if (!source.stream)
		return error_set(&page->error, -ENOMEM, "no memory for a capture");
	int result = warc_open(&source, &page->error);
	if (!result)
		result = warc_next(&source, page);
	source_end(&source);
	return result == SOURCE_END ? page_drop(page, GARNER_NOT_A_PAGE, "no capture stands there") : result;
}
