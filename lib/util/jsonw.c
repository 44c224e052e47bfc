#include "util/jsonw.h"

#include <inttypes.h>
#include <stdio.h>
#include "util/plain.h"

static void escape(struct buf *out, struct view v)
{
	size_t plain = 0;
	buf_putc(out, '"');
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		size_t eaten = 1;
		char code[8] = { '\\', 0 };
		if (c == '"' || c == '\\')
			code[1] = (char)c;
		else if (c == '\n')
			code[1] = 'n';
		else if (c == '\t')
			code[1] = 't';
		else if (c == '\r')
			code[1] = 'r';
		else if (c < 0x20 || c == 0x7F)
			snprintf(code, sizeof(code), "\\u%04x", c);
		else if (c == 0xE2 && v.n - i >= 3 && (unsigned char)v.p[i + 1] == 0x80 &&
			 ((unsigned char)v.p[i + 2] & 0xFE) == 0xA8) {
			snprintf(code, sizeof(code), "\\u%04x", 0x2028 + (v.p[i + 2] & 1));
			eaten = 3;
		} else
			continue;
		buf_put(out, v.p + plain, i - plain);
		buf_puts(out, code);
		i += eaten - 1;
		plain = i + 1;
	}
	buf_put(out, v.p + plain, v.n - plain);
	buf_putc(out, '"');
}

static void lead(struct jsonw *json, const char *key)
{
	if (json->comma)
		buf_putc(json->out, ',');
	json->comma = true;
	if (key) {
		escape(json->out, view_of(key));
		buf_putc(json->out, ':');
	}
}

void jsonw_object(struct jsonw *json, const char *key)
{
	lead(json, key);
	buf_putc(json->out, '{');
	json->comma = false;
}

void jsonw_array(struct jsonw *json, const char *key)
{
	lead(json, key);
	buf_putc(json->out, '[');
	json->comma = false;
}

void jsonw_close_object(struct jsonw *json)
{
	buf_putc(json->out, '}');
	json->comma = true;
}

void jsonw_close_array(struct jsonw *json)
{
	buf_putc(json->out, ']');
	json->comma = true;
}

void jsonw_string(struct jsonw *json, const char *key, struct view value)
{
	lead(json, key);
	escape(json->out, value);
}

void jsonw_text(struct jsonw *json, const char *key, const char *value)
{
	if (value)
		jsonw_string(json, key, view_of(value));
}

void jsonw_int(struct jsonw *json, const char *key, int64_t value)
{
	lead(json, key);
	buf_printf(json->out, "%" PRId64, value);
}

void jsonw_uint(struct jsonw *json, const char *key, uint64_t value)
{
	lead(json, key);
	buf_printf(json->out, "%" PRIu64, value);
}

void jsonw_real(struct jsonw *json, const char *key, double value, int decimals)
{
	char text[64];
	int n = plain_format(text, sizeof(text), "%.*f", decimals, value);
	if (n < 0 || (size_t)n >= sizeof(text))
		n = snprintf(text, sizeof(text), "0");
	if (memchr(text, '.', (size_t)n)) {
		while (text[n - 1] == '0')
			n--;
		if (text[n - 1] == '.')
			n--;
	}
	lead(json, key);
	buf_put(json->out, text, (size_t)n);
}

void jsonw_bool(struct jsonw *json, const char *key, bool value)
{
	lead(json, key);
	buf_puts(json->out, value ? "true" : "false");
}
