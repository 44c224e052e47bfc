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

#endif
