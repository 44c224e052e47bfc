#include "sieve.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <errno.h>
#include <pcre2.h>
#include <stdlib.h>
#include "util/clock.h"
#include "util/limits.h"

struct sieve {
	pcre2_code *include, *exclude;
	int64_t oldest; /* seconds since 1970; GARNER_NO_NUMBER: any */
};

static int compile(const char *pattern, const char *option, pcre2_code **ret, struct error *error)
{
	int code;
	PCRE2_SIZE at;
	PCRE2_UCHAR words[120];
	if (!pattern)
		return 0;
	*ret = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &code, &at, NULL);
	if (*ret) {
		pcre2_jit_compile(*ret, PCRE2_JIT_COMPLETE);
		return 0;
	}
	pcre2_get_error_message(code, words, sizeof(words));
	return error_set(error, -EINVAL, "%s '%.200s': at character %zu: %s", option, pattern, at, (const char *)words);
}

void sieve_set_clock(struct sieve *sieve, const struct garner_options *options)
{
	if (sieve)
		sieve->oldest = options->max_age > 0 ? clock_now(options) - options->max_age : GARNER_NO_NUMBER;
}

int sieve_new(const struct garner_options *options, struct sieve **ret_sieve, struct error *error)
{
	*ret_sieve = NULL;
	if (!options->include && !options->exclude && options->max_age <= 0)
		return 0;
	struct sieve *sieve = calloc(1, sizeof(*sieve));
	if (!sieve)
		return error_set(error, -ENOMEM, "no memory for filters");
	sieve_set_clock(sieve, options);
	int result = compile(options->include, "--include", &sieve->include, error);
	if (!result)
		result = compile(options->exclude, "--exclude", &sieve->exclude, error);
	if (result) {
		sieve_free(sieve);
		return result;
	}
	*ret_sieve = sieve;
	return 0;
}

struct sieve *sieve_free(struct sieve *sieve)
{
	if (sieve) {
		pcre2_code_free(sieve->include);
		pcre2_code_free(sieve->exclude);
		free(sieve);
	}
	return NULL;
}

/* A match that would take more than the limit of steps counts as none. */
static bool matches(const pcre2_code *code, struct view v, pcre2_match_data *data, pcre2_match_context *context)
{
	if (!code || !v.p)
		return false;
	return pcre2_match(code, (PCRE2_SPTR)v.p, v.n, 0, PCRE2_NO_UTF_CHECK, data, context) >= 0;
}

static pcre2_match_context *limits(void)
{
	pcre2_match_context *context = pcre2_match_context_create(NULL);
	if (context) {
		pcre2_set_match_limit(context, LIMIT_FILTER_STEPS);
		pcre2_set_heap_limit(context, LIMIT_FILTER_HEAP_KIB);
	}
	return context;
}

bool sieve_excludes(const struct sieve *sieve, struct view url, struct view title)
{
	if (!sieve || !sieve->exclude)
		return false;
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	pcre2_match_context *context = limits();
	bool excluded = data && context &&
			(matches(sieve->exclude, url, data, context) || matches(sieve->exclude, title, data, context));
	pcre2_match_data_free(data);
	pcre2_match_context_free(context);
	return excluded;
}

/* ---- stage ------------------------------------------------------------------------------- */

struct state {
	const struct sieve *sieve;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

static void stage_close(void *arg)
{
	struct state *state = arg;
	if (state) {
		pcre2_match_data_free(state->data);
		pcre2_match_context_free(state->context);
		free(state);
	}
}

static int stage_open(const struct engine *engine, void **ret_state, struct error *error)
{
	if (!engine->sieve)
		return 0;
	struct state *state = calloc(1, sizeof(*state));
	if (state) {
		state->sieve = engine->sieve;
		state->data = pcre2_match_data_create(1, NULL);
		state->context = limits();
	}
	if (!state || !state->data || !state->context) {
		stage_close(state);
		return error_set(error, -ENOMEM, "no memory for filters");
	}
	*ret_state = state;
	return 0;
}

/* "2024", "2024-05", "2024-05-17", "2024-05-17T…": the last second that it may mean. */
static bool latest(const char *published, int64_t *ret)
{
	int year = 0, month = 12, day = 0;
	struct view v = view_of(published);
	unsigned long long number;
	if (clock_parse(v, ret))
		return true;
	if (v.n < 4 || !view_to_u64(view_first(v, 4), &number))
		return false;
	year = (int)number;
	if (v.n >= 7 && view_to_u64(view_make(v.p + 5, 2), &number) && number >= 1 && number <= 12)
		month = (int)number;
	if (v.n >= 10 && view_to_u64(view_make(v.p + 8, 2), &number))
		day = (int)number;
	if (!day)
		for (day = 31; day > 28 && !clock_date_valid(year, month, day);)
			day--;
	if (!clock_date_valid(year, month, day))
		return false;
	*ret = (clock_days(year, month, day) + 1) * 86400 - 1;
	return true;
}

static int stage_run(void *arg, struct page *page)
{
	const struct state *state = arg;
	const struct garner_document *d = &page->document;
	int64_t at;
	if (!state)
		return 0;
	const struct sieve *f = state->sieve;
	if (f->oldest != GARNER_NO_NUMBER && d->published && latest(d->published, &at) && at < f->oldest)
		return page_drop(page, GARNER_FILTERED, "published %s, before --max-age", d->published);
	const struct view parts[] = { view_of(d->url), view_of(d->title), view_make(d->text, d->text_size) };
	bool included = !f->include;
	for (size_t i = 0; i < 3; i++) {
		if (matches(f->exclude, parts[i], state->data, state->context))
			return page_drop(page, GARNER_FILTERED, "--exclude matches the %s",
				i == 0	 ? "URL"
				: i == 1 ? "title"
					 : "text");
		included = included || matches(f->include, parts[i], state->data, state->context);
	}
	return included ? 0 : page_drop(page, GARNER_FILTERED, "--include matches nothing of it");
}

const struct stage sieve_stage = { "sieve", stage_open, stage_run, stage_close };
