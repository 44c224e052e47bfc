/* Content codings (RFC 9110, 8.4.1): gzip and deflate by zlib and libdeflate, zstd (RFC 8878), br (RFC 7932)
 * where the library was found at build time. Every output has its ceiling before the first byte. */
#include "decode/decode.h"

#include <errno.h>
#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>
#include "util/buf.h"
#include "util/limits.h"
#ifdef HAVE_BROTLI
#include <brotli/decode.h>
#endif

enum coding { CODING_NONE, CODING_GZIP, CODING_DEFLATE, CODING_ZSTD, CODING_BROTLI, CODING_UNKNOWN };

static enum coding coding_of(struct view name)
{
	static const struct {
		const char *name;
		enum coding coding;
	} names[] = { { "identity", CODING_NONE }, { "none", CODING_NONE }, { "gzip", CODING_GZIP },
		{ "x-gzip", CODING_GZIP }, { "deflate", CODING_DEFLATE }, { "zstd", CODING_ZSTD },
		{ "br", CODING_BROTLI } };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (view_eq_nocase(name, view_of(names[i].name)))
			return names[i].coding;
	return CODING_UNKNOWN;
}

static bool starts_gzip(struct view in)
{
	return view_starts(in, VIEW("\x1F\x8B\x08"));
}

static bool starts_zstd(struct view in)
{
	return view_starts(in, VIEW("\x28\xB5\x2F\xFD"));
}

/* The buffer's result in the arena. */
static int hand_over(struct page *page, struct buf *out, int result, struct view *ret)
{
	if (out->n == out->max) {
		buf_free(out);
		return GARNER_TOO_LARGE;
	}
	char *copy = arena_strndup(&page->arena, out->p, out->n);
	size_t n = out->n;
	buf_free(out);
	if (!copy)
		return page_full(page);
	*ret = view_make(copy, n);
	return result;
}

static int discard(struct buf *out, int result)
{
	buf_free(out);
	return result;
}

/* Buffers hold one byte more than the ceiling: whoever fills that one is over it. */
static struct buf output(size_t max)
{
	return BUF_INIT(max + 1);
}

/* Room for the next piece; NULL with *ret_result when there is none. */
static char *next_room(struct buf *out, size_t *ret_space, int *ret_result)
{
	size_t left = out->max - out->n;
	*ret_space = left < KIB(64) ? left : KIB(64);
	char *room = left ? buf_room(out, *ret_space) : NULL;
	if (!room)
		*ret_result = left ? out->err : GARNER_TOO_LARGE;
	return room;
}

/* One whole gzip member whose last four bytes tell its length: libdeflate, 937 against zlib's 336 MB/s.
 * False: try the long way. */
static bool gunzip_quickly(struct page *page, struct view in, size_t max, struct view *ret)
{
	if (!starts_gzip(in) || in.n < 18)
		return false;
	const unsigned char *tail = (const unsigned char *)in.p + in.n - 4;
	size_t size = (size_t)tail[0] | (size_t)tail[1] << 8 | (size_t)tail[2] << 16 | (size_t)tail[3] << 24;
	/* Deflate cannot pack more than 1,032 bytes into one. */
	if (size > max || size / 1032 > in.n)
		return false;
	struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
	char *out = inflater ? arena_alloc(&page->arena, size + 1) : NULL;
	size_t used = 0;
	bool done = out &&
		    libdeflate_gzip_decompress_ex(inflater, in.p, in.n, out, size, &used, NULL) == LIBDEFLATE_SUCCESS &&
		    used == in.n;
	libdeflate_free_decompressor(inflater);
	if (!done)
		return false;
	out[size] = 0;
	*ret = view_make(out, size);
	return true;
}

