#include "dom/names.h"

#include "dom/names_table.h"

static const char *const tag_names[DOM_TAG_COUNT] = { "",
#define TAG_NAME(name) #name,
	DOM_TAGS(TAG_NAME)
#undef TAG_NAME
};

static const char *const attr_names[DOM_ATTR_COUNT] = {
#define ATTR_NAME(name, text) text,
	DOM_ATTRS(ATTR_NAME)
#undef ATTR_NAME
};

enum { NAME_MAX_BYTES = 16 }; /* longer names are not known; the longest is data-component */

/* @p lower-cased into @ret (zero-padded), and a key that is unique among the known names. */
static inline uint64_t name_key(const char *p, size_t n, char ret[NAME_MAX_BYTES])
{
	uint64_t first = 0, last = 0;
	memset(ret, 0, NAME_MAX_BYTES);
	for (size_t i = 0; i < n; i++)
		ret[i] = ascii_lower(p[i]);
	memcpy(&first, ret, 8);
	if (n > 8) {
		memcpy(&last, ret + n - 8, 8);
		first ^= last * 3;
	}
	return first;
}

enum dom_tag names_tag(const char *p, size_t n)
{
	char lower[NAME_MAX_BYTES];
	if (n == 0 || n >= NAME_MAX_BYTES)
		return DOM_OTHER;
	unsigned tag = tag_slots[name_key(p, n, lower) * TAG_FACTOR >> (64 - TAG_BITS)];
	return strcmp(tag_names[tag], lower) == 0 ? (enum dom_tag)tag : DOM_OTHER;
}

enum dom_attr_name names_attr(const char *p, size_t n)
{
	char lower[NAME_MAX_BYTES];
	if (n == 0 || n >= NAME_MAX_BYTES)
		return DOM_ATTR_COUNT;
	unsigned attr = attr_slots[name_key(p, n, lower) * ATTR_FACTOR >> (64 - ATTR_BITS)];
	return attr && strcmp(attr_names[attr - 1], lower) == 0 ? (enum dom_attr_name)(attr - 1) : DOM_ATTR_COUNT;
}

const char *dom_tag_name(enum dom_tag tag)
{
	return (unsigned)tag < DOM_TAG_COUNT ? tag_names[tag] : "";
}

const char *dom_attr_text(enum dom_attr_name name)
{
	return (unsigned)name < DOM_ATTR_COUNT ? attr_names[name] : "";
}

enum dom_tag dom_tag_find(struct view name)
{
	return names_tag(name.p, name.n);
}
