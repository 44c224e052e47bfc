#include "extract/line_memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "util/hash.h"
#include "util/limits.h"

enum {
	SLOTS_MIN = 1 << 12,
	LINE_WORDS = 25,    /* of longer lines, copies are quotations more often than furniture */
	TEXTS_MIN = 3,	    /* that a line stands on */
	SHARE_PERCENT = 30, /* of the host's texts */
	LETTERS_MIN = 6,    /* bytes of letters */
	ROW_BYTES = 16,
};

struct slot {
	uint64_t key; /* 0: free */
	uint32_t texts;
	uint32_t last; /* number of the text that counted it last */
};

struct line_memory {
	struct slot *slots;
	size_t size, used; /* size: a power of two */
	uint32_t text;	   /* number of the last text */
};

static const char magic[8] = "GARNLNM2", magic_bare[8] = "GARNLNM1";

static size_t place_of(const struct line_memory *memory, uint64_t key)
{
	size_t at = (size_t)(key ^ key >> 29) & (memory->size - 1);
	while (memory->slots[at].key && memory->slots[at].key != key)
		at = (at + 1) & (memory->size - 1);
	return at;
}

static int grow(struct line_memory *memory)
{
	struct line_memory larger = { .size = memory->size ? memory->size * 2 : SLOTS_MIN };
	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < memory->size; i++)
		if (memory->slots[i].key)
			larger.slots[place_of(&larger, memory->slots[i].key)] = memory->slots[i];
	free(memory->slots);
	memory->slots = larger.slots;
	memory->size = larger.size;
	return 0;
}

/* The slot of @key, made when there is room: NULL in @ret when there is none. */
static int slot_of(struct line_memory *memory, uint64_t key, struct slot **ret)
{
	*ret = NULL;
	if (memory->used * 2 >= memory->size && memory->used < LIMIT_MEMORY_LINES) {
		int result = grow(memory);
		if (result)
			return result;
	}
	struct slot *slot = &memory->slots[place_of(memory, key)];
	if (!slot->key && memory->used >= LIMIT_MEMORY_LINES)
		return 0;
	memory->used += !slot->key;
	slot->key = key;
	*ret = slot;
	return 0;
}

static uint64_t key_of(uint64_t host, struct view line)
{
	uint64_t key = hash64(line, host);
	return key ? key : 1;
}

static uint64_t get(const char *p)
{
	uint64_t v = 0;
	for (int i = 0; i < 8; i++)
		v |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return v;
}

/* What a flipped bit would make of the counts, nobody could tell from them. */
static bool ends_in_its_hash(struct view bytes)
{
	size_t n = bytes.n - 8;
	return get(bytes.p + n) == hash64(view_first(bytes, n), 0);
}

static int read_rows(struct line_memory *memory, struct view bytes, struct error *error)
{
	bool bare = view_starts(bytes, view_make(magic_bare, sizeof(magic_bare)));
	size_t head = sizeof(magic) + 8, rows = bytes.n < head ? 0 : (size_t)get(bytes.p + sizeof(magic));
	if (bytes.n < head || !(bare || view_starts(bytes, view_make(magic, sizeof(magic)))) ||
		rows > LIMIT_MEMORY_LINES || bytes.n != head + rows * ROW_BYTES + (bare ? 0 : 8))
		return error_set(error, -EBADMSG, "no counts of lines, or cut short: %zu bytes", bytes.n);
	if (!bare && !ends_in_its_hash(bytes))
		return error_set(error, -EBADMSG, "counts of lines: damaged: they have another hash");
	uint64_t before = 0;
	for (const char *row = bytes.p + head; rows--; row += ROW_BYTES) {
		uint64_t key = get(row), texts = get(row + 8);
		struct slot *slot;
		if (key <= before || texts == 0 || texts > UINT32_MAX)
			return error_set(error, -EBADMSG, "counts of lines: row at byte %zu is out of order or empty",
				(size_t)(row - bytes.p));
		int result = slot_of(memory, before = key, &slot);
		if (result)
			return error_set(error, result, "no memory for counts of lines");
		slot->texts = (uint32_t)texts;
	}
	return 0;
}

