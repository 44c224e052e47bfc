#include "capture/xml_repair.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "dom/charref.h"
#include "util/limits.h"

/* TEXT: elements and their texts, too. */
enum { TEXT, COMMENT, CDATA, INSTRUCTION };
enum { REFERENCE_BYTES = 40, MARK_BYTES = 9, ROOM = 2 << 20 };

void xml_repair_init(struct xml_repair *repair)
{
	*repair = (struct xml_repair){ .lines = 1, .held = BUF_INIT(ROOM), .out = BUF_INIT(ROOM) };
}

void xml_repair_free(struct xml_repair *repair)
{
	buf_free(&repair->held);
	buf_free(&repair->out);
}

static bool is_utf16(struct view in)
{
	return in.n > 1 && (in.p[0] == 0 || in.p[1] == 0 || ((unsigned char)in.p[0] ^ (unsigned char)in.p[1]) == 1);
}

/* "&#38;" to "&#x10FFFF;" of characters that XML 1.0 (2.2) allows. */
static bool is_number(struct view name)
{
	bool hex = name.n > 2 && name.p[1] == 'x';
	uint32_t code = 0;
	size_t i = hex ? 2 : 1;
	if (i >= name.n)
		return false;
	for (; i < name.n; i++) {
		char c = ascii_lower(name.p[i]);
		bool letter = hex && c >= 'a' && c <= 'f';
		if ((!ascii_is_digit(c) && !letter) || code > 0x10FFFF)
			return false;
		code = code * (hex ? 16 : 10) + (uint32_t)(letter ? c - 'a' + 10 : c - '0');
	}
	return code == '\t' || code == '\n' || code == '\r' || (code >= ' ' && code < 0xD800) ||
	       (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

static bool is_of_xml(struct view name)
{
	return view_eq(name, VIEW("amp")) || view_eq(name, VIEW("lt")) || view_eq(name, VIEW("gt")) ||
	       view_eq(name, VIEW("quot")) || view_eq(name, VIEW("apos"));
}

/* How many bytes behind "&" stand before ";"; 0: it is no reference. */
static size_t name_bytes(struct view in)
{
	size_t n = 1;
	while (n < in.n && n <= REFERENCE_BYTES &&
		(ascii_is_alpha(in.p[n]) || ascii_is_digit(in.p[n]) || (n == 1 && in.p[n] == '#')))
		n++;
	return n < in.n && in.p[n] == ';' ? n - 1 : 0;
}

/* At "&": bytes of @in that are spelt anew, in @out; 0: it stays. */
static size_t repair_reference(const struct xml_repair *repair, struct view in, char out[64])
{
	size_t n = name_bytes(in);
	struct view name = n ? view_make(in.p + 1, n) : VIEW_NONE;
	uint32_t points[2];
	if (n && (name.p[0] == '#' ? is_number(name) : is_of_xml(name) || repair->declares))
		return 0;
	size_t count = n ? charref_points(name, points) : 0;
	if (count == 1)
		snprintf(out, 64, "&#%u;", (unsigned)points[0]);
	else if (count)
		snprintf(out, 64, "&#%u;&#%u;", (unsigned)points[0], (unsigned)points[1]);
	else
		snprintf(out, 64, "&amp;");
	return count ? n + 2 : 1;
}

/* At "<": what begins here. */
static int enters(struct xml_repair *repair, struct view in)
{
	if (view_starts(in, VIEW("<!--")))
		return COMMENT;
	if (view_starts(in, VIEW("<![CDATA[")))
		return CDATA;
	repair->declares |= view_starts(in, VIEW("<!ENTITY"));
	return view_starts(in, VIEW("<?")) ? INSTRUCTION : TEXT;
}

struct walk {
	struct view in;
	size_t from, at; /* from: what is not in repair->out yet */
};

static char before(const struct xml_repair *repair, const struct walk *walk, size_t n)
{
	return walk->at >= n ? walk->in.p[walk->at - n] : repair->last[walk->at + 2 - n];
}

/* At ">": does what stood here end? */
static bool leaves(const struct xml_repair *repair, const struct walk *walk)
{
	char one = before(repair, walk, 1), two = before(repair, walk, 2);
	switch (repair->within) {
	case COMMENT: return one == '-' && two == '-';
	case CDATA: return one == ']' && two == ']';
	case INSTRUCTION: return one == '?';
	default: return false;
	}
}

/* @size bytes are @spelling from now on. */
static void replace(struct xml_repair *repair, struct walk *walk, size_t size, const char *spelling)
{
	buf_put(&repair->out, walk->in.p + walk->from, walk->at - walk->from);
	buf_puts(&repair->out, spelling);
	walk->at += size;
	walk->from = walk->at;
	if (!repair->count++)
		repair->line = repair->lines;
}

static void step(struct xml_repair *repair, struct walk *walk)
{
	char c = walk->in.p[walk->at], spelling[64];
	bool text = repair->within == TEXT, may = repair->count < LIMIT_XML_REPAIRS;
	struct view rest = view_from(walk->in, walk->at);
	size_t size = c == '&' && text && may ? repair_reference(repair, rest, spelling) : 0;
	if (size) {
		replace(repair, walk, size, spelling);
		return;
	}
	if ((unsigned char)c < ' ' && c != '\n' && may) {
		replace(repair, walk, 1, " ");
		return;
	}
	repair->lines += c == '\n';
	if (c == '<' && text)
		repair->within = enters(repair, rest);
	else if (c == '>' && leaves(repair, walk))
		repair->within = TEXT;
	walk->at++;
}

static inline bool is_plain(char c)
{
	return (unsigned char)c > '>' || ((unsigned char)c >= ' ' && c != '&' && c != '<' && c != '>') || c == '\t' ||
	       c == '\r';
}

/* Bytes of @in that can be decided on: a reference or a mark that may go on in the next piece waits. */
static size_t decided(struct view in, bool last)
{
	size_t tail = last || in.n < 1 ? 0 : in.n < REFERENCE_BYTES + 2 ? in.n : REFERENCE_BYTES + 2;
	for (size_t at = in.n - tail; at < in.n; at++)
		if (in.p[at] == '&' || (in.p[at] == '<' && in.n - at < MARK_BYTES))
			return at;
	return in.n;
}

/* @rest comes again with the next piece. */
static void hold(struct xml_repair *repair, struct view rest)
{
	if (!repair->held.n) {
		buf_putv(&repair->held, rest);
		return;
	}
	memmove(repair->held.p, rest.p, rest.n);
	repair->held.n = rest.n;
}

int xml_repair_push(struct xml_repair *repair, struct view piece, bool last, struct view *ret)
{
	struct view in = piece;
	if (!repair->begun && piece.n) {
		repair->begun = true;
		repair->off = is_utf16(piece);
	}
	*ret = piece;
	if (repair->off)
		return 0;
	if (repair->held.n) {
		buf_putv(&repair->held, piece);
		in = buf_view(&repair->held);
	}
	size_t end = decided(in, last);
	struct walk walk = { .in = in };
	uint64_t count = repair->count;
	buf_reset(&repair->out);
	while (walk.at < end) {
		if (is_plain(in.p[walk.at]))
			walk.at++;
		else
			step(repair, &walk);
	}
	char one = before(repair, &walk, 1), two = before(repair, &walk, 2);
	repair->last[0] = two;
	repair->last[1] = one;
	*ret = view_first(in, walk.at);
	if (repair->count > count || repair->held.n) {
		buf_put(&repair->out, in.p + walk.from, walk.at - walk.from);
		*ret = buf_view(&repair->out);
	}
	hold(repair, view_from(in, walk.at));
	return repair->held.err || repair->out.err ? -ENOMEM : 0;
}
