#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "extract/oblivious.h"

enum { TREES = 600, VECTORS = 200 };

static uint8_t x[VECTORS * OBLIVIOUS_COLUMNS_MAX];
static struct oblivious_tree trees[TREES];

/* Numbers without order, the same every time. */
static uint32_t next_number(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void fill(uint32_t columns, uint32_t seed)
{
	for (size_t i = 0; i < sizeof(x); i++)
		x[i] = (uint8_t)next_number(&seed);
	for (size_t t = 0; t < TREES; t++) {
		for (int k = 0; k < OBLIVIOUS_DEPTH; k++) {
			trees[t].features[k] = (uint16_t)(next_number(&seed) % columns);
			trees[t].thresholds[k] = (int8_t)next_number(&seed);
		}
		for (int i = 0; i < OBLIVIOUS_LEAVES; i++)
			trees[t].leaves[i] = (int8_t)next_number(&seed);
	}
}

static void expect_the_same(const struct oblivious *forest, size_t stride, uint32_t count)
{
	static int32_t plain[VECTORS], other[VECTORS];
	oblivious_score_with(OBLIVIOUS_PLAIN, forest, x, stride, count, plain);
	oblivious_score(forest, x, stride, count, other);
	assert_memory_equal(plain, other, count * sizeof(*plain));
	for (int kernel = OBLIVIOUS_AVX2; kernel < OBLIVIOUS_KERNELS; kernel++) {
		if (!oblivious_has(kernel))
			continue;
		memset(other, 0, sizeof(other));
		oblivious_score_with(kernel, forest, x, stride, count, other);
		assert_memory_equal(plain, other, count * sizeof(*plain));
	}
}

static void scores_the_same_by_every_way(void **state)
{
	(void)state;
	for (uint32_t columns = 1, n = 0; columns <= OBLIVIOUS_COLUMNS_MAX; columns += 37, n = (n + 1) % 8) {
		struct oblivious forest = { n, columns, -5, 3, trees };
		fill(columns, columns);
		for (uint32_t count = 0; count <= VECTORS; count += count < 20 ? 1 : 13)
			expect_the_same(&forest, columns, count);
	}
}

/* Vectors may be longer than what is looked at: the first pass leaves room for the second. */
static void looks_at_its_columns_alone(void **state)
{
	(void)state;
	struct oblivious forest = { 9, 70, 0, 1, trees };
	static int32_t before[VECTORS], after[VECTORS];
	fill(70, 2);
	oblivious_score(&forest, x, 101, VECTORS, before);
	for (size_t i = 0; i < VECTORS; i++)
		memset(x + i * 101 + 70, (int)i, 31);
	expect_the_same(&forest, 101, VECTORS);
	oblivious_score(&forest, x, 101, VECTORS, after);
	assert_memory_equal(before, after, sizeof(before));
}

static void sums_of_many_trees_do_not_run_over(void **state)
{
	(void)state;
	struct oblivious forest = { TREES, 40, 0, 8, trees };
	for (int sign = -1; sign <= 1; sign += 2) {
		int32_t score;
		fill(40, 5);
		for (size_t t = 0; t < TREES; t++)
			memset(trees[t].leaves, sign < 0 ? INT8_MIN : INT8_MAX, OBLIVIOUS_LEAVES);
		oblivious_score(&forest, x, 40, 1, &score);
		assert_int_equal(score, (sign < 0 ? INT8_MIN : INT8_MAX) * TREES * 8);
		for (forest.trees = 250; forest.trees < 260; forest.trees++)
			expect_the_same(&forest, 40, VECTORS);
		forest.trees = TREES;
		expect_the_same(&forest, 40, VECTORS);
	}
}

/* The first question's answer is the upper bit of the leaf's number; a threshold of -128 is no question. */
static void answers_make_the_number_of_the_leaf(void **state)
{
	(void)state;
	struct oblivious forest = { 1, OBLIVIOUS_DEPTH, 100, 2, trees };
	trees[0] =
		(struct oblivious_tree){ .features = { 0, 1, 2, 3, 4, 5 }, .thresholds = { 0, 0, 0, 127, -127, -128 } };
	for (int i = 0; i < OBLIVIOUS_LEAVES; i++)
		trees[0].leaves[i] = (int8_t)i;
	static const struct {
		uint8_t x[OBLIVIOUS_DEPTH];
		int leaf;
	} cases[] = { { { 127, 128, 128, 255, 1, 0 }, 32 }, { { 128, 127, 128, 255, 1, 0 }, 16 },
		{ { 128, 128, 127, 255, 1, 0 }, 8 }, { { 128, 128, 128, 254, 1, 0 }, 4 },
		{ { 128, 128, 128, 255, 0, 0 }, 2 }, { { 128, 128, 128, 255, 1, 0 }, 0 },
		{ { 0, 0, 0, 0, 0, 0 }, 62 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int32_t score;
		oblivious_score(&forest, cases[i].x, OBLIVIOUS_DEPTH, 1, &score);
		assert_int_equal(score, 100 + 2 * cases[i].leaf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_the_same_by_every_way),
		cmocka_unit_test(looks_at_its_columns_alone),
		cmocka_unit_test(sums_of_many_trees_do_not_run_over),
		cmocka_unit_test(answers_make_the_number_of_the_leaf),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
