/* A growing byte string on the heap with a ceiling from birth. The error is sticky: after one
 * failure nothing more is added, so a caller may write a whole record and look once at the end. */
#ifndef GARNER_UTIL_BUF_H
#define GARNER_UTIL_BUF_H

#include <stddef.h>
#include <stdint.h>
#include "util/view.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max; /* bytes; -EFBIG beyond */
	int err;    /* 0, -ENOMEM or -EFBIG */
};

#define BUF_INIT(maximum) ((struct buf){ .max = (maximum) })

/* Room for @n more bytes, not counted in buf->n until buf_added. NULL on error. */
char *buf_room(struct buf *buf, size_t n);
static inline void buf_added(struct buf *buf, size_t n)
{
	buf->n += n;
}
int buf_put(struct buf *buf, const void *p, size_t n);
int buf_puts(struct buf *buf, const char *s);
int buf_putv(struct buf *buf, struct view v);
int buf_putc(struct buf *buf, char c);
int buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A NUL behind the bytes, not counted in n; the string or NULL on error. */
const char *buf_str(struct buf *buf);
static inline struct view buf_view(const struct buf *buf)
{
	return (struct view){ buf->p, buf->n };
}
/* Empties, keeps the memory, clears the error. */
static inline void buf_reset(struct buf *buf)
{
	buf->n = 0;
	buf->err = 0;
}
void buf_free(struct buf *buf);

#endif
