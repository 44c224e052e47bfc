/* JSON out, written straight into a buffer: keys in the order of the calls, no spaces, UTF-8 as it
 * is, controls and U+2028/2029 escaped. Reading: jsonr.h, and jansson where a tree is wanted. */
#ifndef GARNER_UTIL_JSONW_H
#define GARNER_UTIL_JSONW_H

#include <stdbool.h>
#include <stdint.h>
#include "util/buf.h"

struct jsonw {
	struct buf *out;
	bool comma; /* a value stands before the next one */
};

static inline struct jsonw jsonw_begin(struct buf *out)
{
	return (struct jsonw){ .out = out };
}
/* @key NULL inside arrays. */
void jsonw_object(struct jsonw *json, const char *key);
void jsonw_array(struct jsonw *json, const char *key);
void jsonw_close_object(struct jsonw *json);
void jsonw_close_array(struct jsonw *json);
void jsonw_string(struct jsonw *json, const char *key, struct view value);
/* Leaves the pair out when @value is NULL. */
void jsonw_text(struct jsonw *json, const char *key, const char *value);
void jsonw_int(struct jsonw *json, const char *key, int64_t value);
void jsonw_uint(struct jsonw *json, const char *key, uint64_t value);
/* @decimals fixed digits behind the point, trailing zeros cut. */
void jsonw_real(struct jsonw *json, const char *key, double value, int decimals);
void jsonw_bool(struct jsonw *json, const char *key, bool value);

#endif
