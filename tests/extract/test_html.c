/* Whole pages through the library; the fixture shares the name of its test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "extract/html.h"
#include "extract/model.h"
#include "garner.h"
#include "util/buf.h"

struct outcome {
	int reason;
	char *text, *markdown, *from, *cut;
};

static char *copy(const char *s)
{
	return s ? strdup(s) : NULL;
}

static int note(void *user, const struct garner_document *d, int reason, const char *detail)
{
	struct outcome *o = user;
	size_t n = 0;
	(void)detail;
	o->reason = reason;
	o->text = copy(d->text);
	o->markdown = copy(d->markdown);
	o->from = copy(d->text_from);
	for (size_t i = 0; i < d->cut_count; i++)
		for (size_t k = 0; k < d->cuts[i].line_count; k++)
			n += strlen(d->cuts[i].reason) + strlen(d->cuts[i].lines[k]) + 4;
	o->cut = calloc(n + 1, 1);
	for (size_t i = 0; i < d->cut_count; i++)
		for (size_t k = 0; k < d->cuts[i].line_count; k++)
			sprintf(o->cut + strlen(o->cut), "%s = %s\n", d->cuts[i].reason, d->cuts[i].lines[k]);
	return 0;
}

static void forget(struct outcome *o)
{
	free(o->text);
	free(o->markdown);
	free(o->from);
	free(o->cut);
}

static struct outcome clean(const char *html, const struct garner_options *options)
{
	struct outcome o = { 0 };
	struct garner *garner = garner_new(options);
	assert_non_null(garner);
	assert_null(garner_error(garner));
	assert_int_equal(garner_clean_bytes(garner, html, strlen(html), "https://example.org/2024/05/a-report.html",
				 "text/html", note, &o),
		0);
	garner_free(garner);
	return o;
}

static char *read_fixture(const char *name, const char *ending)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/extract/%s.%s", getenv("GARNER_TESTDATA"), name, ending);
	FILE *file = fopen(path, "rb");
	if (!file)
		fail_msg("%s: can't be opened", path);
	char *text = calloc(1, 1 << 20);
	text[fread(text, 1, (1 << 20) - 1, file)] = 0;
	fclose(file);
	return text;
}

/* Without blank lines: they are the reader's business, not the model's. */
static char *lines_of(const char *text)
{
	char *out = calloc(strlen(text) + 2, 1);
	size_t n = 0;
	for (const char *p = text; *p; p++)
		if (*p != '\n' || (n && out[n - 1] != '\n'))
			out[n++] = *p;
	while (n && out[n - 1] == '\n')
		out[--n] = 0;
	return out;
}

static struct outcome check_fixture(const char *name)
{
	struct garner_options options = { .jobs = 1, .clock = 1 };
	char *html = read_fixture(name, "html"), *want = read_fixture(name, "txt");
	struct outcome o = clean(html, &options);
	assert_int_equal(o.reason, 0);
	char *got = lines_of(o.text), *expected = lines_of(want);
	assert_string_equal(got, expected);
	free(got);
	free(expected);
	free(html);
	free(want);
	return o;
}

