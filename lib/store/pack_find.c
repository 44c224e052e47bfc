/* Where things stand in a sealed pack, without decoding all of it: documents, then index pages, then the manifest, then
 * digests (format.h). All of it is in order, so each border is found by halving over the first bytes of frames. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "store/format.h"
#include "store/read.h"
#include "util/limits.h"

enum { PEEK_BYTES = 128 << 10, TAR_BLOCK = 512 };

/* What the first whole line of a piece of the closing members belongs to. */
enum piece { BEFORE_LINES, LINES, BEHIND_LINES, UNSURE };

static bool is_header(struct view raw)
{
	return raw.n >= TAR_BLOCK && memcmp(raw.p + 257, "ustar", 5) == 0;
}

/* A piece of a closing member can't look so: a tar header has NUL bytes, JSON and Markdown of ours have none. */
static bool begins_with_document(struct view raw)
{
	return is_header(raw) && is_member_name(view_make(raw.p, strnlen(raw.p, 100)));
}

static int is_document(int fd, const char *name, const struct pack_frame *frame, struct error *error)
{
	struct buf raw = BUF_INIT(TAR_BLOCK);
	int result = pack_slice(fd, name, frame, 0, TAR_BLOCK, &raw, error);
	result = result ? result : begins_with_document(buf_view(&raw));
	buf_free(&raw);
	return result;
}

/* From the end: what ends the tar, the last piece of the closing members, and full ones, which few frames of documents
 * are as large as. */
static size_t guess_border(const struct pack_frame *frames, size_t count)
{
	size_t border = count >= 2 ? count - 2 : 0;
	while (border && frames[border - 1].raw >= PACK_CLOSING_BYTES && frames[border - 1].raw < PACK_FRAME_BYTES)
		border--;
	return border;
}

int pack_border(
	int fd, const char *name, const struct pack_frame *frames, size_t count, size_t *ret_first, struct error *error)
{
	size_t low = 0, high = count;
	/* The two frames at the guessed border first. */
	size_t guess = guess_border(frames, count), tries[] = { guess, guess ? guess - 1 : 0 };
	for (size_t i = 0; low < high; i++) {
		size_t at = i < 2 && tries[i] >= low && tries[i] < high ? tries[i] : low + (high - low) / 2;
		int document = is_document(fd, name, &frames[at], error);
		if (document < 0)
			return document;
		if (document)
			low = at + 1;
		else
			high = at;
	}
	*ret_first = low;
	return 0;
}

static int64_t number_of_line(struct view line)
{
	unsigned long long n;
	struct view digits = view_from(line, 5);
	digits = view_first(digits, view_find_byte(digits, ','));
	return view_to_u64(digits, &n) ? (int64_t)n : GARNER_NO_NUMBER;
}

static enum piece of_member(struct view header, int64_t *ret_n)
{
	static const char *const behind[] = { "runs.jsonl", "SHA256SUMS" };
	if (strcmp(header.p, "manifest.jsonl") == 0) {
		*ret_n = number_of_line(view_from(header, TAR_BLOCK));
		return *ret_n == GARNER_NO_NUMBER ? UNSURE : LINES;
	}
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
		if (strcmp(header.p, behind[i]) == 0)
			return BEHIND_LINES;
	return BEFORE_LINES;
}

static bool is_sum(struct view line)
{
	size_t hex = 0;
	while (hex < line.n && hex < 65 && strchr("0123456789abcdef", line.p[hex]) && line.p[hex])
		hex++;
	return hex == 64;
}

