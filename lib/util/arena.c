#include "util/arena.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "util/limits.h"

struct arena_chunk {
	struct arena_chunk *older;
	size_t size; /* of the data behind the header, as the arena asked for it */
	size_t room; /* what is there: of mapped ones a power of two */
	_Alignas(16) char data[];
};

void arena_init(struct arena *arena, size_t limit)
{
	*arena = (struct arena){ .limit = limit < ARENA_CHUNK_BYTES ? ARENA_CHUNK_BYTES : limit,
		.keep = ARENA_KEEP_BYTES };
}

/* ---- large chunks ---------------------------------------------------------------------------- */

struct arena_pool {
	pthread_mutex_t lock;
	struct arena_chunk *newest;
	size_t room; /* bytes at most */
};

/* Large chunks are mapped, so that giving them back gives them to the system whatever thread does so:
 * pages go from thread to thread, and malloc keeps for each what it freed. */
static struct arena_chunk *map_chunk(size_t room)
{
	void *p = mmap(
		NULL, sizeof(struct arena_chunk) + room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	((struct arena_chunk *)p)->room = room;
	return p;
}

static void unmap_chunks(struct arena_chunk *chunk)
{
	while (chunk) {
		struct arena_chunk *older = chunk->older;
		munmap(chunk, sizeof(*chunk) + chunk->room);
		chunk = older;
	}
}

struct arena_pool *arena_pool_new(size_t room)
{
	struct arena_pool *pool = calloc(1, sizeof(*pool));
	if (pool) {
		pool->room = room;
		pthread_mutex_init(&pool->lock, NULL);
	}
	return pool;
}

struct arena_pool *arena_pool_free(struct arena_pool *pool)
{
	if (pool) {
		unmap_chunks(pool->newest);
		pthread_mutex_destroy(&pool->lock);
		free(pool);
	}
	return NULL;
}

/* A chunk of just this room: a larger one would make the pool's memory grow. */
static struct arena_chunk *pool_take(struct arena_pool *pool, size_t room)
{
	pthread_mutex_lock(&pool->lock);
	struct arena_chunk **link = &pool->newest;
	while (*link && (*link)->room != room)
		link = &(*link)->older;
	struct arena_chunk *chunk = *link;
	if (chunk)
		*link = chunk->older;
	pthread_mutex_unlock(&pool->lock);
	return chunk;
}

/* What does not fit beside it, and came before, goes to the system. */
static void pool_put(struct arena_pool *pool, struct arena_chunk *chunk)
{
	chunk->older = NULL;
	if (chunk->room > pool->room) {
		unmap_chunks(chunk);
		return;
	}
	pthread_mutex_lock(&pool->lock);
	chunk->older = pool->newest;
	pool->newest = chunk;
	size_t kept = 0;
	struct arena_chunk **link = &pool->newest;
	for (; *link && kept + (*link)->room <= pool->room; link = &(*link)->older)
		kept += (*link)->room;
	struct arena_chunk *oldest = *link;
	*link = NULL;
	pthread_mutex_unlock(&pool->lock);
	unmap_chunks(oldest);
}

static struct arena_chunk *chunk_new(const struct arena *arena, size_t size)
{
	struct arena_chunk *chunk = NULL;
	if (size <= ARENA_CHUNK_BYTES) {
		chunk = malloc(sizeof(*chunk) + size);
		if (chunk)
			chunk->room = size;
	} else {
		size_t room = ARENA_MAP_BYTES;
		while (room < size && room <= SIZE_MAX / 4)
			room *= 2;
		chunk = arena->pool ? pool_take(arena->pool, room) : NULL;
		if (!chunk)
			chunk = map_chunk(room < size ? size : room);
	}
	if (chunk)
		chunk->size = size;
	return chunk;
}

static void chunk_free(const struct arena *arena, struct arena_chunk *chunk)
{
	if (chunk->room <= ARENA_CHUNK_BYTES) {
		free(chunk);
	} else if (arena->pool) {
		pool_put(arena->pool, chunk);
	} else {
		chunk->older = NULL;
		unmap_chunks(chunk);
	}
}

/* ---- allocations ----------------------------------------------------------------------------- */

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
	struct arena_chunk *chunk = chunk_new(arena, size);
	if (!chunk)
		return false;
	chunk->older = arena->head;
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
		chunk_free(arena, arena->head);
		arena->head = older;
	}
	arena->at = mark.at;
	arena->end = arena->head ? arena->head->data + arena->head->size : NULL;
}

size_t arena_used(const struct arena *arena)
{
	return arena->taken - (size_t)(arena->end - arena->at);
}

void arena_reset(struct arena *arena)
{
	while (arena->head && (arena->head->older || arena->head->size > arena->keep)) {
		struct arena_chunk *older = arena->head->older;
		/* The larger one is kept where it fits; of equals the older one, whose memory has been touched. */
		if (older && arena->head->size <= arena->keep && arena->head->size > older->size) {
			arena->head->older = older->older;
			arena->taken -= older->size;
			chunk_free(arena, older);
			continue;
		}
		arena->taken -= arena->head->size;
		chunk_free(arena, arena->head);
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
		chunk_free(arena, arena->head);
		arena->head = older;
	}
	*arena = (struct arena){ .limit = arena->limit, .keep = arena->keep, .pool = arena->pool };
}
