#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(struct error *error, const char *what, const char *name)
{
	int code = errno ? errno : EIO;
	return error_set(error, -code, "%s: %s: %s", name, what, strerror(code));
}

int file_read(const char *path, size_t max, struct buf *ret_bytes, struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failed(error, "open", path);
	struct buf bytes = BUF_INIT(max + 65536);
	int result = 0;
	for (;;) {
		char *room = buf_room(&bytes, 65536);
		if (!room) {
			result = error_set(error, bytes.err, "%s: larger than %zu bytes", path, max);
			break;
		}
		ssize_t n = read(fd, room, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			result = failed(error, "read", path);
			break;
		}
		if (n == 0)
			break;
		buf_added(&bytes, (size_t)n);
		if (bytes.n > max) {
			result = error_set(error, -EFBIG, "%s: larger than %zu bytes", path, max);
			break;
		}
	}
	close(fd);
	if (result) {
		buf_free(&bytes);
		return result;
	}
	*ret_bytes = bytes;
	return 0;
}

int file_read_at(int fd, void *p, size_t n, int64_t offset, struct error *error, const char *name)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = pread(fd, (char *)p + done, n - done, offset + (off_t)done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return failed(error, "read", name);
		if (k == 0)
			return error_set(error, -EIO, "%s: ends at byte %lld, %zu more were expected", name,
				(long long)offset + (long long)done, n - done);
		done += (size_t)k;
	}
	return 0;
}

int file_write(int fd, const void *p, size_t n, struct error *error, const char *name)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = write(fd, (const char *)p + done, n - done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return failed(error, "write", name);
		done += (size_t)k;
	}
	return 0;
}

int file_sync_folder(const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
	if (!folder)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	int result = 0;
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		result = failed(error, "sync folder", folder);
	if (fd >= 0)
		close(fd);
	free(folder);
	return result;
}

int file_target(const char *path, char **ret_target, bool *ret_special, struct error *error)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (there && S_ISDIR(st.st_mode))
		return error_set(error, -EISDIR, "%s: a folder stands there", path);
	/* A pipe behind /dev/stdout has no path. */
	char *target = there && S_ISREG(st.st_mode) ? realpath(path, NULL) : NULL;
	if (!target && !(target = strdup(path)))
		return error_set(error, -ENOMEM, "%s: no memory", path);
	*ret_target = target;
	*ret_special = there && !S_ISREG(st.st_mode);
	return 0;
}

int file_publish(const char *path, struct view bytes, struct error *error)
{
	char *aside = NULL;
	if (asprintf(&aside, "%s.new", path) < 0)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	int result;
	int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0) {
		result = failed(error, "create", aside);
		goto out;
	}
	result = file_write(fd, bytes.p, bytes.n, error, aside);
	if (!result && fsync(fd) < 0)
		result = failed(error, "sync", aside);
	if (close(fd) < 0 && !result)
		result = failed(error, "close", aside);
	if (!result && rename(aside, path) < 0)
		result = failed(error, "rename", path);
	if (!result)
		result = file_sync_folder(path, error);
	if (result)
		unlink(aside);
out:
	free(aside);
	return result;
}

int file_make_folder(const char *path, struct error *error)
{
	char *copy = strdup(path);
	if (!copy)
		return error_set(error, -ENOMEM, "%s: no memory", path);
	int result = 0;
	for (char *slash = copy + 1; !result; slash++) {
		slash = strchr(slash, '/');
		if (slash)
			*slash = 0;
		if (*copy && mkdir(copy, 0777) < 0 && errno != EEXIST)
			result = failed(error, "create folder", copy);
		if (!slash)
			break;
		*slash = '/';
	}
	free(copy);
	struct stat st;
	if (!result && (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
		result = error_set(error, -ENOTDIR, "%s: not a folder", path);
	return result;
}
