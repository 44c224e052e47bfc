/* JSON in, value by value, straight from the bytes (RFC 8259): for lines of our own shape, which a tree would cost ten
 * times as much. UTF-8 is proven; NUL can't stand in a string; numbers beyond int64 or double are errors. The first
 * error stays: every call afterwards says false, so a whole line may be read and asked once. */
#ifndef GARNER_UTIL_JSONR_H
#define GARNER_UTIL_JSONR_H

#include <stdbool.h>
#include <stdint.h>
#include "util/arena.h"
#include "util/view.h"

struct jsonr {
	struct view all;
	size_t at;
	struct arena *arena; /* of strings */
	const char *why;     /* NULL: no error; static */
	bool no_memory;
};

static inline struct jsonr jsonr_begin(struct view bytes, struct arena *arena)
{
	return (struct jsonr){ .all = bytes, .arena = arena };
}

/* The first byte of the next value: { [ " t f n - or a digit; 0: the end, or an error. */
char jsonr_peek(struct jsonr *json);
/* At '{': begin, then for each pair next (which reads the key and its colon) and one value. False: no more, or an
 * error.
 * @ret_key borrows from the bytes where it has no escape. */
bool jsonr_begin_object(struct jsonr *json);
bool jsonr_next_key(struct jsonr *json, bool *first, struct view *ret_key);
/* At '[': begin, then next before each value. */
bool jsonr_begin_array(struct jsonr *json);
bool jsonr_next_item(struct jsonr *json, bool *first);
/* A string into the arena, NUL behind it. */
bool jsonr_string(struct jsonr *json, struct view *ret);
/* *ret_whole: it is written without fraction and exponent, and @ret_int has it. */
bool jsonr_number(struct jsonr *json, bool *ret_whole, int64_t *ret_int, double *ret_real);
/* Any value, proven and passed over; LIMIT_JSON_DEPTH. */
bool jsonr_skip(struct jsonr *json);
/* Nothing but white space is left, and there was no error. */
bool jsonr_end(struct jsonr *json);

#endif
