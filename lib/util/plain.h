/* Numbers as text and back, whatever locale the program around the library has set: a point is a point. */
#ifndef GARNER_UTIL_PLAIN_H
#define GARNER_UTIL_PLAIN_H

#include <stddef.h>

/* As snprintf and strtod in the locale "C". */
int plain_format(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
double plain_real(const char *text);

#endif
