#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "extract/line_memory.h"
#include "util/limits.h"

enum { LINES = 3 };

static struct arena arena;

/* A text of @count lines, counted for @host. */
static void add(struct line_memory *memory, uint64_t host, const char *const *texts, size_t count)
{
	struct line lines[LINES];
	char whole[512] = "";
	for (size_t i = 0; i < count; i++) {
		assert_true(line_read(&arena, view_of(texts[i]), &lines[i]));
		strcat(strcat(whole, texts[i]), "\n");
	}
	assert_int_equal(line_memory_add(memory, host, view_of(whole), lines, count), 0);
}

static bool repeats(const struct line_memory *memory, uint64_t host, const char *text)
{
	struct line line;
	assert_true(line_read(&arena, view_of(text), &line));
	return line_memory_repeats(memory, host, &line);
}

static struct line_memory *made(struct view bytes)
{
	struct error error = { 0 };
	struct line_memory *memory = NULL;
	assert_int_equal(line_memory_new(bytes, &memory, &error), 0);
	return memory;
}

/* Four texts of a host with a line of their own each, and two that all have. */
static void fill(struct line_memory *memory, uint64_t host)
{
	static const char *const own[] = { "Eins von vier", "Zwei von vier", "Drei von vier", "Vier von vier" };
	for (size_t i = 0; i < 4; i++) {
		const char *texts[LINES] = { "Hafenblatt am Morgen", own[i], "港の朝刊" };
		add(memory, host, texts, LINES);
	}
}

static void knows_what_stands_on_many_texts_of_a_host(void **state)
{
	struct line_memory *memory = made(VIEW_NONE);
	(void)state;
	fill(memory, 7);
	assert_true(repeats(memory, 7, "Hafenblatt am Morgen"));
	assert_true(repeats(memory, 7, "* HAFENBLATT am Morgen"));
	assert_true(repeats(memory, 7, "港の朝刊"));
	assert_false(repeats(memory, 7, "Eins von vier"));
	assert_false(repeats(memory, 8, "Hafenblatt am Morgen"));
	line_memory_free(memory);
}

static void needs_three_texts_and_a_share_of_the_host(void **state)
{
	struct line_memory *memory = made(VIEW_NONE);
	(void)state;
	for (size_t i = 0; i < 12; i++) {
		char own[64];
		const char *texts[LINES] = { own, "Nur zweimal", "Immer dreimal" };
		snprintf(own, sizeof(own), "Nummer %zu", i);
		add(memory, 1, texts, i < 2 ? 2 : 1);
		if (i < 3) {
			const char *third[LINES] = { own, "Immer dreimal", "Noch etwas" };
			add(memory, 2, third, 2);
		}
	}
	assert_false(repeats(memory, 1, "Nur zweimal"));
	assert_true(repeats(memory, 2, "Immer dreimal"));
	/* Three of a hundred and three are no share. */
	for (size_t i = 0; i < 100; i++) {
		char own[64];
		const char *texts[LINES] = { own, "", "" };
		snprintf(own, sizeof(own), "Ein anderer Text %zu", i);
		add(memory, 2, texts, 1);
	}
	assert_false(repeats(memory, 2, "Immer dreimal"));
	line_memory_free(memory);
}

static void counts_a_text_once_and_a_line_once_a_text(void **state)
{
	struct line_memory *memory = made(VIEW_NONE);
	const char *same[LINES] = { "Dreimal hier", "Dreimal hier", "Dreimal hier" };
	(void)state;
	for (int i = 0; i < 5; i++)
		add(memory, 1, same, LINES);
	assert_false(repeats(memory, 1, "Dreimal hier"));
	line_memory_free(memory);
}

static void leaves_long_lines_alone(void **state)
{
	struct line_memory *memory = made(VIEW_NONE);
	const char *sentence =
		"The board of the harbour has said on every one of its days that the old bridge over the river "
		"will be open again in the spring of the next year or the one after it.";
	(void)state;
	for (int i = 0; i < 5; i++) {
		char own[64];
		const char *texts[LINES] = { sentence, own, "" };
		snprintf(own, sizeof(own), "Day %d", i);
		add(memory, 1, texts, 2);
	}
	assert_false(repeats(memory, 1, sentence));
	line_memory_free(memory);
}

static void leaves_numbers_code_labels_and_single_words_alone(void **state)
{
	static const char *const own[] = { "4 mm", "});", "Gewicht in Gramm:", "Vorteile", "12 300 45" };
	struct line_memory *memory = made(VIEW_NONE);
	(void)state;
	for (int i = 0; i < 5; i++) {
		char day[64];
		const char *first[LINES] = { own[0], own[1], day }, *second[LINES] = { own[2], own[3], own[4] };
		snprintf(day, sizeof(day), "Der Tag %d", i);
		add(memory, 1, first, LINES);
		second[0] = i % 2 ? own[2] : day;
		add(memory, 1, second, LINES);
	}
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		assert_false(repeats(memory, 1, own[i]));
	line_memory_free(memory);
}

