/* What the old catalogue acknowledged of the files that are read as they stand: damage that leaves them readable is
 * told, though nothing can be done about it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/repair_inner.h"

static void check(struct repair *repair, const struct catalogue_file *file, const char *path, int fd)
{
	struct stat st;
	uint8_t digest[32];
	bool log = file->kind == CATALOGUE_LOG;
	if (fd < 0 || fstat(fd, &st) < 0) {
		if (log)
			repair_say(repair, path, "%s", strerror(errno));
	} else if (st.st_size < file->size) {
		if (log)
			repair_say(repair, path, "%lld bytes, %lld were acknowledged", (long long)st.st_size,
				(long long)file->size);
	} else if (file->has_sha256 && !store_digest(fd, path, file->size, digest, NULL) &&
		   memcmp(digest, file->sha256, sizeof(digest)) != 0) {
		repair_say(repair, path, "has another SHA-256 than was acknowledged: %s",
			file->kind == CATALOGUE_MANIFEST && file->sealed
				? "made again from its pack"
				: "what can be read of it is taken as it stands");
	}
}

/* Packs are proven frame by frame, with each of their documents. */
static int check_file(void *user, const struct catalogue_file *file)
{
	struct repair *repair = user;
	char name[64];
	if (!file->size || (file->kind != CATALOGUE_LOG && file->kind != CATALOGUE_MANIFEST &&
				   file->kind != CATALOGUE_RAW && file->kind != CATALOGUE_RAW_ZSTD))
		return 0;
	store_file_name(file->kind, file->number, name);
	char *path = store_path(repair->store, name);
	if (!path)
		return repair_no_memory(repair);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	check(repair, file, path, fd);
	if (fd >= 0)
		close(fd);
	free(path);
	return 0;
}

int repair_digests(struct repair *repair, struct catalogue *old)
{
	int64_t derived = 0;
	/* A run that was cut off may have changed files in place, and their digests come last. */
	if (catalogue_get(old, "derived", 0, &derived, NULL) || !derived)
		return 0;
	struct error ignored = { 0 };
	int result = catalogue_each_file(old, check_file, repair, &ignored);
	return result == -ENOMEM ? result : 0;
}
