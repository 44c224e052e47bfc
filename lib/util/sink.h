/* Text that grows in an arena; in place as long as it is the newest allocation. */
#ifndef GARNER_UTIL_SINK_H
#define GARNER_UTIL_SINK_H

#include <stdint.h>
#include "util/arena.h"
#include "util/utf8.h"
#include "util/view.h"

struct sink {
	struct arena *arena;
	char *p;
	size_t n, cap;
};

/* False when the arena's budget is spent; what was written stays. */
static inline bool sink_room(struct sink *sink, size_t n)
{
	if (sink->cap - sink->n >= n)
		return true;
	size_t cap = sink->cap + sink->cap / 2 + n + 64;
	char *grown = (char *)arena_grow(sink->arena, sink->p, sink->cap, cap);
	if (!grown)
		return false;
	sink->p = grown;
	sink->cap = cap;
	return true;
}

static inline bool sink_put(struct sink *sink, const char *p, size_t n)
{
	if (n == 0)
		return true;
	if (!sink_room(sink, n))
		return false;
	memcpy(sink->p + sink->n, p, n);
	sink->n += n;
	return true;
}

static inline bool sink_byte(struct sink *sink, char c)
{
	if (!sink_room(sink, 1))
		return false;
	sink->p[sink->n++] = c;
	return true;
}

static inline bool sink_code_point(struct sink *sink, uint32_t cp)
{
	if (!sink_room(sink, 4))
		return false;
	sink->n += utf8_put(sink->p + sink->n, cp);
	return true;
}

static inline struct view sink_view(const struct sink *sink)
{
	return (struct view){ sink->p, sink->n };
}

#endif
