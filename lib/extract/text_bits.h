/* A text in one pass: where its lines end and what kind of bytes stand where, a bit a byte, and its small letters. Most
 * of what is asked of a line is then a count of bits. */
#ifndef GARNER_EXTRACT_TEXT_BITS_H
#define GARNER_EXTRACT_TEXT_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "util/arena.h"
#include "util/view.h"

enum { BITS_BYTES = 64 };

/* Of 64 bytes, the first one in the lowest bit. */
struct text_bits {
	uint64_t breaks; /* LF */
	uint64_t others; /* last bytes of other line breaks: VT, FF, NEL, U+2028, U+2029 */
	uint64_t rough;	 /* anything but printable ASCII */
	uint64_t spaces;
	uint64_t twins; /* spaces behind spaces */
	uint64_t digits;
	uint64_t joints; /* capitals of ASCII behind small letters */
};

struct text_map {
	struct view text;
	const struct text_bits *bits; /* text.n / 64 and one more */
	char *low;		      /* the text with small letters of ASCII; as many bytes, room for 64 more */
	size_t breaks, others;
	bool popcnt; /* this CPU counts bits itself */
};

/* What stands in a part of the text. */
struct text_kinds {
	uint32_t spaces;
	bool rough, twins, digits, joints;
};

/* In @arena. False: no memory. */
bool text_map_read(struct arena *arena, struct view text, struct text_map *ret_map);
/* The next LF at or behind @from; text.n: there is none. */
size_t text_map_break(const struct text_map *map, size_t from);
/* The next bit before @to of the word at @member of struct text_bits; @to: there is none. */
static inline size_t text_map_next(const struct text_map *map, size_t member, size_t from, size_t to)
{
	for (size_t i = from / BITS_BYTES; from < to; from = ++i * BITS_BYTES) {
		uint64_t bits;
		memcpy(&bits, (const char *)&map->bits[i] + member, sizeof(bits));
		bits &= UINT64_MAX << (from % BITS_BYTES);
		size_t at = bits ? i * BITS_BYTES + (size_t)__builtin_ctzll(bits) : to;
		if (at < to)
			return at;
	}
	return to;
}

/* The next last byte of another line break than LF before @to; @to: there is none. */
static inline size_t text_map_other(const struct text_map *map, size_t from, size_t to)
{
	return text_map_next(map, offsetof(struct text_bits, others), from, to);
}

/* The next rough byte before @to; @to: there is none. */
static inline size_t text_map_rough(const struct text_map *map, size_t from, size_t to)
{
	return text_map_next(map, offsetof(struct text_bits, rough), from, to);
}

/* Of the bytes from @from up to @to, one at least. */
struct text_kinds text_map_kinds(const struct text_map *map, size_t from, size_t to);

/* What the code for one kind of CPU makes of 64 bytes: the same. False: this one is of another kind. For tests. */
enum bits_kind { BITS_PLAIN, BITS_SSE2, BITS_AVX2, BITS_AVX512, BITS_KINDS };
bool text_bits_by(enum bits_kind kind, const unsigned char *p, char *low, struct text_bits *ret_bits);

#endif