static void writes_the_same_bytes_for_the_same_counts_and_reads_them(void **state)
{
	struct buf first = BUF_INIT(MIB(1)), second = BUF_INIT(MIB(1));
	struct line_memory *memory = made(VIEW_NONE);
	(void)state;
	fill(memory, 7);
	fill(memory, 9);
	line_memory_write(memory, &first);
	line_memory_free(memory);
	memory = made(VIEW_NONE);
	fill(memory, 9);
	fill(memory, 7);
	line_memory_write(memory, &second);
	line_memory_free(memory);
	assert_int_equal(first.n, second.n);
	assert_memory_equal(first.p, second.p, first.n);
	memory = made(buf_view(&first));
	assert_true(repeats(memory, 9, "Hafenblatt am Morgen"));
	/* What was counted is known as counted. */
	fill(memory, 7);
	buf_reset(&second);
	line_memory_write(memory, &second);
	assert_int_equal(first.n, second.n);
	assert_memory_equal(first.p, second.p, first.n);
	line_memory_free(memory);
	buf_free(&first);
	buf_free(&second);
}

static void names_every_flipped_bit(void **state)
{
	struct buf bytes = BUF_INIT(MIB(1));
	struct line_memory *memory = made(VIEW_NONE), *none = NULL;
	struct error error = { 0 };
	(void)state;
	fill(memory, 7);
	line_memory_write(memory, &bytes);
	line_memory_free(memory);
	for (size_t bit = 0; bit < bytes.n * 8; bit++) {
		bytes.p[bit / 8] = (char)(bytes.p[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(line_memory_new(buf_view(&bytes), &none, &error), -EBADMSG);
		bytes.p[bit / 8] = (char)(bytes.p[bit / 8] ^ 1 << bit % 8);
	}
	/* What was written without a hash is read as it was. */
	bytes.p[7] = '1';
	memory = made(view_first(buf_view(&bytes), bytes.n - 8));
	assert_true(repeats(memory, 7, "Hafenblatt am Morgen"));
	line_memory_free(memory);
	buf_free(&bytes);
}

static void refuses_bytes_that_are_none(void **state)
{
	struct buf bytes = BUF_INIT(MIB(1));
	struct line_memory *memory = made(VIEW_NONE), *none = NULL;
	struct error error = { 0 };
	(void)state;
	fill(memory, 7);
	line_memory_write(memory, &bytes);
	line_memory_free(memory);
	for (size_t n = 1; n < bytes.n; n += 5)
		assert_int_equal(line_memory_new(view_make(bytes.p, n), &none, &error), -EBADMSG);
	bytes.p[16] = (char)0xFF; /* the first key is no longer the smallest */
	bytes.p[23] = (char)0xFF;
	assert_int_equal(line_memory_new(buf_view(&bytes), &none, &error), -EBADMSG);
	assert_null(none);
	buf_free(&bytes);
}

static void groups_texts_by_host_or_by_folder(void **state)
{
	(void)state;
	uint64_t host = line_memory_host(VIEW("https://news.example.org/a?b"), VIEW("in/one.txt"));
	assert_true(host == line_memory_host(VIEW("http://news.example.org"), VIEW_NONE));
	assert_true(host != line_memory_host(VIEW("https://example.org/a"), VIEW_NONE));
	assert_true(line_memory_host(VIEW_NONE, VIEW("in/one.txt")) == line_memory_host(VIEW_NONE, VIEW("in/two.txt")));
	assert_true(line_memory_host(VIEW_NONE, VIEW("in/one.txt")) != line_memory_host(VIEW_NONE, VIEW("on/one.txt")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_stands_on_many_texts_of_a_host),
		cmocka_unit_test(needs_three_texts_and_a_share_of_the_host),
		cmocka_unit_test(counts_a_text_once_and_a_line_once_a_text),
		cmocka_unit_test(leaves_long_lines_alone),
		cmocka_unit_test(leaves_numbers_code_labels_and_single_words_alone),
		cmocka_unit_test(writes_the_same_bytes_for_the_same_counts_and_reads_them),
		cmocka_unit_test(names_every_flipped_bit),
		cmocka_unit_test(refuses_bytes_that_are_none),
		cmocka_unit_test(groups_texts_by_host_or_by_folder),
	};
	arena_init(&arena, MIB(8));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(&arena);
	return failed;
}
