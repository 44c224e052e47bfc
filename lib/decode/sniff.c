/* What bytes look like: WHATWG MIME Sniffing, 5 and 7.1, as far as a text archive needs it. */
#include "decode/decode.h"
#include "util/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* MIME Sniffing 7.1: the tags that make a resource HTML, each followed by a space or '>'. */
static const char *const html_starts[] = { "<!doctype html", "<html", "<head", "<script", "<iframe", "<h1", "<div",
	"<font", "<table", "<a", "<style", "<title", "<b", "<body", "<br", "<p", "<meta", "<link", "<article", "<main",
	"<section", "<h2", "<span", "<ul" };

/* Formats with a magic number that begins with text-like bytes, or with few control bytes. */
static const struct view magics[] = { { "%PDF-", 5 }, { "%!PS-Adobe-", 11 }, { "\x89PNG", 4 }, { "\xFF\xD8\xFF", 3 },
	{ "PK\x03\x04", 4 }, { "\x1F\x8B\x08", 3 }, { "\x28\xB5\x2F\xFD", 4 }, { "\xFD\x37zXZ", 5 },
	{ "7z\xBC\xAF\x27\x1C", 6 }, { "Rar!\x1A\x07", 6 }, { "\x7F\x45LF", 4 }, { "\xD0\xCF\x11\xE0", 4 } };

static bool has_magic(struct view v)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (view_starts(v, magics[i]))
			return true;
	return v.n >= 12 && memcmp(v.p + 4, "ftyp", 4) == 0;
}

/* MIME Sniffing 3, binary data byte. */
static bool is_binary_byte(unsigned char c)
{
	return c < 0x20 && !(c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == 0x1B);
}

/* Bytes from the start that are none of these, sixteen at a time; mostly all. */
static size_t text_bytes(struct view v)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; v.n - i >= 16; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(v.p + i));
		__m128i control = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1F)), x);
		__m128i text =
			_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('\t')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\n')));
		text = _mm_or_si128(text, _mm_cmpeq_epi8(x, _mm_set1_epi8('\f')));
		text = _mm_or_si128(text, _mm_cmpeq_epi8(x, _mm_set1_epi8('\r')));
		text = _mm_or_si128(text, _mm_cmpeq_epi8(x, _mm_set1_epi8(0x1B)));
		if (_mm_movemask_epi8(_mm_andnot_si128(text, control)))
			break;
	}
#endif
	while (i < v.n && !is_binary_byte((unsigned char)v.p[i]))
		i++;
	return i;
}

/* WHATWG calls one such byte binary. Real text has a stray one now and then, binary formats many: at most
 * one in 100 passes. NUL is the rarest in text and the most frequent in binaries: one in 500, or, where it is alone,
 * the few that programs leave at the ends of their strings. */
static bool looks_binary(struct view v)
{
	enum { NULS_FEW = 4 };
	size_t controls = 0, nuls = 0, text = text_bytes(v);
	if (text == v.n)
		return false;
	bool shifts = view_find(v, VIEW("\x1B$)C")) < v.n; /* ISO-2022-KR changes sets by 0x0E and 0x0F */
	for (size_t i = text; i < v.n; i++) {
		bool shift = shifts && (v.p[i] == 0x0E || v.p[i] == 0x0F);
		controls += is_binary_byte((unsigned char)v.p[i]) && !shift;
		nuls += v.p[i] == 0;
	}
	if (controls == nuls && nuls <= NULS_FEW)
		return nuls * 16 > v.n;
	return controls * 100 > v.n || nuls * 500 > v.n;
}

static bool tag_starts(struct view v)
{
	for (size_t i = 0; i < sizeof(html_starts) / sizeof(html_starts[0]); i++) {
		struct view tag = view_of(html_starts[i]);
		if (v.n > tag.n && view_starts_nocase(v, tag) &&
			(ascii_is_space(v.p[tag.n]) || v.p[tag.n] == '>' || v.p[tag.n] == '/'))
			return true;
	}
	return false;
}

