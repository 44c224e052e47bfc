#include "extract/rules.h"

#include <errno.h>
#include <stdio.h>
#include "extract/text_fold.h"
#include "util/limits.h"
#include "util/utf8.h"

struct reader {
	struct rules *rules;
	const char *name;
	unsigned line;
	const char *languages;
	struct rule *rule; /* the one that is being read */
	struct error *error;
};

static int refuse(struct reader *reader, const char *words, struct view what)
{
	return error_set(reader->error, -EINVAL, "%s:%u: %s%s%.*s", reader->name, reader->line, words,
		what.n ? ": " : "", (int)(what.n < 120 ? what.n : 120), what.p ? what.p : "");
}

static int no_memory(struct reader *reader)
{
	return error_set(reader->error, -ENOMEM, "%s:%u: no memory for rules", reader->name, reader->line);
}

static struct view fold_kept(struct reader *reader, struct view v, size_t (*fold)(struct view, char *))
{
	char *out = arena_alloc(&reader->rules->arena, v.n + 1);
	return out ? view_make(out, fold(v, out)) : VIEW_NONE;
}

static int add_text(struct reader *reader, struct rule_text **list, struct view text)
{
	struct rule_text *item = arena_alloc(&reader->rules->arena, sizeof(*item));
	const char *copy = arena_strdup_view(&reader->rules->arena, text);
	if (!item || !copy)
		return no_memory(reader);
	while (*list)
		list = &(*list)->next;
	*item = (struct rule_text){ .text = view_make(copy, text.n) };
	*list = item;
	return 0;
}

/* An id is letters, digits, dots, dashes; the same id again replaces the older rule's content. */
static int begin_rule(struct reader *reader, struct view id)
{
	struct rules *rules = reader->rules;
	for (size_t i = 0; i < id.n; i++)
		if (!ascii_is_alpha(id.p[i]) && !ascii_is_digit(id.p[i]) && id.p[i] != '.' && id.p[i] != '-')
			return refuse(reader, "an id is made of letters, digits, dots and dashes", id);
	size_t dot = view_find_byte(id, '.');
	if (dot == 0 || dot == id.n)
		return refuse(reader, "an id is KIND.NAME", id);
	uint64_t *slot = map_put(&rules->by_id, id);
	if (!slot)
		return no_memory(reader);
	struct rule *rule = (struct rule *)(uintptr_t)*slot;
	if (!rule) {
		if (rules->count == LIMIT_RULES)
			return refuse(reader, "more rules than LIMIT_RULES", id);
		rule = arena_calloc(&rules->arena, 1, sizeof(*rule));
		if (!rule)
			return no_memory(reader);
		*rules->last = rule;
		rules->last = &rule->next;
		rules->count++;
		*slot = (uint64_t)(uintptr_t)rule;
	}
	struct rule *next = rule->next;
	pattern_free(rule->pattern);
	*rule = (struct rule){ .next = next, .words = 12, .languages = reader->languages };
	rule->id = arena_strdup_view(&rules->arena, id);
	rule->kind = arena_strdup_view(&rules->arena, view_first(id, dot));
	rule->place = arena_printf(&rules->arena, "%s:%u", reader->name, reader->line);
	reader->rule = rule;
	return rule->id && rule->kind && rule->place ? 0 : no_memory(reader);
}

static int add_lines(struct reader *reader, struct view rest)
{
	struct view item;
	while (view_next_token(&rest, '|', &item)) {
		item = view_trim(item);
		if (item.n == 0)
			return refuse(reader, "an empty line between bars", rest);
		int result = add_text(reader, &reader->rule->lines, item);
		reader->rule->line_count++;
		if (result < 0)
			return result;
	}
	return 0;
}

