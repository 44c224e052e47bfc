/* Plays files, and folders of files, to a fuzz target: what once broke it stays a test. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int play_file(const char *path)
{
	enum { MAX = 32 << 20 };
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(MAX);
	if (!file || !bytes) {
		fprintf(stderr, "%s: can't be read\n", path);
		free(bytes);
		return 1;
	}
	size_t n = fread(bytes, 1, MAX, file);
	fclose(file);
	uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees the end */
	if (exact) {
		memcpy(exact, bytes, n);
		LLVMFuzzerTestOneInput(exact, n);
	}
	free(exact);
	free(bytes);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0, count = 0;
	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		if (!folder) {
			failed |= play_file(argv[i]);
			count++;
			continue;
		}
		for (const struct dirent *e; (e = readdir(folder));) {
			char path[4096];
			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
			failed |= play_file(path);
			count++;
		}
		closedir(folder);
	}
	printf("%d inputs\n", count);
	return failed || !count;
}
