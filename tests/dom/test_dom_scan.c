/* What looks at many bytes at a time finds what looking at one after the other finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dom/charref_scan.h"
#include "dom/names_find.h"
#include "dom/token.h"
#include "util/limits.h"
#include "util/scan.h"

enum { LONGEST = 100 };

/* A copy of @n bytes that ends where the memory does: reading on is seen by the sanitizers. */
static char *exact(const char *p, size_t n)
{
	char *copy = malloc(n ? n : 1);
	assert_non_null(copy);
	memcpy(copy, p, n);
	return copy;
}

static void every_byte_at_every_place_is_seen_by_both_scans(void **state)
{
	(void)state;
	char text[LONGEST];
	for (size_t n = 1; n <= LONGEST; n++)
		for (size_t at = n > 40 ? n - 40 : 0; at < n; at++) {
			memset(text, 'a', n);
			for (unsigned byte = 0; byte < 256; byte++) {
				text[at] = (char)byte;
				size_t plain = charref_scan_plain(text, n);
				assert_int_equal(charref_scan(text, n), plain);
				assert_int_equal(charref_scan_in(text, n, LONGEST), plain);
				assert_true(plain == n || plain == at);
			}
		}
}

static void texts_by_chance_are_scanned_alike(void **state)
{
	static const char bytes[] = "ab \n\t\f\v\r&\x01\x7F\xC2\xA0\xEF\xBF\xF0\xD0\xB6";
	(void)state;
	uint32_t seed = 7;
	for (int round = 0; round < 20000; round++) {
		char text[LONGEST];
		size_t n = (seed >> 8) % LONGEST, kinds = round % 3 == 0 ? 6 : sizeof(bytes) - 1;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525u + 1013904223u;
			text[i] = bytes[(seed >> 16) % kinds];
		}
		seed = seed * 1664525u + 1013904223u;
		char *copy = exact(text, n);
		assert_int_equal(charref_scan(copy, n), charref_scan_plain(copy, n));
		assert_int_equal(scan_spaces(copy, n), scan_spaces_plain(copy, n));
		free(copy);
	}
}

static void runs_of_spaces_end_at_the_first_other_byte(void **state)
{
	(void)state;
	char text[LONGEST];
	for (size_t n = 1; n <= LONGEST; n++)
		for (unsigned byte = 0; byte < 256; byte++) {
			memset(text, "\t\n\f\r "[n % 5], n);
			text[n - 1] = (char)byte;
			assert_int_equal(scan_spaces(text, n), ascii_is_space((char)byte) ? n : n - 1);
			assert_int_equal(scan_spaces_plain(text, n), scan_spaces(text, n));
		}
}

static void names_are_found_at_the_end_of_memory_and_before_it(void **state)
{
	(void)state;
	for (unsigned tag = 1; tag < DOM_TAG_COUNT; tag++) {
		char text[64];
		size_t n = (size_t)snprintf(text, sizeof(text), "%s", dom_tag_name((enum dom_tag)tag));
		text[0] = (char)(text[0] & ~0x20); /* case does not matter */
		char *copy = exact(text, n);
		assert_int_equal(names_tag(copy, n), tag);
		free(copy);
		memset(text + n, 'x', sizeof(text) - n);
		assert_int_equal(names_find_tag(text, n), tag);
		assert_int_not_equal(names_find_tag(text, n + 1), tag);
	}
	for (unsigned name = 0; name < DOM_ATTR_COUNT; name++) {
		char text[64];
		size_t n = (size_t)snprintf(text, sizeof(text), "%s", dom_attr_text((enum dom_attr_name)name));
		memset(text + n, '-', sizeof(text) - n);
		assert_int_equal(names_attr(text, n), name);
		assert_int_equal(names_find_attr(text, n), name);
		assert_int_equal(names_find_attr(text, n + 1), DOM_ATTR_COUNT);
	}
}

static void the_first_of_two_attributes_is_kept_and_unknown_ones_are_not(void **state)
{
	static const char tag[] = "<p data-x=1 class='a b' CLASS=c id hidden=\"\" title = \"d>e\" x=y>";
	struct token token;
	struct token_kept kept[DOM_ATTR_COUNT + 1];
	(void)state;
	token_read_kept(tag, sizeof(tag) - 1, 0, &token, kept);
	assert_int_equal(token.kind, TOKEN_OPEN);
	assert_int_equal(token.end, sizeof(tag) - 1);
	assert_int_equal(token.kept, 4);
	assert_int_equal(kept[0].name, DOM_ATTR_CLASS);
	assert_memory_equal(tag + kept[0].value_at, "a b", kept[0].value_end - kept[0].value_at);
	assert_int_equal(kept[1].name, DOM_ATTR_ID);
	assert_int_equal(kept[1].value_end, 0);
	assert_int_equal(kept[2].name, DOM_ATTR_HIDDEN);
	assert_int_equal(kept[3].name, DOM_ATTR_TITLE);
	assert_memory_equal(tag + kept[3].value_at, "d>e", kept[3].value_end - kept[3].value_at);
}

static void an_attribute_named_nul_is_not_kept(void **state)
{
	static const char tag[] = "<p \0 \0\0=x id=a>                ";
	struct token token;
	struct token_kept kept[DOM_ATTR_COUNT + 1];
	(void)state;
	assert_int_equal(names_find_attr("\0               ", 1), DOM_ATTR_COUNT);
	assert_int_equal(names_find_tag("\0               ", 1), DOM_OTHER);
	token_read_kept(tag, sizeof(tag) - 1, 0, &token, kept);
	assert_int_equal(token.kept, 1);
	assert_int_equal(kept[0].name, DOM_ATTR_ID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_at_every_place_is_seen_by_both_scans),
		cmocka_unit_test(texts_by_chance_are_scanned_alike),
		cmocka_unit_test(runs_of_spaces_end_at_the_first_other_byte),
		cmocka_unit_test(names_are_found_at_the_end_of_memory_and_before_it),
		cmocka_unit_test(the_first_of_two_attributes_is_kept_and_unknown_ones_are_not),
		cmocka_unit_test(an_attribute_named_nul_is_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
