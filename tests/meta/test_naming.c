/* Names of classes and ids: what looks at sixteen letters at a time finds what looking at each finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "meta/letterpairs.h"
#include "meta/naming.h"

static const struct {
	const char *word;
	unsigned says;
} words[] = { { "author", NAMING_BYLINE }, { "Autor", NAMING_BYLINE }, { "auteur", NAMING_BYLINE },
	{ "byline", NAMING_BYLINE }, { "by-line", NAMING_BYLINE }, { "writer", NAMING_BYLINE },
	{ "written", NAMING_BYLINE }, { "contributor", NAMING_BYLINE }, { "reporter", NAMING_BYLINE },
	{ "redakteur", NAMING_BYLINE }, { "journalist", NAMING_BYLINE }, { "skribent", NAMING_BYLINE },
	{ "verfasser", NAMING_BYLINE }, { "vcard", NAMING_BYLINE }, { "date", NAMING_DATE }, { "DATUM", NAMING_DATE },
	{ "time", NAMING_DATE }, { "publi", NAMING_DATE }, { "posted", NAMING_DATE }, { "fecha", NAMING_DATE },
	{ "username", NAMING_USER }, { "user-name", NAMING_USER }, { "aut", 0 }, { "syline", 0 }, { "wcard", 0 } };
enum { WORDS = sizeof(words) / sizeof(words[0]), LONGEST = 70 };

/* A copy that ends where the memory does: reading on is seen by the sanitizers. */
static void expect(const char *text, size_t n, unsigned says)
{
	char *copy = malloc(n ? n : 1);
	assert_non_null(copy);
	memcpy(copy, text, n);
	assert_int_equal(naming_words(view_make(copy, n)), says);
	free(copy);
}

static void a_word_is_found_wherever_it_stands(void **state)
{
	(void)state;
	char text[LONGEST];
	for (size_t i = 0; i < WORDS; i++) {
		size_t n = strlen(words[i].word);
		for (size_t total = n; total <= LONGEST; total++)
			for (size_t at = 0; at + n <= total; at++) {
				memset(text, '-', sizeof(text));
				memcpy(text + at, words[i].word, n);
				expect(text, total, words[i].says);
				if (at + n == total)
					expect(text, total - 1, 0);
			}
	}
}

static void letters_by_chance_are_read_alike(void **state)
{
	(void)state;
	static const char letters[] = "auByOcdatefhijklmnoprsTvwzZ-_ 19@[`{\x7F\x80\xC3\xE1";
	static const struct letterpairs pairs = { .first = { [1] = 1, [2] = 2, [16] = 129, [26] = 64 },
		.second = { [21] = 1, [25] = 2, [15] = 128, [1] = 64, [26] = 64 } };
	uint32_t seed = 3;
	for (int round = 0; round < 40000; round++) {
		char text[2 * LONGEST];
		size_t n = (seed >> 9) % sizeof(text);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			text[i] = letters[(seed >> 16) % (sizeof(letters) - 1)];
		}
		seed = seed * 1664525u + 1013904223u;
		char *copy = malloc(n ? n : 1);
		assert_non_null(copy);
		memcpy(copy, text, n);
		for (size_t at = 0; at <= n; at += 1 + (seed >> 20) % 70)
			assert_true(letterpairs_find(&pairs, view_make(copy, n), at) ==
				    letterpairs_find_plain(&pairs, view_make(copy, n), at));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_found_wherever_it_stands),
		cmocka_unit_test(letters_by_chance_are_read_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