/* @window_bits as zlib's inflateInit2. Members may follow each other; what follows them is ignored. */
static int inflate_slowly(struct view in, int window_bits, struct buf *out)
{
	z_stream stream = { .next_in = (Bytef *)in.p, .avail_in = (uInt)in.n };
	if (inflateInit2(&stream, window_bits) != Z_OK)
		return -ENOMEM;
	int result = 0, code = Z_OK;
	bool whole = false; /* at least one member came to its end */
	for (;;) {
		size_t space;
		char *room = next_room(out, &space, &result);
		if (!room)
			break;
		stream.next_out = (Bytef *)room;
		stream.avail_out = (uInt)space;
		code = inflate(&stream, Z_NO_FLUSH);
		buf_added(out, space - stream.avail_out);
		if (code == Z_STREAM_END) {
			whole = true;
			struct view rest = { (const char *)stream.next_in, stream.avail_in };
			if (!starts_gzip(rest) || inflateReset(&stream) != Z_OK)
				break;
		} else if (code != Z_OK) {
			bool cut = code == Z_BUF_ERROR && stream.avail_in == 0;
			result = cut ? GARNER_TRUNCATED : whole ? 0 : GARNER_BAD_CODING;
			break;
		}
	}
	inflateEnd(&stream);
	return result;
}

static int undo_gzip(struct page *page, struct view in, size_t max, struct view *ret)
{
	if (gunzip_quickly(page, in, max, ret))
		return 0;
	struct buf out = output(max);
	int result = inflate_slowly(in, 15 + 16, &out);
	if (result < 0 || result == GARNER_TOO_LARGE || result == GARNER_BAD_CODING)
		return discard(&out, result);
	return hand_over(page, &out, result, ret);
}

/* RFC 9110 says zlib's format; some servers send bare deflate, as every browser knows. */
static int undo_deflate(struct page *page, struct view in, size_t max, struct view *ret)
{
	struct buf out = output(max);
	int result = inflate_slowly(in, 15, &out);
	if (result == GARNER_BAD_CODING) {
		out.n = 0;
		result = inflate_slowly(in, -15, &out);
	}
	if (result < 0 || result == GARNER_TOO_LARGE || result == GARNER_BAD_CODING)
		return discard(&out, result);
	return hand_over(page, &out, result, ret);
}

static int undo_zstd(struct page *page, struct view in, size_t max, struct view *ret)
{
	ZSTD_DStream *stream = ZSTD_createDStream();
	if (!stream)
		return -ENOMEM;
	/* A window of 8 MiB is what RFC 8878 asks of a decoder; RFC 9659 makes it the most on the web. */
	ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, 23);
	struct buf out = output(max);
	ZSTD_inBuffer from = { in.p, in.n, 0 };
	int result = 0;
	bool whole = false; /* as with gzip: what follows frames is ignored */
	for (size_t left = 1; left != 0 || from.pos < from.size;) {
		size_t space;
		char *room = next_room(&out, &space, &result);
		if (!room)
			break;
		ZSTD_outBuffer to = { room, space, 0 };
		left = ZSTD_decompressStream(stream, &to, &from);
		buf_added(&out, to.pos);
		if (ZSTD_isError(left)) {
			result = whole ? 0 : GARNER_BAD_CODING;
			break;
		}
		whole |= left == 0;
		if (left != 0 && from.pos == from.size && to.pos < to.size) {
			result = GARNER_TRUNCATED;
			break;
		}
	}
	ZSTD_freeDStream(stream);
	if (result < 0 || result == GARNER_TOO_LARGE || result == GARNER_BAD_CODING)
		return discard(&out, result);
	return hand_over(page, &out, result, ret);
}

#ifdef HAVE_BROTLI
static int undo_brotli(struct page *page, struct view in, size_t max, struct view *ret)
{
	BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	if (!state)
		return -ENOMEM;
	struct buf out = output(max);
	const uint8_t *next_in = (const uint8_t *)in.p;
	size_t left_in = in.n;
	int result = 0;
	for (;;) {
		size_t space;
		uint8_t *next_out = (uint8_t *)next_room(&out, &space, &result);
		if (!next_out)
			break;
		size_t left_out = space;
		BrotliDecoderResult code =
			BrotliDecoderDecompressStream(state, &left_in, &next_in, &left_out, &next_out, NULL);
		buf_added(&out, space - left_out);
		if (code == BROTLI_DECODER_RESULT_SUCCESS)
			break;
		if (code == BROTLI_DECODER_RESULT_ERROR || code == BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT) {
			result = code == BROTLI_DECODER_RESULT_ERROR ? GARNER_BAD_CODING : GARNER_TRUNCATED;
			break;
		}
	}
	BrotliDecoderDestroyInstance(state);
	if (result < 0 || result == GARNER_TOO_LARGE || result == GARNER_BAD_CODING)
		return discard(&out, result);
	return hand_over(page, &out, result, ret);
}
#endif

