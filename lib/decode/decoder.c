/* The only file that knows iconv. Single-byte encodings run through a table of our own that iconv fills once
 * a thread: no error path per byte, and WHATWG's C1 controls where Microsoft left a hole. */
#include "decode/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include "util/sink.h"

enum { SINGLE_COUNT = ENCODING_COUNT - ENCODING_SINGLE };

struct decoder {
	iconv_t multi[ENCODING_SINGLE];
	uint32_t *tables[SINGLE_COUNT];
};

/* The C library's name, where it is not the WHATWG one. WHATWG's Shift_JIS, EUC-KR, GBK and Big5 are the
 * supersets that Windows used (Encoding Standard, 5: index tables). */
static const char *iconv_name(enum encoding encoding)
{
	switch (encoding) {
	case ENCODING_GBK: return "GB18030";
	case ENCODING_BIG5: return "BIG5-HKSCS";
	case ENCODING_EUC_JP: return "EUC-JP-MS";
	case ENCODING_SHIFT_JIS: return "CP932";
	case ENCODING_EUC_KR: return "UHC";
	case ENCODING_MAC_CYRILLIC: return "MAC-CYRILLIC";
	case ENCODING_ISO_8859_8_I: return "ISO-8859-8";
	case ENCODING_WINDOWS_874: return "CP874";
	default: return encoding_name(encoding);
	}
}

struct decoder *decoder_new(void)
{
	struct decoder *decoder = calloc(1, sizeof(*decoder));
	for (size_t i = 0; decoder && i < ENCODING_SINGLE; i++)
		decoder->multi[i] = (iconv_t)-1;
	return decoder;
}

struct decoder *decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return NULL;
	for (size_t i = 0; i < ENCODING_SINGLE; i++)
		if (decoder->multi[i] != (iconv_t)-1)
			iconv_close(decoder->multi[i]);
	for (size_t i = 0; i < SINGLE_COUNT; i++)
		free(decoder->tables[i]);
	free(decoder);
	return NULL;
}

static uint32_t table_entry(iconv_t converter, unsigned char byte)
{
	char in[1] = { (char)byte }, out[8], *from = in, *to = out;
	size_t in_left = 1, out_left = sizeof(out), at = 0;
	iconv(converter, NULL, NULL, NULL, NULL);
	size_t result = iconv(converter, &from, &in_left, &to, &out_left);
	if (result != (size_t)-1)
		result = iconv(converter, NULL, NULL, &to, &out_left); /* windows-1258 holds letters back */
	if (result == (size_t)-1 || out_left == sizeof(out))
		return byte >= 0x80 && byte < 0xA0 ? byte : UTF8_BAD;
	return utf8_next(view_make(out, sizeof(out) - out_left), &at);
}

const uint32_t *decoder_table(struct decoder *decoder, enum encoding encoding)
{
	uint32_t **place = &decoder->tables[encoding - ENCODING_SINGLE];
	if (*place)
		return *place;
	iconv_t converter = iconv_open("UTF-8", iconv_name(encoding));
	if (converter == (iconv_t)-1)
		return NULL;
	uint32_t *table = malloc(256 * sizeof(*table));
	for (unsigned byte = 0; table && byte < 256; byte++)
		table[byte] = byte < 0x80 ? byte : table_entry(converter, (unsigned char)byte);
	iconv_close(converter);
	return *place = table;
}

/* Bytes up to the next one that is not ASCII. */
static size_t ascii_run(struct view in, size_t at)
{
	size_t start = at;
	while (in.n - at >= 8) {
		uint64_t word;
		memcpy(&word, in.p + at, 8);
		if (word & UINT64_C(0x8080808080808080))
			break;
		at += 8;
	}
	while (at < in.n && (unsigned char)in.p[at] < 0x80)
		at++;
	return at - start;
}

static bool run_single(const uint32_t *table, struct view in, struct sink *out, uint32_t *bad)
{
	for (size_t at = 0; at < in.n;) {
		size_t run = ascii_run(in, at);
		if (!sink_put(out, in.p + at, run))
			return false;
		at += run;
		for (; at < in.n && (unsigned char)in.p[at] >= 0x80; at++) {
			uint32_t cp = table[(unsigned char)in.p[at]];
			*bad += cp == UTF8_BAD;
			if (!sink_code_point(out, cp == UTF8_BAD ? 0xFFFD : cp))
				return false;
		}
	}
	return true;
}

static bool run_utf8(struct view in, struct sink *out, uint32_t *bad)
{
	for (size_t at = 0; at < in.n;) {
		struct view rest = view_from(in, at);
		size_t good = utf8_valid_prefix(rest);
		if (!sink_put(out, rest.p, good))
			return false;
		at += good;
		if (at == in.n)
			break;
		utf8_next(in, &at);
		++*bad;
		if (!sink_code_point(out, 0xFFFD))
			return false;
	}
	return true;
}

/* How far a bad sequence goes: WHATWG's decoders give an ASCII byte behind a bad lead byte back. */
static size_t bad_length(enum encoding encoding, const char *p, size_t n)
{
	if (encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE)
		return n < 2 ? n : 2;
	bool pair = (unsigned char)p[0] > 0x80 && (unsigned char)p[0] < 0xFF && n > 1 && (unsigned char)p[1] >= 0x80;
	return pair ? 2 : 1;
}

static bool run_multi(iconv_t converter, enum encoding encoding, struct view in, struct sink *out, uint32_t *bad)
{
	char *from = (char *)in.p;
	size_t left = in.n;
	iconv(converter, NULL, NULL, NULL, NULL);
	while (left) {
		if (!sink_room(out, left + 16))
			return false;
		char *to = out->p + out->n;
		size_t space = out->cap - out->n;
		size_t result = iconv(converter, &from, &left, &to, &space);
		int code = errno;
		out->n = (size_t)(to - out->p);
		if (result != (size_t)-1)
			break;
		if (code == E2BIG)
			continue;
		size_t skip = code == EINVAL ? left : bad_length(encoding, from, left);
		from += skip;
		left -= skip;
		++*bad;
		if (!sink_code_point(out, 0xFFFD))
			return false;
	}
	char *to = sink_room(out, 16) ? out->p + out->n : NULL;
	size_t space = 16;
	if (to && iconv(converter, NULL, NULL, &to, &space) != (size_t)-1)
		out->n = (size_t)(to - out->p);
	return to != NULL;
}

int decoder_run(struct decoder *decoder, struct arena *arena, enum encoding encoding, struct view in,
	struct view *ret_text, uint32_t *ret_bad)
{
	uint32_t bad = 0;
	bool done;
	struct sink out = { .arena = arena };
	if (encoding == ENCODING_UTF8 && utf8_is_valid(in)) {
		*ret_text = in;
		*ret_bad = 0;
		return 0;
	}
	if (!sink_room(&out, in.n + in.n / 8))
		return -ENOMEM;
	if (encoding == ENCODING_UTF8) {
		done = run_utf8(in, &out, &bad);
	} else if (encoding >= ENCODING_SINGLE) {
		const uint32_t *table = decoder_table(decoder, encoding);
		if (!table)
			return -ENOENT;
		done = run_single(table, in, &out, &bad);
	} else {
		iconv_t *converter = &decoder->multi[encoding];
		if (*converter == (iconv_t)-1)
			*converter = iconv_open("UTF-8", iconv_name(encoding));
		if (*converter == (iconv_t)-1)
			return -ENOENT;
		done = run_multi(*converter, encoding, in, &out, &bad);
	}
	if (!done)
		return -ENOMEM;
	*ret_text = view_make(out.p, out.n);
	*ret_bad = bad;
	return 0;
}
