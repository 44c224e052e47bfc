/* The profiles: see the table in normalise.h. */
#include "normalise/profile.h"

#include <errno.h>
#include <utf8proc.h>
#include "normalise/unicode.h"
#include "util/sink.h"

struct pass {
	enum filter filter;
	struct view in;
	size_t at;
	struct sink out;
	uint32_t last;	    /* written last; 0 at the start */
	uint32_t last_base; /* the same, marks and variation selectors passed over */
	size_t line_end;    /* end of the line whose direction is known */
	bool line_rtl;
};

static bool ends_line(uint32_t cp)
{
	return cp == '\n' || (unicode_entry(cp) & ACTION_MASK) == ACTION_LINE;
}

static bool is_rtl_line(struct pass *pass, size_t at)
{
	if (at < pass->line_end)
		return pass->line_rtl;
	/* From the line's start: a mark may stand before or behind the letters it serves. */
	for (size_t before = at; before > 0 && !ends_line(utf8_prev(pass->in, &before));)
		at = before;
	pass->line_rtl = false;
	for (uint32_t cp = 0; at < pass->in.n && !ends_line(cp);) {
		cp = utf8_next(pass->in, &at);
		pass->line_rtl |= (unicode_entry(cp) & UNICODE_RTL) != 0;
	}
	pass->line_end = at;
	return pass->line_rtl;
}

static bool emit(struct pass *pass, uint32_t cp)
{
	pass->last = cp;
	if (!(unicode_entry(cp) & UNICODE_MARK) && !(cp >= 0xFE00 && cp <= 0xFE0F))
		pass->last_base = cp;
	return sink_code_point(&pass->out, cp);
}

/* One of two spellings of a letter or sign for search; 0 drops it. Only what search_of() of the table marks. */
static uint32_t search_sign(uint32_t cp)
{
	if (cp >= 0x064B && cp <= 0x065F)
		return 0;
	if (cp >= 0x0660 && cp <= 0x0669)
		return cp - 0x0660 + '0';
	if (cp >= 0x06F0 && cp <= 0x06F9)
		return cp - 0x06F0 + '0';
	if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212)
		return '-';
	if ((cp >= 0x2018 && cp <= 0x201B) || cp == 0x2032 || cp == 0x2039 || cp == 0x203A || cp == 0xB4)
		return '\'';
	if ((cp >= 0x201C && cp <= 0x201F) || cp == 0x2033 || cp == 0xAB || cp == 0xBB)
		return '"';
	switch (cp) {
	case 0x0640:
	case 0x0670: return 0;
	case 0x0622:
	case 0x0623:
	case 0x0625:
	case 0x0671: return 0x0627; /* alef */
	case 0x0624: return 0x0648; /* waw */
	case 0x0626: return 0x064A; /* yeh */
	case 0x0629:
	case 0x06D5: return 0x0647; /* teh marbuta, ae: heh */
	case 0x0649:
	case 0x06CC: return 0x064A; /* alef maksura, Farsi yeh: yeh */
	case 0x06A9: return 0x0643; /* keheh: kaf */
	default: return cp;
	}
}

