#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "extract/line_model.h"
#include "extract/text_rules.h"
#include "util/limits.h"

enum { ARENA_BYTES = 16 << 20 };

static const struct garner_options options = { .jobs = 1 };

struct text {
	struct page page;
	struct work work;
	struct line_scores scores;
};

/* Scores of @text by trees that say @logit of every line; thresholds are their own places, 100 for LINE_HEAD. */
static void score(struct text *t, struct rules *rules, struct matcher *matcher, const char *text, int32_t logit)
{
	struct line_model model = { .text = { .base = logit } };
	for (int i = 0; i < LINE_THRESHOLDS; i++)
		model.thresholds[i] = 100 + i;
	*t = (struct text){ .page = { .options = &options, .kind = PAGE_TEXT } };
	arena_init(&t->page.arena, ARENA_BYTES);
	page_reset(&t->page);
	t->page.kind = PAGE_TEXT;
	t->page.utf8 = view_of(text);
	t->work = (struct work){ .rules = rules, .matcher = matcher, .model = &model, .page = &t->page };
	assert_int_equal(work_read(&t->work), 0);
	work_find_prose(&t->work);
	assert_int_equal(line_model_run(&model, &t->work, &t->scores), 0);
}

static void check_limits(const char *text, int32_t logit, const int32_t *limits, size_t count)
{
	struct error error = { 0 };
	struct rules *rules;
	struct matcher *matcher = matcher_new();
	struct text t;
	assert_non_null(matcher);
	assert_int_equal(rules_load(&options, &rules, &error), 0);
	score(&t, rules, matcher, text, logit);
	assert_int_equal(t.work.live_count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(t.scores.limit[i], 100 + limits[i]);
	arena_free(&t.page.arena);
	rules_free(rules);
	matcher_free(matcher);
}

/* Two lines are what the rules know, so the text shows furniture; the two of prose are where the text begins and ends.
 */
static const char noisy[] = "Share this article\n"
			    "The miller's daughter\n"
			    "When the water rose for the third time that spring, nobody in the village was surprised.\n"
			    "A bridge of ropes\n"
			    "The ferryman had tied his boat to the church, and the children went to school by it.\n"
			    "Three oars\n"
			    "Sign up for our newsletter\n";

static void tells_lines_before_within_and_behind_the_text(void **state)
{
	static const int32_t limits[] = { LINE_HEAD, LINE_HEAD, LINE_IN_LONG, LINE_IN, LINE_IN_LONG, LINE_TAIL,
		LINE_TAIL };
	(void)state;
	check_limits(noisy, 2000, limits, sizeof(limits) / sizeof(*limits));
}

static void a_text_without_sure_prose_is_all_within(void **state)
{
	static const int32_t limits[] = { LINE_IN, LINE_IN, LINE_IN_LONG, LINE_IN, LINE_IN_LONG, LINE_IN, LINE_IN };
	(void)state;
	check_limits(noisy, 500, limits, sizeof(limits) / sizeof(*limits));
}

static void a_text_without_furniture_has_one_threshold(void **state)
{
	static const int32_t limits[] = { LINE_CALM, LINE_CALM, LINE_CALM };
	(void)state;
	check_limits("The miller's daughter\n"
		     "When the water rose for the third time that spring, nobody in the village was surprised.\n"
		     "Three oars\n",
		2000, limits, sizeof(limits) / sizeof(*limits));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_lines_before_within_and_behind_the_text),
		cmocka_unit_test(a_text_without_sure_prose_is_all_within),
		cmocka_unit_test(a_text_without_furniture_has_one_threshold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
