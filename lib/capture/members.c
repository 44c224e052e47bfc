#include "capture/members.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include "garner.h"
#include "util/limits.h"

enum {
	LOOK_BYTES = 256 << 10, /* most members are smaller: pages of 226 KB give 50 KB */
	LOOK_MORE_BYTES = 2 << 20,
	WHOLE_BYTES = 24 << 20, /* a member up to this many plain bytes is undone in one go: a body at its ceiling */
	PLAIN_BYTES = 1 << 20,	/* room to begin with */
};

struct members {
	struct stream *raw;
	struct view mark;
	enum stream_coding coding;
	struct stream plain; /* of the member at hand */
	bool lent;	     /* its window is in the page's arena; own: the one to go back to */
	char *own;
	size_t own_cap;
	int64_t offset, length;
	bool inside;  /* a member is open piece by piece */
	bool damaged; /* the member at hand: look for the next one behind it */
	bool any;     /* plain: the one member was handed out */
	struct libdeflate_decompressor *whole;
	z_stream z;
	bool z_ready;
	ZSTD_DCtx *zstd;
	ZSTD_DDict *dictionary;
};

/* ---- in pieces ----------------------------------------------------------------------------- */

static size_t fail_early(struct members *m, const char *what)
{
	struct stream *raw = m->raw;
	m->damaged = true;
	m->inside = false;
	if (raw->reason)
		return stream_fail(&m->plain, raw->reason, "%s", raw->detail);
	return stream_fail(
		&m->plain, GARNER_TRUNCATED, "the %s ends early, at byte %lld", what, (long long)raw->offset);
}

static size_t pull_gzip(struct stream *plain, char *room, size_t n)
{
	struct members *m = plain->state;
	size_t asked = n < 1u << 30 ? n : 1u << 30;
	m->z.next_out = (Bytef *)room;
	m->z.avail_out = (uInt)asked;
	while (m->inside && m->z.avail_out == asked) {
		struct view some = view_first(stream_some(m->raw), 1u << 30);
		if (some.n == 0)
			return fail_early(m, "gzip member");
		m->z.next_in = (Bytef *)(uintptr_t)some.p;
		m->z.avail_in = (uInt)some.n;
		int code = inflate(&m->z, Z_NO_FLUSH);
		stream_skip(m->raw, (int64_t)(some.n - m->z.avail_in));
		if (code == Z_STREAM_END) {
			m->inside = false;
			m->length = m->raw->offset - m->offset;
		} else if (code != Z_OK && code != Z_BUF_ERROR) {
			m->inside = false;
			m->damaged = true;
			stream_fail(plain, GARNER_BAD_CODING, "gzip member broken at byte %lld: %s",
				(long long)m->raw->offset, m->z.msg ? m->z.msg : "bad data");
		}
	}
	return asked - m->z.avail_out;
}

static size_t pull_zstd(struct stream *plain, char *room, size_t n)
{
	struct members *m = plain->state;
	ZSTD_outBuffer out = { room, n, 0 };
	while (m->inside && out.pos == 0) {
		struct view some = stream_some(m->raw);
		if (some.n == 0)
			return fail_early(m, "zstd frame");
		ZSTD_inBuffer in = { some.p, some.n, 0 };
		size_t code = ZSTD_decompressStream(m->zstd, &out, &in);
		stream_skip(m->raw, (int64_t)in.pos);
		if (code == 0) {
			m->inside = false;
			m->length = m->raw->offset - m->offset;
		} else if (ZSTD_isError(code)) {
			m->inside = false;
			m->damaged = true;
			stream_fail(plain, GARNER_BAD_CODING, "zstd frame broken at byte %lld: %s",
				(long long)m->raw->offset, ZSTD_getErrorName(code));
		}
	}
	return out.pos;
}

static size_t pull(struct stream *plain, char *room, size_t n)
{
	const struct members *m = plain->state;
	return m->coding == STREAM_GZIP ? pull_gzip(plain, room, n) : pull_zstd(plain, room, n);
}

static int begin_pieces(struct members *m)
{
	m->inside = true;
	if (m->coding == STREAM_ZSTD) {
		ZSTD_DCtx_reset(m->zstd, ZSTD_reset_session_only);
		return 0;
	}
	if (!m->z_ready && inflateInit2(&m->z, 15 + 16) != Z_OK)
		return -ENOMEM;
	m->z_ready = true;
	inflateReset2(&m->z, 15 + 16);
	return 0;
}

/* ---- in one go ----------------------------------------------------------------------------- */

