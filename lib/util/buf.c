#include "util/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

char *buf_room(struct buf *buf, size_t n)
{
	if (buf->err)
		return NULL;
	if (n > buf->max || buf->n > buf->max - n) {
		buf->err = -EFBIG;
		return NULL;
	}
	if (buf->p && n <= buf->cap - buf->n)
		return buf->p + buf->n;
	size_t cap = buf->cap ? buf->cap : 256;
	while (cap - buf->n < n) {
		if (cap > SIZE_MAX / 2) {
			buf->err = -ENOMEM;
			return NULL;
		}
		cap *= 2;
	}
	char *grown = realloc(buf->p, cap);
	if (!grown) {
		buf->err = -ENOMEM;
		return NULL;
	}
	buf->p = grown;
	buf->cap = cap;
	return buf->p + buf->n;
}

int buf_put(struct buf *buf, const void *p, size_t n)
{
	if (n == 0)
		return buf->err;
	char *room = buf_room(buf, n);
	if (!room)
		return buf->err;
	memcpy(room, p, n);
	buf->n += n;
	return 0;
}

int buf_puts(struct buf *buf, const char *s)
{
	return buf_put(buf, s, strlen(s));
}

int buf_putv(struct buf *buf, struct view v)
{
	return buf_put(buf, v.p, v.n);
}

int buf_putc(struct buf *buf, char c)
{
	return buf_put(buf, &c, 1);
}

int buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return buf->err = -EINVAL;
	char *room = buf_room(buf, (size_t)n + 1);
	if (!room)
		return buf->err;
	va_start(args, format);
	vsnprintf(room, (size_t)n + 1, format, args);
	va_end(args);
	buf->n += (size_t)n;
	return 0;
}

const char *buf_str(struct buf *buf)
{
	char *room = buf_room(buf, 1);
	if (!room)
		return NULL;
	*room = 0;
	return buf->p;
}

void buf_free(struct buf *buf)
{
	if (!buf)
		return;
	free(buf->p);
	*buf = (struct buf){ .max = buf->max };
}