static int undo_one(struct page *page, enum coding coding, struct view in, size_t max, struct view *ret)
{
	switch (coding) {
	case CODING_GZIP: return undo_gzip(page, in, max, ret);
	case CODING_DEFLATE: return undo_deflate(page, in, max, ret);
	case CODING_ZSTD: return undo_zstd(page, in, max, ret);
#ifdef HAVE_BROTLI
	case CODING_BROTLI: return undo_brotli(page, in, max, ret);
#endif
	default: return GARNER_BAD_CODING;
	}
}

/* The coding that the bytes themselves tell of, where the one they are said to have does not undo them. */
static enum coding coding_seen(struct view in)
{
	const unsigned char *b = (const unsigned char *)in.p;
	if (starts_gzip(in))
		return CODING_GZIP;
	if (starts_zstd(in))
		return CODING_ZSTD;
	return in.n >= 2 && b[0] == 0x78 && (b[0] << 8 | b[1]) % 31 == 0 ? CODING_DEFLATE : CODING_NONE;
}

static int undo_named(
	struct page *page, enum coding named, struct view name, struct view in, size_t max, struct view *ret)
{
	int result = undo_one(page, named, in, max, ret);
	enum coding seen = coding_seen(in);
	if (result != GARNER_BAD_CODING || seen == named || seen == CODING_NONE)
		return result;
	result = undo_one(page, seen, in, max, ret);
	if (result == 0 || result == GARNER_TRUNCATED)
		page_note(page, "content-encoding %.*s, but the body has another", (int)(name.n < 40 ? name.n : 40),
			name.p);
	return result;
}

/* Archives and proxies often keep the header and store the bytes without the coding. Text can't be
 * mistaken for a coded body: gzip and zstd have magic numbers, the others look binary. */
static bool stands_uncoded(enum coding coding, struct view in)
{
	if ((coding == CODING_GZIP && starts_gzip(in)) || (coding == CODING_ZSTD && starts_zstd(in)))
		return false;
	enum sniffed sniffed = sniff_bytes(view_first(in, SNIFF_BYTES));
	return sniffed == SNIFF_HTML || sniffed == SNIFF_TEXT || sniffed == SNIFF_XML;
}

static bool previous_name(struct view *list, struct view *ret_name)
{
	while (list->n) {
		size_t start = list->n;
		while (start > 0 && list->p[start - 1] != ',')
			start--;
		*ret_name = view_trim(view_from(*list, start));
		list->n = start ? start - 1 : 0;
		if (ret_name->n)
			return true;
	}
	return false;
}

int coding_undo(struct page *page, struct view encoding, struct view in, size_t max, struct view *ret)
{
	int worst = 0, depth = 0;
	struct view body = in, name;
	/* Codings are listed in the order they were put on, so the last comes off first. */
	while (previous_name(&encoding, &name)) {
		enum coding coding = coding_of(name);
		if (coding == CODING_NONE)
			continue;
		if (stands_uncoded(coding, body)) {
			page_note(page, "content-encoding %.*s, but the body is not coded",
				(int)(name.n < 40 ? name.n : 40), name.p);
			break;
		}
		if (++depth > LIMIT_CODINGS)
			return GARNER_BAD_CODING;
		int result = undo_named(page, coding, name, body, max, &body);
		if (result == GARNER_TRUNCATED)
			worst = result;
		else if (result)
			return result;
	}
	/* Servers that hand out file.html.gz say nothing about it. */
	for (; depth < LIMIT_CODINGS && (starts_gzip(body) || starts_zstd(body)); depth++) {
		int result = undo_one(page, starts_gzip(body) ? CODING_GZIP : CODING_ZSTD, body, max, &body);
		if (result == GARNER_TRUNCATED)
			worst = result;
		else if (result)
			return result;
	}
	*ret = body;
	return worst;
}
