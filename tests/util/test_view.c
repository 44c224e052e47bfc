#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "util/scan.h"

/* A copy of @n bytes at the end of its memory, so that the sanitizer sees a byte too many. */
static char *copy_of(const char *text, size_t n)
{
	char *copy = malloc(n ? n : 1);
	assert_non_null(copy);
	if (n)
		memcpy(copy, text, n);
	return copy;
}

static size_t find_slowly(struct view v, struct view needle, bool nocase)
{
	for (size_t i = 0; i + needle.n <= v.n; i++) {
		struct view here = view_make(v.p + i, needle.n);
		if (nocase ? view_eq_nocase(here, needle) : view_eq(here, needle))
			return i;
	}
	return v.n;
}

/* Texts of few letters, so that beginnings and ends of the needle stand in many wrong places. */
static void a_needle_is_found_where_a_plain_look_finds_it(void **state)
{
	(void)state;
	static const char letters[] = "abAB.\xC3";
	uint32_t random = 1;
	size_t hits = 0, misses = 0;
	for (int round = 0; round < 60000; round++) {
		char text[340], word[40];
		random = random * 1664525u + 1013904223u;
		size_t n = (random >> 8) % (round % 8 == 0 ? sizeof(text) : 70), k = (random >> 20) % 6;
		k = round % 50 == 0 ? (random >> 20) % sizeof(word) : k;
		for (size_t i = 0; i < n + k; i++) {
			random = random * 1664525u + 1013904223u;
			*(i < n ? &text[i] : &word[i - n]) = letters[(random >> 16) % (sizeof(letters) - 1)];
		}
		struct view v = { copy_of(text, n), n }, needle = { copy_of(word, k), k };
		size_t at = find_slowly(v, needle, false);
		assert_int_equal(view_find(v, needle), at);
		assert_int_equal(view_find_nocase(v, needle), find_slowly(v, needle, true));
		hits += at < n;
		misses += at == n;
		free((char *)v.p);
		free((char *)needle.p);
	}
	assert_true(hits > 10000 && misses > 10000);
}

static void only_letters_differ_in_case(void **state)
{
	(void)state;
	/* Pairs that one bit tells apart and that are no letters. */
	assert_int_equal(view_find_nocase(VIEW("[x]"), VIEW("{x}")), 3);
	assert_int_equal(view_find_nocase(VIEW("a@b"), VIEW("a`b")), 3);
	assert_int_equal(view_find_nocase(VIEW("12 \x10"), VIEW("0")), 4);
	assert_int_equal(view_find_nocase(VIEW("by Ann LEE"), VIEW("ann Lee")), 3);
}

static void spaces_at_both_ends_go(void **state)
{
	(void)state;
	for (size_t before = 0; before < 40; before++)
		for (size_t behind = 0; behind < 40; behind++) {
			char text[90];
			size_t n = before + 3 + behind;
			memset(text, before % 2 ? '\n' : ' ', n);
			memcpy(text + before, "a b", 3);
			char *copy = copy_of(text, n);
			struct view trimmed = view_trim(view_make(copy, n));
			assert_ptr_equal(trimmed.p, copy + before);
			assert_int_equal(trimmed.n, 3);
			assert_int_equal(view_trim(view_make(copy, before)).n, 0);
			free(copy);
		}
	assert_int_equal(view_trim(VIEW_NONE).n, 0);
}

static void one_byte_of_another_script_is_seen_wherever_it_stands(void **state)
{
	(void)state;
	for (size_t n = 0; n < 70; n++) {
		char *text = copy_of("", 0);
		text = realloc(text, n ? n : 1);
		assert_non_null(text);
		memset(text, 'a', n);
		assert_true(scan_is_ascii(text, n));
		for (size_t i = 0; i < n; i++) {
			text[i] = (char)0x80;
			assert_false(scan_is_ascii(text, n));
			text[i] = 0x7F;
		}
		assert_true(scan_is_ascii(text, n));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_needle_is_found_where_a_plain_look_finds_it),
		cmocka_unit_test(only_letters_differ_in_case),
		cmocka_unit_test(spaces_at_both_ends_go),
		cmocka_unit_test(one_byte_of_another_script_is_seen_wherever_it_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
