#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "grow.h"

enum { ROWS = 4000, COLUMNS = 5 };

static uint8_t x[ROWS * COLUMNS];
static uint32_t rows_index[ROWS];
static float y[ROWS], w[ROWS];

/* Two columns decide together, neither of them alone; the others are noise. */
static struct grow_rows make_rows(void)
{
	uint32_t seed = 3;
	for (uint32_t i = 0; i < ROWS; i++) {
		for (int c = 0; c < COLUMNS; c++) {
			seed = seed * 1664525u + 1013904223u;
			x[i * COLUMNS + c] = (uint8_t)(seed >> 24);
		}
		rows_index[i] = i;
		y[i] = (x[i * COLUMNS + 1] >= 100) != (x[i * COLUMNS + 3] >= 31);
		w[i] = 1;
	}
	return (struct grow_rows){ x, COLUMNS, COLUMNS, rows_index, y, w, ROWS };
}

static struct boost_settings settings(int threads)
{
	return (struct boost_settings){ .trees = 20,
		.depth = 4,
		.threads = threads,
		.eta = 0.3,
		.subsample = 0.8,
		.columns = 1,
		.min_weight = 0.5,
		.lambda = 2 };
}

static void learns_what_two_columns_say_together(void **state)
{
	(void)state;
	struct grow_rows rows = make_rows();
	struct boost_settings s = settings(1);
	struct forest forest;
	static int32_t scores[ROWS];
	uint32_t wrong = 0;
	assert_int_equal(grow_forest(&s, &rows, &forest), 0);
	forest_score(&forest, x, COLUMNS, ROWS, scores);
	for (uint32_t i = 0; i < ROWS; i++)
		wrong += (scores[i] > 0) != (y[i] > 0.5f);
	assert_true(wrong < ROWS / 50);
	free((void *)forest.features);
	free((void *)forest.thresholds);
	free((void *)forest.leaves);
}

/* What the two columns say in turns: trees with one question a level, too. */
static void oblivious_trees_learn_it_too(void **state)
{
	(void)state;
	struct grow_rows rows = make_rows();
	struct boost_settings s = settings(1);
	struct oblivious forest;
	static int32_t scores[ROWS];
	uint32_t wrong = 0;
	s.depth = OBLIVIOUS_DEPTH;
	s.step = 4;
	assert_int_equal(grow_oblivious(&s, &rows, &forest), 0);
	assert_int_equal(forest.columns, COLUMNS);
	oblivious_score(&forest, x, COLUMNS, ROWS, scores);
	for (uint32_t i = 0; i < ROWS; i++)
		wrong += (scores[i] > 0) != (y[i] > 0.5f);
	assert_true(wrong < ROWS / 50);
	oblivious_clear(&forest);
}

static void threads_do_not_change_oblivious_trees(void **state)
{
	(void)state;
	struct grow_rows rows = make_rows();
	struct oblivious a, b;
	struct boost_settings one = settings(1), three = settings(3);
	one.depth = three.depth = OBLIVIOUS_DEPTH;
	one.step = three.step = 1;
	assert_int_equal(grow_oblivious(&one, &rows, &a), 0);
	assert_int_equal(grow_oblivious(&three, &rows, &b), 0);
	assert_memory_equal(a.tree, b.tree, 20 * sizeof(*a.tree));
	oblivious_clear(&a);
	oblivious_clear(&b);
}

static void threads_do_not_change_the_forest(void **state)
{
	(void)state;
	struct grow_rows rows = make_rows();
	struct forest a, b;
	struct boost_settings one = settings(1), three = settings(3);
	assert_int_equal(grow_forest(&one, &rows, &a), 0);
	assert_int_equal(grow_forest(&three, &rows, &b), 0);
	assert_memory_equal(a.features, b.features, 20 * 15 * sizeof(*a.features));
	assert_memory_equal(a.thresholds, b.thresholds, 20 * 15);
	assert_memory_equal(a.leaves, b.leaves, 20 * 16 * sizeof(*a.leaves));
	for (int i = 0; i < 2; i++) {
		struct forest *f = i ? &b : &a;
		free((void *)f->features);
		free((void *)f->thresholds);
		free((void *)f->leaves);
	}
}

static void rows_that_are_not_in_the_index_are_not_seen(void **state)
{
	(void)state;
	struct grow_rows rows = make_rows();
	struct boost_settings s = settings(1);
	struct forest a, b;
	rows.count = ROWS / 2;
	assert_int_equal(grow_forest(&s, &rows, &a), 0);
	for (uint32_t i = ROWS / 2; i < ROWS; i++)
		y[i] = 1 - y[i]; /* not in the index */
	assert_int_equal(grow_forest(&s, &rows, &b), 0);
	assert_memory_equal(a.leaves, b.leaves, 20 * 16 * sizeof(*a.leaves));
	for (int i = 0; i < 2; i++) {
		struct forest *f = i ? &b : &a;
		free((void *)f->features);
		free((void *)f->thresholds);
		free((void *)f->leaves);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_what_two_columns_say_together),
		cmocka_unit_test(oblivious_trees_learn_it_too),
		cmocka_unit_test(threads_do_not_change_the_forest),
		cmocka_unit_test(threads_do_not_change_oblivious_trees),
		cmocka_unit_test(rows_that_are_not_in_the_index_are_not_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
