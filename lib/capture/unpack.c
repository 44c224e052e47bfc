/* gzip and zstd streams undone piece by piece; memory is one window of the coding. */
#include "capture/stream.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include "garner.h"
#include "util/limits.h"

/* ---- gzip ---------------------------------------------------------------------------------- */

struct gunzip {
	struct stream *under;
	z_stream z;
	bool inside; /* of a member */
	bool any;    /* one member was begun */
};

/* Readies for the member that begins here. False: none does. */
static bool gunzip_begin(struct stream *stream, struct gunzip *g)
{
	struct view first = stream_look(g->under, 4);
	if (stream_coding_of(first) == STREAM_GZIP || (first.n && !g->any)) {
		g->any = g->inside = true;
		inflateReset2(&g->z, 15 + 16);
		return true;
	}
	for (struct view some; (some = stream_some(g->under)).n; stream_skip(g->under, (int64_t)some.n))
		for (size_t i = 0; i < some.n; i++)
			if (some.p[i]) {
				stream_fail(stream, GARNER_BAD_CODING, "byte %lld: not a gzip member",
					(long long)(g->under->offset + (int64_t)i));
				return false;
			}
	if (g->under->reason)
		stream_fail(stream, g->under->reason, "%s", g->under->detail);
	return false;
}

static size_t gunzip_pull(struct stream *stream, char *room, size_t n)
{
	struct gunzip *g = stream->state;
	g->z.next_out = (Bytef *)room;
	g->z.avail_out = (uInt)(n < 1u << 30 ? n : 1u << 30);
	uInt asked = g->z.avail_out;
	while (g->z.avail_out == asked) {
		if (!g->inside && !gunzip_begin(stream, g))
			return 0;
		struct view some = view_first(stream_some(g->under), 1u << 30);
		g->z.next_in = (Bytef *)(uintptr_t)some.p;
		g->z.avail_in = (uInt)some.n;
		int code = inflate(&g->z, Z_NO_FLUSH);
		int64_t place = g->under->offset + (int64_t)(some.n - g->z.avail_in);
		stream_skip(g->under, (int64_t)(some.n - g->z.avail_in));
		if (code == Z_STREAM_END)
			g->inside = false;
		else if (some.n == 0 && code == Z_BUF_ERROR)
			code = g->under->reason ? (int)stream_fail(stream, g->under->reason, "%s", g->under->detail)
						: (int)stream_fail(stream, GARNER_TRUNCATED,
							  "byte %lld: the gzip stream ends early", (long long)place);
		else if (code != Z_OK && code != Z_BUF_ERROR)
			stream_fail(stream, GARNER_BAD_CODING, "byte %lld: %s", (long long)place,
				g->z.msg ? g->z.msg : "broken gzip stream");
		if (stream->reason)
			break;
	}
	return asked - g->z.avail_out;
}

static void gunzip_close(struct stream *stream)
{
	struct gunzip *g = stream->state;
	inflateEnd(&g->z);
	stream_close(g->under);
	free(g);
}

struct stream *stream_of_gzip(struct stream *under)
{
	struct gunzip *g = calloc(1, sizeof(*g));
	if (!g || inflateInit2(&g->z, 15 + 16) != Z_OK) {
		free(g);
		return NULL;
	}
	struct stream *stream = stream_new(gunzip_pull, gunzip_close, g);
	if (!stream) {
		inflateEnd(&g->z);
		free(g);
		return NULL;
	}
	g->under = under;
	return stream;
}

/* ---- zstd ---------------------------------------------------------------------------------- */

struct unzstd {
	struct stream *under;
	ZSTD_DCtx *context;
	size_t hint; /* 0: between frames */
};

static size_t unzstd_pull(struct stream *stream, char *room, size_t n)
{
	struct unzstd *u = stream->state;
	ZSTD_outBuffer out = { room, n, 0 };
	while (out.pos == 0) {
		struct view some = stream_some(u->under);
		if (some.n == 0) {
			if (u->under->reason)
				return stream_fail(stream, u->under->reason, "%s", u->under->detail);
			if (u->hint)
				stream_fail(stream, GARNER_TRUNCATED, "byte %lld: the zstd frame ends early",
					(long long)u->under->offset);
			return 0;
		}
		ZSTD_inBuffer in = { some.p, some.n, 0 };
		size_t code = ZSTD_decompressStream(u->context, &out, &in);
		stream_skip(u->under, (int64_t)in.pos);
		if (ZSTD_isError(code)) {
			stream_fail(stream, GARNER_BAD_CODING, "byte %lld: zstd: %s", (long long)u->under->offset,
				ZSTD_getErrorName(code));
			break;
		}
		u->hint = code;
	}
	return out.pos;
}

static void unzstd_close(struct stream *stream)
{
	struct unzstd *u = stream->state;
	ZSTD_freeDCtx(u->context);
	stream_close(u->under);
	free(u);
}

struct stream *stream_of_zstd(struct stream *under)
{
	struct unzstd *u = calloc(1, sizeof(*u));
	struct stream *stream = u ? stream_new(unzstd_pull, unzstd_close, u) : NULL;
	if (!stream || !(u->context = ZSTD_createDCtx())) {
		free(stream);
		free(u);
		return NULL;
	}
	ZSTD_DCtx_setParameter(u->context, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG);
	u->under = under;
	return stream;
}
