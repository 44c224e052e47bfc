#include "capture/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "capture/ours.h"
#include "garner.h"
#include "util/buf.h"
#include "util/limits.h"
#include "util/map.h"

struct entry {
	char *name; /* folders end with a slash: their place in the order is that of the paths in them */
};

struct level {
	int fd;
	struct entry *entries;
	size_t count, at;
	size_t path_size; /* of the folder's path, slash included */
	bool ours;	  /* an archive of ours, unpacked: what closes it is no text */
	bool bag;	  /* BagIt's: tag files are no texts */
};

struct folder {
	struct level levels[LIMIT_DIR_DEPTH + 1];
	size_t depth;
	struct buf path;
	struct map seen; /* device and inode of folders entered */
	char words[128];
	bool lost;   /* see folder_lost */
	int refused; /* why the first folder itself can't be read: told by the first folder_next */
};

static void level_free(struct level *level)
{
	for (size_t i = 0; i < level->count; i++)
		free(level->entries[i].name);
	free(level->entries);
	if (level->fd >= 0)
		close(level->fd);
	*level = (struct level){ .fd = -1 };
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static bool is_folder(int fd, const struct dirent *d)
{
	struct stat st;
	if (d->d_type != DT_UNKNOWN && d->d_type != DT_LNK)
		return d->d_type == DT_DIR;
	return fstatat(fd, d->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

static int level_add(struct level *level, size_t *cap, const struct dirent *d)
{
	if (level->count == *cap) {
		size_t grown_cap = *cap ? *cap * 2 : 64;
		struct entry *grown = reallocarray(level->entries, grown_cap, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		level->entries = grown;
		*cap = grown_cap;
	}
	size_t n = strlen(d->d_name);
	char *name = malloc(n + 2);
	if (!name)
		return -ENOMEM;
	memcpy(name, d->d_name, n + 1);
	if (is_folder(level->fd, d))
		memcpy(name + n, "/", 2);
	level->entries[level->count++].name = name;
	return 0;
}

/* Reads and sorts the names in @level->fd. 0 or negative errno. */
static int level_read(struct level *level)
{
	int copy = fcntl(level->fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		int code = -errno;
		if (copy >= 0)
			close(copy);
		return code;
	}
	size_t cap = 0;
	int result = 0;
	while (!result) {
		errno = 0;
		struct dirent *d = readdir(dir);
		if (!d) {
			result = -errno;
			break;
		}
		if (d->d_name[0] != '.')
			result = level_add(level, &cap, d);
	}
	closedir(dir);
	if (level->count)
		qsort(level->entries, level->count, sizeof(*level->entries), compare);
	return result;
}

static int refuse(struct folder *folder, int reason, const char *what, int code)
{
	if (code == ENOMEM)
		return -ENOMEM;
	folder->lost = code || reason != GARNER_UNREADABLE;
	snprintf(folder->words, sizeof(folder->words), "%s%s%s", what, code ? ": " : "", code ? strerror(code) : "");
	return reason;
}

static bool level_has(const struct level *level, const char *name)
{
	struct entry key = { .name = (char *)(uintptr_t)name };
	return level->count && bsearch(&key, level->entries, level->count, sizeof(key), compare);
}

/* A store of ours: its packs and manifests are what was read once, not what is to be read. */
static bool is_store(const struct level *level)
{
	return level_has(level, "packs/") && level_has(level, "manifest/") && level_has(level, "lock");
}

/* Texts of an archive of ours, or none of them and an empty manifest, and nothing else but what closes it. */
static bool is_archive(const struct level *level)
{
	struct stat st;
	bool texts = false, others = false;
	if (!level_has(level, "manifest.jsonl"))
		return false;
	for (size_t i = 0; i < level->count; i++) {
		struct view name = view_of(level->entries[i].name);
		texts |= ours_is_text(name);
		others |= !ours_is_closing(name);
	}
	return texts || (!others && fstatat(level->fd, "manifest.jsonl", &st, 0) == 0 && st.st_size == 0);
}

/* What @level is, by the names in it and the folder around it. */
static void level_learn(struct level *level, const struct level *around)
{
	level->bag = level_has(level, "bagit.txt") && level_has(level, "data/");
	level->ours = (level_has(level, "SHA256SUMS") || (around && around->bag)) && is_archive(level);
}

static bool is_passed_over(const struct level *level, const char *name)
{
	return (level->ours && ours_is_closing(view_of(name))) || (level->bag && ours_is_tag_file(view_of(name)));
}

/* Enters the folder open at @fd, whose path with slash is folder->path. Takes @fd. */
static int enter(struct folder *folder, int fd)
{
	struct stat st;
	uint64_t *seen = NULL;
	if (fstat(fd, &st) == 0) {
		uint64_t key[2] = { (uint64_t)st.st_dev, (uint64_t)st.st_ino };
		seen = map_put(&folder->seen, view_make((const char *)key, sizeof(key)));
	}
	int result = 0;
	if (!seen)
		result = -ENOMEM;
	else if (*seen)
		result = refuse(folder, GARNER_UNREADABLE, "a link to a folder that was entered already", 0);
	else if (folder->depth > LIMIT_DIR_DEPTH)
		result = refuse(folder, GARNER_TOO_DEEP, "folders nested deeper than the ceiling", 0);
	if (result) {
		close(fd);
		return result;
	}
	*seen = 1;
	struct level *level = &folder->levels[folder->depth];
	*level = (struct level){ .fd = fd, .path_size = folder->path.n };
	int code = level_read(level);
	if (code < 0) {
		level_free(level);
		return refuse(folder, GARNER_UNREADABLE, "read folder", -code);
	}
	if (is_store(level)) {
		level_free(level);
		return folder->depth ? 0
				     : refuse(folder, GARNER_UNSUPPORTED, "a garner store, which 'export' reads", 0);
	}
	level_learn(level, folder->depth ? level - 1 : NULL);
	folder->depth++;
	return 0;
}

int folder_open(int fd, const char *path, struct folder **ret_folder, struct error *error)
{
	struct folder *folder = calloc(1, sizeof(*folder));
	if (!folder) {
		close(fd);
		return error_set(error, -ENOMEM, "%s: no memory", path);
	}
	folder->path = BUF_INIT(MIB(1));
	buf_puts(&folder->path, path);
	if (folder->path.n && folder->path.p[folder->path.n - 1] != '/')
		buf_putc(&folder->path, '/');
	int result = enter(folder, fd);
	if (result < 0) {
		folder_close(folder);
		return error_set(error, result, "%s: no memory", path);
	}
	folder->refused = result;
	*ret_folder = folder;
	return 0;
}

/* Opens the entry @name without waiting for the writer of a pipe. Reason with words, or 0. */
static int open_entry(struct folder *folder, int at, const char *name, int *ret_fd)
{
	struct stat st;
	int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		int code = errno;
		int reason = refuse(folder, GARNER_UNREADABLE, "open", code);
		if (code == ENOENT && fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			folder->lost = false;
		return reason;
	}
	if (fstat(fd, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))) {
		close(fd);
		return refuse(folder, GARNER_UNREADABLE, "not a regular file", 0);
	}
	*ret_fd = fd;
	return 0;
}

int folder_next(struct folder *folder, const char **ret_path, int *ret_fd, const char **ret_words)
{
	*ret_words = folder->words;
	if (folder->refused) {
		int reason = folder->refused;
		folder->refused = 0;
		*ret_path = buf_str(&folder->path);
		return *ret_path ? reason : -ENOMEM;
	}
	while (folder->depth) {
		struct level *level = &folder->levels[folder->depth - 1];
		if (level->at == level->count) {
			level_free(level);
			folder->depth--;
			continue;
		}
		const char *name = level->entries[level->at++].name;
		if (is_passed_over(level, name))
			continue;
		folder->path.n = level->path_size;
		buf_puts(&folder->path, name);
		*ret_path = buf_str(&folder->path);
		if (!*ret_path)
			return -ENOMEM;
		int fd = -1, result = open_entry(folder, level->fd, name, &fd);
		if (result)
			return result;
		if (name[strlen(name) - 1] == '/') {
			result = enter(folder, fd);
			if (result)
				return result;
			continue;
		}
		*ret_fd = fd;
		return 0;
	}
	return FOLDER_END;
}

bool folder_lost(const struct folder *folder)
{
	return folder->lost;
}

struct folder *folder_close(struct folder *folder)
{
	if (folder) {
		while (folder->depth)
			level_free(&folder->levels[--folder->depth]);
		buf_free(&folder->path);
		map_free(&folder->seen);
		free(folder);
	}
	return NULL;
}
