/* A folder where a file belongs, or a file where a folder does, is none of our doing: what is in it may be somebody's,
 * so a repair names it and changes nothing. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "store/format.h"
#include "store/repair_inner.h"

/* Is @name one that the store gives to a file? */
static bool is_ours(const char *name)
{
	static const char *const suffixes[] = { ".tar.zst", ".jsonl", ".md", ".warc.gz", ".warc.zst", ".run" };
	static const char *const names[] = { "signatures", "lock", "INDEX.md", "SHA256SUMS", "catalogue.db",
		"catalogue.db-wal", "catalogue.db-shm", "catalogue.db.old", "catalogue.db.new", "search.db" };
	struct view all = view_of(name);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (view_ends(all, view_of(suffixes[i])))
			return true;
	return false;
}

/* No folder has a file's name in @path, a folder of the store. */
static int check_files(struct repair *repair, const char *path)
{
	DIR *dir = opendir(path);
	int result = 0;
	for (struct dirent *entry; dir && !result && (entry = readdir(dir));) {
		char *inner = NULL;
		struct stat st;
		if (!is_ours(entry->d_name))
			continue;
		if (asprintf(&inner, "%s/%s", path, entry->d_name) < 0)
			inner = NULL;
		if (!inner)
			result = repair_no_memory(repair);
		else if (stat(inner, &st) == 0 && S_ISDIR(st.st_mode))
			result = error_set(repair->error, -EISDIR,
				"%s: a folder stands where a file of the store belongs; move it out of the store, then "
				"repair again",
				inner);
		free(inner);
	}
	if (dir)
		closedir(dir);
	return result;
}

int repair_places(struct repair *repair)
{
	static const char *const folders[] = { "packs", "manifest", "index", "raw", "keys", "near" };
	int result = check_files(repair, repair->store->root);
	for (size_t i = 0; !result && i < sizeof(folders) / sizeof(*folders); i++) {
		struct stat st;
		char *path = store_path(repair->store, folders[i]);
		if (!path)
			result = repair_no_memory(repair);
		else if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
			result = error_set(repair->error, -ENOTDIR,
				"%s: a file stands where a folder of the store belongs; move it out of the store, then "
				"repair again",
				path);
		else
			result = check_files(repair, path);
		free(path);
	}
	return result;
}
