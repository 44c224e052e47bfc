/* Runs a fuzz target over files and folders: replay [--random COUNT] PATH… ; --random adds inputs of a fixed sequence.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20, RANDOM_MAX = 48 };

static int run_file(const char *path)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	if (!file)
		return 0;
	size_t n = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, n);
	return 1;
}

static int run_path(const char *path)
{
	DIR *dir = opendir(path);
	int count = 0;
	if (!dir)
		return run_file(path);
	for (struct dirent *entry; (entry = readdir(dir));) {
		char below[4096];
		int n = snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' && n > 0 && (size_t)n < sizeof(below))
			count += run_path(below);
	}
	closedir(dir);
	return count;
}

static int run_random(unsigned long count)
{
	uint64_t state = 0x9E3779B97F4A7C15u;
	for (unsigned long i = 0; i < count; i++) {
		uint8_t data[RANDOM_MAX];
		for (size_t k = 0; k < sizeof(data); k++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			data[k] = (uint8_t)(state >> 32);
		}
		data[0] |= 1;
		LLVMFuzzerTestOneInput(data, 4 + (size_t)data[1] % (sizeof(data) - 4));
	}
	return (int)count;
}

int main(int argc, char **argv)
{
	int count = 0;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--random") == 0 && i + 1 < argc)
			count += run_random(strtoul(argv[++i], NULL, 10));
		else
			count += run_path(argv[i]);
	}
	printf("%d inputs\n", count);
	return count == 0;
}