static enum piece piece_of(struct view raw, int64_t *ret_n)
{
	if (!is_header(raw) && raw.n && raw.p[0])
		raw = view_from(raw, view_find_byte(raw, '\n') + 1);
	bool zeros = raw.n && !raw.p[0];
	while (raw.n && !raw.p[0])
		raw = view_from(raw, 1);
	if (!raw.n) /* the last padding; or a line longer than what was looked at */
		return zeros ? BEHIND_LINES : UNSURE;
	if (is_header(raw))
		return of_member(raw, ret_n);
	if (view_starts(raw, VIEW("{\"n\":"))) {
		*ret_n = number_of_line(raw);
		return *ret_n == GARNER_NO_NUMBER ? UNSURE : LINES;
	}
	return view_starts(raw, VIEW("{\"format\":")) || is_sum(raw) ? BEHIND_LINES : BEFORE_LINES;
}

/* The first frame from @low on whose piece is behind the lines of documents up to @n. -ENOENT without words: a piece
 * can't be told. */
static int find_piece(int fd, const char *name, const struct pack_frame *frames, size_t low, size_t high, int64_t n,
	size_t *ret_first, struct error *error)
{
	struct buf raw = BUF_INIT(PEEK_BYTES);
	int result = 0;
	while (!result && low < high) {
		size_t middle = low + (high - low) / 2;
		int64_t first = 0;
		result = pack_slice(fd, name, &frames[middle], 0, PEEK_BYTES, &raw, error);
		enum piece piece = result ? UNSURE : piece_of(buf_view(&raw), &first);
		if (!result && piece == UNSURE)
			result = -ENOENT;
		if (piece == BEFORE_LINES || (piece == LINES && first <= n))
			low = middle + 1;
		else
			high = middle;
	}
	buf_free(&raw);
	*ret_first = low;
	return result;
}

static int decode(int fd, const char *name, const struct pack_frame *frames, size_t first, size_t end, struct buf *out,
	struct error *error)
{
	struct buf raw = BUF_INIT((size_t)LIMIT_FRAME_BYTES + 1);
	int result = 0;
	for (size_t i = first; !result && i < end; i++) {
		result = pack_read(fd, name, frames[i].offset, frames[i].packed, &raw, error);
		if (!result && buf_putv(out, buf_view(&raw)))
			result = error_set(error, -ENOMEM, "%s: no memory for a manifest", name);
	}
	buf_free(&raw);
	return result;
}

static struct view from_first_line(const struct buf *out)
{
	/* What stands before it: the end of another member and a header, or the end of another line. */
	struct view all = buf_view(out);
	size_t after_header = view_find(all, view_make("\0{\"n\":", 6)), after_line = view_find(all, VIEW("\n{\"n\":"));
	return view_from(all, (after_header < after_line ? after_header : after_line) + 1);
}

/* Its number is written in one way only. */
static bool has_line(const struct buf *out, int64_t n)
{
	char begin[40];
	int size = snprintf(begin, sizeof(begin), "\n{\"n\":%lld,", (long long)n);
	struct view lines = from_first_line(out), rest;
	if (view_starts(lines, view_make(begin + 1, (size_t)size - 1)))
		rest = lines;
	else
		rest = view_from(lines, view_find(lines, view_make(begin, (size_t)size)) + 1);
	return view_find_byte(rest, '\n') < rest.n;
}

int pack_lines(int fd, const char *name, const struct pack_frame *frames, size_t border, size_t count, int64_t n,
	struct buf *out, struct view *ret_lines, struct error *error)
{
	size_t first, end = count ? count - 1 : 0; /* the last frame ends the tar */
	int result = find_piece(fd, name, frames, border, end, -1, &first, error);
	/* The first lines may stand at the end of the piece before. */
	size_t start = first > border ? first - 1 : first;
	if (!result && n != GARNER_NO_NUMBER) {
		result = find_piece(fd, name, frames, first, end, n, &first, error);
		start = first > start + 1 ? first - 1 : start;
		if (!result)
			result = decode(fd, name, frames, start, first, out, error);
		/* A line may be cut by the end of its piece. */
		if (!result && first < end && !has_line(out, n))
			result = decode(fd, name, frames, first, first + 1, out, error);
	} else if (!result) {
		result = decode(fd, name, frames, start, end, out, error);
	}
	if (!result)
		*ret_lines = from_first_line(out);
	return result;
}