static int set_pattern(struct reader *reader, struct view source, bool exact)
{
	struct rule *rule = reader->rule;
	if (rule->pattern)
		return refuse(reader, "a rule has one pattern", source);
	for (size_t i = 0; !exact && i < source.n; i++)
		if (source.p[i] >= 'A' && source.p[i] <= 'Z' &&
			(i == 0 || (source.p[i - 1] != '\\' && source.p[i - 1] != '{')))
			return refuse(reader, "capital letters never match a folded line", source);
	struct view kept = view_make(arena_strdup_view(&reader->rules->arena, source), source.n);
	rule->source = exact ? kept : fold_kept(reader, source, text_fold_letters);
	if (!rule->source.p)
		return no_memory(reader);
	rule->exact = exact;
	if (reader->rules->trusted)
		return pattern_later(rule->source, rule->place, &rule->pattern, reader->error);
	char place[sizeof(reader->error->text)];
	snprintf(place, sizeof(place), "%s:%u", reader->name, reader->line);
	return pattern_compile(rule->source, place, &rule->pattern, reader->error);
}

static int set_number(struct reader *reader, struct view v, unsigned max, unsigned *ret)
{
	unsigned long long number;
	if (!view_to_u64(v, &number) || number == 0 || number > max)
		return refuse(reader, "not a number in range", v);
	*ret = (unsigned)number;
	return 0;
}

/* Index of @v in @names (ended by NULL); -1: not there. */
static int choose(struct view v, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (view_eq(v, view_of(names[i])))
			return i;
	return -1;
}

static const char *const zone_names[] = { "any", "head", "tail", NULL };
static const char *const fact_names[] = { "", "author", "published", "modified", "section", NULL };
static const char *const detector_names[] = { "", "sum", "date", "stamp", "leading-date", "glued", "scorer", "repeated",
	"passage", "next", "teasers", "menu", "links", "pages", "markup", NULL };

static int set_choice(struct reader *reader, struct view v, const char *const *names, uint8_t *ret)
{
	int i = choose(v, names);
	if (i < 0)
		return refuse(reader, "not one of the values", v);
	*ret = (uint8_t)i;
	return 0;
}

static int add_word(struct reader *reader, struct view word, enum word_class class, int value)
{
	struct rules *rules = reader->rules;
	struct view folded = fold_kept(reader, word, text_fold);
	struct rule_word *item = arena_alloc(&rules->arena, sizeof(*item));
	if (!folded.n || !item)
		return no_memory(reader);
	*item = (struct rule_word){ .text = folded, .word = { .class = class, .value = value } };
	*rules->last_word = item;
	rules->last_word = &item->next;
	return 0;
}

static int add_words(struct reader *reader, struct view rest, enum word_class class, int value)
{
	struct view word;
	while (view_next_token(&rest, ' ', &word)) {
		int result = word.n ? add_word(reader, word, class, value) : 0;
		if (result < 0)
			return result;
	}
	return 0;
}

/* `month`, `number`, `operator`, `word`: a value or class, then the words. 1: another key. */
static int read_words(struct reader *reader, struct view key, struct view rest)
{
	static const char *const classes[] = { "lead", "updated", "weekday", "fill", "sum", NULL };
	struct view head;
	unsigned number = 0;
	if (!view_eq(key, VIEW("month")) && !view_eq(key, VIEW("number")) && !view_eq(key, VIEW("operator")) &&
		!view_eq(key, VIEW("word")))
		return 1;
	if (!view_next_token(&rest, ' ', &head) || rest.n == 0)
		return refuse(reader, "a value and words are missing", key);
	if (view_eq(key, VIEW("operator")))
		return add_words(reader, rest, WORD_OPERATOR, head.p[0]);
	if (view_eq(key, VIEW("word"))) {
		int class = choose(head, classes);
		if (class < 0)
			return refuse(reader, "not a class of words", head);
		return add_words(reader, rest, (enum word_class)(WORD_LEAD + class), 0);
	}
	bool month = view_eq(key, VIEW("month"));
	if (view_eq(head, VIEW("0")) && !month)
		return add_words(reader, rest, WORD_NUMBER, 0);
	int result = set_number(reader, head, month ? 12 : 1000, &number);
	return result < 0 ? result : add_words(reader, rest, month ? WORD_MONTH : WORD_NUMBER, (int)number);
}

