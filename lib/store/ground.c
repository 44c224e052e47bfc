/* What stands at a path before a store is opened there. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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
	if (!none || (!has_bytes(store, "packs") && !has_bytes(store, "manifest")))
		return 0;
	return error_set(error, -ENOENT, "%s: %s, but the store has documents: `garner repair %s` makes it again", path,
		access(path, F_OK) < 0 ? "missing" : "empty", store->root);
}

int store_must_exist(const char *path, struct error *error)
{
	static const char *const parts[] = { "catalogue.db", "packs" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		char *part = NULL;
		bool there = asprintf(&part, "%s/%s", path, parts[i]) > 0 && access(part, F_OK) == 0;
		free(part);
		if (there)
			return 0;
	}
	if (access(path, F_OK) < 0)
		return error_set(error, -errno, "%s: %s", path, strerror(errno));
	return error_set(error, -ENOENT, "%s: not a store", path);
}

int store_ground_foreign(const char *path, struct error *error)
{
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