static bool emit_search(struct pass *pass, uint32_t cp)
{
	uint32_t sign = search_sign(cp);
	if (sign != cp)
		return sign == 0 || emit(pass, sign);
	if (cp == 0x2026)
		return emit(pass, '.') && emit(pass, '.') && emit(pass, '.');
	utf8proc_int32_t parts[24];
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char(
		(utf8proc_int32_t)cp, parts, 24, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
	/* Word ligatures of the Koran would grow tenfold: they stay. A spacing vowel sign is a space and a
	 * mark, and both go with the marks. */
	if (n > 4 || n <= 0)
		return emit(pass, cp);
	for (utf8proc_ssize_t i = 0; i < n; i++) {
		uint32_t part = search_sign((uint32_t)parts[i]);
		if (part == 0 || (part == ' ' && n > 1))
			continue;
		if (!emit(pass, part))
			return false;
	}
	return true;
}

/* Behind a joiner: what it joins to. Passes over more joiners and what is dropped, which go with it. */
static uint32_t next_joined(struct pass *pass)
{
	while (pass->at < pass->in.n) {
		size_t next = pass->at;
		uint32_t cp = utf8_next(pass->in, &next), action = unicode_entry(cp) & ACTION_MASK;
		if (action != ACTION_JOINER && action != ACTION_DROP)
			return cp;
		pass->at = next;
	}
	return 0;
}

static bool cursive(unsigned entry)
{
	return (entry & UNICODE_ARABIC) && (entry & UNICODE_WORD);
}

static bool joins(const struct pass *pass, uint32_t joiner, uint32_t next)
{
	unsigned before = unicode_entry(pass->last_base), after = next ? unicode_entry(next) : 0;
	if (after & UNICODE_MARK) /* belongs to a letter, and NFC may put another one in its place */
		after = 0;
	if (pass->last == 0 || pass->filter == FILTER_SEARCH)
		return false;
	if (before & UNICODE_INDIC)
		return true;
	if (joiner == 0x200D)
		return cursive(before) || ((before & UNICODE_EMOJI) && (after & UNICODE_EMOJI));
	return (cursive(before) && (after & UNICODE_WORD)) || ((before & UNICODE_WORD) && cursive(after));
}

static bool emit_ligature(struct pass *pass, uint32_t cp)
{
	static const char *const latin[] = { "ff", "fi", "fl", "ffi", "ffl", "st", "st" };
	static const uint32_t armenian[][2] = { { 0x574, 0x576 }, { 0x574, 0x565 }, { 0x574, 0x56B }, { 0x57E, 0x576 },
		{ 0x574, 0x56D } };
	if (cp >= 0xFB13)
		return emit(pass, armenian[cp - 0xFB13][0]) && emit(pass, armenian[cp - 0xFB13][1]);
	for (const char *c = latin[cp - 0xFB00]; *c; c++)
		if (!emit(pass, (uint32_t)*c))
			return false;
	return true;
}

static bool spaceless(uint32_t cp)
{
	return (unicode_entry(cp) & (UNICODE_SPACELESS | UNICODE_WORD)) == (UNICODE_SPACELESS | UNICODE_WORD);
}

/* What stands at pass->at (a code point that is not plainly kept) and goes on behind it. */
static bool step(struct pass *pass)
{
	size_t start = pass->at;
	uint32_t cp = utf8_next(pass->in, &pass->at), next;
	unsigned entry = unicode_entry(cp);
	bool rtl, kept;
	switch (entry & ACTION_MASK) {
	case ACTION_SPACE: return emit(pass, cp == '\t' && pass->filter == FILTER_CODE ? '\t' : ' ');
	case ACTION_LINE:
		if (cp == '\r' && pass->at < pass->in.n && pass->in.p[pass->at] == '\n')
			pass->at++;
		return emit(pass, '\n');
	case ACTION_DROP: return true;
	case ACTION_JOINER: next = next_joined(pass); return !joins(pass, cp, next) || emit(pass, cp);
	case ACTION_BIDI:
		rtl = is_rtl_line(pass, start);
		return !rtl || pass->filter == FILTER_SEARCH || emit(pass, cp);
	case ACTION_LIGATURE: return emit_ligature(pass, cp);
	case ACTION_BREAK:
		next = next_joined(pass);
		kept = next && spaceless(pass->last_base) && spaceless(next) && pass->filter != FILTER_SEARCH;
		return !kept || emit(pass, cp);
	case ACTION_TAG:
		kept = (unicode_entry(pass->last) & UNICODE_EMOJI) ||
		       (unicode_entry(pass->last) & ACTION_MASK) == ACTION_TAG;
		return !kept || emit(pass, cp);
	default: break;
	}
	if (pass->filter == FILTER_SEARCH && (entry & UNICODE_SEARCH))
		return emit_search(pass, cp);
	return emit(pass, cp);
}

/* Keep touches line ends alone. */
static int keep_lines(struct arena *arena, struct view in, struct view *ret_text)
{
	if (!memchr(in.p ? in.p : "", '\r', in.n)) {
		*ret_text = in;
		return 0;
	}
	char *out = arena_alloc(arena, in.n);
	if (!out)
		return -ENOMEM;
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] == '\r' && i + 1 < in.n && in.p[i + 1] == '\n')
			continue;
		out[n++] = in.p[i] == '\r' ? '\n' : in.p[i];
	}
	*ret_text = view_make(out, n);
	return 0;
}

/* Bytes that need no look: printable ASCII and LF, eight at a time. */
static size_t skip_plain(struct view v, size_t at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
	while (v.n - at >= 8) {
		uint64_t word;
		memcpy(&word, v.p + at, 8);
		uint64_t below = (word - ones * 0x20) & ~word & highs; /* may also mark what follows one that is */
		uint64_t delete = word ^ (ones * 0x7F);
		if ((word & highs) | below | ((delete - ones) & ~delete &highs))
			break;
		at += 8;
	}
	while (at < v.n && (((unsigned char)v.p[at] >= 0x20 && (unsigned char)v.p[at] < 0x7F) || v.p[at] == '\n'))
		at++;
	return at;
}

/* Offset of the first code point that the profile may change. */
static size_t first_touched(enum filter filter, struct view in, size_t at)
{
	unsigned touched = ACTION_MASK | (filter == FILTER_SEARCH ? UNICODE_SEARCH : 0);
	for (;;) {
		at = skip_plain(in, at);
		if (at >= in.n)
			return in.n;
		size_t start = at;
		if (unicode_entry(utf8_next(in, &at)) & touched)
			return start;
	}
}

/* The last code points of what is copied unchanged are the context of what follows. */
static void set_context(struct pass *pass, size_t from)
{
	size_t at = pass->at;
	for (bool base = false; at > from && !base;) {
		uint32_t cp = utf8_prev(pass->in, &at);
		if (pass->last == 0)
			pass->last = cp;
		base = !(unicode_entry(cp) & UNICODE_MARK) && !(cp >= 0xFE00 && cp <= 0xFE0F);
		if (base)
			pass->last_base = cp;
	}
}

int profile_filter(enum filter filter, struct arena *arena, struct view in, struct view *ret_text)
{
	if (filter == FILTER_KEEP)
		return keep_lines(arena, in, ret_text);
	struct pass pass = { .filter = filter, .in = in, .out = { .arena = arena } };
	size_t next = first_touched(filter, in, 0);
	if (next == in.n) {
		*ret_text = in;
		return 0;
	}
	if (!sink_room(&pass.out, in.n))
		return -ENOMEM;
	while (pass.at < in.n) {
		size_t from = pass.at;
		if (!sink_put(&pass.out, in.p + from, next - from))
			return -ENOMEM;
		pass.at = next;
		if (next > from) {
			pass.last = 0;
			set_context(&pass, from);
		}
		if (next < in.n && !step(&pass))
			return -ENOMEM;
		next = first_touched(filter, in, pass.at);
	}
	*ret_text = sink_view(&pass.out);
	return 0;
}