static int read_entry(struct reader *reader, struct view key, struct view value)
{
	struct rule *rule = reader->rule;
	unsigned number = 0;
	int result;
	if (!rule)
		return refuse(reader, "stands before the first rule", key);
	if (view_eq(key, VIEW("line")))
		return add_lines(reader, value);
	if (view_eq(key, VIEW("match")) || view_eq(key, VIEW("exact")))
		return set_pattern(reader, value, view_eq(key, VIEW("exact")));
	if (view_eq(key, VIEW("yes")))
		return add_text(reader, &rule->yes, value);
	if (view_eq(key, VIEW("no")))
		return add_text(reader, &rule->no, value);
	if (view_eq(key, VIEW("kind"))) {
		rule->kind = arena_strdup_view(&reader->rules->arena, value);
		return rule->kind ? 0 : no_memory(reader);
	}
	if (view_eq(key, VIEW("zone")))
		return set_choice(reader, value, zone_names, &rule->zone);
	if (view_eq(key, VIEW("fact")))
		return set_choice(reader, value, fact_names, &rule->fact);
	if (view_eq(key, VIEW("detector")))
		return set_choice(reader, value, detector_names, &rule->detector);
	if (view_eq(key, VIEW("takes"))) {
		rule->takes_headlines = view_eq(value, VIEW("headlines"));
		rule->takes_rest = view_eq(value, VIEW("rest"));
		rule->takes_section = view_eq(value, VIEW("section"));
		bool known = rule->takes_headlines || rule->takes_rest || rule->takes_section;
		return known ? 0 : refuse(reader, "not one of the values", value);
	}
	if (view_eq(key, VIEW("marks"))) {
		rule->marks_comment = view_eq(value, VIEW("comment"));
		return rule->marks_comment ? 0 : refuse(reader, "not one of the values", value);
	}
	if (view_eq(key, VIEW("words")) || view_eq(key, VIEW("near"))) {
		bool words = view_eq(key, VIEW("words"));
		result = set_number(reader, value, words ? RULE_WORDS_MAX : 20, &number);
		if (result < 0)
			return result;
		if (words)
			rule->words = (uint16_t)number;
		else
			rule->near = (uint8_t)number;
		return 0;
	}
	return refuse(reader, "not a key of a rule", key);
}

static int read_line(struct reader *reader, struct view line)
{
	struct view key, value = line;
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	view_next_token(&value, ' ', &key);
	value = view_trim(value);
	if (value.n == 0)
		return refuse(reader, "a value is missing", key);
	if (view_eq(key, VIEW("language"))) {
		reader->languages = arena_strdup_view(&reader->rules->arena, value);
		reader->rule = NULL;
		return reader->languages ? 0 : no_memory(reader);
	}
	if (view_eq(key, VIEW("rule")))
		return begin_rule(reader, value);
	int result = read_words(reader, key, value);
	return result <= 0 ? result : read_entry(reader, key, value);
}

static int check_rules(const struct rules *rules, struct error *error)
{
	for (const struct rule *rule = rules->first; rule; rule = rule->next) {
		if (!rule->lines && !rule->pattern && !rule->detector)
			return error_set(error, -EINVAL, "%s: rule %s has neither line, match, exact nor detector",
				rule->place, rule->id);
		if (rule->near && rule->fact)
			return error_set(
				error, -EINVAL, "%s: rule %s: a weak rule makes no fact", rule->place, rule->id);
	}
	return 0;
}

int rule_file_read(struct rules *rules, const char *name, struct view text, struct error *error)
{
	struct reader reader = { .rules = rules, .name = name, .languages = "*", .error = error };
	struct view line;
	if (text.n > LIMIT_RULE_FILE_BYTES)
		return error_set(error, -EFBIG, "%s: a rule file has at most %d bytes", name, LIMIT_RULE_FILE_BYTES);
	if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
		text = view_from(text, 3);
	while (view_next_line(&text, &line)) {
		reader.line++;
		int result = utf8_is_valid(line) ? read_line(&reader, view_trim(line))
						 : refuse(&reader, "not UTF-8", VIEW_NONE);
		if (result < 0)
			return result;
	}
	return check_rules(rules, error);
}
