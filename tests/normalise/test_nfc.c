/* The Unicode Consortium's own NormalizationTest.txt (Debian package unicode-data), and an attack. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "normalise/unicode.h"
#include "util/utf8.h"

static FILE *open_cases(bool *ret_pipe)
{
	const char *named = getenv("NORMALIZATION_TEST");
	static const char *const plain[] = { "/usr/share/unicode/NormalizationTest.txt",
		"/usr/share/unicode/ucd/NormalizationTest.txt" };
	static const char packed[] = "/usr/share/unicode/NormalizationTest.txt.bz2";
	*ret_pipe = false;
	FILE *file = named ? fopen(named, "r") : NULL;
	for (size_t i = 0; !file && i < 2; i++)
		file = fopen(plain[i], "r");
	if (file)
		return file;
	file = fopen(packed, "r");
	if (!file)
		return NULL;
	fclose(file);
	*ret_pipe = true;
	return popen("bzip2 -dc /usr/share/unicode/NormalizationTest.txt.bz2", "r");
}

/* "0041 030A" -> UTF-8; the text behind the field's semicolon. */
static char *read_field(char *text, char *out, size_t *ret_n)
{
	*ret_n = 0;
	while (*text && *text != ';') {
		char *end;
		unsigned long cp = strtoul(text, &end, 16);
		if (end == text)
			break;
		*ret_n += utf8_put(out + *ret_n, (uint32_t)cp);
		text = end;
	}
	while (*text && *text != ';')
		text++;
	return *text ? text + 1 : text;
}

static bool nfc_is(struct arena *arena, struct view in, struct view want)
{
	struct view out;
	arena_reset(arena);
	return unicode_nfc(arena, in, &out) == 0 && view_eq(out, want);
}

static void every_case_of_the_consortium_passes(void **state)
{
	(void)state;
	bool pipe;
	FILE *file = open_cases(&pipe);
	if (!file) {
		print_message("skipped: no NormalizationTest.txt (package unicode-data, or set NORMALIZATION_TEST)\n");
		skip();
	}
	struct arena arena;
	char line[4096], fields[5][512];
	size_t lengths[5], cases = 0, failed = 0;
	arena_init(&arena, 1 << 20);
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || line[0] == '@' || line[0] == '\n')
			continue;
		char *at = line;
		for (size_t i = 0; i < 5; i++)
			at = read_field(at, fields[i], &lengths[i]);
		/* NFC: c2 == toNFC(c1) == toNFC(c2) == toNFC(c3), c4 == toNFC(c4) == toNFC(c5) */
		for (size_t i = 0; i < 5; i++) {
			struct view want = i < 3 ? view_make(fields[1], lengths[1]) : view_make(fields[3], lengths[3]);
			if (!nfc_is(&arena, view_make(fields[i], lengths[i]), want)) {
				if (failed++ < 10)
					print_message("column %zu of %s", i + 1, line);
			}
		}
		cases++;
	}
	if (pipe)
		pclose(file);
	else
		fclose(file);
	arena_free(&arena);
	print_message("%zu cases\n", cases);
	assert_true(cases > 10000);
	assert_int_equal(failed, 0);
}

static void a_million_marks_are_sorted_without_squares(void **state)
{
	(void)state;
	enum { COUNT = 1000000 };
	char *in = malloc(COUNT * 2 + 1);
	struct arena arena;
	struct view out;
	in[0] = 'x';
	for (size_t i = 0; i < COUNT; i++)
		utf8_put(in + 1 + 2 * i, i % 2 ? 0x0323 : 0x0348); /* both below, then one above */
	utf8_put(in + 1, 0x030D);
	arena_init(&arena, (size_t)256 << 20);
	assert_int_equal(unicode_nfc(&arena, view_make(in, COUNT * 2 + 1), &out), 0);
	assert_int_equal(out.n, COUNT * 2 + 1);
	size_t at = out.n;
	assert_int_equal(utf8_prev(out, &at), 0x030D);
	arena_free(&arena);
	free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_the_consortium_passes),
		cmocka_unit_test(a_million_marks_are_sorted_without_squares),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
