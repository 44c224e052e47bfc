#include "dom/names.h"

#include "dom/names_find.h"

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

const union name names_tag_words[DOM_TAG_COUNT] = { [0] = { "" },
#define TAG_WORDS(name) { #name },
	DOM_TAGS(TAG_WORDS)
#undef TAG_WORDS
};
const union name names_attr_words[DOM_ATTR_COUNT + 1] = { [0] = { "" },
#define ATTR_WORDS(name, text) { text },
	DOM_ATTRS(ATTR_WORDS)
#undef ATTR_WORDS
};
const unsigned char names_tag_slots[1 << TAG_BITS] = { TAG_SLOTS };
const unsigned char names_attr_slots[1 << ATTR_BITS] = { ATTR_SLOTS };
const uint8_t names_ones[2 * NAME_MAX_BYTES] = { [0 ... NAME_MAX_BYTES - 1] = 0xFF };

enum dom_tag names_tag(const char *p, size_t n)
{
	char bytes[NAME_MAX_BYTES] = { 0 };
	if (n == 0 || n >= NAME_MAX_BYTES)
		return DOM_OTHER;
	memcpy(bytes, p, n);
	return names_find_tag(bytes, n);
}

enum dom_attr_name names_attr(const char *p, size_t n)
{
	char bytes[NAME_MAX_BYTES] = { 0 };
	if (n == 0 || n >= NAME_MAX_BYTES)
		return DOM_ATTR_COUNT;
	memcpy(bytes, p, n);
	return names_find_attr(bytes, n);
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
