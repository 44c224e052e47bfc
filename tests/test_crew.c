#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "capture/source.h"
#include "extract/html.h"
#include "extract/text_rules.h"
#include "pipeline.h"
#include "util/hash.h"

enum { PAGES = 400, REFUSED_EVERY = 7, LARGE_EVERY = 50 };

/* A source of our own, and what its pages meet at the other end. Whatever thread it is, one call at a time. */
struct run {
	struct engine engine;
	atomic_bool stop;
	/* the source */
	uint64_t given;
	uint64_t fails_at; /* the reader; PAGES: never */
	/* the sink */
	uint64_t seen, refused, stored;
	uint64_t ends_at; /* the sink; PAGES: never */
	uint64_t stops_at;
	atomic_int inside;
	int out_of_order, beside, wrong_text, wrong_name, wrong_digest;
	uint8_t digests[PAGES][32]; /* of the bodies that were given */
};

static uint64_t lines_of(uint64_t n)
{
	return n % LARGE_EVERY == 0 ? 4000 : n * 37 % 41 + 1;
}

/* Every page has its own number in each line; a few are a thousand times as long as others. */
static int give(struct source *source, struct page *page)
{
	struct run *run = source->state;
	uint64_t n = run->given++;
	if (n == run->fails_at)
		return error_set(&page->error, -EIO, "page %d can't be read", (int)n);
	if (n >= PAGES)
		return SOURCE_END;
	page->capture.file = view_of(arena_printf(&page->arena, "page %d", (int)n));
	page->capture.content_type = VIEW("text/plain; charset=utf-8");
	if (n % REFUSED_EVERY == 3) {
		page->detail = "it is said to be broken";
		return GARNER_BAD_RECORD;
	}
	char *text = arena_alloc(&page->arena, lines_of(n) * 100 + 1), *at = text;
	for (uint64_t i = 0; text && i < lines_of(n); i++)
		at += snprintf(at, 100, "The harbour master of pier %d wrote line %d into the book of the day.\n",
			(int)n, (int)i);
	page->capture.body = view_make(text, (size_t)(at - text));
	sha256_of(page->capture.body, run->digests[n]);
	return 0;
}

static void give_close(struct source *source)
{
	source->state = NULL;
}

static const struct source_ops source_made = { "made", false, NULL, NULL, give, give_close };

static void look_at(struct run *run, const struct page *page)
{
	char name[40], pier[40];
	uint64_t n = page->sequence;
	snprintf(name, sizeof(name), "page %d", (int)n);
	snprintf(pier, sizeof(pier), "pier %d wrote", (int)n);
	run->out_of_order += n != run->seen;
	run->wrong_name += !page->document.src.file || strcmp(page->document.src.file, name) != 0;
	if (page->reason) {
		run->refused += page->reason == GARNER_BAD_RECORD && page->detail != NULL;
		return;
	}
	char digest[65];
	hex_of(run->digests[n], sizeof(run->digests[n]), digest);
	run->wrong_digest += !page->document.sha256_raw || strcmp(page->document.sha256_raw, digest) != 0;
	run->stored++;
	run->wrong_text +=
		!page->document.text || !strstr(page->document.text, pier) || page->capture.body.n < lines_of(n) * 60;
}

static int take(void *user, struct page *page, struct error *error)
{
	struct run *run = user;
	run->beside += atomic_fetch_add(&run->inside, 1) != 0;
	look_at(run, page);
	run->seen++;
	if (run->seen == run->stops_at)
		atomic_store(&run->stop, true);
	bool ends = run->seen == run->ends_at;
	atomic_fetch_sub(&run->inside, 1);
	return ends ? error_set(error, -ENOSPC, "no room behind page %d", (int)page->sequence) : 0;
}

static struct run run_new(void)
{
	return (struct run){ .fails_at = UINT64_MAX, .ends_at = UINT64_MAX, .stops_at = UINT64_MAX };
}

static int run_with(struct run *run, int jobs, struct error *error)
{
	struct capture_reader *reader = NULL;
	*error = (struct error){ 0 };
	run->engine.options.jobs = jobs;
	run->engine.options.clock = 1;
	run->engine.stop = &run->stop;
	assert_int_equal(model_load(&run->engine.model, error), 0);
	assert_int_equal(rules_load(&run->engine.options, &run->engine.rules, error), 0);
	assert_int_equal(capture_open_source(&run->engine, &source_made, run, &reader, error), 0);
	struct pipeline pipeline = {
		.engine = &run->engine, .jobs = jobs, .stop = &run->stop, .sink = take, .user = run
	};
	int result = pipeline_run(&pipeline, reader, error);
	capture_close(reader);
	rules_free(run->engine.rules);
	model_free(run->engine.model);
	assert_int_equal(run->out_of_order, 0);
	assert_int_equal(run->beside, 0);
	assert_int_equal(run->wrong_name, 0);
	assert_int_equal(run->wrong_text, 0);
	assert_int_equal(run->wrong_digest, 0);
	return result;
}

static const int all_jobs[] = { 1, 2, 3, 8 };
#define EACH_JOBS(i) for (size_t i = 0; i < sizeof(all_jobs) / sizeof(all_jobs[0]); i++)

static void every_page_is_handed_on_once_and_in_order(void **state)
{
	(void)state;
	EACH_JOBS(i)
	{
		struct run run = run_new();
		struct error error;
		assert_int_equal(run_with(&run, all_jobs[i], &error), 0);
		assert_int_equal(run.seen, PAGES);
		assert_int_equal(run.refused, (PAGES - 4) / REFUSED_EVERY + 1);
		assert_int_equal(run.stored, PAGES - run.refused);
	}
}

static void what_was_read_before_the_reader_failed_is_written(void **state)
{
	(void)state;
	EACH_JOBS(i)
	{
		struct run run = run_new();
		struct error error;
		run.fails_at = 123;
		assert_int_equal(run_with(&run, all_jobs[i], &error), -EIO);
		assert_string_equal(error.text, "page 123 can't be read");
		assert_int_equal(run.seen, 123);
	}
}

static void nothing_is_written_behind_a_page_that_failed(void **state)
{
	(void)state;
	EACH_JOBS(i)
	{
		struct run run = run_new();
		struct error error;
		run.ends_at = 77;
		assert_int_equal(run_with(&run, all_jobs[i], &error), -ENOSPC);
		assert_string_equal(error.text, "no room behind page 76");
		assert_int_equal(run.seen, 77);
	}
}

static void a_stop_ends_it_behind_the_pages_in_work(void **state)
{
	(void)state;
	EACH_JOBS(i)
	{
		struct run run = run_new();
		struct error error;
		run.stops_at = 10;
		assert_int_equal(run_with(&run, all_jobs[i], &error), 0);
		assert_int_equal(run.seen, run.given);
		assert_true(run.seen >= 10 && run.seen < PAGES);
	}
}

static void an_input_without_pages_ends_at_once(void **state)
{
	(void)state;
	EACH_JOBS(i)
	{
		struct run run = run_new();
		struct error error;
		run.given = PAGES;
		assert_int_equal(run_with(&run, all_jobs[i], &error), 0);
		assert_int_equal(run.seen, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_page_is_handed_on_once_and_in_order),
		cmocka_unit_test(what_was_read_before_the_reader_failed_is_written),
		cmocka_unit_test(nothing_is_written_behind_a_page_that_failed),
		cmocka_unit_test(a_stop_ends_it_behind_the_pages_in_work),
		cmocka_unit_test(an_input_without_pages_ends_at_once) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
