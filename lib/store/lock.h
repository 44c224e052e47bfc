/* One writer: a lock that ends with its process, and says who holds it. */
#ifndef GARNER_STORE_LOCK_H
#define GARNER_STORE_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "util/error.h"

/* Locks the file @path (made when it is not there) and writes pid, host and @started into it. -EWOULDBLOCK with
 * words when another run holds it. */
int lock_take(const char *path, int64_t started, int *ret_fd, struct error *error);
/* Takes -1. */
void lock_drop(int fd);
/* True while another process holds it. */
bool lock_is_held(const char *path);

/* Of one opening by who only reads. Begins as zeros. */
struct lock_wait {
	uint64_t until; /* clock_ticks */
	long pause;	/* ms */
	bool was_free;
};
/* @store could not be opened or read: @result, @error. What a run that holds the lock is just making or mending passes:
 * 0 after a pause, @error empty: try again. Else what it ends as: @result; -EWOULDBLOCK with who holds the lock, after
 * LIMIT_READ_WAIT; -EINTR by a signal. */
int lock_wait(struct lock_wait *wait, const char *store, int result, struct error *error);

#endif