/* At least @n bytes of room for plain bytes; false above the ceiling. */
static bool plain_room(struct stream *plain, size_t n)
{
	if (n <= plain->cap)
		return true;
	if (n > WHOLE_BYTES)
		return false;
	size_t cap = plain->cap ? plain->cap : PLAIN_BYTES;
	while (cap < n)
		cap *= 2;
	char *grown = realloc(plain->p, cap);
	if (grown) {
		plain->p = grown;
		plain->cap = cap;
	}
	return grown != NULL;
}

static bool whole_gzip(struct members *m, struct view raw, size_t *ret_used, size_t *ret_n)
{
	for (size_t room = m->plain.cap; plain_room(&m->plain, room); room = m->plain.cap * 2) {
		enum libdeflate_result code = libdeflate_gzip_decompress_ex(
			m->whole, raw.p, raw.n, m->plain.p, m->plain.cap, ret_used, ret_n);
		if (code != LIBDEFLATE_INSUFFICIENT_SPACE)
			return code == LIBDEFLATE_SUCCESS;
	}
	return false;
}

/* What a gzip member says of its plain size (RFC 1952, 2.3.1: ISIZE) stands before the next member, or at the end: a
 * guess, for its bytes may look like the beginning of one. False: not seen. */
static bool foretold_gzip(const struct members *m, struct view raw, size_t *ret_n)
{
	enum { HEAD = 10, TAIL = 8 };
	size_t end = HEAD + TAIL;
	for (; end < raw.n; end++) {
		end += view_find_byte(view_from(raw, end), '\x1F');
		if (stream_coding_of(view_from(raw, end)) == STREAM_GZIP)
			break;
	}
	if (end > raw.n)
		end = raw.n;
	if (raw.n < HEAD + TAIL || (end == raw.n && !m->raw->ended))
		return false;
	const unsigned char *b = (const unsigned char *)raw.p + end;
	*ret_n = (size_t)b[-4] | (size_t)b[-3] << 8 | (size_t)b[-2] << 16 | (size_t)b[-1] << 24;
	return true;
}

static bool whole_zstd(struct members *m, struct view raw, size_t *ret_used, size_t *ret_n)
{
	unsigned long long size = ZSTD_getFrameContentSize(raw.p, raw.n);
	*ret_used = ZSTD_findFrameCompressedSize(raw.p, raw.n);
	if (ZSTD_isError(*ret_used) || size > WHOLE_BYTES || !plain_room(&m->plain, (size_t)size))
		return false;
	*ret_n = ZSTD_decompress_usingDDict(m->zstd, m->plain.p, m->plain.cap, raw.p, *ret_used, m->dictionary);
	return !ZSTD_isError(*ret_n);
}

static void take_back(struct members *m)
{
	if (!m->lent)
		return;
	m->plain.p = m->own;
	m->plain.cap = m->own_cap;
	m->lent = false;
}

/* The gzip member of @n bytes that begins @raw, undone in @arena: a body that is read there need not be copied. */
static bool begin_lent(
	struct members *m, struct view raw, size_t n, struct arena *arena, size_t *ret_used, size_t *ret_n)
{
	if (n == 0 || n > WHOLE_BYTES)
		return false;
	struct arena_mark mark = arena_mark(arena);
	char *room = arena_alloc(arena, n + 1);
	if (!room)
		return false;
	if (libdeflate_gzip_decompress_ex(m->whole, raw.p, raw.n, room, n, ret_used, ret_n) != LIBDEFLATE_SUCCESS) {
		arena_rewind(arena, mark);
		return false;
	}
	m->own = m->plain.p;
	m->own_cap = m->plain.cap;
	m->plain.p = room;
	m->plain.cap = n;
	m->lent = true;
	return true;
}

bool members_is_lent(const struct members *m)
{
	return m->lent;
}

void members_settle(struct members *m)
{
	struct stream *plain = &m->plain;
	if (!m->lent)
		return;
	struct view rest = view_make(plain->p + plain->at, plain->end - plain->at);
	take_back(m);
	plain->at = plain->end = 0;
	if (!plain_room(plain, rest.n)) {
		stream_fail(plain, GARNER_TOO_COMPLEX, "no memory for a window of %zu bytes", rest.n);
		return;
	}
	if (rest.n)
		memcpy(plain->p, rest.p, rest.n);
	plain->end = rest.n;
}

