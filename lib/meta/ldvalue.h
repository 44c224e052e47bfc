/* JSON (RFC 8259) as values in an arena; strings without escapes are views into the script. */
#ifndef GARNER_META_LDVALUE_H
#define GARNER_META_LDVALUE_H

#include <stdbool.h>
#include <stdint.h>
#include "util/arena.h"
#include "util/view.h"

enum ld_kind { LD_NULL, LD_FALSE, LD_TRUE, LD_NUMBER, LD_STRING, LD_LIST, LD_OBJECT };

struct ld_value {
	const struct ld_value *first, *next; /* of a list or object its members in order; the neighbour */
	struct view key;		     /* of a member of an object */
	struct view text;		     /* of a string, escapes undone: valid UTF-8 where the script is */
	uint8_t kind;			     /* enum ld_kind */
};

/* Reads the list or object that @text (not empty) begins with. @values: how many may still be made, less what was.
 * 0; -EINVAL: no JSON; -E2BIG: deeper than LIMIT_JSON_DEPTH or too many values; -ENOMEM. @ret_end: bytes read. */
int ldvalue_read(
	struct arena *arena, struct view text, size_t *values, const struct ld_value **ret_value, size_t *ret_end);

/* The member of an object, the last of several; NULL: none, or @v is no object. */
const struct ld_value *ldvalue_get(const struct ld_value *v, struct view key);
static inline bool ldvalue_is(const struct ld_value *v, enum ld_kind kind)
{
	return v && v->kind == kind;
}
/* VIEW_NONE of what is no string. */
static inline struct view ldvalue_text(const struct ld_value *v)
{
	return ldvalue_is(v, LD_STRING) ? v->text : VIEW_NONE;
}

#endif
