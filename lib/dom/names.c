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

/* Names in lower case, padded with zeros: two words are compared, not bytes. */
union name {
	char bytes[NAME_MAX_BYTES];
	uint64_t words[2];
};
static const union name tag_words[DOM_TAG_COUNT] = { [0] = { "" },
#define TAG_WORDS(name) { #name },
	DOM_TAGS(TAG_WORDS)
#undef TAG_WORDS
};
static const union name attr_words[DOM_ATTR_COUNT] = {
#define ATTR_WORDS(name, text) { text },
	DOM_ATTRS(ATTR_WORDS)
#undef ATTR_WORDS
};

/* A to Z of eight bytes to a to z. */
static inline uint64_t lower_word(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101ull, high = ones << 7;
	uint64_t low = word & ~high;
	uint64_t upper = (low + ones * (0x80 - 'A')) & ~(low + ones * (0x7F - 'Z')) & ~word & high;
	return word | upper >> 2;
}

/* Of the 16 bytes at @p the first @n count. */
static inline union name name_wide(const char *p, size_t n)
{
	static const uint8_t ones[32] = { [0 ... 15] = 0xFF };
	union name name;
	uint64_t mask[2];
	memcpy(&name, p, NAME_MAX_BYTES);
	memcpy(mask, ones + NAME_MAX_BYTES - n, sizeof(mask));
	name.words[0] = lower_word(name.words[0] & mask[0]);
	name.words[1] = n > 8 ? lower_word(name.words[1] & mask[1]) : 0;
	return name;
}

static inline union name name_narrow(const char *p, size_t n)
{
	char bytes[NAME_MAX_BYTES] = { 0 };
	memcpy(bytes, p, n);
	return name_wide(bytes, n);
}

/* Unique among the known names. */
static inline uint64_t name_key(const union name *name, size_t n)
{
	uint64_t last = 0;
	if (n > 8)
		memcpy(&last, name->bytes + n - 8, 8);
	return name->words[0] ^ last * 3;
}

static inline bool same(const union name *a, const union name *b)
{
	return ((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1])) == 0;
}

static inline enum dom_tag find_tag(union name name, size_t n)
{
	unsigned tag = tag_slots[name_key(&name, n) * TAG_FACTOR >> (64 - TAG_BITS)];
	return same(&tag_words[tag], &name) ? (enum dom_tag)tag : DOM_OTHER;
}

static inline enum dom_attr_name find_attr(union name name, size_t n)
{
	unsigned attr = attr_slots[name_key(&name, n) * ATTR_FACTOR >> (64 - ATTR_BITS)];
	return attr && same(&attr_words[attr - 1], &name) ? (enum dom_attr_name)(attr - 1) : DOM_ATTR_COUNT;
}

enum dom_tag names_tag(const char *p, size_t n)
{
	return n == 0 || n >= NAME_MAX_BYTES ? DOM_OTHER : find_tag(name_narrow(p, n), n);
}

enum dom_attr_name names_attr(const char *p, size_t n)
{
	return n == 0 || n >= NAME_MAX_BYTES ? DOM_ATTR_COUNT : find_attr(name_narrow(p, n), n);
}

enum dom_tag names_tag_in(const char *p, size_t size, size_t at, size_t n)
{
	if (n == 0 || n >= NAME_MAX_BYTES)
		return DOM_OTHER;
	return find_tag(size - at >= NAME_MAX_BYTES ? name_wide(p + at, n) : name_narrow(p + at, n), n);
}

enum dom_attr_name names_attr_in(const char *p, size_t size, size_t at, size_t n)
{
	if (n == 0 || n >= NAME_MAX_BYTES)
		return DOM_ATTR_COUNT;
	return find_attr(size - at >= NAME_MAX_BYTES ? name_wide(p + at, n) : name_narrow(p + at, n), n);
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
