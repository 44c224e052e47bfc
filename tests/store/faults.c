/* Preloaded under the command: the FAULT_AT-th call that changes a file under FAULT_PATH fails or kills the process.
 * FAULT_KIND: "kill" (after half of a write), "enospc" (half of a write, then ENOSPC from there on), "eio" (on reads,
 * that call alone), "count". At the end the number of calls goes to the file FAULT_COUNT. */
/* Both spellings are wrapped: pwrite and pwrite64 are two symbols here. */
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static const char *wanted(void)
{
	return getenv("FAULT_PATH");
}

static int under(const char *path)
{
	const char *part = wanted();
	return part && path && strstr(path, part) != NULL;
}

static int under_fd(int fd)
{
	char name[64], path[PATH_MAX];
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(name, path, sizeof(path) - 1);
	if (n <= 0)
		return 0;
	path[n] = 0;
	return under(path);
}

static int is_kind(const char *kind)
{
	const char *had = getenv("FAULT_KIND");
	return had && strcmp(had, kind) == 0;
}

/* 0 go on; 1 this call is hit. */
static int hit(void)
{
	long at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0, now = atomic_fetch_add(&calls, 1) + 1;
	if (!at)
		return 0;
	return is_kind("enospc") ? now >= at : now == at;
}

static void die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

#define REAL(type, name, ...)                                                                                          \
	static type (*real)(__VA_ARGS__);                                                                              \
	if (!real)                                                                                                     \
	real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define WRITER(function, ...)                                                                                          \
	if (!is_kind("eio") && under_fd(fd) && hit()) {                                                                \
		ssize_t half = n > 1 ? real(fd, p, n / 2 __VA_ARGS__) : 0;                                             \
		if (is_kind("kill"))                                                                                   \
			die();                                                                                         \
		(void)half;                                                                                            \
		errno = ENOSPC;                                                                                        \
		return -1;                                                                                             \
	}                                                                                                              \
	return real(fd, p, n __VA_ARGS__)

ssize_t write(int fd, const void *p, size_t n)
{
	REAL(ssize_t, "write", int, const void *, size_t);
	WRITER(write);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
	WRITER(pwrite, , at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
	WRITER(pwrite64, , at);
}

#define READER(...)                                                                                                    \
	if (is_kind("eio") && under_fd(fd) && hit()) {                                                                 \
		errno = EIO;                                                                                           \
		return -1;                                                                                             \
	}                                                                                                              \
	return real(fd, p, n __VA_ARGS__)

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
	REAL(ssize_t, "pread", int, void *, size_t, off_t);
	READER(, at);
}

ssize_t pread64(int fd, void *p, size_t n, off64_t at)
{
	REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
	READER(, at);
}

ssize_t read(int fd, void *p, size_t n)
{
	REAL(ssize_t, "read", int, void *, size_t);
	READER();
}

/* Calls without bytes: killed before they happen; a full disk does not stop them. */
#define CALL(condition)                                                                                                \
	if (is_kind("kill") && (condition) && hit())                                                                   \
		die();                                                                                                 \
	else if (is_kind("count") && (condition))                                                                      \
	hit()

int fdatasync(int fd)
{
	REAL(int, "fdatasync", int);
	CALL(under_fd(fd));
	return real(fd);
}

int fsync(int fd)
{
	REAL(int, "fsync", int);
	CALL(under_fd(fd));
	return real(fd);
}

int ftruncate(int fd, off_t n)
{
	REAL(int, "ftruncate", int, off_t);
	CALL(under_fd(fd));
	return real(fd, n);
}

int ftruncate64(int fd, off64_t n)
{
	REAL(int, "ftruncate64", int, off64_t);
	CALL(under_fd(fd));
	return real(fd, n);
}

int rename(const char *from, const char *to)
{
	REAL(int, "rename", const char *, const char *);
	CALL(under(to));
	return real(from, to);
}

int unlink(const char *path)
{
	REAL(int, "unlink", const char *);
	CALL(under(path));
	return real(path);
}

__attribute__((destructor)) static void tell(void)
{
	const char *name = getenv("FAULT_COUNT");
	FILE *out = name ? fopen(name, "w") : NULL;
	if (out) {
		fprintf(out, "%ld\n", atomic_load(&calls));
		fclose(out);
	}
}
