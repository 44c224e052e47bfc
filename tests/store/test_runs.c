/* Sorted runs against a plain list: what is found by one key, by a span, at the edges, while runs are made and merged.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "store/runs.h"

enum { HASHES, DAYS, SAME, BANDS, DOCUMENTS = 40000, RUN = 500 };
static const struct runs_shape shape = {
	.folder = "runs", .kind = CATALOGUE_KEYS, .from = "runs_from", .documents = RUN, .entries = BANDS
};

struct all {
	char folder[40];
	struct catalogue *catalogue;
	struct runs *runs;
	uint32_t count;
};

static uint32_t mixed(uint32_t n)
{
	uint64_t h = (n + 1) * UINT64_C(0x9E3779B97F4A7C15);
	return (uint32_t)((h ^ h >> 31) * UINT64_C(0xBF58476D1CE4E5B9) >> 32);
}

/* Hashes as ids have them, some of them several times; days close together; one host for all. */
static uint32_t key_of(uint32_t band, uint32_t n)
{
	if (band == HASHES)
		return mixed(n % 37000);
	return band == DAYS ? UINT32_C(0x80000000) + 15000 + mixed(n) % 900 : 4711;
}

static void add(struct all *all, uint32_t count)
{
	struct error error = { 0 };
	for (; count; count--, all->count++) {
		for (uint32_t band = 0; band < BANDS; band++)
			runs_add(all->runs, band, key_of(band, all->count), all->count);
		assert_int_equal(runs_added(all->runs, all->count + 1, &error), 0);
	}
}

static int set_up(void **state)
{
	struct all *all = calloc(1, sizeof(*all));
	struct error error = { 0 };
	strcpy(all->folder, "/tmp/garner-runs-XXXXXX");
	assert_non_null(mkdtemp(all->folder));
	assert_int_equal(catalogue_open(all->folder, CATALOGUE_MEMORY, &all->catalogue, &error), 0);
	assert_int_equal(runs_open(&shape, NULL, all->folder, all->catalogue, &all->runs, &error), 0);
	add(all, DOCUMENTS + 77);
	*state = all;
	return 0;
}

static int tear_down(void **state)
{
	struct all *all = *state;
	runs_free(all->runs);
	catalogue_close(all->catalogue);
	rmdir(all->folder);
	free(all);
	return 0;
}

struct sum {
	uint64_t count, numbers;
	uint32_t least;
};

static int take(void *user, uint32_t n)
{
	struct sum *sum = user;
	if (!sum->count || n < sum->least)
		sum->least = n;
	sum->count++;
	sum->numbers += n;
	return 0;
}

static struct sum expected(const struct all *all, uint32_t band, uint32_t low, uint32_t high)
{
	struct sum sum = { 0 };
	for (uint32_t n = 0; n < all->count; n++)
		if (key_of(band, n) >= low && key_of(band, n) <= high)
			take(&sum, n);
	return sum;
}

static void compare(struct all *all, uint32_t band, uint32_t low, uint32_t high)
{
	struct sum had = { 0 }, want = expected(all, band, low, high);
	struct error error = { 0 };
	uint64_t count;
	assert_int_equal(runs_find(all->runs, band, low, high, 0, take, &had, &error), 0);
	assert_int_equal(runs_count(all->runs, band, low, high, &count, &error), 0);
	assert_int_equal(had.count, want.count);
	assert_int_equal(had.numbers, want.numbers);
	assert_int_equal(count, want.count);
}

static void finds_every_number_of_a_key(void **state)
{
	struct all *all = *state;
	for (uint32_t n = 0; n < all->count; n += 97)
		compare(all, HASHES, key_of(HASHES, n), key_of(HASHES, n));
	for (uint32_t i = 0; i < 300; i++)
		compare(all, HASHES, mixed(i) ^ 0x5555, mixed(i) ^ 0x5555);
	compare(all, HASHES, 0, 0);
	compare(all, HASHES, UINT32_MAX, UINT32_MAX);
}

static void finds_a_span_of_keys(void **state)
{
	struct all *all = *state;
	const uint32_t day = UINT32_C(0x80000000) + 15000;
	for (uint32_t from = 0; from < 950; from += 61)
		for (uint32_t days = 0; days < 900; days += 299)
			compare(all, DAYS, day + from, day + from + days);
	compare(all, DAYS, 0, UINT32_MAX);
	compare(all, DAYS, 0, day - 1);
	compare(all, HASHES, UINT32_MAX - 5000000, UINT32_MAX);
	compare(all, SAME, 4711, 4711);
	compare(all, SAME, 4712, 5000);
}

static void a_limit_keeps_the_oldest_of_each_run(void **state)
{
	struct all *all = *state;
	struct sum had = { 0 };
	struct error error = { 0 };
	assert_int_equal(runs_find(all->runs, SAME, 4711, 4711, 2, take, &had, &error), 0);
	assert_true(had.count < 60 && had.least == 0);
}

static int take_edge(void *user, uint32_t key, uint32_t n)
{
	uint32_t *edge = user;
	(void)n;
	edge[1] = key > edge[1] ? key : edge[1];
	edge[0] = key < edge[0] ? key : edge[0];
	return 1;
}

static void begins_at_either_edge(void **state)
{
	struct all *all = *state;
	struct error error = { 0 };
	for (uint32_t band = 0; band < BANDS; band++) {
		uint32_t want[2] = { UINT32_MAX, 0 }, had[2] = { UINT32_MAX, 0 };
		for (uint32_t n = 0; n < all->count; n++)
			take_edge(want, key_of(band, n), n);
		assert_int_equal(runs_edge(all->runs, band, false, take_edge, had, &error), 0);
		assert_int_equal(had[0], want[0]);
		assert_int_equal(runs_edge(all->runs, band, true, take_edge, had, &error), 0);
		assert_int_equal(had[1], want[1]);
	}
}

static void a_file_that_is_no_run_is_refused(void **state)
{
	(void)state;
	struct error error = { 0 };
	struct run run;
	char path[] = "/tmp/garner-run-XXXXXX", zeros[4096] = "";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(run_open(fd, path, 1, &run, &error), -EBADMSG);
	assert_int_equal(write(fd, zeros, sizeof(zeros)), sizeof(zeros));
	error = (struct error){ 0 };
	assert_int_equal(run_open(fd, path, 1, &run, &error), -EBADMSG);
	assert_non_null(strstr(error.text, "garner repair"));
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_number_of_a_key),
		cmocka_unit_test(finds_a_span_of_keys),
		cmocka_unit_test(a_limit_keeps_the_oldest_of_each_run),
		cmocka_unit_test(begins_at_either_edge),
		cmocka_unit_test(a_file_that_is_no_run_is_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
