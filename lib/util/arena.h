/* One plain lifetime and one budget: everything a page needs is taken from its arena and goes
 * with one reset. Not thread-safe: one arena, one thread at a time. */
#ifndef GARNER_UTIL_ARENA_H
#define GARNER_UTIL_ARENA_H

#include <stddef.h>
#include "util/view.h"

struct arena_chunk;
struct arena_pool;

struct arena {
	struct arena_chunk *head; /* the chunk in use; older ones behind it */
	char *at;		  /* next free byte in head */
	char *end;		  /* past the last byte of head */
	size_t taken;		  /* bytes of all chunks */
	size_t limit;		  /* ceiling for @taken; fixed at init */
	size_t keep;		  /* a reset keeps one chunk of at most so many bytes; ARENA_KEEP_BYTES from init */
	struct arena_pool *pool;  /* large chunks come from there and go there; NULL (from init): the system */
};

/* Large chunks that one arena gave back, for the next one that needs as much: the memory of the few large pages is
 * there once and not in every arena that ever had one, and is not asked of the system page after page (a fault for
 * each 4 KiB). Thread-safe. Keeps @room bytes at most, those that came last. NULL: no memory. */
struct arena_pool *arena_pool_new(size_t room);
/* When its arenas are freed. Takes NULL, returns NULL. */
struct arena_pool *arena_pool_free(struct arena_pool *pool);

/* @limit in bytes, at least ARENA_CHUNK_BYTES. Takes no memory yet. */
void arena_init(struct arena *arena, size_t limit);
/* 16-byte aligned, not zeroed. NULL when the budget or the machine's memory is spent. */
void *arena_alloc(struct arena *arena, size_t n);
/* The same, zeroed; NULL also when @count * @size overflows. */
void *arena_calloc(struct arena *arena, size_t count, size_t size);
/* @old (from this arena, @old_n bytes; or NULL) grown to @new_n, in place where it is the newest
 * allocation. The old bytes are kept; NULL on failure and @old stays valid. */
void *arena_grow(struct arena *arena, void *old, size_t old_n, size_t new_n);
/* NUL-terminated copies. NULL on failure. */
char *arena_strndup(struct arena *arena, const char *p, size_t n);
char *arena_strdup_view(struct arena *arena, struct view v);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The state of now, and back to it: allocations made since are forgotten and their chunks freed. Not across
 * a reset. */
struct arena_mark {
	struct arena_chunk *head;
	char *at;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);
/* Bytes of all allocations, with what was lost at the ends of chunks. */
size_t arena_used(const struct arena *arena);
/* Forgets all allocations; keeps at most arena->keep bytes for the next page. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