/* libdeflate is 2.8 times as fast as zlib but wants the member whole: true when it was. */
static bool begin_whole(struct members *m, struct arena *arena)
{
	size_t used = 0, n = 0, before = 0;
	for (size_t look = LOOK_BYTES; look <= LOOK_MORE_BYTES;
		look = look < LOOK_MORE_BYTES ? LOOK_MORE_BYTES : look + 1) {
		struct view raw = stream_look(m->raw, look);
		if (look == LOOK_BYTES)
			raw = stream_some(m->raw);
		if (raw.n <= before)
			return false;
		before = raw.n;
		size_t told = 0;
		if (m->coding == STREAM_GZIP && !foretold_gzip(m, raw, &told) && look == LOOK_BYTES)
			continue; /* its end is not in sight: what comes of it now would be thrown away */
		bool done = begin_lent(m, raw, told, arena, &used, &n) ||
			    (m->coding == STREAM_GZIP ? whole_gzip(m, raw, &used, &n) : whole_zstd(m, raw, &used, &n));
		if (!done)
			continue;
		stream_skip(m->raw, (int64_t)used);
		m->length = (int64_t)used;
		m->plain.end = n;
		m->plain.ended = true;
		return true;
	}
	return false;
}

/* ---- dictionary ---------------------------------------------------------------------------- */

/* A dictionary that is itself a zstd frame, undone. */
static struct view undo_dictionary(struct view v, char **ret_plain)
{
	unsigned long long size = ZSTD_getFrameContentSize(v.p, v.n);
	if (size == ZSTD_CONTENTSIZE_UNKNOWN)
		size = LIMIT_DICTIONARY_BYTES;
	if (size > LIMIT_DICTIONARY_BYTES)
		return VIEW_NONE;
	*ret_plain = malloc((size_t)size + 1);
	size_t n = *ret_plain ? ZSTD_decompress(*ret_plain, (size_t)size, v.p, v.n) : 0;
	return ZSTD_isError(n) ? VIEW_NONE : view_make(*ret_plain, n);
}

/* The IIPC's .warc.zst: a skippable frame 0x184D2A5D in front holds the dictionary of all frames, as it is or itself a
 * zstd frame; where such files were joined, another one follows. A broken one is left: every frame then tells that it
 * can't be undone. */
static int take_dictionary(struct members *m)
{
	struct view v = stream_look(m->raw, 8);
	if (v.n < 8 || !view_starts(v, VIEW("\x5D\x2A\x4D\x18")))
		return 0;
	const unsigned char *b = (const unsigned char *)v.p + 4;
	size_t size = (size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24;
	if (size > LIMIT_DICTIONARY_BYTES)
		return 0;
	v = view_from(stream_look(m->raw, 8 + size), 8);
	char *plain = NULL;
	if (view_starts(v, VIEW("\x28\xB5\x2F\xFD")))
		v = undo_dictionary(v, &plain);
	ZSTD_DDict *dictionary = v.n ? ZSTD_createDDict(v.p, v.n) : NULL;
	free(plain);
	if (dictionary) {
		ZSTD_DCtx_reset(m->zstd, ZSTD_reset_session_only);
		ZSTD_DCtx_refDDict(m->zstd, dictionary);
		ZSTD_freeDDict(m->dictionary);
		m->dictionary = dictionary;
	}
	return v.n && !dictionary ? -ENOMEM : 0;
}

/* ---- from member to member ----------------------------------------------------------------- */

/* The first plain bytes behind @raw are the mark. */
static bool begins_with_mark(struct members *m, struct view raw)
{
	char first[16];
	size_t n = m->mark.n < sizeof(first) ? m->mark.n : sizeof(first), got = 0;
	if (m->coding == STREAM_GZIP) {
		z_stream z = { .next_in = (Bytef *)(uintptr_t)raw.p,
			.avail_in = (uInt)raw.n,
			.next_out = (Bytef *)first,
			.avail_out = (uInt)n };
		if (inflateInit2(&z, 15 + 16) != Z_OK)
			return false;
		inflate(&z, Z_SYNC_FLUSH);
		got = n - z.avail_out;
		inflateEnd(&z);
	} else {
		ZSTD_inBuffer in = { raw.p, raw.n, 0 };
		ZSTD_outBuffer out = { first, n, 0 };
		ZSTD_DCtx_reset(m->zstd, ZSTD_reset_session_only);
		ZSTD_decompressStream(m->zstd, &out, &in);
		ZSTD_DCtx_reset(m->zstd, ZSTD_reset_session_only);
		got = out.pos;
	}
	return got == n && memcmp(first, m->mark.p, n) == 0;
}

enum { RESYNC_LOOK_BYTES = 4096 };

/* Moves raw to the next place from here on where a member begins, or to the end. */
static void resync(struct members *m)
{
	char lead = m->coding == STREAM_GZIP ? '\x1F' : '\x28';
	for (;;) {
		struct view v = stream_look(m->raw, RESYNC_LOOK_BYTES);
		if (v.n == 0)
			return;
		size_t at = view_find_byte(v, lead);
		if (at) {
			stream_skip(m->raw, (int64_t)at);
			continue;
		}
		if (stream_coding_of(v) == m->coding && begins_with_mark(m, v))
			return;
		stream_skip(m->raw, 1);
	}
}

static bool only_zeros(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i])
			return false;
	return true;
}