#define FIXTURE(name)                                                                                                  \
	static void name(void **state)                                                                                 \
	{                                                                                                              \
		(void)state;                                                                                           \
		struct outcome o = check_fixture(#name);                                                               \
		assert_null(o.from);                                                                                   \
		forget(&o);                                                                                            \
	}

FIXTURE(keeps_the_body_of_a_german_report)
FIXTURE(keeps_the_body_of_a_japanese_report)
FIXTURE(keeps_the_body_of_an_arabic_report)
FIXTURE(keeps_code_and_tables_of_documentation)
FIXTURE(leaves_out_what_is_hidden_and_numbers_of_lines)

static void cuts_the_next_article_of_an_endless_page(void **state)
{
	(void)state;
	struct garner_options options = { .jobs = 1, .clock = 1 };
	char *html = read_fixture(__func__, "html");
	struct outcome o = clean(html, &options);
	assert_int_equal(o.reason, 0);
	assert_non_null(strstr(o.text, "Kommunen restaurerer"));
	assert_non_null(strstr(o.text, "Motoren er sendt"));
	assert_null(strstr(o.text, "Fjelldal"));
	assert_null(strstr(o.text, "idrettslaget"));
	forget(&o);
	free(html);
}

static void takes_the_body_from_json_ld_when_the_page_is_empty(void **state)
{
	(void)state;
	struct outcome o = check_fixture(__func__);
	assert_string_equal(o.from, "json-ld");
	forget(&o);
}

/* Each line stands in another four of the elements around it, with and without others between. */
static void lines_at_all_depths_of_named_elements_are_told_apart(void **state)
{
	struct buf html = BUF_INIT(1 << 20);
	(void)state;
	buf_puts(&html, "<!doctype html><html><head><title>The keepers of the light</title></head><body><article>"
			"<h1>The keepers of the light</h1>");
	for (int i = 0; i < 6; i++)
		buf_puts(&html,
			"<p>For forty years the two families on the rock took turns with the lamp, and whoever "
			"was free rowed out for flour, letters and oil, in any weather that let a boat live.</p>");
	buf_puts(&html, "<div>");
	for (int depth = 0; depth < 31; depth++) {
		buf_printf(&html, "<span class=\"name%c%c\">", 'a' + depth % 26, 'a' + depth / 26);
		for (int more = 0; more < 4; more++) {
			for (int i = 0; i < more; i++)
				buf_puts(&html, "<i>");
			buf_printf(&html, "The %d. keeper rowed out %d miles in the dark", depth + 1, more + 2);
			for (int i = 0; i < more; i++)
				buf_puts(&html, "</i>");
			buf_puts(&html, "<br>");
		}
	}
	struct outcome o = clean(buf_str(&html), NULL);
	assert_non_null(strstr(o.text, "For forty years the two families"));
	forget(&o);
	buf_free(&html);
}

static void takes_a_short_body_from_json_ld_when_there_is_none(void **state)
{
	(void)state;
	struct outcome o = check_fixture(__func__);
	assert_string_equal(o.from, "json-ld");
	forget(&o);
}

static void takes_the_body_from_state_when_the_page_is_empty(void **state)
{
	(void)state;
	struct outcome o = check_fixture(__func__);
	assert_string_equal(o.from, "state");
	forget(&o);
}

static void takes_a_list_of_paragraphs_from_state(void **state)
{
	(void)state;
	struct outcome o = check_fixture(__func__);
	assert_string_equal(o.from, "state");
	forget(&o);
}

static void takes_a_list_of_blocks_from_state(void **state)
{
	(void)state;
	struct outcome o = check_fixture(__func__);
	assert_string_equal(o.from, "state");
	forget(&o);
}

static void takes_a_list_of_paragraphs_from_a_script(void **state)
{
	(void)state;
	struct outcome o = check_fixture(__func__);
	assert_string_equal(o.from, "state");
	forget(&o);
}

static void takes_sections_of_blocks_from_state(void **state)
{
	(void)state;
	struct outcome o = check_fixture(__func__);
	assert_string_equal(o.from, "state");
	forget(&o);
}

static void rows_stand_line_under_line_and_the_headline_is_out(void **state)
{
	(void)state;
	struct garner_options options = { .jobs = 1, .clock = 1 };
	char *html = read_fixture("keeps_code_and_tables_of_documentation", "html");
	struct outcome o = clean(html, &options);
	assert_non_null(strstr(o.text, "Platform | Resolution\nLinux | 1 ms\nSmall boards | 10 ms\n\nA timer"));
	assert_null(strstr(o.text, "Timers\n"));
	forget(&o);
	free(html);
}

static void explains_each_cut_by_score_and_features(void **state)
{
	(void)state;
	struct garner_options options = { .jobs = 1, .clock = 1, .explain = true };
	char *html = read_fixture("keeps_the_body_of_a_german_report", "html");
	struct outcome o = clean(html, &options);
	const char *line = strstr(o.cut, "= Wie der Bauhof die Keller leerpumpte");
	assert_non_null(line);
	while (line > o.cut && line[-1] != '\n')
		line--;
	assert_memory_equal(line, "model 0.", 8);
	assert_non_null(strchr(line, ':'));
	forget(&o);
	free(html);
}

static void a_threshold_trades_precision_for_recall(void **state)
{
	(void)state;
	static const double thresholds[] = { -1, -0.15, 0, 0.15, 1 };
	char *html = read_fixture("keeps_the_body_of_a_german_report", "html");
	size_t last = SIZE_MAX;
	for (size_t i = 0; i < 5; i++) {
		struct garner_options options = { .jobs = 1, .clock = 1, .threshold = thresholds[i] };
		struct outcome o = clean(html, &options);
		size_t n = o.text ? strlen(o.text) : 0;
		assert_true(n <= last);
		last = n;
		forget(&o);
	}
	free(html);
}

static void the_same_page_gives_the_same_bytes(void **state)
{
	(void)state;
	struct garner_options options = { .jobs = 1, .clock = 1, .explain = true };
	char *html = read_fixture("keeps_the_body_of_a_japanese_report", "html");
	struct outcome a = clean(html, &options), b = clean(html, &options);
	assert_string_equal(a.text, b.text);
	assert_string_equal(a.cut, b.cut);
	forget(&a);
	forget(&b);
	free(html);
}

/* ---- the model's bytes ------------------------------------------------------------------------ */

static struct buf model_bytes(void)
{
	struct buf out = BUF_INIT((size_t)16 << 20);
	model_write(&model_builtin, &out);
	assert_int_equal(out.err, 0);
	return out;
}

static void refuses_a_model_of_other_features(void **state)
{
	(void)state;
	struct buf bytes = model_bytes();
	const struct model *model = NULL;
	struct error error = { 0 };
	bytes.p[8] ^= 1;
	assert_true(model_read(buf_view(&bytes), &model, &error) < 0);
	assert_null(model);
	assert_non_null(strstr(error.text, "train it again"));
	buf_free(&bytes);
}

static void refuses_a_model_cut_at_any_place(void **state)
{
	(void)state;
	struct buf bytes = model_bytes();
	for (size_t n = 0; n < bytes.n; n += n < 100 ? 1 : 4099) {
		const struct model *model = NULL;
		struct error error = { 0 };
		assert_true(model_read(view_make(bytes.p, n), &model, &error) < 0);
		assert_null(model);
		assert_true(error.text[0] != 0);
	}
	buf_free(&bytes);
}

/* Numbers without order, the same every time. */
static uint32_t next_number(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

static void reads_back_the_model_it_wrote(void **state)
{
	(void)state;
	struct buf bytes = model_bytes();
	const struct model *model = NULL;
	struct error error = { 0 };
	static uint8_t x[100 * FEATURE_COUNT];
	static int32_t a[100], b[100];
	uint32_t seed = 1;
	assert_int_equal(model_read(buf_view(&bytes), &model, &error), 0);
	for (size_t i = 0; i < sizeof(x); i++)
		x[i] = (uint8_t)next_number(&seed);
	oblivious_score(&model->second, x, FEATURE_COUNT, 100, a);
	oblivious_score(&model_builtin.second, x, FEATURE_COUNT, 100, b);
	assert_memory_equal(a, b, sizeof(a));
	model_free(model);
	buf_free(&bytes);
}

static void probabilities_rise_with_the_logit(void **state)
{
	(void)state;
	uint16_t last = 0;
	for (int32_t x = -10000; x <= 10000; x += 7) {
		assert_true(model_probability(x) >= last);
		last = model_probability(x);
	}
	assert_in_range(model_probability(0), 32767, 32768);
	assert_in_range(model_probability(-100000), 0, 30);
	assert_in_range(model_probability(100000), 65500, 65535);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_body_of_a_german_report),
		cmocka_unit_test(keeps_the_body_of_a_japanese_report),
		cmocka_unit_test(keeps_the_body_of_an_arabic_report),
		cmocka_unit_test(keeps_code_and_tables_of_documentation),
		cmocka_unit_test(leaves_out_what_is_hidden_and_numbers_of_lines),
		cmocka_unit_test(cuts_the_next_article_of_an_endless_page),
		cmocka_unit_test(takes_the_body_from_json_ld_when_the_page_is_empty),
		cmocka_unit_test(takes_a_short_body_from_json_ld_when_there_is_none),
		cmocka_unit_test(takes_the_body_from_state_when_the_page_is_empty),
		cmocka_unit_test(takes_a_list_of_paragraphs_from_state),
		cmocka_unit_test(takes_a_list_of_blocks_from_state),
		cmocka_unit_test(takes_sections_of_blocks_from_state),
		cmocka_unit_test(takes_a_list_of_paragraphs_from_a_script),
		cmocka_unit_test(lines_at_all_depths_of_named_elements_are_told_apart),
		cmocka_unit_test(rows_stand_line_under_line_and_the_headline_is_out),
		cmocka_unit_test(explains_each_cut_by_score_and_features),
		cmocka_unit_test(a_threshold_trades_precision_for_recall),
		cmocka_unit_test(the_same_page_gives_the_same_bytes),
		cmocka_unit_test(refuses_a_model_of_other_features),
		cmocka_unit_test(refuses_a_model_cut_at_any_place),
		cmocka_unit_test(reads_back_the_model_it_wrote),
		cmocka_unit_test(probabilities_rise_with_the_logit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
