#include "util/plain.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int plain_format(char *out, size_t size, const char *format, ...)
{
	/* glibc and musl keep this one for good: nothing is allocated. */
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = plain ? uselocale(plain) : (locale_t)0;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(out, size, format, args);
	va_end(args);
	if (plain) {
		uselocale(before);
		freelocale(plain);
	}
	return n;
}

double plain_real(const char *text)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = plain ? uselocale(plain) : (locale_t)0;
	double value = strtod(text, NULL);
	if (plain) {
		uselocale(before);
		freelocale(plain);
	}
	return value;
}
