/* The files of a store against what the catalogue acknowledges. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/verify_inner.h"

char *proof_path(const struct proof *proof, const char *name)
{
	char *path = NULL;
	return asprintf(&path, "%s/%s", proof->root, name) < 0 ? NULL : path;
}

int proof_no_memory(struct proof *proof)
{
	return error_set(proof->verify->error, -ENOMEM, "%s: no memory", proof->root);
}

static int check_digest(struct proof *proof, int fd, const char *path, const struct catalogue_file *file)
{
	struct error why = { 0 };
	uint8_t digest[32];
	int result = store_digest(fd, path, file->size, digest, &why);
	if (result)
		return verify_failed(proof->verify, path, result, &why);
	if (memcmp(digest, file->sha256, 32) != 0)
		verify_find(proof->verify, path, "has another SHA-256 than was acknowledged");
	return 0;
}

/* The frames that the catalogue knows stand at the head of the seek table. */
struct table {
	const struct pack_frame *frames;
	size_t count, at;
	bool differs;
};

static int compare_frame(void *user, const struct pack_frame *frame)
{
	struct table *table = user;
	if (table->at >= table->count || memcmp(&table->frames[table->at], frame, sizeof(*frame)) != 0)
		table->differs = true;
	table->at++;
	return table->differs;
}

static int check_table(struct proof *proof, int fd, const char *path, const struct catalogue_file *file)
{
	struct pack_frame *frames = NULL;
	struct error why = { 0 };
	size_t count = 0;
	int result = pack_table(fd, path, file->size, &frames, &count, &why);
	if (result == -ENOENT) {
		verify_find(proof->verify, path, "sealed, but without a seek table");
		return 0;
	}
	if (result)
		return verify_failed(proof->verify, path, result, &why);
	struct table table = { .frames = frames, .count = count };
	result = catalogue_each_frame(proof->reader->catalogue, file->number, compare_frame, &table, &why);
	if (table.differs)
		verify_find(proof->verify, path, "the seek table and the catalogue differ");
	free(frames);
	return result < 0 ? verify_failed(proof->verify, path, result, &why) : 0;
}

static int check_open_file(struct proof *proof, int fd, const char *path, const struct catalogue_file *file)
{
	struct stat st;
	bool grows = file->kind == CATALOGUE_PACK || file->kind == CATALOGUE_MANIFEST || file->kind == CATALOGUE_RAW ||
		     file->kind == CATALOGUE_RAW_ZSTD || file->kind == CATALOGUE_LOG || file->kind == CATALOGUE_NEAR;
	if (fstat(fd, &st) < 0) {
		verify_find(proof->verify, path, "%s", strerror(errno));
		return 0;
	}
	if (st.st_size < file->size) {
		verify_find(proof->verify, path, "%lld bytes, %lld were acknowledged", (long long)st.st_size,
			(long long)file->size);
		return 0;
	}
	if (st.st_size > file->size && !(grows && !file->sealed && proof->writing))
		verify_find(proof->verify, path, "%lld bytes behind the %lld that were acknowledged: torn",
			(long long)(st.st_size - file->size), (long long)file->size);
	bool large = file->kind == CATALOGUE_PACK || file->kind == CATALOGUE_RAW || file->kind == CATALOGUE_RAW_ZSTD ||
		     file->kind == CATALOGUE_NEAR || file->kind == CATALOGUE_KEYS;
	bool current = file->has_sha256 && (file->sealed || proof->derived);
	int result = 0;
	if (current && (proof->verify->data || !large))
		result = check_digest(proof, fd, path, file);
	if (!result && file->kind == CATALOGUE_PACK && file->sealed)
		result = check_table(proof, fd, path, file);
	return result;
}

int proof_file(void *user, const struct catalogue_file *file)
{
	struct proof *proof = user;
	char name[64];
	if (file->kind == CATALOGUE_INDEX) {
		proof->pages = file->number + 1;
		return 0;
	}
	int result = store_stopped(proof->verify->stop, proof->root, proof->verify->error);
	if (result)
		return result;
	store_file_name(file->kind, file->number, name);
	char *path = proof_path(proof, name);
	if (!path)
		return proof_no_memory(proof);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		if (file->size)
			verify_find(proof->verify, path, "%s", strerror(errno));
	} else {
		result = check_open_file(proof, fd, path, file);
		close(fd);
	}
	free(path);
	return result;
}

/* Files that nobody acknowledged. */
int proof_strays(struct proof *proof, enum catalogue_file_kind kind, const char *folder)
{
	char *path = proof_path(proof, folder);
	DIR *dir = path ? opendir(path) : NULL;
	int result = 0;
	for (struct dirent *entry; dir && !result && (entry = readdir(dir));) {
		if (!ascii_is_digit(entry->d_name[0]))
			continue;
		struct catalogue_file file;
		struct error why = { 0 };
		char name[64], *place = NULL;
		int64_t number = (int64_t)strtoll(entry->d_name, NULL, 10);
		store_file_name(kind, number, name);
		if (kind == CATALOGUE_RAW && view_ends(view_of(entry->d_name), VIEW(".zst")))
			store_file_name(CATALOGUE_RAW_ZSTD, number, name);
		int found = catalogue_file(proof->reader->catalogue, kind, number, &file, &why);
		if (found == 1 && kind == CATALOGUE_RAW)
			found = catalogue_file(proof->reader->catalogue, CATALOGUE_RAW_ZSTD, number, &file, &why);
		if (asprintf(&place, "%s/%s", path, entry->d_name) < 0) {
			result = proof_no_memory(proof);
			break;
		}
		struct stat st;
		bool empty = stat(place, &st) == 0 && st.st_size == 0;
		if ((found == 1 && !empty && !proof->writing) || strcmp(strrchr(name, '/') + 1, entry->d_name) != 0)
			verify_find(proof->verify, place, "not known to the catalogue");
		free(place);
	}
	if (dir)
		closedir(dir);
	free(path);
	return result;
}
