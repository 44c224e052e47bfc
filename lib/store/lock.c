#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include "util/clock.h"
#include "util/file.h"
#include "util/limits.h"

enum { WORDS_BYTES = 400, PROBE_TRIES = 10, PROBE_MS = 5, PAUSE_MS = 10, PAUSE_MAX_MS = 200 };

static int pause_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000 };
	return nanosleep(&time, NULL) < 0 ? -errno : 0;
}

/* What the holder wrote, as one line. */
static void holder(int fd, char words[WORDS_BYTES])
{
	ssize_t n = pread(fd, words, WORDS_BYTES - 1, 0);
	for (ssize_t i = 0; i < n; i++)
		if ((unsigned char)words[i] < ' ')
			words[i] = ' ';
	while (n > 0 && words[n - 1] == ' ')
		n--;
	words[n > 0 ? n : 0] = 0;
}

static int held(int fd, const char *path, struct error *error)
{
	char words[WORDS_BYTES];
	holder(fd, words);
	return error_set(error, -EWOULDBLOCK, "%s: another run holds the lock%s%s", path, *words ? ": " : "", words);
}

/* A reader that looks whether the lock is held has it for that moment: a writer does not give way to it. */
static int take(int fd)
{
	int result = flock(fd, LOCK_EX | LOCK_NB);
	for (int i = 0; i < PROBE_TRIES && result < 0 && errno == EWOULDBLOCK; i++) {
		pause_ms(PROBE_MS);
		result = flock(fd, LOCK_EX | LOCK_NB);
	}
	return result;
}

int lock_take(const char *path, int64_t started, int *ret_fd, struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), result = 0;
	if (fd < 0)
		return error_set(error, -errno, "%s: open: %s", path, strerror(errno));
	if (take(fd) < 0) {
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

/* 1: another process holds it, who has @words. */
static int look(const char *path, char words[WORDS_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	bool is_held = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	if (is_held)
		holder(fd, words);
	close(fd);
	return is_held;
}

bool lock_is_held(const char *path)
{
	char words[WORDS_BYTES];
	return look(path, words);
}

/* What a writer that mends or makes the catalogue lets others see for a moment. */
static bool may_pass(int result)
{
	return result == -ENOENT || result == -EACCES || result == -EBADMSG || result == -EAGAIN || result == -EIO;
}

int lock_wait(struct lock_wait *wait, const char *store, int result, struct error *error)
{
	char words[WORDS_BYTES], *path = NULL;
	uint64_t now = clock_ticks();
	if (!may_pass(result) || asprintf(&path, "%s/lock", store) < 0)
		return result;
	bool is_held = look(path, words);
	free(path);
	if (wait->pause == 0)
		*wait = (struct lock_wait){ now + LIMIT_READ_WAIT * UINT64_C(1000000000), PAUSE_MS, false };
	/* Its holder may have ended since: the state it left is looked at once. */
	if (!is_held && wait->was_free)
		return result;
	wait->was_free = !is_held;
	struct error first = *error;
	*error = (struct error){ 0 };
	if (!is_held)
		return 0;
	if (now >= wait->until)
		return error_set(error, -EWOULDBLOCK, "%s; another run holds the lock: %s", first.text,
			*words ? words : "it does not say who it is");
	if (pause_ms(wait->pause) == -EINTR)
		return error_set(error, -EINTR, "%s: stopped while another run held the lock", store);
	wait->pause = wait->pause * 2 < PAUSE_MAX_MS ? wait->pause * 2 : PAUSE_MAX_MS;
	return 0;
}
