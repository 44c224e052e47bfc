/* The door to libcld2 (C++), where it was found at build time. */
#ifndef GARNER_META_CLD2_H
#define GARNER_META_CLD2_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct error;

/* 0, or -ELIBACC with words in @error: the library can't be loaded. Without this call it is loaded by the first
 * detection, which can't say so. Any thread, any number of times. */
int cld2_open(struct error *error);

/* Language of @n bytes of UTF-8. @ret_code is the library's own static string, @ret_share the part of the text in
 * that language, 0 to 1. False when it can't tell. Thread-safe: the tables are constant. */
bool cld2_detect(const char *text, size_t n, const char **ret_code, double *ret_share, bool *ret_reliable);

#ifdef __cplusplus
}
#endif

#endif
