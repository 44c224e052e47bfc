#include "extract/rules.h"

#include <errno.h>
#include "extract/text_detect.h"
#include "util/limits.h"

struct check {
	const struct rules *rules;
	struct matcher *matcher;
	struct arena arena;
	rule_finding_fn *finding;
	void *user;
	int findings;
};

struct wanted {
	const struct rule *rule;
	bool found;
};

static bool compare(void *user, const struct rule *rule)
{
	struct wanted *wanted = user;
	wanted->found |= rule == wanted->rule;
	return !wanted->found;
}

/* Whether @rule speaks of @text; < 0 no memory. */
static int speaks(struct check *check, const struct rule *rule, struct view text)
{
	struct wanted wanted = { .rule = rule };
	struct line line;
	arena_reset(&check->arena);
	if (!line_read(&check->arena, text, &line))
		return -ENOMEM;
	if (rule->detector)
		return line.words <= rule->words &&
		       detect(check->rules, (enum rule_detector)rule->detector, &line, NULL);
	rule_index_find(check->rules, check->matcher, &line, compare, &wanted);
	return wanted.found;
}

static int check_list(struct check *check, const struct rule *rule, const struct rule_text *text, bool want)
{
	for (; text; text = text->next) {
		int found = speaks(check, rule, text->text);
		if (found < 0)
			return found;
		if ((found != 0) == want)
			continue;
		check->findings++;
		check->finding(check->user, rule, want ? "does not find" : "must not find", text->text);
	}
	return 0;
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
	}
	arena_free(&check.arena);
	matcher_free(check.matcher);
	return result ? result : check.findings;
}