/* Behind the last member: nothing, or zero bytes. */
static bool at_end(struct members *m)
{
	for (;;) {
		struct view v = stream_look(m->raw, RESYNC_LOOK_BYTES);
		if (v.n == 0)
			return true;
		if (!only_zeros(v))
			return false;
		if (v.n < RESYNC_LOOK_BYTES) {
			stream_skip(m->raw, (int64_t)v.n);
			return true;
		}
		stream_skip(m->raw, (int64_t)v.n);
	}
}

bool members_go_on(struct members *m)
{
	struct stream *plain = &m->plain;
	if (m->coding == STREAM_PLAIN || m->inside || m->damaged || !plain->ended || plain->reason)
		return false;
	struct view raw = stream_look(m->raw, RESYNC_LOOK_BYTES);
	if (stream_coding_of(raw) != m->coding || begins_with_mark(m, raw))
		return false;
	members_settle(m);
	if (plain->reason || begin_pieces(m) < 0)
		return false;
	plain->ended = false;
	m->length = -1;
	return true;
}

/* Leaves the member at hand: to its end, or behind the damage in it. */
static void leave(struct members *m)
{
	take_back(m);
	while (m->inside && stream_some(&m->plain).n)
		stream_skip(&m->plain, (int64_t)stream_some(&m->plain).n);
	if (m->damaged) {
		/* A broken stream may have been read past its true end: go back if the input can. */
		if (m->raw->offset > m->offset + 1)
			stream_seek(m->raw, m->offset + 1);
		else if (m->raw->offset == m->offset)
			stream_skip(m->raw, 1); /* refused at its first byte: not to be met again */
		resync(m);
	}
	m->damaged = false;
	m->length = -1;
	m->plain.at = m->plain.end = 0;
	m->plain.offset = 0;
	m->plain.ended = false;
	m->plain.reason = 0;
}

static int next_plain(struct members *m)
{
	if (m->any)
		return MEMBERS_END;
	m->any = true;
	m->offset = m->raw->offset;
	return 0;
}

int members_next(struct members *m, struct arena *arena, const char **ret_words)
{
	*ret_words = NULL;
	if (m->coding == STREAM_PLAIN)
		return next_plain(m);
	leave(m);
	if (at_end(m)) {
		if (!m->raw->reason)
			return MEMBERS_END;
		int reason = m->raw->reason;
		m->raw->reason = 0;
		m->offset = m->raw->offset;
		*ret_words = m->raw->detail;
		return reason;
	}
	m->offset = m->raw->offset;
	if (stream_coding_of(stream_look(m->raw, 4)) != m->coding) {
		resync(m);
		*ret_words = "bytes that are no member";
		return GARNER_BAD_RECORD;
	}
	if (m->coding == STREAM_ZSTD && take_dictionary(m) < 0)
		return -ENOMEM;
	return begin_whole(m, arena) ? 0 : begin_pieces(m);
}

/* ---- open, close --------------------------------------------------------------------------- */

int members_open(struct stream *raw, struct view mark, struct members **ret_members, struct error *error)
{
	struct members *m = calloc(1, sizeof(*m));
	if (!m)
		return error_set(error, -ENOMEM, "no memory");
	*m = (struct members){ .raw = raw, .mark = mark, .length = -1 };
	m->plain = (struct stream){ .fd = -1, .pull = pull, .state = m };
	/* One long look at the start sets the window's size: later ones move bytes seldom. */
	m->coding = stream_coding_of(stream_look(raw, 4 * LOOK_BYTES));
	m->whole = libdeflate_alloc_decompressor();
	m->zstd = ZSTD_createDCtx();
	if (!m->whole || !m->zstd || !plain_room(&m->plain, PLAIN_BYTES)) {
		members_close(m);
		return error_set(error, -ENOMEM, "no memory");
	}
	ZSTD_DCtx_setParameter(m->zstd, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG);
	*ret_members = m;
	return 0;
}

struct stream *members_stream(struct members *m)
{
	return m->coding == STREAM_PLAIN ? m->raw : &m->plain;
}

int64_t members_offset(const struct members *m)
{
	return m->offset;
}

int64_t members_length(const struct members *m)
{
	return m->length;
}

bool members_is_plain(const struct members *m)
{
	return m->coding == STREAM_PLAIN;
}

struct members *members_close(struct members *m)
{
	if (m) {
		take_back(m);
		libdeflate_free_decompressor(m->whole);
		if (m->z_ready)
			inflateEnd(&m->z);
		ZSTD_freeDCtx(m->zstd);
		ZSTD_freeDDict(m->dictionary);
		free(m->plain.p);
		free(m);
	}
	return NULL;
}
