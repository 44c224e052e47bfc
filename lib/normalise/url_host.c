/* The only file that knows libidn2. */
#include "normalise/url_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <idn2.h>
#include <stdio.h>
#include <stdint.h>
#include "garner.h"
#include "util/late.h"
#include "util/utf8.h"

enum { HOST_BYTES = 255 }; /* RFC 1035, 2.3.4 */

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 3.5: forbidden domain code point. */
static bool is_forbidden(unsigned char c)
{
	return c <= 0x20 || c == 0x7F || strchr("#/:<>?@[\\]^|%", c) != NULL;
}

/* WHATWG "serialize an IPv6 address": the first longest run of zeros becomes "::"; never a dotted tail. */
static int parse_ipv6(struct arena *arena, struct view text, struct view *ret_host)
{
	char name[64];
	unsigned char bytes[16];
	if (text.n == 0 || text.n >= sizeof(name))
		return GARNER_BAD_URL;
	memcpy(name, text.p, text.n);
	name[text.n] = 0;
	if (inet_pton(AF_INET6, name, bytes) != 1)
		return GARNER_BAD_URL;
	unsigned pieces[8];
	int best = -1, best_n = 1;
	for (int i = 0; i < 8; i++)
		pieces[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	for (int i = 0, n; i < 8; i += n ? n : 1) {
		for (n = 0; i + n < 8 && pieces[i + n] == 0; n++)
			;
		if (n > best_n) {
			best = i;
			best_n = n;
		}
	}
	char out[64];
	size_t at = 0;
	out[at++] = '[';
	for (int i = 0; i < 8; i++) {
		if (i == best) {
			at += (size_t)snprintf(out + at, sizeof(out) - at, "%s", i ? ":" : "::");
			i += best_n - 1;
			continue;
		}
		at += (size_t)snprintf(out + at, sizeof(out) - at, "%x%s", pieces[i], i < 7 ? ":" : "");
	}
	out[at++] = ']';
	char *copy = arena_strndup(arena, out, at);
	if (!copy)
		return -ENOMEM;
	*ret_host = view_make(copy, at);
	return 0;
}

/* "IPv4 number parser": decimal, 0 octal, 0x hexadecimal. False when it is none. */
static bool parse_number(struct view part, uint64_t *ret_number)
{
	unsigned base = 10;
	if (part.n == 0)
		return false;
	if (part.n >= 2 && part.p[0] == '0' && ascii_lower(part.p[1]) == 'x') {
		base = 16;
		part = view_from(part, 2);
	} else if (part.n >= 2 && part.p[0] == '0') {
		base = 8;
		part = view_from(part, 1);
	}
	uint64_t number = 0;
	for (size_t i = 0; i < part.n; i++) {
		int digit = hex_value(part.p[i]);
		if (digit < 0 || (unsigned)digit >= base)
			return false;
		number = number * base + (unsigned)digit;
		if (number > UINT32_MAX)
			number = (uint64_t)UINT32_MAX + 1;
	}
	*ret_number = number;
	return true;
}

static struct view last_label(struct view host)
{
	if (host.n && host.p[host.n - 1] == '.')
		host.n--;
	size_t start = host.n;
	while (start > 0 && host.p[start - 1] != '.')
		start--;
	return view_from(host, start);
}

/* "ends in a number checker" */
static bool ends_in_number(struct view host)
{
	struct view label = last_label(host);
	uint64_t number;
	size_t digits = 0;
	while (digits < label.n && ascii_is_digit(label.p[digits]))
		digits++;
	if (label.n && digits == label.n)
		return true;
	return label.n >= 2 && label.p[0] == '0' && ascii_lower(label.p[1]) == 'x' && parse_number(label, &number);
}

static int parse_ipv4(struct arena *arena, struct view host, struct view *ret_host)
{
	uint64_t numbers[4], address = 0;
	size_t count = 0;
	if (host.p[host.n - 1] == '.')
		host.n--;
	for (bool more = true; more; count++) {
		size_t end = view_find_byte(host, '.');
		if (count == 4 || !parse_number(view_first(host, end), &numbers[count]))
			return GARNER_BAD_URL;
		more = end < host.n;
		host = view_from(host, end + 1);
	}
	for (size_t i = 0; i + 1 < count; i++) {
		if (numbers[i] > 255)
			return GARNER_BAD_URL;
		address |= numbers[i] << (8 * (3 - i));
	}
	if (numbers[count - 1] >= UINT64_C(1) << (8 * (5 - count)))
		return GARNER_BAD_URL;
	address |= numbers[count - 1];
	char *text = arena_printf(arena, "%u.%u.%u.%u", (unsigned)(address >> 24), (unsigned)(address >> 16 & 255),
		(unsigned)(address >> 8 & 255), (unsigned)(address & 255));
	if (!text)
		return -ENOMEM;
	*ret_host = view_of(text);
	return 0;
}

static bool percent_decode(struct view in, char *out, size_t max, size_t *ret_n)
{
	size_t n = 0;
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		if (c == '%' && i + 2 < in.n && hex_value(in.p[i + 1]) >= 0 && hex_value(in.p[i + 2]) >= 0) {
			c = (char)(hex_value(in.p[i + 1]) << 4 | hex_value(in.p[i + 2]));
			i += 2;
		}
		if (n == max)
			return false;
		out[n++] = c;
	}
	*ret_n = n;
	return true;
}

