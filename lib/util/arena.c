#include "util/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "util/limits.h"

struct arena_chunk {
	struct arena_chunk *older;
	size_t size; /* of the data behind the header */
	_Alignas(16) char data[];
};

void arena_init(struct arena *arena, size_t limit)
{
	*arena = (struct arena){ .limit = limit < ARENA_CHUNK_BYTES ? ARENA_CHUNK_BYTES : limit,
		.keep = ARENA_KEEP_BYTES };
}

/* Large chunks are mapped, so that giving them back gives them to the system whatever thread does so:
 * pages go from thread to thread, and malloc keeps for each what it freed. */
static struct arena_chunk *chunk_new(size_t size)
{
	if (size < ARENA_MAP_BYTES)
		return malloc(sizeof(struct arena_chunk) + size);
	void *p = mmap(
		NULL, sizeof(struct arena_chunk) + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

static void chunk_free(struct arena_chunk *chunk)
{
	if (chunk->size < ARENA_MAP_BYTES)
		free(chunk);
	else
		munmap(chunk, sizeof(*chunk) + chunk->size);
}

static bool arena_add_chunk(struct arena *arena, size_t need)
{
	/* Chunks double with the arena, so that a large page takes few of them. */
	size_t size = arena->taken < ARENA_CHUNK_BYTES ? ARENA_CHUNK_BYTES : arena->taken;
	if (arena->taken >= arena->limit)
		return false;
	size_t left = arena->limit - arena->taken;
	if (size > left)
		size = left;
	if (size < need)
		size = need;
	if (size > left)
		return false;
	struct arena_chunk *chunk = chunk_new(size);
	if (!chunk)
		return false;
	chunk->older = arena->head;
	chunk->size = size;
	arena->head = chunk;
	arena->at = chunk->data;
	arena->end = chunk->data + size;
	arena->taken += size;
	return true;
}

void *arena_alloc(struct arena *arena, size_t n)
{
	if (n > SIZE_MAX - 15)
		return NULL;
	n = n ? (n + 15) & ~(size_t)15 : 16;
	if (!arena->at || (size_t)(arena->end - arena->at) < n)
		if (!arena_add_chunk(arena, n))
			return NULL;
	void *p = arena->at;
	arena->at += n;
	return p;
}

void *arena_calloc(struct arena *arena, size_t count, size_t size)
{
	size_t n;
	if (__builtin_mul_overflow(count, size, &n))
		return NULL;
	void *p = arena_alloc(arena, n);
	return p ? memset(p, 0, n) : NULL;
}

void *arena_grow(struct arena *arena, void *old, size_t old_n, size_t new_n)
{
	if (old && new_n <= old_n)
		return old;
	if (new_n > SIZE_MAX - 15)
		return NULL;
	size_t old_size = old_n ? (old_n + 15) & ~(size_t)15 : 16;
	size_t new_size = (new_n + 15) & ~(size_t)15;
	if (old && (char *)old + old_size == arena->at && (size_t)(arena->end - (char *)old) >= new_size) {
		arena->at = (char *)old + new_size;
		return old;
	}
	void *p = arena_alloc(arena, new_n);
	if (p && old)
		memcpy(p, old, old_n);
	return p;
}

char *arena_strndup(struct arena *arena, const char *p, size_t n)
{
	if (n == SIZE_MAX)
		return NULL;
	char *copy = arena_alloc(arena, n + 1);
	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, p, n);
	copy[n] = 0;
	return copy;
}

char *arena_strdup_view(struct arena *arena, struct view v)
{
	return arena_strndup(arena, v.p, v.n);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return NULL;
	char *text = arena_alloc(arena, (size_t)n + 1);
	if (!text)
		return NULL;
	va_start(args, format);
	vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return text;
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ arena->head, arena->at };
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	while (arena->head != mark.head) {
		struct arena_chunk *older = arena->head->older;
		arena->taken -= arena->head->size;
		chunk_free(arena->head);
		arena->head = older;
	}
	arena->at = mark.at;
	arena->end = arena->head ? arena->head->data + arena->head->size : NULL;
}

void arena_reset(struct arena *arena)
{
	while (arena->head && (arena->head->older || arena->head->size > arena->keep)) {
		struct arena_chunk *older = arena->head->older;
		/* The larger one is kept where it fits; of equals the older one, whose memory has been touched. */
		if (older && arena->head->size <= arena->keep && arena->head->size > older->size) {
			arena->head->older = older->older;
			arena->taken -= older->size;
			chunk_free(older);
			continue;
		}
		arena->taken -= arena->head->size;
		chunk_free(arena->head);
		arena->head = older;
	}
	arena->at = arena->head ? arena->head->data : NULL;
	arena->end = arena->head ? arena->head->data + arena->head->size : NULL;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	while (arena->head) {
		struct arena_chunk *older = arena->head->older;
		chunk_free(arena->head);
		arena->head = older;
	}
	*arena = (struct arena){ .limit = arena->limit, .keep = arena->keep };
}
