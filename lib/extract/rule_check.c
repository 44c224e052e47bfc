#include "extract/rules.h"

#include <errno.h>
#include <stdio.h>
#include "extract/text_detect.h"
#include "extract/text_rules.h"
#include "util/limits.h"

struct check {
	const struct rules *rules;
	struct matcher *matcher;
	struct arena arena;
	rule_finding_fn *finding;
	void *user;
	int findings;
};

/* Whether @rule speaks of @text; < 0 no memory. */
static int speaks(struct check *check, const struct rule *rule, struct view text)
{
	struct line line;
	arena_reset(&check->arena);
	if (!line_read(&check->arena, text, &line))
		return -ENOMEM;
	if (rule->detector)
		return line.words <= rule->words &&
		       detect(check->rules, (enum rule_detector)rule->detector, &line, NULL);
	return rule_index_has(check->rules, check->matcher, &line, rule);
}

static void find(struct check *check, const struct rule *rule, const char *words, struct view example)
{
	check->findings++;
	check->finding(check->user, rule, words, example);
}

static int check_list(struct check *check, const struct rule *rule, const struct rule_text *text, bool want)
{
	for (; text; text = text->next) {
		int found = speaks(check, rule, text->text);
		if (found < 0)
			return found;
		if ((found != 0) == want)
			continue;
		find(check, rule, want ? "does not find" : "must not find", text->text);
	}
	return 0;
}

/* @text again and again, up to the longest line that is asked, and a sign behind it that ends the match. */
static int check_repeated(struct check *check, const struct rule *rule, struct view text)
{
	char subject[LIMIT_RULE_LINE_BYTES];
	struct line line;
	size_t n = 0;
	arena_reset(&check->arena);
	if (!line_read(&check->arena, text, &line))
		return -ENOMEM;
	struct view once = rule->exact ? line.text : line.core;
	while (once.n && n + once.n + 2 <= sizeof(subject)) {
		memcpy(subject + n, once.p, once.n);
		n += once.n;
		subject[n++] = ' ';
	}
	subject[n++] = '\x7F';
	pattern_match(check->matcher, rule->pattern, view_make(subject, n));
	if (matcher_gave_up(check->matcher))
		find(check, rule, "takes too many steps on", once);
	return 0;
}

/* No pattern may take more steps than a line is worth. */
static int check_steps(struct check *check, const struct rule *rule)
{
	if (!rule->pattern)
		return 0;
	if (pattern_repeats_repetition(rule->source))
		find(check, rule, "repeats a repetition", rule->source);
	int result = 0;
	for (const struct rule_text *text = rule->yes; text && result == 0; text = text->next)
		result = check_repeated(check, rule, text->text);
	for (const struct rule_text *text = rule->no; text && result == 0; text = text->next)
		result = check_repeated(check, rule, text->text);
	return result;
}

int rules_check(const struct rules *rules, rule_finding_fn *finding, void *user)
{
	struct check check = { .rules = rules, .matcher = matcher_new(), .finding = finding, .user = user };
	int result = check.matcher ? 0 : -ENOMEM;
	arena_init(&check.arena, MIB(1));
	for (const struct rule *rule = rules->first; rule && result == 0; rule = rule->next) {
		if (rule->off || rule->detector == DETECT_SCORER)
			continue;
		result = check_list(&check, rule, rule->lines, true);
		if (result == 0)
			result = check_list(&check, rule, rule->yes, true);
		if (result == 0)
			result = check_list(&check, rule, rule->no, false);
		if (result == 0)
			result = check_steps(&check, rule);
	}
	arena_free(&check.arena);
	matcher_free(check.matcher);
	return result ? result : check.findings;
}

/* ---- for the public interface ---------------------------------------------------------------- */

int rules_each(const struct rules *rules, garner_rule_fn *fn, void *user)
{
	static const char *const zones[] = { "any", "head", "tail" };
	int result = 0;
	for (const struct rule *rule = rules->first; rule && result == 0; rule = rule->next) {
		struct garner_rule out = { .id = rule->id,
			.kind = rule->kind,
			.languages = rule->languages,
			.zone = zones[rule->zone],
			.place = rule->place,
			.words = rule->words,
			.near = rule->near,
			.pattern = rule->pattern || rule->detector,
			.line_count = rule->line_count,
			.off = rule->off };
		result = fn(user, &out);
	}
	return result;
}

struct finding {
	garner_finding_fn *fn;
	void *user;
};

static void tell(void *user, const struct rule *rule, const char *words, struct view example)
{
	const struct finding *finding = user;
	char text[512];
	snprintf(text, sizeof(text), "rule %s %s: %.*s", rule->id, words, (int)(example.n < 300 ? example.n : 300),
		example.p);
	finding->fn(finding->user, rule->place, text);
}

int rules_test(const char *path, garner_finding_fn *fn, void *user, struct error *error)
{
	struct rules_source source = { .file = path, .from_text = true };
	struct finding finding = { fn, user };
	struct rules *rules = NULL;
	int result = rules_read(&source, &rules, error);
	if (result == 0)
		result = rules_check(rules, tell, &finding);
	if (result == -ENOMEM)
		error_set(error, result, "no memory for testing rules");
	rules_free(rules);
	return result > 0 ? 1 : result;
}
