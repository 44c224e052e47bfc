#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A long path stands in front of the reason: of words that don't fit, the middle goes. */
static void shorten(struct error *error, const char *words, size_t n)
{
	static const char gap[] = " ... ";
	size_t head = sizeof(error->text) / 2, tail = n - (sizeof(error->text) - head - sizeof(gap));
	while (head && (words[head] & 0xC0) == 0x80)
		head--;
	while (tail < n && (words[tail] & 0xC0) == 0x80)
		tail++;
	snprintf(error->text, sizeof(error->text), "%.*s%s%s", (int)head, words, gap, words + tail);
}

int error_set(struct error *error, int code, const char *format, ...)
{
	if (!error || error->code)
		return code;
	va_list args, again;
	char *whole = NULL;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(error->text, sizeof(error->text), format, args);
	if (n >= (int)sizeof(error->text) && vasprintf(&whole, format, again) == n)
		shorten(error, whole, (size_t)n);
	free(whole);
	va_end(again);
	va_end(args);
	error->code = code;
	return code;
}