struct idn2_functions {
	__typeof__(&idn2_to_ascii_8z) to_ascii_8z;
	__typeof__(&idn2_free) free_text;
};

/* Loaded with the first host that is not of ASCII (util/late.h). NULL: it isn't there. */
static const struct idn2_functions *late_idn2(void)
{
#ifdef GARNER_LATE
	static const char *const names[] = { "idn2_to_ascii_8z", "idn2_free" };
	static struct idn2_functions functions;
	static struct late late = LATE_INIT(GARNER_LATE_IDN2, names, functions);
	_Static_assert(sizeof(functions) == sizeof(names), "one function a name");
	return late_load(&late, NULL) ? NULL : &functions;
#else
	static const struct idn2_functions functions = { &idn2_to_ascii_8z, &idn2_free };
	return &functions;
#endif
}

/* UTS #46, non-transitional, as browsers do; needed only beyond ASCII. */
static int to_ascii(struct arena *arena, const char *name, struct view *ret_host)
{
	const struct idn2_functions *idn2 = late_idn2();
	char *ascii = NULL;
	if (!idn2)
		return -ELIBACC;
	if (idn2->to_ascii_8z(name, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return GARNER_BAD_URL;
	size_t n = strlen(ascii);
	char *copy = arena_strndup(arena, ascii, n);
	idn2->free_text(ascii);
	if (!copy)
		return -ENOMEM;
	*ret_host = view_make(copy, n);
	return 0;
}

int host_parse(struct arena *arena, struct view host, struct view *ret_host)
{
	char name[4 * HOST_BYTES + 1];
	size_t n;
	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		return parse_ipv6(arena, view_make(host.p + 1, host.n - 2), ret_host);
	if (host.n == 0 || !percent_decode(host, name, sizeof(name) - 1, &n) || memchr(name, 0, n))
		return GARNER_BAD_URL;
	name[n] = 0;
	struct view ascii = { name, n };
	bool wide = false;
	for (size_t i = 0; i < n; i++) {
		wide |= (unsigned char)name[i] >= 0x80;
		name[i] = ascii_lower(name[i]);
	}
	if (wide) {
		int result = utf8_is_valid(ascii) ? to_ascii(arena, name, &ascii) : GARNER_BAD_URL;
		if (result)
			return result;
	}
	for (size_t i = 0; i < ascii.n; i++)
		if (is_forbidden((unsigned char)ascii.p[i]))
			return GARNER_BAD_URL;
	if (ascii.n == 0 || ascii.n > HOST_BYTES)
		return GARNER_BAD_URL;
	if (ends_in_number(ascii))
		return parse_ipv4(arena, ascii, ret_host);
	if (!wide && !(ascii.p = arena_strndup(arena, name, n)))
		return -ENOMEM;
	*ret_host = ascii;
	return 0;
}
