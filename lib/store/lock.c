#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>
#include "util/clock.h"
#include "util/file.h"

static int held(int fd, const char *path, struct error *error)
{
	char text[400];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return error_set(error, -EWOULDBLOCK, "%s: another run holds the lock", path);
	for (ssize_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ')
			text[i] = ' ';
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = 0;
	return error_set(error, -EWOULDBLOCK, "%s: another run holds the lock: %s", path, text);
}

int lock_take(const char *path, int64_t started, int *ret_fd, struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), result = 0;
	if (fd < 0)
		return error_set(error, -errno, "%s: open: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		result = errno == EWOULDBLOCK ? held(fd, path, error)
					      : error_set(error, -errno, "%s: lock: %s", path, strerror(errno));
		close(fd);
		return result;
	}
	char host[256] = "", at[CLOCK_TEXT_BYTES] = "", text[400];
	gethostname(host, sizeof(host) - 1);
	clock_format(started, at);
	int n = snprintf(text, sizeof(text), "pid %ld on %s since %s\n", (long)getpid(), host, at);
	if (ftruncate(fd, 0) == 0)
		result = file_write(fd, text, (size_t)n, error, path);
	if (result) {
		lock_drop(fd);
		return result;
	}
	*ret_fd = fd;
	return 0;
}

void lock_drop(int fd)
{
	if (fd < 0)
		return;
	/* The words go first: who finds the lock free must not read a name in it. */
	if (ftruncate(fd, 0) < 0)
		errno = 0;
	close(fd);
}

bool lock_is_held(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool is_held = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return is_held;
}
