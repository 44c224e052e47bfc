/* UTF-8 read as windows-1252 and encoded again. */
#include "decode/charset.h"
#include "util/utf8.h"

/* windows-1252 of U+20AC and friends, by the byte 0x80 + index; 0 is WHATWG's C1 control. */
static const uint16_t windows_1252[32] = { 0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030,
	0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
	0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178 };

/* The byte that windows-1252 reads as @cp, or -1. */
static int byte_of(uint32_t cp)
{
	if (cp < 0x100)
		return (int)cp;
	/* Most other scripts: nothing between these three groups and the marks. */
	if (cp < 0x152 || cp > 0x2122 || (cp > 0x192 && cp < 0x2C6) || (cp > 0x2DC && cp < 0x2013))
		return -1;
	for (int i = 0; i < 32; i++)
		if (windows_1252[i] == cp)
			return 0x80 + i;
	return -1;
}

/* "Ã", "â", "Â", "Ð" … as UTF-8 begin with C3 or C2: without one of these pairs nothing was encoded twice. */
static bool may_be_double(struct view text)
{
	const char *at = text.p, *end = text.p + text.n;
	while (at < end && (at = memchr(at, 0xC3, (size_t)(end - at)))) {
		unsigned char next = at + 2 < end ? (unsigned char)at[1] : 0, after = next ? (unsigned char)at[2] : 0;
		/* C2..F4 as code points, then what windows-1252 makes of 80..BF: never C3, so that "gemäß" is nothing.
		 */
		if (next >= 0x82 && next <= 0xB4 &&
			(after == 0xC2 || after == 0xC5 || after == 0xC6 || after == 0xCB || after == 0xE2))
			return true;
		at++;
	}
	return false;
}

struct repair {
	uint32_t whole;	 /* characters that came out of runs that are UTF-8 underneath */
	uint32_t others; /* runs that are not, or that windows-1252 could not have made */
	uint32_t strong; /* runs that begin like nothing a person writes: "â€", "Ã©" */
	uint32_t inside; /* strong ones that touch an ASCII letter: "donâ€™t", no example in a table */
};

/* Reads the run of characters above ASCII at *@at and writes the bytes underneath, never more than it has itself.
 * False when windows-1252 has no such characters. */
static bool read_run(struct view text, size_t *at, char *out, size_t *ret_n)
{
	size_t n = 0;
	bool possible = true;
	while (possible && *at < text.n && (unsigned char)text.p[*at] >= 0x80) {
		int byte = byte_of(utf8_next(text, at));
		possible = byte >= 0;
		if (possible)
			out[n++] = (char)byte;
	}
	while (*at < text.n && (unsigned char)text.p[*at] >= 0x80)
		++*at;
	*ret_n = n;
	return possible && utf8_is_valid(view_make(out, n));
}

/* @run is underneath; C3 is what accents begin with, E2 80 what quotation marks and dashes do. */
static bool is_strong(struct view run)
{
	unsigned char first = (unsigned char)run.p[0], second = run.n > 1 ? (unsigned char)run.p[1] : 0;
	/* "Ã" before a no-break space is Portuguese in capitals. */
	return (first == 0xC3 && second != 0xA0) || (first == 0xE2 && second == 0x80);
}

static bool is_typical(struct view run)
{
	return is_strong(run) || (unsigned char)run.p[0] == 0xC2 || (unsigned char)run.p[0] == 0xC3;
}

static bool touches_letter(struct view text, size_t start, size_t end)
{
	return (start > 0 && ascii_is_alpha(text.p[start - 1])) || (end < text.n && ascii_is_alpha(text.p[end]));
}

/* Steps over the ASCII at @at, eight bytes at a time: most of most pages. */
static size_t ascii_end(struct view text, size_t at)
{
	size_t i = at;
	for (; text.n - i >= 8; i += 8) {
		uint64_t word;
		memcpy(&word, text.p + i, 8);
		if (word & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < text.n && (unsigned char)text.p[i] < 0x80)
		i++;
	return i;
}

/* What a repair would do, with @out as room for a run. */
static struct repair look(struct view text, char *out)
{
	struct repair repair = { 0 };
	size_t run_n;
	for (size_t at = ascii_end(text, 0); at < text.n; at = ascii_end(text, at)) {
		size_t start = at;
		bool possible = read_run(text, &at, out, &run_n);
		struct view run = { out, run_n };
		repair.others += !possible;
		repair.whole += possible ? (uint32_t)utf8_count(run) : 0;
		repair.strong += possible && is_strong(run);
		repair.inside += possible && is_strong(run) && touches_letter(text, start, at);
	}
	return repair;
}

/* The whole text into @out, with all runs made whole that can be, or the typical ones only. Returns the length. */
static size_t repair_into(struct view text, bool typical_only, char *out)
{
	size_t n = 0, run_n;
	for (size_t at = 0; at < text.n;) {
		size_t start = at;
		at = ascii_end(text, at);
		memcpy(out + n, text.p + start, at - start);
		n += at - start;
		if (at == text.n)
			break;
		start = at;
		bool possible = read_run(text, &at, out + n, &run_n);
		struct view run = { out + n, run_n };
		if (possible && (!typical_only || is_typical(run))) {
			n += run_n;
		} else {
			memcpy(out + n, text.p + start, at - start);
			n += at - start;
		}
	}
	return n;
}

bool mojibake_repair(struct arena *arena, struct view text, struct view *ret_text)
{
	char *out = may_be_double(text) ? arena_alloc(arena, text.n) : NULL;
	if (!out)
		return false;
	struct repair repair = look(text, out);
	/* One by accident is thinkable ("ROMÂNIÂ»"), three without a counter-example are not. Where a sound
	 * template surrounds a broken text, five that stand in words, four of five, are enough. */
	if (repair.whole < 3)
		return false;
	if (repair.others > 0 && (repair.strong < 5 || repair.inside * 5 < repair.strong * 4))
		return false;
	*ret_text = view_make(out, repair_into(text, repair.others > 0, out));
	return true;
}
