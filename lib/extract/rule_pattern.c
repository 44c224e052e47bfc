#include "extract/rule_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include "util/limits.h"

struct pattern {
	struct view source;
	_Atomic(pcre2_code *) code; /* NULL: not compiled yet */
};

struct matcher {
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_jit_stack *stack;
	uint64_t *sets;
	size_t sets_room;
	bool gave_up;
};

enum { MATCH_GROUPS = 8, JIT_STACK_BYTES = 64 << 10 };

static pcre2_code *compile(struct view source, int *ret_code, PCRE2_SIZE *ret_at)
{
	uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C |
			 PCRE2_DOLLAR_ENDONLY;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)source.p, source.n, flags, ret_code, ret_at, NULL);
	/* Without JIT (not built in, or no executable memory) the interpreter does the same, slower. */
	if (code)
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

int pattern_later(struct view source, const char *place, struct pattern **ret_pattern, struct error *error)
{
	struct pattern *pattern = calloc(1, sizeof(*pattern));
	if (!pattern)
		return error_set(error, -ENOMEM, "%s: no memory for a pattern", place);
	pattern->source = source;
	*ret_pattern = pattern;
	return 0;
}

int pattern_compile(struct view source, const char *place, struct pattern **ret_pattern, struct error *error)
{
	int code;
	PCRE2_SIZE at;
	struct pattern *pattern = NULL;
	int result = pattern_later(source, place, &pattern, error);
	if (result < 0)
		return result;
	pattern->code = compile(source, &code, &at);
	if (!pattern->code) {
		PCRE2_UCHAR words[160];
		pcre2_get_error_message(code, words, sizeof(words));
		free(pattern);
		return error_set(error, -EINVAL, "%s: pattern, byte %zu: %s", place, (size_t)at, (const char *)words);
	}
	*ret_pattern = pattern;
	return 0;
}

/* The first thread that asks compiles; of two at once the second throws its own away. */
static const pcre2_code *code_of(struct pattern *pattern)
{
	int error;
	PCRE2_SIZE at;
	pcre2_code *code = atomic_load_explicit(&pattern->code, memory_order_acquire), *none = NULL;
	if (code)
		return code;
	code = compile(pattern->source, &error, &at);
	if (!code || atomic_compare_exchange_strong(&pattern->code, &none, code))
		return code;
	pcre2_code_free(code);
	return none;
}

struct pattern *pattern_free(struct pattern *pattern)
{
	if (pattern)
		pcre2_code_free(pattern->code);
	free(pattern);
	return NULL;
}

struct matcher *matcher_new(void)
{
	struct matcher *matcher = calloc(1, sizeof(*matcher));
	if (!matcher)
		return NULL;
	matcher->context = pcre2_match_context_create(NULL);
	matcher->data = pcre2_match_data_create(MATCH_GROUPS, NULL);
	matcher->stack = pcre2_jit_stack_create(JIT_STACK_BYTES / 2, JIT_STACK_BYTES, NULL);
	if (!matcher->context || !matcher->data)
		return matcher_free(matcher);
	pcre2_set_match_limit(matcher->context, LIMIT_RULE_STEPS);
	pcre2_set_heap_limit(matcher->context, LIMIT_RULE_HEAP_KIB);
	if (matcher->stack)
		pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
	return matcher;
}

struct matcher *matcher_free(struct matcher *matcher)
{
	if (!matcher)
		return NULL;
	free(matcher->sets);
	pcre2_jit_stack_free(matcher->stack);
	pcre2_match_data_free(matcher->data);
	pcre2_match_context_free(matcher->context);
	free(matcher);
	return NULL;
}

uint64_t *matcher_sets(struct matcher *matcher, size_t cells)
{
	if (matcher->sets_room < cells) {
		free(matcher->sets);
		matcher->sets = calloc(cells, sizeof(*matcher->sets));
		matcher->sets_room = matcher->sets ? cells : 0;
	}
	return matcher->sets;
}

/* What was compiled for the machine is entered directly: what pcre2_match() looks at before takes as long as most
 * lines. Without such code, the interpreter. */
static int ask(struct matcher *matcher, const pcre2_code *code, struct view subject)
{
	PCRE2_SPTR p = (PCRE2_SPTR)subject.p;
	int result = pcre2_jit_match(code, p, subject.n, 0, 0, matcher->data, matcher->context);
	if (result == PCRE2_ERROR_JIT_BADOPTION)
		result = pcre2_match(code, p, subject.n, 0, PCRE2_NO_UTF_CHECK, matcher->data, matcher->context);
	return result;
}

bool pattern_match(struct matcher *matcher, struct pattern *pattern, struct view subject)
{
	const pcre2_code *code = code_of(pattern);
	int result = code ? ask(matcher, code, subject) : PCRE2_ERROR_NOMEMORY;
	matcher->gave_up = result < 0 && result != PCRE2_ERROR_NOMATCH;
	return result >= 0;
}

bool matcher_gave_up(const struct matcher *matcher)
{
	return matcher->gave_up;
}

struct view matcher_group(struct matcher *matcher, struct pattern *pattern, struct view subject, const char *name)
{
	const pcre2_code *code = code_of(pattern);
	int number = code ? pcre2_substring_number_from_name(code, (PCRE2_SPTR)name) : 0;
	if (number <= 0 || (uint32_t)number >= pcre2_get_ovector_count(matcher->data))
		return VIEW_NONE;
	const PCRE2_SIZE *pair = pcre2_get_ovector_pointer(matcher->data) + 2 * number;
	if (pair[0] == PCRE2_UNSET || pair[1] <= pair[0] || pair[1] > subject.n)
		return VIEW_NONE;
	return view_make(subject.p + pair[0], pair[1] - pair[0]);
}