/* Past white space, comments and processing instructions: what a reader of markup sees first. */
static struct view first_markup(struct view v)
{
	for (;;) {
		v = view_trim(v);
		size_t end;
		if (view_starts(v, VIEW("<!--")))
			end = view_find(v, VIEW("-->")) + 3;
		else if (view_starts(v, VIEW("<?")))
			end = view_find(v, VIEW("?>")) + 2;
		else
			return v;
		if (end > v.n)
			return VIEW_NONE;
		v = view_from(v, end);
	}
}

/* Both UTF-16 forms as one byte a unit; what is not ASCII becomes '?'. */
static size_t narrow_utf16(struct view v, bool big, char *out)
{
	size_t n = v.n / 2;
	for (size_t i = 0; i < n; i++) {
		unsigned char low = (unsigned char)v.p[2 * i + big], high = (unsigned char)v.p[2 * i + !big];
		out[i] = high == 0 && low < 0x80 ? (char)low : '?';
	}
	return n;
}

enum sniffed sniff_bytes(struct view first)
{
	char narrow[SNIFF_BYTES / 2];
	first = view_first(first, SNIFF_BYTES);
	if (first.n == 0)
		return SNIFF_EMPTY;
	enum utf16_form form = sniff_utf16(first);
	if (form != UTF16_NO)
		first = view_make(narrow, narrow_utf16(first, form == UTF16_BIG, narrow));
	else if (view_starts(first, VIEW("\xEF\xBB\xBF")))
		first = view_from(first, 3);
	if (view_starts(first, VIEW("?")) && form != UTF16_NO)
		first = view_from(first, 1); /* its byte order mark */
	struct view text = view_trim(first);
	if (has_magic(first) || looks_binary(first))
		return SNIFF_BINARY;
	struct view markup = first_markup(text);
	if (tag_starts(markup))
		return SNIFF_HTML;
	/* Junk in front of the page: a stray warning, a cut script. */
	if (view_find_nocase(text, VIEW("<html")) < text.n || view_find_nocase(text, VIEW("<!doctype html")) < text.n)
		return SNIFF_HTML;
	if (view_starts(text, VIEW("<?xml")) || view_starts_nocase(text, VIEW("<rss")))
		return SNIFF_XML;
	if (view_starts(text, VIEW("<!--")))
		return SNIFF_HTML;
	return SNIFF_TEXT;
}

/* ASCII or UTF-8 without controls, but for NUL: units of UTF-16 have such bytes in every script, or a NUL each. */
static bool is_bytewise(struct view v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] && is_binary_byte((unsigned char)v.p[i]))
			return false;
	/* The last character may be cut. */
	size_t end = v.n;
	while (end > 0 && v.n - end < 3 && ((unsigned char)v.p[end - 1] & 0xC0) == 0x80)
		end--;
	end -= end > 0 && (unsigned char)v.p[end - 1] >= 0xC0;
	return utf8_is_valid(view_first(v, end));
}

enum utf16_form sniff_utf16(struct view first)
{
	if (first.n >= 2 && view_starts(first, VIEW("\xFF\xFE")))
		return UTF16_LITTLE;
	if (first.n >= 2 && view_starts(first, VIEW("\xFE\xFF")))
		return UTF16_BIG;
	/* Without a mark: ASCII units have their NUL on one side only. An eighth of the units suffices,
	 * spaces and markup give that in every script. */
	size_t even = 0, odd = 0, units = first.n / 2;
	if (view_find_byte(first, 0) == first.n)
		return UTF16_NO;
	for (size_t i = 0; i < units; i++) {
		even += first.p[2 * i] == 0;
		odd += first.p[2 * i + 1] == 0;
	}
	if (units < 8 || (even + odd) * 8 < units || ((even + odd) * 4 < units * 3 && is_bytewise(first)))
		return UTF16_NO;
	/* A few characters have theirs on the other side: U+4E00, "one" in Chinese, U+0100. */
	if (odd >= even * 3)
		return UTF16_LITTLE;
	return even >= odd * 3 ? UTF16_BIG : UTF16_NO;
}
