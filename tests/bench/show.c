/* How long a library call takes that shows one document, the store opened and closed each time.
 *
 *   bench_show STORE|PACK KEY...
 *
 * Each key once to warm the system's cache, then each again: medians of the clock and of CPU time, in microseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "garner.h"

static double now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int take(void *user, const struct garner_document *document, int reason, const char *detail)
{
	(void)reason;
	(void)detail;
	*(size_t *)user += document->text_size;
	return 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	struct garner *garner = garner_new(NULL);
	size_t count = argc > 2 ? (size_t)argc - 2 : 0, bytes = 0;
	double *wall = calloc(count + 1, sizeof(*wall)), *cpu = calloc(count + 1, sizeof(*cpu));
	if (!count || !garner || !wall || !cpu)
		return 2;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < count; i++) {
			double wall_began = now(CLOCK_MONOTONIC), cpu_began = now(CLOCK_PROCESS_CPUTIME_ID);
			if (garner_show(garner, argv[1], argv[2 + i], take, &bytes)) {
				fprintf(stderr, "%s: %s\n", argv[2 + i], garner_error(garner));
				return 1;
			}
			wall[i] = now(CLOCK_MONOTONIC) - wall_began;
			cpu[i] = now(CLOCK_PROCESS_CPUTIME_ID) - cpu_began;
		}
	qsort(wall, count, sizeof(*wall), by_value);
	qsort(cpu, count, sizeof(*cpu), by_value);
	printf("%.0f %.0f\n", wall[count / 2], cpu[count / 2]);
	free(wall);
	free(cpu);
	garner_free(garner);
	return 0;
}
