#include "extract/rules.h"

#include <errno.h>
#include "extract/text_fold.h"
#include "extract/text_lines.h"

enum { PREFIX_KEY = 3, PREFIX_BUCKETS = 4096, OPEN_PROSE_WORDS = 24 };

struct rule_entry {
	const struct rule *rule;
	struct prefix prefix;
	struct rule_entry *next;
};

struct rule_index {
	struct rule_entry *prefixes[PREFIX_BUCKETS]; /* by the first three bytes */
	struct rule_entry *shorts[256];		     /* shorter prefixes, by the first byte */
	struct rule_entry *open;		     /* patterns of which nothing is known */
};

static size_t bucket_of(const char *p)
{
	uint32_t k = (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8 |
		     (uint32_t)(unsigned char)p[2] << 16;
	return (k * 0x9E3779B1u) >> 20; /* 12 bits: PREFIX_BUCKETS */
}

/* Entries stay in the order of the rules, so that the first of two equals wins everywhere. */
static int append(struct rules *rules, struct rule_entry **list, const struct rule *rule, const struct prefix *prefix)
{
	struct rule_entry *entry = arena_calloc(&rules->arena, 1, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	while (*list)
		list = &(*list)->next;
	entry->rule = rule;
	if (prefix)
		entry->prefix = *prefix;
	*list = entry;
	return 0;
}

static int index_line(struct rules *rules, const struct rule *rule, struct view text)
{
	char *folded = arena_alloc(&rules->arena, text.n + 1), end;
	struct view core = folded ? text_core(view_make(folded, text_fold(text, folded)), &end) : VIEW_NONE;
	uint64_t *slot = core.n ? map_put(&rules->lines, core) : NULL;
	if (!slot)
		return -ENOMEM;
	struct rule_entry *list = (struct rule_entry *)(uintptr_t)*slot;
	int result = append(rules, &list, rule, NULL);
	*slot = (uint64_t)(uintptr_t)list;
	return result;
}

static int index_pattern(struct rules *rules, const struct rule *rule)
{
	struct prefix set[PREFIX_SET_MAX];
	struct rule_index *index = rule->exact ? rules->exact : rules->folded;
	size_t n = pattern_prefixes(rule->source, set);
	int result = n ? 0 : append(rules, &index->open, rule, NULL);
	for (size_t i = 0; i < n && result == 0; i++) {
		struct rule_entry **list = set[i].n >= PREFIX_KEY ? &index->prefixes[bucket_of(set[i].p)]
								  : &index->shorts[(unsigned char)set[i].p[0]];
		result = append(rules, list, rule, &set[i]);
	}
	return result;
}

int rule_index_build(struct rules *rules, struct error *error)
{
	int result = 0;
	rules->folded = arena_calloc(&rules->arena, 1, sizeof(*rules->folded));
	rules->exact = arena_calloc(&rules->arena, 1, sizeof(*rules->exact));
	if (!rules->folded || !rules->exact)
		return error_set(error, -ENOMEM, "no memory for the index of rules");
	for (struct rule *rule = rules->first; rule && result == 0; rule = rule->next) {
		for (struct rule_text *line = rule->lines; line && result == 0; line = line->next)
			result = index_line(rules, rule, line->text);
		if (rule->pattern && result == 0)
			result = index_pattern(rules, rule);
		if (rule->detector)
			rules->detectors[rule->detector] = rule;
	}
	return result ? error_set(error, result, "no memory for the index of rules") : 0;
}

struct search {
	struct matcher *matcher;
	const struct line *line;
	rule_found_fn *found;
	void *user;
	const struct rule *last; /* a rule with several prefixes is asked once */
};

static bool fits(const struct search *search, const struct rule *rule)
{
	return !rule->off && search->line->words <= rule->words;
}

/* False: the caller has seen enough. */
static bool ask(struct search *search, const struct rule *rule)
{
	if (rule == search->last || !fits(search, rule))
		return true;
	struct view subject = rule->exact ? search->line->text : search->line->core;
	if (!pattern_match(search->matcher, rule->pattern, subject))
		return true;
	search->last = rule;
	return search->found(search->user, rule);
}

static bool ask_list(struct search *search, struct view subject, const struct rule_entry *entry)
{
	for (; entry; entry = entry->next) {
		if (entry->prefix.n > subject.n || memcmp(entry->prefix.p, subject.p, entry->prefix.n) != 0)
			continue;
		if (!ask(search, entry->rule))
			return false;
	}
	return true;
}

static bool ask_index(struct search *search, struct view subject, const struct rule_index *index)
{
	if (subject.n >= PREFIX_KEY && !ask_list(search, subject, index->prefixes[bucket_of(subject.p)]))
		return false;
	if (!ask_list(search, subject, index->shorts[(unsigned char)subject.p[0]]))
		return false;
	/* Patterns that may begin with anything took 45 % of all time on running text: they are for shorter lines. */
	bool long_prose = (search->line->flags & LINE_PROSE) && search->line->words >= OPEN_PROSE_WORDS;
	return long_prose || ask_list(search, subject, index->open);
}

/* "Share." alone may be somebody's answer; "Share" is a button. */
static bool one_word_sentence(const struct line *line)
{
	return line->words == 1 && (line->flags & LINE_SENTENCE);
}

static bool ask_literals(struct search *search, const struct rules *rules)
{
	const struct line *line = search->line;
	if (one_word_sentence(line))
		return true;
	uint64_t *slot = map_get(&rules->lines, line->core);
	for (const struct rule_entry *e = slot ? (const struct rule_entry *)(uintptr_t)*slot : NULL; e; e = e->next) {
		if (e->rule->off)
			continue;
		search->last = e->rule;
		if (!search->found(search->user, e->rule))
			return false;
	}
	return true;
}

void rule_index_find(
	const struct rules *rules, struct matcher *matcher, const struct line *line, rule_found_fn *found, void *user)
{
	struct search search = { .matcher = matcher, .line = line, .found = found, .user = user };
	if (!(line->flags & LINE_WHOLE) || (line->flags & LINE_QUOTED) || line->core.n == 0)
		return;
	if (ask_literals(&search, rules) && ask_index(&search, line->core, rules->folded))
		ask_index(&search, line->text, rules->exact);
}
