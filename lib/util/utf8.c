#include "util/utf8.h"

uint32_t utf8_next_any(struct view v, size_t *at)
{
	const unsigned char *s = (const unsigned char *)v.p + *at;
	size_t left = v.n - *at;
	unsigned char a = s[0];
	if (a < 0x80) {
		*at += 1;
		return a;
	}
	size_t need;
	unsigned char low = 0x80, high = 0xBF;
	uint32_t cp;
	if (a >= 0xC2 && a <= 0xDF) {
		need = 1;
		cp = a & 0x1Fu;
	} else if (a >= 0xE0 && a <= 0xEF) {
		need = 2;
		cp = a & 0x0Fu;
		if (a == 0xE0)
			low = 0xA0;
		else if (a == 0xED)
			high = 0x9F;
	} else if (a >= 0xF0 && a <= 0xF4) {
		need = 3;
		cp = a & 0x07u;
		if (a == 0xF0)
			low = 0x90;
		else if (a == 0xF4)
			high = 0x8F;
	} else {
		*at += 1;
		return UTF8_BAD;
	}
	for (size_t i = 1; i <= need; i++) {
		if (i >= left || s[i] < low || s[i] > high) {
			*at += i;
			return UTF8_BAD;
		}
		cp = cp << 6 | (s[i] & 0x3Fu);
		low = 0x80;
		high = 0xBF;
	}
	*at += need + 1;
	return cp;
}

uint32_t utf8_prev(struct view v, size_t *at)
{
	size_t start = *at - 1;
	while (start > 0 && *at - start < 4 && ((unsigned char)v.p[start] & 0xC0) == 0x80)
		start--;
	size_t after = start;
	uint32_t cp = utf8_next(v, &after);
	*at = start;
	return cp;
}

size_t utf8_put(char *out, uint32_t cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

size_t utf8_valid_prefix(struct view v)
{
	size_t at = 0;
	while (at < v.n) {
		/* Thirty-two ASCII bytes at a time, then eight: most of most pages. */
		while (v.n - at >= 32) {
			uint64_t words[4];
			memcpy(words, v.p + at, 32);
			if ((words[0] | words[1] | words[2] | words[3]) & UINT64_C(0x8080808080808080))
				break;
			at += 32;
		}
		while (v.n - at >= 8) {
			uint64_t word;
			memcpy(&word, v.p + at, 8);
			if (word & UINT64_C(0x8080808080808080))
				break;
			at += 8;
		}
		if (at >= v.n)
			break;
		size_t start = at;
		if (utf8_next(v, &at) == UTF8_BAD)
			return start;
	}
	return v.n;
}

size_t utf8_count(struct view v)
{
	size_t count = 0;
	for (size_t i = 0; i < v.n; i++)
		count += ((unsigned char)v.p[i] & 0xC0) != 0x80;
	return count;
}

struct view utf8_first(struct view v, size_t n)
{
	if (v.n <= n)
		return v;
	while (n > 0 && ((unsigned char)v.p[n] & 0xC0) == 0x80)
		n--;
	v.n = n;
	return v;
}
