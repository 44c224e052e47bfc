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
		/* C2..F4 as code points, then another code point beyond ASCII. */
		if (next >= 0x82 && next <= 0xB4 && after >= 0xC2)
			return true;
		at++;
	}
	return false;
}

struct repair {
	uint32_t runs;	 /* whole sequences that came out as one character */
	uint32_t others; /* characters windows-1252 does not have, or that are no UTF-8 underneath */
};

/* Reads one run of characters above ASCII at @at; the bytes underneath go to @bytes. */
static size_t read_run(struct view text, size_t *at, char *bytes, size_t max, bool *ret_possible)
{
	size_t n = 0;
	*ret_possible = true;
	while (*at < text.n && (unsigned char)text.p[*at] >= 0x80) {
		int byte = byte_of(utf8_next(text, at));
		if (byte < 0)
			*ret_possible = false;
		else if (n < max)
			bytes[n++] = (char)byte;
		else
			*ret_possible = false;
	}
	return n;
}

static struct repair repair_into(struct view text, char *out, size_t *ret_n)
{
	struct repair repair = { 0 };
	char bytes[512];
	size_t n = 0;
	for (size_t at = 0; at < text.n;) {
		if ((unsigned char)text.p[at] < 0x80) {
			out[n++] = text.p[at++];
			continue;
		}
		bool possible;
		size_t start = at, count = read_run(text, &at, bytes, sizeof(bytes), &possible);
		if (possible && utf8_is_valid(view_make(bytes, count))) {
			memcpy(out + n, bytes, count);
			n += count;
			repair.runs += (uint32_t)utf8_count(view_make(bytes, count));
		} else {
			memcpy(out + n, text.p + start, at - start);
			n += at - start;
			repair.others++;
		}
	}
	*ret_n = n;
	return repair;
}

bool mojibake_repair(struct arena *arena, struct view text, struct view *ret_text)
{
	if (!may_be_double(text))
		return false;
	char *out = arena_alloc(arena, text.n);
	size_t n;
	if (!out)
		return false;
	struct repair repair = repair_into(text, out, &n);
	/* One by accident is thinkable ("ROMÂNIÂ»"), three without a counter-example are not. */
	if (repair.runs < 3 || repair.others > 0)
		return false;
	*ret_text = view_make(out, n);
	return true;
}