int line_memory_new(struct view bytes, struct line_memory **ret_memory, struct error *error)
{
	struct line_memory *memory = calloc(1, sizeof(*memory));
	int result = memory && grow(memory) == 0 ? 0 : error_set(error, -ENOMEM, "no memory for counts of lines");
	if (!result && bytes.n)
		result = read_rows(memory, bytes, error);
	if (result) {
		line_memory_free(memory);
		return result;
	}
	*ret_memory = memory;
	return 0;
}

struct line_memory *line_memory_free(struct line_memory *memory)
{
	if (memory)
		free(memory->slots);
	free(memory);
	return NULL;
}

uint64_t line_memory_host(struct view url, struct view file)
{
	size_t at = view_find(url, VIEW("://"));
	if (at < url.n) {
		struct view host = view_from(url, at + 3);
		size_t n = 0;
		while (n < host.n && !memchr("/?#", host.p[n], 3))
			n++;
		return hash64(view_first(host, n), 0);
	}
	while (file.n && file.p[file.n - 1] != '/')
		file.n--;
	return hash64(file, 1);
}

/* Numbers, closing brackets of code, labels ("Weight:") and single words ("Pros") repeat in texts of their own right.
 */
static bool may_repeat(const struct line *line)
{
	size_t letters = 0;
	if (!line->text.n || !(line->flags & LINE_WHOLE) || line->flags & LINE_COLON || line->words < 2 ||
		line->words > LINE_WORDS)
		return false;
	for (size_t i = 0; i < line->text.n; i++)
		letters += ascii_is_alpha(line->text.p[i]) || (unsigned char)line->text.p[i] >= 0x80;
	return letters >= LETTERS_MIN && letters * 2 >= line->text.n;
}

static int count_key(struct line_memory *memory, uint64_t key)
{
	struct slot *slot;
	int result = slot_of(memory, key, &slot);
	if (slot && slot->last != memory->text && slot->texts < UINT32_MAX) {
		slot->texts++;
		slot->last = memory->text;
	}
	return result;
}

int line_memory_add(struct line_memory *memory, uint64_t host, struct view text, const struct line *lines, size_t count)
{
	const uint64_t texts = 0x7465787473; /* apart from the keys of lines */
	struct slot *slot;
	int result = slot_of(memory, key_of(host ^ texts, text), &slot);
	if (!slot || slot->texts)
		return result;
	slot->texts = 1;
	memory->text++;
	result = count_key(memory, key_of(host, VIEW_NONE));
	for (size_t i = 0; i < count && result == 0; i++)
		if (may_repeat(&lines[i]))
			result = count_key(memory, key_of(host, lines[i].core));
	return result;
}

static uint64_t texts_of(const struct line_memory *memory, uint64_t key)
{
	const struct slot *slot = &memory->slots[place_of(memory, key)];
	return slot->key ? slot->texts : 0;
}

bool line_memory_repeats(const struct line_memory *memory, uint64_t host, const struct line *line)
{
	if (!may_repeat(line))
		return false;
	uint64_t texts = texts_of(memory, key_of(host, line->core));
	return texts >= TEXTS_MIN && texts * 100 >= texts_of(memory, key_of(host, VIEW_NONE)) * SHARE_PERCENT;
}

static int by_key(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;
	return x->key < y->key ? -1 : x->key > y->key;
}

static void put(struct buf *out, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		buf_putc(out, (char)(v >> (8 * i)));
}

void line_memory_write(const struct line_memory *memory, struct buf *out)
{
	struct slot *rows = calloc(memory->used + 1, sizeof(*rows));
	size_t n = 0;
	if (!rows) {
		out->err = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < memory->size; i++)
		if (memory->slots[i].key)
			rows[n++] = memory->slots[i];
	qsort(rows, n, sizeof(*rows), by_key);
	buf_putv(out, view_make(magic, sizeof(magic)));
	put(out, n);
	for (size_t i = 0; i < n; i++) {
		put(out, rows[i].key);
		put(out, rows[i].texts);
	}
	put(out, hash64(buf_view(out), 0));
	free(rows);
}
