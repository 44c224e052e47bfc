/* What stands at a path before a store is opened there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/inner.h"
#include "store/store.h"

/* A file of @folder that holds anything. */
static bool has_bytes(const struct store *store, const char *folder)
{
	char *path = store_path(store, folder);
	DIR *dir = path ? opendir(path) : NULL;
	struct stat st;
	bool found = false;
	for (struct dirent *entry; dir && !found && (entry = readdir(dir));)
		found = fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
	if (dir)
		closedir(dir);
	free(path);
	return found;
}

static bool is_empty(const struct store *store, const char *name)
{
	char *path = store_path(store, name);
	struct stat st;
	bool empty = path && (stat(path, &st) < 0 || st.st_size == 0);
	free(path);
	return empty;
}

int store_ground_lost(const struct store *store, const char *path, struct error *error)
{
	bool none = is_empty(store, "catalogue.db") && is_empty(store, "catalogue.db-wal");
	bool documents = has_bytes(store, "packs") || has_bytes(store, "manifest");
	/* A repair that was stopped has put the old one aside, with the sources, which stand nowhere else. */
	bool aside = !is_empty(store, "catalogue.db.old");
	if (!none || (!documents && !aside))
		return 0;
	return error_set(error, -ENOENT, "%s: %s, but %s: `garner repair %s` makes it again", path,
		access(path, F_OK) < 0 ? "missing" : "empty",
		documents ? "the store has documents" : "a repair was stopped in the middle", store->root);
}

bool store_is_archive(const char *path)
{
	unsigned char first[4] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is_zstd = fd >= 0 && read(fd, first, sizeof(first)) == (ssize_t)sizeof(first) &&
		       memcmp(first, "\x28\xB5\x2F\xFD", sizeof(first)) == 0;
	if (fd >= 0)
		close(fd);
	return is_zstd;
}

static bool has(const char *path, const char *name)
{
	char *part = NULL;
	bool there = asprintf(&part, "%s/%s", path, name) > 0 && access(part, F_OK) == 0;
	free(part);
	return there;
}

int store_must_exist(const char *path, struct error *error)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return error_set(error, -ENOTDIR, "%s: %s", path,
			store_is_archive(path)
				? "an archive or a pack, not a store: list, show, history, stats, export and "
				  "verify read it"
				: "a file, not a store");
	if (has(path, "catalogue.db") || has(path, "packs"))
		return 0;
	if (has(path, "manifest.jsonl") && has(path, "SHA256SUMS"))
		return error_set(error, -ENOENT,
			"%s: not a store, but an archive that was unpacked: its texts are files now, their facts stand "
			"in "
			"manifest.jsonl",
			path);
	return error_set(error, -ENOENT, "%s: not a store", path);
}

int store_not_read(const char *path, int result, const struct error *why, struct error *error)
{
	if (result != -ENOENT && result != -ENOTDIR)
		return error_set(error, result, "%s", why->text);
	int other = store_must_exist(path, error);
	return other ? other : error_set(error, result, "%s (garner repair makes it again)", why->text);
}

int store_ground_foreign(const char *path, struct error *error)
{
	struct stat st;
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		return store_must_exist(path, error);
	static const char *const fine[] = { "lock", "catalogue.db", "packs", "lost+found" };
	bool ours = false, other = false;
	DIR *dir = opendir(path);
	for (struct dirent *entry; dir && !ours && (entry = readdir(dir));) {
		bool known = false;
		for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
			known |= strcmp(entry->d_name, fine[i]) == 0;
		ours = known && strcmp(entry->d_name, "lost+found");
		other |= !known && entry->d_name[0] != '.';
	}
	if (dir)
		closedir(dir);
	return ours || !other ? 0 : error_set(error, -EEXIST, "%s: holds other files, and is no store", path);
}
